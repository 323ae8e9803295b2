"""The traced channel: a channel that tells what goes over it.

Theory of operation.  The taps sit at the channel's two ends: a :class:`_WriteTap`
between it and its transport, above TLS, and a :class:`_ReadTap` between it and its
reader.  So whatever is sent is seen, by whichever way it goes out, and what came is
seen as the reader understood it.  Nothing else in the room knows of a trace, and a
session without one has plain channels.

A tap makes records and calls nobody (:mod:`twinet._net.tracing`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from twinet._http.channel import Channel
from twinet._net.translate import words
from twinet._wire.chunked import ChunkedBody
from twinet._wire.head_lines import head_lines
from twinet._wire.http1 import End, Fault, Head
from twinet.trace import TraceKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twisted.python.failure import Failure

    from twinet._http.errand import Errand
    from twinet._http.exchange import Exchange
    from twinet._http.pool import Pool
    from twinet._net.tracing import LineTracing
    from twinet._wire.http1 import Event, ResponseReader

__all__ = ["TracedChannel"]

#: So much is shown of what is no answer (bytes; our own choice).
STRANGE = 1000
_HEAD_END = b"\r\n\r\n"
#: As a server may write it.
_BLANK_LINE = re.compile(rb"\n\r?\n")
#: As we write it; nobody else can (``check_field``).
_CHUNKED = b"\r\nTransfer-Encoding: chunked\r\n"
#: Our own framing has neither.
_NONE = {"extension_limit": 0, "trailer_limit": 0}


class TracedChannel(Channel):
    """A channel of a session that is traced."""

    trace: LineTracing
    _writes: _WriteTap | None = None
    _told_dead = False
    _told_end = False

    def __init__(self, pool: Pool, head_limit: int) -> None:
        super().__init__(pool, head_limit)
        self._reads = _ReadTap(self._reader, self)
        self._reader = self._reads  # type: ignore[assignment]  # it passes all on

    def gone(self) -> bool:
        """Tell what a look has shown."""
        gone = super().gone()
        if gone and not self._told_dead:
            self._told_dead = True
            self.trace.fact(f"Connection {self.trace.to_host} seems to be dead")
        return gone

    def begin(self, exchange: Exchange | Errand, head: bytes) -> None:
        """Tell whose turn it is, and send."""
        order = exchange.order
        voice = order.voice
        trace = self.trace
        trace.turn(order.url.url, None if voice is None else voice.handle)
        if self.served:
            trace.fact(f"Re-using existing connection {trace.to_host}")
        if self._writes is None:
            # Only now is the transport known to be the last one: TLS comes below it.
            self.transport = self._writes = _WriteTap(self.transport, trace)
        self._writes.begin()
        super().begin(exchange, head)

    def _send_at_once(self, data: bytes) -> bytes:
        rest = super()._send_at_once(data)
        assert self._writes is not None, "begin() has put it there"
        self._writes.wrote(data[: len(data) - len(rest)])
        return rest

    def finish(self) -> None:
        """Tell that the connection may be used again."""
        self.trace.fact(f"Connection {self.trace.to_host} left intact")
        super().finish()

    def dataReceived(self, data: bytes) -> None:  # noqa: N802  IProtocol
        """Show also what nobody asked for."""
        if self._exchange is None:
            self.trace.fact("The server sent what nobody had asked for:")
            self._reads.strange(data)
        super().dataReceived(data)

    def lost(self, reason: Failure) -> None:
        """Tell who has closed the connection."""
        self._end_told(f"Connection {self.trace.to_host} is gone: {words(reason)}")
        super().lost(reason)

    def expired(self) -> None:
        """Tell that nobody has used it for too long."""
        if self._exchange is None:
            self.trace.fact(f"Connection {self.trace.to_host} was idle for too long")
        super().expired()

    def close(self) -> None:
        """Tell it."""
        self._end_told(f"Closing connection #{self.trace.number}")
        if self._writes is not None:
            # Else it would be taken for TLS, below which the socket is closed too.
            self.transport = self._writes.transport
        super().close()

    def abort(self) -> None:
        """Tell it."""
        self._end_told(f"Closing connection #{self.trace.number}")
        super().abort()

    def _end_told(self, text: str) -> None:
        """Tell the end, once: what is gone is closed as well, and then aborted."""
        if not self._told_end:
            self._told_end = True
            self.trace.fact(text)


class _WriteTap:
    """The channel's transport, as far as the channel and body producers know."""

    def __init__(self, transport: Any, trace: LineTracing) -> None:
        self.transport = transport
        self._trace = trace
        self._head: bytes | None = None
        self._chunks: ChunkedBody | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.transport, name)

    def begin(self) -> None:
        """Know that a request's head comes next."""
        self._head = b""
        self._chunks = None

    def write(self, data: bytes) -> None:
        """Tell, and write."""
        self.wrote(data)
        self.transport.write(data)

    def writeSequence(self, pieces: Iterable[bytes]) -> None:  # noqa: N802  ITransport
        """Tell, and write."""
        self.write(b"".join(pieces))

    def wrote(self, data: bytes) -> None:
        """Tell what goes out."""
        if self._head is not None:
            whole = self._head + data
            end = whole.find(_HEAD_END)
            if end < 0:
                self._head = whole
                return
            end += len(_HEAD_END)
            head, data = whole[:end], whole[end:]
            self._head = None
            self._trace.head(TraceKind.REQUEST_HEAD, head_lines(head))
            if _CHUNKED in head:
                self._chunks = ChunkedBody(**_NONE)
        if data:
            chunks = self._chunks
            size = len(data if chunks is None else chunks.feed(data))
            self._trace.body(TraceKind.REQUEST_BODY, data, size)


class _ReadTap:
    """The channel's reader, as far as the channel knows."""

    def __init__(self, reader: ResponseReader, channel: TracedChannel) -> None:
        self._reader = reader
        self._channel = channel
        #: what has come of a head that is not whole; None: behind the final head.
        self._held: bytearray | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reader, name)

    def expect(self, verb: bytes) -> None:
        """Know that an answer's head comes next."""
        self._held = bytearray()
        self._reader.expect(verb)

    def feed(self, data: bytes) -> list[Event]:
        """Let the reader read, and tell what it found."""
        events = self._reader.feed(data)
        self._tell(data, events)
        return events

    def end_of_stream(self, *, orderly: bool) -> list[Event]:
        """Let the reader conclude, and show what it can make nothing of."""
        events = self._reader.end_of_stream(orderly=orderly)
        self._tell(b"", events)
        return events

    def strange(self, data: bytes) -> None:
        """Show the beginning of bytes that are no answer.

        If they look like one, not its body.
        """
        trace = self._channel.trace
        head = _BLANK_LINE.search(data)
        shown = data[: STRANGE if head is None else min(STRANGE, head.end())]
        trace.head(TraceKind.ANSWER_HEAD, head_lines(shown))
        if len(data) > len(shown):
            trace.fact(f"... and {len(data) - len(shown)} bytes more")

    def _tell(self, data: bytes, events: list[Event]) -> None:
        trace = self._channel.trace
        if self._held is not None:
            self._held += data
            if not events:
                return
            data = bytes(self._held)
        size = 0
        trailers: list[bytes] = []
        for event in events:
            if type(event) is bytes:
                size += len(event)
            elif type(event) is Head:
                # Blank lines may stand before it.
                before, raw, data = data.partition(event.raw)
                trace.head(TraceKind.ANSWER_HEAD, head_lines(before + raw))
                self._held = bytearray(data) if event.interim else None
            elif type(event) is End:
                trailers = [b"%b: %b" % field for field in event.trailers]
            elif type(event) is Fault and self._held is not None:
                self.strange(data)
        if self._held is None and data:
            trace.body(TraceKind.ANSWER_BODY, data, size)
        if trailers:
            trace.head(TraceKind.ANSWER_HEAD, trailers, of_body=True)
