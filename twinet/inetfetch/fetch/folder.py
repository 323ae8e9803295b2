"""A folder held open: everything below happens in it and nowhere else.

The way from the download folder down is walked one part at a time without following
symbolic links, and files are then named relative to the open folder, so that nobody
can swap a part of the path in between.  All of it blocks.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import functools
import hashlib
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Self

_RENAME_NOREPLACE = 1  # <linux/fs.h>

_Renameat2 = Callable[[int, bytes, int, bytes, int], int]

#: The file system or the kernel does not know the flag.
_UNABLE = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EPERM})


@functools.cache
def _renameat2() -> _Renameat2 | None:
    """Return the C library's function, ``None`` where there is none."""
    if not sys.platform.startswith("linux"):
        return None
    function = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if function is None:  # glibc before 2.28, old musl
        return None
    function.argtypes = [
        ctypes.c_int,
        ctypes.c_char_p,
        ctypes.c_int,
        ctypes.c_char_p,
        ctypes.c_uint,
    ]
    function.restype = ctypes.c_int
    found: _Renameat2 = function
    return found


class Folder:
    """An open folder.  Close it, or use it as a context manager."""

    def __init__(self, descriptor: int, path: str) -> None:
        self._fd = descriptor
        #: where it is, for people and for the records.
        self.path = path

    @classmethod
    def below(cls, root: str, path: str = "", *, make: bool = False) -> Self:
        """Open the folder that holds ``path`` below ``root``.

        :param path: a checked relative path; its last part is the file's name.
        :param make: make the folders that are missing, the root too.
        :raises OSError: one cannot be opened or made, or is a symbolic link.
        """
        if make:
            # What the operator named may well be a symbolic link.
            Path(root).mkdir(parents=True, exist_ok=True)
        current = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        at = root
        try:
            for part in PurePosixPath(path).parts[:-1]:
                if make:
                    with contextlib.suppress(FileExistsError):
                        os.mkdir(part, 0o777, dir_fd=current)
                        os.fsync(current)
                at = f"{at}/{part}"
                lower = _enter(current, part, at)
                os.close(current)
                current = lower
        except BaseException:
            os.close(current)
            raise
        return cls(current, at.rstrip("/"))

    def full(self, name: str) -> str:
        """Return a file's full path."""
        return f"{self.path}/{name}"

    def create(self, name: str) -> int:
        """Make a new file, only for its owner, and return its descriptor."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        return os.open(name, flags, 0o600, dir_fd=self._fd)

    def taken(self, name: str) -> bool:
        """Tell whether something has that name; only a hint, see :meth:`publish`."""
        try:
            os.lstat(name, dir_fd=self._fd)
        except FileNotFoundError:
            return False
        return True

    def remove(self, name: str) -> None:
        """Remove a file; it need not be there."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name, dir_fd=self._fd)

    def publish(self, temporary: str, final: str) -> None:
        """Give a file its final name, in one step that never replaces anything.

        :raises FileExistsError: something has that name.
        """
        renameat2 = _renameat2()
        if renameat2 is not None:
            ctypes.set_errno(0)
            result = renameat2(
                self._fd,
                os.fsencode(temporary),
                self._fd,
                os.fsencode(final),
                _RENAME_NOREPLACE,
            )
            if result == 0:
                return
            number = ctypes.get_errno()
            if number not in _UNABLE:
                raise OSError(number, os.strerror(number), self.full(final))
        os.link(
            temporary,
            final,
            src_dir_fd=self._fd,
            dst_dir_fd=self._fd,
            follow_symlinks=False,
        )
        os.unlink(temporary, dir_fd=self._fd)

    def sync(self) -> None:
        """Write the folder itself to the disk: its names, that is."""
        os.fsync(self._fd)

    def same_file(self, one: str, other: str) -> bool:
        """Tell whether both names are there and mean one file."""
        try:
            first = os.lstat(one, dir_fd=self._fd)
            second = os.lstat(other, dir_fd=self._fd)
        except FileNotFoundError:
            return False
        return os.path.samestat(first, second)

    def holds(self, name: str, size: int, sha256: str) -> bool:
        """Tell whether a plain file with this content has that name."""
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
        try:
            descriptor = os.open(name, flags, dir_fd=self._fd)
        except FileNotFoundError:
            return False
        except OSError as reason:
            if reason.errno == errno.ELOOP:  # a symbolic link
                return False
            raise
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_size != size:
            os.close(descriptor)
            return False
        with os.fdopen(descriptor, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256

    def names(self) -> list[str]:
        """Return the names of everything in it."""
        with os.scandir(self._fd) as entries:
            return [entry.name for entry in entries]

    def close(self) -> None:
        """Let it go."""
        os.close(self._fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _enter(current: int, part: str, path: str) -> int:
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        return os.open(part, flags, dir_fd=current)
    except OSError as reason:
        if reason.errno in {errno.ELOOP, errno.ENOTDIR}:
            raise NotADirectoryError(
                errno.ENOTDIR, "a file or a symbolic link is in the way", path
            ) from None
        raise
