"""The functions for times."""

from __future__ import annotations

from datetime import UTC, datetime

from twinet._wire.http_date import format_http_date, read_date
from twinet.errors import InvalidParameter

__all__ = ["InternetTimeFromSystemTime", "InternetTimeToSystemTime"]


def InternetTimeFromSystemTime(time: datetime) -> str:
    """Write a time as HTTP does: ``Wed, 15 Jan 2020 10:20:30 GMT``.

    :param time: without a zone it is taken as UTC.
    :raises InvalidParameter: 87, it is no time.
    :source: InternetTimeFromSystemTime.
    """
    if not isinstance(time, datetime):
        msg = f"a time is a datetime, not {type(time).__name__}"
        raise InvalidParameter(msg)
    return format_http_date(time)


def InternetTimeToSystemTime(text: str) -> datetime:
    """Read a time of HTTP, or what looks like one: its parts in order.

    :param text: as ``Wed, 15 Jan 2020 10:20:30 GMT`` or ``3, 15-01-2020 10 20 30``.
    :returns: the time, in UTC.
    :raises InvalidParameter: 87, a part is missing, there is no such day, or it is
        no text.
    :source: InternetTimeToSystemTime, which takes what is missing from the clock.
    """
    if not isinstance(text, str):
        msg = f"a time is read from a text, not from {type(text).__name__}"
        raise InvalidParameter(msg)
    try:
        return read_date(text, datetime.now(UTC))
    except ValueError as error:
        raise InvalidParameter(str(error)) from error
