"""A real server on loopback whose answers a test gives byte by byte."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import deferLater

if TYPE_CHECKING:
    from collections.abc import Callable

reactor: Any = _reactor

#: What a path is answered with: bytes, or bytes and then a close.
Answer = bytes | tuple[bytes, str] | None


def ok(body: bytes, *fields: bytes) -> bytes:
    """Return a complete answer with a length."""
    lines = b"".join(field + b"\r\n" for field in fields)
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n%b\r\n%b" % (
        len(body),
        lines,
        body,
    )


async def until(happened: Callable[[], object]) -> None:
    """Wait, turn by turn of the reactor, until something has happened."""
    while not happened():
        await deferLater(reactor, 0)


class Conversation(Protocol):
    """The server's end of one connection.

    :ivar together: how many there were when it was made, itself included.
    """

    together = 0

    def __init__(self, server: LoopbackServer) -> None:
        self.server = server
        self.buffer = b""
        self.lost = False

    def connectionMade(self) -> None:
        self.server.conversations.append(self)
        self.together = sum(not each.lost for each in self.server.conversations)

    def dataReceived(self, data: bytes) -> None:
        self.buffer += data
        while b"\r\n\r\n" in self.buffer:
            head, _, rest = self.buffer.partition(b"\r\n\r\n")
            if b"Transfer-Encoding: chunked" in head:
                if not rest.endswith(b"0\r\n\r\n"):
                    return
                length = len(rest)
            else:
                length = 0
            for field in head.split(b"\r\n")[1:]:
                name, _, value = field.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            if len(rest) < length:
                return
            self.buffer = rest[length:]
            self.server.requests.append(head)
            self.server.bodies.append(rest[:length])
            self.answer(head.split(b" ")[1].decode("ascii"))

    def answer(self, path: str) -> None:
        missing = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        given = self.server.answers.get(path, missing)
        how = ""
        if isinstance(given, tuple):
            given, how = given
        transport: Any = self.transport
        if given is not None:
            transport.write(given)
        if how == "close":
            transport.loseConnection()
        elif how == "reset":
            reactor.callLater(0.02, transport.abortConnection)

    def connectionLost(self, reason: Any = None) -> None:
        self.lost = True
        self.server.check_all_lost()


class LoopbackServer:
    """Answers by path; None is silence.

    :ivar requests: the heads that came.
    :ivar conversations: the connections that came.
    """

    def __init__(self, answers: dict[str, Answer], tls: Any = None) -> None:
        self.answers = answers
        self.requests: list[bytes] = []
        self.bodies: list[bytes] = []
        self.conversations: list[Conversation] = []
        self._waiting: Deferred[None] | None = None
        build: Callable[[], Conversation] = lambda: Conversation(self)  # noqa: E731
        factory: Any = Factory.forProtocol(build)
        factory.noisy = False
        if tls is None:
            # As many may come at once as a test sends; the system drops what is more.
            self.port = reactor.listenTCP(
                0, factory, backlog=512, interface="127.0.0.1"
            )
        else:
            self.port = reactor.listenSSL(0, factory, tls, interface="127.0.0.1")
        self.scheme = "http" if tls is None else "https"

    def url(self, path: str) -> str:
        """Return the URL of a path here."""
        return f"{self.scheme}://127.0.0.1:{self.port.getHost().port}{path}"

    async def asked(self, times: int) -> None:
        """Wait until so many requests have come."""
        await until(lambda: len(self.requests) >= times)

    async def hearing(self) -> None:
        """Wait until some of what is no whole request yet has come."""
        await until(lambda: any(each.buffer for each in self.conversations))

    def all_lost(self) -> Deferred[None]:
        """Fire when every connection has been closed, as seen from here."""
        self._waiting = Deferred()
        reactor.callLater(0, self.check_all_lost)
        return self._waiting

    def check_all_lost(self) -> None:
        waiting = self._waiting
        if waiting is not None and all(c.lost for c in self.conversations):
            self._waiting = None
            waiting.callback(None)

    async def stop(self) -> None:
        """Listen no more; whatever is still open is closed."""
        await self.port.stopListening()
        for conversation in self.conversations:
            transport: Any = conversation.transport
            if not conversation.lost:
                transport.abortConnection()
        await self.all_lost()
