"""The lowest speed: ends what moves too few bytes within a window of time.

Theory of operation.  It counts bytes within a window of ``limits.lowest_speed_time``
seconds; when a window ends with fewer than ``limits.lowest_speed`` asks for, the
transfer ends, else the next one begins.  Only the time counts in which it runs: who
measures lets it rest while this side holds the transfer up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinet.errors import Timeout

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinet._net.deadlines import Deadlines
    from twinet.errors import InternetError

__all__ = ["SpeedWindow"]


class SpeedWindow:
    """Counts the bytes of one transfer.

    :param lowest: bytes a second.
    :param window: seconds.
    :param moved: what the bytes did, for the error's text.
    :param too_slow: called with the error; the window rests then.
    """

    deadline: float | None = None

    def __init__(
        self,
        lowest: float,
        window: float,
        moved: str,
        deadlines: Deadlines,
        too_slow: Callable[[InternetError], None],
    ) -> None:
        self._lowest = lowest
        self._window = window
        self._moved = moved
        self._deadlines = deadlines
        self._too_slow = too_slow
        self._count = 0
        #: what is left of the window (seconds), and since when it runs.
        self._left = window
        self._since: float | None = None

    def count(self, size: int) -> None:
        """Count bytes."""
        self._count += size

    def run(self) -> None:
        """Let the time run: the other side is to move something."""
        if self._since is None:
            self._since = self._deadlines.now()
            self._deadlines.set(self, max(self._left, 0.0))

    def rest(self) -> None:
        """Let it stand still."""
        if self._since is not None:
            self._left -= self._deadlines.now() - self._since
            self._since = None
            self._deadlines.clear(self)

    def reset(self) -> None:
        """Begin a new window, which rests."""
        self.rest()
        self._count = 0
        self._left = self._window

    def expired(self) -> None:
        """End the transfer, or begin the next window."""
        count = self._count
        self.reset()
        if count >= self._lowest * self._window:
            self.run()
            return
        self._too_slow(
            Timeout(
                f"only {count} bytes {self._moved} within {self._window:g} s, and "
                f"limits.lowest_speed asks for {self._lowest:g} bytes a second"
            )
        )
