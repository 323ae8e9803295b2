"""The challenges of WWW-Authenticate fields."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twinet._wire.challenge import read_challenges


def read(*values: bytes) -> list[tuple[bytes, bytes, dict[bytes, bytes]]]:
    return [(c.scheme, c.token, c.parameters) for c in read_challenges(values)]


class ChallengeTests(SynchronousTestCase):
    """RFC 9110, sections 11.3 to 11.6.1."""

    def test_what_servers_send(self) -> None:
        """Each of these is one good challenge or several."""
        basic = (b"basic", b"", {b"realm": b"r"})
        for value, expected in (
            (b'Basic realm="r"', [basic]),
            (b"basic REALM=r", [basic]),
            (b'Basic \t realm \t= "r" , ', [basic]),
            (b', ,Basic realm="r",,', [basic]),
            (b"Basic", [(b"basic", b"", {})]),
            (
                b'Basic realm="r", charset="UTF-8"',
                [(b"basic", b"", {b"realm": b"r", b"charset": b"UTF-8"})],
            ),
            (b"Negotiate", [(b"negotiate", b"", {})]),
            (b"Negotiate YWJj==", [(b"negotiate", b"YWJj==", {})]),
            (
                b"NTLM TlRM-._~+/Ta=, Negotiate, " + b'Basic realm="r"',
                [
                    (b"ntlm", b"TlRM-._~+/Ta=", {}),
                    (b"negotiate", b"", {}),
                    basic,
                ],
            ),
            (
                (
                    b'Newauth realm="apps", type=1, title="Login to \\"apps\\"", '
                    b'Basic realm="r"'
                ),
                [
                    (
                        b"newauth",
                        b"",
                        {
                            b"realm": b"apps",
                            b"type": b"1",
                            b"title": b'Login to "apps"',
                        },
                    ),
                    basic,
                ],
            ),
            (
                b'Digest realm="a, b=\\"c\\", Basic realm=\\\\", qop="auth,auth-int"',
                [
                    (
                        b"digest",
                        b"",
                        {
                            b"realm": b'a, b="c", Basic realm=\\',
                            b"qop": b"auth,auth-int",
                        },
                    )
                ],
            ),
            (
                b'X realm="gr\xc3\xbc\xc3\x9fe"',
                [(b"x", b"", {b"realm": b"gr\xc3\xbc\xc3\x9fe"})],
            ),
            (b'Basic realm=""', [(b"basic", b"", {b"realm": b""})]),
            (b"", []),
            (b" , \t,", []),
        ):
            self.assertEqual(read(value), expected, value)

    def test_several_fields_are_read_in_order(self) -> None:
        """One list, however it was cut into lines."""
        apart = read(b"NTLM", b'Digest realm="d", nonce="n"', b"Basic realm=r")
        joined = read(b'NTLM, Digest realm="d", nonce="n", Basic realm=r')
        self.assertEqual(apart, joined)
        self.assertEqual([c[0] for c in apart], [b"ntlm", b"digest", b"basic"])

    def test_broken_challenges_are_skipped_and_good_ones_found(self) -> None:
        """Before them and behind them; a parameter is never given to another one."""
        good = (b"basic", b"", {b"realm": b"r"})
        for broken in (
            b'Digest realm="x" nonce="y"',
            b"Digest realm=",
            b'Digest realm=x"y"',
            b'Digest realm="x"y',
            b"Digest realm=x;charset=y",
            b"Digest realm=x, realm=y",
            b"Digest =x",
            b"Digest realm=a, Digest b c d",
            b"Digest abc def",
            b"Digest abc=, realm=x",
            b'Digest realm="a\x00b"',
            b'"Digest realm=x"',
            b'Digest "realm=x, Other realm=y"',
            b"(Digest)",
            b"Digest(x)",
            b"realm=x",
            b'Digest realm="x" nonce="y", qop=auth, algorithm=MD5',
        ):
            behind = read(broken + b', Basic realm="r"')
            self.assertEqual(behind[-1], good, broken)
            self.assertNotIn(b"digest", [c[0] for c in behind[1:]], broken)
            if broken != b"realm=x":  # that would be a second one of the same
                before = read(b'Basic realm="r", ' + broken)
                self.assertEqual(before[0][0], b"basic", broken)
            self.assertEqual(read(broken, b"Basic realm=r")[-1], good, broken)

    def test_quote_that_does_not_end_takes_the_rest(self) -> None:
        """Whatever looks like a challenge in it is none."""
        for value in (
            b'Digest realm="x, Basic realm=r',
            b'Digest realm="x, Basic realm=r\\',
            b'"x, Basic realm=r',
        ):
            self.assertEqual(read(value), [], value)

    def test_cut_at_every_position_what_had_ended_stays(self) -> None:
        """A list that was cut short changes nothing about what came before."""
        value = (
            b'NTLM abc=, Digest realm="d, \\"e\\"", nonce=n, qop="auth", '
            b'Basic realm="r", Other'
        )
        whole = read(value)
        starts = [value.index(name) for name in (b"Digest", b"Basic", b"Other")]
        for cut in range(len(value)):
            ended = sum(start <= cut for start in starts)
            part = read(value[:cut])
            self.assertEqual(part[:ended], whole[:ended], cut)
            self.assertLessEqual(len(part), ended + 2, cut)

    def test_it_is_bounded(self) -> None:
        """A hostile server makes neither work nor memory without limit."""
        many = read(b", ".join(b"S%d a=b" % n for n in range(5000)))
        self.assertEqual(len(many), 16)
        self.assertEqual(many[-1], (b"s15", b"", {b"a": b"b"}))
        crowded = b"S " + b", ".join(b"p%d=1" % n for n in range(33))
        self.assertEqual(read(crowded + b", Basic realm=r")[0][0], b"basic")
        # What would take minutes, if any of it were read again and again.
        for piece in (
            b" ",
            b",",
            b'"',
            b"\\",
            b"=",
            b"a",
            b"a ",
            b"a=",
            b'"\\',
            b"a,=",
        ):
            for start in (b"", b"Basic ", b'Basic realm="', b"a=b,"):
                read(start + piece * (65536 // len(piece)))

    def test_repr_shows_no_token(self) -> None:
        """It may be somebody's."""
        self.assertEqual(
            repr(read_challenges([b"Negotiate c2VjcmV0"])[0]), "<Challenge negotiate>"
        )
