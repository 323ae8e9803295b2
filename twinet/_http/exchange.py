"""The exchange: one request and its answer, on one channel.

Theory of operation.  An exchange goes through its phases in order: it waits for its
turn, opens a channel or gets a kept one, sends, awaits the answer's head, receives
the body.  Each phase has a limit.  It is the exchange's deadline while it waits, and
its channel's as soon as it has one: a kept channel has a deadline always, when it is
idle as well, and to push that further costs a number.

A request that is more than a head and a small body has a :class:`Sending`.  What
comes back is the matter of :class:`Reception`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinet._http.body import AT_ONCE
from twinet._http.dial import dial
from twinet._http.phase import (
    AWAITING,
    DRAINING,
    OPENING,
    OVER,
    RECEIVING,
    SENDING,
    WAITING,
    ran_out,
)
from twinet._http.reception import Reception
from twinet._http.sending import Sending
from twinet._http.way import target_of
from twinet._net.foresight import foreseen
from twinet._net.passage import ProxyChallenge
from twinet.errors import InternetError
from twinet.status import ReceivingResponse, RequestSent, SendingRequest

if TYPE_CHECKING:
    from twinet._http.channel import Channel
    from twinet._http.circuit import Circuit
    from twinet._http.origin import Origin
    from twinet._net.connector import Opening
    from twinet._net.line import Line

__all__ = ["Exchange"]


@foreseen(
    *("deadline", "origin", "circuit", "_phase", "_opening", "_channel"),
    *("_taker", "_head", "_wire", "_wanted", "_telling", "_ended"),
)
class Exchange(Reception):
    """One request and its answer.

    :ivar circuit: the connection that it uses, or has used.
    """

    # Defaults, because one exchange is made per request.
    _opening: Opening | None = None
    circuit: Circuit | None = None

    @property
    def over(self) -> bool:
        """Whether nothing more will happen."""
        return self._phase is OVER

    @property
    def cancelled(self) -> bool:
        """Whether nothing of it is to be told any more."""
        return self._stopped

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

    def go_on(self, channel: Channel, origin: Origin) -> None:
        """Begin in the middle: the request has gone out on a channel."""
        self.origin = origin
        origin.using.add(self)
        self._phase = AWAITING
        self._channel = channel
        self.circuit = channel.circuit
        channel.hand_to(self)

    def open(self) -> None:
        """Open a channel of its own: the pool's leave, or the place of a dead one."""
        if self.over:
            # Cancelled by a callback that ran between the plan and the deed.
            self._pool.gave_up(self)
            return
        self._phase = OPENING
        self._deadlines.clear(self)
        try:
            passage = None if self.order.proxy is None else self._owner.passage()
            opening = dial(
                self._connector,
                self.order,
                self._voice,
                lambda: self._pool.new_channel(self),
                self._opened,
                passage,
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
            challenge = isinstance(result, ProxyChallenge)
            if isinstance(result, ProxyChallenge):
                self._owner.take_proxy_answer(result.head)
            else:
                self._owner.take_end([], result)
            self._pool.gave_up(self)
            if challenge:
                self._owner.tell_head()
            if not self._stopped:
                self._owner.tell_end()
        else:
            self.use(result)  # type: ignore[arg-type]  # built by new_channel

    def reuse(self, channel: Channel) -> None:
        """Send the request on a kept channel, if it may lead there."""
        order = self.order
        if order.verb != b"GET" and not order.repeatable and channel.gone():
            # It could not be sent again, so it is worth a look.
            channel.abort()
            self._pool.keep_place(self)
            self.open()
            return
        connector = self._connector
        error = None
        if connector.judges and self._phase is not OVER:
            error = connector.refusal(target_of(order), channel.address)
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
        self.circuit = channel.circuit
        order = self.order
        voice = self._voice
        self.limit(order.limits.first_byte)
        if voice.heard:
            voice.emit(SendingRequest)
            if self._phase is OVER:
                return
        body = order.body
        if body is None:
            message = order.head()
        elif isinstance(body, bytes) and len(body) <= AT_ONCE and not order.expects:
            message = order.head() + body
        else:
            sending = Sending(self, channel, voice, self._deadlines)
            self._sending = sending
            sending.start()
            return
        channel.begin(self, message)
        self.sent(len(message))

    def started(self, count: int) -> None:
        """Take note that the head has gone out; the program hands over the body."""
        if self._voice.heard and count:
            self._voice.emit(RequestSent, count)
        self._voice.then(self._owner.tell_started)

    def sends_again(self) -> None:
        """Take note that the body follows, some time after the head."""
        if self._phase is AWAITING:
            self._phase = SENDING
            if self._voice.heard:
                self._voice.emit(SendingRequest)

    def sent_piece(self, count: int) -> bool:
        """Take note that a piece of the body is out; tell whether that is news."""
        self._owner.take_sent(count)
        if self._phase is not SENDING:
            if self._phase is RECEIVING and self._wanted:
                # The server answers while it reads, and perhaps only when it has read.
                self.limit(self.order.limits.idle)
            return False
        self.limit(self.order.limits.send)
        return self._held is None

    def uploaded(self, count: int) -> None:
        """Take note that the body is out, of which ``count`` bytes are untold."""
        self._sending = None
        self._owner.take_all_sent()
        if self._held is not None:
            self._end_held()
            self.tell()
        elif self._phase is SENDING:
            self.limit(self.order.limits.first_byte)
            self.sent(count)

    def handed_over(self, *, whole: bool) -> None:
        """Take note that the program has ended the body; all of it may be out."""
        if whole:
            self._sending = None
        if self._phase is SENDING:
            self.limit(self.order.limits.first_byte)
            self.sent(0)
        elif self._telling:
            # The answer came before the program had ended the body.
            self._telling = False
            if self._voice.heard:
                self._voice.emit(ReceivingResponse)
            self.tell()

    def sent(self, count: int) -> None:
        """Await the answer; ``count`` bytes are out that have not been told."""
        voice = self._voice
        self._phase = AWAITING
        if voice.heard and count:
            voice.emit(RequestSent, count)
        # In there it may have been stopped, and the listener taken away.
        if voice.heard and self._phase is not OVER:
            voice.emit(ReceivingResponse)

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
            if self._retry:
                self._retry = False
                self._pool.gave_up(self)
            if self._sending is not None:
                self._sending.act()
            if self._closed:
                self._closed = False
                self._voice.tell_closed()

    def fail(self, error: InternetError) -> None:
        """End it with an error, whatever is going on."""
        if not self.over:
            self.cancel()
            if not self._owner.over:
                # Else a listener has closed the handle when it heard of that.
                self._owner.take_end([], error)
                self._owner.tell_end()

    def expired(self) -> None:
        """End it: the limit of the present phase has run out."""
        sending, limits = self._sending, self.order.limits
        if self._phase is DRAINING:
            self._end_drain()
            self.tell()
        elif self._held is not None:
            # The server has answered in full and takes no more.
            self._end_held()
            self.tell()
        elif sending is not None and sending.expecting and limits.expect is not None:
            self.note("Done waiting for 100 (Continue), sending the body without it")
            sending.go_on()
        else:
            self.fail(
                ran_out(
                    self._phase,
                    self.order,
                    self._pool.why_waiting(self),
                    sending=sending,
                    wanted=self._wanted,
                )
            )
