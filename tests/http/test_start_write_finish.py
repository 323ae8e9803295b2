"""A body handed over piece by piece: start, write and finish."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.trial.unittest import SynchronousTestCase

from tests.http.memory import OK, MemoryNet, Peer
from twinet.errors import (
    HttpRedirectFailed,
    IncorrectHandleState,
    InternetError,
    InvalidParameter,
    OperationCancelled,
    RequestPending,
    Timeout,
)
from twinet.records import Limits

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred

TOO_LARGE = b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n"


class UploadCase(SynchronousTestCase):
    """Over memory transports, with a context on the request alone."""

    def setUp(self) -> None:
        self.net = MemoryNet(agent="")
        self.connection = self.net.session.http("192.0.2.1", context=None)
        self.request = self.connection.open_request(
            "POST", "/up", headers={"Accept": "*/*"}
        )

    def begin(self, length: int | None = None, data: bytes = b"") -> Peer:
        """Start, and let the server accept; returns its end."""
        started = self.request.start(length, data)
        self.peer = self.net.accept()
        self.assertIs(self.successResultOf(started), self.request)
        return self.peer

    def told_since(self, mark: int) -> list[str]:
        return self.net.told[mark:]

    def body(self) -> bytes:
        """Take what came at the server, and return what follows the head."""
        return self.peer.request().partition(b"\r\n\r\n")[2]

    def full(self) -> Any:
        """Let the connection be full; returns what can empty it."""
        producer: Any = self.peer.transport.producer
        producer.pauseProducing()
        return producer


class SequenceTests(UploadCase):
    """What is told, and what goes out."""

    def test_the_whole_sequence(self) -> None:
        """Each call ends in what belongs to it, and nothing is told twice."""
        peer = self.begin(10)
        head = peer.request()
        self.assertEqual(
            head,
            b"POST /up HTTP/1.1\r\nHost: 192.0.2.1\r\nAccept: */*\r\n"
            b"Content-Length: 10\r\n\r\n",
        )
        self.assertEqual(
            self.net.told,
            [
                "HANDLE_CREATED",
                "RESOLVING_NAME 192.0.2.1",
                "NAME_RESOLVED 192.0.2.1",
                "CONNECTING_TO_SERVER 192.0.2.1",
                "CONNECTED_TO_SERVER 192.0.2.1",
                "SENDING_REQUEST",
                f"REQUEST_SENT {len(head)}",
                "REQUEST_COMPLETE ok",
            ],
        )
        mark = len(self.net.told)
        for piece in (b"abcd", b"efg", b"hij"):
            self.assertEqual(
                self.successResultOf(self.request.write(piece)), len(piece)
            )
        self.assertEqual(peer.request(), b"abcdefghij")
        finished = self.request.finish()
        peer.send(OK + b"hello")
        self.assertIs(self.successResultOf(finished), self.request)
        self.assertEqual(
            self.told_since(mark),
            [
                "SENDING_REQUEST",
                "REQUEST_SENT 4",
                "SENDING_REQUEST",
                "REQUEST_SENT 3",
                "SENDING_REQUEST",
                "REQUEST_SENT 3",
                "RECEIVING_RESPONSE",
                f"RESPONSE_RECEIVED {len(OK)}",
                "REQUEST_COMPLETE ok",
            ],
        )
        self.assertEqual(self.successResultOf(self.request.read(9)), b"hello")

    def test_the_first_piece_leaves_with_the_head(self) -> None:
        """And counts."""
        peer = self.begin(4, b"ab")
        message = peer.request()
        self.assertTrue(message.endswith(b"Content-Length: 4\r\n\r\nab"))
        self.assertIn(f"REQUEST_SENT {len(message)}", self.net.told)
        self.request.write(b"cd")
        self.assertEqual(peer.request(), b"cd")

    def test_without_a_length_it_goes_in_chunks(self) -> None:
        """Nothing is no chunk: that would be the end."""
        peer = self.begin(None, b"ab")
        self.assertTrue(
            peer.request().endswith(b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n")
        )
        self.assertEqual(self.successResultOf(self.request.write(b"")), 0)
        self.request.write(b"c" * 20)
        self.assertEqual(peer.request(), b"14\r\n" + b"c" * 20 + b"\r\n")
        self.request.finish()
        self.assertEqual(peer.request(), b"0\r\n\r\n")

    def test_the_connection_is_kept_and_the_handle_sent_again(self) -> None:
        """As after any request."""
        for _ in range(2):
            started = self.request.start(2, b"ab")
            if not self.net.reactor.tcpClients[1:] and self.net.attempts:
                self.peer = self.net.accept()
            self.successResultOf(started)
            finished = self.request.finish()
            self.peer.send(OK + b"hello")
            self.successResultOf(finished)
            self.assertEqual(self.successResultOf(self.request.read(9)), b"hello")
        self.assertEqual(self.net.attempts, 0)


class MisuseTests(UploadCase):
    """Calls out of their order, and bodies of another length."""

    def test_before_start(self) -> None:
        """12019, and nothing is sent."""
        self.failureResultOf(self.request.write(b"a"), IncorrectHandleState)
        self.failureResultOf(self.request.finish(), IncorrectHandleState)
        self.assertEqual(self.net.attempts, 0)

    def test_while_another_call_is_pending(self) -> None:
        """12026."""
        self.request.start(2)
        self.failureResultOf(self.request.write(b"a"), RequestPending)
        self.failureResultOf(self.request.start(2), RequestPending)

    def test_more_than_was_announced(self) -> None:
        """Nothing of it goes out, and the rest still can."""
        self.failureResultOf(self.request.start(1, b"ab"), InvalidParameter)
        peer = self.begin(3, b"a")
        peer.request()
        error = self.failureResultOf(self.request.write(b"bcd"), InvalidParameter)
        self.assertIn("2 bytes are left", error.getErrorMessage())
        self.assertEqual(peer.request(), b"")
        self.request.write(b"bc")
        self.assertEqual(peer.request(), b"bc")

    def test_less_than_was_announced(self) -> None:
        """It says how much is missing, and can be gone on with."""
        self.begin(3, b"a")
        error = self.failureResultOf(self.request.finish(), IncorrectHandleState)
        self.assertIn("2 bytes", error.getErrorMessage())
        self.request.write(b"bc")
        finished = self.request.finish()
        self.peer.send(OK + b"hello")
        self.successResultOf(finished)

    def test_after_finish(self) -> None:
        """12019 again."""
        self.begin(0)
        finished = self.request.finish()
        self.peer.send(OK + b"hello")
        self.successResultOf(finished)
        self.failureResultOf(self.request.write(b"a"), IncorrectHandleState)


class BackPressureTests(UploadCase):
    """A server that takes nothing for a while."""

    def test_a_write_waits_until_there_is_room(self) -> None:
        """REQUEST_SENT and REQUEST_COMPLETE come when it has gone."""
        self.begin()
        producer = self.full()
        mark = len(self.net.told)
        written = self.request.write(b"abc")
        self.assertNoResult(written)
        self.assertEqual(self.told_since(mark), ["SENDING_REQUEST"])
        producer.resumeProducing()
        self.assertEqual(self.successResultOf(written), 3)
        self.assertEqual(
            self.told_since(mark)[1:], ["REQUEST_SENT 3", "REQUEST_COMPLETE ok"]
        )

    def test_a_server_that_takes_nothing_runs_into_the_send_limit(self) -> None:
        """12002, and the socket is closed."""
        self.request.limits = Limits(send=5)
        self.begin()
        self.full()
        written = self.request.write(b"abc")
        self.net.advance(4.9)
        self.assertNoResult(written)
        self.net.advance(0.2)
        error = self.failureResultOf(written, Timeout)
        self.assertIn("limits.send", error.getErrorMessage())
        self.assertTrue(self.peer.closed)

    def test_a_program_that_writes_nothing_runs_into_a_limit(self) -> None:
        """The next call says which; a piece in time puts it off."""
        self.request.limits = Limits(send=1, unread_body=5)
        self.begin()
        self.net.advance(4)
        self.request.write(b"a")
        self.net.advance(4)
        self.assertFalse(self.peer.closed)
        self.net.advance(1.5)
        self.assertTrue(self.peer.closed)
        error = self.failureResultOf(self.request.write(b"b"), Timeout)
        self.assertIn("limits.unread_body", error.getErrorMessage())

    def test_a_server_that_does_not_answer(self) -> None:
        """The limit of the first byte, as for any request."""
        self.request.limits = Limits(first_byte=5)
        self.begin(0)
        finished = self.request.finish()
        self.net.advance(5.1)
        error = self.failureResultOf(finished, Timeout)
        self.assertIn("limits.first_byte", error.getErrorMessage())


class EarlyAnswerTests(UploadCase):
    """The server answers before the body has ended."""

    def test_it_is_held_until_finish(self) -> None:
        """Nothing of it is told before; what is left need not be written."""
        self.begin(10, b"ab")
        mark = len(self.net.told)
        self.peer.send(TOO_LARGE)
        self.assertEqual(self.told_since(mark), [])
        self.assertEqual(self.successResultOf(self.request.write(b"cd")), 2)
        self.assertIs(self.successResultOf(self.request.finish()), self.request)
        self.assertEqual(self.request.response.status_code, 413)
        self.assertEqual(
            self.told_since(mark)[2:],
            [
                "RECEIVING_RESPONSE",
                f"RESPONSE_RECEIVED {len(TOO_LARGE)}",
                "REQUEST_COMPLETE ok",
                "CLOSING_CONNECTION",
                "CONNECTION_CLOSED",
            ],
        )
        self.assertTrue(self.peer.closed)

    def test_a_write_that_waits_ends_well(self) -> None:
        """The server will take no more of it."""
        self.begin(10)
        self.full()
        written = self.request.write(b"abc")
        self.peer.send(TOO_LARGE)
        self.assertEqual(self.successResultOf(written), 3)
        self.assertIs(self.successResultOf(self.request.finish()), self.request)

    def test_a_body_that_was_whole_keeps_the_connection(self) -> None:
        """The answer only came before finish()."""
        self.begin(2, b"ab")
        self.peer.send(OK + b"hello")
        self.successResultOf(self.request.finish())
        self.assertFalse(self.peer.closed)
        self.assertEqual(self.successResultOf(self.request.read(9)), b"hello")


class EndTests(UploadCase):
    """Connections that break, and handles that are closed."""

    def test_a_connection_that_is_lost(self) -> None:
        """The pending write fails, or the next call."""
        self.begin(9)
        self.full()
        written = self.request.write(b"abc")
        self.peer.close()
        self.failureResultOf(written, InternetError)

        self.begin(9)
        self.peer.close()
        self.failureResultOf(self.request.write(b"abc"), InternetError)
        self.failureResultOf(self.request.finish(), IncorrectHandleState)

    def test_cancelling_each_of_the_three(self) -> None:
        """12017, the socket closed, no timer left."""

        def starting() -> Deferred[Any]:
            return self.request.start(3)

        def writing() -> Deferred[Any]:
            self.begin(3)
            self.full()
            return self.request.write(b"abc")

        def finishing() -> Deferred[Any]:
            self.begin(0)
            return self.request.finish()

        for call in (starting, writing, finishing):
            self.setUp()
            pending = call()
            pending.cancel()
            self.failureResultOf(pending, OperationCancelled)
            self.assertFalse(self.request.alive)
            self.net.session.close()
            self.net.advance(0)
            self.assertEqual(self.net.reactor.getDelayedCalls(), [], call.__name__)

    def test_closing_inside_each_notification(self) -> None:
        """Whatever comes after it is 12017 or 6, and nothing goes on."""
        for name in (
            "RESOLVING_NAME",
            "CONNECTING_TO_SERVER",
            "SENDING_REQUEST",
            "REQUEST_SENT",
            "RECEIVING_RESPONSE",
            "RESPONSE_RECEIVED",
        ):
            self.setUp()

            def react(news: Any, name: str = name) -> None:
                if news.status.name == name:
                    self.request.close()

            self.net.react = react
            ends: list[Deferred[Any]] = [self.request.start(3, b"a")]
            if self.net.attempts:
                self.peer = self.net.accept()
                ends += [self.request.write(b"bc"), self.request.finish()]
                self.peer.send(OK + b"hello")
            failed: list[Any] = []
            for end in ends:
                end.addErrback(failed.append)
            self.assertTrue(failed, name)
            for failure in failed:
                self.assertIn(failure.value.code, {6, 12017}, name)
            self.assertEqual(self.net.told[-1], "HANDLE_CLOSING")
            self.net.session.close()
            self.net.advance(0)
            self.assertEqual(self.net.reactor.getDelayedCalls(), [], name)

    def test_redirects(self) -> None:
        """303 asks for no body; 307 asks for it again, and it is gone."""
        where = b"Location: /there\r\nContent-Length: 0\r\n\r\n"
        self.begin(2, b"ab")
        finished = self.request.finish()
        self.peer.request()
        self.peer.send(b"HTTP/1.1 303 See Other\r\n" + where)
        self.assertTrue(self.peer.request().startswith(b"GET /there HTTP/1.1\r\n"))
        self.peer.send(OK + b"hello")
        self.successResultOf(finished)

        self.setUp()
        self.begin(2, b"ab")
        finished = self.request.finish()
        self.peer.send(b"HTTP/1.1 307 Temporary Redirect\r\n" + where)
        self.failureResultOf(finished, HttpRedirectFailed)
