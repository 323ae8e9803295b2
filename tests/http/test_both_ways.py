"""Connections of our own and those of ``connectTCP``: the same comes of both."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import gatherResults
from twisted.trial.unittest import TestCase

import twinet
from tests.http.loopback import LoopbackServer, ok, reactor
from tests.net.certificates import Server, pem, root, server_context
from tests.net.roundabout import Roundabout
from twinet.errors import InternetError
from twinet.testing.recorder import line_of

if TYPE_CHECKING:
    from tests.net.certificates import Identity

_CLOSES = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
ANSWERS: dict[str, Any] = {
    "/kept": ok(b"here"),
    "/close": (ok(b"bye", b"Connection: close"), "close"),
    "/says-close": ok(b"bye", b"Connection: close"),
    "/to-the-end": (_CLOSES + b"x" * 300000, "close"),
    "/cut": (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", "close"),
    "/reset": (_CLOSES + b"half", "reset"),
    "/nothing": (b"", "close"),
    "/nonsense": b"what?\r\n\r\n",
    "/long": ok(b"y" * 3000000),
    "/moved": b"HTTP/1.1 302 Found\r\nLocation: /kept\r\nContent-Length: 0\r\n\r\n",
    "/silent": None,
}
#: Verb, path, body, fields.
CORPUS: tuple[tuple[str, str, bytes | None, dict[str, str]], ...] = (
    *(("GET", path, None, {}) for path in ANSWERS),
    ("GET", "/kept", None, {"Connection": "close"}),
    ("HEAD", "/says-close", None, {}),
    ("POST", "/kept", b"small", {}),
    ("POST", "/says-close", b"z" * 2000000, {}),
    ("POST", "/reset", b"z" * 2000000, {}),
    ("PUT", "/kept", b"", {"Connection": "close"}),
)
_MANY = re.compile(r"RESPONSE_RECEIVED \d{5,}")


class BothWaysTests(TestCase):
    """One corpus of requests, on the reactor and on one that must be asked."""

    timeout = 120

    async def found(self, clock: Any, identity: Identity | None) -> list[Any]:
        """Send the corpus; return what was told, what came, and what arrived."""
        tls = None if identity is None else Server(server_context(identity))
        server = LoopbackServer(ANSWERS, tls)
        roots = Path(self.mktemp())
        roots.write_bytes(pem(root().certificate))
        session = twinet.Session(
            clock, trust_roots=roots, limits=twinet.Limits(first_byte=0.5)
        )
        told: list[str] = []
        session.set_status_callback(lambda news: told.append(line_of(news)))
        number = server.port.getHost().port
        connection = session.http("127.0.0.1", number, tls=tls is not None)
        found: list[Any] = []
        try:
            for verb, path, body, fields in CORPUS:
                request = connection.open_request(verb, path, headers=fields)
                outcome: Any
                try:
                    await request.send(body)
                    outcome = await request.read(1 << 22)
                except InternetError as error:
                    outcome = (error.code, error.message)
                await request.close()
                found.append((verb, path, tuple(told), outcome))
                told.clear()
        finally:
            await session.close()
            await server.all_lost()
            await server.stop()
        arrived = (server.requests, server.bodies, len(server.conversations))
        return [_anywhere(entry, str(number)) for entry in (*found, arrived)]

    async def check(self, identity: Identity | None) -> None:
        """Equal bytes, notifications and results, over as many connections."""
        roundabout = Roundabout(reactor)
        short = await self.found(reactor, identity)
        long = await self.found(roundabout, identity)
        for one, other in zip(short, long, strict=True):
            self.assertEqual(one, other)
        self.assertEqual(len(short), len(CORPUS) + 1)
        self.assertGreater(roundabout.connected, 5)

    async def test_plain(self) -> None:
        """Over TCP."""
        await self.check(None)

    async def test_tls(self) -> None:
        """The same over TLS."""
        await self.check(root().issue(["127.0.0.1"]))

    async def crowd(self, clock: Any) -> list[Any]:
        """Send several at once where there is one connection at a time."""
        server = LoopbackServer(ANSWERS)
        session = twinet.Session(clock, connections_per_host=1)
        told: list[str] = []
        session.set_status_callback(
            lambda news: told.append(f"{line_of(news)} {news.context}")
        )
        paths = ("/says-close", "/close", "/kept", "/kept", "/says-close", "/kept")
        try:
            bodies = await gatherResults(
                [
                    session.get(server.url(path), context=str(number)).addCallback(
                        lambda request: request.read(100)
                    )
                    for number, path in enumerate(paths)
                ]
            )
            most = max(c.together for c in server.conversations)
        finally:
            await session.close()
            await server.all_lost()
            await server.stop()
        # The server may hear of the next connection before the end of the last one.
        self.assertLessEqual(most, 2)
        return [told, bodies, len(server.conversations)]

    async def test_waiting(self) -> None:
        """A place is free when its connection is closed, and no sooner."""
        short = await self.crowd(reactor)
        long = await self.crowd(Roundabout(reactor))
        self.assertEqual(short, long)
        self.assertEqual(short[2:], [4])


def _anywhere(found: Any, port: str) -> Any:
    """Return the same without what differs from run to run."""
    if isinstance(found, str):
        # How much of a long body comes with its head is chance.
        return _MANY.sub("RESPONSE_RECEIVED many", found.replace(port, "PORT"))
    if isinstance(found, bytes):
        return found.replace(port.encode(), b"PORT") if len(found) < 4096 else found
    if isinstance(found, list | tuple):
        return [_anywhere(each, port) for each in found]
    return found
