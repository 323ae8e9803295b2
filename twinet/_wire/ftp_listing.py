"""Listings of directories, as they come: bytes to :class:`twinet.DirectoryEntry`.

Theory of operation.  The stream is cut into lines; CR LF and LF end them, as do the
CR CR LF of servers that convert twice.  Each line is shown to the dialect that read the
first entry, and then to the others: a listing is in one dialect, and a line in another
one does no harm.  With MLSD there is nothing to choose from.

A line that no dialect understands is no entry and no error, as servers put all kinds of
words into listings: it is counted, and the first ones are kept.  Only whole lines
count, except at the end, where the last one's end may be missing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from twinet._wire.ftp_dialect import MOST_KEPT, NO_ENTRY
from twinet._wire.ftp_list_as400 import As400
from twinet._wire.ftp_list_dos import Dos
from twinet._wire.ftp_list_eplf import Eplf
from twinet._wire.ftp_list_mlsd import Mlsd
from twinet._wire.ftp_list_mvs import Mvs
from twinet._wire.ftp_list_os2 import Os2
from twinet._wire.ftp_list_unix import Unix
from twinet._wire.ftp_list_vm import Vm
from twinet._wire.ftp_list_vms import Vms

if TYPE_CHECKING:
    from datetime import datetime

    from twinet._wire.ftp_dialect import Dialect, Meaning
    from twinet.records import DirectoryEntry

__all__ = ["ListingReader"]

#: In which order a line is tried: the ones that are met most come first.
_DIALECTS: tuple[type[Dialect], ...] = (*(Unix, Dos, Eplf, Vms, As400, Os2, Mvs, Vm),)
#: A longer line is none [bytes]; paths end at 4096 nearly everywhere.
_LONGEST = 32768
#: Of a line that was not understood so much is kept [bytes].
_KEPT_OF_ONE = 1024
_ENDS = re.compile(rb"\r+\n")


class ListingReader:
    """Reads one listing.

    :param now: the present time, with its zone; dates without a year are measured by
        it.
    :param encoding: of names.
    :param kind: what was asked for: MLSD, or LIST.
    :raises InvalidParameter: 87, the encoding cannot be that of names.
    :ivar unknown: how many lines were not understood.
    :ivar unknown_lines: the first of them.
    """

    def __init__(
        self,
        now: datetime,
        encoding: str = "utf-8",
        kind: Literal["mlsd", "list"] = "list",
    ) -> None:
        kinds = (Mlsd,) if kind == "mlsd" else _DIALECTS
        self._dialects = [each(now, encoding) for each in kinds]
        # Whether an entry was read, and so the dialect is known.
        self._decided = False
        self._tail = bytearray()
        # The rest of a line that is too long is thrown away as it comes.
        self._skips = False
        self.unknown = 0
        self.unknown_lines: list[bytes] = []

    def feed(self, data: bytes) -> list[DirectoryEntry]:
        """Take bytes; return the entries whose lines are complete."""
        end = data.rfind(b"\n")
        if end < 0:
            self._keep(data)
            return []
        if self._skips:
            start = data.find(b"\n") + 1
            self._skips = False
        else:
            start = 0
        block = bytes(self._tail) + data[start : end + 1]
        self._tail.clear()
        self._keep(data[end + 1 :])
        if b"\r\n" in block:
            block = _ENDS.sub(b"\n", block)
        return self._read(block.split(b"\n")[:-1])

    def end(self) -> list[DirectoryEntry]:
        """Take note that nothing follows; return the entry of a last line."""
        line = bytes(self._tail).rstrip(b"\r")
        self._tail.clear()
        entries = self._read([line]) if line else []
        for dialect in self._dialects:
            dialect.finish()
            self.unknown += dialect.lost
            self.unknown_lines += dialect.lost_lines
            dialect.lost = 0
            dialect.lost_lines = []
        del self.unknown_lines[MOST_KEPT:]
        return entries

    def _keep(self, data: bytes) -> None:
        if self._skips:
            return
        self._tail += data
        if len(self._tail) > _LONGEST:
            self._not_understood(bytes(self._tail[:_KEPT_OF_ONE]))
            self._tail.clear()
            self._skips = True

    def _read(self, lines: list[bytes]) -> list[DirectoryEntry]:
        entries: list[DirectoryEntry] = []
        add = entries.append
        read = self._dialects[0].read
        for line in lines:
            if len(line) > _LONGEST:
                self._not_understood(line)
                continue
            meaning = read(line)
            if meaning is None:
                self._decided = self._decided or bool(entries)
                meaning = self._read_otherwise(line)
                read = self._dialects[0].read
                if meaning is None:
                    self._not_understood(line)
                    continue
            if meaning is not NO_ENTRY:
                add(meaning)
        self._decided = self._decided or bool(entries)
        return entries

    def _read_otherwise(self, line: bytes) -> Meaning:
        """Show a line to the other dialects; the first to read an entry goes first."""
        for dialect in self._dialects[1:]:
            meaning = dialect.read(line)
            if meaning is None:
                continue
            if meaning is not NO_ENTRY and not self._decided:
                self._dialects.remove(dialect)
                self._dialects.insert(0, dialect)
            return meaning
        return None

    def _not_understood(self, line: bytes) -> None:
        self.unknown += 1
        if len(self.unknown_lines) < MOST_KEPT:
            self.unknown_lines.append(line[:_KEPT_OF_ONE])
