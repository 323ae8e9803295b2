"""The Windows door's functions without a handle: URLs and times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from twinet import wininet as w
from twinet.errors import InternetError
from twinet.urls import UrlComponents

TIME = datetime(2020, 1, 15, 10, 20, 30, tzinfo=UTC)
TEXT = "Wed, 15 Jan 2020 10:20:30 GMT"
#: Measured with each flag of ICU; what it became stands in the test.
CANONICAL = "http://www.winehq.org/%27/ /./>/#>  "


class TextCase(SynchronousTestCase):
    """A failure is known by its number."""

    def fails(self, code: int, function: Any, *arguments: Any) -> str:
        """Call; return what the error says."""
        error = self.assertRaises(InternetError, function, *arguments)
        self.assertEqual(error.code, code, arguments)
        return str(error)


class UrlTests(TextCase):
    """What the recorded tables do not have."""

    def test_crack_gives_components(self) -> None:
        """All of them, and 0 and empty for what is not there."""
        url = "https://joe:secret@example.org:8443/a;b?c=d#e"
        self.assertEqual(
            w.InternetCrackUrl(url),
            UrlComponents(
                scheme="https",
                scheme_number=w.INTERNET_SCHEME_HTTPS,
                host="example.org",
                port=8443,
                username="joe",
                password="secret",
                path="/a;b",
                extra="?c=d#e",
            ),
        )
        self.assertEqual(w.InternetCreateUrl(w.InternetCrackUrl(url)), url)

    def test_crack_decodes_when_asked(self) -> None:
        """With ICU_DECODE alone; ICU_ESCAPE has no effect, as measured."""
        url = "http://h/a%20b?c%20d"
        for flags, path, extra in (
            (0, "/a%20b", "?c%20d"),
            (w.ICU_ESCAPE, "/a%20b", "?c%20d"),
            (w.ICU_DECODE, "/a b", "?c d"),
            (int(w.ICU_DECODE | w.ICU_ESCAPE), "/a b", "?c d"),
        ):
            found = w.InternetCrackUrl(url, flags)
            self.assertEqual((found.path, found.extra), (path, extra), flags)

    def test_canonicalize_obeys_each_flag(self) -> None:
        """As measured on Windows; blanks at the end always go."""
        for flags, canonical in (
            (0, "http://www.winehq.org/%27/%20/%3E/#>"),
            (w.ICU_BROWSER_MODE, "http://www.winehq.org/%27/%20/%3E/#>"),
            (w.ICU_ESCAPE, "http://www.winehq.org/%27/%20/%3E/#>"),
            (w.ICU_USERNAME, "http://www.winehq.org/%27/%20/%3E/#>"),
            (w.ICU_DECODE, "http://www.winehq.org/'/%20/%3E/#>"),
            (w.ICU_ENCODE_PERCENT, "http://www.winehq.org/%2527/%20/%3E/#>"),
            (w.ICU_ENCODE_SPACES_ONLY, "http://www.winehq.org/%27/%20/>/#>"),
            (w.ICU_NO_ENCODE, "http://www.winehq.org/%27/ />/#>"),
            (w.ICU_NO_META, "http://www.winehq.org/%27/%20/./%3E/#>"),
        ):
            self.assertEqual(
                w.InternetCanonicalizeUrl(CANONICAL, flags), canonical, flags
            )
        escaped = w.InternetCanonicalizeUrl("http://a^b/c", w.ICU_ESCAPE_AUTHORITY)
        self.assertEqual(escaped, "http://a%5Eb/c")

    def test_combine_obeys_flags(self) -> None:
        """They are those of canonicalizing."""
        base = "http://h/a/b"
        self.assertEqual(w.InternetCombineUrl(base, "../c d"), "http://h/c%20d")
        plain = int(w.ICU_NO_ENCODE | w.ICU_NO_META)
        self.assertEqual(
            w.InternetCombineUrl(base, "../c d", plain), "http://h/a/../c d"
        )

    def test_create_ignores_its_flags(self) -> None:
        """ICU_ESCAPE escapes nothing, as recorded, and ICU_USERNAME adds nobody."""
        parts = UrlComponents("http", host="h", path="/a b")
        for flags in (0, w.ICU_ESCAPE, w.ICU_USERNAME):
            self.assertEqual(w.InternetCreateUrl(parts, flags), "http://h/a b")

    def test_failures_have_their_numbers(self) -> None:
        """No scheme, no host, a bad port; a password alone; nothing to stand on."""
        for url in ("", "file.txt", "www.example.org", "../x"):
            self.fails(12006, w.InternetCrackUrl, url)
        for url in ("http:///x", "http://h:x/", "http://h:65536/"):
            self.fails(12005, w.InternetCrackUrl, url)
        self.fails(12005, w.InternetCreateUrl, UrlComponents("http"))
        lonely = UrlComponents("http", host="h", password="secret")
        self.assertNotIn("secret", self.fails(87, w.InternetCreateUrl, lonely))
        self.fails(161, w.InternetCombineUrl, "", "x")
        self.fails(161, w.InternetCanonicalizeUrl, "http://h/\ud800")

    def test_what_is_no_text_is_87(self) -> None:
        """WinINet's NULL, and bytes."""
        for nothing in (None, b"http://h/", 0):
            for function in (w.InternetCrackUrl, w.InternetCanonicalizeUrl):
                says = self.fails(87, function, nothing)
                self.assertIn(type(nothing).__name__, says)
            self.fails(87, w.InternetCombineUrl, nothing, "x")
            self.fails(87, w.InternetCombineUrl, "http://h/", nothing)
            self.fails(87, w.InternetCreateUrl, nothing)


class TimeTests(TextCase):
    """Texts become times, and times texts."""

    def test_written_in_utc(self) -> None:
        """A time of another zone is converted; one without a zone is UTC."""
        there = TIME.astimezone(timezone(timedelta(hours=-5)))
        for time in (TIME, there, TIME.replace(tzinfo=None)):
            self.assertEqual(w.InternetTimeFromSystemTime(time), TEXT)
        self.assertEqual(len(TEXT) + 1, w.INTERNET_RFC1123_BUFSIZE)

    def test_read_with_its_zone(self) -> None:
        """It is always UTC, and says so."""
        for text in (TEXT, "Wed Jan 15 10:20:30 2020", "3, 15-01-2020 10 20 30"):
            found = w.InternetTimeToSystemTime(text)
            self.assertEqual((found, found.tzinfo), (TIME, UTC))

    def test_a_year_of_two_digits_is_measured_by_the_clock(self) -> None:
        """It is this year's own, and never far ahead."""
        now = datetime.now(UTC)
        for ahead, shift in ((0, 0), (49, 0), (52, -100)):
            year = now.year + ahead
            text = f"Monday, 01-Jan-{year % 100:02} 00:00:00 GMT"
            self.assertEqual(w.InternetTimeToSystemTime(text).year, year + shift)

    def test_what_cannot_be_read_is_87(self) -> None:
        """The text says what was expected."""
        for text in (
            "",
            "Wed",
            "Wed, 15 Jan 2020",
            "Wed, 32 Jan 2020 1:2:3",
            f"x{TEXT}",
        ):
            self.assertIn(repr(text), self.fails(87, w.InternetTimeToSystemTime, text))
        self.fails(87, w.InternetTimeToSystemTime, None)
        self.fails(87, w.InternetTimeToSystemTime, TEXT.encode())
        self.fails(87, w.InternetTimeFromSystemTime, None)
        self.fails(87, w.InternetTimeFromSystemTime, TEXT)
