"""The errand: the short way of a GET on a kept connection, as nearly all of them go.

Theory of operation.  A request takes this way when nothing but cookies has to be added
to it, nothing is watched, and a kept channel is free for it (:meth:`Engine.source`).
One object then does what a :class:`Transfer` and its :class:`Exchange` do, as long as
all is usual: the server's next words are the whole of an answer that leads nowhere
else.  Whatever else comes - an answer in pieces, a redirect, 1xx, silence, the end of
the connection, a program that closes the handle - is theirs: they are made then, in the
state that this one is in, and what came is handed on to them
(:meth:`Errand._go_long`).  So there is no second way of doing any of it, and both ways
tell the same; ``test_errand`` runs a corpus of answers both ways.

As with an exchange, what has come is settled first and told afterwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from twinet._http.cookie_store import sets_cookies
from twinet._http.order import Reader
from twinet._http.phase import AWAITING
from twinet._http.redirect import FOLLOWED
from twinet._http.transfer import Transfer, answer_of
from twinet._wire.framing_fields import asks_to_close
from twinet._wire.http1 import End, Head
from twinet._wire.http_request import render_head
from twinet.status import (
    CookieReceived,
    CookieSent,
    ReceivingResponse,
    RequestSent,
    ResponseReceived,
    SendingRequest,
)

if TYPE_CHECKING:
    from twisted.python.failure import Failure

    from twinet._http.channel import Channel
    from twinet._http.engine import Engine
    from twinet._http.exchange import Exchange
    from twinet._http.order import Order
    from twinet._http.origin import Origin
    from twinet._net.dispatch import Voice
    from twinet._wire.http1 import Event
    from twinet.records import Response

__all__ = ["Asker", "Errand"]

#: Answers that are more than an answer; 408 may be none to this request at all, and
#: with 401 somebody may be known by now.
_MEANINGFUL = FOLLOWED | {401, 408}
#: A head, a body that came with it, the end.
_WHOLE = 3


class Asker(Reader, Protocol):
    """Who gets the answer: the request handle."""

    def take_source(self, source: Transfer) -> None:
        """Take note that a transfer goes on in the place of the errand."""

    def take_whole(
        self,
        response: Response,
        body: bytes,
        trailers: list[tuple[bytes, bytes]],
    ) -> None:
        """Take an answer with its body and its end."""

    def tell_whole(self) -> None:
        """End the call that waits for the head, and whatever waits for the end."""


class Errand:
    """One order on its short way; the source of a handle's data.

    :ivar over: whether the body is complete, or nothing more will come.
    """

    # Defaults, because one errand is made per request.
    over = False
    origin: Origin
    #: the length of the answer's head, between settling and telling.
    _head_size = 0
    #: how many cookies it has brought, as long as that is not told.
    _received = 0
    _stopped = False
    #: who goes on, when something is not as usual.
    _exchange: Exchange | None = None

    def __init__(
        self,
        engine: Engine,
        order: Order,
        voice: Voice,
        asker: Asker,
        channel: Channel,
    ) -> None:
        self._engine = engine
        self.order = order
        self._voice = voice
        self._asker = asker
        self._channel: Channel | None = channel

    @property
    def doing(self) -> str:
        """What it is doing, in words, for those who wait for its connection."""
        return AWAITING.value

    def start(self) -> None:
        """Send the request."""
        channel, voice, order = self._channel, self._voice, self.order
        assert channel is not None, "it has yet to begin"
        assert channel.home is not None, "it is kept"
        self.origin = channel.home
        self.origin.using.add(self)
        # As Deadlines.limit() does, whose call each request would pay for.
        first_byte = order.limits.first_byte
        if first_byte is None:
            self._engine.deadlines.clear(channel)
        else:
            self._engine.deadlines.set(channel, first_byte)
        if self._engine.cookies.size or order.proxy is not None:
            head = self._dress(order, channel)
            if self._stopped:
                return
        else:
            url = order.url
            head = render_head(
                order.verb, url.target, url.host_header, order.agent, order.fields
            )
        if voice.heard:
            voice.emit(SendingRequest)
            if self._stopped:
                return
        channel.begin(self, head)
        if voice.heard:
            voice.emit(RequestSent, len(head))
            # In there it may have ended, and the listener been taken away.
            if voice.heard and (self._channel is not None or self._goes_on):
                voice.emit(ReceivingResponse)

    # -- what the channel brings

    def take(self, events: list[Event], wire: int) -> None:
        """Settle a whole and usual answer; leave everything else to the long way."""
        channel, order = self._channel, self.order
        count = len(events)
        if channel is None or not 1 < count <= _WHOLE:
            self._go_long().take(events, wire)
            return
        head, end = events[0], events[-1]
        if (
            type(head) is not Head
            or type(end) is not End
            or head.interim
            or head.status in _MEANINGFUL
            or not end.keep_alive
            or not channel.usable
            or (order.fields and asks_to_close(order.fields))
        ):
            self._go_long().take(events, wire)
            return
        # A head and an end have nothing else between them.
        body: Any = events[1] if count == _WHOLE else b""
        engine = self._engine
        self.over = True
        self._channel = None
        self._head_size = len(head.raw)
        if sets_cookies(head.raw):
            self._received = engine.take_cookies(order, head, self._voice)
        self._asker.take_whole(
            answer_of(head, order, channel.circuit),
            body,
            end.trailers,
        )
        channel.finish()
        engine.pool.release(self, channel)

    def tell(self) -> None:
        """Tell what has been settled."""
        voice = self._voice
        if self._exchange is not None:
            self._exchange.tell()
            return
        if voice.heard:
            voice.emit(ResponseReceived, self._head_size)
            if self._received and voice.heard and not self._stopped:
                voice.emit(CookieReceived, self._received)
        if voice.busy:
            voice.then(self._head_told)
        elif not self._stopped:
            self._asker.tell_whole()

    def channel_lost(self, reason: Failure) -> None:
        """Leave it to the long way."""
        self._go_long().channel_lost(reason)

    def spoken_to_early(self) -> None:
        """Leave it to the long way."""
        self._go_long().spoken_to_early()

    def expired(self) -> None:
        """Leave it to the long way."""
        self._go_long().expired()

    # -- what the handle wishes

    def cancel(self) -> None:
        """Stop; the connection is closed, unless it serves others already."""
        self._stopped = True
        if self._channel is not None:
            self._transfer_of(self._channel).cancel()

    def pause(self) -> None:
        """Nothing more comes from the socket, or the transfer has been asked."""

    def resume(self) -> None:
        """As :meth:`pause`."""

    def want(self, wanted: bool) -> None:
        """As :meth:`pause`."""

    # -- inside

    def _dress(self, order: Order, channel: Channel) -> bytes:
        """Return the head with the cookies that belong to it, as a transfer does."""
        cookie = self._engine.cookie_for(order)
        if cookie:
            order = self.order = order.dressed(cookie)
            self._asker.take_order(order)
            if self._voice.heard:
                # Nothing has gone out: who closes the handle in there gives it back.
                self._channel = None
                self._voice.emit(CookieSent, cookie.count(b";") + 1)
                if self._stopped:
                    self._engine.pool.release(self, channel)
                else:
                    self._channel = channel
        return order.head()

    @property
    def _goes_on(self) -> bool:
        """Whether the long way has not come to its end."""
        return self._exchange is not None and not self._exchange.over

    def _head_told(self) -> None:
        if not self._stopped:
            self._asker.tell_whole()

    def _go_long(self) -> Exchange:
        """Go on as a transfer and its exchange, from here."""
        if self._exchange is None:
            assert self._channel is not None, "it is not over"
            self._asker.take_source(self._transfer_of(self._channel))
        assert self._exchange is not None, "it has just been made"
        return self._exchange

    def _transfer_of(self, channel: Channel) -> Transfer:
        self._channel = None
        transfer = Transfer(self._engine, self.order, self._voice, self._asker)
        self.origin.using.discard(self)
        self._exchange = transfer.go_on(channel, self.origin)
        return transfer
