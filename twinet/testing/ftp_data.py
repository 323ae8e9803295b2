"""The data connection of an FTP peer, and the transfer on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.protocol import ClientFactory, Factory, connectionDone

from twinet.testing.peer import Conversation
from twinet.testing.script import End

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from twisted.internet.interfaces import IReactorTime
    from twisted.python.failure import Failure

    from twinet.testing.script import Step

__all__ = ["DataWay", "Transfer"]

WHOLE = "226 That was all."
BROKEN = "426 It was broken off."


class DataConversation(Conversation):
    """The peer's end of a data connection."""

    def __init__(self, clock: IReactorTime, way: DataWay) -> None:
        super().__init__(clock)
        self._way = way
        self.received = b""
        #: called when it is over.
        self.ended: Callable[[], object] = lambda: None

    def connectionMade(self) -> None:
        """Tell that the way is open."""
        self._way.arrived(self)

    def dataReceived(self, data: bytes) -> None:
        """Keep what came."""
        self.received += data

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Tell that it is over."""
        super().connectionLost(reason)
        self.ended()


class DataWay:
    """How a data connection comes about: the client comes, or is gone to.

    :param secured: wraps a factory in TLS, where data are protected.
    """

    def __init__(self, reactor: Any, secured: Callable[[Factory], Any]) -> None:
        self._reactor = reactor
        self._secured = secured
        self._port: Any = None
        self._failed = False
        self.line: DataConversation | None = None
        self._use: Callable[[DataConversation | None], object] | None = None

    def listen(self, interface: str) -> int:
        """Wait for the client at this address; return the port."""
        factory: Any = Factory.forProtocol(self._build)
        factory.noisy = False
        self._port = self._reactor.listenTCP(
            0, self._secured(factory), interface=interface
        )
        port: int = self._port.getHost().port
        return port

    def connect(self, host: str, port: int, own: str) -> None:
        """Go to the client, from an address that it knows."""
        going = self._secured(_Going(self))
        self._reactor.connectTCP(host, port, going, bindAddress=(own, 0))

    def _build(self) -> DataConversation:
        return DataConversation(self._reactor, self)

    def arrived(self, line: DataConversation) -> None:
        """Take note that there is a connection."""
        self._stop_listening()
        self.line = line
        self._tell()

    def failed(self) -> None:
        """Take note that there will be none."""
        self._failed = True
        self._tell()

    def when_open(self, use: Callable[[DataConversation | None], object]) -> None:
        """Have it used when it is open; ``None`` when it cannot be opened."""
        self._use = use
        self._tell()

    def _tell(self) -> None:
        use = self._use
        if use is not None and (self.line is not None or self._failed):
            self._use = None
            use(self.line)

    def _stop_listening(self) -> None:
        port, self._port = self._port, None
        if port is not None:
            port.stopListening()

    def close(self) -> None:
        """Close whatever is there, at once."""
        self._use = None
        self._stop_listening()
        line = self.line
        if line is not None and not line.over:
            line.ended = lambda: None
            line.transport.abortConnection()


class _Going(ClientFactory):
    """Goes to a client that listens."""

    noisy = False

    def __init__(self, way: DataWay) -> None:
        self._way = way

    def buildProtocol(self, addr: object) -> Any:  # noqa: ARG002
        """Make the peer's end."""
        return self._way._build()  # noqa: SLF001  they are one thing

    def clientConnectionFailed(self, connector: object, reason: Failure) -> None:  # noqa: ARG002
        """Tell that the client is not there."""
        self._way.failed()


class Transfer:
    """Data that go over a way, with the replies around them.

    :param reply: sends a reply.
    :param over: called when it is over.
    """

    def __init__(
        self,
        way: DataWay,
        reply: Callable[[str], object],
        over: Callable[[], object],
    ) -> None:
        self._way = way
        self._reply = reply
        self._over = over

    def send(self, steps: Iterable[Step], ends: bool = True) -> None:
        """Send data; a script that does not end them leaves the connection open."""

        def use(line: DataConversation) -> None:
            whole = [*steps, *([End.CLOSE] if ends else ())]
            broken = End.ABORT in whole
            line.ended = lambda: self._finish(BROKEN if broken else WHOLE)
            line.play(whole)

        self._begin(use)

    def receive(self, store: Callable[[bytes], object]) -> None:
        """Take what comes, until the client closes."""

        def use(line: DataConversation) -> None:
            def ended() -> None:
                store(line.received)
                self._finish(WHOLE)

            line.ended = ended

        self._begin(use)

    def _begin(self, use: Callable[[DataConversation], object]) -> None:
        def opened(line: DataConversation | None) -> None:
            if line is None:
                self._finish("425 Cannot open the data connection.")
            else:
                self._reply("150 Here it comes.")
                use(line)

        self._way.when_open(opened)

    def abort(self) -> None:
        """End it at once."""
        self._way.close()
        self._finish(BROKEN)

    def _finish(self, reply: str) -> None:
        self._over()
        self._reply(reply)
