"""What all scripted peers are: somebody to connect to, in memory or on loopback."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred, maybeDeferred, succeed
from twisted.internet.protocol import Factory, Protocol, connectionDone

from twinet.testing.script import Player

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from twisted.internet.interfaces import IReactorTime
    from twisted.python.failure import Failure

    from twinet.testing.authority import Authority
    from twinet.testing.script import Step

__all__ = ["Conversation", "Listening", "Peer"]


class Peer(ABC):
    """Somebody to connect to.

    A peer can be in any number of places at a time: in memory networks
    (:meth:`twinet.testing.MemoryNetwork.add`) and on real ports (:meth:`listen`).

    :ivar names: under which names and addresses it can be found.
    :ivar complaints: what it was asked and has no answer for, and what went wrong in
        its answers, in words.  On a memory network a complaint fails the test by
        itself; elsewhere :meth:`check` does.
    """

    #: the scheme of its URLs, its port, and the same with TLS.
    scheme, port = "", 0
    secure_scheme, secure_port = "", 0

    def __init__(self) -> None:
        self.complaints: list[str] = []
        self.names: list[str] = []
        #: the name of each address, for what is said of it to clients.
        self.name_of: dict[str, str] = {}

    @abstractmethod
    def conversation(self, clock: IReactorTime) -> Conversation:
        """Make the peer's end of a new connection."""

    def factory(self, clock: IReactorTime) -> Factory:
        """Return what makes its ends of connections."""
        return _Conversations(self, clock)

    def listen(
        self,
        reactor: Any,
        port: int = 0,
        *,
        interface: str = "127.0.0.1",
        tls: Authority | None = None,
    ) -> Listening:
        """Listen on a real port as well.

        :param port: 0 for any that is free.
        :param tls: speak TLS with a certificate for the interface, signed by this.
        """
        self.found_as(interface, "localhost")
        factory = _Conversations(self, reactor)
        if tls is None:
            return Listening(reactor, self, factory, port, interface)
        secured = tls.secured(factory, reactor, interface, "localhost")
        return Listening(reactor, self, factory, port, interface, secured)

    def found_as(self, address: str, name: str) -> None:
        """Take note of where it can be found."""
        self.names += (name, address)
        self.name_of[address] = name

    def complain(self, words: str) -> None:
        """Take note of what must not be."""
        self.complaints.append(words)

    def check(self) -> None:
        """Fail if there are complaints, and forget them.

        :raises AssertionError: there are; the text is theirs.
        """
        complaints, self.complaints = self.complaints, []
        if complaints:
            raise AssertionError("\n".join(complaints))


class Conversation(Protocol):
    """The peer's end of one connection.

    :param clock: what waits is waited for here.
    """

    transport: Any

    def __init__(self, clock: IReactorTime) -> None:
        self.clock = clock
        self.over = False
        self.when_over: Callable[[], object] = lambda: None
        self._player: Player | None = None

    @property
    def playing(self) -> bool:
        """Whether steps are being played."""
        return self._player is not None

    def play(
        self, steps: Iterable[Step], done: Callable[[], object] = lambda: None
    ) -> None:
        """Play steps; what was being played is left."""
        self.stop()

        def played() -> None:
            self._player = None
            done()

        self._player = Player(self.clock, self.transport, steps, played)
        self._player.play()

    def stop(self) -> None:
        """Play no more."""
        player, self._player = self._player, None
        if player is not None:
            player.stop()

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: ARG002
        """Play no more."""
        self.over = True
        self.stop()
        self.when_over()


class _Conversations(Factory):
    """Makes a peer's ends, and knows which are open."""

    noisy = False

    def __init__(self, peer: Peer, clock: IReactorTime) -> None:
        self._peer = peer
        self._clock = clock
        self.open: set[Conversation] = set()
        self.none_left: Deferred[None] | None = None

    def buildProtocol(self, addr: object) -> Conversation:  # noqa: ARG002
        """Make one."""
        conversation = self._peer.conversation(self._clock)
        self.open.add(conversation)
        conversation.when_over = lambda: self._over(conversation)
        return conversation

    def _over(self, conversation: Conversation) -> None:
        self.open.discard(conversation)
        if not self.open and self.none_left is not None:
            none_left, self.none_left = self.none_left, None
            none_left.callback(None)


class Listening:
    """A peer on a real port.

    :ivar host: where it listens, and on which ``port``.
    :ivar url: the beginning of its URLs, as ``http://127.0.0.1:40001``.
    """

    def __init__(
        self,
        reactor: Any,
        peer: Peer,
        conversations: _Conversations,
        port: int,
        interface: str,
        factory: Factory | None = None,
    ) -> None:
        self._conversations = conversations
        self._port = reactor.listenTCP(
            port, factory or conversations, interface=interface
        )
        self.host = interface
        self.port: int = self._port.getHost().port
        scheme = peer.scheme if factory is None else peer.secure_scheme
        host = f"[{interface}]" if ":" in interface else interface
        self.url = f"{scheme}://{host}:{self.port}"

    def stop(self) -> Deferred[None]:
        """Listen no more; fires when all connections are closed, whoever is there."""
        return Deferred.fromCoroutine(self._stop())

    async def _stop(self) -> None:
        await maybeDeferred(self._port.stopListening)
        for conversation in list(self._conversations.open):
            conversation.transport.abortConnection()
        await self._gone()

    def _gone(self) -> Deferred[None]:
        if not self._conversations.open:
            return succeed(None)
        self._conversations.none_left = Deferred()
        return self._conversations.none_left
