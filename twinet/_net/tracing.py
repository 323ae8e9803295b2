"""The trace of a session, from what happened to records in a listener's hands.

Theory of operation.  Whoever has something to tell is in the middle of it: of a
parser, a write, a state that is half changed.  So a record is made there and then,
with its time, and kept; the listener is called in the next turn of the reactor, on an
empty stack, with all that has come together.  There it may close any handle.  What is
left when the session closes is told before its ``close`` fires.

Facts are worded as curl words them, because people know those words.
"""

from __future__ import annotations

from collections import deque
from time import monotonic
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary, ref

from twisted.logger import Logger

from twinet._net.race import place
from twinet._net.trace import LineTrace, Tracer
from twinet._net.translate import words
from twinet._wire.head_lines import harmless, head_lines, readable, without_secrets
from twinet.errors import InternetError
from twinet.trace import TraceKind, TraceRecord

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twisted.internet.interfaces import IDelayedCall, IReactorTime
    from twisted.python.failure import Failure

    from twinet._net.dispatch import Voice
    from twinet._net.egress import Target
    from twinet._net.tls import TlsCreator
    from twinet._net.trace import Address
    from twinet._wire.greeting import Greeting
    from twinet.trace import Trace

__all__ = ["LineTracing", "SessionTracing"]

_log = Logger()

FACT = TraceKind.FACT


class SessionTracing(Tracer):
    """Makes the records of a session, and tells them.

    :ivar keep_data: whether the bytes of bodies are kept.
    """

    __slots__ = (
        "_call",
        "_clock",
        "_closed",
        "_count",
        "_last",
        "_queue",
        "_start",
        "_trace",
        "keep_data",
    )

    def __init__(self, trace: Trace, clock: IReactorTime) -> None:
        self._trace = trace
        self.keep_data = trace.data
        self._clock = clock
        self._start = monotonic()
        self._queue: deque[TraceRecord] = deque()
        self._call: IDelayedCall | None = None
        self._count = 0
        self._closed = False
        #: on which connection a handle's last exchange was.
        self._last: WeakKeyDictionary[Any, LineTracing] = WeakKeyDictionary()

    # -- what Tracer hears

    def line(self, target: Target, voice: Voice) -> LineTrace:
        """Give the connection its number."""
        self._count += 1
        line = LineTracing(self, self._count, target)
        line.turn(target.url, voice.handle)
        return line

    def failed(self, handle: Any, error: InternetError) -> None:
        """Say how."""
        self._fact(handle, str(error))

    def closed(self, handle: Any) -> None:
        """Say it: what follows is the program's own doing."""
        self._fact(handle, "The handle was closed before its request was done")

    def note(self, voice: Voice, text: str) -> None:
        """Say it."""
        self._fact(voice.handle, text)

    def following(self, url: str, voice: Voice, *, challenged: bool) -> None:
        """Say where to, or what for."""
        text = (
            "Answering the server's challenge" if challenged else "Following a redirect"
        )
        self._fact(voice.handle, f"{text}: issue another request to this URL: {url}")

    def close(self) -> None:
        """Tell the rest at once."""
        if self._call is not None:
            self._call.cancel()
            self._call = None
        while self._queue:
            self._tell(self._queue.popleft())
        self._closed = True

    # -- what its lines ask for

    def on(self, line: LineTracing, handle: Any) -> None:
        """Take note that a handle's exchange is on that connection."""
        if handle is not None:
            self._last[handle] = line

    def put(
        self,
        kind: TraceKind,
        text: str,
        number: int | None,
        host: str,
        url: str,
        handle: Any,
        size: int = 0,
        data: bytes = b"",
    ) -> None:
        """Make a record; it is told in the next turn."""
        if self._closed:
            return
        when = monotonic() - self._start
        weak = None if handle is None else ref(handle)
        self._queue.append(
            TraceRecord(when, kind, text, number, host, url, size, data, weak)
        )
        if self._call is None:
            self._call = self._clock.callLater(0, self._drain)

    def lines(self, raw: list[bytes]) -> list[bytes]:
        """Return the lines of a head as they may be shown."""
        return raw if self._trace.secrets else without_secrets(raw)

    def _fact(self, handle: Any, text: str) -> None:
        """Tell a fact, on the connection that the request was last on."""
        line = None if handle is None else self._last.get(handle)
        if line is None:
            url = getattr(handle, "url", "")
            self.put(FACT, harmless(text), None, "", url, handle)
        else:
            line.fact(text)

    # -- telling

    def _drain(self) -> None:
        self._call = None
        # What the listener brings about has its turn later, lest it keeps us here.
        for _ in range(len(self._queue)):
            if not self._queue:
                # The listener has closed the session, and so heard the rest.
                return
            self._tell(self._queue.popleft())

    def _tell(self, record: TraceRecord) -> None:
        try:
            self._trace.listener(record)
        except Exception:  # noqa: BLE001  a listener's fault is the listener's
            # Not the record itself: it may hold what was meant for the listener alone.
            _log.failure(
                "the trace's listener failed on a record of kind {kind}, connection "
                "{number}",
                kind=record.kind.name,
                number=record.connection,
            )


class LineTracing(LineTrace):
    """Tells the story of one connection.

    :ivar number: the connection's, in its session.
    """

    __slots__ = ("_handle", "_host", "_port", "_session", "_url", "_where", "number")

    def __init__(self, session: SessionTracing, number: int, target: Target) -> None:
        self._session = session
        self.number = number
        self._host = target.host
        self._port = target.port
        self._where = str(target)
        self._url = target.url
        self._handle: ref[Any] | None = None

    # -- for whoever speaks over it

    @property
    def keep_data(self) -> bool:
        """Whether the bytes of bodies are kept."""
        return self._session.keep_data

    @property
    def to_host(self) -> str:
        """The connection by its number and host, in curl's words."""
        return f"#{self.number} to host {self._host}"

    def turn(self, url: str, handle: Any) -> None:
        """Take note whose turn it is: what comes now belongs to this request."""
        self._url = url
        self._handle = None if handle is None else ref(handle)
        self._session.on(self, handle)

    def fact(self, text: str) -> None:
        """Tell that something happened."""
        self._put(FACT, harmless(text))

    def head(
        self, kind: TraceKind, lines: list[bytes], *, of_body: bool = False
    ) -> None:
        """Tell lines of a head.

        :param of_body: their bytes are a part of the body's: they are trailers.
        """
        for line in self._session.lines(lines):
            self._put(kind, readable(line), 0, b"" if of_body else line)

    def body(self, kind: TraceKind, data: bytes, size: int) -> None:
        """Tell bytes of a body.

        :param data: as on the wire.
        :param size: without framing.
        """
        if self.keep_data:
            self._put(kind, f"[{len(data)} bytes data]", len(data), data)
        elif size:
            self._put(kind, f"[{size} bytes data]", size)

    def _put(
        self, kind: TraceKind, text: str, size: int = 0, data: bytes = b""
    ) -> None:
        handle = None if self._handle is None else self._handle()
        self._session.put(
            kind, text, self.number, self._where, self._url, handle, size, data
        )

    # -- what LineTrace hears

    def looking_up(self, host: str) -> None:
        """Say it."""
        self.fact(f"Looking up {host}")

    def looked_up(self, addresses: Sequence[Address], *, known: bool) -> None:
        """Say which they are."""
        how = "was looked up before" if known else "was resolved"
        self.fact(f"Host {self._where} {how}: {', '.join(map(str, addresses))}")

    def refused(self, address: Address, reason: str) -> None:
        """Say why."""
        self.fact(f"The egress policy refuses {address}: {reason}")

    def trying(self, address: Address) -> None:
        """Say which."""
        self.fact(f"  Trying {place(str(address), self._port)}...")

    def failed(self, address: Address, reason: Failure | BaseException) -> None:
        """Say why."""
        self.fact(f"connect to {address} port {self._port} failed: {words(reason)}")

    def given_up(self, address: Address) -> None:
        """Say it."""
        self.fact(f"connect to {address} port {self._port} given up")

    def asking_endpoint(self) -> None:
        """Say it."""
        self.fact(f"  Trying {self._where} by the session's own endpoint...")

    def connected(self, address: str) -> None:
        """Say where, and which number it has."""
        self.fact(
            f"Connected to {self._host} ({address}) port {self._port} (#{self.number})"
        )

    def securing(self, creator: TlsCreator) -> None:
        """Say what is offered."""
        offered = ",".join(map(readable, creator.policy.alpn))
        if offered:
            self.fact(f"ALPN: offering {offered}")

    def secured(self, creator: TlsCreator) -> None:
        """Say how, and with whom."""
        facts = creator.facts
        assert facts is not None, "the handshake is done"
        try:
            info = facts.info()
        except InternetError as error:
            self.fact(str(error))
            return
        self.fact(f"SSL connection using {info.version} / {info.cipher}")
        if info.alpn:
            self.fact(f"ALPN: server accepted {info.alpn}")
        elif creator.policy.alpn:
            self.fact("ALPN: server did not agree on a protocol")
        certificate = info.certificate
        self.fact(f"{creator.peer} certificate:")
        self.fact(f"  subject: {certificate.subject}")
        self.fact(f"  start date: {certificate.not_before:%Y-%m-%d %H:%M:%S} UTC")
        self.fact(f"  expire date: {certificate.not_after:%Y-%m-%d %H:%M:%S} UTC")
        self.fact(f"  subjectAltName: {', '.join(certificate.names)}")
        self.fact(f"  issuer: {certificate.issuer}")
        for fault in info.faults:
            self.fact(f"  SSL certificate fault, continuing anyway: {fault}")
        if not info.faults:
            self.fact("  SSL certificate verify ok.")

    def greeting(self, greeting: Greeting) -> None:
        """Say where it shall lead."""
        if greeting.legible:
            self.fact(f"Establish HTTP proxy tunnel to {greeting.where}")
        else:
            speech = greeting.proxy.speech.upper()
            self.fact(f"{speech} connect to {greeting.where} (remotely resolved)")

    def said(self, greeting: Greeting, data: bytes) -> None:
        """Show the heads; what is none may be a password."""
        for raw in greeting.read:
            self.head(TraceKind.ANSWER_HEAD, head_lines(raw))
        if greeting.legible and data:
            self.head(TraceKind.REQUEST_HEAD, head_lines(data))

    def greeted(self, greeting: Greeting) -> None:
        """Say it."""
        what = "CONNECT" if greeting.legible else greeting.proxy.speech.upper()
        self.fact(f"{what} tunnel to {greeting.where} established")

    def again(self) -> None:
        """Say why."""
        self.fact("Answering the proxy's challenge on another connection")

    def insecure(self, creator: TlsCreator) -> None:
        """Say what is wrong with the certificate, if that was the reason."""
        for fault in creator.faults:
            self.fact(f"SSL certificate problem: {fault}")
