"""The codings of a body (Content-Encoding), undone piece by piece.

Sans-IO.  :meth:`Decoder.feed` takes what has come, :meth:`Decoder.take` gives the next
piece of what it means, at most :data:`PIECE` bytes of it; nothing is decoded before
it is taken.  So whoever takes decides how much there is at a time, whatever the
input would swell to.

How strict it is.  The check sums and lengths of gzip and zlib must be right, and the
body must not end before its stream does.  What follows a stream is a fault too, unless
it is a further gzip member, or zeros that pad the last one: when the head of a second
member is damaged, to take it for junk would lose data without a word.  An empty body
is an empty body in any coding.

``deflate`` is zlib's format (RFC 9110 8.4.1.2), but many servers send the bare stream
of RFC 1951.  The first byte tells them apart: in zlib's format its low half is 8, which
a bare stream could only have with garbage in the padding of a stored block.  The bare
stream has no check sum; damage to it can pass unseen.

Against bombs: deflate makes at most 1032 bytes of one.  More than :data:`RATIO`, behind
the first :data:`FREE` bytes, comes only of codings upon each other, and is a fault (our
own choice).
"""

from __future__ import annotations

import re
import zlib
from collections import deque
from typing import TYPE_CHECKING

from twinet.errors import DecodingFailed

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ANNOUNCED", "Decoder", "codings_of"]

#: What is asked for (the Accept-Encoding field).
ANNOUNCED = b"gzip, deflate"
#: The most that is given at a time (bytes).
PIECE = 65536
#: What zlib is given at a time: it copies what it leaves (bytes).
_SLICE = 16384
#: How many bytes may come of one, and from which size on that counts.
RATIO = 1100
FREE = 1 << 20
#: More codings than these upon each other are left alone (as in curl).
_MOST_CODINGS = 5

_KNOWN = {"gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate"}
_IDENTITY = "identity"

_WHOLE_GZIP = zlib.MAX_WBITS + 16
_BARE = -zlib.MAX_WBITS
#: zlib's own words stand behind its number.
_ZLIB_WORDS = re.compile(r".*?data: ")


def codings_of(values: Iterable[bytes]) -> tuple[str, ...]:
    """Return the codings of a body in the order in which they were applied.

    :param values: of each Content-Encoding field.
    :returns: ``gzip`` and ``deflate``; empty when there is nothing to undo, and when
        one of the codings is unknown, as then none can be undone.
    """
    codings: list[str] = []
    for name in b",".join(values).decode("latin-1").lower().split(","):
        coding = name.strip(" \t")
        if coding and coding != _IDENTITY:
            known = _KNOWN.get(coding)
            if known is None or len(codings) == _MOST_CODINGS:
                return ()
            codings.append(known)
    return tuple(codings)


class Decoder:
    """Undoes the codings of one body.

    :param codings: as :func:`codings_of` gives them; at least one.
    """

    __slots__ = ("_came", "_given", "_queue", "_stages")

    def __init__(self, codings: tuple[str, ...]) -> None:
        # The last coding that was applied is the first to be undone.
        self._stages = [_Stage(coding) for coding in reversed(codings)]
        self._queue: deque[memoryview] = deque()
        self._came = 0
        self._given = 0

    def feed(self, data: bytes) -> None:
        """Add what has come."""
        if data:
            self._queue.append(memoryview(data))

    def take(self) -> bytes:
        """Return the next piece; empty when everything fed has been used up.

        :raises DecodingFailed: 12175, the body is damaged, or swells too much.
        """
        place = last = len(self._stages) - 1
        while True:
            # The last stage that can go on does; where none can, more must come in.
            piece = self._stages[place].take()
            if piece and place == last:
                return self._counted(piece)
            if piece:
                place += 1
                self._stages[place].feed(piece)
            elif place:
                place -= 1
            else:
                piece = self._slice()
                if not piece:
                    return b""
                self._stages[0].feed(piece)

    def end(self) -> None:
        """Check that the body has come to its end, when all of it was taken.

        :raises DecodingFailed: 12175, it has not.
        """
        for stage in self._stages:
            stage.end()

    def _slice(self) -> bytes:
        """Take some of the input."""
        if not self._queue:
            return b""
        data = self._queue.popleft()
        if len(data) > _SLICE:
            self._queue.appendleft(data[_SLICE:])
            data = data[:_SLICE]
        self._came += len(data)
        return bytes(data)

    def _counted(self, piece: bytes) -> bytes:
        self._given += len(piece)
        if self._given > FREE and self._given > RATIO * self._came:
            msg = (
                f"the body swells to more than {RATIO} times its size, as only a bomb "
                "does; ask for it without compression (Accept-Encoding: identity)"
            )
            raise DecodingFailed(msg)
        return piece


class _Stage:
    """Undoes one coding."""

    __slots__ = ("_coding", "_ended", "_full", "_input", "_padded", "_stream")

    def __init__(self, coding: str) -> None:
        self._coding = coding
        self._input = b""
        self._stream: zlib._Decompress | None = None
        #: zlib filled the last piece, and may hold more without further input.
        self._full = False
        #: a stream, or a member of it, has come to its end.
        self._ended = False
        #: what followed the last member was zeros.
        self._padded = False

    def feed(self, data: bytes) -> None:
        """Give it input; what it had is used up."""
        self._input = data

    def take(self) -> bytes:
        """Return the next piece; empty when the input is used up."""
        while self._input or self._full:
            stream = self._stream or self._begin()
            if stream is None:
                return b""
            try:
                piece = stream.decompress(self._input, PIECE)
            except zlib.error as error:
                words = _ZLIB_WORDS.sub("", str(error))
                raise self._fault(f"is damaged: {words}") from error
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
        """Check that the stream has ended; one without any byte is empty."""
        if self._stream is not None:
            raise self._fault("ends too early")

    def _begin(self) -> zlib._Decompress | None:
        """Begin a stream; None when what follows the last one is padding."""
        first = self._input[0]
        if self._coding == "deflate":
            if self._ended:
                raise self._fault("goes on behind its end")
            wrapped = first & 0x8F == zlib.DEFLATED
            wbits = zlib.MAX_WBITS if wrapped else _BARE
        else:
            if self._padded or (self._ended and first == 0):
                if self._input.strip(b"\0"):
                    raise self._fault("goes on behind its end")
                self._padded = True
                self._input = b""
                return None
            wbits = _WHOLE_GZIP
        self._stream = zlib.decompressobj(wbits)
        return self._stream

    def _fault(self, what: str) -> DecodingFailed:
        return DecodingFailed(
            f"the {self._coding} body {what}; ask for it without compression "
            "(Accept-Encoding: identity)"
        )
