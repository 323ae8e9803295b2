"""TLS between a line and its transport.

Theory of operation.  OpenSSL works on two buffers in memory: what came from the
transport is put into one, what is to go out is taken from the other.  So any transport
does, as with Twisted's own layer, ``TLSMemoryBIOProtocol``; what costs most there is
left out:

* All records that one read has brought are given on in one piece.  What came behind the
  end of an answer is then seen as on a plain line.
* OpenSSL's outgoing buffer is looked into after a write, and after a read only when
  OpenSSL has said something of its own: a message of the handshake, or an alert.
* Where the transport is a socket whose buffer is empty, the socket is written to.

It goes through these states; data of the line's goes out in the second alone::

    SHAKING --- the handshake is done ---> OPEN --- close_notify, a fault -----> OVER
       |                                     '----- loseConnection ------------> OVER
       '------- a fault, or the end ------------------------------------------> OVER

When it is over the transport is closed, and with that the line hears of its end, and of
the reason.  A peer that closes without a close_notify has cut the connection
(RFC 8446, section 6.1): ``ConnectionLost``, also when its TCP closed in order.

OpenSSL may have to read before it can write, in the middle of a message of the peer's;
then what the line writes waits for the next read, and so does its producer.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from OpenSSL import SSL
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.interfaces import IConsumer, IPushProducer, ITransport
from twisted.internet.protocol import Protocol, connectionDone
from twisted.internet.tcp import Connection
from twisted.python.failure import Failure
from zope.interface import implementer

from twinet._net.tls_records import RECORD, records_for
from twinet._net.valve import Valve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from twisted.internet.interfaces import IAddress
    from twisted.internet.interfaces import ITransport as Transport

    from twinet._net.line import Line
    from twinet._net.tls import TlsCreator
    from twinet._net.tls_records import Records, Scratch

__all__ = ["NoFarewell", "TlsLayer"]


class NoFarewell(ConnectionLost):
    """The peer has closed TCP in order, and TLS not: what it sent may be cut short."""


@implementer(ITransport, IConsumer, IPushProducer)
class TlsLayer(Protocol):
    """Speaks TLS to the transport, and bytes to the line, whose transport it is.

    :param creator: makes the OpenSSL connection.
    :param refused: told what the creator raised, before the line hears that it is
        connected; the line must then be aborted.
    :param scratch: a buffer to work with, for as many layers as there are in a thread.
    """

    transport: Any
    #: as long as there is a connection.
    _records: Records | None = None
    #: how a socket is written to directly.
    _send: Callable[[bytes], int]
    _open = False
    _over = False
    #: loseConnection was called; it waits for a producer, or for OpenSSL.
    _closing = False
    #: whether the transport is a socket's, and its buffer empty for certain.
    _direct = False
    #: the peer has taken leave.
    _ended = False
    #: why it is over, when the transport does not know.
    _reason: Failure | None = None
    _producer: Any = None

    def __init__(
        self,
        line: Line,
        creator: TlsCreator,
        refused: Callable[[Exception], None],
        scratch: Scratch | None = None,
    ) -> None:
        # Lines are Twisted's, whose methods have no types.
        self._line: Any = line
        self._start: tuple[TlsCreator, Callable[[Exception], None]] | None
        self._start = creator, refused
        self._scratch = scratch
        #: what OpenSSL has not taken yet.
        self._waiting: list[bytes] = []

    def hand_on(self, line: Any) -> None:
        """Have another line; the next thing that comes is for it."""
        self._line = line

    # -- the transport calls these

    def makeConnection(self, transport: Transport) -> None:  # noqa: N802  IProtocol
        """Connect the line, and begin the handshake."""
        self.transport = transport
        self.connected = 1
        # A socket on which TLS was started is still a socket: past it, in the clear.
        if isinstance(transport, Connection) and not transport.TLS:
            self._direct = True
            self._send = transport.getHandle().send
        assert self._start is not None, "it is connected once"
        assert self._line is not None
        (creator, refused), self._start = self._start, None
        try:
            tls = creator.clientConnectionForTLS(None)
            tls.set_connect_state()
            self._records = records_for(tls, self._scratch)
        except Exception as fault:  # noqa: BLE001  must not escape into the reactor
            self._over = True
            refused(fault)
        self._line.makeConnection(self)
        if not self._over:
            self._shake()

    def dataReceived(self, data: bytes) -> None:  # noqa: N802  IProtocol
        """Decrypt what came, and give it on."""
        records, line = self._records, self._line
        if self._over or records is None:
            return
        records.put(data)
        if not self._open:
            self._shake()
            return
        plain, end = records.read()
        if records.tls.stirred:
            self._flush()
        if plain:
            line.dataReceived(plain)
        if end is not None:
            self._end(end)
        elif self._waiting:
            self._write_on()

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: N802
        """Tell the line, and let go of everything."""
        self.connected = 0
        if self._reason is not None:
            reason = self._reason
        elif self._ended:
            # The peer has said so; whether TCP ended as well is nothing to the line.
            reason = connectionDone
        elif not self._over and reason.check(ConnectionDone):
            reason = Failure(NoFarewell("closed without a close_notify"))
        line = self._line
        self._over = True
        self._records = self._line = self._reason = self._producer = None
        self._waiting.clear()
        if line is not None:
            line.connectionLost(reason)

    # -- the line calls these, and what writes to it: ITransport

    def write(self, data: bytes) -> None:
        """Encrypt and send; after :meth:`loseConnection` only a producer may."""
        if self._over or (self._closing and self._producer is None):
            return
        if self._open and not self._waiting:
            self._encrypt(data)
        else:
            self._hold(data)

    def writeSequence(self, data: Iterable[bytes]) -> None:  # noqa: N802  ITransport
        """Encrypt and send."""
        self.write(b"".join(data))

    def loseConnection(self) -> None:  # noqa: N802  ITransport
        """Send what is written and a close_notify; the peer's is not waited for."""
        if self._over:
            return
        self._closing = True
        if not self._open:
            self.abortConnection()
        elif self._producer is None and not self._waiting:
            self._leave()

    def abortConnection(self) -> None:  # noqa: N802  ITCPTransport
        """Close at once."""
        self._over = True
        if self.connected:
            # An endpoint's transport may be no socket.
            transport = self.transport
            getattr(transport, "abortConnection", transport.loseConnection)()

    def getPeer(self) -> IAddress:  # noqa: N802  ITransport
        """Return the address of the peer."""
        address: IAddress = self.transport.getPeer()
        return address

    def getHost(self) -> IAddress:  # noqa: N802  ITransport
        """Return the address of this end."""
        address: IAddress = self.transport.getHost()
        return address

    # -- IPushProducer: how the line holds the peer back

    def pauseProducing(self) -> None:  # noqa: N802  IPushProducer
        """Take nothing more from the peer; all that came has been given on."""
        self.transport.pauseProducing()

    def resumeProducing(self) -> None:  # noqa: N802  IPushProducer
        """Take from the peer again."""
        self.transport.resumeProducing()

    def stopProducing(self) -> None:  # noqa: N802  IProducer
        """Close."""
        self.loseConnection()

    # -- IConsumer: how the peer holds a producer back

    def registerProducer(self, producer: Any, streaming: bool) -> None:  # noqa: N802
        """Let the transport hold a producer back, and OpenSSL too."""
        if self._over:
            producer.stopProducing()
            return
        if self._producer is not None:
            raise RuntimeError("there is a producer already")
        # The transport asks for more when its buffer is empty; so all must go there.
        self._direct = False
        self._producer = Valve(producer) if streaming else producer
        self.transport.registerProducer(self._producer, streaming)

    def unregisterProducer(self) -> None:  # noqa: N802  IConsumer
        """Let it go."""
        if self._producer is None:
            return
        self._producer = None
        self.transport.unregisterProducer()
        if self._closing and not self._over and not self._waiting:
            self._leave()

    # -- inside: what comes

    def _shake(self) -> None:
        """Go on with the handshake."""
        records, line = self._records, self._line
        assert records is not None
        try:
            records.tls.do_handshake()
        except SSL.WantReadError:
            self._flush()
            return
        except SSL.Error as error:
            self._end(error)
            return
        self._open = True
        # Our last word of the handshake leaves with the first of the line.
        plain, end = records.read()
        line.foregone = True
        line.handshakeCompleted()
        if not self._over:
            self._flush()
            if plain:
                line.dataReceived(plain)
        line.foregone = False
        if end is not None:
            self._end(end)
        elif self._waiting and not self._over:
            self._write_on()

    # -- inside: what goes

    def _encrypt(self, data: bytes) -> None:
        """Send bytes that are the next in turn."""
        records = self._records
        assert records is not None
        sent = 0
        try:
            while sent < len(data):
                records.write(data[sent : sent + RECORD])
                sent += RECORD
        except SSL.WantReadError:
            self._hold(data[sent:])
        except SSL.Error as error:
            self._end(error)
            return
        self._flush()

    def _hold(self, data: bytes) -> None:
        """Keep bytes until OpenSSL can take them."""
        self._waiting.append(data)
        if type(self._producer) is Valve:
            self._producer.shut()

    def _write_on(self) -> None:
        """Send what had to wait."""
        data = b"".join(self._waiting)
        self._waiting.clear()
        self._encrypt(data)
        if self._waiting or self._over:
            return
        if type(self._producer) is Valve:
            self._producer.open()
        elif self._closing and self._producer is None:
            self._leave()

    def _flush(self) -> None:
        """Give the transport what OpenSSL has for it."""
        records = self._records
        assert records is not None
        records.tls.stirred = False
        out = records.out()
        if not out:
            return
        if self._direct:
            # Past the reactor's write event, as on plain lines.
            try:
                sent = self._send(out)
            except OSError:
                # Full, or broken: the transport finds out and tells as usual.
                sent = 0
            if sent == len(out):
                return
            self._direct = False
            out = out[sent:]
        self.transport.write(out)

    # -- inside: the end

    def _end(self, error: SSL.Error) -> None:
        """Close, because the peer has, or because something is wrong."""
        if self._over:
            return
        if isinstance(error, SSL.ZeroReturnError):
            self._ended = True
        else:
            # Without its frames, which hold what holds it.
            self._reason = Failure(error.with_traceback(None))
        self._leave()

    def _leave(self) -> None:
        """Say so, and close."""
        assert self._records is not None
        self._over = True
        if self._reason is None:
            with suppress(SSL.Error):
                self._records.tls.shutdown()
        self._flush()
        producer, self._producer = self._producer, None
        if producer is not None:
            # Else the transport would wait for it.
            self.transport.unregisterProducer()
            producer.stopProducing()
        self.transport.loseConnection()
