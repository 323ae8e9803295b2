"""A stage: one coding of a body, undone piece by piece.

Sans-IO.  A stage is fed some input when it has used up what it had, and gives the next
piece of what that means, at most :data:`PIECE` bytes of it, for as long as it can.
How far a short input swells is thus the taker's choice.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod

from twinet.errors import DecodingFailed

__all__ = ["PIECE", "Stage"]

#: The most that is given at a time (bytes).
PIECE = 65536
#: zlib and libzstd say what they were doing before they say what was wrong.
_PREAMBLE = re.compile(r".*?data: ")


class Stage(ABC):
    """Undoes one coding of one body.

    :ivar coding: its name, for those who read errors.
    :ivar begun: how many streams, members or frames have begun since this was set to 0.
    """

    __slots__ = ("_input", "begun", "coding")

    def __init__(self, coding: str) -> None:
        self.coding = coding
        self.begun = 0
        self._input = b""

    def feed(self, data: bytes) -> None:
        """Give it input; what it had is used up."""
        self._input = data

    @abstractmethod
    def take(self) -> bytes:
        """Return the next piece; empty when the input is used up.

        :raises DecodingFailed: 12175, the body is damaged, or goes on behind its end.
        """

    @abstractmethod
    def end(self) -> None:
        """Check that the coding has come to its end; a body without a byte is empty.

        :raises DecodingFailed: 12175, it has not.
        """

    def _damaged(self, error: Exception) -> DecodingFailed:
        words = _PREAMBLE.sub("", str(error))
        return self._fault(f"cannot be decoded: {words}")

    def _too_long(self) -> DecodingFailed:
        return self._fault("goes on behind its end")

    def _too_short(self) -> DecodingFailed:
        return self._fault("ends too early")

    def _fault(self, what: str) -> DecodingFailed:
        return DecodingFailed(
            f"the {self.coding} body {what}; ask for it without compression "
            "(Accept-Encoding: identity)"
        )
