r"""Listings as DOS has them: IIS, and other servers on Windows.

::

    01-15-20  10:20AM       <DIR>          dosdir
    01-16-2020  03:04PM             1,234 a name
    2020-01-16  15:04    <JUNCTION>     link [C:\target]

The day stands behind the month (IIS knows no other way), unless the numbers say
otherwise, or dots stand between them.  The time is the server's.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from twinet._wire.ftp_dialect import NO_ENTRY, Dialect, reachable, size_of
from twinet._wire.ftp_list_dates import full_year
from twinet.records import DirectoryEntry

if TYPE_CHECKING:
    from twinet._wire.ftp_dialect import Kind, Meaning

__all__ = ["Dos"]

_LINE = re.compile(
    rb"\s*(?:(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d\d)|(\d{4})([-/.])(\d\d)\6(\d\d))"
    rb",?\s+(\d{1,2}):(\d\d)(?::(\d\d))?\s?([AP]M?)?\s+"
    rb"(?:<(DIR|JUNCTION|SYMLINKD?)>|(\d[\d,.]*))(\s+)(\S.*)",
    re.IGNORECASE | re.DOTALL,
)
#: Thousands may be set apart.
_GROUPED = re.compile(rb"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*")
#: "dir" shows sums below, and the volume above.
_FRAME = re.compile(rb"\s+\d[\d.,]* (?:File|Dir)\(s\).*| (?:Volume|Directory) .*")
#: A directory's mark and the blanks behind it take so much.
_MARK = 15
_DOTS = frozenset((b".", b".."))
_NOON = 12
_MONTHS = 12


class Dos(Dialect):
    """``dir``, as IIS shows it."""

    def read(self, line: bytes) -> Meaning:
        """Return what a line says."""
        found = _LINE.fullmatch(line)
        if found is None:
            return None if _FRAME.fullmatch(line) is None else NO_ENTRY
        mark, digits, blanks, name = found.group(13, 14, 15, 16)
        kind: Kind = "file"
        target, size = None, None
        if mark is not None:
            # Behind it stand as many blanks as fill the column; more are the name's.
            name = blanks[max(_MARK - len(mark) - 2, 0) :] + name
            kind = "directory"
            if mark.upper() != b"DIR":
                kind = "link"
                name, bracket, behind = name.rpartition(b" [")
                if bracket and behind.endswith(b"]"):
                    name, target = name.rstrip(), behind[:-1]
                else:
                    name += bracket + behind
        else:
            name = blanks[1:] + name
            if _GROUPED.fullmatch(digits) is not None:
                digits = digits.replace(b",", b"").replace(b".", b"")
            if not digits.isdigit():
                return None
            size = size_of(digits)
        if name in _DOTS:
            return NO_ENTRY
        if not reachable(name):
            return None
        time = _time(found)
        if time is None:
            return None
        return DirectoryEntry(
            self._text(name),
            kind,
            size,
            time,
            "minute" if found[11] is None else "second",
            target=None if target is None else self._text(target),
            raw=line,
        )


def _time(found: re.Match[bytes]) -> datetime | None:
    """Return the time, without a zone; ``None`` when there is none such."""
    first, between, second, short, long = found.group(1, 2, 3, 4, 5)
    if long is not None:
        year, month, day = int(long), int(found[7]), int(found[8])
    else:
        year, month, day = full_year(short), int(first), int(second)
        if between == b"." or month > _MONTHS >= day:
            month, day = day, month
    hour, minute, second_, half = found.group(9, 10, 11, 12)
    hours = int(hour)
    if half is not None:
        if not 0 < hours <= _NOON:
            return None
        hours = hours % _NOON + (_NOON if half[:1] in b"Pp" else 0)
    try:
        return datetime(year, month, day, hours, int(minute), int(second_ or 0))  # noqa: DTZ001  of the server's clock
    except ValueError:
        return None
