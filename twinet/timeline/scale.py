"""The time axis: where a second lies, and which times are marked."""

from __future__ import annotations

from math import ceil, floor, log10

__all__ = ["Scale"]

#: The steps between marks are these, times a power of ten.
_STEPS = (1, 2, 5, 10)
#: About how many marks there are.
_MARKS = 10
#: The shortest time that an axis shows (seconds; our own).
_LEAST = 0.00001


class Scale:
    """A span of time, laid out from left to right.

    :param begin: what lies at the left end (seconds).
    :param end: what lies at the right end; a little later, to end with a mark's half.
    :param left: where the left end is.
    :param width: how long the axis is.
    """

    def __init__(self, begin: float, end: float, left: float, width: float) -> None:
        self._begin = begin
        self._length = max(end - begin, _LEAST)
        self._left = left
        self._width = width

    def place(self, second: float) -> float:
        """Return where a time lies."""
        return self._left + (second - self._begin) / self._length * self._width

    def marks(self) -> list[tuple[float, str]]:
        """Return where the marks lie, and what stands there: times from the begin."""
        rough = self._length / _MARKS
        power = 10.0 ** floor(log10(rough))
        step = next(power * each for each in _STEPS if power * each >= rough * 0.999)
        seconds = self._length >= 1
        factor, unit = (1, "s") if seconds else (1000, "ms")
        digits = max(0, -floor(log10(step * factor * 1.001)))
        # The last one would be cut by the edge.
        count = ceil(self._length / step * 0.999)
        return [
            (
                self.place(self._begin + number * step),
                f"{number * step * factor:.{digits}f} {unit}" if number else "0",
            )
            for number in range(count)
        ]
