"""Us: ``session.fetch`` for small bodies, ``get`` and a sink for the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import twinet
from tests.bench.clients.twisted_loop import crowd, run, together
from tests.bench.stopwatch import Stopwatch

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from twisted.internet.defer import Deferred

    from tests.bench.job import Job
    from tests.bench.stopwatch import Reading

__all__ = ["Ear", "files", "large", "slow", "small"]


class Ear:
    """A status callback that hears everything and does next to nothing with it."""

    def __init__(self) -> None:
        self.told = 0

    def __call__(self, news: twinet.Notification) -> None:
        self.told += 1


class Null:
    """A sink that counts and forgets."""

    def __init__(self) -> None:
        self.length = 0

    def write(self, data: bytes) -> None:
        self.length += len(data)


def measure(
    job: Job, work: Callable[[twinet.Session, Stopwatch], Awaitable[None]]
) -> Reading:
    async def main(reactor: Any) -> Reading:
        async with twinet.Session(
            reactor, connections_per_host=job.concurrency, trust_roots=job.roots
        ) as session:
            ear = Ear()
            if job.heard:
                session.set_status_callback(ear)
            body = job.warm_body()
            warm = Stopwatch(len(body), body)
            await together(
                job.warm_ups,
                lambda: _fetch(session, job.warm_up, warm),
            )
            warm.check()
            before = ear.told
            watch = Stopwatch(job.size, body)
            await work(session, watch)
            return watch.stop(told=ear.told - before)

    return run(job, main)


async def _fetch(session: twinet.Session, url: str, watch: Stopwatch) -> None:
    response = await session.fetch(url)
    watch.count(response.status_code, response.body or b"")


def small(job: Job) -> Reading:
    async def work(session: twinet.Session, watch: Stopwatch) -> None:
        turns = iter(range(job.requests))

        async def worker() -> None:
            for _ in turns:
                await _fetch(session, job.url, watch)

        await together(job.concurrency, worker)

    return measure(job, work)


def large(job: Job) -> Reading:
    async def work(session: twinet.Session, watch: Stopwatch) -> None:
        for _ in range(job.requests):
            request = await session.get(job.url)
            sink = Null()
            await request.deliver(sink)
            request.close()
            watch.count_length(request.response.status_code, sink.length)

    return measure(job, work)


def files(job: Job) -> Reading:
    async def work(session: twinet.Session, watch: Stopwatch) -> None:
        numbers = iter(range(job.requests))

        async def worker() -> None:
            for number in numbers:
                request = await session.get(f"{job.url}{number}")
                path = await request.save(job.file(number))
                request.close()
                watch.count_length(request.response.status_code, path.stat().st_size)

        await together(job.concurrency, worker)

    return measure(job, work)


def slow(job: Job) -> Reading:
    async def work(session: twinet.Session, watch: Stopwatch) -> None:
        def enter() -> Deferred[twinet.HttpRequest]:
            return session.get(job.url)

        def stay(request: twinet.HttpRequest) -> Deferred[None]:
            return request.read(job.size + 1).addCallback(came, request)

        def came(body: bytes, request: twinet.HttpRequest) -> None:
            request.close()
            watch.count(request.response.status_code, body)

        await crowd(job, watch, enter, stay)

    return measure(job, work)
