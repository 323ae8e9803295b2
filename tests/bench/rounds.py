"""The rounds: each client in turn, again and again, in fresh processes."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from tests.bench.clients import CLIENTS
from tests.bench.stopwatch import Reading

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.bench.clients import Client
    from tests.bench.job import Job

__all__ = ["Score", "play"]

_ROOT = Path(__file__).parents[2]
#: A client that has not ended by then has failed (seconds).
_LIMIT = 900


@dataclass(slots=True)
class Score:
    """What one client did, round by round.

    :ivar readings: one for each round; shorter after a failure.
    :ivar failure: why it has no result; empty when it has one.
    :ivar missing: it is not installed; how to install it.
    """

    client: Client
    readings: list[Reading] = field(default_factory=list)
    failure: str = ""
    missing: str = ""

    @property
    def failed(self) -> bool:
        return bool(self.failure)

    @property
    def complete(self) -> bool:
        return not self.failure and bool(self.readings)

    def median(self, figure: Callable[[Reading], float]) -> float:
        """Return the median over the rounds."""
        return median(map(figure, self.readings))

    def least(self, figure: Callable[[Reading], float]) -> float:
        """Return the least of the rounds: what it costs when nothing is in the way."""
        return min(map(figure, self.readings))

    def ratio(self, other: Score, figure: Callable[[Reading], float]) -> float | None:
        """Return the median of the ratios to another client, paired by round."""
        if not (self.complete and other.complete):
            return None
        pairs = zip(self.readings, other.readings, strict=True)
        ratios = [figure(a) / figure(b) for a, b in pairs if figure(b)]
        return median(ratios) if ratios else None


def play(
    kind: str,
    job: Job,
    names: Sequence[str],
    rounds: int,
    look: Callable[[], int] = lambda: 0,
    *,
    whole: bool = False,
) -> dict[str, Score]:
    """Let each client do the job in turn, so many times.

    :param kind: the function of the client's module.
    :param look: where files are written, called after each turn: it returns how many
        of them are wrong, and removes them.
    :param whole: slow clients are not given less.
    """
    scores = {name: Score(CLIENTS[name]) for name in names}
    for score in scores.values():
        if not score.client.installed:
            score.missing = score.client.remedy
    order = list(scores.values())
    for number in range(rounds):
        for score in order:
            if score.failure or score.missing:
                continue
            client = score.client
            _progress(f"round {number + 1} of {rounds}: {client.name}")
            share = 1.0 if whole else client.share
            own = replace(
                job,
                heard=client.heard,
                uvloop=client.uvloop,
                requests=max(round(job.requests * share), 1),
            )
            _turn(kind, own, score, look)
        # Who comes after whom must not decide: the next round begins with another.
        order.append(order.pop(0))
    _progress("")
    return scores


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{text:40}", end="\r", file=sys.stderr, flush=True)


def _turn(kind: str, job: Job, score: Score, look: Callable[[], int]) -> None:
    command = [sys.executable, "-m", "tests.bench.clients"]
    try:
        ended = subprocess.run(
            [*command, score.client.name, kind, job.to_json()],
            cwd=_ROOT,
            capture_output=True,
            text=True,
            timeout=_LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        score.failure = f"it had not ended after {_LIMIT} s"
        return
    finally:
        wrong = look()
    if ended.returncode != 0:
        said = ended.stderr.strip().splitlines() or ["it said nothing"]
        score.failure = f"exit code {ended.returncode}: {said[-1]}"
        return
    reading = Reading.from_json(ended.stdout.splitlines()[-1])
    reading = replace(reading, wrong=max(reading.wrong, wrong))
    score.failure = _verdict(reading)
    score.readings.append(reading)


def _verdict(reading: Reading) -> str:
    """Say what is wrong with what a client got; empty when nothing is."""
    if reading.wrong:
        return f"{reading.wrong} answers were wrong (status, length or bytes)"
    return "" if reading.done else "it did nothing"
