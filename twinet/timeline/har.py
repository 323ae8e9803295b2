"""The timeline as a HAR document, which the developer tools of browsers open.

HAR 1.2 (HTTP Archive) is JSON: a ``log`` with a page, and an entry for each request
with its heads, sizes and times.  Bodies are not kept, so there are none in it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import twinet
from twinet.timeline.har_entry import HarEntry

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from twinet.timeline.row import Row

__all__ = ["har"]

_PAGE = "page_1"


def har(
    rows: Sequence[Row], started: datetime, dropped: int = 0, title: str = ""
) -> dict[str, Any]:
    """Return rows as a HAR document: what ``json.dumps`` takes.

    :param started: the time of day at second 0.
    :param dropped: how many older rows there were.
    :param title: of the page that all requests are said to belong to.
    :source: HAR 1.2, http://www.softwareishard.com/blog/har-12-spec/
    """

    def time_of(second: float) -> str:
        when = started + timedelta(seconds=second)
        return when.isoformat(timespec="milliseconds")

    begin = min((row.begin for row in rows), default=0.0)
    page = {
        "startedDateTime": time_of(begin),
        "id": _PAGE,
        "title": title or "twinet",
        "pageTimings": {"onContentLoad": -1, "onLoad": -1},
    }
    log = {
        "version": "1.2",
        "creator": {"name": "twinet", "version": twinet.__version__},
        "pages": [page],
        "entries": [
            {
                "pageref": _PAGE,
                "startedDateTime": time_of(row.begin),
                **HarEntry(row).document(),
            }
            for row in rows
        ],
    }
    if dropped:
        log["comment"] = f"{dropped} older requests are missing"
    return {"log": log}
