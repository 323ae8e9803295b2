"""The inbox: what has arrived of a body and has not been read yet."""

from __future__ import annotations

from collections import deque

__all__ = ["Inbox"]

#: Pieces are joined up to this size (bytes; our own): a slow body comes byte by byte,
#: and what holds many pieces takes more than they do.
_JOINED = 4096


class Inbox:
    """Chunks in, bytes out, nothing copied that need not be.

    :ivar size: the bytes that are here.
    :ivar taken: the bytes that have been taken or passed over: the position of the
        next one in the body.
    """

    __slots__ = ("_begin", "_first", "_more", "size", "taken")

    def __init__(self) -> None:
        # The oldest chunk stands apart from the others: most small bodies have but
        # one, and an empty deque takes 760 bytes.
        self._first = b""
        #: what of it has been taken: cutting that off would copy the rest each time.
        self._begin = 0
        self._more: deque[bytes] | None = None
        self.size = 0
        self.taken = 0

    def put(self, data: bytes) -> None:
        """Add what has arrived."""
        size = self.size
        self.size = size + len(data)
        if not size:
            self._first = data
        elif self._more:
            if len(self._more[-1]) + len(data) <= _JOINED:
                self._more[-1] += data
            else:
                self._more.append(data)
        elif len(self._first) + len(data) <= _JOINED:
            self._first += data
        else:
            self._more = deque((data,))

    def take(self, limit: int) -> bytes:
        """Take up to ``limit`` bytes; empty when nothing is here."""
        if limit <= 0:
            return b""
        if not self._more or len(self._first) - self._begin >= limit:
            # One chunk serves: the usual case, and no join.
            return self.take_chunk(limit)
        taken = []
        wanted = min(limit, self.size)
        while wanted:
            piece = self.take_chunk(wanted)
            taken.append(piece)
            wanted -= len(piece)
        return b"".join(taken)

    def take_chunk(self, limit: int) -> bytes:
        """Take the next chunk, at most ``limit`` bytes of it, without a join."""
        first = self._first
        end = self._begin + limit
        if end < len(first):
            first = first[self._begin : end]
            self._begin = end
        else:
            if self._begin:
                first = first[self._begin :]
                self._begin = 0
            self._first = self._more.popleft() if self._more else b""
        self.size -= len(first)
        self.taken += len(first)
        return first

    def pass_over(self, count: int) -> int:
        """Throw away up to ``count`` bytes; returns how many were not here."""
        while count and self.size:
            count -= len(self.take_chunk(count))
        return count

    def clear(self) -> None:
        """Throw away what is here."""
        self._first = b""
        self._begin = 0
        self._more = None
        self.size = 0
