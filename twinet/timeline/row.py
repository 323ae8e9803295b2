"""The row: one request on the wire, or one call on an FTP server, and its times."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from twinet.timeline.exchange import Exchange
from twinet.timeline.phase import Phase, Span

__all__ = ["Row"]

#: How many spans a row has at most; then the last one grows (our own).
MOST_SPANS = 200
#: A pause of the program that is not worth a span: it counts as what was before it
#: (seconds; our own).
SHORT = 0.001


@dataclass(slots=True, eq=False)
class Row:
    """What is known of one request, up to now.

    A redirect, an answered challenge and a new place of a body are rows of their own.
    It holds neither the handle nor a body.

    :ivar number: counted from 1 in the order of their beginnings.
    :ivar after: the number of the row that led here: a redirect, or a challenge.
    :ivar protocol: ``"HTTP"``, ``"FTP"`` or ``"Gopher"``.
    :ivar verb: HTTP's; or ``LOGIN``, ``GET``, ``PUT``, ``LIST``, ``CALL``.
    :ivar url: without user name and password.
    :ivar context: the handle's, if it is a text or a number; else empty.
    :ivar doing: of a call on an FTP server, what it does, in words.
    :ivar begin: seconds since the timeline's start.
    :ivar spans: its phases, one after the other without gaps.
    :ivar sent: bytes that went out, heads included.
    :ivar told: bytes that came, as they were told, heads included; of what had come
        before it was read nobody is told.
    :ivar taken: bytes of the body that the program has read, decoded if they are.
    :ivar answered: whether what was sent last has been answered, at least in part.
    :ivar error: the name of the error's class; empty for none.
    :ivar message: what went wrong, in words.
    :ivar address: the server's, or a proxy's; empty if it is not known.
    :ivar exchange: what was said in HTTP.
    :ivar pending: the call has not ended.
    """

    number: int
    protocol: str
    verb: str
    url: str
    context: str
    begin: float
    after: int | None = None
    doing: str = ""
    spans: list[Span] = field(default_factory=list)
    sent: int = 0
    told: int = 0
    taken: int = 0
    answered: bool = False
    error: str = ""
    message: str = ""
    address: str = ""
    exchange: Exchange | None = None
    pending: bool = True
    #: the phases that were entered; one may have taken no time at all.
    seen: set[Phase] = field(default_factory=set)
    #: what goes on since when.
    _phase: Phase = Phase.QUEUE
    _since: float = 0.0

    def __post_init__(self) -> None:
        self._since = self.begin

    @property
    def end(self) -> float:
        """When it ended, or had its last news (seconds since the start)."""
        return self.spans[-1].end if self.spans else self.begin

    @property
    def duration(self) -> float:
        """Seconds from its beginning to its end."""
        return self.end - self.begin

    @property
    def phase(self) -> Phase:
        """What goes on."""
        return self._phase

    @property
    def status(self) -> str:
        """How it came out, in a word or two; empty as long as nobody knows."""
        if self.error:
            return self.error
        if self.exchange is not None and self.exchange.status_code:
            return str(self.exchange.status_code)
        return "" if self.pending else "ok"

    @property
    def received(self) -> int:
        """Bytes that came, heads included, as far as that is known."""
        if self.exchange is not None:
            head = self.exchange.head_size
            body = 0 if self.exchange.decoded else self.taken
            return head + max(self.told - head, body)
        if self.protocol == "Gopher":
            # What has come when the call ends is told then, and again when it is read.
            return self.taken or self.told
        return max(self.told, self.taken)

    @property
    def nothing_happened(self) -> bool:
        """Whether there was neither a step nor an end."""
        return self.seen <= {Phase.QUEUE} and not self.error

    @property
    def refused(self) -> bool:
        """Whether the answer is an error of HTTP: 4xx, 5xx."""
        # RFC 9110, sections 15.5 and 15.6
        return self.exchange is not None and self.exchange.status_code >= 400  # noqa: PLR2004

    @property
    def reused(self) -> bool:
        """Whether it went out on a connection that stood already."""
        return Phase.CONNECT not in self.seen

    def seconds(self, *phases: Phase) -> float | None:
        """Return how long these phases took together; ``None`` if there was none."""
        if self.seen.isdisjoint(phases):
            return None
        return sum(s.end - s.begin for s in self.spans if s.phase in phases)

    def enter(self, phase: Phase, now: float) -> None:
        """Take note that something else goes on from now on."""
        if phase is not self._phase:
            self._mark(now)
            self._phase = phase
            if phase is not Phase.IDLE:
                self.seen.add(phase)

    def redirected(self, number: int, url: str, now: float) -> Row:
        """Return the row of the request that follows this one."""
        row = Row(number, self.protocol, self.verb, url, self.context, now, self.number)
        row.exchange = Exchange()
        return row

    def rest(self, now: float) -> None:
        """Take note that its call has ended."""
        self._mark(now)
        self._phase = Phase.IDLE
        self.pending = False

    def at(self, now: float) -> Row:
        """Return a copy, with what goes on up to now."""
        row = replace(self, spans=list(self.spans), seen=set(self.seen))
        row._phase, row._since = self._phase, self._since  # noqa: SLF001  its own
        if self._phase is not Phase.IDLE:
            row._mark(now)  # noqa: SLF001  its own
        return row

    def _mark(self, now: float) -> None:
        """End the span that is going on."""
        spans, begin, phase = self.spans, self._since, self._phase
        # A clock that was set back makes no span that ends before it began.
        now = max(now, begin)
        self._since = now
        last = spans[-1] if spans else None
        if last is not None and (
            last.phase is phase
            or len(spans) >= MOST_SPANS
            or (phase is Phase.IDLE and now - begin < SHORT)
        ):
            spans[-1] = last._replace(end=now)
        elif now > begin:
            self.seen.add(phase)
            spans.append(Span(phase, begin, now))
