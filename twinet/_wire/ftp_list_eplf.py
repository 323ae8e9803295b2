"""Listings in EPLF, Easily Parsed LIST Format (draft-bernstein-eplf-02).

::

    +i8388621.48594,m825718503,r,s280,<TAB>djb.html

A plus sign, facts that each end with a comma, a tab, and the name.  Times are seconds
since 1970, so they are UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from twinet._wire.ftp_dialect import NO_ENTRY, Dialect, reachable, size_of
from twinet.records import DirectoryEntry

if TYPE_CHECKING:
    from twinet._wire.ftp_dialect import Kind, Meaning

__all__ = ["Eplf"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RWX = ("---", "--x", "-w-", "-wx", "r--", "r-x", "rw-", "rwx")


class Eplf(Dialect):
    """What anonftpd and publicfile write."""

    def read(self, line: bytes) -> Meaning:
        """Return what a line says."""
        if not line.startswith(b"+"):
            return None
        facts, tab, name = line[1:].partition(b"\t")
        if not tab or not (not facts or facts.endswith(b",")) or not reachable(name):
            return None
        if name in (b".", b".."):
            return NO_ENTRY
        kind: Kind = "other"
        size = time = permissions = None
        for fact in facts.split(b","):
            sign, value = fact[:1], fact[1:]
            if fact == b"/":
                kind = "directory"
            elif fact == b"r":
                kind = "file"
            elif sign == b"s":
                size = size_of(value)
            elif sign == b"m":
                time = _time(value)
            elif fact.startswith(b"up"):
                permissions = _permissions(fact[2:])
        return DirectoryEntry(
            self._text(name),
            kind,
            size if kind == "file" else None,
            time,
            None if time is None else "second",
            permissions,
            raw=line,
        )


def _time(digits: bytes) -> datetime | None:
    seconds = size_of(digits)
    try:
        return None if seconds is None else _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        return None


def _permissions(digits: bytes) -> str | None:
    if len(digits) != 3 or digits.translate(None, b"01234567"):  # noqa: PLR2004  user, group, others
        return None
    return "".join(_RWX[digit - 0x30] for digit in digits)
