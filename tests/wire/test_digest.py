"""Digest: the examples of the RFCs, and what servers may say and may not."""

from __future__ import annotations

import hashlib
import re
from unittest import mock

from twisted.trial.unittest import SynchronousTestCase

from twinet._wire import digest
from twinet._wire.challenge import read_challenges, read_parameters
from twinet._wire.digest import DigestChallenge, DigestSession, DigestSubject
from twinet.records import Credentials

MUFASA = Credentials("Mufasa", "Circle of Life")
#: RFC 7616, section 3.9.1.
LIFE = (
    b'realm="http-auth@example.org", qop="auth, auth-int", '
    b'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", '
    b'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)
CNONCE = b"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
INDEX = DigestSubject(b"GET", b"/dir/index.html")


def offered(parameters: bytes) -> DigestChallenge | None:
    """Read what a server offers."""
    (challenge,) = read_challenges([b"Digest " + parameters])
    return digest.read_digest(challenge)


def begun(parameters: bytes, cnonce: bytes = b"c0") -> DigestSession:
    """Begin a session with what a server offers."""
    challenge = offered(parameters)
    assert challenge is not None, parameters
    return DigestSession(challenge, cnonce)


def h(text: str) -> str:
    """Return a hash as the scheme has it by default."""
    return hashlib.md5(text.encode()).hexdigest()


def said(value: bytes) -> dict[bytes, bytes]:
    """Return the parameters of an answer."""
    (challenge,) = read_challenges([value])
    assert challenge.scheme == b"digest", value
    return challenge.parameters


class ExampleTests(SynchronousTestCase):
    """The answers that the RFCs print."""

    def test_rfc_7616_section_3_9_1(self) -> None:
        """SHA-256 and MD5 with one challenge."""
        for algorithm, response in (
            (b"MD5", b"8ca523f5e9506fed4657c9700eebdbec"),
            (
                b"SHA-256",
                b"753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
            ),
        ):
            session = begun(LIFE + b", algorithm=" + algorithm, CNONCE)
            answer = session.answer(MUFASA, INDEX)
            self.assertEqual(
                said(answer.value),
                {
                    b"username": b"Mufasa",
                    b"realm": b"http-auth@example.org",
                    b"uri": b"/dir/index.html",
                    b"algorithm": algorithm,
                    b"nonce": b"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
                    b"nc": b"00000001",
                    b"cnonce": CNONCE,
                    b"qop": b"auth",
                    b"response": response,
                    b"opaque": b"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS",
                },
            )

    def test_rfc_7616_section_3_9_2(self) -> None:
        """SHA-512/256 with a user name that is hashed, and UTF-8."""
        session = begun(
            b'realm="api@example.org", qop="auth", algorithm=SHA-512-256, '
            b'nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", '
            b'opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS", '
            b"charset=UTF-8, userhash=true",
            b"NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v",
        )
        who = Credentials("J\u00e4s\u00f8n Doe", "Secret, or not?")
        given = said(session.answer(who, DigestSubject(b"GET", b"/doe.json")).value)
        # As erratum 4897 has the two hashes; the RFC prints those of other hashes.
        self.assertEqual(
            given[b"username"],
            b"793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b",
        )
        self.assertEqual(
            given[b"response"],
            b"3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5",
        )
        self.assertEqual(given[b"userhash"], b"true")

    def test_rfc_2617_section_3_5(self) -> None:
        """No algorithm is MD5."""
        session = begun(
            b'realm="testrealm@host.com", qop="auth,auth-int", '
            b'nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", '
            b'opaque="5ccc069c403ebaf9f0171e9517f40e41"',
            b"0a4f113b",
        )
        who = Credentials("Mufasa", "Circle Of Life")
        given = said(session.answer(who, INDEX).value)
        self.assertEqual(given[b"response"], b"6629fae49393a05397450978507c4ef1")
        self.assertNotIn(b"algorithm", given)

    def test_rfc_2069_section_2_4(self) -> None:
        """Without qop: no count and no cnonce.  The hash is that of the erratum."""
        session = begun(
            b'realm="testrealm@host.com", '
            b'nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", '
            b'opaque="5ccc069c403ebaf9f0171e9517f40e41"'
        )
        who = Credentials("Mufasa", "CircleOfLife")
        given = said(session.answer(who, INDEX).value)
        self.assertEqual(given[b"response"], b"1949323746fe6a43ef61f9606e7febea")
        self.assertEqual(
            given.keys() & {b"qop", b"nc", b"cnonce", b"algorithm", b"userhash"}, set()
        )


class AnswerTests(SynchronousTestCase):
    """What goes into an answer."""

    def test_sess_binds_the_password_to_the_first_nonce(self) -> None:
        """By section 3.4.2, computed here step by step; nextnonce changes no A1."""
        session = begun(b'realm=r, nonce=n1, qop=auth, algorithm="md5-SESS"', b"cc")
        who = Credentials("u", "p")

        a1 = h(f"{h('u:r:p')}:n1:cc")
        a2 = h("GET:/")
        for nonce, count in (("n1", 1), ("n1", 2), ("n2", 1)):
            if nonce == "n2" and session.count == 2:
                session.renew(b"n2")
            given = said(session.answer(who, DigestSubject(b"GET", b"/")).value)
            self.assertEqual(given[b"nc"], b"%08x" % count)
            expected = h(f"{a1}:{nonce}:{count:08x}:cc:auth:{a2}")
            self.assertEqual(given[b"response"], expected.encode())
            self.assertEqual(given[b"algorithm"], b"md5-SESS")

    def test_auth_int_hashes_the_body(self) -> None:
        """Only when nothing else is offered."""
        who = Credentials("u", "p")
        post = DigestSubject(b"POST", b"/f", b"a=1")
        session = begun(b"realm=r, nonce=n, qop=auth-int", b"cc")

        given = said(session.answer(who, post).value)
        a2 = h(f"POST:/f:{h('a=1')}")
        expected = h(f"{h('u:r:p')}:n:00000001:cc:auth-int:{a2}").encode()
        self.assertEqual((given[b"qop"], given[b"response"]), (b"auth-int", expected))
        self.assertTrue(session.can_answer(body_at_hand=True))
        self.assertFalse(session.can_answer(body_at_hand=False))
        both = begun(b'realm=r, nonce=n, qop="auth-int,auth"')
        self.assertEqual(said(both.answer(who, post).value)[b"qop"], b"auth")
        self.assertTrue(both.can_answer(body_at_hand=False))

    def test_each_answer_counts_once(self) -> None:
        """However many are on their way; a new nonce begins again."""
        session = begun(b"realm=r, nonce=n, qop=auth")
        counts = [said(session.answer(MUFASA, INDEX).value)[b"nc"] for _ in range(17)]
        self.assertEqual(counts, [b"%08x" % count for count in range(1, 18)])
        session.renew(b"n")
        self.assertEqual(session.count, 17)
        session.renew(b"")
        session.renew(b"x" * 5000)
        self.assertEqual(session.count, 17)
        session.renew(b"other")
        given = said(session.answer(MUFASA, INDEX).value)
        self.assertEqual((given[b"nc"], given[b"nonce"]), (b"00000001", b"other"))
        # An answer that was on its way for long names the old one once more.
        session.renew(b"n")
        given = said(session.answer(MUFASA, INDEX).value)
        self.assertEqual((given[b"nc"], given[b"nonce"]), (b"00000012", b"n"))
        for number in range(100):
            session.renew(b"%d" % number)
        self.assertEqual((len(session._counts), session.count), (16, 0))

    def test_quotes_and_backslashes_come_back_as_they_were(self) -> None:
        """Of the server's, and of the user's."""
        session = begun(rb'realm="a \"b\" \\c", nonce="\"", opaque="", qop=auth')
        who = Credentials('Q "uote" \\', "p")
        value = session.answer(who, INDEX).value
        given = said(value)
        self.assertEqual(given[b"realm"], b'a "b" \\c')
        self.assertEqual(given[b"nonce"], b'"')
        self.assertEqual(given[b"username"], b'Q "uote" \\')
        self.assertEqual(given[b"opaque"], b"")

    def test_names_outside_ascii(self) -> None:
        """As UTF-8; in RFC 8187's form where the server knows it, composed (NFC)."""
        who = Credentials("ju\u0308rgen & co", "p")
        plain = begun(b"realm=r, nonce=n, qop=auth").answer(who, INDEX).value
        self.assertIn('username="ju\u0308rgen & co"'.encode(), plain)
        utf8 = begun(b"realm=r, nonce=n, qop=auth, charset=utf-8")
        value = utf8.answer(who, INDEX).value
        self.assertIn(b"username*=UTF-8''j%C3%BCrgen%20&%20co,", value)
        self.assertNotIn(b"username=", value)
        composed = begun(b"realm=r, nonce=n, qop=auth, charset=utf-8").answer(
            Credentials("j\u00fcrgen & co", "p"), INDEX
        )
        self.assertEqual(value, composed.value)
        ascii_name = utf8.answer(MUFASA, INDEX).value
        self.assertIn(b'username="Mufasa"', ascii_name)

    def test_nothing_secret_is_shown(self) -> None:
        """By what prints an object."""
        session = begun(LIFE)
        for thing in (session, session.answer(MUFASA, INDEX)):
            self.assertIsNone(re.search("Life|7ypf|Mufasa", repr(thing)))


class ChallengeTests(SynchronousTestCase):
    """What can be answered."""

    def test_what_cannot_be_answered(self) -> None:
        """Counts as not offered."""
        for parameters in (
            b"nonce=n, qop=auth",
            b"realm=r, qop=auth",
            b'realm=r, nonce="", qop=auth',
            b"realm=r, nonce=n, algorithm=SHA-1, qop=auth",
            b"realm=r, nonce=n, algorithm=MD5-sess-sess, qop=auth",
            b"realm=r, nonce=n, algorithm=-sess, qop=auth",
            b"realm=r, nonce=n, algorithm=token",
            b"realm=r, nonce=n, qop=auth-conf",
            b"realm=r, nonce=n, algorithm=MD5-sess",
            b"realm=r, qop=auth, nonce=" + b"n" * 4097,
            b"realm=r, qop=auth, nonce=n, x=" + b"n" * 4097,
        ):
            self.assertIsNone(offered(parameters), parameters)
        # Twice the same breaks the grammar already.
        doubled = b"Digest realm=r, nonce=n, nonce=m, qop=auth"
        self.assertEqual(read_challenges([doubled]), [])
        (basic,) = read_challenges([b"Basic realm=r, nonce=n"])
        self.assertIsNone(digest.read_digest(basic))

    def test_what_can(self) -> None:
        """In any case of letters, and with words that nobody knows beside."""
        for parameters, qops, strength in (
            (b"realm=r, nonce=n", b"", 1),
            (b'realm="", nonce=n, qop=""', b"", 1),
            (b"realm=r, nonce=n, QOP=AUTH", b"auth", 1),
            (b'realm=r, nonce=n, qop="auth-conf , auth-int,"', b"auth-int", 1),
            (b"realm=r, nonce=n, algorithm=sha-256-SESS, qop=auth", b"auth", 3),
            (b"realm=r, nonce=n, algorithm=SHA-512, qop=auth", b"auth", 2),
        ):
            found = offered(parameters)
            assert found is not None, parameters
            self.assertEqual(b",".join(found.qops), qops)
            self.assertEqual(found.strength, strength)

    def test_words_that_say_yes(self) -> None:
        """Only true is true."""
        rest = b"realm=r, nonce=n, "
        for word, stale in ((b"TRUE", True), (b"false", False), (b"yes", False)):
            found = offered(rest + b"stale=" + word + b", userhash=" + word)
            assert found is not None
            self.assertEqual((found.stale, found.userhash), (stale, stale))
        found = offered(rest + b'domain="/a  http://h/b", charset="utf-8"')
        assert found is not None
        self.assertEqual((found.domain, found.utf8), ((b"/a", b"http://h/b"), True))

    def test_hash_that_this_python_does_not_have(self) -> None:
        """SHA-512/256 is a matter of OpenSSL's; it counts as not offered."""
        known = dict(digest._ALGORITHMS)
        known[b"sha-512-256"] = digest._Algorithm(4, "no_such_hash")
        with mock.patch.object(digest, "_ALGORITHMS", known):
            self.assertIsNone(offered(b"realm=r, nonce=n, algorithm=SHA-512-256"))


class ProofTests(SynchronousTestCase):
    """The server's own proof (RFC 7616, section 3.5)."""

    def proof(self, uri: str = "/dir/index.html") -> str:
        """Compute what a server sends that knows the password."""
        return h(f"{h('Mufasa:r:Circle of Life')}:n:00000001:cc:auth:{h(':' + uri)}")

    def test_rspauth(self) -> None:
        """Right, wrong, missing, and of a kind that cannot be checked here."""
        for info, proves in (
            (f'rspauth="{self.proof()}", cnonce="cc", nc=00000001, qop=auth', True),
            (f'rspauth="{self.proof().upper()}"', True),
            ('rspauth=""', True),
            ("nextnonce=m", True),
            ("", True),
            (f'rspauth="{"0" * 32}", qop=auth-int', True),
            (f'rspauth="{"0" * 32}"', False),
            (f'rspauth="{self.proof("/other")}"', False),
            (f'rspauth="{self.proof()}", cnonce="dd"', False),
            (f'rspauth="{self.proof()}", nc=00000002', False),
        ):
            session = begun(b"realm=r, nonce=n, qop=auth", b"cc")
            answer = session.answer(MUFASA, INDEX)
            parameters = read_parameters(info.encode())
            assert parameters is not None
            self.assertIs(answer.proves(parameters), proves, info)

    def test_answers_that_need_no_proof(self) -> None:
        """Without qop, or with the body in the hash."""
        for qop in (b"", b", qop=auth-int"):
            answer = begun(b"realm=r, nonce=n" + qop).answer(MUFASA, INDEX)
            self.assertTrue(answer.proves({b"rspauth": b"0"}))

    def test_parameters_alone(self) -> None:
        """As Authentication-Info has them (RFC 7615)."""
        for value, expected in (
            (b"", {}),
            (b" , ", {}),
            (
                b'nextnonce="a, \\"b\\"" ,qop=auth,,',
                {b"nextnonce": b'a, "b"', b"qop": b"auth"},
            ),
            (b"Digest", None),
            (b"a=1, a=2", None),
            (b'a="1', None),
            (b"a=1 b=2", None),
        ):
            self.assertEqual(read_parameters(value), expected, value)
