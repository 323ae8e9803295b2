"""The straight way to an address: what comes of it, and what the usual way says."""

from __future__ import annotations

import socket
from typing import Any
from unittest import SkipTest

from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock, deferLater
from twisted.trial.unittest import TestCase

from tests.net.openings import Talker
from tests.net.roundabout import Roundabout
from tests.net.test_connecting import Peers
from twinet._net.connector import Connector, Target
from twinet._net.deadlines import Deadlines
from twinet._net.dispatch import Voice
from twinet._net.names import Names
from twinet._net.stream import can_stream
from twinet._net.threads import Threads
from twinet._net.trace import Tracer
from twinet.errors import CannotConnect, InternetError, Timeout
from twinet.records import Limits

reactor: Any = _reactor
HOST = "127.0.0.1"


class StraightTests(TestCase):
    """On the real reactor, with limits that run out when a test says so."""

    timeout = 60

    def setUp(self) -> None:
        if not can_stream(reactor):
            raise SkipTest("no streams on this system")
        self.clock = Clock()
        self.deadlines = Deadlines(self.clock)
        threads = Threads(reactor, name=self.id())
        self.addCleanup(threads.close)
        self.names = Names(reactor, threads)
        self.known(HOST)
        self.lines: list[Talker] = []

    def known(self, host: str) -> None:
        """Have met an address before."""
        literal = self.names.literal(host)
        assert literal is not None
        self.names.remember(host, literal)

    def connector(self, where: Any = reactor, **how: Any) -> Connector:
        return Connector(where, self.names, self.deadlines, **how)

    def build(self) -> Talker:
        self.lines.append(Talker())
        return self.lines[-1]

    def straight(self, port: int, host: str = HOST, **how: Any) -> Any:
        return self.connector(**how).straight(host, port, self.build, Limits(connect=7))

    async def usual(self, port: int, host: str = HOST, **how: Any) -> str:
        """Return what the usual way says, which fails."""
        done: Deferred[Any] = Deferred()
        opening = self.connector(**how).opening(
            Target("ftp", host, port),
            self.build,
            Voice(self, None, None),
            Limits(connect=7),
            None,
            done.callback,
        )
        opening.start()
        await deferLater(reactor, 0.05)
        self.clock.advance(7.01)
        error = await done
        assert isinstance(error, InternetError)
        return f"{error.code} {error.message}"

    def listen(self) -> tuple[int, Peers]:
        peers = Peers()
        port = reactor.listenTCP(0, peers, interface=HOST)
        self.addCleanup(port.stopListening)
        return port.getHost().port, peers

    def shut_port(self) -> int:
        with socket.socket() as holder:
            holder.bind((HOST, 0))
            number: int = holder.getsockname()[1]
            return number

    def full_port(self) -> int:
        """Return a port that does not answer: nobody accepts, and its queue is full."""
        listener = socket.socket()
        self.addCleanup(listener.close)
        listener.bind((HOST, 0))
        listener.listen(0)
        port: int = listener.getsockname()[1]
        for _ in range(3):
            other = socket.socket()
            self.addCleanup(other.close)
            other.setblocking(False)
            other.connect_ex((HOST, port))
        return port

    async def test_this_machine_answers_at_once(self) -> None:
        """The line is handed over, and no limit is left running."""
        port, peers = self.listen()
        line = self.straight(port).connect()
        self.assertIs(line, self.lines[0])
        self.assertEqual(line.address, HOST)
        self.assertIsNone(line.opener)
        self.assertEqual(self.clock.getDelayedCalls(), [])
        await peers.first.made
        line.abort()
        await peers.first.lost
        await deferLater(reactor, 0)

    async def test_refusal(self) -> None:
        """In the same words, whichever way."""
        port = self.shut_port()
        with self.assertRaises(CannotConnect) as caught:
            self.straight(port).connect()
        error = caught.exception
        self.assertEqual(f"{error.code} {error.message}", await self.usual(port))
        self.assertEqual(self.lines, [])

    async def test_address_that_cannot_be_bound(self) -> None:
        """As of another machine; one of another family is not asked for."""
        port, peers = self.listen()
        with self.assertRaises(CannotConnect) as caught:
            self.straight(port, bind_address="192.0.2.1").connect()
        said = f"{caught.exception.code} {caught.exception.message}"
        self.assertEqual(said, await self.usual(port, bind_address="192.0.2.1"))
        line = self.straight(port, bind_address="::1").connect()
        await peers.first.made
        line.abort()
        await peers.first.lost
        await deferLater(reactor, 0)

    async def test_nobody_answers(self) -> None:
        """The limit runs out, and the socket is closed."""
        port = self.full_port()
        straight = self.straight(port)
        self.assertIsNone(straight.connect())
        waiting = straight.wait()
        own = straight._stream.socket
        self.clock.advance(6.9)
        self.assertNoResult(waiting)
        self.clock.advance(0.2)
        error = self.failureResultOf(waiting, Timeout).value
        self.assertEqual(f"{error.code} {error.message}", await self.usual(port))
        self.assertEqual(own.fileno(), -1)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    async def test_cancelled(self) -> None:
        """Then nothing is left of it, and nothing comes any more."""
        straight = self.straight(self.full_port())
        self.assertIsNone(straight.connect())
        waiting = straight.wait()
        own = straight._stream.socket
        waiting.addErrback(lambda _: None)
        waiting.cancel()
        self.assertEqual(own.fileno(), -1)
        self.clock.advance(10)
        self.assertEqual(self.lines, [])

    async def test_answer_that_is_late(self) -> None:
        """The line comes when it stands: within its limit, in another turn."""
        port, peers = self.listen()
        straight = self.straight(port)
        stream_start = straight._stream.start

        def start(*args: Any) -> None:
            straight._stream.eager = False
            stream_start(*args)

        straight._stream.start = start
        self.assertIsNone(straight.connect())
        line = await straight.wait()
        self.assertIs(line, self.lines[0])
        self.clock.advance(10)
        line.abort()
        await peers.first.made
        await peers.first.lost
        await deferLater(reactor, 0)

    async def test_where_there_is_none(self) -> None:
        """Somebody has to be asked or told, or the address is a new one."""
        port, _ = self.listen()
        self.assertIsNotNone(self.straight(port))
        self.assertIsNone(self.straight(port, "127.0.0.2"))
        self.assertIsNone(self.straight(0))
        self.assertIsNone(self.straight(65536))
        self.assertIsNone(self.straight(port, policy=lambda _: None))
        self.assertIsNone(self.straight(port, connect=lambda *_: None))
        self.assertIsNone(self.straight(port, tracer=Tracer()))
        self.assertIsNone(self.straight(port, where=Roundabout(reactor)))
