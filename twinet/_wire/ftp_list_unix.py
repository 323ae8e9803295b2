"""Listings as Unix has them, ``ls -l``; the kind that most servers write.

::

    -rw-r--r--   1 ftp      ftp          1234 Jan 15 10:20 a name
    drwxr-xr-x+  2 ftp      ftp          4096 Jan 15  2019 pub
    lrwxrwxrwx   1 0        0               3 Jan 15  2019 link -> pub
    crw-rw-rw-   1 root     root       1,   3 Jan 15 10:20 null
    -rw-r--r--   1 owner 1234 15 janv. 10:20 no group, and another order

Theory of operation.  The usual line, of nine words with the size in the fifth, takes a
short way: mode and date are looked up among those that were met in this listing.  All
others go the careful way, which looks for a number with a date behind it, in the usual
place first, and then from the left.  What lies before is whatever a server says of
links, owner and group; what lies behind one blank is the name.  Both ways read a usual
line the same.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from twinet._wire.ftp_dialect import NO_ENTRY, Dialect, reachable, size_of
from twinet._wire.ftp_list_dates import find_date
from twinet.records import DirectoryEntry

if TYPE_CHECKING:
    from datetime import datetime

    from twinet._wire.ftp_dialect import Kind, Meaning
    from twinet._wire.ftp_list_dates import FoundDate

__all__ = ["Unix"]

_KINDS: dict[bytes, Kind] = {
    b"d": "directory",
    b"l": "link",
    # Plain; contiguous; migrated to tape.
    **dict.fromkeys((b"-", b"f", b"C", b"m", b"M"), "file"),
    **dict.fromkeys((b"b", b"c", b"p", b"s", b"D", b"P", b"n", b"w", b"?"), "other"),
}
#: Some servers leave out the last letter, some routers the last three.
_MODE = re.compile(rb"([-flbcpsdCDMPmnw?])([-rwxsStTlL?]{6,9}[+.@%!]*)")
#: With a thousand links there is no blank left behind the mode.
_GLUED = re.compile(rb"\s*[-flbcpsdCDMPmnw?][-rwxsStTlL?]{9}[+.@%!]?(?=\d)")
_NETWARE = re.compile(rb"([-d]) ?\[[-RWCEAFMSHDP]{6,9}\]", re.IGNORECASE)
#: What NetWare 3 puts before a name.
_NETWARE_BLANKS = b"   "
_SIGN = re.compile(rb"[+.@%!]")
#: What stands above: the blocks that all take together, in many languages.
_TOTAL = re.compile(
    rb"(?:tot\w{0,4}|insgesamt|gesamt|celkem|razem|spolu|skupaj|ukupno|toplam|"
    rb"(?=\w*[\x80-\xff])[\w\x80-\xff]{1,40}+):? *\d[\d.,]*[KMGT]?",
    re.IGNORECASE,
)
_WORD = re.compile(rb"\S+")
#: A size; one that was rounded for people is none.
_NUMBER = re.compile(rb"\d+|\d+(?:[.,]\d+)?[KMGTPE]")
_DEVICE = re.compile(rb"\d+,(\d*)")
#: More words than any server puts before the name.
_MOST_WORDS = 28
#: What is remembered of a listing is forgotten when it becomes so much.
_MEMORY = 4096
_ARROW = b" -> "
_BLANK = 0x20
_USUAL_WORDS = 9
#: Mode, size, date of one word, and name.
_LEAST_WORDS = 4
_USUAL_PLACE = 4
_SHORT = 19
_DOTS = frozenset((b".", b".."))


class Unix(Dialect):
    """``ls -l``, and NetWare, which differs in the mode only."""

    def __init__(self, now: datetime, encoding: str) -> None:
        super().__init__(now, encoding)
        self._modes: dict[bytes, tuple[Kind, str]] = {}
        self._owners: dict[bytes, str] = {}
        self._dates: dict[tuple[bytes, ...], FoundDate] = {}

    def read(self, line: bytes) -> Meaning:
        """Return what a line says."""
        words = line.split(None, 8)
        if len(words) != _USUAL_WORDS:
            return self._read_carefully(line)
        mode, links, owner, group, size, month, day, clock, name = words
        known = self._modes.get(mode)
        date = self._dates.get((month, day, clock)) or self._date(month, day, clock)
        before = len(line) - len(name) - 1
        if (
            known is None
            or date is None
            or not (size.isdigit() and len(size) < _SHORT and links.isdigit())
            # More than one blank there: the name begins with it.
            or line[before] != _BLANK
            or line[before - 1] <= _BLANK
            or b"/" in name
            or b"\0" in name
            or name in _DOTS
        ):
            return self._read_carefully(line)
        kind, permissions = known
        owners = self._owners
        return DirectoryEntry(
            self._text(name),
            kind,
            int(size) if kind == "file" else None,
            date[0],
            date[1],
            permissions,
            owners.get(owner) or self._owner(owner),
            owners.get(group) or self._owner(group),
            None,
            line,
        )

    def _date(self, *words: bytes) -> FoundDate | None:
        """Return a date of three words; ``None`` leaves it to the careful way."""
        date = find_date(words, 0, self._newest)
        if date is None or date.end != len(words) or date.time is None:
            return None
        if date.precision == "second" and date.time.tzinfo is None:
            # There may be a year behind it.
            return None
        if len(self._dates) >= _MEMORY:
            self._dates.clear()
        self._dates[words] = date
        return date

    # -- the careful way

    def _read_carefully(self, line: bytes) -> Meaning:
        glued = _GLUED.match(line)
        spaced = line[: glued.end()] + b" " + line[glued.end() :] if glued else line
        found = list(islice(_WORD.finditer(spaced), _MOST_WORDS))
        words = [word[0] for word in found]
        if len(words) < _LEAST_WORDS:
            total = not words or _TOTAL.fullmatch(b" ".join(words)) is not None
            return NO_ENTRY if total else None
        if (head := _head(words)) is None:
            return None
        kind, permissions, first = head
        place = self._size_and_date(words, first)
        if place is None:
            return None
        at, behind, date = place
        end = found[date.end - 1].end()
        if date.end == behind + 1 and spaced[end : end + 2] == b"  ":
            # "ls --time-style=iso" shows a blank where there are no hours.
            end += 1
        name = spaced[end + 1 :]
        # Of what runs into the word before it, as of two numbers, nobody knows it.
        size = size_of(words[at]) if behind == at + 1 else None
        target = None
        if kind == "link":
            name, target = _link(name, size)
        elif kind == "directory":
            name = name.removesuffix(b"/")
        if permissions is None:
            name = name.removeprefix(_NETWARE_BLANKS)
        if name in _DOTS:
            return NO_ENTRY
        if not reachable(name):
            return None
        if kind != "link" and first == 1 and permissions is not None:
            # The next such line can go the short way.
            if len(self._modes) >= _MEMORY:
                self._modes.clear()
            self._modes[words[0]] = kind, permissions
        owner, group = _owners(words[first:at])
        if kind != "file" or _is_macintosh(words[first:at], size):
            size = None
        return DirectoryEntry(
            self._text(name),
            kind,
            size,
            date.time,
            date.precision,
            permissions,
            None if owner is None else self._owner(owner),
            None if group is None else self._owner(group),
            None if target is None else self._text(target),
            line,
        )

    def _size_and_date(
        self, words: list[bytes], first: int
    ) -> tuple[int, int, FoundDate] | None:
        """Return the word that is the size, the one behind it, and the date there."""
        for at in (_USUAL_PLACE, *range(first, len(words) - 2)):
            behind = _behind_number(words, at)
            date = find_date(words, behind, self._newest) if behind else None
            if date is not None:
                return at, behind, date
        # A long size may have run into the group: then there is none that is sure.
        for at in range(first, len(words) - 2):
            date = find_date(words, at + 1, self._newest)
            if date is not None:
                return at, at + 1, date
        return None

    def _owner(self, name: bytes) -> str:
        if len(self._owners) >= _MEMORY:
            self._owners.clear()
        text = self._owners[name] = self._text(name)
        return text


def _head(words: list[bytes]) -> tuple[Kind, str | None, int] | None:
    """Return kind, permissions, and the number of words that say them."""
    if (netware := _NETWARE.fullmatch(b" ".join(words[:2]))) is not None:
        return _KINDS[netware[1]], None, 2
    if (netware := _NETWARE.fullmatch(words[0])) is not None:
        return _KINDS[netware[1]], None, 1
    if (mode := _MODE.fullmatch(words[0])) is None:
        return None
    # Some set the sign of an access list apart.
    apart = len(words) > 1 and _SIGN.fullmatch(words[1]) is not None
    sign = words[1] if apart else b""
    return _KINDS[mode[1]], (mode[2] + sign).decode("ascii"), 1 + apart


def _behind_number(words: list[bytes], at: int) -> int:
    """Return which word stands behind a size, or a device's two numbers; 0 for none."""
    if at >= len(words):
        return 0
    if _NUMBER.fullmatch(words[at]) is not None:
        return at + 1
    if (device := _DEVICE.fullmatch(words[at])) is None:
        return 0
    if device[1]:
        # Together: "1,3". The size is none then, as no number stands for itself.
        return at + 1
    return at + 2 if at + 1 < len(words) and words[at + 1].isdigit() else 0


def _link(text: bytes, size: int | None) -> tuple[bytes, bytes | None]:
    """Split name and target; an arrow may be part of either."""
    at = text.find(_ARROW)
    if at < 0:
        return text, None
    first = at
    while at >= 0:
        # The size of a link is the length of its target.
        if len(text) - at - len(_ARROW) == size:
            return text[:at], text[at + len(_ARROW) :]
        at = text.find(_ARROW, at + 1)
    return text[:first], text[first + len(_ARROW) :]


def _owners(words: list[bytes]) -> tuple[bytes | None, bytes | None]:
    """Return owner and group from what stands between mode and size."""
    if words and words[0].isdigit():
        # The links.
        words = words[1:]
    if words in ([], [b"folder"]):
        return None, None
    if len(words) == 2:  # noqa: PLR2004  the two
        return words[0], words[1]
    # A name with blanks: nobody knows where it ends.
    return b" ".join(words), None


def _is_macintosh(words: list[bytes], size: int | None) -> bool:
    """Tell whether the size is the sum of the two forks (NetPresenz).

    What one would get of it depends on how it is asked for.
    """
    return (
        len(words) == 2  # noqa: PLR2004  the two forks
        and words[0].isdigit()
        and words[1].isdigit()
        and size is not None
        and size > 0
        and size == (size_of(words[0]) or 0) + (size_of(words[1]) or 0)
    )
