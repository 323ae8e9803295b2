"""The table: columns of text, figures to the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.bench.rounds import Score

__all__ = ["page_table", "render", "row"]


def row(score: Score, figures: Sequence[str]) -> list[str]:
    """Return a client's row: its figures, or aloud why it has none."""
    if score.missing:
        return [score.client.name, f"not installed ({score.missing})"]
    if score.failed:
        return [score.client.name, f"FAILED: {score.failure}"]
    return [score.client.name, *figures]


def render(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return the table as text; a row with two cells only spans the columns."""
    spanning = 2 if len(head) > 2 else 0
    full = [head, *(cells for cells in rows if len(cells) != spanning)]
    widths = [max(len(cells[i]) for cells in full) for i in range(len(head))]
    widths[0] = max(widths[0], *(len(cells[0]) for cells in rows))
    lines = [title, "", _line(head, widths), "  ".join("-" * w for w in widths)]
    lines += [_line(cells, widths) for cells in rows]
    return "\n".join(lines) + "\n"


def page_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table as pages in reStructuredText have it."""
    full = [head, *rows]
    widths = [max(len(cells[i]) for cells in full) for i in range(len(head))]
    rule = "  ".join("=" * width for width in widths)
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
        for cells in full
    ]
    inner = "\n".join(line.rstrip() for line in lines[1:])
    return f"{rule}\n{lines[0].rstrip()}\n{rule}\n{inner}\n{rule}\n"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first = cells[0].ljust(widths[0])
    if len(cells) < len(widths):
        return f"{first}  {cells[1]}"
    rest = (
        cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True)
    )
    return "  ".join((first, *rest)).rstrip()
