"""The pool: which exchange gets which channel, and when.

Theory of operation.  For each key (scheme, host, port, TLS policy) there is an
:class:`Origin`: its idle channels, the number of channels open or being opened, and
the exchanges that wait: highest priority first, and of equals the first to come.
:func:`plan` says how many of the waiting may take an idle channel and how many may
open a new one; it is pure.  The doing comes after: the state is settled first, then
the exchanges are told.

A channel belongs to its exchange from the moment it is opened for it until the
answer is complete; then it is idle, or gone.  Idle channels are closed when the
server closes them, says anything, or after ``idle`` seconds.

Sockets are counted, so that the cap is what the server sees: one that is being closed
has its place until it is gone.  Closing politely has a limit, as a peer that reads
nothing could hold it up for ever.
"""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING, TypeAlias

from twisted.internet.defer import Deferred, succeed

from twinet._http.channel import Channel
from twinet._http.way import key_of

if TYPE_CHECKING:
    from twinet._http.errand import Errand
    from twinet._http.exchange import Exchange
    from twinet._http.order import Key, Order
    from twinet._http.reception import Reception
    from twinet._net.deadlines import Deadlines

    #: Who may have a channel.
    User: TypeAlias = Reception | Errand

__all__ = ["Origin", "Pool", "plan"]

#: How long a polite close may take (seconds; our own).
POLITE = 1.0
#: A channel that has been idle for less than this is believed to be good (seconds;
#: our own): the reactor has just read all there was.
JUST_READ = 0.001


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

    def in_use(self, cap: int) -> str:
        """Say in words why nobody else gets a channel."""
        phases = Counter(exchange.doing for exchange in self.using)
        closing = self.opened - len(self.using) - len(self.idle)
        if closing > 0:
            phases["closing"] = closing
        what = ", ".join(
            f"{count} {_plural(doing, count)}" for doing, count in phases.most_common()
        )
        return f"{self.opened} of {cap} connections to {self.key[1]} are in use: {what}"


def _plural(doing: str, count: int) -> str:
    return f"{doing}s" if doing.endswith("response") and count > 1 else doing


def _queue(waiting: deque[Exchange], exchange: Exchange) -> None:
    """Let an exchange wait behind those that go before it."""
    priority = exchange.order.turn.priority
    place = len(waiting)
    while place and waiting[place - 1].order.turn.priority < priority:
        place -= 1
    waiting.insert(place, exchange)


class Pool:
    """The channels of one session.

    :param cap: the most channels to one origin at a time.
    :param idle: how long an unused channel is kept, in seconds.
    :param channel: the class of channels, which is another one where there is a trace.
    """

    def __init__(
        self,
        deadlines: Deadlines,
        cap: int = 6,
        idle: float = 60,
        channel: type[Channel] = Channel,
    ) -> None:
        self._deadlines = deadlines
        self._channel = channel
        self.cap = cap
        self.idle = idle
        self._origins: dict[Key, Origin] = {}
        #: every channel whose socket is not known to be closed.
        self._channels: set[Channel] = set()
        self._closed: Deferred[None] | None = None
        self.deadline: float | None = None

    def kept(self, order: Order) -> Channel | None:
        """Give out an idle channel for an order, if nobody is before it."""
        url = order.url
        origin = self._origins.get((url.scheme, url.host, url.port, order.tls))
        if origin is None or not origin.idle or origin.waiting:
            return None
        channel = origin.idle[-1]
        if not self._is_good(channel):
            return None
        # As _take_idle() does, whose call each request would pay for.
        del origin.idle[-1]
        channel.origin = None
        return channel

    def submit(self, exchange: Exchange) -> None:
        """Give the exchange a channel, or leave to open one, now or in its turn."""
        order = exchange.order
        url = order.url
        key: Key = (url.scheme, url.host, url.port, order.tls)
        if order.proxy is not None:
            key = key_of(order)
        origin = self._origins.get(key)
        if origin is None:
            origin = self._origins[key] = Origin(key)
        exchange.origin = origin
        if origin.idle and not origin.waiting and self._is_good(origin.idle[-1]):
            # What _serve() would do, in short: most requests come this way.
            origin.using.add(exchange)
            exchange.reuse(self._take_idle(origin))
        elif order.turn.exempt:
            origin.exempt.add(exchange)
            origin.using.add(exchange)
            self.keep_place(exchange)
            exchange.open()
        elif not (origin.idle or origin.waiting) and (
            origin.opened - self._exempt(origin) < self.cap
        ):
            # The same in short again, for a new connection.
            origin.using.add(exchange)
            self.keep_place(exchange)
            exchange.open()
        else:
            _queue(origin.waiting, exchange)
            self._serve(origin)

    def withdraw(self, exchange: Exchange) -> None:
        """Forget an exchange that waits."""
        origin = exchange.origin
        if exchange in origin.waiting:
            origin.waiting.remove(exchange)
            self._tidy(origin)

    def why_waiting(self, exchange: Exchange) -> str:
        """Say in words what holds the origin's channels."""
        return exchange.origin.in_use(self.cap)

    # -- an exchange that was told to open a channel

    def new_channel(self, exchange: Exchange) -> Channel:
        """Make the protocol for a connection attempt; its socket is now our care."""
        channel = self._channel(self, exchange.order.limits.head_bytes)
        self._channels.add(channel)
        origin = channel.home = exchange.origin
        if exchange in origin.leaves:
            origin.leaves.remove(exchange)
        else:
            origin.opened += 1
        return channel

    def keep_place(self, exchange: Reception) -> None:
        """Give leave to open a channel in the place of one that was just closed."""
        origin = exchange.origin
        origin.leaves.add(exchange)
        origin.opened += 1

    def gave_up(self, exchange: Reception) -> None:
        """Take back the leave to open a channel: the attempt failed or was stopped."""
        origin = exchange.origin
        origin.using.discard(exchange)
        # Else there was a channel, whose socket has yet to go.
        if exchange in origin.leaves:
            origin.leaves.remove(exchange)
            origin.opened -= 1
            self._serve(origin)

    # -- an exchange that is over

    def release(self, exchange: User, channel: Channel) -> None:
        """Take back a channel that can serve another exchange."""
        origin = exchange.origin
        origin.using.discard(exchange)
        if (
            self._closed is not None
            or not channel.usable
            or (origin.opened > self.cap and self._surplus(origin) >= 0)
        ):
            channel.close()
            return
        channel.origin = origin
        origin.idle.append(channel)
        self._deadlines.set(channel, self.idle)
        if origin.waiting:
            self._serve(origin)

    def discard(self, exchange: Reception) -> None:
        """Note that the exchange has closed its channel."""
        exchange.origin.using.discard(exchange)

    # -- channels

    def idle_lost(self, channel: Channel) -> None:
        """Note that an idle channel is no good any more, and close it."""
        origin, channel.origin = channel.origin, None
        if origin is not None:
            origin.idle.remove(channel)
            channel.close()

    def closing(self, channel: Channel) -> None:
        """Note that a channel is being closed politely."""
        self._deadlines.set(channel, POLITE)

    def socket_gone(self, channel: Channel) -> None:
        """Note that a channel's socket is closed; its place is free."""
        self._channels.discard(channel)
        self._deadlines.clear(channel)
        origin, channel.home = channel.home, None
        if origin is not None:
            origin.opened -= 1
            if origin.waiting:
                self._serve(origin)
            else:
                self._tidy(origin)
        if self._closed is not None and not self._channels:
            closed, self._closed = self._closed, None
            self._deadlines.clear(self)
            closed.callback(None)

    def set_cap(self, cap: int) -> None:
        """Change how many channels an origin may have; it acts at once.

        Channels in use go on, also those that are too many now, and end with their
        exchange.
        """
        self.cap = cap
        for origin in list(self._origins.values()):
            while origin.idle and self._surplus(origin) > 0:
                self.idle_lost(origin.idle[0])
            if self._origins.get(origin.key) is origin:
                self._serve(origin)

    def drop_idle(self) -> None:
        """Close every channel that is not in use."""
        for origin in list(self._origins.values()):
            for channel in list(origin.idle):
                self.idle_lost(channel)

    def close(self) -> Deferred[None]:
        """Close everything; fires when no socket is left."""
        busy = [c for c in self._channels if c.origin is None]
        self.drop_idle()
        for channel in busy:
            channel.abort()
        if not self._channels:
            return succeed(None)
        closed = self._closed = Deferred()
        self._deadlines.set(self, POLITE)
        return closed

    def expired(self) -> None:
        """Close without manners what has not closed politely."""
        for channel in list(self._channels):
            channel.abort()

    def __repr__(self) -> str:
        origins = self._origins.values()
        idle = sum(len(o.idle) for o in origins)
        opened = sum(o.opened for o in origins)
        waiting = sum(len(o.waiting) for o in origins)
        return f"<Pool {opened} channels, {idle} idle, {waiting} waiting>"

    # -- inside

    def _exempt(self, origin: Origin) -> int:
        """Return how many channels do not count against the limit."""
        if origin.exempt:
            origin.exempt &= origin.using
        return len(origin.exempt)

    def _surplus(self, origin: Origin) -> int:
        """Return how many channels are beyond the limit, those being closed left out.

        Below 0 there is room.
        """
        wanted = len(origin.using) + len(origin.idle)
        return wanted - self._exempt(origin) - self.cap

    def _tidy(self, origin: Origin) -> None:
        """Forget an origin of which nothing is left."""
        if not origin.opened and not origin.waiting:
            self._origins.pop(origin.key, None)

    def _take_idle(self, origin: Origin) -> Channel:
        # Its limit still runs: the exchange that uses it sets its own in its place.
        channel = origin.idle.pop()
        channel.origin = None
        return channel

    def _is_good(self, channel: Channel) -> bool:
        """Tell whether an idle channel can be used, as far as can be seen.

        The reactor may not have looked for a while: the program was busy.
        """
        until = channel.deadline
        if until is not None and not channel.read_full:
            idle_for = self.idle - (until - self._deadlines.now())
            if idle_for < JUST_READ:
                return True
        if channel.gone():
            return False
        channel.read_full = False
        return True

    def _drop_bad(self, origin: Origin) -> None:
        for channel in list(origin.idle):
            if not self._is_good(channel):
                self.idle_lost(channel)

    def _serve(self, origin: Origin) -> None:
        waiting = origin.waiting
        if not waiting:
            self._tidy(origin)
            return
        if origin.idle:
            self._drop_bad(origin)
        counted = origin.opened - self._exempt(origin)
        reuse, fresh = plan(len(waiting), len(origin.idle), counted, self.cap)
        if not reuse and not fresh:
            return
        # Settle first: an exchange that is told runs the program's callbacks.
        chosen: list[tuple[Exchange, Channel | None]] = [
            (waiting.popleft(), self._take_idle(origin)) for _ in range(reuse)
        ]
        for _ in range(fresh):
            chosen.append((waiting.popleft(), None))
            origin.opened += 1
        origin.leaves.update(exchange for exchange, kept in chosen if kept is None)
        origin.using.update(exchange for exchange, _ in chosen)
        for exchange, kept in chosen:
            if kept is not None:
                exchange.reuse(kept)
            else:
                exchange.open()
