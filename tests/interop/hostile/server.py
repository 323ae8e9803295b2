"""A server that does what a script says, on real sockets of the loopback.

Theory of operation.  Each connection is served by a coroutine of its own: it awaits a
head and gives the connection to the script of that target; when the script returns, it
awaits the next head.  So a script that says nothing is a server that is silent, and
whatever else shall happen to the socket the script does itself.  ``/good`` is always
answered well, on whichever connection it is asked for: the page that tells whether the
client's pool is still good.

It is a proxy as well as the server behind it: with an ``opening``, that is what each
connection begins with, and TLS is spoken when it is over.

When the connection is gone, whatever the script waits for fails with :class:`Gone`.
"""

from __future__ import annotations

import socket
import struct
from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet import reactor as _reactor
from twisted.internet.abstract import FileDescriptor
from twisted.internet.defer import Deferred
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import deferLater

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from twisted.internet.interfaces import IOpenSSLServerConnectionCreator

    #: What is done on a connection, from a head that came on.
    Script = Callable[["Peer"], Awaitable[None]]

reactor: Any = _reactor

#: For the tests that use this server.
NEEDS_TCP_INFO = pytest.mark.skipif(
    not hasattr(socket, "TCP_INFO"),
    reason="the server asks its sockets what the client has closed: only Linux tells",
)

GOOD_PAGE = b"a good page"
GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(GOOD_PAGE), GOOD_PAGE)

#: TCP_INFO begins with the state (linux/tcp_states.h): ESTABLISHED, FIN_WAIT1 and
#: FIN_WAIT2, in all of which nothing has been heard of the client's closing.
_CLIENT_IS_THERE = frozenset((1, 4, 5))
#: How often something is looked at that cannot be waited for (seconds).
_LOOK = 0.005


class Gone(Exception):  # noqa: N818  no error: what became of the connection
    """The client has closed the connection, or we have."""


class Peer(Protocol):
    """The server's end of one connection.

    :ivar number: 0 for the first connection that came.
    :ivar head: the last head that came, without its blank line.
    :ivar asked: the targets that were asked for here.
    :ivar ready: whether a script is at work that has what it needs of the client.
    """

    transport: Any

    def __init__(self, server: HostileServer) -> None:
        self.server = server
        self.number = len(server.peers)
        self.head = b""
        self.asked: list[str] = []
        self.lost = False
        self.ready = False
        self._buffer = b""
        self._waiting: Deferred[None] | None = None

    @property
    def target(self) -> str:
        """The last target that was asked for."""
        return self.asked[-1]

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
            await self.pause(_LOOK)

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

    def connectionMade(self) -> None:
        server = self.server
        server.peers.append(self)
        server.most = max(server.most, server.open)
        greeting = server.greetings.get(self.number)
        if server.tls is not None and greeting is None and server.opening is None:
            self.transport.startTLS(server.tls)
        self._run(self._serve(greeting))

    def _run(self, coroutine: Any) -> None:
        Deferred.fromCoroutine(coroutine).addErrback(self._ended)

    def _ended(self, failure: Any) -> None:
        if failure.check(Gone) is None:
            self.server.faults.append(failure.getTraceback())
            self.transport.abortConnection()

    async def _serve(self, greeting: Script | None) -> None:
        if greeting is not None:
            await self._play(greeting)
        elif self.server.opening is not None:
            await self._play(self.server.opening)
            if self.server.tls is not None:
                self.transport.startTLS(self.server.tls)
            self.ready = False
        while True:
            while b"\r\n\r\n" not in self._buffer:
                await self._wait()
            self.head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
            self.asked.append(self.head.split(b" ")[1].decode("latin-1"))
            self.server.asked.append(self.target)
            if self.target.endswith("/good"):
                self.send(GOOD)
            else:
                await self._play(self.server.script)

    async def _play(self, script: Script) -> None:
        self.ready = True
        await script(self)

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
        self.server.taken += len(data)
        self._wake()

    def connectionLost(self, reason: Any = None) -> None:
        self.lost = True
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting.errback(Gone())


class HostileServer:
    """One port, one script.

    :param script: what is done when anything but ``/good`` is asked for.
    :param tls: how TLS is spoken; None speaks none.
    :param greetings: what is done at once on the connection of a number, before (and
        in place of) TLS.
    :param opening: what is done at first on each other connection, before TLS.
    :ivar peers: the connections that came.
    :ivar asked: the targets that were asked for, in this order.
    :ivar taken: the bytes that came.
    :ivar most: the most connections that were open at a time.
    :ivar faults: the tracebacks of scripts that failed by themselves.
    """

    def __init__(
        self,
        script: Script,
        tls: IOpenSSLServerConnectionCreator | None = None,
        greetings: dict[int, Script] | None = None,
        opening: Script | None = None,
    ) -> None:
        self.script = script
        self.tls = tls
        self.greetings = greetings or {}
        self.opening = opening
        self.peers: list[Peer] = []
        self.asked: list[str] = []
        self.faults: list[str] = []
        self.taken = 0
        self.most = 0
        self.secure = tls is not None
        factory: Any = Factory.forProtocol(lambda: Peer(self))
        factory.noisy = False
        self._port = reactor.listenTCP(0, factory, interface="127.0.0.1", backlog=512)

    @property
    def port(self) -> int:
        """The port on which it listens."""
        return int(self._port.getHost().port)

    @property
    def open(self) -> int:
        """How many connections are open at this moment."""
        return sum(not peer.gone for peer in self.peers)

    @property
    def ready(self) -> bool:
        """Whether a script has come to what it is about."""
        return any(peer.ready for peer in self.peers)

    def url(self, path: str) -> str:
        """Return the URL of a path here."""
        scheme = "https" if self.secure else "http"
        return f"{scheme}://127.0.0.1:{self.port}{path}"

    async def all_gone(self, *but: Peer) -> None:
        """Wait until the client has closed every connection, or all but some."""
        while any(not peer.gone for peer in self.peers if peer not in but):
            await deferLater(reactor, _LOOK)

    async def stop(self) -> None:
        """Listen no more, and close what is open."""
        await self._port.stopListening()
        for peer in self.peers:
            if not peer.lost:
                peer.transport.abortConnection()
        while not all(peer.lost for peer in self.peers):
            await deferLater(reactor, _LOOK)
