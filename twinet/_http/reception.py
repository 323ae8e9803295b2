"""The way back of an exchange: its answer, settled first and told afterwards.

Theory of operation.  :meth:`Reception.take` acts on each event of the reader: it
changes states, puts data into the owner's hands, gives the channel back; no callback
of the program runs meanwhile.  Then :meth:`Reception.tell` tells all of it once, in
order: the head, the body data, the closing of the connection, the end.  So a head and
a small body that come together are one piece of news, and reading the body is
immediate.  A listener may cancel in the middle: the rest is not told.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from twisted.internet.error import ConnectionDone

from twinet._http.phase import (
    AWAITING,
    DRAIN_BYTES,
    DRAIN_TIME,
    DRAINING,
    OVER,
    RECEIVING,
    SENDING,
    WAITING,
)
from twinet._net.low_water import LONG
from twinet._wire.framing_fields import asks_to_close, proxy_closes
from twinet._wire.http1 import End, Fault, Head
from twinet.errors import HttpInvalidServerResponse
from twinet.status import CookieReceived, IntermediateResponse, ResponseReceived

if TYPE_CHECKING:
    from twisted.python.failure import Failure

    from twinet._http.channel import Channel
    from twinet._http.order import Order
    from twinet._http.origin import Origin
    from twinet._http.owner import Owner, Taker
    from twinet._http.pool import Pool
    from twinet._http.sending import Sending
    from twinet._net.connector import Connector
    from twinet._net.deadlines import Deadlines
    from twinet._net.dispatch import Voice
    from twinet._wire.http1 import Event
    from twinet.errors import InternetError

__all__ = ["Reception"]

#: What a server says to a request that it has not received as a whole.
REQUEST_TIMEOUT = 408


class Reception(ABC):
    """What an exchange does with its channel once the request is on its way.

    :ivar origin: the pool's, from :meth:`Pool.submit` on.
    :ivar number: the place among those who wait for a connection to the same proxy.
    """

    origin: Origin
    number = 0

    # Defaults, because one exchange is made per request.
    _phase = WAITING
    _channel: Channel | None = None
    _taker: Taker | None = None
    #: the request, when it does not leave in one piece.
    _sending: Sending | None = None
    _lost: Failure | None = None
    #: bytes that came and have not been told yet.
    _wire = 0
    _drained = 0
    _wanted = True
    _stopped = False
    _proxy_closes = False
    #: the end of an answer that came before the request's.
    _held: End | None = None
    # Settled, and not told.
    _interims: list[int] | None = None
    _head: Head | None = None
    _closed = False
    _ended = False
    _retry = False
    _telling = False
    deadline: float | None = None

    def __init__(
        self,
        order: Order,
        owner: Owner,
        voice: Voice,
        pool: Pool,
        connector: Connector,
        deadlines: Deadlines,
    ) -> None:
        self.order = order
        self._owner = owner
        self._voice = voice
        self._pool = pool
        self._connector = connector
        self._deadlines = deadlines

    @abstractmethod
    def open(self) -> None:
        """Open a channel of its own: the pool's leave, or the place of a dead one."""

    @property
    @abstractmethod
    def doing(self) -> str:
        """What it is doing, in words, for those who wait for its connection."""

    @abstractmethod
    def expired(self) -> None:
        """Act on the end of a limit."""

    def note(self, text: str) -> None:
        """Tell the trace of something that happens now and then."""
        self._connector.tracer.note(self._voice, text)

    # -- settle

    def take(self, events: list[Event], wire: int) -> None:
        """Settle what the reader made of some bytes; nothing is told yet.

        :param wire: how many bytes came from the socket.
        """
        self._wire += wire
        for event in events:
            if type(event) is bytes:
                taker = self._taker
                if taker is None:
                    self._drain(event)
                elif self._phase is RECEIVING:
                    wire, self._wire = self._wire, 0
                    taker.take_data(event, wire)
            elif type(event) is Head:
                self._take_head(event)
            elif type(event) is End:
                self._take_end(event)
            elif type(event) is Fault:
                self._take_fault(event.error)

    def _take_head(self, head: Head) -> None:
        self._wire -= len(head.raw)
        sending = self._sending
        if head.interim:
            if sending is not None:
                sending.interim(head.status)
            if self._phase is AWAITING and (sending is None or not sending.expecting):
                self.limit(self.order.limits.first_byte)
            if self._voice.heard:
                if self._interims is None:
                    self._interims = []
                self._interims.append(head.status)
            return
        self._head = head
        if head.status == REQUEST_TIMEOUT and self._not_met(head):
            self._try_again()
            return
        if self.order.proxy is not None and self.order.in_absolute_form:
            self._proxy_closes = proxy_closes(head.raw)
        taker = self._taker = self._owner.take_head(head)
        if taker is None:
            self._phase = DRAINING
            self.limit(DRAIN_TIME)
            if head.length is not None and head.length > DRAIN_BYTES:
                self._end_drain()
        else:
            self._phase = RECEIVING
            self._wanted = True
            if head.length is not None and head.length >= LONG:
                assert self._channel is not None, "the head came from it"
                self._channel.expect_long(head.length, self._deadlines)
        if sending is not None:
            # Held: uploaded() tells of it.
            self._telling = sending.answered(head.status)
            self._wanted = not self._telling

    def _drain(self, data: bytes) -> None:
        if self._phase is DRAINING:
            self._drained += len(data)
            if self._drained > DRAIN_BYTES:
                self._end_drain()

    def _end_drain(self) -> None:
        """Close the connection: the redirect's body is not worth more."""
        self.note("Not waiting for the rest of this answer's body")
        self._settle_closed()
        self._ended = True

    def _take_end(self, end: End) -> None:
        channel = self._channel
        if channel is None:
            return
        keep = True
        sending = self._sending
        if sending is not None:
            if (
                sending.goes_on
                and end.keep_alive
                and channel.usable
                and self._lost is None
            ):
                # The answer is not over before the request is.
                self._held = end
                self._phase = SENDING
                self.limit(self.order.limits.send)
                return
            # What is left will not be sent.
            keep = sending.whole
            sending.detach()
        if self._taker is not None and self._phase is RECEIVING:
            if self._wire:
                # What framed the end was on the wire too.
                wire, self._wire = self._wire, 0
                self._taker.take_data(b"", wire)
            self._owner.take_end(end.trailers, None)
        self._ended = True
        if (
            keep
            and end.keep_alive
            and channel.usable
            and self._lost is None
            and not self._proxy_closes
            and not (self.order.fields and asks_to_close(self.order.fields))
        ):
            self._phase = OVER
            self._channel = None
            channel.finish()
            self._pool.release(self, channel)
        else:
            self._settle_closed(politely=keep)

    def _end_held(self) -> None:
        """End the answer: the request is over, or will never be."""
        end, self._held = self._held, None
        assert end is not None
        self._phase = RECEIVING
        if self._sending is not None:
            self._sending.detach()
        self._take_end(end)

    def _take_fault(self, error: InternetError) -> None:
        if self._channel is None:
            return
        if self._held is not None:
            self._end_held()
            return
        if self._phase is DRAINING:
            self._end_drain()
            return
        if self._lost is not None:
            if self._stale():
                self._try_again()
                return
            if self._lost.check(ConnectionDone) is None:
                error = self._channel.why_lost(error, self._lost)
        self._owner.take_end([], error)
        self._ended = True
        self._settle_closed()

    def channel_lost(self, reason: Failure) -> None:
        """Take note that the connection is gone; the reader's last word follows."""
        self._lost = reason
        if self._held is not None:
            self._end_held()

    def spoken_to_early(self) -> None:
        """Settle that something came which was under way before the request was.

        It is no answer to it, and to take it for one would give this request the
        answer to another, and the next one that to this.
        """
        self._take_fault(
            HttpInvalidServerResponse(
                "the server sent something before it was asked, behind the end of the "
                "TLS handshake; it is no answer to this request"
            )
        )

    # -- a kept channel that proves dead

    def _stale(self) -> bool:
        """Tell whether the server closed an idle channel before it met the request.

        It may also have met it, and died of it.  So what is not idempotent is only
        sent again when the socket has taken nothing of it.

        :source: RFC 9112, section 9.3.1.
        """
        channel = self._channel
        order = self.order
        return (
            channel is not None
            and channel.served > 1
            and not channel.answering
            and (order.repeatable or (channel.untouched and order.again))
        )

    def _not_met(self, head: Head) -> bool:
        """Tell whether a 408 is a server's word on its idle channel, sent as it closed.

        It has crossed the request on its way, which "MAY" then be repeated; who wants
        his 408 gets it from the fresh channel.

        :source: RFC 9110, section 15.5.9; Chromium does so too.
        """
        channel = self._channel
        return (
            not head.persistent
            and channel is not None
            and channel.served > 1
            and self.order.repeatable
        )

    def _try_again(self) -> None:
        """Send the request once more, on a fresh channel in the place of this one.

        Not on another kept one: if one was dead, so may they all be, and a retry must
        not be retried (RFC 9112, section 9.3.1).  A fresh one that dies is no stale
        one, so there are two attempts at most.  The place is kept, so that it need not
        wait for another turn.
        """
        self._retry = True
        self._settle_closed()

    # -- tell

    def tell(self) -> None:
        """Tell what has been settled."""
        voice = self._voice
        if self._interims is not None:
            interims, self._interims = self._interims, None
            for status in interims:
                if voice.heard and not self._stopped:
                    voice.emit(IntermediateResponse, status)
        if self._sending is not None:
            self._sending.act()
            if self._stopped:
                return
        if self._telling:
            # A listener is busy with the head, or the program with the body.
            if self._sending is not None and self._sending.pushed is not None:
                self._sending.pushed.relieve()
            return
        head, self._head = self._head, None
        if head is None:
            self._tell_rest()
        elif voice.heard:
            # What follows waits until the listener has heard of the head: it may
            # close the handle in there.
            self._telling = True
            voice.emit(ResponseReceived, len(head.raw))
            received, self._owner.received = self._owner.received, 0
            if received and voice.heard and not self._stopped:
                voice.emit(CookieReceived, received)
            voice.then(self._head_told)
        else:
            self._head_told()

    def _head_told(self) -> None:
        self._telling = False
        if not self._stopped:
            if not self._retry:
                self._owner.tell_head()
            self._tell_rest()

    def _tell_rest(self) -> None:
        if self._stopped:
            return
        if self._closed or not self._ended:
            if self._taker is not None:
                self._taker.tell_data()
            if self._closed and not self._stopped:
                self._closed = False
                self._voice.tell_closed()
        if self._stopped:
            return
        if self._ended:
            self._ended = False
            self._owner.tell_end()
        elif self._retry:
            self._retry = False
            self.note("Connection died, sending the request again on another one")
            self._phase = WAITING
            self._lost = None
            self._wire = 0
            self.open()
        elif self._phase is RECEIVING and self._wanted:
            self.limit(self.order.limits.idle)

    # -- the reader's wishes

    def want(self, wanted: bool) -> None:
        """Know whether somebody waits for body data: which limit runs depends on it."""
        if self._phase is RECEIVING and wanted is not self._wanted:
            self._wanted = wanted
            limits = self.order.limits
            self.limit(limits.idle if wanted else limits.unread_body)
        else:
            self._wanted = wanted

    def pause(self) -> None:
        """Take nothing more from the socket."""
        if self._channel is not None:
            self._channel.pause()

    def resume(self) -> None:
        """Take from the socket again."""
        if self._channel is not None:
            self._channel.resume()

    # -- limits, and the end of the channel

    def _settle_closed(self, *, politely: bool = False) -> None:
        """Close the connection; that is told later."""
        self._phase = OVER
        self._deadlines.clear(self)
        if self._sending is not None:
            self._sending.detach()
        channel, self._channel = self._channel, None
        if channel is None:
            return
        self._deadlines.clear(channel)
        self._closed = True
        if politely:
            channel.close()
        else:
            channel.abort()
        if self._retry:
            self._pool.keep_place(self)
        else:
            self._pool.discard(self)

    def limit(self, seconds: float | None) -> None:
        """Set the limit of what is going on."""
        self._deadlines.limit(self._channel or self, seconds)
