"""Cutting, making, combining and canonicalizing URLs the WinINet way."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twinet import errors, urls
from twinet.flags import Icu, Scheme

HOST = "http://www.winehq.org"


class CrackTests(SynchronousTestCase):
    def test_measured_urls_are_cut_as_measured(self):
        """Scheme with its number, host, port, path, extra information."""
        for url, *expected in (
            ("http://h/site/about#hi", "http", 3, "h", 80, "/site/about", "#hi"),
            (f"{HOST}?test=123", "http", 3, "www.winehq.org", 80, "", "?test=123"),
            ("http://h/a.php;test=1", "http", 3, "h", 80, "/a.php;test=1", ""),
            ("HtTp://h/scheme", "HtTp", 3, "h", 80, "/scheme", ""),
            ("res://IELib.dll/test.htm", "res", 11, "IELib.dll", 0, "/test.htm", ""),
            ("gopher://h/site#hi", "gopher", 2, "h", 0, "/site", "#hi"),
            ("about://host/blank", "about", -1, "host", 0, "/blank", ""),
            ("fide:///C:/P%20F/x.xml", "fide", -1, "", 0, "/C:/P%20F/x.xml", ""),
            ("C:\\file.txt", "C", -1, "", 0, "\\file.txt", ""),
            ("file://server/share/x", "file", 5, "server", 0, "/share/x", ""),
        ):
            ours = urls.crack(url)
            self.assertEqual(
                [
                    *(ours.scheme, ours.scheme_number, ours.host),
                    *(ours.port, ours.path, ours.extra),
                ],
                expected,
                url,
            )

    def test_file_with_windows_paths_gives_the_measured_path(self):
        """Escapes are decoded in the form with three slashes only."""
        for url, path in (
            ("file:///C:/Program%20Files/x.xml", "C:\\Program Files\\x.xml"),
            ("file://C:/Program%20Files/x.xml", "C:\\Program%20Files\\x.xml"),
            ("file://C:/Program%20Files/Atmel/..", "C:\\Program%20Files\\Atmel\\..\\"),
            ("file:///C:/Program%20Files/Atmel/.", "C:\\Program Files\\Atmel\\.\\"),
            ("file:///C:/a%20b/../Asdf.xml", "C:\\a b\\..\\Asdf.xml"),
        ):
            ours = urls.crack(url, windows_paths=True)
            self.assertEqual((ours.host, ours.port, ours.path), ("", 0, path))

    def test_long_path_and_extra_are_taken_whole(self):
        """There is no limit of length."""
        ours = urls.crack(f"{HOST}/{'a' * 6000}?{'b' * 6000}")
        self.assertEqual((len(ours.path), len(ours.extra)), (6001, 6001))

    def test_no_scheme_is_refused(self):
        """Without a colon after scheme characters there is none."""
        for url in ("", "file.txt", "www.winehq.org", "../Ritz.xml", "a/b:c", ":x"):
            self.assertRaises(errors.UnrecognizedScheme, urls.crack, url)

    def test_nul_ends_the_url(self):
        """What follows a NUL is not seen, and a host must be left."""
        self.assertEqual(urls.crack("http://h/a\0b").path, "/a")
        self.assertRaises(errors.InvalidUrl, urls.crack, "http://\0x.org")

    def test_missing_host_is_refused_where_it_is_needed(self):
        """http, https, ftp and gopher have a server."""
        for url in ("http:///x", "https://", "ftp:/x", "gopher:x", "http://:80/"):
            self.assertRaises(errors.InvalidUrl, urls.crack, url)

    def test_bad_port_is_refused(self):
        """A port is a number up to 65535."""
        for port in ("x", "65536", "-1", "1 ", "٣", "9" * 5000):
            self.assertRaises(errors.InvalidUrl, urls.crack, f"http://h:{port}/")
        self.assertEqual(urls.crack("http://h:/").port, 80)
        self.assertEqual(urls.crack("http://h:0080/").port, 80)

    def test_user_with_at_sign_ends_at_the_last_one(self):
        """Password after the first colon, host after the last @."""
        ours = urls.crack("ftp://a@b:c:d@e@host:2121/x")
        self.assertEqual(
            (ours.username, ours.password, ours.host, ours.port),
            ("a@b", "c:d@e", "host", 2121),
        )

    def test_repr_hides_the_password(self):
        """The user name is shown, the password never."""
        shown = repr(urls.crack("ftp://joe:hush@h/"))
        self.assertIn("joe", shown)
        self.assertNotIn("hush", shown)


class CreateTests(SynchronousTestCase):
    def made(self, *args, **kwargs):
        return urls.create(urls.UrlComponents(*args, **kwargs))

    def test_measured_components_give_the_measured_url(self):
        """Ports, schemes and user names."""
        whole = {"host": "www.winehq.org", "path": "/site/about"}
        user = {**whole, "username": "username"}
        for components, url in (
            ({**user, "password": "password"}, "http://username:password@www.winehq"),
            (user, "http://username@www.winehq"),
            ({**whole, "scheme": "nhttp", "port": 80}, "nhttp://www.winehq"),
        ):
            end = ".org:80/site/about" if "port" in components else ".org/site/about"
            self.assertEqual(self.made(**components), url + end)
        for port, shown in ((80, ""), (0, ""), (42, ":42"), (65535, ":65535")):
            self.assertEqual(self.made("http", host="h", port=port), f"http://h{shown}")
        for scheme, port in (("ftp", 21), ("gopher", 70), ("https", 443)):
            self.assertEqual(self.made(scheme, host="h", port=port), f"{scheme}://h")
        self.assertEqual(
            self.made("http", host="localhost", path="/", extra="?test=123"),
            "http://localhost/?test=123",
        )

    def test_about_has_slashes_only_with_a_host(self):
        """And a path gets a slash only after a host."""
        self.assertEqual(self.made("about", path="blank"), "about:blank")
        self.assertEqual(
            self.made("about", host="host", path="blank"), "about://host/blank"
        )
        self.assertEqual(self.made("about"), "about:")

    def test_scheme_text_wins_over_its_number(self):
        """Even over one that does not exist."""
        self.assertEqual(self.made("http", 4, "h"), "http://h")
        self.assertEqual(self.made("http", 999, "h"), "http://h")
        self.assertEqual(self.made("", Scheme.FTP, "h"), "ftp://h")
        self.assertEqual(self.made("", Scheme.DEFAULT, "h"), "http://h")
        self.assertRaises(errors.InvalidParameter, self.made, "", 999, "h")

    def test_password_without_user_is_refused(self):
        """There would be no place for it."""
        self.assertRaises(
            errors.InvalidParameter, self.made, "http", host="h", password="p"
        )

    def test_missing_host_is_refused(self):
        """A server needs a name."""
        self.assertRaises(errors.InvalidUrl, self.made, "http", path="/x")

    def test_cracked_urls_come_out_again(self):
        """Cutting and making are inverse but for default ports."""
        for url in (
            "https://u:p@example.org:8443/a;b?c=d#e",
            "http://[::1]:8080/v6",
            "mailto:joe@example.com",
            "file:///C:/dir/file.txt",
            "ftp://u:@h/",
            "javascript:alert(1)",
        ):
            self.assertEqual(urls.create(urls.crack(url)), url)


class CanonicalizeTests(SynchronousTestCase):
    def test_each_flag_treats_the_measured_url_as_measured(self):
        """One URL with everything in it."""
        for flags, rest in (
            (0, "%27/%20/%3E/#>"),
            (Icu.BROWSER_MODE, "%27/%20/%3E/#>"),
            (Icu.ESCAPE, "%27/%20/%3E/#>"),
            (Icu.DECODE, "'/%20/%3E/#>"),
            (Icu.ENCODE_PERCENT, "%2527/%20/%3E/#>"),
            (Icu.ENCODE_SPACES_ONLY, "%27/%20/>/#>"),
            (Icu.NO_ENCODE, "%27/ />/#>"),
            (Icu.NO_META, "%27/%20/./%3E/#>"),
        ):
            ours = urls.canonicalize(f"{HOST}/%27/ /./>/#>  ", flags)
            self.assertEqual(ours, f"{HOST}/{rest}")

    def test_measured_urls_have_their_canonical_form(self):
        """Dots, slashes, blanks."""
        for url, expected in (
            (HOST, f"{HOST}/"),
            (f"{HOST}/tests/../tests/..", f"{HOST}/"),
            (f"{HOST}/..", f"{HOST}/.."),
            (f"{HOST}/tests/..?query=x&return=y", f"{HOST}/?query=x&return=y"),
            (f"{HOST}/tests\\../#example", f"{HOST}/#example"),
            (f"{HOST}/te\tsts/\tx\r\n", f"{HOST}/tests/x"),
            ("http:///www.winehq.org", "http:///www.winehq.org"),
            ("http:www.winehq.org/dir/../i.html", "http:www.winehq.org/i.html"),
            ("file:///C:/user/file", "file://C:\\user\\file"),
            ("/A/../B/./C/../../x", "/x"),
            ("A/../B", "B"),
            ("../A", "../A"),
            ("", ""),
            (f"{HOST}/index.php?x= ", f"{HOST}/index.php?x="),
            ("mailto:a/../b@c", "mailto:a/../b@c"),
            (f"{HOST}/ä&b", f"{HOST}/%C3%A4%26b"),
            ("http://[::1]/[x]", "http://[::1]/%5Bx%5D"),
        ):
            self.assertEqual(urls.canonicalize(url), expected, url)

    def test_flags_do_what_was_measured(self):
        """The rows that stand alone."""
        keep = f"{HOST}/tests/../#example"
        self.assertEqual(urls.canonicalize(keep, Icu.NO_META), keep)
        self.assertEqual(
            urls.canonicalize(
                "file:///C:/Program%20Files/x.xml", Icu.DECODE | Icu.NO_ENCODE
            ),
            "file://C:\\Program Files\\x.xml",
        )
        self.assertEqual(
            urls.canonicalize("http://a b/c", Icu.ESCAPE_AUTHORITY), "http://a%20b/c"
        )

    def test_half_a_surrogate_pair_is_refused(self):
        """It has no UTF-8 form."""
        self.assertRaises(errors.BadPathname, urls.canonicalize, "http://h/\ud800")


class CombineTests(SynchronousTestCase):
    def test_measured_pairs_give_the_measured_url(self):
        """Relative paths, queries, fragments, other schemes."""
        for base, relative, expected in (
            (f"{HOST}/tests", "tests1", f"{HOST}/tests1"),
            (f"{HOST}/tests/", "../tests3", f"{HOST}/tests3"),
            (f"{HOST}/tests/../tests/", "tests5", f"{HOST}/tests/tests5"),
            (f"{HOST}/tests/../tests/", "/tests6/..", f"{HOST}/"),
            (f"{HOST}/tests/?query=x&return=y", "tests8", f"{HOST}/tests/tests8"),
            (f"{HOST}/tests/?query=x/y/z#e", "tests16", f"{HOST}/tests/tests16"),
            (f"{HOST}/tests/#example", "tests9", f"{HOST}/tests/tests9"),
            (f"{HOST}/test12", "#", f"{HOST}/test12#"),
            (f"{HOST}/test13#aaa", "#bbb", f"{HOST}/test13#bbb"),
            (f"{HOST}/test/", "test%20file.txt", f"{HOST}/test/test%20file.txt"),
            ("file:///C:\\dir\\file.txt", "test.txt", "file:///C:/dir/test.txt"),
            ("foo:today", "foo:calendar", "foo:calendar"),
            ("foo:today", "bar:calendar", "bar:calendar"),
            ("foo:/today", "foo:calendar", "foo:/calendar"),
            ("Foo:/today/", "fOo:calendar", "foo:/today/calendar"),
            ("ftp://xxxxxxxxx/", "http://wine3/dir", "http://wine3/dir"),
            ("xxx://xxxxxxxxx", "ftp:wine14/dir", "ftp:wine14/dir"),
        ):
            self.assertEqual(urls.combine(base, relative), expected, (base, relative))

    def test_no_meta_keeps_dots(self):
        """The flag reaches the result."""
        self.assertEqual(
            urls.combine(f"{HOST}/a/", "/tests10/..", Icu.NO_META),
            f"{HOST}/tests10/..",
        )

    def test_two_relative_urls_are_refused(self):
        """Nothing absolute can come of them."""
        self.assertRaises(errors.BadPathname, urls.combine, "a/b", "c")
        self.assertEqual(urls.combine("a/b", "http://h/"), "http://h/")
