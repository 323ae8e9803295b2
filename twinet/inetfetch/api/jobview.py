"""How a job is shown: as JSON for the API, with every password masked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from twinet.inetfetch.weburl import masked

if TYPE_CHECKING:
    from twinet.inetfetch.fetch.engine import Live
    from twinet.inetfetch.queue.job import Event, Job


def moment(at: float | None) -> str | None:
    """Return a time as RFC 3339 text in UTC, with milliseconds.

    :param at: seconds since the epoch.
    """
    if at is None:
        return None
    text = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def show_job(job: Job, live: Live | None = None) -> dict[str, Any]:
    """Return a job as the API shows it.

    :param live: how far it is just now, if it runs.
    """
    error = job.error
    if error is not None:
        error = {**error, "at": moment(error["at"])}
    return {
        "id": job.id,
        "gid": job.gid,
        "url": masked(job.uris[0]),
        "state": job.state,
        "phase": live.phase if live else None,
        "priority": job.priority,
        "out": job.out_path,
        "final_path": job.final_path,
        "size": live.size if live else job.size,
        "done_bytes": live.done_bytes if live else job.done_bytes,
        "tries": job.tries,
        "error": error,
        "created": moment(job.created),
        "started": moment(job.started),
        "finished": moment(job.finished),
        "not_before": moment(job.not_before or None),
        "sha256": job.digest,
    }


def show_event(event: Event) -> dict[str, Any]:
    """Return an event as the API shows it."""
    return {
        "seq": event.seq,
        "at": moment(event.at),
        "from": event.before,
        "to": event.after,
        "fence": event.fence,
        "detail": event.detail,
    }
