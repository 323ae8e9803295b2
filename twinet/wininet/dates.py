"""The functions for times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinet._wire.http_date import format_http_date, read_date
from twinet.errors import InvalidParameter

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["InternetTimeFromSystemTime", "InternetTimeToSystemTime"]


def InternetTimeFromSystemTime(time: datetime) -> str:
    """Write a time as HTTP does: ``Wed, 15 Jan 2020 10:20:30 GMT``.

    :param time: without a zone it is taken as UTC.
    :source: InternetTimeFromSystemTime.
    """
    return format_http_date(time)


def InternetTimeToSystemTime(text: str) -> datetime:
    """Read a time of HTTP, or what looks like one.

    :returns: the time, in UTC.
    :raises InvalidParameter: 87, a part is missing, or there is no such day.
    :source: InternetTimeToSystemTime.
    """
    try:
        return read_date(text)
    except ValueError as error:
        raise InvalidParameter(str(error)) from error
