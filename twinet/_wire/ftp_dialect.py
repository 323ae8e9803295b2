"""A dialect of listings: what one line means, or that it is none of this dialect's."""

from __future__ import annotations

from abc import ABC, abstractmethod
from enum import Enum
from typing import TYPE_CHECKING, Final, Literal

from twinet._wire.ftp_list_dates import newest
from twinet._wire.ftp_name import checked_encoding, decode_name
from twinet.records import DirectoryEntry

if TYPE_CHECKING:
    from datetime import datetime

__all__ = [
    "MOST_KEPT",
    "NO_ENTRY",
    "Dialect",
    "Kind",
    "Meaning",
    "reachable",
    "size_of",
]


class _Nothing(Enum):
    NO_ENTRY = "no entry"


#: The line is understood, and is no entry: a heading, a sum, a blank, ``.`` and ``..``.
NO_ENTRY: Final = _Nothing.NO_ENTRY

#: What an entry is.
Kind = Literal["file", "directory", "link", "other"]

#: What a line says; ``None`` when it is not of the dialect.
Meaning = DirectoryEntry | Literal[_Nothing.NO_ENTRY] | None

#: So many lines that were not understood are kept.
MOST_KEPT = 20
#: Longer numbers are none: no file system has such sizes, and Python refuses some.
_MOST_DIGITS = 20


class Dialect(ABC):
    """Reads the lines of one listing.

    :param now: the present time, with its zone; what is told without a year is
        measured by it.
    :param encoding: of names, owners and groups.
    :ivar lost: how many lines turned out later to say nothing.
    :ivar lost_lines: the first of them.
    """

    def __init__(self, now: datetime, encoding: str) -> None:
        self._newest = newest(now)
        self._encoding = checked_encoding(encoding)
        self.lost = 0
        self.lost_lines: list[bytes] = []

    @abstractmethod
    def read(self, line: bytes) -> Meaning:
        """Return what a line says; ``None`` when it is not of this dialect.

        :param line: without its end.
        """

    def finish(self) -> None:
        """Take note that nothing follows."""
        return

    def _lose(self, line: bytes) -> None:
        """Count a line that was the first of two, and had no second."""
        self.lost += 1
        if self.lost <= MOST_KEPT:
            self.lost_lines.append(line)

    def _text(self, data: bytes) -> str:
        # Most names are of ASCII, and this is asked twice for each of 100,000.
        return data.decode("ascii") if data.isascii() else self._decoded(data)

    def _decoded(self, data: bytes) -> str:
        return decode_name(data, self._encoding)


def size_of(digits: bytes) -> int | None:
    """Return a size; ``None`` when it is none."""
    return int(digits) if digits.isdigit() and len(digits) <= _MOST_DIGITS else None


def reachable(name: bytes) -> bool:
    """Tell whether something in this directory can have the name.

    A name with a slash would lead somewhere else, perhaps out of the folder that a
    program saves it to, and one with a NUL nowhere.
    """
    return bool(name) and b"/" not in name and b"\0" not in name
