"""The crowd: all connections of a session to one proxy.

Theory of operation.  A proxy sees one client, whatever servers that is about; so there
is a limit to the connections it is given, besides that of each server behind it.  The
requests that are given to the proxy itself are one origin, which has no other limit;
the tunnels to a server are one, which has that of the server as well.

Who has to wait for a new connection gets it when it is his turn among all in the crowd:
the highest priority first, and of equals the first to come.  Each origin sends forward
the first of those who wait there, and nobody while it has no room of its own.  A kept
connection serves its own origin alone; when the proxy is given no more, the one that
has been idle for longest in its origin makes room.  One that is never idle, as there is
always somebody at its origin, makes room when it would be used for the 33rd time before
somebody elsewhere who came first.
"""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING

from twinet._http.origin import Origin, uses

if TYPE_CHECKING:
    from twinet._http.channel import Channel
    from twinet._http.exchange import Exchange
    from twinet._http.order import Key

__all__ = ["Crowd", "ProxiedOrigin"]


#: How often somebody may be overtaken by those whom kept connections serve (our own
#: choice): a connection is opened for one of so many requests at most.
MOST_OVERTAKEN = 32


class Crowd:
    """What the pool knows about one proxy.

    :ivar proxy: its URL.
    :ivar opened: the sockets that are there, and the leaves to open one.
    :ivar origins: that have any, or wait for one.
    :ivar resting: those that may have a connection that is idle.
    :ivar leaving: connections that make room, and have not gone yet.
    """

    __slots__ = (
        "_numbers",
        "_overtaken",
        "_turns",
        "leaving",
        "opened",
        "origins",
        "proxy",
        "resting",
    )

    def __init__(self, proxy: str) -> None:
        self.proxy = proxy
        self.opened = 0
        self.origins: set[ProxiedOrigin] = set()
        self.resting: dict[ProxiedOrigin, None] = {}
        self.leaving: set[Channel] = set()
        #: who waits, in order, and some who do not any more.
        self._turns: list[tuple[int, int, ProxiedOrigin, Exchange]] = []
        self._numbers = count()
        #: how often the one was overtaken whose turn it is.
        self._overtaken = 0

    def come(self, exchange: Exchange) -> None:
        """Give one who begins to wait his place among all."""
        exchange.number = next(self._numbers)

    def forward(self, origin: ProxiedOrigin) -> None:
        """Let the first of those who wait at an origin stand for a connection."""
        first = origin.waiting[0]
        if origin.forward is not first:
            origin.forward = first
            turn = (*_place(first), origin, first)
            heappush(self._turns, turn)

    def next(self) -> ProxiedOrigin | None:
        """Return the origin whose turn it is; ``None`` when nobody waits."""
        turns = self._turns
        while turns:
            _, _, origin, first = turns[0]
            waiting = origin.waiting
            if origin.forward is first and waiting and waiting[0] is first:
                return origin
            heappop(turns)
        return None

    def served(self, origin: ProxiedOrigin) -> None:
        """Take note that the first of an origin stands no more."""
        origin.forward = None
        self._overtaken = 0

    def overtakes(self, exchange: Exchange, first: Exchange) -> bool:
        """Tell whether one may go before another who waits for a new connection."""
        if _place(exchange) > _place(first):
            self._overtaken += 1
        return self._overtaken <= MOST_OVERTAKEN

    def rest(self, origin: ProxiedOrigin) -> None:
        """Take note that an origin has a connection that is idle."""
        self.resting.pop(origin, None)
        self.resting[origin] = None

    def forget(self, origin: ProxiedOrigin) -> None:
        """Let go of an origin of which nothing is left."""
        self.origins.discard(origin)
        self.resting.pop(origin, None)

    def rested(self) -> Channel | None:
        """Return a connection that is idle, and not leaving."""
        for origin in list(self.resting):
            if origin.idle:
                return origin.idle[0]
            del self.resting[origin]
        return None

    def in_use(self, cap: int) -> str:
        """Say in words why nobody else gets a channel."""
        using = [user for origin in self.origins for user in origin.using]
        idle = sum(len(origin.idle) for origin in self.origins)
        what = uses(using, self.opened - len(using) - idle)
        return (
            f"{self.opened} of {cap} connections to the proxy {self.proxy} are in use: "
            f"{what}"
        )


def _place(exchange: Exchange) -> tuple[int, int]:
    """Return the place among all who wait: lower goes first."""
    return -exchange.order.turn.priority, exchange.number


class ProxiedOrigin(Origin):
    """What the pool knows about one key whose connections go through a proxy.

    They are counted in the crowd as well.

    :ivar tunnel: whether they lead to one server, which has a limit of its own.
    :ivar forward: who stands for a connection.
    """

    __slots__ = ("_opened", "crowd", "forward", "tunnel")
    proxied = True

    def __init__(self, key: Key, crowd: Crowd, *, tunnel: bool) -> None:
        self._opened = 0
        self.crowd = crowd
        self.tunnel = tunnel
        self.forward: Exchange | None = None
        super().__init__(key)
        crowd.origins.add(self)

    @property
    def opened(self) -> int:
        """The sockets that are there, and the leaves to open one."""
        return self._opened

    @opened.setter
    def opened(self, number: int) -> None:
        self.crowd.opened += number - self._opened
        self._opened = number

    def in_use(self, cap: int) -> str:
        """Say in words why nobody else gets a channel of this one server."""
        return f"{super().in_use(cap)} (through the proxy {self.crowd.proxy})"
