"""requests: one session for each thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

import requests

from tests.bench.clients.crew import measure

if TYPE_CHECKING:
    from tests.bench.clients.crew import Fetch
    from tests.bench.job import Job
    from tests.bench.stopwatch import Reading

__all__ = ["small"]


def small(job: Job) -> Reading:
    """Fetch small answers."""

    def begin() -> Fetch:
        session = requests.Session()
        session.verify = job.roots or True

        def fetch(url: str) -> tuple[int, bytes]:
            response = session.get(url)
            return response.status_code, response.content

        return fetch

    return measure(job, begin)
