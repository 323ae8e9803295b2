"""The HTTP peer: rules, answers, complaints, in memory and on loopback."""

from __future__ import annotations

import re
from typing import Any

from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred
from twisted.internet.protocol import ClientFactory, Protocol
from twisted.trial.unittest import SynchronousTestCase, TestCase

import twinet
from twinet import errors
from twinet.errors import InvalidParameter
from twinet.testing import Authority, End, HttpAnswer, HttpPeer, MemoryNetwork, Script
from twinet.testing.received_request import BadRequest, RequestReader

reactor: Any = _reactor
ROOT = "http://shop.example"


class PeerCase(SynchronousTestCase):
    """A shop on a network, and a session."""

    def setUp(self):
        self.network = MemoryNetwork()
        self.shop = HttpPeer()
        self.network.add("shop.example", self.shop)
        self.session = self.network.session()

    def fetch(self, path: str, **options: Any) -> twinet.Response:
        """Fetch a path of the shop's."""
        return self.network.run(self.session.fetch(f"{ROOT}{path}", **options))

    def send(self, verb: str, path: str, body: Any = None) -> Any:
        """Send a request; return its handle."""
        request = self.session.http("shop.example").open_request(verb, path)
        return self.network.run(request.send(body=body))

    def complaint(self, path: str) -> str:
        """Return what is complained of when this is asked for."""
        return str(self.assertRaises(AssertionError, self.fetch, path))


class Rules(PeerCase):
    """Which answer a request gets."""

    def test_the_first_rule_that_fits_counts(self):
        """By verb and path; the query is looked at where a rule names one."""
        self.shop.answer("GET", "/a?x=1", "with")
        self.shop.answer("GET", "/a", "without")
        self.shop.answer("POST", "/a", "posted")
        self.shop.answer("GET", re.compile("/b/[0-9]+"), "number")
        self.assertEqual(self.fetch("/a?x=1").text, "with")
        self.assertEqual(self.fetch("/a?x=2").text, "without")
        self.assertEqual(self.fetch("/b/17?y").text, "number")
        posted = self.send("POST", "/a", b"data")
        self.assertEqual(self.network.run(posted.read(10)), b"posted")

    def test_answers_are_given_in_turn_and_the_last_stays(self):
        """A server that recovers."""
        self.shop.answer("GET", "/a", HttpAnswer(503), HttpAnswer(429), "ready")
        statuses = [self.fetch("/a").status_code for _ in range(4)]
        self.assertEqual(statuses, [503, 429, 200, 200])

    def test_a_rule_may_be_for_so_many_requests(self):
        """Then the next one has its turn, or there is none."""
        self.shop.answer("GET", "/a", "first", times=1)
        self.shop.answer("*", "*", "then", times=1)
        self.assertEqual(
            [self.fetch("/a").text, self.fetch("/a").text], ["first", "then"]
        )
        text = self.complaint("/a")
        self.assertIn("GET /a: used up (1 of 1)", text)

    def test_a_function_sees_the_request(self):
        """All of it."""
        seen: list[Any] = []

        def answer(request: Any) -> HttpAnswer:
            seen.append(request)
            return HttpAnswer(201, json={"got": request.json()})

        self.shop.answer("POST", "/orders", answer)
        request = self.send("POST", "/orders?a=1&b=%20&a=2", b'{"cups": 2}')
        self.assertEqual(self.network.run(request.read(100)), b'{"got": {"cups": 2}}')
        self.assertEqual(request.response.headers["content-type"], "application/json")
        (asked,) = seen
        self.assertIs(asked, self.shop.requests[0])
        self.assertEqual(str(asked), "POST /orders?a=1&b=%20&a=2")
        self.assertEqual(asked.query, {"a": ["1", "2"], "b": [" "]})
        self.assertEqual((asked.host, asked.path), ("shop.example", "/orders"))
        self.assertTrue(asked.head.startswith(b"POST /orders?a=1"))

    def test_a_request_without_a_rule_is_told_with_the_rules(self):
        """The client gets a 500 that says the same, and the test fails."""
        self.shop.answer("POST", "/prices")
        self.shop.answer("GET", "/orders")
        pending = self.session.fetch(f"{ROOT}/prices")
        error = self.assertRaises(AssertionError, self.network.advance)
        self.assertEqual(
            str(error),
            "an HttpPeer has no rule for GET /prices (Host: shop.example); its rules "
            "are\n  POST /prices: another method\n  GET /orders: another path",
        )
        answer = self.successResultOf(pending)
        self.assertEqual(answer.status_code, 500)
        self.assertIn("has no rule for GET /prices", answer.text)
        self.network.close()

    def test_an_answer_that_fails_is_told_with_its_rule(self):
        """So is one that gives something else."""
        self.shop.answer("GET", "/a", lambda request: request.json())
        self.shop.answer("GET", "/b", lambda request: 5)
        self.assertIn("the rule GET /a failed: JSONDecodeError", self.complaint("/a"))
        self.assertIn("the rule GET /b failed", self.complaint("/b"))

    def test_rules_that_were_not_asked_for_can_be_found(self):
        """By name."""
        self.shop.answer("GET", "/a")
        self.shop.answer("PUT", "/b")
        self.fetch("/a")
        error = self.assertRaises(AssertionError, self.shop.check_all_asked)
        self.assertEqual(str(error), "an HttpPeer was never asked for\n  PUT /b")
        self.send("PUT", "/b", b"")
        self.shop.check_all_asked()

    def test_what_can_be_no_rule_is_refused(self):
        """Where it is made, not when it is asked for."""
        for wrong in (("GET", "prices"), ("GET", "/a", 404), ("GET", "/a", None)):
            self.assertRaises(InvalidParameter, self.shop.answer, *wrong)
        self.assertRaises(InvalidParameter, HttpAnswer, 99)
        self.assertRaises(InvalidParameter, HttpAnswer, 200, [None])
        self.assertRaises(InvalidParameter, HttpAnswer, headers={"A": "b\r\nC: d"})
        self.assertRaises(InvalidParameter, Script, b"", -1.0)
        self.assertRaises(InvalidParameter, Script, None)


class Answers(PeerCase):
    """How answers come."""

    def test_text_has_its_type_and_given_fields_go_before(self):
        """A field may come twice."""
        self.shop.answer("GET", "/a", "für")
        pairs = [("Content-Type", "text/csv"), ("X-A", "1"), ("X-A", "2")]
        self.shop.answer("GET", "/b", HttpAnswer(200, "a,b", pairs, reason="Fine"))
        answer = self.fetch("/a")
        self.assertEqual(answer.text, "für")
        self.assertEqual(answer.headers["content-type"], "text/plain; charset=utf-8")
        answer = self.fetch("/b")
        self.assertEqual(answer.headers.get_all("x-a"), ["1", "2"])
        self.assertEqual(answer.headers.get_all("content-type"), ["text/csv"])
        self.assertEqual(answer.reason, "Fine")

    def test_pieces_come_when_they_are_to(self):
        """With a length, and in chunks; the peer may think before it answers."""
        for chunked in (False, True):
            begun = self.network.now
            body: list[bytes | str | float] = [b"half", 2.0, b" and", "", 1.0, " half"]
            self.shop.answer(
                "GET", "/a", HttpAnswer(body=body, delay=4, chunked=chunked), times=1
            )
            request = self.network.run(self.session.get(f"{ROOT}/a"))
            self.assertEqual(self.network.now - begun, 4)
            first = self.network.run(request.read_some(100))
            self.assertEqual((first, self.network.now - begun), (b"half", 4))
            rest = self.network.run(request.read(100))
            self.assertEqual((rest, self.network.now - begun), (b" and half", 7))
            length = request.response.headers.get("content-length")
            self.assertEqual(length, None if chunked else "13")

    def test_heads_without_bodies_have_none(self):
        """HEAD, 204 and 304; the connection is good for the next."""
        self.shop.answer("HEAD", "/a", "body")
        self.shop.answer("GET", "/none", HttpAnswer(204))
        self.shop.answer("GET", "/same", HttpAnswer(304))
        request = self.send("HEAD", "/a")
        self.assertEqual(request.response.headers["content-length"], "4")
        self.assertEqual(self.network.run(request.read(9)), b"")
        self.assertEqual(self.fetch("/none").status_code, 204)
        self.assertEqual(self.fetch("/same").status_code, 304)
        self.assertEqual(self.shop.connections, 1)

    def test_connections_are_kept_unless_one_side_closes(self):
        """By the answer, or by what the client says."""
        self.shop.answer("GET", "/a")
        self.shop.answer("GET", "/last", HttpAnswer(close=True))
        for path in ("/a", "/a", "/last"):
            self.fetch(path)
        self.assertEqual(self.shop.connections, 1)
        self.fetch("/a", headers={"Connection": "close"})
        self.assertEqual(self.shop.connections, 2)
        self.assertEqual(self.network.sockets, [])

    def test_bodies_arrive_in_chunks_too(self):
        """And an expected 100 is given first."""
        self.shop.answer("PUT", "/a", lambda request: request.body)

        async def put() -> bytes:
            request = self.session.http("shop.example").open_request("PUT", "/a")
            request.headers.add("Expect", "100-continue")
            await request.start()
            for piece in (b"one", b"two"):
                await request.write(piece)
            await request.finish()
            return await request.read(100)

        self.assertEqual(self.network.run(put()), b"onetwo")
        self.assertEqual(self.shop.requests[0].headers["transfer-encoding"], "chunked")
        # The client would have gone on without it after a second.
        self.assertEqual(self.network.now, 0)

    def test_cookies_and_redirects_are_real(self):
        """It is the library itself that follows and remembers."""
        moved = HttpAnswer(302, headers={"Location": "b", "Set-Cookie": "a=1"})
        self.shop.answer("GET", "/a", moved)
        self.shop.answer("GET", "/b", lambda asked: asked.headers.get("cookie", "none"))
        self.assertEqual(self.fetch("/a").text, "a=1")

    def test_a_script_is_sent_as_it_stands(self):
        """A server that breaks off, and one that sends rubbish."""
        head = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"
        self.shop.answer("GET", "/cut", Script(head, 1.5, b"abc", End.ABORT))
        self.shop.answer("GET", "/short", Script(head, b"abc", End.CLOSE))
        self.shop.answer("GET", "/rubbish", Script("rubbish\r\n\r\n", End.CLOSE))
        for path in ("/cut", "/short", "/rubbish"):
            self.assertRaises(errors.InternetError, self.fetch, path)
        self.assertEqual(self.network.now, 1.5)
        self.network.close()

    def test_what_is_no_request_is_a_complaint(self):
        """And is answered 400: the client is another than ours here."""
        came: list[bytes] = []

        class Rude(Protocol):
            def connectionMade(self):
                assert self.transport is not None
                self.transport.write(b"rubbish\r\n\r\n")

            def dataReceived(self, data: bytes):
                came.append(data)

        client: Any = ClientFactory.forProtocol(Rude)
        self.network.reactor.connectTCP("shop.example", 80, client)
        error = self.assertRaises(AssertionError, self.network.advance)
        self.assertIn("'rubbish' is no request line", str(error))
        self.assertTrue(b"".join(came).startswith(b"HTTP/1.1 400 "))
        self.network.close()

    def test_each_fault_of_a_request_is_found(self):
        """In its line, its fields, its length and its chunks."""
        for bad in (
            b"rubbish\r\n\r\n",
            b"GET / HTTP/1.1\r\nno field\r\n\r\n",
            b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
            b"GET / HTTP/1.1\r\nTransfer-Encoding: rot13\r\n\r\n",
            b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
            b"x" * (1 << 21),
        ):
            reader = RequestReader()
            reader.feed(bad)
            self.assertRaises(BadRequest, reader.next)


class OnLoopback(TestCase):
    """The same peer on a real port."""

    timeout = 20

    def test_the_peer_listens_on_a_real_port(self):
        """It answers, complains to who asks, and stops whoever is there."""
        return Deferred.fromCoroutine(self.visit(None))

    def test_it_speaks_tls_there(self):
        """With a certificate of an authority that is handed to the session."""
        return Deferred.fromCoroutine(self.visit(Authority.known()))

    async def visit(self, authority: Authority | None) -> None:
        shop = HttpPeer()
        shop.answer("GET", "/a", HttpAnswer(body=[b"a", 0.01, b"b"]))
        shop.answer("GET", "/never", Script())
        listening = shop.listen(reactor, tls=authority)
        options: dict[str, Any] = (
            {} if authority is None else {"trust_roots": authority.roots}
        )
        session = twinet.Session(reactor, **options)
        try:
            answer = await session.fetch(f"{listening.url}/a")
            self.assertEqual(answer.text, "ab")
            answer = await session.fetch(f"{listening.url}/other")
            self.assertEqual(answer.status_code, 500)
            self.assertRaises(AssertionError, shop.check)
            shop.check()
            pending = session.fetch(f"{listening.url}/never")
            while len(shop.requests) < 3:
                waiting: Deferred[None] = Deferred()
                reactor.callLater(0, waiting.callback, None)
                await waiting
        finally:
            await listening.stop()
        await self.assertFailure(pending, errors.InternetError)
        await session.close()
