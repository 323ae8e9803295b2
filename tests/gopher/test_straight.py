"""The short way to an address that was met before, beside the long one.

Each story is told twice: the same is heard, and it comes to the same.
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any
from unittest import SkipTest

from twisted.internet import reactor as _reactor
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import deferLater
from twisted.trial.unittest import TestCase

import twinet
from tests.http.loopback import until
from twinet._net.connector import Connector
from twinet._net.stream import can_stream

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred

reactor: Any = _reactor

ASKED = [
    *("HANDLE_CREATED", "CONNECTING_TO_SERVER", "CONNECTED_TO_SERVER"),
    *("SENDING_REQUEST", "REQUEST_SENT", "RECEIVING_RESPONSE", "RESPONSE_RECEIVED"),
]


class Server(Protocol):
    """It sends three bytes, and closes."""

    made = 0

    def connectionMade(self) -> None:
        Server.made += 1

    def dataReceived(self, data: bytes) -> None:
        transport: Any = self.transport
        transport.write(b"abc")
        transport.loseConnection()


class StraightTests(TestCase):
    timeout = 60

    def setUp(self) -> None:
        if not can_stream(reactor):
            raise SkipTest("no streams on this system")
        factory: Any = Factory.forProtocol(Server)
        factory.noisy = False
        port = reactor.listenTCP(0, factory, interface="127.0.0.1")
        self.addCleanup(port.stopListening)
        self.open_port: int = port.getHost().port
        self.straights: list[Any] = []
        straight = Connector.straight

        def counted(*args: Any) -> Any:
            found = straight(*args)
            self.straights.append(found)
            return found

        self.patch(Connector, "straight", counted)

    def silent_port(self) -> int:
        """Return a port that does not answer: nobody accepts, and its queue is full."""
        listener = socket.socket()
        self.addCleanup(listener.close)
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port: int = listener.getsockname()[1]
        for _ in range(3):
            other = socket.socket()
            self.addCleanup(other.close)
            other.setblocking(False)
            other.connect_ex(("127.0.0.1", port))
        return port

    def closed_port(self) -> int:
        with socket.socket() as holder:
            holder.bind(("127.0.0.1", 0))
            number: int = holder.getsockname()[1]
        return number

    async def tell(
        self, port: int, act: Any, *, connect: float = 30, at: int | None = None
    ) -> list[str]:
        """Tell one story: what is heard, and what it comes to."""
        told: list[str] = []

        def hear(news: Any) -> None:
            told.append(f"{news.status.name} {news.info if news.status > 60 else ''}")
            if len(told) == at:
                news.handle.close()

        limits = twinet.Limits(connect=connect)
        async with twinet.Session(reactor, proxy="", limits=limits) as session:
            # It is met before, by a call that nobody hears.
            url = f"gopher://127.0.0.1:{self.open_port}/9/x"
            await (await session.open_url(url)).close()
            session.set_status_callback(hear)
            before = Server.made
            try:
                outcome = await act(session, f"gopher://127.0.0.1:{port}/9/x")
            except twinet.InternetError as error:
                outcome = repr(error)
            engine = session._gopher_engine
            await until(lambda: not len(engine.sockets))
            for _ in range(3):
                await deferLater(reactor, 0)
            self.assertEqual(session.deadlines._bucket_of, {})
        told.append(f"{Server.made - before} connections")
        # Last: a Deferred that has fired when the call returns fires for us later.
        told.append(outcome)
        return [line.replace(str(port), "PORT").strip() for line in told]

    async def both_ways(self, port: int, act: Any, **how: Any) -> list[str]:
        """Tell it twice, and return what was told."""
        del self.straights[:]
        short = await self.tell(port, act, **how)
        self.assertIsNotNone(self.straights[-1])
        counted = Connector.straight
        self.patch(Connector, "straight", lambda *args: None)
        long = await self.tell(port, act, **how)
        self.patch(Connector, "straight", counted)
        self.assertEqual(short, long)
        return short

    async def read(self, session: Any, url: str) -> str:
        async with await session.open_url(url) as file:
            return str(await file.read(9))

    async def test_file(self) -> None:
        told = await self.both_ways(self.open_port, self.read)
        names = [line.partition(" ")[0] for line in told]
        self.assertEqual(names[: len(ASKED)], ASKED)
        self.assertEqual(told[-1], "b'abc'")

    async def test_nobody_listens(self) -> None:
        told = await self.both_ways(self.closed_port(), self.read)
        self.assertIn("cannot connect to 127.0.0.1: 127.0.0.1:PORT", told[-1])

    async def test_nobody_answers(self) -> None:
        """The limit of connecting ends it."""
        told = await self.both_ways(self.silent_port(), self.read, connect=0.05)
        self.assertIn("the limit 'connect' of 0.05 seconds", told[-1])

    async def test_closed_in_each_notification(self) -> None:
        for place in range(2, len(ASKED) + 4):
            told = await self.both_ways(self.open_port, self.read, at=place)
            self.assertIn("HANDLE_CLOSING", "".join(told))

    async def test_cancelled_while_nobody_answers(self) -> None:
        """And closed with its session."""

        async def cancel(session: Any, url: str) -> str:
            pending: Deferred[Any] = session.open_url(url)
            await deferLater(reactor, 0)
            pending.cancel()
            return str(await pending)

        async def close(session: Any, url: str) -> str:
            pending: Deferred[Any] = session.open_url(url)
            await deferLater(reactor, 0)
            await session.close()
            return str(await pending)

        for act in (cancel, close):
            told = await self.both_ways(self.silent_port(), act)
            self.assertEqual(told[1].partition(" ")[0], "CONNECTING_TO_SERVER")
            self.assertIn("OperationCancelled", told[-1])
