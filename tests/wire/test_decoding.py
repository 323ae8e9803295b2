"""Bodies in every coding: whole, in pieces, cut short and damaged."""

from __future__ import annotations

import random
import zlib

from twisted.trial.unittest import SynchronousTestCase

from tests.wire.coded import (
    BR,
    DEFLATE,
    GOOD,
    GZIP,
    SHRINKERS,
    TEXT,
    UNCHECKED,
    ZSTD,
    bare,
    br,
    decode,
    frame,
    member,
    pieces_of,
    skippable,
    zlib_format,
)
from twinet._wire.decoding import FREE, Decoder, _maker, announced, codings_of
from twinet._wire.stage import PIECE
from twinet.errors import DecodingFailed
from twinet.records import Limits


class CodingTests(SynchronousTestCase):
    """What a Content-Encoding field says."""

    def test_codings_are_named_in_order(self) -> None:
        """Whatever their case, their lines and their blanks."""
        for values, expected in (
            ([b"gzip"], ("gzip",)),
            ([b"X-GZip"], ("gzip",)),
            ([b"deflate , gzip"], ("deflate", "gzip")),
            ([b"deflate", b",gzip,"], ("deflate", "gzip")),
            ([b"identity"], ()),
            ([b"Identity, gzip, identity"], ("gzip",)),
            ([b""], ()),
            ([], ()),
            ([b"BR"], ("br",)),
            ([b"zstd,br"], ("zstd", "br")),
            ([b"gzip, gzip, gzip, gzip, gzip"], ("gzip",) * 5),
        ):
            self.assertEqual(codings_of(values), expected, values)

    def test_unknown_coding_leaves_everything_alone(self) -> None:
        """There is no use in undoing the half of it."""
        for value in (
            b"compress",
            b"dcb",
            b"compress, gzip",
            b"gzip, compress",
            b"x-br",
            b"gzip;q=1",
            b"gzip deflate",
            b"gz\xedp",
            b"gzip, gzip, gzip, gzip, gzip, gzip",
        ):
            self.assertEqual(codings_of([value]), (), value)

    def test_unknown_names_are_not_remembered(self) -> None:
        """Servers could fill the memory with them."""
        for number in range(100):
            codings_of([b"x-%d" % number])
        self.assertLessEqual(_maker.cache_info().currsize, 4)

    def test_all_that_is_installed_is_asked_for(self) -> None:
        """In the order of the browsers."""
        self.assertEqual(announced(), b"gzip, deflate, br, zstd")


class PieceTests(SynchronousTestCase):
    """How the input is cut changes nothing."""

    def test_whole_bytewise_and_cut_at_every_position(self) -> None:
        """Also with empty pieces in between."""
        for name, (codings, raw, text) in GOOD.items():
            self.assertEqual(decode(codings, raw), text, name)
            single = [raw[i : i + 1] for i in range(len(raw))]
            self.assertEqual(decode(codings, *single), text, name)
            for cut in range(len(raw) + 1):
                pieces = (raw[:cut], b"", raw[cut:])
                self.assertEqual(decode(codings, *pieces), text, f"{name} at {cut}")

    def test_everything_may_be_fed_before_anything_is_taken(self) -> None:
        """The rest waits inside."""
        for name, (codings, raw, text) in GOOD.items():
            decoder = Decoder(codings, Limits())
            for place in range(len(raw)):
                decoder.feed(raw[place : place + 1])
            out = b"".join(pieces_of(decoder))
            decoder.end()
            self.assertEqual(out, text, name)

    def test_no_piece_is_longer_than_promised(self) -> None:
        """However much of it comes of one byte; a piece may be just full."""
        for size in (PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 999_999):
            for codings, coded in (
                (GZIP, member(bytes(size))),
                (DEFLATE, bare(bytes(size))),
                (BR, br(bytes(size))),
                (ZSTD, frame(bytes(size))),
                (("deflate", "gzip"), member(zlib_format(bytes(size)))),
                (("br", "zstd"), frame(br(bytes(size)))),
            ):
                decoder = Decoder(codings, Limits())
                decoder.feed(coded)
                sizes = [len(piece) for piece in pieces_of(decoder)]
                decoder.end()
                self.assertEqual(sum(sizes), size)
                self.assertLessEqual(max(sizes), PIECE)

    def test_long_input_that_does_not_shrink(self) -> None:
        """Random bytes, in pieces longer than what a stage is given."""
        data = random.Random(1).randbytes(300_000)
        for coding, make in SHRINKERS.items():
            coded = make(data)
            self.assertEqual(decode((coding,), coded[:200_001], coded[200_001:]), data)


class DamageTests(SynchronousTestCase):
    """An error, or the same data: never other data."""

    def fails(self, codings: tuple[str, ...], raw: bytes, name: str) -> DecodingFailed:
        try:
            decode(codings, raw)
        except DecodingFailed as error:
            self.assertEqual(error.code, 12175)
            return error
        return self.fail(f"{name}: nothing was wrong")

    def test_cut_short_at_every_position(self) -> None:
        """But for the places at which a member ends, and the empty body."""
        whole = {
            "gzip, three members": {
                len(member(TEXT)),
                len(member(TEXT) + member(b"")),
            },
            "gzip, padded": set(range(len(member(TEXT)), len(member(TEXT)) + 9)),
            "zstd, frames": {
                len(frame(TEXT)),
                len(frame(TEXT) + frame(b"")),
            },
            "zstd, frames to be skipped": {
                len(skippable(b"index")),
                len(skippable(b"index") + frame(TEXT)),
                len(skippable(b"index") + frame(TEXT) + skippable(b"")),
            },
        }
        for name, (codings, raw, _) in GOOD.items():
            for cut in range(1, len(raw)):
                if cut not in whole.get(name, ()):
                    error = self.fails(codings, raw[:cut], f"{name} at {cut}")
                    self.assertIn("too early", str(error))

    def test_damage_at_every_byte(self) -> None:
        """Each bit of it, and some more at a time."""
        for name, (codings, raw, text) in GOOD.items():
            if name.startswith(UNCHECKED):
                continue
            for place in range(len(raw)):
                for change in (*(1 << bit for bit in range(8)), 0xFF, raw[place] or 85):
                    hurt = bytearray(raw)
                    hurt[place] ^= change
                    try:
                        found = decode(codings, bytes(hurt))
                    except DecodingFailed:
                        continue
                    self.assertEqual(found, text, f"{name}: byte {place} ^ {change}")

    def test_damage_that_nothing_checks_raises_nothing_else(self) -> None:
        """What is not noticed is at least no other kind of failure."""
        seen = missed = 0
        for codings, raw in (
            (DEFLATE, bare(TEXT)),
            (BR, br(TEXT)),
            (ZSTD, GOOD["zstd, a byte nine times"][1]),
        ):
            for place in range(len(raw)):
                for change in range(1, 256, 7):
                    hurt = bytearray(raw)
                    hurt[place] ^= change
                    try:
                        decode(codings, bytes(hurt))
                        missed += 1
                    except DecodingFailed:
                        seen += 1
        self.assertGreater(seen, missed)

    def test_bytes_lost_and_bytes_twice(self) -> None:
        """Lengths and check sums find them."""
        for name, (codings, raw, text) in GOOD.items():
            if name.startswith((*UNCHECKED, "gzip, padded")):
                continue
            for place in range(len(raw)):
                for other in (
                    raw[:place] + raw[place + 1 :],
                    raw[: place + 1] + raw[place:],
                ):
                    try:
                        found = decode(codings, other)
                    except DecodingFailed:
                        continue
                    self.assertEqual(found, text, f"{name} at {place}")

    def test_what_goes_on_behind_the_end(self) -> None:
        """Only a member or zeros may follow a gzip member, and a frame a frame."""
        for codings, raw in (
            (GZIP, member(TEXT) + b"junk"),
            (GZIP, member(TEXT) + b"\x1f"),
            (GZIP, member(TEXT) + b"\r\n"),
            (GZIP, member(TEXT) + b"\0\0x"),
            (GZIP, member(TEXT) + b"\0" + member(TEXT)),
            (DEFLATE, zlib_format(TEXT) + b"\0"),
            (DEFLATE, bare(TEXT) + b"\0"),
            (DEFLATE, zlib_format(TEXT) * 2),
            (BR, br(TEXT) + b"\0"),
            (BR, br(TEXT) + b"junk"),
            (BR, br(TEXT) * 2),
            (ZSTD, frame(TEXT) + b"\0"),
            (ZSTD, frame(TEXT) + b"\0" * 9),
            (ZSTD, frame(TEXT) + b"junk and more"),
            (ZSTD, frame(TEXT) + frame(TEXT)[1:]),
            (ZSTD, skippable(b"x") + b"junk and more"),
        ):
            self.fails(codings, raw, repr(raw[-4:]))
            with self.assertRaises(DecodingFailed):
                decode(codings, *[raw[i : i + 1] for i in range(len(raw))])

    def test_other_things_than_what_was_announced(self) -> None:
        """An error page in plain text, the other coding, a dictionary."""
        stream = zlib.compressobj(zdict=TEXT)
        preset = stream.compress(TEXT) + stream.flush()
        for codings, raw in (
            (GZIP, b"<html>no gzip at all</html>"),
            (GZIP, bytes(20)),
            (GZIP, zlib_format(TEXT)),
            (DEFLATE, member(TEXT)),
            (DEFLATE, b"<html>no deflate at all</html>"),
            (DEFLATE, preset),
            (BR, b"<html>no br at all</html>"),
            (BR, member(TEXT)),
            (BR, frame(TEXT)),
            (ZSTD, b"<html>no zstd at all</html>"),
            (ZSTD, member(TEXT)),
            (ZSTD, br(TEXT)),
        ):
            error = self.fails(codings, raw, repr(raw[:8]))
            self.assertIn(f"the {codings[0]} body", str(error))
            self.assertIn("Accept-Encoding: identity", str(error))


#: What swells to some more than the ratio lets alone, of each coding: short pieces,
#: joined where that may be, as long ones take long to make.
MIB = bytes(1 << 20)
SWOLLEN = FREE + (8 << 20)
TIMES = SWOLLEN >> 20
BOMBS = {
    ("br",): br(bytes(SWOLLEN)),
    ("zstd",): frame(MIB) * TIMES,
    ("gzip", "gzip"): member(member(MIB) * TIMES),
    ("zstd", "gzip"): member(frame(MIB) * TIMES),
    ("gzip", "br"): br(member(MIB) * TIMES),
}


class BombTests(SynchronousTestCase):
    """A few bytes that mean very many."""

    def size_until_refused(
        self, codings: tuple[str, ...], coded: bytes, limits: Limits, name: str
    ) -> int:
        """Take what comes before the error that names a limit."""
        decoder = Decoder(codings, limits)
        decoder.feed(coded)
        sizes = [0]
        with self.assertRaises(DecodingFailed) as caught:
            while (piece := decoder.take()) is not None:
                sizes.append(len(piece))
        self.assertIn(f"limits.{name}", str(caught.exception))
        self.assertEqual(caught.exception.code, 12175)
        self.assertLessEqual(max(sizes), PIECE)
        return sum(sizes)

    def test_gzip_and_deflate_alone_never_meet_the_ratio(self) -> None:
        """A file of zeros is no bomb."""
        for codings, coded in (
            (GZIP, member(MIB) * TIMES),
            (DEFLATE, bare(bytes(SWOLLEN))),
        ):
            self.assertGreater(SWOLLEN / len(coded), 900)
            decoder = Decoder(codings, Limits())
            decoder.feed(coded)
            size = sum(map(len, pieces_of(decoder)))
            decoder.end()
            self.assertEqual(size, SWOLLEN)

    def test_ratio_stops_all_others(self) -> None:
        """Behind the first 64 MiB, and not one piece later."""
        for codings, coded in BOMBS.items():
            self.assertGreater(SWOLLEN / len(coded), 1100, codings)
            size = self.size_until_refused(codings, coded, Limits(), "decoded_ratio")
            self.assertLessEqual(size, FREE, codings)
            self.assertGreater(size, FREE - PIECE, codings)

    def test_ratio_can_be_left_out(self) -> None:
        """Or raised."""
        coded = BOMBS["zstd",]
        for ratio in (None, 40_000):
            decoder = Decoder(ZSTD, Limits(decoded_ratio=ratio))
            decoder.feed(coded)
            self.assertEqual(sum(map(len, pieces_of(decoder))), SWOLLEN)

    def test_length_stops_every_coding(self) -> None:
        """At any size; what is just as long passes."""
        for coding, make in SHRINKERS.items():
            for most in (0, 1, 1000, PIECE, 3 * PIECE + 1):
                limits = Limits(decoded_bytes=most)
                text = bytes(most)
                self.assertEqual(decode((coding,), make(text), limits=limits), text)
                size = self.size_until_refused(
                    (coding,), make(bytes(most + 1)), limits, "decoded_bytes"
                )
                self.assertLessEqual(size, most)

    def test_limits_hold_between_two_codings(self) -> None:
        """What comes to nothing in the end was much on the way."""
        nothing = member(b"") * (1 << 16)
        coded = br(nothing)
        self.assertEqual(decode(("gzip", "br"), coded), b"")
        size = self.size_until_refused(
            ("gzip", "br"), coded, Limits(decoded_bytes=len(nothing) - 1), "decoded"
        )
        self.assertEqual(size, 0)

    def test_a_little_of_it_is_free(self) -> None:
        """Small bodies may shrink as well as they can."""
        text = bytes(10 << 20)
        for codings, coded in (
            (BR, br(text)),
            (ZSTD, frame(text)),
            (("gzip", "gzip"), member(member(text))),
        ):
            self.assertGreater(len(text) / len(coded), 1100)
            self.assertEqual(decode(codings, coded), text)

    def test_members_without_content_end(self) -> None:
        """They make nothing of something, in steps that count as work."""
        for codings, empty in ((GZIP, member(b"")), (ZSTD, frame(b""))):
            decoder = Decoder(codings, Limits())
            decoder.feed(empty * 5000)
            most = before = decoder.work
            while (piece := decoder.take()) is not None:
                self.assertEqual(piece, b"")
                most = max(most, decoder.work - before)
                before = decoder.work
            self.assertGreater(decoder.work, 5000 * 1000)
            self.assertLess(most, decoder.work / 2)

    def test_nothing_is_decoded_before_it_is_taken(self) -> None:
        """Damage behind the first piece is found when it is asked for."""
        decoder = Decoder(GZIP, Limits())
        decoder.feed(member(bytes(5 * PIECE))[:-8] + bytes(8))
        sizes = []
        with self.assertRaises(DecodingFailed):
            while (piece := decoder.take()) is not None:
                sizes.append(len(piece))
        self.assertEqual([size for size in sizes if size], [PIECE] * 4)
