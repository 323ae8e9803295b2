"""HTTP without sockets: a session on a memory network, and the server's end by hand."""

from __future__ import annotations

from typing import Any

from twisted.internet.address import IPv4Address
from twisted.internet.interfaces import IHostnameResolver, IHostResolution
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from twinet import Session
from twinet.testing import HandPeer, MemoryNetwork, PlayedEnd


class Peer(PlayedEnd):
    """The server's end of one connection."""

    def request(self) -> bytes:
        """Take what the client has sent."""
        return self.take()


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

    :ivar hand: plays every server.
    :ivar news: keeps what was told.
    """

    def __init__(self, **options: Any) -> None:
        self.hand = HandPeer()
        self.network = MemoryNetwork(otherwise=self.hand)
        self.reactor = self.network.reactor
        self.resolver = ScriptedResolver()
        options.setdefault("resolver", self.resolver)
        self.session = Session(self.reactor, **options)
        self.news = self.network.recorder()
        self.session.set_status_callback(self.news)

    @property
    def told(self) -> list[str]:
        """Status and payload of everything that was told, in order."""
        return self.news.lines

    @property
    def react(self) -> Any:
        """What is done at each notification."""
        return self.news.react

    @react.setter
    def react(self, react: Any) -> None:
        self.news.react = react

    @property
    def attempts(self) -> int:
        """How many connection attempts wait for an answer."""
        return len(self.hand.waiting)

    def accept(self) -> Peer:
        """Let the oldest connection attempt succeed; given up ones are passed over."""
        return self.hand.accept(Peer)

    def refuse(self) -> None:
        """Let the oldest connection attempt fail."""
        self.hand.refuse()

    def advance(self, seconds: float = 0.0) -> None:
        """Let time pass."""
        self.reactor.advance(seconds)


#: The context that tests give.
CONTEXT = 3

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"


class NetTestCase(SynchronousTestCase):
    """What a case on a memory net asks again and again.

    :ivar origin: the server that its requests go to.
    """

    net: MemoryNet
    origin = "http://127.0.0.1"

    def told(self) -> list[str]:
        """Take what was told."""
        return self.net.news.take()

    def kept(self, peer: Peer) -> bool:
        """Tell whether the next request goes out on the connection of ``peer``."""
        if peer.closed:
            return False
        peer.request()
        self.net.session.get(f"{self.origin}/next")
        return not self.net.attempts and peer.request().startswith(b"GET /next ")

    def check_nothing_left(self, *peers: Peer) -> None:
        """Check that there is no socket, no producer and no timer any more."""
        self.net.react = None
        # A transport is gone in the turn after it was closed.
        self.net.advance()
        self.assertEqual(repr(self.net.session.engine.pool).split(" ")[1], "0")
        for peer in peers:
            self.assertTrue(peer.closed)
            self.assertIsNone(peer.transport.producer)
        # The one timer may still be set: it fires once in vain, then rests.
        self.net.advance(1000)
        self.assertEqual(self.net.reactor.getDelayedCalls(), [])
        self.close_session()

    def close_session(self) -> None:
        """Close the session; check that nothing is left on the network."""
        self.net.react = None
        closed = self.net.session.close()
        self.net.advance()
        self.successResultOf(closed)
        self.net.network.assert_clean()
