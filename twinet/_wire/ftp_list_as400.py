"""Listings of IBM i, the AS/400.

::

    QSYS            77824 02/23/00 15:09:55 *DIR       home/
    PEP             36864 04/03/24 14:06:29 *STMF      build.xml
    QPGMR          135168 04/03/18 13:18:19 *FILE      RPGUNITC1.FILE
    QPGMR                                   *MEM       RPGUNITC1.FILE/RUCALLTST.MBR

Only the size of a stream file is that of what one gets: others count what the object
takes.  In which order day, month and year stand is an option of the system: a day that
could be another one is left out.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from twinet._wire.ftp_dialect import Dialect, reachable, size_of
from twinet._wire.ftp_list_dates import full_year
from twinet.records import DirectoryEntry

if TYPE_CHECKING:
    from twinet._wire.ftp_dialect import Kind, Meaning

__all__ = ["As400"]

#: Each piece is there or not, and none is tried twice (``++``).
_LINE = re.compile(
    rb"\s*+(?:(?!\d+\s)(\S++))?+(?:\s*+(\d++)(?=\s))?+"
    rb"(?:\s++(\d\d)([/.-])(\d\d)\4(\d\d)\s++(\d\d):(\d\d):(\d\d))?+"
    rb"\s++\*([A-Z]+)\s++(\S.*)",
    re.DOTALL,
)
_DIRECTORIES = frozenset((b"DIR", b"DDIR", b"LIB", b"FLR"))
_DOTS = frozenset((b".", b".."))
_STREAMS = frozenset((b"STMF", b"DSTMF", b"DOC"))


class As400(Dialect):
    """What the server of IBM i shows with ``SITE LISTFMT 0``."""

    def read(self, line: bytes) -> Meaning:
        """Return what a line says."""
        if (found := _LINE.fullmatch(line)) is None:
            return None
        owner, digits, kind_of, name = found.group(1, 2, 10, 11)
        name = name.rstrip()
        kind: Kind = "file"
        size = None
        if kind_of in _DIRECTORIES or name.endswith(b"/"):
            kind, name = "directory", name.rstrip(b"/")
        elif kind_of == b"SYMLNK":
            kind = "link"
        elif kind_of in _STREAMS and digits is not None:
            size = size_of(digits)
        # A member is named with its file: "PF.FILE/M.MBR" is one name there.
        parts = name.split(b"/", 1) if kind_of == b"MEM" else [name]
        if not all(map(reachable, parts)) or not _DOTS.isdisjoint(parts):
            return None
        time = None if found[3] is None else _time(found)
        return DirectoryEntry(
            self._text(name),
            kind,
            size,
            time,
            None if time is None else "second",
            owner=None if owner is None else self._text(owner),
            raw=line,
        )


def _time(found: re.Match[bytes]) -> datetime | None:
    """Return the time if there is one order in which the three numbers are a day."""
    one, two, three = found.group(3, 5, 6)
    orders = [(three, two, one)]
    if found[4] == b"/":
        orders += [(three, one, two), (one, two, three)]
    elif found[4] == b"-":
        orders = [(one, two, three)]
    times = set()
    for year, month, day in orders:
        clock = int(found[7]), int(found[8]), int(found[9])
        with suppress(ValueError):
            times.add(datetime(full_year(year), int(month), int(day), *clock))  # noqa: DTZ001  of the server's clock
    return times.pop() if len(times) == 1 else None
