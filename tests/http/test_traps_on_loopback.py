"""Traps that need real sockets or real threads (see ``test_traps.py``)."""

from __future__ import annotations

import socket
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import treq
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase

import twinet
from tests.http.loopback import LoopbackServer, ok, reactor
from tests.net.certificates import Server, pem, root, server_context
from twinet.errors import SecCertDateInvalid
from twinet.flags import Flag


class LookUpTests(TestCase):
    """Names are looked up in threads of the session's own."""

    timeout = 60

    async def test_slow_names_hold_up_nobody_elses_threads(self) -> None:
        """H20: thirty names that do not answer, and the reactor's pool is free."""
        go_on = threading.Event()
        real, asked = socket.getaddrinfo, []

        def slow(host: Any, *rest: Any, **named: Any) -> Any:
            asked.append(host)
            go_on.wait(15)
            return real("127.0.0.1", *rest, **named)

        self.patch(socket, "getaddrinfo", slow)
        session = twinet.Session(reactor)
        agent = twinet.Agent(session=session)
        pending = [
            agent.request(b"GET", b"http://name%d.test/" % number)
            for number in range(30)
        ]
        for calls in pending:
            calls.addErrback(lambda _: None)
        try:
            while not asked:
                await deferToThread(lambda: None)
            # As many as the reactor's pool has threads, all at the same time.
            meeting = threading.Barrier(reactor.getThreadPool().max, timeout=10)
            await gatherResults(
                [deferToThread(meeting.wait) for _ in range(meeting.parties)]
            )
        finally:
            go_on.set()
            await session.close()
            await gatherResults(pending)

    async def test_address_needs_neither_look_up_nor_thread(self) -> None:
        """H20: the request goes out, and no thread was started for it."""

        def forbidden(*_: Any, **__: Any) -> Any:
            msg = "an address was looked up"
            raise AssertionError(msg)

        self.patch(socket, "getaddrinfo", forbidden)
        server = LoopbackServer({"/": ok(b"here")})
        agent = twinet.Agent(reactor)
        try:
            before = set(threading.enumerate())
            response = await agent.request(b"GET", server.url("/").encode())
            self.assertEqual(await treq.content(response), b"here")
            self.assertEqual(set(threading.enumerate()) - before, set())
        finally:
            await agent.close()
            await server.stop()


class VerifiedConnectionTests(TestCase):
    """A connection serves those alone who would have opened it."""

    timeout = 60

    async def test_strict_request_does_not_use_a_lenient_connection(self) -> None:
        """H11: the certificate is out of date; only who ignores that gets an answer."""
        identity = root().issue(["127.0.0.1"], end=-timedelta(hours=12))
        server = LoopbackServer({"/": ok(b"in")}, Server(server_context(identity)))
        roots = Path(self.mktemp())
        roots.write_bytes(pem(root().certificate))
        session = twinet.Session(reactor, trust_roots=roots)
        agent = twinet.Agent(session=session)
        url = server.url("/")
        try:
            for _ in range(2):
                lenient = await session.get(url, flags=Flag.IGNORE_CERT_DATE_INVALID)
                self.assertEqual(await lenient.read(9), b"in")
                await self.assertFailure(session.get(url), SecCertDateInvalid)
                strict: Deferred[Any] = agent.request(b"GET", url.encode())
                await self.assertFailure(strict, SecCertDateInvalid)
            self.assertEqual(len(server.requests), 2)
        finally:
            await session.close()
            await server.all_lost()
            await server.stop()
