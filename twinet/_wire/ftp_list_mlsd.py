"""Listings by MLSD and MLST: facts, each with a name (RFC 3659, section 7).

::

    type=file;size=1234;modify=20260115102033;perm=adfr;UNIX.mode=0644; a name

Facts come in any order and case, unknown ones are read over, and the name is all that
stands behind the first blank.  Times are UTC (section 2.3).

Theory of operation.  A server tells the same facts in the same order, line after line.
So the careful way, which takes each fact by itself, leaves an expression behind that
reads the next such line in one step.  Where a value is not of the usual kind, that line
goes the careful way, too: both read a line the same.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from twinet._wire.ftp_answers import time_of_digits
from twinet._wire.ftp_dialect import NO_ENTRY, Dialect, reachable, size_of
from twinet.records import DirectoryEntry

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinet._wire.ftp_dialect import Kind, Meaning
    from twinet.ftp import FtpReply

__all__ = ["Mlsd", "read_mlst"]

#: Section 7.5.1, and the types of single systems: ``OS.unix=slink:target``.
_KINDS: dict[bytes, Kind] = {
    b"file": "file",
    b"dir": "directory",
    b"cdir": "directory",
    b"pdir": "directory",
    **dict.fromkeys((b"os.unix=slink", b"os.unix=symlink"), "link"),
}
#: What goes the short way.
_USUAL: dict[bytes, Kind] = {
    **dict.fromkeys((b"file", b"File", b"FILE"), "file"),
    **dict.fromkeys((b"dir", b"Dir", b"DIR"), "directory"),
}
#: The facts that are taken, each in the order in which its names count.
_WANTED = (
    (b"type",),
    (b"size",),
    (b"modify",),
    (b"unix.mode",),
    (b"unix.ownername", b"unix.owner"),
    (b"unix.groupname", b"unix.group"),
)
#: A server that tells every line in another form gets no more of them.
_MOST_FORMS = 8
_DIGITS = b"[0-9]{1,18}"
#: The listed directory itself, and the one above.
_ABOVE = frozenset((b"cdir", b"pdir"))
_DOTS = frozenset((b".", b".."))
_STAMP = 14
#: Values of ``perm`` that only directories, or only files, have (section 7.5.5).
_OF_DIRECTORIES = frozenset(b"celmpCELMP")
_OF_FILES = frozenset(b"rawRAW")
_RWX = ("---", "--x", "-w-", "-wx", "r--", "r-x", "rw-", "rwx")
_OCTAL = re.compile(rb"0?[0-7]{1,6}")
_SETUID, _SETGID, _STICKY = 0o4000, 0o2000, 0o1000


class Mlsd(Dialect):
    """What comes on the data connection of MLSD."""

    def __init__(self, now: datetime, encoding: str) -> None:
        super().__init__(now, encoding)
        # The forms that were met: the expression, and the groups of what is wanted.
        self._forms: list[
            tuple[Callable[[bytes], re.Match[bytes] | None], tuple[int, ...]]
        ] = []
        self._known: set[tuple[bytes, ...]] = set()

    def read(self, line: bytes) -> Meaning:
        """Return what a line says."""
        for match, groups in self._forms:
            if (found := match(line)) is not None:
                values = found.group(*groups)
                break
        else:
            return self._read_carefully(line)
        told, size, modify, mode, owner, group, name = values
        kind = _USUAL.get(told)
        if kind is None or name in _DOTS:
            return self._read_carefully(line)
        time = _time(modify) if modify else None
        return DirectoryEntry(
            self._text(name),
            kind,
            int(size) if size and kind == "file" else None,  # the form has digits
            time,
            None if time is None else "second",
            _permissions(mode) if mode else None,
            self._text(owner) if owner else None,
            self._text(group) if group else None,
            None,
            line,
        )

    def _read_carefully(self, line: bytes) -> Meaning:
        if (split := _split(line)) is None:
            return None if line.strip() else NO_ENTRY
        facts, name = split
        if name in _DOTS or facts.get(b"type", b"").lower() in _ABOVE:
            return NO_ENTRY
        if not reachable(name):
            return None
        self._learn(line)
        return self.entry(facts, name, line)

    def _learn(self, line: bytes) -> None:
        """Keep the form of a line, if it is a plain one."""
        told, _, _ = line.partition(b" ")
        *facts, last = told.split(b";")
        if last or not facts or any(fact.count(b"=") != 1 for fact in facts):
            return
        keys = [fact.partition(b"=")[0] for fact in facts]
        places = {key.lower(): at for at, key in enumerate(keys, 1)}
        known = tuple(keys)
        if len(places) < len(keys) or known in self._known:
            return
        if len(self._forms) >= _MOST_FORMS:
            return
        self._known.add(known)
        values = (
            b"=(%b);" % (_DIGITS if key.lower() == b"size" else b"[^;= ]*")
            for key in keys
        )
        form = b"".join(
            re.escape(key) + value for key, value in zip(keys, values, strict=True)
        )
        # The last group, which is empty, stands for each fact that is not told.
        form += rb" ([^/\0]+)()"
        nothing = len(keys) + 2
        wanted = [
            next((places[name] for name in names if name in places), nothing)
            for names in _WANTED
        ]
        match = re.compile(form, re.DOTALL).fullmatch
        self._forms.append((match, (*wanted, len(keys) + 1)))

    def entry(
        self, facts: dict[bytes, bytes], name: bytes, line: bytes
    ) -> DirectoryEntry:
        """Return what facts say, told in the line, of the name."""
        told = facts.get(b"type", b"")
        target = None
        kind = _KINDS.get(told)
        if kind is None:
            kind, target = _kind(told, facts)
        _, size, modify, mode, owner, group = (
            next((facts[name] for name in names if name in facts), b"")
            for names in _WANTED
        )
        time = _time(modify) if modify else None
        return DirectoryEntry(
            self._text(name),
            kind,
            size_of(size) if kind == "file" else None,
            time,
            None if time is None else "second",
            _permissions(mode) if mode else None,
            self._text(owner) if owner else None,
            self._text(group) if group else None,
            None if target is None else self._text(target),
            line,
        )


def read_mlst(reply: FtpReply, encoding: str = "utf-8") -> DirectoryEntry | None:
    """Return what MLST's 250 says; ``None`` when it says nothing.

    The name is the last part of the path that stands there.

    :raises InvalidParameter: 87, the encoding cannot be that of names.
    :source: RFC 3659, section 7.2.
    """
    # Nothing in it is measured by the present time.
    dialect = Mlsd(datetime.max.replace(tzinfo=UTC), encoding)
    for raw in reply.lines:
        # The usual line begins with a blank; some have the code before it, or more
        # blanks.
        line = raw.removeprefix(b"250-").removeprefix(b"250 ").lstrip(b" ")
        if (split := _split(line)) is not None:
            facts, path = split
            name = path.rstrip(b"/").rpartition(b"/")[2] or path
            return dialect.entry(facts, name, raw)
    return None


def _split(line: bytes) -> tuple[dict[bytes, bytes], bytes] | None:
    """Return facts and name; ``None`` when there are none."""
    told, blank, name = line.partition(b" ")
    if not blank:
        return None
    if told[-1:] != b";":
        if told and b"=" not in told:
            return None
        # A value with a blank, or a server that leaves the last semicolon out.
        more, end, behind = name.partition(b"; ")
        if end and all(b"=" in each for each in more.split(b";")[1:]):
            told, name = told + blank + more, behind
    facts = {}
    for fact in told.split(b";"):
        key, equals, value = fact.partition(b"=")
        if equals:
            facts[key.lower()] = value
    return facts, name


def _kind(told: bytes, facts: dict[bytes, bytes]) -> tuple[Kind, bytes | None]:
    """Return a kind that is not told in the usual words, and a link's target."""
    word, colon, target = told.partition(b":")
    if (kind := _KINDS.get(word.lower())) is not None:
        return kind, target if kind == "link" and colon and target else None
    if not told:
        perm = frozenset(facts.get(b"perm", b""))
        if b"size" in facts or perm & _OF_FILES:
            return "file", None
        if b"sizd" in facts or perm & _OF_DIRECTORIES:
            return "directory", None
    return "other", None


def _time(digits: bytes) -> datetime | None:
    if len(digits) == _STAMP and digits.isdigit():
        text = digits.decode("ascii")
        try:
            # As fast as a look-up.
            return datetime.fromisoformat(f"{text[:8]}T{text[8:]}Z")
        except ValueError:
            pass
    return time_of_digits(digits.decode("latin-1"))


@lru_cache(maxsize=1024)
def _permissions(mode: bytes) -> str | None:
    """Return ``rwxr-xr-x`` for ``0755``; what stands before the four is the type."""
    if _OCTAL.fullmatch(mode) is None:
        return None
    bits = int(mode, 8)
    text = "".join(_RWX[bits >> shift & 7] for shift in (6, 3, 0))
    signs = list(text)
    for bit, at, sign in ((_SETUID, 2, "s"), (_SETGID, 5, "s"), (_STICKY, 8, "t")):
        if bits & bit:
            signs[at] = sign if signs[at] == "x" else sign.upper()
    return "".join(signs)
