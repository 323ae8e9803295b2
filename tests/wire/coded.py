"""Coded bodies to order, good ones of every kind, and how they are decoded in tests."""

from __future__ import annotations

import gzip
import struct
import sys
import zlib
from typing import TYPE_CHECKING

import brotli

from twinet._wire.decoding import Decoder
from twinet.records import Limits

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "BR",
    "DEFLATE",
    "GOOD",
    "GZIP",
    "SHRINKERS",
    "TEXT",
    "UNCHECKED",
    "ZSTD",
    "bare",
    "br",
    "decode",
    "frame",
    "full_member",
    "member",
    "pieces_of",
    "skippable",
    "streamed_frame",
    "zlib_format",
    "zstd",
]

TEXT = b"".join(b"line %d of what is sent\n" % n for n in range(40))

GZIP = ("gzip",)
DEFLATE = ("deflate",)
BR = ("br",)
ZSTD = ("zstd",)

_CHECKED: dict[int, int] = {zstd.CompressionParameter.checksum_flag: 1}


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


def br(data: bytes) -> bytes:
    coded: bytes = brotli.compress(data, quality=5)
    return coded


def frame(data: bytes) -> bytes:
    """Make a zstd frame with its length and a check sum."""
    return zstd.compress(data, options=_CHECKED)


def streamed_frame(data: bytes) -> bytes:
    """Make a frame of several blocks that does not know its length beforehand."""
    stream = zstd.ZstdCompressor(options=_CHECKED)
    third = len(data) // 3
    pieces = [data[:third], data[third : 2 * third], data[2 * third :]]
    blocks = [stream.compress(piece, stream.FLUSH_BLOCK) for piece in pieces]
    return b"".join(blocks) + stream.flush()


def skippable(data: bytes, kind: int = 0) -> bytes:
    """Make a frame that brings nothing (RFC 8878, section 3.1.2)."""
    return struct.pack("<II", 0x184D2A50 + kind, len(data)) + data


#: Of each coding one that makes much shorter what says little.
SHRINKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": member,
    "deflate": bare,
    "br": br,
    "zstd": frame,
}

#: RFC 1951, 3.2.4: one stored block, the last one.
_STORED = b"\x01\x02\x00\xfd\xffhi"

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
    "bare, by hand": (DEFLATE, _STORED, b"hi"),
    "bare, fixed codes": (DEFLATE, bare(b"ab"), b"ab"),
    "br": (BR, br(TEXT), TEXT),
    "br of nothing": (BR, br(b""), b""),
    # RFC 7932, section 9: each is put together by hand.
    "br, an empty window of 16 bits": (BR, b"\x06", b""),
    "br, stored": (BR, b"\x10\x00\x10hi\x03", b"hi"),
    "br, what is skipped": (BR, b"\xac\x00\xab\xcd\x03", b""),
    "zstd": (ZSTD, frame(TEXT), TEXT),
    "zstd of nothing": (ZSTD, frame(b""), b""),
    "zstd, streamed": (ZSTD, streamed_frame(TEXT), TEXT),
    "zstd, frames": (
        ZSTD,
        frame(TEXT) + frame(b"") + streamed_frame(b"the end"),
        TEXT + b"the end",
    ),
    "zstd, frames to be skipped": (
        ZSTD,
        skippable(b"index", 15) + frame(TEXT) + skippable(b"") + frame(b"more"),
        TEXT + b"more",
    ),
    "zstd, nothing but what is skipped": (ZSTD, skippable(b"index"), b""),
    # RFC 8878, section 3.1.1: each is put together by hand.
    "zstd, a raw block": (ZSTD, b"\x28\xb5\x2f\xfd\x20\x02\x11\x00\x00hi", b"hi"),
    "zstd, a byte nine times": (
        ZSTD,
        b"\x28\xb5\x2f\xfd\x00\x58\x4b\x00\x00x",
        b"x" * 9,
    ),
    "zstd, the check sum of nothing": (
        ZSTD,
        b"\x28\xb5\x2f\xfd\x24\x00\x01\x00\x00\x99\xe9\xd8\x51",
        b"",
    ),
    "deflate, then gzip": (("deflate", "gzip"), member(zlib_format(TEXT)), TEXT),
    "gzip, then deflate": (("gzip", "deflate"), bare(member(TEXT)), TEXT),
    "br over gzip": (("gzip", "br"), br(member(TEXT)), TEXT),
    "zstd over br": (
        ("br", "zstd"),
        frame(br(TEXT)[:30]) + frame(br(TEXT)[30:]),
        TEXT,
    ),
    "five": (
        ("gzip", "br", "zstd", "deflate", "gzip"),
        member(zlib_format(frame(br(member(TEXT))))),
        TEXT,
    ),
    "gzip twice, members in members": (
        ("gzip", "gzip"),
        member(member(TEXT)[:50]) + member(member(TEXT)[50:] + member(b"x")),
        TEXT + b"x",
    ),
    "empty": (GZIP, b"", b""),
    "empty br": (BR, b"", b""),
    "empty zstd": (ZSTD, b"", b""),
    "empty, twice coded": (("deflate", "gzip"), b"", b""),
    "recorded": (
        DEFLATE,
        b"KIM\xcbI,IMQ(I\xad(QH!\x93\x07\x00",
        b"deflated text " * 5,
    ),
}

#: Those in which nothing checks what was said.
UNCHECKED = ("bare", "recorded", "br", "zstd, a raw", "zstd, a byte")


def pieces_of(decoder: Decoder) -> list[bytes]:
    """Take all that is there."""
    out = []
    while (piece := decoder.take()) is not None:
        if piece:
            out.append(piece)
    return out


def decode(
    codings: tuple[str, ...], *pieces: bytes, limits: Limits | None = None
) -> bytes:
    """Decode a whole body, piece by piece."""
    decoder = Decoder(codings, limits or Limits())
    out = []
    for piece in pieces:
        decoder.feed(piece)
        out += pieces_of(decoder)
    decoder.end()
    return b"".join(out)
