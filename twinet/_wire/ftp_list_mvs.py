"""Listings of z/OS (MVS): data sets, and the members of a partitioned one.

::

    Volume Unit    Referred Ext Used Recfm Lrecl BlkSz Dsorg Dsname
    WPTA01 3290   2004/03/04  1    3  FB      80  3125  PO  BALP.UPD.DSN
    Migrated                                                INCOMING.OLD

     Name     VV.MM   Created       Changed      Size  Init   Mod   Id
    $VERSION  01.08 2001/09/18 2001/10/26 15:08  1116   992     0 KRHELSI

Sizes are tracks, or records: in bytes none is told.  The heading says which of the two
it is; without one nothing is read, as words in columns could be anything.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from twinet._wire.ftp_dialect import NO_ENTRY, Dialect
from twinet.records import DirectoryEntry

if TYPE_CHECKING:
    from twinet._wire.ftp_dialect import Kind, Meaning

__all__ = ["Mvs"]

_DATA_SETS = re.compile(rb"\s*Volume\s+Unit\s+Referred\s.*\bDsname\s*", re.IGNORECASE)
_MEMBERS = re.compile(rb"\s*Name\s+(?:VV\.MM\s+Created|Size\s+TTR)\s.*", re.IGNORECASE)
#: Whatever comes before, the last two words are organization and name.
_DATA_SET = re.compile(rb"\s*\S+\s.*?\b(P[OS](?:-E)?|DA|IS|VSAM)\s+([^\s/\0]+)\s*")
#: On tape, in the archive, or where no volume can be looked at.
_AWAY = re.compile(
    rb"\s*(?:Migrated|Archived?|ARCIVE|Pseudo Directory|(?:\S+\s+)?"
    rb"(?:Not Direct Access Device|Error determining attributes|Not Mounted))"
    rb"\s+([^\s/\0]+)\s*",
    re.IGNORECASE,
)
_MEMBER = re.compile(
    rb"\s*([A-Z0-9@#$]{1,8})(?:\s+\d\d\.\d\d\s+\d{4}/\d\d/\d\d\s+"
    rb"(\d{4})/(\d\d)/(\d\d)\s+(\d\d):(\d\d)(?::(\d\d))?((?:\s+\d+){3})\s+(\S+)"
    rb"|\s+[0-9A-F]{6,8}\s+[0-9A-F]{6}\s.*)?\s*",
)


class Mvs(Dialect):
    """What the z/OS server shows of data sets; of its files it shows ``ls -l``."""

    def __init__(self, now: datetime, encoding: str) -> None:
        super().__init__(now, encoding)
        self._headed: bytes | None = None

    def read(self, line: bytes) -> Meaning:
        """Return what a line says."""
        if _DATA_SETS.fullmatch(line) is not None:
            self._headed = b"sets"
            return NO_ENTRY
        if _MEMBERS.fullmatch(line) is not None:
            self._headed = b"members"
            return NO_ENTRY
        if self._headed == b"sets":
            return self._data_set(line)
        return self._member(line) if self._headed is not None else None

    def _data_set(self, line: bytes) -> Meaning:
        kind: Kind = "file"
        if (found := _DATA_SET.fullmatch(line)) is not None:
            name = found[2]
            if found[1].startswith(b"PO"):
                kind = "directory"
        elif (found := _AWAY.fullmatch(line)) is not None:
            name = found[1]
            if b"Pseudo" in line:
                kind = "directory"
        else:
            return None
        return DirectoryEntry(self._text(name), kind, raw=line)

    def _member(self, line: bytes) -> Meaning:
        if (found := _MEMBER.fullmatch(line)) is None:
            return None
        time = None
        if found[2] is not None:
            year, month, day, hour, minute, second = (
                int(each or 0) for each in found.group(2, 3, 4, 5, 6, 7)
            )
            try:
                time = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001  of the server's clock
            except ValueError:
                time = None
        exact = time is not None and found[7] is not None
        return DirectoryEntry(
            self._text(found[1]),
            "file",
            None,
            time,
            None if time is None else "second" if exact else "minute",
            owner=None if found[9] is None else self._text(found[9]),
            raw=line,
        )
