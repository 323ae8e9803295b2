"""A timeline of a session whose callbacks are called elsewhere, or later."""

from __future__ import annotations

from tests.http.memory import OK, MemoryNet
from tests.timeline.clocked import TimelineTestCase
from twinet import QueueDelivery
from twinet._net.caller_delivery import CallerDelivery
from twinet.errors import CannotConnect


class Later(TimelineTestCase):
    """With a queue that is emptied late."""

    def make_net(self):
        self.heard: list[str] = []
        self.queue = QueueDelivery()
        return MemoryNet(delivery=self.queue)

    def test_times_are_those_of_what_happened(self):
        """Not those of the telling."""
        called = self.get()
        peer = self.net.accept()
        self.wait(2)
        peer.send(OK + b"12345")
        self.successResultOf(called)
        self.wait(50)
        row = self.timeline.rows[0]
        self.assertEqual(self.spans(row), [("wait", 2)])
        self.queue.deliver()
        self.assertEqual(self.spans(self.timeline.rows[0]), [("wait", 2)])
        self.assertEqual(self.timeline.rows[0].told, len(OK))

    def test_the_callback_that_was_there_hears_it_when_it_is_told(self):
        """And only then."""
        self.get()
        self.net.accept()
        self.assertEqual(self.net.told, [])
        self.queue.deliver()
        self.assertEqual(self.net.told[0], "HANDLE_CREATED")
        self.assertEqual(self.net.told[-1], "RECEIVING_RESPONSE")

    def test_heads_are_those_of_their_rows(self):
        """Though the request has gone on by the time that it is told of."""
        called = self.get("/here")
        peer = self.net.accept()
        peer.send(
            b"HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n"
        )
        peer.send(OK + b"12345")
        self.successResultOf(called)
        self.queue.deliver()
        first, second = self.timeline.rows
        assert first.exchange is not None
        assert second.exchange is not None
        self.assertEqual((first.status, first.exchange.target), ("302", "/here"))
        self.assertEqual((second.status, second.exchange.target), ("200", "/there"))

    def test_a_timeline_that_fails_hurts_nobody(self):
        """It is logged, and the request goes on."""

        def broken():
            raise ZeroDivisionError

        called = self.get()
        self.timeline._seconds = broken
        self.net.accept().send(OK)
        self.successResultOf(called)
        self.assertGreater(len(self.flushLoggedErrors(ZeroDivisionError)), 1)


class Blocked(TimelineTestCase):
    """In the synchronous mode, where the end of a call is not told."""

    def make_net(self):
        return MemoryNet(delivery=CallerDelivery())

    def test_the_end_of_a_call_is_recorded(self):
        """With its error."""
        called = self.get()
        self.wait(1)
        self.net.refuse()
        self.failureResultOf(called, CannotConnect)
        row = self.only_row()
        self.assertEqual((row.status, row.pending), ("CannotConnect", False))
        self.assertEqual(self.spans(row), [("connect", 1)])
