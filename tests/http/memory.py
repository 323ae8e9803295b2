"""HTTP without sockets: a session on a memory reactor, and the server's end by hand."""

from __future__ import annotations

from typing import Any

from twisted.internet import error
from twisted.internet.address import IPv4Address
from twisted.internet.error import (
    ConnectionDone,
    ConnectionLost,
)
from twisted.internet.interfaces import IHostnameResolver, IHostResolution
from twisted.internet.testing import MemoryReactorClock, StringTransport
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from twinet import Session


class PeerTransport(StringTransport):
    """The client's transport; what it does is seen by the :class:`Peer`."""

    aborted = False
    disconnected = False
    paused = False

    def __init__(self, clock: Any, address: IPv4Address) -> None:
        super().__init__(peerAddress=address)  # type: ignore[no-untyped-call]  # Twisted's
        self.clock = clock
        self.protocol: Any = None

    def setTcpNoDelay(self, enabled: bool) -> None:
        self.noDelay = enabled

    def abortConnection(self) -> None:
        self.aborted = True
        self._lose(ConnectionLost())

    def loseConnection(self) -> None:
        self._lose(ConnectionDone())

    def _lose(self, reason: Exception) -> None:
        # As real transports do, in the next turn.
        if not self.disconnected:
            self.disconnected = True
            self.clock.callLater(0, self.protocol.connectionLost, Failure(reason))

    def pauseProducing(self) -> None:
        self.paused = True

    def resumeProducing(self) -> None:
        self.paused = False


class Peer:
    """The server's end of one connection."""

    def __init__(self, clock: Any, factory: Any, address: str, port: int) -> None:
        where = IPv4Address("TCP", address, port)
        self.transport = PeerTransport(clock, where)
        self.protocol = factory.buildProtocol(where)
        self.transport.protocol = self.protocol
        self.protocol.makeConnection(self.transport)

    @property
    def closed(self) -> bool:
        """Whether the client has closed the connection."""
        return self.transport.disconnected

    def request(self) -> bytes:
        """Take what the client has sent."""
        data: bytes = self.transport.value()
        self.transport.clear()
        return data

    def send(self, data: bytes) -> None:
        """Let data arrive at the client."""
        self.protocol.dataReceived(data)

    def close(self, reason: Exception | None = None) -> None:
        """Let the server close."""
        if not self.transport.disconnected:
            self.transport.disconnected = True
            self.protocol.connectionLost(Failure(reason or ConnectionDone()))


@implementer(IHostResolution)
class _Resolution:
    def __init__(self, name: str) -> None:
        self.name = name

    def cancel(self) -> None:
        """Stop (``IHostResolution``)."""


@implementer(IHostnameResolver)
class ScriptedResolver:
    """Answers look-ups when the test says so."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, str]] = []

    def resolveHostName(
        self,
        resolutionReceiver,
        hostName,
        portNumber=0,
        addressTypes=None,
        transportSemantics="TCP",
    ):
        resolution = _Resolution(hostName)
        resolutionReceiver.resolutionBegan(resolution)
        self.asked.append((resolutionReceiver, hostName))
        return resolution

    def answer(self, *addresses: str) -> None:
        """Answer the oldest question."""
        receiver, _ = self.asked.pop(0)
        for address in addresses:
            receiver.addressResolved(IPv4Address("TCP", address, 0))
        receiver.resolutionComplete()


class MemoryNet:
    """A session and the peers that it connects to.

    :ivar told: one readable line for each notification.
    """

    def __init__(self, **options: Any) -> None:
        self.reactor = MemoryReactorClock()
        self.resolver = ScriptedResolver()
        options.setdefault("resolver", self.resolver)
        self.session = Session(self.reactor, **options)
        self.session.set_status_callback(self.listen)
        self.news: list[Any] = []
        self.react: Any = lambda news: None
        self._taken = 0

    @property
    def told(self) -> list[str]:
        """Status and payload of everything that was told, in order."""
        return [line(news) for news in self.news]

    def listen(self, news: Any) -> None:
        self.news.append(news)
        self.react(news)

    @property
    def attempts(self) -> int:
        """How many connection attempts wait for an answer."""
        return len(self.reactor.tcpClients) - self._taken

    def accept(self) -> Peer:
        """Let the oldest connection attempt succeed; given up ones are passed over."""
        while self.reactor.connectors[self._taken].stoppedConnecting:
            self._taken += 1
        host, port, factory = self.reactor.tcpClients[self._taken][:3]
        self._taken += 1
        return Peer(self.reactor, factory, host, port)

    def refuse(self) -> None:
        """Let the oldest connection attempt fail."""
        factory = self.reactor.tcpClients[self._taken][2]
        connector = self.reactor.connectors[self._taken]
        self._taken += 1
        factory.clientConnectionFailed(
            connector, Failure(error.ConnectionRefusedError())
        )

    def advance(self, seconds: float = 0.0) -> None:
        """Let time pass."""
        self.reactor.advance(seconds)


#: The context that tests give.
CONTEXT = 3

_HANDLES = frozenset(("HANDLE_CREATED", "HANDLE_CLOSING"))


def line(news: Any) -> str:
    """Return one readable line for a notification."""
    name = news.status.name
    if name in _HANDLES:
        return f"{name}"
    if name == "REQUEST_COMPLETE":
        error = news.error
        return f"{name} {'ok' if error is None else error.code}"
    return name if news.info is None else f"{name} {news.info}"


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"


class NetTestCase(SynchronousTestCase):
    """What a case on a memory net asks again and again.

    :ivar origin: the server that its requests go to.
    """

    net: MemoryNet
    origin = "http://127.0.0.1"

    def told(self) -> list[str]:
        """Take what was told."""
        told = self.net.told
        self.net.news.clear()
        return told

    def kept(self, peer: Peer) -> bool:
        """Tell whether the next request goes out on the connection of ``peer``."""
        if peer.closed:
            return False
        peer.request()
        self.net.session.get(f"{self.origin}/next")
        return not self.net.attempts and peer.request().startswith(b"GET /next ")

    def check_nothing_left(self, *peers: Peer) -> None:
        """Check that there is no socket, no producer and no timer any more."""
        self.net.react = lambda news: None
        # A transport is gone in the turn after it was closed.
        self.net.advance()
        self.assertEqual(repr(self.net.session.engine.pool).split(" ")[1], "0")
        for peer in peers:
            self.assertTrue(peer.closed)
            self.assertIsNone(peer.transport.producer)
        # The one timer may still be set: it fires once in vain, then rests.
        self.net.advance(1000)
        self.assertEqual(self.net.reactor.getDelayedCalls(), [])
        closed = self.net.session.close()
        self.net.advance()
        self.successResultOf(closed)
        self.assertEqual(self.net.reactor.getDelayedCalls(), [])
