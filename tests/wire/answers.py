"""Answers of HTTP/1.x servers, good and bad, and how to compare what is read of them.

The corpus is shared by the tests that cut it, mutate it and read it with h11.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from twinet._wire.http1 import End, Event, Fault, ResponseReader

if TYPE_CHECKING:
    from collections.abc import Iterable


class Answer(NamedTuple):
    """One answer: what it shows, the request's verb, and the bytes of the wire."""

    name: str
    raw: bytes
    verb: bytes = b"GET"


_CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

GOOD = [
    Answer("length", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
    Answer("length zero", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
    Answer(
        "usual fields",
        b"HTTP/1.1 200 OK\r\nDate: Sun, 22 Nov 2026 10:00:00 GMT\r\n"
        b"Server: nginx\r\nContent-Type: text/html\r\nContent-Length: 4\r\n"
        b'ETag: "x"\r\nSet-Cookie: a=1; Path=/\r\nset-cookie: b=2\r\n\r\nbody',
    ),
    Answer("until close", b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nto the end"),
    Answer("until close, 1.0", b"HTTP/1.0 200 OK\r\nServer: old\r\n\r\nto the end"),
    Answer("until close, empty", b"HTTP/1.1 200 OK\r\n\r\n"),
    Answer(
        "1.0 kept alive",
        b"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\nok",
    ),
    Answer(
        "close in a list",
        b"HTTP/1.1 200 OK\r\nConnection: foo, Close\r\nContent-Length: 2\r\n\r\nok",
    ),
    Answer("chunked", _CHUNKED + b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"),
    Answer("chunked empty", _CHUNKED + b"0\r\n\r\n"),
    Answer(
        "chunked line ends as data",
        _CHUNKED + b"4\r\n\r\n\r\n\r\n2\r\n\r\n\r\n0\r\n\r\n",
    ),
    Answer("chunked capital digits", _CHUNKED + b"0A\r\n0123456789\r\n0\r\n\r\n"),
    Answer(
        "chunked extensions",
        _CHUNKED + b'5;a=b\r\nhello\r\n3;c="d e";f\r\nabc\r\n0;last\r\n\r\n',
    ),
    Answer(
        "chunked trailers",
        _CHUNKED + b"5\r\nhello\r\n0\r\nX-Sum: abc \r\nX-None:\r\n\r\n",
    ),
    Answer(
        "chunked and close",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: Chunked \r\n\r\n"
        b"3\r\nabc\r\n0\r\n\r\n",
    ),
    Answer("no reason", b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok"),
    Answer("empty reason", b"HTTP/1.1 404 \r\nContent-Length: 2\r\n\r\nno"),
    Answer("odd reason", b"HTTP/1.1 999  Odd\t\xe4 \r\nContent-Length: 1\r\n\r\nx"),
    Answer("no content", b"HTTP/1.1 204 No Content\r\nServer: x\r\n\r\n"),
    Answer(
        "no content, with length",
        b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
    ),
    Answer("not modified", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"),
    Answer(
        "not modified, chunked",
        b"HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n",
    ),
    Answer("head", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", b"HEAD"),
    Answer(
        "head, chunked",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HEAD",
    ),
    Answer("tunnel", b"HTTP/1.1 200 Connection established\r\n\r\n", b"CONNECT"),
    Answer(
        "tunnel with first bytes",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n220 hello\r\n",
        b"CONNECT",
    ),
    Answer(
        "tunnel refused",
        b"HTTP/1.1 407 Who?\r\nContent-Length: 3\r\n\r\nwho",
        b"CONNECT",
    ),
    Answer(
        "continue",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    ),
    Answer(
        "blank lines and continue",
        b"\r\nHTTP/1.1 100 Continue\r\n\r\n\r\n"
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    ),
    Answer(
        "early hints",
        b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\nConnection: close\r\n\r\n"
        b"HTTP/1.1 102 Processing\r\nContent-Length: 7\r\n\r\n"
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    ),
    Answer(
        "continue, 1.0",
        b"HTTP/1.0 100 Continue\r\n\r\nHTTP/1.0 200 OK\r\n\r\nto the end",
    ),
    Answer(
        "folded",
        b"HTTP/1.1 200 OK\r\nX-Long: one\r\n two \r\n\tthree\r\nX-Empty:\r\n \r\n"
        b"Content-Length:\r\n 2\r\n\r\nok",
    ),
    Answer("lf only", b"HTTP/1.1 200 OK\nContent-Length: 5\nX-Lf: yes\n\nhello"),
    Answer(
        "lf only, body with an empty line",
        b"HTTP/1.1 200 OK\nContent-Length: 8\n\nab\r\n\r\ncd",
    ),
    Answer(
        "mixed line ends",
        b"HTTP/1.1 200 OK\nA: 1\r\nContent-Length: 2\n\r\nok",
    ),
    Answer(
        "lf only and chunked",
        b"HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n3\r\nabc\r\n0\r\n\r\n",
    ),
    Answer(
        "odd values",
        b"HTTP/1.1 200 OK\r\nA:\r\nB:b:b\r\nC: \t c  c \t\r\n!#$%&'*+-.^_`|~: x\r\n"
        b"D: \x80\xff\r\nContent-Length: 2\r\n\r\nok",
    ),
    Answer("length with zeros", b"HTTP/1.1 200 OK\r\nContent-Length: 002\r\n\r\nok"),
    Answer(
        "blank lines first", b"\r\n\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    ),
    Answer(
        "upgrade offered",
        b"HTTP/1.1 200 OK\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n"
        b"Content-Length: 2\r\n\r\nok",
    ),
]

SURPLUS = [
    Answer("after a length", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok more"),
    Answer(
        "blank line after a length",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok\r\n",
    ),
    Answer("garbage after chunks", _CHUNKED + b"2\r\nok\r\n0\r\n\r\nmore"),
    Answer("line end after chunks", _CHUNKED + b"2\r\nok\r\n0\r\n\r\n\r\n"),
    Answer("beginning after chunks", _CHUNKED + b"2\r\nok\r\n0\r\nA: b\r\n\r\nHTT"),
    Answer(
        "an answer after chunks",
        _CHUNKED + b"0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad",
    ),
    Answer(
        "an answer after an answer",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad",
    ),
    Answer(
        "body of a head answer",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        b"HEAD",
    ),
    Answer("body of a 304", b"HTTP/1.1 304 x\r\nContent-Length: 2\r\n\r\nok"),
    Answer(
        "after close",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok!",
    ),
]

_OK = b"HTTP/1.1 200 OK\r\n"

BAD = [
    Answer("nothing", b""),
    Answer("half a head", b"HTTP/1.1 200 OK\r\nContent-Le"),
    Answer("interim only", b"HTTP/1.1 100 Continue\r\n\r\n"),
    Answer(
        "short body", b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nseventeen bytes.."
    ),
    Answer("short chunk", _CHUNKED + b"5\r\nhe"),
    Answer("no last chunk", _CHUNKED + b"5\r\nhello\r\n"),
    Answer("no end of trailers", _CHUNKED + b"0\r\nA: b\r\n"),
    Answer("garbage", b"GARBAGE LINE\r\nContent-Length: 3\r\n\r\nabc"),
    Answer("icy", b"ICY 200 OK\r\nicy-name: x\r\n\r\nmusic"),
    Answer("http 0.9", b"<html>hello</html>"),
    Answer("http 0.9 version", b"HTTP/0.9 200 OK\r\n\r\n"),
    Answer("http 1.2", b"HTTP/1.2 200 OK\r\nContent-Length: 0\r\n\r\n"),
    Answer("http 2.0", b"HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n"),
    Answer("lower case", b"http/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
    Answer("rtsp", b"RTSP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"),
    Answer("status letters", b"HTTP/1.1 ABC Odd\r\nContent-Length: 1\r\n\r\nx"),
    Answer("status 099", b"HTTP/1.1 099 Odd\r\nContent-Length: 1\r\n\r\nx"),
    Answer("status 1000", b"HTTP/1.1 1000 Odd\r\nContent-Length: 1\r\n\r\nx"),
    Answer("status 20", b"HTTP/1.1 20 Odd\r\nContent-Length: 1\r\n\r\nx"),
    Answer("two blanks", b"HTTP/1.1  200 OK\r\nContent-Length: 1\r\n\r\nx"),
    Answer(
        "switching", b"HTTP/1.1 101 Switch\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"
    ),
    Answer("nul in the reason", b"HTTP/1.1 200 O\x00K\r\nContent-Length: 0\r\n\r\n"),
    Answer(
        "control in the reason", b"HTTP/1.1 200 O\x01K\r\nContent-Length: 0\r\n\r\n"
    ),
    Answer("no colon", _OK + b"no colon here\r\nContent-Length: 2\r\n\r\nok"),
    Answer("blank before colon", _OK + b"A : b\r\nContent-Length: 2\r\n\r\nok"),
    Answer("empty name", _OK + b": b\r\nContent-Length: 2\r\n\r\nok"),
    Answer("blank in a name", _OK + b"A b: c\r\nContent-Length: 2\r\n\r\nok"),
    Answer("nul in a value", _OK + b"A: b\x00\r\nContent-Length: 2\r\n\r\nok"),
    Answer("control in a value", _OK + b"A: b\x01c\r\nContent-Length: 2\r\n\r\nok"),
    Answer("del in a value", _OK + b"A: b\x7f\r\nContent-Length: 2\r\n\r\nok"),
    Answer("cr in a value", _OK + b"A: b\rc\r\nContent-Length: 2\r\n\r\nok"),
    Answer("fold before the fields", _OK + b" A: b\r\nContent-Length: 2\r\n\r\nok"),
    Answer("two lengths", _OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nok!"),
    Answer("equal lengths", _OK + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\nok"),
    Answer("listed lengths", _OK + b"Content-Length: 2, 2\r\n\r\nok"),
    Answer("length with sign", _OK + b"Content-Length: +2\r\n\r\nok"),
    Answer("negative length", _OK + b"Content-Length: -2\r\n\r\nok"),
    Answer("empty length", _OK + b"Content-Length:\r\n\r\nok"),
    Answer("letters as length", _OK + b"Content-Length: 0x2\r\n\r\nok"),
    Answer("huge length", _OK + b"Content-Length: 9223372036854775808\r\n\r\nok"),
    Answer(
        "length and chunked",
        _OK + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ),
    Answer(
        "chunked and length",
        _OK + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    ),
    Answer("gzip coding", _OK + b"Transfer-Encoding: gzip\r\n\r\nxx"),
    Answer("xchunked coding", _OK + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
    Answer("chunked, gzip", _OK + b"Transfer-Encoding: chunked, gzip\r\n\r\nxx"),
    Answer("gzip, chunked", _OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
    Answer("empty coding", _OK + b"Transfer-Encoding:\r\n\r\n0\r\n\r\n"),
    Answer(
        "chunked twice",
        _OK + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"0\r\n\r\n",
    ),
    Answer(
        "chunked in 1.0",
        b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    ),
    Answer("chunk size letters", _CHUNKED + b"3\r\nabc\r\nzz\r\ndef\r\n0\r\n\r\n"),
    Answer("chunk size sign", _CHUNKED + b"+3\r\nabc\r\n0\r\n\r\n"),
    Answer("chunk size 0x", _CHUNKED + b"0x3\r\nabc\r\n0\r\n\r\n"),
    Answer("chunk size empty", _CHUNKED + b"\r\n0\r\n\r\n"),
    Answer("chunk size huge", _CHUNKED + b"11111111111111111\r\nabc"),
    Answer("chunk size and blank", _CHUNKED + b"3 \r\nabc\r\n0\r\n\r\n"),
    Answer("chunk size and lf", _CHUNKED + b"3\nabc\r\n0\r\n\r\n"),
    Answer("chunk data and lf", _CHUNKED + b"3\r\nabc\n0\r\n\r\n"),
    Answer("chunk too long", _CHUNKED + b"3\r\nabcd\r\n0\r\n\r\n"),
    Answer("chunk extension odd", _CHUNKED + b"3; a = b\r\nabc\r\n0\r\n\r\n"),
    Answer("last chunk and lf", _CHUNKED + b"3\r\nabc\r\n0\r\n\n"),
    Answer("trailer without colon", _CHUNKED + b"0\r\nab\r\n\r\n"),
    Answer("trailer with a fold", _CHUNKED + b"0\r\nA: b\r\n c\r\n\r\n"),
    Answer("trailer with lf", _CHUNKED + b"0\r\nA: b\n\n"),
    Answer("trailer with control", _CHUNKED + b"0\r\nA: \x01\r\n\r\n"),
    Answer("trailer with a length", _CHUNKED + b"0\r\nContent-Length: 3\r\n\r\n"),
    Answer(
        "trailer with a coding", _CHUNKED + b"0\r\nTransfer-Encoding: chunked\r\n\r\n"
    ),
    Answer("five blank lines", b"\r\n\r\n\r\n\r\n\r\n" + _OK + b"\r\n"),
    Answer(
        "bad after continue",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nbad\r\n\r\n",
    ),
]

CORPUS = GOOD + SURPLUS + BAD

#: What can be compared of a head.
HEAD_PARTS = (
    "chunked",
    "fields",
    "interim",
    "length",
    "persistent",
    "raw",
    "reason",
    "status",
    "version",
)


def read(answer: Answer, pieces: Iterable[bytes], *, close: bool = True) -> list[Event]:
    """Feed the pieces, and the end of the stream, to a reader that expects one."""
    reader = ResponseReader()
    reader.expect(answer.verb)
    events: list[Event] = []
    for piece in pieces:
        events += reader.feed(piece)
    if close:
        events += reader.end_of_stream()
    return events


def joined(events: Iterable[Event]) -> list[tuple[Any, ...]]:
    """Give events a form that can be compared and that no cut can change.

    Neighbouring body data are joined.  Bytes after the end are surplus when they come
    in one piece with it, and a fault when they come later: both become an end without
    keep-alive.  The bytes shown in a fault are those that had come, so only the words
    before them count.
    """
    result: list[tuple[Any, ...]] = []
    for event in events:
        last = result[-1][0] if result else ""
        if isinstance(event, bytes):
            assert event, "an empty piece of body"
            if last == "body":
                result[-1] = ("body", result[-1][1] + event)
            else:
                result.append(("body", event))
        elif isinstance(event, End):
            result.append(("end", event.trailers, event.keep_alive))
        elif isinstance(event, Fault):
            if last == "end":
                result[-1] = (*result[-1][:2], False)
            else:
                words = re.split(r" b['\"]", event.error.message)[0]
                result.append(("fault", type(event.error), words))
        else:
            result.append(("head", *(getattr(event, name) for name in HEAD_PARTS)))
    return result
