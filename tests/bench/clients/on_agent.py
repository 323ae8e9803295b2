"""Twisted's own Agent, bare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.web.client import Agent, HTTPConnectionPool, readBody

from tests.bench.clients.twisted_loop import run, together
from tests.bench.stopwatch import Stopwatch

if TYPE_CHECKING:
    from tests.bench.job import Job
    from tests.bench.stopwatch import Reading

__all__ = ["small"]


def small(job: Job) -> Reading:
    async def main(reactor: Any) -> Reading:
        pool = HTTPConnectionPool(reactor)
        pool.maxPersistentPerHost = job.concurrency
        agent = Agent(reactor, pool=pool)

        async def fetch(url: bytes) -> tuple[int, int]:
            response: Any = await agent.request(b"GET", url)
            return response.code, len(await readBody(response))

        warm = await fetch(job.warm_up.encode("ascii"))
        assert warm == (200, job.warm_up_size), warm
        url = job.url.encode("ascii")
        turns = iter(range(job.requests))
        watch = Stopwatch(job.size)

        async def worker() -> None:
            for _ in turns:
                watch.count(*await fetch(url))

        await together(job.concurrency, worker)
        reading = watch.stop()
        await pool.closeCachedConnections()
        return reading

    return run(main)
