"""Streams: the short way to a connection, beside what Twisted's own does."""

from __future__ import annotations

import select
import socket
from errno import ENOTCONN
from ipaddress import ip_address
from typing import Any
from unittest import SkipTest

from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.error import ConnectionRefusedError as Refused
from twisted.internet.main import CONNECTION_DONE
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.internet.task import Clock, deferLater
from twisted.internet.testing import MemoryReactorClock
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase, TestCase

from tests.net.roundabout import Roundabout
from tests.net.test_connecting import has_ipv6
from twinet._net.stream import UNSENT, Stream, can_stream

reactor: Any = _reactor


class WhereTests(SynchronousTestCase):
    """Who gets streams: who connects as Twisted's reactors on Unix do."""

    def test_this_reactor(self) -> None:
        self.assertTrue(can_stream(reactor))

    def test_reactors_that_watch_no_file_descriptors(self) -> None:
        self.assertFalse(can_stream(MemoryReactorClock()))
        self.assertFalse(can_stream(Clock()))

    def test_reactor_whose_connecting_is_the_programs(self) -> None:
        """By another class, or put in its place."""
        self.assertFalse(can_stream(Roundabout(reactor)))
        self.patch(reactor, "connectTCP", lambda *args, **named: None)
        self.assertFalse(can_stream(reactor))


class Near(Protocol):
    """The near end; keeps what it hears."""

    def __init__(self) -> None:
        self.made: Deferred[None] = Deferred()
        self.lost: Deferred[Any] = Deferred()

    def connectionMade(self) -> None:
        self.made.callback(None)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.lost.callback(reason.value)


class Far(Protocol):
    """The far end."""

    def __init__(self) -> None:
        self.received = 0
        self.lost: Deferred[Any] = Deferred()

    def dataReceived(self, data: bytes) -> None:
        self.received += len(data)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.lost.callback(reason.value)


class Idle:
    """A producer that produces nothing."""

    stopped = False

    def pauseProducing(self) -> None:
        pass

    def resumeProducing(self) -> None:
        pass

    def stopProducing(self) -> None:
        self.stopped = True


class OneRace:
    """A race with one attempt."""

    def __init__(self) -> None:
        self.near = Near()
        self.failure: Deferred[Any] = Deferred()

    def connected(self, attempt: object) -> Near:
        return self.near

    def failed(self, attempt: object, reason: Failure | Exception) -> None:
        self.failure.callback(getattr(reason, "value", reason))


class StreamTests(TestCase):
    """Attempt and transport."""

    timeout = 60

    def setUp(self) -> None:
        self.far: list[Far] = []
        self.race: Any = OneRace()
        if not can_stream(reactor):
            raise SkipTest("no streams on this system")

    def listen(self, interface: str = "127.0.0.1") -> int:
        def build(_: object) -> Far:
            self.far.append(Far())
            return self.far[-1]

        factory: Any = Factory()
        factory.noisy = False
        factory.buildProtocol = build
        port = reactor.listenTCP(0, factory, interface=interface)
        self.addCleanup(port.stopListening)
        number: int = port.getHost().port
        return number

    def start(self, port: int, host: str = "127.0.0.1") -> Any:
        stream = Stream(self.race, ip_address(host))
        stream.start(reactor, port, None)
        return stream

    async def connect(self, host: str = "127.0.0.1") -> Any:
        stream = self.start(self.listen(host), host)
        await self.race.near.made
        while not self.far:
            await deferLater(reactor, 0)
        return stream

    def full_port(self) -> int:
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

    async def test_ends_are_those_that_twisted_tells(self) -> None:
        """Of the same kinds, whatever the family."""
        for host in ("127.0.0.1", "::1")[: 1 + has_ipv6()]:
            self.race, self.far = OneRace(), []
            stream = await self.connect(host)
            there: Any = self.far[0].transport
            self.assertEqual(stream.getHost(), there.getPeer())
            self.assertEqual(stream.getPeer(), there.getHost())
            stream.loseConnection()
            await self.race.near.lost
            await self.far[0].lost

    async def test_producer_has_little_wait_in_the_system(self) -> None:
        """What waits there looks sent; a mere request is no more than little."""
        option = getattr(socket, "TCP_NOTSENT_LOWAT", None)
        if option is None:
            raise SkipTest("it cannot be set on this system")
        stream = await self.connect()
        stream.registerProducer(Idle(), True)
        own = stream.socket
        self.assertEqual(own.getsockopt(socket.IPPROTO_TCP, option), UNSENT)
        stream.unregisterProducer()
        stream.loseConnection()
        await self.race.near.lost
        await self.far[0].lost
        idle: Any = Idle()
        stream.registerProducer(idle, True)
        self.assertTrue(idle.stopped)

    async def test_word_for_another_socket_connects_nothing(self) -> None:
        """It is writable, says the poller, and means who had its number before."""
        stream = self.start(self.full_port())
        stream.doWrite()
        self.assertNoResult(self.race.near.made)
        self.assertNoResult(self.race.failure)
        stream.stop()

    async def test_connected_between_two_looks(self) -> None:
        """It had no peer, and then the system says that it is connected."""
        stream = self.start(self.listen())
        own = stream.socket
        select.select([], [own], [], 20)
        stream.socket = _LateSocket(own)
        stream.doWrite()
        self.successResultOf(self.race.near.made)
        stream.socket = own
        stream.abortConnection()
        await self.race.near.lost
        while not self.far:
            await deferLater(reactor, 0)
        await self.far[0].lost

    async def test_refusal_that_comes_as_a_loss_is_a_refusal(self) -> None:
        """Pollers differ in that; what the socket says counts."""
        with socket.socket() as holder:
            holder.bind(("127.0.0.1", 0))
            stream = self.start(holder.getsockname()[1])
            stream.connectionLost(Failure(ConnectionLost()))
            self.assertIsInstance(await self.race.failure, Refused)

    async def test_loss_of_another_socket_is_not_its_own(self) -> None:
        """The poller has dropped it with that word; it goes on."""
        stream = self.start(self.full_port())
        reactor.removeWriter(stream)
        stream.connectionLost(Failure(ConnectionLost()))
        self.assertNoResult(self.race.failure)
        self.assertIn(stream, reactor.getWriters())
        self.assertIsNone(stream.doRead())
        stream.stop()

    async def test_loss_of_what_was_just_connected_is_a_loss(self) -> None:
        """Before the race could hear of it."""
        stream = self.start(self.listen())
        _, writable, _ = select.select([], [stream.socket], [], 20)
        self.assertTrue(writable)
        stream.connectionLost(Failure(ConnectionLost()))
        self.assertIsInstance(await self.race.failure, ConnectionLost)
        self.assertNoResult(self.race.near.made)
        while not self.far:
            await deferLater(reactor, 0)
        await self.far[0].lost

    async def test_stopped_attempt_leaves_nothing(self) -> None:
        """Twice is once."""
        stream = self.start(self.full_port())
        own = stream.socket
        stream.stop()
        stream.stop()
        self.assertEqual(own.fileno(), -1)
        self.assertNotIn(stream, reactor.getWriters())

    async def test_attempt_is_stopped_before_it_has_started(self) -> None:
        """The race may be over before it comes so far."""
        Stream(self.race, ip_address("127.0.0.1")).stop()

    async def test_polite_close_comes_in_another_turn(self) -> None:
        """With nothing to write; a second close, and an abort, change nothing."""
        stream = await self.connect()
        stream.loseConnection()
        stream.loseConnection()
        stream.abortConnection()
        self.assertNoResult(self.race.near.lost)
        self.assertIsInstance(await self.race.near.lost, ConnectionDone)
        self.assertIsInstance(await self.far[0].lost, ConnectionDone)
        self.assertNotIn(stream, reactor.getReaders())

    async def test_polite_close_waits_for_what_is_unsent(self) -> None:
        """More than any socket buffer takes."""
        stream = await self.connect()
        stream.write(bytes(16 << 20))
        stream.loseConnection()
        self.assertIsInstance(await self.race.near.lost, ConnectionDone)
        await self.far[0].lost
        self.assertEqual(self.far[0].received, 16 << 20)

    async def test_polite_close_waits_for_a_producer(self) -> None:
        """It is asked for more until it has no more."""
        stream = await self.connect()
        stream.registerProducer(_Pieces(stream), False)
        stream.loseConnection()
        self.assertIsInstance(await self.race.near.lost, ConnectionDone)
        await self.far[0].lost
        self.assertEqual(self.far[0].received, 3000)

    async def test_close_at_once_is_in_order_and_tells_nobody_here(self) -> None:
        """The far end sees an orderly close; it is closed once."""
        stream = await self.connect()
        own = stream.socket
        self.assertTrue(stream.close_at_once())
        self.assertEqual(own.fileno(), -1)
        self.assertFalse(stream.close_at_once())
        stream.loseConnection()
        stream.abortConnection()
        self.assertIsInstance(await self.far[0].lost, ConnectionDone)
        self.assertNoResult(self.race.near.lost)
        self.assertNotIn(stream, reactor.getReaders())

    async def test_no_close_at_once_with_something_to_send(self) -> None:
        """Or with somebody who may have more."""
        stream = await self.connect()
        producer = _Pieces(stream)
        producer.left = 2
        stream.registerProducer(producer, True)
        self.assertFalse(stream.close_at_once())
        stream.unregisterProducer()
        stream.write(b"x")
        self.assertFalse(stream.close_at_once())
        stream.loseConnection()
        self.assertFalse(stream.close_at_once())
        await self.race.near.lost
        await self.far[0].lost
        self.assertEqual(self.far[0].received, 1)

    async def test_no_close_at_once_before_there_is_a_connection(self) -> None:
        """Whoever wants that stops it."""
        stream = self.start(self.full_port())
        self.assertFalse(stream.close_at_once())
        stream.stop()

    async def test_paused_reading_goes_on(self) -> None:
        """What came meanwhile is there; paused twice is paused once."""
        stream = await self.connect()
        heard: list[bytes] = []
        self.race.near.dataReceived = heard.append
        stream.pauseProducing()
        stream.pauseProducing()
        there: Any = self.far[0].transport
        there.write(b"hello")
        await deferLater(reactor, 0.01)
        self.assertEqual(heard, [])
        stream.resumeProducing()
        while not heard:
            await deferLater(reactor, 0)
        self.assertEqual(heard, [b"hello"])
        stream.abortConnection()
        self.assertNotIsInstance(await self.race.near.lost, ConnectionDone)
        self.assertNotIsInstance(await self.far[0].lost, ConnectionDone)

    def start_eagerly(self, port: int) -> Any:
        stream = Stream(self.race, ip_address("127.0.0.1"))
        stream.eager = True
        stream.start(reactor, port, None)
        return stream

    async def test_eager_stream_is_connected_at_once(self) -> None:
        """This machine answers before the call returns, also with a refusal."""
        stream = self.start_eagerly(self.listen())
        self.successResultOf(self.race.near.made)
        self.assertIn(stream, reactor.getReaders())
        self.assertNotIn(stream, reactor.getWriters())
        stream.abortConnection()
        await self.race.near.lost
        while not self.far:
            await deferLater(reactor, 0)
        await self.far[0].lost
        with socket.socket() as holder:
            holder.bind(("127.0.0.1", 0))
            self.race = OneRace()
            self.start_eagerly(holder.getsockname()[1])
            self.assertIsInstance(self.successResultOf(self.race.failure), Refused)

    async def test_eager_stream_waits_where_nobody_answers(self) -> None:
        """As any other does."""
        stream = self.start_eagerly(self.full_port())
        self.assertNoResult(self.race.near.made)
        self.assertNoResult(self.race.failure)
        self.assertIn(stream, reactor.getWriters())
        stream.stop()

    async def test_patient_protocol_is_not_read_for(self) -> None:
        """It asks for what comes."""
        self.race.near.patient = True
        stream = await self.connect()
        self.assertFalse(stream.reading)
        self.assertNotIn(stream, reactor.getReaders())
        stream.resumeProducing()
        self.assertTrue(stream.reading)
        stream.abortConnection()
        await self.race.near.lost
        await self.far[0].lost

    async def test_look_reads_what_is_there(self) -> None:
        """Or nothing, or the end, in this very turn; then it does nothing more."""
        stream = await self.connect()
        heard: list[bytes] = []
        self.race.near.dataReceived = heard.append
        stream.look()
        self.assertEqual(heard, [])
        there: Any = self.far[0].transport
        there.write(b"hello")
        there.loseConnection()
        await self.far[0].lost
        # The reactor has had no turn of its own since.
        stream.look()
        self.assertEqual(heard, [b"hello"])
        stream.look()
        self.assertIsInstance(self.successResultOf(self.race.near.lost), ConnectionDone)
        self.assertNotIn(stream, reactor.getReaders())
        stream.look()

    async def test_look_sees_a_reset(self) -> None:
        """Which is no orderly end."""
        stream = await self.connect()
        stream.pauseProducing()
        there: Any = self.far[0].transport
        there.abortConnection()
        await self.far[0].lost
        stream.look()
        self.assertIsInstance(self.successResultOf(self.race.near.lost), ConnectionLost)

    async def test_end_behind_the_last_bytes_is_seen_with_them(self) -> None:
        """Where the protocol says that they are the last: in one call, and once."""
        stream = await self.connect()
        heard: list[bytes] = []

        def take(data: bytes) -> None:
            heard.append(data)
            stream.ending = len(heard) == 1

        self.race.near.dataReceived = take
        stream.bufferSize = 2
        stream.pauseProducing()
        there: Any = self.far[0].transport
        there.write(b"abcdef")
        there.loseConnection()
        await self.far[0].lost
        self.assertIsNone(stream.doRead())
        self.assertEqual(heard, [b"ab", b"cd"])
        self.assertFalse(stream.ending)
        heard.clear()
        self.assertIs(stream.doRead(), CONNECTION_DONE)
        self.assertEqual(heard, [b"ef"])
        stream.abortConnection()
        await self.race.near.lost


class _LateSocket:
    """A socket that did not have its peer yet when it was asked."""

    def __init__(self, own: socket.socket) -> None:
        self._own = own

    def getpeername(self) -> Any:
        raise OSError(ENOTCONN, "not connected")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._own, name)


class _Pieces:
    """A pull producer with three pieces."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.left = 3

    def resumeProducing(self) -> None:
        self.left -= 1
        self.stream.write(bytes(1000))
        if not self.left:
            self.stream.unregisterProducer()

    def stopProducing(self) -> None:
        pass
