"""A bench: one kind of work, the clients that do it, and what we aim at."""

from __future__ import annotations

import argparse
import signal
import sys
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.bench.clients import US, chosen
from tests.bench.server import CannotServeError, cores
from tests.bench.summary import Mark, summary
from tests.bench.table import render, row

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import FrameType

    from tests.bench.rounds import Score
    from tests.bench.stopwatch import Reading
    from tests.bench.summary import Aim

__all__ = ["Bench", "Column", "Result", "client_core", "end_well", "ratio_to_us"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a bench's table.

    :ivar figure: what it says of a client that has done its work; and ours, if any.
    """

    head: str
    figure: Callable[[Score, Score | None], str]


@dataclass(slots=True)
class Result:
    """What a bench came to.

    :ivar text: its table.
    :ivar marks: the aims.
    :ivar failed: a client got wrong bytes, or the bench could not run.
    """

    text: str
    marks: list[Mark] = field(default_factory=list)
    failed: bool = False


@dataclass(frozen=True, kw_only=True)
class Bench(ABC):
    """One kind of work; a program of its own.

    :ivar name: of its module in this package.
    :ivar story: what it says of itself.
    :ivar work: what the summary calls the work.
    :ivar us: which of ours the others are compared to.
    :ivar clients: who does it unless others are asked for.
    :ivar aims: ours.
    :ivar rounds: how often each client has its turn.
    :ivar numbers: its options, each a whole number: the default, and what it is.
    :ivar table: what the whole table gives it as arguments; more than one when it
        has more than one row there.
    """

    name: str
    story: str | None
    work: str
    us: str = US
    clients: Sequence[str]
    aims: Sequence[Aim] = ()
    rounds: int = 5
    numbers: Mapping[str, tuple[int, str]]
    table: Sequence[Sequence[str]] = ((),)

    def main(self, arguments: Sequence[str] | None = None) -> int:
        """Run it and print its table; 1 when a client got wrong bytes."""
        end_well()
        result = self.run(arguments)
        print(result.text)
        if result.marks:
            print(summary(result.marks))
        return int(result.failed)

    def run(self, arguments: Sequence[str] | None = None) -> Result:
        """Run it."""
        options = self.parser().parse_args(arguments)
        try:
            scores = self.play(options)
        except CannotServeError as why:
            mark = Mark(self.title(options), "-", "could not run", None)
            return Result(f"{self.name} could not run: {why}\n", [mark], True)
        return self.report(options, scores)

    def report(self, options: argparse.Namespace, scores: dict[str, Score]) -> Result:
        """Return the table and the marks of what was played."""
        us = scores.get(self.us)
        columns = self.columns(options)
        rows = [
            row(
                score,
                [column.figure(score, us) for column in columns]
                if score.complete
                else [],
            )
            for score in scores.values()
        ]
        title = f"{self.title(options)}, medians of {options.rounds} rounds"
        head = ["client", *(column.head for column in columns)]
        notes = "".join(f"{note}\n" for note in _notes(scores))
        return Result(
            render(title, head, rows) + notes,
            self.marks(options, scores),
            any(score.failed for score in scores.values()),
        )

    def marks(
        self, options: argparse.Namespace, scores: dict[str, Score]
    ) -> list[Mark]:
        """Return how the aims were met."""
        marks = (
            aim.mark(self.title(options), scores, self.us, self.cost)
            for aim in self.aims
        )
        return [mark for mark in marks if mark is not None]

    @abstractmethod
    def play(self, options: argparse.Namespace) -> dict[str, Score]:
        """Let the clients do the work."""

    @abstractmethod
    def title(self, options: argparse.Namespace) -> str:
        """Say what work it is, of which size."""

    @abstractmethod
    def columns(self, options: argparse.Namespace) -> Sequence[Column]:
        """Return the columns after the client's name."""

    def cost(self, reading: Reading) -> float:
        """Return what the aims compare: CPU time for each answer."""
        return reading.cpu / reading.done

    def parser(self) -> argparse.ArgumentParser:
        """Return what understands its arguments."""
        parser = argparse.ArgumentParser(
            prog=f"python -m tests.bench.{self.name}",
            description=self.story,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        for name, (default, what) in {
            **self.numbers,
            "rounds": (self.rounds, "how often each client has its turn"),
        }.items():
            parser.add_argument(
                f"--{name}", type=int, default=default, help=f"{what} ({default})"
            )
        parser.add_argument(
            "--clients",
            type=chosen,
            default=list(self.clients),
            help=f"names, by commas ({','.join(self.clients)})",
        )
        return parser


def end_well() -> None:
    """Let a signal that ends this program also end its servers and clients."""

    def end(number: int, _frame: FrameType | None) -> None:
        sys.exit(128 + number)

    signal.signal(signal.SIGTERM, end)


def client_core() -> int | None:
    """Return the core to which clients are pinned."""
    pair = cores()
    return pair[1] if pair else None


def ratio_to_us(cost: Callable[[Reading], float]) -> Column:
    """Return the column of our cost divided by theirs."""

    def figure(score: Score, us: Score | None) -> str:
        ratio = us.ratio(score, cost) if us is not None else None
        return "-" if ratio is None else f"{ratio:.2f}"

    return Column("us/it", figure)


def _notes(scores: dict[str, Score]) -> list[str]:
    notes = []
    for score in scores.values():
        start_up = score.median(lambda r: r.start_up) if score.complete else 0.0
        if start_up:
            name = score.client.name
            notes.append(f"{name}: less {start_up * 1e3:.1f} ms CPU of its start")
    return notes
