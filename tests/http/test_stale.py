"""A kept connection that dies under a request: sent again when, and only when, safe."""

from __future__ import annotations

from typing import Any

from OpenSSL import SSL
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.trial.unittest import SynchronousTestCase

from tests.http.memory import OK, MemoryNet, Peer
from twinet.errors import (
    CannotConnect,
    ConnectionReset,
    HttpInvalidServerResponse,
    InternetError,
    OperationCancelled,
)
from twinet.status import Status

IP = "192.0.2.1"
DONE = OK + b"hello"
ASKED = ["SENDING_REQUEST", "REQUEST_SENT", "RECEIVING_RESPONSE"]
CLOSED = ["CLOSING_CONNECTION", "CONNECTION_CLOSED"]
CONNECTED = ["CONNECTING_TO_SERVER", "CONNECTED_TO_SERVER"]
ANSWERED = ["RESPONSE_RECEIVED", "REQUEST_COMPLETE"]
CLOSE = b"Connection: close\r\n"
TIMED_OUT = b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 4\r\n%b\r\nslow"
#: How a connection dies: in order, and not.
DEATHS: list[Any] = [
    ConnectionDone,
    ConnectionLost,
    lambda: SSL.Error([("", "", "unexpected eof while reading")]),
]


class StaleCase(SynchronousTestCase):
    """A session that keeps one connection."""

    def setUp(self) -> None:
        self.net = MemoryNet()
        self.connection = self.net.session.http(IP)
        self.peer = self.keep()

    def tearDown(self) -> None:
        self.net.session.close()
        self.net.advance()
        self.assertEqual(self.net.reactor.getDelayedCalls(), [])

    def keep(self) -> Peer:
        """Make a connection that is kept."""
        sent = self.connection.open_request().send()
        peer = self.net.accept()
        peer.request()
        peer.send(DONE)
        self.successResultOf(sent)
        self.net.news.clear()
        return peer

    def send(self, verb: str = "GET", body: Any = None) -> Any:
        """Send a request on the kept connection."""
        self.request = self.connection.open_request(verb)
        self.net.news.clear()
        self.pending = self.request.send(body)
        self.assertEqual(self.net.attempts, 0)
        self.first = self.peer.request()
        self.assertTrue(self.first.startswith(verb.encode()))
        return self.pending

    def told(self) -> list[str]:
        return [line.partition(" ")[0] for line in self.net.told]

    def check_sent_again(self) -> None:
        """Check that the same bytes go out on a fresh connection, and answer them."""
        fresh = self.net.accept()
        self.assertEqual(fresh.request(), self.first)
        fresh.send(DONE)
        self.successResultOf(self.pending)
        self.assertEqual(self.successResultOf(self.request.read(9)), b"hello")
        self.net.advance()
        (origin,) = self.net.session.engine.pool._origins.values()
        self.assertEqual((origin.opened, len(origin.idle)), (1, 1))


class AgainTests(StaleCase):
    """RFC 9112, section 9.3.1."""

    def test_each_attempt_is_told(self) -> None:
        """However the connection ended."""
        for death in DEATHS:
            self.setUp()
            self.send()
            self.peer.close(death())
            self.check_sent_again()
            self.assertEqual(
                self.told(), [*ASKED, *CLOSED, *CONNECTED, *ASKED, *ANSWERED]
            )

    def test_idempotent_verbs(self) -> None:
        """RFC 9110, section 9.2.2; with bodies that can start again."""
        for verb, body in (
            *(("HEAD", None), ("OPTIONS", None), ("TRACE", None), ("DELETE", None)),
            *(("PUT", b"abc"), ("PUT", b"x" * 100_000), ("DELETE", b"abc")),
        ):
            self.setUp()
            self.send(verb, body)
            self.peer.close()
            fresh = self.net.accept()
            self.assertEqual(fresh.request(), self.first)
            fresh.send(OK if verb == "HEAD" else DONE)
            self.successResultOf(self.pending)

    def test_others_are_not(self) -> None:
        """The server may have acted on them."""
        for verb in ("POST", "PATCH", "PROPFIND", "get", "CONNECTED"):
            for death in DEATHS:
                self.setUp()
                self.send(verb, b"abc" if verb == "POST" else None)
                self.peer.close(death())
                self.failureResultOf(self.pending, InternetError)
                self.assertEqual(self.net.attempts, 0)
                self.assertEqual(self.told(), [*ASKED, *CLOSED, "REQUEST_COMPLETE"])

    def test_not_when_a_byte_of_the_answer_has_come(self) -> None:
        """An interim answer is one as well: the server has met the request."""
        for came in (b"H", b"HTTP/1.1 100 Continue\r\n\r\n", OK[:-1]):
            self.setUp()
            self.send()
            self.peer.send(came)
            self.peer.close()
            self.failureResultOf(self.pending, HttpInvalidServerResponse)
            self.assertEqual(self.net.attempts, 0)

    def test_blank_lines_are_not_of_the_answer(self) -> None:
        """Some servers send one too many after a body."""
        self.send()
        self.peer.send(b"\r\n")
        self.peer.close()
        self.check_sent_again()

    def test_not_twice(self) -> None:
        """A fresh connection that dies is not stale."""
        self.send()
        self.peer.close()
        self.net.accept().close(ConnectionLost())
        self.failureResultOf(self.pending, ConnectionReset)
        self.assertEqual(
            self.told(),
            [*ASKED, *CLOSED, *CONNECTED, *ASKED, *CLOSED, "REQUEST_COMPLETE"],
        )
        self.assertEqual(self.net.attempts, 0)

    def test_nobody_there_any_more(self) -> None:
        """The second attempt fails as a first one does."""
        self.send()
        self.peer.close()
        self.net.refuse()
        self.failureResultOf(self.pending, CannotConnect)
        self.assertEqual(
            self.told(), [*ASKED, *CLOSED, CONNECTED[0], "REQUEST_COMPLETE"]
        )

    def test_pool_full_of_stale_connections(self) -> None:
        """Each request meets one of them, and none a second one."""
        self.net = MemoryNet(connections_per_host=3)
        self.connection = self.net.session.http(IP)
        sent = [self.connection.open_request().send() for _ in range(3)]
        peers = [self.net.accept() for _ in sent]
        for peer in peers:
            peer.send(DONE)
            peer.request()
        for one in sent:
            self.successResultOf(one)
        sent = [self.connection.open_request().send() for _ in range(4)]
        for peer in peers:
            self.assertTrue(peer.request())
            peer.close()
        self.assertEqual(self.net.attempts, 3)
        # Three places, and three are being opened: the fourth waits.
        fresh = [self.net.accept() for _ in range(3)]
        for peer in fresh:
            self.assertTrue(peer.request())
            peer.send(DONE)
        for one in sent[:3]:
            self.successResultOf(one)
        self.assertNoResult(sent[3])
        answered = [peer for peer in fresh if peer.request()]
        self.assertEqual(len(answered), 1)
        answered[0].send(DONE)
        self.successResultOf(sent[3])

    def test_it_keeps_its_place(self) -> None:
        """Who waits for a connection does not get before it."""
        self.net = MemoryNet(connections_per_host=1)
        self.connection = self.net.session.http(IP)
        self.peer = self.keep()
        self.send()
        waiting = self.connection.open_request("PUT").send()
        self.peer.close()
        fresh = self.net.accept()
        self.assertEqual(fresh.request(), self.first)
        fresh.send(DONE)
        self.successResultOf(self.pending)
        self.assertNoResult(waiting)
        self.assertTrue(fresh.request().startswith(b"PUT"))
        fresh.send(DONE)
        self.successResultOf(waiting)

    def test_closed_between_the_attempts(self) -> None:
        """Nothing goes on, and the place goes to who waits for it."""
        for where in (Status.CLOSING_CONNECTION, Status.CONNECTION_CLOSED):
            self.net = MemoryNet(connections_per_host=1)
            self.connection = self.net.session.http(IP)
            self.peer = self.keep()
            self.send()
            waiting = self.connection.open_request("PUT").send()

            def react(news: Any, where: Status = where) -> None:
                if news.status is where:
                    news.handle.close()

            self.net.react = react
            self.peer.close()
            self.failureResultOf(self.pending, OperationCancelled)
            self.assertTrue(self.net.accept().request().startswith(b"PUT"))
            self.assertEqual(self.net.attempts, 0)
            self.net.session.close()
            self.failureResultOf(waiting, OperationCancelled)

    def test_closed_while_the_second_one_connects(self) -> None:
        """As at the first one."""
        self.send()
        self.peer.close()
        self.request.close()
        self.failureResultOf(self.pending, OperationCancelled)
        self.assertTrue(self.net.hand.attempts[-1].stopped)
        self.assertNotIn("CONNECTED_TO_SERVER", self.told())
        # And its place is free again.
        pending = self.connection.open_request().send()
        self.net.accept().send(DONE)
        self.successResultOf(pending)


class UntouchedTests(StaleCase):
    """A broken socket that has taken nothing: then any verb is safe."""

    def break_socket(self, error: type[OSError]) -> None:
        """Let the kept connection's socket refuse the next write."""

        def refuse(data: bytes) -> int:
            raise error

        self.peer.protocol._send = refuse
        self.peer.protocol._direct = True

    def test_post(self) -> None:
        """It is sent once, on the second connection."""
        for error in (BrokenPipeError, ConnectionResetError):
            self.setUp()
            self.break_socket(error)
            self.send("POST", b"abc")
            self.peer.close(ConnectionLost())
            self.check_sent_again()
            self.assertEqual(
                self.told(), [*ASKED, *CLOSED, *CONNECTED, *ASKED, *ANSWERED]
            )

    def test_full_is_not_broken(self) -> None:
        """What waits in the transport's buffer may have gone out before the end."""
        self.break_socket(BlockingIOError)
        self.send("POST", b"abc")
        self.peer.close(ConnectionLost())
        self.failureResultOf(self.pending, ConnectionReset)
        self.assertEqual(self.net.attempts, 0)

    def test_a_fresh_connection_is_not_tried_again(self) -> None:
        """Whatever is wrong there is wrong."""
        self.peer.close()
        pending = self.connection.open_request("POST").send(b"abc")
        peer = self.net.accept()
        peer.protocol.untouched = True
        peer.close(ConnectionLost())
        self.failureResultOf(pending, ConnectionReset)

    def test_body_that_cannot_start_again(self) -> None:
        """Some of it has been taken from the program."""
        self.break_socket(BrokenPipeError)
        request = self.connection.open_request("POST")
        pending = request.start(3, b"a")
        self.successResultOf(pending)
        self.peer.close(ConnectionLost())
        self.failureResultOf(request.write(b"b"), ConnectionReset)
        self.assertEqual(self.net.attempts, 0)


class TimedOutTests(StaleCase):
    """A 408 that a server says to its idle connection, and closes it."""

    def test_it_is_not_the_answer(self) -> None:
        """The request, which it crossed on its way, is sent again."""
        whole = TIMED_OUT % CLOSE
        for cut in (*range(1, len(whole)), len(whole)):
            self.setUp()
            self.send()
            self.peer.send(whole[:cut])
            if cut < len(whole) and not self.peer.closed:
                self.peer.send(whole[cut:])
            self.assertTrue(self.peer.closed)
            self.check_sent_again()
            self.assertEqual(
                self.told(),
                [*ASKED, ANSWERED[0], *CLOSED, *CONNECTED, *ASKED, *ANSWERED],
            )
            self.assertEqual(self.request.response.status_code, 200)
            self.assertEqual(self.request.response.history, ())

    def test_version_1_0_closes_by_itself(self) -> None:
        """It says so by its version."""
        self.send()
        self.peer.send(b"HTTP/1.0 408 Too slow\r\n\r\n")
        self.check_sent_again()

    def test_it_is_the_answer(self) -> None:
        """Of a fresh connection, of one that is kept, and to what must not repeat."""
        self.peer.close()
        pending = self.connection.open_request().send()
        self.peer = self.net.accept()
        self.peer.send(TIMED_OUT % CLOSE)
        self.assertEqual(self.successResultOf(pending).response.status_code, 408)
        for verb, fields in (("GET", b""), ("POST", CLOSE)):
            self.setUp()
            pending = self.send(verb)
            self.peer.send(TIMED_OUT % fields)
            handle = self.successResultOf(pending)
            self.assertEqual(handle.response.status_code, 408)
            self.assertEqual(self.successResultOf(handle.read(9)), b"slow")
            self.assertEqual(self.net.attempts, 0)

    def test_another_status_is_the_answer(self) -> None:
        """Though the server closes after it."""
        for status in (200, 404, 417, 503):
            self.setUp()
            pending = self.send()
            self.peer.send(
                (b"HTTP/1.1 %d X\r\nContent-Length: 4\r\n%b\r\nslow") % (status, CLOSE)
            )
            handle = self.successResultOf(pending)
            self.assertEqual(handle.response.status_code, status)
            self.assertEqual(self.net.attempts, 0)

    def test_twice(self) -> None:
        """Then it is meant."""
        pending = self.send()
        self.peer.send(TIMED_OUT % CLOSE)
        self.net.accept().send(TIMED_OUT % CLOSE)
        self.assertEqual(self.successResultOf(pending).response.status_code, 408)

    def test_before_the_request(self) -> None:
        """The idle connection is closed, and nobody is told."""
        self.peer.send(TIMED_OUT % CLOSE)
        self.assertTrue(self.peer.closed)
        self.assertEqual(self.net.told, [])

    def test_closed_inside_its_news(self) -> None:
        """Nothing is sent again, and the place is free."""
        for where in (Status.RESPONSE_RECEIVED, Status.CLOSING_CONNECTION):
            self.net = MemoryNet(connections_per_host=1)
            self.connection = self.net.session.http(IP)
            self.peer = self.keep()
            self.send()
            waiting = self.connection.open_request("PUT").send()

            def react(news: Any, where: Status = where) -> None:
                if news.status is where and news.handle is self.request:
                    news.handle.close()

            self.net.react = react
            self.peer.send(TIMED_OUT % CLOSE)
            self.failureResultOf(self.pending, OperationCancelled)
            self.net.advance()
            fresh = self.net.accept()
            self.assertTrue(fresh.request().startswith(b"PUT"))
            fresh.send(DONE)
            self.successResultOf(waiting)

    def test_body_on_its_way(self) -> None:
        """It is stopped, and begins again."""
        self.send("PUT", b"x" * 200_000)
        self.peer.send(TIMED_OUT % CLOSE)
        fresh = self.net.accept()
        self.assertEqual(fresh.request(), self.first)
        fresh.send(DONE)
        self.successResultOf(self.pending)
