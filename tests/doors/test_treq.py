"""``session.treq()``: treq's calls and answers, the session's everything else."""

from __future__ import annotations

import gc
import gzip
import subprocess
import sys
from http.cookiejar import CookieJar
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar

import treq
from hyperlink import DecodedURL, EncodedURL
from treq.client import HTTPClient
from treq.cookies import scoped_cookie, search
from twisted.internet import error as twisted_errors
from twisted.internet.defer import CancelledError, Deferred, maybeDeferred
from twisted.internet.endpoints import TCP4ClientEndpoint
from twisted.trial.unittest import SynchronousTestCase, TestCase
from twisted.web.client import ResponseFailed, readBody
from twisted.web.http_headers import Headers
from twisted.web.iweb import IResponse
from zope.interface.verify import verifyObject

import twinet
from tests.http.loopback import LoopbackServer, ok, reactor
from tests.http.memory import OK, MemoryNet
from twinet import Flag, Option, errors
from twinet.records import Limits

ROOT = Path(__file__).resolve().parents[2]


def moved(status: int, location: str, *fields: bytes) -> bytes:
    """Return an answer that redirects, with a body."""
    lines = b"".join(field + b"\r\n" for field in fields)
    return b"HTTP/1.1 %d X\r\nLocation: %b\r\nContent-Length: 4\r\n%b\r\ngone" % (
        status,
        location.encode(),
        lines,
    )


def values(head: bytes, name: bytes) -> list[bytes]:
    """Return the values of a head's fields of one name."""
    lines = [line.partition(b":") for line in head.split(b"\r\n")[1:]]
    return [v.strip() for n, _, v in lines if n.lower() == name]


class TreqTestCase(TestCase):
    """A session's treq, and a real server."""

    timeout = 60
    answers: ClassVar[dict[str, Any]] = {}

    def setUp(self) -> None:
        self.server = LoopbackServer(
            {"/": ok(b"hello"), "/post": ok(b"taken"), "/silent": None, **self.answers}
        )
        self.session = twinet.Session(reactor)
        self.client = self.session.treq()

    async def _stop(self) -> None:
        await self.session.close()
        await self.server.all_lost()
        await self.server.stop()

    def tearDown(self):
        return Deferred.fromCoroutine(self._stop())

    async def get(self, path: str, **how: Any) -> Any:
        """Get a path."""
        return await self.client.get(self.server.url(path), **how)


class AnswerTests(TreqTestCase):
    """What comes back."""

    answers: ClassVar = {
        "/json": ok(b'{"a": "\xc3\xbc"}', b"Content-Type: application/json"),
        "/latin": ok(b"\xfc", b"Content-Type: text/plain; charset=latin-1"),
        "/short": (b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nabc", "close"),
        "/garbage": b"garbage\r\n\r\n",
        "/404": b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n",
    }

    async def test_it_is_treqs(self) -> None:
        """A client of treq's, an answer with its methods, read twice."""
        self.assertIsInstance(self.client, HTTPClient)
        response = await self.get("/")
        verifyObject(IResponse, response)
        self.assertEqual((response.code, response.phrase), (200, b"OK"))
        self.assertEqual(response.version, (b"HTTP", 1, 1))
        for _ in range(2):
            self.assertEqual(await response.content(), b"hello")
        self.assertEqual(await response.text(), "hello")
        self.assertEqual(await treq.content(response), b"hello")
        self.assertEqual(response.history(), [])
        self.assertEqual(response.request.method, b"GET")
        self.assertEqual(response.request.absoluteURI, self.server.url("/").encode())
        self.assertIn("200", repr(response))

    async def test_json_and_text(self) -> None:
        """By the answer's own charset."""
        self.assertEqual(await (await self.get("/json")).json(), {"a": "ü"})
        self.assertEqual(await (await self.get("/latin")).text(), "ü")

    async def test_unbuffered_the_body_flows_once(self) -> None:
        """To whoever collects it."""
        response = await self.get("/", unbuffered=True)
        pieces: list[bytes] = []
        await response.collect(pieces.append)
        self.assertEqual(b"".join(pieces), b"hello")

    async def test_an_error_status_is_an_answer(self) -> None:
        """Also under treq."""
        self.assertEqual((await self.get("/404")).code, 404)

    async def test_head(self) -> None:
        """Nothing comes, and nothing is waited for."""
        self.server.answers["/"] = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
        response = await self.client.head(self.server.url("/"))
        self.assertEqual(await response.content(), b"")

    async def test_errors_are_of_both_trees(self) -> None:
        """Programs go on catching what they caught."""
        for url, ours, theirs in (
            ("http://127.0.0.1:1/", errors.CannotConnect, twisted_errors.ConnectError),
            (
                "http://a.invalid/",
                errors.NameNotResolved,
                twisted_errors.DNSLookupError,
            ),
            (
                self.server.url("/garbage"),
                errors.HttpInvalidServerResponse,
                ResponseFailed,
            ),
        ):
            error = await self.assertFailure(self.client.get(url), ours)
            self.assertIsInstance(error, theirs)
        response = await self.get("/short")
        error = await self.assertFailure(response.content(), errors.Truncated)
        self.assertIsInstance(error, ResponseFailed)

    async def test_bad_input_is_told_in_words(self) -> None:
        """In a Deferred that has failed; nothing is sent."""
        wrong: tuple[Any, ...] = (
            {"headers": {"X": "a\r\nY: b"}},
            {"headers": {"X": ["a", b"b\nc"]}},
            {"cookies": {"a": "b; c=d"}},
            {"cookies": {"a=b": "c"}},
            {"cookies": {"a": "b\r\n"}},
            {"cookies": "a=b"},
            {"json": {1}},
            {"json": 1, "data": {"a": "b"}},
            {"params": {"a": None}},
            {"data": 5},
            {"timeout": -1},
            {"timeout": "5"},
            {"timeout": float("inf")},
        )
        for how in wrong:
            await self.assertFailure(
                self.client.request("POST", self.server.url("/"), **how),
                errors.InvalidParameter,
            )
        number: Any = 5
        await self.assertFailure(self.client.get(number), errors.InvalidParameter)
        await self.assertFailure(
            self.client.request("G T", self.server.url("/")), errors.InvalidParameter
        )
        for cookies in (None, CookieJar()):
            await self.assertFailure(
                self.client.get("ftp://h/", cookies=cookies), errors.UnrecognizedScheme
            )
            await self.assertFailure(
                self.client.get("http://", cookies=cookies), errors.InvalidUrl
            )
        self.assertEqual(self.server.conversations, [])

    async def test_a_closed_session_refuses(self) -> None:
        """6, and no connection that nobody would close."""
        await self.session.close()
        await self.assertFailure(
            self.client.get(self.server.url("/")), errors.InvalidHandle
        )


class RequestTests(TreqTestCase):
    """What goes out."""

    async def sent(self, **how: Any) -> tuple[bytes, bytes]:
        """Return head and body of a POST."""
        response = await self.client.post(self.server.url("/post"), **how)
        self.assertEqual(await response.content(), b"taken")
        return self.server.requests[-1], self.server.bodies[-1]

    async def test_data_json_and_files(self) -> None:
        """Everything that treq takes, and what the session takes."""
        path = Path(self.mktemp())
        path.write_bytes(b"on the disk")
        given: Any
        for given, kind, body in (
            ({"data": b"abc"}, [], b"abc"),
            ({"data": BytesIO(b"abc")}, [], b"abc"),
            ({"data": path}, [], b"on the disk"),
            ({"data": {"a": ["1", "2"]}}, [b"application/x-www-form-urlencoded"], None),
            ({"data": [("a", "1"), ("a", "2")]}, [], None),
            ({"json": None}, [b"application/json; charset=UTF-8"], b"null"),
            ({"json": {}, "data": {}}, [], b"{}"),
            ({"data": b""}, [], b""),
            ({}, [], b""),
        ):
            head, got = await self.sent(**given)
            self.assertEqual(got, b"a=1&a=2" if body is None else body)
            self.assertEqual(values(head, b"content-length"), [b"%d" % len(got)])
            if kind:
                self.assertEqual(values(head, b"content-type"), kind)
        head, got = await self.sent(data={"a": "1"}, files={"f": path})
        (multipart,) = values(head, b"content-type")
        self.assertTrue(multipart.startswith(b"multipart/form-data; boundary="))
        self.assertIn(b"on the disk", got)
        self.assertIn(b'name="a"', got)
        self.assertEqual(len(self.server.conversations), 1)

    async def test_the_url_goes_out_as_it_is(self) -> None:
        """Whatever kind it has; params come after it."""
        target = "/%7e/../x?q=%zz&e="
        base = self.server.url("")
        for url in (
            base + target,
            (base + target).encode(),
            EncodedURL.from_text(base + target),
        ):
            await self.client.get(url, params={"a": "ü"})
            first = self.server.requests[-1].partition(b"\r\n")[0]
            self.assertEqual(
                first, b"GET %b&a=%%C3%%BC HTTP/1.1" % target.encode(), url
            )
        await self.client.get(DecodedURL.from_text(base + "/ü?x=1"))
        self.assertTrue(self.server.requests[-1].startswith(b"GET /%C3%BC?x=1 "))

    async def test_ipv6_literals(self) -> None:
        """Hyperlink refuses them, we do not."""
        session = twinet.Session(
            reactor, connect=lambda _, p: TCP4ClientEndpoint(reactor, "127.0.0.1", p)
        )
        url = self.server.url("/").replace("127.0.0.1", "[::1]")
        for given in (url, DecodedURL.from_text(url)):
            response = await session.treq().get(given, cookies={"a": "1"})
            self.assertEqual(await response.content(), b"hello")
            head = self.server.requests[-1]
            self.assertTrue(values(head, b"host")[0].startswith(b"[::1]:"))
            self.assertEqual(values(head, b"cookie"), [b"a=1"])
        await session.close()

    async def test_a_login_in_the_url_answers_a_challenge(self) -> None:
        """As in the session's own calls, whatever kind the URL has."""
        self.server.answers["/login"] = (
            b"HTTP/1.1 401 X\r\nWWW-Authenticate: Basic realm=r\r\n"
            b"Content-Length: 0\r\n\r\n"
        )
        url = self.server.url("/login").replace("://", "://user:pass@")
        for given in (url, EncodedURL.from_text(url), DecodedURL.from_text(url)):
            self.server.requests.clear()
            self.assertEqual((await self.client.get(given)).code, 401)
            first, second = self.server.requests
            self.assertEqual(values(first, b"authorization"), [])
            self.assertEqual(values(second, b"authorization"), [b"Basic dXNlcjpwYXNz"])

    async def test_fields_and_auth(self) -> None:
        """As treq gives them; the agent is the session's unless one is given."""
        for headers in (
            {"X-A": "b", "X-List": ["1", "2"]},
            Headers({"X-A": ["b"], "X-List": ["1", "2"]}),
        ):
            head, _ = await self.sent(headers=headers, auth=("user", "pass"), json=1)
            self.assertEqual(values(head, b"x-a"), [b"b"])
            self.assertEqual(values(head, b"x-list"), [b"1", b"2"])
            self.assertEqual(values(head, b"authorization"), [b"Basic dXNlcjpwYXNz"])
            self.assertEqual(values(head, b"user-agent"), [b"twinet/0.1"])
        head, _ = await self.sent(headers={"Content-Type": "a/b"}, json=1)
        self.assertEqual(values(head, b"content-type"), [b"a/b"])

    async def test_verbs_are_treqs(self) -> None:
        """Upper case, all of them."""
        url = self.server.url("/post")
        for name in ("get", "head", "post", "put", "patch", "delete"):
            if name != "head":
                await (await getattr(self.client, name)(url)).content()
                verb = self.server.requests[-1].partition(b" ")[0]
                self.assertEqual(verb, name.upper().encode())
        await (await self.client.request("options", url)).content()
        self.assertTrue(self.server.requests[-1].startswith(b"OPTIONS "))

    async def test_what_the_client_is_given_goes_for_all(self) -> None:
        """Context, callback, limits, flags: its requests are handles like others."""
        told: list[Any] = []
        client = self.session.treq(
            context="mine", on_status=told.append, flags=Flag.NO_COOKIES
        )
        self.session.cookies.set(self.server.url("/"), "a", "1")
        await (await client.get(self.server.url("/"))).content()
        self.assertEqual(values(self.server.requests[-1], b"cookie"), [])
        self.assertEqual({news.context for news in told}, {"mine"})
        self.assertIn(twinet.Status.REQUEST_COMPLETE, [n.status for n in told])
        client = self.session.treq(limits=Limits(first_byte=0.05))
        error = await self.assertFailure(
            client.get(self.server.url("/silent")), errors.Timeout
        )
        self.assertIsInstance(error, twisted_errors.TimeoutError)


class RedirectTests(TreqTestCase):
    """Redirects are the session's, not treq's."""

    answers: ClassVar = {
        "/a/1": moved(302, "2"),
        "/a/2": moved(301, "../b/3"),
        "/b/3": moved(307, "4?\xc3\xbc x".encode("latin-1").decode()),
        "/b/4?%C3%BC%20x": ok(b"there"),
        "/303": moved(303, "/post"),
        "/302": moved(302, "/post"),
        "/307": moved(307, "/post"),
        "/308": moved(308, "/post"),
        "/ftp": moved(302, "ftp://h/"),
        "/loop": moved(302, "/loop"),
    }

    async def test_relative_ones_in_a_chain(self) -> None:
        """Each against the one before; history tells the way, no socket is lost."""
        response = await self.get("/a/1")
        self.assertEqual(await response.content(), b"there")
        history = response.history()
        self.assertEqual([r.code for r in history], [302, 301, 307])
        self.assertEqual(
            [r.request.absoluteURI for r in history],
            [self.server.url(p).encode() for p in ("/a/1", "/a/2", "/b/3")],
        )
        self.assertEqual(history[0].headers.getRawHeaders(b"location"), [b"2"])
        self.assertEqual(await history[0].content(), b"")
        self.assertEqual(await readBody(history[0]), b"")
        self.assertEqual(len(self.server.conversations), 1)
        self.assertTrue(response.request.absoluteURI.endswith(b"/b/4?%C3%BC%20x"))

    async def test_verbs_and_bodies(self) -> None:
        """By RFC 9110: treq fails on two of them and loses the body of another."""
        for path, verb, body in (
            ("/302", b"GET", b""),
            ("/303", b"GET", b""),
            ("/307", b"POST", b"abc"),
            ("/308", b"POST", b"abc"),
        ):
            for data in (b"abc", BytesIO(b"abc")):
                response = await self.client.post(self.server.url(path), data=data)
                self.assertEqual(await response.content(), b"taken")
                self.assertEqual(self.server.bodies[-1], body)
                head = self.server.requests[-1]
                self.assertEqual(head.partition(b" ")[0], verb)
                self.assertEqual(response.request.method, verb)
                (first,) = response.history()
                self.assertEqual(first.request.method, b"POST")

    async def test_a_form_with_files_is_sent_again(self) -> None:
        """The same bytes."""
        files: Any = {"f": BytesIO(b"file")}
        await self.client.post(self.server.url("/307"), data={"a": "1"}, files=files)
        first, second = self.server.bodies
        self.assertEqual(first, second)
        self.assertIn(b"file", first)

    async def test_not_followed_the_redirect_is_the_answer(self) -> None:
        """With its body."""
        response = await self.get("/302", allow_redirects=False)
        self.assertEqual((response.code, response.history()), (302, []))
        self.assertEqual(await response.content(), b"gone")
        # One that leads out of HTTP is not followed either.
        self.assertEqual((await self.get("/ftp")).code, 302)

    async def test_too_many_end(self) -> None:
        """12156."""
        await self.assertFailure(
            self.client.get(self.server.url("/loop")), errors.HttpRedirectFailed
        )

    async def test_secrets_stay_with_their_origin(self) -> None:
        """Login and cookies of the call do not follow to another one."""
        there = self.server.url("/post").replace("127.0.0.1", "localhost")
        self.server.answers["/away"] = moved(302, there)
        self.server.answers["/here"] = moved(302, "/post")
        for path, found in (("/away", 0), ("/here", 1)):
            await self.get(path, auth=("u", "p"), cookies={"a": "1"})
            head = self.server.requests[-1]
            for name in (b"authorization", b"cookie"):
                self.assertEqual(len(values(head, name)), found, (path, name))


class CookieTests(TreqTestCase):
    """There is one jar, and it is the session's."""

    answers: ClassVar = {
        "/set": ok(b"", b"Set-Cookie: a=server; Path=/", b"Set-Cookie: x=1; HttpOnly"),
        "/set-and-go": moved(302, "/", b"Set-Cookie: hop=1"),
        "/drop": ok(b"", b"Set-Cookie: a=; Max-Age=0; Path=/"),
    }

    def cookies(self) -> list[bytes]:
        """Return the cookies of the last request."""
        (field,) = values(self.server.requests[-1], b"cookie") or [b""]
        return sorted(field.split(b"; ")) if field else []

    async def test_what_servers_set_is_sent(self) -> None:
        """Also by other calls of the session, and not when it has been dropped."""
        response = await self.get("/set")
        self.assertEqual(response.cookies()["a"], "server")
        await self.get("/")
        self.assertEqual(self.cookies(), [b"a=server", b"x=1"])
        async with await self.session.get(self.server.url("/")):
            self.assertEqual(self.cookies(), [b"a=server", b"x=1"])
        self.session.cookies.clear()
        await self.get("/")
        self.assertEqual(self.cookies(), [])
        await self.get("/set")
        await self.get("/drop")
        response = await self.get("/")
        self.assertEqual(self.cookies(), [b"x=1"])
        self.assertEqual([c.name for c in response.cookies()], ["x"])

    async def test_redirects_set_them_too(self) -> None:
        """And the next hop sends them."""
        response = await self.get("/set-and-go")
        self.assertEqual(self.cookies(), [b"hop=1"])
        self.assertEqual(response.cookies()["hop"], "1")

    async def test_those_of_a_call_go_beside_and_do_not_stick(self) -> None:
        """In the place of one of that name; the jar is as it was."""
        await self.get("/set")
        await self.get("/", cookies={"a": "call", "b": "ü"})
        self.assertEqual(self.cookies(), [b"a=call", b"b=\xfc", b"x=1"])
        await self.get("/", headers={"Cookie": "c=3; x=2"})
        self.assertEqual(self.cookies(), [b"a=server", b"c=3", b"x=2"])
        await self.get("/")
        self.assertEqual(self.cookies(), [b"a=server", b"x=1"])
        self.assertEqual(len(self.session.cookies), 2)

    async def test_a_jar_of_the_programs(self) -> None:
        """It gives what is for the URL, and keeps what it has."""
        jar = CookieJar()
        jar.set_cookie(scoped_cookie(self.server.url("/"), "mine", "1"))
        jar.set_cookie(scoped_cookie("http://other.example/", "other", "1"))
        await self.get("/", cookies=jar)
        self.assertEqual(self.cookies(), [b"mine=1"])
        await self.get("/set", cookies=jar)
        self.assertEqual(len(jar), 2)
        self.assertEqual(len(self.session.cookies), 2)

    async def test_response_cookies_are_in_treqs_words(self) -> None:
        """``treq.cookies.search`` finds them; a domain's have their dot."""
        jar = self.session.cookies
        jar.set("http://a.example.org/", "host", "1")
        jar.add("http://a.example.org/", "wide=2; Domain=example.org; Max-Age=9")
        jar.add("http://localhost/", "local=3; HttpOnly")
        found = (await self.get("/")).cookies()
        (cookie,) = search(found, domain="a.example.org")
        self.assertEqual((cookie.name, cookie.discard), ("host", True))
        (cookie,) = search(found, domain=".example.org")
        self.assertEqual((cookie.name, cookie.expires is None), ("wide", False))
        (cookie,) = search(found, domain="localhost", name="local")
        self.assertTrue(cookie.has_nonstandard_attr("HttpOnly"))


class DecodingTests(TreqTestCase):
    """As the session's switch says; treq's own decoder never touches a body."""

    _whole = gzip.compress(b"hello" * 100)
    answers: ClassVar = {
        "/gzip": ok(_whole, b"Content-Encoding: gzip"),
        "/cut": ok(_whole[:-9], b"Content-Encoding: gzip"),
        "/damaged": ok(
            _whole[:20] + b"\xff\xff" + _whole[22:], b"Content-Encoding: gzip"
        ),
        "/garbage": ok(b"no gzip", b"Content-Encoding: gzip"),
        "/two": ok(_whole + _whole, b"Content-Encoding: GZIP"),
    }

    async def test_switched_on(self) -> None:
        """Once, whole, and asked for as the session asks."""
        self.session.options[Option.HTTP_DECODING] = True
        for path, times in (("/gzip", 1), ("/two", 2)):
            response = await self.get(path)
            self.assertEqual(await response.content(), b"hello" * 100 * times)
            self.assertFalse(response.headers.hasHeader(b"Content-Encoding"))
            self.assertFalse(response.headers.hasHeader(b"Content-Length"))
        (asked,) = values(self.server.requests[-1], b"accept-encoding")
        self.assertIn(b"deflate", asked)
        await self.get("/", headers={"Accept-Encoding": "identity"})
        self.assertEqual(
            values(self.server.requests[-1], b"accept-encoding"), [b"identity"]
        )

    async def test_what_is_damaged_is_no_success(self) -> None:
        """Treq hands out what it could decode, and says nothing."""
        self.session.options[Option.HTTP_DECODING] = True
        for path in ("/cut", "/damaged", "/garbage"):
            for unbuffered in (False, True):
                response = await self.get(path, unbuffered=unbuffered)
                await self.assertFailure(response.content(), errors.InternetError)

    async def test_switched_off(self) -> None:
        """Nothing is asked for, and what comes all the same stays as it is."""
        response = await self.get("/gzip")
        self.assertEqual(gzip.decompress(await response.content()), b"hello" * 100)
        self.assertEqual(response.headers.getRawHeaders(b"Content-Encoding"), [b"gzip"])
        self.assertEqual(values(self.server.requests[-1], b"accept-encoding"), [])
        plain = await self.get("/")
        self.assertFalse(plain.headers.hasHeader(b"Content-Encoding"))


class EndTests(TreqTestCase):
    """Timeouts and cancelling: the socket is closed in every phase."""

    answers: ClassVar = {
        "/stalls": b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nabc",
        "/moved": moved(302, "/silent"),
    }

    async def test_timeout_ends_the_wait_for_the_head(self) -> None:
        """As a timeout of each tree, with the socket closed; a body may take longer."""
        for path in ("/silent", "/moved"):
            error = await self.assertFailure(
                self.client.get(self.server.url(path), timeout=0.05), errors.Timeout
            )
            self.assertIsInstance(error, twisted_errors.TimeoutError)
            self.assertIsInstance(error, TimeoutError)
            self.assertIn("0.05 s", str(error))
            await self.server.all_lost()
        response = await self.get("/", timeout=60)
        self.assertEqual(await response.content(), b"hello")

    async def test_cancelled_while_it_waits(self) -> None:
        """For the head, of the first answer or of the next."""
        for path, asked in (("/silent", 1), ("/moved", 3)):
            pending = self.client.get(self.server.url(path))
            await self.server.asked(asked)
            pending.cancel()
            await self.assertFailure(pending, CancelledError)
            await self.server.all_lost()

    async def test_cancelled_while_the_body_is_read(self) -> None:
        """Treq goes on receiving; here the socket is closed."""
        readers: tuple[Any, ...] = (
            lambda response: response.content(),
            lambda response: response.text(),
            lambda response: response.json(),
            lambda response: response.collect(lambda _: None),
        )
        for unbuffered in (False, True):
            for read in readers:
                response = await self.get("/stalls", unbuffered=unbuffered)
                reading = read(response)
                reactor.callLater(0.01, reading.cancel)
                await self.assertFailure(reading, CancelledError)
                await self.server.all_lost()
        self.assertEqual(len(self.server.conversations), 2 * len(readers))

    async def test_cancelled_while_the_body_is_sent(self) -> None:
        """Of which nobody reads the second half."""
        pending = self.client.post(
            self.server.url("/silent"), data=b"x" * 10_000_000, unbuffered=True
        )
        await self.server.hearing()
        pending.cancel()
        await self.assertFailure(pending, CancelledError)
        await self.server.all_lost()
        self.assertEqual(self.server.requests, [])


class MemoryTests(SynchronousTestCase):
    """Where a real server would not see it."""

    def setUp(self) -> None:
        self.net = MemoryNet()
        self.net.session.disk.run = maybeDeferred
        self.client = self.net.session.treq()

    def test_cancelled_while_it_connects(self) -> None:
        """The attempt is given up, and its timer too."""
        pending = self.client.get("http://127.0.0.1:8080/")
        self.assertEqual(self.net.attempts, 1)
        pending.cancel()
        self.failureResultOf(pending, CancelledError, errors.OperationCancelled)
        self.assertTrue(self.net.hand.attempts[0].stopped)

    def test_timeout_is_of_the_sessions_clock(self) -> None:
        """Not of a global reactor."""
        pending = self.client.get("http://127.0.0.1:8080/", timeout=3)
        self.net.accept()
        self.net.advance(2.9)
        self.assertNoResult(pending)
        self.net.advance(0.1)
        self.failureResultOf(pending, errors.Timeout)

    def test_closed_inside_a_notification_while_reading(self) -> None:
        """Cancelling in there ends it all the same, and once."""
        pending = self.client.get("http://127.0.0.1:8080/")
        peer = self.net.accept()
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n")
        reading = self.successResultOf(pending).content()
        self.net.react = lambda _: reading.cancel()
        self.net.advance(1)
        peer.send(b"x" * 100_000)
        self.net.react = lambda _: None
        self.failureResultOf(reading, CancelledError, errors.OperationCancelled)
        self.assertTrue(peer.closed)
        # What comes of the closed handle afterwards is not the program's concern.
        gc.collect()
        self.assertEqual(self.flushLoggedErrors(), [])

    def test_two_readers_of_a_buffered_answer(self) -> None:
        """Cancelling one ends the other too: there is one connection."""
        pending = self.client.get("http://127.0.0.1:8080/")
        self.net.accept().send(OK + b"he")
        response = self.successResultOf(pending)
        first, second = response.content(), response.text()
        first.cancel()
        self.failureResultOf(first, CancelledError, errors.OperationCancelled)
        self.failureResultOf(second, CancelledError, errors.OperationCancelled)


#: Everything that treq could ask a reactor for, with a session that has its own.
ALONE = """
import sys
from io import BytesIO
from tests.http.memory import OK, MemoryNet
from twisted.internet.defer import maybeDeferred

net = MemoryNet()
net.session.disk.run = maybeDeferred
client = net.session.treq()
peer = None
for given in (
    {"data": {"a": "1"}},
    {"json": [1]},
    {"data": BytesIO(b"x" * 100_000)},
    {"data": {"a": "1"}, "files": {"f": BytesIO(b"x" * 100_000), "g": b"y"}},
    {"params": {"a": "1"}, "timeout": 5},
):
    pending = client.post("http://127.0.0.1/", **given)
    peer = peer or net.accept()
    net.advance()
    sent = peer.request()
    assert sent.startswith(b"POST /"), sent
    peer.send(OK + b"hello")
    found = []
    pending.addCallback(lambda r: r.content()).addCallback(found.append)
    net.advance()
    assert found == [b"hello"], (given, found, pending)
assert "treq" in sys.modules
assert "twisted.internet.reactor" not in sys.modules
print("quiet")
"""


class QuietTests(SynchronousTestCase):
    """In an interpreter of its own."""

    def test_no_reactor_is_installed(self) -> None:
        """Whatever is sent, when the session has been given one."""
        done = subprocess.run(
            [sys.executable, "-c", ALONE],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        self.assertEqual((done.stdout, done.stderr), ("quiet\n", ""))
