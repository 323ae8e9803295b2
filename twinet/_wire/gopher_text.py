"""Text on its way (RFC 1436, section 3.6): lines, up to one with a dot alone.

A line of the text that begins with a dot has one more in front, so that it is not
taken for the end.  Half of the servers keep to that; the other half send their files as
they are, and close.

Theory of operation.  So whether the dots are the protocol's or the text's is judged by
what comes.  The end is only what no more data follow: a dot alone in the middle is a
line.  A line that begins with one dot shows that the server puts none in front.  One
that begins with two can be either; from there on the text is held back until something
shows it::

    a line with one dot in front    the dots are the text's
    the end, a dot alone            one of two dots is the protocol's
    the end, without                the dots are the text's
    too much is held back           one of two dots is the protocol's: the RFC says so

Line ends stay as they came.
"""

from __future__ import annotations

__all__ = ["MOST_HELD", "TextReader"]

#: So much is held back (bytes; our own).
MOST_HELD = 1 << 20
_LAST = frozenset((b".", b".\r", b".\n", b".\r\n"))


class TextReader:
    """Takes away what the protocol has added, however the text is cut.

    :ivar dotted: the text has ended with a dot (known after :meth:`end`).
    """

    __slots__ = ("_at_start", "_doubt", "_doubt_size", "_rest", "_stuffed", "dotted")

    def __init__(self) -> None:
        self.dotted = False
        #: what comes next begins a line.
        self._at_start = True
        #: whether the server puts dots in front; None: nobody knows.
        self._stuffed: bool | None = None
        #: what is held back, from the beginning of a line on.
        self._doubt: list[bytes] = []
        self._doubt_size = 0
        #: a line that may be the last one: a dot, and perhaps its line end.
        self._rest = b""

    @property
    def held(self) -> bool:
        """Whether all that came may be all: the last line is a dot alone."""
        return self._rest.endswith(b"\n")

    def feed(self, data: bytes) -> bytes:
        """Take a piece; return what is certain of the text."""
        if self._rest:
            data = self._rest + data
            self._rest = b""
        elif not data:
            return data
        first = self._at_start and data.startswith(b".")
        if not first and b"\n." not in data:
            self._at_start = data.endswith(b"\n")
            return self._hold(data) if self._doubt else data
        return self._look(data, 0 if first else data.index(b"\n.") + 1)

    def end(self) -> bytes:
        """Take note of the end; return what is left of the text."""
        self.dotted = bool(self._rest)
        self._rest = b""
        if not self._doubt:
            return b""
        return self._release(stuffed=self.dotted)

    # -- inside

    def _look(self, data: bytes, dot: int) -> bytes:
        """Look at each line that begins with a dot; the first is known."""
        at_start = self._at_start
        begin = -1
        while dot >= 0:
            line = data[dot : dot + 3]
            if line in _LAST and dot + len(line) == len(data):
                self._rest = line
                data = data[:dot]
                break
            if not line.startswith(b".."):
                if self._stuffed is None:
                    self._stuffed = False
            elif begin < 0:
                begin = dot
            found = data.find(b"\n.", dot)
            dot = found + 1 if found >= 0 else -1
        self._at_start = bool(self._rest) or data.endswith(b"\n")
        if self._stuffed is None and (begin >= 0 or self._doubt):
            if self._doubt:
                return self._hold(data)
            return data[:begin] + self._hold(data[begin:])
        if self._stuffed:
            return _unstuffed(data, at_start=at_start)
        return self._release(stuffed=False) + data if self._doubt else data

    def _hold(self, data: bytes) -> bytes:
        self._doubt.append(data)
        self._doubt_size += len(data)
        if self._doubt_size <= MOST_HELD:
            return b""
        return self._release(stuffed=True)

    def _release(self, *, stuffed: bool) -> bytes:
        self._stuffed = stuffed
        held = b"".join(self._doubt)
        self._doubt = []
        return _unstuffed(held, at_start=True) if stuffed else held


def _unstuffed(data: bytes, *, at_start: bool) -> bytes:
    out = data.replace(b"\n..", b"\n.")
    return out[1:] if at_start and out.startswith(b"..") else out
