"""Options by their numbers: read, set, and refused with the right code."""

from __future__ import annotations

from typing import Any, cast

from twisted.trial.unittest import SynchronousTestCase

from tests.http.memory import OK, MemoryNet
from twinet.errors import (
    BadArguments,
    IncorrectHandleType,
    InternetError,
    InvalidHandle,
    InvalidOption,
    InvalidParameter,
    OptionNotSettable,
)
from twinet.flags import HandleType, RequestFlag, SecurityFlag
from twinet.options import Option


class OptionTests(SynchronousTestCase):
    """A session, a connection and a request."""

    def setUp(self) -> None:
        self.net = MemoryNet()
        self.session = self.net.session
        self.connection = self.session.http("127.0.0.1", 8080, context=2)
        self.request = self.connection.open_request("GET", "/x", context=3)

    def test_limits_are_seconds_and_go_to_later_children(self) -> None:
        """Existing ones do not change."""
        self.session.options[Option.CONNECT_TIMEOUT] = 5
        self.connection.options[Option.RECEIVE_TIMEOUT] = 1.5
        self.assertEqual(self.session.limits.connect, 5)
        self.assertEqual(self.connection.limits.connect, 30)
        later = self.connection.open_request()
        self.assertEqual((later.limits.first_byte, later.limits.idle), (1.5, 1.5))
        self.assertEqual(later.options[Option.RECEIVE_TIMEOUT], 1.5)
        self.assertEqual(self.request.limits.first_byte, 60)
        self.request.options[Option.SEND_TIMEOUT] = None
        self.assertIsNone(self.request.limits.send)

    def test_receive_timeout_ends_a_silent_server(self) -> None:
        """And REQUEST_FLAGS says that it was a time limit."""
        self.request.options[Option.RECEIVE_TIMEOUT] = 2
        pending = self.request.send()
        self.net.accept()
        self.net.advance(2.1)
        self.failureResultOf(pending)
        self.assertEqual(
            self.request.options[Option.REQUEST_FLAGS],
            RequestFlag.NO_HEADERS | RequestFlag.NET_TIMEOUT,
        )

    def test_tree_context_and_url(self) -> None:
        """What a handle is and where it stands."""
        options = self.request.options
        self.assertEqual(options[Option.HANDLE_TYPE], HandleType.HTTP_REQUEST)
        self.assertIs(options[Option.PARENT_HANDLE], self.connection)
        self.assertIsNone(self.session.options[Option.PARENT_HANDLE])
        self.assertEqual(options[Option.URL], "http://127.0.0.1:8080/x")
        self.assertEqual(options[Option.CONTEXT_VALUE], 3)
        options[Option.CONTEXT_VALUE] = 33
        self.request.close()
        self.assertEqual(self.net.news[-1].context, 33)

    def test_request_flags_lose_no_headers_with_the_answer(self) -> None:
        """As measured."""
        flags = self.request.options[Option.REQUEST_FLAGS]
        self.assertEqual(flags, RequestFlag.NO_HEADERS)
        pending = self.request.send()
        self.net.accept().send(OK)
        self.successResultOf(pending)
        self.assertEqual(self.request.options[Option.REQUEST_FLAGS], RequestFlag(0))

    def test_user_agent_and_security_flags(self) -> None:
        """They act on what is sent next."""
        self.session.options[Option.USER_AGENT] = "other/2"
        self.request.send()
        self.assertIn(b"User-Agent: other/2\r\n", self.net.accept().request())
        flag = SecurityFlag.IGNORE_UNKNOWN_CA
        self.request.options[Option.SECURITY_FLAGS] = flag
        self.assertEqual(self.request.security_flags, flag)
        self.assertRaises(
            InvalidParameter,
            self.session.options.__setitem__,
            Option.USER_AGENT,
            "x\r\nEvil: 1",
        )

    def test_what_cannot_be_has_its_code(self) -> None:
        """12009, 12011, 12018, 160, 87 and 6."""
        request, session = self.request, self.session
        cases: tuple[tuple[Any, Any, Any, type[InternetError]], ...] = (
            (request, 9999, 1, InvalidOption),
            (request, Option.READ_BUFFER_SIZE, 1, IncorrectHandleType),
            (session, Option.REQUEST_FLAGS, 1, IncorrectHandleType),
            (self.connection, Option.USER_AGENT, "x", IncorrectHandleType),
            (request, Option.URL, "x", OptionNotSettable),
            (request, Option.HANDLE_TYPE, 1, OptionNotSettable),
            (session, Option.CONNECT_TIMEOUT, 0, BadArguments),
            (session, Option.CONNECT_TIMEOUT, -1, BadArguments),
            (session, Option.CONNECT_TIMEOUT, "5", InvalidParameter),
            (session, Option.CONNECT_TIMEOUT, True, InvalidParameter),
            (request, Option.HSTS, True, InvalidOption),
            (request, Option.HTTP_DECODING, 1, InvalidParameter),
        )
        for handle, option, value, kind in cases:
            error = self.assertRaises(kind, handle.options.__setitem__, option, value)
            self.assertEqual(error.code, kind.code, option)
        self.assertRaises(IncorrectHandleType, lambda: session.options[Option.URL])
        self.request.close()
        dead = cast("Any", self.request.options)
        self.assertRaises(InvalidHandle, dead.__getitem__, Option.URL)
