"""Who is told of a trace: how, when, and what that may do."""

from __future__ import annotations

from typing import Any

from twisted.internet.error import ConnectionLost
from twisted.internet.task import Clock
from twisted.logger import formatEvent, globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase

from tests.http.memory import OK, MemoryNet
from tests.http.traced import (
    CLOSING,
    URL,
    WHERE,
    TraceTestCase,
)
from twinet import Trace, TraceKind, TraceRecord
from twinet._http.channel import Channel
from twinet._net.trace import UNTRACED, UNTRACED_LINE
from twinet._net.tracing import SessionTracing
from twinet.errors import InvalidParameter


class ListenerTests(TraceTestCase):
    """What the listener may do, and how it is called."""

    def setUp(self) -> None:
        self.make()

    def test_records_say_to_whom_they_belong(self) -> None:
        """Connection, server, URL and handle; time goes on, and nothing is kept."""
        requests = [self.get(), self.get(URL + "2", context=7)]
        peers = [self.net.accept(), self.net.accept()]
        for peer in reversed(peers):
            peer.send(OK + b"hello")
        self.net.advance()
        whens = [record.when for record in self.records]
        self.assertEqual(whens, sorted(whens))
        self.assertGreaterEqual(whens[0], 0)
        handles = [self.successResultOf(request) for request in requests]
        for number, handle in ((1, handles[0]), (2, handles[1])):
            mine = [r for r in self.records if r.connection == number]
            self.assertEqual({r.host for r in mine}, {WHERE})
            self.assertEqual({r.url for r in mine}, {handle.url})
            self.assertEqual({r.handle for r in mine}, {handle})
            self.assertEqual([str(r) for r in mine].count("< HTTP/1.1 200 OK"), 1)
        for handle in handles:
            handle.close()
        self.net.news.clear()
        del requests, handles, handle, mine
        self.assertEqual({r.handle for r in self.records}, {None})

    def test_a_kept_connection_belongs_to_its_last_request(self) -> None:
        """From where it is used again."""
        first = self.successResultOf(self.answered(URL))
        second = self.successResultOf(self.answered(URL + "2"))
        again = next(n for n, r in enumerate(self.records) if "Re-using" in r.text)
        for records, handle in (
            (self.records[:again], first),
            (self.records[again:], second),
        ):
            self.assertEqual({r.handle for r in records}, {handle})
            self.assertEqual({r.url for r in records}, {handle.url})

    def answered(self, url: str) -> Any:
        """Get an answer, on the one connection."""
        pending = self.get(url)
        if not self.records:
            self.peer = self.net.accept()
        self.peer.send(OK + b"hello")
        self.net.advance()
        return pending

    def test_a_connection_is_closed_once(self) -> None:
        """Not once more for what stands before its transport."""
        self.answered(URL)
        transport = self.peer.transport
        calls: list[None] = []
        self.patch(transport, "loseConnection", lambda: calls.append(None))
        self.net.session.close()
        self.assertEqual(len(calls), 1)
        transport._lose(ConnectionLost())

    def test_what_it_brings_about_has_its_turn_later(self) -> None:
        """A listener that makes requests does not keep the reactor."""
        self.make(policy=lambda destination: "never")
        self.react = lambda _: len(self.records) < 100 and self.get()
        self.get()
        told: list[int] = []
        self.net.reactor.callLater(0, lambda: told.append(len(self.records)))
        self.net.advance()
        self.assertEqual(told, [2])
        self.assertGreater(len(self.records), 100)

    def test_it_may_close_a_session_without_connections(self) -> None:
        """Which is closed at once, and the rest told inside of it."""
        self.make(policy=lambda destination: "never")
        self.react = lambda _: self.net.session.close()
        self.get()
        self.net.advance()
        self.assertEqual(len(self.records), 2)
        self.assertEqual(self.flushLoggedErrors(), [])

    def test_nothing_is_told_after_the_end(self) -> None:
        """And no timer is left for it."""
        clock = Clock()
        tracing = SessionTracing(Trace(self.listen), clock)
        tracing.close()
        tracing.put(TraceKind.FACT, "late", None, "", "", None)
        clock.advance(1)
        self.assertEqual((self.records, clock.getDelayedCalls()), ([], []))

    def test_nothing_is_told_inside_anything(self) -> None:
        """The listener is called when the reactor has its turn."""
        self.get()
        self.net.accept().send(OK + b"hello")
        self.assertEqual(self.records, [])
        self.net.advance()
        self.assertEqual(len(self.records), 12)

    def test_it_may_close_at_every_record(self) -> None:
        """The request is cancelled, or done; nothing is logged, nothing left."""
        count = 1
        at = 0
        while at < count:
            self.make()
            seen = at

            def react(record: TraceRecord, at: int = seen) -> None:
                if len(self.records) == at + 1:
                    handle = record.handle or self.net.session
                    handle.close()

            self.react = react
            self.get()
            self.net.advance()
            peer = self.net.accept() if self.net.attempts else None
            self.net.advance()
            if peer is not None and not peer.closed:
                peer.send(OK)
                self.net.advance()
                peer.send(b"hello")
            self.net.advance()
            self.net.session.close()
            self.net.advance()
            self.assertEqual(self.flushLoggedErrors(), [])
            self.assertEqual(self.net.reactor.getDelayedCalls(), [])
            count = len(self.records)
            at += 1
        self.assertGreater(at, 10)

    def test_it_may_close_the_session(self) -> None:
        """The rest is told, once and in order."""
        self.react = lambda _: self.net.session.close()
        self.get()
        self.net.accept().send(OK + b"hello")
        self.net.advance()
        self.net.advance()
        kinds = [record.kind.value for record in self.records]
        self.assertEqual(kinds, list("**>>>>><<<{**"))

    def test_what_it_raises_is_logged_and_hurts_nobody(self) -> None:
        """The request ends well, and the rest is told."""

        def react(record: TraceRecord) -> None:
            raise ValueError("s3cr3t" in str(record))

        events: list[Any] = []
        observer: Any = events.append
        globalLogPublisher.addObserver(observer)
        self.addCleanup(globalLogPublisher.removeObserver, observer)
        self.make(secrets=True)
        self.react = react
        pending = self.get(headers={"Cookie": "s3cr3t"})
        self.net.accept().send(OK + b"hello")
        self.net.advance()
        self.assertEqual(self.successResultOf(pending).response.status_code, 200)
        texts = [formatEvent(event) for event in events]
        self.assertIn("kind REQUEST_HEAD, connection 1", str(texts))
        self.assertNotIn("s3cr3t", str(texts))
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 13)
        self.assertEqual(len(self.records), 13)

    def test_the_rest_is_told_before_close_fires(self) -> None:
        """No turn of the reactor is left for it, and no timer behind it."""
        self.get()
        self.net.accept()
        closed = self.net.session.close()
        told: list[str] = []

        def see(_: None) -> None:
            told.extend(map(str, self.records[-1:]))
            self.assertEqual(self.net.reactor.getDelayedCalls(), [])

        closed.addCallback(see)
        self.net.advance()
        self.successResultOf(closed)
        self.assertEqual(told, [CLOSING])
        # Without a connection the session is closed in the same turn.
        self.make(policy=lambda destination: "never")
        self.get()
        self.successResultOf(self.net.session.close().addCallback(see))
        self.assertEqual(told[1:], [f"* {self.failures[0]}"])

    def test_a_function_will_do(self) -> None:
        """It is told without data and secrets."""
        records: list[TraceRecord] = []
        net = MemoryNet(trace=records.append)
        net.session.get(URL, headers={"Cookie": "s3cr3t"})
        net.accept().send(OK + b"hello")
        net.advance()
        self.assertIn("> Cookie: [redacted]", [str(record) for record in records])
        self.assertNotIn(b"hello", [record.data for record in records])

    def test_what_cannot_be_called_is_refused(self) -> None:
        """With the way out."""
        wrong: Any = Trace("stderr")  # type: ignore[arg-type]  # the point
        for given in (True, "stderr", wrong):
            with self.assertRaises(InvalidParameter) as caught:
                MemoryNet(trace=given)
            self.assertIn("twinet.TracePrinter()", str(caught.exception))


class OffTests(SynchronousTestCase):
    """Without a trace nothing is in the way."""

    def test_the_very_same_objects(self) -> None:
        """Channel, reader and transport are what they are; nobody hears anything."""
        net = MemoryNet()
        net.session.get(URL)
        peer = net.accept()
        channel = peer.protocol
        self.assertIs(type(channel), Channel)
        self.assertIs(channel.transport, peer.transport)
        self.assertEqual(type(channel._reader).__name__, "ResponseReader")
        self.assertIs(channel.trace, UNTRACED_LINE)
        self.assertIs(net.session.tracer, UNTRACED)
        self.assertEqual(type(channel).begin, Channel.begin)
