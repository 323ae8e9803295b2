"""Targets in other character sets than UTF-8, by the numbers of Windows."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from twinet._wire.url_charset import charset_of, recoded
from twinet.errors import InvalidParameter, InvalidUrl


class CharsetTests(SynchronousTestCase):
    """Code pages, and what they make of a target."""

    def test_code_pages_have_names(self) -> None:
        """Windows' own, and those that others have defined."""
        for page, name in (
            *((65001, "utf-8"), (1252, "cp1252"), (932, "cp932"), (936, "gbk")),
            *((437, "cp437"), (20866, "koi8-r"), (28591, "iso8859-1")),
            *((28605, "iso8859-15"), (51932, "euc_jp"), (54936, "gb18030")),
        ):
            self.assertEqual(charset_of(page), name)

    def test_other_numbers_are_refused(self) -> None:
        """UTF-16, encodings with a state, the system's own, and what is no number."""
        wrong: tuple[Any, ...] = (0, 1200, 65000, 50220, -1252, 1252.0, "1252", True)
        for page in (*wrong, None):
            error = self.assertRaises(InvalidParameter, charset_of, page)
            self.assertIn(repr(page), error.message)

    def test_each_part_has_its_own(self) -> None:
        """The first question mark parts them; what is ASCII stays."""
        for target, expected in (
            ("/a b?c=%FC#d", "/a b?c=%FC#d"),
            ("/ü?ü", "/%FC?%81"),
            ("/ü?ü?ü", "/%FC?%81?%81"),
            ("ü", "%FC"),
            ("?ü", "?%81"),
        ):
            self.assertEqual(recoded(target, "cp1252", "cp437"), expected)
        self.assertEqual(recoded("/日本", "cp932", "utf-8"), "/%93%FA%96%7B")

    def test_character_that_is_not_in_the_set(self) -> None:
        """12005; a replacement would ask for something else."""
        for target in ("/日", "/?日", "/\ud800"):
            error = self.assertRaises(InvalidUrl, recoded, target, "cp1252", "cp437")
            self.assertEqual(error.code, 12005)
