"""What a server sent before it was asked is no answer, over TLS as well."""

from __future__ import annotations

from typing import Any

from OpenSSL import SSL
from twisted.internet.defer import Deferred

from tests.http.loopback import Conversation, ok
from tests.http.secure import SecureCase
from twinet.errors import HttpInvalidServerResponse

#: What one TLS record holds (bytes): a longer write makes several, and a TCP read may
#: bring them all.
RECORD = 16384


def filling(path_answer: bytes) -> bytes:
    """Return an answer that fills a TLS record, and behind it another one."""
    bare = ok(b"")
    size = RECORD - len(bare) - len(str(RECORD)) + 1
    whole = ok(b"x" * size)
    assert len(whole) == RECORD, len(whole)
    return whole + path_answer


class SurplusTests(SecureCase):
    """A second answer comes in the TCP read of the first, in a record of its own."""

    async def asked_at_once(self, verb: str = "GET") -> bytes:
        """Ask again the moment that the first answer is there."""
        self.serve()
        self.server.answers = {
            "/first": filling(ok(b"smuggled in")),
            "/second": ok(b"honest"),
        }
        second: list[Any] = []
        where = self.server.url("/second")
        first = self.session.get(self.server.url("/first"))
        first.addCallback(lambda _: second.append(self.session.request(verb, where)))
        await first
        request = await second[0]
        data: bytes = await request.read(99)
        return data

    async def test_the_next_request_is_not_answered_by_it(self) -> None:
        """It goes elsewhere, and gets its own answer."""
        self.assertEqual(await self.asked_at_once(), b"honest")
        self.assertEqual(len(self.server.conversations), 2)

    async def test_what_cannot_be_repeated_goes_elsewhere_too(self) -> None:
        """The surplus is seen with the answer, before anything more is sent."""
        self.assertEqual(await self.asked_at_once("POST"), b"honest")
        self.assertEqual(len(self.server.conversations), 2)
        self.assertEqual(len(self.server.requests), 2)

    async def test_an_answer_that_comes_with_the_handshake(self) -> None:
        """The server speaks first, in the packet that ends the handshake."""

        class Greeting(Conversation):
            def connectionMade(self) -> None:
                super().connectionMade()
                transport: Any = self.transport
                transport.write(ok(b"smuggled in"))

        url = self.serve(newest=SSL.TLS1_2_VERSION)
        self.server.port.factory.wrappedFactory.protocol = lambda: Greeting(self.server)
        error = await self.assertFailure(
            self.session.get(url), HttpInvalidServerResponse
        )
        self.assertIn("before it was asked", str(error))

    async def test_requests_one_behind_the_other_share_a_connection(self) -> None:
        """To send the next one from inside the end of the last is no fault."""
        self.serve()
        self.server.answers = {"/": ok(b"x" * 3)}
        url = self.server.url("/")
        for _ in range(3):
            requests = [self.session.get(url)]
            for _ in range(3):
                last = requests[-1]
                ahead: Deferred[Any] = Deferred()
                last.addCallback(
                    lambda request, ahead=ahead: self.session.get(url).chainDeferred(
                        ahead
                    )
                )
                requests.append(ahead)
            request = await requests[-1]
            self.assertEqual(await request.read(9), b"xxx")
        self.assertEqual(len(self.server.conversations), 1)
        self.assertEqual(len(self.server.requests), 12)
