"""Small answers into memory: what the benches of 1 KiB GETs share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.bench.bench import Bench, Column, client_core, ratio_to_us
from tests.bench.clients import US, US_ON_UVLOOP
from tests.bench.job import Job
from tests.bench.rounds import play
from tests.bench.server import Server

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from tests.bench.rounds import Score
    from tests.bench.stopwatch import Reading

__all__ = ["CLIENTS", "EACH_CONCURRENCY", "SmallAnswers"]

#: A row of the whole table for each.
EACH_CONCURRENCY = [("--concurrency", count) for count in ("1", "10", "100")]


#: Who does it, unless others are asked for.
CLIENTS = (
    US,
    US_ON_UVLOOP,
    "aiohttp",
    "aiohttp-uvloop",
    "pycurl",
    "curl",
    "treq",
    "agent",
    "httpx",
)
_NUMBERS = {
    "requests": (3000, "how many of them, together"),
    "concurrency": (10, "how many at a time"),
}


@dataclass(frozen=True, kw_only=True)
class SmallAnswers(Bench):
    """GETs of 1 KiB.

    :ivar secure: over TLS.
    :ivar kept: over connections that are kept; else over a new one each.
    """

    clients: Sequence[str] = CLIENTS
    numbers: Mapping[str, tuple[int, str]] = field(default_factory=_NUMBERS.copy)
    secure: bool = False
    kept: bool = True

    def title(self, options: argparse.Namespace) -> str:
        return f"{self.work}, {options.concurrency} at a time"

    def play(self, options: argparse.Namespace) -> dict[str, Score]:
        with Server(secure=self.secure, kept=self.kept) as server:
            url = server.url + "1k"
            job = Job(
                url=url,
                size=server.SMALL,
                warm_up=url,
                original=str(server.files / "1k"),
                warm_ups=options.concurrency,
                requests=options.requests,
                concurrency=options.concurrency,
                roots=server.roots,
                core=client_core(),
            )
            return play("small", job, options.clients, options.rounds)

    def columns(self, options: argparse.Namespace) -> Sequence[Column]:
        return (
            Column("requests", lambda it, _: f"{it.median(lambda r: r.done):.0f}"),
            Column("CPU µs", lambda it, _: f"{it.median(self.cost) * 1e6:.1f}"),
            Column("least", lambda it, _: f"{it.least(self.cost) * 1e6:.1f}"),
            Column("wall µs", lambda it, _: f"{it.median(_wall):.1f}"),
            Column("requests/s", lambda it, _: f"{1e6 / it.median(_wall):.0f}"),
            ratio_to_us(self.cost),
            Column("told", _told),
        )


def _wall(reading: Reading) -> float:
    return reading.wall / reading.done * 1e6


def _told(score: Score, _: Score | None) -> str:
    told = score.median(lambda r: r.told / r.done)
    return f"{told:.1f}" if score.client.heard else "-"
