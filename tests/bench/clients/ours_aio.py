"""Us through ``twinet.aio``: futures awaited by asyncio's tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.bench.clients.asyncio_loop import run, together
from tests.bench.clients.ours import Ear
from tests.bench.stopwatch import Stopwatch
from twinet import aio

if TYPE_CHECKING:
    from tests.bench.job import Job
    from tests.bench.stopwatch import Reading

__all__ = ["small"]


def small(job: Job) -> Reading:
    async def main() -> Reading:
        async with aio.Session(
            connections_per_host=job.concurrency, trust_roots=job.roots
        ) as session:
            ear = Ear()
            if job.heard:
                session.set_status_callback(ear)
            body = job.warm_body()
            warm = Stopwatch(len(body), body)
            await together(job.warm_ups, lambda: _fetch(session, job.warm_up, warm))
            warm.check()
            before = ear.told
            watch = Stopwatch(job.size, body)
            turns = iter(range(job.requests))

            async def worker() -> None:
                for _ in turns:
                    await _fetch(session, job.url, watch)

            await together(job.concurrency, worker)
            return watch.stop(told=ear.told - before)

    return run(job, main)


async def _fetch(session: aio.Session, url: str, watch: Stopwatch) -> None:
    response = await session.fetch(url)
    watch.count(response.status_code, response.body or b"")
