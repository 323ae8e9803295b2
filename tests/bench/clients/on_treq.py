"""treq on Twisted's own Agent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import treq
from treq.client import HTTPClient

from tests.bench.clients.on_agent import open_agent
from tests.bench.clients.twisted_loop import crowd, run, together
from tests.bench.stopwatch import Stopwatch

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from twisted.internet.defer import Deferred

    from tests.bench.job import Job
    from tests.bench.stopwatch import Reading

__all__ = ["fetch_all", "files", "large", "slow", "small", "warmed"]


def _measure(
    job: Job, work: Callable[[HTTPClient, Stopwatch], Awaitable[None]]
) -> Reading:
    async def main(reactor: Any) -> Reading:
        agent, pool = open_agent(reactor, job)
        client = HTTPClient(agent)
        watch = await warmed(client, job)
        await work(client, watch)
        reading = watch.stop()
        await pool.closeCachedConnections()
        return reading

    return run(job, main)


async def warmed(client: HTTPClient, job: Job) -> Stopwatch:
    """Let the client do what is not measured; return the watch, running."""
    body = job.warm_body()
    warm = Stopwatch(len(body), body)
    await together(job.warm_ups, lambda: _fetch(client, job.warm_up, warm))
    warm.check()
    return Stopwatch(job.size, body)


async def _fetch(client: HTTPClient, url: str, watch: Stopwatch) -> None:
    response = await client.get(url)
    watch.count(response.code, await treq.content(response))


async def fetch_all(client: HTTPClient, job: Job, watch: Stopwatch) -> None:
    """Do what is measured of ``small``."""
    turns = iter(range(job.requests))

    async def worker() -> None:
        for _ in turns:
            await _fetch(client, job.url, watch)

    await together(job.concurrency, worker)


def small(job: Job) -> Reading:
    return _measure(job, lambda client, watch: fetch_all(client, job, watch))


def large(job: Job) -> Reading:
    async def work(client: HTTPClient, watch: Stopwatch) -> None:
        length = 0

        def take(data: bytes) -> None:
            nonlocal length
            length += len(data)

        for _ in range(job.requests):
            length = 0
            # Buffered, which is treq's default, it would keep the whole body.
            response = await client.get(job.url, unbuffered=True)
            await treq.collect(response, take)
            watch.count_length(response.code, length)

    return _measure(job, work)


def files(job: Job) -> Reading:
    async def work(client: HTTPClient, watch: Stopwatch) -> None:
        numbers = iter(range(job.requests))

        async def worker() -> None:
            for number in numbers:
                response = await client.get(f"{job.url}{number}", unbuffered=True)
                with job.file(number).open("wb") as file:
                    # Its type wants nothing returned; what is does no harm.
                    write: Callable[[bytes], Any] = file.write
                    await treq.collect(response, write)
                    watch.count_length(response.code, file.tell())

        await together(job.concurrency, worker)

    return _measure(job, work)


def slow(job: Job) -> Reading:
    async def work(client: HTTPClient, watch: Stopwatch) -> None:
        def enter() -> Deferred[Any]:
            return client.get(job.url)

        def stay(response: Any) -> Deferred[None]:
            return treq.content(response).addCallback(came, response)

        def came(body: bytes, response: Any) -> None:
            watch.count(response.code, body)

        await crowd(job, watch, enter, stay)

    return _measure(job, work)
