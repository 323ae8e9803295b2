"""The header fields that a request's flags stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinet.errors import InvalidParameter
from twinet.flags import Flag, SecurityFlag

if TYPE_CHECKING:
    from twinet._wire.http_request import FieldLines

__all__ = [
    "CERTIFICATE_BITS",
    "FIELD_BITS",
    "certificate_flags",
    "check_flags",
    "flag_lines",
]

_PRAGMA = int(Flag.PRAGMA_NOCACHE)
_NO_WRITE = int(Flag.NO_CACHE_WRITE)
_KEEP = int(Flag.KEEP_CONNECTION)
#: The flags that let a fault of a certificate through.
CERTIFICATE_BITS = int(Flag.IGNORE_CERT_CN_INVALID | Flag.IGNORE_CERT_DATE_INVALID)
#: The flags that may add a field.
FIELD_BITS = _PRAGMA | _NO_WRITE | _KEEP


def check_flags(flags: Flag) -> Flag:
    """Return what was given as flags.

    :raises InvalidParameter: 87, they are none.
    """
    if not isinstance(flags, int):
        msg = f"flags are members of twinet.Flag, joined by |; not {flags!r}"
        raise InvalidParameter(msg)
    return flags


def certificate_flags(flags: int) -> SecurityFlag:
    """Return which faults of a certificate are let through."""
    return SecurityFlag(int(flags) & CERTIFICATE_BITS)


def flag_lines(bits: int, verb: bytes) -> FieldLines:
    """Return the fields, as measured on Windows; the program's own go before them.

    :param bits: the flags as a number.
    """
    lines = []
    if bits & _PRAGMA:
        lines.append((b"Pragma", b"no-cache"))
    if bits & _NO_WRITE and verb != b"GET":
        # Nobody on the way shall keep what this answers, or answer with what he kept.
        lines.append((b"Cache-Control", b"no-cache"))
    if bits & _KEEP:
        lines.append((b"Connection", b"Keep-Alive"))
    return tuple(lines)
