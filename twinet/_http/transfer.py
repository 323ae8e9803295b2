"""The transfer: an order with all its redirects, up to the last byte."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING, cast

from twinet._http.exchange import Exchange
from twinet._http.redirect import next_order
from twinet.errors import InternetError, Timeout
from twinet.records import Fields, Response
from twinet.status import Redirect

if TYPE_CHECKING:
    from typing import Literal

    from twinet._http.engine import Engine
    from twinet._http.order import Order, Reader
    from twinet._net.dispatch import Voice
    from twinet._wire.http1 import Head

__all__ = ["Transfer"]


class Transfer:
    """One call's way through as many exchanges as its redirects take.

    :ivar over: whether the body is complete, or nothing more will come.
    """

    __slots__ = (
        "_engine",
        "_exchange",
        "_history",
        "_next",
        "_order",
        "_reader",
        "_voice",
        "deadline",
        "over",
    )

    def __init__(
        self, engine: Engine, order: Order, voice: Voice, reader: Reader
    ) -> None:
        self._engine = engine
        self._order = order
        self._voice = voice
        self._reader = reader
        self._exchange: Exchange | None = None
        self._history: tuple[Response, ...] = ()
        self._next: Order | None = None
        self.deadline: float | None = None
        self.over = False

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
            if self._exchange is not None:
                self._exchange.cancel()

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
        if self._exchange is not None and not self.over:
            self._exchange.cancel()
            whole = self._order.limits.whole
            self.exchange_failed(
                Timeout(
                    f"{self._order.url.url} was not done within {whole:g} s "
                    "(limits.whole)"
                )
            )

    # -- what the exchange tells

    def head_came(self, head: Head) -> None:
        """Take the final head of this exchange: an answer, or a redirect."""
        step = next_order(self._order, head)
        response = self._response(head)
        if step is None:
            self._reader.answer_came(response)
            return
        exchange = self._exchange
        assert exchange is not None
        if isinstance(step, InternetError):
            exchange.fail(step)
            return
        self._history += (response,)
        self._next = step
        exchange.drain(head)

    def drained(self) -> None:
        """Tell of the redirect, then follow it unless the listener objects."""
        step = self._next
        if self.over or step is None:
            return
        if self._voice.heard:
            self._voice.emit(Redirect, step.url.url)
        self._voice.then(self._follow)

    def _follow(self) -> None:
        step, self._next = self._next, None
        last = self._exchange
        if self.over or step is None or last is None:
            return
        tls = self._engine.tls_policy(step.url.scheme, step.security)
        self._order = step.but(came_from=_address(last.address), tls=tls)
        self._go()

    def data_came(self, data: bytes, wire: int) -> None:
        """Hand body data on."""
        self._reader.body_came(data, wire)

    def body_ends(self) -> None:
        """Hand on that all is here."""
        self._reader.body_ends()

    def exchange_ended(self, trailers: list[tuple[bytes, bytes]]) -> None:
        """Hand on that the body is complete."""
        if not self.over:
            self._end()
            self._reader.body_ended(trailers)

    def exchange_failed(self, error: InternetError) -> None:
        """Hand on that nothing more will come."""
        if not self.over:
            self._end()
            self._reader.transfer_failed(error)

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

    def _response(self, head: Head) -> Response:
        return Response(
            status_code=head.status,
            reason=head.reason.decode("latin-1"),
            version=cast('Literal["1.0", "1.1"]', head.version.decode("ascii")),
            headers=Fields(head.fields),
            raw_head=head.raw,
            url=self._order.url.url,
            length=head.length,
            history=self._history,
        )


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        # Not an address: a Unix socket, or a name that the endpoint looked up.
        return None
