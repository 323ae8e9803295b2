"""Us in threads: ``session.fetch`` of ``twinet.blocking``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.bench.clients.crew import measure
from tests.bench.clients.ours import Ear
from twinet import blocking

if TYPE_CHECKING:
    from tests.bench.job import Job
    from tests.bench.stopwatch import Reading

__all__ = ["small"]


def small(job: Job) -> Reading:
    """Fetch small answers, with a callback that hears on the blocked thread."""
    ear = Ear()
    with blocking.Session(
        connections_per_host=job.concurrency, trust_roots=job.roots
    ) as session:
        if job.heard:
            session.set_status_callback(ear)

        def fetch(url: str) -> tuple[int, bytes]:
            response = session.fetch(url)
            return response.status_code, response.body or b""

        reading = measure(job, lambda: fetch)
    return replace(reading, told=ear.told)
