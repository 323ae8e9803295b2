"""Patterns as FtpFindFirstFile has them."""

from __future__ import annotations

import re
from random import Random

from twisted.trial.unittest import SynchronousTestCase

from twinet._wire.wildcard import Wildcard
from twinet.errors import InvalidParameter


class Wildcards(SynchronousTestCase):
    """wininet-reference, FtpFindFirstFile; PathMatchSpec for what it does not say."""

    def test_matches(self):
        """A star is any number, a question mark is one, and case does not count."""
        for pattern, yes, no in (
            ("*.csv", ("a.csv", ".csv", "A.CSV", "a.b.csv"), ("a.csvx", "acsv", "")),
            ("a*", ("a", "abc", "A.b"), ("ba", "")),
            ("a?c", ("abc", "a?c", "a.c", "ABC"), ("ac", "abbc")),
            ("???", ("abc",), ("ab", "abcd")),
            ("a*b*c", ("abc", "aXbXc", "abcbc"), ("acb", "abcd")),
            ("**x", ("x", "abx"), ("xa",)),
            ("[a]*", ("[a]b",), ("ab", "a")),
            ("a.b", ("a.b", "A.B"), ("axb",)),
            ("*.", ("a.",), ("a",)),
            ("ä*", ("ä", "Äb"), ("a",)),
            ("a*b", ("a\nb",), ("a\n",)),
            ("a?b", ("a\nb",), ("ab",)),
            ("\udcff*", ("\udcffa",), ("a",)),
        ):
            wildcard = Wildcard(pattern)
            for name in yes:
                self.assertTrue(wildcard.matches(name), (pattern, name))
            for name in no:
                self.assertFalse(wildcard.matches(name), (pattern, name))

    def test_everything(self):
        """Nothing, a star, and what DOS says for it, also of names without a dot."""
        for pattern in ("", "*", "*.*", "pub/", "pub/*", "pub/*.*"):
            wildcard = Wildcard(pattern)
            self.assertTrue(wildcard.everything)
            for name in ("a", "a.b", "", ".x"):
                self.assertTrue(wildcard.matches(name))

    def test_directory(self):
        """All up to the last slash is where to look."""
        for text, directory, pattern in (
            ("a", "", "a"),
            ("/", "/", ""),
            ("/a", "/", "a"),
            ("pub/a/*.txt", "pub/a/", "*.txt"),
            ("pub/", "pub/", ""),
        ):
            wildcard = Wildcard(text)
            self.assertEqual(
                (wildcard.directory, wildcard.pattern), (directory, pattern)
            )

    def test_plain(self):
        """A name without signs is the name of one."""
        self.assertTrue(Wildcard("pub/a").plain)
        self.assertFalse(Wildcard("pub/").plain)
        self.assertFalse(Wildcard("pub/a*").plain)
        self.assertFalse(Wildcard("a?").plain)

    def test_repr(self):
        """It shows what was looked for."""
        self.assertEqual(repr(Wildcard("pub/*.c")), "<Wildcard pub/*.c>")

    def test_signs_in_a_directory(self):
        """They fail, and the error says what to do."""
        for text in ("p*/a", "p?b/a", "*/", "/a/*/b*"):
            with self.assertRaises(InvalidParameter) as caught:
                Wildcard(text)
            self.assertIn("last part", str(caught.exception))

    def test_many_stars_take_no_time(self):
        """Not with a power of the length."""
        wildcard = Wildcard("*a" * 40 + "b")
        self.assertFalse(wildcard.matches("a" * 2000))
        self.assertTrue(wildcard.matches("a" * 2000 + "b"))

    def test_against_an_expression(self):
        """The same answers as one that goes back wherever it can."""
        dice = Random(959)
        for _ in range(3000):
            pattern = "".join(dice.choices("ab.*?*", k=dice.randrange(1, 7)))
            name = "".join(dice.choices("ab.", k=dice.randrange(7)))
            plain = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
            expected = pattern == "*.*" or re.fullmatch(plain, name) is not None
            self.assertEqual(Wildcard(pattern).matches(name), expected, (pattern, name))
