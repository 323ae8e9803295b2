"""The two names of a job: a UUID that grows with time, and a short one to type."""

from __future__ import annotations

import secrets
import threading
import time
import uuid

_COUNTER_BITS = 12
_COUNTER_MASK = (1 << _COUNTER_BITS) - 1


class JobIds:
    """Makes UUIDs of version 7 (RFC 9562, section 5.7) that never go backwards.

    Jobs that are added in the same millisecond, or after the clock was set back,
    still sort in the order in which they came: the 12 bits after the version are a
    counter (RFC 9562, section 6.2, method 1), and a full counter borrows the next
    millisecond.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def _tick(self, now: float) -> int:
        """Return milliseconds and counter as one number, greater than any before."""
        with self._lock:
            tick = int(now * 1000) << _COUNTER_BITS
            self._last = tick if tick > self._last else self._last + 1
            return self._last

    def next(self, now: float | None = None) -> tuple[str, float]:
        """Return a new id and the place in the queue that goes with it.

        The place is the id's time in milliseconds, the counter being its fraction:
        a float that sorts as the ids do and leaves room between two neighbours.

        :param now: seconds since the epoch; the clock's by default.
        """
        tick = self._tick(time.time() if now is None else now)
        milliseconds, counter = tick >> _COUNTER_BITS, tick & _COUNTER_MASK
        number = (milliseconds & ((1 << 48) - 1)) << 80
        number |= 0x7 << 76 | counter << 64
        number |= 0b10 << 62 | secrets.randbits(62)
        return str(uuid.UUID(int=number)), tick / (1 << _COUNTER_BITS)


def new_gid() -> str:
    """Return 16 random hexadecimal digits, the form that aria2's clients know."""
    return secrets.token_hex(8)
