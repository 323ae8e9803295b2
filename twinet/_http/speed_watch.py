"""The lowest speed: ends a transfer whose bodies move too slowly.

Theory of operation.  It counts bytes within a window of ``limits.lowest_speed_time``
seconds; when a window ends with fewer than ``limits.lowest_speed`` asks for, the
transfer ends, else the next one begins.  Time in which nobody wants data does not
count, nor the waits for a connection and for an answer: those have limits of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinet.errors import Timeout

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinet._http.owner import Taker
    from twinet._net.deadlines import Deadlines
    from twinet.errors import InternetError

__all__ = ["SpeedWatch"]


class SpeedWatch:
    """Counts one transfer's bytes, in either direction, and passes data on.

    :param lowest: bytes a second.
    :param window: seconds.
    :param peer: the server, for the error's text.
    :param too_slow: called with the error.
    """

    deadline: float | None = None

    def __init__(
        self,
        lowest: float,
        window: float,
        peer: str,
        deadlines: Deadlines,
        too_slow: Callable[[InternetError], None],
    ) -> None:
        self._lowest = lowest
        self._window = window
        self._peer = peer
        self._deadlines = deadlines
        self._too_slow = too_slow
        self._taker: Taker | None = None
        self._count = 0
        #: what is left of the window, in seconds; None: nothing is measured.
        self._left: float | None = None
        self._since = 0.0
        self._wanted = True

    # -- what is measured

    def take_sent(self, count: int) -> None:
        """Count bytes of the request's body; the first ones begin to be measured."""
        if self._left is None:
            self._begin()
        self._count += count

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
        self._left = None
        self._deadlines.clear(self)

    def want(self, wanted: bool) -> None:
        """Know whether somebody waits for data."""
        if wanted is self._wanted:
            return
        self._wanted = wanted
        if self._left is None:
            return
        if wanted:
            self._run(self._left)
        else:
            self._left -= self._deadlines.now() - self._since
            self._deadlines.clear(self)

    def expired(self) -> None:
        """End the transfer, or begin the next window."""
        if self._count >= self._lowest * self._window:
            self._begin()
            return
        count = self._count
        self.stop()
        self._too_slow(
            Timeout(
                f"only {count} bytes went between here and {self._peer} within "
                f"{self._window:g} s, and limits.lowest_speed asks for "
                f"{self._lowest:g} bytes a second"
            )
        )

    # -- the exchange's side of the body (Taker)

    def take_data(self, data: bytes, wire: int) -> None:
        """Count, and pass on."""
        self._count += wire
        assert self._taker is not None
        self._taker.take_data(data, wire)

    def tell_data(self) -> None:
        """Pass on."""
        assert self._taker is not None
        self._taker.tell_data()

    # -- inside

    def _begin(self) -> None:
        self._count = 0
        self._left = self._window
        if self._wanted:
            self._run(self._window)

    def _run(self, seconds: float) -> None:
        self._since = self._deadlines.now()
        self._deadlines.set(self, max(seconds, 0.0))
