"""Where an answer leads, decided without a network."""

from __future__ import annotations

import random
from io import BytesIO

from twisted.trial.unittest import SynchronousTestCase
from twisted.web.client import FileBodyProducer

from twinet._http.body import OnceBody
from twinet._http.order import Order
from twinet._http.redirect import next_order
from twinet._wire.http1 import Head, ResponseReader
from twinet._wire.http_origin import at_target
from twinet.errors import HttpRedirectFailed, HttpsToHttpOnRedir, InvalidUrl
from twinet.flags import Flag, SecurityFlag
from twinet.records import Credentials, Limits
from twinet.urls import crack_http


def order(url: str = "https://a.test/dir/x?q#frag", **changes) -> Order:
    values = {
        "verb": b"GET",
        "url": crack_http(url),
        "agent": "",
        "fields": (),
        "body": None,
        "tls": None,
        "limits": Limits(),
        "flags": Flag(0),
        "security": SecurityFlag(0),
    }
    return Order(**{**values, **changes})


def answer(status: int, *lines: bytes) -> Head:
    raw = b"HTTP/1.1 %d X\r\n%b\r\n" % (status, b"".join(x + b"\r\n" for x in lines))
    reader = ResponseReader()
    reader.expect(b"GET")
    head = reader.feed(raw)[0]
    assert isinstance(head, Head)
    return head


def to(location: str, status: int = 302) -> Head:
    return answer(status, b"Location: " + location.encode("utf-8"))


class RedirectTests(SynchronousTestCase):
    """RFC 9110, section 15.4, and WinINet's flags."""

    def follow(self, head: Head, start: Order | None = None) -> Order:
        step = next_order(start or order(), head)
        assert isinstance(step, Order), step
        return step

    def test_what_is_no_redirect_is_the_answer(self) -> None:
        """200, 304, 300, a redirect without Location, an unspoken scheme."""
        for head in (
            to("/y", 200),
            to("/y", 304),
            to("/y", 300),
            to("/y", 305),
            to("/y", 306),
            answer(302),
            to(""),
            to(" \t "),
            to("ftp://a.test/f"),
            to("javascript:alert(1)"),
            to("data:text/plain,x"),
            to("file:///etc/passwd"),
            to("mailto:x@y"),
        ):
            self.assertIsNone(next_order(order(), head))

    def test_no_auto_redirect_gives_the_redirect_itself(self) -> None:
        """INTERNET_FLAG_NO_AUTO_REDIRECT."""
        start = order(flags=Flag.NO_AUTO_REDIRECT)
        self.assertIsNone(next_order(start, to("/y")))

    def test_relative_references_and_fragments(self) -> None:
        """Resolved against the URL that answered; the fragment is inherited."""
        for location, url in (
            ("y", "https://a.test/dir/y"),
            ("../y", "https://a.test/y"),
            ("?z", "https://a.test/dir/x?z"),
            ("//b.test/y", "https://b.test/y"),
            ("https://b.test:444", "https://b.test:444/"),
            ("/grüß", "https://a.test/gr%C3%BC%C3%9F"),
            ("/a b", "https://a.test/a%20b"),
        ):
            step = self.follow(to(location))
            self.assertEqual(step.url.url, url)
            self.assertEqual(step.url.fragment, "frag")
        self.assertEqual(self.follow(to("/y#new")).url.fragment, "new")

    def test_chained_relative_references_use_the_latest_url(self) -> None:
        """Not the first one, as Twisted's RedirectAgent does."""
        first = self.follow(to("/b/2"))
        second = self.follow(to("3"), first)
        self.assertEqual(second.url.target, "/b/3")
        self.assertEqual(second.hop, 2)

    def test_verbs_change_as_the_rfc_has_it(self) -> None:
        """301 and 302 make GET of POST alone, 303 of all but HEAD, 307 and 308 never.

        Verbs are told apart by case: ``post`` is not POST.
        """
        kept = b"GET HEAD PUT DELETE PATCH OPTIONS PROPFIND post".split()
        for verb in (*kept, b"POST"):
            for status in (301, 302, 303, 307, 308):
                changing = b"POST" if status in {301, 302} else b""
                gone = verb != b"HEAD" if status == 303 else verb == changing
                becomes = b"GET" if gone else verb
                start = order(verb=verb, body=b"b")
                step = self.follow(to("/y", status), start)
                self.assertEqual(step.verb, becomes, (status, verb))
                self.assertEqual(step.body, None if gone else b"b", (status, verb))

    def test_what_describes_a_body_goes_with_it(self) -> None:
        """Its type, its length, its coding: they would describe nothing."""
        names = (
            b"Content-Type Content-Length CONTENT-ENCODING Content-Language "
            b"Content-Location Content-Disposition Content-Range Content-MD5 Digest "
            b"Content-Digest Repr-Digest Last-Modified Transfer-Encoding Trailer Expect"
        ).split()
        about = tuple((name, b"1") for name in names)
        left = ((b"X", b"1"), (b"Content-Security-Policy", b"1"))
        for verb, status in ((b"POST", 302), (b"PUT", 303), (b"GET", 303)):
            start = order(verb=verb, body=b"1", fields=(left[0], *about, left[1]))
            self.assertEqual(self.follow(to("/y", status), start).fields, left, verb)
            again = self.follow(to("/y", 307), start)
            self.assertEqual(again.fields, start.fields)

    def test_body_that_cannot_start_again_fails_in_words(self) -> None:
        """307 asks for it again."""
        body = OnceBody(FileBodyProducer(BytesIO(b"b")))
        body.producer()
        start = order(verb=b"POST", body=body)
        step = next_order(start, to("/y", 307))
        self.assertIsInstance(step, HttpRedirectFailed)
        self.assertIn("as bytes", str(step))
        self.assertEqual(self.follow(to("/y", 303), start).verb, b"GET")

    def test_a_url_does_not_grow_without_limit(self) -> None:
        """Each relative redirect could add 64 KiB to the URL before, three times so."""
        start = order("https://a.test/")
        self.assertEqual(len(self.follow(to("x" * 65000), start).url.target), 65001)
        far = order("https://a.test/" + "x" * 40000 + "/")
        for location in ("y" * 40000, "\xff" * 30000, "#" + "y" * 60000):
            step = next_order(far, to(location))
            self.assertIsInstance(step, InvalidUrl)
            self.assertIn("65536 are the most", str(step))
            self.assertLess(len(str(step)), 400)

    def test_secrets_do_not_cross_an_origin(self) -> None:
        """Scheme, host and port make it; the program's own secrets count as well."""
        names = (
            b"Authorization COOKIE Cookie2 Proxy-Authorization Host Origin "
            b"X-Api-Key apikey Private-Token X-Auth-Token X-Amz-Security-Token X-Auth "
            b"Ocp-Apim-Subscription-Key X-Csrf-Token X-Session-Id Secret Signature "
            b"X-Access-Key X-Password AUTHENTICATION X-Jwt-Assertion X-GitHub-OTP "
            b"CB-ACCESS-SIGN CB-ACCESS-PASSPHRASE X-Functions-Key X-Master-Key "
            b"X-Amz-Server-Side-Encryption-Customer-Key X-Goog-Encryption-Key"
        ).split()
        secrets = tuple((name, b"s") for name in names)
        left = tuple(
            (name, b"1")
            for name in b"X Accept Referer User-Agent X-Author Idempotency-Key "
            b"Range If-Match X-Key X-Design X-Monkey".split()
        )
        start = order(fields=(*secrets, *left))
        self.assertEqual(self.follow(to("/y"), start).fields, start.fields)
        for location in (
            "https://b.test/",
            "https://a.test:444/",
            "https://a.test./",
            "https://sub.a.test/",
        ):
            self.assertEqual(self.follow(to(location), start).fields, left, location)
        start = order("http://a.test/", fields=(*secrets, *left))
        there = self.follow(to("https://a.test/"), start)
        self.assertEqual(there.fields, left)
        # Nor do they come back.
        start = start.but(url=crack_http("https://a.test/"))
        away = self.follow(to("https://b.test/"), start)
        self.assertEqual(self.follow(to("https://a.test/"), away).fields, left)

    def test_same_origin_in_other_words_keeps_everything(self) -> None:
        """Upper case, the default port, another way to write an address."""
        for url, location in (
            ("https://a.test/", "HTTPS://A.TEST:443/y"),
            ("https://[::1]/", "https://[0:0:0:0:0:0:0:1]/y"),
            ("https://xn--bcher-kva.test/", "https://b\xfccher.test/y"),
        ):
            start = order(url, fields=((b"Authorization", b"s"), (b"Host", b"h")))
            self.assertEqual(self.follow(to(location), start).fields, start.fields)

    def test_referer_does_not_go_from_https_to_http(self) -> None:
        """RFC 9110, section 10.1.3."""
        allowed = Flag.IGNORE_REDIRECT_TO_HTTP
        fields = ((b"referer", b"https://a.test/private"), (b"X", b"1"))
        start = order(flags=allowed, fields=fields)
        step = self.follow(to("http://a.test/y"), start)
        self.assertEqual(step.fields, fields[1:])

    def test_https_to_http_is_refused_unless_allowed(self) -> None:
        """12040, and the flag that lets it through."""
        head = to("http://a.test/y")
        self.assertIsInstance(next_order(order(), head), HttpsToHttpOnRedir)
        allowed = (
            order(flags=Flag.IGNORE_REDIRECT_TO_HTTP),
            order(security=SecurityFlag.IGNORE_REDIRECT_TO_HTTP),
        )
        for start in allowed:
            self.assertEqual(self.follow(head, start).url.scheme, "http")

    def test_http_to_https_is_followed(self) -> None:
        """It makes things better."""
        self.assertEqual(
            self.follow(to("https://a.test/"), order("http://a.test/")).url.port, 443
        )

    def test_limit(self) -> None:
        """12156 when it is used up."""
        start = order(limits=Limits(redirects=2), hop=2)
        self.assertIsInstance(next_order(start, to("/y")), HttpRedirectFailed)
        self.follow(to("/y"), order(limits=Limits(redirects=2), hop=1))

    def test_no_redirects_at_all(self) -> None:
        """A limit of 0 makes each one an error; the flag gives it as the answer."""
        start = order(limits=Limits(redirects=0))
        error = next_order(start, to("/y"))
        self.assertIsInstance(error, HttpRedirectFailed)
        self.assertIn("limits.redirects", str(error))

    def test_location_that_makes_no_url_is_an_error(self) -> None:
        """12005."""
        for location in (
            "http:///nohost",
            "https://a.test:99999/",
            "https://[::/",
            "//",
            "https://a b/",
            "https://good.test\\@evil.test/",
            "https://a.test%00.evil.test/",
        ):
            self.assertIsInstance(next_order(order(), to(location)), InvalidUrl)

    def test_several_locations(self) -> None:
        """The same one twice is one; two places may be a smuggled one."""
        twice = answer(302, b"Location: /y", b"LOCATION: /y")
        self.assertEqual(self.follow(twice).url.target, "/y")
        error = next_order(order(), answer(302, b"Location: /y", b"Location: /z"))
        self.assertIsInstance(error, HttpRedirectFailed)

    def test_user_name_in_a_location_is_not_used(self) -> None:
        """Neither for a stranger nor for the origin itself."""
        own = Credentials("me", "mine")
        for location, after in (
            ("https://eve:hush@b.test/", None),
            ("https://eve:hush@a.test/", own),
        ):
            step = self.follow(to(location), order(credentials=own))
            self.assertEqual(step.credentials, after)
            self.assertNotIn("hush", step.url.url)
            self.assertNotIn("eve", step.url.url)
        shown = next_order(order(), to("https://eve:hush@b test/"))
        self.assertIsInstance(shown, InvalidUrl)
        self.assertNotIn("hush", str(shown))

    def test_from_the_server_itself(self) -> None:
        """``OPTIONS *`` has no path for a reference to be relative to."""
        start = order(verb=b"OPTIONS")
        start = start.but(
            url=at_target(crack_http("https://a.test/"), "*", asterisk=True)
        )
        for location, url in (
            ("y", "https://a.test/y"),
            ("?q", "https://a.test/?q"),
            ("/y/z", "https://a.test/y/z"),
            ("//b.test/y", "https://b.test/y"),
            ("https://a.test:444/y", "https://a.test:444/y"),
        ):
            self.assertEqual(self.follow(to(location), start).url.url, url)

    def test_any_location_is_followed_or_refused(self) -> None:
        """Thousands of strange ones: an order, nothing, or an error of our tree."""
        chance = random.Random(20)
        pieces = [
            *(b"/ // . .. ../ ? # : @ [ ] % %2 %zz %00 \\ * ; http: https: x".split()),
            *(b"a.test [::1] [::g] [fe80::1%25e] 443 :80 :0 :99999 xn--a".split()),
            *("\xfc \u4f8b\u3048 \u3002".encode().split(b" ")),
            *(b'\xff \x80 u:p@ ftp: mailto: HTTP: {} | ^ ` " <> a b'.split(b" ")),
        ]
        start = order(fields=((b"Authorization", b"s"),))
        allowed = (Order, HttpRedirectFailed, HttpsToHttpOnRedir, InvalidUrl)
        for _ in range(5000):
            location = b"".join(chance.choices(pieces, k=chance.randint(1, 6)))
            step = next_order(start, answer(302, b"Location: " + location))
            if step is None:
                continue
            self.assertIsInstance(step, allowed, location)
            if isinstance(step, Order):
                # It can stand in a request line, and is what its URL says.
                self.assertRegex(step.url.target, r"\A/[!-~]*\Z")
                self.assertEqual(crack_http(step.url.url).url, step.url.url)
                kept = start.fields if same_origin(step) else ()
                self.assertEqual(step.fields, kept, location)


def same_origin(step: Order) -> bool:
    """Tell whether an order still goes where :func:`order` goes."""
    url = step.url
    return (url.scheme, url.host, url.port) == ("https", "a.test", 443)
