"""A timeline in a file: which form it has, by its suffix, and whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from errno import EISDIR
from pathlib import Path
from typing import TYPE_CHECKING

from twinet._net.disk import refused
from twinet.errors import InvalidParameter

if TYPE_CHECKING:
    from os import PathLike

__all__ = ["check_place", "check_suffix", "write_whole"]

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


def check_place(path: str | PathLike[str]) -> None:
    """Check that a timeline could be saved to a path; nothing there changes.

    :raises InvalidParameter: 87, it does not end in ``.svg``, ``.har`` or ``.txt``.
    :raises InternetError: as :func:`write_whole`.
    """
    file, _ = check_suffix(path)
    try:
        if file.is_dir():
            raise IsADirectoryError(EISDIR, os.strerror(EISDIR))
        # Whether one may is not known before one does it.
        number, temporary = _beside(file)
        os.close(number)
        Path(temporary).unlink()
    except OSError as error:
        raise refused(error, file) from error


def write_whole(path: Path, text: str) -> None:
    """Write a file for its owner alone, in place of one that may be there.

    It has a temporary name beside the final one until it is complete; after a failure
    nothing has changed.

    :raises AccessDenied: 5, it may not be written.
    :raises FileNotFound: 2, there is no such folder.
    :raises UnableToCacheFile: 12158, the disk is full, or refuses it otherwise.
    """
    try:
        number, temporary = _beside(path)
        try:
            with os.fdopen(number, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
            Path(temporary).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(temporary).unlink()
            raise
    except OSError as error:
        raise refused(error, path) from error


def _beside(path: Path) -> tuple[int, str]:
    # Without its name, which may be as long as a name can be.
    return tempfile.mkstemp(prefix=".timeline.", dir=path.parent)
