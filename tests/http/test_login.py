"""The login: what is said ahead, what answers a challenge, and when it ends."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from twisted.trial.unittest import SynchronousTestCase

from tests.http.challenger import Asked, head_of
from twinet._http.login import Eagerness, Login
from twinet._http.login_memory import LoginMemory
from twinet._http.offer import Offer, offers_of
from twinet._http.protection_space import Place
from twinet._wire.digest import DigestSubject
from twinet.proxy import Proxy
from twinet.records import Credentials

if TYPE_CHECKING:
    from twinet._wire.http1 import Head

ANN, BOB = Credentials("ann", "a"), Credentials("bob", "b")
BASIC = b'Basic realm="r"'
MD5 = b'Digest realm="r", nonce="n1", qop="auth"'
SHA = MD5 + b", algorithm=SHA-256"
OK = head_of(200)
SERVER = Place(False, "http", "h", 80)
PROXY = Proxy("http", "proxy.test", 3128)
AS_ANN, AS_BOB = (Proxy("http", "proxy.test", 3128, who) for who in (ANN, BOB))
NOTHING, AGAIN, EAGER = Eagerness(), Eagerness(again=True), Eagerness(True, True)


def memory() -> LoginMemory:
    """Return one whose cnonces are c0, c1 and so on."""
    count = itertools.count()
    return LoginMemory(cnonce=lambda: b"c%d" % next(count))


def asks(*challenges: bytes, status: int = 401) -> Head:
    """Return the head of a challenge."""
    name = b"Proxy-Authenticate" if status == 407 else b"WWW-Authenticate"
    return head_of(status, *((name, each) for each in challenges))


def offers(challenge: bytes) -> Offer:
    """Return what a challenge offers."""
    return offers_of([(b"A", challenge)], b"a")[0]


class LoginCase(SynchronousTestCase):
    """One memory, and logins at it."""

    def setUp(self) -> None:
        self.memory = memory()

    def login(
        self,
        given: Credentials | None = None,
        target: str = "/d/x?q",
        eagerness: Eagerness = NOTHING,
        place: Place = SERVER,
        body: bytes | None = b"",
    ) -> Login:
        """Return the login of a request."""
        subject = DigestSubject(b"GET", target.encode(), body)
        return Login(self.memory, place, subject, target, given, eagerness)

    def passed(self, login: Login, *challenges: bytes) -> Asked:
        """Let a login be challenged and accepted; return what it said."""
        self.assertEqual(login.value(), b"")
        self.assertTrue(login.met(asks(*challenges)))
        value = Asked(login.value())
        login.accepted(OK)
        return value


class AnswerTests(LoginCase):
    """A challenge is met once, by the strongest that is offered."""

    def test_strongest_goes_first(self) -> None:
        """Wherever it stands; of equals the first."""
        sha512 = MD5 + b", algorithm=SHA-512-256"
        for challenges, algorithm in (
            ((BASIC, MD5, SHA), b"SHA-256"),
            ((MD5, BASIC, sha512, SHA), b"SHA-512-256"),
            ((MD5 + b", algorithm=MD5-sess", BASIC, MD5), b"MD5-sess"),
            ((BASIC + b", " + MD5,), b""),
            ((b"Negotiate", b"Digest realm=r", BASIC), None),
        ):
            self.setUp()
            said = self.passed(self.login(ANN), *challenges)
            self.assertEqual(said.algorithm, algorithm, challenges)

    def test_refusal_is_final(self) -> None:
        """No second try, nor a weaker one after a stronger."""
        for first, then in (
            ((BASIC,), (BASIC,)),
            ((MD5,), (MD5,)),
            ((SHA, BASIC), (SHA, BASIC)),
            ((SHA, BASIC), (BASIC,)),
            ((BASIC,), (b'Basic realm="other"',)),
            ((MD5,), ()),
        ):
            self.setUp()
            login = self.login(ANN)
            login.value()
            self.assertTrue(login.met(asks(*first)))
            self.assertNotEqual(login.value(), b"")
            self.assertFalse(login.met(asks(*then)), (first, then))

    def test_stale_is_no_refusal_once(self) -> None:
        """The nonce was too old, the password was not asked about."""
        login = self.login(ANN)
        login.value()
        self.assertTrue(login.met(asks(MD5)))
        login.value()
        stale = MD5.replace(b"n1", b"n2") + b", stale=true"
        self.assertTrue(login.met(asks(stale)))
        said = Asked(login.value())
        self.assertEqual((said.nonce, said.count), (b"n2", 1))
        self.assertFalse(login.met(asks(stale)))

    def test_nobody_known(self) -> None:
        """There is nothing to say."""
        login = self.login()
        self.assertEqual(login.value(), b"")
        self.assertFalse(login.met(asks(SHA, BASIC)))

    def test_body_that_is_not_at_hand(self) -> None:
        """What insists on its hash counts as not offered."""
        only = MD5.replace(b'"auth"', b'"auth-int"')
        login = self.login(ANN, body=None)
        self.assertFalse(login.met(asks(only)))
        self.assertTrue(login.met(asks(only, BASIC)))
        self.assertIsNone(Asked(login.value()).algorithm)
        login = self.login(ANN, body=None)
        self.assertTrue(login.met(asks(MD5.replace(b'"auth"', b'"auth-int,auth"'))))
        self.assertEqual(Asked(login.value()).qop, b"auth")

    def test_two_realms_of_one_scheme(self) -> None:
        """The first, or the one that somebody is known in."""
        two = (b'Basic realm="one"', b'Basic realm="two"')
        self.passed(self.login(BOB), two[1])
        login = self.login()
        login.value()
        self.assertTrue(login.met(asks(*two)))
        self.assertEqual(Asked(login.value()).pair, "bob:b")


class AheadTests(LoginCase):
    """What is said before it is asked for."""

    def test_digest_goes_on_with_its_nonce(self) -> None:
        """It gives nothing away; no count comes twice."""
        first = self.passed(self.login(ANN), MD5)
        self.assertEqual((first.count, first.cnonce), (1, b"c0"))
        counts = [Asked(self.login(ANN).value()).count for _ in range(5)]
        self.assertEqual(counts, [2, 3, 4, 5, 6])

    def test_basic_waits_to_be_asked(self) -> None:
        """Unless the program says otherwise; it is known then, or not."""
        self.assertEqual(self.login(ANN, eagerness=AGAIN).value(), b"")
        self.assertEqual(Asked(self.login(ANN, eagerness=EAGER).value()).pair, "ann:a")
        self.assertEqual(self.login(eagerness=EAGER).value(), b"")
        self.passed(self.login(ANN), BASIC)
        self.assertEqual(self.login(ANN).value(), b"")
        for eagerness in (AGAIN, EAGER):
            said = Asked(self.login(BOB, eagerness=eagerness).value())
            self.assertEqual(said.pair, "bob:b")
            said = Asked(self.login(eagerness=eagerness).value())
            self.assertEqual(said.pair, "ann:a")

    def test_refused_ahead_is_asked_for_once_more(self) -> None:
        """The server was started anew and knows the nonce no more."""
        self.passed(self.login(ANN), MD5)
        login = self.login(ANN)
        self.assertEqual(Asked(login.value()).nonce, b"n1")
        self.assertTrue(login.met(asks(MD5.replace(b"n1", b"n2"))))
        self.assertEqual(Asked(login.value()).nonce, b"n2")
        self.assertFalse(login.met(asks(MD5.replace(b"n1", b"n3"))))

    def test_three_sendings_are_the_most(self) -> None:
        """Ahead, answered, stale."""
        self.passed(self.login(ANN), MD5)
        login = self.login(ANN)
        rounds = 0
        stale = asks(MD5 + b", stale=true")
        while login.value() and login.met(stale):
            rounds += 1
        self.assertEqual(rounds, 2)

    def test_basic_ahead_that_is_refused(self) -> None:
        """The same again would be refused again; Digest may be tried."""
        login = self.login(ANN, eagerness=EAGER)
        login.value()
        self.assertFalse(login.met(asks(BASIC)))
        login = self.login(ANN, eagerness=EAGER)
        login.value()
        self.assertTrue(login.met(asks(SHA, BASIC)))
        self.assertEqual(Asked(login.value()).algorithm, b"SHA-256")

    def test_basic_ahead_for_another_realm(self) -> None:
        """A refusal of one user is none of the one whom the other realm knows."""
        for realm, who in ((b"a", ANN), (b"b", BOB)):
            target = "/d/x" if realm == b"a" else "/e/x"
            self.passed(self.login(who, target), b"Basic realm=%b" % realm)
        login = self.login(target="/d/x", eagerness=AGAIN)
        self.assertEqual(Asked(login.value()).pair, "ann:a")
        self.assertTrue(login.met(asks(b"Basic realm=b")))
        self.assertEqual(Asked(login.value()).pair, "bob:b")

    def test_name_is_composed_for_who_wants_utf8_alone(self) -> None:
        """RFC 7617, section 2.1; another one may know it as it is."""
        who = Credentials("e\u0301", "x")
        for more, name in ((b"", "e\u0301"), (b', charset="UTF-8"', "\u00e9")):
            self.assertEqual(
                self.passed(self.login(who), BASIC + more).pair, f"{name}:x"
            )

    def test_server_that_goes_over_to_another_scheme(self) -> None:
        """Both ways."""
        for one, other in ((MD5, BASIC), (BASIC, MD5)):
            self.setUp()
            self.passed(self.login(ANN), one)
            login = self.login(ANN, eagerness=EAGER)
            login.value()
            self.assertTrue(login.met(asks(other)))
            login.value()
            login.accepted(OK)
            space = self.memory.space_for(SERVER, "/d/x")
            assert space is not None
            self.assertIs(space.digest is None, other == BASIC)

    def test_body_that_is_not_at_hand(self) -> None:
        """Nothing is said ahead to who wants its hash."""
        self.passed(self.login(ANN), MD5.replace(b'"auth"', b'"auth-int"'))
        self.assertEqual(self.login(ANN, body=None).value(), b"")
        self.assertNotEqual(self.login(ANN).value(), b"")

    def test_nextnonce_is_taken_over(self) -> None:
        """Unless the server proves that it does not know the password."""
        for more, nonce in (
            (b"", b"n9"),
            (b', rspauth="00"', b"n1"),
            (b", broken", b"n1"),
        ):
            self.setUp()
            login = self.login(ANN)
            login.value()
            login.met(asks(MD5))
            login.value()
            info = (b"Authentication-Info", b'nextnonce="n9"' + more)
            login.accepted(head_of(200, info))
            self.assertEqual(Asked(self.login(ANN).value()).nonce, nonce)

    def test_challenges_of_others_meanwhile(self) -> None:
        """Each answers what it was asked, whatever came to others."""
        integrity = MD5.replace(b'"auth"', b'"auth-int"')
        for other in (integrity, BASIC):
            self.setUp()
            slow = self.login(ANN, body=None)
            slow.value()
            self.assertTrue(slow.met(asks(MD5)))
            self.assertTrue(self.login(ANN).met(asks(other)))
            self.assertEqual(Asked(slow.value()).qop, b"auth")
            slow.accepted(OK)
        slow = self.login(ANN)
        self.assertTrue(slow.met(asks(BASIC)))
        self.assertTrue(self.login(ANN).met(asks(MD5)))
        self.assertEqual(Asked(slow.value()).pair, "ann:a")

    def test_nextnonce_belongs_to_its_own_session(self) -> None:
        """Another request may have begun a new one meanwhile."""
        slow, quick = self.login(ANN), self.login(ANN)
        slow.value()
        quick.value()
        slow.met(asks(MD5))
        slow.value()
        self.assertTrue(quick.met(asks(SHA)))
        self.assertEqual(Asked(quick.value()).algorithm, b"SHA-256")
        slow.accepted(head_of(200, (b"Authentication-Info", b"nextnonce=n9")))
        self.assertEqual(Asked(self.login(ANN).value()).nonce, b"n1")


class MemoryTests(LoginCase):
    """What is remembered, for whom, and for how long."""

    def test_for_requests_that_bring_nothing(self) -> None:
        """At the same place, in the same realm."""
        self.passed(self.login(ANN), BASIC)
        login = self.login()
        self.assertEqual(login.value(), b"")
        self.assertTrue(login.met(asks(BASIC)))
        self.assertEqual(Asked(login.value()).pair, "ann:a")
        for place, challenge in (
            (SERVER, b'Basic realm="other"'),
            (SERVER._replace(port=81), BASIC),
            (SERVER._replace(scheme="https"), BASIC),
            (SERVER._replace(proxy=True), BASIC),
        ):
            login = self.login(place=place)
            login.value()
            status = 407 if place.proxy else 401
            self.assertFalse(login.met(asks(challenge, status=status)), place)

    def test_only_what_was_accepted(self) -> None:
        """A refusal forgets whom it refuses, and nobody else."""
        login = self.login(ANN)
        login.value()
        login.met(asks(BASIC))
        login.value()
        self.assertFalse(login.met(asks(BASIC)))
        self.assertFalse(self.login().met(asks(BASIC)))
        self.passed(self.login(ANN), BASIC)
        login = self.login(BOB)
        login.value()
        login.met(asks(BASIC))
        login.value()
        login.met(asks(BASIC))
        login = self.login()
        login.value()
        self.assertTrue(login.met(asks(BASIC)))
        self.assertEqual(Asked(login.value()).pair, "ann:a")
        self.assertFalse(login.met(asks(BASIC)))
        self.assertFalse(self.login().met(asks(BASIC)))

    def test_forgetting(self) -> None:
        """All of it, or what Digest wanted."""
        self.passed(self.login(ANN), BASIC)
        self.passed(self.login(BOB, "/other/"), MD5.replace(b'"r"', b'"s"'))
        self.assertIn("h", self.memory.hosts)
        self.memory.forget_digest()
        self.assertTrue(self.login().met(asks(BASIC)))
        self.assertEqual(self.login(target="/other/").value(), b"")
        self.memory.forget()
        self.assertFalse(self.login().met(asks(BASIC)))
        self.assertNotIn("h", self.memory.hosts)

    def test_last_that_asked_goes_before(self) -> None:
        """Of realms that fit alike."""
        for realm in (b"one", b"two", b"one"):
            challenge = MD5.replace(b'"r"', b'"%b"' % realm)
            login = self.login(ANN, f"/{realm.decode()}/")
            login.value()
            self.assertTrue(login.met(asks(challenge)))
        said = Asked(self.login(ANN, "/elsewhere").value())
        self.assertEqual(said.parameters[b"realm"], b"one")
        said = Asked(self.login(ANN, "/two/x").value())
        self.assertEqual(said.parameters[b"realm"], b"two")

    def test_it_does_not_grow_without_limit(self) -> None:
        """A server may name a new realm each time."""
        for number in range(100):
            self.passed(self.login(ANN), b'Basic realm="%d"' % number)
        self.assertEqual(len(self.memory._places[SERVER]), 32)
        for number in range(1100):
            place = SERVER._replace(host=f"h{number}")
            login = self.login(ANN, place=place)
            login.met(asks(BASIC))
        self.assertEqual(len(self.memory._places), 1024)
        self.assertNotIn("h", self.memory.hosts)
        self.assertIn("h1099", self.memory.hosts)
        # Who asks again is new again.
        for host in ("h76", "new"):
            place = SERVER._replace(host=host)
            self.login(ANN, place=place).met(asks(BASIC))
        self.assertIn("h76", self.memory.hosts)
        self.assertNotIn("h77", self.memory.hosts)

    def test_nothing_secret_is_shown(self) -> None:
        """By what prints an object."""
        who = Credentials("joe", "plugh")
        login = self.login(who)
        self.passed(login, MD5.replace(b"n1", b"sesame"))
        space = self.memory.space_for(SERVER, "/d/")
        for thing in (login, self.memory, space, space and space.digest):
            self.assertNotRegex(repr(thing), "plugh|sesame")
