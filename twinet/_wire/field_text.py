"""Header fields given as text, one ``Name: value`` a line, as WinINet takes them."""

from __future__ import annotations

from twinet.errors import HttpInvalidHeader

__all__ = ["field_pairs"]


def field_pairs(text: str | bytes | None) -> list[tuple[bytes, bytes]]:
    """Split lines of fields into names and values.

    :param text: lines ended by CRLF, a lone LF or nothing; blank ones are skipped.
        A ``str`` goes out as ISO-8859-1, and as UTF-8 where it does not fit.
    :raises HttpInvalidHeader: 12153, a line has no colon, or no name before it, or
        the text cannot be encoded.
    :source: HttpAddRequestHeaders.
    """
    if not text:
        return []
    pairs = []
    raw = _raw(text).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    for number, line in enumerate(raw.split(b"\n"), 1):
        if not line.strip():
            continue
        name, colon, value = line.partition(b":")
        if not colon or not name.strip():
            # Not shown: it may be the rest of a token that was broken in two.
            msg = (
                f"line {number} of the header fields has no colon behind a name; "
                "write lines of the form 'Name: value'"
            )
            raise HttpInvalidHeader(msg)
        pairs.append((name.strip(), value.strip()))
    return pairs


def _raw(text: str | bytes) -> bytes:
    if isinstance(text, bytes):
        return text
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        pass
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        msg = "the header fields have half of a surrogate pair, which has no UTF-8 form"
        raise HttpInvalidHeader(msg) from None
