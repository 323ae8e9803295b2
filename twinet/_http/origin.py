"""The origin: what the pool knows about one key, and how many may have a channel."""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twinet._http.channel import Channel
    from twinet._http.errand import Errand
    from twinet._http.exchange import Exchange
    from twinet._http.order import Key
    from twinet._http.reception import Reception

    #: Who may have a channel.
    User: TypeAlias = Reception | Errand

__all__ = ["Origin", "plan", "uses"]


def plan(waiting: int, idle: int, opened: int, cap: int) -> tuple[int, int]:
    """Say how many waiting exchanges reuse a channel and how many open one.

    :param opened: the channels open or being opened, idle ones included.
    :param cap: the most channels that the origin is allowed.
    """
    reuse = min(waiting, idle)
    fresh = min(waiting - reuse, max(cap - opened, 0))
    return reuse, fresh


class Origin:
    """What the pool knows about one key."""

    __slots__ = ("exempt", "idle", "key", "leaves", "opened", "using", "waiting")

    #: whether others share its connections: it is a ProxiedOrigin.
    proxied = False

    def __init__(self, key: Key) -> None:
        self.key = key
        #: last used, first taken: the freshest is the least likely to be dead.
        self.idle: list[Channel] = []
        #: the sockets that are there, and the leaves to open one.
        self.opened = 0
        #: the exchanges that have leave to open a channel, and have none yet.
        self.leaves: set[Reception] = set()
        self.waiting: deque[Exchange] = deque()
        #: the exchanges that have a channel or are opening one.
        self.using: set[User] = set()
        #: those that opened one beyond the limit, and some that are over.
        self.exempt: set[User] = set()

    def queue(self, exchange: Exchange) -> None:
        """Let an exchange wait behind those that go before it."""
        waiting = self.waiting
        priority = exchange.order.turn.priority
        place = len(waiting)
        while place and waiting[place - 1].order.turn.priority < priority:
            place -= 1
        waiting.insert(place, exchange)

    def beyond(self) -> int:
        """Return how many channels do not count against the limit."""
        if self.exempt:
            self.exempt &= self.using
        return len(self.exempt)

    def in_use(self, cap: int) -> str:
        """Say in words why nobody else gets a channel."""
        what = uses(self.using, self.opened - len(self.using) - len(self.idle))
        return f"{self.opened} of {cap} connections to {self.key[1]} are in use: {what}"


def uses(using: Iterable[User], closing: int) -> str:
    """Say in words what channels are used for.

    :param closing: how many are being closed.
    """
    phases = Counter(exchange.doing for exchange in using)
    if closing > 0:
        phases["closing"] = closing
    return ", ".join(
        f"{count} {_plural(doing, count)}" for doing, count in phases.most_common()
    )


def _plural(doing: str, count: int) -> str:
    return f"{doing}s" if doing.endswith("response") and count > 1 else doing
