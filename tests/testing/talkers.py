"""Talkers: clients and servers that keep what they hear, on a memory network."""

from __future__ import annotations

from typing import Any

from twisted.internet.protocol import ClientFactory, Factory, Protocol
from twisted.trial.unittest import SynchronousTestCase

from twinet.testing import Link, MemoryNetwork


class Talker(Protocol):
    """Keeps what it hears."""

    transport: Any

    def __init__(self) -> None:
        self.came = b""
        self.lost: list[Any] = []

    def dataReceived(self, data: bytes) -> None:
        self.came += data

    def connectionLost(self, reason: Any = None) -> None:
        self.lost.append(reason.type)


class Client(ClientFactory):
    """Keeps what becomes of its attempt."""

    noisy = False
    connector: Any

    def __init__(self) -> None:
        self.talker = Talker()
        self.failed: list[Any] = []
        self.lost: list[Any] = []

    def startedConnecting(self, connector: Any) -> None:
        self.connector = connector

    def buildProtocol(self, addr: object) -> Talker:
        return self.talker

    def clientConnectionFailed(self, connector: Any, reason: Any) -> None:
        self.failed.append(reason.type)

    def clientConnectionLost(self, connector: Any, reason: Any) -> None:
        self.lost.append(reason.type)


class TalkerCase(SynchronousTestCase):
    """Two talkers on a network."""

    def setUp(self):
        self.network = MemoryNetwork()
        self.reactor = self.network.reactor
        self.servers: list[Talker] = []

    def listen(self, host: str = "h.example", **link: Any) -> None:
        """Let a talker listen."""

        def build(_address: object) -> Talker:
            self.servers.append(Talker())
            return self.servers[-1]

        factory: Any = Factory()
        factory.buildProtocol = build
        self.network.add(host, factory, 7, link=Link(**link))

    def dial(self, host: str = "h.example", port: int = 7, **how: Any) -> Any:
        """Connect; return the client's factory, which knows what has become of it."""
        client = Client()
        self.reactor.connectTCP(host, port, client, **how)
        self.network.advance()
        return client

    def connect(self, **link: Any) -> tuple[Talker, Talker]:
        """Connect two talkers."""
        self.listen(**link)
        client = self.dial().talker
        return client, self.servers[0]
