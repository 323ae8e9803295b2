"""What one notification costs, unheard and heard, in nanoseconds.

``python -m tests.bench.notification [--rounds R]``

The line that is timed is the one that stands wherever the library tells something.
The loop around it is timed too, shown, and left out of the other figures.
"""

from __future__ import annotations

import argparse
import sys
from statistics import median
from time import process_time
from timeit import Timer
from typing import TYPE_CHECKING

from tests.bench.table import render
from twinet._net.dispatch import Voice
from twinet.status import SELF, Notification, ResolvingName

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

_LINE = 'if voice.heard: voice.emit(ResolvingName, "h")'
#: How often the line is run for one figure.
_TIMES = 200_000


class _Handle:
    """Whose voices they are; a voice refers to it weakly."""


def _deaf(_news: Notification) -> None:
    """Hear, and do nothing."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the bench and print its table."""
    parser = argparse.ArgumentParser(prog="notification", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args(arguments).rounds
    handle = _Handle()
    unheard = Voice(handle, SELF, None)
    heard = Voice(handle, SELF, _deaf)
    cases = (
        ("the loop", "pass", unheard, "-"),
        ("unheard", _LINE, unheard, "50"),
        ("heard", _LINE, heard, "600"),
    )
    timers = [
        Timer(
            line,
            timer=process_time,
            globals={"voice": voice, "ResolvingName": ResolvingName},
        )
        for _, line, voice, _ in cases
    ]
    figures: list[list[float]] = [[] for _ in cases]
    for _ in range(rounds):
        for timer, times in zip(timers, figures, strict=True):
            times.append(timer.timeit(_TIMES) / _TIMES * 1e9)
    medians = [median(times) for times in figures]
    loop = medians[0]
    rows = [["the loop", f"{loop:.1f}", "-"]]
    rows += [
        [name, f"{time - loop:.1f}", aim]
        for (name, _, _, aim), time in zip(cases[1:], medians[1:], strict=True)
    ]
    print(render(_LINE, ("case", "CPU ns", "aim"), rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
