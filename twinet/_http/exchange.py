"""The exchange: one request and its answer, on one channel.

Theory of operation.  An exchange goes through its phases in order: it waits for its
turn, opens a channel or gets a kept one, sends, awaits the answer's head, receives
the body.  Each phase has a limit, kept by one deadline per exchange.  Whatever ends
it sets :attr:`Exchange.over` first and tells afterwards, because the telling runs the
program's callbacks, and they may cancel what is already over.

A request that was sent on a kept channel, and lost with it before any byte of the
answer, goes back to the pool when it may be repeated (RFC 9112, section 9.3.1): the
server closed the idle connection while the request was under way.

A redirect's body is drained, so that its channel can be kept, but only for so many
bytes and so long: then the connection is closed, and the redirect followed all the
same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from OpenSSL import SSL
from twisted.internet.error import ConnectionDone

from twinet._http.phase import Phase, ran_out
from twinet._http.upload import Upload, framing
from twinet._net.connector import Target
from twinet._net.tls import TlsCreator
from twinet._wire.http1 import End, Fault, Head
from twinet._wire.http_request import render_head
from twinet.errors import ConnectionReset, InternetError
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
    from twinet._http.pool import Pool
    from twinet._net.connector import Connector, Opening
    from twinet._net.deadlines import Deadlines
    from twinet._net.dispatch import Voice
    from twinet._net.line import Line
    from twinet._wire.http1 import Event

__all__ = ["Exchange", "Owner"]

#: A redirect's body up to this size is read to keep its channel (our own choice).
DRAIN_BYTES = 65536
#: ... and for so long, in seconds.
DRAIN_TIME = 5.0


class Owner(Protocol):
    """Who hears what becomes of an exchange: the transfer."""

    def head_came(self, head: Head) -> None:
        """Take the final head."""

    def data_came(self, data: bytes, wire: int) -> None:
        """Take body data."""

    def body_ends(self) -> None:
        """Hear that all is here, before the connection's end is told."""

    def exchange_ended(self, trailers: list[tuple[bytes, bytes]]) -> None:
        """Hear that the answer is complete."""

    def drained(self) -> None:
        """Hear that a redirect's body is out of the way."""

    def exchange_failed(self, error: InternetError) -> None:
        """Hear that it is over, and why."""


class Exchange:
    """One request and its answer.

    :ivar address: the server's address as text, once connected.
    """

    __slots__ = (
        "_channel",
        "_connector",
        "_deadlines",
        "_drained",
        "_lost",
        "_opening",
        "_owner",
        "_phase",
        "_pool",
        "_stopped",
        "_upload",
        "_voice",
        "_wanted",
        "_wire",
        "address",
        "deadline",
        "order",
    )

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
        self._phase = Phase.WAITING
        self._channel: Channel | None = None
        self._opening: Opening | None = None
        self._upload: Upload | None = None
        self._lost: Failure | None = None
        #: bytes that came and have not been told yet.
        self._wire = 0
        self._drained = 0
        self._wanted = True
        self._stopped = False
        self.address = ""
        self.deadline: float | None = None

    @property
    def over(self) -> bool:
        """Whether nothing more will happen."""
        return self._phase is Phase.OVER

    @property
    def doing(self) -> str:
        """What it is doing, in words, for those who wait for its connection."""
        if self._phase is Phase.RECEIVING and not self._wanted:
            return "unread response"
        return self._phase.value

    # -- the way out

    def start(self) -> None:
        """Ask for a channel."""
        self._pool.submit(self)
        if self._phase is Phase.WAITING:
            self._limit(self.order.limits.slot)

    def open(self) -> None:
        """Open a channel of its own (the pool's leave)."""
        if self.over:
            # Cancelled by a callback that ran between the plan and the deed.
            self._pool.gave_up(self)
            return
        self._phase = Phase.OPENING
        self._deadlines.clear(self)
        order = self.order
        try:
            tls = None if order.tls is None else TlsCreator(order.tls, order.url.host)
        except InternetError as error:
            self._opened(error)
            return

        def build() -> Channel:
            channel = self._pool.new_channel(self)
            channel.tls_creator = tls
            return channel

        self._opening = self._connector.opening(
            self._target(),
            build,
            self._voice,
            order.limits,
            tls,
            self._opened,
        )
        self._opening.start()

    def _target(self) -> Target:
        order = self.order
        url = order.url
        return Target(
            url.scheme,
            url.host,
            url.port,
            url.url,
            order.hop,
            order.came_from,
            order.context,
        )

    def _opened(self, result: Line | InternetError) -> None:
        self._opening = None
        if isinstance(result, InternetError):
            self._phase = Phase.OVER
            self._pool.gave_up(self)
            self._owner.exchange_failed(result)
        else:
            self.use(result)  # type: ignore[arg-type]  # built by new_channel

    def use(self, channel: Channel) -> None:
        """Send the request on a channel."""
        if self.over:
            # As in open().
            self._pool.release(self, channel)
            return
        self._channel = channel
        self._phase = Phase.SENDING
        self.address = channel.address
        order = self.order
        voice = self._voice
        self._limit(order.limits.first_byte)
        if voice.heard:
            voice.emit(SendingRequest)
            if self.over:
                return
        body = order.body
        head = render_head(
            order.verb,
            order.url.target,
            order.url.host_header,
            order.agent,
            order.fields,
            framing(order.verb, body),
        )
        if isinstance(body, bytes | None):
            message = head + body if body else head
            channel.begin(self, message)
            self._request_sent(len(message))
        else:
            channel.begin(self, head)
            self._limit(order.limits.send)
            self._upload = Upload(
                body,
                channel.consumer,
                lambda: self._limit(order.limits.send),
                lambda result: self._uploaded(len(head), result),
            )
            self._upload.start()

    def _uploaded(self, head: int, result: int | InternetError) -> None:
        self._upload = None
        if isinstance(result, InternetError):
            self._fail(result)
        elif self._phase is Phase.SENDING:
            self._limit(self.order.limits.first_byte)
            self._request_sent(head + result)

    def _request_sent(self, count: int) -> None:
        voice = self._voice
        self._phase = Phase.AWAITING
        if voice.heard:
            voice.emit(RequestSent, count)
            if not self.over:
                voice.emit(ReceivingResponse)

    # -- the way back

    def wire_came(self, count: int) -> None:
        """Count what came from the socket."""
        self._wire += count
        if self._phase is Phase.RECEIVING and self._wanted:
            self._limit(self.order.limits.idle)

    def take(self, event: Event) -> None:
        """Act on one event of the reader."""
        if type(event) is bytes:
            self._data(event)
        elif type(event) is Head:
            self._head(event)
        elif type(event) is End:
            self._end(event)
        elif type(event) is Fault:
            self._fault(event.error)

    def _head(self, head: Head) -> None:
        self._wire -= len(head.raw)
        voice = self._voice
        if head.interim:
            self._limit(self.order.limits.first_byte)
            if voice.heard:
                voice.emit(IntermediateResponse, head.status)
            return
        self._phase = Phase.RECEIVING
        self._limit(self.order.limits.idle)
        if voice.heard:
            # What follows waits until the listener has heard of the head: it may
            # close the handle in there.
            assert self._channel is not None
            self._channel.hold()
            voice.emit(ResponseReceived, len(head.raw))
            voice.then(lambda: self._head_told(head))
        else:
            self._owner.head_came(head)

    def _head_told(self, head: Head) -> None:
        channel = self._channel
        if self.over or channel is None:
            return
        self._owner.head_came(head)
        channel.go_on()

    def _data(self, data: bytes) -> None:
        if self._phase is Phase.DRAINING:
            self._drained += len(data)
            if self._drained > DRAIN_BYTES:
                self._hang_up()
                self._owner.drained()
            return
        wire, self._wire = self._wire, 0
        self._owner.data_came(data, wire)

    def _end(self, end: End) -> None:
        draining = self._phase is Phase.DRAINING
        polite = True
        channel = self._channel
        assert channel is not None
        if self._upload is not None:
            # The answer came before all was sent, and what is left will not be.
            self._upload.stop()
            self._upload = None
            end.keep_alive = polite = False
        if self._wire and not draining:
            # What framed the end was on the wire too.
            wire, self._wire = self._wire, 0
            self._owner.data_came(b"", wire)
        if end.keep_alive and channel.usable and self._lost is None:
            self._phase = Phase.OVER
            self._deadlines.clear(self)
            self._channel = None
            channel.finish()
            self._pool.release(self, channel)
        else:
            if not draining:
                self._owner.body_ends()
                if self.over:
                    return
            self._hang_up(politely=polite)
        if draining:
            self._owner.drained()
        else:
            self._owner.exchange_ended(end.trailers)

    def _fault(self, error: InternetError) -> None:
        if self._phase is Phase.DRAINING:
            self._hang_up()
            self._owner.drained()
            return
        if self._lost is not None:
            if self._stale():
                self._again()
                return
            if self._lost.check(ConnectionDone) is None:
                error = self._why_lost(error, self._lost)
        self._fail(error)

    def channel_lost(self, reason: Failure) -> None:
        """Take note that the connection is gone; the reader's last word follows."""
        self._lost = reason

    def _why_lost(self, error: InternetError, lost: Failure) -> InternetError:
        """Make the error of a connection that did not end in order."""
        creator = None if self._channel is None else self._channel.tls_creator
        if creator is not None and lost.check(SSL.Error) is not None:
            return creator.explain(lost)
        reset = ConnectionReset(f"the connection broke: {error.message}")
        reset.__cause__ = lost.value
        return reset

    def _stale(self) -> bool:
        channel = self._channel
        return (
            channel is not None
            and channel.served > 1
            and not channel.answering
            and self.order.repeatable
        )

    def _again(self) -> None:
        """Send the request once more on another channel."""
        self._hang_up()
        if not self._stopped:
            self._phase = Phase.WAITING
            self._lost = None
            self._wire = 0
            self.start()

    # -- the reader's wishes

    def want(self, wanted: bool) -> None:
        """Know whether somebody waits for body data: which limit runs depends on it."""
        if self._phase is Phase.RECEIVING and wanted is not self._wanted:
            self._wanted = wanted
            limits = self.order.limits
            self._limit(limits.idle if wanted else limits.unread_body)
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

    def drain(self, head: Head) -> None:
        """Get a redirect's body out of the way, then tell the owner."""
        self._phase = Phase.DRAINING
        if head.length is not None and head.length > DRAIN_BYTES:
            self._hang_up()
            self._owner.drained()
        else:
            self._limit(DRAIN_TIME)

    # -- the end

    def cancel(self) -> None:
        """Stop whatever is going on; nothing more is told but the closing."""
        self._stopped = True
        if self.over:
            return
        if self._phase is Phase.WAITING:
            self._phase = Phase.OVER
            self._deadlines.clear(self)
            self._pool.withdraw(self)
        elif self._phase is Phase.OPENING:
            self._phase = Phase.OVER
            opening, self._opening = self._opening, None
            if opening is not None:
                opening.cancel()
                if opening.connected:
                    self._voice.tell_closed()
            self._pool.gave_up(self)
        else:
            self._hang_up()

    def fail(self, error: InternetError) -> None:
        """End it with an error, whatever is going on."""
        if not self.over:
            self.cancel()
            self._owner.exchange_failed(error)

    def expired(self) -> None:
        """End it: the limit of the present phase has run out."""
        if self._phase is Phase.DRAINING:
            self._hang_up()
            self._owner.drained()
        else:
            self.fail(
                ran_out(
                    self._phase,
                    self.order,
                    self._pool.why_waiting(self),
                    uploading=self._upload is not None,
                    wanted=self._wanted,
                )
            )

    def _fail(self, error: InternetError) -> None:
        self._hang_up()
        self._owner.exchange_failed(error)

    def _hang_up(self, *, politely: bool = False) -> None:
        """Close the connection and tell so."""
        self._phase = Phase.OVER
        self._deadlines.clear(self)
        if self._upload is not None:
            self._upload.stop()
            self._upload = None
        channel, self._channel = self._channel, None
        if channel is None:
            return
        if politely:
            channel.close()
        else:
            channel.abort()
        self._voice.tell_closed()
        self._pool.discard(self)

    def _limit(self, seconds: float | None) -> None:
        if seconds is None:
            self._deadlines.clear(self)
        else:
            self._deadlines.set(self, seconds)
