"""What is known about all jobs: the users' side of the ledger.

It blocks and belongs to one thread; :class:`~twinet.inetfetch.queue.store.Store` calls
it from its own, inside a transaction for each call.
"""

# ruff: noqa: N818  the exceptions say what is the matter

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twinet.inetfetch.queue.ids import JobIds, new_gid
from twinet.inetfetch.queue.job import ENDED, RUNNING, Asked, Event, Job, State
from twinet.inetfetch.queue.ownership import Ownership
from twinet.inetfetch.queue.steps import BATCH, UnknownJob, as_job, as_json

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Sequence


class AmbiguousJob(LookupError):
    """More than one job begins with these letters."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some jobs, and where the next page begins (``None``: that was the last)."""

    jobs: tuple[Job, ...]
    after: str | None


class Ledger(Ownership):
    """The jobs, their events and their publications.

    :param database: an open connection, used by the calling thread only.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        super().__init__(database)
        self._ids = JobIds()

    def add(self, asked: Sequence[Asked], now: float) -> list[Job]:
        """Store new jobs, all or none, queued in their order."""
        jobs = []
        for each in asked:
            job_id, position = self._ids.next(now)
            self._db.execute(
                "INSERT INTO job (id, gid, uris, host, out_root, out_path, options,"
                " priority, position, state, client, scope, created)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    job_id,
                    new_gid(),
                    as_json(each.uris),
                    each.host,
                    each.out_root,
                    each.out_path,
                    as_json(each.options),
                    each.priority,
                    position,
                    State.QUEUED,
                    each.client,
                    each.scope,
                    now,
                ),
            )
            jobs.append(self._row(job_id))
            self._note(jobs[-1], None, now)
        return jobs

    def find(self, name: str) -> Job:
        """Return the job with this id or gid, or the only one that begins so.

        :raises UnknownJob: there is none.
        :raises AmbiguousJob: there are more than one.
        """
        name = name.lower()
        if not name or not set(name) <= set("0123456789abcdef-"):
            raise UnknownJob(f"{name!r} is no job's id: those are hexadecimal digits")
        # "g" sorts after every digit that an id may hold: an index range, no scan.
        rows = self._db.execute(
            "SELECT * FROM job WHERE id >= :name AND id < :name || 'g' "
            "UNION SELECT * FROM job WHERE gid >= :name AND gid < :name || 'g' LIMIT 2",
            {"name": name},
        ).fetchall()
        if not rows:
            raise UnknownJob(f"there is no job {name}")
        if len(rows) > 1:
            raise AmbiguousJob(
                f"more than one job begins with {name}: give more of its digits"
            )
        return as_job(rows[0])

    def events(self, job_id: str, limit: int = BATCH) -> list[Event]:
        """Return the newest events of a job, oldest first."""
        rows = self._db.execute(
            "SELECT * FROM event WHERE job = ? ORDER BY seq DESC LIMIT ?",
            (job_id, limit),
        ).fetchall()
        return [
            Event(
                row["seq"],
                row["job"],
                row["at"],
                None if row["before"] is None else State(row["before"]),
                State(row["after"]),
                row["fence"],
                row["detail"],
            )
            for row in reversed(rows)
        ]

    def page(
        self, state: State | None = None, after: str | None = None, limit: int = 100
    ) -> Page:
        """Return some jobs in the order in which they were added.

        :param after: the id that ended the page before.
        :param limit: the most jobs, 1 to :data:`BATCH`.
        """
        limit = max(1, min(limit, BATCH))
        where, values = ["id > ?"], [after or ""]
        if state is not None:
            where.append("state = ?")
            values.append(state)
        rows = self._db.execute(
            f"SELECT * FROM job WHERE {' AND '.join(where)} "  # noqa: S608  fixed text
            "ORDER BY id LIMIT ?",
            (*values, limit + 1),
        ).fetchall()
        jobs = tuple(as_job(row) for row in rows[:limit])
        return Page(jobs, jobs[-1].id if len(rows) > limit else None)

    def stats(self) -> dict[State, int]:
        """Return the number of jobs in each state."""
        rows = self._db.execute("SELECT state, jobs FROM tally")
        return {State(row[0]): row[1] for row in rows}

    def remove(self, job_id: str, now: float) -> Job:
        """Cancel a job that waits; ask the owner of one that runs; forget an ended one.

        :returns: the job as it is now; a forgotten one as it was.
        :raises UnknownJob: there is none.
        """
        job = self._row(job_id)
        if job.state in ENDED:
            self._db.execute("DELETE FROM job WHERE id = ?", (job_id,))
            return job
        if job.state in RUNNING:
            self._db.execute("UPDATE job SET want = 'cancel' WHERE id = ?", (job_id,))
            return self._row(job_id)
        return self._move(job_id, State.CANCELLED, now=now, finished=now)

    def states(self, gids: Collection[str]) -> dict[str, State]:
        """Return the state of each job named; those that are not ours are left out."""
        found = {}
        for gid in gids:
            row = self._db.execute(
                "SELECT state FROM job WHERE gid = ?", (gid,)
            ).fetchone()
            if row is not None:
                found[gid] = State(row[0])
        return found
