"""The disk: files that exist under their name only when they are whole.

A file is written under a temporary name in the same folder, synced, and then given
its name without ever taking the place of another file.  Everything that blocks runs
in the session's threads.
"""

from __future__ import annotations

import ctypes
import errno
import os
import secrets
import sys
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred

from twinet.errors import (
    AccessDenied,
    FileExists,
    FileNotFound,
    InternetError,
    UnableToCacheFile,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from twinet._net.threads import Threads

__all__ = ["Disk", "PartFile"]

#: What may wait for the disk before the network is held back (bytes).
BACKLOG = 1 << 20
_RENAME_NOREPLACE = 1
_AT_FDCWD = -100


class PartFile:
    """A file on its way.  All methods block: call them off the reactor thread."""

    def __init__(self, path: Path) -> None:
        """Make the temporary file.

        :raises InternetError: see :func:`_refused`.
        """
        self.path = path
        if os.path.lexists(path):
            # Said before the network is troubled; decided again at the end.
            raise _exists(path)
        self.temporary = path.with_name(
            f".{path.name[:200]}.{secrets.token_hex(4)}.part"
        )
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        try:
            self._fd: int | None = os.open(self.temporary, flags, 0o666)
        except OSError as error:
            raise _refused(error, self.temporary) from error

    def write(self, data: list[bytes]) -> None:
        """Write all of it."""
        assert self._fd is not None
        try:
            for piece in data:
                view = memoryview(piece)
                while view:
                    view = view[os.write(self._fd, view) :]
        except OSError as error:
            raise _refused(error, self.temporary) from error

    def publish(self) -> Path:
        """Sync the file, close it and give it its name."""
        assert self._fd is not None
        try:
            os.fsync(self._fd)
            self._close()
            rename_no_replace(self.temporary, self.path)
            _sync_folder(self.path.parent)
        except FileExistsError:
            raise _exists(self.path) from None
        except OSError as error:
            raise _refused(error, self.path) from error
        return self.path

    def discard(self) -> None:
        """Remove what there is of it."""
        self._close()
        self.temporary.unlink(missing_ok=True)

    def _close(self) -> None:
        fd, self._fd = self._fd, None
        if fd is not None:
            os.close(fd)


class _PartSink:
    """What a delivery writes to: batches for the disk's thread."""

    def __init__(self, part: PartFile, threads: Threads) -> None:
        self._part = part
        self._threads = threads
        self._batch: list[bytes] = []
        self._size = 0
        self._writing: Deferred[None] | None = None
        self._waiter: Deferred[None] | None = None
        self._error: BaseException | None = None

    def write(self, data: bytes) -> Deferred[None] | None:
        if self._error is not None:
            raise self._error
        self._batch.append(data)
        self._size += len(data)
        if self._writing is None and self._size >= BACKLOG // 4:
            self._flush()
        if self._size < BACKLOG:
            return None
        self._waiter = Deferred()
        return self._waiter

    def _flush(self) -> None:
        batch, self._batch = self._batch, []
        self._size = 0
        self._writing = self._threads.run(self._part.write, batch)
        self._writing.addCallbacks(self._written, self._failed)

    def _written(self, _: object) -> None:
        self._writing = None
        if self._size >= BACKLOG // 4:
            self._flush()
        waiter, self._waiter = self._waiter, None
        if waiter is not None:
            waiter.callback(None)

    def _failed(self, failure: Any) -> None:
        self._writing = None
        self._error = failure.value
        waiter, self._waiter = self._waiter, None
        if waiter is not None:
            waiter.errback(failure)

    async def finish(self) -> None:
        """Wait until everything is with the operating system."""
        await self.settle()
        if self._error is None and self._batch:
            self._flush()
            await self.settle()
        if self._error is not None:
            raise self._error

    async def settle(self) -> None:
        """Wait until the thread does not use the file any more."""
        while self._writing is not None:
            done: Deferred[None] = Deferred()
            self._writing.addBoth(_pass, done)
            await done


def _pass(result: Any, done: Deferred[None]) -> Any:
    if not done.called:
        done.callback(None)
    return result


class Disk:
    """Saves bodies to files, off the reactor thread."""

    def __init__(self, threads: Threads) -> None:
        self._threads = threads

    async def save(self, path: Path, deliver: Callable[[Any], Deferred[int]]) -> Path:
        """Let ``deliver`` write to a temporary file, then publish it.

        :raises InternetError: what ``deliver`` failed with; ``FileExists`` (80),
            ``AccessDenied`` (5), ``FileNotFound`` (2), ``UnableToCacheFile`` (12158).
        """
        run = self._threads.run
        part: PartFile = await run(PartFile, path)
        sink = _PartSink(part, self._threads)
        try:
            await deliver(sink)
            await sink.finish()
            published: Path = await run(part.publish)
        except BaseException:
            await sink.settle()
            await run(part.discard)
            raise
        return published


def rename_no_replace(source: Path, target: Path) -> None:
    """Rename, but never in place of another file.

    :raises FileExistsError: there is a file of that name.
    """
    if sys.platform == "win32":
        source.rename(target)  # which never replaces there
        return
    if sys.platform == "linux" and _renameat2(source, target):
        return
    # Another name for the same file: fails when the name is taken.
    os.link(source, target)
    source.unlink()


def _renameat2(source: Path, target: Path) -> bool:
    """Try the system call; false when this system or file system has none."""
    try:
        call = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    result = call(
        _AT_FDCWD,
        os.fsencode(source),
        _AT_FDCWD,
        os.fsencode(target),
        _RENAME_NOREPLACE,
    )
    if result == 0:
        return True
    number = ctypes.get_errno()
    if number in (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP):
        return False
    raise OSError(number, os.strerror(number), str(target))


def _sync_folder(folder: Path) -> None:
    """Make the new name survive a power cut, where folders can be synced."""
    if sys.platform == "win32":
        return
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _exists(path: Path) -> InternetError:
    return FileExists(f"{path} exists already; choose another name or remove it")


def _refused(error: OSError, path: Path) -> InternetError:
    words = error.strerror or str(error)
    if isinstance(error, PermissionError):
        return AccessDenied(f"cannot write {path}: {words}")
    if isinstance(error, FileNotFoundError):
        return FileNotFound(f"cannot write {path}: the folder does not exist")
    return UnableToCacheFile(f"cannot write {path}: {words}")
