"""The codings of a body (Content-Encoding), undone piece by piece.

Sans-IO.  :meth:`Decoder.feed` takes what has come, :meth:`Decoder.take` gives the next
piece of what it means, at most :data:`~twinet._wire.stage.PIECE` bytes of it; nothing
is decoded before it is taken.  So whoever takes decides how much there is at a time,
whatever the input would swell to.

A body may have several codings upon each other: each is a stage, and what the one gives
feeds the next.  A stage may work hard and bring nothing (a million empty members), and
that must not hold the taker up: each step comes back to the taker, and what they have
cost so far is :attr:`Decoder.work`.

How strict it is.  Check sums and lengths must be right where a coding has them, and the
body must not end before its stream does.  What follows a stream is a fault too, unless
the coding allows it; the stages say more.  An empty body is empty in any coding.

Against bombs there are two limits, which hold between two stages as well.
``Limits.decoded_bytes`` is a length.  ``Limits.decoded_ratio`` is how many bytes may
come of one; it counts from :data:`FREE` bytes on, because less than that harms nobody
who takes it piece by piece.  deflate makes at most 1032 of one, zstd 32,768, and br has
no bound: a body of gzip or deflate alone never meets the default.

``br`` and ``zstd`` need packages that may be missing; they are loaded when they are
first asked for.  What is not there is not announced, and is left alone if it comes.
"""

from __future__ import annotations

from collections import deque
from functools import cache
from typing import TYPE_CHECKING

from twinet._wire.zlib_stage import ZlibStage
from twinet.errors import DecodingFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from twinet._wire.stage import Stage
    from twinet.records import Limits

__all__ = ["Decoder", "announced", "codings_of"]

#: What a stage is given of the input at a time: they copy what they leave (bytes).
_SLICE = 16384
#: As much work as so many bytes: to begin a stream or frame (measured: 5 to 10 µs).
_STREAM = 1024
#: From which size on the ratio counts (bytes; our own choice).
FREE = 64 << 20
#: More codings than these upon each other are left alone (as in curl).
_MOST_CODINGS = 5

#: In the order in which they are announced, which is that of the browsers.
_CODINGS = ("gzip", "deflate", "br", "zstd")
_ALIASES = {"x-gzip": "gzip"}
_IDENTITY = "identity"


@cache
def announced() -> bytes:
    """Return what is asked for (the Accept-Encoding field): all that can be undone."""
    return ", ".join(coding for coding in _CODINGS if _maker(coding)).encode()


def codings_of(values: Iterable[bytes]) -> tuple[str, ...]:
    """Return the codings of a body in the order in which they were applied.

    :param values: of each Content-Encoding field.
    :returns: some of ``gzip``, ``deflate``, ``br`` and ``zstd``; empty when there is
        nothing to undo, and when one of the codings cannot be undone here, as then
        none can.
    """
    codings: list[str] = []
    for name in b",".join(values).decode("latin-1").lower().split(","):
        coding = name.strip(" \t")
        if coding and coding != _IDENTITY:
            known = _ALIASES.get(coding, coding)
            # Looked up first: only what is known may be remembered by the cache.
            if known not in _CODINGS or _maker(known) is None:
                return ()
            if len(codings) == _MOST_CODINGS:
                return ()
            codings.append(known)
    return tuple(codings)


class Decoder:
    """Undoes the codings of one body.

    :param codings: as :func:`codings_of` gives them; at least one.
    :param limits: ``decoded_bytes`` and ``decoded_ratio`` of these.
    :ivar work: what was done so far: the bytes that came out of all stages, and
        something for each stream that was begun.
    """

    __slots__ = ("_came", "_given", "_limits", "_place", "_queue", "_stages", "work")

    def __init__(self, codings: tuple[str, ...], limits: Limits) -> None:
        # The last coding that was applied is the first to be undone.
        self._stages = [_stage(coding) for coding in reversed(codings)]
        self._given = [0] * len(self._stages)
        self._limits = limits
        self._queue: deque[memoryview] = deque()
        self._came = 0
        #: the last stage that may go on; all behind it have used up what they had.
        self._place = 0
        self.work = 0

    def feed(self, data: bytes) -> None:
        """Add what has come."""
        if data:
            self._queue.append(memoryview(data))

    def take(self) -> bytes | None:
        """Make a step; None when everything fed has been used up.

        :returns: the next piece; empty when the step brought nothing to give yet.
        :raises DecodingFailed: 12175, the body is damaged, or a limit does not let it
            become what it would.
        """
        place = self._place
        stage = self._stages[place]
        piece = stage.take()
        self.work += len(piece) + _STREAM * stage.begun
        stage.begun = 0
        if piece:
            self._count(place, len(piece))
            if place == len(self._stages) - 1:
                return piece
            self._place = place + 1
            self._stages[place + 1].feed(piece)
        elif place:
            self._place = place - 1
        else:
            data = self._slice()
            if not data:
                return None
            stage.feed(data)
        return b""

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

    def _count(self, place: int, size: int) -> None:
        """Count what a stage gave."""
        given = self._given[place] = self._given[place] + size
        limits = self._limits
        most, ratio = limits.decoded_bytes, limits.decoded_ratio
        if most is not None and given > most:
            msg = f"the decoded body is longer than {most} bytes (limits.decoded_bytes)"
            raise DecodingFailed(msg)
        if given > FREE and ratio is not None and given > ratio * self._came:
            msg = (
                f"the body swells to more than {ratio} times its size, as bombs do; "
                "raise limits.decoded_ratio if it is none, or ask for it without "
                "compression (Accept-Encoding: identity)"
            )
            raise DecodingFailed(msg)


def _stage(coding: str) -> Stage:
    make = _maker(coding)
    assert make is not None, "codings_of() names what can be undone"
    return make(coding)


@cache
def _maker(coding: str) -> Callable[[str], Stage] | None:
    """Return what undoes a coding; None when nothing here can."""
    try:
        match coding:
            case "gzip" | "deflate":
                return ZlibStage
            case "br":
                from twinet._wire.brotli_stage import BrotliStage  # noqa: PLC0415

                return BrotliStage
            case "zstd":
                from twinet._wire.zstd_stage import ZstdStage  # noqa: PLC0415

                return ZstdStage
    except ImportError:
        pass
    return None
