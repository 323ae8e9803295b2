"""CONNECT: what is said to an HTTP proxy, and what its answers mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.trial.unittest import SynchronousTestCase

from twinet import errors
from twinet._wire.connect import DRAIN_BYTES, MOST_CHALLENGES, Connect
from twinet.proxy import Proxy
from twinet.records import Credentials

if TYPE_CHECKING:
    from collections.abc import Iterable

PROXY = Proxy("http", "p.example", 3128, Credentials("u", "s3cret"))
ASKED = b"CONNECT h.example:443 HTTP/1.1\r\nHost: h.example:443\r\n"
OPENED = b"HTTP/1.1 200 Connection established\r\n\r\n"
CHALLENGE = b"HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm=x\r\n"


def connect(**options: Any) -> Connect:
    return Connect(PROXY, "h.example", 443, **options)


def say(greeting: Connect, pieces: Iterable[bytes]) -> bytes:
    """Let pieces arrive; return what was sent."""
    return b"".join([greeting.feed(piece) for piece in pieces])


class Answers:
    """Answers challenges with numbers, so many times."""

    def __init__(self, times: int, first: bytes = b"") -> None:
        self.times = times
        self.first = self.given = first
        self.heads: list[Any] = []
        self.taken: list[int] = []

    def value(self) -> bytes:
        return self.given

    def met(self, head: Any) -> bool:
        self.heads.append(head)
        self.given = b"Test %d" % len(self.heads)
        return len(self.heads) <= self.times

    def accepted(self, head: Any) -> None:
        self.taken.append(head.status)

    def begin(self) -> None:
        self.heads.clear()
        self.given = self.first


class AskingTests(SynchronousTestCase):
    """The request."""

    def test_authority_form_with_the_port_and_the_sessions_agent(self):
        """RFC 9110, section 9.3.6; nothing of the request that will follow."""
        greeting = connect(agent=b"User-Agent: a/1\r\n")
        self.assertEqual(greeting.begin(), ASKED + b"User-Agent: a/1\r\n\r\n")

    def test_addresses_stand_in_brackets(self):
        """IPv6; and no zone, which means nothing elsewhere."""
        for host in ("::1", "::1%eth0"):
            asked = Connect(PROXY, host, 8443).begin()
            self.assertEqual(
                asked, b"CONNECT [::1]:8443 HTTP/1.1\r\nHost: [::1]:8443\r\n\r\n"
            )

    def test_authorization_that_is_known(self):
        """It goes along at once."""
        self.assertEqual(
            connect(login=Answers(0, b"Basic eA==")).begin(),
            ASKED + b"Proxy-Authorization: Basic eA==\r\n\r\n",
        )


class ConnectTestCase(SynchronousTestCase):
    """Stories that come in pieces."""

    def outcomes(self, raw: bytes, **options: Any) -> list[Any]:
        """Tell the story in all ways and return its one outcome."""
        ways = [[raw], [raw[i : i + 1] for i in range(len(raw))]]
        ways += [[raw[:cut], raw[cut:]] for cut in range(1, len(raw))]
        seen = []
        for pieces in ways:
            greeting = connect(**options)
            if "login" in options:
                options["login"].begin()
            greeting.begin()
            sent = say(greeting, pieces)
            fault = greeting.fault
            head = greeting.unanswered
            seen.append(
                [
                    greeting.opened,
                    greeting.again,
                    fault and (type(fault), str(fault), fault.server_text),
                    head and head.raw,
                    sent,
                ]
            )
        for each in seen:
            self.assertEqual(each, seen[0])
        return seen[0]


class AnswerTests(ConnectTestCase):
    """What comes back; whole, byte by byte and cut everywhere."""

    def test_any_2xx_opens_and_its_framing_fields_mean_nothing(self):
        """Also with a length, a coding, after interim answers, in HTTP/1.0."""
        for raw in (
            OPENED,
            b"HTTP/1.0 200 OK\r\n\r\n",
            b"HTTP/1.1 204 No\r\n\r\n",
            b"HTTP/1.1 299 Yes\r\nContent-Length: 5\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: x\r\nTransfer-Encoding: y\r\n\r\n",
            b"HTTP/1.1 102 Wait\r\n\r\nHTTP/1.1 103 On\r\n\r\n" + OPENED,
            b"HTTP/1.1 200\nA: b\n\n",
        ):
            self.assertEqual(self.outcomes(raw), [True, False, None, None, b""], raw)

    def test_what_comes_behind_the_head_is_kept(self):
        """It is the server's, and not lost, nor taken for the head's body."""
        greeting = connect()
        greeting.begin()
        greeting.feed(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n220 hi")
        self.assertTrue(greeting.opened)
        self.assertEqual(greeting.rest, b"220 hi")

    def test_refusals_are_errors_with_the_proxys_words(self):
        """Of the proxy, and of the server behind it, as far as it tells."""
        for status, kind in (
            (b"403 Forbidden", errors.CannotConnect),
            (b"502 Bad Gateway", errors.CannotConnect),
            (b"302 Found", errors.CannotConnect),
            (b"401 What", errors.CannotConnect),
            (b"405 Method Not Allowed", errors.InvalidProxyRequest),
            (b"400 Bad Request", errors.InvalidProxyRequest),
            (b"501", errors.InvalidProxyRequest),
        ):
            raw = b"HTTP/1.1 %b\r\nContent-Length: 3\r\n\r\nbad" % status
            opened, again, fault, head, sent = self.outcomes(raw)
            self.assertEqual((opened, again, head, sent), (False, False, None, b""))
            words = (b"HTTP/1.1 " + status).decode()
            self.assertEqual(fault[0], kind)
            self.assertEqual(fault[2], words)
            for part in ("http://p.example:3128", "h.example:443", words):
                self.assertIn(part, fault[1])

    def test_garbage(self):
        """What is no HTTP, and what has no end."""
        for raw in (
            b"SSH-2.0-x\r\n\r\n",
            b"\x05\x00\r\n\r\n",
            b"HTTP/2 200\r\n\r\n",
            b"HTTP/1.1 101 Switch\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
            b"HTTP/1.1 102 Wait\r\n\r\n" * 70,
        ):
            greeting = connect()
            greeting.begin()
            say(greeting, [raw[i : i + 7] for i in range(0, len(raw), 7)])
            fault = greeting.fault
            self.assertIsInstance(fault, errors.HttpInvalidServerResponse, raw)
            said = "http://p.example:3128 did not answer CONNECT in HTTP: "
            self.assertIn(said, str(fault))

    def test_endless_head(self):
        """It ends at the limit of heads."""
        greeting = connect(head_limit=1000)
        greeting.begin()
        greeting.feed(b"HTTP/1.1 200 OK\r\n")
        for _ in range(100):
            greeting.feed(b"A: bbbbbbbbbbbbb\r\n")
        self.assertIsInstance(greeting.fault, errors.HttpInvalidServerResponse)

    def test_connection_ends(self):
        """Before the answer, and inside its head."""
        for raw in (b"", b"HTT", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 100 C\r\n\r\n"):
            greeting = connect()
            greeting.begin()
            greeting.feed(raw)
            self.assertFalse(greeting.over)
            greeting.ended()
            self.assertIsInstance(greeting.fault, errors.ConnectionAborted)
            self.assertIn("http://p.example:3128", str(greeting.fault))
            self.assertIn("h.example:443", str(greeting.fault))

    def test_nothing_changes_it_any_more(self):
        """What is over stays as it is."""
        for raw in (OPENED, b"HTTP/1.1 500 No\r\n\r\n", b"x\r\n\r\n"):
            greeting = connect()
            greeting.begin()
            greeting.feed(raw)
            before = (greeting.opened, greeting.fault)
            self.assertEqual(greeting.feed(OPENED + b"more"), b"")
            greeting.ended()
            self.assertEqual((greeting.opened, greeting.fault), before)


class ChallengeTests(ConnectTestCase):
    """A 407, which may be answered."""

    def test_unanswered_it_stands(self):
        """By nobody, or by somebody who has no answer."""
        raw = CHALLENGE + b"Content-Length: 4\r\n\r\nbody"
        for options in ({}, {"login": Answers(0)}):
            self.assertEqual(
                self.outcomes(raw, **options)[:2] + self.outcomes(raw, **options)[3:],
                [False, False, raw[:-4], b""],
            )

    def test_answered_on_the_same_connection(self):
        """When its body has been read over, whatever frames it."""
        for rest in (
            b"Content-Length: 0\r\n\r\n",
            b"Content-Length: 4\r\n\r\nbody",
            b"Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
        ):
            outcome = self.outcomes(CHALLENGE + rest, login=Answers(1))
            asked = ASKED + b"Proxy-Authorization: Test 1\r\n\r\n"
            self.assertEqual(outcome, [False, False, None, None, asked])

    def test_then_it_opens(self):
        """Both answers in a row."""
        raw = CHALLENGE + b"Content-Length: 4\r\n\r\nbody"
        greeting = connect(login=Answers(1))
        greeting.begin()
        self.assertIn(b"Test 1", greeting.feed(raw))
        greeting.feed(OPENED)
        self.assertTrue(greeting.opened)
        self.assertEqual(len(greeting.read), 2)

    def test_login_hears_of_every_other_answer(self):
        """What it has said was accepted."""
        for raw, status in ((OPENED, 200), (b"HTTP/1.1 502 Bad\r\n\r\n", 502)):
            login = Answers(1, b"Known")
            greeting = connect(login=login)
            greeting.begin()
            greeting.feed(b"HTTP/1.1 100 Go\r\n\r\n" + CHALLENGE)
            greeting.feed(b"Content-Length: 0\r\n\r\n")
            self.assertEqual(login.taken, [])
            greeting.feed(raw)
            self.assertEqual(login.taken, [status])

    def test_answered_on_a_fresh_connection(self):
        """If the proxy closes, or the body is too long to be worth it."""
        long = b"Content-Length: %d\r\n\r\n" % (DRAIN_BYTES + 1)
        chunk = b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % (DRAIN_BYTES * 2)
        for raw in (
            CHALLENGE + b"Connection: close\r\nContent-Length: 4\r\n\r\nbody",
            CHALLENGE + b"Proxy-Connection: close\r\nContent-Length: 4\r\n\r\nbody",
            CHALLENGE.replace(b"1.1", b"1.0") + b"Content-Length: 0\r\n\r\n",
            CHALLENGE + long,
            CHALLENGE + b"Transfer-Encoding: chunked\r\n\r\nnonsense\r\n",
        ):
            outcome = self.outcomes(raw, login=Answers(1))
            self.assertEqual(outcome, [False, True, None, None, b""], raw)
        greeting = connect(login=Answers(1))
        greeting.begin()
        greeting.feed(CHALLENGE + b"Content-Length: 4\r\n\r\nbody and more")
        self.assertTrue(greeting.again)
        greeting = connect(login=Answers(1))
        greeting.begin()
        greeting.feed(CHALLENGE + chunk)
        self.assertFalse(greeting.again)
        greeting.feed(bytes(DRAIN_BYTES + 1))
        self.assertTrue(greeting.again)
        asked = greeting.begin()
        self.assertEqual(asked, ASKED + b"Proxy-Authorization: Test 1\r\n\r\n")
        self.assertFalse(greeting.again)
        greeting.feed(OPENED)
        self.assertTrue(greeting.opened)

    def test_connection_ends_inside_the_body(self):
        """The answer is known, so it is not lost."""
        for raw in (CHALLENGE + b"\r\nuntil", CHALLENGE + b"Content-Length: 9\r\n\r\n"):
            greeting = connect(login=Answers(1))
            greeting.begin()
            greeting.feed(raw)
            greeting.ended()
            self.assertTrue(greeting.again)
            self.assertIsNone(greeting.fault)

    def test_connection_ends_behind_the_challenge(self):
        """A proxy that closes without saying so has not heard the answer."""
        greeting = connect(login=Answers(1))
        greeting.begin()
        greeting.feed(CHALLENGE + b"Content-Length: 0\r\n\r\n")
        greeting.ended()
        self.assertTrue(greeting.again)
        greeting.begin()
        greeting.ended()
        self.assertFalse(greeting.again)
        self.assertIsInstance(greeting.fault, errors.ConnectionAborted)
        for part in (b"H", b"HTTP/1.1 200 OK\r\n"):
            greeting = connect(login=Answers(1))
            greeting.begin()
            greeting.feed(CHALLENGE + b"Content-Length: 0\r\n\r\n")
            greeting.feed(part)
            greeting.ended()
            self.assertFalse(greeting.again)
            self.assertIsNotNone(greeting.fault)

    def test_challenges_have_an_end(self):
        """Whoever always knows an answer is not asked for ever."""
        answers = Answers(100)
        greeting = connect(login=answers)
        greeting.begin()
        for _ in range(MOST_CHALLENGES):
            self.assertNotEqual(
                greeting.feed(CHALLENGE + b"Content-Length: 0\r\n\r\n"), b""
            )
        greeting.feed(CHALLENGE + b"Content-Length: 0\r\n\r\n")
        self.assertIsNotNone(greeting.unanswered)
        self.assertEqual(len(answers.heads), MOST_CHALLENGES)

    def test_no_secret_is_shown(self):
        """Neither in an error nor in a repr."""
        greeting = connect(login=Answers(1, b"Basic s3cret"))
        greeting.begin()
        greeting.feed(b"HTTP/1.1 500 No\r\n\r\n")
        self.assertNotIn("s3cret", str(greeting.fault) + repr(greeting) + str(PROXY))
