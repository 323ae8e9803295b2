"""A network in memory: hosts that a test makes up, and a clock that it moves."""

from __future__ import annotations

from inspect import isawaitable
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from twinet._handles.session import Session
from twinet.errors import InvalidParameter
from twinet.testing.authority import Authority
from twinet.testing.hand import HandPeer
from twinet.testing.hosts import is_literal
from twinet.testing.link import Link
from twinet.testing.peer import Peer
from twinet.testing.reactor import MemoryReactor
from twinet.testing.recorder import Recorder

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from types import TracebackType

    from twisted.internet.interfaces import IProtocolFactory

    from twinet._net.trust import TrustRoots
    from twinet.testing.hosts import Place

__all__ = ["MemoryNetwork"]

T = TypeVar("T")


class MemoryNetwork:
    """A network in memory, with a reactor whose time a test moves.

    .. code-block:: python

        with MemoryNetwork() as network:
            network.add("shop.example", shop)
            session = network.session(agent="coffee/1.0")
            request = network.run(session.get("http://shop.example/prices"))

    All of the library is real, end to end; only the sockets and the time are not.
    What takes a reactor is given ``reactor``: ``twinet.fetch(url,
    reactor=network.reactor)``, or a program's own ``main(network.reactor)``.

    Time stands still but in :meth:`advance` and :meth:`run`.

    :param otherwise: is connected to where no peer was added; all names are then
        known.  Without it such names are not, and such connections are refused.
    :ivar reactor: its reactor: ``IReactorTime``, ``IReactorTCP``, with names looked up
        in the network.
    :source: our own.
    """

    def __init__(self, otherwise: HandPeer | None = None) -> None:
        self.reactor = MemoryReactor(otherwise)
        self._hosts = self.reactor.hosts
        self._peers: list[Peer] = []
        self._sessions: list[Session] = []

    # -- who is there

    def add(
        self,
        host: str,
        peer: Peer | HandPeer | IProtocolFactory,
        port: int | None = None,
        *,
        tls: bool = False,
        link: Link | None = None,
    ) -> Place:
        """Let somebody listen at a host.

        :param host: a name, which is given an address if it has none; or an address.
        :param peer: a peer of this package, or any protocol factory of Twisted's, such
            as a ``twisted.web.server.Site``.
        :param port: the peer's usual one when left out.
        :param tls: speak TLS; sessions of the network believe the certificate.
        :param link: how the way there behaves.
        :returns: the place; its ``link`` may be changed, for new connections.
        :raises InvalidParameter: 87, somebody listens there, or it cannot be; the text
            says why.
        """
        if port is None:
            port = getattr(peer, "secure_port" if tls else "port", None)
        if not port:
            msg = f"say at which port {peer!r} listens"
            raise InvalidParameter(msg)
        if not is_literal(host) and host.lower() not in self._hosts.names:
            self.name(host, self._hosts.new_address())
        addresses = self._hosts.addresses(host)
        if len(addresses) != 1:
            msg = f"{host} has {len(addresses)} addresses; add the peer to one itself"
            raise InvalidParameter(msg)
        (address,) = addresses
        if (address, port) in self._hosts.places:
            msg = f"{host} has somebody at port {port} already"
            raise InvalidParameter(msg)
        if tls and isinstance(peer, HandPeer):
            msg = "a HandPeer speaks no TLS: a test cannot play that by hand"
            raise InvalidParameter(msg)
        factory: Any = peer
        if isinstance(peer, Peer):
            self._peers.append(peer)
            peer.found_as(address, host)
            factory = peer.factory(self.reactor)
        if tls:
            factory = Authority.known().secured(factory, self.reactor, host)
        return self._hosts.listen(address, port, factory, link or Link())

    def name(self, name: str, *addresses: str, after: float | None = 0.0) -> None:
        """Let a name have these addresses; without any it cannot be resolved.

        :param after: how long a look-up takes (seconds); ``None``: it never ends.
        :raises InvalidParameter: 87, there is something that is no address.
        """
        self._hosts.name(name, addresses, after)

    # -- who uses it

    def session(self, **options: Any) -> Session:
        """Make a session on the network; :meth:`close` closes it.

        :param options: as for :class:`twinet.Session`.  Without others it believes the
            network's certificates and goes through no proxy.
        """
        options.setdefault("proxy", "")
        options.setdefault("trust_roots", self.trust_roots)
        session = Session(self.reactor, **options)
        self._sessions.append(session)
        return session

    @property
    def trust_roots(self) -> TrustRoots:
        """Who signs the certificates of the network's peers."""
        return Authority.known().roots

    def recorder(self) -> Recorder:
        """Make a status callback that keeps what it is told, by the network's time."""
        return Recorder(self.reactor)

    # -- time

    @property
    def now(self) -> float:
        """The time (seconds); a network begins at 0."""
        return self.reactor.seconds()

    def advance(self, seconds: float = 0.0) -> None:
        """Let time pass, and all happen that is due, each when it is.

        Without an amount all that can happen without time passing does.

        :raises AssertionError: a peer complains, of a request that it has no answer
            for, say.
        """
        self.reactor.advance(seconds)
        self._check_peers()

    def run(self, waiting: Deferred[T] | Awaitable[T], *, limit: float = 86400.0) -> T:
        """Let time pass until this has come to its end; return what came of it.

        Time goes at once to where something happens next, so limits cost no patience.

        :param waiting: a Deferred, or a coroutine.
        :param limit: after how long it is given up (seconds of the network).
        :raises AssertionError: it did not come to its end, and how things stand; or a
            peer complains.
        :raises Exception: what the Deferred has failed with.
        """
        if not isinstance(waiting, Deferred):
            if not isawaitable(waiting):
                msg = f"{waiting!r} is neither a Deferred nor a coroutine"
                raise InvalidParameter(msg)
            waiting = Deferred.fromCoroutine(cast("Any", waiting))
        outcome: list[Any] = []
        waiting.addBoth(outcome.append)
        until = self.now + limit
        while not outcome:
            due = self.reactor.next_time()
            if due is None or due > until:
                raise AssertionError(self._stuck(due, limit))
            self.advance(max(0.0, due - self.now))
        self._check_peers()
        (result,) = outcome
        if isinstance(result, Failure):
            result.raiseException()
        return cast("T", result)

    def _stuck(self, due: float | None, limit: float) -> str:
        why = (
            "nothing will ever happen any more on the network"
            if due is None
            else f"{limit:g} seconds of the network have passed"
        )
        return f"it has not come to its end, and {why}; {self._state()}"

    def _check_peers(self) -> None:
        for peer in self._peers:
            peer.check()

    # -- what is left

    @property
    def sockets(self) -> list[str]:
        """The connections that stand, in words: from where to where."""
        return [str(each) for each in self.reactor.connections]

    def _left(self) -> list[str]:
        reactor = self.reactor
        return [
            *(f"an open connection: {each}" for each in self.sockets),
            *(f"an attempt to connect: {each}" for each in reactor.attempts),
            *(f"a port that listens: {each}" for each in reactor.ports),
            *(f"a timer: {call}" for call in reactor.getDelayedCalls()),
        ]

    def _state(self) -> str:
        left = self._left()
        if not left:
            return "there are no connections and no timers"
        return "there are\n" + "\n".join(f"  {each}" for each in left)

    def assert_clean(self) -> None:
        """Fail if something is left: a connection, an attempt, a port, a timer.

        :raises AssertionError: the text names what is.
        """
        self.advance()
        left = self._left()
        if left:
            lines = "\n".join(f"  {each}" for each in left)
            msg = f"this is left on the network\n{lines}"
            raise AssertionError(msg)

    def close(self) -> None:
        """Close the network's sessions, and check that nothing is left.

        Sessions that the program has made it has to close itself.

        :raises AssertionError: something is left, or a peer complains.
        """
        sessions, self._sessions = self._sessions, []
        for session in sessions:
            self.run(session.close())
        self.assert_clean()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is None:
            self.close()
