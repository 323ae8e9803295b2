"""Progress: what a long transfer tells of its data, now and then."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twinet._ftp.operation import Operation
    from twinet._net.deadlines import Deadlines
    from twinet.status import Notification

__all__ = ["Progress"]

#: It is told at most so often, with the bytes summed (seconds), as for all bulk reads.
EVERY = 0.1


class Progress:
    """Tells a pair of notifications, the second one with the bytes since the last.

    A transfer that is over before the first is due tells none: its commands say it all.
    """

    def __init__(
        self,
        operation: Operation,
        deadlines: Deadlines,
        begins: type[Notification],
        ends: type[Notification],
    ) -> None:
        self._operation = operation
        self._deadlines = deadlines
        self._kinds = begins, ends
        self._since = deadlines.now()
        self._count = 0

    def __call__(self, count: int) -> None:
        """Take note of bytes, and tell of them when it is time."""
        self._count += count
        now = self._deadlines.now()
        if now - self._since < EVERY:
            return
        self._since = now
        voice = self._operation.voice
        count, self._count = self._count, 0
        for kind, info in zip(self._kinds, (None, count), strict=True):
            if voice.heard and self._operation.stopped is None:
                voice.emit(kind, info)
