"""A server that does what a script says, on real sockets of the loopback.

Theory of operation.  Each connection is served by a coroutine of its own: it awaits a
head and gives the connection to the script of that target; when the script returns, it
awaits the next head.  So a script that says nothing is a server that is silent, and
whatever else shall happen to the socket the script does itself.  ``/good`` is always
answered well, on whichever connection it is asked for: the page that tells whether the
client's pool is still good.

It is a proxy as well as the server behind it: with an ``opening``, that is what each
connection begins with, and TLS is spoken when it is over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.protocol import Factory
from twisted.internet.task import deferLater

from tests.interop.hostile.talker import LOOK, Talker, reactor

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from twisted.internet.interfaces import IOpenSSLServerConnectionCreator

    #: What is done on a connection, from a head that came on.
    Script = Callable[["Peer"], Awaitable[None]]

GOOD_PAGE = b"a good page"
GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(GOOD_PAGE), GOOD_PAGE)


class Peer(Talker):
    """The server's end of one connection.

    :ivar number: 0 for the first connection that came.
    :ivar head: the last head that came, without its blank line.
    :ivar asked: the targets that were asked for here.
    """

    def __init__(self, server: HostileServer) -> None:
        super().__init__(server.faults)
        self.server = server
        self.number = len(server.peers)
        self.head = b""
        self.asked: list[str] = []

    @property
    def target(self) -> str:
        """The last target that was asked for."""
        return self.asked[-1]

    def connectionMade(self) -> None:
        server = self.server
        server.peers.append(self)
        server.most = max(server.most, server.open)
        greeting = server.greetings.get(self.number)
        if server.tls is not None and greeting is None and server.opening is None:
            self.transport.startTLS(server.tls)
        self.run(self._serve(greeting))

    async def _serve(self, greeting: Script | None) -> None:
        if greeting is not None:
            await self._play(greeting)
        elif self.server.opening is not None:
            await self._play(self.server.opening)
            if self.server.tls is not None:
                self.transport.startTLS(self.server.tls)
            self.ready = False
        while True:
            while b"\r\n\r\n" not in self._buffer:
                await self._wait()
            self.head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
            self.asked.append(self.head.split(b" ")[1].decode("latin-1"))
            self.server.asked.append(self.target)
            if self.target.endswith("/good"):
                self.send(GOOD)
            else:
                await self._play(self.server.script)

    async def _play(self, script: Script) -> None:
        self.ready = True
        await script(self)


class HostileServer:
    """One port, one script.

    :param script: what is done when anything but ``/good`` is asked for.
    :param tls: how TLS is spoken; None speaks none.
    :param greetings: what is done at once on the connection of a number, before (and
        in place of) TLS.
    :param opening: what is done at first on each other connection, before TLS.
    :ivar peers: the connections that came.
    :ivar asked: the targets that were asked for, in this order.
    :ivar most: the most connections that were open at a time.
    :ivar faults: the tracebacks of scripts that failed by themselves.
    """

    def __init__(
        self,
        script: Script,
        tls: IOpenSSLServerConnectionCreator | None = None,
        greetings: dict[int, Script] | None = None,
        opening: Script | None = None,
    ) -> None:
        self.script = script
        self.tls = tls
        self.greetings = greetings or {}
        self.opening = opening
        self.peers: list[Peer] = []
        self.asked: list[str] = []
        self.faults: list[str] = []
        self.most = 0
        self.secure = tls is not None
        factory: Any = Factory.forProtocol(lambda: Peer(self))
        factory.noisy = False
        self._port = reactor.listenTCP(0, factory, interface="127.0.0.1", backlog=512)

    @property
    def port(self) -> int:
        """The port on which it listens."""
        return int(self._port.getHost().port)

    @property
    def taken(self) -> int:
        """How many bytes came."""
        return sum(peer.taken for peer in self.peers)

    @property
    def open(self) -> int:
        """How many connections are open at this moment."""
        return sum(not peer.gone for peer in self.peers)

    @property
    def ready(self) -> bool:
        """Whether a script has come to what it is about."""
        return any(peer.ready for peer in self.peers)

    def url(self, path: str) -> str:
        """Return the URL of a path here."""
        scheme = "https" if self.secure else "http"
        return f"{scheme}://127.0.0.1:{self.port}{path}"

    async def all_gone(self, *but: Peer) -> None:
        """Wait until the client has closed every connection, or all but some."""
        while any(not peer.gone for peer in self.peers if peer not in but):
            await deferLater(reactor, LOOK)

    async def stop(self) -> None:
        """Listen no more, and close what is open."""
        await self._port.stopListening()
        for peer in self.peers:
            if not peer.lost:
                peer.transport.abortConnection()
        while not all(peer.lost for peer in self.peers):
            await deferLater(reactor, LOOK)
