"""A crew of threads, each of which does one request after the other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tests.bench.stopwatch import Stopwatch

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bench.job import Job
    from tests.bench.stopwatch import Reading

    #: Fetches a URL; returns its status and its body.
    Fetch = Callable[[str], tuple[int, bytes]]

__all__ = ["measure"]


def measure(job: Job, begin: Callable[[], Fetch]) -> Reading:
    """Let as many threads as there are requests at a time fetch small answers.

    :param begin: called once in each thread, with one thread in the program's own.
    """
    body = job.warm_body()
    if job.concurrency == 1:
        fetch = begin()
        warm = Stopwatch(len(body), body)
        warm.count(*fetch(job.warm_up))
        warm.check()
        watch = Stopwatch(job.size, body)
        for _ in range(job.requests):
            watch.count(*fetch(job.url))
        return watch.stop()
    with ThreadPoolExecutor(job.concurrency) as crew:
        fetches = [begin() for _ in range(job.concurrency)]
        warm = Stopwatch(len(body), body)
        for answer in crew.map(lambda fetch: fetch(job.warm_up), fetches):
            warm.count(*answer)
        warm.check()
        watch = Stopwatch(job.size, body)
        turns = iter(range(job.requests))

        def work(fetch: Fetch) -> None:
            for _ in turns:
                watch.count(*fetch(job.url))

        list(crew.map(work, fetches))
        return watch.stop()
