"""Reading a resource: full-count, any-data, query-available, bulk; one same end."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IConsumer
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from tests.handles.scripted import Leaf, Root, grow
from twinet._handles.resource import FULL
from twinet.errors import (
    InternetError,
    InvalidHandle,
    InvalidParameter,
    OperationCancelled,
    Truncated,
)


class ReadCase(SynchronousTestCase):
    """An opened leaf whose source the test plays."""

    def setUp(self) -> None:
        self.told: list[tuple[str, Any]] = []
        self.root = Root(context=None)
        self.root.set_status_callback(self.listen)
        self.leaf = grow(self.root, Leaf, context=3)
        self.leaf.open()
        self.leaf.opened()
        self.told.clear()

    def listen(self, news) -> None:
        self.told.append((news.status.name, news.info))

    def come(self, data: bytes) -> None:
        self.leaf.take_data(data, len(data))
        self.leaf.tell_data()

    def end(self) -> None:
        self.leaf.take_end([], None)
        self.leaf.tell_end()

    def cut(self, error: InternetError) -> None:
        self.leaf.take_end([], error)
        self.leaf.tell_end()

    def names(self) -> list[str]:
        return [name for name, _ in self.told]


class ReadTests(ReadCase):
    """InternetReadFile, InternetReadFileEx, InternetQueryDataAvailable."""

    def test_read_of_what_is_here_fires_at_once_and_says_nothing(self) -> None:
        """A call that can finish at once sends no REQUEST_COMPLETE."""
        self.come(b"0123456789")
        self.assertEqual(self.successResultOf(self.leaf.read(4)), b"0123")
        self.assertEqual(self.successResultOf(self.leaf.read(6)), b"456789")
        self.assertEqual(self.told, [])

    def test_read_waits_for_the_full_count(self) -> None:
        """RECEIVING at its start; RECEIVED with all bytes, COMPLETE at its end."""
        self.come(b"ab")
        pending = self.leaf.read(5)
        self.come(b"c")
        self.assertNoResult(pending)
        self.assertEqual(self.names(), ["RECEIVING_RESPONSE"])
        self.come(b"def")
        self.assertEqual(self.successResultOf(pending), b"abcde")
        self.assertEqual(
            self.names(),
            ["RECEIVING_RESPONSE", "RESPONSE_RECEIVED", "REQUEST_COMPLETE"],
        )
        self.assertEqual(self.told[1][1], 4)
        self.assertEqual(self.told[2][1].result, b"abcde")

    def test_read_at_the_end_gives_less_then_nothing(self) -> None:
        """The end is an empty result, not an error."""
        pending = self.leaf.read(100)
        self.come(b"abc")
        self.end()
        self.assertEqual(self.successResultOf(pending), b"abc")
        self.assertEqual(self.successResultOf(self.leaf.read(1)), b"")
        self.assertEqual(self.successResultOf(self.leaf.read_some()), b"")
        self.assertEqual(self.successResultOf(self.leaf.available()), 0)

    def test_read_of_nothing_is_nothing_and_takes_nothing(self) -> None:
        """As recorded."""
        self.come(b"x")
        self.assertEqual(self.successResultOf(self.leaf.read(0)), b"")
        self.assertEqual(self.successResultOf(self.leaf.read(1)), b"x")

    def test_negative_count_is_refused(self) -> None:
        """87."""
        self.failureResultOf(self.leaf.read(-1), InvalidParameter)

    def test_read_some_fires_with_the_first_data(self) -> None:
        """It does not wait for more."""
        pending = self.leaf.read_some(100)
        self.come(b"ab")
        self.assertEqual(self.successResultOf(pending), b"ab")

    def test_read_some_takes_no_more_than_asked(self) -> None:
        """The rest stays for the next read."""
        self.come(b"abcdef")
        self.assertEqual(self.successResultOf(self.leaf.read_some(4)), b"abcd")
        self.assertEqual(self.successResultOf(self.leaf.read_some(4)), b"ef")

    def test_available_waits_for_a_byte_and_takes_none(self) -> None:
        """Its completion carries the count."""
        pending = self.leaf.available()
        self.come(b"1234567")
        self.assertEqual(self.successResultOf(pending), 7)
        self.assertEqual(self.successResultOf(self.leaf.available()), 7)
        self.assertEqual(self.successResultOf(self.leaf.read(7)), b"1234567")

    def test_available_at_the_end_is_zero(self) -> None:
        """Also when it was waiting."""
        pending = self.leaf.available()
        self.end()
        self.assertEqual(self.successResultOf(pending), 0)

    def test_truncation_gives_what_came_then_the_error(self) -> None:
        """A short body is never a success."""
        pending = self.leaf.read(10)
        self.come(b"abc")
        self.cut(Truncated("3 of 10 bytes"))
        self.assertEqual(self.successResultOf(pending), b"abc")
        self.failureResultOf(self.leaf.read(10), Truncated)
        self.failureResultOf(self.leaf.available(), Truncated)

    def test_truncation_without_data_fails_the_waiting_read(self) -> None:
        """REQUEST_COMPLETE carries the error."""
        pending = self.leaf.read_some()
        self.cut(Truncated("nothing"))
        self.failureResultOf(pending, Truncated)
        self.assertIsInstance(self.told[-1][1].error, Truncated)

    def test_async_for_gives_every_chunk(self) -> None:
        """It ends at the end of the body."""
        got: list[Any] = []

        async def consume() -> None:
            got.extend([chunk async for chunk in self.leaf])

        done = Deferred.fromCoroutine(consume())
        for data in (b"ab", b"cd"):
            self.come(data)
        self.end()
        self.successResultOf(done)
        self.assertEqual(b"".join(got), b"abcd")

    def test_ten_thousand_immediate_reads_in_a_callback_do_not_grow_the_stack(
        self,
    ) -> None:
        """A listener may read whatever is there."""
        self.come(b"x" * 10_000)
        got: list[Any] = []

        def listen(news) -> None:
            if news.status.name == "REQUEST_COMPLETE":
                while len(got) < 10_000:
                    got.append(self.successResultOf(self.leaf.read(1)))

        self.leaf.set_status_callback(listen)
        pending = self.leaf.read(10_001)
        self.end()
        self.successResultOf(pending)
        self.assertEqual(self.names(), [])

    def test_reading_from_the_completion_goes_on_without_growing_the_stack(
        self,
    ) -> None:
        """Each REQUEST_COMPLETE starts the next read, 10,000 times."""
        count = 0
        depth = deepest = 0

        def listen(news) -> None:
            nonlocal count, depth, deepest
            depth += 1
            deepest = max(deepest, depth)
            if news.status.name == "REQUEST_COMPLETE":
                count += 1
                self.leaf.read(1)
            depth -= 1

        self.leaf.set_status_callback(listen)
        self.leaf.read(1)
        for _ in range(10_000):
            self.come(b"x")
        self.assertEqual((count, deepest), (10_000, 1))

    def test_closing_while_reading_ends_the_read_with_12017(self) -> None:
        """And stops the source."""
        pending = self.leaf.read(5)
        self.leaf.close()
        self.failureResultOf(pending, OperationCancelled)
        self.assertIn("cancel", self.leaf.source.calls)
        self.failureResultOf(self.leaf.read(1), InvalidHandle)

    def test_closing_inside_received_ends_the_read_with_12017(self) -> None:
        """The outcome was not announced yet, so it is the close's."""
        self.leaf.set_status_callback(
            lambda news: (
                self.leaf.close() if news.status.name == "RESPONSE_RECEIVED" else None
            )
        )
        pending = self.leaf.read(2)
        self.come(b"ab")
        self.failureResultOf(pending, OperationCancelled)


class BackPressureTests(ReadCase):
    """Nothing is read ahead without limit."""

    def test_full_inbox_pauses_and_reading_resumes(self) -> None:
        """The source is stopped at one full read."""
        calls = self.leaf.source.calls
        calls.clear()
        self.come(b"x" * FULL)
        self.assertEqual(calls, ["pause"])
        self.come(b"y")
        self.assertEqual(calls, ["pause"])
        self.successResultOf(self.leaf.read(FULL))
        self.assertEqual(calls, ["pause", "resume"])

    def test_read_of_more_than_the_inbox_holds_keeps_the_source_running(self) -> None:
        """Otherwise it would wait for ever."""
        self.come(b"x" * FULL)
        pending = self.leaf.read(3 * FULL)
        self.assertEqual(self.leaf.source.calls[-1], "resume")
        self.come(b"x" * (2 * FULL))
        self.assertEqual(len(self.successResultOf(pending)), 3 * FULL)

    def test_source_knows_whether_somebody_waits(self) -> None:
        """The idle limit runs only then."""
        calls = self.leaf.source.calls
        calls.clear()
        pending = self.leaf.read(2)
        self.come(b"ab")
        self.successResultOf(pending)
        self.assertEqual(calls, ["want", "enough"])


class SlowSink:
    """A sink that takes a chunk when the test says so."""

    def __init__(self) -> None:
        self.got: list[bytes] = []
        self.waiting: list[Deferred[None]] = []

    def write(self, data: bytes) -> Deferred[None]:
        self.got.append(data)
        self.waiting.append(Deferred())
        return self.waiting[-1]


@implementer(IConsumer)
class PausingConsumer:
    """A consumer that pauses its producer after each write."""

    producer: Any = None

    def __init__(self) -> None:
        self.got: list[bytes] = []

    def registerProducer(self, producer, streaming) -> None:
        self.producer = producer
        self.streaming = streaming

    def unregisterProducer(self) -> None:
        self.producer = None

    def write(self, data: bytes) -> None:
        self.got.append(data)
        self.producer.pauseProducing()


class DeliverTests(ReadCase):
    """Bulk reads go past the inbox."""

    def test_deliver_hands_over_what_is_here_and_what_comes(self) -> None:
        """It fires with the count when the body has ended."""
        self.come(b"ab")
        got: list[Any] = []

        class Sink:
            write = staticmethod(got.append)

        pending = self.leaf.deliver(Sink())
        self.come(b"cd")
        self.assertNoResult(pending)
        self.end()
        self.assertEqual(self.successResultOf(pending), 4)
        self.assertEqual(b"".join(got), b"abcd")

    def test_deliver_of_a_complete_body_is_done_at_once(self) -> None:
        """Nothing more will come."""
        self.come(b"ab")
        self.end()
        got: list[Any] = []

        class Sink:
            write = staticmethod(got.append)

        self.assertEqual(self.successResultOf(self.leaf.deliver(Sink())), 2)

    def test_sink_that_waits_pauses_the_source(self) -> None:
        """The next chunk comes when its Deferred has fired."""
        sink = SlowSink()
        pending = self.leaf.deliver(sink)
        self.come(b"ab")
        self.assertEqual(self.leaf.source.calls[-2:], ["enough", "pause"])
        self.come(b"cd")
        self.end()
        self.assertEqual(sink.got, [b"ab"])
        sink.waiting[0].callback(None)
        self.assertEqual(sink.got, [b"ab", b"cd"])
        self.assertNoResult(pending)
        sink.waiting[1].callback(None)
        self.assertEqual(self.successResultOf(pending), 4)

    def test_consumer_may_pause_its_producer(self) -> None:
        """IConsumer and IPushProducer, as Twisted has them."""
        consumer = PausingConsumer()
        pending = self.leaf.deliver(consumer)
        self.assertTrue(consumer.streaming)
        self.come(b"ab")
        self.come(b"cd")
        self.assertEqual(consumer.got, [b"ab"])
        consumer.producer.resumeProducing()
        self.assertEqual(consumer.got, [b"ab", b"cd"])
        self.end()
        consumer.producer.resumeProducing()
        self.assertEqual(self.successResultOf(pending), 4)
        self.assertIsNone(consumer.producer)

    def test_consumer_may_stop_its_producer(self) -> None:
        """The delivery ends with 12017."""
        consumer = PausingConsumer()
        pending = self.leaf.deliver(consumer)
        consumer.producer.stopProducing()
        self.failureResultOf(pending, OperationCancelled)
        self.assertIn("cancel", self.leaf.source.calls)

    def test_sink_that_raises_fails_the_delivery_with_its_error(self) -> None:
        """And stops the source."""

        class Sink:
            def write(self, data: bytes) -> None:
                raise ZeroDivisionError

        pending = self.leaf.deliver(Sink())
        self.come(b"ab")
        self.failureResultOf(pending, ZeroDivisionError)
        self.assertIn("cancel", self.leaf.source.calls)

    def test_truncation_fails_the_delivery(self) -> None:
        """A short body is never a success."""
        pending = self.leaf.deliver(SlowSink())
        self.cut(Truncated("short"))
        self.failureResultOf(pending, Truncated)

    def test_progress_is_told_at_most_every_tenth_of_a_second(self) -> None:
        """With the bytes summed; the rest at the end."""
        got: list[Any] = []

        class Sink:
            write = staticmethod(got.append)

        pending = self.leaf.deliver(Sink())
        for _ in range(10):
            self.root.clock.advance(0.0625)
            self.come(b"x" * 10)
        self.come(b"y" * 7)
        self.end()
        self.successResultOf(pending)
        self.assertEqual(
            self.names(),
            ["RECEIVING_RESPONSE"]
            + ["RESPONSE_RECEIVED", "RECEIVING_RESPONSE"] * 5
            + ["RESPONSE_RECEIVED", "REQUEST_COMPLETE"],
        )
        sums = [info for name, info in self.told if name == "RESPONSE_RECEIVED"]
        self.assertEqual(sums, [20, 20, 20, 20, 20, 7])

    def test_close_during_delivery_ends_it_with_12017(self) -> None:
        """The sink is let go."""
        consumer = PausingConsumer()
        pending = self.leaf.deliver(consumer)
        self.come(b"ab")
        self.leaf.close()
        self.failureResultOf(pending, OperationCancelled)
        self.assertIsNone(consumer.producer)
