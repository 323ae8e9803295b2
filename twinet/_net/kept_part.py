"""The kept part: a file on its way that outlives a failure, to be gone on with.

It stands beside the final name, as ``name.part``.  Its time is that of the server's
file, which is how the next attempt knows whether it is a part of the same thing.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from twinet._net.disk import PartFile
from twinet.errors import AccessDenied, InternetError

try:
    import fcntl
except ImportError:  # Windows does not let two write to one file
    fcntl = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["KeptPart"]


class KeptPart(PartFile):
    """A part of a file.  All methods block.

    :param time: that of the server's file (seconds since 1970); a part of another time
        is one of another file.
    :param size: that of the server's file (bytes); ``None``: not known.
    :ivar begin: what is here of it already (bytes).
    :raises AccessDenied: 5, another download writes to it.
    """

    #: a link of somebody else's is not followed.
    _flags = getattr(os, "O_NOFOLLOW", 0)

    def __init__(
        self, path: Path, *, time: float | None, size: int | None, replaces: bool
    ) -> None:
        super().__init__(path, replaces=replaces)
        self._time = time
        assert self._fd is not None
        if fcntl is not None:
            try:
                fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                self._close()
                msg = f"{self.temporary} is being written to by another download"
                raise AccessDenied(msg) from error
        status = os.fstat(self._fd)
        self.begin = 0
        if (
            time is not None
            and size is not None
            and status.st_size <= size
            and int(status.st_mtime) == int(time)
        ):
            self.begin = status.st_size
        self.start_at(self.begin)

    def _temporary_name(self) -> Path:
        return self.path.with_name(f"{self.path.name}.part")

    def start_at(self, place: int) -> None:
        """Forget what is behind a place, and write from there on."""
        assert self._fd is not None
        os.ftruncate(self._fd, place)
        os.lseek(self._fd, place, os.SEEK_SET)
        self.begin = place

    def discard(self, rest: list[bytes]) -> None:
        """Keep what came, where that can be gone on with."""
        if self._time is None:
            super().discard(rest)
            return
        with suppress(InternetError):
            self._write(rest, 1)
        if self._fd is not None:
            with suppress(OSError):
                os.utime(self._fd, (self._time, self._time))
        self._close()
