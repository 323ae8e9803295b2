"""What the owner of a job does with it: claim, renew, publish, end, take over.

The owner proves itself by the fence that its claim gave it.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from twinet.inetfetch.queue.job import Job, Publication, State
from twinet.inetfetch.queue.steps import BATCH, Steps, Superseded, as_json

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


#: Why a job went back to the queue, in its events.
GONE = "its owner ended in the middle"


class NameTaken(Exception):  # noqa: N818  says what has happened
    """Another job is just now publishing under this name."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Jobs to work on, and when a waiting one becomes due (seconds, epoch)."""

    jobs: tuple[Job, ...]
    next_due: float | None


@dataclass(frozen=True, slots=True)
class Takeover:
    """What was left behind by an owner that is gone.

    ``dropped``, as they were, are queued again or cancelled and may have left part
    files; ``publishing`` must be settled by looking at the files.
    """

    dropped: tuple[Job, ...]
    publishing: tuple[tuple[Job, Publication], ...]


class Ownership(Steps):
    """The owner's side of the ledger."""

    def _wake(self, now: float) -> None:
        """Put the jobs whose waiting time is over back into the queue."""
        due = self._db.execute(
            "SELECT id FROM job INDEXED BY job_waiting "
            "WHERE state = 'waiting_retry' AND not_before <= ? "
            "ORDER BY not_before LIMIT ?",
            (now, BATCH),
        ).fetchall()
        for row in due:
            self._move(row[0], State.QUEUED, now=now, not_before=0)

    def claim(
        self,
        *,
        owner: str,
        now: float,
        lease: float,
        max_active: int,
        max_active_per_host: int,
    ) -> Claim:
        """Take the next jobs, as many as the limits leave room for.

        The order is: higher priority, then place in the queue, then id; a job whose
        host has no free slot is passed over.

        :param lease: how long the jobs belong to the owner (seconds).
        """
        self._wake(now)
        active = self._db.execute(
            "SELECT count(*) FROM job "
            "WHERE state IN ('fetching', 'verifying', 'publishing')"
        ).fetchone()[0]
        jobs = []
        for _ in range(max_active - active):
            row = self._db.execute(
                "SELECT id FROM head WHERE host NOT IN ("
                " SELECT host FROM job"
                " WHERE state IN ('fetching', 'verifying', 'publishing')"
                " GROUP BY host HAVING count(*) >= ?)"
                " ORDER BY priority DESC, position, id LIMIT 1",
                (max_active_per_host,),
            ).fetchone()
            if row is None:
                break
            job = self._row(row[0])
            jobs.append(
                self._move(
                    job.id,
                    State.FETCHING,
                    now=now,
                    fence=job.fence + 1,
                    owner=owner,
                    lease_until=now + lease,
                    tries=job.tries + 1,
                    started=now if job.started is None else job.started,
                    done_bytes=0,
                )
            )
        due = self._db.execute(
            "SELECT not_before FROM job INDEXED BY job_waiting "
            "WHERE state = 'waiting_retry' ORDER BY not_before LIMIT 1"
        ).fetchone()
        return Claim(tuple(jobs), None if due is None else due[0])

    def renew(
        self, running: Sequence[tuple[str, int, int | None, int]], until: float
    ) -> list[str]:
        """Keep jobs for longer, and note how far they are.

        :param running: id, fence, size (bytes or None) and bytes done of each.
        :param until: the end of the lease (seconds, epoch).
        :returns: the ids of those that have another owner now: stop them.
        """
        return [
            job_id
            for job_id, fence, size, done in running
            if self._db.execute(
                "UPDATE job SET lease_until = ?, size = ?, done_bytes = ? "
                "WHERE id = ? AND fence = ? "
                "AND state IN ('fetching', 'verifying', 'publishing')",
                (until, size, done, job_id, fence),
            ).rowcount
            == 0
        ]

    def verifying(self, job_id: str, fence: int, size: int, now: float) -> Job:
        """Note that all bytes are in the part file.

        :param size: how many there are.
        """
        return self._move(
            job_id, State.VERIFYING, now=now, held=fence, size=size, done_bytes=size
        )

    def publishing(self, publication: Publication, now: float) -> Job:
        """Record what is about to be renamed to what.

        It may be called again with another final name.

        :raises NameTaken: another job is just now publishing under that name.
        """
        job = self._move(
            publication.job,
            State.PUBLISHING,
            now=now,
            held=publication.fence,
            detail=publication.final,
            digest=publication.sha256,
        )
        self._db.execute("DELETE FROM publishing WHERE job = ?", (publication.job,))
        try:
            self._db.execute(
                "INSERT INTO publishing VALUES (?, ?, ?, ?, ?, ?)",
                (
                    publication.job,
                    publication.fence,
                    publication.temporary,
                    publication.final,
                    publication.size,
                    publication.sha256,
                ),
            )
        except sqlite3.IntegrityError:
            raise NameTaken(publication.final) from None
        return job

    def _unpublish(self, job_id: str, fence: int) -> Publication | None:
        row = self._db.execute(
            "SELECT * FROM publishing WHERE job = ?", (job_id,)
        ).fetchone()
        self._db.execute(
            "DELETE FROM publishing WHERE job = ? AND fence = ?", (job_id, fence)
        )
        return None if row is None else Publication(**dict(row))

    def done(self, job_id: str, fence: int, now: float) -> Job:
        """End a job whose file has its final name, on the disk."""
        publication = self._unpublish(job_id, fence)
        if publication is None:
            raise Superseded(f"job {job_id} is not being published")
        return self._move(
            job_id,
            State.DONE,
            now=now,
            held=fence,
            want=None,
            error=None,
            finished=now,
            final_path=publication.final,
        )

    def retry(
        self, job_id: str, fence: int, error: dict[str, Any], at: float, now: float
    ) -> Job:
        """Let a failed attempt rest until ``at`` (seconds, epoch).

        A job that somebody wants cancelled is cancelled instead.
        """
        if self._row(job_id).want == "cancel":
            return self.cancelled(job_id, fence, now)
        return self._move(
            job_id,
            State.WAITING_RETRY,
            now=now,
            held=fence,
            detail=error["text"],
            not_before=at,
            error=as_json(error),
        )

    def fail(self, job_id: str, fence: int, error: dict[str, Any], now: float) -> Job:
        """Give a job up."""
        self._unpublish(job_id, fence)
        return self._move(
            job_id,
            State.FAILED,
            now=now,
            held=fence,
            detail=error["text"],
            digest=None,
            finished=now,
            error=as_json(error),
        )

    def cancelled(self, job_id: str, fence: int, now: float) -> Job:
        """End a job that its owner has stopped, as it was asked to."""
        return self._move(
            job_id, State.CANCELLED, now=now, held=fence, want=None, finished=now
        )

    def requeue(self, job_id: str, fence: int, why: str, now: float) -> Job:
        """Give a job back; the attempt does not count.

        A job that somebody wants cancelled is cancelled instead.
        """
        job = self._row(job_id)
        self._unpublish(job_id, fence)
        if job.want == "cancel":
            return self.cancelled(job_id, fence, now)
        return self._move(
            job_id,
            State.QUEUED,
            now=now,
            held=fence,
            detail=why,
            fence=fence + 1,
            tries=max(0, job.tries - 1),
            digest=None,
            done_bytes=0,
        )

    # -- after an owner that is gone ---------------------------------------------

    def take_over(
        self,
        *,
        owner: str,
        now: float,
        lease: float,
        expired_only: bool,
        mine: Collection[str] = (),
    ) -> Takeover:
        """Take the jobs of an owner that is gone.

        Jobs that were being fetched go back to the queue (or are cancelled, if that
        was asked); jobs that were being published belong to ``owner`` now.

        :param expired_only: only where the lease has run out; otherwise all.
        :param mine: ids that the caller is working on: left alone.
        """
        rows = self._db.execute(
            "SELECT id FROM job WHERE state IN ('fetching', 'verifying', 'publishing') "
            "AND lease_until < ? LIMIT ?",
            (now if expired_only else float("inf"), BATCH),
        ).fetchall()
        dropped, publishing = [], []
        for row in rows:
            if row[0] in mine:
                continue
            job = self._row(row[0])
            if job.state is State.PUBLISHING:
                publishing.append(self._adopt(job, owner, now, lease))
            else:
                self.requeue(job.id, job.fence, GONE, now)
                dropped.append(job)
        return Takeover(tuple(dropped), tuple(publishing))

    def _adopt(
        self, job: Job, owner: str, now: float, lease: float
    ) -> tuple[Job, Publication]:
        fence = job.fence + 1
        new = self._move(
            job.id,
            State.PUBLISHING,
            now=now,
            held=job.fence,
            detail=GONE,
            fence=fence,
            owner=owner,
            lease_until=now + lease,
        )
        self._db.execute(
            "UPDATE publishing SET fence = ? WHERE job = ?", (fence, job.id)
        )
        row = self._db.execute(
            "SELECT * FROM publishing WHERE job = ?", (job.id,)
        ).fetchone()
        return new, Publication(**dict(row))
