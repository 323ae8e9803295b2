"""The fields of an answer that an agent gives: taken over when somebody looks."""

from __future__ import annotations

from copy import copy, deepcopy
from typing import TYPE_CHECKING, Any

from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers, InvalidHeaderName

from twinet._handles.agent_headers import AnswerHeaders, field_lines
from twinet._wire.http_head import read_head
from twinet.records import Fields, Response

if TYPE_CHECKING:
    from collections.abc import Callable

HEADS = (
    b"HTTP/1.1 200 OK\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nServer: x\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nset-cookie: c=d\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nsEt-cOOkie2: a=b\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nCONTENT-ENCODING: a\r\nContent-Encoding: gzip\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nX: Set-Cookie: a=b\r\nContent-Encodings: gzip\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nX: a\r\n Set-Cookie: a=b\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nX-Umlaut: \xfc\r\nX-Umlaut: \xc3\xbc\r\n\r\n",
    b"HTTP/1.1 200 OK\nSet-Cookie: a=b\nContent-Encoding: gzip\n\n",
)
#: What may be done with them, and a look at what comes of it.
DEEDS: dict[str, Callable[[Headers], Any]] = {
    "nothing": lambda h: None,
    "get coding": lambda h: h.getRawHeaders(b"Content-Encoding", []),
    "get cookies": lambda h: h.getRawHeaders(b"Set-Cookie"),
    "get cookies as text": lambda h: h.getRawHeaders("set-cookie", ["none"]),
    "get old cookies": lambda h: h.getRawHeaders(b"Set-Cookie2", 5),
    "get another": lambda h: h.getRawHeaders(b"x-none", 5),
    "has coding": lambda h: h.hasHeader(b"content-encoding"),
    "set coding": lambda h: h.setRawHeaders(b"Content-Encoding", [b"br"]),
    "set cookies": lambda h: h.setRawHeaders(b"Set-Cookie", [b"x=y"]),
    "add coding": lambda h: h.addRawHeader(b"content-encoding", b"br"),
    "remove coding": lambda h: h.removeHeader(b"Content-Encoding"),
    "remove cookies": lambda h: h.removeHeader("set-cookie"),
    "all": lambda h: list(h.getAllRawHeaders()),
    "copy": lambda h: list(h.copy().getAllRawHeaders()),
    "copies": lambda h: (copy(h) == h, deepcopy(h) == h),
    "equal": lambda h: h == Headers({b"Server": [b"x"], b"Content-Length": [b"0"]}),
}


def answer(raw: bytes, *decoded: str) -> Response:
    """Return what an agent is given of a head."""
    head = read_head(raw, b"GET")
    assert not isinstance(head, str), head
    response = Response(
        head.status, "OK", "1.1", Fields(head.fields), raw, "http://a/", head.length
    )
    response.decoded = decoded
    return response


def eager(response: Response) -> Headers:
    """Return Twisted's own, with all fields taken over at once."""
    headers = Headers()
    for name, value in response.headers.raw:
        headers.addRawHeader(name, value)
    return headers


class AnswerHeadersTests(SynchronousTestCase):
    """They are Twisted's, only later."""

    def test_as_twisteds(self) -> None:
        """Two deeds in any order, and then all of them, come to the same."""
        for raw in HEADS:
            for first, one in DEEDS.items():
                for second, other in DEEDS.items():
                    with self.subTest(raw=raw, first=first, second=second):
                        response = answer(raw)
                        late, plain = AnswerHeaders.of(response), eager(response)
                        for deed in (one, other):
                            self.assertEqual(deed(late), deed(plain))
                        self.assertEqual(
                            list(late.getAllRawHeaders()),
                            list(plain.getAllRawHeaders()),
                        )

    def test_what_treq_asks_takes_nothing_over(self) -> None:
        """Most answers have none of it."""
        response = answer(HEADS[1])
        looked: list[str] = []

        class Watched(Fields):
            @property
            def raw(self) -> Any:  # type: ignore[override]  # it watches
                looked.append("at the fields")
                return []

        response.headers = Watched.__new__(Watched)
        headers = AnswerHeaders.of(response)
        for name in (b"Set-Cookie2", b"Set-Cookie", b"Content-Encoding"):
            self.assertEqual(headers.getRawHeaders(name, []), [])
        headers.setRawHeaders(b"Content-Encoding", [b""])
        self.assertEqual(looked, [])
        self.assertIsNone(headers.getRawHeaders(b"Server"))
        self.assertEqual(looked, ["at the fields"])

    def test_an_empty_coding_is_none(self) -> None:
        """Twisted's decoding agent sets one; it must not look like a coding."""
        for raw in HEADS:
            headers = AnswerHeaders.of(answer(raw))
            headers.setRawHeaders(b"Content-Encoding", [b""])
            self.assertFalse(headers.hasHeader(b"Content-Encoding"))

    def test_what_is_decoded_is_hidden(self) -> None:
        """The coding and the length before it."""
        raw = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\n"
        headers = AnswerHeaders.of(answer(raw, "gzip"))
        self.assertIsNone(headers.getRawHeaders(b"Content-Encoding"))
        self.assertEqual(list(headers.getAllRawHeaders()), [])

    def test_text_of_any_charset(self) -> None:
        """A field of Latin-1 is no error."""
        headers = AnswerHeaders.of(answer(HEADS[8]))
        self.assertEqual(headers.getRawHeaders("x-umlaut"), ["ü", "ü"])

    def test_what_is_wrong_is_told(self) -> None:
        """As by Twisted."""
        headers = AnswerHeaders.of(answer(HEADS[1]))
        self.assertRaises(InvalidHeaderName, headers.getRawHeaders, b"a b")
        self.assertRaises(AttributeError, getattr, headers, "nothing_of_this_name")
        self.assertEqual(headers.getRawHeaders("server"), ["x"])


class FieldLinesTests(SynchronousTestCase):
    """What an agent is given."""

    def test_pairs(self) -> None:
        """In their order; what frames the body is ours to say."""
        headers = Headers({"X-B": ["1", "2"], "Content-Length": ["5"], "A": ["3"]})
        self.assertEqual(
            field_lines(headers), [(b"X-B", b"1"), (b"X-B", b"2"), (b"A", b"3")]
        )
        self.assertEqual(field_lines(None), [])
