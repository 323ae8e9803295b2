"""Dates as HTTP writes them, and as WinINet reads them.

:func:`parse_http_date` takes the three forms of RFC 9110, section 5.6.7, and nothing
else.  :func:`read_date` is WinINet's reader: it looks for seven words or numbers in
their order, and does not care what stands between them.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

__all__ = ["format_http_date", "parse_http_date", "read_date"]

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
_MONTH = {name.lower(): number for number, name in enumerate(_MONTHS, 1)}
_TIME = r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
_FORMS = tuple(
    re.compile(form, re.ASCII)
    for form in (
        (
            rf"[A-Z][a-z]{{2}}, (?P<day>\d\d) (?P<month>[A-Z][a-z]{{2}}) "
            rf"(?P<year>\d{{4}}) {_TIME} GMT"
        ),
        (
            rf"[A-Z][a-z]{{5,8}}, (?P<day>\d\d)-(?P<month>[A-Z][a-z]{{2}})-"
            rf"(?P<year>\d\d) {_TIME} GMT"
        ),
        (
            rf"[A-Z][a-z]{{2}} (?P<month>[A-Z][a-z]{{2}}) (?P<day>[ \d]\d) "
            rf"{_TIME} (?P<year>\d{{4}})"
        ),
    )
)
#: A year of two digits may lie so far ahead (RFC 9110, section 5.6.7).
_AHEAD = 50
_CENTURY = 100
#: Weekday, day, month, year, hour, minute and second.
_WORDS = 7


def parse_http_date(text: str, now: datetime | None = None) -> datetime:
    """Read a date of HTTP.

    :param now: what a year of two digits is measured by; the clock when left out.
    :returns: the time, in UTC.
    :raises ValueError: it has none of the three forms, or there is no such day.
    :source: RFC 9110, section 5.6.7.
    """
    for form in _FORMS:
        if found := form.fullmatch(text):
            return _time(**found.groupdict(), now=now)
    msg = f"{text!r} is no date of HTTP, as 'Sun, 06 Nov 1994 08:49:37 GMT' is"
    raise ValueError(msg)


def read_date(text: str, now: datetime | None = None) -> datetime:
    """Read a date as WinINet does, from a text that has its parts in order.

    :param text: a date of HTTP, or anything with weekday, day, month, year, hour,
        minute and second; the weekday and the month may be words or numbers.
    :returns: the time, in UTC; the weekday is not looked at.
    :raises ValueError: a part is missing, or there is no such day.
    :source: InternetTimeToSystemTime.
    """
    try:
        return parse_http_date(text.strip(), now)
    except ValueError:
        words = re.findall(r"[A-Za-z]+|\d+", text)[:_WORDS]
    if len(words) < _WORDS or not all(word.isdigit() for word in words[3:]):
        msg = f"{text!r} has no weekday, day, month, year, hour, minute and second"
        raise ValueError(msg)
    _, day, month, year, hour, minute, second = words
    return _time(day, month, year, hour, minute, second, now)


def format_http_date(time: datetime) -> str:
    """Write a date of HTTP; a time without a zone is taken as UTC.

    :source: RFC 9110, section 5.6.7 (IMF-fixdate).
    """
    time = time.astimezone(UTC) if time.tzinfo else time
    return (
        f"{_DAYS[time.weekday()]}, {time.day:02} {_MONTHS[time.month - 1]} "
        f"{time.year:04} {time.hour:02}:{time.minute:02}:{time.second:02} GMT"
    )


def _time(
    day: str,
    month: str,
    year: str,
    hour: str,
    minute: str,
    second: str,
    now: datetime | None,
) -> datetime:
    number = int(month) if month.isdigit() else _MONTH.get(month[:3].lower(), 0)
    full = int(year)
    if len(year) <= 2:  # noqa: PLR2004  a year of RFC 850
        this = (now or datetime.now(UTC)).year
        full += this // _CENTURY * _CENTURY
        if full > this + _AHEAD:
            full -= _CENTURY
    # A leap second is the last one of its minute here.
    return datetime(
        full, number, int(day), int(hour), int(minute), min(int(second), 59), tzinfo=UTC
    )
