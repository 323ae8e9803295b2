"""The pushed body: a request's body that the program hands over piece by piece.

Theory of operation.  It goes into the order as bodies do.  When the exchange has a
channel, it takes the first piece, which leaves together with the head, and connects
the rest to the transport.  From then on the handle hands
over pieces (:meth:`PushedBody.take`) and learns whether the transport is full; when
it has drained, the handle is told.  The exchange learns of each turn as well, because
it sets the limits: the peer's while the transport is full, the program's otherwise.

An answer may come before the end.  It is held until the program has ended the body,
and told then.  Meanwhile pieces go on to the server as long as it takes them; what is
handed over later is dropped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet.interfaces import IPushProducer
from twisted.web.iweb import UNKNOWN_LENGTH
from zope.interface import implementer

from twinet.errors import InvalidParameter

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.interfaces import IConsumer

__all__ = ["PushedBody"]


@implementer(IPushProducer)
class PushedBody:
    """One body, on its way.

    :param length: how long it will be, in bytes; ``None`` sends it in chunks.
    :param first: the piece that leaves together with the head.
    :param drained: called when a full transport has room again.
    :ivar length: as ``IBodyProducer`` has it.
    :ivar full: whether the transport is full.
    """

    #: what was handed over is not kept.
    again = False
    full = False
    #: whether the answer has come.
    early = False
    #: whether something was handed over that does not go out.
    _dropped = False
    _consumer: IConsumer | None = None
    _started: Callable[[], None] | None = None
    _turn: Callable[[], None] | None = None
    _finish: Callable[[bool], None] | None = None

    def __init__(
        self, length: int | None, first: bytes, drained: Callable[[], None]
    ) -> None:
        self.length = UNKNOWN_LENGTH if length is None else length
        self._left = length
        self._first = first
        self._drained = drained
        self.check(len(first))

    @property
    def missing(self) -> int:
        """How many bytes of the announced length have not been handed over."""
        return self._left or 0

    @property
    def whole(self) -> bool:
        """Whether all of the announced length goes out."""
        return self._left == 0 and not self._dropped

    def check(self, count: int) -> None:
        """Refuse more than was announced.

        :raises InvalidParameter: 87, nothing of it has gone out.
        """
        if self._left is not None and count > self._left:
            msg = (
                f"{count} bytes more would exceed the length announced for the body, "
                f"of which {self._left} bytes are left"
            )
            raise InvalidParameter(msg)

    # -- the exchange's side

    def connect(
        self,
        consumer: IConsumer | None,
        started: Callable[[], None],
        turn: Callable[[], None],
        finish: Callable[[bool], None],
    ) -> None:
        """Take note of where what follows the head goes.

        :param consumer: ``None`` when the server has refused the body: it is dropped.
        :param started: called when the program can hand over pieces.
        :param turn: called when it is the peer's turn, or the program's again.
        :param finish: called when the body has ended, with whether all of it went out.
        """
        self._consumer = consumer
        self._started, self._turn, self._finish = started, turn, finish
        if consumer is None:
            self.first_piece()
            self._dropped = True

    def start(self) -> None:
        """Be ready for pieces."""
        consumer, started, turn = self._consumer, self._started, self._turn
        assert consumer is not None
        assert started is not None
        assert turn is not None
        consumer.registerProducer(self, True)
        turn()
        started()

    def first_piece(self) -> bytes:
        """Take the piece that leaves together with the head."""
        first, self._first = self._first, b""
        return self._framed(first)

    def answered(self) -> bool:
        """Take note that the answer has come; it is held until the program is done."""
        self.early = True
        return True

    def relieve(self) -> None:
        """End the wait of a piece for a server that has answered and takes no more."""
        if self.full:
            consumer, self._consumer = self._consumer, None
            if consumer is not None:
                consumer.unregisterProducer()
            self.full = False
            self._drained()

    def stop(self) -> None:
        """Send nothing more."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            consumer.unregisterProducer()
        self._started = self._turn = None
        if not self.early:
            self._finish = None

    # -- the handle's side

    def take(self, data: bytes) -> None:
        """Send a piece; :attr:`full` says whether to wait before the next one."""
        framed = self._framed(data)
        if self._consumer is None:
            self._dropped = True
        elif framed:
            self._consumer.write(framed)
            if self._turn is not None:
                self._turn()
            if self.early:
                self.relieve()

    def end(self) -> None:
        """Send what ends the body; the exchange then awaits the answer, or tells it."""
        consumer, self._consumer = self._consumer, None
        whole = not (self._left or self._dropped) and consumer is not None
        if consumer is not None:
            if self._left is None:
                consumer.write(b"0\r\n\r\n")
            consumer.unregisterProducer()
        finish, self._finish = self._finish, None
        if finish is not None:
            finish(whole)

    # -- the transport's side (IPushProducer)

    def pauseProducing(self) -> None:  # noqa: N802
        """Take note that the transport is full."""
        self.full = True

    def resumeProducing(self) -> None:  # noqa: N802
        """Take note that it has room again."""
        if self.full:
            self.full = False
            if self._turn is not None:
                self._turn()
            self._drained()

    def stopProducing(self) -> None:  # noqa: N802
        """Take note that the connection is gone; the exchange learns it by itself."""

    def _framed(self, data: bytes) -> bytes:
        if not data:
            return b""
        if self._left is None:
            return b"%x\r\n%b\r\n" % (len(data), data)
        self._left -= len(data)
        return data
