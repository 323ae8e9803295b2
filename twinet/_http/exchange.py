"""The exchange: one request and its answer, on one channel.

Theory of operation.  An exchange goes through its phases in order: it waits for its
turn, opens a channel or gets a kept one, sends, awaits the answer's head, receives
the body.  Each phase has a limit.  It is the exchange's deadline while it waits, and
its channel's as soon as it has one: a kept channel has a deadline always, when it is
idle as well, and to push that further costs a number.

What comes from the socket is settled first and told afterwards.  :meth:`Exchange.take`
acts on each event of the reader: it changes states, puts data into the owner's hands,
gives the channel back; no callback of the program runs meanwhile.  Then
:meth:`Exchange.tell` tells all of it once, in order: the head, the body data, the
closing of the connection, the end.  So a head and a small body that come together
are one piece of news, and reading the body is immediate.  A listener may cancel in
the middle: the rest is not told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet.error import ConnectionDone

from twinet._http.dial import dial, target_of
from twinet._http.phase import (
    AWAITING,
    DRAIN_BYTES,
    DRAIN_TIME,
    DRAINING,
    OPENING,
    OVER,
    RECEIVING,
    SENDING,
    WAITING,
    ran_out,
)
from twinet._http.pushed_body import PushedBody
from twinet._http.upload import make_upload
from twinet._wire.http1 import End, Fault, Head
from twinet.errors import InternetError
from twinet.status import (
    IntermediateResponse,
    ReceivingResponse,
    RequestSent,
    ResponseReceived,
    SendingRequest,
)

if TYPE_CHECKING:
    from twisted.python.failure import Failure

    from twinet._http.channel import Channel
    from twinet._http.order import Order
    from twinet._http.owner import Owner, Taker
    from twinet._http.pool import Origin, Pool
    from twinet._http.upload import Upload
    from twinet._net.connector import Connector, Opening
    from twinet._net.deadlines import Deadlines
    from twinet._net.dispatch import Voice
    from twinet._net.line import Line
    from twinet._wire.http1 import Event

__all__ = ["Exchange"]


class Exchange:
    """One request and its answer.

    :ivar address: the server's address as text, once connected.
    :ivar origin: the pool's, from :meth:`Pool.submit` on.
    """

    origin: Origin

    # Defaults, because one exchange is made per request.
    _phase = WAITING
    _channel: Channel | None = None
    _opening: Opening | None = None
    _taker: Taker | None = None
    _upload: Upload | PushedBody | None = None
    _lost: Failure | None = None
    #: bytes that came and have not been told yet.
    _wire = 0
    _drained = 0
    _wanted = True
    _stopped = False
    # Settled, and not told.
    _interims: list[int] | None = None
    _head: Head | None = None
    _closed = False
    _ended = False
    _retry = False
    _telling = False
    address = ""
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

    @property
    def over(self) -> bool:
        """Whether nothing more will happen."""
        return self._phase is OVER

    @property
    def doing(self) -> str:
        """What it is doing, in words, for those who wait for its connection."""
        if self._phase is RECEIVING and not self._wanted:
            return "unread response"
        return self._phase.value

    # -- the way out

    def start(self) -> None:
        """Ask for a channel."""
        self._pool.submit(self)
        if self._phase is WAITING:
            self.limit(self.order.limits.slot)

    def open(self) -> None:
        """Open a channel of its own (the pool's leave)."""
        if self.over:
            # Cancelled by a callback that ran between the plan and the deed.
            self._pool.gave_up(self)
            return
        self._phase = OPENING
        self._deadlines.clear(self)
        try:
            opening = dial(
                self._connector,
                self.order,
                self._voice,
                lambda: self._pool.new_channel(self),
                self._opened,
            )
        except InternetError as error:
            self._opened(error)
            return
        self._opening = opening
        opening.start()

    def _opened(self, result: Line | InternetError) -> None:
        self._opening = None
        if isinstance(result, InternetError):
            self._phase = OVER
            self._owner.take_end([], result)
            self._pool.gave_up(self)
            self._owner.tell_end()
        else:
            self.use(result)  # type: ignore[arg-type]  # built by new_channel

    def reuse(self, channel: Channel) -> None:
        """Send the request on a kept channel, if it may lead there."""
        connector = self._connector
        error = None
        if connector.judges and self._phase is not OVER:
            error = connector.refusal(target_of(self.order), channel.address)
        if error is None or self._phase is OVER:
            self.use(channel)
            return
        self._phase = OVER
        self._deadlines.clear(self)
        self._owner.take_end([], error)
        self._pool.release(self, channel)
        self._owner.tell_end()

    def use(self, channel: Channel) -> None:
        """Send the request on a channel."""
        if self._phase is OVER:
            # As in open().
            self._pool.release(self, channel)
            return
        if self.deadline is not None:
            self._deadlines.clear(self)
        self._channel = channel
        self._phase = SENDING
        self.address = channel.address
        order = self.order
        voice = self._voice
        self.limit(order.limits.first_byte)
        if voice.heard:
            voice.emit(SendingRequest)
            if self._phase is OVER:
                return
        body = order.body
        head = order.head()
        if body is None or isinstance(body, bytes):
            message = head + body if body else head
            channel.begin(self, message)
            self._request_sent(len(message))
        else:
            self._upload = make_upload(body, head, channel, self)
            self._upload.start()

    def started(self, count: int) -> None:
        """Take note that the head has gone out; the program hands over the body."""
        if self._voice.heard:
            self._voice.emit(RequestSent, count)
        self._voice.then(self._owner.tell_started)

    def uploaded(self, count: int | None, *, whole: bool = True) -> None:
        """Await the answer; ``count`` bytes are out, None when that has been told."""
        if whole:
            self._upload = None
        if self._phase is SENDING:
            self.limit(self.order.limits.first_byte)
            self._request_sent(count)
        elif self._telling:
            # The answer came before the program had ended the body.
            self._telling = False
            if self._voice.heard:
                self._voice.emit(ReceivingResponse)
            self.tell()

    def _request_sent(self, count: int | None) -> None:
        voice = self._voice
        self._phase = AWAITING
        if voice.heard:
            if count is not None:
                voice.emit(RequestSent, count)
            if self._phase is not OVER:
                voice.emit(ReceivingResponse)

    # -- the way back: settle

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
        if head.interim:
            if self._phase is AWAITING:
                self.limit(self.order.limits.first_byte)
            if self._voice.heard:
                if self._interims is None:
                    self._interims = []
                self._interims.append(head.status)
            return
        self._head = head
        taker = self._taker = self._owner.take_head(head)
        if taker is None:
            self._phase = DRAINING
            self.limit(DRAIN_TIME)
            if head.length is not None and head.length > DRAIN_BYTES:
                self._end_drain()
        else:
            self._phase = RECEIVING
            self._wanted = True
        if self._upload is not None:
            # Held: uploaded() tells of it.
            self._telling = self._upload.answered()
            self._wanted = not self._telling

    def _drain(self, data: bytes) -> None:
        if self._phase is DRAINING:
            self._drained += len(data)
            if self._drained > DRAIN_BYTES:
                self._end_drain()

    def _end_drain(self) -> None:
        """Close the connection: the redirect's body is not worth more."""
        self._settle_closed()
        self._ended = True

    def _take_end(self, end: End) -> None:
        channel = self._channel
        if channel is None:
            return
        keep = True
        if self._upload is not None:
            # The answer came before all was sent, and what is left will not be.
            keep = self._upload.whole
            self._upload.stop()
            self._upload = None
        if self._taker is not None and self._phase is RECEIVING:
            if self._wire:
                # What framed the end was on the wire too.
                wire, self._wire = self._wire, 0
                self._taker.take_data(b"", wire)
            self._owner.take_end(end.trailers, None)
        self._ended = True
        if keep and end.keep_alive and channel.usable and self._lost is None:
            self._phase = OVER
            self._channel = None
            channel.finish()
            self._pool.release(self, channel)
        else:
            self._settle_closed(politely=keep)

    def _take_fault(self, error: InternetError) -> None:
        if self._channel is None:
            return
        if self._phase is DRAINING:
            self._end_drain()
            return
        if self._lost is not None:
            if self._stale():
                self._retry = True
                self._settle_closed()
                return
            if self._lost.check(ConnectionDone) is None:
                error = self._channel.why_lost(error, self._lost)
        self._owner.take_end([], error)
        self._ended = True
        self._settle_closed()

    def channel_lost(self, reason: Failure) -> None:
        """Take note that the connection is gone; the reader's last word follows."""
        self._lost = reason

    def _stale(self) -> bool:
        """Tell whether the server closed an idle channel before it met the request."""
        channel = self._channel
        return (
            channel is not None
            and channel.served > 1
            and not channel.answering
            and self.order.repeatable
        )

    # -- the way back: tell

    def tell(self) -> None:
        """Tell what has been settled."""
        if self._telling:
            # A listener is busy with the head, or the program with the body.
            if isinstance(self.order.body, PushedBody):
                self.order.body.relieve()
            return
        voice = self._voice
        if self._interims is not None:
            interims, self._interims = self._interims, None
            for status in interims:
                if voice.heard and not self._stopped:
                    voice.emit(IntermediateResponse, status)
        head, self._head = self._head, None
        if head is None:
            self._tell_rest()
        elif voice.heard:
            # What follows waits until the listener has heard of the head: it may
            # close the handle in there.
            self._telling = True
            voice.emit(ResponseReceived, len(head.raw))
            voice.then(self._head_told)
        else:
            self._head_told()

    def _head_told(self) -> None:
        self._telling = False
        if not self._stopped:
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
            self._phase = WAITING
            self._lost = None
            self._wire = 0
            self.start()
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

    # -- the end

    def cancel(self) -> None:
        """Stop whatever is going on; nothing more is told but the closing."""
        self._stopped = True
        if self._phase is WAITING:
            self._phase = OVER
            self._deadlines.clear(self)
            self._pool.withdraw(self)
        elif self._phase is OPENING:
            self._phase = OVER
            opening, self._opening = self._opening, None
            if opening is not None:
                opening.cancel()
                if opening.connected:
                    self._voice.tell_closed()
            self._pool.gave_up(self)
        else:
            if self._phase is not OVER:
                self._settle_closed()
            if self._closed:
                self._closed = False
                self._voice.tell_closed()

    def fail(self, error: InternetError) -> None:
        """End it with an error, whatever is going on."""
        if not self.over:
            self.cancel()
            self._owner.take_end([], error)
            self._owner.tell_end()

    def expired(self) -> None:
        """End it: the limit of the present phase has run out."""
        if self._phase is DRAINING:
            self._end_drain()
            self.tell()
        else:
            self.fail(
                ran_out(
                    self._phase,
                    self.order,
                    self._pool.why_waiting(self),
                    sending=self._upload,
                    wanted=self._wanted,
                )
            )

    def _settle_closed(self, *, politely: bool = False) -> None:
        """Close the connection; that is told later."""
        self._phase = OVER
        self._deadlines.clear(self)
        if self._upload is not None:
            self._upload.stop()
            self._upload = None
        channel, self._channel = self._channel, None
        if channel is None:
            return
        self._deadlines.clear(channel)
        self._closed = True
        if politely:
            channel.close()
        else:
            channel.abort()
        self._pool.discard(self)

    def limit(self, seconds: float | None) -> None:
        """Set the limit of what is going on."""
        item = self._channel or self
        if seconds is None:
            self._deadlines.clear(item)
        else:
            self._deadlines.set(item, seconds)
