"""Records: what they show, and what they make of what a server says."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

import twinet
from twinet.status import AsyncResult, RequestComplete


class TextTests(SynchronousTestCase):
    """The charset is the server's to name, and it may name anything."""

    def text(self, charset: str, body: bytes) -> str:
        fields = twinet.Fields(
            [(b"Content-Type", b"text/plain; charset=" + charset.encode("latin-1"))]
        )
        response = twinet.Response(200, "OK", "1.1", fields, b"", "http://a.test/")
        response.body = body
        return response.text

    def test_charsets(self) -> None:
        """Those that are some, however they are written."""
        for charset in ("utf-8", "UTF8", '"utf-8"', " utf-8 ", "", "nothing at all"):
            self.assertEqual(self.text(charset, "gr\xfc\xdf".encode()), "gr\xfc\xdf")
        self.assertEqual(self.text("ISO-8859-1", b"\xfc"), "\xfc")

    def test_what_python_has_besides_is_none(self) -> None:
        """Notations, bytes of bytes, and one that always fails."""
        for charset in (
            *("idna", "punycode", "unicode_escape", "Unicode-Escape"),
            *("raw-unicode-escape", "undefined", "zlib", "bz2", "hex", "rot13"),
            *("x" * 60000, "\xff", "a.b", "../../x", "__init__", "aliases"),
        ):
            self.assertEqual(self.text(charset, b"\\x41-a"), "\\x41-a", charset[:60])

    def test_it_takes_no_time(self) -> None:
        """Punycode would take minutes for this."""
        body = b"a" * 10 + b"-" + b"b" * 2_000_000
        self.assertEqual(len(self.text("punycode", body)), len(body))


class HeaderTests(SynchronousTestCase):
    """The fields of an answer are made when somebody asks."""

    def test_they_are_made_once_and_are_the_program_s_own(self) -> None:
        """What is done to them is not done to the head that they came from."""
        lines = [(b"A", b"b")]
        asked = []

        class Head:
            @property
            def fields(self) -> list[tuple[bytes, bytes]]:
                asked.append(self)
                return lines

        response = twinet.Response(200, "OK", "1.1", Head(), b"", "http://a.test/")
        self.assertEqual(asked, [])
        self.assertEqual(response.headers["a"], "b")
        response.headers.raw.append((b"C", b"d"))
        self.assertIs(response.headers, response.headers)
        self.assertEqual(len(response.headers), 2)
        self.assertEqual((len(asked), lines), (1, [(b"A", b"b")]))

    def test_they_can_be_replaced(self) -> None:
        """As any part of a response."""
        one, other = twinet.Fields(), twinet.Fields()
        response = twinet.Response(200, "OK", "1.1", one, b"", "http://a.test/")
        self.assertIs(response.headers, one)
        response.headers = other
        self.assertIs(response.headers, other)


class ResultTests(SynchronousTestCase):
    """What a call came to, as it is shown."""

    def test_what_was_read_is_not_shown(self) -> None:
        """It may be a secret, and is long; everything else is shown."""
        news = RequestComplete(None, None, AsyncResult(b"s3cr3t", None))
        for text in (repr(news), str(news), repr(news.info), str(news.info)):
            self.assertNotIn("s3cr3t", text)
            self.assertIn("6 bytes", text)
        error = ValueError("why")
        self.assertIn(
            "AsyncResult(result=None, error=ValueError('why'))",
            repr(AsyncResult(None, error)),
        )
