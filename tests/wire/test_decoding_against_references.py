"""Random bodies, whole and hurt, cut anyhow, against the reference decoders.

These are Python's ``gzip`` and ``zlib``, and the packages' own calls for a whole body.
"""

from __future__ import annotations

import gzip
import random
import zlib
from typing import TYPE_CHECKING

import brotli
from twisted.trial.unittest import SynchronousTestCase

from tests.wire.coded import SHRINKERS, decode, skippable, streamed_frame, zstd
from twinet.errors import DecodingFailed

if TYPE_CHECKING:
    from collections.abc import Callable

FAULTS = (EOFError, OSError, zlib.error, ValueError, brotli.error, zstd.ZstdError)


def _inflate(raw: bytes) -> bytes:
    wrapped = raw[0] & 0x8F == zlib.DEFLATED
    stream = zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)
    data = stream.decompress(raw)
    if not stream.eof or stream.unused_data:
        msg = "not the whole, or more than that"
        raise ValueError(msg)
    return data


#: name: how the reference decodes it all at once, and what it raises.
REFERENCES: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.decompress,
    "deflate": _inflate,
    "br": brotli.decompress,
    "zstd": zstd.decompress,
}


def some_data(chance: random.Random) -> bytes:
    """Make data that shrink well, or badly, or both."""
    parts = []
    for _ in range(chance.randrange(1, 5)):
        unit = chance.randbytes(chance.randrange(1, 60))
        parts.append(unit * chance.choice((0, 1, 2, 100, 3000)))
    return b"".join(parts)


def coded(chance: random.Random, coding: str) -> tuple[bytes, bytes]:
    """Make data and a body of it; where a body may have several streams, with some."""
    data = some_data(chance)
    raw = SHRINKERS[coding](data)
    if coding in ("gzip", "zstd") and chance.random() < 0.5:
        more = some_data(chance)
        raw += SHRINKERS[coding](more)
        data += more
    if coding == "zstd" and chance.random() < 0.5:
        more = some_data(chance)
        raw += skippable(more[:50], 3) + streamed_frame(more)
        data += more
    return data, raw


def cut(chance: random.Random, raw: bytes) -> list[bytes]:
    """Cut it at some places."""
    places = sorted(chance.randrange(len(raw) + 1) for _ in range(chance.randrange(9)))
    return [raw[a:b] for a, b in zip([0, *places], [*places, len(raw)], strict=True)]


def hurt(chance: random.Random, raw: bytes) -> bytes:
    """Change, lose or add something."""
    found = bytearray(raw)
    for _ in range(chance.choice((1, 1, 1, 5))):
        place = chance.randrange(len(found) or 1)
        match chance.randrange(4) if found else 3:
            case 0:
                found[place] ^= 1 << chance.randrange(8)
            case 1:
                found[place] = chance.randrange(256)
            case 2:
                del found[place : place + chance.randrange(1, 9)]
            case 3:
                found[place:place] = chance.randbytes(chance.randrange(1, 9))
    return bytes(found)


class ReferenceTests(SynchronousTestCase):
    """Each seed is a body."""

    def test_whole_bodies_cut_anyhow(self) -> None:
        """They mean what they were made of."""
        for coding in REFERENCES:
            for seed in range(60):
                chance = random.Random(f"{coding} {seed}")
                data, raw = coded(chance, coding)
                found = decode((coding,), *cut(chance, raw))
                self.assertEqual(found, data, f"{coding} {seed}")

    def test_stacks_cut_anyhow(self) -> None:
        """Up to five codings, in any order."""
        for seed in range(60):
            chance = random.Random(f"stack {seed}")
            codings = tuple(chance.choices(list(SHRINKERS), k=chance.randrange(2, 6)))
            data = raw = some_data(chance)
            for coding in codings:
                raw = SHRINKERS[coding](raw)
            self.assertEqual(decode(codings, *cut(chance, raw)), data, f"{seed}")

    def test_hurt_bodies(self) -> None:
        """Refused by both, or by neither, and then of the same meaning."""
        for coding, reference in REFERENCES.items():
            refused = 0
            for seed in range(300):
                chance = random.Random(f"hurt {coding} {seed}")
                data, whole = coded(chance, coding)
                raw = hurt(chance, whole) or b"x"
                try:
                    expected = reference(raw)
                except FAULTS:
                    expected = None
                try:
                    found = decode((coding,), *cut(chance, raw))
                except DecodingFailed as error:
                    found = None
                    refused += 1
                    # RFC 1952, 2.3.1.2: they must be refused; Python's does not look.
                    if "unknown header flags" in str(error):
                        continue
                if coding == "zstd" and expected is None and found in (b"", data):
                    # When libzstd streams it takes a wrong length in the header of
                    # right data, and a block of no size of the wrong kind.
                    continue
                self.assertEqual(found, expected, f"{coding} {seed}")
            # Enough of both kinds, or the above says little.
            self.assertGreater(refused, 100, coding)
