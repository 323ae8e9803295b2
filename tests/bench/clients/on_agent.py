"""Twisted's own Agent, bare."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from twisted.internet.ssl import Certificate, trustRootFromCertificates
from twisted.web.client import (
    Agent,
    BrowserLikePolicyForHTTPS,
    HTTPConnectionPool,
    readBody,
)

from tests.bench.clients.twisted_loop import run, together
from tests.bench.stopwatch import Stopwatch

if TYPE_CHECKING:
    from tests.bench.job import Job
    from tests.bench.stopwatch import Reading

__all__ = ["open_agent", "small"]


def open_agent(reactor: Any, job: Job) -> tuple[Agent, HTTPConnectionPool]:
    """Return an agent that keeps its connections, and their pool."""
    pool = HTTPConnectionPool(reactor)
    pool.maxPersistentPerHost = job.concurrency
    policy = BrowserLikePolicyForHTTPS()
    if job.roots:
        root = Certificate.loadPEM(Path(job.roots).read_bytes())
        policy = BrowserLikePolicyForHTTPS(trustRootFromCertificates([root]))
    return Agent(reactor, policy, pool=pool), pool


def small(job: Job) -> Reading:
    async def main(reactor: Any) -> Reading:
        agent, pool = open_agent(reactor, job)
        url = job.url.encode("ascii")

        async def fetch(watch: Stopwatch) -> None:
            response: Any = await agent.request(b"GET", url)
            watch.count(response.code, await readBody(response))

        body = job.warm_body()
        warm = Stopwatch(job.size, body)
        await together(job.warm_ups, lambda: fetch(warm))
        warm.check()
        turns = iter(range(job.requests))
        watch = Stopwatch(job.size, body)

        async def worker() -> None:
            for _ in turns:
                await fetch(watch)

        await together(job.concurrency, worker)
        reading = watch.stop()
        await pool.closeCachedConnections()
        return reading

    return run(job, main)
