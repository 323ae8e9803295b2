"""The wire trace: what ``curl -v`` shows, as records.

``Session(trace=…)`` takes whatever can be called with a :class:`TraceRecord`; a
:class:`Trace` says besides what the records shall hold.  ``twinet.TracePrinter``
writes them as text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from weakref import ref

__all__ = ["Trace", "TraceKind", "TraceRecord"]


class TraceKind(Enum):
    """What a record is about; the value is the sign that curl puts before it."""

    #: something that happened: a look-up, a connection, a limit that ran out.
    FACT = "*"
    #: a line of a request's head.
    REQUEST_HEAD = ">"
    #: bytes of a request's body.
    REQUEST_BODY = "}"
    #: a line of an answer's head (1xx too), or of the trailers.
    ANSWER_HEAD = "<"
    #: bytes of an answer's body.
    ANSWER_BODY = "{"


@dataclass(frozen=True, slots=True)
class TraceRecord:
    """One line of a trace.

    :ivar when: seconds since the session began, by a clock that is never set back.
    :ivar kind: what it is about.
    :ivar text: one readable line: no control characters, not endless, and without
        secrets unless they were asked for.
    :ivar connection: the connection's number in its session, from 1; ``None`` when it
        concerns no connection.
    :ivar host: the server, as ``host:port``; empty when it concerns no connection.
    :ivar url: of the request, without user name and password; of a connection that
        is idle, that of the last one.
    :ivar size: of body data, how many bytes; without their chunk framing, unless data
        are kept.
    :ivar data: of a line of a head, its bytes with the line end, and without secrets
        as in ``text``; of body data the bytes of the wire, chunk framing and trailers
        included, if the trace keeps them; otherwise empty.
    """

    when: float
    kind: TraceKind
    text: str
    connection: int | None = None
    host: str = ""
    url: str = ""
    size: int = 0
    data: bytes = field(default=b"", repr=False)
    # Weak, so that a list of records keeps no finished request alive.
    _handle: ref[Any] | None = field(default=None, repr=False, compare=False)

    @property
    def handle(self) -> Any:
        """The request's handle; ``None`` when there is none, or none any more."""
        return None if self._handle is None else self._handle()

    @property
    def outgoing(self) -> bool:
        """Whether it was sent by us."""
        return self.kind in (TraceKind.REQUEST_HEAD, TraceKind.REQUEST_BODY)

    def __str__(self) -> str:
        return f"{self.kind.value} {self.text}".rstrip()


@dataclass(frozen=True, slots=True)
class Trace:
    """Who is told of what goes over the wire, and how much of it.

    The listener is called on the reactor thread, in order, and never in the middle of
    anything: it may close handles.  What it raises is logged.

    :ivar listener: called with each record.
    :ivar data: keep the bytes of bodies in the records, as ``curl --trace`` does.
    :ivar secrets: show what is left out otherwise: the values of fields that are known
        by their names to carry a secret (``Authorization``, ``Cookie``, ``Set-Cookie``,
        ``X-Api-Key`` …), and user name and password in the URLs of other fields.
    """

    listener: Callable[[TraceRecord], object]
    data: bool = field(default=False, kw_only=True)
    secrets: bool = field(default=False, kw_only=True)
