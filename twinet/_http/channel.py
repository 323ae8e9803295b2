"""The channel: one socket, one reader, one exchange at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.protocol import connectionDone
from twisted.internet.tcp import Connection

from twinet._net.line import Line
from twinet._wire.http1 import ResponseReader

if TYPE_CHECKING:
    from twisted.internet.interfaces import IConsumer
    from twisted.python.failure import Failure

    from twinet._http.exchange import Exchange
    from twinet._http.pool import Origin, Pool
    from twinet._net.tls import TlsCreator

__all__ = ["Channel"]


class Channel(Line):
    """What stands between a socket and the exchange that uses it.

    :ivar origin: where the channel is idle; ``None`` when it is not.
    :ivar served: the exchanges that it has served.
    """

    deadline: float | None = None

    def __init__(self, pool: Pool, head_limit: int) -> None:
        self._pool = pool
        self._reader = ResponseReader(head_limit=head_limit)
        self._exchange: Exchange | None = None
        #: how the TLS connection came about; a server that misses a client
        #: certificate says so only after the handshake (TLS 1.3).
        self.tls_creator: TlsCreator | None = None
        self._paused = False
        #: whether the transport's buffer is empty for certain.
        self._direct = True
        #: we have closed it; the transport is no more.
        self._ending = False
        self._gone = False
        self.origin: Origin | None = None
        self.served = 0

    @property
    def _out(self) -> Any:
        # Every stream transport reads, writes, pauses and takes producers; no one
        # interface of Twisted says so.
        return self.transport

    @property
    def consumer(self) -> IConsumer:
        """Where a body producer writes to."""
        self._direct = False
        consumer: IConsumer = self._out
        return consumer

    @property
    def usable(self) -> bool:
        """Whether another request may be sent here."""
        return not (self._ending or self._gone)

    @property
    def answering(self) -> bool:
        """Whether any byte of the present answer has come."""
        return self._reader.started

    def begin(self, exchange: Exchange, head: bytes) -> None:
        """Send a request head; the answer goes to ``exchange``."""
        self._exchange = exchange
        self.served += 1
        self._reader.expect(exchange.order.verb)
        if self._direct and isinstance(self.transport, Connection):
            head = self._send_at_once(head)
        if head:
            self._out.write(head)

    def _send_at_once(self, data: bytes) -> bytes:
        """Send past the reactor's write event; return what the socket did not take.

        Nothing is buffered in the transport at this moment, so the order is kept.  It
        saves a turn of the reactor and two changes of its poller: a sixth of the whole
        cost of a small request (measured).
        """
        try:
            sent: int = self._out.getHandle().send(data)
        except OSError:
            # Full, or broken: the transport finds out and tells as usual.
            sent = 0
        if sent == len(data):
            return b""
        # From now on something may be buffered that we do not know of.
        self._direct = False
        return data[sent:]

    def finish(self) -> None:
        """Let the exchange go: its answer is complete."""
        self._exchange = None
        self.resume()

    def pause(self) -> None:
        """Take nothing more from the socket; at most one read still arrives."""
        if not self._paused and self.usable:
            self._paused = True
            self._out.pauseProducing()

    def resume(self) -> None:
        """Take from the socket again."""
        if self._paused:
            self._paused = False
            if self.usable:
                self._out.resumeProducing()

    def close(self) -> None:
        """Close politely, without waiting for the peer."""
        self._end()
        super().close()

    def abort(self) -> None:
        """Close at once."""
        self._end()
        super().abort()

    # -- Twisted calls these

    def dataReceived(self, data: bytes) -> None:  # noqa: N802  IProtocol
        """Let the exchange settle what the bytes mean, then tell it."""
        exchange = self._exchange
        if exchange is None:
            # Nothing was asked: the server's word is not to be trusted any more.
            self._pool.idle_lost(self)
            return
        exchange.wire_came(len(data))
        for event in self._reader.feed(data):
            exchange.take(event)
        exchange.tell()

    def connectionLost(  # noqa: N802  Twisted's name
        self, reason: Failure = connectionDone
    ) -> None:
        """Tell whom it concerns, then the pool, which counts sockets."""
        self._gone = True
        super().connectionLost(reason)
        self._pool.socket_gone(self)

    def lost(self, reason: Failure) -> None:
        """Take note that the peer, or the network, has closed the connection."""
        exchange = self._exchange
        if exchange is None:
            self._pool.idle_lost(self)
            return
        exchange.channel_lost(reason)
        for event in self._reader.end_of_stream():
            exchange.take(event)
        exchange.tell()

    def expired(self) -> None:
        """Close: nobody has used the channel for long enough."""
        self._pool.idle_lost(self)

    # -- inside

    def _end(self) -> None:
        self._ending = True
        self._exchange = None
