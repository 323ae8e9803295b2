"""PEM as programs give it: a file's path, or its content."""

from __future__ import annotations

import os
from pathlib import Path

from twinet.errors import InvalidParameter

__all__ = ["read_pem"]

_BEGIN = "-----BEGIN "


def read_pem(given: str | os.PathLike[str] | bytes, what: str) -> tuple[str, bytes]:
    """Return the name and the content of what was given, which is read now.

    Text that is the content is taken for it: as a path it would be shown in the error,
    and it may be a key.

    :param what: it is, for messages.
    :raises InvalidParameter: (87) it is no path, or the file cannot be read.
    """
    if isinstance(given, str) and _BEGIN in given:
        given = given.encode("utf-8", "surrogateescape")
    if isinstance(given, bytes):
        return "the given bytes", given
    if not isinstance(given, str | os.PathLike):
        raise InvalidParameter(
            f"{what} cannot be a {type(given).__name__}; give the path of a PEM file, "
            "or PEM bytes"
        )
    name = os.fspath(given)
    try:
        return name, Path(name).read_bytes()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise InvalidParameter(f"{what} cannot be read from {name}: {why}") from error
