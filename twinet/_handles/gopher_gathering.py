"""The gathering: a small answer that a call wants whole, and no handle is made for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twinet._gopher.transaction import Transaction
from twinet._handles.handle import PendingCall
from twinet.errors import GopherDataError, InternetError, OperationCancelled

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.defer import Deferred

    from twinet._gopher.engine import Engine
    from twinet._gopher.order import Order
    from twinet._net.dispatch import Voice

__all__ = ["Gathering"]


class Gathering:
    """One of them: the reader of a transaction.

    :param make: makes the call's result of all that came; it may raise.
    :param ended: told once that nothing is pending any more.
    """

    def __init__(
        self,
        engine: Engine,
        order: Order,
        voice: Voice,
        make: Callable[[bytes], Any],
        ended: Callable[[Gathering], object],
    ) -> None:
        self.call: Deferred[Any] = PendingCall(self._cancelled)
        self._voice = voice
        self._make = make
        self._ended = ended
        self._limit = order.limits.menu_bytes
        self._pieces: list[bytes] = []
        self._size = 0
        self._error: InternetError | None = None
        self._transaction = Transaction(engine, order, voice, self)

    def start(self) -> None:
        """Begin."""
        try:
            self._transaction.start()
        except InternetError as error:
            self._error = error
            self.tell_end()

    def stop(self, error: InternetError) -> None:
        """Stop, and end the call."""
        self._transaction.cancel()
        self._error = error
        self._end(None)

    # -- the reader's side

    def take_data(self, data: bytes, wire: int) -> None:  # noqa: ARG002  a reader's
        """Take data."""
        self._pieces.append(data)
        self._size += len(data)

    def tell_begun(self) -> None:
        """Wait for the end."""

    def tell_data(self) -> None:
        """Stop when it is too much."""
        if self._limit is not None and self._size > self._limit:
            msg = f"the answer is longer than limits.menu_bytes, {self._limit} bytes"
            self.stop(GopherDataError(msg))

    def take_end(self, trailers: None, error: InternetError | None) -> None:  # noqa: ARG002  a reader's
        """Take note that nothing more comes."""
        self._error = error

    def tell_end(self) -> None:
        """Make the result."""
        result = None
        if self._error is None:
            try:
                result = self._make(b"".join(self._pieces))
            except InternetError as error:
                self._error = error
        self._end(result)

    # -- inside

    def _end(self, result: Any) -> None:
        call, error = self.call, self._error
        self._ended(self)
        if error is None:
            self._voice.complete(call, result)
            return

        def fire() -> None:
            if not call.called:
                call.errback(error)

        self._voice.settle(fire, None, error)

    def _cancelled(self, call: Deferred[Any]) -> None:
        error = OperationCancelled("the call was cancelled")
        self.stop(error)
        if not call.called:
            # Inside a notification: cancel() must end here.
            call.errback(error)
