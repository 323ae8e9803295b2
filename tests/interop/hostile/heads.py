"""Heads that break the rules, heads without an end, and answers before the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.interop.hostile.case import Case, Right, Wrong, answering, ok, saying
from twinet.errors import HttpInvalidServerResponse

if TYPE_CHECKING:
    from tests.interop.hostile.server import Peer, Script

__all__ = ["HEADS"]

_OK = b"HTTP/1.1 200 OK\r\n"


def _invalid(words: str) -> Wrong:
    return Wrong(HttpInvalidServerResponse, words)


def _flood(data: bytes, first: bytes = b"") -> Script:
    async def script(peer: Peer) -> None:
        peer.send(first)
        await peer.flood(data)

    return script


async def _dripped(peer: Peer) -> None:
    await peer.drip(ok(b"hello", b"X-Long: " + b"x" * 60), 0.001)


async def _split_everywhere(peer: Peer) -> None:
    """Send each line end in two packets, which hides nothing from a good search."""
    answer = ok(b"hello", b"A: 1", b"B: 2")
    for piece in answer.replace(b"\r\n", b"\r|\n").split(b"|"):
        await peer.sent(piece)
        await peer.pause(0.002)


HEADS = [
    Case(
        "endless field",
        _flood(b"x" * 8192, _OK + b"X: "),
        _invalid("65536"),
    ),
    Case("endless fields", _flood(b"X: y\r\n" * 500, _OK), _invalid("65536")),
    Case("endless status line", _flood(b"x" * 8192, b"HTTP/1.1 200 "), _invalid("")),
    Case("endless line without any rule", _flood(b"x" * 8192), _invalid("")),
    Case("endless blank lines", _flood(b"\r\n" * 64), _invalid("blank")),
    Case("endless fold", _flood(b" x\r\n" * 500, _OK + b"A: b\r\n"), _invalid("")),
    Case(
        "a thousand and one fields",
        saying(_OK + b"X: y\r\n" * 1001 + b"\r\n"),
        _invalid("1000"),
    ),
    Case(
        "a field of ten mebibytes",
        _flood(b"x" * 65536, _OK + b"Location: /"),
        _invalid("65536"),
    ),
    Case(
        "CL and TE",
        saying(
            _OK + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        ),
        _invalid("Transfer-Encoding"),
    ),
    Case(
        "two lengths",
        saying(_OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"),
        _invalid("Content-Length"),
    ),
    Case("negative length", saying(_OK + b"Content-Length: -1\r\n\r\n"), _invalid("")),
    Case(
        "length that overflows",
        saying(_OK + b"Content-Length: 18446744073709551616\r\n\r\n"),
        _invalid(""),
    ),
    Case("NUL in a value", saying(ok(b"hello", b"A: b\0c")), _invalid("")),
    Case("NUL in a name", saying(ok(b"hello", b"A\0: b")), _invalid("")),
    Case("NUL in the status line", saying(b"HTTP/1.1 200 O\0K\r\n\r\n"), _invalid("")),
    Case("NUL before everything", saying(b"\0" + ok(b"hello")), _invalid("")),
    Case("CR alone in a value", saying(ok(b"hello", b"A: b\rEvil: c")), _invalid("")),
    Case("no colon", saying(ok(b"hello", b"no colon here")), _invalid("")),
    Case("HTTP/0.9", answering(b"<html>hello</html>"), _invalid("")),
    Case("HTTP/2 in the clear", saying(b"HTTP/2.0 200 OK\r\n\r\n"), _invalid("")),
    Case(
        "HTTP/2 frames",
        saying(b"\0\0\x12\4\0\0\0\0\0\0\3\0\0\0\x80\0\4\0\1\0\0\0\5\0\xff\xff\xff"),
        _invalid(""),
    ),
    Case("an SSH server", saying(b"SSH-2.0-OpenSSH_9.9\r\n"), _invalid("SSH-2.0")),
    Case("an FTP server", saying(b"220 ready\r\n"), _invalid("220 ready")),
    Case("a mail server", saying(b"220 mx ESMTP\r\n"), _invalid("220 mx")),
    Case("a TLS alert in the clear", saying(b"\x15\3\1\0\2\2\x16"), _invalid("")),
    Case("random bytes", saying(bytes(range(128, 256)) * 4), _invalid("")),
    Case("the request comes back", _flood(b"GET /bad HTTP/1.1\r\n\r\n"), _invalid("")),
    Case("status 000", saying(b"HTTP/1.1 000 No\r\n\r\n"), _invalid("")),
    Case("status of four digits", saying(b"HTTP/1.1 2000 No\r\n\r\n"), _invalid("")),
    Case("closed without a word", answering(b""), _invalid("before the answer came")),
    # 1xx
    Case(
        "a flood of 100",
        _flood(b"HTTP/1.1 100 Continue\r\n\r\n" * 8),
        _invalid("64 interim"),
    ),
    Case(
        "a flood of 103 with fields",
        _flood(b"HTTP/1.1 103 Early Hints\r\nLink: </%b>\r\n\r\n" % (b"x" * 4096)),
        _invalid("64 interim"),
    ),
    Case(
        "101 that nobody asked for",
        saying(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
        _invalid("101"),
    ),
    Case(
        "100 and then the end",
        answering(b"HTTP/1.1 100 Continue\r\n\r\n"),
        _invalid("before the answer came"),
    ),
    Case(
        "100 with a length and a body",
        saying(b"HTTP/1.1 100 Continue\r\nContent-Length: 5\r\n\r\nhello" + ok(b"x")),
        _invalid("hello"),
    ),
    Case(
        "199, 100, 102, 103 and 150 before the answer",
        saying(
            b"".join(
                b"HTTP/1.1 %d Odd\r\nX: y\r\n\r\n" % code
                for code in (199, 100, 102, 103, 150)
            )
            + ok(b"hello")
        ),
        Right(b"hello", kept=True),
    ),
    Case(
        "100 that says close",
        saying(b"HTTP/1.1 100 Continue\r\nConnection: close\r\n\r\n" + ok(b"hello")),
        Right(b"hello", kept=True),
    ),
    Case(
        "100 in HTTP/1.0",
        answering(b"HTTP/1.0 100 Continue\r\n\r\nHTTP/1.0 200 OK\r\n\r\nhello"),
        Right(b"hello"),
    ),
    # odd, and right all the same
    Case("one byte at a time", _dripped, Right(b"hello", kept=True)),
    Case("line ends in two packets", _split_everywhere, Right(b"hello", kept=True)),
    Case(
        "LF only",
        saying(ok(b"hello").replace(b"\r\n", b"\n")),
        Right(b"hello", kept=True),
    ),
    Case(
        "folded fields",
        saying(ok(b"hello", b"A: b\r\n c\r\n\td")),
        Right(b"hello", kept=True),
    ),
    Case(
        "999 fields",
        saying(ok(b"hello", *(b"X: y",) * 999)),
        Right(b"hello", kept=True),
    ),
    Case(
        "no reason",
        saying(b"HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello"),
        Right(b"hello", kept=True),
    ),
    Case(
        "status 999",
        saying(ok(b"hello", status=b"999 Odd")),
        Right(b"hello", kept=True, status=999),
    ),
    Case(
        "a flood of cookies",
        saying(ok(b"hello", *(b"Set-Cookie: c%d=%d" % (n, n) for n in range(900)))),
        Right(b"hello", kept=True),
    ),
    Case(
        "cookies that are no cookies",
        saying(
            ok(
                b"hello",
                b"Set-Cookie: =",
                b"Set-Cookie: ;;;;",
                b"Set-Cookie: a=b; Domain=.com; Path=../..; Max-Age=99999999999999999",
                b"Set-Cookie: a=b; Expires=Thu, 99 Foo 99999 99:99:99 GMT",
                b"Set-Cookie: \xff\xfe=\x80; Domain=\xff",
                b"Set-Cookie: " + b"x" * 9000 + b"=y",
            )
        ),
        Right(b"hello", kept=True),
    ),
    Case(
        "a flood of challenges",
        saying(
            ok(
                b"hello",
                *(
                    b'WWW-Authenticate: Basic realm="%d", Digest x="' % n
                    for n in range(900)
                ),
                status=b"401 Who",
            )
        ),
        Right(b"hello", kept=True, status=401),
        credentials=True,
    ),
    Case(
        "a challenge again and again",
        saying(ok(b"no", b'WWW-Authenticate: Basic realm="x"', status=b"401 Who")),
        Right(b"no", kept=True, status=401),
        credentials=True,
    ),
    Case(
        "a challenge for a proxy that is not there",
        saying(ok(b"no", b'Proxy-Authenticate: Basic realm="x"', status=b"407 Who")),
        Right(b"no", kept=True, status=407),
        credentials=True,
    ),
]
