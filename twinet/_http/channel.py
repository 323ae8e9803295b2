"""The channel: one socket, one reader, one exchange at a time."""

from __future__ import annotations

from socket import MSG_PEEK
from typing import TYPE_CHECKING, Any

from OpenSSL import SSL
from twisted.internet.error import ConnectionDone
from twisted.internet.protocol import connectionDone
from twisted.internet.tcp import Connection

from twinet._http.circuit import Circuit
from twinet._net.foresight import foreseen
from twinet._net.line import Line
from twinet._net.low_water import KEPT, LowWater
from twinet._net.stream import READ_SIZE
from twinet._wire.http1 import ResponseReader
from twinet.errors import ConnectionReset

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.interfaces import IConsumer
    from twisted.python.failure import Failure

    from twinet._http.errand import Errand
    from twinet._http.exchange import Exchange
    from twinet._http.origin import Origin
    from twinet._http.pool import Pool
    from twinet._net.deadlines import Deadlines
    from twinet._net.tls import TlsCreator
    from twinet.errors import InternetError
    from twinet.proxy import Proxy

__all__ = ["Channel"]


@foreseen(
    *("opener", "address", "trace", "connected", "transport", "circuit"),
    *("deadline", "_tcp", "_send", "proxy", "tunnel"),
)
class Channel(Line):
    """What stands between a socket and the exchange that uses it.

    :ivar origin: where the channel is idle; ``None`` when it is not.
    :ivar home: where its socket is counted, until that is gone.
    :ivar circuit: what answers keep of the connection.
    :ivar served: the exchanges that it has served.
    :ivar usable: whether another request may be sent here.
    """

    # Every stream transport reads, writes, pauses and takes producers; no one
    # interface of Twisted says so.
    transport: Any
    circuit: Circuit
    deadline: float | None = None
    #: whether a read took all that it could, and nobody has looked since whether there
    #: is more: what a server sends behind an answer is none to the next request.
    read_full = False
    #: whether the socket was broken before it took a byte of the present request; then
    #: it will never take any.
    untouched = False
    #: how a socket is written to directly.
    _send: Callable[[bytes], int]
    #: what it was connected to, if not to the server.
    proxy: Proxy | None = None
    #: whether that has led on to the server.
    tunnel = False
    #: how TLS came about with a proxy that is given the requests themselves.
    proxy_tls: TlsCreator | None = None

    def __init__(self, pool: Pool, head_limit: int) -> None:
        self._pool = pool
        self._reader = ResponseReader(head_limit=head_limit)
        self._head_limit = head_limit
        self._exchange: Exchange | Errand | None = None
        #: how the TLS connection came about; a server that misses a client
        #: certificate says so only after the handshake (TLS 1.3).
        self.tls_creator: TlsCreator | None = None
        self._paused = False
        #: while a long body comes.
        self._low_water: LowWater | None = None
        #: whether the transport is a socket's, and its buffer empty for certain.
        self._direct = False
        #: neither have we closed it, nor has the transport gone.
        self.usable = True
        self.origin: Origin | None = None
        self.home: Origin | None = None
        self.served = 0

    def gone(self) -> bool:
        """Look whether the server has closed, which the reactor has yet to tell.

        It has as well when it has said something, as nothing was asked.
        """
        if not isinstance(self._tcp, Connection):
            return False
        try:
            self._tcp.socket.recv(1, MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            pass
        return True

    @property
    def consumer(self) -> IConsumer:
        """Where a body producer writes to."""
        self._direct = False
        consumer: IConsumer = self.transport
        return consumer

    @property
    def answering(self) -> bool:
        """Whether any byte of the present answer has come."""
        return self._reader.started

    def begin(self, exchange: Exchange | Errand, head: bytes) -> None:
        """Send a request head; the answer goes to ``exchange``."""
        self._exchange = exchange
        self.served += 1
        order = exchange.order
        head_limit = order.limits.head_bytes
        if head_limit != self._head_limit:
            # The request before, or the one that opened the channel, had another.
            self._head_limit = head_limit
            self._reader.limit_heads(head_limit)
        self._reader.expect(order.verb)
        if self._direct:
            head = self._send_at_once(head)
        if head:
            self.transport.write(head)

    def hand_to(self, exchange: Exchange) -> None:
        """Let the answer that is under way go to another one."""
        self._exchange = exchange

    def _send_at_once(self, data: bytes) -> bytes:
        """Send past the reactor's write event; return what the socket did not take.

        Nothing is buffered in the transport at this moment, so the order is kept.  It
        saves a turn of the reactor and two changes of its poller: a sixth of the whole
        cost of a small request (measured).
        """
        try:
            sent: int = self._send(data)
        except OSError as error:
            # Full, or broken: the transport finds out and tells as usual.
            sent = 0
            self.untouched = isinstance(error, ConnectionError)
        if sent == len(data):
            return b""
        # From now on something may be buffered that we do not know of.
        self._direct = False
        return data[sent:]

    def why_lost(self, error: InternetError, lost: Failure) -> InternetError:
        """Make the error of a connection that did not end in order.

        :param error: what the reader says of the answer.
        """
        creator = self.tls_creator or self.proxy_tls
        if creator is not None and lost.check(SSL.Error) is not None:
            return creator.explain(lost)
        reset = ConnectionReset(f"the connection broke: {error.message}")
        reset.__cause__ = lost.value
        return reset

    def expect_long(self, length: int, deadlines: Deadlines) -> None:
        """Know that a long body comes; read it in large pieces where that is possible.

        With TLS, and with what a program's own endpoint has put between, what is left
        to come is not known to the byte.
        """
        transport = self.transport
        if (
            KEPT
            and isinstance(transport, Connection)
            and not (self.tls or transport.TLS)
        ):
            self._low_water = LowWater(transport, length, deadlines)

    def finish(self) -> None:
        """Let the exchange go: its answer is complete."""
        self._exchange = None
        if self._paused:
            self.resume()

    def pause(self) -> None:
        """Take nothing more from the socket; at most one read still arrives."""
        if not self._paused and self.usable:
            self._paused = True
            self.transport.pauseProducing()

    def resume(self) -> None:
        """Take from the socket again."""
        if self._paused:
            self._paused = False
            if self.usable:
                self.transport.resumeProducing()

    def close(self) -> None:
        """Close politely, without waiting for the peer."""
        self._end()
        if self._finished:
            return
        home = self.home
        # Who waits for its place is told, and not while states change.
        if (home is None or not home.waiting) and self.close_at_once():
            self._pool.socket_gone(self)
        else:
            super().close()
            self._pool.closing(self)

    def abort(self) -> None:
        """Close at once."""
        self._end()
        super().abort()
        if self.transport is None:
            # An endpoint of the user's built it and has not connected it.
            self._pool.socket_gone(self)

    # -- Twisted calls these

    def connectionMade(self) -> None:  # noqa: N802  Twisted's name
        """See what the transport is."""
        transport = self.transport
        # A socket on which TLS was started is still a socket: past it, in the clear.
        self._direct = (
            isinstance(transport, Connection)
            and not transport.TLS
            # What a proxy was told may wait there yet, if it was opened unasked.
            and not (transport.dataBuffer or transport._tempDataBuffer)  # noqa: SLF001
        )
        if self._direct:
            self._send = transport.getHandle().send
        self.circuit = Circuit(self)
        super().connectionMade()

    def dataReceived(self, data: bytes) -> None:  # noqa: N802  IProtocol
        """Let the exchange settle what the bytes mean, then tell it."""
        exchange = self._exchange
        if exchange is None:
            # Nothing was asked: the server's word is not to be trusted any more.
            self._pool.idle_lost(self)
            return
        if self.foregone:
            exchange.spoken_to_early()
        else:
            if len(data) >= READ_SIZE:
                self.read_full = True
            exchange.take(self._reader.feed(data), len(data))
            low_water = self._low_water
            if low_water is not None and not low_water.read(self._reader.left):
                self._low_water = None
        exchange.tell()

    def connectionLost(  # noqa: N802  Twisted's name
        self, reason: Failure = connectionDone
    ) -> None:
        """Tell whom it concerns, then the pool, which counts sockets."""
        self.usable = False
        self._end_long()
        super().connectionLost(reason)
        self._pool.socket_gone(self)

    def lost(self, reason: Failure) -> None:
        """Take note that the peer, or the network, has closed the connection."""
        exchange = self._exchange
        if exchange is None:
            self._pool.idle_lost(self)
            return
        exchange.channel_lost(reason)
        orderly = reason.check(ConnectionDone) is not None
        exchange.take(self._reader.end_of_stream(orderly=orderly), 0)
        exchange.tell()

    def expired(self) -> None:
        """End the exchange, whose limit has run out; without one, close."""
        exchange = self._exchange
        if exchange is not None:
            exchange.expired()
        elif self.usable:
            self._pool.idle_lost(self)
        else:
            # Somebody reads nothing, so that the polite close does not end.
            self.abort()

    # -- inside

    def _end(self) -> None:
        self.usable = False
        self._exchange = None
        self._end_long()

    def _end_long(self) -> None:
        low_water, self._low_water = self._low_water, None
        if low_water is not None:
            low_water.stop()
