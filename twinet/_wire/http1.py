"""Reader of HTTP/1.x answers: bytes go in, events come out.

Sans-IO: it never waits, knows no clock and no socket, and never raises because of
what a server sent; a :class:`Fault` is an event like the others, and the last one.

Theory of operation.  One reader belongs to one connection.  ``expect`` says that a
request went out; from then on exactly one answer may come::

    IDLE --expect--> FRESH ---> HEAD --1xx--> HEAD
                       |         |
                       '----.----'
                            |---> LENGTH ------.
                            |---> CHUNKED -----+--> End --> IDLE
                            |---> UNTIL_CLOSE -'
                            '-- no body: End at once

    any state --bytes that may not be--> Fault --> OVER
    end of the stream --> OVER; IDLE says nothing, UNTIL_CLOSE End, the others Fault
    broken stream --> OVER; the same, but UNTIL_CLOSE Fault

The raw input rules, not the parser.  The end of a head is the first empty line, found
in the raw bytes, with lines that end with CRLF or LF; only the bytes up to there are
given to a fresh parser (:mod:`twinet._wire.http_head`).  Bodies with a length and
bodies until close are counted here and passed on as they are; only chunked bodies go
through a parser again (:mod:`twinet._wire.chunked`).  Every limit is on raw bytes,
before anything is parsed, and a head that comes in small pieces is searched from where
the last search ended, so the work stays linear.

There is a short way for what nearly always comes: a clean head, whole in the first
piece (:mod:`twinet._wire.clean_head`), and plain chunks that are all there at once.
Whatever is not so beyond doubt takes the long way, with the same events.

Bytes that come in one piece with the end of an answer, but after it, do not hurt the
answer: ``keep_alive`` is False.  Bytes that come when nothing is expected are a fault.
"""

from __future__ import annotations

from twinet._wire.answer_events import End, Event, Fault, Head
from twinet._wire.chunked import ChunkedBody, plain_chunks
from twinet._wire.clean_head import SHORTEST_LINE, clean_head
from twinet._wire.head_search import HeadSearch
from twinet._wire.http_head import excerpt, opens_tunnel, read_head
from twinet.errors import HttpInvalidServerResponse, InternalError, Truncated

__all__ = ["End", "Event", "Fault", "Head", "ResponseReader"]


#: The states, in words; compared by identity, since an answer asks often.
_IDLE = "nothing is expected"
_FRESH = "before the first byte of an answer"
_HEAD = "before or inside a head"
_LENGTH = "inside a body of known length"
_CHUNKED = "inside a chunked body"
_UNTIL_CLOSE = "inside a body that lasts until the connection closes"
_OVER = "nothing can come any more"
#: The ends of nearly all answers; nobody writes to them.
_KEPT = End([], keep_alive=True)
_LAST = End([], keep_alive=False)


class ResponseReader:
    """Turns the bytes of one connection into answers.

    :param head_limit: the longest head, its closing blank line included (bytes).
    :param field_limit: the most lines that the fields of a head may have.
    :param interim_limit: the most 1xx answers before the real one; a server that
        works for minutes may send one every few seconds.
    :param blank_limit: the most blank lines before a status line; some servers send
        one after a body, in excess of its length.
    :param extension_limit: how much longer than usual chunk framing may be (bytes
        beyond 20 and twice its size for each chunk, counted over each feed).
    :param trailer_limit: the longest trailer section (bytes).
    :ivar started: a byte of the present answer has come; blank lines before it do not
        count.  A request on a kept connection that ends without this was never
        answered, and may be sent again on another.
    :ivar tunnel: after a 2xx answer to CONNECT, the bytes that came in one piece with
        its head and belong to the tunnel
    :source: RFC 9112; the limits are our own.
    """

    __slots__ = (
        "__weakref__",
        "_body",
        "_clean_limit",
        "_extension_limit",
        "_field_limit",
        "_interim_limit",
        "_interims",
        "_left",
        "_length",
        "_persistent",
        "_search",
        "_state",
        "_trailer_limit",
        "_verb",
        "started",
        "tunnel",
    )

    def __init__(
        self,
        *,
        head_limit: int = 65536,
        field_limit: int = 1000,
        interim_limit: int = 64,
        blank_limit: int = 4,
        extension_limit: int = 16384,
        trailer_limit: int = 16384,
    ) -> None:
        self._search = HeadSearch(
            head_limit=head_limit, field_limit=field_limit, blank_limit=blank_limit
        )
        self._field_limit = field_limit
        self.limit_heads(head_limit)
        self._interim_limit = interim_limit
        self._extension_limit = extension_limit
        self._trailer_limit = trailer_limit
        self._state = _IDLE
        self._persistent = True
        self._verb = b""
        self._interims = 0
        self._length = 0  # announced for the body
        self._left = 0  # of it, still to come
        self._body: ChunkedBody | None = None
        self.started = False
        self.tunnel = b""

    @property
    def left(self) -> int:
        """What is yet to come of a body whose length was announced (bytes)."""
        return self._left if self._state is _LENGTH else 0

    def expect(self, verb: bytes) -> None:
        """Say that a request went out, so that one answer may come.

        :param verb: the method as sent; methods are case-sensitive.
        :raises InternalError: if an answer is outstanding or the connection is used
            up, which is a mistake of the caller.
        """
        if self._state is not _IDLE:
            msg = f"a request went out, but the reader's state is: {self._state}"
            raise InternalError(msg)
        if not self._persistent:
            msg = "a request went out on a connection that carries no further one"
            raise InternalError(msg)
        self._state = _FRESH
        self._verb = verb
        self.started = False

    def limit_heads(self, size: int) -> None:
        """Change how long a head may be, from the next one on (bytes)."""
        self._search.head_limit = size
        # A clean head of no more bytes than this cannot have too many fields either.
        self._clean_limit = min(size, SHORTEST_LINE * self._field_limit)

    def feed(self, data: bytes) -> list[Event]:
        """Take bytes as they came and return what they mean, in order."""
        if not data:
            return []
        state = self._state
        if state is _FRESH:
            head = clean_head(data, self._verb, self._clean_limit)
            if head is not None:
                self.started = True
                return self._begin_body(head, data[len(head.raw) :])
            self._state = _HEAD
            self._interims = 0
            self._search.begin()
            return self._feed_head(data)
        if state is _LENGTH:
            left = self._left - len(data)
            if left > 0:
                self._left = left
                return [data]
            if left == 0:
                return [data, self._end()]
            return [data[: self._left], self._end(surplus=True)]
        if state is _UNTIL_CLOSE:
            return [data]
        if state is _CHUNKED:
            return self._feed_chunked(data)
        if state is _HEAD:
            return self._feed_head(data)
        if state is _IDLE:
            what = "bytes that belong to no answer (was the last one too long?): "
            return [self._fault(what + excerpt(data))]
        return []

    def end_of_stream(self, *, orderly: bool = True) -> list[Event]:
        """Say that the stream has ended; return what that means.

        :param orderly: the server ended it, by a FIN, or with TLS by a close_notify; a
            stream that broke is no end of a body that lasts until then (RFC 9112,
            sections 8 and 9.8).
        """
        state, self._state = self._state, _OVER
        if state is _UNTIL_CLOSE:
            if orderly:
                return [self._end()]
            return [self._truncated("it lasts until the server closes in order")]
        if state is _LENGTH:
            came = self._length - self._left
            return [self._truncated(f"{came} of {self._length} bytes")]
        if state is _CHUNKED:
            assert self._body is not None
            came = self._body.received
            return [self._truncated(f"{came} bytes of a chunked body without its end")]
        if state is _HEAD or state is _FRESH:
            held = self._search.unfinished
            if held:
                # What follows the first line may be a cookie.
                begin = excerpt(held.partition(b"\n")[0].rstrip(b"\r"))
                what = f"the connection ended inside a head: {begin}"
                return [self._fault(what)]
            return [self._fault("the connection ended before the answer came")]
        return []

    def _feed_head(self, data: bytes) -> list[Event]:
        """Find heads in the bytes until one of them is not interim."""
        events: list[Event] = []
        while True:
            found = self._search.take(data)
            self.started = self._search.started
            if found is None:
                return events
            if isinstance(found, str):
                return [*events, self._fault(found)]
            raw, data = found
            verb = self._verb
            head = clean_head(raw, verb, len(raw)) or read_head(raw, verb)
            if isinstance(head, str):
                return [*events, self._fault(head)]
            if not head.interim:
                return [*events, *self._begin_body(head, data)]
            self._interims += 1
            if self._interims > self._interim_limit:
                what = f"more than {self._interim_limit} interim (1xx) answers"
                return [*events, self._fault(what)]
            events.append(head)
            if not data:
                return events

    def _begin_body(self, head: Head, rest: bytes) -> list[Event]:
        """Choose the framing of the body and take what has come of it."""
        length = head.length
        if not head.persistent:
            self._persistent = False
        if length:
            left = length - len(rest)
            if left == 0:
                return [head, rest, self._end()]
            self._state = _LENGTH
            self._length = self._left = length
        elif head.chunked:
            body = plain_chunks(rest)
            if body is not None:
                return [head, body, self._end()] if body else [head, self._end()]
            self._state = _CHUNKED
            self._body = ChunkedBody(
                extension_limit=self._extension_limit,
                trailer_limit=self._trailer_limit,
            )
        elif length is None:
            self._state = _UNTIL_CLOSE
            self._persistent = False
        elif opens_tunnel(head.status, self._verb):
            # Not surplus: a server that speaks first may do so at once (FTP).
            self._persistent = False
            self.tunnel = rest
            return [head, self._end()]
        else:
            return [head, self._end(surplus=bool(rest))]
        return [head, *self.feed(rest)] if rest else [head]

    def _feed_chunked(self, data: bytes) -> list[Event]:
        body = self._body
        assert body is not None
        piece = body.feed(data)
        events: list[Event] = [piece] if piece else []
        if body.fault:
            events.append(self._fault(body.fault))
        elif body.complete:
            self._body = None
            end = self._end(surplus=body.surplus)
            if body.trailers:
                end = End(body.trailers, keep_alive=end.keep_alive)
            events.append(end)
        return events

    def _end(self, *, surplus: bool = False) -> End:
        if surplus:
            self._persistent = False
        if self._state is not _OVER:
            self._state = _IDLE
        return _KEPT if self._persistent else _LAST

    def _fault(self, what: str) -> Fault:
        self._over()
        return Fault(
            HttpInvalidServerResponse(f"the server's answer is not valid HTTP: {what}")
        )

    def _truncated(self, how_much: str) -> Fault:
        self._over()
        return Fault(
            Truncated(
                f"the connection ended inside the body: {how_much}; try again, or "
                "ask for the rest with a Range"
            )
        )

    def _over(self) -> None:
        self._state = _OVER
        self._search.clear()
        self._body = None
