"""A large body, to nothing.

``python -m tests.bench.http_large [--mib N] [--rounds R]``

CPU is user and system time of the measured phase (of curl the whole process);
``least`` is that of the best round, ``us/it`` the median of the per-round ratios of
our CPU to its.  ``peak`` is the most memory above that before the request (of curl
the whole process).
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

__all__ = ["main"]

_MIB = 1 << 20
_HEAD = ("client", "CPU s/GiB", "least", "MB/s", "us/it", "peak MiB", "told")
_NAMES = [name for name in CLIENTS if name not in ("twinet-unheard", "agent")]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the bench and print its table; 1 when a client got wrong bytes."""
    parser = argparse.ArgumentParser(prog="http_large", description=__doc__)
    parser.add_argument("--mib", type=int, default=1024, help="the body's length")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--clients", type=chosen, default=",".join(_NAMES), help="names, by commas"
    )
    options = parser.parse_args(arguments)
    if nginx() is None:
        print(f"http_large: nginx is not installed: {INSTALL}", file=sys.stderr)
        return 1
    size = options.mib * _MIB
    pair = cores()
    with Server(large=size) as server:
        job = Job(
            url=server.url + "large",
            size=size,
            warm_up=server.url + "1k",
            warm_up_size=server.SMALL,
            core=pair[1] if pair else None,
        )
        scores = play("large", job, options.clients, options.rounds)
    title = f"{options.mib} MiB to nothing, medians of {options.rounds} rounds"
    print(_report(title, scores, size))
    return int(any(score.failed for score in scores.values()))


def _report(title: str, scores: dict[str, Score], size: int) -> str:
    us = scores.get(US)
    rows = []
    for score in scores.values():
        figures: list[str] = []
        if score.complete:
            ratio = us.ratio(score, _cpu) if us is not None else None
            # Unknown only where no round knows it.
            peaks = [r.peak for r in score.readings if r.peak is not None]
            figures = [
                f"{score.median(_cpu) * 1024 * _MIB / size:.3f}",
                f"{score.least(_cpu) * 1024 * _MIB / size:.3f}",
                f"{score.median(lambda r: size / r.wall) / 1e6:.0f}",
                "-" if ratio is None else f"{ratio:.2f}",
                f"{max(peaks) / _MIB:.1f}" if peaks else "-",
                f"{score.median(lambda r: r.told):.0f}" if score.client.heard else "-",
            ]
        rows.append(row(score, figures))
    return render(title, _HEAD, rows)


def _cpu(reading: Reading) -> float:
    return reading.cpu


if __name__ == "__main__":
    sys.exit(main())
