"""Listings of z/VM (VM/CMS).

::

    README   ANONYMOU V         71        26          1 1997-04-02 12:33:20 TCP291
    DIRACC   EXEC     V         77        42          2  4/02/97 12:33:20 TCP291
    PUB               DIR        -         -          - 1997-04-02 12:33:20 -

Name and type, format, and lengths in records: a size in bytes is not told.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from twinet._wire.ftp_dialect import Dialect
from twinet._wire.ftp_list_dates import full_year
from twinet.records import DirectoryEntry

if TYPE_CHECKING:
    from twinet._wire.ftp_dialect import Kind, Meaning

__all__ = ["Vm"]

_LINE = re.compile(
    rb"\s*([^\s/\0]{1,8})(?:\s+([^\s/\0]{1,8}))?\s+(V|F|DIR)(?:\s+(?:\d+|-)){3}\s+"
    rb"(?:(\d{4})-(\d\d)-(\d\d)|(\d{1,2})/(\d\d)/(\d\d))\s+(\d{1,2}):(\d\d):(\d\d)"
    rb"(?:\s+(\S+))?\s*"
)


class Vm(Dialect):
    """What the server of z/VM shows of minidisks and directories."""

    def read(self, line: bytes) -> Meaning:
        """Return what a line says."""
        if (found := _LINE.fullmatch(line)) is None:
            return None
        name, type_ = found[1], found[2]
        kind: Kind = "directory" if found[3] == b"DIR" else "file"
        if type_ is not None:
            name += b"." + type_
        if name in (b".", b".."):
            return None
        if found[4] is not None:
            year, month, day = found.group(4, 5, 6)
        else:
            month, day, year = found.group(7, 8, 9)
        clock = int(found[10]), int(found[11]), int(found[12])
        try:
            time = datetime(full_year(year), int(month), int(day), *clock)  # noqa: DTZ001  of the server's clock
        except ValueError:
            return None
        return DirectoryEntry(self._text(name), kind, None, time, "second", raw=line)
