"""Dates of LIST: many forms, and the year that is not said."""

from __future__ import annotations

import re
from datetime import MAXYEAR, UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple

from twinet._wire.ftp_month_names import month_of

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["FoundDate", "find_date", "full_year", "newest"]

_CLOCK = re.compile(rb"(\d{1,2}):(\d{1,2})(?::(\d\d)(?:[.,]\d{1,9})?)?")
_ISO_DAY = re.compile(rb"(\d{4})[-/](\d\d)[-/](\d\d)")
_DAY_FIRST = re.compile(rb"(\d\d)-(\d\d)-(\d{4})")
#: What ``ls --time-style=iso`` shows of the last half year.
_ISO_SHORT = re.compile(rb"(\d\d)-(\d\d)")
_ZONE = re.compile(rb"([+-])(\d\d):?(\d\d)")
#: Chinese, Japanese and Korean may have a letter for year, and for day, behind the
#: number: two or three bytes in their encodings.
_LETTER = rb"[\x80-\xff][\x40-\xff]{1,2}"
_YEAR = re.compile(rb"(\d{4})(?:" + _LETTER + rb")?")
_DAY = re.compile(rb"(\d{1,2})(?:[.,]|" + _LETTER + rb")?")
#: A server's clock may be ahead of ours: by its zone, and by going wrong.
_AHEAD = timedelta(days=1)
_END = datetime(MAXYEAR, 12, 31, 23, 59, 59, 999999)  # noqa: DTZ001  no zone ends it
_MOST_DAYS = 31
#: Years of two digits from here on are those of the last century (POSIX).
_LAST_CENTURY = 69
_LEAP_SECOND = 60

#: What a time is exact to.
Precision = Literal["second", "minute", "day"]


class FoundDate(NamedTuple):
    """A date among the words of a line.

    :ivar time: ``None`` when there is no such day, and so is ``precision`` then; naive
        unless a zone is told.
    :ivar end: the word behind it.
    """

    time: datetime | None
    precision: Precision | None
    end: int


class _Clock(NamedTuple):
    hour: int
    minute: int
    second: int
    precision: Precision


def newest(now: datetime) -> datetime:
    """Return what a date without a year cannot be later than, without a zone.

    :param now: the present time, with its zone.
    """
    here = now.astimezone(UTC).replace(tzinfo=None)
    return here + min(_AHEAD, _END - here)


def find_date(words: Sequence[bytes], at: int, newest: datetime) -> FoundDate | None:
    """Read the date that begins with a word; ``None`` when none does.

    :param newest: what :func:`newest` returned.
    """
    first, second = _word(words, at), _word(words, at + 1)
    if first[:1].isdigit():
        third = _word(words, at + 2)
        if (iso := _ISO_DAY.fullmatch(first)) is not None:
            return _iso((int(iso[1]), int(iso[2]), int(iso[3])), at, second, third)
        if (iso := _DAY_FIRST.fullmatch(first)) is not None:
            return _iso((int(iso[3]), int(iso[2]), int(iso[1])), at, second, third)
        if (iso := _ISO_SHORT.fullmatch(first)) is not None:
            return _month_and_day(int(iso[1]), int(iso[2]), words, at + 1, newest)
    month, day = month_of(first), _DAY.fullmatch(second)
    if month is None or day is None:
        # Many languages have the day before the month.
        month, day = month_of(second), _DAY.fullmatch(first)
    if month is None or day is None or not 0 < int(day[1]) <= _MOST_DAYS:
        return None
    return _month_and_day(month, int(day[1]), words, at + 2, newest)


def _word(words: Sequence[bytes], at: int) -> bytes:
    return words[at] if at < len(words) else b""


def _month_and_day(
    month: int, day: int, words: Sequence[bytes], at: int, newest: datetime
) -> FoundDate | None:
    """Read the year, or the time of a year that is not told, or both."""
    word = _word(words, at)
    if (clock := _clock(word)) is None:
        if (year := _YEAR.fullmatch(word)) is None:
            return None
        return _found(_time(int(year[1]), month, day), "day", at + 1)
    if clock.precision == "second":
        year = _YEAR.fullmatch(_word(words, at + 1))
        if year is not None:
            # BSD's "ls -lT".
            return _found(_time(int(year[1]), month, day, clock), "second", at + 2)
    return _found(_latest(newest, month, day, clock), clock.precision, at + 1)


def _iso(
    numbers: tuple[int, int, int], at: int, second: bytes, third: bytes
) -> FoundDate:
    if (clock := _clock(second)) is None:
        return _found(_time(*numbers), "day", at + 1)
    time = _time(*numbers, clock)
    if (zone := _ZONE.fullmatch(third)) is None:
        return _found(time, clock.precision, at + 2)
    if time is not None:
        away = timedelta(hours=int(zone[2]), minutes=int(zone[3]))
        try:
            time = time - away if zone[1] == b"+" else time + away
        except OverflowError:
            time = None
        else:
            time = time.replace(tzinfo=UTC)
    return _found(time, clock.precision, at + 3)


def _found(time: datetime | None, precision: Precision, end: int) -> FoundDate:
    return FoundDate(time, None if time is None else precision, end)


def _clock(word: bytes) -> _Clock | None:
    found = _CLOCK.fullmatch(word)
    if found is None:
        return None
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    second -= second == _LEAP_SECOND
    if max(hour - 23, minute - 59, second - 59) > 0:
        return None
    return _Clock(hour, minute, second, "minute" if found[3] is None else "second")


_MIDNIGHT = _Clock(0, 0, 0, "day")


def _time(
    year: int, month: int, day: int, clock: _Clock = _MIDNIGHT
) -> datetime | None:
    try:
        return datetime(year, month, day, *clock[:3])  # noqa: DTZ001  of its clock
    except ValueError:
        return None


def _latest(newest: datetime, month: int, day: int, clock: _Clock) -> datetime | None:
    """Return the last such time that can be, without a zone.

    ``ls`` leaves out the year of what is not older than half a year, and says it of
    what lies in the future.

    :returns: ``None`` when neither this year nor the last had such a day.
    """
    time = _time(newest.year, month, day, clock)
    if time is None or time > newest:
        time = _time(newest.year - 1, month, day, clock)
    return time


def full_year(digits: bytes) -> int:
    """Return the year that two digits mean, or four."""
    year = int(digits)
    if len(digits) > 2:  # noqa: PLR2004  two digits
        return year
    return year + (1900 if year >= _LAST_CENTURY else 2000)
