"""Bodies of every kind, sent again where a redirect asks for them."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase, TestCase

import twinet
from tests.http.judge import Pieces, hear
from tests.http.loopback import LoopbackServer, ok, reactor
from tests.http.memory import MemoryNet
from tests.http.trapcase import Endless
from twinet.errors import HttpRedirectFailed

BODY = bytes(range(256)) * 1200


def leads(status: int, location: str) -> bytes:
    """Return a redirect without a body."""
    return b"HTTP/1.1 %d Moved\r\nLocation: %b\r\nContent-Length: 0\r\n\r\n" % (
        status,
        location.encode(),
    )


class KindsTests(TestCase):
    """On real sockets, because files are read in threads."""

    timeout = 60

    def setUp(self) -> None:
        self.server = LoopbackServer({"/end": ok(b"done")})
        for status in (301, 302, 303, 307, 308):
            self.server.answers[f"/{status}"] = leads(status, "/end")
        self.server.answers["/far"] = leads(308, "/308")
        self.session = twinet.Session(reactor)
        self.path = Path(self.mktemp())
        self.path.write_bytes(BODY)

    def tearDown(self):
        return Deferred.fromCoroutine(self.stop())

    async def stop(self) -> None:
        await self.session.close()
        await self.server.stop()

    async def put(self, path: str, body: Any, verb: str = "PUT") -> twinet.Response:
        """Send a body; gives the last answer."""
        port = self.server.port.getHost().port
        where = self.session.http("127.0.0.1", port)
        request = where.open_request(verb, path, headers={"Content-Type": "a/b"})
        await request.send(body)
        self.assertEqual(await request.read(9), b"done")
        return request.response

    def unchunked(self, body: bytes) -> bytes:
        """Take the framing of chunks away."""
        whole = b""
        while body:
            size, _, rest = body.partition(b"\r\n")
            whole += rest[: int(size, 16)]
            body = rest[int(size, 16) + 2 :]
        return whole

    async def test_each_kind_comes_whole_each_time(self) -> None:
        """Over two hops, with its length and its type; files from where they stood."""
        with self.path.open("rb") as opened, self.path.open("rb") as moved:
            moved.seek(1000)
            for body, whole in (
                (b"small", b"small"),
                (b"", b""),
                (BODY, BODY),
                (memoryview(BODY), BODY),
                (self.path, BODY),
                (opened, BODY),
                (moved, BODY[1000:]),
                (BytesIO(BODY), BODY),
                (lambda: Pieces([BODY[:9], BODY[9:]], len(BODY)), BODY),
            ):
                del self.server.bodies[:], self.server.requests[:]
                answer = await self.put("/far", body)
                self.assertEqual([r.status_code for r in answer.history], [308, 308])
                self.assertEqual(self.server.bodies, [whole] * 3)
                for head in self.server.requests:
                    self.assertTrue(head.startswith(b"PUT "))
                    self.assertIn(b"Content-Length: %d" % len(whole), head)
                    self.assertIn(b"Content-Type: a/b", head)
        del self.server.bodies[:]
        await self.put("/far", lambda: Pieces([b"one ", b"two"]))
        bodies = [self.unchunked(body) for body in self.server.bodies]
        self.assertEqual(bodies, [b"one two"] * 3)

    async def test_body_that_is_not_asked_for_again(self) -> None:
        """It need not be able to start again."""
        for status, verb in ((303, "PUT"), (302, "POST"), (301, "POST")):
            del self.server.bodies[:], self.server.requests[:]
            await self.put(f"/{status}", Pieces([b"once"], 4), verb)
            self.assertEqual(self.server.bodies, [b"once", b""])
            self.assertTrue(self.server.requests[1].startswith(b"GET "))
            self.assertNotIn(b"Content-", self.server.requests[1])

    async def test_body_that_cannot_start_again(self) -> None:
        """12156, and what would help; the redirect can be looked at."""
        for body in (Pieces([b"once"], 4), Pieces([b"once"])):
            error = await self.assertFailure(
                self.session.put(self.server.url("/307"), body), HttpRedirectFailed
            )
            self.assertIn("a function that makes its producer", str(error))

    async def test_file_that_has_become_shorter_meanwhile(self) -> None:
        """The second time it is not what was announced: an error, and no request."""

        def shorten(news: Any) -> None:
            if news.status is twinet.Status.REDIRECT:
                self.path.write_bytes(b"short")

        self.session.set_status_callback(shorten)
        sent = self.session.put(self.server.url("/307"), self.path)
        await self.assertFailure(sent, twinet.InternetError)
        self.assertEqual(self.server.bodies, [BODY])


class EarlyTests(SynchronousTestCase):
    """A redirect that comes while the body is on its way."""

    def test_first_producer_is_stopped_and_another_made(self) -> None:
        """What is left of the first one never goes out."""
        net = MemoryNet(agent="")
        made: list[Any] = []

        def make() -> Any:
            made.append(Endless() if not made else Pieces([b"the whole"]))
            return made[-1]

        request = net.session.http("192.0.2.1").open_request("POST")
        pending = request.send(make)
        first = net.accept()
        self.assertIn(b"the first piece", first.request())
        first.send(leads(307, "/there"))
        self.assertTrue(made[0].stopped)
        self.assertEqual(first.request(), b"")
        net.advance()
        self.assertTrue(first.closed)
        second = net.accept()
        heard = hear(second.request())
        self.assertEqual((heard.target, heard.body), (b"/there", b"the whole"))
        second.send(ok(b""))
        self.successResultOf(pending)
        self.assertEqual(len(made), 2)
