"""Us, with Gopher: a file is opened by its URL and goes to a sink."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import twinet
from tests.bench.clients.ours import Ear, Null
from tests.bench.clients.twisted_loop import run
from tests.bench.stopwatch import Stopwatch

if TYPE_CHECKING:
    from tests.bench.job import Job
    from tests.bench.stopwatch import Reading

__all__ = ["gopher"]


def gopher(job: Job) -> Reading:
    async def main(reactor: Any) -> Reading:
        async with twinet.Session(reactor, proxy="") as session:
            ear = Ear()
            if job.heard:
                session.set_status_callback(ear)
            warm = Stopwatch(len(job.warm_body()))
            await _get(session, job.warm_up, warm)
            warm.check()
            before = ear.told
            watch = Stopwatch(job.size)
            for number in range(job.requests):
                await _get(session, f"{job.url}{number}", watch)
            return watch.stop(told=ear.told - before)

    return run(job, main)


async def _get(session: twinet.Session, url: str, watch: Stopwatch) -> None:
    sink = Null()
    file = await session.open_url(url)
    await file.deliver(sink)
    await file.close()
    watch.count_length(200, sink.length)
