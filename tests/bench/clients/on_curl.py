"""The program curl."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING

from tests.bench.clients.program import Run, execute, less

if TYPE_CHECKING:
    from tests.bench.job import Job
    from tests.bench.stopwatch import Reading

__all__ = ["files", "large", "small"]


def small(job: Job) -> Reading:
    return _measure(job, _many(job.url, job.requests))


#: To curl a body is a body, however long.
large = small


def files(job: Job) -> Reading:
    return _measure(job, [f"{job.url}[0-{job.requests - 1}]", "-o", f"{job.folder}/#1"])


def _many(url: str, times: int) -> list[str]:
    """Return what makes curl fetch a URL so often; ``?n`` is nothing to the server."""
    return [f"{url}?[1-{times}]", "-o", os.devnull]


def _measure(job: Job, what: list[str]) -> Reading:
    """Run curl with the warm-ups alone, and with them and the work."""
    warm = _many(job.warm_up, job.warm_ups)
    start = _run(job, warm)
    run = _run(job, [*warm, *what])
    first = [f"200 {len(job.warm_body())}"] * job.warm_ups
    right = [*first, *[f"200 {job.size}"] * job.requests]
    return less(
        run,
        start,
        done=len(run.said) - len(start.said),
        wrong=_wrong(start.said, first) + _wrong(run.said, right),
    )


def _run(job: Job, what: list[str]) -> Run:
    command = ["curl", "-q", "-s", "-w", "%{http_code} %{size_download}\n"]
    if job.roots:
        command += ["--cacert", job.roots]
    if job.concurrency > 1:
        command += ["-Z", "--parallel-max", str(job.concurrency)]
    return execute(command + what)


def _wrong(said: list[str], right: list[str]) -> int:
    """Return how many answers are missing, or not as they should be."""
    return (Counter(right) - Counter(said)).total()
