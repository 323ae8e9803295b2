"""Listings of OpenVMS, by its several FTP servers.

::

    CII-MANUAL.TEX;1  213/216  29-JAN-1996 03:33:12  [ANONYMOU,ANONYMOUS]  (RWED,RWED,,)
    CORE.DIR;1              1   8-SEP-1996 16:09 [SYSTEM] (RWE,RWE,RE,RE)
    A_NAME_THAT_LEAVES_NO_SPACE.TXT;1
                          3/4  14-JUN-2009 22:46:08  [SYSTEM]  (RE,RWED,RE,RE)

Sizes are blocks of 512 bytes, used and allocated: the size in bytes is not told.

The versions of a file stand below each other, the newest first.  That one is named
without its version, as it is what one gets by that name; older ones keep theirs.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from twinet._wire.ftp_dialect import NO_ENTRY, Dialect
from twinet._wire.ftp_month_names import month_of
from twinet.records import DirectoryEntry

if TYPE_CHECKING:
    from twinet._wire.ftp_dialect import Kind, Meaning
    from twinet._wire.ftp_list_dates import Precision

__all__ = ["Vms"]

#: CMU's server puts the directory before the name.
_NAME = re.compile(rb"(?:\[[^\]\s]*\])?([^\s;/\[\]\0]+);(\d{1,5})(?:\s+(\S.*))?")
_DATE = re.compile(
    rb"\b(\d{1,2})-([A-Z]{3})-(\d{4})(?:\s+(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?",
    re.IGNORECASE,
)
#: What follows a name on a line of its own.
_DETAILS = re.compile(
    rb"\s*(?:[\d/*]+\s+)?\d{1,2}-[A-Z]{3}-\d{4}\b.*", re.IGNORECASE | re.DOTALL
)
_OWNER = re.compile(rb"\[([^\],]*)(?:,([^\]]*))?\]?")
_FAULT = re.compile(rb"%[A-Z]+-[A-Z]-")
_FRAME = re.compile(
    rb"(?:Directory |Total of )\S.*|[^\s\[\]:;]+:\[[^\[\]]*\]",
    re.IGNORECASE,
)


class Vms(Dialect):
    """``DIRECTORY``, as TCP/IP Services, MultiNet, TCPware and CMU-IP show it."""

    def __init__(self, now: datetime, encoding: str) -> None:
        super().__init__(now, encoding)
        # A name whose details will be on the next line: that line, name, version.
        self._open: tuple[bytes, bytes, bytes] | None = None
        # What was read last, to know a file's older versions.
        self._last = b""

    def read(self, line: bytes) -> Meaning:
        """Return what a line says."""
        opened, self._open = self._open, None
        if opened is not None:
            if _DETAILS.fullmatch(line) is not None:
                first, name, version = opened
                return self._entry(name, version, line, first + b"\n" + line)
            self._lose(opened[0])
        found = _NAME.fullmatch(line)
        if found is None:
            return NO_ENTRY if _FRAME.fullmatch(line.strip()) else None
        name, version, details = found.groups()
        if details is None or details.strip(b"0123456789/* \t") == b"":
            self._open = line, name, version
            return NO_ENTRY
        if _DATE.search(details) is None and _FAULT.match(details) is None:
            return None
        return self._entry(name, version, details, line)

    def finish(self) -> None:
        """Take note that nothing follows."""
        if self._open is not None:
            self._lose(self._open[0])
            self._open = None

    def _entry(
        self, name: bytes, version: bytes, details: bytes, line: bytes
    ) -> DirectoryEntry:
        older = name == self._last
        self._last = name
        kind: Kind = "file"
        if name[-4:].upper() == b".DIR" and len(name) > 4:  # noqa: PLR2004  those four
            kind, name = "directory", name[:-4]
        elif older:
            name += b";" + version
        owner = group = None
        if (found := _OWNER.search(details)) is not None:
            # Group and member, or the member alone.
            one, two = found.groups()
            group, owner = (None, one) if two is None else (one, two.rstrip())
        date = _DATE.search(details)
        time = None if date is None else _time(date)
        precision: Precision | None = None
        if date is not None and time is not None:
            precision = "day" if date[4] is None else "second" if date[6] else "minute"
        return DirectoryEntry(
            self._text(name),
            kind,
            None,
            time,
            precision,
            owner=None if owner is None else self._text(owner),
            group=None if group is None else self._text(group),
            raw=line,
        )


def _time(date: re.Match[bytes]) -> datetime | None:
    month = month_of(date[2].lower())
    day, year, hour, minute, second = (int(date[at] or 0) for at in (1, 3, 4, 5, 6))
    if month is None:
        return None
    try:
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001  of the server's clock
    except ValueError:
        return None
