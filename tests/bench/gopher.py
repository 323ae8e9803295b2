"""Files by Gopher, one after the other, each on a connection of its own, to nothing.

CPU is user and system time of the measured phase; of curl it is the whole process, less
that of a run which only warms up.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.bench.bench import Bench, Column, client_core, ratio_to_us
from tests.bench.gopher_server import serving
from tests.bench.job import Job
from tests.bench.large_bodies import peak, told
from tests.bench.rounds import play
from tests.bench.summary import Aim

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from tests.bench.rounds import Score
    from tests.bench.summary import Mark

__all__ = ["BENCH"]

#: Our CPU by curl's: of one large file, and of many small ones.
_LARGE, _SMALL = 1.2, 1.5


@dataclass(frozen=True, kw_only=True)
class GopherFiles(Bench):
    """So many files of one size."""

    def title(self, options: argparse.Namespace) -> str:
        return f"{options.files} files of {options.kib} KiB {self.work}"

    def play(self, options: argparse.Namespace) -> dict[str, Score]:
        size = options.kib << 10
        with serving(options.files, size) as server:
            job = Job(
                url=server.url,
                size=size,
                warm_up=server.url + "1k",
                original=str(server.folder / "1k"),
                requests=options.files,
                core=client_core(),
            )
            return play("gopher", job, options.clients, options.rounds)

    def marks(
        self, options: argparse.Namespace, scores: dict[str, Score]
    ) -> list[Mark]:
        # What opening a connection costs us counts little in a large file.
        aim = Aim("curl-gopher", _LARGE if options.files == 1 else _SMALL)
        mark = aim.mark(self.title(options), scores, self.us, self.cost)
        return [] if mark is None else [mark]

    def columns(self, options: argparse.Namespace) -> Sequence[Column]:
        gib = options.kib * options.files / (1 << 20)
        return (
            Column("CPU µs each", lambda it, _: f"{it.median(self.cost) * 1e6:.0f}"),
            Column("least", lambda it, _: f"{it.least(self.cost) * 1e6:.0f}"),
            Column(
                "CPU s/GiB", lambda it, _: f"{it.median(lambda r: r.cpu) / gib:.3f}"
            ),
            ratio_to_us(self.cost),
            peak(),
            told(),
        )


BENCH = GopherFiles(
    name="gopher",
    story=__doc__,
    work="by Gopher",
    us="twinet-gopher",
    clients=("twinet-gopher", "twinet-gopher-unheard", "curl-gopher"),
    rounds=3,
    numbers={
        "kib": (64, "the length of each in KiB"),
        "files": (500, "how many of them"),
    },
    table=((), (f"--kib={1 << 20}", "--files=1")),
)

if __name__ == "__main__":
    sys.exit(BENCH.main())
