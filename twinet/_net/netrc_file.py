"""The .netrc file of a session: found, judged and read when the session begins."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from twinet._wire.netrc import Netrc, NetrcError, parse_netrc
from twinet.errors import InvalidParameter

__all__ = ["GivenNetrc", "read_netrc"]

#: What a program gives: a path, or True for the user's own.
GivenNetrc = bool | str | os.PathLike[str]

#: More than anybody keeps there (bytes; our own choice).
_LONGEST = 1 << 20
#: Who must not be allowed to: others to read, group and others to write.
_TOO_OPEN = stat.S_IROTH | stat.S_IWOTH | stat.S_IWGRP


def read_netrc(given: GivenNetrc | None) -> Netrc | None:
    """Return what a .netrc file says; ``None`` for no file.

    :param given: True is the file that ``NETRC`` names in the environment, or
        ``~/.netrc`` (``~/_netrc`` on Windows), and need not be there; a path must be.
    :raises InvalidParameter: (87) it is no path, or the file cannot be read, can be
        read by everybody while there is a password in it, or is no .netrc.  Nothing
        that it holds is in the message.
    """
    if given is None or given is False:
        return None
    if given is True:
        named = os.environ.get("NETRC")
        if named:
            return _read(Path(named), "the netrc file (by NETRC)")
        path = _own()
        if path is None or not path.exists():
            return None
        return _read(path, "the netrc file")
    if not isinstance(given, str | os.PathLike) or not os.fspath(given):
        msg = f"netrc is a path, or True for the user's own; not {given!r}"
        raise InvalidParameter(msg)
    return _read(Path(given), "the netrc file")


def _own() -> Path | None:
    try:
        home = Path.home()
    except RuntimeError:
        # A user without a home has no such file.
        return None
    path = home / ".netrc"
    return home / "_netrc" if os.name == "nt" and not path.exists() else path


def _read(path: Path, what: str) -> Netrc:
    try:
        mode, data = _content(path)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        msg = f"{what} {path} cannot be read: {why}"
        raise InvalidParameter(msg) from error
    try:
        netrc = parse_netrc(data.decode())
    except UnicodeDecodeError:
        # Without its cause: that shows the bytes.
        msg = f"{what} {path} is not text in UTF-8"
        raise InvalidParameter(msg) from None
    except NetrcError as error:
        msg = f"{what} {path}, {error}"
        raise InvalidParameter(msg) from None
    if netrc.secret and os.name == "posix" and mode & _TOO_OPEN:
        msg = (
            f"{what} {path} holds passwords and is open to others; make it yours "
            f"alone: chmod 600 {path}"
        )
        raise InvalidParameter(msg)
    return netrc


def _content(path: Path) -> tuple[int, bytes]:
    """Return a file's mode and what is in it.

    :raises ValueError: it is no file, or too long.
    """
    # A pipe with a name would make us wait, for whom nobody knows.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            msg = "it is no ordinary file"
            raise ValueError(msg)
        data = b""
        while piece := os.read(descriptor, _LONGEST):
            data += piece
            if len(data) > _LONGEST:
                msg = f"it is longer than {_LONGEST} bytes"
                raise ValueError(msg)
        return mode, data
    finally:
        os.close(descriptor)
