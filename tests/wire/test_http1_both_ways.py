"""The reader's short way and its long way read the same.

What is clean beyond doubt takes a short way (:mod:`twinet._wire.clean_head`, and
``plain_chunks``).  Here every input is read twice, the second time with the short ways
barred; all that the reader tells must be equal to the last byte and word.
"""

from __future__ import annotations

import random
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.wire.answers import CORPUS, HEAD_PARTS, Answer
from tests.wire.test_http1_against_h11 import damaged
from twinet._wire import http1
from twinet._wire.http1 import End, Event, Fault, Head, ResponseReader
from twinet.errors import InternalError

_HEAD = (
    b"HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\n"
    b"Date: Fri, 27 Nov 2026 15:46:15 GMT\r\nContent-Type: text/plain\r\n"
    b"%b\r\nTrailer: x\r\nConnection: keep-alive\r\nCache-Control: no-cache\r\n"
    b'ETag: "6746f0a0-400"\r\nSet-Cookie: a=b; Path=/\r\nAccept-Ranges: bytes\r\n\r\n'
)
#: Answers as usual servers give them.
USUAL = [
    Answer("of a length", _HEAD % b"Content-Length: 5" + b"hello"),
    Answer("in lower case", _HEAD.lower().replace(b"http", b"HTTP") % b"a: b"),
    Answer("chunk", _HEAD % b"Transfer-Encoding: chunked" + b"5\r\nhello\r\n0\r\n\r\n"),
    Answer(
        "chunks",
        _HEAD % b"transfer-encoding: chunked" + b"1\r\nh\r\n04\r\nello\r\n0\r\n\r\n",
    ),
    Answer("closing", b"HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\nno"),
    Answer(
        "empty", b"HTTP/1.1 204 No Content\r\nConnection: close\r\nETag: W/1\r\n\r\n"
    ),
    Answer("own reason", b"HTTP/1.1 299  It is so \r\nContent-Length:2\r\n\r\nok"),
]
#: What may stand in a head or among chunks, in forms that are nearly clean.
_PARTS = (
    b"Content-Length: 5\r\n",
    b"Content-length:0\r\n",
    b"CONTENT-LENGTH: 5\r\n",
    b"Content-Length: 5 \r\n",
    b"Content-Length:  5\r\n",
    b"Content-Length: 05\r\n",
    b"Content-Length: 9999999999999999999\r\n",
    b"Content-Length: 999999999999999999\r\n",
    b"Content-Length: \r\n",
    b"Content-Length-Not: 7\r\n",
    b"Content-Encoding: br\r\n",
    b"Connection: close\r\n",
    b"connection:Close\r\n",
    b"Connection: keep-alive\r\n",
    b"Connection: keep-alive, close\r\n",
    b"Connection: closer\r\n",
    b"Connection: x\r\n",
    b"Connection:\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"transfer-encoding:chunked\r\n",
    b"Transfer-Encoding: Chunked\r\n",
    b"Transfer-Encoding: chunked2\r\n",
    b"Transfer-Encoding: gzip, chunked\r\n",
    b"Upgrade: h2c\r\n",
    b"Trailer: a\r\n",
    b"Keep-Alive: timeout=5\r\n",
    b"Proxy-Connection: close\r\n",
    b"Cookie: \xe4\r\n",
    b"c:\r\n",
    b"T: \t x \t\r\n",
    b"no colon\r\n",
    b"a : b\r\n",
    b": b\r\n",
    b" folded\r\n",
    b"a: \x01\r\n",
    b"a: \x7f\r\n",
    b"a: b\n",
    b"a: b\r",
    b"\r\n",
    b"5\r\nhello\r\n",
    b"005\r\nhello\r\n",
    b"123456789\r\nhello\r\n",
    b"5;a\r\nhello\r\n",
    b"0\r\n\r\n",
    b"0\r\nA: b\r\n\r\n",
    b"hello",
)
_VERBS = (b"GET", b"GET", b"POST", b"HEAD", b"CONNECT")


def _shown(event: Event) -> Any:
    if isinstance(event, Head):
        return tuple(getattr(event, part) for part in HEAD_PARTS), repr(event)
    if isinstance(event, End):
        return event.trailers, event.keep_alive
    if isinstance(event, Fault):
        return type(event.error), event.error.message
    return event


def _story(answer: Answer, pieces: list[bytes], **limits: int) -> list[Any]:
    """Read an answer to its end, and tell all that the reader tells."""
    reader = ResponseReader(**limits)
    reader.expect(answer.verb)
    story: list[Any] = []
    for piece in pieces:
        story += [_shown(event) for event in reader.feed(piece)]
        story.append((reader.started, reader.tunnel))
    try:
        reader.expect(b"GET")
    except InternalError as error:
        story.append(str(error))
    story += [_shown(event) for event in reader.end_of_stream()]
    return [*story, reader.started]


def _woven(chance: random.Random) -> Answer:
    """Make an answer of a status line and parts."""
    status = chance.choice((b"200 OK", b"204 No Content", b"304 x", b"404  a ", b"299"))
    if chance.random() < 0.5:
        status = b"200 OK"
    raw = b"HTTP/1.%d %b\r\n" % (chance.random() < 0.95, status)
    for _ in range(chance.randrange(5)):
        raw += chance.choice(_PARTS[:30] if chance.random() < 0.9 else _PARTS)
    raw += b"\r\n"
    for _ in range(chance.randrange(4)):
        raw += chance.choice(_PARTS[39:])
    return Answer("woven", raw, chance.choice(_VERBS))


class BothWaysTests(SynchronousTestCase):
    """The same inputs, with the short ways open and barred."""

    def setUp(self) -> None:
        """Count what comes through the short ways, and be able to bar them."""
        self.short = 0
        self._open = True
        for name in ("clean_head", "plain_chunks"):
            self.patch(http1, name, self._counted(getattr(http1, name)))

    def _counted(self, way: Any) -> Any:
        def counted(*args: Any) -> Any:
            found = way(*args) if self._open else None
            self.short += found is not None
            return found

        return counted

    def read_alike(self, answer: Answer, pieces: list[bytes], **limits: int) -> None:
        """Read both ways and compare."""
        self._open = True
        short = _story(answer, pieces, **limits)
        self._open = False
        long = _story(answer, pieces, **limits)
        if short != long:
            self.assertEqual(short, long, f"{answer.verb!r} {pieces!r}")

    def test_usual_answers_take_the_short_way(self):
        """Else nothing is compared here; chunks count once more."""
        for answer in USUAL:
            before = self.short
            _story(answer, [answer.raw])
            self.assertEqual(
                self.short - before, 2 if "chunk" in answer.name else 1, answer.name
            )

    def test_every_answer_is_read_alike_in_any_pieces(self):
        """Whole, byte by byte, and cut at every position."""
        for answer in USUAL + CORPUS:
            raw = answer.raw
            self.read_alike(answer, [raw])
            self.read_alike(answer, [raw[i : i + 1] for i in range(len(raw))])
            for cut in range(1, len(raw)):
                self.read_alike(answer, [raw[:cut], raw[cut:]])

    def test_every_answer_is_read_alike_after_every_verb(self):
        """Verb and status decide whether there is a body."""
        for answer in USUAL + CORPUS:
            for verb in _VERBS:
                self.read_alike(answer._replace(verb=verb), [answer.raw, b"x"])

    def test_every_byte_in_every_place_is_read_alike(self):
        """Each byte of a clean answer is replaced by every other, and one put in."""
        raw = (
            b"HTTP/1.1 200 OK\r\nA: b c\r\nConnection: close\r\n"
            b"%b\r\n\r\n4\r\nbody\r\n0\r\n\r\n"
        )
        for framing in (b"Content-Length: 4", b"Transfer-Encoding: chunked"):
            whole = raw % framing
            for at in range(len(whole)):
                for code in {*range(48), *b":;AaCcTtXx", 127, 128, 255}:
                    byte = bytes((code,))
                    changed = whole[:at] + byte + whole[at + 1 :]
                    self.read_alike(Answer("", changed), [changed])
                    longer = whole[:at] + byte + whole[at:]
                    self.read_alike(Answer("", longer), [longer])

    def test_damaged_answers_are_read_alike(self):
        """Ten thousand that were good or bad before."""
        chance = random.Random(20261127)
        for _ in range(10_000):
            answer = damaged(chance)
            self.read_alike(answer, [answer.raw])

    def test_woven_answers_are_read_alike(self):
        """Ten thousand of nearly clean lines in any order."""
        chance = random.Random(20261128)
        for _ in range(10_000):
            answer = _woven(chance)
            cut = chance.randrange(len(answer.raw) + 1)
            self.read_alike(answer, [answer.raw])
            self.read_alike(answer, [answer.raw[:cut], answer.raw[cut:]])
        self.assertGreater(self.short, 5000)

    def test_limits_are_alike(self):
        """Bytes of a head, and lines of the shortest kind, around the limits."""
        for lines in range(8, 13):
            raw = b"HTTP/1.1 200 OK\r\n" + b"a:\r\n" * lines + b"\r\n"
            for limits in (
                {"field_limit": 10},
                {"head_limit": len(raw)},
                {"head_limit": len(raw) - 1},
                {"head_limit": len(raw) + 1},
            ):
                self.read_alike(Answer("", raw), [raw], **limits)
        for lines in (999, 1000, 1001):
            raw = b"HTTP/1.1 200 OK\r\n" + b"abc: d\r\n" * lines + b"\r\n"
            self.read_alike(Answer("", raw), [raw])

    def test_what_is_nearly_clean_costs_linear_work(self):
        """A long head whose last line is wrong is read once more, not again and again.

        Square work would take minutes here.
        """
        raw = b"HTTP/1.1 200 OK\r\n" + b"C: " + b"t:" * 30_000 + b"\r\n" * 2
        many = b"HTTP/1.1 200 OK\r\n" + b"cc:\r\n" * 12_000 + b"t\x01: x\r\n\r\n"
        for each in (raw, many):
            limits = {"head_limit": 100_000, "field_limit": 100_000}
            self.read_alike(Answer("", each), [each], **limits)
