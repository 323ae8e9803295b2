"""The program curl, with Gopher."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tests.bench.clients.program import execute, less

if TYPE_CHECKING:
    from tests.bench.job import Job
    from tests.bench.stopwatch import Reading

__all__ = ["gopher"]


def gopher(job: Job) -> Reading:
    """Run curl with the warm-up alone, and with it and the work."""
    begin = ["curl", "-q", "-s", "-w", "%{size_download}\n"]
    warm = [job.warm_up, "-o", os.devnull]
    what = [f"{job.url}[0-{job.requests - 1}]", "-o", os.devnull]
    start = execute([*begin, *warm])
    run = execute([*begin, *warm, *what])
    done = run.said[len(start.said) :]
    wrong = job.requests - done.count(str(job.size))
    return less(run, start, done=job.requests, wrong=wrong)
