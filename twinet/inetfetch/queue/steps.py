"""One step of one job: the only way in which a job's state changes.

A step that is not in the table is an error in the program; a step by somebody whose
fence is old is refused, because the job has another owner by now; every step leaves
an event in the same transaction.  All of it blocks and belongs to one thread.
"""

# ruff: noqa: N818  the exceptions say what has happened

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from twinet.inetfetch.queue.job import NEXT, RUNNING, Job, State

if TYPE_CHECKING:
    import sqlite3

#: The most rows that one call reads or changes, so that no call takes long.
BATCH = 1000


class UnknownJob(LookupError):
    """There is no such job."""


class Superseded(Exception):
    """The job has a new owner, or is gone: this one must stop and forget it."""


def as_json(value: Any) -> str | None:
    """Return JSON text; nothing stays nothing."""
    return None if value is None else json.dumps(value, separators=(",", ":"))


def as_job(row: sqlite3.Row) -> Job:
    """Return the job that a row holds."""
    values = dict(row)
    values["uris"] = tuple(json.loads(values["uris"]))
    values["state"] = State(values["state"])
    for name in ("options", "validators", "error"):
        if values[name] is not None:
            values[name] = json.loads(values[name])
    return Job(**values)


class Steps:
    """The rows of the jobs and their events.

    :param database: an open connection, used by the calling thread only.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._db = database

    # -- one row ---------------------------------------------------------------

    def _row(self, job_id: str) -> Job:
        row = self._db.execute("SELECT * FROM job WHERE id = ?", (job_id,)).fetchone()
        if row is None:
            raise UnknownJob(f"there is no job {job_id}")
        return as_job(row)

    def _move(
        self,
        job_id: str,
        after: State,
        *,
        now: float,
        held: int | None = None,
        detail: str | None = None,
        **columns: Any,
    ) -> Job:
        """Take one step and write its event; the fence ``held`` proves the owner."""
        try:
            job = self._row(job_id)
        except UnknownJob as gone:
            if held is None:
                raise
            raise Superseded(str(gone)) from None
        if held is not None and (job.fence != held or job.state not in RUNNING):
            raise Superseded(
                f"job {job.gid} is {job.state} with fence {job.fence}, not {held}"
            )
        if after not in NEXT[job.state]:
            raise ValueError(f"job {job.gid} cannot go from {job.state} to {after}")
        columns["state"] = after
        if after not in RUNNING:
            columns |= {"owner": None, "lease_until": None}
        names = ", ".join(f"{name} = ?" for name in columns)
        self._db.execute(
            f"UPDATE job SET {names} WHERE id = ?",  # noqa: S608  names of our own
            (*columns.values(), job_id),
        )
        new = self._row(job_id)
        self._note(new, job.state, now, detail)
        return new

    def _note(
        self, job: Job, before: State | None, now: float, detail: str | None = None
    ) -> None:
        self._db.execute(
            "INSERT INTO event (job, at, before, after, fence, detail) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (job.id, now, before, job.state, job.fence, detail),
        )
