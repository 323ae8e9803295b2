"""URLs of jobs: what is taken, and that no password is ever shown."""

from __future__ import annotations

from twisted.trial import unittest

from twinet.inetfetch import weburl

TAKEN = [
    "http://example.org/",
    "HTTPS://example.org",
    "http://[::1]:8080/a",
    "http://user:pw@example.org/a?b#c",
    "http://127.0.0.1:1/%20",
    "http://example.org/ä",
    "ftp://user:pw@example.org/a;type=a",
    "FTPS://[::1]:9990/%2Fa/b",
    "gopher://example.org/9/a.bin",
    "gophers://example.org:7070/0a",
]

#: What is refused, and a word of the reason.
REFUSED = [
    ("", "empty"),
    ("   ", "empty"),
    ("example.org", "no scheme"),
    ("sftp://h/x", "'sftp'"),
    ("ftp://h/", "a directory"),
    ("ftps://h", "a directory"),
    ("ftp://h/folder/", "a directory"),
    ("ftp://h/folder;type=d", "a directory"),
    ("file:///etc/passwd", "'file'"),
    ("gopher://h/", "names no file"),
    ("gopher://h/1/menu", "type 1"),
    ("gopher://h/7/find%09x", "type 7"),
    ("gopher://h:25/0x", "port 25"),
    ("gopher://h/0a%0d%0aDATA", "cannot hold"),
    ("news:x", "'news'"),
    ("javascript:alert(1)", "'javascript'"),
    ("http://", "no host"),
    ("http:///path", "no host"),
    ("http://:80/", "no host"),
    ("http://u:p@/", "no host"),
    ("http://h:0/", "port 0"),
    ("http://h:99999/", "not a URL"),
    ("http://h:x/", "not a URL"),
    ("http://[::1/", "not a URL"),
    ("http://h/a b", "blank"),
    ("http://h/\n", ""),
    ("http://h/a\r\nX: y", "control"),
    ("http://h/\x00", "control"),
    ("http://h/\ud800", "not text"),
    ("http://h/" + "x" * 9000, "characters"),
]

#: A URL, and how it is shown.
MASKED = [
    ("http://h/p", "http://h/p"),
    ("http://u:secret@h:8/p?q#f", "http://u:***@h:8/p?q#f"),
    ("http://u:se:cr@et@h/p", "http://u:***@h/p"),
    ("http://token@h/", "http://***@h/"),
    ("http://:secret@h/", "http://:***@h/"),
    ("http://u:secret@[::1/", "http://***@[::1/"),
    ("nonsense u:secret@[", "***@["),
    ("user:secret@host/path", "***@host/path"),
    ("http:u:secret@h/", "***@h/"),
]


class CheckTests(unittest.SynchronousTestCase):
    def test_url_of_http_is_taken_as_it_is(self):
        """The library may think about the rest."""
        for url in TAKEN:
            self.assertEqual(weburl.check_url(f" {url}\n"), url)

    def test_other_url_is_refused_with_the_reason(self):
        """A person sees at once what to mend."""
        for url, word in REFUSED:
            if url == "http://h/\n":
                continue  # blanks round a URL are forgiven
            refusal = self.assertRaises(weburl.BadUrl, weburl.check_url, url)
            self.assertIn(word, str(refusal), url)

    def test_refusal_shows_no_password(self):
        """The text goes to logs and screens."""
        for url in ["ftp://u:secret@h/", "http://u:secret@h:x/", "http://u:secret@/"]:
            refusal = self.assertRaises(weburl.BadUrl, weburl.check_url, url)
            self.assertNotIn("secret", str(refusal))

    def test_host_is_the_same_however_it_is_written(self):
        """The limit for each host counts them together."""
        for url in [
            "http://H.example/",
            "https://u:p@h.EXAMPLE:8/x",
            "http://h.example./",
        ]:
            self.assertEqual(weburl.host_of(url), "h.example")


class MaskTests(unittest.SynchronousTestCase):
    def test_password_is_masked(self):
        """Also in what is no URL."""
        for url, shown in MASKED:
            self.assertEqual(weburl.masked(url), shown)

    def test_password_is_taken_out_of_a_text(self):
        """As written, decoded, and with its user name."""
        url = "http://user:se%20cret@h/"
        text = "user:se%20cret@h, se%20cret, se cret, h"
        self.assertEqual(weburl.scrubbed(text, url), "***@h, ***, ***, h")

    def test_text_of_a_url_without_password_is_left_alone(self):
        """No word is lost by accident."""
        self.assertEqual(weburl.scrubbed("a text", "http://h/"), "a text")
        self.assertEqual(weburl.scrubbed("a text", "http://a:t@h/"), "a text")
