"""zstd, undone by the standard library or its backport (RFC 8878).

Importing this module fails with ``ImportError`` where neither is there.

A body is one frame or more; frames to be skipped bring nothing.  The check sum of a
frame that has one must be right, and what follows a frame must be another one.  A
window above 8 MiB is refused, as the content coding demands (RFC 9659).
"""

from __future__ import annotations

import sys

from twinet._wire.stage import PIECE, Stage

if sys.version_info >= (3, 14):
    from compression.zstd import DecompressionParameter, ZstdDecompressor, ZstdError
else:
    from backports.zstd import DecompressionParameter, ZstdDecompressor, ZstdError

__all__ = ["ZstdStage"]

#: RFC 9659, section 3, as a power of two (bytes).
_WINDOW = 23
_OPTIONS: dict[int, int] = {DecompressionParameter.window_log_max: _WINDOW}


class ZstdStage(Stage):
    """Undoes ``zstd``."""

    __slots__ = ("_frame", "_more")

    def __init__(self, coding: str) -> None:
        super().__init__(coding)
        #: the frame that has begun and not ended.
        self._frame: ZstdDecompressor | None = None
        #: the frame holds more, without further input.
        self._more = False

    def take(self) -> bytes:
        """Return the next piece; empty when the input is used up."""
        while self._input or self._more:
            frame = self._frame
            if frame is None:
                self.begun += 1
                frame = self._frame = ZstdDecompressor(options=_OPTIONS)
            try:
                # What it does not use up it keeps.
                piece = frame.decompress(self._input, PIECE)
            except ZstdError as error:
                if "too much memory" in str(error):
                    msg = "needs a window above 8 MiB, which RFC 9659 forbids"
                    raise self._fault(msg) from error
                raise self._damaged(error) from error
            if frame.eof:
                self._frame = None
                self._more = False
                self._input = frame.unused_data
            else:
                self._more = bool(piece) and not frame.needs_input
                self._input = b""
            if piece:
                return piece
        return b""

    def end(self) -> None:
        """Check that the last frame has ended."""
        if self._frame is not None:
            raise self._too_short()
