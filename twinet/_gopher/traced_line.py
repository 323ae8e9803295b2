"""The traced line: it tells what goes over it.

Nothing else in the room knows of a trace, and a session without one has plain lines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinet._gopher.line import GopherLine
from twinet._net.translate import words
from twinet.trace import TraceKind

if TYPE_CHECKING:
    from twisted.python.failure import Failure

    from twinet._net.tracing import LineTracing

__all__ = ["TracedLine"]

#: What makes a request one of Gopher+, whose answers have a head.
_PLUS = (b"\t+", b"\t!", b"\t$")
#: The longest line that is shown as one (bytes; our own).
_LONGEST_HEAD = 64


class TracedLine(GopherLine):
    """A connection of a session that is traced."""

    trace: LineTracing
    #: what has come of the head of an answer of Gopher+; None: there is none, any more.
    _head: bytes | None = None
    _told_end = False

    def send(self, data: bytes) -> None:
        """Tell what is asked, and send it; what fills in a form is a body."""
        line, end, form = data.partition(b"\r\n")
        self.trace.head(TraceKind.REQUEST_HEAD, [line + end])
        if form:
            self.trace.body(TraceKind.REQUEST_BODY, form, len(form))
        if any(mark in line for mark in _PLUS):
            self._head = b""
        super().send(data)

    def forget(self) -> None:
        """Tell it."""
        self._tell_end(f"Closing connection #{self.trace.number}")
        super().forget()

    def dataReceived(self, data: bytes) -> None:  # noqa: N802  IProtocol
        """Tell what came, and hand it on."""
        self._tell(data)
        super().dataReceived(data)

    def lost(self, reason: Failure) -> None:
        """Tell who has closed the connection."""
        self._tell_end(f"Connection {self.trace.to_host} is gone: {words(reason)}")
        super().lost(reason)

    # -- inside

    def _tell(self, data: bytes) -> None:
        if self._head is not None:
            data = self._head + data
            end = data.find(b"\n") + 1
            if not end and len(data) <= _LONGEST_HEAD:
                self._head = data
                return
            self._head = None
            if 0 < end <= _LONGEST_HEAD:
                self.trace.head(TraceKind.ANSWER_HEAD, [data[:end]])
                data = data[end:]
        if data:
            self.trace.body(TraceKind.ANSWER_BODY, data, len(data))

    def _tell_end(self, text: str) -> None:
        """Tell the end, once, behind all that came."""
        if not self._told_end:
            self._told_end = True
            head, self._head = self._head, None
            if head:
                self._tell(head)
            self.trace.fact(text)
