"""The program curl, with FTP."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tests.bench.clients.program import execute, less

if TYPE_CHECKING:
    from tests.bench.job import Job
    from tests.bench.stopwatch import Reading

__all__ = ["ftp_list", "ftp_read", "ftp_small", "ftp_write"]

#: What it says of each transfer: the reply to it, and the bytes both ways.
_SAY = ("-w", "%{response_code} %{size_download} %{size_upload}\n")


def ftp_read(job: Job) -> Reading:
    return _measure(job, [job.url, "-o", os.devnull], f"226 {job.size} 0")


def ftp_small(job: Job) -> Reading:
    what = [f"{job.url}[0-{job.requests - 1}]", "-o", os.devnull]
    return _measure(job, what, f"226 {job.size} 0")


def ftp_write(job: Job) -> Reading:
    return _measure(job, ["-T", str(job.file(0)), f"{job.url}0"], f"226 0 {job.size}")


def ftp_list(job: Job) -> Reading:
    what = ["--next", "-q", "-s", *_SAY]
    again = [*what, job.url, "-o", os.devnull] * job.requests
    return _measure(job, again[len(what) :], "226 ")


def _measure(job: Job, what: list[str], right: str) -> Reading:
    """Run curl with the warm-up alone, and with it and the work.

    :param right: what it says of each transfer, or the beginning of that.
    """
    begin = ["curl", "-q", "-s", *_SAY]
    warm = [job.warm_up, "-o", os.devnull]
    start = execute([*begin, *warm])
    run = execute([*begin, *warm, "--next", "-q", "-s", *_SAY, *what])
    done = run.said[len(start.said) :]
    wrong = job.requests - sum(line.startswith(right) for line in done)
    return less(run, start, done=job.requests, wrong=wrong)
