"""h11 as the server's ear: what a request is to somebody who is strict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import h11
from twisted.internet.defer import succeed
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.iweb import UNKNOWN_LENGTH, IBodyProducer
from zope.interface import implementer

from tests.http.memory import MemoryNet

if TYPE_CHECKING:
    from twinet.errors import InternetError

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
#: What may stand in a request line as it is; the rest is percent-encoded.
SAFE = "!$%&'()*+,-./:;=?@[]_~"


class Heard(NamedTuple):
    """One request as the server has it."""

    verb: bytes
    target: bytes
    fields: list[tuple[bytes, bytes]]
    body: bytes
    keeps: bool

    def all(self, name: bytes) -> list[bytes]:
        """Return the values of all fields of a name (in lower case)."""
        return [value for given, value in self.fields if given.lower() == name]


def hear(raw: bytes) -> Heard:
    """Read exactly one request; whole and byte by byte it must be the same.

    :raises h11.RemoteProtocolError: it breaks the rules.
    """
    whole = _hear([raw])
    single = _hear([raw[at : at + 1] for at in range(min(len(raw), 2000))])
    if len(raw) <= 2000:
        assert single == whole, "the pieces make a difference"
    assert whole is not None, "the request has no end"
    return whole


def _hear(pieces: list[bytes]) -> Heard | None:
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=2**20)
    request: h11.Request | None = None
    body = b""
    ended = False
    for piece in pieces:
        connection.receive_data(piece)
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA or event is h11.PAUSED:
                break
            if isinstance(event, h11.Request):
                request = event
            elif isinstance(event, h11.Data):
                body += bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                ended = True
    if request is None or not ended:
        return None
    assert connection.trailing_data == (b"", False), "something follows the request"
    return Heard(
        request.method,
        request.target,
        [(name, value) for name, value in request.headers.raw_items()],
        body,
        connection.their_state is h11.DONE,
    )


@implementer(IBodyProducer)
class Pieces:
    """A body in pieces."""

    def __init__(self, pieces: list[bytes], length: Any = UNKNOWN_LENGTH) -> None:
        self.pieces = pieces
        self.length = length

    def startProducing(self, consumer):
        for piece in self.pieces:
            consumer.write(piece)
        return succeed(None)

    def pauseProducing(self) -> None:
        """Do nothing (``IBodyProducer``)."""

    def resumeProducing(self) -> None:
        """Do nothing (``IBodyProducer``)."""

    def stopProducing(self) -> None:
        """Do nothing (``IBodyProducer``)."""


class HeardCase(SynchronousTestCase):
    """A session over memory transports, and the judge at its other end."""

    def setUp(self) -> None:
        self.net = MemoryNet(agent="")

    def heard(self, request: Any, body: Any = None) -> Heard:
        """Send a request and hear it."""
        self.sent = request.send(body)
        if self.sent.called:
            self.successResultOf(self.sent)
        self.peer = self.net.accept()
        return hear(self.peer.request())

    def open(self, *args: Any, **options: Any) -> Any:
        """Make a request handle on a server of a fixed name."""
        return self.net.session.http("192.0.2.1").open_request(*args, **options)

    def refused(self, kind: type[InternetError], call: Any) -> str:
        """Make a call that fails, at once or by its Deferred; nothing goes out."""
        try:
            error = self.failureResultOf(call(), kind).value
        except kind as raised:
            error = raised
        self.assertEqual(self.net.attempts, 0)
        return str(error)
