"""Many limits, one timer.

Every request has several limits after each other, nearly all of them cleared or
pushed later long before they run out. A ``callLater`` for each would cost more than
the rest of the request, so:

* an item carries its own ``deadline`` (reactor seconds, or None);
* items lie in buckets, one for each whole second; an item's bucket is never later
  than its deadline, so a deadline that is pushed later costs nothing but the writing
  of a number, and setting and clearing touch one bucket, however many there are;
* one DelayedCall is set for the earliest deadline known. It is moved only when an
  earlier one comes. When deadlines have been pushed later or cleared, it fires once
  in vain and is set anew for the earliest that is left.

When the timer fires, only the buckets up to the present second are looked through;
an item that is not due goes on to the bucket of its deadline. Deadlines are kept
exactly; buckets only save searching.
"""

from __future__ import annotations

from math import inf, nextafter
from operator import attrgetter
from typing import TYPE_CHECKING, Protocol

from twisted.logger import Logger

if TYPE_CHECKING:
    from twisted.internet.interfaces import IDelayedCall, IReactorTime


class Timed(Protocol):
    """What can run out of time; hashed by identity, ``deadline`` starts as None.

    ``deadline`` is written by :class:`Deadlines` alone.
    """

    deadline: float | None

    def expired(self) -> None:
        """Act on the end of the time; it may set and clear any item."""


_deadline = attrgetter("deadline")


class Deadlines:
    """The limits that run at this moment.

    :param clock: tells the time and gives the one timer.
    """

    log = Logger()

    def __init__(self, clock: IReactorTime) -> None:
        self.clock = clock
        self.now = clock.seconds
        # dicts serve as ordered sets: equal deadlines end in the order of setting
        self._buckets: dict[int, dict[Timed, None]] = {}
        self._bucket_of: dict[Timed, int] = {}
        self._wake = inf  # when the timer will fire; -inf: it must not be touched
        self._timer: IDelayedCall | None = None
        self._closed = False

    def set(self, item: Timed, seconds_from_now: float) -> None:
        """Let ``item`` expire in so many seconds, whatever was set for it before.

        An infinite time is no limit.
        """
        deadline = item.deadline = self.now() + seconds_from_now
        second = self._bucket_of.get(item)
        if second is None:
            self._put(item, deadline)
        elif deadline < second:
            self._take_out(item)
            self._put(item, deadline)
        if deadline < self._wake:
            self._wake_in(seconds_from_now, deadline)

    def limit(self, item: Timed, seconds_from_now: float | None) -> None:
        """As :meth:`set`; with None as :meth:`clear`."""
        if seconds_from_now is None:
            self.clear(item)
        else:
            self.set(item, seconds_from_now)

    def clear(self, item: Timed) -> None:
        """Let ``item`` run without a limit; no harm if it has none."""
        if item.deadline is not None:
            item.deadline = None
            self._take_out(item)

    def close(self) -> None:
        """Forget every item and cancel the timer; nothing expires afterwards."""
        self._closed = True
        self._wake = -inf
        for item in self._bucket_of:
            item.deadline = None
        self._buckets.clear()
        self._bucket_of.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _put(self, item: Timed, deadline: float) -> None:
        if deadline == inf or self._closed:
            item.deadline = None
            return
        second = self._bucket_of[item] = int(deadline)
        bucket = self._buckets.get(second)
        if bucket is None:
            self._buckets[second] = {item: None}
        else:
            bucket[item] = None

    def _take_out(self, item: Timed) -> None:
        second = self._bucket_of.pop(item, None)
        if second is not None:
            bucket = self._buckets[second]
            del bucket[item]
            if not bucket:
                del self._buckets[second]

    def _wake_in(self, seconds: float, deadline: float) -> None:
        self._wake = deadline
        if self._timer is None:
            self._timer = self.clock.callLater(max(seconds, 0.0), self._look)
        else:
            self._timer.reset(max(seconds, 0.0))

    def _look(self) -> None:
        self._timer = None
        self._wake = -inf  # set() leaves the timer to the end of this method
        now = self.now()
        try:
            for item in self._due(now):
                # an item before it may have cleared this one, or pushed it later
                if item.deadline is not None and item.deadline <= now:
                    self.clear(item)
                    try:
                        item.expired()
                    except Exception:  # noqa: BLE001  hurts no other item
                        self.log.failure("{item!r} failed when expiring", item=item)
        finally:
            if not self._closed:
                self._wake = inf
                self._wake_for_the_earliest()

    def _due(self, now: float) -> list[Timed]:
        due = [
            item
            for second, bucket in self._buckets.items()
            if second <= now
            for item in bucket
            if item.deadline is not None and item.deadline <= now
        ]
        due.sort(key=_deadline)
        return due

    def _wake_for_the_earliest(self) -> None:
        deadline = inf
        while deadline == inf and self._buckets:
            second = min(self._buckets)
            for item in list(self._buckets[second]):
                assert item.deadline is not None
                if item.deadline >= second + 1:  # pushed later since it was put here
                    self._take_out(item)
                    self._put(item, item.deadline)
                else:
                    deadline = min(deadline, item.deadline)
        if deadline == inf:
            return
        now = self.now()
        seconds = max(deadline - now, 0.0)
        while now + seconds > deadline and seconds:
            # rounding must not make the timer late by the last bit
            seconds = nextafter(seconds, 0.0)
        self._wake_in(seconds, deadline)
