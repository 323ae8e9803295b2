"""Thousands of slow connections at one time.

The server answers nobody whole before all are there (see ``slow_server``).  ``RSS`` is
the peak of the client's memory above that at the start, for each connection; CPU
includes opening it, and reading what comes in small pieces.  ``failed`` counts the
requests that came to nothing.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.bench import Bench, Column, client_core, ratio_to_us
from tests.bench.clients import US, US_ON_UVLOOP
from tests.bench.job import Job
from tests.bench.rounds import play
from tests.bench.server import CannotServeError, cores
from tests.bench.slow_server import BODY
from tests.bench.summary import Mark

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from tests.bench.rounds import Score

__all__ = ["BENCH"]

_ROOT = Path(__file__).parents[2]
#: The aim for a connection (KiB).
_MOST = 10.0


@dataclass(frozen=True, kw_only=True)
class SlowConnections(Bench):
    """GETs that are all open at one time."""

    def title(self, options: argparse.Namespace) -> str:
        return f"{options.connections} {self.work}"

    def play(self, options: argparse.Namespace) -> dict[str, Score]:
        with _serving(options.connections) as url, tempfile.TemporaryDirectory() as own:
            original = Path(own, "body")
            original.write_bytes(BODY)
            job = Job(
                url=url,
                size=len(BODY),
                warm_up=url + "whole",
                original=str(original),
                requests=options.connections,
                concurrency=options.connections,
                core=client_core(),
            )
            return play("slow", job, options.clients, options.rounds, whole=True)

    def columns(self, options: argparse.Namespace) -> Sequence[Column]:
        return (
            Column("RSS KiB", lambda it, _: _text(_memory(it, options.connections))),
            Column("CPU µs", lambda it, _: f"{it.median(self.cost) * 1e6:.1f}"),
            Column("least", lambda it, _: f"{it.least(self.cost) * 1e6:.1f}"),
            ratio_to_us(self.cost),
            Column("wall s", lambda it, _: f"{it.median(lambda r: r.wall):.1f}"),
            Column("failed", lambda it, _: str(_lost(it))),
        )

    def marks(
        self, options: argparse.Namespace, scores: dict[str, Score]
    ) -> list[Mark]:
        work = self.title(options)
        aim = f"{_MOST:g} KiB each, none failing"
        score = scores.get(self.us)
        if score is None:
            return []
        if not score.complete:
            return [Mark(work, aim, "FAILED", None)]
        memory, lost = _memory(score, options.connections), _lost(score)
        measured = f"{_text(memory)} KiB, {lost} failing"
        met = None if memory is None else memory <= _MOST and not lost
        return [Mark(work, aim, measured, met)]


def _memory(score: Score, connections: int) -> float | None:
    """Return the memory for each connection (KiB), where the system tells it."""
    peaks = [r.peak for r in score.readings if r.peak is not None]
    return max(peaks) / connections / 1024 if peaks else None


def _text(memory: float | None) -> str:
    return "-" if memory is None else f"{memory:.1f}"


def _lost(score: Score) -> int:
    return sum(reading.lost for reading in score.readings)


@contextmanager
def _serving(crowd: int) -> Iterator[str]:
    """Run the slow server; its address."""
    command = [sys.executable, "-m", "tests.bench.slow_server", str(crowd)]
    pair = cores()
    if pair is not None:
        command.append(str(pair[0]))
    with subprocess.Popen(
        command,
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            port = process.stdout.readline()
            if not port:
                raise CannotServeError(process.stderr.read().strip())
            yield f"http://127.0.0.1:{int(port)}/"
        finally:
            process.terminate()


BENCH = SlowConnections(
    name="slow_connections",
    story=__doc__,
    work="slow connections",
    clients=(
        US,
        US_ON_UVLOOP,
        "aiohttp",
        "aiohttp-uvloop",
        "pycurl",
        "treq",
    ),
    rounds=1,
    numbers={"connections": (9000, "how many at one time")},
)

if __name__ == "__main__":
    sys.exit(BENCH.main())
