"""``limits.lowest_speed``: an answer that comes too slowly ends the call."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred

from tests.gopher.memory import BINARY, HOST, MENU, GopherTestCase
from tests.http.memory import MemoryNet, Peer
from twinet import errors
from twinet.records import Limits


class Sink:
    """It is not ready for more before it says so."""

    def __init__(self) -> None:
        self.ready: Deferred[None] = Deferred()

    def write(self, data: bytes) -> Deferred[None]:
        return self.ready


class LowestSpeedTests(GopherTestCase):
    """100 bytes a second are asked for, in windows of 10 seconds."""

    def setUp(self) -> None:
        self.net = MemoryNet()
        self.how = self.net.session.gopher(HOST)
        self.how.limits = Limits(
            lowest_speed=100, lowest_speed_time=10, idle=None, unread_body=None
        )

    def opened(self) -> tuple[Any, Peer]:
        """Open a file of which one byte has come."""
        pending = self.how.open_file(BINARY)
        peer = self.net.accept()
        peer.send(b"x")
        return self.successResultOf(pending), peer

    def check_too_slow(self, failed: Any) -> None:
        error = self.failureResultOf(failed, errors.Timeout).value
        self.assertIn("limits.lowest_speed asks for 100", str(error))
        self.assertIn("came from 127.0.0.1:70", str(error))

    def test_fast_enough(self) -> None:
        """However long it takes."""
        file, peer = self.opened()
        reading = file.read(10**6)
        for _ in range(20):
            peer.send(b"x" * 500)
            self.net.advance(5)
        peer.close()
        self.assertEqual(len(self.successResultOf(reading)), 10_001)
        self.check_all_closed(peer)

    def test_too_slow(self) -> None:
        """It ends with the window; what had come is read first."""
        file, peer = self.opened()
        reading = file.read(10**6)
        peer.send(b"x" * 998)
        self.net.advance(9.9)
        self.assertNoResult(reading)
        self.net.advance(0.1)
        self.assertEqual(len(self.successResultOf(reading)), 999)
        self.check_too_slow(file.read(1))
        self.check_all_closed(peer)

    def test_what_is_gathered_is_measured_too(self) -> None:
        """Menus, attributes, capabilities: whole calls, which nobody reads."""
        calls: tuple[Any, ...] = (
            self.how.find,
            self.how.caps,
            lambda: self.how.attributes(BINARY + "\t+"),
        )
        answers = (MENU, b"CAPS\r\n", b"+-2\r\n+INFO: 9a\tb\tc\t70\t+\r\n")
        for call, answer in zip(calls, answers, strict=True):
            pending = call()
            peer = self.net.accept()
            peer.send(answer)
            self.net.advance(9.9)
            self.assertNoResult(pending)
            self.net.advance(0.1)
            self.check_too_slow(pending)
            self.assertTrue(peer.closed)
        self.check_all_closed()

    def test_time_in_which_nobody_reads_does_not_count(self) -> None:
        """A window is ten seconds of wanting."""
        file, peer = self.opened()
        self.successResultOf(file.read(1))
        self.net.advance(1000)
        for _ in range(9):
            reading = file.read(1)
            self.net.advance(1)
            peer.send(b"x")
            self.successResultOf(reading)
            self.net.advance(1000)
        reading = file.read(1)
        self.net.advance(0.9)
        self.assertNoResult(reading)
        self.net.advance(0.1)
        self.check_too_slow(reading)
        self.check_all_closed(peer)

    def test_a_sink_that_holds_back_stops_the_time(self) -> None:
        """And lets it run on."""
        file, peer = self.opened()
        sink = Sink()
        delivered = file.deliver(sink)
        self.assertNoResult(delivered)
        self.net.advance(1000)
        sink.ready.callback(None)
        self.net.advance(9.9)
        self.assertNoResult(delivered)
        self.net.advance(0.1)
        self.check_too_slow(delivered)
        self.check_all_closed(peer)

    def test_the_wait_for_an_answer_does_not_count(self) -> None:
        """It has limits of its own."""
        pending = self.how.open_file(BINARY)
        self.net.advance(29)
        peer = self.net.accept()
        self.net.advance(59)
        peer.send(b"x")
        file = self.successResultOf(pending)
        file.close()
        self.check_all_closed(peer)
