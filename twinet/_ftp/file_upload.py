"""A local file on its way into a storage.

A plain connection on a socket of ours is fed by the system itself (``sendfile``): the
bytes never come into this process.  It may then wait for the disk for as long as it
takes to fill the socket's buffer; so it is told to read ahead.  Everywhere else they
are read in a thread, a piece ahead of what the server takes.
"""

from __future__ import annotations

import os
from errno import EINVAL, ENOSYS, ENOTSOCK, EOPNOTSUPP
from threading import Lock
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred
from twisted.internet.main import CONNECTION_LOST

from twinet._net.disk import unreadable
from twinet._net.stream import Stream, wait_until_sent
from twinet.errors import Truncated

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from twinet._ftp.operation import Operation
    from twinet._ftp.storage import Storage
    from twinet.errors import InternetError

    Run = Callable[..., Deferred[Any]]

__all__ = ["LocalFile", "upload"]

#: What is read at a time in a thread (bytes; design of the HTTP uploads).
READ = 256 << 10
#: What the system is asked to send at once (bytes).  It takes what fits into the
#: socket's buffer; more than that is asked for so that it is always filled.
SEND = 4 << 20
#: The system cannot do that with this file, or this socket.
_IMPOSSIBLE = frozenset((EINVAL, ENOSYS, ENOTSOCK, EOPNOTSUPP))
_sendfile: Any = getattr(os, "sendfile", None)


class LocalFile:
    """A file that is open for reading.  All methods block, one after the other."""

    def __init__(self, path: Path) -> None:
        """Open it.

        :raises FileNotFound: 2, there is no such file.
        :raises AccessDenied: 5, it may not be read.
        :raises InvalidParameter: 87, it is no file.
        """
        self.path = path
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

    def close(self) -> None:
        """Close it."""
        with self._lock:
            self._file.close()


async def upload(
    operation: Operation,
    storage: Storage,
    file: LocalFile,
    place: int,
    run: Run,
    progress: Callable[[int], None],
    *,
    text: bool = False,
) -> int:
    """Send a file from a place on to its end; return the place of that.

    :param progress: called with the bytes of each step.
    :raises Truncated: 12152, it has become shorter meanwhile.
    """
    transport = storage.data.transport
    if (
        _sendfile is not None
        and type(transport) is Stream
        and not text
        and not storage.data.tls
    ):
        pump = _Pump(storage, transport, file, place, progress)
        place = await operation.wait(pump.start())
    # What the system could not send, or what has been added meanwhile.
    ahead = run(file.read, place)
    try:
        while data := await operation.wait(ahead):
            place += len(data)
            ahead = run(file.read, place)
            room = storage.write(data)
            if room is not None:
                await operation.wait(room)
            progress(len(data))
    finally:
        ahead.addErrback(lambda _: None)
        ahead.cancel()
    if place < file.size:
        msg = f"{file.path} has become shorter while it was being sent"
        raise Truncated(msg)
    return place


class _Pump:
    """Has the system send a file, whenever the socket has room."""

    def __init__(
        self,
        storage: Storage,
        transport: Stream,
        file: LocalFile,
        place: int,
        progress: Callable[[int], None],
    ) -> None:
        self._storage = storage
        self._transport = transport
        self._file = file
        self._place = place
        self._progress = progress
        self._done: Deferred[int] = Deferred(self._cancelled)
        #: all is in the socket's buffer, and has to leave it: the server's last word is
        #: not to be waited for as long as it has not got everything.
        self._draining = False

    def start(self) -> Deferred[int]:
        """Begin; fires with the place up to which the file was sent."""
        self._transport.pump = self._send
        self._transport.startWriting()
        self._storage.data.watch_sending()
        self._storage.lost = self._lost
        return self._done

    def _send(self) -> Any:
        """Send what fits; called by the transport when there is room."""
        transport = self._transport
        left = self._file.size - self._place
        if left <= 0:
            if self._draining or not wait_until_sent(transport.socket):
                self._end()
            self._draining = True
            return None
        try:
            sent = _sendfile(
                transport.fileno(), self._file.descriptor, self._place, min(SEND, left)
            )
        except BlockingIOError:
            return None
        except OSError as error:
            if error.errno in _IMPOSSIBLE:
                self._end()
                return None
            return CONNECTION_LOST
        if not sent:
            # It has become shorter.
            self._end()
            return None
        self._place += sent
        self._storage.took(sent)
        self._storage.data.watch_sending()
        self._progress(sent)
        return None

    def _stop(self) -> None:
        self._storage.lost = None
        self._transport.pump = None
        if self._transport.connected:
            self._transport.stopWriting()

    def _end(self) -> None:
        self._stop()
        self._storage.data.rest()
        if not self._done.called:
            self._done.callback(self._place)

    def _lost(self, error: InternetError) -> None:
        self._stop()
        if not self._done.called:
            self._done.errback(error)

    def _cancelled(self, _: object) -> None:
        self._stop()
