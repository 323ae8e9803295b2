"""What the options of handles do, those without a place of their own."""

from __future__ import annotations

import zlib
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.http.memory import OK, MemoryNet
from twinet.errors import (
    CannotConnect,
    FileNotFound,
    HttpHeaderNotFound,
    IncorrectHandleState,
    InvalidUrl,
)
from twinet.flags import SecurityFlag
from twinet.options import Option

DONE = OK + b"hello"
ASKED = (
    b"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=a\r\nContent-Length: 0\r\n\r\n"
)
URL = "http://127.0.0.1:8080/"


class OptionCase(SynchronousTestCase):
    """A session, a connection and a request."""

    def setUp(self) -> None:
        self.net = MemoryNet()
        self.session = self.net.session
        self.connection = self.session.http("127.0.0.1", 8080)
        self.request: Any = self.connection.open_request()

    def answered(self, head: bytes, **options: Any) -> Any:
        request: Any = self.connection.open_request(**options)
        pending = request.send()
        self.net.accept().send(head)
        self.successResultOf(pending)
        return request


class SendingTests(OptionCase):
    """How a request goes out."""

    def test_connect_retries_is_how_many_addresses_are_tried(self) -> None:
        """And goes to later children, like all limits."""
        self.session.options[Option.CONNECT_RETRIES] = 2
        pending = self.session.get("http://host.test/")
        self.net.resolver.answer("192.0.2.1", "192.0.2.2", "192.0.2.3")
        self.net.refuse()
        self.net.refuse()
        error = self.failureResultOf(pending, CannotConnect).value
        self.assertIn("1 more not tried", str(error))

    def test_no_limit_is_0_for_sending_and_receiving(self) -> None:
        """As in WinINet; for connecting 0 is refused."""
        for option, name in (
            (Option.SEND_TIMEOUT, "send"),
            (Option.RECEIVE_TIMEOUT, "idle"),
        ):
            self.request.options[option] = 0
            self.assertIsNone(self.request.options[option])
            self.assertIsNone(getattr(self.request.limits, name))

    def test_suppressed_credentials_are_not_sent(self) -> None:
        """The 401 is the answer; what is sent already cannot be changed."""
        connection = self.session.http(
            "127.0.0.1", 8080, username="me", password="secret"
        )
        request: Any = connection.open_request()
        request.options[Option.SUPPRESS_SERVER_AUTH] = None
        self.assertIs(request.options[Option.SUPPRESS_SERVER_AUTH], True)
        pending = request.send()
        peer = self.net.accept()
        peer.send(ASKED)
        self.assertEqual(self.successResultOf(pending).response.status_code, 401)
        other: Any = connection.open_request()
        pending = other.send()
        peer.request()
        peer.send(ASKED)
        self.assertIn(b"Authorization: Basic", peer.request())
        error = self.assertRaises(
            IncorrectHandleState,
            other.options.__setitem__,
            Option.SUPPRESS_SERVER_AUTH,
            None,
        )
        self.assertEqual(error.code, 12019)

    def test_offline_by_number(self) -> None:
        """For all of the session but what ignores it."""
        self.session.options[Option.CONNECTED_STATE] = 2
        self.assertTrue(self.session.offline)
        self.failureResultOf(self.request.send(), FileNotFound)
        self.request.options[Option.IGNORE_OFFLINE] = True
        self.assertIs(self.request.options[Option.IGNORE_OFFLINE], True)
        pending = self.request.send()
        self.net.accept().send(DONE)
        self.successResultOf(pending)
        self.session.options[Option.CONNECTED_STATE] = 1
        self.assertFalse(self.session.offline)

    def test_end_of_the_browser_session_ends_cookies_without_a_date(self) -> None:
        """The others stay."""
        jar = self.session.cookies
        jar.set("http://a.test/", "short", "1")
        jar.add("http://a.test/", "long=2; max-age=100")
        jar.add("https://b.test/", "__Secure-short=3; secure")
        self.session.options[Option.END_BROWSER_SESSION] = None
        self.assertEqual([cookie.name for cookie in jar], ["long"])
        self.assertEqual(len(jar), 1)
        jar.set("http://b.test/", "short", "4")
        self.assertEqual(jar.get("http://b.test/", "short"), "4")

    def test_security_flags_only_grow_by_what_lets_something_through(self) -> None:
        """Programs set what they have read, and one bit more."""
        flags = SecurityFlag
        options = self.request.options
        options[Option.SECURITY_FLAGS] = flags.SECURE | flags.IGNORE_UNKNOWN_CA
        self.assertEqual(options[Option.SECURITY_FLAGS], flags.IGNORE_UNKNOWN_CA)
        options[Option.SECURITY_FLAGS] = (
            flags.STRENGTH_STRONG | flags.IGNORE_CERT_DATE_INVALID
        )
        both = flags.IGNORE_UNKNOWN_CA | flags.IGNORE_CERT_DATE_INVALID
        self.assertEqual(options[Option.SECURITY_FLAGS], both)
        options[Option.SECURITY_FLAGS] = 0
        self.assertEqual(self.request.security_flags, both)
        for each in flags:
            options[Option.SECURITY_FLAGS] = each
        self.assertEqual(self.request.security_flags, flags(0x0001F380))

    def test_code_pages_are_those_of_later_requests(self) -> None:
        """Path and query each have one; what is ASCII stays as it is."""
        opened = self.connection.open_request
        self.assertEqual(opened("GET", "/ü?ü").url, URL + "%C3%BC?%C3%BC")
        self.connection.options[Option.CODEPAGE_EXTRA] = 1252
        self.assertEqual(opened("GET", "/ü?ü=%41").url, URL + "%C3%BC?%FC=%41")
        self.connection.options[Option.CODEPAGE_PATH] = 932
        request: Any = opened("GET", "日本/x y?a")
        self.assertEqual(request.options[Option.CODEPAGE_PATH], 932)
        error = self.assertRaises(InvalidUrl, opened, "GET", "/x?日")
        self.assertIn("no character of cp1252", error.message)
        self.assertEqual(opened("GET", "/日?a").url, URL + "%93%FA?a")
        self.assertEqual(self.session.http("a.test").code_pages, (65001, 65001))


class AnswerTests(OptionCase):
    """What came of a request."""

    def test_nothing_is_known_before_the_answer(self) -> None:
        """12019; the flags are those of the request."""
        for option in (
            *(Option.SECURITY_CERTIFICATE_STRUCT, Option.SECURITY_CERTIFICATE),
            *(Option.SECURITY_KEY_BITNESS, Option.SERVER_CERT_CHAIN_CONTEXT),
            *(Option.DIAGNOSTIC_SOCKET_INFO, Option.CACHE_TIMESTAMPS),
            *(Option.COMPRESSED_CONTENT_LENGTH, Option.HTTP_PROTOCOL_USED),
        ):
            error = self.assertRaises(
                IncorrectHandleState, self.request.options.__getitem__, option
            )
            self.assertEqual(error.code, 12019)
        self.assertEqual(self.request.options[Option.SECURITY_FLAGS], SecurityFlag(0))

    def test_length_before_decoding(self) -> None:
        """Announced or not; with and without a coding."""
        self.connection.options[Option.HTTP_DECODING] = True
        body = zlib.compress(b"a" * 1000)
        head = b"HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\n"
        head += b"Content-Length: %d\r\n\r\n"
        request = self.answered(head % len(body) + body)
        self.assertEqual(len(self.successResultOf(request.read(2000))), 1000)
        length = request.options[Option.COMPRESSED_CONTENT_LENGTH]
        self.assertEqual(length, len(body))
        self.net = MemoryNet()
        self.connection = self.net.session.http("127.0.0.1", 8080)
        request = self.answered(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        )
        self.assertRaises(
            HttpHeaderNotFound,
            request.options.__getitem__,
            Option.COMPRESSED_CONTENT_LENGTH,
        )

    def test_socket_and_times(self) -> None:
        """As the answer has them."""
        request = self.answered(
            b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"
            b"Expires: Fri, 27 Nov 2026 12:00:00 GMT\r\n\r\n"
        )
        info = request.options[Option.DIAGNOSTIC_SOCKET_INFO]
        self.assertEqual(info, request.response.socket_info)
        self.assertEqual(info.destination_port, 8080)
        expires, modified = request.options[Option.CACHE_TIMESTAMPS]
        self.assertEqual(expires.isoformat(), "2026-11-27T12:00:00+00:00")
        self.assertIsNone(modified)
