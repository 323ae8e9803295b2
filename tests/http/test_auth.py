"""Basic authentication: when a challenge is met, how that is told, what is hidden."""

from __future__ import annotations

import gc
from base64 import b64encode
from typing import Any

from twisted.internet.defer import succeed
from twisted.logger import globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.iweb import IBodyProducer
from zope.interface import implementer

from tests.http.memory import CONTEXT, OK, MemoryNet, Peer
from twinet._http.auth import RequestLogin
from twinet._http.login import Login
from twinet._http.login_memory import LoginMemory
from twinet._http.order import Order
from twinet._http.protection_space import ProtectionSpace
from twinet._http.transfer import Transfer
from twinet._wire.digest import (
    DigestAnswer,
    DigestChallenge,
    DigestSession,
    DigestSubject,
)
from twinet.errors import InternetError, InvalidParameter, OperationCancelled, Timeout
from twinet.flags import Flag
from twinet.options import Option
from twinet.records import Credentials, Limits

CHALLENGE = b'WWW-Authenticate: Basic realm="r"\r\n'
DENIED = b"HTTP/1.1 401 Unauthorized\r\n" + CHALLENGE + b"Content-Length: 6\r\n\r\n"
OPENING = [
    "RESOLVING_NAME 127.0.0.1",
    "NAME_RESOLVED 127.0.0.1",
    "CONNECTING_TO_SERVER 127.0.0.1",
    "CONNECTED_TO_SERVER 127.0.0.1",
]


def denied(*lines: bytes, body: bytes = b"denied") -> bytes:
    fields = b"".join(line + b"\r\n" for line in lines)
    return b"HTTP/1.1 401 Unauthorized\r\n%bContent-Length: %d\r\n\r\n%b" % (
        fields,
        len(body),
        body,
    )


def basic(text: str) -> bytes:
    return b"\r\nAuthorization: Basic " + b64encode(text.encode("utf-8")) + b"\r\n"


@implementer(IBodyProducer)
class Form:
    """A body that produces itself once."""

    length = 6

    def startProducing(self, consumer: Any) -> Any:
        consumer.write(b"form=1")
        return succeed(None)

    def pauseProducing(self) -> None:
        """Hold back (``IBodyProducer``)."""

    def resumeProducing(self) -> None:
        """Go on (``IBodyProducer``)."""

    def stopProducing(self) -> None:
        """Stop (``IBodyProducer``)."""


class AuthCase(SynchronousTestCase):
    """A connection with credentials, and a request on it."""

    def setUp(self) -> None:
        self.net = MemoryNet()
        self.connection = self.net.session.http(
            "127.0.0.1", 8080, username="joe", password="pw"
        )

    def ask(self, verb: str = "GET", body: Any = None, **options: Any) -> Any:
        """Send a request; remember the handle and the Deferred."""
        options.setdefault("context", CONTEXT)
        self.request = self.connection.open_request(verb, "/x", **options)
        self.net.news.clear()
        self.pending = self.request.send(body)
        return self.pending

    def deny(self, peer: Peer, answer: bytes = DENIED + b"denied") -> bytes:
        """Take a request without credentials, refuse it, return the next one."""
        first = peer.request()
        self.assertTrue(first)
        self.assertNotIn(b"Authorization", first)
        peer.send(answer)
        return peer.request()

    def status(self) -> int:
        """Return the status of the answer that has come."""
        code: int = self.successResultOf(self.pending).response.status_code
        return code


class SequenceTests(AuthCase):
    """As recorded from WinINet."""

    def test_challenge_is_met_and_told_as_recorded(self) -> None:
        """41, then 30, 31, 40, 41 once more, then 100; no REDIRECT."""
        self.ask()
        peer = self.net.accept()
        self.assertIn(basic("joe:pw"), self.deny(peer))
        peer.send(OK + b"hello")
        sent = 78
        self.assertEqual(
            self.net.told,
            [
                *OPENING,
                "SENDING_REQUEST",
                f"REQUEST_SENT {sent}",
                "RECEIVING_RESPONSE",
                f"RESPONSE_RECEIVED {len(DENIED)}",
                "SENDING_REQUEST",
                f"REQUEST_SENT {sent + len(basic('joe:pw')) - 2}",
                "RECEIVING_RESPONSE",
                f"RESPONSE_RECEIVED {len(OK)}",
                "REQUEST_COMPLETE ok",
            ],
        )
        response = self.successResultOf(self.pending).response
        self.assertEqual((response.status_code, response.history), (200, ()))
        self.assertEqual(self.successResultOf(self.request.read(9)), b"hello")

    def test_second_refusal_is_the_answer(self) -> None:
        """Its body is there to be read."""
        self.ask()
        peer = self.net.accept()
        self.assertIn(basic("joe:pw"), self.deny(peer))
        peer.send(DENIED + b"denied")
        self.assertEqual(peer.request(), b"")
        self.assertEqual(self.status(), 401)
        self.assertEqual(self.successResultOf(self.request.read(9)), b"denied")

    def test_nothing_is_sent_before_it_is_asked_for(self) -> None:
        """Not even to a server that has asked before."""
        self.ask()
        peer = self.net.accept()
        self.deny(peer)
        peer.send(OK + b"hello")
        self.successResultOf(self.pending)
        self.ask()
        self.assertNotIn(b"Authorization", peer.request())
        peer.send(OK + b"hello")
        self.assertEqual(self.status(), 200)

    def test_same_handle_is_challenged_anew(self) -> None:
        """What was tried once is forgotten with the next send."""
        self.ask()
        peer = self.net.accept()
        for _ in range(2):
            self.assertIn(basic("joe:pw"), self.deny(peer))
            peer.send(OK + b"hello")
            self.assertEqual(self.status(), 200)
            self.pending = self.request.send()


class ConnectionTests(AuthCase):
    """The body of the 401 is drained like a redirect's."""

    def test_body_in_pieces(self) -> None:
        """The second request waits until the first answer is complete."""
        self.ask()
        peer = self.net.accept()
        self.assertEqual(self.deny(peer, DENIED + b"den"), b"")
        self.assertNoResult(self.pending)
        peer.send(b"ied")
        self.assertIn(basic("joe:pw"), peer.request())

    def test_chunked_body(self) -> None:
        """Of unknown length."""
        self.ask()
        peer = self.net.accept()
        head = b"HTTP/1.1 401 U\r\n" + CHALLENGE + b"Transfer-Encoding: chunked\r\n\r\n"
        self.assertIn(basic("joe:pw"), self.deny(peer, head + b"3\r\nden\r\n0\r\n\r\n"))

    def test_server_that_closes_is_connected_to_again(self) -> None:
        """And the closing is told."""
        self.ask()
        peer = self.net.accept()
        self.deny(peer, denied(CHALLENGE[:-2], b"Connection: close"))
        self.assertTrue(peer.closed)
        self.net.advance()
        second = self.net.accept()
        self.assertIn(basic("joe:pw"), second.request())
        second.send(OK)
        self.assertEqual(self.status(), 200)
        received = self.net.told.index("SENDING_REQUEST") + 3
        self.assertEqual(
            self.net.told[received + 1 : received + 5],
            [
                "CLOSING_CONNECTION",
                "CONNECTION_CLOSED",
                "CONNECTING_TO_SERVER 127.0.0.1",
                "CONNECTED_TO_SERVER 127.0.0.1",
            ],
        )

    def test_long_body_is_not_waited_for(self) -> None:
        """The connection is closed instead."""
        self.ask()
        peer = self.net.accept()
        head = b"HTTP/1.1 401 U\r\n" + CHALLENGE + b"Content-Length: 9000000\r\n\r\n"
        self.deny(peer, head)
        self.assertTrue(peer.closed)
        self.net.advance()
        self.assertIn(basic("joe:pw"), self.net.accept().request())

    def test_closing_in_the_middle_sends_nothing_more(self) -> None:
        """In the notification of the 401."""

        def react(news: Any) -> None:
            if news.status.name == "RESPONSE_RECEIVED":
                self.request.close()

        self.net.react = react
        self.ask()
        peer = self.net.accept()
        self.assertEqual(self.deny(peer), b"")
        self.failureResultOf(self.pending, OperationCancelled)
        self.net.advance()
        self.assertEqual(self.net.attempts, 0)

    def test_whole_limit_counts_both_rounds(self) -> None:
        """It is the operation's."""
        self.ask(limits=Limits(whole=10))
        peer = self.net.accept()
        self.net.advance(6)
        self.assertIn(basic("joe:pw"), self.deny(peer))
        self.net.advance(5)
        error = self.failureResultOf(self.pending, Timeout).value
        self.assertIn("limits.whole", str(error))

    def test_whole_limit_and_a_listener_that_closes(self) -> None:
        """It may close the handle when it hears that the connection is closed."""

        def react(news: Any) -> None:
            if news.status.name == "CLOSING_CONNECTION":
                self.request.close()

        self.net.react = react
        self.ask(limits=Limits(whole=10))
        self.net.accept()
        self.net.advance(11)
        self.failureResultOf(self.pending, OperationCancelled)
        self.assertEqual(self.flushLoggedErrors(), [])
        self.assertEqual(self.net.told[-1], "HANDLE_CLOSING")


class WhenTests(AuthCase):
    """Whether a challenge is met at all."""

    def refused(self, answer: bytes = DENIED + b"denied") -> None:
        """Check that the first 401 is the answer."""
        peer = self.net.accept()
        peer.request()
        peer.send(answer)
        self.assertEqual(peer.request(), b"")
        self.assertEqual(self.status(), 401)
        self.assertEqual(self.successResultOf(self.request.read(9)), b"denied")

    def test_without_credentials(self) -> None:
        """There is nothing to say."""
        self.connection = self.net.session.http("127.0.0.1", 8080)
        self.ask()
        self.refused()

    def test_no_auth_flag(self) -> None:
        """INTERNET_FLAG_NO_AUTH."""
        self.ask(flags=Flag.NO_AUTH)
        self.refused()

    def test_field_of_the_programs_own(self) -> None:
        """It is sent as given, and its refusal is the answer."""
        self.ask(headers={"AUTHORIZATION": "Bearer t"})
        peer = self.net.accept()
        self.assertIn(b"\r\nAUTHORIZATION: Bearer t\r\n", peer.request())
        peer.send(DENIED + b"denied")
        self.assertEqual(peer.request(), b"")
        self.assertEqual(self.status(), 401)

    def test_body_in_bytes_is_sent_again(self) -> None:
        """With its length."""
        self.ask("POST", b"form=1")
        peer = self.net.accept()
        second = self.deny(peer)
        self.assertIn(basic("joe:pw"), second)
        self.assertTrue(second.endswith(b"Content-Length: 6\r\n\r\nform=1"))
        self.assertTrue(second.startswith(b"POST /x "))

    def test_body_that_cannot_start_again(self) -> None:
        """The 401 is the answer."""
        self.ask("POST", Form())
        self.refused()

    def test_body_that_was_written(self) -> None:
        """Likewise."""
        self.request = self.connection.open_request("POST", "/x")
        started = self.request.start(6, b"form")
        peer = self.net.accept()
        self.successResultOf(started)
        self.successResultOf(self.request.write(b"=1"))
        self.pending = self.request.finish()
        peer.request()
        peer.send(DENIED + b"denied")
        self.assertEqual(peer.request(), b"")
        self.assertEqual(self.status(), 401)

    def test_schemes_that_are_not_spoken(self) -> None:
        """Nor a broken offer, nor none, nor another server's challenge."""
        for line in (
            b"WWW-Authenticate: Bearer realm=x",
            b"WWW-Authenticate: Negotiate",
            b'WWW-Authenticate: Basic realm="x',
            b"WWW-Authenticate:",
            b"Proxy-Authenticate: Basic realm=x",
            b"X: Basic realm=x",
        ):
            self.setUp()
            self.ask()
            self.refused(denied(line))

    def test_basic_among_others(self) -> None:
        """In one field or in several."""
        for lines in (
            (b"WWW-Authenticate: Negotiate, NTLM", b"www-authenticate: BASIC realm=x"),
            (b'WWW-Authenticate: Bearer realm="a, b", Basic realm="c", Digest',),
            (b"WWW-Authenticate: Bearer realm=a b", b"WWW-Authenticate: basic"),
        ):
            self.setUp()
            self.ask()
            self.assertIn(basic("joe:pw"), self.deny(self.net.accept(), denied(*lines)))

    def test_other_answers_that_name_a_challenge(self) -> None:
        """Only a 401 asks for credentials."""
        for status in (b"200", b"403", b"407"):
            self.setUp()
            self.ask()
            peer = self.net.accept()
            self.assertEqual(self.deny(peer, DENIED.replace(b"401", status)), b"")
            self.assertEqual(self.status(), int(status))

    def test_redirect_within_the_origin(self) -> None:
        """Each URL is challenged and answered by itself."""
        self.ask()
        peer = self.net.accept()
        self.assertIn(basic("joe:pw"), self.deny(peer))
        peer.send(b"HTTP/1.1 302 F\r\nLocation: /y\r\nContent-Length: 0\r\n\r\n")
        self.assertIn(b"GET /y ", second := self.deny(peer))
        self.assertIn(basic("joe:pw"), second)
        peer.send(OK)
        response = self.successResultOf(self.pending).response
        self.assertEqual([r.status_code for r in response.history], [302])
        self.assertEqual(self.net.told.count("REDIRECT http://127.0.0.1:8080/y"), 1)

    def test_redirect_to_another_origin(self) -> None:
        """Nothing is told to strangers."""
        self.ask()
        peer = self.net.accept()
        self.assertIn(basic("joe:pw"), self.deny(peer))
        peer.send(
            b"HTTP/1.1 302 F\r\nLocation: http://127.0.0.1:8081/\r\n"
            b"Content-Length: 0\r\n\r\n"
        )
        stranger = self.net.accept()
        self.assertNotIn(b"Authorization", stranger.request())
        stranger.send(DENIED + b"denied")
        self.assertEqual(self.status(), 401)
        self.assertEqual(stranger.request(), b"")

    def test_detour_over_another_origin(self) -> None:
        """What a request brought is dropped on the way."""
        self.ask()
        peer = self.net.accept()
        self.deny(
            peer,
            b"HTTP/1.1 302 F\r\nLocation: http://127.0.0.1:8081/\r\n"
            b"Content-Length: 0\r\n\r\n",
        )
        stranger = self.net.accept()
        stranger.request()
        stranger.send(
            b"HTTP/1.1 302 F\r\nLocation: http://127.0.0.1:8080/x\r\n"
            b"Content-Length: 0\r\n\r\n"
        )
        self.assertEqual(self.deny(peer), b"")
        self.assertEqual(self.status(), 401)


class CredentialTests(AuthCase):
    """Where they come from."""

    def test_options_of_connection_and_request(self) -> None:
        """A request has what its connection has, until it has its own."""
        request = self.connection.open_request()
        for handle in (self.connection, request):
            self.assertEqual(handle.options[Option.USERNAME], "joe")
            self.assertEqual(handle.options[Option.PASSWORD], "pw")
        request.options[Option.PASSWORD] = "other"
        self.assertEqual(request.options[Option.USERNAME], "joe")
        self.assertEqual(request.options[Option.PASSWORD], "other")
        self.assertEqual(self.connection.options[Option.PASSWORD], "pw")
        self.connection.options[Option.USERNAME] = "ann"
        self.assertEqual(request.options[Option.USERNAME], "joe")
        self.assertEqual(self.connection.open_request().options[Option.USERNAME], "ann")
        nobody = self.net.session.http("127.0.0.1", 8080)
        self.assertEqual(nobody.options[Option.USERNAME], "")
        self.assertEqual(nobody.options[Option.PASSWORD], "")

    def test_options_before_sending(self) -> None:
        """Of a request whose connection knows nobody, as recorded."""
        self.connection = self.net.session.http("127.0.0.1", 8080)
        self.request = self.connection.open_request("GET", "/x")
        self.request.options[Option.USERNAME] = "ann"
        self.request.options[Option.PASSWORD] = "secret"
        self.pending = self.request.send()
        self.assertIn(basic("ann:secret"), self.deny(self.net.accept()))

    def test_options_after_a_refusal(self) -> None:
        """Set on the connection or on the request, then sent again."""
        self.connection = self.net.session.http("127.0.0.1", 8080)
        self.ask()
        peer = self.net.accept()
        self.assertEqual(self.deny(peer), b"")
        self.connection.options[Option.USERNAME] = "ann"
        self.connection.options[Option.PASSWORD] = "a"
        self.pending = self.request.send()
        self.assertIn(basic("ann:a"), self.deny(peer))
        peer.send(DENIED + b"denied")
        self.request.options[Option.PASSWORD] = "b"
        self.pending = self.request.send()
        self.assertIn(basic("ann:b"), self.deny(peer))

    def test_requests_of_a_session_have_options_too(self) -> None:
        """They have no connection handle above them."""
        pending = self.net.session.get("http://127.0.0.1:8080/x")
        peer = self.net.accept()
        self.deny(peer)
        self.request = self.successResultOf(pending)
        self.request.options[Option.USERNAME] = "ann"
        self.request.send()
        self.assertIn(basic("ann:"), self.deny(peer))

    def test_outside_ascii_goes_as_utf_8(self) -> None:
        """RFC 7617, section 2.1, whether the server asks for it or not."""
        self.connection.options[Option.USERNAME] = "jürgen"
        self.connection.options[Option.PASSWORD] = "пароль:€"
        self.ask()
        self.assertIn(basic("jürgen:пароль:€"), self.deny(self.net.accept()))

    def test_bytes_that_are_no_utf_8(self) -> None:
        """As a URL has them, for servers that want Latin-1."""
        self.net.session.get("http://j%FCrgen:p%E4%C3%A9@127.0.0.1:8080/x")
        said = b64encode(b"j\xfcrgen:p\xe4\xc3\xa9")
        self.assertIn(b"\r\nAuthorization: Basic " + said, self.deny(self.net.accept()))

    def test_half_of_a_pair(self) -> None:
        """A user without password, a password without user; nothing is nobody."""
        for half, pair in (
            ({"username": "joe"}, "joe:"),
            ({"password": "token"}, ":token"),
        ):
            self.setUp()
            given: Any = half
            self.connection = self.net.session.http("127.0.0.1", 8080, **given)
            self.ask()
            self.assertIn(basic(pair), self.deny(self.net.accept()))
        self.setUp()
        self.connection = self.net.session.http(
            "127.0.0.1", 8080, username="", password=""
        )
        self.ask()
        self.assertEqual(self.deny(self.net.accept()), b"")

    def test_what_cannot_be_sent_is_refused_without_being_shown(self) -> None:
        """87, from each of the ways in."""
        secret = "top\nsecret"
        options = self.connection.options
        for what in (
            lambda: self.net.session.http("h", username="a:topsecret", password="p"),
            lambda: self.net.session.http("h", username="a", password=secret),
            lambda: self.net.session.http("h", username=secret),
            lambda: self.net.session.http("h", password="top\ud800secret"),
            lambda: options.__setitem__(Option.USERNAME, "topsecret:x"),
            lambda: options.__setitem__(Option.PASSWORD, secret),
            lambda: options.__setitem__(Option.PASSWORD, b"topsecret"),
            lambda: options.__setitem__(Option.USERNAME, "top\x7fsecret"),
            lambda: options.__setitem__(Option.PASSWORD, None),
        ):
            error = self.assertRaises(InvalidParameter, what)
            while error is not None:
                self.assertNotIn("secret", f"{error} {error!r} {error.args}")
                error = error.__context__
        self.assertEqual(options[Option.PASSWORD], "pw")
        self.assertEqual(options[Option.USERNAME], "joe")


class SecrecyTests(AuthCase):
    """The password goes to the server and nowhere else."""

    def test_password_is_nowhere(self) -> None:
        """Not in what handles and records show, nor in news, errors and logs."""
        secret = "xyzzy-plugh"
        basic = b64encode(f"joe:{secret}".encode()).decode("ascii")
        seen = self.shown(secret, CHALLENGE[:-2], basic)
        for text in seen:
            for word in (secret, basic):
                self.assertNotIn(word, text)

    def test_proof_of_digest_is_nowhere(self) -> None:
        """Nor the nonces, nor a body that was hashed."""
        challenge = (
            b'WWW-Authenticate: Digest realm="r", nonce="xyzzy-n", opaque="xyzzy-o", '
            b'qop="auth-int"'
        )
        seen = self.shown("xyzzy-plugh", challenge, "Digest username=")
        for text in seen:
            for word in ("xyzzy", "response=", "cnonce="):
                # The challenge is an answer's, and anybody's to look at.
                shown = text.replace(challenge.decode(), "")
                self.assertNotIn(word, shown)

    def shown(self, secret: str, challenge: bytes, said: str) -> list[str]:
        """Return all that is shown of a login that ends badly.

        :param challenge: the field that asks for it.
        :param said: what the answer holds.
        """
        seen: list[str] = []
        observer: Any = lambda event: seen.append(str(event))  # noqa: E731  its type
        globalLogPublisher.addObserver(observer)
        self.addCleanup(globalLogPublisher.removeObserver, observer)

        def react(news: Any) -> None:
            seen.append(f"{news} {news!r} {news.info!r} {news.handle!r}")
            msg = "a listener that fails is logged"
            raise ValueError(msg)

        self.net = MemoryNet(trace=lambda record: seen.append(f"{record} {record!r}"))
        self.net.react = react
        self.connection = self.net.session.http(
            "127.0.0.1", 8080, username="joe", password=secret
        )
        self.ask("POST", b"form=xyzzy", limits=Limits(whole=10))
        peer = self.net.accept()
        self.assertIn(said.encode(), self.deny(peer, denied(challenge)))
        self.net.advance()
        kinds = (
            *(Order, Transfer, Credentials, Login, LoginMemory, ProtectionSpace),
            *(RequestLogin, DigestAnswer, DigestChallenge, DigestSession),
            DigestSubject,
        )
        found = [o for o in gc.get_objects() if isinstance(o, kinds)]
        seen += [f"{thing} {thing!r}" for thing in found]
        peer.send(b"HTTP/1.1 200 OK\r\nNo colon\r\n\r\n")
        error = self.failureResultOf(self.pending, InternetError)
        seen += [f"{error.value} {error.value!r}", error.getTraceback(detail="verbose")]
        seen += [repr(h) for h in (self.net.session, self.connection, self.request)]
        seen += [str(h) for h in (self.net.session, self.connection, self.request)]
        self.flushLoggedErrors(ValueError)
        self.assertGreater(len(seen), 20)
        return seen
