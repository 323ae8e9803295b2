"""Bodies on their way: framing, progress, back-pressure, failures, early answers."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.error import ConnectionLost
from twisted.web.iweb import UNKNOWN_LENGTH, IBodyProducer
from zope.interface import implementer

from tests.http.memory import CONTEXT, OK, MemoryNet, NetTestCase, Peer
from twinet._http.body import AT_ONCE
from twinet._http.sending import PROGRESS
from twinet.errors import (
    ConnectionReset,
    HttpInvalidServerResponse,
    HttpRedirectFailed,
    InternalError,
    InvalidHandle,
    InvalidParameter,
    OperationCancelled,
    Timeout,
)
from twinet.records import Limits

TOO_LARGE = b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\n"
CLOSED = ["CLOSING_CONNECTION", "CONNECTION_CLOSED"]
DENIED = (
    b"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=r\r\nContent-Length: 0\r\n\r\n"
)


def redirect(status: int) -> bytes:
    """Return an answer that leads to /y."""
    return b"HTTP/1.1 %d X\r\nLocation: /y\r\nContent-Length: 0\r\n\r\n" % status


@implementer(IBodyProducer)
class Script:
    """A producer that does what the test says, and notes what it is told."""

    def __init__(self, length: Any = UNKNOWN_LENGTH) -> None:
        self.length = length
        self.calls: list[str] = []
        self.done: Deferred[None] = Deferred()
        self.on_stop: Any = lambda: None

    def startProducing(self, consumer: Any) -> Deferred[None]:
        self.consumer = consumer
        self.calls.append("start")
        return self.done

    def pauseProducing(self) -> None:
        self.calls.append("pause")

    def resumeProducing(self) -> None:
        self.calls.append("resume")

    def stopProducing(self) -> None:
        self.calls.append("stop")
        self.on_stop()

    def write(self, data: bytes) -> None:
        self.consumer.write(data)

    def end(self) -> None:
        self.done.callback(None)


class SendingTestCase(NetTestCase):
    """One request with a body on a memory net."""

    fields: tuple[tuple[str, str], ...] = ()

    def setUp(self) -> None:
        self.begin()

    def begin(self, **options: Any) -> None:
        self.net = MemoryNet()
        # In turn, not in a thread: the reactor here knows none.
        self.net.session.disk.run = maybeDeferred
        self.request = self.make(**options)
        self.net.news.clear()

    def make(self, verb: str = "POST", username: str = "", **limits: Any) -> Any:
        connection = self.net.session.http("127.0.0.1", 80, username=username)
        return connection.open_request(
            verb, "/x", headers=self.fields, context=CONTEXT, limits=Limits(**limits)
        )

    def send(self, body: Any) -> Peer:
        """Send a body on a new connection; its head has been taken from the wire."""
        self.pending = self.request.send(body)
        peer = self.net.accept()
        self.head, _, self.rest = peer.request().partition(b"\r\n\r\n")
        return peer

    def script(self, length: Any = UNKNOWN_LENGTH) -> Peer:
        """Send a scripted body."""
        self.body = Script(length)
        peer = self.send(self.body)
        self.told()
        return peer

    def answered(self, status: int = 200) -> Any:
        """Check that the answer has come."""
        handle = self.successResultOf(self.pending)
        self.assertEqual(handle.response.status_code, status)
        return handle

    def failed(self, kind: type[Exception], code: int) -> str:
        error: Any = self.failureResultOf(self.pending, kind).value
        self.assertEqual(error.code, code)
        return str(error)


class WireTests(SendingTestCase):
    """What goes out."""

    def test_small_bytes_leave_with_the_head(self) -> None:
        """In one piece, told as one."""
        self.send(b"abc")
        self.assertIn(b"\r\nContent-Length: 3", self.head)
        self.assertEqual(self.rest, b"abc")
        sent = len(self.head) + 4 + 3
        self.assertIn(f"REQUEST_SENT {sent}", self.told())

    def test_each_kind_with_a_length(self) -> None:
        """As it is, behind a Content-Length."""
        data = b"0123456789" * (AT_ONCE // 5)
        path = Path(self.mktemp())
        path.write_bytes(data)
        for body in (data, path, BytesIO(data)):
            self.begin()
            peer = self.send(body)
            self.assertIn(b"\r\nContent-Length: %d" % len(data), self.head)
            self.assertEqual(self.rest + peer.request(), data)
            sent = len(self.head) + 4 + len(data)
            told = self.told()
            self.assertEqual(told[-3], "SENDING_REQUEST")
            self.assertEqual(told[-2], f"REQUEST_SENT {sent}")
            self.assertEqual(told[-1], "RECEIVING_RESPONSE")
            peer.send(OK + b"hello")
            self.answered()
            self.assertTrue(self.kept(peer))

    def test_without_a_length_in_chunks(self) -> None:
        """With the chunks' framing; empty writes would end it and are passed over."""
        peer = self.script()
        self.assertIn(b"\r\nTransfer-Encoding: chunked", self.head)
        for piece in (b"abc", b"", b"x" * 16):
            self.body.write(piece)
        self.assertEqual(peer.request(), b"3\r\nabc\r\n10\r\n" + b"x" * 16 + b"\r\n")
        self.body.end()
        self.assertEqual(peer.request(), b"0\r\n\r\n")
        peer.send(OK + b"hello")
        self.answered()
        self.assertTrue(self.kept(peer))

    def test_body_that_ends_at_once(self) -> None:
        """Before startProducing returns."""
        for length, rest in ((0, b""), (UNKNOWN_LENGTH, b"0\r\n\r\n")):
            self.begin()
            body = Script(length)
            body.end()
            self.send(body)
            self.assertEqual(self.rest, rest)

    def test_open_file_stays_open(self) -> None:
        """It is the program's."""
        file = BytesIO(b"abc")
        self.send(file)
        self.assertFalse(file.closed)


class ProgressTests(SendingTestCase):
    """REQUEST_SENT while the body is on its way."""

    def test_told_at_most_so_often(self) -> None:
        """With the bytes of the wire summed; the sum is all that went out."""
        peer = self.script(9)
        self.body.write(b"ab")
        self.assertEqual(self.told(), [])
        self.net.advance(PROGRESS)
        self.body.write(b"cd")
        count = len(self.head) + 4 + 4
        self.assertEqual(self.told(), [f"REQUEST_SENT {count}", "SENDING_REQUEST"])
        self.net.advance(PROGRESS / 2)
        self.body.write(b"ef")
        self.assertEqual(self.told(), [])
        self.net.advance(PROGRESS / 2)
        self.body.write(b"g")
        self.assertEqual(self.told(), ["REQUEST_SENT 3", "SENDING_REQUEST"])
        self.body.write(b"hi")
        self.body.end()
        self.assertEqual(self.told(), ["REQUEST_SENT 2", "RECEIVING_RESPONSE"])
        self.assertEqual(peer.request(), b"abcdefghi")

    def test_close_inside(self) -> None:
        """Nothing more is asked of the producer, and nothing sent."""
        for at in ("REQUEST_SENT", "SENDING_REQUEST"):
            self.begin()
            peer = self.script(9)
            self.net.react = lambda news, at=at: (
                self.request.close() if news.status.name == at else None
            )
            self.net.advance(PROGRESS)
            self.body.write(b"ab")
            self.body.write(b"cd")
            self.failed(OperationCancelled, 12017)
            self.assertEqual(self.body.calls, ["start", "stop"])
            self.assertEqual(self.told()[-1], "HANDLE_CLOSING")
            self.assertEqual(peer.request(), b"ab")
            self.check_nothing_left(peer)


class FlowTests(SendingTestCase):
    """Back-pressure and limits."""

    def test_transport_paces_the_producer(self) -> None:
        """It is registered as a push producer."""
        peer = self.script(9)
        transport: Any = peer.transport
        self.assertTrue(transport.streaming)
        transport.producer.pauseProducing()
        transport.producer.resumeProducing()
        self.assertEqual(self.body.calls, ["start", "pause", "resume"])

    def test_large_bytes_and_files_hold_back(self) -> None:
        """Nothing is written while the transport is full."""
        path = Path(self.mktemp())
        path.write_bytes(b"x" * 3 * AT_ONCE)
        for body in (b"x" * 3 * AT_ONCE, path):
            self.begin()
            self.pending = self.request.send(body)
            real_accept = self.net.accept
            peer = real_accept()
            # All is out already here: a memory transport never fills.  So again,
            # with one that is full from the first write on.
            peer.send(OK + b"hello")
            self.answered()
            transport: Any = peer.transport
            real = transport.write

            def write(data: bytes, transport: Any = transport, real: Any = real):
                real(data)
                if transport.producer is not None:
                    transport.producer.pauseProducing()

            transport.write = write
            peer.request()
            self.pending = self.request.send(body)
            _, _, rest = peer.request().partition(b"\r\n\r\n")
            self.assertEqual(len(rest), AT_ONCE)
            transport.producer.resumeProducing()
            self.assertEqual(len(peer.request()), AT_ONCE)
            transport.producer.resumeProducing()
            self.assertEqual(len(peer.request()), AT_ONCE)

    def test_server_that_takes_nothing(self) -> None:
        """limits.send counts from the last progress."""
        peer = self.script(9)
        self.net.advance(29)
        self.body.write(b"a")
        tick = 2**-10
        self.net.advance(30 - tick)
        self.assertNoResult(self.pending)
        self.net.advance(tick)
        self.assertIn("took nothing for 30 s", self.failed(Timeout, 12002))
        self.assertEqual(self.body.calls, ["start", "stop"])
        self.check_nothing_left(peer)

    def test_first_byte_counts_from_the_end_of_the_body(self) -> None:
        """Not from its beginning."""
        self.begin(first_byte=5)
        peer = self.script(2)
        self.net.advance(20)
        self.body.write(b"ab")
        self.body.end()
        self.net.advance(4.9)
        self.assertNoResult(self.pending)
        self.net.advance(0.1)
        self.assertIn("limits.first_byte", self.failed(Timeout, 12002))
        self.check_nothing_left(peer)


class FailureTests(SendingTestCase):
    """Producers that break their word, and connections that break."""

    def test_too_much(self) -> None:
        """What exceeds the length is not sent."""
        peer = self.script(2)
        self.body.write(b"a")
        self.body.write(b"bc")
        self.assertIn("more than the length", self.failed(InvalidParameter, 87))
        self.assertEqual(peer.request(), b"a")
        self.assertEqual(self.body.calls, ["start", "stop"])
        self.check_nothing_left(peer)

    def test_too_little(self) -> None:
        """The connection is closed: the server waits for the rest."""
        peer = self.script(5)
        self.body.write(b"ab")
        self.body.end()
        self.assertIn("3 bytes short", self.failed(InvalidParameter, 87))
        self.check_nothing_left(peer)

    def test_file_that_has_become_shorter(self) -> None:
        """The same."""
        file = BytesIO(b"abcd")
        self.pending = self.request.send(file)
        file.truncate(1)
        peer = self.net.accept()
        self.assertIn("3 bytes short", self.failed(InvalidParameter, 87))
        self.check_nothing_left(peer)

    def test_producer_that_fails(self) -> None:
        """Its error becomes the cause of ours."""
        peer = self.script(5)
        self.body.done.errback(ValueError("no more"))
        self.assertIn("no more", self.failed(InternalError, 12004))
        self.check_nothing_left(peer)

    def test_producer_that_raises(self) -> None:
        """When it is started."""
        body = Script(5)

        def start(consumer: Any) -> Any:
            msg = "division by zero"
            raise ZeroDivisionError(msg)

        body.startProducing = start  # type: ignore[method-assign]
        peer = self.send(body)
        self.assertIn("division", self.failed(InternalError, 12004))
        self.check_nothing_left(peer)

    def test_function_that_makes_another_length(self) -> None:
        """The head of the repetition is out by then; the connection is closed."""
        lengths = iter((1, 2))
        peer = self.send(lambda: Script(next(lengths)))
        peer.send(redirect(307))
        # The first one was not whole: a new connection.
        self.net.accept()
        self.assertIn("another length", self.failed(InvalidParameter, 87))
        self.check_nothing_left(peer)

    def test_reset(self) -> None:
        """The producer is stopped."""
        peer = self.script(5)
        peer.close(ConnectionLost())
        self.failed(ConnectionReset, 12031)
        self.assertEqual(self.body.calls, ["start", "stop"])
        self.check_nothing_left(peer)

    def test_closed(self) -> None:
        """The same, in order."""
        peer = self.script(5)
        peer.close()
        self.failed(HttpInvalidServerResponse, 12152)
        self.assertEqual(self.body.calls, ["start", "stop"])

    def test_close_and_cancel(self) -> None:
        """Of the handle, and of the Deferred."""
        for close in (True, False):
            self.begin()
            peer = self.script(5)
            if close:
                self.request.close()
            else:
                self.pending.cancel()
            self.failed(OperationCancelled, 12017)
            self.assertEqual(self.body.calls, ["start", "stop"])
            self.check_nothing_left(peer)

    def test_late_words_of_a_stopped_producer(self) -> None:
        """They go nowhere."""
        peer = self.script(5)
        self.request.close()
        self.failed(OperationCancelled, 12017)
        self.body.write(b"a")
        self.body.end()
        self.assertEqual(peer.request(), b"")

    def test_refused_before_anything_happens(self) -> None:
        """No connection is opened."""
        self.pending = self.request.send("text")
        self.failed(InvalidParameter, 87)
        self.request.close()
        self.pending = self.request.send(b"")
        self.failed(InvalidHandle, 6)
        self.assertEqual(self.net.attempts, 0)


class AgainTests(SendingTestCase):
    """Bodies that are asked for once more."""

    def bodies(self) -> list[Any]:
        path = Path(self.mktemp())
        path.write_bytes(b"abc")
        file = BytesIO(b"xabc")
        file.seek(1)
        return [b"abc", path, file, lambda: _ended(b"abc")]

    def test_redirect(self) -> None:
        """307 and 308 get it again, on the same connection."""
        for status in (307, 308):
            for body in self.bodies():
                self.begin()
                peer = self.send(body)
                self.assertEqual(self.rest, b"abc")
                peer.send(redirect(status))
                head, _, rest = peer.request().partition(b"\r\n\r\n")
                self.assertTrue(head.startswith(b"POST /y "), head)
                self.assertIn(b"\r\nContent-Length: 3", head)
                self.assertEqual(rest, b"abc")
                peer.send(OK + b"hello")
                self.answered()

    def test_redirect_that_makes_a_get_of_it(self) -> None:
        """No body goes there, whatever it was."""
        for body in (*self.bodies(), _ended(b"abc")):
            self.begin()
            peer = self.send(body)
            peer.send(redirect(303))
            head, _, rest = peer.request().partition(b"\r\n\r\n")
            self.assertTrue(head.startswith(b"GET /y "), head)
            self.assertNotIn(b"Content-Length", head)
            self.assertEqual(rest, b"")

    def test_challenge(self) -> None:
        """Credentials go with the whole body."""
        for body in self.bodies():
            self.begin(username="u")
            peer = self.send(body)
            peer.send(DENIED)
            head, _, rest = peer.request().partition(b"\r\n\r\n")
            self.assertIn(b"\r\nAuthorization: Basic ", head)
            self.assertEqual(rest, b"abc")

    def test_producer_of_the_programs(self) -> None:
        """It has produced: a redirect fails in words, a challenge is the answer."""
        peer = self.send(_ended(b"abc"))
        peer.send(redirect(307))
        message = self.failed(HttpRedirectFailed, 12156)
        self.assertIn("function that makes its producer", message)
        self.begin(username="u")
        peer = self.send(_ended(b"abc"))
        peer.send(DENIED)
        self.answered(401)

    def test_stale_connection(self) -> None:
        """An idempotent verb is sent again on a new one, each attempt told."""
        for body in self.bodies():
            self.begin(verb="PUT")
            peer = self.send(body)
            peer.send(OK + b"hello")
            self.answered()
            if isinstance(body, BytesIO):
                body.seek(1)
            self.pending = self.request.send(body)
            self.assertEqual(peer.request()[-3:], b"abc")
            peer.close()
            fresh = self.net.accept()
            self.assertEqual(fresh.request()[-3:], b"abc")
            fresh.send(OK + b"hello")
            self.answered()

    def test_stale_connection_and_a_producer(self) -> None:
        """It cannot be sent again, so the call fails."""
        self.begin(verb="PUT")
        peer = self.send(b"abc")
        peer.send(OK + b"hello")
        self.answered()
        self.pending = self.request.send(_ended(b"abc"))
        peer.close()
        self.failed(HttpInvalidServerResponse, 12152)


class EarlyTests(SendingTestCase):
    """An answer that comes before the body is out."""

    def test_refusal(self) -> None:
        """The body is stopped, the answer given, the connection closed after it."""
        peer = self.script(9)
        self.body.write(b"ab")
        peer.send(TOO_LARGE)
        self.assertEqual(self.body.calls, ["start", "stop"])
        self.body.write(b"cd")
        handle = self.answered(413)
        self.assertFalse(peer.closed)
        peer.send(b"no")
        self.assertEqual(self.successResultOf(handle.read(9)), b"no")
        self.assertEqual(peer.request(), b"ab")
        self.check_nothing_left(peer)

    def test_refusal_begins_with_300(self) -> None:
        """Below, the server still reads."""
        for status, calls in ((299, ["start"]), (300, ["start", "stop"])):
            self.begin()
            self.script(9).send(b"HTTP/1.1 %d X\r\nContent-Length: 2\r\n\r\n" % status)
            self.answered(status)
            self.assertEqual(self.body.calls, calls)

    def test_refusal_in_one_piece(self) -> None:
        """Head and body of the answer come together."""
        peer = self.script()
        self.body.write(b"ab")
        peer.send(TOO_LARGE + b"no")
        self.assertEqual(self.successResultOf(self.answered(413).read(9)), b"no")
        self.assertEqual(self.body.calls, ["start", "stop"])
        self.assertNotIn(b"0\r\n\r\n", peer.request())
        self.check_nothing_left(peer)

    def test_refusal_byte_by_byte(self) -> None:
        """The same."""
        peer = self.script()
        for at in range(len(TOO_LARGE)):
            self.body.write(b"a")
            peer.send(TOO_LARGE[at : at + 1])
        peer.send(b"n")
        peer.send(b"o")
        self.assertEqual(self.successResultOf(self.answered(413).read(9)), b"no")
        self.check_nothing_left(peer)

    def test_refusal_until_the_connection_closes(self) -> None:
        """Its body may have no length."""
        peer = self.script()
        peer.send(b"HTTP/1.1 500 X\r\n\r\nwhy")
        handle = self.answered(500)
        peer.close()
        self.assertEqual(self.successResultOf(handle.read(9)), b"why")
        self.check_nothing_left(peer)

    def test_redirect(self) -> None:
        """It is followed on another connection."""
        for status, verb in ((303, b"GET"), (301, b"GET")):
            self.begin()
            peer = self.script()
            peer.send(redirect(status))
            self.assertTrue(peer.closed)
            self.assertEqual(self.body.calls, ["start", "stop"])
            fresh = self.net.accept()
            self.assertTrue(fresh.request().startswith(verb + b" /y "))
            fresh.send(OK + b"hello")
            self.answered()

    def test_redirect_that_wants_it_again(self) -> None:
        """A body that can start again does, though the first one was on its way."""
        made: list[Script] = []

        def make() -> Script:
            made.append(Script(3))
            return made[-1]

        peer = self.send(make)
        made[0].write(b"a")
        peer.send(redirect(307))
        fresh = self.net.accept()
        self.assertEqual([body.calls for body in made], [["start", "stop"], ["start"]])
        made[1].write(b"abc")
        made[1].end()
        self.assertTrue(fresh.request().endswith(b"\r\n\r\nabc"))
        fresh.send(OK + b"hello")
        self.answered()

    def test_success_does_not_stop_it(self) -> None:
        """The answer can be read meanwhile; its end waits for the body's."""
        peer = self.script(4)
        peer.send(OK + b"he")
        handle = self.answered()
        self.body.write(b"ab")
        self.assertEqual(self.successResultOf(handle.read(2)), b"he")
        peer.send(b"llo")
        rest = handle.read(9)
        self.assertNoResult(rest)
        self.body.write(b"cd")
        self.assertEqual(peer.request(), b"abcd")
        self.body.end()
        self.assertEqual(self.successResultOf(rest), b"llo")
        self.assertEqual(self.body.calls, ["start"])
        self.assertTrue(self.kept(peer))

    def test_success_that_waits_for_the_end_of_the_body(self) -> None:
        """The body's progress is the answer's; when it ends, so does the wait."""
        self.begin(idle=5, unread_body=5)
        peer = self.script()
        peer.send(OK)
        rest = self.answered().read(9)
        for _ in range(5):
            self.net.advance(4)
            self.body.write(b"x")
        self.net.advance(4.9)
        self.assertNoResult(rest)
        self.net.advance(0.1)
        self.assertIn("limits.idle", str(self.failureResultOf(rest, Timeout).value))
        self.check_nothing_left(peer)

    def test_success_that_is_whole_at_once(self) -> None:
        """The same."""
        peer = self.script(2)
        peer.send(OK + b"hello")
        rest = self.answered().read(9)
        self.assertNoResult(rest)
        self.body.write(b"ab")
        self.body.end()
        self.assertEqual(self.successResultOf(rest), b"hello")
        self.assertTrue(self.kept(peer))

    def test_whole_answer_and_a_lost_connection(self) -> None:
        """The answer stands, and the body is stopped."""
        for reason in (None, ConnectionLost()):
            self.begin()
            peer = self.script(2)
            peer.send(OK + b"hello")
            rest = self.answered().read(9)
            peer.close(reason)
            self.assertEqual(self.successResultOf(rest), b"hello")
            self.assertEqual(self.body.calls, ["start", "stop"])
            self.check_nothing_left(peer)

    def test_whole_answer_and_bytes_behind_it(self) -> None:
        """The same, and the connection is closed."""
        peer = self.script(2)
        peer.send(OK + b"hello")
        rest = self.answered().read(9)
        peer.send(b"surplus")
        self.assertEqual(self.successResultOf(rest), b"hello")
        self.assertEqual(self.body.calls, ["start", "stop"])
        self.check_nothing_left(peer)

    def test_whole_answer_and_a_server_that_takes_no_more(self) -> None:
        """The limit for sending ends the body, not the answer, nor does another."""
        for waits in (True, False):
            self.begin(idle=5, unread_body=5)
            peer = self.script(2)
            peer.send(OK + b"he")
            handle = self.answered()
            self.successResultOf(handle.read(2))
            rest = handle.read(9) if waits else None
            peer.send(b"llo")
            rest = rest or handle.read(9)
            self.net.advance(20)
            self.assertNoResult(rest)
            self.body.write(b"a")
            self.net.advance(29.9)
            self.assertNoResult(rest)
            self.net.advance(0.1)
            self.assertEqual(self.successResultOf(rest), b"llo")
            self.assertEqual(self.body.calls, ["start", "stop"])
            self.check_nothing_left(peer)

    def test_whole_answer_and_a_producer_that_fails(self) -> None:
        """The request was not what the program meant: the read fails."""
        peer = self.script(2)
        peer.send(OK + b"hello")
        handle = self.answered()
        self.assertEqual(self.successResultOf(handle.read(5)), b"hello")
        rest = handle.read(1)
        self.body.done.errback(ValueError("no more"))
        self.assertIn("no more", str(self.failureResultOf(rest, InternalError)))
        self.check_nothing_left(peer)

    def test_whole_answer_of_a_server_that_closes(self) -> None:
        """``Connection: close``: it takes no more, so the body is stopped."""
        peer = self.script(2)
        peer.send(
            b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"
        )
        self.assertEqual(self.successResultOf(self.answered().read(9)), b"ok")
        self.assertEqual(self.body.calls, ["start", "stop"])
        self.check_nothing_left(peer)

    def test_closing_the_handle_when_the_answer_is_whole(self) -> None:
        """The body is stopped."""
        peer = self.script(2)
        peer.send(OK + b"hello")
        self.answered().close()
        self.assertEqual(self.body.calls, ["start", "stop"])
        self.check_nothing_left(peer)

    def test_what_is_told(self) -> None:
        """Nothing of the body any more, once the answer has come."""
        peer = self.script(4)
        peer.send(OK + b"hello")
        self.net.advance(PROGRESS)
        self.body.write(b"abcd")
        self.body.end()
        self.assertEqual(
            self.told(), [f"RESPONSE_RECEIVED {len(OK)}", "REQUEST_COMPLETE ok"]
        )

    def test_producer_that_closes_the_handle_when_it_is_stopped(self) -> None:
        """It meets a settled state."""
        peer = self.script(9)
        self.body.on_stop = self.request.close
        peer.send(TOO_LARGE + b"no")
        self.failed(OperationCancelled, 12017)
        self.assertEqual(
            self.told(), [*CLOSED, "REQUEST_COMPLETE 12017", "HANDLE_CLOSING"]
        )
        self.check_nothing_left(peer)


def _ended(data: bytes) -> Any:
    """Return a producer that has written all before ``startProducing`` returns."""
    body = Script(len(data))

    def start(consumer: Any) -> Deferred[None]:
        consumer.write(data)
        body.end()
        return body.done

    body.startProducing = start  # type: ignore[method-assign]
    return body
