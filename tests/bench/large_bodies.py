"""A large body to nothing: what the benches of it share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.bench.bench import Bench, Column, client_core, ratio_to_us
from tests.bench.clients import US, US_ON_UVLOOP
from tests.bench.job import Job
from tests.bench.rounds import play
from tests.bench.server import MIB, Server

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from tests.bench.rounds import Score

__all__ = ["LargeBodies", "peak", "per_gib", "speed", "told"]

_CLIENTS = (
    US,
    US_ON_UVLOOP,
    "aiohttp",
    "aiohttp-uvloop",
    "pycurl",
    "curl",
    "treq",
    "httpx",
)
_NUMBERS = {"mib": (2048, "the body's length in MiB")}


@dataclass(frozen=True, kw_only=True)
class LargeBodies(Bench):
    """GETs of a large body, which goes to nothing.

    :ivar secure: over TLS.
    """

    clients: Sequence[str] = _CLIENTS
    numbers: Mapping[str, tuple[int, str]] = field(default_factory=_NUMBERS.copy)
    rounds: int = 3
    secure: bool = False

    def title(self, options: argparse.Namespace) -> str:
        return f"{options.mib} MiB {self.work}"

    def play(self, options: argparse.Namespace) -> dict[str, Score]:
        size = options.mib * MIB
        with Server(count=1, size=size, secure=self.secure) as server:
            job = Job(
                url=server.url + "bodies/0",
                size=size,
                warm_up=server.url + "1k",
                original=str(server.files / "1k"),
                roots=server.roots,
                core=client_core(),
            )
            return play("large", job, options.clients, options.rounds)

    def columns(self, options: argparse.Namespace) -> Sequence[Column]:
        return (
            *per_gib(options.mib),
            speed(options.mib),
            ratio_to_us(self.cost),
            peak(),
            told(),
        )


def per_gib(mib: int) -> tuple[Column, Column]:
    """Return the columns of what a GiB costs: the median, and the least."""

    def cost(seconds: float) -> str:
        return f"{seconds * 1024 / mib:.3f}"

    return (
        Column("CPU s/GiB", lambda it, _: cost(it.median(lambda r: r.cpu))),
        Column("least", lambda it, _: cost(it.least(lambda r: r.cpu))),
    )


def speed(mib: int) -> Column:
    """Return the column of the speed by the clock on the wall."""
    return Column(
        "MB/s", lambda it, _: f"{it.median(lambda r: mib * MIB / r.wall) / 1e6:.0f}"
    )


def peak() -> Column:
    """Return the column of the most memory above that at the start."""

    def figure(score: Score, _: Score | None) -> str:
        # Unknown only where no round knows it.
        peaks = [r.peak for r in score.readings if r.peak is not None]
        return f"{max(peaks) / MIB:.1f}" if peaks else "-"

    return Column("peak MiB", figure)


def told() -> Column:
    """Return the column of the notifications heard."""

    def figure(score: Score, _: Score | None) -> str:
        return f"{score.median(lambda r: r.told):.0f}" if score.client.heard else "-"

    return Column("told", figure)
