"""TLS handshakes in memory: our client against a server, pumped until it is quiet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.interfaces import IHandshakeListener
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.internet.task import Clock
from twisted.protocols.tls import TLSMemoryBIOFactory
from twisted.test import iosim
from zope.interface import implementer

from tests.net.certificates import Server
from twinet._net.tls_layer import TlsLayer

if TYPE_CHECKING:
    from OpenSSL import SSL
    from twisted.python.failure import Failure

    from twinet._net.tls import TlsCreator

REQUEST = b"GET /secret HTTP/1.1\r\n\r\n"
ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"


@implementer(IHandshakeListener)
class Party(Protocol):
    """A side of the conversation that keeps what it sees."""

    def __init__(self, first_words: bytes = b"") -> None:
        self.first_words = first_words
        self.received = b""
        self.handshakes = 0
        self.reason: Failure | None = None
        self.peer: Any = None

    def connectionMade(self):
        self.peer = self.transport
        if self.first_words:
            self.peer.write(self.first_words)

    def handshakeCompleted(self):
        self.handshakes += 1

    def dataReceived(self, data):
        self.received += data

    def connectionLost(self, reason=connectionDone):
        self.reason = reason


class Just(Factory):
    """A factory of one protocol that is there already."""

    def __init__(self, protocol: Protocol) -> None:
        self.only = protocol

    def buildProtocol(self, addr):
        return self.only


class Meeting:
    """A client that writes its request at once, and whoever it meets."""

    def __init__(self, creator: TlsCreator, server: Any, talker: Party) -> None:
        self.clock = Clock()
        self.client = Party(REQUEST)
        self.server = talker
        client: Any = self.client
        self.protocol: Any = TlsLayer(client, creator, _raise)
        transport = iosim.FakeTransport(self.protocol, isServer=False)
        server_transport = iosim.FakeTransport(server, isServer=True)
        self.pump = iosim.connect(
            server, server_transport, self.protocol, transport, clock=self.clock
        )
        self.settle()

    def settle(self) -> None:
        """Let bytes and timers go until nothing moves."""
        for _ in range(5):
            self.pump.flush()
            self.clock.advance(1)
        self.pump.flush()


def _raise(fault: Exception) -> None:
    raise fault


def meet(creator: TlsCreator, server: Server | SSL.Context) -> Meeting:
    """Shake hands with a TLS server; the client's request is ready from the start."""
    talker = Party(ANSWER)
    clock = Clock()
    shown = server if isinstance(server, Server) else Server(server)
    speaker = TLSMemoryBIOFactory(
        shown, False, Just(talker), clock=clock
    ).buildProtocol(None)
    meeting = Meeting(creator, speaker, talker)
    clock.advance(1)
    meeting.settle()
    return meeting


def meet_plain(creator: TlsCreator, talker: Party) -> Meeting:
    """Try to shake hands with a peer that has no TLS."""
    return Meeting(creator, talker, talker)
