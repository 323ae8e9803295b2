"""One thread that does blocking work in order, for the reactor's thread.

A call is queued and returns a Deferred; the thread takes what has come together and
hands the outcomes back in one go.  It is a daemon thread: work that hangs on a dead
network disk does not keep the process alive after its end was asked for.
"""

from __future__ import annotations

import queue
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar, cast

from twisted.internet.defer import Deferred, fail
from twisted.python.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from twisted.internet.interfaces import IReactorFromThreads

P = ParamSpec("P")
T = TypeVar("T")


class Stopped(Exception):  # noqa: N818  says what has happened
    """The thread has been stopped and takes no more work."""


class Call(Generic[T]):
    """One piece of work and its outcome."""

    __slots__ = ("_work", "deferred", "outcome")

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        # Nobody can take a piece of work back: a cancelled Deferred fires at once
        # and the outcome is dropped.
        self.deferred: Deferred[T] = Deferred()
        self.outcome: T | Failure | None = None

    def run(self) -> None:
        """Do the work and keep its outcome; nothing escapes."""
        try:
            self.outcome = self._work()
        except BaseException:  # noqa: BLE001  whatever it was, its caller is told
            self.outcome = Failure()

    def deliver(self) -> None:
        """Fire the Deferred, on the reactor's thread."""
        if not self.deferred.called:
            self.deferred.callback(cast("T", self.outcome))


def run_each(calls: Sequence[Call[Any]]) -> None:
    """Run the calls, one after the other."""
    for call in calls:
        call.run()


@contextmanager
def signals_held() -> Iterator[None]:
    """Hold back the signals that end a program, here and in threads started within.

    They are the main thread's for good: where that holds them back for a moment (see
    ``ending``), the system must not find another thread that takes them.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTERM, signal.SIGINT))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


class OneThread:
    """A thread of its own, started with the first call.

    :ivar name: shown by debuggers and in stack dumps.
    :param run: runs the calls that have come together.
    :param at_end: the last thing that the thread does, if it ever ran.
    :param batch: the most calls that are run together.
    """

    def __init__(
        self,
        reactor: IReactorFromThreads,
        name: str,
        *,
        run: Callable[[Sequence[Call[Any]]], None] = run_each,
        at_end: Callable[[], None] | None = None,
        batch: int = 64,
    ) -> None:
        self.name = name
        self._reactor = reactor
        self._run = run
        self._at_end = at_end
        self._batch = batch
        self._calls: queue.SimpleQueue[Call[Any] | None] = queue.SimpleQueue()
        self._started = False
        self._stopping: Deferred[None] | None = None

    def call(
        self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> Deferred[T]:
        """Do the work on the thread, after everything that was asked for before.

        :raises Stopped: as a failure; the thread has been stopped.
        """
        if self._stopping is not None:
            return fail(Stopped(f"{self.name} has been stopped"))
        if not self._started:
            self._started = True
            with signals_held():
                threading.Thread(target=self._loop, name=self.name, daemon=True).start()
        call = Call(lambda: work(*args, **kwargs))
        self._calls.put(call)
        return call.deferred

    def wait_for(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do the work on the thread and block until it is done.

        Only where nobody waits for the calling thread: before the reactor runs.
        """
        done = threading.Event()
        call = Call(lambda: work(*args, **kwargs))

        def run() -> None:
            call.run()
            done.set()

        self.call(run)
        done.wait()
        if isinstance(call.outcome, Failure):
            call.outcome.raiseException()
        return cast("T", call.outcome)

    def stop(self) -> Deferred[None]:
        """Take no more work; fire when all that was asked for has been done."""
        if self._stopping is None:
            self._stopping = Deferred()
            if self._started:
                self._calls.put(None)
            else:
                self._stopping.callback(None)
        told: Deferred[None] = Deferred()
        self._stopping.addCallback(lambda _: told.callback(None))
        return told

    def _loop(self) -> None:
        more = True
        while more:
            calls = []
            taken = self._calls.get()
            while taken is not None:
                calls.append(taken)
                if len(calls) == self._batch or self._calls.empty():
                    break
                taken = self._calls.get()
            more = taken is not None
            if calls:
                self._run(calls)
                self._reactor.callFromThread(_deliver, calls)
        if self._at_end is not None:
            self._at_end()
        self._reactor.callFromThread(self._stopped)

    def _stopped(self) -> None:
        assert self._stopping is not None
        self._stopping.callback(None)


def _deliver(calls: Sequence[Call[Any]]) -> None:
    for call in calls:
        call.deliver()
