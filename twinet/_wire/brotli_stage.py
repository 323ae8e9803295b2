"""br, undone by the brotli package (RFC 7932).

Importing this module fails with ``ImportError`` where the package is missing, or is so
old that what it gives at a time has no bound.

Brotli has no check sum: damage can pass unseen where it leaves the stream well formed.
Its end is marked, so that a body that was cut is known, and so is what follows it.
"""

from __future__ import annotations

import brotli

from twinet._wire.stage import Stage

__all__ = ["BrotliStage"]

if not hasattr(brotli.Decompressor, "can_accept_more_data"):
    _msg = "brotli before 1.2 cannot give its output in pieces"
    raise ImportError(_msg, name="brotli")

#: What it may make at a time (bytes).  It goes on to the end of a block of its own, and
#: its blocks grow; the first, which this stays within, has 32 KiB.
_ROOM = 16384


class BrotliStage(Stage):
    """Undoes ``br``."""

    __slots__ = ("_more", "_stream")

    def __init__(self, coding: str) -> None:
        super().__init__(coding)
        self._stream: brotli.Decompressor | None = None
        #: the last call brought something: there may be more of it.
        self._more = False

    def take(self) -> bytes:
        """Return the next piece; empty when the input is used up."""
        if not (self._input or self._more):
            return b""
        stream = self._stream
        if stream is None:
            self.begun += 1
            stream = self._stream = brotli.Decompressor()
        elif self._input and stream.is_finished():
            raise self._too_long()
        data, self._input = self._input, b""
        try:
            piece: bytes = stream.process(data, output_buffer_limit=_ROOM)
        except brotli.error as error:
            # It does not tell one from the other, and has no words of its own.
            msg = "is damaged, or goes on behind its end"
            raise self._fault(msg) from error
        # Not can_accept_more_data(): that is about input, and all of the input may be
        # used up while there is still output to come.
        self._more = bool(piece)
        return piece

    def end(self) -> None:
        """Check that the stream has ended."""
        if self._stream is not None and not self._stream.is_finished():
            raise self._too_short()
