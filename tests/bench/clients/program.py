"""A program: the whole process is measured, and what it costs to start left out."""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tests.bench.stopwatch import Reading, memory

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Run", "execute", "less"]

#: Between two looks at the memory of the running program (seconds).
_LOOK = 0.02


@dataclass(frozen=True, slots=True)
class Run:
    """What running a program came to.

    :ivar cpu: user and system time (seconds).
    :ivar wall: by the clock on the wall (seconds).
    :ivar peak: the most memory seen (bytes); ``None`` when it ended too soon.
    :ivar said: the lines of its output.
    """

    cpu: float
    wall: float
    peak: int | None
    said: list[str]


def execute(command: Sequence[str]) -> Run:
    """Run a program to its end."""
    with tempfile.TemporaryFile("w+") as said:
        begun = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said)
        with _Lookout(process.pid) as lookout:
            _, _, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        # wait4 has taken the end of the process away from Popen.
        process.returncode = 0
        said.seek(0)
        lines = said.read().split("\n")[:-1]
    return Run(usage.ru_utime + usage.ru_stime, wall, lookout.peak, lines)


def less(run: Run, start: Run, *, done: int, wrong: int) -> Reading:
    """Return the reading of a run, less that of one which only warmed up."""
    return Reading(
        max(run.cpu - start.cpu, 0.0),
        max(run.wall - start.wall, 0.0),
        done,
        wrong,
        peak=run.peak,
        start_up=start.cpu,
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
