"""A TLS layer with its line at one end of a wire, and OpenSSL at the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from OpenSSL import SSL
from twisted.internet.error import ConnectionDone
from twisted.python.failure import Failure

from tests.net.certificates import root, server_context
from tests.net.openings import Wire
from twinet._net.line import Line
from twinet._net.tls import TlsCreator, TlsPolicy
from twinet._net.tls_layer import TlsLayer
from twinet._net.trust import TrustRoots

if TYPE_CHECKING:
    from collections.abc import Callable

HOST = "server.example"
#: More than a record, and than what is taken out of OpenSSL at a time.
LONG = bytes(range(256)) * 400


class Talker(Line):
    """A line that keeps what it hears, and does something when it hears it."""

    transport: Any

    def __init__(self) -> None:
        self.heard: list[Any] = []
        self.received: list[bytes] = []
        self.early: list[bytes] = []
        self.on_ready: Callable[[], object] = lambda: None
        self.on_data: Callable[[], object] = lambda: None

    def handshakeCompleted(self):
        self.heard.append("ready")
        self.on_ready()

    def dataReceived(self, data):
        (self.early if self.foregone else self.received).append(data)
        self.on_data()

    def lost(self, reason):
        self.heard.append(reason.type)


class Far:
    """The far end: an OpenSSL server whose bytes are carried by hand.

    :ivar plain: what it has received.
    :ivar farewell: it has received a close_notify.
    """

    def __init__(self, newest: int) -> None:
        context = server_context(root().issue(), newest=newest)
        self.tls = SSL.Connection(context, None)
        self.tls.set_accept_state()
        self.plain = b""
        self.farewell = False
        self.ready = False
        self.alerts: list[str] = []

    def take(self, data: bytes) -> None:
        """Take bytes from the wire."""
        if not data:
            return
        self.tls.bio_write(data)
        try:
            if not self.ready:
                self.tls.do_handshake()
                self.ready = True
            while True:
                self.plain += self.tls.recv(65536)
        except SSL.WantReadError:
            pass
        except SSL.ZeroReturnError:
            self.farewell = True
        except SSL.Error as error:
            self.alerts.append(error.args[0][-1][-1])

    def give(self) -> bytes:
        """Give what is to go over the wire."""
        out = b""
        try:
            while True:
                out += self.tls.bio_read(65536)
        except SSL.WantReadError:
            return out

    def say(self, data: bytes) -> bytes:
        """Give bytes as records; what was written before is put before them."""
        rest = memoryview(data)
        while rest:
            rest = rest[self.tls.send(rest) :]
        return self.give()


class Meeting:
    """A layer with its line at one end of a wire, and OpenSSL at the other."""

    def __init__(
        self,
        make: Callable[..., Any] = TlsLayer,
        newest: int = SSL.TLS1_3_VERSION,
        creator: TlsCreator | None = None,
    ) -> None:
        self.line = Talker()
        self.creator = creator or a_creator()
        self.refusals: list[Exception] = []
        self.layer = make(self.line, self.creator, self.refusals.append)
        self.wire: Any = Wire()
        self.far = Far(newest)
        #: how the transport was closed, when it is gone.
        self.closed: list[bool] = []

    def connect(self) -> None:
        """Let TCP be there."""
        self.layer.makeConnection(self.wire)

    def arrive(self, data: bytes) -> None:
        """Let bytes come, unless the layer has closed."""
        if data and not (self.wire.disconnecting or self.wire.aborted):
            self.layer.dataReceived(data)

    def carry(self) -> bytes:
        """Let the far end have what was written; return it."""
        data: bytes = self.wire.value()
        self.wire.clear()
        self.far.take(data)
        return data

    def settle(self) -> None:
        """Carry bytes both ways until nothing moves."""
        while self.carry() + (back := self.far.give()):
            self.arrive(back)

    def shake(self) -> Meeting:
        """Come to the end of the handshake."""
        self.connect()
        self.settle()
        return self

    def lose(self, kind: type[Exception] = ConnectionDone) -> None:
        """Let the transport be gone."""
        self.carry()
        self.closed = [self.wire.disconnecting, self.wire.aborted]
        self.layer.connectionLost(Failure(kind()))
        # What is written now goes nowhere.
        self.wire.clear()

    def outcome(self) -> list[Any]:
        """Return all that can be seen from outside."""
        self.carry()
        return [
            self.line.heard,
            b"".join(self.line.received),
            self.closed or [self.wire.disconnecting, self.wire.aborted],
            self.far.plain,
            self.far.farewell,
            self.far.alerts,
        ]


def a_creator(kind: type[TlsCreator] = TlsCreator) -> TlsCreator:
    """Make a creator that believes the tests' root."""
    return kind(TlsPolicy(TrustRoots.of([root().certificate])), HOST)
