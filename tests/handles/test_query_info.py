"""What a head says: HttpQueryInfo's attributes and modifiers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.http.memory import MemoryNet
from twinet.errors import (
    HttpHeaderNotFound,
    HttpInvalidHeader,
    HttpInvalidQueryRequest,
    IncorrectHandleState,
    InvalidHandle,
)
from twinet.query import Query, QueryFlag

HEAD = (
    b"HTTP/1.1 404 Not  Found here\r\n"
    b"Content-Length: 0\r\n"
    b"Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
    b"X-Big: 4294967296\r\n"
    b"X-Most: 4294967295\r\n"
    b"x-multi: one\r\n"
    b"X-Multi:two \r\n"
    b"X-Folded: a\r\n b\r\n"
    b"\r\n"
)


class QueryTests(SynchronousTestCase):
    """Over memory transports."""

    def setUp(self) -> None:
        self.net = MemoryNet(agent="t/1")
        connection = self.net.session.http("192.0.2.1")
        self.request = connection.open_request("GET", "/x", headers={"X-Own": "abc"})

    def answer(self, head: bytes = HEAD) -> None:
        sent = self.request.send()
        self.peer = self.net.accept()
        self.peer.send(head)
        self.successResultOf(sent)

    def ask(self, query: int, **how: Any) -> Any:
        return self.request.query_info(query, **how)

    def test_the_status_line(self) -> None:
        """Its three parts; the reason as it was sent."""
        self.answer()
        self.assertEqual(self.ask(Query.VERSION), "HTTP/1.1")
        self.assertEqual(self.ask(Query.STATUS_CODE), "404")
        self.assertEqual(self.ask(Query.STATUS_CODE, flags=QueryFlag.NUMBER), 404)
        self.assertEqual(self.ask(Query.STATUS_TEXT), "Not  Found here")
        self.assertRaises(HttpHeaderNotFound, self.ask, Query.STATUS_CODE, index=1)

    def test_a_status_line_without_a_reason(self) -> None:
        """The text is empty."""
        self.answer(b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n")
        self.assertEqual(self.ask(Query.STATUS_TEXT), "")

    def test_the_whole_head(self) -> None:
        """As it was received, and with NUL behind each line."""
        self.answer()
        self.assertEqual(self.ask(Query.RAW_HEADERS_CRLF), HEAD.decode())
        lines = HEAD.decode().split("\r\n")[:-2]
        self.assertEqual(
            self.ask(Query.RAW_HEADERS), "".join(f"{line}\0" for line in lines)
        )

    def test_fields_by_number_and_by_name(self) -> None:
        """Without regard to case; folded ones in one line."""
        self.answer()
        self.assertEqual(self.ask(Query.CONTENT_LENGTH), "0")
        self.assertEqual(self.ask(Query.CUSTOM, name="x-folded"), "a b")
        self.assertRaises(HttpHeaderNotFound, self.ask, Query.ETAG)
        self.assertRaises(HttpHeaderNotFound, self.ask, Query.CUSTOM, name="X-No")
        self.assertRaises(HttpInvalidQueryRequest, self.ask, Query.CUSTOM)
        self.assertRaises(HttpInvalidQueryRequest, self.ask, 4711)

    def test_several_of_a_name(self) -> None:
        """One after the other, or all in one text."""
        self.answer()
        found = [self.ask(Query.CUSTOM, name="X-Multi", index=n) for n in range(2)]
        self.assertEqual(found, ["one", "two"])
        self.assertRaises(
            HttpHeaderNotFound, self.ask, Query.CUSTOM, name="X-Multi", index=2
        )
        for flag in (QueryFlag.COALESCE, QueryFlag.COALESCE_WITH_COMMA):
            self.assertEqual(
                self.ask(Query.CUSTOM, name="X-Multi", flags=flag), "one, two"
            )

    def test_numbers_and_times(self) -> None:
        """What does not fit is 12153."""
        self.answer()
        number, long = QueryFlag.NUMBER, QueryFlag.NUMBER64
        custom = Query.CUSTOM
        self.assertEqual(self.ask(custom, name="X-Most", flags=number), 2**32 - 1)
        self.assertEqual(self.ask(custom, name="X-Big", flags=long), 2**32)
        for name, flag in (
            ("X-Big", number),
            ("X-Multi", number),
            ("X-Multi", QueryFlag.SYSTEMTIME),
        ):
            self.assertRaises(
                HttpInvalidHeader, self.ask, custom, name=name, flags=flag
            )
        self.assertEqual(
            self.ask(Query.LAST_MODIFIED, flags=QueryFlag.SYSTEMTIME),
            datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC),
        )

    def test_before_an_answer(self) -> None:
        """The status is 0 and nothing is there, as measured on Windows."""
        self.assertEqual(self.ask(Query.STATUS_CODE, flags=QueryFlag.NUMBER), 0)
        self.assertEqual(self.ask(Query.RAW_HEADERS), "")
        self.assertRaises(HttpHeaderNotFound, self.ask, Query.CONTENT_LENGTH)
        self.assertEqual(self.ask(Query.REQUEST_METHOD), "GET")

    def test_while_the_body_is_being_sent(self) -> None:
        """12019, as measured on Windows."""
        self.request.start(5)
        self.net.accept()
        self.assertRaises(IncorrectHandleState, self.ask, Query.STATUS_CODE)

    def test_the_requests_own_head(self) -> None:
        """Before the send what the program gave, after it what went out."""
        own = QueryFlag.REQUEST_HEADERS
        self.assertEqual(
            self.ask(Query.RAW_HEADERS_CRLF, flags=own),
            "GET /x HTTP/1.1\r\nX-Own: abc\r\n\r\n",
        )
        self.request.headers.add("X-More", "1")
        self.answer()
        sent = self.peer.request().decode()
        self.assertEqual(self.ask(Query.RAW_HEADERS_CRLF, flags=own), sent)
        self.assertIn("X-More: 1\r\n", sent)
        self.assertEqual(self.ask(Query.USER_AGENT, flags=own), "t/1")
        self.assertEqual(self.ask(Query.CUSTOM, name="x-own", flags=own), "abc")
        self.assertEqual(self.ask(Query.VERSION, flags=own), "HTTP/1.1")
        self.assertEqual(self.ask(Query.REQUEST_METHOD, flags=own), "GET")
        self.assertRaises(
            HttpInvalidQueryRequest, self.ask, Query.STATUS_CODE, flags=own
        )

    def test_after_a_redirect_the_last_hop_answers(self) -> None:
        """For the request as for the answer."""
        sent = self.request.send()
        peer = self.net.accept()
        peer.send(b"HTTP/1.1 302 Found\r\nLocation: /y\r\nContent-Length: 0\r\n\r\n")
        peer.send(HEAD)
        self.successResultOf(sent)
        own = self.ask(Query.RAW_HEADERS_CRLF, flags=QueryFlag.REQUEST_HEADERS)
        self.assertTrue(own.startswith("GET /y HTTP/1.1\r\n"))
        self.assertEqual(self.ask(Query.STATUS_CODE), "404")

    def test_a_closed_handle_says_nothing(self) -> None:
        """6, as every call."""
        self.request.close()
        self.assertRaises(InvalidHandle, self.ask, Query.STATUS_CODE)
