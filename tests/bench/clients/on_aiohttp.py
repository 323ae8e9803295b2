"""aiohttp on asyncio's own loop."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp

from tests.bench.clients.asyncio_loop import run, together, trust
from tests.bench.job import AT_THE_DOOR
from tests.bench.stopwatch import Stopwatch

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.bench.job import Job
    from tests.bench.stopwatch import Reading

__all__ = ["files", "large", "slow", "small"]


def _measure(
    job: Job, work: Callable[[aiohttp.ClientSession, Stopwatch], Awaitable[None]]
) -> Reading:
    async def main() -> Reading:
        connector = aiohttp.TCPConnector(limit=job.concurrency, ssl=trust(job))
        async with aiohttp.ClientSession(connector=connector) as session:
            body = job.warm_body()
            warm = Stopwatch(len(body), body)
            await together(job.warm_ups, lambda: _fetch(session, job.warm_up, warm))
            warm.check()
            watch = Stopwatch(job.size, body)
            await work(session, watch)
            return watch.stop()

    return run(job, main)


async def _fetch(session: aiohttp.ClientSession, url: str, watch: Stopwatch) -> None:
    async with session.get(url) as response:
        watch.count(response.status, await response.read())


def small(job: Job) -> Reading:
    async def work(session: aiohttp.ClientSession, watch: Stopwatch) -> None:
        turns = iter(range(job.requests))

        async def worker() -> None:
            for _ in turns:
                await _fetch(session, job.url, watch)

        await together(job.concurrency, worker)

    return _measure(job, work)


def large(job: Job) -> Reading:
    async def work(session: aiohttp.ClientSession, watch: Stopwatch) -> None:
        for _ in range(job.requests):
            length = 0
            async with session.get(job.url) as response:
                async for data in response.content.iter_any():
                    length += len(data)
            watch.count_length(response.status, length)

    return _measure(job, work)


def files(job: Job) -> Reading:
    async def work(session: aiohttp.ClientSession, watch: Stopwatch) -> None:
        numbers = iter(range(job.requests))

        async def worker() -> None:
            for number in numbers:
                async with session.get(f"{job.url}{number}") as response:
                    with job.file(number).open("wb") as file:
                        async for data in response.content.iter_any():
                            file.write(data)
                        watch.count_length(response.status, file.tell())

        await together(job.concurrency, worker)

    return _measure(job, work)


def slow(job: Job) -> Reading:
    async def work(session: aiohttp.ClientSession, watch: Stopwatch) -> None:
        door = asyncio.Semaphore(AT_THE_DOOR)

        async def visit() -> None:
            try:
                async with door:
                    response = await session.get(job.url)
                watch.count(response.status, await response.read())
            except (aiohttp.ClientError, OSError):
                watch.lose()

        await together(job.requests, visit)

    return _measure(job, work)
