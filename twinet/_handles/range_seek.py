"""The range seek: a request moves to a place that it has to ask the server for.

Theory of operation.  It is one pending call of the handle::

    start --> the old body ends, or its connection is closed --> a new transfer

The rest of the old body is read to keep its connection when it is short, because it
is mostly on its way already (:class:`~twinet._handles.drain.Drain`); otherwise the
old transfer is cancelled.  The new transfer reads for the range seek.  Its head is
judged by :class:`~twinet._http.representation.Representation`.  What is good goes on
into the handle, whose ``response`` remains the first answer's; what is not ends the
call, and later reads with the same error.  The handle can then seek again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twinet._handles.drain import Drain
from twinet._http.phase import DRAIN_BYTES
from twinet.errors import HttpInvalidServerResponse, InternetError, Truncated

if TYPE_CHECKING:
    from twinet._handles.http_request import HttpRequest
    from twinet._http.order import Order
    from twinet._http.representation import Part, Representation
    from twinet._http.transfer import Transfer
    from twinet.records import Response

__all__ = ["RangeSeek"]


class RangeSeek:
    """One move; a :class:`~twinet._http.order.Reader` for the new transfer.

    :param place: counted from the beginning of the first answer's body.
    """

    _transfer: Transfer
    _part: Part | None = None
    _error: InternetError | None = None
    #: of a part whose framing does not tell how long it is: what has yet to come.
    _left: int | None = None
    _surplus = False

    def __init__(
        self, handle: HttpRequest, representation: Representation, place: int
    ) -> None:
        self._handle = handle
        self._representation = representation
        self._place = place

    def start(self) -> None:
        """Let go of the old body, then ask for the place."""
        handle = self._handle
        source, length = handle._source, handle._length()
        inbox = handle._inbox
        if (
            source is not None
            and length is not None
            and length - inbox.taken - inbox.size <= DRAIN_BYTES
        ):
            Drain(handle, source, self._ask).start()
        else:
            self._ask()

    def _ask(self) -> None:
        handle = self._handle
        here = handle._position
        handle._reset()
        if handle._dead:
            # Closed by a listener that heard of the closing of the connection.
            return
        handle._inbox.taken = here
        handle._revive()
        order = self._representation.ask(self._place).but(limits=handle._limits)
        transfer = handle.session.engine.transfer(order, handle._voice, self)
        self._transfer = handle._source = transfer
        transfer.start()

    # -- the transfer's side of the seam: settle

    def take_order(self, order: Order) -> None:
        """Take note of what goes out: the handle keeps what the first request was."""

    def take_passed(self, response: Response) -> None:
        """Show the head of an answer that is being followed."""
        self._handle._passed = response

    def take_answer(self, response: Response) -> None:
        """Judge the answer."""
        self._handle._passed = response
        part = self._representation.judge(response, self._place)
        if isinstance(part, InternetError):
            self._error = part
            return
        self._part = part
        handle = self._handle
        handle._inbox.taken = part.begins
        handle._skip = self._place - part.begins
        handle._whole_again = part.begins < self._place
        self._left = part.length

    def take_refused(self, response: Response) -> None:
        """Pass over the head of a redirect that cannot be followed."""

    def take_data(self, data: bytes, wire: int) -> None:
        """Take data, and nothing that does not belong to the part."""
        if self._part is None or self._part.nothing:
            return
        if self._left is not None:
            if len(data) > self._left:
                self._surplus = True
                data = data[: self._left]
            self._left -= len(data)
        self._handle.take_data(data, wire)

    def take_end(self, trailers: Any, error: InternetError | None) -> None:  # noqa: ARG002  the first answer's stay
        """Take note that nothing more comes."""
        part = self._part
        if part is None:
            self._error = self._error or error
        elif not part.nothing:
            self._handle.take_end((), error or self._fault(part))

    def _fault(self, part: Part) -> InternetError | None:
        """Tell what is wrong with a part that has ended as HTTP has it."""
        url = self._handle.url
        if self._surplus or self._left:
            what = "more" if self._surplus else f"{self._left} bytes less"
            return HttpInvalidServerResponse(
                f"the part that came from {url} is {what} than it said"
            )
        if not part.to_the_end:
            return Truncated(
                f"{url} sent a part of what was asked for, which is not known to reach "
                "the end; seek(0, FindMethod.CURRENT) asks for the rest"
            )
        return None

    # -- tell

    def tell_started(self) -> None:
        """Nothing is handed over."""

    def tell_answer(self) -> None:
        """End the call."""
        handle, transfer = self._handle, self._transfer
        part = self._part
        if part is not None and not part.nothing:
            if not handle._complete and handle._source is not None:
                transfer.want(False)
            handle._finish(self._place)
            return
        # What the body says is of no use.
        handle._complete = part is not None
        self._let_go()
        transfer.cancel()
        if self._error is None:
            handle._finish(self._place)
        else:
            handle._fail(self._error)

    def tell_data(self) -> None:
        """Tell that data came."""
        if self._surplus and not self._transfer.over:
            assert self._part is not None
            error = self._fault(self._part)
            assert error is not None
            self._transfer.give_up(error)
        elif self._part is not None:
            self._handle.tell_data()

    def tell_end(self) -> None:
        """Tell that nothing more comes; before the head, that the call failed."""
        handle = self._handle
        if self._part is not None:
            handle.tell_end()
            return
        self._let_go()
        assert self._error is not None, "an answer without a head ends in an error"
        handle._fail(self._error)

    def _let_go(self) -> None:
        """Leave the handle with nothing more to come."""
        handle = self._handle
        handle._source = None
        handle._broken = self._error
        handle._spend()
        if self._error is not None:
            handle.session.tracer.failed(handle, self._error)
