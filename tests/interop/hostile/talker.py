"""The server's end of a connection, on real sockets, for scripts that wait for it.

When the connection is gone, whatever a script waits for fails with :class:`Gone`.
"""

from __future__ import annotations

import socket
import struct
from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet import reactor as _reactor
from twisted.internet.abstract import FileDescriptor
from twisted.internet.defer import Deferred
from twisted.internet.protocol import Protocol

if TYPE_CHECKING:
    from collections.abc import Coroutine

reactor: Any = _reactor

#: For the tests that use this.
NEEDS_TCP_INFO = pytest.mark.skipif(
    not hasattr(socket, "TCP_INFO"),
    reason="the server asks its sockets what the client has closed: only Linux tells",
)

#: TCP_INFO begins with the state (linux/tcp_states.h): ESTABLISHED, FIN_WAIT1 and
#: FIN_WAIT2, in all of which nothing has been heard of the client's closing.
_CLIENT_IS_THERE = frozenset((1, 4, 5))
#: How often something is looked at that cannot be waited for (seconds).
LOOK = 0.005


class Gone(Exception):  # noqa: N818  no error: what became of the connection
    """The client has closed the connection, or we have."""


class Talker(Protocol):
    """The server's end of one connection.

    :param faults: takes the tracebacks of scripts that fail by themselves.
    :ivar ready: whether a script is at work that has what it needs of the client.
    :ivar taken: the bytes that came.
    """

    transport: Any

    def __init__(self, faults: list[str]) -> None:
        self.lost = False
        self.ready = False
        self.taken = 0
        self._faults = faults
        self._buffer = b""
        self._waiting: Deferred[None] | None = None

    @property
    def socket(self) -> socket.socket:
        """The socket itself, under TLS too."""
        own: socket.socket = self.transport.socket
        return own

    @property
    def gone(self) -> bool:
        """Whether the client has closed, also when we do not read, or we have."""
        if self.lost:
            return True
        info = self.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)
        return info[0] not in _CLIENT_IS_THERE

    # -- what scripts do

    def send(self, data: bytes) -> None:
        """Send data."""
        self.transport.write(data)

    async def sent(self, data: bytes) -> None:
        """Send data, and wait until the socket has taken them."""
        transport = self.transport
        transport.write(data)
        await self.pause(0)  # Twisted's TLS gathers small writes in a turn
        while transport.dataBuffer or transport._tempDataBuffer:
            await self.pause(LOOK)

    async def drip(self, data: bytes, seconds: float, size: int = 1) -> None:
        """Send data in pieces, and wait after each of them."""
        for start in range(0, len(data), size):
            self.send(data[start : start + size])
            await self.pause(seconds)

    async def flood(self, data: bytes, limit: int = 64 << 20) -> None:
        """Send the same again and again, as long as the client takes it."""
        while limit > 0:
            await self.sent(data)
            await self.pause(0)
            limit -= len(data)

    async def pause(self, seconds: float) -> None:
        """Do nothing for a while."""
        waiting = self._wait()
        timer = reactor.callLater(seconds, self._wake)
        try:
            await waiting
        finally:
            if timer.active():
                timer.cancel()

    async def body(self, size: int) -> bytes:
        """Wait for so many bytes behind the head, and take them."""
        while len(self._buffer) < size:
            await self._more()
        data, self._buffer = self._buffer[:size], self._buffer[size:]
        return data

    async def until(self, end: bytes) -> bytes:
        """Wait for some bytes, and take what came before them, and them."""
        while end not in self._buffer:
            await self._more()
        data, _, self._buffer = self._buffer.partition(end)
        return data + end

    async def all(self) -> bytes:
        """Wait for something, and take all that is there."""
        while not self._buffer:
            await self._more()
        data, self._buffer = self._buffer, b""
        return data

    async def for_ever(self) -> None:
        """Do nothing more, until the client has closed."""
        while True:
            await self._wait()

    def read_nothing(self) -> None:
        """Take nothing more from the socket."""
        self.transport.pauseProducing()

    def close(self) -> None:
        """Close in order, with TLS by a close_notify."""
        self.transport.loseConnection()

    def close_without_notify(self) -> None:
        """Close the socket under TLS, which is not told."""
        FileDescriptor.loseConnection(self.transport)

    def half_close(self) -> None:
        """Send nothing more, and go on reading."""
        self.transport.loseWriteConnection()

    def reset(self) -> None:
        """Close by a RST; what has not gone out is lost."""
        linger = struct.pack("ii", 1, 0)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.transport.abortConnection()

    # -- the life of a connection

    def run(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Let a script play."""
        Deferred.fromCoroutine(coroutine).addErrback(self._ended)

    def _ended(self, failure: Any) -> None:
        if failure.check(Gone) is None:
            self._faults.append(failure.getTraceback())
            self.transport.abortConnection()

    async def _more(self) -> None:
        self.ready = False
        await self._wait()
        self.ready = True

    def _wait(self) -> Deferred[None]:
        if self.lost:
            raise Gone
        self._waiting = Deferred()
        return self._waiting

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting.callback(None)

    def dataReceived(self, data: bytes) -> None:
        self._buffer += data
        self.taken += len(data)
        self._wake()

    def connectionLost(self, reason: Any = None) -> None:
        self.lost = True
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting.errback(Gone())
