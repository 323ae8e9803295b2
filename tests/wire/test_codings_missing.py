"""Without the packages for br and zstd: nothing breaks, and nothing is promised."""

from __future__ import annotations

import types

from twisted.trial.unittest import SynchronousTestCase

from tests.wire.coded import GZIP, TEXT, decode, member
from tests.wire.missing import BROTLI, ZSTD, without
from twinet._wire import decoding


class MissingTests(SynchronousTestCase):
    """What is not there is not announced, and left alone if it comes."""

    def setUp(self) -> None:
        # Found once before, so that what is seen below is not a first time.
        self.assertEqual(decoding.announced(), b"gzip, deflate, br, zstd")

    def test_brotli_is_missing(self) -> None:
        """The rest works as ever."""
        without(self, *BROTLI)
        self.assertEqual(decoding.announced(), b"gzip, deflate, zstd")
        self.assertEqual(decoding.codings_of([b"br"]), ())
        self.assertEqual(decoding.codings_of([b"gzip, br"]), ())
        self.assertEqual(decoding.codings_of([b"zstd"]), ("zstd",))
        self.assertEqual(decode(GZIP, member(TEXT)), TEXT)

    def test_zstd_is_missing(self) -> None:
        """The rest works as ever."""
        without(self, *ZSTD)
        self.assertEqual(decoding.announced(), b"gzip, deflate, br")
        self.assertEqual(decoding.codings_of([b"zstd"]), ())
        self.assertEqual(decoding.codings_of([b"br"]), ("br",))

    def test_both_are_missing(self) -> None:
        """As after an installation without the extras."""
        without(self, *BROTLI)
        without(self, *ZSTD)
        self.assertEqual(decoding.announced(), b"gzip, deflate")

    def test_brotli_is_too_old(self) -> None:
        """What it gives at a time has no bound: it is as good as none."""
        old = types.ModuleType("brotli")
        old.Decompressor = type("Decompressor", (), {"process": None})  # type: ignore[attr-defined]  # made here
        without(self, *BROTLI, old)
        self.assertEqual(decoding.announced(), b"gzip, deflate, zstd")
        self.assertEqual(decoding.codings_of([b"br"]), ())
