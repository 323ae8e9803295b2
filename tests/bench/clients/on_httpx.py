"""httpx, asynchronous, on asyncio's own loop."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx

from tests.bench.stopwatch import Stopwatch

if TYPE_CHECKING:
    from tests.bench.job import Job
    from tests.bench.stopwatch import Reading

__all__ = ["large", "small"]


def small(job: Job) -> Reading:
    async def main() -> Reading:
        limits = httpx.Limits(max_connections=job.concurrency)
        async with httpx.AsyncClient(limits=limits) as client:

            async def fetch(url: str) -> tuple[int, int]:
                response = await client.get(url)
                return response.status_code, len(response.content)

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
        async with httpx.AsyncClient() as client:
            await client.get(job.warm_up)
            watch = Stopwatch(job.size)
            for _ in range(job.requests):
                length = 0
                async with client.stream("GET", job.url) as response:
                    async for data in response.aiter_raw():
                        length += len(data)
                watch.count(response.status_code, length)
            return watch.stop()

    return asyncio.run(main())
