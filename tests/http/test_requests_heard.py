"""Requests as a strict server hears them: verb, target, Host, and all of it.

The judge is h11.  What is expected is worked out here from what the program gave, by
other means than the library's.
"""

from __future__ import annotations

import random
from typing import Any
from urllib.parse import quote

import twinet
from tests.http.judge import OK, SAFE, HeardCase, Pieces, hear
from tests.http.memory import MemoryNet
from twinet import Query, QueryFlag
from twinet.errors import InvalidParameter, InvalidUrl


class VerbTests(HeardCase):
    """Any token, exactly as given."""

    def test_every_verb_is_heard_as_it_was_given(self) -> None:
        """Registered ones, one's own, in any case, with all marks of a token."""
        for verb in (
            *[
                "GET",
                "HEAD",
                "POST",
                "PUT",
                "DELETE",
                "OPTIONS",
                "TRACE",
                "PATCH",
                "PROPFIND",
                "REPORT",
            ],
            *[
                "get",
                "Post",
                "PuRGE",
                "connect",
                "M-SEARCH",
                "BASELINE-CONTROL",
                "X",
                "X1",
            ],
            "!#$%&'*+-.^_`|~",
            "V" * 100,
        ):
            self.setUp()
            self.assertEqual(self.heard(self.open(verb)).verb, verb.encode(), verb)

    def test_what_is_no_verb_is_refused(self) -> None:
        """Blanks, controls, separators, other letters; the message is short."""
        for verb in (
            *("", " ", "G ET", " GET", "GET ", "GET\r\n", "GET\r\nX: y", "G\0", "G\tT"),
            *("G:T", "G/T", "(GET)", "G@T", "GÉT", "日", "G\x7f", "x" * 5000 + " "),
            *(b"G T", None, 5),
        ):
            said = self.refused(InvalidParameter, lambda verb=verb: self.open(verb))
            self.assertLess(len(said), 200)

    def test_connect_is_refused_in_words(self) -> None:
        """A tunnel has no place in a request handle; ``connect`` is another verb."""
        for target in ("example.org:443", "/"):
            said = self.refused(
                InvalidParameter, lambda target=target: self.open("CONNECT", target)
            )
            self.assertIn("tunnel", said)
        agent = twinet.Agent(session=self.net.session)
        self.refused(
            InvalidParameter, lambda: agent.request(b"CONNECT", b"http://h:443")
        )

    def test_trace_has_neither_body_nor_secrets_of_ours(self) -> None:
        """RFC 9110, section 9.3.8: the answer repeats the request, for all to read."""
        session = self.net.session
        session.cookies.set("http://192.0.2.1/", "a", "secret")
        where = session.http("192.0.2.1", username="joe", password="pw")
        for body in (b"x", b""):
            self.refused(
                InvalidParameter,
                lambda body=body: where.open_request("TRACE").send(body),
            )
        self.refused(InvalidParameter, lambda: where.open_request("TRACE").start(0))
        request = where.open_request("TRACE", headers={"X": "1"})
        heard = self.heard(request)
        self.assertEqual(heard.all(b"cookie"), [])
        self.peer.send(
            b"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=r\r\n"
            b"Content-Length: 0\r\n\r\n"
        )
        self.assertEqual(self.successResultOf(self.sent).response.status_code, 401)
        self.assertEqual(self.peer.request(), b"")
        where.open_request("GET").send()
        self.assertEqual(hear(self.peer.request()).all(b"cookie"), [b"a=secret"])


class TargetTests(HeardCase):
    """Path and query, as given where they may stand in a request line."""

    CASES = (
        *(
            "/",
            "/a/../b",
            "/./x/..",
            "//",
            "//a//b",
            "/?",
            "/??a?",
            "/?a=b&c",
            "/a?/../",
        ),
        *("/%zz", "/%", "/%7e%7E", "/%2F%2f%00", "/a;b=c,d:e@f", "/!$&'()*+", "/[x]"),
        *("/a b", '/"q"', "/<a>", "/{b}", "/|", "/\\a\\b", "/^", "/`", "/~_-."),
        *("/grüß", "/€?€=ä", "/日本語", "/\U0001f600", "/a?q=\udcff"),
        *("/http://other/x", "/x@y:z", "/:80"),
    )

    def expected(self, target: str) -> bytes:
        """Encode what must not stand in a request line, by other means."""
        return quote(target, safe=SAFE, errors="surrogateescape").encode()

    def test_targets_by_each_door(self) -> None:
        """The object API, URLs, and the agent."""
        for target in self.CASES:
            url = f"http://192.0.2.1{target}"
            for door in ("object", "url", "agent"):
                self.setUp()
                session = self.net.session
                if door == "object":
                    self.open("GET", target).send()
                elif door == "url":
                    session.get(url)
                else:
                    raw = url.encode("utf-8", "surrogateescape")
                    twinet.Agent(session=session).request(b"GET", raw)
                heard = hear(self.net.accept().request())
                self.assertEqual(heard.target, self.expected(target), (door, target))

    def test_slash_is_put_before_a_path_without_one(self) -> None:
        """No target is empty."""
        for target, sent in (
            ("", b"/"),
            ("x", b"/x"),
            ("?q", b"/?q"),
            ("*", b"/*"),
            ("http://h/", b"/http://h/"),
            ("../x", b"/../x"),
        ):
            self.setUp()
            self.assertEqual(self.heard(self.open("GET", target)).target, sent)
        for url, sent in (("http://h", b"/"), ("http://h?q", b"/?q")):
            net = MemoryNet()
            net.session.get(url)
            net.resolver.answer("192.0.2.9")
            self.assertEqual(hear(net.accept().request()).target, sent)

    def test_fragment_is_never_sent(self) -> None:
        """By no door, wherever it comes from; a number sign is written %23."""
        for target, sent in (
            ("/a#b", b"/a"),
            ("/a?b#c?d#e", b"/a?b"),
            ("#x", b"/"),
            ("/a%23b", b"/a%23b"),
        ):
            self.setUp()
            request = self.open("GET", target)
            self.assertEqual(self.heard(request).target, sent)
            self.assertNotIn("#", request.url)
            self.setUp()
            self.net.session.get(f"http://192.0.2.1{target}")
            self.assertEqual(hear(self.net.accept().request()).target, sent)

    def test_options_of_the_server_itself(self) -> None:
        """``*`` is the server with OPTIONS, and a path with every other verb."""
        request = self.open("OPTIONS", "*")
        heard = self.heard(request)
        self.assertEqual((heard.verb, heard.target), (b"OPTIONS", b"*"))
        self.assertEqual(request.url, "http://192.0.2.1")
        self.peer.send(b"HTTP/1.1 302 F\r\nLocation: y\r\nContent-Length: 0\r\n\r\n")
        self.assertEqual(hear(self.peer.request()).target, b"/y")
        self.peer.send(OK)
        self.successResultOf(self.sent)
        self.assertEqual(request.url, "http://192.0.2.1/y")
        for verb, target in (("GET", "*"), ("OPTIONS", "/*"), ("OPTIONS", "*?")):
            self.setUp()
            heard = self.heard(self.open(verb, target))
            self.assertEqual(heard.target[:2], b"/*")

    def test_controls_are_refused(self) -> None:
        """None of them, by no door."""
        for bad in [*map(chr, range(0x20)), "\x7f"]:
            for call in (
                lambda bad=bad: self.open("GET", f"/a{bad}b"),
                lambda bad=bad: self.net.session.get(f"http://192.0.2.1/a{bad}b"),
                lambda bad=bad: self.net.session.get(f"http://192.0.2.1/{bad}"),
                lambda bad=bad: self.net.session.http(f"h{bad}"),
            ):
                self.assertIn("control", self.refused(InvalidUrl, call))

    def test_what_is_no_text_is_refused(self) -> None:
        """In words, not by an error of the language."""
        self.refused(InvalidUrl, lambda: self.open("GET", b"/x"))
        self.refused(InvalidUrl, lambda: self.open("GET", "/\ud800"))
        url: Any = b"http://h/"
        self.refused(InvalidParameter, lambda: self.net.session.get(url))


class HostTests(HeardCase):
    """The Host field is the URL's host and port, and nothing else of it."""

    def test_host_of_each_kind_of_url(self) -> None:
        """Addresses, names of other scripts, odd ports, the root's dot, user names."""
        for authority, host in (
            ("example.org", b"example.org"),
            ("EXAMPLE.Org", b"example.org"),
            ("example.org.", b"example.org."),
            ("example.org:80", b"example.org"),
            ("example.org:", b"example.org"),
            ("example.org:0080", b"example.org"),
            ("example.org:443", b"example.org:443"),
            ("example.org:8080", b"example.org:8080"),
            ("example.org:65535", b"example.org:65535"),
            ("192.0.2.1", b"192.0.2.1"),
            ("192.0.2.1:81", b"192.0.2.1:81"),
            ("[::1]", b"[::1]"),
            ("[::1]:81", b"[::1]:81"),
            ("[2001:DB8:0:0::1]", b"[2001:db8::1]"),
            ("[fe80::1%25eth0]", b"[fe80::1]"),
            ("[fe80::1%25eth0]:81", b"[fe80::1]:81"),
            ("[::ffff:192.0.2.1]", b"[::ffff:c000:201]"),
            ("bücher.example", b"xn--bcher-kva.example"),
            ("BÜCHER.example:81", b"xn--bcher-kva.example:81"),
            ("faß.example", b"xn--fa-hia.example"),
            ("b%C3%BCcher.example", b"xn--bcher-kva.example"),
            ("例え。テスト", b"xn--r8jz45g.xn--zckzah"),
            ("a_b.example", b"a_b.example"),
            ("joe:pw@example.org", b"example.org"),
            ("joe@example.org:81", b"example.org:81"),
        ):
            self.setUp()
            self.net.session.get(f"http://{authority}/")
            if self.net.resolver.asked:
                self.net.resolver.answer("192.0.2.9")
            heard = hear(self.net.accept().request())
            self.assertEqual(heard.fields[0], (b"Host", host), authority)
            self.assertEqual(heard.all(b"host"), [host])
            self.assertEqual(heard.all(b"authorization"), [])

    def test_host_of_a_connection_handle(self) -> None:
        """With brackets or without; the default port is that of the scheme."""
        for host, port, tls, field in (
            ("::1", None, False, "[::1]"),
            ("[::1]", 81, False, "[::1]:81"),
            ("fe80::1%eth0", 81, False, "[fe80::1]:81"),
            ("Example.ORG", None, False, "example.org"),
            ("bücher.example", 443, False, "xn--bcher-kva.example:443"),
            ("example.org", 80, True, "example.org:80"),
            ("example.org", 443, True, "example.org"),
            ("example.org", None, True, "example.org"),
        ):
            where = self.net.session.http(host, port, tls=tls)
            request = where.open_request(headers={"X": "1"})
            self.assertEqual(request._url.host_header, field)

    def test_labels_that_cannot_be_are_refused_in_words(self) -> None:
        """By IDNA 2008; each message says what was wrong."""
        for host in ("☃.example", "a..b", "-\u0308.example", "xn--\u00fc.example"):
            said = self.refused(
                InvalidUrl, lambda host=host: self.net.session.get(f"http://{host}/")
            )
            self.assertIn("is not a", said)

    def test_host_of_the_caller_goes_out_instead(self) -> None:
        """Once, in its place and spelling; two of them are refused."""
        request = self.open(headers=[("X", "1"), ("hOST", "other:81"), ("Y", "2")])
        heard = self.heard(request)
        self.assertEqual(
            heard.fields,
            [(b"Accept", b"*/*"), (b"X", b"1"), (b"hOST", b"other:81"), (b"Y", b"2")],
        )
        self.setUp()
        request = self.open(headers=[("Host", "a"), ("host", "b")])
        said = self.refused(InvalidParameter, request.send)
        self.assertIn("two header fields", said)


class CorpusTests(HeardCase):
    """Hundreds of requests put together by chance."""

    def test_what_was_given_is_heard(self) -> None:
        """Exactly: verb, target, fields in order, body, by each way to send it."""
        chance = random.Random(9112)
        verbs = ["GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "get", "X-y", "!#"]
        names = [
            "X",
            "x",
            "X-Y",
            "Cookie",
            "ACCEPT",
            "Referer",
            "user-agent",
            "Range",
            "If-Match",
            "~",
        ]
        values = ["", "1", "a b", "ü", "€", "\xa0", 'q="x, y"', "a" * 300, "\t.\t"]
        for number in range(400):
            self.setUp()
            verb, target = chance.choice(verbs), chance.choice(TargetTests.CASES)
            fields = [
                (chance.choice(names), chance.choice(values))
                for _ in range(chance.randint(0, 6))
            ]
            body = chance.choice([None, b"", b"abc", b"0\r\n\r\n", bytes(range(256))])
            way = chance.choice(["bytes", "length", "chunks", "handed"])
            request = self.open(verb, target, headers=fields)
            if way == "handed" and body is not None:
                request.start(chance.choice([None, len(body)]), body[:1])
                peer = self.net.accept()
                request.write(body[1:])
                request.finish()
            else:
                sent: Any = body
                if body is not None and way == "length":
                    sent = Pieces([body], len(body))
                elif body is not None and way == "chunks":
                    sent = Pieces([body[:2], body[2:]])
                request.send(sent)
                peer = self.net.accept()
            raw = peer.request()
            heard = hear(raw)
            where = (number, raw)
            self.assertEqual(heard.verb, verb.encode(), where)
            expected = quote(target, safe=SAFE, errors="surrogateescape").encode()
            self.assertEqual(heard.target, expected, where)
            self.assertEqual(heard.body, body or b"", where)
            own = [name.encode().lower() for name, _ in fields]
            ours = {b"host", b"accept", b"content-length", b"transfer-encoding"}
            self.assertEqual(
                [
                    line
                    for line in heard.fields
                    if line[0].lower() not in ours - set(own)
                ],
                [(n.encode(), encoded(v)) for n, v in fields],
                where,
            )
            head = request.query_info(
                Query.RAW_HEADERS_CRLF, flags=QueryFlag.REQUEST_HEADERS
            )
            self.assertTrue(raw.startswith(head.encode("latin-1")), where)


def encoded(value: str) -> bytes:
    """Encode a value as it goes out: Latin-1, or UTF-8 where that does not do."""
    try:
        return value.encode("latin-1").strip(b" \t")
    except UnicodeEncodeError:
        return value.encode().strip(b" \t")
