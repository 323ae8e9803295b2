"""The transfer: an order with all its redirects, up to the last byte."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING

from twinet._http.exchange import Exchange
from twinet._http.order import Order
from twinet._http.redirect import FOLLOWED, next_order
from twinet._net.lanes import VETO
from twinet.errors import InternetError, Timeout
from twinet.records import Fields, Response
from twinet.status import Redirect

if TYPE_CHECKING:
    from twinet._http.engine import Engine
    from twinet._http.order import Reader
    from twinet._http.owner import Taker
    from twinet._net.dispatch import Voice
    from twinet._wire.http1 import Head

__all__ = ["Transfer"]


class Transfer:
    """One call's way through as many exchanges as its redirects take.

    :ivar over: whether the body is complete, or nothing more will come.
    """

    _exchange: Exchange | None = None
    _history: tuple[Response, ...] = ()
    #: where the present answer leads.
    _step: Order | InternetError | None = None
    deadline: float | None = None
    over = False

    def __init__(
        self, engine: Engine, order: Order, voice: Voice, reader: Reader
    ) -> None:
        self._engine = engine
        self._order = order
        self._voice = voice
        self._reader = reader

    def start(self) -> None:
        """Begin with the first exchange."""
        whole = self._order.limits.whole
        if whole is not None:
            self._engine.deadlines.set(self, whole)
        self._go()

    def cancel(self) -> None:
        """Stop; the connection is closed, the reader hears nothing more."""
        if not self.over:
            self._end()
        exchange, self._exchange = self._exchange, None
        if exchange is not None:
            exchange.cancel()

    def pause(self) -> None:
        """Take nothing more from the socket."""
        if self._exchange is not None:
            self._exchange.pause()

    def resume(self) -> None:
        """Take from the socket again."""
        if self._exchange is not None:
            self._exchange.resume()

    def want(self, wanted: bool) -> None:
        """Know whether somebody waits for body data."""
        if self._exchange is not None:
            self._exchange.want(wanted)

    def expired(self) -> None:
        """End it: the limit for the whole operation has run out."""
        whole = self._order.limits.whole
        self._give_up(
            Timeout(
                f"{self._order.url.url} was not done within {whole:g} s (limits.whole)"
            )
        )

    # -- what the exchange settles

    def take_head(self, head: Head) -> Taker | None:
        """Decide where the answer leads; None when it is to be followed."""
        # Asked here before next_order() asks: most answers are no redirects.
        step = self._step = (
            next_order(self._order, head) if head.status in FOLLOWED else None
        )
        response = Response(
            head.status,
            head.reason.decode("latin-1"),
            "1.1" if head.version == b"1.1" else "1.0",
            Fields(head.fields),
            head.raw,
            self._order.url.url,
            head.length,
            self._history,
        )
        if step is None:
            self._reader.take_answer(response)
            return self._reader
        if isinstance(step, Order):
            self._history += (response,)
            return None
        return self

    def take_data(self, data: bytes, wire: int) -> None:
        """Drop the body data of a redirect that fails."""

    def take_end(
        self, trailers: list[tuple[bytes, bytes]], error: InternetError | None
    ) -> None:
        """Take note that nothing more comes."""
        if not self.over and (self._step is None or error is not None):
            self._step = None
            self._end()
            self._reader.take_end(trailers, error)

    # -- what the exchange tells

    def tell_head(self) -> None:
        """Tell of the answer, or of a redirect that cannot be followed."""
        step = self._step
        if step is None:
            self._reader.tell_answer()
        elif isinstance(step, InternetError):
            self._give_up(step)

    def tell_data(self) -> None:
        """Drop that data of a redirect that fails came."""

    def tell_end(self) -> None:
        """Tell of the end, or of the redirect, and follow it if nobody objects."""
        step = self._step
        if step is None:
            # They hold each other, and nobody else holds them any more.
            self._exchange = None
            self._reader.tell_end()
        elif isinstance(step, Order):
            if self._voice.heard:
                self._voice.emit(Redirect, step.url.url)
            self._voice.hold(self._follow, self._unheard)

    def _unheard(self) -> None:
        """End it: the listener, who may object, has not returned."""
        self._give_up(
            Timeout(
                f"the status callback was told of the redirect of {self._order.url.url}"
                f" and has not returned within {VETO:g} s"
            )
        )

    def _follow(self) -> None:
        step, self._step = self._step, None
        last = self._exchange
        if self.over or not isinstance(step, Order) or last is None:
            return
        tls = self._engine.tls_policy(step.url.scheme, step.security)
        self._order = step.but(came_from=_address(last.address), tls=tls)
        self._go()

    def _give_up(self, error: InternetError) -> None:
        """End the whole with an error of our own."""
        if self.over:
            return
        if self._exchange is not None:
            self._exchange.cancel()
        self.take_end([], error)
        self._reader.tell_end()

    # -- inside

    def _go(self) -> None:
        engine = self._engine
        exchange = Exchange(
            self._order,
            self,
            self._voice,
            engine.pool,
            engine.connector,
            engine.deadlines,
        )
        self._exchange = exchange
        exchange.start()

    def _end(self) -> None:
        self.over = True
        if self.deadline is not None:
            self._engine.deadlines.clear(self)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        # Not an address: a Unix socket, or a name that the endpoint looked up.
        return None
