"""The transfer: an order with all its redirects, up to the last byte.

Before each exchange the order gets the fields that are ours to add (cookies, the answer
to a challenge); each answer on the way may set cookies.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING

from twinet._http.auth import CHALLENGES, RequestLogin
from twinet._http.circuit import NoCircuit
from twinet._http.cookie_store import sets_cookies
from twinet._http.decoded_body import DecodedBody
from twinet._http.exchange import Exchange
from twinet._http.order import Order
from twinet._http.redirect import FOLLOWED, next_order, same_origin
from twinet._net.foresight import foreseen
from twinet._net.lanes import VETO
from twinet._wire.decoding import codings_of
from twinet.errors import InternetError, Timeout
from twinet.records import Response
from twinet.status import CookieSent, Redirect

if TYPE_CHECKING:
    from twinet._http.channel import Channel
    from twinet._http.circuit import Circuit
    from twinet._http.engine import Engine
    from twinet._http.order import Reader
    from twinet._http.origin import Origin
    from twinet._http.owner import Taker
    from twinet._net.dispatch import Voice
    from twinet._net.passage import Passage
    from twinet._wire.http1 import Head

__all__ = ["Transfer", "answer_of"]

#: The answer whose body is a part: a part of a coded body cannot be decoded.
PARTIAL_CONTENT = 206
#: The answer of a server that does not know ``Expect: 100-continue``.
EXPECTATION_FAILED = 417
#: Whether a head may have a coded body: a search of the raw bytes costs a tenth of
#: taking the fields apart.
_HAS_CODING = re.compile(rb"\ncontent-encoding", re.IGNORECASE).search


#: From this one on an answer may lead elsewhere.
_LEADING = 300


@foreseen("_exchange", "_step", "over")
class Transfer:
    """One call's way through as many exchanges as its redirects take.

    :ivar order: the present one; each redirect, and each challenge that is met, makes
        another.
    :ivar over: whether the body is complete, or nothing more will come.
    """

    _exchange: Exchange | None = None
    _history: tuple[Response, ...] = ()
    #: where the present answer leads.
    _step: Order | InternetError | None = None
    #: what stands between the exchange and the reader of a coded body.
    _body: DecodedBody | None = None
    #: what is said to those who may ask; most never do.
    _login: RequestLogin | None = None
    _wanted = True
    deadline: float | None = None
    #: how many cookies an answer has brought, until that is told.
    received = 0
    over = False

    def __init__(
        self, engine: Engine, order: Order, voice: Voice, reader: Reader
    ) -> None:
        self._engine = engine
        self.order = order
        self._voice = voice
        self._reader = reader

    def start(self) -> None:
        """Begin with the first exchange."""
        whole = self.order.limits.whole
        if whole is not None:
            self._engine.deadlines.set(self, whole)
        self._go()

    def go_on(self, channel: Channel, origin: Origin) -> Exchange:
        """Begin in the middle: the request has gone out, and nothing has come."""
        exchange = self._exchange = self._new_exchange()
        exchange.go_on(channel, origin)
        return exchange

    def cancel(self) -> None:
        """Stop; the connection is closed, the reader hears nothing more."""
        if not self.over:
            self._end()
        exchange, self._exchange = self._exchange, None
        if exchange is not None:
            exchange.cancel()

    def pause(self) -> None:
        """Take nothing more from the socket."""
        if self._body is not None:
            self._body.pause()
        if self._exchange is not None:
            self._exchange.pause()

    def resume(self) -> None:
        """Take from the socket again, when what came has been decoded."""
        body = self._body
        if body is not None:
            body.resume()
            if body.jammed:
                return
        if self._exchange is not None:
            self._exchange.resume()

    def want(self, wanted: bool) -> None:
        """Know whether somebody waits for body data."""
        body = self._body
        if body is not None:
            self._wanted = wanted
            if body.jammed:
                return
        if self._exchange is not None:
            self._exchange.want(wanted)

    def expired(self) -> None:
        """End it: the limit for the whole operation has run out."""
        whole = self.order.limits.whole
        self.give_up(
            Timeout(
                f"{self.order.url.url} was not done within {whole:g} s (limits.whole)"
            )
        )

    # -- what the exchange asks for

    def passage(self) -> Passage:
        """Return the way past the proxy of its order."""
        return self._engine.passage(self.order)

    # -- what the exchange settles

    def take_proxy_answer(self, head: Head) -> None:
        """Take a proxy's 407 to CONNECT.

        Its body is none of the server's, so that it must not be read as content.
        """
        self._step = None
        head.length, head.chunked = 0, False
        order = self.order
        nowhere = NoCircuit(order.proxy)
        self._reader.take_answer(answer_of(head, order, nowhere, self._history))
        self.settle_end([], None)

    def take_sent(self, count: int) -> None:
        """Take note that bytes of a body have gone out."""

    def take_all_sent(self) -> None:
        """Take note that all of the body is out; the answer may take its time."""

    def take_head(self, head: Head) -> Taker | None:
        """Decide where the answer leads; None when it is to be followed."""
        order = self.order
        exchange = self._exchange
        assert exchange is not None, "it is the one that calls"
        if self._login is not None:
            self._login.take(head)
        # Asked here before next_order() asks: most answers are no redirects.
        step = None if head.status < _LEADING else self._next(head)
        self._step = step
        if sets_cookies(head.raw):
            self.received = self._engine.take_cookies(order, head, self._voice)
        response = answer_of(head, order, exchange.circuit, self._history)
        if step is None:
            taker: Taker = self._reader
            if order.decode:
                response.decoded = _decodable(head)
                if response.decoded:
                    clock = self._engine.deadlines.clock
                    taker = self._body = DecodedBody(
                        response.decoded, order.limits, self._reader, self, clock
                    )
            self._reader.take_answer(response)
            return taker
        if isinstance(step, Order):
            if step.hop != order.hop:
                self._history += (response,)
            self._reader.take_passed(response)
            return None
        self._reader.take_refused(response)
        return self

    def take_data(self, data: bytes, wire: int) -> None:
        """Drop the body data of a redirect that fails."""

    def take_end(
        self, trailers: list[tuple[bytes, bytes]], error: InternetError | None
    ) -> None:
        """Take note that nothing more comes."""
        if not self.over and (self._step is None or error is not None):
            self._step = None
            if self._body is None:
                self.settle_end(trailers, error)
            else:
                self._body.take_end(trailers, error)

    def settle_end(
        self, trailers: list[tuple[bytes, bytes]], error: InternetError | None
    ) -> None:
        """End it: the reader has been given everything."""
        self._end()
        self._reader.take_end(trailers, error)

    # -- what the exchange tells

    def tell_started(self) -> None:
        """Tell that the head of the request has gone out."""
        self._reader.tell_started()

    def tell_head(self) -> None:
        """Tell of the answer, or of a redirect that cannot be followed."""
        step = self._step
        if step is None:
            self._reader.tell_answer()
        elif isinstance(step, InternetError):
            self.give_up(step)

    def tell_data(self) -> None:
        """Drop that data of a redirect that fails came."""

    def tell_end(self) -> None:
        """Tell of the end, or of the redirect, and follow it if nobody objects."""
        step = self._step
        if step is None:
            # They hold each other, and nobody else holds them any more.
            self._exchange = None
            if self.over or self._body is None:
                self._reader.tell_end()
            else:
                self._body.tell_data()
        elif isinstance(step, Order):
            if step.hop == self.order.hop:
                # A challenge is met without a word, as recorded; the same goes for an
                # expectation that was not met.
                self._voice.then(self._follow)
                return
            if self._voice.heard:
                self._voice.emit(Redirect, step.url.url)
            self._voice.hold(self._follow, self._unheard)

    def _unheard(self) -> None:
        """End it: the listener, who may object, has not returned."""
        self.give_up(
            Timeout(
                f"the status callback was told of the redirect of {self.order.url.url}"
                f" and has not returned within {VETO:g} s"
            )
        )

    def _follow(self) -> None:
        step, self._step = self._step, None
        last = self._exchange
        if self.over or not isinstance(step, Order) or last is None:
            return
        challenged = step.hop == self.order.hop
        if not challenged:
            circuit = last.circuit
            # Behind a proxy nobody knows the server's.
            straight = circuit is not None and self.order.proxy is None
            address = _address(circuit.address) if circuit and straight else None
            tls = self.order.tls
            if not same_origin(step.url, self.order.url):
                # A client certificate of this request alone is not for others.
                tls = self._engine.tls_policy(step.url.scheme, step.security)
            proxy = self._engine.proxy_for(step, step.url)
            step = step.but(came_from=address, tls=tls, proxy=proxy)
        self._engine.connector.tracer.following(
            step.url.url, self._voice, challenged=challenged
        )
        self.order = step
        self._go()

    def give_up(self, error: InternetError) -> None:
        """End the whole with an error of our own."""
        if self.over:
            return
        if self._exchange is not None:
            self._exchange.cancel()
        if not self.over:
            # Else the listener has closed the handle when it heard of that.
            self._step = None
            self.settle_end([], error)
            self._reader.tell_end()

    # -- what a decoded body asks for

    def hold_back(self) -> None:
        """Take nothing from the socket until what came has been decoded."""
        if self._exchange is not None:
            self._exchange.pause()
            self._exchange.want(False)

    def let_go_on(self) -> None:
        """Take from the socket again."""
        if self._exchange is not None:
            self._exchange.want(self._wanted)
            self._exchange.resume()

    # -- inside

    def _next(self, head: Head) -> Order | InternetError | None:
        """Tell where an answer leads that may be no answer yet."""
        order = self.order
        if head.status in FOLLOWED:
            return next_order(order, head)
        if head.status in CHALLENGES:
            login = self._login
            if login is None:
                login = self._login = RequestLogin(self._engine.logins)
            return order if login.met(order, head) else None
        if head.status == EXPECTATION_FAILED and order.expects and order.again:
            return order.without_expectation()
        return None

    def _go(self) -> None:
        engine = self._engine
        order = self.order
        login = self._login
        if login is None and (
            order.credentials is not None
            or (engine.logins.proxies and order.in_absolute_form)
            or order.url.host in engine.logins.hosts
        ):
            login = self._login = RequestLogin(engine.logins)
        cookie = None
        if order.decode or login is not None or engine.cookies.size:
            if engine.cookies.size:
                cookie = engine.cookie_for(order)
            lines = () if login is None else login.lines(order)
            order = self.order = order.dressed(cookie, lines)
        if order.hop or order.added:
            self._reader.take_order(order)
        if cookie and self._voice.heard:
            self._voice.emit(CookieSent, cookie.count(b";") + 1)
            if self.over:
                return
        exchange = self._exchange = self._new_exchange()
        exchange.start()

    def _new_exchange(self) -> Exchange:
        engine = self._engine
        return Exchange(
            self.order,
            self,
            self._voice,
            engine.pool,
            engine.connector,
            engine.deadlines,
        )

    def _end(self) -> None:
        self.over = True
        if self.deadline is not None:
            self._engine.deadlines.clear(self)
        body, self._body = self._body, None
        if body is not None:
            body.stop()


def answer_of(
    head: Head,
    order: Order,
    circuit: Circuit | NoCircuit | None,
    history: tuple[Response, ...] = (),
) -> Response:
    """Return the record of an answer."""
    return Response(
        head.status,
        head.reason.decode("latin-1"),
        "1.1" if head.version == b"1.1" else "1.0",
        head,
        head.raw,
        order.url.url,
        head.length,
        history,
        circuit,
    )


def _decodable(head: Head) -> tuple[str, ...]:
    """Return the codings of an answer's body that are to be undone."""
    if head.length == 0 or head.status == PARTIAL_CONTENT or not _HAS_CODING(head.raw):
        return ()
    values = [v for n, v in head.fields if n.lower() == b"content-encoding"]
    return codings_of(values) if values else ()


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        # Not an address: a Unix socket, or a name that the endpoint looked up.
        return None
