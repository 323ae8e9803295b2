"""Header fields given as text, one ``Name: value`` a line, as WinINet takes them."""

from __future__ import annotations

from twinet.errors import HttpInvalidHeader

__all__ = ["field_pairs"]


def field_pairs(text: str | bytes | None) -> list[tuple[bytes, bytes]]:
    """Split lines of fields into names and values.

    :param text: lines ended by CRLF, a lone LF or nothing; blank ones are skipped.
        A ``str`` goes out as ISO-8859-1, and as UTF-8 where it does not fit.
    :raises HttpInvalidHeader: 12153, a line has no colon, or no name before it.
    :source: HttpAddRequestHeaders.
    """
    if not text:
        return []
    pairs = []
    for line in _raw(text).replace(b"\r", b"\n").split(b"\n"):
        if not line.strip():
            continue
        name, colon, value = line.partition(b":")
        if not colon or not name.strip():
            shown = line.decode("latin-1")
            msg = f"{shown!r} is no header field; write lines of the form 'Name: value'"
            raise HttpInvalidHeader(msg)
        pairs.append((name.strip(), value.strip()))
    return pairs


def _raw(text: str | bytes) -> bytes:
    if isinstance(text, bytes):
        return text
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode()
