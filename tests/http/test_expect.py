"""``Expect: 100-continue``: a body that waits for the server's leave."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from tests.http.memory import OK, Peer
from tests.http.test_sending import (
    CLOSED,
    TOO_LARGE,
    Script,
    SendingTestCase,
    redirect,
)
from twinet._http.body import AT_ONCE
from twinet.errors import (
    HttpInvalidServerResponse,
    IncorrectHandleState,
    InternalError,
    OperationCancelled,
    Timeout,
)

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
EARLY_HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
FAILED = b"HTTP/1.1 417 Expectation Failed\r\nContent-Length: 2\r\n\r\n"
DENIED = (
    b"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=r\r\nContent-Length: 0\r\n\r\n"
)


class ExpectTestCase(SendingTestCase):
    """A request with the field, on a memory net."""

    fields = (("Expect", "100-Continue"),)

    def expecting(self, body: Any = b"abc") -> Peer:
        """Send a body; its head alone has gone out."""
        peer = self.send(body)
        self.assertIn(b"\r\nExpect: 100-Continue\r\n", self.head)
        self.assertEqual(self.rest, b"")
        return peer

    def complete(self, peer: Peer) -> None:
        """Check that the body is out and the answer given."""
        peer.send(OK + b"hello")
        self.answered()
        self.assertTrue(self.kept(peer))


class LeaveTests(ExpectTestCase):
    """When the body goes out."""

    def test_with_leave(self) -> None:
        """Every kind of body, as it is framed without the field."""
        many = b"x" * (AT_ONCE + 1)
        for body, sent in ((b"abc", b"abc"), (many, many), (BytesIO(b"f"), b"f")):
            self.begin()
            peer = self.expecting(body)
            self.assertIn(b"\r\nContent-Length: %d" % len(sent), self.head)
            peer.send(CONTINUE)
            self.assertEqual(peer.request(), sent)
            self.complete(peer)

    def test_chunked(self) -> None:
        """A body without a length waits too."""
        body = Script()
        peer = self.expecting(body)
        self.assertIn(b"\r\nTransfer-Encoding: chunked", self.head)
        self.assertEqual(body.calls, [])
        peer.send(CONTINUE)
        body.write(b"abc")
        body.end()
        self.assertEqual(peer.request(), b"3\r\nabc\r\n0\r\n\r\n")
        self.complete(peer)

    def test_what_is_told(self) -> None:
        """Head and body are two sendings, each with its bytes."""
        peer = self.expecting()
        self.assertEqual(
            self.told()[-3:],
            [
                "SENDING_REQUEST",
                f"REQUEST_SENT {len(self.head) + 4}",
                "RECEIVING_RESPONSE",
            ],
        )
        peer.send(CONTINUE)
        self.assertEqual(
            self.told(),
            [
                "INTERMEDIATE_RESPONSE 100",
                "SENDING_REQUEST",
                "REQUEST_SENT 3",
                "RECEIVING_RESPONSE",
            ],
        )

    def test_without_leave_after_a_while(self) -> None:
        """limits.expect is no error: many servers never say 100."""
        peer = self.expecting()
        self.net.advance(0.99)
        self.assertEqual(peer.request(), b"")
        self.net.advance(0.01)
        self.assertEqual(peer.request(), b"abc")
        # The leave that comes too late is told, and means nothing.
        peer.send(CONTINUE)
        self.assertEqual(peer.request(), b"")
        self.complete(peer)

    def test_limit_of_ones_own(self) -> None:
        """In seconds."""
        self.begin(expect=7)
        peer = self.expecting()
        self.net.advance(6.9)
        self.assertEqual(peer.request(), b"")
        self.net.advance(0.1)
        self.assertEqual(peer.request(), b"abc")

    def test_no_limit_waits_as_long_as_for_an_answer(self) -> None:
        """And ends as that does."""
        self.begin(expect=None, first_byte=9)
        peer = self.expecting()
        self.net.advance(8.9)
        self.assertNoResult(self.pending)
        self.net.advance(0.1)
        self.assertIn("limits.first_byte", self.failed(Timeout, 12002))
        self.assertEqual(peer.request(), b"")
        self.check_nothing_left(peer)

    def test_first_byte_counts_from_the_body(self) -> None:
        """After the leave, and after the wait for it."""
        for leave in (True, False):
            self.begin(first_byte=5)
            peer = self.expecting()
            if leave:
                peer.send(CONTINUE)
            else:
                self.net.advance(1)
            self.net.advance(4.9)
            self.assertNoResult(self.pending)
            self.net.advance(0.1)
            self.assertIn("limits.first_byte", self.failed(Timeout, 12002))

    def test_other_interim_answers(self) -> None:
        """They give no leave, and do not make the wait longer."""
        peer = self.expecting()
        self.net.advance(0.9)
        peer.send(EARLY_HINTS)
        self.assertEqual(peer.request(), b"")
        self.net.advance(0.1)
        self.assertEqual(peer.request(), b"abc")
        self.complete(peer)

    def test_leave_byte_by_byte(self) -> None:
        """Nothing goes out before its last byte."""
        peer = self.expecting()
        for at in range(len(CONTINUE)):
            self.assertEqual(peer.request(), b"")
            peer.send(CONTINUE[at : at + 1])
        self.assertEqual(peer.request(), b"abc")

    def test_leave_and_answer_together(self) -> None:
        """The server answers while it reads: the body goes out."""
        peer = self.expecting()
        peer.send(CONTINUE + OK + b"hello")
        self.answered()
        self.assertEqual(peer.request(), b"abc")
        self.assertTrue(self.kept(peer))

    def test_leave_and_answer_together_for_a_body_that_fails(self) -> None:
        """The call ends with what was wrong, not with an answer to something else."""
        body = Script(5)
        peer = self.expecting(body)
        body.done.errback(ValueError("no more"))
        self.told()
        peer.send(CONTINUE + OK + b"hello")
        self.assertIn("no more", self.failed(InternalError, 12004))
        self.assertEqual(
            self.told(),
            [
                "INTERMEDIATE_RESPONSE 100",
                *CLOSED,
                "REQUEST_COMPLETE 12004",
            ],
        )
        self.failureResultOf(self.request.read(1), IncorrectHandleState)
        self.check_nothing_left(peer)

    def test_no_body_no_wait(self) -> None:
        """Nothing is there to wait."""
        for body in (b"", None, BytesIO()):
            self.begin()
            peer = self.send(body)
            self.complete(peer)

    def test_other_expectations(self) -> None:
        """They are none of ours."""
        self.fields = (("Expect", "something"),)
        self.begin()
        self.send(b"abc")
        self.assertEqual(self.rest, b"abc")


class RefusedTests(ExpectTestCase):
    """A final answer instead of leave."""

    def test_refusal_spares_the_body(self) -> None:
        """None of it is sent, and the connection closed after the answer."""
        for status in (b"413 Too Large", b"401 No", b"200 OK", b"500 X"):
            for body in (b"abc", Script(3)):
                self.begin()
                peer = self.expecting(body)
                peer.send(b"HTTP/1.1 %b\r\nContent-Length: 2\r\n\r\n" % status)
                handle = self.answered(int(status[:3]))
                self.net.advance(5)
                peer.send(b"no")
                self.assertEqual(self.successResultOf(handle.read(9)), b"no")
                self.assertEqual(peer.request(), b"")
                if isinstance(body, Script):
                    self.assertEqual(body.calls, [])
                self.check_nothing_left(peer)

    def test_leave_and_refusal(self) -> None:
        """In one piece: the refusal counts."""
        body = Script(3)
        peer = self.expecting(body)
        peer.send(CONTINUE + TOO_LARGE + b"no")
        self.answered(413)
        self.assertEqual(body.calls, [])
        self.check_nothing_left(peer)

    def test_refusal_after_the_leave(self) -> None:
        """As of any body that is on its way."""
        body = Script(3)
        peer = self.expecting(body)
        peer.send(CONTINUE)
        peer.send(TOO_LARGE + b"no")
        self.answered(413)
        self.assertEqual(body.calls, ["start", "stop"])

    def test_unknown_expectation(self) -> None:
        """417: once more, without it, on a new connection, and without a word."""
        for body in (b"abc", Script(3)):
            self.begin()
            peer = self.expecting(body)
            peer.send(FAILED + b"no")
            self.assertTrue(peer.closed)
            fresh = self.net.accept()
            head, _, rest = fresh.request().partition(b"\r\n\r\n")
            self.assertNotIn(b"Expect", head)
            if isinstance(body, Script):
                body.write(b"abc")
                body.end()
                rest = fresh.request()
            self.assertEqual(rest, b"abc")
            self.assertNotIn("REDIRECT", " ".join(self.told()))
            self.complete(fresh)
            self.assertEqual(self.request.response.history, ())

    def test_unknown_expectation_once(self) -> None:
        """A 417 to a request that expects nothing is the answer."""
        peer = self.expecting()
        peer.send(FAILED + b"no")
        fresh = self.net.accept()
        fresh.send(FAILED + b"no")
        self.answered(417)

    def test_unknown_expectation_of_a_body_that_has_gone(self) -> None:
        """A producer that has produced cannot start again: the 417 is the answer."""
        body = Script(3)
        peer = self.expecting(body)
        self.net.advance(1)
        peer.send(FAILED + b"no")
        self.answered(417)
        self.assertEqual(body.calls, ["start", "stop"])

    def test_redirect_before_the_body(self) -> None:
        """Even a producer can go there: nothing has asked it yet."""
        body = Script(3)
        peer = self.expecting(body)
        peer.send(redirect(307))
        fresh = self.net.accept()
        self.assertTrue(fresh.request().startswith(b"POST /y "))
        fresh.send(CONTINUE)
        body.write(b"abc")
        body.end()
        self.assertEqual(fresh.request(), b"abc")
        self.complete(fresh)

    def test_challenge_before_the_body(self) -> None:
        """The same with credentials: the body is sent once."""
        self.begin(username="u")
        body = Script(3)
        peer = self.expecting(body)
        peer.send(DENIED)
        fresh = self.net.accept()
        self.assertIn(b"\r\nAuthorization: Basic ", fresh.request())
        fresh.send(CONTINUE)
        body.write(b"abc")
        body.end()
        self.assertEqual(fresh.request(), b"abc")
        self.complete(fresh)

    def test_see_other_before_the_body(self) -> None:
        """A GET expects nothing."""
        peer = self.expecting()
        peer.send(redirect(303))
        head = self.net.accept().request()
        self.assertTrue(head.startswith(b"GET /y "))
        self.assertNotIn(b"Expect", head)


class EndTests(ExpectTestCase):
    """It ends while it waits."""

    def test_close_and_cancel(self) -> None:
        """The producer is never asked."""
        for close in (True, False):
            self.begin()
            body = Script(3)
            peer = self.expecting(body)
            self.told()
            if close:
                self.request.close()
            else:
                self.pending.cancel()
            self.failed(OperationCancelled, 12017)
            self.assertEqual(
                self.told(), [*CLOSED, "REQUEST_COMPLETE 12017", "HANDLE_CLOSING"]
            )
            self.assertEqual((body.calls, peer.request()), ([], b""))
            self.check_nothing_left(peer)

    def test_close_inside_each_notification(self) -> None:
        """The body stays where it is, unless it was out already."""
        for at in ("INTERMEDIATE_RESPONSE", "SENDING_REQUEST", "REQUEST_SENT"):
            self.begin()
            peer = self.expecting()
            self.net.react = lambda news, at=at: (
                self.request.close() if news.status.name == at else None
            )
            peer.send(CONTINUE)
            self.failed(OperationCancelled, 12017)
            sent = b"abc" if at == "REQUEST_SENT" else b""
            self.assertEqual(peer.request(), sent, at)
            self.check_nothing_left(peer)

    def test_close_inside_the_leave_that_comes_with_a_refusal(self) -> None:
        """Nothing more is told."""
        peer = self.expecting()
        self.net.react = lambda news: (
            self.request.close()
            if news.status.name == "INTERMEDIATE_RESPONSE"
            else None
        )
        peer.send(CONTINUE + TOO_LARGE + b"no")
        self.failed(OperationCancelled, 12017)
        self.assertEqual(peer.request(), b"")
        self.check_nothing_left(peer)

    def test_lost(self) -> None:
        """A new connection that dies is an error."""
        peer = self.expecting()
        peer.close()
        self.failed(HttpInvalidServerResponse, 12152)
        self.check_nothing_left(peer)

    def test_stale(self) -> None:
        """A kept one that dies is replaced, where that is safe."""
        self.begin(verb="PUT")
        peer = self.expecting()
        peer.send(CONTINUE + OK + b"hello")
        self.answered()
        body = Script(3)
        self.pending = self.request.send(body)
        peer.close()
        fresh = self.net.accept()
        fresh.send(CONTINUE)
        self.assertEqual(body.calls, ["start"])


class HandedOverTests(ExpectTestCase):
    """``start``, ``write`` and ``finish`` with the field."""

    def begin_body(self, length: int | None = None, first: bytes = b"") -> Peer:
        """Start the body: the server has not given leave yet."""
        self.pending = self.request.start(length, first)
        peer = self.net.accept()
        self.assertTrue(peer.request().endswith(b"\r\n\r\n"))
        self.assertNoResult(self.pending)
        self.told()
        return peer

    def test_start_waits_for_the_leave(self) -> None:
        """The first piece goes out with it, and then start() fires."""
        peer = self.begin_body(5, b"ab")
        peer.send(CONTINUE)
        self.successResultOf(self.pending)
        self.assertEqual(
            self.told(),
            [
                "INTERMEDIATE_RESPONSE 100",
                "SENDING_REQUEST",
                "REQUEST_SENT 2",
                "REQUEST_COMPLETE ok",
            ],
        )
        self.assertEqual(peer.request(), b"ab")
        self.successResultOf(self.request.write(b"cde"))
        self.pending = self.request.finish()
        self.assertEqual(peer.request(), b"cde")
        self.complete(peer)

    def test_start_without_leave(self) -> None:
        """It fires after limits.expect."""
        peer = self.begin_body()
        self.net.advance(1)
        self.successResultOf(self.pending)
        self.successResultOf(self.request.write(b"c"))
        self.pending = self.request.finish()
        self.assertEqual(peer.request(), b"1\r\nc\r\n0\r\n\r\n")
        self.complete(peer)

    def test_refusal(self) -> None:
        """start() fires, what is written is dropped, and finish() gives the answer."""
        for length, first in ((5, b"ab"), (None, b""), (2, b"ab")):
            for answer in (TOO_LARGE + b"no", TOO_LARGE):
                self.begin()
                peer = self.begin_body(length, first)
                peer.send(answer)
                self.successResultOf(self.pending)
                if length != 2:
                    self.successResultOf(self.request.write(b"c"))
                self.pending = self.request.finish()
                handle = self.answered(413)
                if answer == TOO_LARGE:
                    peer.send(b"no")
                self.assertEqual(self.successResultOf(handle.read(9)), b"no")
                self.assertEqual(peer.request(), b"")
                self.check_nothing_left(peer)

    def test_leave_and_the_whole_answer_in_one_piece(self) -> None:
        """The leave comes too late: start() fires, and the body is dropped."""
        closing = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n"
        for answer in (OK + b"hello", closing + b"ok", TOO_LARGE + b"no"):
            self.begin()
            peer = self.begin_body(5)
            peer.send(CONTINUE + answer)
            self.successResultOf(self.pending)
            self.successResultOf(self.request.write(b"abcde"))
            self.pending = self.request.finish()
            handle = self.successResultOf(self.pending)
            body = answer.rpartition(b"\r\n\r\n")[2]
            self.assertEqual(self.successResultOf(handle.read(9)), body)
            self.assertEqual(peer.request(), b"")
            self.check_nothing_left(peer)

    def test_leave_and_garbage_in_one_piece(self) -> None:
        """It is start() that fails."""
        peer = self.begin_body(5)
        peer.send(CONTINUE + b"garbage\r\n\r\n")
        self.failed(HttpInvalidServerResponse, 12152)
        self.failureResultOf(self.request.write(b"abcde"), HttpInvalidServerResponse)
        self.check_nothing_left(peer)

    def test_refusal_and_a_program_that_does_nothing(self) -> None:
        """Its own limit runs."""
        peer = self.begin_body(5)
        peer.send(TOO_LARGE)
        self.successResultOf(self.pending)
        self.net.advance(300)
        self.pending = self.request.finish()
        self.failed(Timeout, 12002)
        self.check_nothing_left(peer)

    def test_whole_refusal_and_a_program_that_does_nothing(self) -> None:
        """There is nothing left whose limit could run."""
        peer = self.begin_body(5)
        peer.send(TOO_LARGE + b"no")
        self.successResultOf(self.pending)
        self.net.advance(2)
        self.assertTrue(peer.closed)
        self.assertEqual(self.net.reactor.getDelayedCalls(), [])

    def test_early_redirect_needs_no_rest_of_the_body(self) -> None:
        """finish() follows it, though bytes of the announced length are missing."""
        for leave in (True, False):
            self.begin()
            peer = self.begin_body(5)
            if leave:
                peer.send(CONTINUE)
            peer.send(redirect(303))
            self.successResultOf(self.pending)
            self.pending = self.request.finish()
            fresh = self.net.accept()
            self.assertTrue(fresh.request().startswith(b"GET /y "))
            fresh.send(OK + b"hello")
            self.answered()

    def test_finish_before_the_leave(self) -> None:
        """Another call is pending."""
        self.begin_body(5)
        self.assertEqual(self.failureResultOf(self.request.finish()).value.code, 12026)

    def test_missing_bytes_without_an_answer(self) -> None:
        """They are still asked for."""
        peer = self.begin_body(5)
        peer.send(CONTINUE)
        self.successResultOf(self.pending)
        self.failureResultOf(self.request.finish(), IncorrectHandleState)

    def test_close_while_start_waits(self) -> None:
        """Nothing is left."""
        peer = self.begin_body(5)
        self.request.close()
        self.failed(OperationCancelled, 12017)
        self.check_nothing_left(peer)

    def test_close_inside_the_head_of_a_refusal(self) -> None:
        """start() has fired by then."""
        peer = self.begin_body(5)
        peer.send(TOO_LARGE + b"no")
        self.successResultOf(self.pending)
        self.net.react = lambda news: (
            self.request.close() if news.status.name == "RESPONSE_RECEIVED" else None
        )
        self.pending = self.request.finish()
        self.failed(OperationCancelled, 12017)
        self.check_nothing_left(peer)
