"""br by the letter of RFC 7932, and what its package does not say."""

from __future__ import annotations

import random

import brotli
from twisted.trial.unittest import SynchronousTestCase

from tests.wire.coded import BR, TEXT, decode, pieces_of
from twinet._wire.decoding import Decoder
from twinet._wire.stage import PIECE
from twinet.errors import DecodingFailed
from twinet.records import Limits


class StreamTests(SynchronousTestCase):
    """Windows and ends."""

    def test_every_window_and_quality(self) -> None:
        """16 to 24 bits, 0 to 11."""
        data = random.Random(2).randbytes(5000) * 3 + TEXT
        for window in range(10, 25):
            raw = brotli.compress(data, lgwin=window, quality=5)
            self.assertEqual(decode(BR, raw), data)
        for quality in range(12):
            raw = brotli.compress(data, quality=quality)
            self.assertEqual(decode(BR, raw), data)

    def test_large_window_is_refused(self) -> None:
        """It is no part of the coding (RFC 7932, section 9.1, has no such pattern)."""
        with self.assertRaises(DecodingFailed):
            decode(BR, b"\x11\x1e\x3b")

    def test_flushed_pieces(self) -> None:
        """A server that flushes is heard at once."""
        stream = brotli.Compressor(quality=5)
        decoder = Decoder(BR, Limits())
        for part in (b"first", b"second", b"third"):
            decoder.feed(stream.process(part) + stream.flush())
            self.assertEqual(b"".join(pieces_of(decoder)), part)
        self.assertRaises(DecodingFailed, decoder.end)
        decoder.feed(stream.finish())
        self.assertEqual(pieces_of(decoder), [])
        decoder.end()

    def test_output_that_waits_when_all_input_is_used_up(self) -> None:
        """The package takes more input then; what it owes must come first."""
        for size in (PIECE - 1, PIECE, 3 << 20, (3 << 20) + 17):
            decoder = Decoder(BR, Limits())
            decoder.feed(brotli.compress(bytes(size), quality=5))
            self.assertEqual(sum(map(len, pieces_of(decoder))), size)
            decoder.end()

    def test_what_follows_the_end(self) -> None:
        """In the same piece or in a later one."""
        raw = brotli.compress(TEXT)
        with self.assertRaisesRegex(DecodingFailed, "the br body .*behind its end"):
            decode(BR, raw + b"x")
        with self.assertRaisesRegex(DecodingFailed, "the br body goes on behind its"):
            decode(BR, raw, b"x")
