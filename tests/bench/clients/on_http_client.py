"""``http.client``: the standard library's, with no more around it than it needs."""

from __future__ import annotations

from http.client import HTTPConnection
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.bench.clients.crew import measure

if TYPE_CHECKING:
    from tests.bench.clients.crew import Fetch
    from tests.bench.job import Job
    from tests.bench.stopwatch import Reading

__all__ = ["small"]


def small(job: Job) -> Reading:
    """Fetch small answers, without TLS."""

    def begin() -> Fetch:
        place = urlsplit(job.url)
        connection = HTTPConnection(place.hostname or "", place.port)

        def fetch(url: str) -> tuple[int, bytes]:
            connection.request("GET", urlsplit(url).path)
            response = connection.getresponse()
            return response.status, response.read()

        return fetch

    return measure(job, begin)
