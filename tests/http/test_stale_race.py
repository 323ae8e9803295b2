"""Requests on real sockets, sent at the very moment in which the server closes them.

The server runs in threads of its own, so that its close and the request do cross.
"""

from __future__ import annotations

import contextlib
import random
import re
import socket
import ssl
import struct
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import trustme
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase

import twinet
from tests.http.loopback import LoopbackServer, ok, reactor
from twinet._http import pool
from twinet.errors import InternetError
from twinet.records import Limits

#: How long the server keeps an idle connection [s].
IDLE = 0.004
PATIENCE = 20.0
#: Requests that run beside each other, each on a connection of its own, and how many
#: each of these sends.
BESIDE = 20
ROUNDS = 50
TLS_ROUNDS = 10
#: It dies of every so manieth request that comes on a kept connection.
DIES = 10
MANNERS = (("in order", False), ("reset", False), ("408", False))
GONE = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
_NUMBER = re.compile(rb"[A-Z]+ /(\d+) ")
#: Closing a socket with this option resets the connection (SO_LINGER of 0 s).
_RESET = struct.pack("ii", 1, 0)


class ImpatientServer:
    """Answers, and closes what is idle for a moment: in order, by a reset, with a 408.

    On a kept connection it sometimes meets a request and closes without an answer.

    :param context: speaks TLS.
    :ivar met: how often each request came, by its number.
    """

    def __init__(self, manner: str, context: ssl.SSLContext | None) -> None:
        self.manner = manner
        self._context = context
        self.met: Counter[int] = Counter()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._talk, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _talk(self, connection: socket.socket) -> None:
        # Patient with a new connection: one that dies before its first request is
        # another matter.
        connection.settimeout(PATIENCE)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._context is not None:
            connection = self._context.wrap_socket(connection, server_side=True)
        with connection, contextlib.suppress(OSError):
            kept = False
            try:
                while data := connection.recv(65536):
                    # Small requests come in one piece here.
                    found = _NUMBER.match(data)
                    assert found is not None, data
                    number = int(found[1])
                    with self._lock:
                        self.met[number] += 1
                    if kept and number % DIES == 0:
                        return
                    connection.sendall(ok(b"hello"))
                    connection.settimeout(IDLE)
                    kept = True
            except TimeoutError:
                if self.manner == "408":
                    connection.sendall(GONE)
                elif self.manner == "reset":
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                elif isinstance(connection, ssl.SSLSocket):
                    # It says so, and does not wait for the answer.
                    connection.unwrap()

    def stop(self) -> None:
        """Listen no more, and wait for the threads."""
        with contextlib.suppress(OSError):  # not connected, says macOS
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()


class LookTests(TestCase):
    """What cannot be sent again looks first whether anybody is there."""

    timeout = 60

    async def told(self, verb: str, end: Any) -> list[str]:
        """Send a request on a kept connection that has ended a moment ago."""
        server = LoopbackServer({"/": ok(b"hello")})
        session = twinet.Session(reactor)
        connection = session.http("127.0.0.1", server.port.getHost().port)
        await connection.open_request().send()
        news: list[str] = []
        request = connection.open_request(verb)
        request.set_status_callback(lambda n: news.append(n.status.name))
        # Now it is known to the system and not to the reactor.
        end(server.conversations[0].transport)
        await request.send(b"abc")
        self.assertEqual(await request.read(9), b"hello")
        # A socket that is shut down to one side still takes what comes from the other.
        self.assertEqual(len(server.requests), 1 + news.count("SENDING_REQUEST"))
        await session.close()
        await server.stop()
        return news

    async def test_look(self) -> None:
        """Nothing is told of the dead one; on it nothing is tried."""
        for end in (_end, _talk):
            news = await self.told("POST", end)
            self.assertEqual(news.count("SENDING_REQUEST"), 1)
            self.assertNotIn("CLOSING_CONNECTION", news)
            self.assertIn("CONNECTED_TO_SERVER", news)

    async def test_others_need_not(self) -> None:
        """They are sent again.

        What was read from a moment ago is not looked at; that shall be so however long
        this machine takes for the next request.
        """
        self.patch(pool, "JUST_READ", PATIENCE)
        news = await self.told("PUT", _end)
        self.assertEqual(news.count("SENDING_REQUEST"), 2)
        self.assertIn("CLOSING_CONNECTION", news)


def _end(transport: Any) -> None:
    transport.socket.shutdown(socket.SHUT_WR)


def _talk(transport: Any) -> None:
    transport.socket.send(GONE)


class RaceTests(TestCase):
    """Thousands of them; about every fifth crosses the server's close."""

    timeout = 300

    async def race(
        self, manner: str, verb: str, *, tls: bool = False
    ) -> tuple[Counter[int], dict[int, Any]]:
        """Send many requests; return how often each was met, and what became of it."""
        context: ssl.SSLContext | None = None
        options: dict[str, Any] = {}
        rounds = TLS_ROUNDS if tls else ROUNDS
        if tls:
            authority = trustme.CA()
            roots = Path(self.mktemp())
            authority.cert_pem.write_to_path(roots)
            options["trust_roots"] = roots
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            authority.issue_cert("127.0.0.1").configure_cert(context)
        server = ImpatientServer(manner, context)
        outcomes: dict[int, Any] = {}

        async def one_after_the_other(first: int) -> None:
            # Each has a session of its own, so that it meets its own connection.
            source = random.Random(first)
            session = twinet.Session(
                reactor, limits=Limits(first_byte=PATIENCE), **options
            )
            async with session:
                connection = session.http("127.0.0.1", server.port, tls=tls)
                for number in range(first, first + rounds):
                    request = connection.open_request(verb, f"/{number}")
                    try:
                        await request.send(b"abc" if verb == "POST" else None)
                        outcomes[number] = await request.read(9)
                    except InternetError as error:
                        outcomes[number] = error
                    await request.close()
                    await deferLater(reactor, IDLE * source.uniform(0.9, 1.1))

        try:
            await gatherResults(
                [
                    Deferred.fromCoroutine(one_after_the_other(number * rounds))
                    for number in range(BESIDE)
                ],
                consumeErrors=True,
            )
        finally:
            await deferToThread(server.stop)
        return server.met, outcomes

    async def test_no_get_fails(self) -> None:
        """The server's end of an idle connection is nobody's fault."""
        for manner, tls in (*MANNERS, ("in order", True), ("reset", True)):
            _, outcomes = await self.race(manner, "GET", tls=tls)
            self.assertEqual(len(outcomes), BESIDE * (TLS_ROUNDS if tls else ROUNDS))
            self.assertEqual(set(map(str, outcomes.values())), {"b'hello'"}, manner)

    async def test_no_post_is_met_twice(self) -> None:
        """It fails instead, or the 408 is its answer."""
        for manner, tls in (*MANNERS, ("in order", True)):
            met, outcomes = await self.race(manner, "POST", tls=tls)
            self.assertEqual(len(outcomes), BESIDE * (TLS_ROUNDS if tls else ROUNDS))
            for number, outcome in outcomes.items():
                self.assertLessEqual(met[number], 1, (manner, number))
                if outcome == b"hello":
                    self.assertEqual(met[number], 1)
                elif outcome == b"":
                    self.assertEqual(manner, "408")
