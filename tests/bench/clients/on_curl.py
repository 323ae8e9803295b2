"""The program curl: the whole process is measured, its start shown apart."""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tests.bench.stopwatch import Reading, memory

if TYPE_CHECKING:
    from tests.bench.job import Job

__all__ = ["large", "small"]

#: Between two looks at the memory of the running program (seconds).
_LOOK = 0.02


def small(job: Job) -> Reading:
    start = _run(job.warm_up, job.warm_up_size, 1, job.concurrency)
    reading = _run(job.url, job.size, job.requests, job.concurrency)
    return Reading(
        max(reading.cpu - start.cpu, 0.0),
        max(reading.wall - start.wall, 0.0),
        reading.done - start.done,
        reading.wrong + start.wrong,
        reading.peak,
        start_up=start.cpu,
    )


def large(job: Job) -> Reading:
    return _run(job.url, job.size, job.requests, 1)


def _run(url: str, size: int, requests: int, concurrency: int) -> Reading:
    """Fetch a URL so many times in one process; ``?n`` is nothing to the server."""
    command = ["curl", "-q", "-s", "-o", os.devnull]
    command += ["-w", "%{http_code} %{size_download}\n"]
    if concurrency > 1:
        command += ["-Z", "--parallel-max", str(concurrency)]
    command.append(url if requests == 1 else f"{url}?[1-{requests}]")
    with tempfile.TemporaryFile("w+") as said:
        begun = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said)
        with _Lookout(process.pid) as lookout:
            _, _, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        # wait4 has taken the end of the process away from Popen.
        process.returncode = 0
        said.seek(0)
        answers = said.read().split("\n")[:-1]
    right = f"200 {size}"
    return Reading(
        usage.ru_utime + usage.ru_stime,
        wall,
        len(answers),
        sum(answer != right for answer in answers) + requests - len(answers),
        lookout.peak,
    )


class _Lookout:
    """Looks at a program's memory while it runs.

    ``ru_maxrss`` would be that of Python, which a child keeps through ``exec``.

    :ivar peak: the most seen (bytes); ``None`` when it ended too soon.
    """

    def __init__(self, pid: int) -> None:
        self._status = Path(f"/proc/{pid}/status")
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self.peak: int | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(_LOOK):
            self.peak = memory("VmHWM", self._status) or self.peak
