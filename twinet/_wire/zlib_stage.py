"""gzip and deflate, undone by zlib (RFC 1952, 1950, 1951).

The check sums and lengths must be right.  What follows the end of a gzip member must be
a further member, or zeros that pad the last one: when the head of a second member is
damaged, to take it for junk would lose data without a word.

``deflate`` is zlib's format (RFC 9110 8.4.1.2), but many servers send the bare stream
of RFC 1951.  The first byte tells them apart: in zlib's format its low half is 8, which
a bare stream could only have with garbage in the padding of a stored block.  The bare
stream has no check sum; damage to it can pass unseen.
"""

from __future__ import annotations

import zlib

from twinet._wire.stage import PIECE, Stage

__all__ = ["ZlibStage"]

_WHOLE_GZIP = zlib.MAX_WBITS + 16
_BARE = -zlib.MAX_WBITS


class ZlibStage(Stage):
    """Undoes ``gzip`` or ``deflate``."""

    __slots__ = ("_ended", "_full", "_padded", "_stream")

    def __init__(self, coding: str) -> None:
        super().__init__(coding)
        self._stream: zlib._Decompress | None = None
        #: zlib filled the last piece, and may hold more without further input.
        self._full = False
        #: a stream, or a member of it, has come to its end.
        self._ended = False
        #: what followed the last member was zeros.
        self._padded = False

    def take(self) -> bytes:
        """Return the next piece; empty when the input is used up."""
        while self._input or self._full:
            stream = self._stream or self._begin()
            if stream is None:
                return b""
            try:
                piece = stream.decompress(self._input, PIECE)
            except zlib.error as error:
                raise self._damaged(error) from error
            if stream.eof:
                self._ended = True
                self._stream = None
                self._full = False
                self._input = stream.unused_data
            else:
                self._full = len(piece) == PIECE
                self._input = stream.unconsumed_tail
            if piece:
                return piece
        return b""

    def end(self) -> None:
        """Check that the last stream has ended."""
        if self._stream is not None:
            raise self._too_short()

    def _begin(self) -> zlib._Decompress | None:
        """Begin a stream; None when what follows the last one is padding."""
        first = self._input[0]
        if self.coding == "deflate":
            if self._ended:
                raise self._too_long()
            wrapped = first & 0x8F == zlib.DEFLATED
            wbits = zlib.MAX_WBITS if wrapped else _BARE
        else:
            if self._padded or (self._ended and first == 0):
                if self._input.strip(b"\0"):
                    raise self._too_long()
                self._padded = True
                self._input = b""
                return None
            wbits = _WHOLE_GZIP
        self.begun += 1
        self._stream = zlib.decompressobj(wbits)
        return self._stream
