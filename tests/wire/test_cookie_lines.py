"""The file of a jar: written, read back, and every way in which it may be broken."""

from __future__ import annotations

import json

from twisted.trial.unittest import SynchronousTestCase

from twinet._wire.cookie_lines import read_cookie_lines, write_cookie_lines
from twinet.cookie import Cookie
from twinet.errors import IncorrectFormat

HEAD = b'{"format": "twinet cookies", "version": 1}\n'
COOKIES = (
    Cookie("a", "1", "example.com"),
    Cookie("", "alone", "example.com", "/x", host_only=False),
    Cookie("b", "", "127.0.0.1", secure=True, http_only=True, same_site="strict"),
    Cookie("c", 'tab\t"quote" \xe9\u20ac\x85', "::1", expires=1.5e9),
)


def said(cookie: Cookie) -> tuple[object, ...]:
    """Return all that a file keeps of a cookie."""
    return (
        *(cookie.name, cookie.value, cookie.domain, cookie.path, cookie.host_only),
        *(cookie.secure, cookie.http_only, cookie.same_site, cookie.expires),
    )


class CookieLinesTests(SynchronousTestCase):
    """One line for each cookie."""

    def refused(self, data: bytes, line: int) -> str:
        """Check that a file is refused for a line; return why."""
        error = self.assertRaises(IncorrectFormat, read_cookie_lines, data, "jar")
        self.assertEqual(error.code, 12027)
        self.assertTrue(str(error.message).startswith(f"jar, line {line}: "), error)
        self.assertNotIn("hidden", str(error))
        return str(error)

    def test_what_is_written_is_read_back(self) -> None:
        """In its order, as ASCII, a line each."""
        data = write_cookie_lines(COOKIES)
        self.assertTrue(data.isascii())
        self.assertEqual(data.count(b"\n"), 1 + len(COOKIES))
        self.assertTrue(data.startswith(HEAD))
        back = read_cookie_lines(data, "jar")
        self.assertEqual(list(map(said, back)), list(map(said, COOKIES)))

    def test_no_bytes_and_no_cookies_are_no_cookies(self) -> None:
        """A file that has just been made is whole."""
        for data in (b"", HEAD, HEAD.rstrip(), write_cookie_lines([])):
            self.assertEqual(read_cookie_lines(data, "jar"), [], data)

    def test_foreign_file_is_named_and_what_to_do_with_it(self) -> None:
        """Netscape's above all."""
        for data in (
            b"# Netscape HTTP Cookie File\nx\n",
            b"{}\n",
            b"[]",
            b"\0\xff",
            b"\n" + HEAD,
            b'{"format": "twinet cookies"',
            b"[" * 100_000,
        ):
            self.assertIn("import_netscape", self.refused(data, 1))

    def test_newer_file_is_left_alone(self) -> None:
        """Its version is named."""
        for version in (2, "x", None):
            head = json.dumps({"format": "twinet cookies", "version": version})
            self.assertIn(repr(version), self.refused(head.encode(), 1))

    def test_broken_line_is_named(self) -> None:
        """With its number, and without what is in it."""
        good = b'{"domain": "a.b", "name": "n", "value": "hidden"}'
        for bad in (
            b"hidden",
            b"",
            b"[]",
            b'"hidden"',
            good[:-1],
            good + b"x",
            good.replace(b"domain", b"host"),
            good.replace(b'"a.b"', b'""'),
            good.replace(b'"a.b"', b"5"),
            good.replace(b'"n"', b"null"),
            good.replace(b'"n"', b'"n=hidden"'),
            good.replace(b"hidden", b"hidden; Path=/"),
            good.replace(b"hidden", rb"hidden\r\nX: y"),
            good.replace(b"}", b', "path": "x"}'),
            good.replace(b"}", b', "expires": "soon"}'),
            good.replace(b"}", b', "expires": NaN}'),
            good.replace(b"}", b', "expires": Infinity}'),
            good.replace(b"}", b', "secure": 1}'),
            good.replace(b"}", b', "same_site": "hidden"}'),
            good.replace(b"}", b', "created": 5}'),
        ):
            self.refused(HEAD + good + b"\n" + bad + b"\n" + good + b"\n", 3)

    def test_file_cut_anywhere_is_whole_or_refused(self) -> None:
        """Never a cookie that was not there."""
        data = write_cookie_lines(COOKIES)
        whole = [said(cookie) for cookie in COOKIES]
        for cut in range(len(data)):
            try:
                back = read_cookie_lines(data[:cut], "jar")
            except IncorrectFormat:
                continue
            self.assertEqual([said(c) for c in back], whole[: len(back)], cut)
