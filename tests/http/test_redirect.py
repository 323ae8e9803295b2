"""Where an answer leads, decided without a network."""

from __future__ import annotations

from io import BytesIO

from twisted.trial.unittest import SynchronousTestCase
from twisted.web.client import FileBodyProducer

from twinet._http.body import OnceBody
from twinet._http.order import Order
from twinet._http.redirect import next_order
from twinet._wire.http1 import Head, ResponseReader
from twinet.errors import HttpRedirectFailed, HttpsToHttpOnRedir, InvalidUrl
from twinet.flags import Flag, SecurityFlag
from twinet.records import Limits
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
            answer(302),
            to("ftp://a.test/f"),
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

    def test_methods_change_as_browsers_do_it(self) -> None:
        """303 makes GET of all but HEAD; 301 and 302 of all but GET and HEAD."""
        for status, verb, becomes in (
            (301, b"POST", b"GET"),
            (302, b"PUT", b"GET"),
            (303, b"POST", b"GET"),
            (303, b"HEAD", b"HEAD"),
            (301, b"HEAD", b"HEAD"),
            (302, b"GET", b"GET"),
            (307, b"POST", b"POST"),
            (308, b"POST", b"POST"),
        ):
            start = order(
                verb=verb, body=b"b", fields=((b"Content-Type", b"a/b"), (b"X", b"1"))
            )
            step = self.follow(to("/y", status), start)
            self.assertEqual(step.verb, becomes, (status, verb))
            if verb != becomes:
                self.assertIsNone(step.body)
                self.assertEqual(step.fields, ((b"X", b"1"),))
            elif verb == b"POST":
                self.assertEqual(step.body, b"b")
                self.assertEqual(len(step.fields), 2)

    def test_body_that_cannot_start_again_fails_in_words(self) -> None:
        """307 asks for it again."""
        body = OnceBody(FileBodyProducer(BytesIO(b"b")))
        body.producer()
        start = order(verb=b"POST", body=body)
        step = next_order(start, to("/y", 307))
        self.assertIsInstance(step, HttpRedirectFailed)
        self.assertIn("as bytes", str(step))
        self.assertEqual(self.follow(to("/y", 303), start).verb, b"GET")

    def test_credentials_do_not_cross_an_origin(self) -> None:
        """Scheme, host and port make it."""
        secret = ((b"Authorization", b"s"), (b"COOKIE", b"s"), (b"Host", b"h"))
        start = order(fields=(*secret, (b"X", b"1")))
        self.assertEqual(self.follow(to("/y"), start).fields, start.fields)
        for location in ("https://b.test/", "https://a.test:444/"):
            self.assertEqual(self.follow(to(location), start).fields, ((b"X", b"1"),))

    def test_https_to_http_is_refused_unless_allowed(self) -> None:
        """12040, and the flag that lets it through."""
        head = to("http://a.test/y")
        self.assertIsInstance(next_order(order(), head), HttpsToHttpOnRedir)
        step = self.follow(head, order(flags=Flag.IGNORE_REDIRECT_TO_HTTP))
        self.assertEqual(step.url.scheme, "http")

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

    def test_location_that_makes_no_url_is_an_error(self) -> None:
        """12005."""
        for location in ("http:///nohost", "https://a.test:99999/", "https://[::/"):
            self.assertIsInstance(next_order(order(), to(location)), InvalidUrl)
