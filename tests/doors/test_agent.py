"""``twinet.Agent`` under a stranger's treq."""

from __future__ import annotations

import gzip
from typing import Any

import treq
from treq.client import HTTPClient
from twisted.internet import error as twisted_errors
from twisted.internet.defer import CancelledError, Deferred
from twisted.trial.unittest import TestCase
from twisted.web.client import FileBodyProducer, ResponseFailed
from twisted.web.http_headers import Headers
from twisted.web.iweb import UNKNOWN_LENGTH, IAgent, IResponse
from zope.interface.verify import verifyObject

import twinet
from tests.http.loopback import LoopbackServer, ok, reactor
from twinet import Option, errors
from twinet.records import Limits


class AgentTests(TestCase):
    """What treq's users do, over our engine."""

    timeout = 60

    def setUp(self) -> None:
        self.server = LoopbackServer(
            {
                "/": ok(b"hello", b"X-Twice: a", b"X-Twice: b"),
                "/again": ok(b"again"),
                "/moved": b"HTTP/1.1 302 Found\r\nLocation: /\r\n"
                b"Content-Length: 0\r\n\r\n",
                "/short": (
                    b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nabc",
                    "close",
                ),
                "/until": (b"HTTP/1.1 200 OK\r\n\r\nuntil", "close"),
                "/garbage": b"garbage\r\n\r\n",
                "/post": ok(b"taken"),
                "/cookie": ok(b"", b"Set-Cookie: a=server; Path=/"),
                "/gzip": ok(gzip.compress(b"hello"), b"Content-Encoding: gzip"),
                "/silent": None,
            }
        )
        self.agent = twinet.Agent(reactor, limits=Limits(first_byte=5))
        self.client = HTTPClient(self.agent)

    async def _stop(self) -> None:
        await self.agent.close()
        await self.server.all_lost()
        await self.server.stop()

    def tearDown(self):
        return Deferred.fromCoroutine(self._stop())

    async def test_interfaces_are_provided(self) -> None:
        """Zope agrees."""
        verifyObject(IAgent, self.agent)
        response = await self.agent.request(b"GET", self.server.url("/").encode())
        verifyObject(IResponse, response)
        self.assertEqual((response.code, response.length), (200, 5))
        self.assertEqual(response.version, (b"HTTP", 1, 1))
        self.assertEqual(response.headers.getRawHeaders(b"X-Twice"), [b"a", b"b"])
        await treq.content(response)

    async def test_get_and_keep_alive(self) -> None:
        """Two requests, one connection."""
        for path, body in (("/", b"hello"), ("/again", b"again")):
            response = await self.client.get(self.server.url(path))
            self.assertEqual(await response.content(), body)
        self.assertEqual(len(self.server.conversations), 1)

    async def test_cookies_are_treqs(self) -> None:
        """It has a jar of its own, and what it sends is not overwritten."""
        session = self.agent.session
        await (await self.client.get(self.server.url("/cookie"))).content()
        self.assertEqual(len(session.cookies), 0)
        session.cookies.set(self.server.url("/"), "a", "session")
        await (await self.client.get(self.server.url("/"))).content()
        await treq.content(
            await self.agent.request(
                b"GET",
                self.server.url("/").encode(),
                Headers({"Cookie": ["a=program"]}),
            )
        )
        sent = [
            [
                line
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"cookie:")
            ]
            for head in self.server.requests
        ]
        self.assertEqual(
            [[line.partition(b": ")[2] for line in lines] for lines in sent],
            [[], [b"a=server"], [b"a=program"]],
        )

    async def test_body_is_decoded_once(self) -> None:
        """By treq, or by the session if that is told to; a bare agent does not."""
        url = self.server.url("/gzip")
        for decoding in (False, True):
            self.agent.session.options[Option.HTTP_DECODING] = decoding
            response = await self.client.get(url)
            self.assertEqual(await response.content(), b"hello")
            bare = await self.agent.request(b"GET", url.encode())
            body = await treq.content(bare)
            coding = bare.headers.getRawHeaders(b"Content-Encoding")
            length = bare.headers.getRawHeaders(b"Content-Length")
            if decoding:
                self.assertEqual((body, coding, length), (b"hello", None, None))
                self.assertIs(bare.length, UNKNOWN_LENGTH)
            else:
                self.assertEqual(gzip.decompress(body), b"hello")
                self.assertEqual((coding, bare.length), ([b"gzip"], len(body)))

    async def test_unbuffered_collect(self) -> None:
        """The body flows to the collector."""
        response = await self.client.get(self.server.url("/"), unbuffered=True)
        pieces: list[bytes] = []
        await response.collect(pieces.append)
        self.assertEqual(b"".join(pieces), b"hello")

    async def test_treq_follows_redirects(self) -> None:
        """The agent itself does not."""
        response = await self.client.get(self.server.url("/moved"))
        self.assertEqual(response.code, 200)
        plain = await self.agent.request(b"GET", self.server.url("/moved").encode())
        self.assertEqual(plain.code, 302)
        await treq.content(plain)

    async def test_post_of_data_json_and_files(self) -> None:
        """Bodies with a length."""
        response = await self.client.post(self.server.url("/post"), data=b"abc")
        self.assertEqual(await response.content(), b"taken")
        response = await self.client.post(self.server.url("/post"), json={"a": 1})
        await response.content()
        self.assertEqual(self.server.bodies, [b"abc", b'{"a":1}'])
        head = self.server.requests[1].lower()
        self.assertIn(b"content-type: application/json", head)
        self.assertEqual(head.count(b"content-length"), 1)

    async def test_post_without_a_length_is_chunked(self) -> None:
        """The producer does not know how much there is."""
        from io import BytesIO  # noqa: PLC0415  used here alone

        producer = FileBodyProducer(BytesIO(b"abc"))
        producer.length = UNKNOWN_LENGTH
        pending = self.agent.request(
            b"POST", self.server.url("/silent").encode(), None, producer
        )
        done: Deferred[None] = Deferred()
        reactor.callLater(0.1, done.callback, None)
        await done
        (head,) = self.server.requests
        self.assertIn(b"Transfer-Encoding: chunked", head)
        self.assertEqual(self.server.bodies, [b"3\r\nabc\r\n0\r\n\r\n"])
        pending.cancel()
        await self.assertFailure(pending, CancelledError)

    async def test_errors_are_of_both_trees(self) -> None:
        """Programs go on catching what they caught."""
        both = (
            ("http://127.0.0.1:1/", errors.CannotConnect, twisted_errors.ConnectError),
            (
                "http://name.invalid/",
                errors.NameNotResolved,
                twisted_errors.DNSLookupError,
            ),
            (
                self.server.url("/garbage"),
                errors.HttpInvalidServerResponse,
                ResponseFailed,
            ),
        )
        for url, ours, theirs in both:
            error = await self.assertFailure(self.client.get(url), ours)
            self.assertIsInstance(error, theirs)

    async def test_time_limit_is_of_both_trees(self) -> None:
        """12002 is Twisted's TimeoutError and Python's."""
        agent = twinet.Agent(reactor, limits=Limits(first_byte=0.05))
        error = await self.assertFailure(
            HTTPClient(agent).get(self.server.url("/silent")), errors.Timeout
        )
        self.assertIsInstance(error, twisted_errors.TimeoutError)
        self.assertIsInstance(error, TimeoutError)
        await agent.close()

    async def test_cut_body_is_of_both_trees(self) -> None:
        """Truncated, and ResponseFailed with its reasons."""
        response = await self.client.get(self.server.url("/short"), unbuffered=True)
        pieces: list[bytes] = []
        error: Any = await self.assertFailure(
            response.collect(pieces.append), errors.Truncated
        )
        self.assertIsInstance(error, ResponseFailed)
        self.assertTrue(error.reasons[0].check(errors.Truncated))

    async def test_body_until_close_is_whole(self) -> None:
        """PotentialDataLoss is what Twisted calls it; treq takes it."""
        response = await self.client.get(self.server.url("/until"))
        self.assertEqual(await response.content(), b"until")

    async def test_closed_agent_refuses_and_opens_nothing(self) -> None:
        """Its session is dead: 6, and no connection that nobody would close."""
        await self.agent.close()
        await self.assertFailure(
            self.client.get(self.server.url("/")), errors.InvalidHandle
        )
        self.assertEqual(self.server.conversations, [])

    async def test_request_closed_inside_handle_created_is_cancelled(self) -> None:
        """As every other call that makes a handle: 12017, and nothing is sent."""
        self.agent.session.set_status_callback(
            lambda news: (
                news.info.close()
                if news.status is twinet.Status.HANDLE_CREATED
                else None
            )
        )
        await self.assertFailure(
            self.client.get(self.server.url("/")), errors.OperationCancelled
        )
        self.assertEqual(self.server.conversations, [])

    async def test_cancel_closes_the_connection(self) -> None:
        """Seen from the server."""
        pending = self.client.get(self.server.url("/silent"))
        reactor.callLater(0.05, pending.cancel)
        await self.assertFailure(pending, CancelledError)
        await self.server.all_lost()

    async def test_treqs_own_timeout_works(self) -> None:
        """It cancels."""
        await self.assertFailure(
            self.client.get(self.server.url("/silent"), timeout=0.05),
            CancelledError,
            TimeoutError,
            twisted_errors.TimeoutError,
        )
        await self.server.all_lost()

    async def test_notifications_of_the_session_are_heard(self) -> None:
        """The agent's requests are handles like all others."""
        news: list[twinet.Notification] = []
        self.agent.session.set_status_callback(news.append)
        await (await self.client.get(self.server.url("/"))).content()
        self.assertIn(twinet.Status.REQUEST_COMPLETE, [n.status for n in news])
