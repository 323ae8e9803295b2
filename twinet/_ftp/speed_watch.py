"""The lowest speed: ends a transfer whose data move too slowly.

It counts bytes within a window of ``limits.lowest_speed_time`` seconds, as for bodies
of HTTP; time in which our side holds the transfer up does not count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinet.errors import Timeout

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinet._net.deadlines import Deadlines

__all__ = ["SpeedWatch"]


class SpeedWatch:
    """Counts the bytes of one data connection.

    :param lowest: bytes a second.
    :param window: seconds.
    :param too_slow: called with the error.
    """

    deadline: float | None = None

    def __init__(
        self,
        lowest: float,
        window: float,
        deadlines: Deadlines,
        too_slow: Callable[[Timeout], None],
    ) -> None:
        self._lowest = lowest
        self._window = window
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

    def expired(self) -> None:
        """End the transfer, or begin the next window."""
        count, self._count = self._count, 0
        self._left, self._since = self._window, None
        if count >= self._lowest * self._window:
            self.run()
            return
        self._too_slow(
            Timeout(
                f"only {count} bytes of data went to or from the server within "
                f"{self._window:g} s, and limits.lowest_speed asks for "
                f"{self._lowest:g} bytes a second"
            )
        )
