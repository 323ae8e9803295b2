"""The store: the ledger behind one thread, for the reactor's thread.

Calls that come together share one transaction, each in a savepoint of its own, so
that many small steps cost one write to the disk and a step that is refused takes
nothing else with it.  A Deferred fires after the commit: what it says is on the
disk.  If the commit fails, every call of the transaction fails.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any, Concatenate, NoReturn, ParamSpec, TypeVar

from twisted.python.failure import Failure

from twinet.inetfetch.queue.ledger import Ledger, Page
from twinet.inetfetch.queue.schema import WrongSchema, open_database
from twinet.inetfetch.queue.thread import Call, OneThread, Stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from twisted.internet.defer import Deferred
    from twisted.internet.interfaces import IReactorFromThreads

    from twinet.inetfetch.queue.job import Asked, Event, Job, Publication, State
    from twinet.inetfetch.queue.ownership import Claim, Takeover

P = ParamSpec("P")
T = TypeVar("T")


class StoreError(Exception):
    """The state database could not be read or written; the text says why."""


def _translated(path: Path, reason: BaseException) -> StoreError:
    return StoreError(
        f"the state database {path} cannot be used: {reason}; "
        "check the disk's free space, its health and the folder's permissions"
    )


class Store:
    """All jobs.  Each method is that of :class:`Ledger`, as a Deferred.

    :raises StoreError: as a failure of any call; the disk is full or broken.
    """

    def __init__(self, reactor: IReactorFromThreads, path: Path) -> None:
        self._path = path
        self._database: sqlite3.Connection | None = None
        self._ledger: Ledger | None = None
        self._thread = OneThread(
            reactor, "inetfetch store", run=self._transaction, at_end=self._close
        )

    # -- opening and closing -----------------------------------------------------

    def open(self) -> Deferred[None]:
        """Open the database, making it where there is none."""
        return self._thread.call(self._open)

    def open_now(self) -> None:
        """Open the database and block until it is open: before the reactor runs.

        :raises StoreError: it cannot be opened.
        """
        self._thread.wait_for(self._open)

    def _open(self) -> None:
        try:
            self._database = open_database(self._path)
        except (sqlite3.Error, OSError, WrongSchema) as reason:
            raise _translated(self._path, reason) from reason
        self._ledger = Ledger(self._database)

    def close(self) -> Deferred[None]:
        """Finish what was asked for, close the database and end the thread."""
        return self._thread.stop()

    def _close(self) -> None:
        if self._database is not None:
            self._database.close()

    # -- transactions --------------------------------------------------------------

    def _transaction(self, calls: Sequence[Call[Any]]) -> None:
        waiting = list(calls)
        while waiting and self._database is None:
            waiting.pop(0).run()
        if waiting and self._database is not None:
            self._commit(self._database, waiting)

    def _commit(self, database: sqlite3.Connection, calls: Sequence[Call[Any]]) -> None:
        try:
            database.execute("BEGIN IMMEDIATE")
            for call in calls:
                database.execute("SAVEPOINT one")
                call.run()
                if isinstance(call.outcome, Failure):
                    database.execute("ROLLBACK TO one")
                database.execute("RELEASE one")
            database.execute("COMMIT")
        except sqlite3.Error as reason:
            # A full disk may already have undone everything, savepoints and all.
            if database.in_transaction:
                database.execute("ROLLBACK")
            for call in calls:
                call.outcome = Failure(_translated(self._path, reason))

    def _ask(
        self,
        method: Callable[Concatenate[Ledger, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Deferred[T]:
        def work() -> T:
            if self._ledger is None:
                raise StoreError(f"the state database {self._path} is not open")
            try:
                return method(self._ledger, *args, **kwargs)
            except sqlite3.Error as reason:
                raise _translated(self._path, reason) from reason

        return self._thread.call(work).addErrback(self._closed)

    def _closed(self, failure: Failure) -> NoReturn:
        if failure.check(Stopped):
            raise StoreError(f"the state database {self._path} has been closed")
        failure.raiseException()

    # -- what users do -----------------------------------------------------------

    def add(self, asked: Sequence[Asked], now: float) -> Deferred[list[Job]]:
        """See :meth:`Ledger.add`."""
        return self._ask(Ledger.add, asked, now)

    def find(self, name: str) -> Deferred[Job]:
        """See :meth:`Ledger.find`."""
        return self._ask(Ledger.find, name)

    def events(self, job_id: str) -> Deferred[list[Event]]:
        """See :meth:`Ledger.events`."""
        return self._ask(Ledger.events, job_id)

    def page(
        self, state: State | None = None, after: str | None = None, limit: int = 100
    ) -> Deferred[Page]:
        """See :meth:`Ledger.page`."""
        return self._ask(Ledger.page, state, after, limit)

    def stats(self) -> Deferred[dict[State, int]]:
        """See :meth:`Ledger.stats`."""
        return self._ask(Ledger.stats)

    def remove(self, job_id: str, now: float) -> Deferred[Job]:
        """See :meth:`Ledger.remove`."""
        return self._ask(Ledger.remove, job_id, now)

    # -- what the owner does -----------------------------------------------------

    def claim(
        self,
        *,
        owner: str,
        now: float,
        lease: float,
        max_active: int,
        max_active_per_host: int,
    ) -> Deferred[Claim]:
        """See :meth:`Ledger.claim`."""
        return self._ask(
            Ledger.claim,
            owner=owner,
            now=now,
            lease=lease,
            max_active=max_active,
            max_active_per_host=max_active_per_host,
        )

    def renew(
        self, running: Sequence[tuple[str, int, int | None, int]], until: float
    ) -> Deferred[list[str]]:
        """See :meth:`Ledger.renew`."""
        return self._ask(Ledger.renew, running, until)

    def verifying(
        self, job_id: str, fence: int, size: int, now: float
    ) -> Deferred[Job]:
        """See :meth:`Ledger.verifying`."""
        return self._ask(Ledger.verifying, job_id, fence, size, now)

    def publishing(self, publication: Publication, now: float) -> Deferred[Job]:
        """See :meth:`Ledger.publishing`."""
        return self._ask(Ledger.publishing, publication, now)

    def done(self, job_id: str, fence: int, now: float) -> Deferred[Job]:
        """See :meth:`Ledger.done`."""
        return self._ask(Ledger.done, job_id, fence, now)

    def retry(
        self, job_id: str, fence: int, error: dict[str, Any], at: float, now: float
    ) -> Deferred[Job]:
        """See :meth:`Ledger.retry`."""
        return self._ask(Ledger.retry, job_id, fence, error, at, now)

    def fail(
        self, job_id: str, fence: int, error: dict[str, Any], now: float
    ) -> Deferred[Job]:
        """See :meth:`Ledger.fail`."""
        return self._ask(Ledger.fail, job_id, fence, error, now)

    def cancelled(self, job_id: str, fence: int, now: float) -> Deferred[Job]:
        """See :meth:`Ledger.cancelled`."""
        return self._ask(Ledger.cancelled, job_id, fence, now)

    def requeue(self, job_id: str, fence: int, why: str, now: float) -> Deferred[Job]:
        """See :meth:`Ledger.requeue`."""
        return self._ask(Ledger.requeue, job_id, fence, why, now)

    # -- after an owner that is gone ---------------------------------------------

    def take_over(
        self,
        *,
        owner: str,
        now: float,
        lease: float,
        expired_only: bool,
        mine: Collection[str] = (),
    ) -> Deferred[Takeover]:
        """See :meth:`Ledger.take_over`."""
        return self._ask(
            Ledger.take_over,
            owner=owner,
            now=now,
            lease=lease,
            expired_only=expired_only,
            mine=mine,
        )

    def states(self, gids: Collection[str]) -> Deferred[dict[str, State]]:
        """See :meth:`Ledger.states`."""
        return self._ask(Ledger.states, gids)
