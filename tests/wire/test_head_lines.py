"""Lines of heads as they may be shown: split, without secrets, harmless."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twinet._wire.head_lines import (
    LONGEST,
    harmless,
    head_lines,
    readable,
    without_secrets,
)


class SplitTests(SynchronousTestCase):
    """Lines keep their ends."""

    def test_lines_together_are_the_head(self):
        """With CRLF, LF, both, and a last line that has no end."""
        for raw, count in (
            (b"", 0),
            (b"A: b\r\n\r\n", 2),
            (b"A: b\nC: d\r\n\n", 3),
            (b"SSH-2.0", 1),
            (b"A: b\r\nC", 2),
        ):
            lines = head_lines(raw)
            self.assertEqual((b"".join(lines), len(lines)), (raw, count))


class SecretTests(SynchronousTestCase):
    """What carries credentials is left out."""

    def hidden(self, *lines: bytes) -> bytes:
        return b"".join(without_secrets(list(lines)))

    def test_the_scheme_stays_if_it_is_one(self):
        """What only looks like a scheme may be a part of the secret."""
        for given, shown in (
            (b"Authorization: Basic dTpw\r\n", b"Authorization: Basic [redacted]\r\n"),
            (b"authorization:bearer a.b c\n", b"authorization: bearer [redacted]\n"),
            (b"Proxy-Authorization: NTLM x", b"Proxy-Authorization: NTLM [redacted]"),
            (b"Authorization: s3cr3t\r\n", b"Authorization: [redacted]\r\n"),
            (b"Authorization: s3 cr3t\r\n", b"Authorization: [redacted]\r\n"),
            (b"Authorization: Basic\r\n", b"Authorization: [redacted]\r\n"),
            (b"Authorization:\r\n", b"Authorization:\r\n"),
        ):
            self.assertEqual(self.hidden(given), shown)

    def test_cookies_are_left_out_whole(self):
        """Also with a blank before the colon, which a bad server may send."""
        for given, shown in (
            (b"Cookie: Basic x; y=z\r\n", b"Cookie: [redacted]\r\n"),
            (b"SET-COOKIE: a=b; Path=/\r\n", b"SET-COOKIE: [redacted]\r\n"),
            (b"Set-Cookie : a=b\r\n", b"Set-Cookie : [redacted]\r\n"),
            (b"x-api-key: Basic x\n", b"x-api-key: [redacted]\n"),
        ):
            self.assertEqual(self.hidden(given), shown)

    def test_a_folded_secret_is_left_out_to_its_end(self):
        """And the field behind it is shown."""
        lines = [b"Set-Cookie: a=\r\n", b" b;\r\n", b"\tc\r\n", b"X: y\r\n", b" z\r\n"]
        self.assertEqual(
            self.hidden(*lines),
            b"Set-Cookie: [redacted]\r\n [redacted]\r\n\t[redacted]\r\nX: y\r\n z\r\n",
        )

    def test_the_second_half_of_a_secret_is_left_out(self):
        """A line end in the middle makes a line of it that is no field."""
        for half in (b"s3cr3t", b"s3cr3t; Path=/", b"s3; E=Thu, 1 Jan 1970 00:00:01"):
            lines = [
                b"Set-Cookie: a=\r\n",
                half + b"\r\n",
                b"X : y\r\n",
                half + b"\r\n",
            ]
            self.assertEqual(
                self.hidden(*lines, b"\r\n"),
                b"Set-Cookie: [redacted]\r\n[redacted]\r\nX : y\r\n"
                + half
                + b"\r\n\r\n",
            )

    def test_other_lines_stay_as_they_are(self):
        """The request line, other fields, and what is no field at all."""
        for line in (
            b"GET /Cookie HTTP/1.1\r\n",
            b"HTTP/1.1 200 Token: y\r\n",
            b"WWW-Authenticate: Basic realm=x\r\n",
            b"X-Other: a=b\r\n",
            b"\x00 Cookie",
        ):
            self.assertEqual(self.hidden(line), line)

    def test_a_password_in_a_url_is_left_out(self):
        """Wherever the URL stands; an @ in a path is none."""
        for given, shown in (
            (b"Location: http://u:p@h/x\r\n", b"Location: http://[redacted]@h/x\r\n"),
            (
                b"Link: <ftp://u@h/>, <https://a:b@c/>\r\n",
                b"Link: <ftp://[redacted]@h/>, <https://[redacted]@c/>\r\n",
            ),
            (b"Location: http://h/x@y\r\n", b"Location: http://h/x@y\r\n"),
            (b"Location: http://u:p@q@h/\r\n", b"Location: http://[redacted]@h/\r\n"),
            (b"Location: //u:p@h/\r\n", b"Location: //[redacted]@h/\r\n"),
        ):
            self.assertEqual(self.hidden(given), shown)


class ReadableTests(SynchronousTestCase):
    """Nothing steers a terminal."""

    def test_what_steers_is_shown_as_an_escape(self):
        """C0, DEL, C1 in UTF-8 and alone, marks of direction, line separators."""
        for given, shown in (
            (b"X: \x1b[31mred\x07\x7f\r\n", r"X: \x1b[31mred\x07\x7f"),
            (b"a\rb\tc\x00", r"a\rb\tc\x00"),
            ("\x9b0m\u202e\u2028".encode(), r"\x9b0m\u202e\u2028"),
            (b"\x9b0m\xff", r"\x9b0m\xff"),
            ("Grüße, 東京".encode(), "Grüße, 東京"),
            (b"\r\n", ""),
        ):
            self.assertEqual(readable(given), shown)

    def test_every_byte_and_every_pair_is_harmless(self):
        """Whatever comes, only printable characters are left."""
        for first in range(256):
            self.assertTrue(readable(bytes((first,))).isprintable(), first)
        for code in range(0x3000):
            self.assertTrue(harmless(chr(code)).isprintable(), code)

    def test_a_long_line_is_cut_and_its_length_told(self):
        """One that just fits is not."""
        self.assertEqual(readable(b"x" * LONGEST), "x" * LONGEST)
        shown = readable(b"x" * (LONGEST + 1))
        self.assertEqual(shown, f"{'x' * LONGEST} [... {LONGEST + 1} characters]")
