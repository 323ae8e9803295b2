"""The deliveries: where the listeners of a session are called.

A session calls its listeners on the reactor thread unless it is given one of these:
a pool of threads, or a queue that the program empties; or, as in WinINet's synchronous
mode, the thread that is blocked in a call (``caller_delivery``).
"""

from __future__ import annotations

from functools import partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from twisted.logger import Logger

from twinet._net.lanes import LaneVoice
from twinet._net.threads import threads_of
from twinet.errors import InvalidParameter

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinet._net.dispatch import Listener
    from twinet._net.lanes import Lane
    from twinet._net.threads import Threads

__all__ = ["Delivery", "PoolDelivery", "QueueDelivery"]

_log = Logger()


class Delivery:
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


class PoolDelivery(Delivery):
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
            threads = threads_of(self.reactor, "twinet-told", self._limit)
            self._threads = threads
        threads.start(partial(_tell, lane))


class QueueDelivery(Delivery):
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


def _tell(lane: Lane) -> None:
    lane.tell()
