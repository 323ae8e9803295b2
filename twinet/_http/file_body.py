"""Files as bodies: read in threads, a piece ahead of what the transport takes."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, BinaryIO

from twisted.internet.defer import Deferred
from twisted.web.iweb import UNKNOWN_LENGTH, IBodyProducer
from zope.interface import implementer

from twinet._http.bytes_producer import BytesProducer
from twinet._net.disk import unreadable
from twinet.errors import AccessDenied, InvalidParameter

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike

    from twisted.internet.interfaces import IConsumer
    from twisted.python.failure import Failure

    #: Runs a blocking call in a thread; fires in the reactor's with what it returned.
    Run = Callable[..., Deferred[Any]]

__all__ = ["FileProducer", "OpenFile", "file_at"]

#: What is read at a time (bytes).  Measured: each change of threads costs about as
#: much as reading this, and of 256 KiB three times as much.
READ = 1 << 20


def file_at(path: PathLike[str], run: Run) -> FileAt:
    """Return the file at a path as a body.

    Its length is that of this moment; it is opened when it is sent.

    :raises InvalidParameter: 87, it is no regular file, or cannot be looked at.
    :raises FileNotFound: 2, there is no such file.
    :raises AccessDenied: 5, it must not be read.
    """
    try:
        status = os.stat(path)  # noqa: PTH116  a Path is one kind of path only
    except OSError as error:
        raise unreadable(error, path) from error
    if not stat.S_ISREG(status.st_mode):
        msg = f"{path} is no regular file; open it yourself and give the open file"
        raise InvalidParameter(msg)
    if not os.access(path, os.R_OK):
        msg = f"cannot read {path}: permission denied"
        raise AccessDenied(msg)
    return FileAt(Path(path), status.st_size, run)


class FileAt:
    """The file at a path; each time that it is sent, it is opened anew."""

    again = True

    def __init__(self, path: Path, length: int, run: Run) -> None:
        self._path = path
        self.length = length
        self._run = run

    def producer(self) -> IBodyProducer:
        """Return what opens, reads and closes it."""
        return FileProducer(_Opened(self._path), 0, self.length, self._run)


class OpenFile:
    """A file that the program has opened, and closes when the request is done.

    It is sent from where it stands.  One that can seek has a length, and can be sent
    again.

    :raises InvalidParameter: 87, it was opened for text, or cannot be read.
    """

    def __init__(self, file: Any, run: Run) -> None:
        self._run = run
        self._taken = False
        self._start: int | None = None
        self.length: Any = UNKNOWN_LENGTH
        try:
            if isinstance(file.read(0), str):
                msg = "the file was opened for text; open it in binary mode ('rb')"
                raise InvalidParameter(msg)
            seekable = getattr(file, "seekable", None)
            if seekable is not None and seekable():
                self._start = file.tell()
                self.length = max(0, file.seek(0, os.SEEK_END) - self._start)
                file.seek(self._start)
        except (OSError, ValueError) as error:
            msg = f"the file that was given as a body cannot be read: {error}"
            raise InvalidParameter(msg) from error
        self._reader = _Given(file)

    @property
    def again(self) -> bool:
        """Whether it can seek to its beginning, or has not been read."""
        return self._start is not None or not self._taken

    def producer(self) -> IBodyProducer:
        """Return what reads it."""
        self._taken = True
        return FileProducer(self._reader, self._start, self.length, self._run)


class _Given:
    """A file of the program's.  :meth:`read` blocks: it runs in a thread."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        # A producer that was stopped may have a last read under way when the next
        # one begins.
        self._lock = Lock()

    def read(self, at: int | None, size: int) -> bytes:
        """Return the bytes at a place; None is wherever the file stands."""
        with self._lock:
            if at is not None:
                self._file.seek(at)
            return self._file.read(size)

    def close(self) -> None:
        """Leave it open: it is the program's."""


class _Opened:
    """A file of ours.  Both methods block, and run one after the other.

    But when the session is closed, nobody waits for the thread that reads, and
    :meth:`close` may come before the file has been opened.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None
        self._closed = False

    def read(self, at: int | None, size: int) -> bytes:
        """Return the bytes at a place."""
        if self._file is None:
            try:
                # Buffered, because such a file is never closed in the middle of a
                # read: its lock is in the way.
                self._file = self._path.open("rb")
            except OSError as error:
                raise unreadable(error, self._path) from error
        if self._closed:
            self.close()
            return b""
        assert at is not None, "a file at a path can seek"
        self._file.seek(at)
        return self._file.read(size)

    def close(self) -> None:
        """Close it, for good."""
        self._closed = True
        file, self._file = self._file, None
        if file is not None:
            file.close()


@implementer(IBodyProducer)
class FileProducer:
    """Produces a file from one place on, once.

    While the transport takes one piece, the next one is read.
    """

    def __init__(
        self, file: _Given | _Opened, start: int | None, length: Any, run: Run
    ) -> None:
        self.length = length
        self._file = file
        self._at = start
        #: what is to be read yet; None: up to the end.
        self._left: int | None = None if length is UNKNOWN_LENGTH else length
        self._run = run
        self._consumer: IConsumer | None = None
        self._done: Deferred[None] = Deferred()
        self._reading = False
        self._ended = False
        #: what was read, and waits for its turn; what is being written.
        self._next: bytes | None = None
        self._piece: BytesProducer | None = None
        self._paused = False

    def startProducing(self, consumer: IConsumer) -> Deferred[None]:  # noqa: N802
        """Begin; fires when all has been written (``IBodyProducer``)."""
        self._consumer = consumer
        self._go_on()
        return self._done

    def pauseProducing(self) -> None:  # noqa: N802
        """Hold back (``IPushProducer``)."""
        self._paused = True
        if self._piece is not None:
            self._piece.pauseProducing()

    def resumeProducing(self) -> None:  # noqa: N802
        """Go on (``IPushProducer``)."""
        self._paused = False
        if self._piece is not None:
            self._piece.resumeProducing()

    def stopProducing(self) -> None:  # noqa: N802
        """Stop; the Deferred of ``startProducing`` never fires (``IProducer``)."""
        if self._consumer is not None:
            self._consumer = None
            if self._piece is not None:
                self._piece.stopProducing()
            if not self._reading:
                # Else it is closed when the thread that reads it is done.
                self._file.close()

    # -- inside

    def _go_on(self) -> None:
        """Write what was read, and read on meanwhile."""
        if self._piece is None and self._next is not None:
            data, self._next = self._next, None
            piece = self._piece = BytesProducer(data)
            if self._paused:
                piece.pauseProducing()
            assert self._consumer is not None
            piece.startProducing(self._consumer).addCallback(self._written)
        if self._consumer is None:
            return
        if self._next is None and not self._reading:
            self._read()
        if self._ended and self._piece is None and self._consumer is not None:
            self._consumer = None
            self._file.close()
            self._done.callback(None)

    def _written(self, _: object) -> None:
        self._piece = None
        if self._consumer is not None:
            self._go_on()

    def _read(self) -> None:
        size = READ if self._left is None else min(READ, self._left)
        if not size or self._ended:
            self._ended = True
            return
        self._reading = True
        self._run(self._file.read, self._at, size).addCallbacks(self._came, self._lost)

    def _came(self, data: bytes) -> None:
        self._reading = False
        if self._consumer is None:
            self._file.close()
            return
        if data:
            self._next = data
            if self._at is not None:
                self._at += len(data)
            if self._left is not None:
                self._left -= len(data)
        else:
            # Of a file that has become shorter, the length that was announced stays
            # unmet: whoever counts says so.
            self._ended = True
        self._go_on()

    def _lost(self, failure: Failure) -> None:
        self._reading = False
        self._file.close()
        if self._consumer is not None:
            self._consumer = None
            if self._piece is not None:
                self._piece.stopProducing()
            self._done.errback(failure)
