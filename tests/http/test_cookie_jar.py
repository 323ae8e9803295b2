"""The cookie jar: what servers and programs set, and what goes back.

Section numbers are those of RFC 6265bis.
"""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from twinet._http.cookie_shelf import IN_ALL, PER_DOMAIN
from twinet._http.cookie_store import LONGEST
from twinet._http.cookies import CookieJar
from twinet.errors import InvalidParameter, OperationNotAllowed
from twinet.urls import crack_http

DAY = 24 * 3600
PAST = "Thu, 01 Jan 1970 00:00:10 GMT"


class JarCase(SynchronousTestCase):
    """A jar with a clock that stands still."""

    def setUp(self) -> None:
        self.now = 1_000_000_000.0
        self.jar = CookieJar(clock=lambda: self.now)

    def take(self, url: str, *values: str) -> None:
        """Let the server of a URL set cookies."""
        self.jar.store.take(
            crack_http(url),
            [(b"Set-Cookie", value.encode("latin-1")) for value in values],
        )

    def sent(self, url: str) -> str | None:
        """Return what goes to a URL."""
        value = self.jar.store.header_for(crack_http(url))
        return None if value is None else value.decode("latin-1")

    def add(self, url: str, name: str, text: str) -> None:
        """Let a program set one."""
        self.jar.add(url, f"{name}={text}" if name else text)

    def refused(self, url: str, name: str, value: str) -> None:
        """Check that a program may not set this."""
        error = self.assertRaises(InvalidParameter, self.add, url, name, value)
        self.assertEqual(error.code, 87)

    def got(self, url: str) -> str:
        """Return what a script would see."""
        seen = [c for c in self.jar.for_url(url) if not c.http_only]
        return "; ".join(f"{c.name}={c.value}" if c.name else c.value for c in seen)

    def nothing_for(self, url: str) -> None:
        """Check that a program sees no cookie here."""
        self.assertEqual(self.got(url), "")


class DomainTests(JarCase):
    """Hosts and domains: sections 5.1.2, 5.1.3 and 5.7."""

    def test_cookie_without_domain_goes_to_its_host_alone(self) -> None:
        """Neither above nor below."""
        self.take("http://a.example.com/", "c=1")
        self.assertEqual(self.sent("http://a.example.com/"), "c=1")
        for host in ("example.com", "x.a.example.com", "b.example.com", "a.example.co"):
            self.assertIsNone(self.sent(f"http://{host}/"), host)

    def test_cookie_with_domain_goes_below_it_as_well(self) -> None:
        """To whole labels only."""
        for given in ("example.com", ".example.com", ".EXAMPLE.Com"):
            self.jar.clear()
            self.take("http://a.example.com/", f"c=1; Domain={given}")
            for host in ("example.com", "a.example.com", "x.y.example.com"):
                self.assertEqual(self.sent(f"http://{host}/"), "c=1", (given, host))
            for host in ("notexample.com", "com", "example.com.org", "xample.com"):
                self.assertIsNone(self.sent(f"http://{host}/"), (given, host))

    def test_own_host_as_domain_opens_what_is_below(self) -> None:
        """The attribute counts, not that it says the same."""
        self.take("http://example.com/", "c=1; Domain=example.com")
        self.assertEqual(self.sent("http://a.example.com/"), "c=1")

    def test_empty_domain_is_none(self) -> None:
        """And the last one counts."""
        for domain in ("Domain=", "Domain=.", "Domain", "Domain=example.com; Domain="):
            self.jar.clear()
            self.take("http://a.example.com/", f"c=1; {domain}")
            self.assertEqual(self.sent("http://a.example.com/"), "c=1", domain)
            self.assertIsNone(self.sent("http://example.com/"), domain)

    def test_domain_that_is_not_above_is_refused(self) -> None:
        """Below, beside, elsewhere, half a label, with a dot too many."""
        for domain in (
            "x.a.example.com",
            "b.example.com",
            "example.org",
            "xample.com",
            "..example.com",
            "example.com.",
            "example..com",
            "*.example.com",
            "example.com:80",
            "http://example.com",
            "ex\xe4mple.com",
        ):
            self.take("http://a.example.com/", f"c=1; Domain={domain}")
            self.assertEqual(len(self.jar), 0, domain)

    def test_case_of_a_host_does_not_matter(self) -> None:
        """Neither in the URL nor in the attribute."""
        self.take("http://A.EXAMPLE.com/", "c=1; Domain=Example.COM")
        self.assertEqual(self.sent("http://b.eXample.com/"), "c=1")

    def test_international_domain_is_written_in_ascii(self) -> None:
        """As the host is; other forms match nothing (5.7)."""
        url = "http://a.b\xfccher.de/"
        self.take(url, "c=1; Domain=b\xfccher.de")
        self.assertEqual(len(self.jar), 0)
        self.take(url, "c=1; Domain=xn--bcher-kva.de")
        self.assertEqual(self.sent("http://b\xfccher.de/"), "c=1")

    def test_address_is_one_host(self) -> None:
        """It has nothing above it and nothing below; it may name itself."""
        for host, bare, others in (
            (
                "127.0.0.1",
                "127.0.0.1",
                ("127.0.0.2", "x.127.0.0.1", "0.0.1", "27.0.0.1"),
            ),
            ("[2001:db8::1]", "2001:db8::1", ("[2001:db8::2]", "[::1]")),
            ("[2001:DB8:0:0::1]", "2001:db8::1", ("[2001:db8::2]",)),
        ):
            for value in ("c=1", f"c=1; Domain={bare}"):
                self.jar.clear()
                self.take(f"http://{host}/", value)
                self.assertEqual(self.sent(f"http://{host}/"), "c=1", host)
                for other in others:
                    self.assertIsNone(self.sent(f"http://{other}/"), (host, other))

    def test_part_of_an_address_is_no_domain(self) -> None:
        """Section 5.1.3: only names have domains."""
        for host, domain in (
            ("127.0.0.1", "0.0.1"),
            ("127.0.0.1", ".0.1"),
            ("127.0.0.1", "1"),
            ("127.0.0.1", "127.0.0"),
            ("[2001:db8::1]", "1"),
            ("[::ffff:1.2.3.4]", "2.3.4"),
            ("[fe80::1%25a.b.c]", "b.c"),
        ):
            self.take(f"http://{host}/", f"c=1; Domain={domain}")
            self.assertEqual(len(self.jar), 0, (host, domain))

    def test_nothing_is_set_for_a_public_suffix(self) -> None:
        """Everybody may have a name there."""
        for host, domain in (
            ("a.co.uk", "co.uk"),
            ("a.co.uk", ".co.uk"),
            ("a.co.uk", "CO.UK"),
            ("a.b.co.uk", "uk"),
            ("example.com", "com"),
            ("a.github.io", "github.io"),
            ("a.xn--55qx5d.cn", "xn--55qx5d.cn"),
            ("a.b.ck", "b.ck"),
            ("a.unheard-of", "unheard-of"),
            ("a.co.uk.", "co.uk."),
        ):
            self.take(f"http://{host}/", f"c=1; Domain={domain}")
            self.assertEqual(len(self.jar), 0, (host, domain))
            self.refused(f"http://{host}/", "c", f"1; Domain={domain}")

    def test_domain_below_a_public_suffix_may_be_set(self) -> None:
        """That is where registered names are."""
        for host, domain in (
            ("x.a.co.uk", "a.co.uk"),
            ("x.a.github.io", "a.github.io"),
            ("x.www.ck", "www.ck"),
        ):
            self.take(f"http://{host}/", f"c=1; Domain={domain}")
            self.assertEqual(self.sent(f"http://y.{domain}/"), "c=1", (host, domain))

    def test_public_suffix_as_own_host_is_host_only(self) -> None:
        """So are names of one label (5.7)."""
        for host in ("co.uk", "github.io", "localhost", "intranet"):
            self.take(f"http://{host}/", f"c=1; Domain={host}")
            self.assertEqual(self.sent(f"http://{host}/"), "c=1", host)
            self.assertIsNone(self.sent(f"http://a.{host}/"), host)

    def test_ports_and_schemes_share(self) -> None:
        """Both ways (8.5)."""
        self.take("http://h.example:8080/", "a=1")
        self.take("https://h.example:8443/", "b=2")
        for url in ("http://h.example/", "https://h.example/", "http://h.example:1/"):
            self.assertEqual(self.sent(url), "a=1; b=2", url)

    def test_host_only_and_domain_cookies_are_two(self) -> None:
        """With the same name, domain and path (5.7)."""
        self.take("http://example.com/", "c=1", "c=2; Domain=example.com")
        self.assertEqual(self.sent("http://example.com/"), "c=1; c=2")
        self.assertEqual(self.sent("http://a.example.com/"), "c=2")
        self.take("http://example.com/", "c=; Max-Age=0")
        self.assertEqual(self.sent("http://example.com/"), "c=2")


class PathTests(JarCase):
    """Paths and the order of cookies: sections 5.1.4 and 5.8.3."""

    def test_default_path_is_the_directory(self) -> None:
        """Without the last slash, and without the query."""
        for rest, path in (
            ("", "/"),
            ("/", "/"),
            ("/a", "/"),
            ("/a/", "/a"),
            ("/a/b", "/a"),
            ("/a/b/", "/a/b"),
            ("/a/b/c.html?x=/y/z#/w/", "/a/b"),
            ("?x=/a/b", "/"),
            ("/?/a/b", "/"),
            ("//", "/"),
            ("//a/b", "//a"),
            ("/a%2Fb/c", "/a%2Fb"),
            ("/a b/c", "/a%20b"),
        ):
            for attribute in ("", "; Path=", "; Path=x", "; Path=/x; Path=x"):
                self.jar.clear()
                self.take(f"http://h.example{rest}", f"c=1{attribute}")
                self.assertEqual([c.path for c in self.jar], [path], (rest, attribute))

    def test_path_covers_itself_and_what_is_below(self) -> None:
        """Whole segments, in the same case."""
        for path, rest, goes in (
            ("/", "", True),
            ("/", "/", True),
            ("/", "/a/b", True),
            ("/a", "/a", True),
            ("/a", "/a/", True),
            ("/a", "/a/b", True),
            ("/a", "/a?x=1", True),
            ("/a", "/a#x", True),
            ("/a", "/ab", False),
            ("/a", "/", False),
            ("/a", "/?/a", False),
            ("/a", "/A", False),
            ("/a", "/b/a", False),
            ("/a/", "/a", False),
            ("/a/", "/a/", True),
            ("/a/", "/a/b", True),
            ("/a/", "/a?/", False),
            ("/a%20b", "/a b", True),
            ("/a?x", "/a?x", False),
        ):
            self.jar.clear()
            self.take("http://h.example/", f"c=1; Path={path}")
            sent = self.sent(f"http://h.example{rest}")
            self.assertEqual(sent, "c=1" if goes else None, (path, rest))

    def test_path_may_be_set_from_elsewhere(self) -> None:
        """It protects nothing (8.6)."""
        self.take("http://h.example/a/b", "c=1; Path=/x/y")
        self.assertEqual(self.sent("http://h.example/x/y/z"), "c=1")
        self.assertIsNone(self.sent("http://h.example/a/b"))

    def test_longest_path_goes_first_then_the_oldest(self) -> None:
        """Whatever domain they are of (5.8.3)."""
        self.take("http://h.example.com/", "a=1; Path=/", "b=2; Path=/x/y")
        self.take("http://h.example.com/", "c=3; Domain=example.com; Path=/x")
        self.take("http://h.example.com/", "d=4; Domain=example.com; Path=/")
        self.take("http://h.example.com/", "e=5; Path=/x", "f=6; Path=/")
        self.assertEqual(
            self.sent("http://h.example.com/x/y"), "b=2; c=3; e=5; a=1; d=4; f=6"
        )

    def test_order_does_not_hang_on_names_or_the_clock(self) -> None:
        """The older of two goes first, set in the same tick or with the clock back."""
        self.take("http://h.example/", "z=1", "y=2")
        self.now -= DAY
        self.take("http://h.example/", "x=3", "A=4")
        self.assertEqual(self.sent("http://h.example/"), "z=1; y=2; x=3; A=4")

    def test_update_keeps_the_creation_time(self) -> None:
        """So the order stays; the value and the rest are new (5.7)."""
        self.take("http://h.example/", "a=1; HttpOnly; Max-Age=10", "b=2")
        self.now += 5
        self.take("http://h.example/", "a=3; SameSite=Lax")
        self.assertEqual(self.sent("http://h.example/"), "a=3; b=2")
        self.now += DAY
        self.assertEqual(self.sent("http://h.example/"), "a=3; b=2")
        self.assertEqual(self.got("http://h.example/"), "a=3; b=2")
        self.assertEqual(
            {c.name: c.same_site for c in self.jar}, {"a": "lax", "b": None}
        )
        self.assertEqual(len(self.jar), 2)

    def test_other_path_is_another_cookie(self) -> None:
        """As is another case of the name."""
        self.take("http://h.example/", "a=1; Path=/", "a=2; Path=/x", "A=3; Path=/x")
        self.assertEqual(self.sent("http://h.example/x"), "a=2; A=3; a=1")


class FieldTests(JarCase):
    """What is read and what is written."""

    def test_fields_are_found_by_name(self) -> None:
        """In any case, each for itself; others set nothing."""
        self.jar.store.take(
            crack_http("http://h.example/"),
            [
                (b"Set-Cookie", b"a=1"),
                (b"Cookie", b"x=1"),
                (b"set-cookie", b"b=2, c=3; Path=/"),
                (b"Set-Cookie2", b"y=1"),
                (b"SET-COOKIE", b"d=4"),
            ],
        )
        self.assertEqual(self.sent("http://h.example/"), "a=1; b=2, c=3; d=4")

    def test_empty_names_and_values_are_written_as_5_8_3_says(self) -> None:
        """No equals sign without a name, and one without a value."""
        self.take("http://h.example/", "a=", "b", '=c="d"', "=")
        # The last three have the same name, and that with nothing at all is none.
        self.assertEqual(self.sent("http://h.example/"), 'a=; c="d"')

    def test_bytes_go_back_as_they_came(self) -> None:
        """Whatever text they are meant to be."""
        raw = bytes((*range(0x21, 0x3B), *range(0x3C, 0x7F), *range(0x80, 0x100)))
        url = crack_http("http://h.example/")
        self.jar.store.take(url, [(b"Set-Cookie", b"a=" + raw)])
        self.assertEqual(self.jar.store.header_for(url), b"a=" + raw)

    def test_no_cookie_is_no_field(self) -> None:
        """Of an empty jar, and of one with others."""
        self.assertIsNone(self.sent("http://h.example/"))
        self.take("http://h.example/", "a=1")
        self.assertIsNone(self.sent("http://i.example/"))

    def test_control_characters_set_nothing(self) -> None:
        """Nor do they take away what is there (5.6)."""
        self.take("http://h.example/", "a=1")
        self.take("http://h.example/", "a=2\0", "a=\r\nX: y", "a=3; x=\x7f", "b\n=1")
        self.assertEqual(self.sent("http://h.example/"), "a=1")

    def test_field_of_a_mebibyte_is_ignored(self) -> None:
        """What is too long is not there, be it a cookie or an attribute (5.6)."""
        long = "x" * 2**20
        self.take("http://h.example/", f"a={long}", f"{long}=a", long)
        self.assertEqual(len(self.jar), 0)
        self.take("http://h.example/y/z", f"a=1; Path=/{long}", "b=2" + ";" * 2**20)
        self.assertEqual(
            [(c.name, c.value, c.path) for c in self.jar],
            [("a", "1", "/y"), ("b", "2", "/y")],
        )

    def test_cookie_of_an_endless_path_is_ignored(self) -> None:
        """Its own was too long already; here that of the URL is."""
        self.take(f"http://h.example/{'x' * 1023}/y", "a=1")
        self.take(f"http://h.example/{'x' * 1024}/y", "b=2", "c=3; Path=/")
        self.assertEqual(sorted(c.name for c in self.jar), ["a", "c"])

    def test_one_answer_sets_no_more_than_a_domain_may_have(self) -> None:
        """Each may have to be compared with thousands of others."""
        self.take("http://h.example/", *(f"c{n}=1" for n in range(1000)))
        self.assertEqual(
            [c.name for c in self.jar], [f"c{n}" for n in range(PER_DOMAIN)]
        )

    def test_repr_shows_no_value(self) -> None:
        """Neither that of the jar nor that of a cookie."""
        self.take("http://h.example/", "sid=hidden")
        (cookie,) = self.jar
        for text in (f"{self.jar!r}", f"{self.jar}", f"{cookie!r}", f"{cookie}"):
            self.assertNotIn("hidden", text)
        self.assertIn("sid", repr(cookie))
        self.assertIn("1", repr(self.jar))

    def test_clear_throws_all_away(self) -> None:
        """And the jar can be filled again."""
        self.take("https://h.example/", "a=1; Secure; HttpOnly", "b=2; Max-Age=9")
        self.take("http://i.example/", "c=3")
        self.assertEqual((len(self.jar), len(list(self.jar))), (3, 3))
        self.jar.clear()
        self.assertEqual((len(self.jar), len(list(self.jar))), (0, 0))
        self.assertIsNone(self.sent("https://h.example/"))
        self.nothing_for("http://i.example/")
        self.take("http://i.example/", "c=3")
        self.assertEqual(self.sent("http://i.example/"), "c=3")

    def test_jar_may_change_while_it_is_looked_through(self) -> None:
        """What it held is told."""
        self.take("http://h.example/", "a=1", "b=2")
        seen = []
        for cookie in self.jar:
            seen.append(cookie.name)
            self.jar.clear()
        self.assertEqual(seen, ["a", "b"])


class SecureTests(JarCase):
    """Secure, SameSite and the prefixes: sections 5.4 and 5.7."""

    def test_secure_cookie_goes_over_https_alone(self) -> None:
        """On any port."""
        self.take("https://h.example/", "a=1; Secure", "b=2")
        self.assertEqual(self.sent("https://h.example:444/"), "a=1; b=2")
        self.assertEqual(self.sent("http://h.example:443/"), "b=2")
        self.assertEqual(self.got("http://h.example/"), "b=2")

    def test_secure_cookie_is_not_set_over_http(self) -> None:
        """Neither by a server nor by a program."""
        self.take("http://h.example/", "a=1; Secure")
        self.refused("http://h.example/", "a", "1; Secure")
        self.assertEqual(len(self.jar), 0)

    def test_same_site_none_needs_secure(self) -> None:
        """The other two do not."""
        self.take("https://h.example/", "a=1; SameSite=None", "b=2; SameSite=Strict")
        self.take("https://h.example/", "c=3; SameSite=None; Secure", "d=4; SameSite=x")
        self.take(
            "http://h.example/", "e=5; SameSite=none; Secure", "f=6; SameSite=Lax"
        )
        self.refused("https://h.example/", "g", "7; SameSite=None")
        self.assertEqual(
            [(c.name, c.same_site) for c in self.jar],
            [("b", "strict"), ("c", "none"), ("d", None), ("f", "lax")],
        )

    def test_secure_prefix_needs_secure(self) -> None:
        """In any case of its letters, and in a value without a name."""
        for name in ("__Secure-a", "__secure-a", "__SECURE-", "__sEcUrE-a"):
            for value, kept in (
                (f"{name}=1; Secure", True),
                (f"{name}=1; Secure; Domain=example.com; Path=/x", True),
                (f"{name}=1", False),
                (f"{name}=1; Path=/; HttpOnly", False),
                (f"={name}=1; Secure", False),
                (f"= {name}; Secure", False),
                (f"{name}; Secure", False),
            ):
                self.jar.clear()
                self.take("https://h.example.com/", value)
                self.assertEqual(len(self.jar), int(kept), value)
            self.jar.clear()
            self.take("http://h.example.com/", f"{name}=1; Secure", f"{name}=1")
            self.assertEqual(len(self.jar), 0, name)

    def test_host_prefix_needs_secure_the_whole_host_and_no_domain(self) -> None:
        """In any case of its letters, and in a value without a name."""
        for name in ("__Host-a", "__host-a", "__HOST-", "__hOsT-a"):
            for value, kept in (
                (f"{name}=1; Secure; Path=/", True),
                (f"{name}=1; Secure; Path=/; HttpOnly; Max-Age=9", True),
                (f"{name}=1; Secure; Path=/; Domain=", True),
                (f"{name}=1; Path=/", False),
                (f"{name}=1; Secure", False),
                (f"{name}=1; Secure; Path=/x", False),
                (f"{name}=1; Secure; Path=/; Path=/x", False),
                (f"{name}=1; Secure; Path=/; Domain=h.example.com", False),
                (f"{name}=1; Secure; Path=/; Domain=example.com", False),
                (f"={name}=1; Secure; Path=/", False),
                (f"{name}; Secure; Path=/", False),
            ):
                self.jar.clear()
                self.take("https://h.example.com/", value)
                self.assertEqual(len(self.jar), int(kept), value)

    def test_what_only_looks_like_a_prefix_needs_nothing(self) -> None:
        """The whole prefix is at the beginning."""
        names = ("__Secure", "__Host_a", "_Host-a", "x__Host-a", "__Host", "Secure-a")
        self.take("http://h.example/", *(f"{name}=1" for name in names))
        self.assertEqual([c.name for c in self.jar], list(names))

    def test_http_does_not_overwrite_a_secure_cookie(self) -> None:
        """Nor does a program with an http URL (5.7)."""
        self.take("https://h.example/", "a=1; Secure")
        self.take("http://h.example/", "a=2")
        self.assertEqual(self.sent("https://h.example/"), "a=1")
        self.refused("http://h.example/", "a", "2")
        self.assertEqual(self.sent("https://h.example/"), "a=1")
        self.assertIsNone(self.sent("http://h.example/"))

    def test_http_does_not_delete_a_secure_cookie(self) -> None:
        """A cookie of the past is one too (5.7)."""
        self.take("https://h.example/", "a=1; Secure")
        self.take("http://h.example/", "a=; Max-Age=0", f"a=; Expires={PAST}")
        self.assertEqual(self.sent("https://h.example/"), "a=1")

    def test_http_does_not_shadow_a_secure_cookie_of_another_domain(self) -> None:
        """Of one above or below (5.7)."""
        for url, secure, other, value in (
            (
                "https://h.example.com/",
                "a=1; Secure; Domain=example.com",
                "http://h.example.com/",
                "a=2",
            ),
            (
                "https://h.example.com/",
                "a=1; Secure",
                "http://example.com/",
                "a=2; Domain=example.com",
            ),
            (
                "https://h.example.com/",
                "a=1; Secure",
                "http://i.example.com/",
                "a=2; Domain=example.com",
            ),
        ):
            self.jar.clear()
            self.take(url, secure)
            self.take(other, value)
            self.assertEqual(self.sent(url), "a=1", (secure, other, value))

    def test_http_does_not_shadow_a_secure_cookie_below_its_path(self) -> None:
        """But above its path it may set one (5.7, with this very example)."""
        for path, kept in (("/login", 1), ("/login/en", 1), ("/", 2), ("/foo", 2)):
            self.jar.clear()
            self.take("https://h.example/", "a=1; Secure; Path=/login")
            self.take("http://h.example/", f"a=2; Path={path}")
            self.assertEqual(len(self.jar), kept, path)

    def test_http_may_set_beside_secure_cookies(self) -> None:
        """Of another name, of other hosts, and where the Secure one has expired."""
        self.take("https://h.example.com/", "a=1; Secure; Max-Age=10")
        self.take("http://h.example.com/", "b=2", "A=3")
        self.take("http://i.example.com/", "a=4")
        self.assertEqual(self.sent("http://h.example.com/"), "b=2; A=3")
        self.assertEqual(self.sent("http://i.example.com/"), "a=4")
        self.now += 11
        self.take("http://h.example.com/x", "a=5; Path=/x")
        self.assertEqual(self.sent("http://h.example.com/x"), "a=5; b=2; A=3")
        self.take("http://h.example.com/", "a=6")
        self.assertIn("a=6", self.got("http://h.example.com/"))

    def test_https_may_overwrite_and_delete_a_secure_cookie(self) -> None:
        """It may even make it a common one."""
        self.take("https://h.example/", "a=1; Secure", "b=1; Secure", "a=2")
        self.take("https://h.example/", "b=; Max-Age=0")
        self.assertEqual(self.sent("http://h.example/"), "a=2")


class ProgramTests(JarCase):
    """What programs set and get."""

    def test_what_is_set_goes_to_servers_and_comes_back(self) -> None:
        """With its attributes."""
        self.add("http://h.example.com/x/y", "a", "1")
        self.add("http://h.example.com/", "b", "2; Domain=example.com; Max-Age=9")
        self.add("http://h.example.com/", "", "3")
        for url, expected in (
            ("http://h.example.com/x/", "a=1; b=2; 3"),
            ("http://h.example.com/", "b=2; 3"),
            ("http://example.com/", "b=2"),
        ):
            self.assertEqual(self.got(url), expected)
            self.assertEqual(self.sent(url), expected)

    def test_no_cookie_is_an_error_for_programs(self) -> None:
        """Number 259."""
        self.nothing_for("http://h.example/")
        self.take("https://h.example/x/", "a=1; Secure")
        for url in (
            "https://i.example/x/",
            "http://h.example/x/",
            "https://h.example/",
        ):
            self.nothing_for(url)

    def test_what_may_not_be_set_is_an_error_for_programs(self) -> None:
        """Number 87; servers are told nothing."""
        for name, value in (
            ("a", "1; Domain=example.org"),
            ("a", "1; Domain=com"),
            ("a", "1\r\nX: y"),
            ("a", "1\0"),
            ("a\n", "1"),
            ("a", "v" * 4096),
            ("n" * 4096, "1"),
            ("", ""),
            (" ", "\t; Path=/"),
            ("a", "1; SameSite=None"),
            ("__Secure-a", "1"),
            ("__Host-a", "1; Path=/"),
            ("", "__Host-a=1"),
        ):
            self.refused("http://h.example.com/", name, value)
        self.assertEqual(len(self.jar), 0)

    def test_http_only_cookie_is_not_seen_by_programs(self) -> None:
        """It goes to servers all the same (5.8.3)."""
        self.take("http://h.example/", "a=1; HttpOnly")
        self.nothing_for("http://h.example/")
        self.take("http://h.example/", "b=2")
        self.assertEqual(self.got("http://h.example/"), "b=2")
        self.assertEqual(self.sent("http://h.example/"), "a=1; b=2")

    def test_http_only_cookie_is_not_overwritten_by_scripts(self) -> None:
        """Nor deleted, nor set; servers may, and the program itself (5.7)."""
        url = "http://h.example/"
        self.take(url, "a=1; HttpOnly")
        for text in ("a=2", "a=; Max-Age=0", "a=2; HttpOnly", "b=2; HttpOnly"):
            error = self.assertRaises(
                OperationNotAllowed, self.jar.add, url, text, script=True
            )
            self.assertEqual(error.code, 4317)
        self.assertEqual(self.sent(url), "a=1")
        self.jar.add(url, "a=4; HttpOnly")
        self.assertEqual(self.sent(url), "a=4")
        self.take(url, "a=3")
        self.assertEqual(self.got(url), "a=3")

    def test_expired_http_only_cookie_is_in_nobodys_way(self) -> None:
        """It is not there any more (5.7)."""
        self.take("http://h.example/", "a=1; HttpOnly; Max-Age=10")
        self.now += 11
        self.jar.add("http://h.example/", "a=2", script=True)
        self.assertEqual(self.got("http://h.example/"), "a=2")

    def test_program_may_delete_its_cookies(self) -> None:
        """By setting one of the past."""
        for value in ("; Max-Age=0", f"x; Expires={PAST}"):
            self.add("http://h.example/", "a", "1")
            self.add("http://h.example/", "a", value)
            self.nothing_for("http://h.example/")

    def test_text_that_no_field_can_carry_breaks_no_request(self) -> None:
        """It is refused, or sent in some form, but the next request is made."""
        for value in ("\u20ac", "\U0001f36a", "\ud800"):
            self.jar.clear()
            try:
                self.add("http://h.example/", "a", value)
            except InvalidParameter:
                continue
            header = self.jar.store.header_for(crack_http("http://h.example/"))
            assert header is not None
            self.assertTrue(header.startswith(b"a="), ascii(value))


class ExpiryTests(JarCase):
    """The end of cookies: sections 5.5 and 5.7."""

    def test_cookie_ends_with_the_clock(self) -> None:
        """With Max-Age, or with Expires; it is thrown away when it is met."""
        for value in ("a=1; Max-Age=10", "a=1; Expires=Sun, 09 Sep 2001 01:46:50 GMT"):
            self.now = 1_000_000_000.0
            self.take("http://h.example/", value)
            self.now += 9
            self.assertEqual(self.sent("http://h.example/"), "a=1", value)
            self.assertEqual(self.got("http://h.example/"), "a=1", value)
            self.now += 2
            self.nothing_for("http://h.example/")
            self.assertIsNone(self.sent("http://h.example/"), value)
            self.assertEqual(len(self.jar), 0, value)

    def test_cookie_without_an_end_stays(self) -> None:
        """As long as the jar."""
        self.take("http://h.example/", "a=1", "b=2; Expires=never; Max-Age=x")
        self.now += 10_000 * DAY
        self.assertEqual(self.sent("http://h.example/"), "a=1; b=2")

    def test_max_age_goes_before_expires(self) -> None:
        """In either order."""
        self.take("http://h.example/", f"a=1; Max-Age=10; Expires={PAST}")
        self.take("http://h.example/", f"b=2; Expires={PAST}; Max-Age=10")
        self.take("http://h.example/", "c=3; Max-Age=0; Expires=1 Jan 2030 0:0:0")
        self.assertEqual(self.sent("http://h.example/"), "a=1; b=2")

    def test_no_cookie_lasts_longer_than_400_days(self) -> None:
        """Whatever it asks for (5.5)."""
        self.take("http://h.example/", "a=1; Max-Age=" + "9" * 400)
        self.take("http://h.example/", "b=2; Expires=31 Dec 9999 23:59:59 GMT")
        self.take("http://h.example/", f"c=3; Max-Age={399 * DAY}")
        self.assertEqual(LONGEST, 400 * DAY)
        self.now += 399 * DAY - 1
        self.assertEqual(self.sent("http://h.example/"), "a=1; b=2; c=3")
        self.now += DAY
        self.assertEqual(self.sent("http://h.example/"), "a=1; b=2")
        self.now += 2
        self.assertIsNone(self.sent("http://h.example/"))

    def test_cookie_of_the_past_deletes(self) -> None:
        """That of the same name, domain and path alone."""
        for end in (
            "Max-Age=0",
            "Max-Age=-1",
            "Max-Age=-" + "9" * 400,
            f"Expires={PAST}",
            "Expires=Mon, 01 Jan 1601 00:00:00 GMT",
        ):
            self.jar.clear()
            self.take("http://h.example/", "a=1", "b=2", "a=3; Path=/x")
            self.take("http://i.example/", "a=4")
            self.take("http://h.example/", f"a=; {end}")
            self.assertEqual(self.sent("http://h.example/x"), "a=3; b=2", end)
            self.assertEqual(self.sent("http://i.example/"), "a=4", end)
            self.assertEqual(len(self.jar), 3, end)

    def test_deleting_what_is_not_there_does_nothing(self) -> None:
        """For servers and for programs."""
        self.take("http://h.example/", "a=; Max-Age=0")
        self.add("http://h.example/", "a", "; Max-Age=0")
        self.assertEqual(len(self.jar), 0)

    def test_cookie_after_its_end_is_a_new_one(self) -> None:
        """It was deleted or has expired: no creation time is kept (5.7)."""
        self.take("http://h.example/", "a=1", "b=2", "a=; Max-Age=0", "a=3")
        self.assertEqual(self.sent("http://h.example/"), "b=2; a=3")
        self.jar.clear()
        self.take("http://h.example/", "a=1; Max-Age=10", "b=2")
        self.now += 11
        self.take("http://h.example/", "a=3")
        self.assertEqual(self.sent("http://h.example/"), "b=2; a=3")

    def test_update_changes_the_end(self) -> None:
        """To a later one, or to none."""
        self.take("http://h.example/", "a=1; Max-Age=10", "b=2; Max-Age=10")
        self.take("http://h.example/", "a=1; Max-Age=100", "b=2")
        self.now += 50
        self.assertEqual(self.sent("http://h.example/"), "a=1; b=2")
        self.now += 100
        self.assertEqual(self.sent("http://h.example/"), "b=2")


class LimitTests(JarCase):
    """How many there may be: sections 5.7 and 6.1."""

    def fill(self, url: str, count: int, attributes: str = "") -> None:
        """Set ``c0``, ``c1`` and so on, each with a path of its own."""
        # In answers of a hundred each: no more are taken of one than a domain may have.
        for first in range(0, count, 100):
            numbers = range(first, min(first + 100, count))
            self.take(url, *(f"c{n}=1; Path=/{n}{attributes}" for n in numbers))

    def names(self) -> set[str]:
        return {cookie.name for cookie in self.jar}

    def test_limits_are_those_that_6_1_asks_for(self) -> None:
        """Or more."""
        self.assertGreaterEqual(PER_DOMAIN, 50)
        self.assertGreaterEqual(IN_ALL, 3000)

    def test_one_request_carries_as_many_as_one_domain_has(self) -> None:
        """Though there are domains above the host that have as many each."""
        url = "https://a.b.c.h.example/"
        for domain in ("h.example", "c.h.example", "b.c.h.example"):
            for first in range(0, PER_DOMAIN, 100):
                numbers = range(first, min(first + 100, PER_DOMAIN))
                self.take(url, *(f"c{n}={domain}; Domain={domain}" for n in numbers))
        self.take(url, "near=1; Path=/x", "near=2")
        sent = (self.sent(f"{url}x/y") or "").split("; ")
        self.assertEqual(len(self.jar), 3 * PER_DOMAIN + 2)
        self.assertEqual((sent[0], len(sent)), ("near=1", PER_DOMAIN))

    def test_as_many_as_the_limits_stay(self) -> None:
        """Of one domain and of all; setting one of them again throws none away."""
        self.fill("http://h.example/", PER_DOMAIN)
        self.fill("http://h.example/", PER_DOMAIN)
        self.assertEqual(len(self.jar), PER_DOMAIN)
        for number in range(IN_ALL - PER_DOMAIN):
            self.take(f"http://h{number}.example/", "a=1")
        self.take("http://h0.example/", "a=2")
        self.assertEqual(len(self.jar), IN_ALL)

    def test_ten_thousand_of_one_domain_are_bounded(self) -> None:
        """The last is there, and other domains lose nothing."""
        self.take("http://i.example/", "a=1")
        self.fill("http://h.example/", 10_000)
        self.assertLessEqual(len(self.jar), PER_DOMAIN + 1)
        self.assertGreaterEqual(len(self.jar), 51)
        self.assertEqual(len(list(self.jar)), len(self.jar))
        self.assertEqual(self.sent("http://h.example/9999"), "c9999=1")
        self.assertEqual(self.sent("http://i.example/"), "a=1")

    def test_ten_thousand_below_one_domain_are_bounded(self) -> None:
        """With the Domain attribute they are of one domain, whoever sets them."""
        for number in range(10_000):
            self.take(
                f"http://h{number}.example.com/", f"c{number}=1; Domain=example.com"
            )
        self.assertLessEqual(len(self.jar), PER_DOMAIN)
        self.assertIn("c9999", self.names())

    def test_ten_thousand_of_many_hosts_are_bounded(self) -> None:
        """The last is there."""
        for number in range(10_000):
            self.take(f"http://h{number}.example/", "a=1")
        self.assertLessEqual(len(self.jar), IN_ALL)
        self.assertGreaterEqual(len(self.jar), IN_ALL // 2)
        self.assertEqual(len(list(self.jar)), len(self.jar))
        self.assertEqual(self.sent("http://h9999.example/"), "a=1")
        self.assertIsNone(self.sent("http://h0.example/"))

    def test_of_all_the_least_used_go_whether_secure_or_not(self) -> None:
        """Only of a domain that has too many do Secure ones stay (5.7)."""
        self.take("https://secure.example/", "a=1; Secure")
        for number in range(IN_ALL):
            self.take(f"http://h{number}.example/", "a=1")
        self.assertIsNone(self.sent("https://secure.example/"))
        self.assertEqual(self.sent(f"http://h{IN_ALL - 1}.example/"), "a=1")

    def test_program_is_bounded_as_servers_are(self) -> None:
        """It throws the oldest away."""
        for number in range(PER_DOMAIN + 1):
            self.add("http://h.example/", f"c{number}", "1")
        self.assertLessEqual(len(self.jar), PER_DOMAIN)
        self.assertNotIn("c0", self.names())
        self.assertIn(f"c{PER_DOMAIN}", self.names())

    def test_what_was_used_least_goes_first(self) -> None:
        """Used is: sent, got, or set again."""
        self.fill("http://h.example/", PER_DOMAIN)
        self.sent("http://h.example/0")
        self.got("http://h.example/1")
        self.take("http://h.example/", "c2=2; Path=/2")
        self.take("http://h.example/", "new=1")
        self.assertLessEqual({"c0", "c1", "c2", "new"}, self.names())
        self.assertNotIn("c3", self.names())

    def test_expired_cookies_go_first(self) -> None:
        """If there are any, no other goes."""
        self.fill("http://h.example/", PER_DOMAIN - 2)
        self.take("http://h.example/", "x=1; Max-Age=10", "y=1; Max-Age=10")
        self.now += 11
        self.take("http://h.example/", "new=1")
        self.assertEqual(
            self.names(), {"new", *(f"c{n}" for n in range(PER_DOMAIN - 2))}
        )

    def test_expired_cookies_of_all_hosts_go_first(self) -> None:
        """Where all together are too many."""
        self.take("http://i.example/", "old=1")
        for number in range(IN_ALL - 1):
            self.take(f"http://h{number}.example/", "a=1; Max-Age=10")
        self.now += 11
        self.take("http://i.example/", "new=1")
        self.assertEqual(self.names(), {"old", "new"})
        self.assertEqual(len(self.jar), 2)

    def test_secure_cookies_go_last(self) -> None:
        """An http server cannot push them out (5.7)."""
        self.take("https://h.example/", "sid=1; Secure; Path=/")
        self.fill("http://h.example/", 10_000)
        self.assertEqual(self.sent("https://h.example/"), "sid=1")

    def test_secure_cookies_are_bounded_too(self) -> None:
        """The least used of them goes."""
        self.fill("https://h.example/", PER_DOMAIN + 1, "; Secure")
        self.assertLessEqual(len(self.jar), PER_DOMAIN)
        self.assertNotIn("c0", self.names())
        self.assertIn(f"c{PER_DOMAIN}", self.names())
