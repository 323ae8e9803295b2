"""Body producers that do not behave, and what they must not do to anybody else."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from twisted.internet.error import ConnectionLost
from twisted.protocols.basic import FileSender
from twisted.web.iweb import UNKNOWN_LENGTH, IBodyProducer
from zope.interface import implementer

from tests.http.memory import OK, Peer
from tests.http.test_sending import TOO_LARGE, Script, SendingTestCase, redirect
from twinet._http.chain_body import ChainProducer
from twinet.errors import (
    ConnectionReset,
    InternalError,
    InvalidParameter,
    OperationCancelled,
)


def _boom(*_: Any) -> Any:
    msg = "boom"
    raise ValueError(msg)


class FaultTests(SendingTestCase):
    """What a program's code raises ends its own request, and goes no further."""

    def faults(self) -> int:
        """Take the faults that were logged; return how many they were."""
        return len(self.flushLoggedErrors(ValueError))

    def test_stop_on_close(self) -> None:
        """close() does not raise what stopProducing() does; it is logged."""
        peer = self.script()
        self.body.on_stop = _boom
        self.request.close()
        self.failed(OperationCancelled, 12017)
        self.assertEqual(self.faults(), 1)
        self.check_nothing_left(peer)

    def test_stop_after_too_much(self) -> None:
        """The call ends with what was wrong first."""
        peer = self.script(3)
        self.body.on_stop = _boom
        self.body.write(b"abcd")
        self.assertIn("more than the length", self.failed(InvalidParameter, 87))
        self.assertEqual(self.faults(), 1)
        self.check_nothing_left(peer)

    def test_stop_by_an_early_answer(self) -> None:
        """The answer is told."""
        peer = self.script()
        self.body.on_stop = _boom
        peer.send(TOO_LARGE + b"no")
        self.assertEqual(self.successResultOf(self.answered(413).read(9)), b"no")
        self.assertEqual(self.faults(), 1)
        self.check_nothing_left(peer)

    def test_start_that_returns_no_deferred(self) -> None:
        """The call fails, and says whose fault it is."""
        body = Script(3)
        body.startProducing = lambda consumer: None  # type: ignore[assignment, method-assign, return-value]
        peer = self.send(body)
        self.assertIn("the body producer failed", self.failed(InternalError, 12004))
        self.check_nothing_left(peer)

    def test_function(self) -> None:
        """The one that makes the producers, the first time."""
        self.pending = self.request.send(_boom)
        self.assertIn("given as a body failed", self.failed(InternalError, 12004))
        self.assertFalse(self.net.attempts)

    def test_function_the_second_time(self) -> None:
        """When a redirect asks for the body again."""
        makers = iter((Script, _boom))

        def make() -> Any:
            return next(makers)(3)

        peer = self.send(make)
        peer.send(redirect(307))
        second = self.net.accept()
        self.assertIn("boom", self.failed(InternalError, 12004))
        self.check_nothing_left(peer, second)

    def test_function_that_raises_one_of_our_errors(self) -> None:
        """It is handed on as it is."""
        error = InvalidParameter("the file is gone")

        def make() -> Any:
            raise error

        self.pending = self.request.send(make)
        self.assertIs(self.failureResultOf(self.pending).value, error)


class LostTests(SendingTestCase):
    """A transport that is lost stops its producer before the connection is told."""

    def lose(self, peer: Peer) -> None:
        """Do as transports do."""
        transport: Any = peer.transport
        transport.producer.stopProducing()
        peer.close(ConnectionLost())

    def sender(self) -> FileBody:
        return FileBody(BytesIO(b"x" * 100_000))

    def test_stopped_once(self) -> None:
        peer = self.script()
        self.lose(peer)
        self.failed(ConnectionReset, 12031)
        self.assertEqual(self.body.calls, ["start", "stop"])

    def test_what_the_producer_says_then_is_no_failure_of_its_own(self) -> None:
        """Twisted's FileSender fails when it is stopped."""
        peer = self.send(self.sender())
        self.lose(peer)
        self.failed(ConnectionReset, 12031)
        self.check_nothing_left(peer)

    def test_whole_answer(self) -> None:
        """It stands."""
        peer = self.send(self.sender())
        peer.send(OK + b"hello")
        rest = self.answered().read(9)
        self.lose(peer)
        self.assertEqual(self.successResultOf(rest), b"hello")
        self.assertEqual(self.successResultOf(self.request.read(1)), b"")
        self.check_nothing_left(peer)

    def test_stale_connection(self) -> None:
        """The request is sent again."""
        peer = self.send(b"abc")
        peer.send(OK + b"hello")
        self.answered()
        self.request = self.make("PUT")
        self.pending = self.request.send(self.sender)
        self.lose(peer)
        fresh = self.net.accept()
        self.assertTrue(fresh.request().startswith(b"PUT /x "))

    def test_own_producer_is_stopped_as_well(self) -> None:
        """The body may leave it to the transport."""
        peer = self.script()
        own = Script()
        self.body.consumer.registerProducer(own, True)
        transport: Any = peer.transport
        transport.producer.pauseProducing()
        self.request.close()
        self.failed(OperationCancelled, 12017)
        self.assertEqual(
            (self.body.calls, own.calls), (["start", "stop"], ["pause", "stop"])
        )
        self.check_nothing_left(peer)


class EndedTests(SendingTestCase):
    """A producer that has ended by itself is not stopped (``IBodyProducer``)."""

    def test_too_short(self) -> None:
        peer = self.script(3)
        self.body.end()
        self.failed(InvalidParameter, 87)
        self.assertEqual(self.body.calls, ["start"])
        self.check_nothing_left(peer)

    def test_failed(self) -> None:
        peer = self.script(3)
        self.body.done.errback(ValueError("no more"))
        self.failed(InternalError, 12004)
        self.assertEqual(self.body.calls, ["start"])
        self.check_nothing_left(peer)

    def test_closed_inside_the_news_of_the_last_chunk(self) -> None:
        peer = self.script()
        self.net.advance(1)
        self.net.react = lambda news: self.request.close()
        self.body.end()
        self.failed(OperationCancelled, 12017)
        self.assertEqual(self.body.calls, ["start"])
        self.check_nothing_left(peer)

    def test_in_a_chain(self) -> None:
        """A link that writes too much is stopped, one that ends is not."""
        for calls in (["start", "stop"], ["start"]):
            link = Script(3)
            consumer = _Paper()
            done = ChainProducer([(link, 3)], 3).startProducing(consumer)  # type: ignore[arg-type]
            if "stop" in calls:
                link.write(b"abcd")
            else:
                link.end()
            self.failureResultOf(done, InvalidParameter)
            self.assertEqual(link.calls, calls)


class LateTests(SendingTestCase):
    """Words of a producer whose time is over do not reach the transport."""

    def test_producer_let_go_too_late(self) -> None:
        """The next request on the connection keeps its own."""
        peer = self.script(3)
        first = self.body
        first.write(b"abc")
        first.end()
        peer.send(OK + b"hello")
        self.answered()
        self.request = self.make()
        second = Script(3)
        self.pending = self.request.send(second)
        first.consumer.unregisterProducer()
        first.consumer.registerProducer(Script(), True)
        transport: Any = peer.transport
        transport.producer.pauseProducing()
        self.assertEqual(second.calls, ["start", "pause"])
        second.write(b"abc")
        second.end()
        peer.send(OK + b"hello")
        self.answered()

    def test_producer_brought_too_late(self) -> None:
        """It is stopped, as by a transport that is gone."""
        peer = self.script()
        peer.send(TOO_LARGE)
        late = Script()
        self.body.consumer.registerProducer(late, True)
        self.assertEqual(late.calls, ["stop"])
        self.assertIsNone(peer.transport.producer)

    def test_producer_brought_to_a_chain_that_pauses(self) -> None:
        """It learns so."""
        chain = ChainProducer([(Script(3), 3)], 3)
        chain.startProducing(_Paper())  # type: ignore[arg-type]  # write() is all
        chain.pauseProducing()
        late = Script()
        chain.registerProducer(late, True)
        self.assertEqual(late.calls, ["pause"])


@implementer(IBodyProducer)
class FileBody:
    """A body as programs write it with Twisted's FileSender, which is pulled."""

    length = UNKNOWN_LENGTH

    def __init__(self, file: BytesIO) -> None:
        self.file = file
        self.sender = FileSender()

    def startProducing(self, consumer: Any) -> Any:
        return self.sender.beginFileTransfer(self.file, consumer)

    def pauseProducing(self) -> None:
        """Leave it to the sender."""

    def resumeProducing(self) -> None:
        """Leave it to the sender."""

    def stopProducing(self) -> None:
        self.sender.stopProducing()


class _Paper:
    """A consumer."""

    def write(self, data: bytes) -> None:
        """Take it."""
