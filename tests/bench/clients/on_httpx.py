"""httpx, asynchronous, on asyncio's own loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from tests.bench.clients.asyncio_loop import run, together, trust
from tests.bench.stopwatch import Stopwatch

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.bench.job import Job
    from tests.bench.stopwatch import Reading

__all__ = ["files", "large", "small"]


def _measure(
    job: Job, work: Callable[[httpx.AsyncClient, Stopwatch], Awaitable[None]]
) -> Reading:
    async def main() -> Reading:
        limits = httpx.Limits(max_connections=job.concurrency)
        async with httpx.AsyncClient(limits=limits, verify=trust(job)) as client:
            body = job.warm_body()
            warm = Stopwatch(len(body), body)
            await together(job.warm_ups, lambda: _fetch(client, job.warm_up, warm))
            warm.check()
            watch = Stopwatch(job.size, body)
            await work(client, watch)
            return watch.stop()

    return run(job, main)


async def _fetch(client: httpx.AsyncClient, url: str, watch: Stopwatch) -> None:
    response = await client.get(url)
    watch.count(response.status_code, response.content)


def small(job: Job) -> Reading:
    async def work(client: httpx.AsyncClient, watch: Stopwatch) -> None:
        turns = iter(range(job.requests))

        async def worker() -> None:
            for _ in turns:
                await _fetch(client, job.url, watch)

        await together(job.concurrency, worker)

    return _measure(job, work)


def large(job: Job) -> Reading:
    async def work(client: httpx.AsyncClient, watch: Stopwatch) -> None:
        for _ in range(job.requests):
            length = 0
            async with client.stream("GET", job.url) as response:
                async for data in response.aiter_raw():
                    length += len(data)
            watch.count_length(response.status_code, length)

    return _measure(job, work)


def files(job: Job) -> Reading:
    async def work(client: httpx.AsyncClient, watch: Stopwatch) -> None:
        numbers = iter(range(job.requests))

        async def worker() -> None:
            for number in numbers:
                async with client.stream("GET", f"{job.url}{number}") as response:
                    with job.file(number).open("wb") as file:
                        async for data in response.aiter_raw():
                            file.write(data)
                        watch.count_length(response.status_code, file.tell())

        await together(job.concurrency, worker)

    return _measure(job, work)
