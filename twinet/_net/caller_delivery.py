"""Calls that block, and the delivery that tells of them on the blocked thread.

Theory of operation.  A call is made on the reactor thread; the thread that wants its
result waits at a mailbox.  Into that come steps to run there, which are notifications
most of the time, and at last the end.  A handle that is called on, or made, while the
call is under way tells into the mailbox of that call.

A thread that waits may be interrupted (``KeyboardInterrupt``, or what else a signal
handler raises).  Then the call is cancelled on the reactor thread, the thread waits
until that is done, and only then the interruption goes on; so nothing of the call is
left.  Another interruption goes on at once.
"""

from __future__ import annotations

from collections import deque
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from twinet._net.deliveries import Delivery
from twinet._net.lanes import LaneVoice
from twinet._net.reactor_thread import check_not_forked
from twinet.errors import InternetError, Shutdown
from twinet.status import AsyncResult, RequestComplete

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinet._net.dispatch import Listener, Step
    from twinet._net.lanes import Lane

__all__ = ["CallerDelivery"]

_T = TypeVar("_T")

#: How often a blocked thread looks whether its reactor still runs, in seconds.
_GLANCE = 0.5


class CallerDelivery(Delivery):
    """Status callbacks run on the thread that is blocked in a call.

    It is made for one session, whose handles are used through :meth:`call` alone:
    WinINet's synchronous mode.  The calling thread waits at a mailbox, tells what
    happens meanwhile, and ends with the result.  What a handle says while no call on
    it is under way goes to any call of the session, or waits for the next one.
    Nothing is told of the end of a call: it returns.
    """

    def __init__(self) -> None:
        #: the mailbox of the call whose first part runs at this moment.
        self._current: _Mailbox[Any] | None = None
        #: those of all calls under way, and what came while there was none.
        self._open: list[_Mailbox[Any]] = []
        self._left_over: deque[Lane] = deque()

    def voice(self, handle: Any, context: Any, listener: Listener | None) -> LaneVoice:
        """Make the voice of a new handle; the call that made it hears it."""
        voice = _CallerVoice(handle, context, listener, self)
        if self._current is not None:
            self._current.adopt(voice.lane)
        return voice

    def schedule(self, lane: Lane) -> None:
        """Have one entry of the lane told by whoever is blocked."""
        mailbox = lane.mailbox or self._current
        if mailbox is None and self._open:
            mailbox = self._open[-1]
        if mailbox is None:
            self._left_over.append(lane)
        else:
            mailbox.items.put(lane.tell)

    def call(
        self,
        lane: Lane | None,
        function: Callable[[], Deferred[_T] | _T],
        lost: Callable[[_T], object] | None = None,
    ) -> _T:
        """Call a function on the reactor thread and block until it has ended.

        :param lane: of the handle that is called on.
        :param lost: called on the reactor thread with a result that comes too late,
            because the thread has been interrupted.
        :raises Shutdown: 12012, the reactor has stopped meanwhile.
        """
        mailbox = _Mailbox(lost)
        try:
            self.reactor.callFromThread(self._begin, mailbox, lane, function)
            mailbox.wait(self.reactor)
        except InternetError:
            # There is no reactor to be told.
            raise
        except BaseException:
            # Whatever it was, nobody waits for the call any more.
            self.reactor.callFromThread(self._give_up, mailbox)
            mailbox.wait(self.reactor)
            raise
        result = mailbox.result
        if isinstance(result, Failure):
            error = result.value or Shutdown()
            if isinstance(error, InternetError):
                # Where the reactor was when it came up says nothing to the caller.
                raise error.with_traceback(None)
            raise error
        return result  # type: ignore[return-value]  # it has ended, and with no Failure

    def run_there(self, lane: Lane, step: Step) -> Deferred[None]:
        """Run something on the thread that is blocked in a call on a handle.

        :returns: fires, on the reactor thread, when it has been run.
        """
        done: Deferred[None] = Deferred()

        def run() -> None:
            try:
                step()
            except Exception:  # noqa: BLE001  it goes to who asked for it
                self.reactor.callFromThread(done.errback, Failure())
            else:
                self.reactor.callFromThread(done.callback, None)

        lane.mailbox.items.put(run)
        return done

    def _begin(
        self,
        mailbox: _Mailbox[_T],
        lane: Lane | None,
        function: Callable[[], Deferred[_T] | _T],
    ) -> None:
        if lane is not None:
            mailbox.adopt(lane)
        while self._left_over:
            mailbox.items.put(self._left_over.popleft().tell)
        self._open.append(mailbox)
        outer, self._current = self._current, mailbox
        try:
            result = function()
        except Exception:  # noqa: BLE001  it is raised on the caller's thread
            self._end(Failure(), mailbox)
        else:
            if isinstance(result, Deferred):
                mailbox.pending = result
                result.addBoth(self._end, mailbox)
            else:
                self._end(result, mailbox)
        finally:
            self._current = outer

    def _end(self, result: _T | Failure, mailbox: _Mailbox[_T]) -> None:
        self._open.remove(mailbox)
        if mailbox.given_up:
            # What has been cancelled says its last words when the call has ended.
            self.reactor.callFromThread(mailbox.end, result)
        else:
            mailbox.end(result)

    def _give_up(self, mailbox: _Mailbox[Any]) -> None:
        """End a call whose thread has been interrupted."""
        mailbox.given_up = True
        if mailbox in self._open:
            # It may end now, or when what it holds has been released.
            assert mailbox.pending is not None, "else it has ended"
            mailbox.pending.cancel()
        else:
            # It has ended meanwhile, or has not begun and never will.
            self.reactor.callFromThread(mailbox.end, mailbox.result)


class _Mailbox(Generic[_T]):
    """Where a blocked thread waits: for things to run there, and for the end."""

    def __init__(self, lost: Callable[[_T], object] | None) -> None:
        self.items: SimpleQueue[Step | None] = SimpleQueue()
        self._lost = lost
        self._lanes: list[tuple[Lane, Any]] = []
        self.pending: Deferred[_T] | None = None
        self.result: _T | Failure | None = None
        self.closed = False
        self.given_up = False

    def adopt(self, lane: Lane) -> None:
        """Hear a handle for as long as the call lasts."""
        self._lanes.append((lane, lane.mailbox))
        lane.mailbox = self

    def end(self, result: _T | Failure | None) -> None:
        """Let the thread go, and its handles (called on the reactor thread)."""
        late = self.given_up and not (result is None or isinstance(result, Failure))
        if late and self._lost is not None:
            self._lost(result)  # type: ignore[arg-type]  # as it was looked at
        self.closed = True
        for lane, former in self._lanes:
            if lane.mailbox is self:
                lane.mailbox = None if former is None or former.closed else former
        self.result = result
        self.items.put(None)

    def wait(self, reactor: Any) -> None:
        """Run what comes until the end has come."""
        while True:
            try:
                step = self.items.get(timeout=_GLANCE)
            except Empty:
                check_not_forked(reactor)
                if not reactor.running:
                    msg = "the reactor has stopped; the call will not end"
                    raise Shutdown(msg) from None
                continue
            if step is None:
                return
            step()


class _CallerVoice(LaneVoice):
    """A voice that does not announce the end of a call: the call returns."""

    __slots__ = ()

    def _announce(self, result: Any, error: BaseException | None) -> None:
        """Say nothing, but to a listener that keeps records."""
        ended = AsyncResult(result, error)
        self._note(RequestComplete(self._handle(), self.context, ended))
