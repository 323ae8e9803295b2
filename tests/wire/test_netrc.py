""".netrc files: what they say, what is wrong with them, and what is never shown."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twinet._wire.netrc import NetrcError, parse_netrc
from twinet.records import Credentials


class NetrcTests(SynchronousTestCase):
    """The syntax of ftp(1)'s manual page, and curl's quotes."""

    def said(self, text: str, host: str = "h.test") -> tuple[str, str] | None:
        """Return who one is at a host."""
        found = parse_netrc(text).credentials_for(host)
        return None if found is None else (found.username, found.password)

    def test_entries(self) -> None:
        """On one line or on many, in any order of its words."""
        for text in (
            "machine h.test login u password p",
            "machine\th.test\r\n  password p\r\n  account x login u\r\n",
            "machine other login a password b\nmachine H.Test login u password p\n",
            '\ufeffmachine "h.test" login "u" password "p"',
            "# machine h.test login a\nmachine h.test # login a\n login u password p",
            "macdef init\nmachine h.test\nput x\n\nmachine h.test login u password p",
            "default login u password p",
            "machine h.test login u password p machine h.test login v password q",
            "machine h.test login u password p\nmacdef init\nbye",
        ):
            self.assertEqual(self.said(text), ("u", "p"), text)

    def test_words(self) -> None:
        """What passwords are made of."""
        for written, password in (
            ("#p", "#p"),
            ("a#b", "a#b"),
            ("machine", "machine"),
            ("default", "default"),
            ("macdef", "macdef"),
            (r"a\b", r"a\b"),
            ('a"b', 'a"b'),
            (r'"a b\"\\c\d"', 'a b"\\cd'),
            ('""', ""),
            ('"machine"', "machine"),
            ("p\u00e4ss", "p\u00e4ss"),
        ):
            text = f"machine h.test password {written} login u\nmachine x login y"
            self.assertEqual(self.said(text), ("u", password), written)

    def test_which_entry_counts(self) -> None:
        """The first for a host; another when its user is asked for; then default."""
        netrc = parse_netrc(
            "machine a login u password 1 machine a login v password 2\n"
            "default login w password 3 machine b login x password 4\n"
            "default login y password 5"
        )
        for host, username, password in (
            ("a", None, "1"),
            ("a", "u", "1"),
            ("a", "v", "2"),
            ("a", "w", None),
            ("b", None, "4"),
            ("c", None, "3"),
            ("c", "w", "3"),
            ("c", "y", None),
        ):
            found = netrc.credentials_for(host, username)
            self.assertEqual(None if found is None else found.password, password)
        self.assertIn("anybody", netrc.hosts)
        self.assertIsNone(netrc.credentials_for("c", by_name=True))
        self.assertIsNotNone(netrc.credentials_for("a", by_name=True))

    def test_hosts_are_names_as_for_connecting(self) -> None:
        """International ones, and addresses."""
        for written, host in (
            ("b\u00fccher.example", "xn--bcher-kva.example"),
            ("[::1]", "::1"),
            ("0:0::1", "::1"),
            ("127.0.0.1", "127.0.0.1"),
        ):
            netrc = parse_netrc(f"machine {written} login u")
            self.assertEqual(netrc.credentials_for(host), Credentials("u", ""))
            self.assertIn(host, netrc.hosts)
            self.assertNotIn("x", netrc.hosts)
            self.assertFalse(netrc.secret)

    def test_empty(self) -> None:
        """Says nothing of anybody."""
        for text in ("", "\n \n", "# nothing", "macdef x\n"):
            netrc = parse_netrc(text)
            self.assertIsNone(netrc.credentials_for("h.test"))
            self.assertNotIn("h.test", netrc.hosts)

    def test_what_is_wrong_is_told_by_its_line_alone(self) -> None:
        """Half of it may be a password."""
        entry = "machine h.test\nlogin u\n"
        for text, line, words in (
            (entry + "password my sesame", 3, "double quotes"),
            (entry + "password x\nsesame x", 4, "none of"),
            (entry + "# c\n\npassword", 5, "nothing follows password"),
            (entry + "macdef x\na\n\nsesame", 6, "none of"),
            (entry + 'password "sesame', 3, "quote"),
            (entry + 'password "sesame\nx"', 3, "quote"),
            (entry + 'password "sesame"x', 3, "quote"),
            (entry + '"password" sesame', 3, "none of"),
            ("login sesame", 1, "before the first machine"),
            ("machine", 1, "nothing follows machine"),
            (entry + "password sesame\x7f", 3, "control character"),
            ("machine h\nlogin ses:ame", 2, "colon"),
            ("\nmachine sesame/x", 2, "no host name"),
            ("machine [sesame:x", 1, "no host name"),
        ):
            error: BaseException | None = self.assertRaises(
                NetrcError, parse_netrc, text
            )
            self.assertTrue(str(error).startswith(f"line {line}: "), f"{text}: {error}")
            self.assertIn(words, str(error))
            while error is not None:
                if isinstance(error, NetrcError):
                    self.assertNotIn("sesame", repr(error))
                error = error.__cause__

    def test_nothing_secret_is_shown(self) -> None:
        """By what prints an object."""
        netrc = parse_netrc("machine h login u password sesame")
        self.assertNotIn("sesame", repr(netrc))
        self.assertTrue(netrc.secret)
