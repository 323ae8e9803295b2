"""How jobs are shown: as a table, as one page about one job, as JSON.

What comes from the daemon may have come from a stranger first (URLs, names, a
server's words), so every text is made harmless to a terminal.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from twinet.inetfetch.command.report import printable, size_words

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["HEADING", "job_line", "job_page", "json_line"]

#: Widths are fixed, because the rows are not known when the first is shown.
_ROW = "{:16}  {:13}  {:>5}  {:>9}  {}"
HEADING = _ROW.format("GID", "STATE", "DONE", "SIZE", "FILE OR URL")


def json_line(value: Any) -> str:
    """Return JSON on one line, safe on any terminal: all in ASCII."""
    return json.dumps(value)


def job_line(job: dict[str, Any]) -> str:
    """Return a job's row of the table."""
    what = job.get("final_path") or job.get("url")
    return _ROW.format(
        printable(job["gid"]),
        printable(job["state"]),
        _percent(job),
        size_words(_number(job, "size")) if _number(job, "size") is not None else "-",
        printable(str(what)),
    )


def job_page(job: dict[str, Any]) -> Iterator[str]:
    """Return the lines about a job."""
    size, done = _number(job, "size"), _number(job, "done_bytes")
    error = job.get("error")
    rows = (
        ("gid", job["gid"]),
        ("id", job["id"]),
        ("url", job["url"]),
        ("state", job["state"]),
        ("phase", job.get("phase")),
        ("out", job.get("out")),
        ("file", job.get("final_path")),
        ("size", None if size is None else f"{size} ({size_words(size)})"),
        ("done", None if done is None else f"{done} {_percent(job)}".rstrip(" -")),
        ("tries", job.get("tries")),
        ("priority", job.get("priority")),
        ("error", _error_words(error)),
        ("created", job.get("created")),
        ("started", job.get("started")),
        ("finished", job.get("finished")),
        ("not before", job.get("not_before")),
        ("sha256", job.get("sha256")),
    )
    for name, value in rows:
        if value is not None:
            yield f"{name + ':':12}{printable(str(value))}"
    for event in job.get("events") or ():
        if isinstance(event, dict):
            yield printable(f"{'event:':12}{_event_words(event)}")


def _event_words(event: dict[str, Any]) -> str:
    before, detail = event.get("from"), event.get("detail")
    step = f"{before} -> {event.get('to')}" if before else str(event.get("to"))
    return f"{event.get('at')} {step}" + (f" ({detail})" if detail else "")


def _error_words(error: Any) -> str | None:
    if not isinstance(error, dict):
        return None if error is None else str(error)
    return str(error.get("text"))


def _percent(job: dict[str, Any]) -> str:
    size, done = _number(job, "size"), _number(job, "done_bytes")
    if job["state"] == "done":
        return "100%"
    if not size or done is None:
        return "-"
    return f"{min(100 * done // size, 100)}%"


def _number(job: dict[str, Any], name: str) -> int | None:
    value = job.get(name)
    return value if type(value) is int else None
