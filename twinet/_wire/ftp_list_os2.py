"""Listings with size, attributes, date and time, in this order: OS/2, and VxWorks.

::

         0           DIR   05-12-97   16:52  Maintenance Desktop
     33280      A          02-09-97   13:49  OS2LDR
      2048    Feb-28-1998  05:23:30   ram <DIR>

Servers that count years since 1900 are met: 103 is 2003.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from twinet._wire.ftp_dialect import NO_ENTRY, Dialect, reachable, size_of
from twinet._wire.ftp_list_dates import full_year
from twinet._wire.ftp_month_names import month_of
from twinet.records import DirectoryEntry

if TYPE_CHECKING:
    from twinet._wire.ftp_dialect import Meaning

__all__ = ["Os2"]

_LINE = re.compile(
    rb"\s*(\d+)((?:\s+[RSHADIR]{1,6})*)\s+(\d\d|[A-Z]{3})-(\d\d)-(\d{2,4})"
    rb"\s+(\d\d):(\d\d)(?::(\d\d))?(\s+)(\S.*)",
    re.IGNORECASE | re.DOTALL,
)
_MARK = re.compile(rb"(.*\S)\s+<DIR>\s*", re.DOTALL)
#: The blanks that stand before the name.
_USUAL = 2
_FRAME = re.compile(rb"\s*size\s+date\s+time\s+name\s*|[-\s]+", re.IGNORECASE)


class Os2(Dialect):
    """IBM's server for OS/2, and the one of VxWorks."""

    def read(self, line: bytes) -> Meaning:
        """Return what a line says."""
        if (found := _LINE.fullmatch(line)) is None:
            return NO_ENTRY if _FRAME.fullmatch(line) else None
        digits, attributes, month, day, year = found.group(1, 2, 3, 4, 5)
        hour, minute, second, blanks, name = found.group(6, 7, 8, 9, 10)
        name = blanks[_USUAL:] + name if month.isdigit() else name
        directory = b"DIR" in attributes.upper().split()
        if not month.isdigit() and (marked := _MARK.fullmatch(name)) is not None:
            directory, name = True, marked[1]
        if name in (b".", b".."):
            return NO_ENTRY
        number = int(month) if month.isdigit() else month_of(month.lower())
        if number is None or not reachable(name):
            return None
        try:
            time = datetime(  # noqa: DTZ001  of the server's clock
                _year(year), number, int(day), int(hour), int(minute), int(second or 0)
            )
        except ValueError:
            return None
        return DirectoryEntry(
            self._text(name),
            "directory" if directory else "file",
            None if directory else size_of(digits),
            time,
            "minute" if second is None else "second",
            raw=line,
        )


def _year(digits: bytes) -> int:
    return full_year(digits) + (1900 if len(digits) == 3 else 0)  # noqa: PLR2004  since 1900
