"""The pool: which exchange gets which channel, and when.

Theory of operation.  For each key (scheme, host, port, TLS policy, proxy) there is an
:class:`Origin`: its idle channels, the number of channels open or being opened, and
the exchanges that wait: highest priority first, and of equals the first to come.
:func:`plan` says how many of the waiting may take an idle channel and how many may
open a new one; it is pure.  The doing comes after: the state is settled first, then
the exchanges are told.  Those behind a proxy share its connections besides
(:mod:`twinet._http.crowd`).

A channel belongs to its exchange from the moment it is opened for it until the
answer is complete; then it is idle, or gone.  Idle channels are closed when the
server closes them, says anything, or after ``idle`` seconds.

Sockets are counted, so that the cap is what the server sees: one that is being closed
has its place until it is gone.  Closing politely has a limit, as a peer that reads
nothing could hold it up for ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred, succeed

from twinet._http.channel import Channel
from twinet._http.crowd import Crowd, ProxiedOrigin
from twinet._http.origin import Origin, plan
from twinet._http.way import key_of

if TYPE_CHECKING:
    from twinet._http.exchange import Exchange
    from twinet._http.order import Key, Order
    from twinet._http.origin import User
    from twinet._http.reception import Reception
    from twinet._net.deadlines import Deadlines
    from twinet.proxy import Proxy

__all__ = ["Pool"]

#: How long a polite close may take (seconds; our own).
POLITE = 1.0
#: A channel that has been idle for less than this is believed to be good (seconds;
#: our own): the reactor has just read all there was.
JUST_READ = 0.001


class Pool:
    """The channels of one session.

    :param cap: the most channels to one origin at a time.
    :param idle: how long an unused channel is kept, in seconds.
    :param channel: the class of channels, which is another one where there is a trace.
    :param proxy_cap: the most channels to one proxy.
    """

    def __init__(
        self,
        deadlines: Deadlines,
        cap: int = 6,
        idle: float = 60,
        channel: type[Channel] = Channel,
        proxy_cap: int = 32,
    ) -> None:
        self._deadlines = deadlines
        self._channel = channel
        self.cap = cap
        self.idle = idle
        self.proxy_cap = proxy_cap
        self._origins: dict[Key, Origin] = {}
        self._crowds: dict[str, Crowd] = {}
        #: every channel whose socket is not known to be closed.
        self._channels: set[Channel] = set()
        self._closed: Deferred[None] | None = None
        self.deadline: float | None = None

    def kept(self, order: Order) -> Channel | None:
        """Give out an idle channel for an order, if nobody is before it."""
        url = order.url
        origin = self._origins.get(
            (url.scheme, url.host, url.port, order.tls)
            if order.proxy is None
            else key_of(order)
        )
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
            proxy = order.proxy
            origin = Origin(key) if proxy is None else self._proxied(key, proxy)
            self._origins[key] = origin
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
        elif not (origin.idle or origin.waiting) and self._room(origin) > 0:
            # The same in short again, for a new connection.
            origin.using.add(exchange)
            self.keep_place(exchange)
            exchange.open()
        else:
            origin.queue(exchange)
            if type(origin) is ProxiedOrigin:
                origin.crowd.come(exchange)
            self._serve(origin)

    def withdraw(self, exchange: Exchange) -> None:
        """Forget an exchange that waits."""
        origin = exchange.origin
        if exchange in origin.waiting:
            origin.waiting.remove(exchange)
            self._serve(origin)

    def why_waiting(self, exchange: Exchange) -> str:
        """Say in words what holds the origin's channels."""
        origin = exchange.origin
        if type(origin) is ProxiedOrigin and self._room_of_its_own(origin) > 0:
            return origin.crowd.in_use(self.proxy_cap)
        return origin.in_use(self.cap)

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
        if origin.proxied:
            if self._crowded(origin):
                self.idle_lost(channel)
            else:
                self._serve(origin)
        elif origin.waiting:
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
            if type(origin) is ProxiedOrigin:
                origin.crowd.leaving.discard(channel)
            self._serve(origin)
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

    def set_proxy_cap(self, cap: int) -> None:
        """Change how many channels a proxy may have; it acts at once, as set_cap."""
        self.proxy_cap = cap
        for crowd in list(self._crowds.values()):
            for _ in range(crowd.opened - cap):
                channel = crowd.rested()
                if channel is None:
                    break
                self.idle_lost(channel)
            self._serve_crowd(crowd)

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

    def _proxied(self, key: Key, proxy: Proxy) -> ProxiedOrigin:
        """Make an origin behind a proxy."""
        # Whoever we say we are, it is one client.
        crowd = self._crowds.get(proxy.url)
        if crowd is None:
            crowd = self._crowds[proxy.url] = Crowd(proxy.url)
        # Without a scheme it is the proxy itself.
        return ProxiedOrigin(key, crowd, tunnel=bool(key[0]))

    def _room(self, origin: Origin) -> int:
        """Return how many more channels an origin may have, at once."""
        if type(origin) is not ProxiedOrigin:
            return self.cap - origin.opened + origin.beyond()
        crowd = origin.crowd
        if crowd.opened - origin.beyond() >= self.proxy_cap or crowd.next() is not None:
            return 0
        return self._room_of_its_own(origin)

    def _room_of_its_own(self, origin: ProxiedOrigin) -> int:
        """Return how many more channels it may have, but for others of the proxy."""
        cap = self.cap if origin.tunnel else self.proxy_cap
        return cap - origin.opened + origin.beyond()

    def _crowded(self, origin: Origin) -> bool:
        """Tell whether the proxy has more channels than it may."""
        assert type(origin) is ProxiedOrigin, "it was asked before"
        crowd = origin.crowd
        return crowd.opened - len(crowd.leaving) > self.proxy_cap

    def _surplus(self, origin: Origin) -> int:
        """Return how many channels are beyond the limit, those being closed left out.

        Below 0 there is room.
        """
        if type(origin) is ProxiedOrigin and not origin.tunnel:
            # That is a matter of the crowd alone.
            return -1
        wanted = len(origin.using) + len(origin.idle)
        return wanted - origin.beyond() - self.cap

    def _tidy(self, origin: Origin) -> None:
        """Forget an origin of which nothing is left."""
        if origin.opened or origin.waiting:
            return
        self._origins.pop(origin.key, None)
        if type(origin) is ProxiedOrigin:
            crowd = origin.crowd
            crowd.forget(origin)
            if not crowd.origins:
                self._crowds.pop(crowd.proxy, None)

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
        if type(origin) is ProxiedOrigin:
            self._serve_proxied(origin)
            return
        waiting = origin.waiting
        if not waiting:
            self._tidy(origin)
            return
        if origin.idle:
            self._drop_bad(origin)
        counted = origin.opened - origin.beyond()
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

    def _serve_proxied(self, origin: ProxiedOrigin) -> None:
        """Give out what is idle here; who needs a new channel has others beside him."""
        crowd = origin.crowd
        if origin.waiting and origin.idle:
            self._drop_bad(origin)
        while origin.waiting and origin.idle:
            if self._must_yield(origin):
                self._make_room(crowd, origin.idle[-1])
                continue
            exchange = origin.waiting.popleft()
            origin.using.add(exchange)
            exchange.reuse(self._take_idle(origin))
        if origin.idle:
            crowd.rest(origin)
        if not origin.waiting:
            self._tidy(origin)
        elif self._room_of_its_own(origin) > 0:
            crowd.forward(origin)
        self._serve_crowd(crowd)

    def _serve_crowd(self, crowd: Crowd) -> None:
        """Let those whose turn it is open channels, as far as the proxy has room."""
        while (origin := crowd.next()) is not None:
            if self._room_of_its_own(origin) <= 0:
                crowd.served(origin)
            elif crowd.opened - origin.beyond() < self.proxy_cap:
                exchange = origin.waiting.popleft()
                crowd.served(origin)
                origin.using.add(exchange)
                self.keep_place(exchange)
                if origin.waiting and self._room_of_its_own(origin) > 0:
                    crowd.forward(origin)
                exchange.open()
            else:
                resting = crowd.rested()
                if resting is None or crowd.leaving:
                    return
                self._make_room(crowd, resting)

    def _must_yield(self, origin: ProxiedOrigin) -> bool:
        """Tell whether an origin's kept connection is to make room for another's."""
        crowd = origin.crowd
        ahead = crowd.next()
        if ahead is None or ahead is origin or crowd.leaving:
            return False
        first = ahead.forward
        if first is None or self._room_of_its_own(ahead) <= 0:
            return False
        return not crowd.overtakes(origin.waiting[0], first)

    def _make_room(self, crowd: Crowd, channel: Channel) -> None:
        """Close an idle channel for who waits for one elsewhere."""
        crowd.leaving.add(channel)
        self.idle_lost(channel)
