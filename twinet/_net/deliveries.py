"""The deliveries: where the listeners of a session are called.

A session calls its listeners on the reactor thread unless it is given one of these:
a pool of threads, a queue that the program empties, or, as in WinINet's synchronous
mode, the thread that is blocked in a call.
"""

from __future__ import annotations

from collections import deque
from functools import partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from twinet._net.lanes import LaneVoice
from twinet._net.threads import Threads
from twinet.errors import InvalidParameter, Shutdown
from twinet.status import AsyncResult, RequestComplete

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinet._net.dispatch import Listener, Step
    from twinet._net.lanes import Lane

__all__ = ["CallerDelivery", "PoolDelivery", "QueueDelivery"]

_T = TypeVar("_T")
_log = Logger()

#: How often a blocked thread looks whether its reactor still runs, in seconds.
_GLANCE = 0.5


class _Delivery:
    """What the deliveries share: one reactor, and voices with a lane."""

    reactor: Any = None
    vetoes = True

    def attach(self, reactor: Any) -> None:
        """Take note of a session's reactor.

        :raises InvalidParameter: 87, a session of another reactor uses it already.
        """
        if self.reactor is None:
            self.reactor = reactor
        elif self.reactor is not reactor:
            msg = "a delivery serves the sessions of one reactor; make another one"
            raise InvalidParameter(msg)

    def voice(self, handle: Any, context: Any, listener: Listener | None) -> LaneVoice:
        """Make the voice of a new handle."""
        return LaneVoice(handle, context, listener, self)

    def schedule(self, lane: Lane) -> None:
        """Have one entry of the lane told; never blocks."""
        raise AssertionError(lane)


class PoolDelivery(_Delivery):
    """Status callbacks run in a few threads: in order for each handle.

    A slow callback holds up its own handle and no other, as long as there are
    threads.  A redirect is followed when its callback has returned (after 60 s the
    call fails with 12002), so that closing the handle in there prevents it.  No
    Deferred waits for a callback.

    Callbacks that touch handles do so by ``reactor.callFromThread``, or through
    ``twinet.wininet``, whose functions may be called from any thread.

    :param threads: the most that run at a time; they end when nothing is to be told.
    :source: WinINet calls back on threads of its own.
    """

    def __init__(self, threads: int = 8) -> None:
        if not isinstance(threads, int) or threads < 1:
            msg = f"a pool needs 1 thread or more, not {threads!r}"
            raise InvalidParameter(msg)
        self._limit = threads
        self._threads: Threads | None = None

    def __repr__(self) -> str:
        return f"<PoolDelivery of {self._limit} threads>"

    def schedule(self, lane: Lane) -> None:
        """Have one entry of the lane told in a thread."""
        threads = self._threads
        if threads is None:
            threads = self._threads = Threads(self.reactor, self._limit, "twinet-told")
        threads.start(partial(_tell, lane))


class QueueDelivery(_Delivery):
    """Status callbacks run where and when the program empties a queue.

    Give it to a session, and call :meth:`deliver` from a loop of the program's own: a
    user interface, a test, a worker thread.  No redirect and no Deferred waits for
    that, so a callback has no veto here.  What is not taken stays: the queue grows
    with what happens.

    :param wake: called, on the reactor thread, whenever something was queued; use
        it to make the loop call :meth:`deliver`.
    :source: our own.
    """

    vetoes = False

    def __init__(self, wake: Callable[[], object] | None = None) -> None:
        if wake is not None and not callable(wake):
            msg = f"wake is a function without arguments, not {wake!r}"
            raise InvalidParameter(msg)
        self._wake = wake
        self._tokens: SimpleQueue[Lane] = SimpleQueue()

    def __repr__(self) -> str:
        return f"<QueueDelivery of {len(self)} waiting>"

    def __bool__(self) -> bool:
        """Whether it is there: an empty one is a delivery as well."""
        return True

    def __len__(self) -> int:
        """How many notifications wait, about."""
        return self._tokens.qsize()

    def deliver(self, timeout: float | None = 0) -> int:
        """Call the callbacks of all that waits, on the calling thread.

        :param timeout: how long to wait for the first one (seconds; ``None`` waits
            until there is one).
        :returns: how many notifications were told.
        :raises InvalidParameter: 87, the timeout is no time.
        """
        if not (timeout is None or (isinstance(timeout, int | float) and timeout >= 0)):
            msg = (
                f"timeout is a number of seconds, or None for no limit; not {timeout!r}"
            )
            raise InvalidParameter(msg)
        count = 0
        try:
            lane = self._tokens.get(timeout != 0, timeout or None)
            while True:
                count += lane.tell()
                lane = self._tokens.get_nowait()
        except Empty:
            return count

    def schedule(self, lane: Lane) -> None:
        """Queue one entry of the lane."""
        self._tokens.put(lane)
        if self._wake is not None:
            try:
                self._wake()
            except Exception:  # noqa: BLE001  the program's fault is the program's
                _log.failure("the wake function of a QueueDelivery failed")


class CallerDelivery(_Delivery):
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

    def call(self, lane: Lane | None, function: Callable[[], Deferred[_T] | _T]) -> _T:
        """Call a function on the reactor thread and block until it has ended.

        :param lane: of the handle that is called on.
        :raises Shutdown: 12012, the reactor has stopped meanwhile.
        """
        mailbox: _Mailbox[_T] = _Mailbox()
        self.reactor.callFromThread(self._begin, mailbox, lane, function)
        return mailbox.wait(self.reactor)

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
                result.addBoth(self._end, mailbox)
            else:
                self._end(result, mailbox)
        finally:
            self._current = outer

    def _end(self, result: _T | Failure, mailbox: _Mailbox[_T]) -> None:
        self._open.remove(mailbox)
        mailbox.end(result)


class _Mailbox(Generic[_T]):
    """Where a blocked thread waits: for things to run there, and for the result."""

    def __init__(self) -> None:
        self.items: SimpleQueue[Step | None] = SimpleQueue()
        self._lanes: list[tuple[Lane, Any]] = []
        self._result: _T | Failure | None = None
        self.closed = False

    def adopt(self, lane: Lane) -> None:
        """Hear a handle for as long as the call lasts."""
        self._lanes.append((lane, lane.mailbox))
        lane.mailbox = self

    def end(self, result: _T | Failure) -> None:
        """Let the thread go, and its handles (called on the reactor thread)."""
        self.closed = True
        for lane, former in self._lanes:
            if lane.mailbox is self:
                lane.mailbox = None if former is None or former.closed else former
        self._result = result
        self.items.put(None)

    def wait(self, reactor: Any) -> _T:
        """Run what comes until the result is there."""
        while True:
            try:
                step = self.items.get(timeout=_GLANCE)
            except Empty:
                if not reactor.running:
                    msg = "the reactor has stopped; the call will not end"
                    raise Shutdown(msg) from None
                continue
            if step is None:
                break
            step()
        result = self._result
        if isinstance(result, Failure):
            result.raiseException()
        return result  # type: ignore[return-value]  # no Failure


class _CallerVoice(LaneVoice):
    """A voice that does not announce the end of a call: the call returns."""

    __slots__ = ()

    def _announce(self, result: Any, error: BaseException | None) -> None:
        """Say nothing, but to a listener that keeps records."""
        ended = AsyncResult(result, error)
        self._note(RequestComplete(self._handle(), self.context, ended))


def _tell(lane: Lane) -> None:
    lane.tell()
