"""A whole answer in one call: ``session.fetch``."""

from __future__ import annotations

import gzip
from typing import Any

from tests.http.memory import OK, MemoryNet, NetTestCase
from twinet import Response
from twinet.errors import (
    InvalidOperation,
    InvalidParameter,
    OperationCancelled,
    Timeout,
    Truncated,
)

URL = "http://127.0.0.1/a"
SENT = ["HANDLE_CREATED", "SENDING_REQUEST", "REQUEST_SENT 73", "RECEIVING_RESPONSE"]
HEAD = f"RESPONSE_RECEIVED {len(OK)}"
END = ["REQUEST_COMPLETE ok", "HANDLE_CLOSING"]


class FetchTests(NetTestCase):
    """On a kept connection, where the short way is open, and on a new one."""

    def setUp(self) -> None:
        self.start()

    def start(self, **options: Any) -> None:
        """Make a session with a kept connection."""
        self.net = MemoryNet(**options)
        warm = self.net.session.fetch(URL)
        self.peer = self.net.accept()
        self.peer.send(OK + b"hello")
        self.assertEqual(self.successResultOf(warm).body, b"hello")
        self.peer.request()
        self.net.news.clear()

    def fetch(self, *pieces: bytes, **how: Any) -> Any:
        """Send a request and let the answer arrive in pieces."""
        fetched = self.net.session.fetch(URL, **how)
        for piece in pieces:
            if not self.peer.closed:
                self.peer.send(piece)
        return fetched

    def check_closed(self) -> None:
        """Check that no handle and no connection is left."""
        self.net.advance()
        self.assertTrue(self.peer.closed)
        self.assertFalse(self.net.session._children)

    def test_answer_in_one_piece(self) -> None:
        """One call is pending, from the beginning to the end."""
        response = self.successResultOf(self.fetch(OK + b"hello"))
        self.assertIsInstance(response, Response)
        self.assertEqual((response.status_code, response.body), (200, b"hello"))
        self.assertEqual(response.text, "hello")
        self.assertEqual(self.told(), [*SENT, HEAD, *END])
        self.assertFalse(self.net.session._children)
        self.assertTrue(self.kept(self.peer))

    def test_handle_is_closed_before_the_answer_is_given(self) -> None:
        """So nothing is told behind it; what 100 carries is the answer."""
        told: list[Any] = []
        fetched = self.net.session.fetch(URL)
        fetched.addCallback(lambda response: told.append((response, self.told())))

        def react(news: Any) -> None:
            if news.status.name == "REQUEST_COMPLETE":
                told.append(news.result)

        self.net.react = react
        self.peer.send(OK + b"hello")
        (first, (second, before)) = told
        self.assertIs(first, second)
        self.assertEqual(before[-1], "HANDLE_CLOSING")

    def test_body_in_pieces(self) -> None:
        """A wait for the body is told, and its bytes, once."""
        fetched = self.fetch(OK, b"he", b"ll")
        self.assertNoResult(fetched)
        self.assertEqual(self.told(), [*SENT, HEAD, "RECEIVING_RESPONSE"])
        self.peer.send(b"o")
        self.assertEqual(self.successResultOf(fetched).body, b"hello")
        self.assertEqual(self.told(), ["RESPONSE_RECEIVED 5", *END])
        self.assertTrue(self.kept(self.peer))

    def test_no_body(self) -> None:
        """It is empty, not None."""
        answer = b"HTTP/1.1 204 No Content\r\n\r\n"
        self.assertEqual(self.successResultOf(self.fetch(answer)).body, b"")

    def test_longer_than_an_inbox(self) -> None:
        """Nothing holds it up."""
        size = 3 << 20
        head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size
        pieces = [b"x" * 65536] * (size // 65536)
        fetched = self.fetch(head, *pieces)
        self.assertFalse(self.peer.transport.paused)
        self.assertEqual(self.successResultOf(fetched).body, b"x" * size)

    def test_trailers_and_coding(self) -> None:
        """Chunks, what follows them, and a body that is decoded."""
        self.start(decoding=True)
        packed = gzip.compress(b"hello" * 50)
        answer = (
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\nA: b\r\n\r\n"
        ) % (len(packed), packed)
        response = self.successResultOf(self.fetch(answer))
        self.assertEqual(response.body, b"hello" * 50)
        self.assertEqual(response.trailers.items(), [("A", "b")])

    def test_redirect_is_followed(self) -> None:
        """The answer is that of the last server."""
        fetched = self.fetch(
            b"HTTP/1.1 302 Go\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n",
            OK + b"there",
        )
        response = self.successResultOf(fetched)
        self.assertEqual(response.url, "http://127.0.0.1/b")
        self.assertEqual(len(response.history), 1)

    def test_largest_body(self) -> None:
        """So long, and no longer: known from the head, or when it has come."""
        chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        chunk = b"5\r\nhello\r\n"
        for pieces in (
            (OK + b"hello",),
            (OK, b"hello"),
            (chunked + chunk + b"0\r\n\r\n",),
            (chunked, chunk, b"0\r\n\r\n"),
        ):
            fetched = self.fetch(*pieces, max_size=5)
            self.assertEqual(self.successResultOf(fetched).body, b"hello")
            fetched = self.fetch(*pieces, max_size=4)
            error = self.failureResultOf(fetched, InvalidOperation).value
            self.assertIn("longer than 4 bytes; raise max_size", str(error))
            self.assertFalse(self.net.session._children)
            self.start()

    def test_body_too_long_is_not_waited_for(self) -> None:
        """What is announced is believed; a connection in its body is closed."""
        fetched = self.fetch(OK, max_size=4)
        self.failureResultOf(fetched, InvalidOperation)
        self.check_closed()
        self.assertEqual(
            self.told()[len(SENT) + 1 :],
            [
                *("REQUEST_COMPLETE 12016", "CLOSING_CONNECTION", "CONNECTION_CLOSED"),
                "HANDLE_CLOSING",
            ],
        )

    def test_body_that_breaks_off(self) -> None:
        """At once with its head, and later."""
        for pieces in ((OK + b"he",), (OK, b"he"), (OK,)):
            fetched = self.fetch(*pieces)
            self.peer.close()
            self.failureResultOf(fetched, Truncated)
            self.check_closed()
            self.start()

    def test_body_that_stops(self) -> None:
        """The idle limit ends it."""
        fetched = self.fetch(OK, b"he")
        self.net.advance(61)
        error = self.failureResultOf(fetched, Timeout).value
        self.assertIn("limits.idle", str(error))
        self.check_closed()

    def test_cancel(self) -> None:
        """Before the head, and in the body."""
        for pieces in ((), (OK,), (OK, b"he")):
            fetched = self.fetch(*pieces)
            fetched.cancel()
            self.failureResultOf(fetched, OperationCancelled)
            self.check_closed()
            self.start()

    def test_listener_closes_the_handle(self) -> None:
        """At each step; from the announcement on the outcome stands."""
        for pieces in ((OK + b"hello",), (OK, b"hello")):
            self.start()
            whole = self.fetch(*pieces)
            self.successResultOf(whole)
            steps = [news.status.name for news in self.net.news]
            for step, name in enumerate(steps[:-1], 1):
                self.start()

                def react(news: Any, step: int = step) -> None:
                    if len(self.net.news) == step:
                        (news.info if step == 1 else news.handle).close()

                self.net.react = react
                fetched = self.fetch(*pieces)
                if name == "REQUEST_COMPLETE":
                    self.assertEqual(self.successResultOf(fetched).body, b"hello")
                else:
                    self.failureResultOf(fetched, OperationCancelled)
                self.assertEqual(self.told()[-1], "HANDLE_CLOSING")
                self.assertFalse(self.net.session._children)

    def test_answer_while_a_listener_runs(self) -> None:
        """What is told later is in order all the same."""

        def react(news: Any) -> None:
            if len(self.net.news) == 4:
                self.peer.send(OK + b"hello")

        self.net.react = react
        self.assertEqual(self.successResultOf(self.fetch()).body, b"hello")
        self.assertEqual(self.told(), [*SENT, HEAD, *END])

    def test_wrong_size(self) -> None:
        """Told in words; nothing goes out."""
        for size in (-1, "5", None, 5.0, True):
            wrong: Any = size
            fetched = self.net.session.fetch(URL, max_size=wrong)
            error = self.failureResultOf(fetched, InvalidParameter).value
            self.assertIn("max_size is a number of bytes", str(error))
        self.assertEqual((self.told(), self.peer.request()), ([], b""))
