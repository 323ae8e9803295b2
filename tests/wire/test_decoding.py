"""Bodies in gzip and deflate: whole, in pieces, cut short and damaged."""

from __future__ import annotations

import gzip
import random
import struct
import zlib

from twisted.trial.unittest import SynchronousTestCase

from twinet._wire.decoding import FREE, PIECE, RATIO, Decoder, codings_of
from twinet.errors import DecodingFailed

TEXT = b"".join(b"line %d of what is sent\n" % n for n in range(40))


def zlib_format(data: bytes) -> bytes:
    return zlib.compress(data, 9)


def bare(data: bytes, level: int = 9) -> bytes:
    stream = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    return stream.compress(data) + stream.flush()


def member(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def full_member(data: bytes) -> bytes:
    """Make a member with every optional part, its head under a check sum of its own."""
    head = b"\x1f\x8b\x08\x1f\x00\x00\x00\x00\x00\x03"
    head += struct.pack("<H", 5) + b"extra" + b"name\x00" + b"comment\x00"
    head += struct.pack("<H", zlib.crc32(head) & 0xFFFF)
    return head + bare(data) + struct.pack("<II", zlib.crc32(data), len(data))


def decode(codings: tuple[str, ...], *pieces: bytes) -> bytes:
    decoder = Decoder(codings)
    out = []
    for piece in pieces:
        decoder.feed(piece)
        while found := decoder.take():
            out.append(found)
    decoder.end()
    return b"".join(out)


GZIP = ("gzip",)
DEFLATE = ("deflate",)

#: name: codings, what is sent, what it means.
GOOD: dict[str, tuple[tuple[str, ...], bytes, bytes]] = {
    "gzip": (GZIP, member(TEXT), TEXT),
    "gzip with every part": (GZIP, full_member(TEXT), TEXT),
    "gzip of nothing": (GZIP, member(b""), b""),
    "gzip, three members": (
        GZIP,
        member(TEXT) + member(b"") + full_member(b"end"),
        TEXT + b"end",
    ),
    "gzip, padded": (GZIP, member(TEXT) + bytes(9), TEXT),
    "zlib": (DEFLATE, zlib_format(TEXT), TEXT),
    "zlib of nothing": (DEFLATE, zlib_format(b""), b""),
    "bare": (DEFLATE, bare(TEXT), TEXT),
    "bare of nothing": (DEFLATE, bare(b""), b""),
    "bare, stored": (DEFLATE, bare(TEXT, 0), TEXT),
    "bare, fixed codes": (DEFLATE, bare(b"ab"), b"ab"),
    "deflate, then gzip": (("deflate", "gzip"), member(zlib_format(TEXT)), TEXT),
    "gzip, then deflate": (("gzip", "deflate"), bare(member(TEXT)), TEXT),
    "gzip twice, members in members": (
        ("gzip", "gzip"),
        member(member(TEXT)[:50]) + member(member(TEXT)[50:] + member(b"x")),
        TEXT + b"x",
    ),
    "empty": (GZIP, b"", b""),
    "empty, twice coded": (("deflate", "gzip"), b"", b""),
    "recorded": (
        DEFLATE,
        b"KIM\xcbI,IMQ(I\xad(QH!\x93\x07\x00",
        b"deflated text " * 5,
    ),
}


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
            ([b"gzip, gzip, gzip, gzip, gzip"], ("gzip",) * 5),
        ):
            self.assertEqual(codings_of(values), expected, values)

    def test_unknown_coding_leaves_everything_alone(self) -> None:
        """There is no use in undoing the half of it."""
        for value in (
            b"br",
            b"zstd",
            b"compress",
            b"br, gzip",
            b"gzip, br",
            b"gzip;q=1",
            b"gzip deflate",
            b"gz\xedp",
            b"gzip, gzip, gzip, gzip, gzip, gzip",
        ):
            self.assertEqual(codings_of([value]), (), value)


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
            decoder = Decoder(codings)
            for place in range(len(raw)):
                decoder.feed(raw[place : place + 1])
            out = b""
            while piece := decoder.take():
                out += piece
            decoder.end()
            self.assertEqual(out, text, name)

    def test_no_piece_is_longer_than_promised(self) -> None:
        """However much of it comes of one byte; a piece may be just full."""
        for size in (PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 999_999):
            for codings, coded in (
                (GZIP, member(bytes(size))),
                (DEFLATE, bare(bytes(size))),
                (("deflate", "gzip"), member(zlib_format(bytes(size)))),
            ):
                decoder = Decoder(codings)
                decoder.feed(coded)
                sizes = []
                while piece := decoder.take():
                    sizes.append(len(piece))
                decoder.end()
                self.assertEqual(sum(sizes), size)
                self.assertLessEqual(max(sizes), PIECE)

    def test_long_input_that_does_not_shrink(self) -> None:
        """Random bytes, in pieces longer than what zlib is given."""
        data = random.Random(1).randbytes(300_000)
        for codings, coded in ((GZIP, member(data)), (DEFLATE, bare(data))):
            self.assertEqual(decode(codings, coded[:200_001], coded[200_001:]), data)


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
        }
        for name, (codings, raw, _) in GOOD.items():
            for cut in range(1, len(raw)):
                if cut not in whole.get(name, ()):
                    error = self.fails(codings, raw[:cut], f"{name} at {cut}")
                    self.assertIn("too early", str(error))

    def test_damage_at_every_byte(self) -> None:
        """Each byte changed in several ways; bare deflate has no check sum."""
        for name, (codings, raw, text) in GOOD.items():
            if name.startswith(("bare", "recorded")):
                continue
            for place in range(len(raw)):
                for change in (0x01, 0x80, 0xFF, raw[place] or 0x55):
                    hurt = bytearray(raw)
                    hurt[place] ^= change
                    try:
                        found = decode(codings, bytes(hurt))
                    except DecodingFailed:
                        continue
                    self.assertEqual(found, text, f"{name}: byte {place} ^ {change}")

    def test_damage_to_bare_deflate_raises_nothing_else(self) -> None:
        """What is not noticed is at least no other kind of failure."""
        raw = bare(TEXT)
        for place in range(len(raw)):
            for change in range(1, 256, 7):
                hurt = bytearray(raw)
                hurt[place] ^= change
                try:
                    decode(DEFLATE, bytes(hurt))
                except DecodingFailed:
                    continue

    def test_bytes_lost_and_bytes_twice(self) -> None:
        """Lengths and check sums find them."""
        for name, (codings, raw, text) in GOOD.items():
            if name.startswith(("bare", "recorded", "gzip, padded")):
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
        """Only a gzip member or zeros may follow a gzip member."""
        for codings, raw in (
            (GZIP, member(TEXT) + b"junk"),
            (GZIP, member(TEXT) + b"\x1f"),
            (GZIP, member(TEXT) + b"\r\n"),
            (GZIP, member(TEXT) + b"\0\0x"),
            (GZIP, member(TEXT) + b"\0" + member(TEXT)),
            (DEFLATE, zlib_format(TEXT) + b"\0"),
            (DEFLATE, bare(TEXT) + b"\0"),
            (DEFLATE, zlib_format(TEXT) * 2),
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
        ):
            error = self.fails(codings, raw, repr(raw[:8]))
            self.assertIn(f"the {codings[0]} body", str(error))
            self.assertIn("Accept-Encoding: identity", str(error))


class BombTests(SynchronousTestCase):
    """A few bytes that mean very many."""

    def test_plain_swelling_is_let_through_bit_by_bit(self) -> None:
        """A file of zeros is no bomb: one coding alone is never refused."""
        for codings, coded in (
            (GZIP, member(bytes(20 << 20))),
            (DEFLATE, bare(bytes(20 << 20))),
        ):
            self.assertGreater((20 << 20) / len(coded), 1000)
            decoder = Decoder(codings)
            decoder.feed(coded)
            size = 0
            while piece := decoder.take():
                size += len(piece)
            decoder.end()
            self.assertEqual(size, 20 << 20)

    def test_codings_upon_each_other_are_stopped(self) -> None:
        """Behind the first MiB, at a ratio that one coding cannot reach."""
        coded = member(member(bytes(64 << 20)))
        self.assertLess(len(coded), 1000)
        decoder = Decoder(("gzip", "gzip"))
        decoder.feed(coded)
        size = 0

        def take_all() -> None:
            nonlocal size
            while piece := decoder.take():
                size += len(piece)

        error = self.assertRaises(DecodingFailed, take_all)
        self.assertIn("bomb", str(error))
        self.assertLessEqual(size, max(FREE, RATIO * len(coded)))

    def test_a_little_of_it_is_free(self) -> None:
        """Small bodies may shrink as well as they can."""
        text = bytes(FREE)
        self.assertEqual(decode(("gzip", "gzip"), member(member(text))), text)

    def test_members_without_content_end(self) -> None:
        """They make nothing of something, in steps."""
        self.assertEqual(decode(GZIP, member(b"") * 5000), b"")

    def test_nothing_is_decoded_before_it_is_taken(self) -> None:
        """Damage behind the first piece is found when it is asked for."""
        decoder = Decoder(GZIP)
        decoder.feed(member(bytes(5 * PIECE))[:-8] + bytes(8))
        for _ in range(4):
            self.assertEqual(len(decoder.take()), PIECE)
        self.assertRaises(DecodingFailed, lambda: [decoder.take() for _ in range(2)])
