"""The trace as text, in the manner of ``curl -v``."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, TextIO

from twinet.errors import InvalidParameter
from twinet.trace import TraceKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinet.trace import TraceRecord

__all__ = ["TracePrinter"]

#: Bytes in a line of a dump.
WIDTH = 16
_BODIES = (TraceKind.REQUEST_BODY, TraceKind.ANSWER_BODY)


class TracePrinter:
    """Writes a trace: ``Session(trace=TracePrinter())``.

    A line begins with curl's sign for what it is (``*``, ``>``, ``<``, ``}``, ``{``).
    From the second connection on the number of its own stands before it (``[#2]``), so
    that those which run side by side can be told apart.  Of body data that come in
    many pieces the first is told, and then the rest together.  If the trace keeps data
    (``Trace(…, data=True)``) each piece is told, and dumped in hexadecimal and ASCII.

    :param stream: where to write; ``sys.stderr``, as it is at that moment, when left
        out.
    :param times: put the seconds since the session began before each line.
    :raises InvalidParameter: 87, text cannot be written there.
    """

    def __init__(self, stream: TextIO | None = None, *, times: bool = False) -> None:
        if stream is not None:
            _check_stream(stream)
        self._stream = stream
        self._times = times
        self._first: int | None = None
        self._several = False
        #: for each connection, the body data that have not been told.
        self._untold: dict[int, _Untold] = {}

    def __repr__(self) -> str:
        stream = self._stream
        where = "sys.stderr" if stream is None else getattr(stream, "name", stream)
        return f"<TracePrinter to {where}>"

    def __call__(self, record: TraceRecord) -> None:
        """Write what there is to say about a record."""
        number = record.connection
        if self._first is None:
            self._first = number
        elif number not in (None, self._first):
            self._several = True
        lines = list(self._lines(record))
        if lines:
            before = self._before(record)
            stream = sys.stderr if self._stream is None else self._stream
            stream.write("".join(f"{before}{line}\n" for line in lines))
            stream.flush()

    def _lines(self, record: TraceRecord) -> Iterator[str]:
        number = record.connection
        if number is None:
            yield str(record)
            return
        untold = self._untold.get(number)
        if record.kind in _BODIES and not record.data:
            if untold is not None and untold.kind is record.kind:
                untold.pieces += 1
                untold.size += record.size
                return
            self._untold[number] = _Untold(record.kind)
        else:
            self._untold.pop(number, None)
        if untold is not None and untold.pieces:
            yield str(untold)
        yield str(record)
        if record.kind in _BODIES:
            yield from _dump(record.data)

    def _before(self, record: TraceRecord) -> str:
        time = f"{record.when:.6f} " if self._times else ""
        if self._several and record.connection is not None:
            return f"{time}[#{record.connection}] "
        return time


def _check_stream(stream: object) -> None:
    if not callable(getattr(stream, "write", None)) or isinstance(
        stream, io.RawIOBase | io.BufferedIOBase
    ):
        msg = (
            f"a trace cannot be written to {stream!r}; give a file that is open for "
            "text, such as open(name, 'w'), or nothing for standard error"
        )
        raise InvalidParameter(msg)


class _Untold:
    """Pieces of one body that were not told one by one."""

    def __init__(self, kind: TraceKind) -> None:
        self.kind = kind
        self.pieces = 0
        self.size = 0

    def __str__(self) -> str:
        return f"{self.kind.value} [{self.size} bytes data in {self.pieces} more]"


def _dump(data: bytes) -> Iterator[str]:
    """Yield the lines of a dump: place, hexadecimal, ASCII."""
    for start in range(0, len(data), WIDTH):
        piece = data[start : start + WIDTH]
        text = "".join(chr(c) if 32 <= c < 127 else "." for c in piece)  # noqa: PLR2004  ASCII
        yield f"{start:04x}: {piece.hex(' '):<{3 * WIDTH - 1}}  {text}"
