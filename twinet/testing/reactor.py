"""A reactor in memory: sockets and time are not real, all the rest is."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from twisted.internet.interfaces import (
    IListeningPort,
    IReactorFromThreads,
    IReactorPluggableNameResolver,
    IReactorTCP,
)
from twisted.internet.task import Clock
from zope.interface import implementer

from twinet._net.threads import Threads
from twinet.testing.dialing import Dialing
from twinet.testing.hosts import OWN, Hosts, as_address

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.interfaces import IAddress, IHostnameResolver

    from twinet.testing.hand import HandPeer
    from twinet.testing.hosts import Place

__all__ = ["MemoryReactor"]


@implementer(IReactorTCP, IReactorPluggableNameResolver, IReactorFromThreads)
class MemoryReactor(Clock):
    """Time that passes when a test says so, and sockets that lead to its peers.

    Unlike Twisted's ``Clock`` it does not jump: what is due on the way happens when
    it is due.  Blocking work (files) is done in a turn of its own instead of a thread.

    :param otherwise: see ``Hosts``.
    :ivar hosts: who is where.
    :ivar attempts: what is being connected.
    :ivar connections: the connections that stand.
    :ivar ports: where programs listen.
    """

    running = False

    def __init__(self, otherwise: HandPeer | None = None) -> None:
        super().__init__()
        self.hosts = Hosts(self, otherwise)
        self.nameResolver: IHostnameResolver = self.hosts
        self.attempts: list[Dialing] = []
        self.connections: list[Dialing] = []
        self.ports: list[Port] = []
        self._from_threads: deque[tuple[Callable[..., Any], Any, Any]] = deque()

    # -- time

    def advance(self, amount: float = 0.0) -> None:
        """Let time pass, and all that is due happen (seconds)."""
        until = self.rightNow + amount
        while (due := self.next_time()) is not None and due <= until:
            self.rightNow = max(self.rightNow, due)
            self._turn()
        self.rightNow = max(self.rightNow, until)

    def next_time(self) -> float | None:
        """Return when something is due next; ``None`` when nothing is."""
        if self._from_threads:
            return self.rightNow
        calls = self.getDelayedCalls()
        return min(call.getTime() for call in calls) if calls else None

    def _turn(self) -> None:
        """Do what is due now."""
        for _ in range(len(self._from_threads)):
            call, args, kwargs = self._from_threads.popleft()
            call(*args, **kwargs)
        super().advance(0)

    def callFromThread(
        self, callable: Callable[..., Any], *args: object, **kwargs: object
    ) -> None:
        """Call something in the next turn; from any thread."""
        self._from_threads.append((callable, args, kwargs))

    def blocking_work(self, name: str) -> Threads:
        """Return what does a session's blocking work: nothing is waited for here."""
        return InTurns(self, name=name)

    # -- names

    def installNameResolver(self, resolver: IHostnameResolver) -> IHostnameResolver:
        """Have names looked up elsewhere; return who did it before."""
        before, self.nameResolver = self.nameResolver, resolver
        return before

    # -- IReactorTCP

    def connectTCP(
        self,
        host: str,
        port: int,
        factory: Any,
        timeout: float | None = 30.0,
        bindAddress: tuple[str, int] | None = None,
    ) -> Dialing:
        """Connect to whoever listens there."""
        address = self.hosts.addresses(host)[0]
        dialing = Dialing(self, address, port, factory, timeout, bindAddress)
        self.attempts.append(dialing)
        dialing.connect()
        return dialing

    def listenTCP(
        self,
        port: int,
        factory: Any,
        backlog: int = 50,  # noqa: ARG002  nobody waits here
        interface: str = "",
    ) -> Port:
        """Listen at an address of the client's, or at another."""
        address = interface or OWN[4]
        road = self.hosts.road_to(address)
        place = self.hosts.listen(address, port, factory, road)
        listening = Port(self, place, factory)
        self.ports.append(listening)
        return listening


@implementer(IListeningPort)
class Port:
    """Where a program listens.

    :ivar factory: what makes its ends of connections.
    """

    def __init__(self, reactor: MemoryReactor, place: Place, factory: Any) -> None:
        self._reactor = reactor
        self._place = place
        self.factory = factory
        factory.doStart()

    def __str__(self) -> str:
        return str(self._place)

    def startListening(self) -> None:
        """Do nothing: it listens from the beginning."""

    def stopListening(self) -> None:
        """Listen no more."""
        if self in self._reactor.ports:
            self._reactor.ports.remove(self)
            self._reactor.hosts.stop(self._place)
            self.factory.doStop()

    def getHost(self) -> IAddress:
        """Return where it listens."""
        return as_address(self._place.address, self._place.port)


class InTurns(Threads):
    """Blocking work in turns of the reactor instead of threads."""

    def _submit(self, job: Any) -> None:
        self._queue.append(job)
        self._reactor.callLater(0, self._do_next)  # type: ignore[attr-defined]  # it has

    def _do_next(self) -> None:
        if self._queue:
            job = self._queue.popleft()
            self._finished(job, job.outcome())
