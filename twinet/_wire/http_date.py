"""Dates as HTTP writes them, and as WinINet reads them.

:func:`parse_http_date` takes the three forms of RFC 9110, section 5.6.7, and nothing
else.  :func:`read_date` is WinINet's reader: it looks for seven words or numbers in
their order, and does not care what stands between them.

A year of two digits needs a year to be measured by: both are given the present time.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

__all__ = ["format_http_date", "parse_http_date", "read_date"]

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_LONG_DAYS = (
    *("Monday", "Tuesday", "Wednesday", "Thursday"),
    *("Friday", "Saturday", "Sunday"),
)
_MONTHS = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
_MONTH = {name.lower(): number for number, name in enumerate(_MONTHS, 1)}
#: A weekday is its name, as far as its first three letters, or its number.
_WEEKDAYS = frozenset((*(day.lower() for day in _DAYS), *"0123456"))

_DAY = f"(?P<weekday>{'|'.join(_DAYS)})"
_LONG_DAY = f"(?P<weekday>{'|'.join(_LONG_DAYS)})"
_NAME = f"(?P<month>{'|'.join(_MONTHS)})"
_TIME = r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
_FORMS = tuple(
    re.compile(form, re.ASCII)
    for form in (
        rf"{_DAY}, (?P<day>\d\d) {_NAME} (?P<year>\d{{4}}) {_TIME} GMT",
        rf"{_LONG_DAY}, (?P<day>\d\d)-{_NAME}-(?P<year>\d\d) {_TIME} GMT",
        rf"{_DAY} {_NAME} (?P<day>[ \d]\d) {_TIME} (?P<year>\d{{4}})",
    )
)
#: Weekday, day and month, then four numbers.  Nothing in it can be tried twice
#: (``++``), so that a long text that is no date is not slow.
_PARTS = re.compile(
    r"[^A-Za-z0-9]*+(?P<weekday>[A-Za-z]++|\d++)\D*+(?P<day>\d++)"
    r"[^A-Za-z0-9]*+(?P<month>[A-Za-z]++|\d++)\D*+(?P<year>\d++)"
    r"\D++(?P<hour>\d++)\D++(?P<minute>\d++)\D++(?P<second>\d++)",
    re.ASCII,
)
#: A year of two digits lies at most so far ahead.
_AHEAD = 50
_CENTURY = 100
_DIGITS_OF_CENTURY = 2
_LEAP_SECOND = 60


def parse_http_date(text: str, now: datetime) -> datetime:
    """Read a date of HTTP.

    :param now: what a year of two digits is measured by: it is never more than 50
        years later.
    :returns: the time, in UTC.  A leap second is the last of its minute, and whether
        the weekday is that day's is not looked at.
    :raises ValueError: it has none of the three forms, or there is no such day.
    :source: RFC 9110, section 5.6.7.
    """
    found = _form(text)
    if found is None:
        msg = f"{text!r} is no date of HTTP, as 'Sun, 06 Nov 1994 08:49:37 GMT' is"
        raise ValueError(msg)
    return _time(text, found, now)


def read_date(text: str, now: datetime) -> datetime:
    """Read a date as WinINet does, from a text that has its parts in order.

    :param text: a date of HTTP, or anything with weekday, day, month, year, hour,
        minute and second; the weekday (0 is Sunday) and the month may be names or
        numbers.  What follows has no meaning, a time zone neither.
    :param now: as for :func:`parse_http_date`.
    :returns: the time, in UTC.
    :raises ValueError: a part is missing, or there is no such day.
    :source: InternetTimeToSystemTime, which fills what is missing from the clock.
    """
    found = _form(text.strip()) or _PARTS.match(text)
    if found is None or found["weekday"][:3].lower() not in _WEEKDAYS:
        msg = f"{text!r} has no weekday, day, month, year, hour, minute and second"
        raise ValueError(msg)
    return _time(text, found, now)


def format_http_date(time: datetime) -> str:
    """Write a date of HTTP; a time without a zone is taken as UTC.

    :source: RFC 9110, section 5.6.7 (IMF-fixdate).
    """
    time = time.astimezone(UTC) if time.tzinfo else time
    return (
        f"{_DAYS[time.weekday()]}, {time.day:02} {_MONTHS[time.month - 1]} "
        f"{time.year:04} {time.hour:02}:{time.minute:02}:{time.second:02} GMT"
    )


def _form(text: str) -> re.Match[str] | None:
    matches = (form.fullmatch(text) for form in _FORMS)
    return next(filter(None, matches), None)


def _time(text: str, found: re.Match[str], now: datetime) -> datetime:
    month = found["month"].lower()
    try:
        year, day, hour, minute, second = map(
            int, found.group("year", "day", "hour", "minute", "second")
        )
        if len(found["year"]) <= _DIGITS_OF_CENTURY:
            year += (now.year + _AHEAD - year) // _CENTURY * _CENTURY
        number = int(month) if month.isdigit() else _MONTH.get(month[:3], 0)
        second -= second == _LEAP_SECOND
        return datetime(year, number, day, hour, minute, second, tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        msg = f"{text!r} is no date: {error}"
        raise ValueError(msg) from None
