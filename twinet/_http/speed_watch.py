"""The speed watch: when the lowest speed of a transfer's bodies is measured.

Time in which nobody wants data does not count, nor the waits for a connection and for
an answer: those have limits of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinet._net.speed_window import SpeedWindow

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinet._http.owner import Taker
    from twinet._net.deadlines import Deadlines
    from twinet.errors import InternetError

__all__ = ["SpeedWatch"]


class SpeedWatch:
    """Measures one transfer's bytes, in either direction, and passes data on.

    :param lowest: bytes a second.
    :param window: seconds.
    :param peer: the server, for the error's text.
    :param too_slow: called with the error.
    """

    def __init__(
        self,
        lowest: float,
        window: float,
        peer: str,
        deadlines: Deadlines,
        too_slow: Callable[[InternetError], None],
    ) -> None:
        moved = f"went between here and {peer}"
        self._window = SpeedWindow(lowest, window, moved, deadlines, self._end)
        self._too_slow = too_slow
        self._taker: Taker | None = None
        self._measures = False
        self._wanted = True

    # -- what is measured

    def take_sent(self, count: int) -> None:
        """Count bytes of the request's body; the first ones begin to be measured."""
        if not self._measures:
            self._begin()
        self._window.count(count)

    def receive(self, taker: Taker) -> SpeedWatch:
        """Measure the answer's body on its way to ``taker``."""
        self._taker = taker
        self._begin()
        return self

    def all_sent(self) -> None:
        """Measure nothing until the answer's body comes, unless it comes already."""
        if self._taker is None:
            self.stop()

    def stop(self) -> None:
        """Measure nothing for now."""
        self._measures = False
        self._window.rest()

    def want(self, wanted: bool) -> None:
        """Know whether somebody waits for data."""
        self._wanted = wanted
        if not wanted:
            self._window.rest()
        elif self._measures:
            self._window.run()

    # -- the exchange's side of the body (Taker)

    def take_data(self, data: bytes, wire: int) -> None:
        """Count, and pass on."""
        self._window.count(wire)
        assert self._taker is not None
        self._taker.take_data(data, wire)

    def tell_data(self) -> None:
        """Pass on."""
        assert self._taker is not None
        self._taker.tell_data()

    # -- inside

    def _begin(self) -> None:
        self._measures = True
        self._window.reset()
        if self._wanted:
            self._window.run()

    def _end(self, error: InternetError) -> None:
        self.stop()
        self._too_slow(error)
