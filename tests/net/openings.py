"""An opening in memory: a reactor, a resolver and a listener that keep what happens."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.error import ConnectionRefusedError as Refused
from twisted.internet.interfaces import IHostnameResolver, IHostResolution
from twisted.internet.testing import MemoryReactorClock, StringTransport
from twisted.python.failure import Failure
from zope.interface import implementer

from twinet._net.connector import Connector, Target
from twinet._net.deadlines import Deadlines
from twinet._net.dispatch import Voice
from twinet._net.line import Line
from twinet._net.names import Names
from twinet._net.threads import Threads
from twinet.records import Limits

if TYPE_CHECKING:
    from collections.abc import Callable


@implementer(IHostResolution)
class Resolution:
    """A look-up that is going on."""

    def __init__(self, receiver, host):
        self.receiver = receiver
        self.name = host
        self.cancelled = False

    def cancel(self):
        self.cancelled = True

    def answer(self, *addresses):
        """Tell the addresses, then the end."""
        for text in addresses:
            kind = IPv6Address if ":" in text else IPv4Address
            self.receiver.addressResolved(kind("TCP", text, 0))
        self.receiver.resolutionComplete()


@implementer(IHostnameResolver)
class Resolver:
    """Answers at once from ``book``, or leaves the look-up to the test."""

    def __init__(self, book=None):
        self.book = dict(book or {})
        self.asked: list[Resolution] = []

    def resolveHostName(
        self,
        resolutionReceiver,
        hostName,
        portNumber=0,
        addressTypes=None,
        transportSemantics="TCP",
    ):
        resolution = Resolution(resolutionReceiver, hostName)
        self.asked.append(resolution)
        resolutionReceiver.resolutionBegan(resolution)
        if hostName in self.book:
            resolution.answer(*self.book[hostName])
        return resolution


class Wire(StringTransport):
    """A TCP transport in memory."""

    bufferSize = 65536
    no_delay: bool | None = None
    aborted = False

    def setTcpNoDelay(self, enabled):
        self.no_delay = enabled

    def abortConnection(self):
        self.aborted = True
        super().abortConnection()  # type: ignore[no-untyped-call]


class Talker(Line):
    """A line that keeps what it hears."""

    def __init__(self) -> None:
        self.received = b""
        self.losses: list[Failure] = []

    def dataReceived(self, data):
        self.received += data

    def lost(self, reason):
        self.losses.append(reason)


class Stage:
    """All that an opening needs; news and results end in ``news`` and ``results``.

    :ivar on: what the listener does at a status, by the status's number.
    """

    current: Any

    def __init__(self, book=None, **connector_args):
        self.reactor = MemoryReactorClock()
        self.resolver = Resolver(book)
        self.deadlines = Deadlines(self.reactor)
        reactor: Any = self.reactor
        self.names = Names(reactor, Threads(reactor), self.resolver)
        self.connector = Connector(
            reactor, self.names, self.deadlines, **connector_args
        )
        self.news: list[tuple[int, object]] = []
        self.on: dict[int, Callable[[], object]] = {}
        self.results: list[Any] = []
        self.lines: list[Talker] = []
        self.voice = Voice(self, "context", self.hear)

    def hear(self, notification):
        self.news.append((int(notification.status), notification.info))
        act = self.on.get(int(notification.status))
        if act is not None:
            act()

    def build(self) -> Talker:
        self.lines.append(Talker())
        return self.lines[-1]

    def opening(self, host="h", port=80, *, tls=None, limits=None, **target):
        """Prepare an opening."""
        self.current = self.connector.opening(
            Target("http", host, port, **target),
            self.build,
            self.voice,
            limits or Limits(),
            tls,
            self.results.append,
        )
        return self.current

    def open(self, *args, **kwargs):
        """Start one."""
        opening = self.opening(*args, **kwargs)
        opening.start()
        return opening

    def cancel(self, *_):
        """Cancel the opening that was made last."""
        self.current.cancel()

    @property
    def tried(self) -> list[str]:
        """The addresses that connections were tried to."""
        return [client[0] for client in self.reactor.tcpClients]

    @property
    def stopped(self) -> list[bool]:
        """Which of these attempts were stopped."""
        return [c.stoppedConnecting for c in self.reactor.connectors]

    @property
    def timers(self) -> int:
        """How many limits run."""
        return len(self.deadlines._bucket_of)

    def accept(self, n=0, wire=None):
        """Let attempt ``n`` come through; the transport it got."""
        host, port, factory = self.reactor.tcpClients[n][:3]
        kind: Any = IPv6Address if ":" in host else IPv4Address
        protocol: Any = factory.buildProtocol(kind("TCP", host, port))
        wire = wire or Wire()
        protocol.makeConnection(wire)
        self.protocol = protocol
        return wire

    def refuse(self, n=0, reason=None):
        """Let attempt ``n`` fail."""
        factory = self.reactor.tcpClients[n][2]
        factory.clientConnectionFailed(
            self.reactor.connectors[n],
            Failure(reason or Refused(111, "Connection refused")),
        )


def addresses(*texts):
    """Make address objects."""
    return tuple(map(ip_address, texts))
