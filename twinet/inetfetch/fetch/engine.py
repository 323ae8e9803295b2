"""The engine: keeps as many jobs running as the limits allow.

Theory of operation.  A *turn* looks for jobs whose owner is gone, and claims new
ones; there is never more than one turn at a time.  A turn comes when something was
added, when an attempt ended, when a waiting job becomes due, and every
:data:`POLL` seconds whatever happens.  Each claimed job gets an attempt.  Every
:data:`RENEW` seconds the leases are renewed and progress is noted.

At the first turn everything that another process left behind is taken over: this
process holds the state folder's lock, so whoever owned those jobs is gone.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred, DeferredList
from twisted.logger import Logger

from twinet.inetfetch.fetch.attempt import Attempt, Bench, Stop
from twinet.inetfetch.fetch.folder import Folder
from twinet.inetfetch.fetch.names import part_gid
from twinet.inetfetch.fetch.publishing import path_of
from twinet.inetfetch.queue.job import RUNNING, State
from twinet.inetfetch.queue.store import StoreError
from twinet.inetfetch.queue.thread import OneThread

if TYPE_CHECKING:
    from collections.abc import Collection

    from twisted.internet.interfaces import IDelayedCall, IReactorTime

    from twinet.inetfetch.queue.job import Job

_log = Logger(namespace="inetfetch")

#: Times in seconds.
LEASE = 60.0
RENEW = 15.0
POLL = 30.0
#: After the store has failed: when to try again.
STORE_PAUSE = 5.0


@dataclass(frozen=True, slots=True)
class Live:
    """How far a running job is just now."""

    phase: str | None
    size: int | None
    done_bytes: int


class Engine:
    """Claims jobs and runs them.

    :param owner: a name that no other process has.
    :param root: the download folder; old part files are looked for in it.
    :param timer: the reactor, for its clock.
    """

    def __init__(
        self,
        bench: Bench,
        timer: IReactorTime,
        *,
        owner: str,
        root: str,
        max_active: int,
        max_active_per_host: int,
    ) -> None:
        self._bench = bench
        self._timer = timer
        self._owner = owner
        self._root = root
        self._max_active = max_active
        self._max_active_per_host = max_active_per_host
        self._running: dict[str, Attempt] = {}
        self._ended: dict[str, Deferred[None]] = {}
        self._turn: Deferred[None] | None = None
        self._again = False
        self._first = True
        self._stopping = False
        self._next_turn: IDelayedCall | None = None
        self._next_renewal: IDelayedCall | None = None

    # -- for the daemon and the API ----------------------------------------------

    def start(self) -> None:
        """Begin; the first turn takes over what was left behind."""
        self._next_renewal = self._timer.callLater(RENEW, self._renew)
        self.wake()

    def wake(self) -> None:
        """Look for work now."""
        if self._stopping:
            return
        if self._turn is not None:
            self._again = True
            return
        self._cancel_timer()
        self._turn = Deferred.fromCoroutine(self._take_turn())
        self._turn.addBoth(self._turned)

    def live(self, job_id: str) -> Live | None:
        """Return how far a job is that runs here."""
        attempt = self._running.get(job_id)
        if attempt is None:
            return None
        return Live(attempt.phase, attempt.size, attempt.done_bytes)

    async def remove(self, job_id: str) -> Job:
        """Cancel a job, or forget it if it has ended; return what became of it.

        A running job is stopped at once and its part file removed before this ends;
        one that is just being published is done instead.

        :raises UnknownJob: there is none.
        """
        store = self._bench.store
        job = await store.remove(job_id, self._bench.clock())
        if job.state in RUNNING:
            attempt = self._running.get(job_id)
            if attempt is not None:
                attempt.stop(Stop.CANCEL)
                await self._end_of(job_id)
            job = await store.find(job_id)
        return job

    async def stop(self) -> None:
        """Claim nothing more, give the running jobs back, end."""
        self._stopping = True
        self._cancel_timer()
        if self._next_renewal is not None and self._next_renewal.active():
            self._next_renewal.cancel()
        for attempt in list(self._running.values()):
            attempt.stop(Stop.SHUTDOWN)
        if self._turn is not None:
            turned: Deferred[None] = Deferred()
            self._turn.addBoth(lambda _: turned.callback(None))
            await turned
        await DeferredList([self._end_of(job_id) for job_id in list(self._running)])

    def _end_of(self, job_id: str) -> Deferred[None]:
        told: Deferred[None] = Deferred()
        self._ended[job_id].addBoth(lambda _: told.callback(None))
        return told

    # -- turns ---------------------------------------------------------------------

    def _cancel_timer(self) -> None:
        timer, self._next_turn = self._next_turn, None
        if timer is not None and timer.active():
            timer.cancel()

    def _turned(self, _result: object) -> None:
        self._turn = None
        if self._again:
            self._again = False
            self.wake()

    async def _take_turn(self) -> None:
        delay = POLL
        try:
            await self._take_over(expired_only=not self._first)
            self._first = False
            claim = await self._bench.store.claim(
                owner=self._owner,
                now=self._bench.clock(),
                lease=LEASE,
                max_active=self._max_active,
                max_active_per_host=self._max_active_per_host,
            )
        except StoreError as reason:
            _log.error("{reason}", reason=reason)
            delay = STORE_PAUSE
        except Exception:  # noqa: BLE001  the queue must go on
            _log.failure("a fault in the engine")
        else:
            for job in claim.jobs:
                self._bench.faults.passing("after-claim")
                self._run(Attempt(self._bench, job))
            if claim.next_due is not None:
                delay = min(delay, max(0.0, claim.next_due - self._bench.clock()))
        if not self._stopping:
            self._next_turn = self._timer.callLater(delay, self.wake)

    def _run(self, attempt: Attempt) -> None:
        job_id = attempt.job.id
        self._running[job_id] = attempt
        ended: Deferred[None] = Deferred()
        self._ended[job_id] = ended

        def over(_result: object) -> None:
            del self._running[job_id], self._ended[job_id]
            ended.callback(None)
            self.wake()

        if self._stopping:
            attempt.stop(Stop.SHUTDOWN)
        attempt.run().addBoth(over)

    # -- what others left behind -----------------------------------------------------

    async def _take_over(self, *, expired_only: bool) -> None:
        taken = await self._bench.store.take_over(
            owner=self._owner,
            now=self._bench.clock(),
            lease=LEASE,
            expired_only=expired_only,
            mine=set(self._running),
        )
        folders = {(job.out_root, _folder_of(job)) for job in taken.dropped}
        if not expired_only:
            folders.add((self._root, ""))
        if folders:
            await self._sweep(folders)
        if taken.dropped:
            _log.info(
                "{count} jobs go on that were interrupted", count=len(taken.dropped)
            )
        for job, publication in taken.publishing:
            self._run(Attempt(self._bench, job, publication))

    async def _sweep(self, folders: Collection[tuple[str, str]]) -> None:
        """Remove part files of our jobs that nobody writes to any more."""
        thread = OneThread(self._bench.reactor, "inetfetch sweep")
        for root, path in folders:
            try:
                found = await thread.call(_part_files, root, path)
                states = await self._bench.store.states(set(found.values()))
                busy = {attempt.job.gid for attempt in self._running.values()}
                stale = [
                    name
                    for name, gid in found.items()
                    if gid not in busy
                    and states.get(gid, State.PUBLISHING) is not State.PUBLISHING
                ]
                await thread.call(_remove, root, path, stale)
            except FileNotFoundError:
                continue
            except OSError as reason:
                _log.warn("old part files stay: {reason}", reason=reason)
        await thread.stop()

    # -- leases ----------------------------------------------------------------------

    def _renew(self) -> None:
        self._next_renewal = self._timer.callLater(RENEW, self._renew)
        Deferred.fromCoroutine(self._renewed()).addErrback(
            lambda failure: _log.failure("a fault in the engine", failure)
        )

    async def _renewed(self) -> None:
        running = [
            (job_id, attempt.job.fence, attempt.size, attempt.done_bytes)
            for job_id, attempt in self._running.items()
        ]
        if not running:
            return
        try:
            lost = await self._bench.store.renew(running, self._bench.clock() + LEASE)
        except StoreError as reason:
            _log.error("{reason}", reason=reason)
            return
        for job_id in lost:
            if job_id in self._running:
                self._running[job_id].stop(Stop.LOST)


def _folder_of(job: Job) -> str:
    """Return a path whose folder is the job's, below its root."""
    folder = PurePath(path_of(job)).parent
    return str(folder / "_") if folder.parts else ""


def _part_files(root: str, path: str) -> dict[str, str]:
    """Return the part files in a folder, with their gids."""
    with Folder.below(root, path) as folder:
        named = {name: part_gid(name) for name in folder.names()}
    return {name: gid for name, gid in named.items() if gid is not None}


def _remove(root: str, path: str, names: Collection[str]) -> None:
    if names:
        with Folder.below(root, path) as folder:
            for name in names:
                folder.remove(name)
