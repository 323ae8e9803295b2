"""URLs for the HTTP engine, and where redirects lead."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twinet import errors
from twinet._wire import http_url
from twinet.urls import crack_http, resolve_location

#: Plain URLs and their neighbours: both ways must agree on each.
PLAIN = [
    f"{scheme}://{host}{port}{target}{fragment}"
    for scheme in ("http", "https")
    for host in ("h", "example.com", "a_b.example.", "127.0.0.1", "xn--bcher-kva.de")
    for port in ("", ":1", ":80", ":443", ":8080", ":65535")
    for target in ("", "/", "/a/../b", "/%7e%zz%", "/?", "/a?b=[c]&d='e'", "/x@y:z")
    for fragment in ("", "#", "#top", "#a?b/c")
]
#: "example.com" in the wide letters of East Asian type, its dot included.
WIDE = "".join(chr(ord(letter) + 0xFEE0) for letter in "example.com")
BAD = [
    "http://h:65536/",
    "http://h:99999",
    f"http://{'a.' * 126}aa/",
    f"http://{'a' * 64}/",
]


class CrackHttpTests(SynchronousTestCase):
    def test_plain_url_both_ways_agree(self):
        """The short way gives what the long way gives, for the whole corpus."""
        for url in PLAIN:
            self.assertIsNotNone(http_url._PLAIN(url), url)
            short, long = crack_http(url), http_url._crack_slowly(url)
            self.assertEqual(short, long, url)
            self.assertIs(type(short), http_url.HttpUrl)
            self.assertEqual(hash(short), hash(long))
            self.assertEqual(repr(short), repr(long))

    def test_bad_url_both_ways_refuse(self):
        """What looks plain but is not valid is refused with the long way's words."""
        for url in BAD:
            self.assertIsNotNone(http_url._PLAIN(url) or len(url) > 70, url)
            first = self.assertRaises(errors.InvalidUrl, crack_http, url)
            second = self.assertRaises(errors.InvalidUrl, http_url._crack_slowly, url)
            self.assertEqual(str(first), str(second))

    def test_short_way_result_is_frozen(self):
        """It is not a draft any more."""
        url = crack_http("http://h/")
        with self.assertRaises(AttributeError):
            url.host = "other"  # type: ignore[misc]  # what is tested

    def test_result_cracks_to_itself(self):
        """The url of a result is that of its own result."""
        for url in (
            *PLAIN,
            "HTTP://u:p@EXAMPLE.com:080/ä b#c",
            "http://[FE80::1%25eth0]:8080/x",
            "http://Bücher.de?q={}",
        ):
            once = crack_http(url).url
            self.assertEqual(crack_http(once).url, once)

    def test_parts_of_a_full_url(self):
        """Every part is where it belongs."""
        url = crack_http("HTTPS://us%40er:p%3Aw@Example.COM:8443/a/../b?c=d#e")
        self.assertEqual(
            (url.scheme, url.host, url.port, url.username, url.password),
            ("https", "example.com", 8443, "us@er", "p:w"),
        )
        self.assertEqual((url.target, url.fragment), ("/a/../b?c=d", "e"))
        self.assertEqual(url.host_header, "example.com:8443")
        self.assertEqual(url.url, "https://example.com:8443/a/../b?c=d")

    def test_targets_are_sent_as_given_where_they_can_be(self):
        """Only what must not stand in a request line is encoded."""
        for rest, target in (
            ("", "/"),
            ("?", "/?"),
            ("?q=1", "/?q=1"),
            ("#f", "/"),
            ("/a b", "/a%20b"),
            ("/%41%zz%", "/%41%zz%"),
            ("/./x/../y", "/./x/../y"),
            ("/ä?ö=€", "/%C3%A4?%C3%B6=%E2%82%AC"),
            ("/\udcff", "/%FF"),
            ('/"<>\\^`{|}', "/%22%3C%3E%5C%5E%60%7B%7C%7D"),
            ("/[x]~!$&'()*+,;=:@", "/[x]~!$&'()*+,;=:@"),
            ("//x", "//x"),
        ):
            self.assertEqual(crack_http(f"http://h{rest}").target, target, rest)

    def test_control_characters_are_refused(self):
        """Nothing can be smuggled into a request."""
        for bad in "\r\n\0\t\x1f\x7f":
            for url in (f"http://h/a{bad}b", f"http://h{bad}/", f"http://h/#{bad}"):
                problem = self.assertRaises(errors.InvalidUrl, crack_http, url)
                self.assertIn("control character", str(problem))

    def test_ports_out_of_range_are_refused(self):
        """And those that are no numbers."""
        for port in ("0", "70000", "65536", "x", "-1", "+80", "8_0", "٣", "9" * 5000):
            problem = self.assertRaises(
                errors.InvalidUrl, crack_http, f"http://h:{port}/"
            )
            self.assertIn("1 to 65535", str(problem))
        self.assertEqual(crack_http("https://h:/").port, 443)
        self.assertEqual(crack_http("https://h:00443/").host_header, "h")

    def test_what_is_no_number_is_not_shown_as_a_port(self):
        """It may be the password of a URL whose host was left out."""
        for url in ("http://joe:s3cr3t", "http://joe:5s3cr3t/x?y"):
            problem = self.assertRaises(errors.InvalidUrl, crack_http, url)
            self.assertNotIn("s3cr3t", str(problem))
        problem = self.assertRaises(errors.InvalidUrl, crack_http, "http://h:70000/")
        self.assertIn("the port 70000 is not", str(problem))

    def test_hosts_that_cannot_be_are_refused(self):
        """No host, empty labels, forbidden characters, bad international names."""
        for authority in (
            *("", "u:p@", ":80", "a..b", ".a", "a b", "a,b", "a\\b", "good.com\\@evil"),
            *("%FF", "a%2Fb", "a%00b", "a℀b", "\u00ad", "xn--\u00fc", "☃☃.", "a<b"),
        ):
            self.assertRaises(errors.InvalidUrl, crack_http, f"http://{authority}/")
        for url in ("http:", "http:/x", "http:x", "http://?q", "http:///x"):
            self.assertRaises(errors.InvalidUrl, crack_http, url)

    def test_international_hosts_become_ascii(self):
        """UTS #46 maps them first: case, wide letters, dots."""
        for host, ours in (
            ("Bücher.DE", "xn--bcher-kva.de"),
            ("b%C3%BCcher.de", "xn--bcher-kva.de"),
            (WIDE, "example.com"),
            ("faß.de", "xn--fa-hia.de"),
            ("a_b.bücher.de", "a_b.xn--bcher-kva.de"),
            ("例え。テスト", "xn--r8jz45g.xn--zckzah"),
        ):
            url = crack_http(f"http://{host}/")
            self.assertEqual((url.host, url.host_header), (ours, ours))

    def test_ipv6_hosts_lose_their_brackets(self):
        """But not in the Host field, where a zone must not stand."""
        for authority, host, field, whole in (
            ("[::1]:8080", "::1", "[::1]:8080", "[::1]:8080"),
            ("[2001:DB8::0:1]", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]"),
            ("[fe80::1%25eth0]", "fe80::1%eth0", "[fe80::1]", "[fe80::1%25eth0]"),
            ("[fe80::1%eth0]:80", "fe80::1%eth0", "[fe80::1]", "[fe80::1%25eth0]"),
        ):
            url = crack_http(f"http://{authority}/")
            self.assertEqual((url.host, url.host_header), (host, field))
            self.assertEqual(url.url, f"http://{whole}/")
        for bad in ("[::1", "[::1]x", "[x]", "[]", "[::1%25]", "[::1%]", "[v1.a]"):
            self.assertRaises(errors.InvalidUrl, crack_http, f"http://{bad}/")

    def test_userinfo_ends_at_the_last_at_sign(self):
        """Absent and empty parts are told apart."""
        for userinfo, username, password in (
            ("", None, None),
            ("@", None, None),
            ("u@", "u", None),
            ("u:@", "u", ""),
            (":p@", "", "p"),
            ("a@b:c:d@", "a@b", "c:d"),
            ("u:p%2F%3F@", "u", "p/?"),
        ):
            url = crack_http(f"http://{userinfo}h/")
            self.assertEqual((url.username, url.password), (username, password))
            self.assertEqual(url.url, "http://h/")

    def test_password_never_shows(self):
        """Neither in repr nor in the words of an error."""
        self.assertNotIn("hush", repr(crack_http("http://u:hush@h/")))
        for url in (
            "http://u:hush@h:x/",
            "http://u:hush@/",
            "http://u:hush/more@h/",
            "http://u:hush?more@h/",
            "http://u:hush#more@h/",
            "http://u:hush@a b/",
            "ftp://u:hush@h/",
        ):
            problem = self.assertRaises(errors.InternetError, crack_http, url)
            self.assertNotIn("hush", str(problem), url)

    def test_other_schemes_are_refused(self):
        """No scheme, or one that is not HTTP's."""
        for url in ("", "example.com/x", "//h/x", "/x", " http://h/", "1http://h/"):
            problem = self.assertRaises(errors.UnrecognizedScheme, crack_http, url)
            self.assertIn("no scheme", str(problem))
        for url in ("ftp://h/", "localhost:8080/x", "javascript:alert(1)", "httpx://h"):
            problem = self.assertRaises(errors.UnrecognizedScheme, crack_http, url)
            self.assertIn("is not HTTP", str(problem))


class LocationTests(SynchronousTestCase):
    base = crack_http("http://a/b/c/d;p?q")

    def test_normal_examples_of_the_rfc(self):
        """RFC 3986, section 5.4.1, all of them."""
        for reference, expected in (
            ("g:h", "g:h"),
            ("g", "http://a/b/c/g"),
            ("./g", "http://a/b/c/g"),
            ("g/", "http://a/b/c/g/"),
            ("/g", "http://a/g"),
            ("//g", "http://g"),
            ("?y", "http://a/b/c/d;p?y"),
            ("g?y", "http://a/b/c/g?y"),
            ("#s", "http://a/b/c/d;p?q#s"),
            ("g#s", "http://a/b/c/g#s"),
            ("g?y#s", "http://a/b/c/g?y#s"),
            (";x", "http://a/b/c/;x"),
            ("g;x", "http://a/b/c/g;x"),
            ("g;x?y#s", "http://a/b/c/g;x?y#s"),
            ("", "http://a/b/c/d;p?q"),
            (".", "http://a/b/c/"),
            ("./", "http://a/b/c/"),
            ("..", "http://a/b/"),
            ("../", "http://a/b/"),
            ("../g", "http://a/b/g"),
            ("../..", "http://a/"),
            ("../../", "http://a/"),
            ("../../g", "http://a/g"),
        ):
            self.assertEqual(
                resolve_location(self.base, reference.encode()), expected, reference
            )

    def test_abnormal_examples_of_the_rfc(self):
        """RFC 3986, section 5.4.2, all of them; http:g in its lenient reading."""
        for reference, expected in (
            ("../../../g", "http://a/g"),
            ("../../../../g", "http://a/g"),
            ("/./g", "http://a/g"),
            ("/../g", "http://a/g"),
            ("g.", "http://a/b/c/g."),
            (".g", "http://a/b/c/.g"),
            ("g..", "http://a/b/c/g.."),
            ("..g", "http://a/b/c/..g"),
            ("./../g", "http://a/b/g"),
            ("./g/.", "http://a/b/c/g/"),
            ("g/./h", "http://a/b/c/g/h"),
            ("g/../h", "http://a/b/c/h"),
            ("g;x=1/./y", "http://a/b/c/g;x=1/y"),
            ("g;x=1/../y", "http://a/b/c/y"),
            ("g?y/./x", "http://a/b/c/g?y/./x"),
            ("g?y/../x", "http://a/b/c/g?y/../x"),
            ("g#s/./x", "http://a/b/c/g#s/./x"),
            ("g#s/../x", "http://a/b/c/g#s/../x"),
            ("http:g", "http://a/b/c/g"),
        ):
            self.assertEqual(
                resolve_location(self.base, reference.encode()), expected, reference
            )

    def test_absolute_locations_are_taken_without_dots(self):
        """Host, port, user name and query of the location stay."""
        for location, expected in (
            (b"https://b:8443/x/../y?z", "https://b:8443/y?z"),
            (b"HTTP://B/x/./y", "http://B/x/y"),
            (b"http://u:p@b/", "http://u:p@b/"),
            (b"http://b", "http://b"),
            (b"ftp://f/a/../b#c", "ftp://f/b#c"),
            (b"mailto:a/../b", "mailto:a/../b"),
        ):
            self.assertEqual(resolve_location(self.base, location), expected)

    def test_raw_bytes_and_blanks_are_encoded_as_they_are(self):
        """UTF-8 and Latin-1 alike; blanks around the value are none of it."""
        for location, expected in (
            ("/ä ö".encode(), "http://a/%C3%A4%20%C3%B6"),
            ("/ä".encode("latin-1"), "http://a/%E4"),
            (b" \t/x \t", "http://a/x"),
            (b"/a\tb", None),
            ("http://bücher.de/".encode(), "http://b%C3%BCcher.de/"),
        ):
            if expected is None:
                self.assertRaises(
                    errors.InvalidUrl, resolve_location, self.base, location
                )
            else:
                self.assertEqual(resolve_location(self.base, location), expected)
        raw = resolve_location(self.base, "http://bücher.de/".encode())
        self.assertEqual(crack_http(raw).host, "xn--bcher-kva.de")

    def test_control_characters_are_refused(self):
        """Nothing can be smuggled into the next request."""
        for bad in (b"\r", b"\n", b"\0", b"\x7f"):
            self.assertRaises(
                errors.InvalidUrl, resolve_location, self.base, b"/a" + bad + b"b"
            )

    def test_fragment_is_inherited_when_the_location_has_none(self):
        """RFC 9110, section 10.2.2; an empty fragment is one."""
        base = crack_http("http://a/b#frag")
        for location, expected in (
            (b"/c", "http://a/c#frag"),
            (b"http://x/c", "http://x/c#frag"),
            (b"/c#new", "http://a/c#new"),
            (b"/c#", "http://a/c#"),
            (b"", "http://a/b#frag"),
        ):
            self.assertEqual(resolve_location(base, location), expected)

    def test_user_and_port_of_the_base(self):
        """The port stays with the host, user name and password do not."""
        base = crack_http("http://u:p@[fe80::1%25eth0]:8080/x/y")
        self.assertEqual(
            resolve_location(base, b"z"), "http://[fe80::1%25eth0]:8080/x/z"
        )
