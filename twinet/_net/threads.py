"""Blocking work off the reactor thread, leaving nothing behind.

Twisted's thread pool keeps idle threads until it is stopped and shares the
reactor's ten between everybody: one slow name server would hold up every other
user of ``deferToThread``. Here each owner has threads of its own. A thread is
started when a job comes and fewer than ``limit`` are at work, and ends as soon as
the queue is empty; so there is nothing to stop, and a test that looks for left
threads finds none.

All threads are daemon threads: a look-up that hangs in the system's resolver
cannot be interrupted, and must not keep the program from ending.
"""

from __future__ import annotations

import threading
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from twisted.internet.defer import Deferred, fail
from twisted.python.failure import Failure

from twinet import errors

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.interfaces import IReactorFromThreads

_P = ParamSpec("_P")
_T = TypeVar("_T")


class _Job:
    """A call that waits or runs; ``waiting`` is touched in the reactor thread only."""

    __slots__ = ("call", "reports", "waiting")

    def __init__(self, call: Callable[[], object], *, reports: bool = True) -> None:
        self.call = call
        #: whether its result is told in the reactor thread.
        self.reports = reports
        self.waiting: Deferred[object] | None = None

    def finish(self, result: object) -> None:
        """Hand over the result, unless nobody waits any more."""
        waiting, self.waiting = self.waiting, None
        if waiting is None:
            return
        if isinstance(result, Failure):
            waiting.errback(result)
        else:
            waiting.callback(result)


class Threads:
    """A few threads for blocking calls; none of them ever idles.

    :param reactor: where results are told.
    :param limit: the most threads at work at once; further calls queue up,
        first come first served.
    :param name: beginning of the threads' names.
    """

    def __init__(
        self, reactor: IReactorFromThreads, limit: int = 8, name: str = "twinet"
    ) -> None:
        self._reactor = reactor
        self._limit = limit
        self._name = name
        self._lock = threading.Lock()
        self._queue: deque[_Job] = deque()
        self._unfinished: set[_Job] = set()  # reactor thread only
        self._workers = 0
        self._started = 0
        self._busy = 0
        self._closed = False

    @property
    def busy(self) -> int:
        """How many calls are running at this moment."""
        return self._busy

    def run(
        self, f: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs
    ) -> Deferred[_T]:
        """Call ``f`` in a thread; fire in the reactor thread with what it returned.

        Cancelling drops the result (a call that is running cannot be stopped, one
        that is still queued is never started).

        :raises OperationCancelled: (12017) it was cancelled.
        :raises Shutdown: (12012) :meth:`close` came first.
        """
        if self._closed:
            return fail(errors.Shutdown("no more work is taken: already closed"))
        job = _Job(lambda: f(*args, **kwargs))
        waiting: Deferred[_T] = Deferred(lambda _: self._cancelled(job))
        job.waiting = waiting  # type: ignore[assignment]  # Deferred is invariant
        self._unfinished.add(job)
        self._submit(job)
        return waiting

    def start(self, call: Callable[[], object]) -> None:
        """Call something in a thread, from any thread; nobody is told of its end.

        :param call: answers for its own errors.
        :raises InternalError: the system gives no thread.
        """
        self._submit(_Job(call, reports=False))

    def close(self) -> None:
        """Take no more work; every unfinished call fails with Shutdown at once.

        Calls that are running go on in their threads; what they return is dropped.
        """
        self._closed = True
        with self._lock:
            self._queue.clear()
        unfinished, self._unfinished = self._unfinished, set()
        for job in unfinished:
            job.finish(Failure(errors.Shutdown("closed before the work was done")))

    def _submit(self, job: _Job) -> None:
        with self._lock:
            self._queue.append(job)
            one_more = self._workers < self._limit
            if one_more:
                self._workers += 1
                self._started += 1
        if one_more:
            self._start_worker(job)

    def _start_worker(self, job: _Job) -> None:
        name = f"{self._name}-{self._started}"
        try:
            threading.Thread(target=self._work, name=name, daemon=True).start()
        except RuntimeError as refusal:  # the system gives no more threads
            with self._lock:
                self._workers -= 1
                if self._workers or job not in self._queue:
                    return  # another thread will come to it
                self._queue.remove(job)
            error = errors.InternalError(
                f"the system gives no thread ({refusal}); close some programs"
            )
            error.__cause__ = refusal
            if not job.reports:
                raise error from refusal
            self._finished(job, Failure(error))

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._queue:
                    self._workers -= 1
                    return
                job = self._queue.popleft()
                self._busy += 1
            result: object
            try:
                result = job.call()
            except BaseException:  # noqa: BLE001  SystemExit too goes to the caller
                result = Failure()
            with self._lock:
                self._busy -= 1
            if job.reports:
                # an asyncio reactor whose loop is closed: nobody is left to be told
                with suppress(RuntimeError):
                    self._reactor.callFromThread(self._finished, job, result)
            del job, result  # nothing is held while the next call runs

    def _finished(self, job: _Job, result: object) -> None:
        self._unfinished.discard(job)
        job.finish(result)

    def _cancelled(self, job: _Job) -> None:
        with self._lock:
            if job in self._queue:
                self._queue.remove(job)
        self._finished(job, Failure(errors.OperationCancelled("cancelled")))
