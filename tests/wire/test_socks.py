"""SOCKS5 and SOCKS4a: what is said, and what the replies mean."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from twisted.trial.unittest import SynchronousTestCase

from twinet import errors
from twinet._wire.connect import Connect
from twinet._wire.socks4a import Socks4a
from twinet._wire.socks5 import Socks5
from twinet.proxy import Proxy
from twinet.records import Credentials

if TYPE_CHECKING:
    from twinet._wire.greeting import Greeting

LOGIN = Credentials("user", "s3cret")


def five(host: str = "h.example", login: Credentials | None = None) -> Socks5:
    return Socks5(Proxy("socks5", "p", 1080, login), host, 443)


def four(host: str = "h.example", login: Credentials | None = None) -> Socks4a:
    return Socks4a(Proxy("socks4a", "p", 1080, login), host, 443)


#: A SOCKS5 reply behind version and code.
BOUND = b"\x00\x01\x7f\x00\x00\x01\x04\x38"
NAME = b"\x05\x01\x00\x03\x09h.example\x01\xbb"
GIVEN = b"\x01\x04user\x06s3cret"


class SocksTestCase(SynchronousTestCase):
    """Stories that come in pieces."""

    make: Any

    def story(self, raw: bytes, *args: Any, ended: bool = False) -> list[Any]:
        """Tell it whole, byte by byte and cut everywhere; return the one outcome."""
        ways = [[raw], [raw[i : i + 1] for i in range(len(raw))]]
        ways += [[raw[:cut], raw[cut:]] for cut in range(1, len(raw))]
        seen = []
        for pieces in ways:
            greeting: Greeting = self.make(*args)
            sent = [greeting.begin(), b"".join(map(greeting.feed, pieces))]
            if ended:
                greeting.ended()
            fault = greeting.fault
            seen.append(
                [greeting.opened, sent, fault and (type(fault), str(fault)), fault]
            )
        for each in seen:
            self.assertEqual(each[:3], seen[0][:3])
        return seen[0]

    def fails(self, raw: bytes, kind: type, *words: str, **how: Any) -> None:
        opened, _, fault, _ = self.story(raw, *how.pop("args", ()), **how)
        self.assertFalse(opened)
        self.assertIsNotNone(fault, raw)
        self.assertIs(fault[0], kind, fault[1])
        for word in (*words, "://p:1080"):
            self.assertIn(word, fault[1])
        self.assertNotIn("s3cret", fault[1])


class Socks5Tests(SocksTestCase):
    """RFC 1928 and RFC 1929."""

    make = staticmethod(five)

    def test_name_is_given_to_the_proxy(self):
        """No login; the proxy looks the name up."""
        opened, sent, fault, _ = self.story(b"\x05\x00\x05\x00" + BOUND)
        self.assertEqual((opened, fault), (True, None))
        self.assertEqual(sent, [b"\x05\x01\x00", NAME])

    def test_addresses_are_given_as_addresses(self):
        """IPv4 and IPv6."""
        for host, where in (
            ("192.0.2.1", b"\x01\xc0\x00\x02\x01"),
            ("2001:db8::1", b"\x04\x20\x01\x0d\xb8" + bytes(11) + b"\x01"),
        ):
            _, sent, _, _ = self.story(b"\x05\x00\x05\x00" + BOUND, host)
            self.assertEqual(sent[1], b"\x05\x01\x00" + where + b"\x01\xbb")

    def test_bound_address_of_any_kind(self):
        """It is read over."""
        for bound in (
            BOUND,
            b"\x00\x04" + bytes(18),
            b"\x00\x03\x00\x00\x00",
            b"\x00\x03\x05abcde\x00\x00",
        ):
            self.assertTrue(self.story(b"\x05\x00\x05\x00" + bound)[0])
            self.assertFalse(self.story(b"\x05\x00\x05\x00" + bound[:-1])[0])

    def test_what_comes_behind_is_kept(self):
        """It is the server's."""
        greeting = five()
        greeting.begin()
        greeting.feed(b"\x05\x00\x05\x00" + BOUND + b"220 hi")
        self.assertEqual(greeting.rest, b"220 hi")

    def test_login_is_offered_and_used_if_wanted(self):
        """A proxy that wants none is told none."""
        for answer, sent in (
            (b"\x05\x02\x01\x00\x05\x00", GIVEN + NAME),
            (b"\x05\x02\x05\x00\x05\x00", GIVEN + NAME),
            (b"\x05\x00\x05\x00", NAME),
        ):
            opened, said, _, _ = self.story(answer + BOUND, "h.example", LOGIN)
            self.assertTrue(opened)
            self.assertEqual(said, [b"\x05\x02\x00\x02", sent])

    def test_login_fails(self):
        """None is given, none is accepted, the one that is given is wrong."""
        self.fails(b"\x05\xff", errors.LoginFailure, "wants a login")
        login = ("h", LOGIN)
        self.fails(b"\x05\xff", errors.LoginFailure, "takes neither", args=login)
        self.fails(
            b"\x05\x02\x01\x01", errors.IncorrectPassword, "does not accept", args=login
        )
        self.fails(
            b"\x05\x01", errors.HttpInvalidServerResponse, "method 1", args=login
        )
        self.fails(b"\x05\x02", errors.HttpInvalidServerResponse, "not offered")

    def test_login_that_cannot_be_sent(self):
        """Too long, or nameless; it is not shown."""
        for login in (
            Credentials("u" * 256, "x"),
            Credentials("u", "s3cret" * 99),
            Credentials("", "s3cret"),
        ):
            error = self.assertRaises(errors.InvalidParameter, five, "h", login)
            self.assertNotIn("s3cret", str(error))

    def test_each_reply_has_its_words(self):
        """As soon as its code is there: some close behind it."""
        for code, word in (
            (1, "general"),
            (2, "rules"),
            (3, "network is unreachable"),
            (4, "host is unreachable"),
            (5, "refused"),
            (6, "too long"),
            (7, "CONNECT"),
            (8, "addresses of this kind"),
            (9, "no RFC"),
            (255, "no RFC"),
        ):
            for rest in (b"", BOUND):
                raw = b"\x05\x00\x05%c" % code + rest
                words = (word, "h.example:443", f"SOCKS reply {code}")
                self.fails(raw, errors.CannotConnect, *words)
                self.assertEqual(self.story(raw)[3].server_text, f"SOCKS reply {code}")

    def test_garbage(self):
        """What is no SOCKS5; HTTP is known by its first letters."""
        bad = errors.HttpInvalidServerResponse
        self.fails(b"\x04\x00", bad, "begins with 5, not 4")
        self.fails(b"\x05\x00\x04\x00", bad, "begins with 4, not 5")
        self.fails(b"\x05\x00\x05\x00\x00\x02x", bad, "kind 2")
        self.fails(b"\x05\x02\x00\x00", bad, "not 0", args=("h", LOGIN))
        self.fails(b"HTTP/1.1 400 No\r\n\r\n", bad)
        greeting = five()
        greeting.begin()
        greeting.feed(b"HTTP/1.1 400 No\r\n\r\n")
        self.assertIn("it is HTTP", str(greeting.fault))

    def test_connection_ends_midway(self):
        """At every step."""
        whole = b"\x05\x02\x01\x00\x05\x00" + BOUND
        for cut in range(len(whole)):
            kind = errors.ConnectionAborted
            args = ("h.example", LOGIN)
            self.fails(whole[:cut], kind, "h.example:443", args=args, ended=True)


class Socks4aTests(SocksTestCase):
    """The two memoranda."""

    make = staticmethod(four)

    def test_name_is_given_to_the_proxy(self):
        """Behind an address that is none."""
        opened, sent, _, _ = self.story(b"\x00\x5a" + bytes(6))
        self.assertTrue(opened)
        self.assertEqual(
            sent, [b"\x04\x01\x01\xbb\x00\x00\x00\x01\x00h.example\x00", b""]
        )

    def test_address_and_user(self):
        """As in SOCKS4."""
        login = Credentials("me", "")
        _, sent, _, _ = self.story(b"\x00\x5a" + bytes(6), "192.0.2.1", login)
        self.assertEqual(sent, [b"\x04\x01\x01\xbb\xc0\x00\x02\x01me\x00", b""])

    def test_nothing_changes_it_any_more(self):
        """What is over stays as it is."""
        for said in (b"\x00\x5a" + bytes(6), b"\x00\x5b", b"H"):
            greeting = four()
            greeting.begin()
            greeting.feed(said)
            before = (greeting.opened, greeting.fault, greeting.rest)
            for more in (b"\x00\x5d" + bytes(6), b"x"):
                self.assertEqual(greeting.feed(more), b"")
            greeting.ended()
            self.assertEqual((greeting.opened, greeting.fault, greeting.rest), before)

    def test_version_in_the_place_of_0_is_taken(self):
        """Some servers do so."""
        self.assertTrue(self.story(b"\x04\x5a" + bytes(6))[0])
        self.assertFalse(self.story(b"\x00\x5a" + bytes(5))[0])

    def test_what_comes_behind_is_kept(self):
        """It is the server's."""
        greeting = four()
        greeting.begin()
        greeting.feed(b"\x00\x5a" + bytes(6) + b"hi")
        self.assertEqual(greeting.rest, b"hi")

    def test_each_reply_has_its_words(self):
        """And its class."""
        for code, kind, word in (
            (91, errors.CannotConnect, "refused"),
            (92, errors.LoginFailure, "identd"),
            (93, errors.LoginFailure, "another user name"),
        ):
            for rest in (b"", bytes(6)):
                raw = b"\x00%c" % code + rest
                self.fails(raw, kind, word, "h.example:443", f"reply {code}")

    def test_garbage(self):
        """What is no SOCKS4."""
        bad = errors.HttpInvalidServerResponse
        self.fails(b"\x05\x5a", bad, "not 5")
        self.fails(b"\x00\x00", bad, "no reply 0")
        greeting = four()
        greeting.begin()
        greeting.feed(b"HTTP/1.1 400 No\r\n\r\n")
        self.assertIn("it is HTTP", str(greeting.fault))

    def test_connection_ends_midway(self):
        """At every step."""
        for cut in range(8):
            raw = (b"\x00\x5a" + bytes(6))[:cut]
            self.fails(raw, errors.ConnectionAborted, "h.example:443", ended=True)

    def test_what_cannot_be_said(self):
        """IPv6 addresses and passwords have no place in it."""
        error = self.assertRaises(errors.NotProxyRequest, four, "::1")
        self.assertIn("socks5", str(error))
        for login in (LOGIN, Credentials("a\0b", ""), Credentials("u" * 256, "")):
            error = self.assertRaises(errors.InvalidParameter, four, "h", login)
            self.assertNotIn("s3cret", str(error))


class RandomTests(SynchronousTestCase):
    """Nothing that a proxy says is raised, and nothing of it is kept without end."""

    def test_random_bytes(self):
        """Any bytes in any pieces; what begins well is half of them."""
        dice = Random(5)
        begins = {
            "http": b"HTTP/1.1 407 Who\r\nContent-Length: 9\r\n\r\n",
            "socks5": b"\x05\x02\x01\x00\x05\x00\x00\x03\x09",
            "socks4a": b"\x00\x5a\x00\x00",
        }
        for number in range(3000):
            speech: Any = dice.choice(tuple(begins))
            proxy = Proxy(
                speech, "p", 1, Credentials("u", "" if "4" in speech else "x")
            )
            kind: Any = {"http": Connect, "socks5": Socks5, "socks4a": Socks4a}[speech]
            greeting: Greeting = kind(proxy, "h.example", 443)
            greeting.begin()
            begin = begins[speech][: dice.randrange(len(begins[speech]) + 1)]
            raw = begin * (number % 2) + dice.randbytes(dice.randrange(300))
            while raw:
                cut = dice.randint(1, len(raw))
                greeting.feed(raw[:cut])
                raw = raw[cut:]
            greeting.ended()
            self.assertTrue(greeting.over)
