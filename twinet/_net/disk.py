"""The disk: files that exist under their name only when they are whole.

A file is written under a temporary name in the same folder, synced, and then given
its name without ever taking the place of another file.  Everything that blocks runs
in the session's threads.

Theory of operation.  A call in a thread costs 27 µs, whatever it does, so few are made:
one makes the file, one writes each :data:`BATCH`, and the last writes what is left,
syncs and names.  While one is being written more comes; when that is :data:`BACKLOG`,
the network is held back.  Once all of the body is here, only that last call is made.
"""

from __future__ import annotations

import ctypes
import errno
import os
import secrets
import sys
from collections import deque
from functools import cache
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from twisted.internet.defer import CancelledError, Deferred, succeed
from twisted.python.failure import Failure

from twinet.errors import (
    AccessDenied,
    FileExists,
    FileNotFound,
    InternetError,
    InvalidParameter,
    OperationCancelled,
    UnableToCacheFile,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinet._net.threads import Threads

__all__ = [
    "Disk",
    "PartFile",
    "check_free",
    "path_of",
    "refused",
    "sync_folder",
    "unreadable",
]

T = TypeVar("T")

#: So much, or one piece, is written by one call in a thread (bytes).  Measured: less
#: are too many calls, and what has waited longer is in no near cache any more.
BATCH = 256 << 10
#: What may wait for the disk before the network is held back (bytes).
BACKLOG = 4 * BATCH
#: So much the system is given at once (bytes), and less at the end only: what begins
#: and ends at whole pieces is kept, and sent to the disk, in a few large blocks.
#: Measured: with 1 MiB at once it costs no less, and up to twice as much.
PIECE = 256 << 10
#: More chunks than these are joined first.  So a piece has twice as many parts at most,
#: which all systems take at once (IOV_MAX).
PARTS = 16
#: Windows has none.
_writev = getattr(os, "writev", None)
_RENAME_NOREPLACE = 1
_AT_FDCWD = -100


def check_free(path: Path) -> None:
    """Refuse a name that is taken (blocks).

    :raises FileExists: 80.
    """
    if os.path.lexists(path):
        raise _exists(path)


def path_of(given: object) -> Path:
    """Return what a program gave as the path of a file.

    :raises InvalidParameter: 87, it is none.
    """
    if isinstance(given, str | PathLike):
        path = Path(given)
        if "\0" not in str(path) and given != "":
            return path
    msg = f"{given!r} is no path of a file; give text that is not empty, or a Path"
    raise InvalidParameter(msg)


class PartFile:
    """A file on its way.  All methods block: call them off the reactor thread."""

    def __init__(self, path: Path, *, replaces: bool = False) -> None:
        """Make the temporary file.

        :param replaces: it takes the place of another file of its name.
        :raises InternetError: see :func:`refused`.
        """
        self.path = path
        self._replaces = replaces
        #: what waits for a piece to be whole.
        self._views: deque[memoryview] = deque()
        if not replaces:
            # Said before the network is troubled; decided again at the end.
            check_free(path)
        self.temporary = self._temporary_name()
        flags = os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0)
        try:
            self._fd: int | None = os.open(self.temporary, flags | self._flags, 0o666)
        except OSError as error:
            raise refused(error, self.temporary) from error

    #: nobody else's file is written to.
    _flags = os.O_EXCL

    def _temporary_name(self) -> Path:
        """Return a name that nobody else thinks of."""
        return self.path.with_name(
            f".{self.path.name[:200]}.{secrets.token_hex(4)}.part"
        )

    def write(self, data: list[bytes]) -> None:
        """Write what makes whole pieces; the rest waits for more, or for the end."""
        self._write(data, PIECE)

    def _write(self, data: list[bytes], least: int) -> None:
        """Write as long as there is so much, at least."""
        assert self._fd is not None
        if len(data) > PARTS:
            data = [b"".join(data)]
        views = self._views
        views += map(memoryview, data)
        size = sum(map(len, views))
        try:
            while size >= least:
                parts = _next_piece(views)
                written = _give(self._fd, parts)
                size -= written
                _put_back(views, parts, written)
        except OSError as error:
            raise refused(error, self.temporary) from error

    def publish(self, rest: list[bytes]) -> Path:
        """Write what is left, sync the file, close it and give it its name."""
        self._write(rest, 1)
        assert self._fd is not None
        try:
            os.fsync(self._fd)
            self._close()
            if self._replaces:
                self.temporary.replace(self.path)
            else:
                rename_no_replace(self.temporary, self.path)
            sync_folder(self.path.parent)
        except FileExistsError:
            raise _exists(self.path) from None
        except OSError as error:
            raise refused(error, self.path) from error
        return self.path

    def discard(self, rest: list[bytes]) -> None:  # noqa: ARG002  some keep it
        """Remove what there is of it; ``rest`` came and was not written."""
        self._close()
        self.temporary.unlink(missing_ok=True)

    def _close(self) -> None:
        fd, self._fd = self._fd, None
        if fd is not None:
            os.close(fd)


def _next_piece(views: deque[memoryview]) -> list[memoryview]:
    """Take away what the system is given next: a piece, or all when that is less."""
    parts = []
    room = PIECE
    while room and views:
        view = views.popleft()
        parts.append(view[:room])
        if len(view) > room:
            views.appendleft(view[room:])
        room -= len(parts[-1])
    return parts


def _put_back(views: deque[memoryview], parts: list[memoryview], written: int) -> None:
    """Put back what the system did not take: a full disk, or a limit, cuts."""
    left = sum(map(len, parts)) - written
    while left:
        part = parts.pop()
        views.appendleft(part[-left:])
        left -= len(views[0])


def _give(fd: int, parts: list[memoryview]) -> int:
    """Give the system a piece; return how much it took (bytes)."""
    if _writev is None:
        return os.write(fd, b"".join(parts))
    taken: int = _writev(fd, parts)
    return taken


class _PartSink:
    """What a delivery writes to: batches for the disk's thread."""

    def __init__(
        self, part: PartFile, threads: Threads, whole: Callable[[], bool]
    ) -> None:
        self._part = part
        self._threads = threads
        self._whole = whole
        self._batch: list[bytes] = []
        self._size = 0
        self._writing = False
        self._settled: Deferred[None] | None = None
        self._waiter: Deferred[None] | None = None
        self._error: BaseException | None = None

    def write(self, data: bytes) -> Deferred[None] | None:
        if self._error is not None:
            raise self._error
        self._batch.append(data)
        self._size += len(data)
        if self._whole():
            # The end is next: one call writes what is left and names the file.
            return None
        if not self._writing and self._size >= BATCH:
            self._flush()
        if self._size < BACKLOG:
            return None
        self._waiter = Deferred()
        return self._waiter

    def _flush(self) -> None:
        batch, self._batch = self._batch, []
        self._size = 0
        self._writing = True
        self._threads.run(self._part.write, batch).addCallbacks(
            self._written, self._failed
        )

    def _written(self, _: object) -> None:
        self._writing = False
        if self._size >= BATCH and not self._whole():
            self._flush()
        self._wake(None)

    def _failed(self, failure: Failure) -> None:
        self._writing = False
        self._error = failure.value
        self._wake(failure)

    def _wake(self, result: Failure | None) -> None:
        """Let the delivery go on, and whoever waits for the file to rest."""
        waiter, self._waiter = self._waiter, None
        if waiter is not None:
            waiter.callback(result)
        settled, self._settled = self._settled, None
        if settled is not None and not settled.called:
            settled.callback(None)

    def rest(self) -> list[bytes]:
        """Return what came and was not written."""
        return self._batch if self._error is None else []

    async def publish(self) -> Path:
        """Write what is left, and give the file its name."""
        await self.settle()
        if self._error is not None:
            raise self._error
        published, _ = await to_the_end(
            self._threads.run(self._part.publish, self._batch)
        )
        return published

    async def settle(self) -> None:
        """Wait until the thread does not use the file any more."""
        while self._writing:
            self._settled = Deferred()
            await to_the_end(self._settled)


async def to_the_end(job: Deferred[T]) -> tuple[T, bool]:
    """Wait for a job even when the waiting is cancelled.

    :returns: what the job gave, and whether it was cancelled meanwhile.
    """
    outcome: list[T | Failure] = []
    waiting: Deferred[None] = Deferred()

    def ended(result: T | Failure) -> None:
        outcome.append(result)
        if not waiting.called:
            waiting.callback(None)

    job.addBoth(ended)
    cancelled = False
    while not outcome:
        try:
            await waiting
        except CancelledError:
            cancelled = True
            waiting = Deferred()
    (result,) = outcome
    if isinstance(result, Failure):
        result.raiseException()
    return result, cancelled


class Disk:
    """Saves bodies to files, off the reactor thread."""

    def __init__(self, threads: Threads) -> None:
        #: runs a blocking call; fires in the reactor's thread with its result.
        self.run = threads.run
        self._threads = threads
        self._saving = 0
        self._idle: Deferred[None] | None = None

    async def save(
        self,
        path: Path,
        deliver: Callable[[Any], Deferred[int]],
        whole: Callable[[], bool] = lambda: False,
        *,
        part: Callable[[Path], PartFile] = PartFile,
    ) -> Path:
        """Let ``deliver`` write to a temporary file, then publish it.

        Cancelling stops the delivery and removes the temporary file; once the last
        bytes are written and the file is given its name, it is too late to cancel.

        :param whole: tells whether all that is still to be written has come.
        :param part: makes the file that is written to; it blocks.
        :raises InternetError: what ``deliver`` failed with; ``FileExists`` (80),
            ``AccessDenied`` (5), ``FileNotFound`` (2), ``UnableToCacheFile`` (12158).
        """
        self._saving += 1
        try:
            return await self._save(path, deliver, whole, part)
        finally:
            self._saving -= 1
            if not self._saving and self._idle is not None:
                idle, self._idle = self._idle, None
                idle.callback(None)

    async def _save(
        self,
        path: Path,
        deliver: Callable[[Any], Deferred[int]],
        whole: Callable[[], bool],
        make: Callable[[Path], PartFile],
    ) -> Path:
        run = self._threads.run
        part, cancelled = await to_the_end(run(make, path))
        sink = _PartSink(part, self._threads, whole)
        try:
            if cancelled:
                msg = f"saving {path} was cancelled"
                raise OperationCancelled(msg)  # noqa: TRY301  the part goes below
            await deliver(sink)
            return await sink.publish()
        except BaseException:
            await sink.settle()
            await to_the_end(run(part.discard, sink.rest()))
            raise

    def when_idle(self) -> Deferred[None]:
        """Fire when no file is on its way."""
        if not self._saving:
            return succeed(None)
        if self._idle is None:
            self._idle = Deferred()
        return self._idle


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
    call = _system_call()
    if call is None:
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


@cache
def _system_call() -> Callable[..., int] | None:
    try:
        return ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return None


def sync_folder(folder: Path) -> None:
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


def refused(error: OSError, path: Path) -> InternetError:
    """Return what says that a file cannot be written, and why."""
    words = error.strerror or str(error)
    if isinstance(error, PermissionError):
        return AccessDenied(f"cannot write {path}: {words}")
    if isinstance(error, FileNotFoundError):
        return FileNotFound(f"cannot write {path}: the folder does not exist")
    return UnableToCacheFile(f"cannot write {path}: {words}")


def unreadable(error: OSError, path: PathLike[str]) -> InternetError:
    """Return the error of a file that cannot be read, to be sent."""
    words = error.strerror or str(error)
    if isinstance(error, PermissionError):
        return AccessDenied(f"cannot read {path}: {words}")
    if isinstance(error, FileNotFoundError):
        return FileNotFound(f"there is no file {path} to send")
    return InvalidParameter(f"cannot read {path}: {words}")
