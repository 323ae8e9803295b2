"""A body that the program hands over: start(), write(), finish().

What is told and sent, what is refused, every limit, and every way in which it ends
before its time.  The sequences are those of HttpSendRequestEx, InternetWriteFile and
HttpEndRequest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.error import ConnectionLost

from tests.http.memory import CONTEXT, OK, MemoryNet, NetTestCase, Peer
from twinet.errors import (
    CannotConnect,
    ConnectionReset,
    HttpInvalidServerResponse,
    HttpRedirectFailed,
    IncorrectHandleState,
    InvalidHandle,
    InvalidParameter,
    OperationCancelled,
    RequestPending,
    Timeout,
)
from twinet.records import Limits

if TYPE_CHECKING:
    from twinet._handles.http_request import HttpRequest

CONNECTING = [
    "CONNECTING_TO_SERVER 127.0.0.1",
    "CONNECTED_TO_SERVER 127.0.0.1",
]
FRESH = [
    "RESOLVING_NAME 127.0.0.1",
    "NAME_RESOLVED 127.0.0.1",
    *CONNECTING,
]
CLOSED = ["CLOSING_CONNECTION", "CONNECTION_CLOSED"]
#: An early answer, after which the server wants nothing more.
TOO_LARGE = b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\n"
CHUNKED_END = b"0\r\n\r\n"


def redirect(status: int) -> bytes:
    """Return an answer that leads to /y."""
    return b"HTTP/1.1 %d X\r\nLocation: /y\r\nContent-Length: 0\r\n\r\n" % status


class BodyTestCase(NetTestCase):
    """One POST request on a memory net."""

    origin = "http://127.0.0.1:8080"

    def setUp(self) -> None:
        self.begin()

    def begin(self, **limits: Any) -> None:
        """Make a new net, with a request that has not been sent."""
        self.net = MemoryNet()
        self.request = self.make(**limits)
        self.net.news.clear()

    def make(self, verb: str = "POST", **limits: Any) -> HttpRequest:
        """Make a request."""
        connection = self.net.session.http("127.0.0.1", 8080, context=2)
        return connection.open_request(
            verb, "/x", context=CONTEXT, limits=Limits(**limits)
        )

    def start(self, length: int | None = None, data: bytes = b"") -> Peer:
        """Start the body; the head has gone out and been taken from the wire."""
        pending = self.request.start(length, data)
        peer = self.net.accept()
        self.assertIs(self.successResultOf(pending), self.request)
        self.head = peer.request()
        return peer

    def start_kept(self, length: int | None = None, data: bytes = b"") -> Peer:
        """Start it on a connection that has served a request before."""
        peer = self.keep_one()
        self.successResultOf(self.request.start(length, data))
        self.head = peer.request()
        return peer

    def keep_one(self) -> Peer:
        """Make a connection that is kept."""
        pending = self.net.session.get("http://127.0.0.1:8080/")
        peer = self.net.accept()
        peer.send(OK + b"hello")
        self.successResultOf(pending)
        peer.request()
        self.net.news.clear()
        return peer

    def write(self, data: bytes) -> None:
        """Write a piece that the connection takes at once."""
        self.assertEqual(self.successResultOf(self.request.write(data)), len(data))

    def write_full(self, peer: Peer, data: bytes) -> Any:
        """Write a piece that fills the transport; give what is pending."""
        self.fill(peer)
        pending = self.request.write(data)
        self.assertNoResult(pending)
        return pending

    def fill(self, peer: Peer) -> None:
        """Let the next piece fill the transport, as a real one would say inside it."""
        transport: Any = peer.transport
        real = transport.write

        def write(data: bytes) -> None:
            real(data)
            transport.write = real
            if transport.producer is not None:
                transport.producer.pauseProducing()

        transport.write = write

    def producer(self, peer: Peer) -> Any:
        """Give what the transport tells of its turns."""
        self.assertIsNotNone(peer.transport.producer)
        return peer.transport.producer

    def finish(self) -> HttpRequest:
        """End a body whose answer is there."""
        handle = self.successResultOf(self.request.finish())
        self.assertIs(handle, self.request)
        return self.request

    def refused(self, pending: Any, kind: type[Exception], code: int) -> str:
        """Check with which error a call fails."""
        error = self.failureResultOf(pending, kind).value
        self.assertEqual(error.code, code)
        return str(error)


class SequenceTests(BodyTestCase):
    """What is told."""

    def test_each_call(self) -> None:
        """Each tells its own part; a write that need not wait has no COMPLETE."""
        peer = self.start(5)
        sent = len(self.head)
        self.assertEqual(
            self.told(),
            [*FRESH, "SENDING_REQUEST", f"REQUEST_SENT {sent}", "REQUEST_COMPLETE ok"],
        )
        self.write(b"ab")
        self.assertEqual(self.told(), ["SENDING_REQUEST", "REQUEST_SENT 2"])
        self.write(b"cde")
        self.assertEqual(self.told(), ["SENDING_REQUEST", "REQUEST_SENT 3"])
        pending = self.request.finish()
        self.assertEqual(self.told(), ["RECEIVING_RESPONSE"])
        self.assertNoResult(pending)
        peer.send(OK)
        self.assertIs(self.successResultOf(pending), self.request)
        self.assertEqual(
            self.told(), [f"RESPONSE_RECEIVED {len(OK)}", "REQUEST_COMPLETE ok"]
        )
        self.assertEqual(self.request.response.status_code, 200)

    def test_context_handle_and_result(self) -> None:
        """They are the request's; REQUEST_COMPLETE carries the result."""
        peer = self.start(2)
        self.assertIs(self.net.news[-1].info.result, self.request)
        pending = self.write_full(peer, b"ab")
        self.producer(peer).resumeProducing()
        self.successResultOf(pending)
        self.assertEqual(self.net.news[-1].info.result, 2)
        pending = self.request.finish()
        peer.send(OK)
        self.successResultOf(pending)
        self.assertIs(self.net.news[-1].info.result, self.request)
        self.assertEqual({n.context for n in self.net.news}, {CONTEXT})
        self.assertTrue(all(n.handle is self.request for n in self.net.news))

    def test_first_piece_counts_with_the_head(self) -> None:
        """REQUEST_SENT has all bytes that left together."""
        self.start(5, b"abc")
        self.assertTrue(self.head.endswith(b"\r\n\r\nabc"))
        self.assertEqual(self.told()[-2], f"REQUEST_SENT {len(self.head)}")

    def test_chunks_count_without_their_framing(self) -> None:
        """REQUEST_SENT of a write has the bytes that the program gave."""
        self.start(None)
        self.told()
        self.write(b"abc")
        self.assertEqual(self.told(), ["SENDING_REQUEST", "REQUEST_SENT 3"])

    def test_empty_piece_tells_nothing(self) -> None:
        """Nothing is sent."""
        self.start(None)
        self.told()
        self.write(b"")
        self.assertEqual(self.told(), [])

    def test_on_a_kept_connection(self) -> None:
        """It begins at SENDING_REQUEST and fires before start() returns."""
        self.start_kept(2)
        sent = len(self.head)
        self.assertEqual(
            self.told(),
            ["SENDING_REQUEST", f"REQUEST_SENT {sent}", "REQUEST_COMPLETE ok"],
        )

    def test_without_a_listener(self) -> None:
        """The Deferreds are the same."""
        self.net.session.set_status_callback(None)
        self.request = self.make()
        peer = self.start(2)
        pending = self.write_full(peer, b"ab")
        self.producer(peer).resumeProducing()
        self.assertEqual(self.successResultOf(pending), 2)
        pending = self.request.finish()
        peer.send(OK + b"hello")
        self.successResultOf(pending)
        self.assertEqual(self.successResultOf(self.request.read(9)), b"hello")
        self.assertEqual(self.net.told, [])

    def drive(self, news: Any) -> None:
        """Go on in REQUEST_COMPLETE, as a WinINet program does."""
        if news.status.name == "REQUEST_COMPLETE":
            if self.pieces:
                self.results.append(self.request.write(self.pieces.pop(0)))
            elif len(self.results) == 1:
                self.results.append(self.request.finish())

    def check_driven(self, peer: Peer) -> None:
        self.assertEqual(self.successResultOf(self.results[0]), 2)
        self.assertTrue(peer.request().endswith(b"ab"))
        peer.send(OK)

    def test_go_on_inside_request_complete(self) -> None:
        """The body may be written as soon as start() is complete."""
        self.pieces, self.results = [b"ab"], list[Any]()
        self.net.react = self.drive
        self.request.start(2)
        self.check_driven(self.net.accept())

    def test_go_on_inside_request_complete_on_a_kept_connection(self) -> None:
        """The same when start() is complete before it returns."""
        peer = self.keep_one()
        self.pieces, self.results = [b"ab"], list[Any]()
        self.net.react = self.drive
        self.request.start(2)
        self.check_driven(peer)

    def test_connection_refused(self) -> None:
        """The start fails with 12029, and so does a write that follows it."""
        pending = self.request.start(2)
        self.net.refuse()
        self.refused(pending, CannotConnect, 12029)
        self.assertEqual(self.told()[-1], "REQUEST_COMPLETE 12029")
        self.refused(self.request.write(b"ab"), CannotConnect, 12029)
        self.check_nothing_left()


class WireTests(BodyTestCase):
    """What is sent."""

    def test_length(self) -> None:
        """The head announces it; the pieces go out as they are, each at once."""
        peer = self.start(5)
        self.assertTrue(self.head.startswith(b"POST /x HTTP/1.1\r\n"))
        self.assertIn(b"\r\nContent-Length: 5\r\n", self.head)
        self.assertNotIn(b"Transfer-Encoding", self.head)
        self.assertTrue(self.head.endswith(b"\r\n\r\n"))
        self.write(b"ab")
        self.assertEqual(peer.request(), b"ab")
        self.write(b"")
        self.write(b"cde")
        self.assertEqual(peer.request(), b"cde")
        self.request.finish()
        self.assertEqual(peer.request(), b"")

    def test_first_piece(self) -> None:
        """It follows the head; what is left of the length is the writes'."""
        peer = self.start(5, b"abc")
        self.assertTrue(self.head.endswith(b"\r\n\r\nabc"))
        self.write(b"de")
        self.assertEqual(peer.request(), b"de")
        self.request.finish()
        self.assertEqual(peer.request(), b"")

    def test_first_piece_is_the_whole(self) -> None:
        """Nothing needs to be written."""
        peer = self.start(3, b"abc")
        self.assertTrue(self.head.endswith(b"Content-Length: 3\r\n\r\nabc"))
        pending = self.request.finish()
        peer.send(OK)
        self.successResultOf(pending)
        self.assertEqual(peer.request(), b"")

    def test_no_bytes_at_all(self) -> None:
        """A length of 0 is announced and met."""
        peer = self.start(0)
        self.assertTrue(self.head.endswith(b"Content-Length: 0\r\n\r\n"))
        self.refused(self.request.write(b"a"), InvalidParameter, 87)
        self.request.finish()
        self.assertEqual(peer.request(), b"")

    def test_chunks(self) -> None:
        """Each piece is one; the zero chunk ends them, and empty data is none."""
        peer = self.start()
        self.assertIn(b"\r\nTransfer-Encoding: chunked\r\n", self.head)
        self.assertNotIn(b"Content-Length", self.head)
        self.assertTrue(self.head.endswith(b"\r\n\r\n"))
        self.write(b"x" * 26)
        self.assertEqual(peer.request(), b"1a\r\n" + b"x" * 26 + b"\r\n")
        self.write(b"")
        self.assertEqual(peer.request(), b"")
        self.write(b"yz")
        self.assertEqual(peer.request(), b"2\r\nyz\r\n")
        self.request.finish()
        self.assertEqual(peer.request(), CHUNKED_END)

    def test_first_chunk(self) -> None:
        """It leaves with the head."""
        peer = self.start(None, b"abc")
        self.assertTrue(self.head.endswith(b"\r\n\r\n3\r\nabc\r\n"))
        self.request.finish()
        self.assertEqual(peer.request(), CHUNKED_END)

    def test_no_chunk_at_all(self) -> None:
        """Only the zero chunk."""
        peer = self.start()
        self.request.finish()
        self.assertEqual(peer.request(), CHUNKED_END)

    def test_first_piece_once_after_an_interim_answer(self) -> None:
        """100 Continue changes nothing about what is sent."""
        peer = self.start(3, b"a")
        peer.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        self.write(b"bc")
        self.assertEqual(peer.request(), b"bc")
        pending = self.request.finish()
        peer.send(OK)
        self.assertEqual(self.successResultOf(pending).response.status_code, 200)

    def test_connection_is_kept(self) -> None:
        """After a body that was sent whole, in either framing."""
        for length in (2, None):
            self.begin()
            peer = self.start(length)
            self.write(b"ab")
            pending = self.request.finish()
            peer.send(OK + b"hello")
            self.successResultOf(pending)
            self.assertIsNone(peer.transport.producer)
            self.assertTrue(self.kept(peer))


class RefusalTests(BodyTestCase):
    """What is refused, and that it does no harm."""

    def go_on(self, peer: Peer, rest: bytes) -> None:
        """Check that the body can be ended well."""
        self.write(rest)
        pending = self.request.finish()
        self.assertEqual(peer.request(), rest)
        peer.send(OK)
        self.successResultOf(pending)

    def test_first_piece_longer_than_the_whole(self) -> None:
        """87: nothing is connected to, nothing told."""
        self.refused(self.request.start(2, b"abc"), InvalidParameter, 87)
        self.assertEqual(self.net.attempts, 0)
        self.assertEqual(self.told(), [])
        self.refused(self.request.write(b"a"), IncorrectHandleState, 12019)

    def test_negative_length(self) -> None:
        """87 as well."""
        self.refused(self.request.start(-1), InvalidParameter, 87)
        self.assertEqual(self.net.attempts, 0)

    def test_too_much(self) -> None:
        """87: nothing of the piece is sent or told, and what fits can be written."""
        peer = self.start(3, b"a")
        self.told()
        text = self.refused(self.request.write(b"bcd"), InvalidParameter, 87)
        self.assertIn("2 bytes are left", text)
        self.assertEqual(peer.request(), b"")
        self.assertEqual(self.told(), [])
        self.go_on(peer, b"bc")

    def test_finish_with_bytes_missing(self) -> None:
        """12019: they can still be written."""
        peer = self.start(3, b"a")
        self.told()
        text = self.refused(self.request.finish(), IncorrectHandleState, 12019)
        self.assertIn("2 bytes", text)
        self.assertEqual(peer.request(), b"")
        self.assertEqual(self.told(), [])
        self.go_on(peer, b"bc")

    def test_before_start(self) -> None:
        """12019, and nothing is connected to."""
        self.refused(self.request.write(b"a"), IncorrectHandleState, 12019)
        self.refused(self.request.write(b""), IncorrectHandleState, 12019)
        self.refused(self.request.finish(), IncorrectHandleState, 12019)
        self.assertEqual(self.net.attempts, 0)
        self.assertEqual(self.told(), [])

    def test_after_send(self) -> None:
        """12019: that body is not the program's to write."""
        pending = self.request.send(b"ab")
        peer = self.net.accept()
        peer.request()
        self.refused(self.request.write(b"c"), IncorrectHandleState, 12019)
        self.refused(self.request.finish(), IncorrectHandleState, 12019)
        peer.send(OK)
        self.successResultOf(pending)
        self.refused(self.request.write(b"c"), IncorrectHandleState, 12019)
        self.assertEqual(peer.request(), b"")

    def test_after_finish(self) -> None:
        """12019: the body has ended."""
        peer = self.start(2, b"ab")
        pending = self.request.finish()
        self.refused(self.request.write(b"c"), IncorrectHandleState, 12019)
        peer.send(OK)
        self.successResultOf(pending)
        self.refused(self.request.write(b"c"), IncorrectHandleState, 12019)
        self.refused(self.request.finish(), IncorrectHandleState, 12019)
        self.assertEqual(peer.request(), b"")

    def test_after_close(self) -> None:
        """6."""
        self.start(2)
        self.request.close()
        self.refused(self.request.start(2), InvalidHandle, 6)
        self.refused(self.request.write(b"a"), InvalidHandle, 6)
        self.refused(self.request.finish(), InvalidHandle, 6)

    def check_pending(self) -> None:
        for again in (
            self.request.start(1),
            self.request.write(b"a"),
            self.request.finish(),
            self.request.send(),
        ):
            self.refused(again, RequestPending, 12026)

    def test_while_start_is_pending(self) -> None:
        """12026, and the start goes on."""
        pending = self.request.start(2)
        self.check_pending()
        peer = self.net.accept()
        self.successResultOf(pending)
        peer.request()
        self.go_on(peer, b"ab")

    def test_while_a_write_is_pending(self) -> None:
        """12026, and the write goes on."""
        peer = self.start(3)
        pending = self.write_full(peer, b"a")
        self.check_pending()
        self.assertEqual(peer.request(), b"a")
        self.producer(peer).resumeProducing()
        self.assertEqual(self.successResultOf(pending), 1)
        self.go_on(peer, b"bc")

    def test_while_finish_is_pending(self) -> None:
        """12026 for what could be asked again, and the answer comes."""
        peer = self.start(2, b"ab")
        pending = self.request.finish()
        self.refused(self.request.start(1), RequestPending, 12026)
        self.refused(self.request.send(), RequestPending, 12026)
        peer.send(OK)
        self.successResultOf(pending)

    def test_read_before_there_is_an_answer(self) -> None:
        """12019, and the body goes on."""
        peer = self.start(2)
        self.refused(self.request.read(1), IncorrectHandleState, 12019)
        self.go_on(peer, b"ab")

    def test_never_more_than_announced(self) -> None:
        """Not even when a listener writes inside the SENDING_REQUEST of a write."""
        peer = self.start(3)
        inner = list[Any]()

        def react(news: Any) -> None:
            if news.status.name == "SENDING_REQUEST" and not inner:
                inner.append(None)
                inner[0] = self.request.write(b"xy")

        self.net.react = react
        outer = self.request.write(b"abc")
        for pending in (outer, inner[0]):
            # One of them may well have been refused.
            pending.addErrback(lambda reason: None)
        self.assertLessEqual(len(peer.request()), 3)


class BackPressureTests(BodyTestCase):
    """A transport that is full."""

    def test_write_waits(self) -> None:
        """REQUEST_SENT and REQUEST_COMPLETE come when there is room again."""
        peer = self.start(5)
        self.told()
        pending = self.write_full(peer, b"abc")
        self.assertEqual(self.told(), ["SENDING_REQUEST"])
        self.assertEqual(peer.request(), b"abc")
        self.producer(peer).resumeProducing()
        self.assertEqual(self.successResultOf(pending), 3)
        self.assertEqual(self.told(), ["REQUEST_SENT 3", "REQUEST_COMPLETE ok"])
        self.write(b"de")
        self.assertEqual(self.told(), ["SENDING_REQUEST", "REQUEST_SENT 2"])
        self.assertEqual(peer.request(), b"de")

    def test_full_before_the_write(self) -> None:
        """The piece is handed over all the same, and waits."""
        peer = self.start(5)
        self.producer(peer).pauseProducing()
        pending = self.request.write(b"abc")
        self.assertNoResult(pending)
        self.assertEqual(peer.request(), b"abc")
        self.producer(peer).resumeProducing()
        self.assertEqual(self.successResultOf(pending), 3)

    def test_each_turn_without_a_write(self) -> None:
        """Nothing is told of a pause in which nobody writes."""
        peer = self.start(5)
        self.told()
        self.producer(peer).pauseProducing()
        self.producer(peer).resumeProducing()
        self.producer(peer).resumeProducing()
        self.assertEqual(self.told(), [])
        self.write(b"abcde")

    def test_resumed_inside_the_write(self) -> None:
        """A transport that has room again before write() returns: no wait."""
        peer = self.start(5)
        transport: Any = peer.transport
        real = transport.write

        def write(data: bytes) -> None:
            real(data)
            transport.producer.pauseProducing()
            transport.producer.resumeProducing()

        transport.write = write
        self.told()
        self.write(b"abc")
        self.assertEqual(self.told(), ["SENDING_REQUEST", "REQUEST_SENT 3"])

    def test_next_write_from_the_callback(self) -> None:
        """A program that writes in the Deferred's callback sends all, in order."""
        peer = self.start()
        pending = self.write_full(peer, b"a")
        pending.addCallback(lambda _: self.request.write(b"b"))
        pending.addCallback(lambda _: self.request.finish())
        self.producer(peer).resumeProducing()
        self.assertNoResult(pending)
        self.assertEqual(peer.request(), b"1\r\na\r\n1\r\nb\r\n" + CHUNKED_END)
        peer.send(OK)
        self.assertIs(self.successResultOf(pending), self.request)


class LimitTests(BodyTestCase):
    """Every wait ends, in 12002; the text says which limit it was."""

    def ran_out(self, pending: Any, name: str, *peers: Peer) -> None:
        self.assertIn(f"limits.{name}", self.refused(pending, Timeout, 12002))
        self.check_nothing_left(*peers)

    def test_connect(self) -> None:
        """The start waits so long for the connection."""
        self.begin(connect=4)
        pending = self.request.start(2)
        self.net.advance(4.1)
        self.refused(pending, Timeout, 12002)
        self.refused(self.request.write(b"ab"), Timeout, 12002)
        self.check_nothing_left()

    def test_silent_program(self) -> None:
        """The socket is closed after unread_body; the next call says so."""
        for call in ("write", "finish"):
            self.begin(unread_body=20, send=3, first_byte=3)
            peer = self.start(2)
            self.told()
            self.net.advance(19.9)
            self.assertFalse(peer.closed)
            self.net.advance(0.2)
            self.assertTrue(peer.closed)
            self.assertEqual(self.told(), CLOSED)
            pending: Any = (
                self.request.write(b"a") if call == "write" else self.request.finish()
            )
            self.ran_out(pending, "unread_body", peer)

    def test_each_piece_starts_the_time_anew(self) -> None:
        """A program that goes on writing may take as long as it likes."""
        self.begin(unread_body=20, send=3, first_byte=3)
        peer = self.start(9)
        for _ in range(3):
            self.net.advance(19.9)
            self.write(b"a")
        self.net.advance(20.1)
        self.assertTrue(peer.closed)
        self.ran_out(self.request.write(b"a"), "unread_body", peer)

    def test_interim_answer_leaves_the_programs_time(self) -> None:
        """100 Continue does not make it the peer's turn."""
        self.begin(unread_body=20, first_byte=3)
        peer = self.start(2)
        peer.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        self.net.advance(19)
        self.assertFalse(peer.closed)
        self.write(b"ab")

    def test_full_transport(self) -> None:
        """The peer has send seconds to take something."""
        self.begin(unread_body=100, send=7, first_byte=100)
        peer = self.start(2)
        pending = self.write_full(peer, b"a")
        self.net.advance(6.9)
        self.assertNoResult(pending)
        self.told()
        self.net.advance(0.2)
        self.assertEqual(self.told(), [*CLOSED, "REQUEST_COMPLETE 12002"])
        self.ran_out(pending, "send", peer)

    def test_after_the_full_transport_it_is_the_programs_turn(self) -> None:
        """The limit is unread_body again."""
        self.begin(unread_body=20, send=7, first_byte=7)
        peer = self.start(2)
        pending = self.write_full(peer, b"a")
        self.producer(peer).resumeProducing()
        self.successResultOf(pending)
        self.net.advance(19.9)
        self.assertFalse(peer.closed)
        self.net.advance(0.2)
        self.ran_out(self.request.write(b"b"), "unread_body", peer)

    def test_first_byte(self) -> None:
        """It runs from finish() on."""
        self.begin(unread_body=100, send=100, first_byte=5)
        peer = self.start(2, b"ab")
        self.net.advance(50)
        pending = self.request.finish()
        self.net.advance(4.9)
        self.assertNoResult(pending)
        self.net.advance(0.2)
        self.ran_out(pending, "first_byte", peer)

    def test_whole(self) -> None:
        """The program's time counts too."""
        self.begin(whole=10)
        peer = self.start(2)
        self.net.advance(10.1)
        self.assertTrue(peer.closed)
        self.ran_out(self.request.write(b"a"), "whole", peer)

    def test_whole_during_a_write(self) -> None:
        """The pending write ends."""
        self.begin(whole=10)
        peer = self.start(2)
        pending = self.write_full(peer, b"a")
        self.net.advance(10.1)
        self.ran_out(pending, "whole", peer)

    def test_body_of_the_answer(self) -> None:
        """After finish() the limits are those of every answer."""
        self.begin(unread_body=20, first_byte=3, idle=6)
        peer = self.start(2, b"ab")
        pending = self.request.finish()
        peer.send(OK + b"he")
        self.successResultOf(pending)
        reading = self.request.read(5)
        self.net.advance(6.1)
        self.assertEqual(self.successResultOf(reading), b"he")
        self.ran_out(self.request.read(5), "idle", peer)

    def check_held(self, name: str, **limits: Any) -> None:
        """Check that finish() ends when a limit has run out on a held answer."""
        self.begin(**limits)
        peer = self.start(9, b"a")
        peer.send(TOO_LARGE)
        self.net.advance(20.1)
        self.assertTrue(peer.closed)
        outcome = list[Any]()
        pending = self.request.finish()
        pending.addCallbacks(lambda _: self.request.read(2), lambda reason: reason)
        pending.addBoth(outcome.append)
        self.assertEqual(len(outcome), 1, "finish() never fires")
        self.assertIn(f"limits.{name}", outcome[0].getErrorMessage())
        self.check_nothing_left(peer)

    def test_silent_program_with_an_early_answer(self) -> None:
        """An answer that is held, its body not complete, has the same limit."""
        self.check_held("unread_body", unread_body=20, idle=100, first_byte=100)

    def test_program_that_goes_on_writing_after_an_early_answer(self) -> None:
        """Each piece starts its time anew, as before the answer."""
        self.begin(unread_body=20, send=100, first_byte=100, idle=100)
        peer = self.start(9)
        peer.send(TOO_LARGE)
        for _ in range(3):
            self.net.advance(15)
            self.write(b"a")
        self.assertFalse(peer.closed)

    def test_whole_with_an_early_answer(self) -> None:
        """The same for the whole operation."""
        self.check_held("whole", whole=20)


class EarlyAnswerTests(BodyTestCase):
    """An answer that comes before the body has ended."""

    def check_given(self, peer: Peer, *more: str) -> None:
        """Check that finish() tells of the held answer and gives it."""
        self.told()
        handle = self.finish()
        self.assertEqual(
            self.told(),
            [
                "RECEIVING_RESPONSE",
                f"RESPONSE_RECEIVED {len(TOO_LARGE)}",
                "REQUEST_COMPLETE ok",
                *more,
            ],
        )
        self.assertEqual(handle.response.status_code, 413)
        self.assertEqual(self.successResultOf(handle.read(9)), b"no")

    def test_held_until_finish(self) -> None:
        """Nothing is told of it before; the connection is not kept."""
        peer = self.start(9, b"a")
        self.told()
        peer.send(TOO_LARGE + b"no")
        self.assertEqual(self.told(), [])
        self.assertTrue(peer.closed)
        self.check_given(peer, *CLOSED)
        self.check_nothing_left(peer)

    def test_cannot_be_read_before_finish(self) -> None:
        """Else the read would wait for what is told after finish() only."""
        peer = self.start(9, b"a")
        for data in (TOO_LARGE, b"no"):
            peer.send(data)
            for read in (self.request.read(9), self.request.available()):
                error = self.failureResultOf(read, IncorrectHandleState)
                self.assertIn("finish()", str(error.value))
        self.check_given(peer, *CLOSED)
        self.check_nothing_left(peer)

    def test_what_is_written_later_is_dropped(self) -> None:
        """It is told as ever, and sent no more."""
        peer = self.start(9, b"a")
        peer.send(TOO_LARGE + b"no")
        peer.request()
        self.told()
        self.write(b"bcd")
        self.assertEqual(self.told(), ["SENDING_REQUEST", "REQUEST_SENT 3"])
        self.refused(self.request.write(b"x" * 6), InvalidParameter, 87)
        self.write(b"efghi")
        self.assertEqual(peer.request(), b"")
        self.check_given(peer, *CLOSED)

    def test_chunked(self) -> None:
        """No zero chunk follows on a connection that is closed."""
        peer = self.start(None, b"a")
        peer.send(TOO_LARGE + b"no")
        self.write(b"b")
        self.check_given(peer, *CLOSED)
        self.assertEqual(peer.request(), b"")
        self.check_nothing_left(peer)

    def test_whole_length_was_written(self) -> None:
        """The connection is kept."""
        peer = self.start(2)
        self.write(b"ab")
        peer.send(TOO_LARGE + b"no")
        self.assertFalse(peer.closed)
        self.check_given(peer)
        self.assertTrue(self.kept(peer))

    def test_whole_length_was_the_first_piece(self) -> None:
        """The same."""
        peer = self.start(2, b"ab")
        peer.send(TOO_LARGE + b"no")
        self.check_given(peer)
        self.assertTrue(self.kept(peer))

    def test_pieces_go_on_while_the_answer_is_incomplete(self) -> None:
        """The server takes them, so they are sent; the connection is then kept."""
        for length, piece, end in (
            (3, b"bc", b""),
            (None, b"2\r\nbc\r\n", CHUNKED_END),
        ):
            self.begin()
            peer = self.start(length, b"a")
            peer.send(TOO_LARGE + b"n")
            self.write(b"bc")
            self.assertEqual(peer.request(), piece)
            handle = self.finish()
            self.assertEqual(peer.request(), end)
            peer.send(b"o")
            self.assertEqual(self.successResultOf(handle.read(2)), b"no")
            self.assertTrue(self.kept(peer))

    def test_finish_with_bytes_missing(self) -> None:
        """It gives the answer, and the connection is closed at its end."""
        peer = self.start(9, b"a")
        peer.send(TOO_LARGE + b"n")
        handle = self.finish()
        peer.send(b"o")
        self.assertEqual(self.successResultOf(handle.read(2)), b"no")
        self.assertTrue(peer.closed)
        self.check_nothing_left(peer)

    def test_answer_in_pieces(self) -> None:
        """All that came before finish() is there."""
        peer = self.start(9, b"a")
        self.told()
        for at in range(len(TOO_LARGE)):
            peer.send(TOO_LARGE[at : at + 1])
        peer.send(b"n")
        peer.send(b"o")
        self.assertEqual(self.told(), [])
        self.assertEqual(self.finish().response.status_code, 413)
        self.assertEqual(self.successResultOf(self.request.read(9)), b"no")

    def test_pending_write_ends_well(self) -> None:
        """REQUEST_SENT, REQUEST_COMPLETE; the rest is dropped."""
        peer = self.start(9)
        pending = self.write_full(peer, b"abc")
        self.told()
        peer.send(TOO_LARGE + b"no")
        self.assertEqual(self.successResultOf(pending), 3)
        self.assertEqual(self.told(), ["REQUEST_SENT 3", "REQUEST_COMPLETE ok"])
        self.write(b"def")
        self.assertEqual(peer.request(), b"abc")
        self.check_given(peer, *CLOSED)
        self.check_nothing_left(peer)

    def test_finish_in_the_callback_of_the_pending_write(self) -> None:
        """It gets the answer, when head and body come together or not."""
        for rest in (b"no", b""):
            self.begin()
            peer = self.start(9)
            pending = self.write_full(peer, b"abc")
            pending.addCallback(lambda _: self.request.finish())
            peer.send(TOO_LARGE + rest)
            self.assertIs(self.successResultOf(pending), self.request)

    def test_close_in_the_callback_of_the_pending_write(self) -> None:
        """The connection is closed, and nothing more is told."""
        peer = self.start(9)
        pending = self.write_full(peer, b"abc")
        pending.addCallback(lambda _: self.request.close() and None)
        self.told()
        peer.send(TOO_LARGE + b"no")
        self.successResultOf(pending)
        self.assertEqual(
            self.told(),
            ["REQUEST_SENT 3", "REQUEST_COMPLETE ok", *CLOSED, "HANDLE_CLOSING"],
        )
        self.check_nothing_left(peer)

    def test_connection_of_a_dropped_body_is_not_kept(self) -> None:
        """What the program wrote and we dropped, the server still waits for."""
        peer = self.start(6)
        pending = self.write_full(peer, b"abc")
        peer.send(TOO_LARGE)
        self.successResultOf(pending)
        self.write(b"def")
        sent = peer.request()
        handle = self.finish()
        peer.send(b"no")
        self.successResultOf(handle.read(2))
        self.assertEqual(sent, b"abc")
        self.assertFalse(self.kept(peer))

    def test_connection_of_a_dropped_body_is_not_kept_before_finish(self) -> None:
        """The same when the answer is complete before finish()."""
        peer = self.start(6)
        pending = self.write_full(peer, b"abc")
        peer.send(TOO_LARGE)
        self.successResultOf(pending)
        self.write(b"def")
        peer.send(b"no")
        self.finish()
        self.assertFalse(self.kept(peer))

    def test_connection_of_dropped_chunks_is_not_kept(self) -> None:
        """The same for chunks that no zero chunk has ended."""
        peer = self.start()
        pending = self.write_full(peer, b"abc")
        peer.send(TOO_LARGE)
        self.successResultOf(pending)
        handle = self.finish()
        self.assertNotIn(CHUNKED_END, peer.request())
        peer.send(b"no")
        self.successResultOf(handle.read(2))
        self.assertFalse(self.kept(peer))

    def test_closed_by_the_server(self) -> None:
        """The answer stands when the server closes after it."""
        peer = self.start(9, b"a")
        peer.send(b"HTTP/1.1 413 Too Large\r\n\r\nno")
        peer.close()
        self.write(b"bcd")
        self.assertEqual(self.finish().response.status_code, 413)
        self.assertEqual(self.successResultOf(self.request.read(9)), b"no")
        self.check_nothing_left(peer)

    def test_cut_answer(self) -> None:
        """finish() gives the head; the body breaks off."""
        peer = self.start(9, b"a")
        peer.send(TOO_LARGE + b"n")
        peer.close(ConnectionLost())
        self.assertEqual(self.finish().response.status_code, 413)
        self.assertEqual(self.successResultOf(self.request.read(9)), b"n")
        self.refused(self.request.read(9), ConnectionReset, 12031)
        self.check_nothing_left(peer)

    def test_answer_that_breaks_the_rules(self) -> None:
        """The next call fails with 12152."""
        peer = self.start(9, b"a")
        peer.send(b"nonsense\r\n\r\n")
        self.refused(self.request.write(b"b"), HttpInvalidServerResponse, 12152)
        self.check_nothing_left(peer)

    def test_close_while_it_is_held(self) -> None:
        """Nothing is left, and nothing told of the answer."""
        peer = self.start(9, b"a")
        peer.send(TOO_LARGE + b"n")
        self.told()
        self.request.close()
        self.assertEqual(self.told(), [*CLOSED, "HANDLE_CLOSING"])
        self.check_nothing_left(peer)


class LostTests(BodyTestCase):
    """The connection is lost while the body is being sent."""

    def check_lost(self, reason: Exception | None, kind: Any, code: int) -> None:
        for call in ("write", "finish"):
            self.begin()
            peer = self.start(2)
            self.told()
            peer.close(reason)
            self.assertEqual(self.told(), CLOSED)
            pending = (
                self.request.write(b"a") if call == "write" else self.request.finish()
            )
            self.refused(pending, kind, code)
            self.assertEqual(peer.request(), b"")
            # It has been said once; now there is no body any more.
            self.refused(self.request.finish(), IncorrectHandleState, 12019)
            self.check_nothing_left(peer)

    def test_reset(self) -> None:
        """12031 at the next call."""
        self.check_lost(ConnectionLost(), ConnectionReset, 12031)

    def test_closed(self) -> None:
        """12152 at the next call."""
        self.check_lost(None, HttpInvalidServerResponse, 12152)

    def test_pending_write(self) -> None:
        """It fails."""
        for reason, code in ((ConnectionLost(), 12031), (None, 12152)):
            self.begin()
            peer = self.start(2)
            pending = self.write_full(peer, b"a")
            self.told()
            peer.close(reason)
            self.assertEqual(self.told(), [*CLOSED, f"REQUEST_COMPLETE {code}"])
            self.assertEqual(self.failureResultOf(pending).value.code, code)
            self.check_nothing_left(peer)

    def test_pending_finish(self) -> None:
        """It fails."""
        peer = self.start(2, b"ab")
        pending = self.request.finish()
        peer.close(ConnectionLost())
        self.refused(pending, ConnectionReset, 12031)
        self.check_nothing_left(peer)

    def test_kept_connection_is_not_replaced(self) -> None:
        """The body cannot be sent again."""
        self.request = self.make("PUT")
        peer = self.start_kept(2, b"a")
        peer.close()
        self.assertEqual(self.net.attempts, 0)
        self.refused(self.request.write(b"b"), HttpInvalidServerResponse, 12152)
        self.check_nothing_left(peer)


class CloseTests(BodyTestCase):
    """close() inside each notification, and cancel of each Deferred."""

    def play(self, where: str, count: int) -> list[tuple[str, Any]]:
        """Close inside notification ``where``, when it comes the ``count``-th time.

        Give each call that was made, and its Deferred.
        """
        self.begin()
        seen = 0

        def react(news: Any) -> None:
            nonlocal seen
            if news.status.name == where:
                seen += 1
                if seen == count:
                    self.request.close()

        self.net.react = react
        calls = list[tuple[str, Any]]()
        self.peers = list[Peer]()
        self.play_on(calls)
        self.assertEqual(seen >= count, True, f"{where} was not told {count} times")
        return calls

    def play_on(self, calls: list[tuple[str, Any]]) -> None:
        """Go as far as the request lives: two writes, the second one has to wait."""
        calls.append(("start", self.request.start(3)))
        if self.net.attempts:
            self.peers.append(self.net.accept())
        if not self.request.alive:
            return
        (peer,) = self.peers
        calls.append(("write", self.request.write(b"a")))
        if not self.request.alive:
            return
        self.fill(peer)
        calls.append(("full", self.request.write(b"bc")))
        if not self.request.alive:
            return
        self.producer(peer).resumeProducing()
        if not self.request.alive:
            return
        calls.append(("finish", self.request.finish()))
        if self.request.alive:
            peer.send(OK)

    def check(self, where: str, count: int, call: str) -> None:
        """Check that the call ends with 12017, and that nothing is left."""
        calls = self.play(where, count)
        name, last = calls.pop()
        self.assertEqual(name, call)
        for _, pending in calls:
            self.successResultOf(pending)
        self.refused(last, OperationCancelled, 12017)
        told = self.net.told
        self.assertEqual(told[-1], "HANDLE_CLOSING")
        self.assertEqual(told.count("HANDLE_CLOSING"), 1)
        self.assertEqual(told.count("REQUEST_COMPLETE 12017"), call != "write")
        if self.peers and where != "CONNECTING_TO_SERVER":
            self.assertEqual(told.count("CONNECTION_CLOSED"), 1)
        self.check_nothing_left(*self.peers)

    def test_inside_each_notification_of_start(self) -> None:
        """Whatever has been reached is given up."""
        for where in (
            "RESOLVING_NAME",
            "NAME_RESOLVED",
            "CONNECTING_TO_SERVER",
            "CONNECTED_TO_SERVER",
            "SENDING_REQUEST",
            "REQUEST_SENT",
        ):
            self.check(where, 1, "start")

    def test_inside_sending_request_of_start(self) -> None:
        """Nothing is sent."""
        self.check("SENDING_REQUEST", 1, "start")
        self.assertEqual(self.peers[0].request(), b"")

    def test_inside_sending_request_of_write(self) -> None:
        """The piece is not sent."""
        self.check("SENDING_REQUEST", 2, "write")
        self.assertTrue(self.peers[0].request().endswith(b"\r\n\r\n"))

    def test_inside_request_sent_of_write(self) -> None:
        """The piece has gone out, and nothing was pending: the outcome stands."""
        calls = self.play("REQUEST_SENT", 2)
        self.assertEqual(calls[-1][0], "write")
        self.assertEqual(self.successResultOf(calls[-1][1]), 1)
        self.refused(self.request.write(b"b"), InvalidHandle, 6)
        self.assertEqual(self.net.told[-1], "HANDLE_CLOSING")
        self.check_nothing_left(*self.peers)

    def test_inside_sending_request_of_a_write_that_would_wait(self) -> None:
        """The piece is not sent."""
        calls = self.play("SENDING_REQUEST", 3)
        self.assertEqual(calls[-1][0], "full")
        self.refused(calls[-1][1], OperationCancelled, 12017)
        self.assertTrue(self.peers[0].request().endswith(b"\r\n\r\na"))
        self.check_nothing_left(*self.peers)

    def test_inside_request_sent_of_a_write_that_waited(self) -> None:
        """It was pending, and is cancelled."""
        self.check("REQUEST_SENT", 3, "full")

    def test_inside_each_notification_of_finish(self) -> None:
        """The answer is not acted on."""
        self.check("RECEIVING_RESPONSE", 1, "finish")
        self.check("RESPONSE_RECEIVED", 1, "finish")

    def test_inside_request_complete(self) -> None:
        """The outcome stands: the Deferred fires with what was announced."""
        for count, call in ((1, "start"), (2, "full"), (3, "finish")):
            calls = self.play("REQUEST_COMPLETE", count)
            self.assertEqual(calls[-1][0], call)
            self.successResultOf(calls[-1][1])
            self.assertFalse(self.request.alive)
            self.assertEqual(self.net.told[-3:], [*CLOSED, "HANDLE_CLOSING"])
            self.check_nothing_left(*self.peers)

    def test_inside_the_notifications_of_a_held_answer(self) -> None:
        """finish() ends with 12017."""
        for where in ("RECEIVING_RESPONSE", "RESPONSE_RECEIVED"):
            self.begin()
            peer = self.start(9, b"a")
            peer.send(TOO_LARGE + b"n")
            self.net.react = lambda news, where=where: (
                news.handle.close() if news.status.name == where else None
            )
            self.refused(self.request.finish(), OperationCancelled, 12017)
            self.assertEqual(
                self.net.told[-4:],
                [*CLOSED, "REQUEST_COMPLETE 12017", "HANDLE_CLOSING"],
            )
            self.check_nothing_left(peer)

    def cancel(self, pending: Any, *peers: Peer) -> None:
        """Cancel a Deferred: the handle is closed, and nothing left."""
        self.assertNoResult(pending)
        pending.cancel()
        self.refused(pending, OperationCancelled, 12017)
        self.assertFalse(self.request.alive)
        self.assertEqual(
            self.net.told[-2:], ["REQUEST_COMPLETE 12017", "HANDLE_CLOSING"]
        )
        self.check_nothing_left(*peers)

    def test_cancel_start(self) -> None:
        """The attempt to connect is stopped."""
        self.cancel(self.request.start(2))
        self.assertTrue(self.net.hand.attempts[0].stopped)

    def test_cancel_write(self) -> None:
        """The connection is closed."""
        peer = self.start(2)
        self.cancel(self.write_full(peer, b"a"), peer)
        self.assertTrue(peer.transport.aborted)

    def test_cancel_finish(self) -> None:
        """The connection is closed."""
        peer = self.start(2, b"ab")
        self.cancel(self.request.finish(), peer)

    def test_close_between_two_calls(self) -> None:
        """Nothing is pending: only the closing is told."""
        for data in (b"", b"a", b"ab"):
            self.begin()
            peer = self.start(2, data)
            self.told()
            self.request.close()
            self.assertEqual(self.told(), [*CLOSED, "HANDLE_CLOSING"])
            self.check_nothing_left(peer)

    def test_session_closed(self) -> None:
        """A pending write ends with the whole tree."""
        peer = self.start(2)
        pending = self.write_full(peer, b"a")
        self.net.session.close()
        self.refused(pending, OperationCancelled, 12017)
        self.check_nothing_left(peer)


class AgainTests(BodyTestCase):
    """The same handle is sent again."""

    def answer(self, peer: Peer) -> None:
        """Answer what has been finished."""
        pending = self.request.finish()
        peer.send(OK + b"hello")
        self.successResultOf(pending)
        self.assertEqual(self.successResultOf(self.request.read(9)), b"hello")
        peer.request()
        self.told()

    def test_start_and_send_in_turn(self) -> None:
        """On the same connection, with another length and framing each time."""
        peer = self.start(2, b"ab")
        self.answer(peer)
        self.successResultOf(self.request.start(None, b"c"))
        self.assertIn(b"Transfer-Encoding: chunked\r\n", peer.request())
        self.assertRaises(IncorrectHandleState, lambda: self.request.response)
        self.answer(peer)
        pending = self.request.send(b"xyz")
        self.assertTrue(peer.request().endswith(b"Content-Length: 3\r\n\r\nxyz"))
        peer.send(OK + b"hello")
        self.successResultOf(pending)
        self.successResultOf(self.request.start(1))
        self.write(b"z")
        self.assertTrue(peer.request().endswith(b"Content-Length: 1\r\n\r\nz"))
        self.answer(peer)
        self.assertEqual(self.net.attempts, 0)

    def test_in_the_middle_of_a_body(self) -> None:
        """The former connection is closed, the new body starts from nothing."""
        first = self.start(9, b"abc")
        pending = self.request.start(2)
        self.assertTrue(first.closed)
        peer = self.net.accept()
        self.successResultOf(pending)
        peer.request()
        self.refused(self.request.write(b"xyz"), InvalidParameter, 87)
        self.write(b"xy")
        self.assertEqual(peer.request(), b"xy")
        self.assertEqual(first.request(), b"")
        self.answer(peer)

    def test_send_in_the_middle_of_a_body(self) -> None:
        """There is nothing to write any more."""
        first = self.start(9, b"abc")
        pending = self.request.send()
        self.assertTrue(first.closed)
        peer = self.net.accept()
        self.refused(self.request.write(b"d"), IncorrectHandleState, 12019)
        peer.send(OK)
        self.successResultOf(pending)

    def test_after_an_answer_that_was_held(self) -> None:
        """The early answer is forgotten."""
        first = self.start(9, b"a")
        first.send(TOO_LARGE + b"n")
        pending = self.request.start(2, b"ab")
        self.assertTrue(first.closed)
        peer = self.net.accept()
        self.successResultOf(pending)
        self.assertRaises(IncorrectHandleState, lambda: self.request.response)
        self.answer(peer)
        self.assertEqual(self.request.response.status_code, 200)

    def test_after_a_failure(self) -> None:
        """Neither a lost connection nor a write that waited leaves a trace."""
        first = self.start(9)
        pending = self.write_full(first, b"abc")
        first.close(ConnectionLost())
        self.refused(pending, ConnectionReset, 12031)
        self.told()
        peer = self.start(2)
        self.told()
        self.producer(peer).pauseProducing()
        self.producer(peer).resumeProducing()
        self.assertEqual(self.told(), [])
        self.write(b"ab")
        self.answer(peer)


class RedirectTests(BodyTestCase):
    """A redirect after a body that was handed over."""

    def test_see_other(self) -> None:
        """303 becomes a GET without a body."""
        for status in (301, 302, 303):
            self.begin()
            peer = self.start(2, b"ab")
            pending = self.request.finish()
            self.told()
            peer.send(redirect(status))
            head = peer.request()
            self.assertTrue(head.startswith(b"GET /y HTTP/1.1\r\n"))
            self.assertNotIn(b"Content-Length", head)
            self.assertNotIn(b"Transfer-Encoding", head)
            self.assertTrue(head.endswith(b"\r\n\r\n"))
            peer.send(OK)
            self.assertEqual(self.successResultOf(pending).response.status_code, 200)
            self.assertEqual(
                self.told(),
                [
                    f"RESPONSE_RECEIVED {len(redirect(status))}",
                    "REDIRECT http://127.0.0.1:8080/y",
                    "SENDING_REQUEST",
                    f"REQUEST_SENT {len(head)}",
                    "RECEIVING_RESPONSE",
                    f"RESPONSE_RECEIVED {len(OK)}",
                    "REQUEST_COMPLETE ok",
                ],
            )

    def test_body_asked_for_again(self) -> None:
        """307 and 308 fail with 12156: it cannot be sent again."""
        for status in (307, 308):
            self.begin()
            peer = self.start()
            self.write(b"ab")
            pending = self.request.finish()
            peer.request()
            peer.send(redirect(status))
            self.refused(pending, HttpRedirectFailed, 12156)
            self.assertEqual(self.told()[-1], "REQUEST_COMPLETE 12156")
            self.assertEqual(peer.request(), b"")
            self.assertEqual(self.net.attempts, 0)

    def test_early(self) -> None:
        """303 before the end is followed at finish(), on another connection."""
        first = self.start(3, b"a")
        first.send(redirect(303))
        self.assertTrue(first.closed)
        self.assertEqual(self.net.attempts, 0)
        self.write(b"bc")
        self.told()
        pending = self.request.finish()
        peer = self.net.accept()
        self.assertTrue(peer.request().startswith(b"GET /y HTTP/1.1\r\n"))
        peer.send(OK)
        self.assertEqual(self.successResultOf(pending).response.status_code, 200)
        sent = self.told()
        self.assertEqual(
            sent[:5],
            [
                "RECEIVING_RESPONSE",
                f"RESPONSE_RECEIVED {len(redirect(303))}",
                *CLOSED,
                "REDIRECT http://127.0.0.1:8080/y",
            ],
        )
        self.assertEqual(sent[-1], "REQUEST_COMPLETE ok")

    def test_early_and_after_the_whole_length(self) -> None:
        """The connection is good for the next hop."""
        peer = self.start(1, b"a")
        peer.send(redirect(303))
        pending = self.request.finish()
        self.assertTrue(peer.request().startswith(b"GET /y HTTP/1.1\r\n"))
        peer.send(OK)
        self.successResultOf(pending)

    def test_early_and_asked_for_again(self) -> None:
        """307 before the end fails at finish()."""
        peer = self.start(1)
        peer.send(redirect(307))
        self.write(b"a")
        self.refused(self.request.finish(), HttpRedirectFailed, 12156)
        self.assertEqual(self.told()[-1], "REQUEST_COMPLETE 12156")
        self.check_nothing_left(peer)
