"""Lines of menus, locators and URLs of Gopher."""

from __future__ import annotations

import random

from twisted.trial.unittest import SynchronousTestCase

from twinet import errors, urls
from twinet._wire import http_url
from twinet._wire.gopher_item import read_item
from twinet._wire.gopher_request import request
from twinet._wire.gopher_type import sign_of, type_of
from twinet._wire.gopher_url import gopher_place
from twinet.gopher import FILE_MASK, GopherType

T = GopherType

#: RFC 1436, sections 2 and 4, with the line ends taken off: what the server sends.
RFC_1436 = (
    (
        b"0About internet Gopher\tStuff:About us\trawBits.micro.umn.edu\t70",
        (T.TEXT_FILE, "About internet Gopher", "Stuff:About us"),
        ("rawBits.micro.umn.edu", 70),
    ),
    (
        b"1Around University of Minnesota\tZ,5692,AUM\tunderdog.micro.umn.edu\t70",
        (T.DIRECTORY, "Around University of Minnesota", "Z,5692,AUM"),
        ("underdog.micro.umn.edu", 70),
    ),
    (
        b"1Courses, Schedules, Calendars\t\tevents.ais.umn.edu\t9120",
        (T.DIRECTORY, "Courses, Schedules, Calendars", ""),
        ("events.ais.umn.edu", 9120),
    ),
    (
        b"2Phone Books\t\tnameserver.umn.edu\t105",
        (T.CSO, "Phone Books", ""),
        ("nameserver.umn.edu", 105),
    ),
    (
        b"7Search for \tthe index\tgopher.mit.edu\t70",
        (T.INDEX_SERVER, "Search for ", "the index"),
        ("gopher.mit.edu", 70),
    ),
    (
        b"8Telnet\t\tpucc.princeton.edu\t23",
        (T.TELNET, "Telnet", ""),
        ("pucc.princeton.edu", 23),
    ),
)


class ItemTests(SynchronousTestCase):
    def test_the_examples_of_rfc_1436(self) -> None:
        for line, (kind, words, selector), where in RFC_1436:
            entry = read_item(line)
            assert entry is not None
            self.assertEqual(
                (entry.type, entry.display_string, entry.selector),
                (kind, words, selector),
            )
            self.assertEqual((entry.host, entry.port), where)

    def test_every_type_has_its_character(self) -> None:
        """And goes back to it, but for the second ones of a type."""
        signs = "0123456789+TgI:;<shPdci"
        for sign in signs:
            kind = type_of(sign)
            self.assertNotEqual(kind, T.UNKNOWN, sign)
            self.assertEqual(kind.bit_count(), 1)
            self.assertEqual(
                sign_of(kind | T.GOPHER_PLUS), {"s": "<", "d": "P"}.get(sign, sign)
            )
        self.assertEqual(type_of("X"), T.UNKNOWN)
        self.assertIsNone(sign_of(T.UNKNOWN))
        self.assertIsNone(sign_of(T.GIF | T.IMAGE))

    def test_what_servers_leave_out_or_add(self) -> None:
        for line, port, flags in (
            (b"0a\ts\th", 70, T(0)),
            (b"0a\ts\th\t", 70, T(0)),
            (b"0a\ts\th\t 70 ", 70, T(0)),
            (b"0a\ts\th\t70\t+", 70, T.GOPHER_PLUS),
            (b"0a\ts\th\t70\t+\tmore", 70, T.GOPHER_PLUS),
            (b"0a\ts\th\t70\t?", 70, T.GOPHER_PLUS | T.ASK),
            (b"0a\ts\th\t70\tx", 70, T(0)),
            (b"0a\ts\th\t0", 0, T(0)),
        ):
            entry = read_item(line)
            assert entry is not None, line
            self.assertEqual((entry.port, entry.type), (port, T.TEXT_FILE | flags))

    def test_what_is_no_item(self) -> None:
        for line in (
            b"",
            b"0",
            b"0a",
            b"0a\ts",
            b"hello",
            b"\ta\ts\th\t70",
            b" a\ts\th\t70",
            b"0a\ts\th\tport",
            b"0a\ts\th\t65536",
            b"0a\ts\th\t-1",
            b"0a\ts\th\t70\r0b\ts\th\t70",
        ):
            self.assertIsNone(read_item(line), line)

    def test_words_to_be_read_need_no_place(self) -> None:
        for line in (b"ihello", b"ihello\t", b"ihello\t\tnull.host\tx", b"3no\t\t\t"):
            entry = read_item(line)
            assert entry is not None, line
            self.assertEqual((entry.port, entry.url), (0, ""))
            self.assertFalse(entry.is_file or entry.is_menu)

    def test_words_are_decoded_and_selectors_keep_their_bytes(self) -> None:
        for raw, words in (("é".encode(), "é"), (b"\xe9", "é"), (b"\xff\xfe", "ÿþ")):
            entry = read_item(b"0" + raw + b"\t/" + raw + b"\th\t70")
            assert entry is not None
            self.assertEqual(entry.display_string, words)
            self.assertEqual(request(entry.selector), b"/" + raw + b"\r\n")
            # Through the locator and the URL as well.
            again = urls.read_gopher_locator(entry.locator)
            self.assertEqual(request(again.selector), b"/" + raw + b"\r\n")
            self.assertEqual(
                request(urls.crack_gopher(entry.url).selector), b"/" + raw + b"\r\n"
            )

    def test_no_line_raises(self) -> None:
        """Whatever comes, it is an entry whose locator reads the same, or none."""
        chance = random.Random(1436)
        alphabet = b"0123i+hx\t\t\t\t70? \x00\xff\xc3\xa9.\r"
        for _ in range(20000):
            line = bytes(chance.choices(alphabet, k=chance.randrange(30)))
            entry = read_item(line)
            if entry is None or b"\0" in line or b"\r" in line:
                continue
            again = urls.read_gopher_locator(entry.locator)
            self.assertEqual(
                (again.type, again.selector, again.host, again.port),
                (entry.type, entry.selector, entry.host, entry.port),
            )


class LocatorTests(SynchronousTestCase):
    def test_is_the_line_of_a_menu(self) -> None:
        made = urls.gopher_locator
        self.assertEqual(made("h"), "1\t\th\t70\r\n")
        self.assertEqual(
            made("h", 7070, "words", "/s", T.TEXT_FILE), "0words\t/s\th\t7070\r\n"
        )
        plus = T.BINARY | T.GOPHER_PLUS
        self.assertEqual(made("h", 0, "", "s", plus), "9\ts\th\t70\t+\r\n")
        self.assertEqual(made("h", 0, "", "s", T.ASK), "1\ts\th\t70\t?\r\n")
        self.assertEqual(made("h", 0, "", "s", 0), "1\ts\th\t70\r\n")

    def test_reads_what_it_makes(self) -> None:
        for kind in T:
            if kind in (T.ASK, T.GOPHER_PLUS, T.UNKNOWN):
                continue
            text = urls.gopher_locator("h", 1, "w", "s", kind | T.GOPHER_PLUS)
            entry = urls.read_gopher_locator(text)
            self.assertEqual(entry.type, kind | T.GOPHER_PLUS)
            self.assertEqual(entry.locator, text.replace("\th\t1", "\th\t1"))

    def test_length_is_not_limited(self) -> None:
        text = urls.gopher_locator("h", 0, "w" * 1000, "s" * 1000)
        self.assertEqual(len(urls.read_gopher_locator(text).selector), 1000)

    def test_refuses_what_cannot_be(self) -> None:
        made = urls.gopher_locator
        for given in (
            {"host": ""},
            {"host": "a\tb"},
            {"port": 65536},
            {"port": -1},
            {"port": "70"},
            {"selector": "a\r\nb"},
            {"selector": "a\tb"},
            {"selector": "a\0b"},
            {"display_string": "a\nb"},
            {"selector": 5},
        ):
            self.assertRaises(errors.InvalidParameter, made, **{"host": "h", **given})
        for kind in (T.UNKNOWN, T.GIF | T.IMAGE, 1 << 27):
            self.assertRaises(errors.GopherUnknownLocator, made, "h", kind=kind)

    def test_says_what_is_no_locator(self) -> None:
        for text in ("", "/path", "0a\tb", "0a\ts\th\tx", "0a\ts\th\t70\r\nx\r\n", 5):
            fault = self.assertRaises(
                errors.GopherInvalidLocator,
                urls.read_gopher_locator,
                text,
            )
            self.assertIn("locator", str(fault))

    def test_type_mask_is_that_of_the_header(self) -> None:
        self.assertEqual(FILE_MASK, 0x001FF271)


class RequestTests(SynchronousTestCase):
    def test_lines(self) -> None:
        for given, sent in (
            (("",), b"\r\n"),
            (("/s",), b"/s\r\n"),
            (("/s", "two words"), b"/s\ttwo words\r\n"),
            (("/s", None, "+"), b"/s\t+\r\n"),
            (("/s", None, "+text/plain En_US"), b"/s\t+text/plain En_US\r\n"),
            (("/s", "w", "+"), b"/s\tw\t+\r\n"),
            (("/s", None, "!+VIEWS"), b"/s\t!+VIEWS\r\n"),
            (
                ("/s", None, "+", ["a", ".b", ""]),
                b"/s\t+\t1\r\n+-1\r\na\r\n..b\r\n\r\n.\r\n",
            ),
        ):
            self.assertEqual(request(*given), sent)

    def test_nothing_can_add_a_line(self) -> None:
        for bad in ("a\r", "a\n", "a\0", "a\tb"):
            self.assertRaises(errors.GopherInvalidLocator, request, bad)
            self.assertRaises(errors.InvalidParameter, request, "s", bad)
            self.assertRaises(errors.InvalidParameter, request, "s", None, bad)
            self.assertRaises(errors.InvalidParameter, request, "s", None, "+", [bad])
        self.assertRaises(errors.InvalidParameter, request, "s", None, "+", "text")
        self.assertRaises(errors.InvalidParameter, request, "\ud800")


class UrlTests(SynchronousTestCase):
    def test_parts(self) -> None:
        """RFC 4266, section 2."""
        for url, parts in (
            ("gopher://h", ("1", "", None, None)),
            ("gopher://h/", ("1", "", None, None)),
            ("gopher://h/1", ("1", "", None, None)),
            ("GOPHER://H/0/a%20b", ("0", "/a b", None, None)),
            ("gopher://h/9a/b", ("9", "a/b", None, None)),
            ("gopher://h/7/s%09two%20words", ("7", "/s", "two words", None)),
            ("gopher://h/0/s%09%09+", ("0", "/s", None, "+")),
            ("gopher://h/0/s%09w%09+t/p", ("0", "/s", "w", "+t/p")),
            ("gopher://h/0/s?a=b#frag", ("0", "/s?a=b", None, None)),
            ("gopher://h/%30x", ("0", "x", None, None)),
            ("gopher://h/hURL:http://x/y", ("h", "URL:http://x/y", None, None)),
        ):
            got = urls.crack_gopher(url)
            self.assertEqual((got.sign, got.selector, got.search, got.plus), parts, url)
            self.assertEqual(
                (got.place.host, got.place.port, got.tls), ("h", 70, False)
            )

    def test_place(self) -> None:
        for url, place in (
            ("gopher://[::1]:7070/", ("::1", 7070, False)),
            ("gophers://h/", ("h", 70, True)),
            ("gopher://u:p@h:105/", ("h", 105, False)),
        ):
            got = urls.crack_gopher(url)
            self.assertEqual((got.place.host, got.place.port, got.tls), place)

    def test_refused(self) -> None:
        for url in (
            "gopher:///x",
            "gopher://h:25/_HELO",
            "gopher://h:1023/",
            "gopher://h/0a%0d%0aDATA",
            "gopher://h/0a%00",
            "gopher://h/%09x",
            "gopher://h/%0d",
            "gopher://h:x/",
            "gopher://h/0 \n",
        ):
            self.assertRaises(errors.InvalidUrl, urls.crack_gopher, url)
        self.assertRaises(errors.UnrecognizedScheme, urls.crack_gopher, "http://h/")

    def test_plain_urls_go_a_short_way(self) -> None:
        """Which leads to the same as the long one."""
        for url in (
            "gopher://h",
            "gopher://h/",
            "gopher://h:70/0/a",
            "gophers://a.b.example.:7070/9/%20b?c",
            "gopher://h:65535/1",
            "gopher://127.0.0.1:1/",
        ):
            self.assertEqual(
                http_url.crack_gopher(url),
                http_url._crack_slowly(url, ("gopher", "gophers")),
            )
        for url in ("gopher://h:65536/", f"gopher://{'a.' * 130}b/"):
            self.assertRaises(errors.InvalidUrl, http_url.crack_gopher, url)

    def test_entries_have_urls_that_lead_to_them(self) -> None:
        for line, url in (
            (b"0a\t/x y\th\t70", "gopher://h/0/x%20y"),
            (b"1a\t\th\t7070", "gopher://h:7070/1"),
            (b"9a\t%\t::1\t70", "gopher://[::1]/9%25"),
            (b"0a\tb?c#d\th\t70", "gopher://h/0b%3Fc%23d"),
            (b"hw\tURL:http://x/\th\t70", "http://x/"),
            (b"hw\t/URL:mailto:a@b\th\t70", "mailto:a@b"),
            (b"hw\tURL:nothing\th\t70", "gopher://h/hURL:nothing"),
            (b"0w\tURL:http://x/\th\t70", "gopher://h/0URL:http://x/"),
        ):
            entry = read_item(line)
            assert entry is not None
            self.assertEqual(entry.url, url)
            if url.startswith("gopher"):
                self.assertEqual(urls.crack_gopher(url).selector, entry.selector)

    def test_no_host_leads_elsewhere(self) -> None:
        """What a menu calls a host is a host, or refused."""
        for host in ("a/b", "a@b", "a?b", "a#b", "a\\b", "a b", "", "h:70", "a\x01b"):
            self.assertRaises(
                errors.InvalidUrl, gopher_place, host, 70, tls=False, sign="0"
            )
