"""httpx, synchronous: one client for each thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from tests.bench.clients.asyncio_loop import trust
from tests.bench.clients.crew import measure

if TYPE_CHECKING:
    from tests.bench.clients.crew import Fetch
    from tests.bench.job import Job
    from tests.bench.stopwatch import Reading

__all__ = ["small"]


def small(job: Job) -> Reading:
    """Fetch small answers."""

    def begin() -> Fetch:
        client = httpx.Client(verify=trust(job))

        def fetch(url: str) -> tuple[int, bytes]:
            response = client.get(url)
            return response.status_code, response.content

        return fetch

    return measure(job, begin)
