"""treq on Twisted's own Agent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import treq
from treq.client import HTTPClient
from twisted.web.client import Agent, HTTPConnectionPool

from tests.bench.clients.twisted_loop import run, together
from tests.bench.stopwatch import Stopwatch

if TYPE_CHECKING:
    from tests.bench.job import Job
    from tests.bench.stopwatch import Reading

__all__ = ["large", "small"]


def _client(reactor: Any, job: Job) -> tuple[HTTPClient, HTTPConnectionPool]:
    pool = HTTPConnectionPool(reactor)
    pool.maxPersistentPerHost = job.concurrency
    return HTTPClient(Agent(reactor, pool=pool)), pool


def small(job: Job) -> Reading:
    async def main(reactor: Any) -> Reading:
        client, pool = _client(reactor, job)

        async def fetch(url: str) -> tuple[int, int]:
            response = await client.get(url)
            return response.code, len(await treq.content(response))

        warm = await fetch(job.warm_up)
        assert warm == (200, job.warm_up_size), warm
        turns = iter(range(job.requests))
        watch = Stopwatch(job.size)

        async def worker() -> None:
            for _ in turns:
                watch.count(*await fetch(job.url))

        await together(job.concurrency, worker)
        reading = watch.stop()
        await pool.closeCachedConnections()
        return reading

    return run(main)


def large(job: Job) -> Reading:
    async def main(reactor: Any) -> Reading:
        client, pool = _client(reactor, job)
        length = 0

        def take(data: bytes) -> None:
            nonlocal length
            length += len(data)

        await treq.content(await client.get(job.warm_up))
        watch = Stopwatch(job.size)
        for _ in range(job.requests):
            length = 0
            # Buffered, which is treq's default, it would keep the whole body.
            response = await client.get(job.url, unbuffered=True)
            await treq.collect(response, take)
            watch.count(response.code, length)
        reading = watch.stop()
        await pool.closeCachedConnections()
        return reading

    return run(main)
