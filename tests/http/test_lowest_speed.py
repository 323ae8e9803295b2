"""``limits.lowest_speed``: a body that moves too slowly ends the call."""

from __future__ import annotations

import gzip

from tests.http.memory import MemoryNet, Peer
from tests.http.test_sending import Script, SendingTestCase, redirect
from twinet.errors import OperationCancelled, Timeout
from twinet.options import Option
from twinet.records import Limits

ENDLESS = b"HTTP/1.1 200 OK\r\n\r\n"


class ReceivingTests(SendingTestCase):
    """100 bytes a second are asked for, in windows of 10 seconds."""

    def setUp(self) -> None:
        self.begin(lowest_speed=100, lowest_speed_time=10, idle=None, unread_body=None)

    def receive(self) -> Peer:
        """Begin an answer's body that somebody wants."""
        self.pending = self.request.send()
        peer = self.net.accept()
        peer.send(ENDLESS)
        self.successResultOf(self.pending)
        self.reading = self.request.read(10**6)
        return peer

    def test_fast_enough(self) -> None:
        """However long it takes."""
        peer = self.receive()
        for _ in range(10):
            peer.send(b"x" * 500)
            self.net.advance(5)
            peer.send(b"x" * 500)
            self.net.advance(5)
        peer.close()
        self.assertEqual(len(self.successResultOf(self.reading)), 10_000)
        self.check_nothing_left(peer)

    def test_too_slow(self) -> None:
        """Ends at the end of the window, not before, and says how slow it was."""
        peer = self.receive()
        peer.send(b"x" * 1000)
        self.net.advance(10)
        peer.send(b"x" * 999)
        self.net.advance(9.9)
        self.assertNoResult(self.reading)
        self.net.advance(0.1)
        self.assertEqual(len(self.successResultOf(self.reading)), 1999)
        error = self.failureResultOf(self.request.read(1), Timeout).value
        self.assertIn("999 bytes", str(error))
        self.assertIn("limits.lowest_speed asks for 100", str(error))
        self.check_nothing_left(peer)

    def test_time_in_which_nobody_reads_does_not_count(self) -> None:
        """A window is ten seconds of wanting."""
        self.pending = self.request.send()
        peer = self.net.accept()
        peer.send(ENDLESS)
        self.net.advance(1000)
        for _ in range(9):
            reading = self.request.read(1)
            self.net.advance(1)
            peer.send(b"x")
            self.successResultOf(reading)
            self.net.advance(1000)
        reading = self.request.read(1)
        self.net.advance(0.9)
        self.assertNoResult(reading)
        self.net.advance(0.1)
        self.failureResultOf(reading, Timeout)

    def test_waits_with_limits_of_their_own_do_not_count(self) -> None:
        """For a connection, for an answer, and over a redirect."""
        self.pending = self.request.send()
        self.net.advance(29)
        peer = self.net.accept()
        self.net.advance(59)
        peer.send(redirect(302))
        self.net.advance(59)
        peer.send(ENDLESS)
        self.successResultOf(self.pending)
        reading = self.request.read(9)
        self.net.advance(9)
        self.assertNoResult(reading)
        self.net.advance(1)
        self.failureResultOf(reading, Timeout)

    def test_bytes_of_the_wire_count(self) -> None:
        """Not what they are decoded to."""
        self.net.session.options[Option.HTTP_DECODING] = True
        self.request = self.make(lowest_speed=100, lowest_speed_time=10, idle=None)
        self.pending = self.request.send()
        peer = self.net.accept()
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n")
        self.successResultOf(self.pending)
        coded = gzip.compress(b"x" * 100_000)
        self.assertLess(len(coded), 1000)
        reading = self.request.read(10**6)
        peer.send(coded)
        self.net.advance(10)
        self.assertEqual(len(self.successResultOf(reading)), 100_000)
        self.failureResultOf(self.request.read(1), Timeout)

    def test_end_and_close_leave_no_timer(self) -> None:
        """Nothing is measured any more."""
        peer = self.receive()
        self.request.close()
        self.failureResultOf(self.reading, OperationCancelled)
        self.check_nothing_left(peer)

    def test_nothing_is_measured_without_it(self) -> None:
        """The default."""
        self.assertIsNone(Limits().lowest_speed)
        net = MemoryNet()
        pending = net.session.get("http://127.0.0.1/", limits=Limits(idle=None))
        peer = net.accept()
        peer.send(ENDLESS)
        reading = self.successResultOf(pending).read(9)
        net.advance(10**6)
        self.assertNoResult(reading)
        net.session.close()
        self.failureResultOf(reading, OperationCancelled)


class SendingTests(SendingTestCase):
    """The same for what goes out."""

    def setUp(self) -> None:
        self.begin(lowest_speed=100, lowest_speed_time=10, send=None, first_byte=60)

    def test_too_slow(self) -> None:
        """Counted from the body's first byte."""
        peer = self.script()
        self.net.advance(100)
        self.body.write(b"x" * 500)
        self.net.advance(9.9)
        self.assertNoResult(self.pending)
        self.net.advance(0.1)
        self.assertIn("lowest_speed", self.failed(Timeout, 12002))
        self.assertEqual(self.body.calls, ["start", "stop"])
        self.check_nothing_left(peer)

    def test_the_answer_may_take_its_time(self) -> None:
        """When all is out, limits.first_byte counts."""
        self.script(1000)
        self.body.write(b"x" * 1000)
        self.net.advance(9)
        self.body.end()
        self.net.advance(59)
        self.assertNoResult(self.pending)
        self.net.advance(1)
        self.assertIn("limits.first_byte", self.failed(Timeout, 12002))

    def test_answer_that_has_begun_before_the_end(self) -> None:
        """It is measured on, when the body is out."""
        self.begin(lowest_speed=100, lowest_speed_time=10, idle=None)
        peer = self.script(1)
        self.body.write(b"x")
        peer.send(ENDLESS)
        reading = self.answered().read(10**6)
        self.body.end()
        self.net.advance(10)
        self.assertIn("lowest_speed", str(self.failureResultOf(reading, Timeout).value))
        self.check_nothing_left(peer)

    def test_redirect_in_the_middle(self) -> None:
        """The next body is measured from its own first byte."""
        first, second = Script(2000), Script(2000)
        bodies = iter((first, second))
        peer = self.send(lambda: next(bodies))
        first.write(b"x" * 1000)
        self.net.advance(9)
        peer.send(redirect(307))
        self.net.advance(20)
        self.net.accept()
        self.net.advance(20)
        second.write(b"x" * 1000)
        self.net.advance(9)
        self.assertNoResult(self.pending)
        self.net.advance(1)
        self.net.advance(10)
        self.failed(Timeout, 12002)
