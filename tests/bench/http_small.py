"""Small answers: 1 KiB GETs over kept connections.

``python -m tests.bench.http_small [--requests N] [--rounds R] [--concurrency C]``

CPU is user and system time of the measured phase, after one request that warms up;
of curl it is the whole process less that of a run with a single request.  ``us/it``
is the median of the per-round ratios of our CPU (with a status callback) to its.
``least`` is the CPU of the best round: on a machine with other work, or other tenants,
it says more than the median.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from tests.bench.clients import CLIENTS, US, chosen
from tests.bench.job import Job
from tests.bench.rounds import play
from tests.bench.server import INSTALL, Server, cores, nginx
from tests.bench.table import render, row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.bench.rounds import Score
    from tests.bench.stopwatch import Reading

__all__ = ["main", "report"]

_HEAD = (
    "client",
    "requests",
    "CPU µs",
    "least",
    "wall µs",
    "requests/s",
    "us/it",
    "told",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the bench and print its table; 1 when a client got wrong bytes."""
    parser = argparse.ArgumentParser(prog="http_small", description=__doc__)
    parser.add_argument("--requests", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--concurrency", type=int, default=10)
    parser.add_argument(
        "--clients", type=chosen, default=",".join(CLIENTS), help="names, by commas"
    )
    options = parser.parse_args(arguments)
    if nginx() is None:
        print(f"http_small: nginx is not installed: {INSTALL}", file=sys.stderr)
        return 1
    pair = cores()
    with Server() as server:
        url = server.url + "1k"
        job = Job(
            url=url,
            size=server.SMALL,
            warm_up=url,
            warm_up_size=server.SMALL,
            requests=options.requests,
            concurrency=options.concurrency,
            core=pair[1] if pair else None,
        )
        scores = play("small", job, options.clients, options.rounds)
    title = (
        f"1 KiB GETs over kept connections, {options.concurrency} at a time, "
        f"medians of {options.rounds} rounds, per request"
    )
    print(report(title, scores))
    return int(any(score.failed for score in scores.values()))


def report(title: str, scores: dict[str, Score]) -> str:
    """Return the table."""
    us = scores.get(US)
    rows = []
    notes = []
    for score in scores.values():
        figures: list[str] = []
        if score.complete:
            ratio = us.ratio(score, _cpu) if us is not None else None
            told = score.median(lambda r: r.told / r.done)
            figures = [
                f"{score.median(lambda r: r.done):.0f}",
                f"{score.median(_cpu):.1f}",
                f"{score.least(_cpu):.1f}",
                f"{score.median(_wall):.1f}",
                f"{score.median(lambda r: r.done / r.wall):.0f}",
                "-" if ratio is None else f"{ratio:.2f}",
                f"{told:.1f}" if score.client.heard else "-",
            ]
            start_up = score.median(lambda r: r.start_up)
            if start_up:
                name = score.client.name
                notes.append(f"{name}: less {start_up * 1e3:.1f} ms CPU of its start")
        rows.append(row(score, figures))
    return render(title, _HEAD, rows) + "".join(f"{note}\n" for note in notes)


def _cpu(reading: Reading) -> float:
    return reading.cpu / reading.done * 1e6


def _wall(reading: Reading) -> float:
    return reading.wall / reading.done * 1e6


if __name__ == "__main__":
    sys.exit(main())
