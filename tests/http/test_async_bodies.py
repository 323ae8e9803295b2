"""Bodies out of ``async for`` in programs of Twisted's: paced, stopped, sent again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.defer import CancelledError, Deferred
from twisted.trial.unittest import SynchronousTestCase

from tests.http.memory import OK
from tests.http.test_sending import TOO_LARGE, SendingTestCase, redirect
from twinet._http.async_body import AsyncBody
from twinet.errors import (
    HttpRedirectFailed,
    InternalError,
    InvalidParameter,
    OperationCancelled,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator


class Source:
    """Gives pieces when the test says so, and notes that it was closed."""

    def __init__(self, *ready: Any) -> None:
        self.ready = list(ready)
        self.asked = 0
        self.closed = 0
        self.waiting: Deferred[bytes] | None = None

    async def pieces(self) -> AsyncGenerator[Any, None]:
        try:
            while True:
                self.asked += 1
                if self.ready:
                    piece = self.ready.pop(0)
                else:
                    self.waiting = Deferred()
                    piece = await self.waiting
                if not piece:
                    return
                yield piece
        finally:
            self.closed += 1

    def give(self, piece: bytes) -> None:
        """Give the piece that is waited for; empty ends."""
        waiting, self.waiting = self.waiting, None
        assert waiting is not None
        waiting.callback(piece)


class Again:
    """Has a new iterator each time."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"cof"
        yield b"fee"


class Consumer:
    """Takes pieces, and does something then."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.after: Any = lambda: None

    def write(self, data: bytes) -> None:
        self.taken.append(data)
        self.after()


class SendingTests(SendingTestCase):
    """On a connection."""

    def test_it_goes_out_in_chunks(self) -> None:
        """Each piece when it is there, as bytes or what is like them."""
        source = Source(b"abc", bytearray(b"de"))
        peer = self.send(source.pieces())
        self.assertIn(b"\r\nTransfer-Encoding: chunked", self.head)
        self.assertEqual(self.rest, b"3\r\nabc\r\n2\r\nde\r\n")
        source.give(b"f")
        self.assertEqual(peer.request(), b"1\r\nf\r\n")
        source.give(b"")
        self.assertEqual(peer.request(), b"0\r\n\r\n")
        peer.send(OK + b"hello")
        self.answered()
        self.assertEqual(source.closed, 1)
        self.assertTrue(self.kept(peer))

    def test_redirect(self) -> None:
        """What can be iterated again is sent again; an iterator is not."""
        peer = self.send(Again())
        self.assertEqual(self.rest, b"3\r\ncof\r\n3\r\nfee\r\n0\r\n\r\n")
        peer.send(redirect(307))
        head, _, body = peer.request().partition(b"\r\n\r\n")
        self.assertTrue(head.startswith(b"POST /y "))
        self.assertEqual(body, self.rest)
        self.begin()
        peer = self.send(Source(b"a", b"").pieces())
        peer.send(redirect(307))
        self.assertIn("it cannot start again", self.failed(HttpRedirectFailed, 12156))

    def test_closed_midway(self) -> None:
        """The source is closed in the same moment."""
        source = Source(b"abc")
        peer = self.send(source.pieces())
        self.request.close()
        self.failed(OperationCancelled, 12017)
        self.assertEqual(source.closed, 1)
        self.check_nothing_left(peer)

    def test_early_answer(self) -> None:
        """It ends the body."""
        source = Source(b"abc")
        peer = self.send(source.pieces())
        peer.send(TOO_LARGE + b"no")
        self.answered(413)
        self.assertEqual(source.closed, 1)

    def test_what_is_no_body(self) -> None:
        """A text, and a source that fails."""

        async def fails() -> AsyncIterator[bytes]:
            yield b"a"
            raise ValueError("no more beans")

        peer = self.send(Source("abc").pieces())
        self.assertIn("not str", self.failed(InvalidParameter, 87))
        self.check_nothing_left(peer)
        self.begin()
        peer = self.send(fails())
        self.assertIn("no more beans", self.failed(InternalError, 12004))
        self.check_nothing_left(peer)


class FlowTests(SynchronousTestCase):
    """What the consumer wants."""

    def setUp(self) -> None:
        self.consumer = Consumer()

    def start(self, *ready: Any, after: str = "") -> Deferred[None]:
        """Begin; call the body so in each write."""
        self.source = Source(*ready)
        self.body = AsyncBody(self.source.pieces())
        if after:
            self.consumer.after = getattr(self.body, after)
        return self.body.startProducing(self.consumer)  # type: ignore[arg-type]  # as far as it is asked

    def test_paused(self) -> None:
        """Nothing is asked for, until it is resumed; also from inside a write."""
        done = self.start(b"a", b"b", b"c", b"", after="pauseProducing")
        for taken in (b"a",), (b"a", b"b"), (b"a", b"b", b"c"):
            self.assertEqual(tuple(self.consumer.taken), taken)
            self.assertEqual(self.source.asked, len(taken))
            self.body.resumeProducing()
        self.successResultOf(done)
        self.assertEqual(self.source.closed, 1)

    def test_paused_while_it_waits_for_a_piece(self) -> None:
        """The piece is kept back."""
        done = self.start()
        self.body.pauseProducing()
        self.source.give(b"a")
        self.assertEqual(self.consumer.taken, [])
        self.body.resumeProducing()
        self.assertEqual(self.consumer.taken, [b"a"])
        self.source.give(b"")
        self.successResultOf(done)

    def test_paused_and_resumed_inside_a_write(self) -> None:
        """It goes on."""

        def after() -> None:
            self.body.pauseProducing()
            self.body.resumeProducing()

        self.consumer.after = after
        self.successResultOf(self.start(b"a", b"b", b""))
        self.assertEqual(self.consumer.taken, [b"a", b"b"])

    def test_stopped(self) -> None:
        """Inside the first write, a later one, paused, and while it waits."""
        done = self.start(b"a", b"b", b"", after="stopProducing")
        self.successResultOf(done)
        self.assertEqual((self.consumer.taken, self.source.closed), ([b"a"], 1))
        self.consumer.taken.clear()
        done = self.start(after="stopProducing")
        self.source.ready = [b"b", b""]
        self.source.give(b"a")
        self.successResultOf(done)
        self.assertEqual((self.consumer.taken, self.source.closed), ([b"a"], 1))
        for stops in ("stopProducing",), ("pauseProducing", "stopProducing"):
            self.consumer = Consumer()
            done = self.start(b"a")
            for stop in stops:
                getattr(self.body, stop)()
            self.failureResultOf(done, CancelledError)
            self.assertEqual((self.consumer.taken, self.source.closed), ([b"a"], 1))

    def test_stopped_by_the_source(self) -> None:
        """Such as one that closes the request: what it gives then is not sent."""
        for waits in False, True:
            waited: Deferred[None] = Deferred()

            async def pieces(waits: bool = waits, waited: Any = waited) -> Any:
                if waits:
                    await waited
                self.body.stopProducing()
                yield b"a"

            self.body = AsyncBody(pieces())
            done = self.body.startProducing(self.consumer)  # type: ignore[arg-type]  # as above
            waited.callback(None)
            self.successResultOf(done)
            self.assertEqual(self.consumer.taken, [])
