"""The Windows door's functions, one by one, over memory transports."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from tests.http.memory import MemoryNet
from twinet import wininet as w
from twinet.errors import (
    BadArguments,
    FileNotFound,
    IncorrectHandleType,
    InternetError,
    InvalidHandle,
    InvalidOption,
    InvalidParameter,
    UnrecognizedScheme,
)

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


class DoorCase(SynchronousTestCase):
    """A session of the door on a memory reactor."""

    def setUp(self) -> None:
        self.net = MemoryNet(agent="t/1", cookies=w.cookies.JAR)
        w.cookies.JAR.clear()
        self.session = self.net.session
        self.told: list[tuple[Any, ...]] = []
        w.InternetSetStatusCallback(self.session, lambda *news: self.told.append(news))
        self.connection = w.InternetConnect(self.session, "192.0.2.1", context=1)
        self.request = w.HttpOpenRequest(self.connection, context=2)

    def answered(self, pending: Any, answer: bytes = ANSWER) -> bytes:
        """Let a server answer; return what it was asked."""
        self.assertIsInstance(pending, Deferred)
        peer = self.net.accept()
        sent = peer.request()
        peer.send(answer)
        self.result = self.successResultOf(pending)
        return sent


class CallbackTests(DoorCase):
    """Five arguments, and the numbers."""

    def test_what_a_request_tells(self) -> None:
        """Handles, contexts, payloads and their lengths, as Windows gives them."""
        self.answered(w.HttpSendRequest(self.request))
        self.assertIs(self.result, True)
        w.InternetCloseHandle(self.request)
        session, connection, request = self.session, self.connection, self.request
        ip = "192.0.2.1"
        sent = next(info for *_, s, info, _ in self.told if s == 31)
        received = next(info for *_, s, info, _ in self.told if s == 41)
        self.assertEqual(
            self.told,
            [
                (session, 1, 60, connection, 8),
                (connection, 2, 60, request, 8),
                (request, 2, 10, ip, 10),
                (request, 2, 11, ip, 10),
                (request, 2, 20, ip, 10),
                (request, 2, 21, ip, 10),
                (request, 2, 30, None, 0),
                (request, 2, 31, sent, 4),
                (request, 2, 40, None, 0),
                (request, 2, 41, received, 4),
                (request, 2, 100, (True, 0), 16),
                (request, 2, 70, request, 8),
            ],
        )

    def test_a_failed_call_tells_its_number(self) -> None:
        """And raises it; InternetGetLastResponseInfo knows of it."""
        seen: list[Any] = []
        w.InternetSetStatusCallback(
            self.request,
            lambda h, c, s, info, n: seen.append((s, w.InternetGetLastResponseInfo())),
        )
        pending = w.HttpSendRequest(self.request)
        self.net.refuse()
        self.failureResultOf(pending, InternetError)
        self.assertEqual(seen[-1], (100, (12029, "")))

    def test_the_previous_callback_is_given_back(self) -> None:
        """The function itself, None where there was none."""

        def other(*news: Any) -> None:
            raise AssertionError(news)

        previous = w.InternetSetStatusCallback(self.request, other)
        self.assertIs(w.InternetSetStatusCallback(self.request, previous), other)
        self.assertIs(w.InternetSetStatusCallback(self.request, None), previous)
        self.assertIs(w.InternetSetStatusCallback(self.request, None), None)

    def test_context_0_is_silent(self) -> None:
        """The default, too."""
        self.told.clear()
        request = w.HttpOpenRequest(self.connection)
        self.answered(w.HttpSendRequest(request))
        self.assertEqual(self.told, [])
        self.assertEqual(
            w.InternetQueryOption(request, w.INTERNET_OPTION_CONTEXT_VALUE), 0
        )


class HandleTests(DoorCase):
    """What functions take for a handle."""

    def test_another_kind_is_12018_and_none_is_6(self) -> None:
        """Closed ones, what never was one, and what is of another kind."""
        self.assertRaises(IncorrectHandleType, w.HttpOpenRequest, self.session)
        self.assertRaises(IncorrectHandleType, w.HttpSendRequest, self.connection)
        for nothing in (None, 0, "S", object()):
            self.assertRaises(InvalidHandle, w.InternetReadFile, nothing, 1)
        w.InternetCloseHandle(self.connection)
        for call in (
            lambda: w.HttpOpenRequest(self.connection),
            lambda: w.HttpSendRequest(self.request),
            lambda: w.InternetCloseHandle(self.connection),
            lambda: w.InternetSetStatusCallback(self.request, None),
        ):
            self.assertRaises(InvalidHandle, call)

    def test_open_url_has_a_hidden_connection_that_goes_with_it(self) -> None:
        """It is the parent of the request, and leaves nothing behind."""
        pending = w.InternetOpenUrl(self.session, "http://192.0.2.1/x", context=3)
        self.answered(pending)
        hidden = w.InternetQueryOption(self.result, w.INTERNET_OPTION_PARENT_HANDLE)
        self.assertEqual(self.told[2][:4], (hidden, 3, 60, self.result))
        w.InternetCloseHandle(self.result)
        self.assertFalse(hidden.alive)
        self.assertNotIn(hidden, self.session._children)

    def test_open_url_that_fails_closes_its_handle(self) -> None:
        """Nobody was given it."""
        pending = w.InternetOpenUrl(self.session, "http://192.0.2.1/x", context=3)
        self.net.refuse()
        self.failureResultOf(pending, InternetError)
        self.assertEqual([news[2] for news in self.told[-2:]], [100, 70])
        self.assertEqual(self.session._children, {self.connection})

    def test_open_url_with_a_user_answers_a_challenge(self) -> None:
        """The URL's user name and password, once they are asked for."""
        pending = w.InternetOpenUrl(self.session, "http://joe:pw@192.0.2.1/x")
        peer = self.net.accept()
        self.assertNotIn(b"Authorization", peer.request())
        peer.send(
            b"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=r\r\n"
            b"Content-Length: 0\r\n\r\n"
        )
        self.assertIn(b"Authorization: Basic am9lOnB3\r\n", peer.request())
        peer.send(ANSWER)
        self.successResultOf(pending)

    def test_urls_that_cannot_be_opened(self) -> None:
        """At once, each with its number."""
        self.assertRaises(InvalidParameter, w.InternetOpenUrl, self.session, "")
        self.assertRaises(InvalidParameter, w.InternetOpenUrl, self.session, None)
        self.assertRaises(
            UnrecognizedScheme, w.InternetOpenUrl, self.session, "news://h/"
        )
        self.assertRaises(InvalidParameter, w.InternetConnect, self.session, "")
        self.assertRaises(
            InvalidParameter,
            w.InternetConnect,
            self.session,
            "h",
            service=w.INTERNET_SERVICE_URL,
        )


class RequestTests(DoorCase):
    """What goes out, and what comes back."""

    def test_arguments_become_fields(self) -> None:
        """Referer, Accept and what the flags stand for; the path is made whole."""
        request = w.HttpOpenRequest(
            self.connection,
            "PUT",
            "a\\b/./c/../d e?q=.././",
            "HTTP/1.1",
            "http://ref/",
            ("text/plain", "", "image/*"),
            w.INTERNET_FLAG_PRAGMA_NOCACHE | w.INTERNET_FLAG_KEEP_CONNECTION,
        )
        w.HttpAddRequestHeaders(request, "X-A: 1\r\nX-B: 2\r\n")
        sent = self.answered(w.HttpSendRequest(request, "X-A: 3", b"body"))
        head, _, body = sent.decode().partition("\r\n\r\n")
        line, *fields = head.split("\r\n")
        self.assertEqual(line, "PUT /a/b/d%20e?q=.././ HTTP/1.1")
        self.assertEqual(body, "body")
        for field in (
            "Referer: http://ref/",
            "Accept: text/plain, image/*",
            "Pragma: no-cache",
            "Connection: Keep-Alive",
            "X-B: 2",
            "X-A: 3",
            "Content-Length: 4",
        ):
            self.assertIn(field, fields)
        self.assertNotIn("X-A: 1", fields)

    def test_what_cannot_be_opened(self) -> None:
        """Another version."""
        self.assertRaises(
            InvalidParameter, w.HttpOpenRequest, self.connection, version="HTTP/1.0"
        )

    def test_write_and_end(self) -> None:
        """In parts; what does not have to wait gives its result."""
        pending = w.HttpSendRequestEx(self.request, "X-A: b", b"12", 5)
        peer = self.net.accept()
        self.assertIs(self.successResultOf(pending), True)
        self.assertEqual(w.InternetWriteFile(self.request, b"345"), 3)
        self.assertTrue(peer.request().endswith(b"\r\n\r\n12345"))
        pending = w.HttpEndRequest(self.request)
        peer.send(ANSWER)
        self.assertIs(self.successResultOf(pending), True)
        self.assertEqual(w.InternetReadFile(self.request, 9), b"hello")

    def test_reading(self) -> None:
        """All four functions on one body."""
        fields = b"HTTP/1.1 200 OK\r\nAccept-Ranges: bytes\r\nContent-Length: 9\r\n\r\n"
        self.answered(w.HttpSendRequest(self.request), fields + b"012345678")
        self.assertEqual(w.InternetQueryDataAvailable(self.request), 9)
        self.assertEqual(w.InternetReadFileEx(self.request, 2), b"01")
        self.assertEqual(w.InternetSetFilePointer(self.request, 1, w.FILE_CURRENT), 3)
        self.assertEqual(
            w.InternetReadFileEx(self.request, 99, w.IRF_NO_WAIT), b"345678"
        )
        self.assertEqual(w.InternetReadFile(self.request, 1), b"")

    def test_moving_beyond_four_gibibytes(self) -> None:
        """Pending when the place has to be asked for; no number is cut to 32 bits."""
        size = 5 << 30
        head = b"HTTP/1.1 %b\r\n%b\r\nContent-Length: %d\r\n\r\n"
        self.answered(
            w.HttpSendRequest(self.request),
            head % (b"200 OK", b"Accept-Ranges: bytes", size),
        )
        self.assertEqual(
            w.HttpQueryInfo(
                self.request, w.HTTP_QUERY_CONTENT_LENGTH | w.HTTP_QUERY_FLAG_NUMBER64
            ),
            size,
        )
        pending = w.InternetSetFilePointer(self.request, -3, w.FILE_END)
        peer = self.net.accept()
        self.assertIn(b"\r\nRange: bytes=5368709117-\r\n", peer.request())
        where = b"Content-Range: bytes %d-%d/%d" % (size - 3, size - 1, size)
        peer.send(head % (b"206 Partial Content", where, 3) + b"abc")
        self.assertEqual(self.successResultOf(pending), size - 3)
        self.assertEqual(self.told[-1][1:4], (2, 100, (size - 3, 0)))
        self.assertEqual(w.InternetReadFile(self.request, 9), b"abc")
        self.assertEqual(
            w.InternetSetFilePointer(self.request, 0, w.FILE_CURRENT), size
        )

    def test_moving_by_what_is_no_method(self) -> None:
        """87, as for every parameter."""
        fields = b"HTTP/1.1 200 OK\r\nAccept-Ranges: bytes\r\nContent-Length: 9\r\n\r\n"
        self.answered(w.HttpSendRequest(self.request), fields + b"012345678")
        with self.assertRaises(InvalidParameter):
            w.InternetSetFilePointer(self.request, 1, 3)

    def test_a_context_given_to_a_read_has_no_effect(self) -> None:
        """As on Windows: the handle's own is told."""
        head, body = ANSWER[:-5], ANSWER[-5:]
        sent = w.HttpSendRequest(self.request)
        peer = self.net.accept()
        peer.send(head)
        self.successResultOf(sent)
        pending = w.InternetReadFileEx(self.request, 9, context=77)
        peer.send(body)
        self.assertEqual(self.successResultOf(pending), b"hello")
        self.assertEqual(self.told[-1][1:4], (2, 100, (b"hello", 0)))


class OptionTests(DoorCase):
    """Milliseconds at this door."""

    def test_times(self) -> None:
        """Whole milliseconds, and Windows' number for no limit."""
        option = w.INTERNET_OPTION_CONNECT_TIMEOUT
        self.assertEqual(w.InternetQueryOption(self.session, option), 30000)
        w.InternetSetOption(self.session, option, 1500)
        self.assertEqual(self.session.limits.connect, 1.5)
        w.InternetSetOption(self.session, option, 0xFFFFFFFF)
        self.assertIs(self.session.limits.connect, None)
        self.assertEqual(w.InternetQueryOption(self.session, option), 0xFFFFFFFF)
        self.assertRaises(BadArguments, w.InternetSetOption, self.session, option, 0)
        for wrong in ("5", b"5", True):
            self.assertRaises(
                InvalidParameter, w.InternetSetOption, self.session, option, wrong
            )

    def test_an_option_that_is_not_here_is_12009(self) -> None:
        """A number of Windows', and one of nobody's; read and set."""
        for option in (w.INTERNET_OPTION_CALLBACK, w.INTERNET_OPTION_HSTS, 12345):
            self.assertRaises(
                InvalidOption, w.InternetQueryOption, self.session, option
            )
            error = self.assertRaises(
                InvalidOption, w.InternetSetOption, self.session, option, 1
            )
            self.assertEqual(error.code, w.ERROR_INTERNET_INVALID_OPTION)

    def test_no_limit_and_truth_are_numbers(self) -> None:
        """The largest number is none, as on Windows; 0 and 1 are False and True."""
        retries = w.INTERNET_OPTION_CONNECT_RETRIES
        self.assertEqual(w.InternetQueryOption(self.session, retries), 0xFFFFFFFF)
        w.InternetSetOption(self.session, retries, 5)
        self.assertEqual(self.session.limits.addresses, 5)
        w.InternetSetOption(self.session, retries, 0xFFFFFFFF)
        self.assertIsNone(self.session.limits.addresses)
        for option in (
            w.INTERNET_OPTION_SEND_TIMEOUT,
            w.INTERNET_OPTION_RECEIVE_TIMEOUT,
        ):
            w.InternetSetOption(self.session, option, 0)
            self.assertEqual(w.InternetQueryOption(self.session, option), 0xFFFFFFFF)
        exempt = w.INTERNET_OPTION_EXEMPT_CONNECTION_LIMIT
        w.InternetSetOption(self.request, exempt, 1)
        self.assertIs(self.request.options[exempt], True)

    def test_offline(self) -> None:
        """The flag of InternetOpen is for all below; 2, for there is no cache."""
        flags = w.INTERNET_FLAG_ASYNC | w.INTERNET_FLAG_OFFLINE
        session = w.InternetOpen(flags=flags, reactor=self.net.reactor)
        state = w.INTERNET_OPTION_CONNECTED_STATE
        self.assertEqual(
            w.InternetQueryOption(session, state), w.INTERNET_STATE_DISCONNECTED_BY_USER
        )
        connection = w.InternetConnect(session, "192.0.2.1")
        request = w.HttpOpenRequest(connection)
        error = self.assertRaises(FileNotFound, w.HttpSendRequest, request)
        self.assertEqual(error.code, w.ERROR_FILE_NOT_FOUND)
        w.InternetSetOption(session, state, w.INTERNET_STATE_CONNECTED)
        w.HttpSendRequest(request)
        self.net.accept()

    def test_others(self) -> None:
        """As the object API has them."""
        w.InternetSetOption(self.request, w.INTERNET_OPTION_CONTEXT_VALUE, 7)
        self.assertEqual(self.request.context, 7)
        w.InternetSetOption(self.request, w.INTERNET_OPTION_CONTEXT_VALUE, 0)
        self.assertIs(self.request.context, None)
        w.InternetSetOption(self.request, w.INTERNET_OPTION_HTTP_DECODING, 1)
        self.assertIs(
            w.InternetQueryOption(self.request, w.INTERNET_OPTION_HTTP_DECODING), True
        )
        w.InternetSetOption(self.connection, w.INTERNET_OPTION_USERNAME, "joe")
        self.assertEqual(
            w.InternetQueryOption(self.connection, w.INTERNET_OPTION_USERNAME), "joe"
        )


class OpenTests(SynchronousTestCase):
    """Opening sessions."""

    def test_a_script_without_a_reactor_blocks_and_ends(self) -> None:
        """A thread is started for the reactor; the script knows nothing of it."""
        script = (
            "from twinet.wininet import *\n"
            "from twinet.errors import CannotConnect\n"
            "import socket\n"
            "bound = socket.socket()\n"
            "bound.bind(('127.0.0.1', 0))\n"
            "session = InternetOpen('t/1')\n"
            "try:\n"
            "    InternetOpenUrl(session, 'http://%s:%d/' % bound.getsockname())\n"
            "except CannotConnect as error:\n"
            "    print(error.code)\n"
            "print(InternetCloseHandle(session))\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        self.assertEqual((done.stdout, done.stderr), ("12029\nTrue\n", ""))
