"""The summary: each aim, what was measured, and whether it is met."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.bench.clients import US_ON_UVLOOP
from tests.bench.table import page_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tests.bench.rounds import Score
    from tests.bench.stopwatch import Reading

__all__ = ["Aim", "Mark", "summary"]


@dataclass(frozen=True, slots=True)
class Mark:
    """How an aim was met.

    :ivar work: what was done.
    :ivar met: ``None`` when it could not be measured.
    :ivar uvloop: what was measured with uvloop under us, and under the peer where it
        can have it.
    """

    work: str
    aim: str
    measured: str
    met: bool | None
    uvloop: str = "-"

    def cells(self) -> list[str]:
        met = {True: "yes", False: "NO", None: "?"}[self.met]
        return [self.work, self.aim, self.measured, met, self.uvloop]


@dataclass(frozen=True, slots=True)
class Aim:
    """At most so much of another client's figure.

    :ivar peer: the other client.
    :ivar most: our figure divided by its, at most.
    """

    peer: str
    most: float

    def mark(
        self,
        work: str,
        scores: Mapping[str, Score],
        ours: str,
        figure: Callable[[Reading], float],
    ) -> Mark | None:
        """Compare ours with the peer; ``None`` when one of them was not asked for."""
        us, it = scores.get(ours), scores.get(self.peer)
        if us is None or it is None:
            return None
        aim = f"{self.most:g} {self.peer}"
        for score in (us, it):
            if score.missing:
                return Mark(work, aim, f"{score.client.name} is not installed", None)
            if not score.complete:
                return Mark(work, aim, f"{score.client.name} FAILED", None)
        ratio = us.ratio(it, figure)
        if ratio is None:
            return Mark(work, aim, "too little to measure", None)
        return Mark(
            work,
            aim,
            f"{ratio:.2f}",
            ratio <= self.most,
            self._on_uvloop(scores, figure),
        )

    def _on_uvloop(
        self, scores: Mapping[str, Score], figure: Callable[[Reading], float]
    ) -> str:
        us = scores.get(US_ON_UVLOOP)
        it = scores.get(f"{self.peer}-uvloop", scores.get(self.peer))
        ratio = us.ratio(it, figure) if us is not None and it is not None else None
        return "-" if ratio is None else f"{ratio:.2f}"


def summary(marks: Sequence[Mark]) -> str:
    """Return the table of the aims, ready for the page of the documentation."""
    return page_table(
        ("work", "aim", "measured", "met", "on uvloop"),
        [mark.cells() for mark in marks],
    )
