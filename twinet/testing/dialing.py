"""An attempt to connect in memory, and what becomes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet import error
from twisted.internet.interfaces import IConnector
from twisted.python.failure import Failure
from zope.interface import implementer

from twinet.testing.flow import Flow
from twinet.testing.hosts import as_address, own_address, place
from twinet.testing.transports import WiredTransport

if TYPE_CHECKING:
    from twisted.internet.interfaces import IAddress, IDelayedCall

    from twinet.testing.link import Link
    from twinet.testing.reactor import MemoryReactor
    from twinet.testing.transports import MemoryTransport

__all__ = ["Dialing"]


@implementer(IConnector)
class Dialing:
    """One attempt, and then its connection: Twisted's connector.

    :ivar end: the client's end of the connection, when there is one.
    :ivar over: it is not an attempt any more: it has failed, or there is a connection.
    :ivar stopped: it was given up.
    """

    def __init__(
        self,
        reactor: MemoryReactor,
        address: str,
        port: int,
        factory: Any,
        timeout: float | None = None,
        bind: tuple[str, int] | None = None,
    ) -> None:
        self.reactor = reactor
        self.address = address
        self.port = port
        self.over = self.stopped = False
        self.end: MemoryTransport | None = None
        self._factory = factory
        own, own_port = bind or ("", 0)
        self.near = as_address(
            own or own_address(address), own_port or reactor.hosts.new_port()
        )
        self.far = as_address(address, port)
        self._timeout: IDelayedCall | None = None
        if timeout is not None:
            self._timeout = reactor.callLater(timeout, self.fail, error.TimeoutError())

    def __str__(self) -> str:
        name = self.reactor.hosts.name_of(self.address)
        return f"{place(self.near.host, self.near.port)} -> {place(name, self.port)}"

    @property
    def target(self) -> tuple[str, int]:
        """The address and the port that it leads to."""
        return self.address, self.port

    def connect(self) -> None:
        """Begin."""
        self._factory.doStart()
        self._factory.startedConnecting(self)
        if not self.over:
            self.reactor.hosts.dial(self)

    # -- ends of the attempt

    def accept(self, server: Any, link: Link) -> None:
        """Connect with a protocol of this factory, over such a link."""
        if self.over:
            return
        far_protocol = server.buildProtocol(self.near)
        if far_protocol is None:
            self.refuse()
            return
        near = WiredTransport(self.reactor, self.near, self.far)
        far = WiredTransport(self.reactor, self.far, self.near)
        out = Flow(self.reactor, link, limited=False)
        back = Flow(self.reactor, link, limited=True)
        near.wire(far, out, back)
        far.wire(near, back, out)
        far.protocol = far_protocol
        if self.connected(near):
            far_protocol.makeConnection(far)
        else:
            near.abortConnection()

    def connected(self, end: MemoryTransport) -> bool:
        """Give the client its end; false: it does not want it."""
        self._end_attempt()
        protocol = self._factory.buildProtocol(self.far)
        if protocol is None:
            return False
        end.protocol = protocol
        end.when_lost = self._connection_lost
        self.end = end
        self.reactor.connections.append(self)
        protocol.makeConnection(end)
        return True

    def refuse(self) -> None:
        """Refuse the connection."""
        self.fail(error.ConnectionRefusedError())

    def fail(self, reason: Exception) -> None:
        """Let the attempt fail."""
        if not self.over:
            self._end_attempt()
            self._factory.clientConnectionFailed(self, Failure(reason))
            self._factory.doStop()

    def _end_attempt(self) -> None:
        self.over = True
        self.reactor.attempts.remove(self)
        if self._timeout is not None and self._timeout.active():
            self._timeout.cancel()

    def _connection_lost(self) -> None:
        self.reactor.connections.remove(self)
        self._factory.clientConnectionLost(self, Failure(error.ConnectionDone()))
        self._factory.doStop()

    # -- IConnector

    def stopConnecting(self) -> None:
        """Give the attempt up.

        :raises twisted.internet.error.NotConnectingError: it is over already.
        """
        if self.over:
            raise error.NotConnectingError
        self.stopped = True
        self.fail(error.UserError())

    def disconnect(self) -> None:
        """Give the attempt up, or close the connection."""
        if not self.over:
            self.stopConnecting()
        elif self.end is not None:
            self.end.loseConnection()

    def getDestination(self) -> IAddress:
        """Return where it leads."""
        return self.far
