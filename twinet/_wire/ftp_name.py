"""Names of files on an FTP server: bytes and text, without loss (RFC 2640).

Names are UTF-8, as RFC 2640 wants it.  Bytes that are none become surrogate escapes
(PEP 383), and go back as they came, so that any name that was listed can be asked for.

In another encoding, too: where a decoder forgets something, as those for Shift JIS and
GBK do where two codes mean one letter, the name's bytes above 127 are all escaped.
"""

from __future__ import annotations

from codecs import lookup
from functools import lru_cache

from twinet.errors import InvalidParameter

__all__ = ["checked_encoding", "decode_name", "encode_name"]

#: Every byte that is not ASCII's, to see whether an encoding keeps ASCII.
_ASCII = bytes(range(128))
_LONGEST = 40
#: In these, bytes of ASCII are letters of other alphabets, behind an escape.
_NOTATIONS = ("iso2022", "unicode-escape", "raw-unicode-escape", "idna", "punycode")
_LOSSLESS = frozenset(("utf-8", "ascii", "iso8859-1"))


@lru_cache(maxsize=32)
def checked_encoding(encoding: str) -> str:
    """Return Python's name of an encoding that can be used for names.

    :raises InvalidParameter: 87, Python does not know it, or its ASCII is not ASCII,
        as with UTF-16 and EBCDIC: it cannot be that of a line.
    """
    try:
        # Python remembers each name that it looked for: long ones are none.
        name = lookup(encoding).name if len(encoding) <= _LONGEST else ""
        if name and not name.startswith(_NOTATIONS):
            text = _ASCII.decode(name)
            if text == _ASCII.decode("ascii") and text.encode(name) == _ASCII:
                return name
    except (LookupError, UnicodeError, ValueError):
        pass
    msg = f"{encoding!r:.60} is no encoding that names on an FTP server can have"
    raise InvalidParameter(f"{msg}; such as 'utf-8', 'latin-1' or 'cp1251' are")


def decode_name(data: bytes, encoding: str = "utf-8") -> str:
    """Return the text of a name; :func:`encode_name` gives the bytes back.

    :param encoding: one that :func:`checked_encoding` returned.
    """
    text = data.decode(encoding, "surrogateescape")
    if encoding in _LOSSLESS or text.encode(encoding, "surrogateescape") == data:
        return text
    return data.decode("ascii", "surrogateescape")


def encode_name(text: str, encoding: str = "utf-8") -> bytes:
    """Return the bytes of a name.

    :raises InvalidParameter: 87, the encoding does not have one of its letters; the
        name is not shown, as it may be a password.
    """
    try:
        return text.encode(encoding, "surrogateescape")
    except UnicodeEncodeError as error:
        msg = (
            f"the character at {error.start} cannot be said in {encoding}, the "
            "encoding of this connection; it is an option of the connection"
        )
        raise InvalidParameter(msg) from None
