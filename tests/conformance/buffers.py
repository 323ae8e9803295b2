"""What Windows puts into buffers, and where it is in Python: a call's value."""

from __future__ import annotations

from typing import Any

import twinet
from twinet.records import DirectoryEntry

__all__ = ["BUFFERED", "COUNTS", "buffer_of", "handle_in"]

#: What completes with a number.
COUNTS = "InternetQueryDataAvailable"
#: Functions that fill a buffer on Windows.
BUFFERED = (
    "InternetRead",
    "InternetWrite",
    COUNTS,
    "InternetFindNextFile",
    "FtpFindFirstFile",
    "FtpGetCurrentDirectory",
)


def handle_in(result: Any) -> twinet.Handle | None:
    """Return the handle that a call gives, alone or with the first entry."""
    first = result[0] if isinstance(result, tuple) else result
    return first if isinstance(first, twinet.Handle) else None


def buffer_of(value: Any) -> dict[str, Any]:
    """Return what the recorded program saw in its buffer."""
    if isinstance(value, tuple):
        value = value[-1]
    if isinstance(value, DirectoryEntry):
        return {"event": "buffer", "find": _found(value)}
    if isinstance(value, str):
        # Windows counts the NUL
        return {"event": "buffer", "count": len(value) + 1, "data": value}
    if isinstance(value, bytes):
        data = value.decode("latin-1")
        return {"event": "buffer", "count": len(data), "data": data}
    return {"event": "buffer", "count": value}


def _found(entry: DirectoryEntry) -> dict[str, Any]:
    """Return an entry as WIN32_FIND_DATA has it."""
    directory = entry.kind == "directory"
    return {
        "name": entry.name,
        "size": entry.size or 0,
        "directory": directory,
        "attributes": 16 if directory else 0,
    }
