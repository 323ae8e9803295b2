"""A timeline in a file: which form it has, by its suffix, and whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from twinet.errors import InvalidParameter

if TYPE_CHECKING:
    from os import PathLike

__all__ = ["check_suffix", "write_whole"]

#: What a file may be called.
SUFFIXES = (".svg", ".har", ".txt")


def check_suffix(path: str | PathLike[str]) -> tuple[Path, str]:
    """Return a path, and the suffix that says what the file shall be.

    :raises InvalidParameter: 87, it says nothing.
    """
    try:
        checked = Path(path)
    except TypeError:
        msg = f"a timeline is saved to a path, not to {path!r}"
        raise InvalidParameter(msg) from None
    suffix = checked.suffix.lower()
    if suffix not in SUFFIXES:
        kinds = ".svg (a picture), .har (for browsers) or .txt (a table)"
        msg = f"a timeline's file ends in {kinds}, which {str(path)!r} does not"
        raise InvalidParameter(msg)
    return checked, suffix


def write_whole(path: Path, text: str) -> None:
    """Write a file for its owner alone, in place of one that may be there.

    It has a temporary name beside the final one until it is complete.

    :raises OSError: it cannot be written; nothing has changed then.
    """
    number, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(number, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(temporary).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(temporary).unlink()
        raise
