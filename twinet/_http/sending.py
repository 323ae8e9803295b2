"""The sending of a request whose body does not leave in one piece with its head.

Theory of operation.  It belongs to one exchange, from the head to the last byte::

    start ----> FLOWING ---- all of it is out ------------------> OVER
      |          ^   '------ an answer from 300 on -------------> OVER
      |          '--- 100, or limits.expect has run out ---.
      '-- Expect: 100-continue --> EXPECTING --------------+
                                       '-- an answer ----------> OVER

A request with ``Expect: 100-continue`` sends its head and waits for the server's
leave; as many servers never give it, it goes on without after a while (RFC 9110,
section 10.1.1).  A final answer in the meantime refuses the body: none of it is sent.

Once the body flows, an answer may come before its end.  One below 300 does not stop
it: the server may be answering while it reads, and the end of its answer is held back
until the body is out.  Any other means that the server wants no more: the body is
stopped, and the connection closed after the answer (RFC 9112, section 9.3).  A body
that the program hands over (``PushedBody``) has rules of its own for that.

What comes from the socket is settled first (:meth:`Sending.interim`,
:meth:`Sending.answered`, :meth:`Sending.detach`), and acted on when it is told
(:meth:`Sending.act`): to start or stop a producer runs foreign code.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

from twinet._http.body import BytesBody
from twinet._http.pushed_body import PushedBody
from twinet._http.upload import Upload
from twinet.errors import InternetError
from twinet.status import RequestSent, SendingRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinet._http.channel import Channel
    from twinet._http.exchange import Exchange
    from twinet._net.deadlines import Deadlines
    from twinet._net.dispatch import Voice

__all__ = ["Sending"]

#: Progress is told at most so often, with the bytes summed (seconds).
PROGRESS = 0.1
CONTINUE = 100
#: From here on an early answer means that the server wants no more of the body.
REFUSES = 300


class _State(Enum):
    EXPECTING = "waiting for the server's leave"
    FLOWING = "the body is on its way"
    OVER = "nothing more is sent"


class Sending:
    """One request on its way.

    :ivar pushed: the body, when the program hands it over piece by piece.
    """

    _upload: Upload | None = None
    _state = _State.FLOWING
    #: what has been settled and is to be done.
    _due: Callable[[], None] | None = None
    #: whether an answer is held until the program has handed the body over.
    _early = False

    def __init__(
        self, exchange: Exchange, channel: Channel, voice: Voice, deadlines: Deadlines
    ) -> None:
        self._exchange = exchange
        self._channel = channel
        self._voice = voice
        self._now = deadlines.now
        body = exchange.order.body
        self.pushed = body if isinstance(body, PushedBody) else None
        #: the bytes that are out and have not been told, and when some last were.
        self._untold = 0
        self._told_at = 0.0

    @property
    def expecting(self) -> bool:
        """Whether it waits for the server's leave."""
        return self._state is _State.EXPECTING

    @property
    def goes_on(self) -> bool:
        """Whether more of the body will come by itself."""
        return self._state is not _State.OVER and self.pushed is None

    @property
    def whole(self) -> bool:
        """Whether all of a body that is handed over will have gone out.

        Of another one the exchange lets go when it has; so it has not.
        """
        return self.pushed is not None and self.pushed.whole

    # -- the way out

    def start(self) -> None:
        """Send the head, and what may follow it."""
        exchange = self._exchange
        order = exchange.order
        head = order.head()
        if not order.expects:
            self._flow(head)
            return
        self._state = _State.EXPECTING
        self._channel.begin(exchange, head)
        limits = order.limits
        exchange.limit(limits.first_byte if limits.expect is None else limits.expect)
        exchange.sent(len(head))

    def go_on(self) -> None:
        """Send the body, with the server's leave or without."""
        self._state = _State.FLOWING
        self._exchange.sends_again()
        # A listener may have cancelled in there.
        if self._state is _State.FLOWING:
            self._flow(b"")

    def _flow(self, head: bytes) -> None:
        """Send the body, after the head unless that is out."""
        exchange = self._exchange
        channel = self._channel
        if self.pushed is not None:
            message = head + self.pushed.first_piece()
            if head:
                channel.begin(exchange, message)
            elif message:
                channel.consumer.write(message)
            self._connect(self.pushed, len(message))
            self.pushed.start()
            return
        if head:
            channel.begin(exchange, head)
        self._untold = len(head)
        self._told_at = self._now()
        body: Any = exchange.order.body
        if isinstance(body, bytes):
            body = BytesBody(body)
        exchange.limit(exchange.order.limits.send)
        try:
            producer = body.producer()
        except InternetError as error:
            exchange.fail(error)
            return
        consumer = channel.consumer
        upload = Upload(producer, body.length, consumer, self._progress, self._done)
        self._upload = upload
        upload.start()

    def _connect(self, body: PushedBody, count: int, *, refused: bool = False) -> None:
        exchange = self._exchange
        limits = exchange.order.limits
        body.connect(
            None if refused else self._channel.consumer,
            lambda: exchange.started(count),
            lambda: exchange.limit(limits.send if body.full else limits.unread_body),
            lambda whole: exchange.handed_over(whole=whole),
        )

    def _progress(self, count: int) -> None:
        self._untold += count
        exchange = self._exchange
        if not exchange.sent_piece(count):
            return
        voice = self._voice
        if voice.heard and self._now() - self._told_at >= PROGRESS:
            self._told_at = self._now()
            count, self._untold = self._untold, 0
            voice.emit(RequestSent, count)
            if voice.heard and self._state is _State.FLOWING:
                voice.emit(SendingRequest)

    def _done(self, error: InternetError | None) -> None:
        self._state = _State.OVER
        if error is not None:
            self._exchange.fail(error)
        else:
            self._exchange.uploaded(self._untold)

    # -- what comes back meanwhile: settled

    def interim(self, status: int) -> None:
        """Take note of an interim answer."""
        if status == CONTINUE and self.expecting:
            self._due = self.go_on

    def answered(self, status: int) -> bool:
        """Take note of the final answer's head; tell whether it is to be held."""
        refused = self.expecting and self._due is None
        if self.pushed is not None:
            if refused:
                self._state = _State.OVER
                self._due = self._refuse
            self._early = True
            return self.pushed.answered()
        if refused or status >= REFUSES:
            self._exchange.note("The answer came first, sending no more of the body")
            self.detach()
        return False

    def detach(self) -> None:
        """Send nothing more."""
        flowing, self._state = self._state is _State.FLOWING, _State.OVER
        if self._due == self.go_on:
            # The leave came together with the whole answer: too late.
            self._due = self._refuse if self._early else None
        if self.pushed is not None:
            self.pushed.stop()
        elif flowing and self._upload is not None:
            self._upload.detach()
            self._due = self._upload.stop

    # -- ... and acted on

    def act(self) -> None:
        """Do what has been settled."""
        due, self._due = self._due, None
        if due is not None:
            due()

    def _refuse(self) -> None:
        """Let the program hand over a body of which nothing will be sent."""
        assert self.pushed is not None
        if self._exchange.cancelled:
            return
        self._connect(self.pushed, 0, refused=True)
        if not self._exchange.over:
            self._exchange.limit(self._exchange.order.limits.unread_body)
        self._exchange.started(0)
