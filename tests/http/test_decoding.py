"""Coded bodies on their way to the reader: when they are decoded, and how much."""

from __future__ import annotations

import gzip
import zlib
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from tests.http.memory import MemoryNet, Peer
from tests.wire.coded import SHRINKERS, br, frame, member
from tests.wire.missing import BROTLI, ZSTD, without
from twinet import Session
from twinet._handles.resource import FULL
from twinet._http.decoded_body import TURN
from twinet._wire.decoding import FREE
from twinet._wire.stage import PIECE
from twinet.errors import (
    DecodingFailed,
    InvalidOperation,
    InvalidParameter,
    OperationCancelled,
    Timeout,
    Truncated,
)
from twinet.flags import FindMethod
from twinet.options import Option
from twinet.records import Limits

if TYPE_CHECKING:
    from collections.abc import Callable

TEXT = b"the quick brown fox " * 10
URL = "http://127.0.0.1:8080/x"


def answer(body: bytes, *lines: bytes, status: bytes = b"200 OK") -> bytes:
    fields = b"".join(line + b"\r\n" for line in lines)
    return b"HTTP/1.1 %b\r\nContent-Length: %d\r\n%b\r\n%b" % (
        status,
        len(body),
        fields,
        body,
    )


def coded(text: bytes, coding: str = "gzip") -> bytes:
    return answer(SHRINKERS[coding](text), b"Content-Encoding: " + coding.encode())


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


ASKED = b"\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n"
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
)


class DecodingCase(SynchronousTestCase):
    """A session that decodes."""

    def setUp(self) -> None:
        self.net = MemoryNet(decoding=True)
        self.session = self.net.session

    def tearDown(self) -> None:
        self.session.close()
        self.net.advance()
        self.assertEqual(self.net.reactor.getDelayedCalls(), [])

    def get(self, **options: Any) -> Peer:
        """Send a GET and take it at the other end."""
        self.pending = self.session.get(URL, **options)
        peer = self.net.accept()
        self.sent = peer.request()
        return peer

    def answered(self, data: bytes, **options: Any) -> Any:
        """Answer a GET; return the handle."""
        self.peer = self.get(**options)
        self.peer.send(data)
        return self.successResultOf(self.pending)

    def turn(self, seconds: float = 0) -> None:
        """Let one turn of the reactor pass; what it asks for waits for the next."""
        clock = self.net.reactor
        clock.rightNow += seconds
        for call in [c for c in clock.calls if c.getTime() <= clock.seconds()]:
            clock.calls.remove(call)
            call.called = 1
            call.func(*call.args, **call.kw)

    def until(self, done: Callable[[], bool]) -> None:
        """Let turns pass until something is so."""
        for _ in range(1000):
            if done():
                return
            self.turn()
        self.fail("it does not come to its end")

    def all_of(self, request: Any) -> bytes:
        """Read what is left, turn by turn."""
        pending = request.read(1 << 40)
        self.until(lambda: bool(pending.called))
        data: bytes = self.successResultOf(pending)
        return data


class WhenTests(DecodingCase):
    """What is decoded, and what is left alone."""

    def test_gzip_as_recorded(self) -> None:
        """The count is that of the wire; the fields stay as they came."""
        body = gzip.compress(TEXT)
        request = self.answered(coded(TEXT))
        self.assertEqual(self.successResultOf(request.read(300)), TEXT)
        self.assertEqual(self.successResultOf(request.read(300)), b"")
        response = request.response
        self.assertEqual(response.decoded, ("gzip",))
        self.assertEqual(response.length, len(body))
        self.assertEqual(response.headers["content-encoding"], "gzip")

    def test_received_counts_are_those_of_the_wire(self) -> None:
        """Of a body that comes after its head."""
        body = gzip.compress(TEXT)
        request = self.answered(coded(TEXT)[: -len(body)])
        pending = request.read(300)
        self.net.news.clear()
        self.peer.send(body)
        self.assertEqual(self.successResultOf(pending), TEXT)
        self.assertEqual(
            self.net.told, [f"RESPONSE_RECEIVED {len(body)}", "REQUEST_COMPLETE ok"]
        )

    def test_deflate_and_several_codings(self) -> None:
        """In the order that the field says, undone from its end."""
        twice = gzip.compress(zlib.compress(TEXT))
        for lines, body, codings in (
            ((b"Content-Encoding: deflate",), zlib.compress(TEXT), ("deflate",)),
            ((b"content-encoding: X-GZIP",), gzip.compress(TEXT), ("gzip",)),
            ((b"Content-Encoding: br",), br(TEXT), ("br",)),
            ((b"Content-Encoding: ZSTD",), frame(TEXT), ("zstd",)),
            ((b"Content-Encoding: deflate, gzip",), twice, ("deflate", "gzip")),
            (
                (b"Content-Encoding: deflate", b"Content-Encoding: gzip"),
                twice,
                ("deflate", "gzip"),
            ),
        ):
            request = self.answered(answer(body, *lines))
            self.assertEqual(self.all_of(request), TEXT)
            self.assertEqual(request.response.decoded, codings)
            self.peer.close()

    def test_what_is_left_alone(self) -> None:
        """Unknown codings, parts, and what has none; the fields stay."""
        body = gzip.compress(TEXT)
        for data in (
            answer(body, b"Content-Encoding: compress"),
            answer(body, b"Content-Encoding: gzip, dcb"),
            answer(body, b"Content-Encoding: gzip, gzip, gzip, gzip, gzip, gzip"),
            answer(body, b"Content-Encoding: identity"),
            answer(body),
            answer(
                body,
                b"Content-Encoding: gzip",
                b"Content-Range: bytes 0-9/99",
                status=b"206 Partial Content",
            ),
        ):
            request = self.answered(data)
            self.assertEqual(self.all_of(request), body, data)
            self.assertEqual(request.response.decoded, ())
            self.peer.close()

    def test_answers_without_a_body(self) -> None:
        """HEAD, 204, 304, and the coded body that is just empty."""
        connection = self.session.http("127.0.0.1", 8080)
        for verb, data in (
            ("HEAD", answer(b"", b"Content-Encoding: gzip").replace(b": 0", b": 99")),
            ("GET", b"HTTP/1.1 204 N\r\nContent-Encoding: gzip\r\n\r\n"),
            ("GET", b"HTTP/1.1 304 N\r\nContent-Encoding: gzip\r\n\r\n"),
            ("GET", answer(b"", b"Content-Encoding: gzip")),
            ("GET", CHUNKED + b"0\r\n\r\n"),
        ):
            request = connection.open_request(verb, "/x")
            pending = request.send()
            peer = self.net.accept()
            peer.send(data)
            self.successResultOf(pending)
            self.assertEqual(self.all_of(request), b"")
            # That a chunked body is empty shows only at its end.
            codings = ("gzip",) if data.startswith(CHUNKED) else ()
            self.assertEqual(request.response.decoded, codings)
            peer.close()

    def test_only_the_last_answer_of_a_redirect(self) -> None:
        """What leads there is drained as it is."""
        peer = self.get()
        peer.send(
            answer(
                b"no gzip",
                b"Content-Encoding: gzip",
                b"Location: /y",
                status=b"302 Found",
            )
        )
        self.assertIn(ASKED, peer.request())
        peer.send(coded(TEXT))
        self.assertEqual(self.all_of(self.successResultOf(self.pending)), TEXT)

    def test_option_goes_to_later_children(self) -> None:
        """From session to connection to request, and to requests of the session."""
        connection = self.session.http("127.0.0.1", 8080)
        request = connection.open_request()
        self.assertTrue(request.options[Option.HTTP_DECODING])
        connection.options[Option.HTTP_DECODING] = False
        self.assertTrue(request.options[Option.HTTP_DECODING])
        self.assertFalse(connection.open_request().options[Option.HTTP_DECODING])
        self.session.options[Option.HTTP_DECODING] = False
        raw = member(TEXT)
        request = self.answered(coded(TEXT))
        self.assertNotIn(b"Accept-Encoding", self.sent)
        self.assertEqual(self.all_of(request), raw)
        self.assertEqual(request.response.decoded, ())
        request.options[Option.HTTP_DECODING] = True
        pending = request.send()
        self.peer.send(coded(TEXT))
        self.successResultOf(pending)
        self.assertEqual(self.all_of(request), TEXT)

    def test_what_is_asked_for(self) -> None:
        """Unless the program asks for something of its own, or for a part."""
        for headers, line in (
            ({}, ASKED),
            ({"ACCEPT-ENCODING": "br"}, b"\r\nACCEPT-ENCODING: br\r\n"),
            ({"Range": "bytes=9-"}, b"\r\nRange: bytes=9-\r\n"),
        ):
            request = self.answered(coded(TEXT), headers=headers)
            self.assertIn(line, self.sent)
            self.assertEqual(
                self.sent.lower().count(b"accept-encoding"), "Range" not in headers
            )
            self.assertEqual(self.all_of(request), TEXT)
            self.peer.close()

    def test_session_argument_is_the_option(self) -> None:
        """True or False; what else looks like a mistake."""
        self.assertTrue(self.session.options[Option.HTTP_DECODING])
        for session in (Session(self.net.reactor), MemoryNet(decoding=False).session):
            self.assertFalse(session.options[Option.HTTP_DECODING])
        for wrong in ("gzip", None, 1):
            error = self.assertRaises(InvalidParameter, MemoryNet, decoding=wrong)
            self.assertIn("decoding", str(error))

    def test_wishes_for_transformation_are_for_others(self) -> None:
        """WinINet leaves ``no-transform`` alone; RFC 9111, 5.2.2.6: intermediaries."""
        data = answer(br(TEXT), b"Content-Encoding: br", b"Cache-Control: no-transform")
        self.assertEqual(self.all_of(self.answered(data)), TEXT)

    def test_packages_that_are_missing(self) -> None:
        """They are not asked for; what comes so all the same is given as it came."""
        for missing in (BROTLI, ZSTD):
            without(self, *missing)
        for coding in ("br", "zstd"):
            request = self.answered(coded(TEXT, coding))
            self.assertIn(b"\r\nAccept-Encoding: gzip, deflate\r\n", self.sent)
            self.assertEqual(self.all_of(request), SHRINKERS[coding](TEXT))
            self.assertEqual(request.response.decoded, ())
            self.assertEqual(request.response.headers["content-encoding"], coding)
            self.peer.close()
        self.assertEqual(self.all_of(self.answered(coded(TEXT))), TEXT)


class WayTests(DecodingCase):
    """Every way to read, of every coding."""

    def coded_answer(self, coding: str) -> bytes:
        raw = SHRINKERS[coding](TEXT)
        line = b"Content-Encoding: " + coding.encode()
        return answer(raw, line, b"Accept-Ranges: bytes")

    def test_seeking_counts_in_what_is_read(self) -> None:
        """The end of that is known when all is here; it never goes back."""
        for coding in SHRINKERS:
            head, _, raw = self.coded_answer(coding).partition(b"\r\n\r\n")
            request = self.answered(head + b"\r\n\r\n")
            self.failureResultOf(request.seek(0, FindMethod.END), InvalidOperation)
            self.assertEqual(self.successResultOf(request.seek(4)), 4)
            pending = request.read(5)
            self.peer.send(raw)
            self.assertEqual(self.successResultOf(pending), b"quick")
            error = self.failureResultOf(request.seek(4), InvalidOperation)
            self.assertIn(f"is decoded ({coding})", error.getErrorMessage())
            self.assertEqual(
                self.successResultOf(request.seek(-4, FindMethod.END)), len(TEXT) - 4
            )
            self.assertEqual(self.all_of(request), TEXT[-4:])
            self.peer.close()

    def test_read_and_deliver(self) -> None:
        """Also of a body that comes byte by byte."""
        for coding in SHRINKERS:
            data = self.coded_answer(coding)
            request = self.answered(data)
            self.assertEqual(self.successResultOf(request.read(9)), TEXT[:9])
            self.assertEqual(self.successResultOf(request.read_some()), TEXT[9:])
            self.assertEqual(self.successResultOf(request.read_some()), b"")
            self.peer.close()
            head, _, raw = data.partition(b"\r\n\r\n")
            request = self.answered(head + b"\r\n\r\n")
            sink = Sink()
            pending = request.deliver(sink)
            for place in range(len(raw)):
                self.assertNoResult(pending)
                self.peer.send(raw[place : place + 1])
            self.assertEqual(self.successResultOf(pending), len(TEXT))
            self.assertEqual(b"".join(sink.data), TEXT)
            self.peer.close()

    def test_cut_short_and_damaged(self) -> None:
        """As announced by its length, and yet not whole; and with something behind."""
        for coding, make in SHRINKERS.items():
            raw = make(TEXT)
            line = b"Content-Encoding: " + coding.encode()
            for body in (raw[:-1], raw + b"!"):
                request = self.answered(answer(body, line))
                error = self.failureResultOf(
                    request.deliver(Sink()), DecodingFailed
                ).value
                self.assertIn(f"the {coding} body", str(error))
                self.peer.close()


class DamageTests(DecodingCase):
    """12175 at the read, behind what was good."""

    def test_damaged_body(self) -> None:
        """The connection is closed when the damage is seen."""
        raw = bytearray(gzip.compress(TEXT))
        raw[-8] ^= 1
        request = self.answered(answer(bytes(raw), b"Content-Encoding: gzip"))
        self.failureResultOf(request.read(300), DecodingFailed)

    def test_damage_in_the_middle(self) -> None:
        """What is not going to be read is not waited for."""
        request = self.answered(CHUNKED + chunk(gzip.compress(TEXT) + b"junk"))
        self.assertTrue(self.peer.closed)
        self.assertEqual(
            self.net.told[-2:], ["CLOSING_CONNECTION", "CONNECTION_CLOSED"]
        )
        self.assertEqual(self.successResultOf(request.read(99)), TEXT[:99])
        self.assertEqual(self.successResultOf(request.read(300)), TEXT[99:])
        error = self.failureResultOf(request.read(300), DecodingFailed).value
        self.assertIn("gzip", str(error))

    def test_damage_during_a_read(self) -> None:
        """It ends the read that waits, and a delivery."""
        body = gzip.compress(TEXT)[:-4] + b"oops"
        calls: tuple[Any, ...] = (
            lambda request: request.read(300),
            lambda request: request.deliver(Sink()),
        )
        for call in calls:
            request = self.answered(CHUNKED)
            pending = call(request)
            self.peer.send(chunk(body))
            self.failureResultOf(pending, DecodingFailed)
            self.assertTrue(self.peer.closed)
            self.assertTrue(request.alive)
            self.net.advance()

    def test_body_that_ends_too_early(self) -> None:
        """As announced by its length, and yet not whole."""
        raw = gzip.compress(TEXT)[:-1]
        request = self.answered(answer(raw, b"Content-Encoding: gzip"))
        self.successResultOf(request.read(len(TEXT)))
        error = self.failureResultOf(request.read(1), DecodingFailed).value
        self.assertIn("too early", str(error))

    def test_damage_comes_before_what_is_behind_it(self) -> None:
        """Of two faults in one read of the socket the first one counts."""
        request = self.answered(CHUNKED + chunk(b"no gzip") + b"no chunk\r\n")
        self.failureResultOf(request.read(300), DecodingFailed)

    def test_connection_that_breaks_says_so(self) -> None:
        """What is wrong with the coding then is a consequence."""
        request = self.answered(coded(TEXT)[:-9])
        self.peer.close()
        self.successResultOf(request.read(len(TEXT)))
        self.failureResultOf(request.read(1), Truncated)

    def test_kept_connection_serves_again(self) -> None:
        """Damage at the very end leaves it in order: all of the answer has come."""
        raw = bytearray(gzip.compress(TEXT))
        raw[-1] ^= 1
        request = self.answered(answer(bytes(raw), b"Content-Encoding: gzip"))
        self.failureResultOf(request.read(300), DecodingFailed)
        pending = self.session.get(URL)
        self.assertEqual(self.net.attempts, 0)
        self.peer.send(coded(TEXT))
        self.assertEqual(self.all_of(self.successResultOf(pending)), TEXT)


class Sink:
    """Takes data; each write waits until the test lets it go, if it is slow."""

    def __init__(self, *, slow: bool = False) -> None:
        self.slow = slow
        self.size = 0
        self.data: list[bytes] = []
        self.waiting: Deferred[None] | None = None

    def write(self, data: bytes) -> Deferred[None] | None:
        self.size += len(data)
        self.data.append(data)
        if not self.slow:
            return None
        self.waiting = Deferred()
        return self.waiting

    def let_go(self) -> None:
        waiting, self.waiting = self.waiting, None
        assert waiting is not None
        waiting.callback(None)


#: A body that swells to a thousand times its size, as much as deflate can.
SWOLLEN = 40 << 20


class FlowTests(DecodingCase):
    """A reader gets no more at a time than of a body that is not coded."""

    bomb = gzip.compress(bytes(SWOLLEN))

    def held(self, request: Any) -> int:
        """How much decoded data is in memory."""
        size: int = request._inbox.size
        return size

    def test_nobody_reads(self) -> None:
        """The rest waits undecoded; the connection serves others meanwhile."""
        request = self.answered(answer(self.bomb, b"Content-Encoding: gzip"))
        for _ in range(20):
            self.turn()
        self.assertLess(self.held(request), FULL + PIECE)
        pending = self.session.get(URL)
        self.assertEqual(self.net.attempts, 0)
        self.peer.send(coded(TEXT))
        self.assertEqual(self.all_of(self.successResultOf(pending)), TEXT)
        request.close()

    def test_read_bit_by_bit(self) -> None:
        """All of it comes, and never much of it at a time."""
        request = self.answered(answer(self.bomb, b"Content-Encoding: gzip"))
        size = 0
        while True:
            pending = request.read_some()
            self.turn()
            piece = self.successResultOf(pending)
            size += len(piece)
            self.assertLess(self.held(request), FULL + PIECE)
            if not piece:
                break
        self.assertEqual(size, SWOLLEN)

    def test_small_reads(self) -> None:
        """What they make room for is filled, and no more."""
        request = self.answered(answer(self.bomb, b"Content-Encoding: gzip"))
        for _ in range(500):
            self.assertEqual(len(self.successResultOf(request.read(1000))), 1000)
            self.turn()
            self.assertLess(self.held(request), FULL + PIECE)
        request.close()

    def test_many_chunks_in_one_read_of_the_socket(self) -> None:
        """Together they bring no more than a turn may."""
        request = self.answered(CHUNKED)
        sink = Sink()
        pending = request.deliver(sink)
        pieces = [self.bomb[at : at + 150] for at in range(0, len(self.bomb), 150)]
        self.peer.send(b"".join(map(chunk, pieces)) + b"0\r\n\r\n")
        self.assertLess(sink.size, TURN + PIECE)
        self.until(lambda: bool(pending.called))
        self.assertEqual(self.successResultOf(pending), SWOLLEN)

    def test_slow_sink(self) -> None:
        """While it holds back, nothing is decoded, and the connection is over."""
        request = self.answered(answer(self.bomb, b"Content-Encoding: gzip"))
        sink = Sink(slow=True)
        pending = request.deliver(sink)
        for _ in range(20):
            self.turn()
        self.assertLessEqual(sink.size, FULL)
        before = sink.size

        def let_go_if_done() -> bool:
            self.assertLess(self.held(request), FULL + PIECE)
            if sink.waiting is not None:
                sink.let_go()
            return bool(pending.called)

        self.until(let_go_if_done)
        self.assertGreater(sink.size, before)
        self.assertEqual(self.successResultOf(pending), SWOLLEN)
        self.assertEqual(sink.size, SWOLLEN)

    def test_fast_sink_gives_others_their_turn(self) -> None:
        """One turn of the reactor brings no more than a read of the socket."""
        request = self.answered(answer(self.bomb, b"Content-Encoding: gzip"))
        sink = Sink()
        pending = request.deliver(sink)
        sizes: list[int] = []

        def note_size() -> bool:
            sizes.append(sink.size)
            return bool(pending.called)

        self.until(note_size)
        self.assertEqual(self.successResultOf(pending), SWOLLEN)
        steps = [late - early for early, late in pairwise(sizes)]
        self.assertLess(max(steps), TURN + PIECE)

    def test_socket_rests_while_something_waits(self) -> None:
        """And goes on when that has been decoded and read."""
        half = len(self.bomb) // 2
        request = self.answered(CHUNKED + chunk(self.bomb[:half]))
        self.assertTrue(self.peer.transport.paused)
        sink = Sink()
        pending = request.deliver(sink)
        self.turn()
        self.assertTrue(self.peer.transport.paused)
        self.until(lambda: not self.peer.transport.paused)
        self.assertGreater(sink.size, SWOLLEN // 3)
        self.peer.send(chunk(self.bomb[half:]))
        self.assertTrue(self.peer.transport.paused)
        self.until(lambda: not self.peer.transport.paused)
        self.assertEqual(sink.size, SWOLLEN)
        self.assertNoResult(pending)
        self.peer.send(b"0\r\n\r\n")
        self.assertEqual(self.successResultOf(pending), SWOLLEN)

    def test_what_still_comes_after_the_pause_is_kept_in_order(self) -> None:
        """One read of the socket may be under way."""
        text = b"".join(b"%08d" % n for n in range(200_000))
        body = gzip.compress(text, 9)
        cut = len(body) * 3 // 4
        request = self.answered(CHUNKED + chunk(body[:cut]))
        self.assertTrue(self.peer.transport.paused)
        self.peer.send(chunk(body[cut:-5]))
        self.peer.send(chunk(body[-5:]) + b"0\r\nX-Sum: 1\r\n\r\n")
        self.assertEqual(len(request.response.trailers), 0)
        self.assertEqual(self.all_of(request), text)
        self.assertEqual(request.response.trailers["x-sum"], "1")

    def test_server_that_closes_while_something_waits(self) -> None:
        """What came is read first; then the body is known to be cut."""
        request = self.answered(CHUNKED + chunk(self.bomb[:-9]))
        self.peer.close()
        sink = Sink()
        pending = request.deliver(sink)
        self.until(lambda: bool(pending.called))
        self.failureResultOf(pending, Truncated)
        self.assertGreater(sink.size, SWOLLEN // 2)

    def test_damage_behind_what_waits(self) -> None:
        """It is found when it is reached."""
        request = self.answered(
            answer(self.bomb[:-8] + bytes(8), b"Content-Encoding: gzip")
        )
        sink = Sink()
        pending = request.deliver(sink)
        self.assertNoResult(pending)
        self.until(lambda: bool(pending.called))
        self.failureResultOf(pending, DecodingFailed)
        self.assertGreater(sink.size, SWOLLEN // 2)

    def refused(self, data: bytes, limits: Limits) -> tuple[str, int]:
        """Deliver what is refused in the end; why, and how much came before."""
        request = self.answered(data, limits=limits)
        sink = Sink()
        pending = request.deliver(sink)
        self.until(lambda: bool(pending.called))
        error = self.failureResultOf(pending, DecodingFailed).value
        self.peer.close()
        return str(error), sink.size

    def test_bombs(self) -> None:
        """They are refused by their ratio, and never much is in memory."""
        times = (FREE >> 20) + 8
        for coding, bomb in (
            (b"br", br(bytes(times << 20))),
            (b"zstd", frame(bytes(1 << 20)) * times),
            (b"gzip, gzip", member(member(bytes(1 << 20)) * times)),
        ):
            data = answer(bomb, b"Content-Encoding: " + coding)
            error, size = self.refused(data, Limits())
            self.assertIn("limits.decoded_ratio", error)
            self.assertLessEqual(size, FREE)

    def test_length_limit(self) -> None:
        """It holds for every coding, whatever the ratio."""
        for coding in SHRINKERS:
            data = coded(bytes(range(256)) * 4096, coding)
            error, size = self.refused(data, Limits(decoded_bytes=1 << 19))
            self.assertIn("limits.decoded_bytes", error)
            self.assertLessEqual(size, 1 << 19)
            request = self.answered(data, limits=Limits(decoded_bytes=1 << 20))
            self.assertEqual(len(self.all_of(request)), 1 << 20)
            self.peer.close()

    def test_work_that_brings_nothing_takes_turns(self) -> None:
        """Empty members by the thousand hold nobody up, and end."""
        for coding, empty in (
            (b"gzip", member(b"")),
            (b"zstd", frame(b"")),
        ):
            body = empty * 9000
            request = self.answered(answer(body, b"Content-Encoding: " + coding))
            pending = request.read(1)
            turns = 0
            while not pending.called:
                self.turn()
                turns += 1
            self.assertGreater(turns, 5)
            self.assertEqual(self.successResultOf(pending), b"")
            self.peer.close()

    def test_closing_while_something_waits(self) -> None:
        """Nothing is decoded any more, and no timer is left (see tearDown)."""
        for read in (False, True):
            request = self.answered(answer(self.bomb, b"Content-Encoding: gzip"))
            sink = Sink()
            pending = request.deliver(sink) if read else None
            self.turn()
            before = sink.size
            request.close()
            if pending is not None:
                self.failureResultOf(pending, OperationCancelled)
            now = self.net.reactor.seconds()
            for call in self.net.reactor.getDelayedCalls():
                self.assertGreater(call.getTime(), now)
            for _ in range(5):
                self.turn()
            self.assertEqual(sink.size, before)
            self.peer.close()

    def test_sink_that_closes_its_request(self) -> None:
        """In the middle of a turn."""
        request = self.answered(answer(self.bomb, b"Content-Encoding: gzip"))

        class Closing(Sink):
            def write(self, data: bytes) -> None:
                super().write(data)
                if self.size > 1 << 20:
                    request.close()

        sink = Closing()
        pending = request.deliver(sink)
        self.until(lambda: bool(pending.called))
        self.failureResultOf(pending, OperationCancelled)
        self.assertLess(sink.size, (1 << 20) + FULL + PIECE)

    def test_sending_again_forgets_what_waits(self) -> None:
        """The handle reads its new answer alone."""
        request = self.answered(answer(self.bomb, b"Content-Encoding: gzip"))
        pending = request.send()
        self.peer.send(coded(TEXT))
        self.successResultOf(pending)
        self.turn()
        self.assertEqual(self.all_of(request), TEXT)

    def test_whole_limit_holds_for_decoding_too(self) -> None:
        """The operation ends with the last byte that the reader takes."""
        request = self.answered(
            answer(self.bomb, b"Content-Encoding: gzip"), limits=Limits(whole=10)
        )
        sink = Sink(slow=True)
        pending = request.deliver(sink)
        self.net.advance(11)
        while sink.waiting is not None:
            sink.let_go()
        error = self.failureResultOf(pending, Timeout).value
        self.assertIn("limits.whole", str(error))
        self.assertLess(sink.size, 2 * FULL)

    def test_limits_of_a_jam_are_the_readers(self) -> None:
        """The idle limit rests while we decode; an unread body has its own."""
        half = len(self.bomb) // 2
        head = answer(self.bomb, b"Content-Encoding: gzip")[: -len(self.bomb)]
        request = self.answered(
            head + self.bomb[:half], limits=Limits(idle=5, unread_body=50)
        )
        sink = Sink(slow=True)
        pending = request.deliver(sink)
        self.net.advance(20)
        self.assertNoResult(pending)
        sink.slow = False
        sink.let_go()
        self.until(lambda: not self.peer.transport.paused)
        self.assertNoResult(pending)
        self.net.advance(6)
        error = self.failureResultOf(pending, Timeout).value
        self.assertIn("limits.idle", str(error))

    def test_long_read_over_a_jam(self) -> None:
        """The socket rests meanwhile without a limit, and then it goes on with one."""
        half = len(self.bomb) // 2
        request = self.answered(
            CHUNKED + chunk(self.bomb[:half]), limits=Limits(idle=5, unread_body=500)
        )
        pending = request.read(SWOLLEN)
        for _ in range(20):
            self.turn(1)
            self.assertTrue(self.peer.transport.paused)
        self.until(lambda: not self.peer.transport.paused)
        self.turn(4)
        self.assertNoResult(pending)
        self.turn(2)
        self.assertGreater(len(self.successResultOf(pending)), SWOLLEN // 3)

    def test_unread_body_limit_ends_the_connection_not_what_came(self) -> None:
        """What has come is still read, and then the reason told."""
        half = len(self.bomb) // 2
        head = answer(self.bomb, b"Content-Encoding: gzip")[: -len(self.bomb)]
        request = self.answered(head + self.bomb[:half], limits=Limits(unread_body=50))
        self.net.advance(51)
        self.assertTrue(self.peer.closed)
        sink = Sink()
        pending = request.deliver(sink)
        self.until(lambda: bool(pending.called))
        error = self.failureResultOf(pending, Timeout).value
        self.assertIn("limits.unread_body", str(error))
        self.assertGreater(sink.size, SWOLLEN // 3)
