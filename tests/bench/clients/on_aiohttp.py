"""aiohttp on asyncio's own loop."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp

from tests.bench.stopwatch import Stopwatch

if TYPE_CHECKING:
    from tests.bench.job import Job
    from tests.bench.stopwatch import Reading

__all__ = ["large", "small"]


def small(job: Job) -> Reading:
    async def main() -> Reading:
        connector = aiohttp.TCPConnector(limit=job.concurrency)
        async with aiohttp.ClientSession(connector=connector) as session:

            async def fetch(url: str) -> tuple[int, int]:
                async with session.get(url) as response:
                    return response.status, len(await response.read())

            warm = await fetch(job.warm_up)
            assert warm == (200, job.warm_up_size), warm
            turns = iter(range(job.requests))
            watch = Stopwatch(job.size)

            async def worker() -> None:
                for _ in turns:
                    watch.count(*await fetch(job.url))

            await asyncio.gather(*(worker() for _ in range(job.concurrency)))
            return watch.stop()

    return asyncio.run(main())


def large(job: Job) -> Reading:
    async def main() -> Reading:
        timeout = aiohttp.ClientTimeout(total=None)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            async with session.get(job.warm_up) as response:
                await response.read()
            watch = Stopwatch(job.size)
            for _ in range(job.requests):
                length = 0
                async with session.get(job.url) as response:
                    async for data in response.content.iter_any():
                        length += len(data)
                watch.count(response.status, length)
            return watch.stop()

    return asyncio.run(main())
