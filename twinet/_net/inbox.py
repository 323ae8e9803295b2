"""The inbox: what has arrived of a body and has not been read yet."""

from __future__ import annotations

from collections import deque

__all__ = ["Inbox"]


class Inbox:
    """Chunks in, bytes out, nothing copied that need not be.

    :ivar size: the bytes that are here.
    """

    __slots__ = ("_chunks", "size")

    def __init__(self) -> None:
        self._chunks: deque[bytes] = deque()
        self.size = 0

    def put(self, data: bytes) -> None:
        """Add what has arrived."""
        self._chunks.append(data)
        self.size += len(data)

    def take(self, limit: int) -> bytes:
        """Take up to ``limit`` bytes; empty when nothing is here."""
        chunks = self._chunks
        if not chunks or limit <= 0:
            return b""
        first = chunks[0]
        if len(first) >= limit or len(chunks) == 1:
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
        chunks = self._chunks
        if not chunks:
            return b""
        first = chunks.popleft()
        if len(first) > limit:
            chunks.appendleft(first[limit:])
            first = first[:limit]
        self.size -= len(first)
        return first

    def clear(self) -> None:
        """Throw away what is here."""
        self._chunks.clear()
        self.size = 0
