"""Bodies that are cut, too long, framed wrongly, or coded so that they hurt."""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING

from tests.interop.hostile.case import (
    PATIENT,
    Case,
    Right,
    Wrong,
    answering,
    ok,
    resetting,
    saying,
)
from tests.wire.coded import br, frame
from twinet.errors import (
    ConnectionReset,
    DecodingFailed,
    HttpInvalidServerResponse,
    Truncated,
)

if TYPE_CHECKING:
    from tests.interop.hostile.server import Peer, Script

__all__ = ["BODIES", "CODINGS"]

_CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
_UNTIL_CLOSE = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"


def _chunked(rest: bytes) -> Script:
    return saying(_CHUNKED + rest)


def _invalid(words: str = "", data: bytes = b"") -> Wrong:
    return Wrong(HttpInvalidServerResponse, words, data)


def _flood(data: bytes, first: bytes) -> Script:
    async def script(peer: Peer) -> None:
        peer.send(first)
        await peer.flood(data)

    return script


def _later(data: bytes, more: bytes) -> Script:
    """Send more a moment after the answer."""

    async def script(peer: Peer) -> None:
        await peer.sent(data)
        await peer.pause(0.02)
        peer.send(more)

    return script


BODIES = [
    Case(
        "length too long",
        answering(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"),
        Wrong(Truncated, "5 of 9 bytes", b"hello"),
    ),
    Case(
        "length of exabytes",
        answering(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\nx" % (2**63 - 1)),
        Wrong(Truncated, f"1 of {2**63 - 1} bytes", b"x"),
    ),
    Case(
        "length too short",
        saying(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhello"),
        Right(b"hell"),
    ),
    Case("garbage after the answer", saying(ok(b"hello") + b"\0\1\2"), Right(b"hello")),
    Case(
        "garbage later",
        _later(ok(b"hello"), b"garbage"),
        Right(b"hello"),
        rest=0.05,
    ),
    Case(
        "a flood after the answer",
        _flood(b"x" * 65536, ok(b"hello")),
        Right(b"hello"),
        rest=0.02,
    ),
    Case(
        "a second answer at once",
        saying(ok(b"hello") + ok(b"evil page")),
        Right(b"hello"),
    ),
    Case(
        "a second answer later",
        _later(ok(b"hello"), ok(b"evil page")),
        Right(b"hello"),
        rest=0.05,
    ),
    Case(
        "204 with a body",
        saying(b"HTTP/1.1 204 No\r\n\r\nhello"),
        Right(b"", status=204),
    ),
    Case(
        "204 with a length",
        saying(b"HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\n"),
        Right(b"", status=204),
    ),
    Case(
        "304 with a body",
        saying(ok(b"hello", status=b"304 Not Modified")),
        Right(b"", status=304),
    ),
    Case("HEAD with a body", saying(ok(b"hello")), Right(b""), verb="HEAD"),
    Case(
        "HEAD with chunks",
        _chunked(b"5\r\nhello\r\n0\r\n\r\n"),
        Right(b""),
        verb="HEAD",
    ),
    Case(
        "HEAD with a length and nothing else",
        saying(b"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n"),
        Right(b"", kept=True),
        verb="HEAD",
    ),
    Case(
        "closed after the head",
        answering(ok(b"hello")[:-5]),
        Wrong(Truncated, "0 of 5"),
    ),
    Case(
        "until close, closed in order",
        answering(_UNTIL_CLOSE + b"to the end"),
        Right(b"to the end"),
    ),
    Case(
        "until close, reset",
        resetting(_UNTIL_CLOSE + b"to the e"),
        Wrong(ConnectionReset, "broke", b"to the e"),
    ),
    Case(
        "length, reset",
        resetting(ok(b"hello")[:-2]),
        Wrong(ConnectionReset, "3 of 5 bytes", b"hel"),
    ),
    Case(
        "chunks, reset",
        resetting(_CHUNKED + b"5\r\nhel"),
        Wrong(ConnectionReset, "broke", b"hel"),
    ),
    Case("reset in the head", resetting(b"HTTP/1.1 20"), Wrong(ConnectionReset, "")),
    Case("reset without a word", resetting(b""), Wrong(ConnectionReset, "")),
    # chunks
    Case("LF after a chunk's size", _chunked(b"5\nhello\r\n0\r\n\r\n"), _invalid()),
    Case(
        "LF after a chunk's data",
        _chunked(b"5\r\nhello\n0\r\n\r\n"),
        _invalid("", b"hello"),
    ),
    Case("a chunk's size in letters", _chunked(b"xyz\r\nhello\r\n"), _invalid()),
    Case("a negative chunk", _chunked(b"-5\r\nhello\r\n"), _invalid()),
    Case("a chunk of 2^64", _chunked(b"10000000000000000\r\nhello"), _invalid()),
    Case("a chunk's size without an end", _flood(b"0" * 4096, _CHUNKED), _invalid()),
    Case(
        "a chunk's extension without an end",
        _flood(b"x" * 4096, _CHUNKED + b"5;x="),
        _invalid(),
    ),
    Case(
        "trailers without an end",
        _flood(b"X: y\r\n" * 500, _CHUNKED + b"5\r\nhello\r\n0\r\n"),
        _invalid("", b"hello"),
    ),
    Case(
        "a trailer with a length",
        _chunked(b"5\r\nhello\r\n0\r\nContent-Length: 9\r\n\r\n"),
        _invalid("", b"hello"),
    ),
    Case(
        "a chunk too long",
        _chunked(b"3\r\nhello\r\n0\r\n\r\n"),
        _invalid("", b"hel"),
    ),
    Case("NUL in chunk framing", _chunked(b"5\0\r\nhello\r\n0\r\n\r\n"), _invalid()),
    Case(
        "a last chunk that does not come",
        answering(_CHUNKED + b"5\r\nhello\r\n"),
        Wrong(Truncated, "5 bytes of a chunked body without its end", b"hello"),
    ),
    Case(
        "a hundred thousand chunks of one byte",
        _chunked(b"1\r\nx\r\n" * 100_000 + b"0\r\n\r\n"),
        Right(b"x" * 100_000, kept=True),
    ),
    Case(
        "an answer behind the last chunk",
        _chunked(b"5\r\nhello\r\n0\r\n\r\n" + ok(b"evil page")),
        Right(b"hello"),
    ),
    Case(
        "chunks in HTTP/1.0",
        saying(
            b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"
            b"0\r\n\r\n"
        ),
        _invalid("1.0"),
    ),
    Case(
        "chunked, twice",
        saying(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked\r\n\r\n"
            b"5\r\nhello\r\n0\r\n\r\n"
        ),
        _invalid("Transfer-Encoding"),
    ),
]

_TEXT = b"the quick brown fox " * 50
_PACKED = gzip.compress(_TEXT)


def _coded(body: bytes, coding: bytes = b"gzip") -> Script:
    return saying(ok(body, b"Content-Encoding: " + coding))


def _bare(text: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(text) + packer.flush()


def _bomb() -> bytes:
    """Return gzip upon gzip: 400 MiB of zeros in half a kibibyte."""
    packer = zlib.compressobj(9, wbits=31)
    once = b"".join([packer.compress(bytes(1 << 20)) for _ in range(400)])
    return gzip.compress(once + packer.flush(), 9)


#: What bombs may become [bytes].
_MOST = 1 << 22
_SMALL = PATIENT.but(decoded_bytes=_MOST)


def _fails(words: str, data: bytes = b"") -> Wrong:
    # The answer was framed well, so that the connection is good.
    return Wrong(DecodingFailed, words, data, kept=True)


CODINGS = [
    Case(
        "gzip upon gzip, a bomb",
        _coded(_bomb(), b"gzip, gzip"),
        _fails("limits.decoded_bytes", bytes(_MOST)),
        limits=_SMALL,
        decode=True,
    ),
    Case(
        "br, a bomb",
        _coded(br(bytes(100 << 20)), b"br"),
        _fails("limits.decoded_bytes", bytes(_MOST)),
        limits=_SMALL,
        decode=True,
    ),
    Case(
        "zstd, a bomb",
        _coded(frame(bytes(100 << 20)), b"zstd"),
        _fails("limits.decoded_bytes", bytes(_MOST)),
        limits=_SMALL,
        decode=True,
    ),
    Case(
        "zstd that wants a window of 2 GiB",
        _coded(b"\x28\xb5\x2f\xfd\x00\xa8\x4b\0\0x", b"zstd"),
        _fails("8 MiB"),
        decode=True,
    ),
    Case(
        "ten thousand empty frames in br",
        _coded(br(frame(b"") * 10_000 + frame(_TEXT)), b"zstd, br"),
        Right(_TEXT, kept=True),
        decode=True,
    ),
    Case(
        "br that is cut",
        _coded(br(_TEXT)[:-1], b"br"),
        _fails("too early", _TEXT),
        decode=True,
    ),
    Case(
        "br with garbage behind it",
        _coded(br(_TEXT) + b"x", b"br"),
        _fails("", _TEXT),
        decode=True,
    ),
    Case(
        "br that is none", _coded(b"hello, I am no br", b"br"), _fails(""), decode=True
    ),
    Case(
        "zstd with a wrong check sum",
        _coded(frame(_TEXT)[:-1] + b"\0", b"zstd"),
        _fails("checksum", _TEXT),
        decode=True,
    ),
    Case(
        "gzip that is cut",
        _coded(_PACKED[:-12]),
        _fails("too early", _TEXT),
        decode=True,
    ),
    Case(
        "gzip with a wrong check sum",
        _coded(_PACKED[:-8] + b"\0\0\0\0" + _PACKED[-4:]),
        _fails("gzip", _TEXT),
        decode=True,
    ),
    Case(
        "gzip with a wrong length",
        _coded(_PACKED[:-4] + b"\1\2\3\4"),
        _fails("gzip", _TEXT),
        decode=True,
    ),
    Case("gzip that is none", _coded(b"hello, I am no gzip"), _fails(""), decode=True),
    Case(
        "gzip with garbage behind it",
        _coded(_PACKED + b"garbage"),
        _fails("", _TEXT),
        decode=True,
    ),
    Case(
        "gzip with a bit turned",
        _coded(_PACKED[:20] + bytes([_PACKED[20] ^ 0x55]) + _PACKED[21:]),
        _fails("", _TEXT),
        decode=True,
    ),
    Case(
        "gzip in a body that is cut",
        answering(ok(_PACKED, b"Content-Encoding: gzip")[:-9]),
        Wrong(Truncated, "bytes", _TEXT),
        decode=True,
    ),
    Case("gzip of nothing", _coded(b""), Right(b"", kept=True), decode=True),
    Case(
        "gzip in two members",
        _coded(_PACKED + _PACKED),
        Right(_TEXT * 2, kept=True),
        decode=True,
    ),
    Case(
        "a thousand empty members",
        _coded(gzip.compress(b"") * 1000 + _PACKED),
        Right(_TEXT, kept=True),
        decode=True,
    ),
    Case(
        "deflate without its wrapper",
        _coded(_bare(_TEXT), b"deflate"),
        Right(_TEXT, kept=True),
        decode=True,
    ),
    Case(
        "deflate that is none",
        _coded(b"\xff" * 40, b"deflate"),
        _fails(""),
        decode=True,
    ),
    Case(
        "a coding that nobody knows",
        _coded(b"hello", b"x-secret"),
        Right(b"hello", kept=True),
        decode=True,
    ),
    Case(
        "codings without an end",
        _coded(b"hello", b", ".join([b"gzip"] * 2000)),
        Right(b"hello", kept=True),
        decode=True,
    ),
    Case(
        "gzip of more than may become of it",
        _coded(_PACKED),
        _fails("decoded_bytes", _TEXT),
        limits=PATIENT.but(decoded_bytes=len(_TEXT) - 1),
        decode=True,
    ),
    Case(
        "gzip of more times its size than may be, and still little",
        _coded(gzip.compress(bytes(1 << 20))),
        Right(bytes(1 << 20), kept=True),
        limits=PATIENT.but(decoded_ratio=2),
        decode=True,
    ),
    Case(
        "gzip that nobody decodes",
        _coded(_PACKED[:-3]),
        Right(_PACKED[:-3], kept=True),
    ),
]
