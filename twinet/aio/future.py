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

from twinet._mirrors.lost import give_up
from twinet._mirrors.mirror import Mirror
from twinet.errors import InternetError, OperationCancelled

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from twisted.internet.defer import Deferred
    from twisted.python.failure import Failure

    from twinet._handles.handle import Handle
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
    :param handle: which was called on.
    :param shown: makes of what the Deferred fires with what the program is given.
    """

    def __init__(
        self,
        deferred: Deferred[Any],
        here: RunningLoop,
        handle: Handle | None = None,
        shown: Callable[[Any], Any] | None = None,
    ) -> None:
        super().__init__(loop=here.loop)
        self._here = here
        self._handle = handle
        self._shown = shown
        #: the call, as long as it has not ended.
        self._call: Deferred[Any] | None = deferred
        #: it has a result, of which nobody has heard.
        self._untaken = False
        deferred.addCallbacks(self._succeeded, self._failed)

    def _succeeded(self, result: Any) -> None:
        self._call = None
        if self.done():
            # It was cancelled when it could not be stopped any more.
            give_up(self._handle, result)
        else:
            shown = self._shown
            self._untaken = True
            self.set_result(result if shown is None else shown(result))

    def _failed(self, failure: Failure) -> None:
        self._call = None
        if self.done():
            return
        error: Any = failure.value
        if isinstance(error, asyncio.CancelledError):
            # Of a coroutine of the program's, such as a sink's, on which it waited.
            super().cancel()
            return
        if isinstance(error, InternetError):
            # Where the loop was when it came up says nothing to who waits.
            error = error.with_traceback(None)
        self.set_exception(error)
        if isinstance(error, OperationCancelled):
            # Somebody closed the handle.  Who waits hears of it; if nobody does, it is
            # no error that was overlooked, and the loop has nothing to report.
            self.exception()

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
        if self._untaken:
            self._untaken = False
            result: Any = super().result()
            give_up(
                self._handle, result._handle if isinstance(result, Mirror) else result
            )
        return False

    def result(self) -> T:
        """Return what the call came to, or raise its error."""
        self._untaken = False
        return super().result()

    def __await__(self) -> Generator[Any, None, T]:
        # One that is done gives its result without asking result().
        self._untaken = False
        return super().__await__()

    __iter__ = __await__
