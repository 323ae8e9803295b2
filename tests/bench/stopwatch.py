"""The stopwatch: what the measured phase cost this process."""

from __future__ import annotations

import gc
import json
import resource
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

__all__ = ["Reading", "Stopwatch", "memory"]

_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")


@dataclass(frozen=True, slots=True)
class Reading:
    """What one client reports after its job.

    :ivar cpu: user and system time of the measured phase (seconds).
    :ivar wall: by the clock on the wall (seconds).
    :ivar done: the requests of the measured phase.
    :ivar wrong: how many of them brought another status than 200, or another body.
    :ivar lost: requests that failed, where some may (of thousands at a time).
    :ivar peak: the most memory above that at the start (bytes); of the whole process
        for a program; ``None`` where it cannot be known.
    :ivar start_up: CPU time of starting the program, already left out of ``cpu``.
    :ivar told: the notifications heard in the measured phase.
    """

    cpu: float
    wall: float
    done: int
    wrong: int
    lost: int = 0
    peak: int | None = None
    start_up: float = 0.0
    told: int = 0

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Reading:
        return cls(**json.loads(text))


class Stopwatch:
    """Counts answers while it measures; made when the measured phase begins.

    :param size: the length that every body must have (bytes).
    :param body: what every body must be, where they are kept whole.
    """

    def __init__(self, size: int, body: bytes | None = None) -> None:
        self._size = size
        self._body = body
        self._done = 0
        self._wrong = 0
        self._lost = 0
        # Some time later Python looks through all that starting the program has made,
        # for 20 ms: in the measured phase of one client, and not of another.
        gc.collect()
        self._memory = _reset_peak()
        self._cpu = _cpu_seconds()
        self._wall = perf_counter()

    def count(self, status: int, body: bytes) -> None:
        """Take note of an answer whose body is here."""
        self._done += 1
        if status != 200 or body != self._body:
            self._wrong += 1

    def count_length(self, status: int, length: int) -> None:
        """Take note of an answer whose body went to nothing, or into a file."""
        self._done += 1
        if status != 200 or length != self._size:
            self._wrong += 1

    def lose(self) -> None:
        """Take note of a request that failed."""
        self._lost += 1

    def check(self) -> None:
        """Fail unless all was right so far (after a warm-up)."""
        if self._wrong:
            msg = f"{self._wrong} of the first {self._done} answers were wrong"
            raise RuntimeError(msg)

    def stop(self, *, told: int = 0) -> Reading:
        wall = perf_counter() - self._wall
        cpu = _cpu_seconds() - self._cpu
        peak = memory("VmHWM")
        if peak is not None and self._memory is not None:
            peak -= self._memory
        return Reading(cpu, wall, self._done, self._wrong, self._lost, peak, told=told)


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _reset_peak() -> int | None:
    """Let the peak begin at what is used now; return that (bytes)."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        _CLEAR.write_text("5", encoding="ascii")
    except OSError:
        return None
    return memory("VmRSS")


def memory(name: str, status: Path = _STATUS) -> int | None:
    """Return a figure of a process' memory (bytes), where the system tells it."""
    try:
        text = status.read_text(encoding="ascii")
    except OSError:
        return None
    for line in text.splitlines():
        if line.startswith(name):
            return int(line.split()[1]) * 1024
    return None
