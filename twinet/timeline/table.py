"""The timeline as text: a line for each request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinet._wire.head_lines import harmless
from twinet.timeline.phase import Phase
from twinet.timeline.words import size, summary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinet.timeline.row import Row

__all__ = ["table"]

_PHASES = tuple(Phase)
_TITLES = ("#", "begin", *(phase.value for phase in _PHASES), "total", "received")
#: What is not right-aligned; it stands behind the numbers.
_WORDS = ("status", "request")


def table(rows: Sequence[Row], dropped: int = 0) -> str:
    """Return rows as a table; times are milliseconds, from the first row's beginning.

    :param dropped: how many older rows there were.
    """
    zero = min((row.begin for row in rows), default=0.0)
    lines = [(_TITLES, _WORDS), *((_numbers(row, zero), _words(row)) for row in rows)]
    widths = [
        max(map(len, column)) for column in zip(*(n for n, _ in lines), strict=True)
    ]
    status_width = max(len(words[0]) for _, words in lines)
    text = "".join(
        f"{_aligned(numbers, widths)}  {status:<{status_width}}  {request}".rstrip()
        + "\n"
        for numbers, (status, request) in lines
    )
    troubles = "".join(
        f"{row.number}: {harmless(row.message)}\n" for row in rows if row.message
    )
    return f"{text}{troubles}{summary(rows, dropped)}\n"


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(
        f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True)
    )


def _numbers(row: Row, zero: float) -> tuple[str, ...]:
    times = [row.begin - zero, *(row.seconds(phase) for phase in _PHASES), row.duration]
    return (
        str(row.number),
        *("-" if time is None else f"{time * 1000:.1f}" for time in times),
        size(row.received),
    )


def _words(row: Row) -> tuple[str, str]:
    what = harmless(f"{row.verb} {row.url}")
    if row.doing:
        what = f"{what} {harmless(row.doing)}"
    if row.context:
        what = f"{what} ({harmless(row.context)})"
    if row.after is not None:
        what = f"{what} <- {row.after}"
    return row.status or "...", what
