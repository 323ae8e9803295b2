"""The future of a call: what the asynchronous handles promise, for asyncio.

``Deferred.asFuture`` of Twisted comes near, and leaves three things to be wished for.
It cancels the operation a turn of the loop later; what the operation brings in the
moment in which its task is cancelled is lost, be it an open handle or a piece of a
body; and a call that ends because somebody has closed its handle is reported as an
error that nobody has looked at.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from twinet._handles.handle import Handle
from twinet.errors import OperationCancelled

if TYPE_CHECKING:
    from collections.abc import Generator

    from twisted.internet.defer import Deferred
    from twisted.python.failure import Failure

    from twinet.aio.running_loop import RunningLoop

__all__ = ["CallFuture"]

T = TypeVar("T")


class CallFuture(asyncio.Future[T]):
    """Ends as a call's Deferred does; cancelling it cancels the call, at once.

    A future that has its result cannot be cancelled any more, and ``cancel`` says so.
    But if nobody has taken that result yet, nobody will: it is as if the call had been
    cancelled a moment earlier.  A task that is cancelled between the end of its call
    and its own next turn comes to that.

    :param deferred: of the call; it belongs to the future from now on.
    :param here: the loop.
    :param owner: the handle that a cancelled call leaves closed; ``None`` if that is
        the one which the call brings, or none at all.
    """

    def __init__(
        self, deferred: Deferred[Any], here: RunningLoop, owner: Handle | None = None
    ) -> None:
        super().__init__(loop=here.loop)
        self._here = here
        self._owner = owner
        #: the call, as long as it has not ended.
        self._call: Deferred[Any] | None = deferred
        self._taken = False
        deferred.addCallbacks(self._succeeded, self._failed)

    def _succeeded(self, result: Any) -> None:
        self._call = None
        if self.done():
            # It was cancelled when it could not be stopped any more.
            self._discard(result)
        else:
            self.set_result(result)

    def _failed(self, failure: Failure) -> None:
        self._call = None
        if self.done():
            return
        error: Any = failure.value
        self.set_exception(error)
        if isinstance(error, OperationCancelled):
            # Somebody closed the handle.  Who waits hears of it; if nobody does, it is
            # no error that was overlooked, and the loop has nothing to report.
            self.exception()

    def _discard(self, result: Any) -> None:
        """Close what the lost result belongs to."""
        handle = result if isinstance(result, Handle) else self._owner
        if handle is not None:
            handle.close()

    def cancel(self, msg: Any | None = None) -> bool:
        """Cancel the call: its handle, and its socket, are closed when this returns."""
        if super().cancel(msg):
            call = self._call
            if call is not None:
                call.cancel()
                if self._call is not None:
                    # What there is to tidy up (a file, a session) takes a while.
                    self._here.outlasts(call)
            return True
        if not self._taken and not self.cancelled() and super().exception() is None:
            self._taken = True
            self._discard(super().result())
        return False

    def result(self) -> T:
        """Return what the call came to, or raise its error."""
        self._taken = self._taken or self.done()
        return super().result()

    def __await__(self) -> Generator[Any, None, T]:
        # One that is done gives its result without asking result().
        self._taken = self._taken or self.done()
        return super().__await__()

    __iter__ = __await__
