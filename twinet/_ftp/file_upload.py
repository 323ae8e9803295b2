"""A local file on its way into a storage.

A plain connection on a socket of ours is fed by the system itself (``sendfile``): the
bytes never come into this process.  What is not in the system's memory it would wait
for, with the reactor: a disk that gives 5 MB a second was measured to hold that up for
2.7 seconds at a time.  So the socket is given what is there already, and a thread has
the next piece read where it is not::

    opened, the first piece read --> sending what is there <--> waiting for the disk
                                          |
                                          '-- all of it --> draining --> sent

Everywhere else the bytes are read in a thread, a piece ahead of what the server takes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred
from twisted.internet.main import CONNECTION_LOST

from twinet._ftp.local_file import FIRST, IMPOSSIBLE, sendfile
from twinet._net.stream import Stream, wait_until_sent
from twinet.errors import Truncated

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.python.failure import Failure

    from twinet._ftp.local_file import LocalFile
    from twinet._ftp.operation import Operation
    from twinet._ftp.storage import Storage
    from twinet.errors import InternetError

    Run = Callable[..., Deferred[Any]]

__all__ = ["upload"]

#: What is read ahead at a time, at most (bytes; our own).
PIECE = 4 << 20


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
        sendfile is not None
        and type(transport) is Stream
        and not text
        and not storage.data.tls
    ):
        pump = _Pump(storage, transport, file, place, run, progress)
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
    """Has the system send a file, whenever the socket has room and the disk was there.

    Two pieces are ahead of the socket at most.
    """

    def __init__(
        self,
        storage: Storage,
        transport: Stream,
        file: LocalFile,
        place: int,
        run: Run,
        progress: Callable[[int], None],
    ) -> None:
        self._storage = storage
        self._transport = transport
        self._file = file
        self._place = place
        self._run = run
        self._progress = progress
        #: up to which place the file is in memory.
        self._ready = max(place, file.ready)
        self._piece = FIRST
        #: the disk is reading; the socket is sending.
        self._reading = self._sending = False
        self._done: Deferred[int] = Deferred(self._cancelled)
        #: all is in the socket's buffer, and has to leave it: the server's last word is
        #: not to be waited for as long as it has not got everything.
        self._draining = False

    def start(self) -> Deferred[int]:
        """Begin; fires with the place up to which the file was sent."""
        self._transport.pump = self._send
        self._storage.lost = self._lost
        self._read_ahead()
        if self._ready > self._place or self._ready >= self._file.size:
            self._go_on()
        return self._done

    def _go_on(self) -> None:
        self._sending = True
        self._transport.startWriting()
        self._storage.data.watch_sending()

    def _read_ahead(self) -> None:
        """Have the next piece in memory, if it is time for that."""
        file, ready = self._file, self._ready
        if self._reading or ready >= file.size or ready - self._place > self._piece:
            return
        self._piece = min(4 * self._piece, PIECE)
        self._ready = file.in_memory(ready, self._piece)
        if self._ready == ready:
            self._reading = True
            self._run(file.read_ahead, ready, self._piece).addCallbacks(
                self._read, self._unread
            )

    def _read(self, end: int) -> None:
        self._reading = False
        if self._done.called:
            return
        if end <= self._ready:
            # It has become shorter; what is left is read in a thread.
            self._end()
            return
        self._ready = end
        self._read_ahead()
        if not self._sending:
            self._go_on()

    def _unread(self, failure: Failure) -> None:
        if not self._done.called:
            self._stop()
            self._storage.data.rest()
            self._done.errback(failure)

    def _send(self) -> Any:
        """Send what fits; called by the transport when there is room."""
        transport = self._transport
        left = self._file.size - self._place
        if left <= 0:
            if self._draining or not wait_until_sent(transport.socket):
                self._end()
            self._draining = True
            return None
        left = self._ready - self._place
        if left <= 0:
            # The disk is behind.
            self._sending = False
            transport.stopWriting()
            self._storage.data.rest()
            return None
        try:
            sent = sendfile(
                transport.fileno(), self._file.descriptor, self._place, left
            )
        except BlockingIOError:
            return None
        except OSError as error:
            if error.errno in IMPOSSIBLE:
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
        self._read_ahead()
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
