"""The timeline as a picture: a waterfall in SVG.

A line for each request, with its phases as bars on a common axis of time.  The picture
is one file without scripts and without anything from elsewhere; it follows the colour
scheme of whoever looks at it.  What each phase took stands in a tooltip.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from unicodedata import east_asian_width
from xml.sax.saxutils import escape

from twinet._wire.head_lines import harmless
from twinet.timeline.palette import STYLE, css_class
from twinet.timeline.phase import Phase
from twinet.timeline.scale import Scale
from twinet.timeline.words import duration, size, summary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from twinet.timeline.row import Row

__all__ = ["waterfall"]

# Lengths in the picture, in its own units: pixels, where nobody scales it.
WIDTH = 1200
MARGIN = 20
HEADER = 112
FOOTER = 20
ROW = 22
#: Bars, and those of phases in which the network rests.
BAR, THIN = 12, 4
#: The left edge of the names, the right edges of status and size, the chart's edges.
NAMES, STATUS, SIZE, CHART = MARGIN, 446, 528, 548
CHART_END = WIDTH - MARGIN
#: What is left free right of the last bar, for its time.
LABEL = 66
#: How wide a letter is, about, and how many of a name have room.
LETTER = 7.25
NAME_LETTERS = 50
#: The shortest bar that can be seen.
LEAST = 2.0
#: From so many rows on there is an axis below as well.
LONG = 20

_RESTING = (Phase.QUEUE, Phase.IDLE)
#: How much of the end of a long name is kept: that is what tells files apart.
_TAIL = 22


def waterfall(
    rows: Sequence[Row], began: datetime, dropped: int = 0, title: str = ""
) -> str:
    """Return rows as an SVG document.

    :param began: the time of day at which the first of them began.
    :param dropped: how many older rows there were.
    :param title: stands above it all.
    """
    return "\n".join(_Picture(rows, began, dropped, title).lines()) + "\n"


class _Picture:
    """One picture, part by part."""

    def __init__(
        self, rows: Sequence[Row], began: datetime, dropped: int, title: str
    ) -> None:
        self._rows = rows
        self._title = title or "Where the time went"
        self._summary = summary(rows, dropped)
        self._when = f"{began:%Y-%m-%d %H:%M:%S %Z}".rstrip()
        self._zero = min((row.begin for row in rows), default=0.0)
        end = max((row.end for row in rows), default=0.0)
        self._scale = Scale(self._zero, end, CHART, CHART_END - LABEL - CHART)
        self._bottom = HEADER + ROW * max(len(rows), 1)
        self._long = len(rows) >= LONG
        #: what names need not say, because it is the same for all of them.
        self._known = _in_common([row.url for row in rows])

    def lines(self) -> Iterator[str]:
        """Give the lines of the document."""
        height = self._bottom + FOOTER + (ROW if self._long else 0)
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" '
            f'height="{height}" viewBox="0 0 {WIDTH} {height}" role="img">'
        )
        yield f"<title>{_plain(f'{self._title}: {self._summary}')}</title>"
        yield f"<style>{STYLE}</style>"
        yield f'<rect class="paper" width="{WIDTH}" height="{height}"/>'
        yield from self._head()
        for top in range(HEADER + ROW, self._bottom, 2 * ROW):
            yield f'<rect class="band" y="{top}" width="{WIDTH}" height="{ROW}"/>'
        yield from self._axis()
        for number, row in enumerate(self._rows):
            yield from self._row(row, HEADER + ROW * number)
        if not self._rows:
            yield _text(NAMES, HEADER + 15, "Nothing has been recorded.", "pale")
        yield "</svg>"

    def _head(self) -> Iterator[str]:
        yield _text(MARGIN, 32, self._title, "ink title")
        yield _text(CHART_END, 32, self._when, "pale end")
        yield _text(MARGIN, 54, self._summary, "pale")
        yield from self._legend()
        yield _text(NAMES, HEADER - 10, "request", "pale")
        yield _text(STATUS, HEADER - 10, "status", "pale end")
        yield _text(SIZE, HEADER - 10, "received", "pale end")

    def _legend(self) -> Iterator[str]:
        """Give the phases that occur, from the right edge of the picture."""
        shown = [
            phase for phase in Phase if any(phase in row.seen for row in self._rows)
        ]
        x = CHART_END - sum(_legend_width(phase) for phase in shown) + 16
        for phase in shown:
            thick = THIN if phase in _RESTING else BAR
            yield _bar(phase, x, 49 - thick / 2, 12, thick, "key ")
            yield _text(x + 18, 54, phase.value, "ink")
            x += _legend_width(phase)

    def _axis(self) -> Iterator[str]:
        top, bottom = HEADER - 4, self._bottom
        for x, label in self._scale.marks():
            kind = "edge" if x == CHART else "grid"
            yield f'<path class="{kind}" d="M{x:.2f} {top}V{bottom}"/>'
            yield _text(x, HEADER - 10, label, "pale middle")
            if self._long:
                yield _text(x, bottom + 18, label, "pale middle")

    # -- a row

    def _row(self, row: Row, top: int) -> Iterator[str]:
        middle = top + ROW / 2
        base = middle + 4
        yield f'<g class="row"><title>{_plain(self._tooltip(row), lines=True)}</title>'
        # Shows where the pointer is, and lets the tooltip appear all along the line.
        yield f'<rect class="line" y="{top}" width="{WIDTH}" height="{ROW}"/>'
        yield _text(NAMES, base, _cut(self._name(row)), _ink(row.error))
        status = "failed" if row.error else row.status or "..."
        yield _text(STATUS, base, status, f"{_ink(row.error or row.refused)} end")
        yield _text(SIZE, base, size(row.received), "pale end")
        yield from self._bars(row, middle)
        yield self._label(row, base, "wrong" if row.error else "pale")
        yield "</g>"

    def _bars(self, row: Row, middle: float) -> Iterator[str]:
        left, right = self._edges(row)
        if right - left <= LEAST:
            # Too short for its parts to be seen.
            longest = max(row.spans, key=lambda s: s.end - s.begin, default=None)
            phase = Phase.QUEUE if longest is None else longest.phase
            yield _bar(phase, left, middle - BAR / 2, right - left, BAR)
            return
        for span in row.spans:
            begin, end = self._scale.place(span.begin), self._scale.place(span.end)
            thick = THIN if span.phase in _RESTING else BAR
            yield _bar(span.phase, begin, middle - thick / 2, end - begin, thick)

    def _edges(self, row: Row) -> tuple[float, float]:
        left, right = self._scale.place(row.begin), self._scale.place(row.end)
        return left, max(right, left + LEAST)

    def _label(self, row: Row, base: float, kind: str) -> str:
        """Return the time that a row took, and what went wrong, beside its bar."""
        words = duration(row.duration)
        if row.error:
            words = f"{words} {row.error}"
        left, right = self._edges(row)
        room = len(words) * LETTER + 6
        if right + room <= CHART_END:
            return _text(right + 6, base, words, kind)
        if left - room >= CHART:
            return _text(left - 6, base, words, f"{kind} end")
        return _text(CHART_END, base, words, f"{kind} end over")

    def _name(self, row: Row) -> str:
        name = row.url.removeprefix(self._known)
        if row.verb != "GET":
            name = f"{row.verb} {name}"
        if row.doing:
            name = f"{name} {row.doing}"
        if row.context:
            name = f"{row.context}: {name}"
        return f"\N{RIGHTWARDS ARROW WITH HOOK} {name}" if row.after else name

    def _tooltip(self, row: Row) -> str:
        times = [
            f"{phase.value} {duration(took)}"
            for phase in Phase
            if (took := row.seconds(phase)) is not None
        ]
        came_out = row.status or "pending"
        lines = [
            f"{row.number}: {row.verb} {row.url} {row.doing}".rstrip(),
            f"{came_out}, {size(row.sent)} sent, {size(row.received)} received",
            f"at {duration(row.begin - self._zero)}, took {duration(row.duration)}",
            ", ".join(times),
            row.message,
        ]
        if row.address:
            lines.insert(1, f"{'same connection, ' * row.reused}{row.address}")
        return "\n".join(harmless(line) for line in lines if line)


def _ink(wrong: object) -> str:
    return "wrong" if wrong else "ink"


def _in_common(urls: Sequence[str]) -> str:
    """Return the server of all URLs, or at least their scheme; empty if they differ."""
    servers = {url[: (url + "/").find("/", url.find("://") + 3)] for url in urls}
    if len(servers) == 1:
        return servers.pop()
    schemes = {server.partition("://")[0] for server in servers}
    return f"{schemes.pop()}://" if len(schemes) == 1 else ""


def _legend_width(phase: Phase) -> float:
    return 34 + LETTER * len(phase.value)


def _bar(
    phase: Phase, x: float, y: float, width: float, height: float, more: str = ""
) -> str:
    return (
        f'<rect class="{more}{css_class(phase)}" x="{x:.2f}" y="{y:g}" '
        f'width="{width:.2f}" height="{height:g}"/>'
    )


def _text(x: float, y: float, text: str, kind: str) -> str:
    return f'<text class="{kind}" x="{x:.2f}" y="{y:g}">{_plain(text)}</text>'


def _plain(text: str, *, lines: bool = False) -> str:
    """Return text that is no markup, and holds nothing that XML forbids."""
    if not lines:
        text = harmless(text)
    return escape(text)


def _cut(name: str) -> str:
    """Return a name that has room, without its middle if it is too long."""
    name = harmless(name)
    if _letters(name) <= NAME_LETTERS:
        return name
    head, tail = name, name[-_TAIL:]
    while _letters(tail) > _TAIL:
        tail = tail[1:]
    while _letters(head) > NAME_LETTERS - _TAIL - 1:
        head = head[: _longest(head)]
    return f"{head}\N{HORIZONTAL ELLIPSIS}{tail}"


def _longest(text: str) -> int:
    """Return how much of a text to keep next, when it is too long."""
    return min(len(text) - 1, NAME_LETTERS)


def _letters(text: str) -> int:
    """Return how many letters' room a text takes: some scripts have wide ones."""
    return len(text) + sum(east_asian_width(letter) in "WF" for letter in text)
