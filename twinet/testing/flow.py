"""One direction of a connection in memory: what is written at one end comes out.

It comes in order, at the pace of its link, and only when the receiver reads::

    put(data) --> [ (when it is there, bytes) ... ] --> receiver.arrived(bytes)
    end()     --> [ ...               , the end ] --> receiver.ended()

Bytes that are there together come together, as from a socket.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from twisted.internet.interfaces import IDelayedCall, IReactorTime

    from twinet.testing.link import Link

__all__ = ["Flow"]

#: What is given to the receiver at once (bytes), as a transport of Twisted's does.
READ = 1 << 16
#: On a link with a rate pieces are as long as what passes in this time (seconds).
BEAT = 0.05
#: Sums of times are not exact (seconds).
_SLACK = 1e-9


class Sender(Protocol):
    """Who writes."""

    def drained(self) -> None:
        """Take note that less waits now."""


class Receiver(Protocol):
    """Who reads."""

    paused: bool

    def arrived(self, data: bytes) -> None:
        """Take what came."""

    def ended(self) -> None:
        """Take note that the other end has closed."""


class Flow:
    """One direction.

    :param limited: whether the cut and the stall of the link are in this direction.
    :ivar waiting: how much was written and has not come out (bytes).
    :ivar passed: how much has come out (bytes).
    """

    sender: Sender
    receiver: Receiver

    def __init__(self, clock: IReactorTime, link: Link, *, limited: bool) -> None:
        self.waiting = 0
        self.passed = 0
        self._clock = clock
        self._latency = link.latency
        self._rate = link.rate
        self._cut = link.cut_after if limited else None
        self._stall = link.stall_after if limited else None
        self._queue: deque[tuple[float, bytes | None]] = deque()
        #: when all that was put is on its way.
        self._free = 0.0
        self._call: IDelayedCall | None = None
        self._dropped = False

    @property
    def broken(self) -> bool:
        """Whether as much has passed as the link lets pass before it breaks."""
        return self._cut is not None and self.passed >= self._cut

    def put(self, data: bytes) -> None:
        """Take what is written."""
        if self._dropped or not data:
            return
        self._free = max(self._free, self._clock.seconds())
        for piece in self._pieces(data):
            if self._rate is not None:
                self._free += len(piece) / self._rate
            self._queue.append((self._free + self._latency, piece))
        self.waiting += len(data)
        self.go_on()

    def _pieces(self, data: bytes) -> list[bytes]:
        if self._rate is None:
            return [bytes(data)]
        size = max(1, int(self._rate * BEAT))
        return [bytes(data[at : at + size]) for at in range(0, len(data), size)]

    def end(self) -> None:
        """Let the receiver hear of the end behind all that was written."""
        if not self._dropped:
            there = max(self._free, self._clock.seconds()) + self._latency
            self._queue.append((there, None))
            self.go_on()

    def drop(self) -> None:
        """Let nothing more come out."""
        self._dropped = True
        self._queue.clear()
        self.waiting = 0
        call, self._call = self._call, None
        if call is not None:
            call.cancel()

    def go_on(self) -> None:
        """Deliver what is there, in another turn, if the receiver reads."""
        if self._call is None and self._queue and not self.receiver.paused:
            if self._room() == 0 and not self.broken:
                return  # it has stalled
            delay = self._queue[0][0] - self._clock.seconds()
            self._call = self._clock.callLater(max(0.0, delay), self._deliver)

    def _room(self) -> int:
        """Return how much may pass before something is in the way (bytes)."""
        limits = [each for each in (self._cut, self._stall) if each is not None]
        return max(0, min(limits) - self.passed) if limits else READ

    def _deliver(self) -> None:
        self._call = None
        if self.receiver.paused:
            return
        data = self._take(min(READ, self._room()))
        try:
            if data:
                self.passed += len(data)
                self.sender.drained()
                self.receiver.arrived(data)
            elif self.broken:
                self.receiver.arrived(b"")
            elif self._queue and self._queue[0][1] is None:
                self._queue.clear()
                self.receiver.ended()
        finally:
            if not self._dropped:
                self.go_on()

    def _take(self, most: int) -> bytes:
        """Take what is there."""
        parts: list[bytes] = []
        now = self._clock.seconds() + _SLACK
        while most and self._queue and self._queue[0][0] <= now:
            there, piece = self._queue[0]
            if piece is None:
                break
            self._queue.popleft()
            parts.append(piece[:most])
            if len(piece) > most:
                self._queue.appendleft((there, piece[most:]))
            most -= len(parts[-1])
        data = b"".join(parts)
        self.waiting -= len(data)
        return data
