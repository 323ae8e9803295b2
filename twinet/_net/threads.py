"""Blocking work off the reactor thread, leaving nothing behind.

Twisted's thread pool keeps idle threads until it is stopped and shares the
reactor's ten between everybody: one slow name server would hold up every other
user of ``deferToThread``. Here each owner has threads of its own. A thread is
started when a job comes, none is idle and fewer than ``limit`` are at work; it ends
when it has been idle for ``IDLE`` seconds or the owner closes. So there is nothing to
stop, and a test that looks for left threads finds none.

To start a thread costs as much as all the rest of a job (25 µs of 50), and who writes
a file has one job after the other. The last one that became idle gets the next job, so
that those that are too many end.

All threads are daemon threads: a look-up that hangs in the system's resolver
cannot be interrupted, and must not keep the program from ending.
"""

from __future__ import annotations

import threading
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from twisted.internet.defer import Deferred, fail
from twisted.python.failure import Failure

from twinet import errors

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.interfaces import IReactorFromThreads

#: How long a thread waits for another job (seconds; our own).
IDLE = 0.05

_P = ParamSpec("_P")
_T = TypeVar("_T")


def threads_of(reactor: Any, name: str, limit: int = 8) -> Threads:
    """Make threads for a reactor; one that has no use for them says what it has.

    On a reactor in memory (``twinet.testing``) nothing may happen while a test looks
    elsewhere, so there what blocks is done in a turn of its own.
    """
    own = getattr(reactor, "blocking_work", None)
    threads: Threads = Threads(reactor, limit, name) if own is None else own(name)
    return threads


class _Job:
    """A call that waits or runs; ``waiting`` is touched in the reactor thread only."""

    __slots__ = ("call", "reports", "waiting")

    def __init__(self, call: Callable[[], object], *, reports: bool = True) -> None:
        self.call = call
        #: whether its result is told in the reactor thread.
        self.reports = reports
        self.waiting: Deferred[object] | None = None

    def outcome(self) -> object:
        """Make the call; return what came of it, a ``Failure`` for what it raised."""
        try:
            return self.call()
        except BaseException:  # noqa: BLE001  SystemExit too goes to the caller
            return Failure()

    def finish(self, result: object) -> None:
        """Hand over the result, unless nobody waits any more."""
        waiting, self.waiting = self.waiting, None
        if waiting is None:
            return
        if isinstance(result, Failure):
            waiting.errback(result)
        else:
            waiting.callback(result)


class _Worker:
    """A thread that waits for a job."""

    __slots__ = ("called", "job")

    def __init__(self) -> None:
        #: held as long as there is nothing for it.
        self.called = threading.Lock()
        self.called.acquire()
        #: what it is to do; None: it shall end.
        self.job: _Job | None = None

    def call(self, job: _Job | None) -> None:
        """Let it go on."""
        self.job = job
        self.called.release()


class Threads:
    """A few threads for blocking calls; none of them idles for long.

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
        self._idle: list[_Worker] = []
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
            idle, self._idle = self._idle, []
            self._workers -= len(idle)
        for worker in idle:
            worker.call(None)
        unfinished, self._unfinished = self._unfinished, set()
        for job in unfinished:
            job.finish(Failure(errors.Shutdown("closed before the work was done")))

    def _submit(self, job: _Job) -> None:
        with self._lock:
            if self._idle:
                self._busy += 1
                self._idle.pop().call(job)
                return
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
        worker = _Worker()
        while (job := self._next(worker)) is not None:
            result = job.outcome()
            with self._lock:
                self._busy -= 1
            if job.reports:
                # an asyncio reactor whose loop is closed: nobody is left to be told
                with suppress(RuntimeError):
                    self._reactor.callFromThread(self._finished, job, result)
            del job, result  # nothing is held while the next call runs

    def _next(self, worker: _Worker) -> _Job | None:
        """Wait for the next job; ``None``: the thread shall end."""
        with self._lock:
            if self._queue:
                self._busy += 1
                return self._queue.popleft()
            if self._closed:
                self._workers -= 1
                return None
            self._idle.append(worker)
        if not worker.called.acquire(timeout=IDLE):
            with self._lock:
                if worker in self._idle:
                    self._idle.remove(worker)
                    self._workers -= 1
                    return None
            # It was called in the meantime.
            worker.called.acquire()
        job, worker.job = worker.job, None
        return job

    def _finished(self, job: _Job, result: object) -> None:
        self._unfinished.discard(job)
        job.finish(result)

    def _cancelled(self, job: _Job) -> None:
        with self._lock:
            if job in self._queue:
                self._queue.remove(job)
        self._finished(job, Failure(errors.OperationCancelled("cancelled")))
