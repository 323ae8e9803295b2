"""The ends of connections in memory: what protocols see as their transports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.error import ConnectionAborted, ConnectionDone, ConnectionLost
from twisted.internet.interfaces import IConsumer, IPushProducer, ITCPTransport
from twisted.python.failure import Failure
from zope.interface import implementer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from twisted.internet.address import IPv4Address, IPv6Address
    from twisted.internet.interfaces import IReactorTime

    from twinet.testing.flow import Flow

    Address = IPv4Address | IPv6Address

__all__ = ["MemoryTransport", "WiredTransport"]

#: So much may wait before a producer is paused (bytes), as in Twisted's transports.
HIGH = 1 << 16
#: So much the system takes of what a program wrote before it closed (bytes).
KERNEL = 128 << 10


@implementer(ITCPTransport, IConsumer, IPushProducer)
class MemoryTransport:
    """A transport in memory.

    :ivar protocol: whose transport it is.
    :ivar paused: it does not read, at its protocol's wish.
    :ivar aborted: its protocol has closed it at once.
    :ivar disconnected: it is closed, or will be in the next turn.
    :ivar producer: what writes to it.
    """

    protocol: Any = None
    paused = False
    aborted = False
    disconnecting = False
    disconnected = False
    producer: Any = None
    streaming = False

    def __init__(self, reactor: IReactorTime, host: Address, peer: Address) -> None:
        self.reactor = reactor
        self._host = host
        self._peer = peer
        #: called when it is closed.
        self.when_lost: Callable[[], object] = lambda: None

    # -- ITransport

    def getHost(self) -> Address:
        """Return the address of this end."""
        return self._host

    def getPeer(self) -> Address:
        """Return the address of the other end."""
        return self._peer

    def write(self, data: bytes) -> None:
        """Send."""
        raise NotImplementedError

    def writeSequence(self, iovec: Iterable[bytes]) -> None:
        """Send all of them."""
        self.write(b"".join(iovec))

    def loseConnection(self) -> None:
        """Close when all is written."""
        self._lose(ConnectionDone())

    def abortConnection(self) -> None:
        """Close at once."""
        self.aborted = True
        self._lose(ConnectionAborted())

    def _lose(self, reason: Exception) -> None:
        """Close, and tell the protocol in the next turn, as real transports do."""
        if not self.disconnected:
            self.disconnected = True
            self.reactor.callLater(0, self._lost, reason)

    def lose_now(self, reason: Exception) -> None:
        """Close, and tell the protocol."""
        if not self.disconnected:
            self.disconnected = True
            self._lost(reason)

    def _lost(self, reason: Exception) -> None:
        self.when_lost()
        self.protocol.connectionLost(Failure(reason))

    # -- ITCPTransport

    def getTcpNoDelay(self) -> bool:
        """Tell that nothing is held back."""
        return True

    def setTcpNoDelay(self, enabled: bool) -> None:
        """Take note: nothing is held back here anyhow."""

    def getTcpKeepAlive(self) -> bool:
        """Tell that nobody asks whether the other end lives."""
        return False

    def setTcpKeepAlive(self, enabled: bool) -> None:
        """Take note: the other end lives."""

    def loseWriteConnection(self) -> None:
        """Close this direction alone: nobody here does so.

        :raises NotImplementedError: always.
        """
        raise NotImplementedError

    # -- IConsumer

    def registerProducer(self, producer: Any, streaming: bool) -> None:
        """Have something that writes.

        :raises RuntimeError: there is one already.
        """
        if self.producer is not None:
            msg = "cannot register two producers"
            raise RuntimeError(msg)
        self.producer, self.streaming = producer, streaming

    def unregisterProducer(self) -> None:
        """Have it no more."""
        self.producer = None

    # -- IPushProducer

    def pauseProducing(self) -> None:
        """Read no more."""
        self.paused = True

    def resumeProducing(self) -> None:
        """Read on."""
        self.paused = False

    def stopProducing(self) -> None:
        """Close: nobody wants to read any more."""
        self.loseConnection()


class WiredTransport(MemoryTransport):
    """An end whose other end is a protocol too; two flows are between them.

    :ivar other: the other end.
    """

    other: WiredTransport
    _incoming: Flow
    _outgoing: Flow
    _holding = False

    def wire(self, other: WiredTransport, outgoing: Flow, incoming: Flow) -> None:
        """Connect this end with the flows."""
        self.other = other
        self._outgoing, self._incoming = outgoing, incoming
        outgoing.sender = incoming.receiver = self

    def write(self, data: bytes) -> None:
        """Send; a producer may do so while the connection waits for its end."""
        if self.disconnected:
            return
        self._outgoing.put(data)
        producer = self.producer
        full = self._outgoing.waiting > HIGH
        if full and producer is not None and self.streaming and not self._holding:
            self._holding = True
            producer.pauseProducing()

    def loseConnection(self) -> None:
        """Close when all is written, and no producer is at work any more."""
        if not self.disconnecting and not self.disconnected:
            self.disconnecting = True
            self._close_when_written()

    def _close_when_written(self) -> None:
        if self.producer is None and self._outgoing.waiting <= KERNEL:
            self._outgoing.end()
            self._incoming.drop()
            self._lose(ConnectionDone())

    def abortConnection(self) -> None:
        """Close at once; what was not received is lost."""
        if not self.disconnected:
            self._outgoing.drop()
            self._incoming.drop()
            self.other.hear_reset()
            super().abortConnection()

    def hear_reset(self) -> None:
        """Hear that the connection is broken, in another turn."""
        if not self.disconnected:
            self.reactor.callLater(0, self.break_off)

    def break_off(self) -> None:
        """Close, because the connection is broken."""
        self._outgoing.drop()
        self._incoming.drop()
        self.lose_now(ConnectionLost())

    def _lost(self, reason: Exception) -> None:
        producer, self.producer = self.producer, None
        if producer is not None:
            producer.stopProducing()
        super()._lost(reason)

    # -- producers

    def registerProducer(self, producer: Any, streaming: bool) -> None:
        """Have something that writes; it is stopped when the connection is gone.

        :raises RuntimeError: there is one already.
        """
        super().registerProducer(producer, streaming)
        self._holding = False
        if self.disconnected:
            self.producer = None
            producer.stopProducing()
        elif not streaming:
            self.reactor.callLater(0, self._pull, producer)

    def unregisterProducer(self) -> None:
        """Have it no more; what waits for that is done now."""
        super().unregisterProducer()
        if self.disconnecting and not self.disconnected:
            self._close_when_written()

    def _pull(self, producer: Any) -> None:
        if self.producer is not producer or self.disconnected:
            return
        if self._outgoing.waiting > HIGH:
            self._holding = True  # drained() goes on
            return
        producer.resumeProducing()
        if self.producer is producer:
            self.reactor.callLater(0, self._pull, producer)

    # -- the flows call these

    def drained(self) -> None:
        """Let the producer go on, or close, when enough has left."""
        if self.disconnecting and not self.disconnected:
            self._close_when_written()
        if self._holding and not self._outgoing.waiting and self.producer is not None:
            self._holding = False
            if self.streaming:
                self.producer.resumeProducing()
            else:
                self.reactor.callLater(0, self._pull, self.producer)

    def arrived(self, data: bytes) -> None:
        """Hand on what came; break off where the link does."""
        if self.disconnected:
            return
        if data:
            self.protocol.dataReceived(data)
        if self._incoming.broken:
            self.other.hear_reset()
            self.break_off()

    def ended(self) -> None:
        """Close, as the other end has done."""
        self._outgoing.drop()
        self.lose_now(ConnectionDone())

    # -- IPushProducer

    def resumeProducing(self) -> None:
        """Read on."""
        super().resumeProducing()
        if not self.disconnected:
            self._incoming.go_on()
