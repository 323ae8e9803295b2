"""A local file that is to be sent: opened, read, and read ahead, in threads."""

from __future__ import annotations

import ctypes
import os
import sys
from errno import EINVAL, ENOSYS, ENOTSOCK, EOPNOTSUPP
from threading import Lock
from typing import TYPE_CHECKING, Any

from twinet._net.disk import unreadable

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["FIRST", "IMPOSSIBLE", "LocalFile", "sendfile"]

#: What is read at a time (bytes; design of the HTTP uploads).
READ = 256 << 10
#: What is read ahead when it is opened (bytes; our own).
FIRST = 256 << 10
#: How far apart the bytes are that tell what is in memory (bytes; Linux's read-ahead).
SAMPLE = 128 << 10
#: The system cannot do that with this file, or this socket.
IMPOSSIBLE = frozenset((EINVAL, ENOSYS, ENOTSOCK, EOPNOTSUPP))
sendfile: Any = getattr(os, "sendfile", None)
#: What ``fstatfs`` begins with for a tmpfs (statfs(2)), and its length at most (bytes).
_TMPFS = 0x01021994
_LONGEST_STATFS = 256
#: Whether it takes a file for a socket: then nothing need be copied to read ahead.
_TO_FILES = sys.platform == "linux"


class LocalFile:
    """A file that is open for reading.

    All methods block, but for :meth:`in_memory`.
    """

    def __init__(self, path: Path) -> None:
        """Open it.

        :raises FileNotFound: 2, there is no such file.
        :raises AccessDenied: 5, it may not be read.
        :raises InvalidParameter: 87, it is no file.
        """
        self.path = path
        #: whether the system can tell what it has in its memory.
        self._tells = hasattr(os, "RWF_NOWAIT")
        self._byte = bytearray(1)
        # A read that nobody waits for any more may be under way when it is closed.
        self._lock = Lock()
        try:
            self._file = path.open("rb", buffering=0)
            self.descriptor = self._file.fileno()
            #: how long it was when it was opened (bytes).
            self.size = os.fstat(self.descriptor).st_size
            if hasattr(os, "posix_fadvise"):
                advice = os.POSIX_FADV_SEQUENTIAL
                os.posix_fadvise(self.descriptor, 0, 0, advice)
        except OSError as error:
            raise unreadable(error, path) from error
        self._is_memory = _lies_in_memory(self.descriptor)
        #: up to which place it has been read ahead (bytes).
        self.ready = self.read_ahead(0, FIRST)

    def read(self, place: int) -> bytes:
        """Return a piece from some place; empty at the end.

        :raises InvalidParameter: 87, the disk does not give it.
        """
        with self._lock:
            if self._file.closed:
                return b""
            try:
                self._file.seek(place)
                return self._file.read(READ) or b""
            except OSError as error:
                raise unreadable(error, self.path) from error

    def in_memory(self, place: int, size: int) -> int:
        """Return up to which place a piece is in the system's memory for certain.

        One byte in 128 KiB is asked for, which is what the system reads at a time.
        """
        end = min(place + size, self.size)
        if self._is_memory:
            return end
        try:
            while self._tells and place < end:
                os.preadv(self.descriptor, [self._byte], place, os.RWF_NOWAIT)
                place += SAMPLE
        except BlockingIOError:
            pass
        except OSError:
            # Its file system does not know how.
            self._tells = False
        return min(place, end)

    def read_ahead(self, place: int, size: int) -> int:
        """Have the system read a piece into its memory; return the place of its end.

        :raises InvalidParameter: 87, the disk does not give it.
        """
        end = min(place + size, self.size)
        with self._lock:
            while place < end and not self._file.closed:
                try:
                    count = _read_in(self.descriptor, place, end - place)
                except OSError as error:
                    raise unreadable(error, self.path) from error
                if not count:
                    # It has become shorter.
                    break
                place += count
        return place

    def close(self) -> None:
        """Close it."""
        with self._lock:
            self._file.close()


def _lies_in_memory(descriptor: int) -> bool:
    """Tell whether a file is one of a tmpfs, which has no disk."""
    if sys.platform != "linux":
        return False
    told = ctypes.create_string_buffer(_LONGEST_STATFS)
    try:
        failed = ctypes.CDLL(None).fstatfs(descriptor, told)
    except (OSError, AttributeError):
        return False
    kind = ctypes.c_ulong.from_buffer(told).value
    return not failed and kind == _TMPFS


def _read_in(descriptor: int, place: int, size: int) -> int:
    """Have a piece of a file read; return how much that was (bytes)."""
    if sendfile is None:
        # It is never sent by the system.
        return size
    if not _TO_FILES:
        return len(os.pread(descriptor, min(size, READ), place))
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        count: int = sendfile(nowhere, descriptor, place, size)
    except OSError as error:
        if error.errno in IMPOSSIBLE:
            # Nor can it be sent so.
            return size
        raise
    finally:
        os.close(nowhere)
    return count
