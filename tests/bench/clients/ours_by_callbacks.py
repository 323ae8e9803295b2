"""Us, in the way of Twisted's older programs: callbacks instead of a coroutine.

What a coroutine costs each time it waits is the program's, whatever the library does;
this row leaves it out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred

from tests.bench.clients.ours import measure

if TYPE_CHECKING:
    import twinet
    from tests.bench.job import Job
    from tests.bench.stopwatch import Reading, Stopwatch

__all__ = ["small"]


def small(job: Job) -> Reading:
    async def work(session: twinet.Session, watch: Stopwatch) -> None:
        turns = iter(range(job.requests))
        ended: Deferred[None] = Deferred()
        running = job.concurrency

        def go_on() -> None:
            nonlocal running
            for _ in turns:
                session.fetch(job.url).addCallbacks(came, ended.errback)
                return
            running -= 1
            if not running:
                ended.callback(None)

        def came(response: twinet.Response) -> None:
            watch.count(response.status_code, response.body or b"")
            go_on()

        for _ in range(running):
            go_on()
        await ended

    return measure(job, work)
