"""The memory that a body takes, by its length.

Each figure is the most memory in MiB above that before the request, of the worst
round (of curl that of the whole process), for a body to nothing and to a file.
"""

from __future__ import annotations

import sys
from argparse import Namespace
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.bench import http_large, large_to_disk
from tests.bench.bench import Bench, Column
from tests.bench.clients import US
from tests.bench.server import MIB
from tests.bench.summary import Mark

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.bench.rounds import Score

__all__ = ["BENCH"]

#: The aim (MiB).
_MOST = 8.0


@dataclass(frozen=True, kw_only=True)
class BodyMemory(Bench):
    """GETs of bodies of different lengths, in two ways.

    A score has the readings of all of them, one after the other.
    """

    def title(self, options: Namespace) -> str:
        return f"{self.work} of up to {options.mib} MiB"

    def play(self, options: Namespace) -> dict[str, Score]:
        whole: dict[str, Score] = {}
        for bench, _, mib in _cases(options):
            case = Namespace(
                **vars(options) | {"mib": mib, "files": 1, "concurrency": 1}
            )
            for name, score in bench.play(case).items():
                before = whole.setdefault(name, score)
                if before is not score:
                    before.readings += score.readings
                    before.failure = before.failure or score.failure
        return whole

    def columns(self, options: Namespace) -> Sequence[Column]:
        return [
            self._column(f"{way} {mib}", place, options.rounds)
            for place, (_, way, mib) in enumerate(_cases(options))
        ]

    def _column(self, head: str, place: int, rounds: int) -> Column:
        def figure(score: Score, _: Score | None) -> str:
            return _peak(score, slice(place * rounds, (place + 1) * rounds))[1]

        return Column(head, figure)

    def marks(self, options: Namespace, scores: dict[str, Score]) -> list[Mark]:
        work = self.title(options)
        aim = f"{_MOST:g} MiB above the start"
        score = scores.get(self.us)
        if score is None:
            return []
        if not score.complete:
            return [Mark(work, aim, "FAILED", None)]
        peak, text = _peak(score, slice(None))
        return [Mark(work, aim, f"{text} MiB", None if peak is None else peak <= _MOST)]


def _cases(options: Namespace) -> Iterator[tuple[Bench, str, int]]:
    """Give which bench does it, what that is called, and the length (MiB)."""
    for bench, way in ((http_large.BENCH, "nothing"), (large_to_disk.BENCH, "disk")):
        for part in (32, 4, 1):
            yield bench, way, max(options.mib // part, 1)


def _peak(score: Score, which: slice) -> tuple[float | None, str]:
    """Return the most memory of some readings (MiB), as a number and as text."""
    peaks = [r.peak for r in score.readings[which] if r.peak is not None]
    if not peaks:
        return None, "-"
    peak = max(peaks) / MIB
    return peak, f"{peak:.1f}"


BENCH = BodyMemory(
    name="body_memory",
    story=__doc__,
    work="a body",
    clients=(US, "aiohttp", "curl", "treq"),
    rounds=1,
    numbers={"mib": (2048, "the longest body's length in MiB")},
)

if __name__ == "__main__":
    sys.exit(BENCH.main())
