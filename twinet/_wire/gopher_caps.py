"""The caps file: what a server says of itself, at the selector ``caps.txt``.

Its first line is ``CAPS``; then come ``Name=value`` lines, and remarks behind ``#``.
Nothing else is prescribed, so whatever is no such line is left aside.
"""

from __future__ import annotations

import re

from twinet._wire.gopher_item import decoded
from twinet.errors import GopherProtocolError
from twinet.gopher import GopherCaps

__all__ = ["SELECTOR", "read_caps"]

#: Where it is.
SELECTOR = "caps.txt"
_NUMBER = re.compile(r"[0-9]{1,9}")


def read_caps(data: bytes) -> GopherCaps:
    """Read a caps file.

    :raises GopherProtocolError: 12130, it is none.
    """
    first, _, rest = decoded(data.removeprefix(b"\xef\xbb\xbf")).partition("\n")
    if first.strip().upper() != "CAPS":
        msg = (
            f"{SELECTOR} of this server is no caps file: it begins with {first[:80]!r}"
        )
        raise GopherProtocolError(msg)
    values = {}
    for each in rest.splitlines():
        line = each.strip()
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            values[name.strip()] = value.strip()
    # The first servers that had such files spelt it so.
    paths = values.get("PathDelimeter", values.get("PathDelimiter"))
    expire = _NUMBER.fullmatch(values.get("ExpireCapsAfter", ""))
    return GopherCaps(values, paths or None, int(expire[0]) if expire else None)
