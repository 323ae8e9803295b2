"""A stranger's treq on ``twinet.Agent``: its own client, and our agent under it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from treq.client import HTTPClient

import twinet
from tests.bench.clients.on_treq import fetch_all, warmed
from tests.bench.clients.ours import Ear
from tests.bench.clients.twisted_loop import run

if TYPE_CHECKING:
    from tests.bench.job import Job
    from tests.bench.stopwatch import Reading

__all__ = ["small"]


def small(job: Job) -> Reading:
    async def main(reactor: Any) -> Reading:
        agent = twinet.Agent(
            reactor, connections_per_host=job.concurrency, trust_roots=job.roots
        )
        ear = Ear()
        if job.heard:
            agent.session.set_status_callback(ear)
        client = HTTPClient(agent)
        watch = await warmed(client, job)
        before = ear.told
        await fetch_all(client, job, watch)
        reading = watch.stop(told=ear.told - before)
        await agent.close()
        return reading

    return run(job, main)
