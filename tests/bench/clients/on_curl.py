"""The program curl."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tests.bench.clients.program import Run, execute, less

if TYPE_CHECKING:
    from tests.bench.job import Job
    from tests.bench.stopwatch import Reading

__all__ = ["files", "large", "small"]


def small(job: Job) -> Reading:
    return _measure(job, [_many(job.url, job.requests), "-o", os.devnull])


def large(job: Job) -> Reading:
    return _measure(job, [_many(job.url, job.requests), "-o", os.devnull])


def files(job: Job) -> Reading:
    return _measure(job, [f"{job.url}[0-{job.requests - 1}]", "-o", f"{job.folder}/#1"])


def _many(url: str, times: int) -> str:
    """Return what makes curl fetch a URL so often; ``?n`` is nothing to the server."""
    return f"{url}?[1-{times}]"


def _measure(job: Job, what: list[str]) -> Reading:
    start = _run(job, [_many(job.warm_up, job.warm_ups), "-o", os.devnull])
    run = _run(job, what)
    wrong = _wrong(start, len(job.warm_body()), job.warm_ups)
    return less(
        run,
        start,
        done=len(run.said),
        wrong=wrong + _wrong(run, job.size, job.requests),
    )


def _run(job: Job, what: list[str]) -> Run:
    command = ["curl", "-q", "-s", "-w", "%{http_code} %{size_download}\n"]
    if job.roots:
        command += ["--cacert", job.roots]
    if job.concurrency > 1:
        command += ["-Z", "--parallel-max", str(job.concurrency)]
    return execute(command + what)


def _wrong(run: Run, size: int, requests: int) -> int:
    right = sum(line == f"200 {size}" for line in run.said)
    return requests - right
