"""Every wait ends: each limit against a peer that goes silent just there.

And nothing is left after a cancel in each phase: no socket, no timer.
"""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.http.memory import OK, MemoryNet
from twinet.errors import HttpInvalidServerResponse, OperationCancelled, Timeout
from twinet.records import Limits

URL = "http://127.0.0.1:8080/x"
NAMED = "http://host.test:8080/x"


#: A time that binary fractions show exactly (seconds).
TICK = 2**-10


class LimitTests(SynchronousTestCase):
    """Each limit ends in 12002 and says which it was."""

    def setUp(self) -> None:
        self.net = MemoryNet()

    def get(self, url: str = URL, **limits):
        return self.net.session.get(url, limits=Limits(**limits))

    def ran_out(self, pending, seconds: float, name: str) -> str:
        """Check that ``pending`` fails at its second, and not a tick before."""
        self.net.advance(seconds - TICK)
        self.assertNoResult(pending)
        self.net.advance(TICK)
        error = self.failureResultOf(pending, Timeout).value
        self.assertEqual(error.code, 12002)
        self.assertIn(name, str(error))
        return str(error)

    def test_look_up(self) -> None:
        """The name server says nothing."""
        self.ran_out(self.get(NAMED, lookup=3), 3, "lookup")

    def test_connect(self) -> None:
        """The host does not answer; the attempt is given up."""
        self.ran_out(self.get(connect=4), 4, "connect")
        self.assertTrue(self.net.hand.attempts[0].stopped)

    def test_tls(self) -> None:
        """The peer is silent in the handshake, or says a byte now and then."""
        for word in (b"", b"\x16\x03\x03\x40\x00", b"\x16"):
            pending = self.get(URL.replace("http:", "https:"), tls=5)
            peer = self.net.accept()
            if word:
                peer.send(word)
            self.ran_out(pending, 5, "'tls'")
            self.assertTrue(peer.closed)

    def test_drip_does_not_stretch_the_head(self) -> None:
        """Its bytes start no time anew; interim answers do."""
        pending = self.get(first_byte=5)
        peer = self.net.accept()
        self.net.advance(4)
        peer.send(b"HTTP/1.1 102 Processing\r\n\r\n")
        for byte in (b"H", b"T", b"T", b"P"):
            self.net.advance(1)
            peer.send(byte)
        self.assertNoResult(pending)
        self.ran_out(pending, 1, "limits.first_byte")

    def test_first_byte(self) -> None:
        """The server takes the request and is silent."""
        pending = self.get(first_byte=5)
        peer = self.net.accept()
        self.ran_out(pending, 5, "first_byte")
        self.assertTrue(peer.closed)

    def test_idle_in_the_head(self) -> None:
        """A head that never ends is bounded by the same limit as its first byte."""
        pending = self.get(first_byte=5)
        peer = self.net.accept()
        peer.send(b"HTTP/1.1 200 OK\r\nX: ")
        self.ran_out(pending, 5, "first_byte")
        self.assertTrue(peer.closed)

    def test_head_on_a_kept_connection(self) -> None:
        """The limit is that of the request, not of the one that opened it."""
        head = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: %b\r\n\r\n"
        pending = self.get(head_bytes=100)
        peer = self.net.accept()
        peer.send(head % b"")
        self.successResultOf(pending)
        for limit, length in ((1000, 500), (400, 300)):
            pending = self.get(head_bytes=limit)
            peer.send(head % (b"x" * length))
            self.successResultOf(pending)
        pending = self.get(head_bytes=400)
        peer.send(head % (b"x" * 500))
        failure = self.failureResultOf(pending, HttpInvalidServerResponse)
        self.assertIn(
            "a head longer than 400 bytes (limits.head_bytes)",
            failure.getErrorMessage(),
        )

    def test_idle_in_the_body(self) -> None:
        """Each piece of the body starts the time anew."""
        pending = self.get(idle=6)
        peer = self.net.accept()
        peer.send(OK)
        handle = self.successResultOf(pending)
        reading = handle.read(5)
        self.net.advance(6 - TICK)
        peer.send(b"h")
        self.net.advance(6 - TICK)
        peer.send(b"e")
        self.net.advance(6 - TICK)
        self.assertNoResult(reading)
        self.net.advance(TICK)
        self.assertEqual(self.successResultOf(reading), b"he")
        error = self.failureResultOf(handle.read(1), Timeout).value
        self.assertIn("limits.idle", str(error))
        self.assertTrue(peer.closed)

    def test_unread_body(self) -> None:
        """A body that nobody reads keeps its connection only so long."""
        pending = self.get(unread_body=20, idle=6)
        peer = self.net.accept()
        peer.send(OK + b"he")
        handle = self.successResultOf(pending)
        self.net.advance(20 - TICK)
        self.assertFalse(peer.closed)
        self.net.advance(TICK)
        self.assertTrue(peer.closed)
        self.assertEqual(self.successResultOf(handle.read(2)), b"he")
        text = self.failureResultOf(handle.read(1), Timeout).getErrorMessage()
        self.assertIn("unread_body", text)

    def test_idle_stands_still_while_the_reader_pauses(self) -> None:
        """Only the unread-body limit runs then."""
        pending = self.get(unread_body=100, idle=6)
        peer = self.net.accept()
        peer.send(OK)
        handle = self.successResultOf(pending)
        self.net.advance(50)
        peer.send(b"hello")
        self.assertEqual(self.successResultOf(handle.read(5)), b"hello")

    def test_slot(self) -> None:
        """The message says who holds the connections."""
        handles = []
        for _ in range(5):
            pending = self.net.session.get(URL)
            self.net.accept().send(OK)
            handles.append(self.successResultOf(pending))
        sixth = self.net.session.get(URL)
        self.net.accept()
        text = self.ran_out(self.get(slot=9), 9, "limits.slot")
        self.assertIn(
            "6 of 6 connections to 127.0.0.1 are in use: "
            "5 unread responses, 1 waiting for the answer",
            text,
        )
        self.assertEqual(self.net.attempts, 0)
        self.assertNoResult(sixth)

    def test_whole(self) -> None:
        """The body counts too, and so do redirects."""
        pending = self.get(whole=10)
        peer = self.net.accept()
        self.net.advance(4)
        peer.send(b"HTTP/1.1 302 Found\r\nLocation: /y\r\nContent-Length: 0\r\n\r\n")
        self.net.advance(4)
        peer.send(OK)
        reading = self.successResultOf(pending).read(5)
        self.ran_out(reading, 2, "limits.whole")
        self.assertTrue(peer.closed)

    def test_no_limit_is_no_limit(self) -> None:
        """None waits as long as the server likes."""
        pending = self.get(first_byte=None, idle=None)
        peer = self.net.accept()
        self.net.advance(100_000)
        peer.send(OK)
        reading = self.successResultOf(pending).read(5)
        self.net.advance(100_000)
        peer.send(b"hello")
        self.assertEqual(self.successResultOf(reading), b"hello")

    def test_idle_channel_is_closed_after_a_minute(self) -> None:
        """A kept connection is not kept for ever."""
        pending = self.get()
        peer = self.net.accept()
        peer.send(OK + b"hello")
        self.successResultOf(pending)
        self.net.advance(59)
        self.assertFalse(peer.closed)
        self.net.advance(2)
        self.assertTrue(peer.closed)

    def test_redirect_body_that_never_ends_does_not_hold_it_up(self) -> None:
        """After a few seconds the connection is closed, the redirect followed."""
        pending = self.get()
        peer = self.net.accept()
        peer.send(
            b"HTTP/1.1 302 Found\r\nLocation: /y\r\nContent-Length: 9\r\n\r\nwait"
        )
        self.net.advance(5.1)
        self.assertTrue(peer.closed)
        self.net.accept().send(OK)
        self.assertEqual(self.successResultOf(pending).response.status_code, 200)

    def test_large_redirect_body_is_not_read(self) -> None:
        """More than 64 KiB are not worth the connection."""
        pending = self.get()
        peer = self.net.accept()
        peer.send(
            b"HTTP/1.1 302 Found\r\nLocation: /y\r\nContent-Length: 65537\r\n\r\n"
        )
        self.assertTrue(peer.closed)
        self.net.accept().send(OK)
        self.successResultOf(pending)

    def test_endless_chunked_redirect_body_is_cut(self) -> None:
        """The same for one that does not say its length."""
        pending = self.get()
        peer = self.net.accept()
        peer.send(
            b"HTTP/1.1 302 Found\r\nLocation: /y\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        for _ in range(9):
            self.assertFalse(peer.closed)
            peer.send(b"2000\r\n" + b"x" * 0x2000 + b"\r\n")
        self.assertTrue(peer.closed)
        self.net.accept().send(OK)
        self.successResultOf(pending)


class NothingLeftTests(SynchronousTestCase):
    """After a cancel in each phase: no socket, no timer, and the pool is good."""

    def setUp(self) -> None:
        self.net = MemoryNet()
        self.pending: Any = None

    def cancel(self) -> None:
        self.pending.cancel()
        self.failureResultOf(self.pending, OperationCancelled)

    def check_nothing_left(self, *peers) -> None:
        # A transport is gone in the turn after it was closed.
        self.net.advance()
        self.assertEqual(repr(self.net.session.engine.pool).split(" ")[1], "0")
        for peer in peers:
            self.assertTrue(peer.closed)
        # The one timer may still be set: it fires once in vain, then rests.
        self.net.advance(1000)
        self.assertEqual(self.net.reactor.getDelayedCalls(), [])
        closed = self.net.session.close()
        self.net.advance()
        self.successResultOf(closed)
        self.assertEqual(self.net.reactor.getDelayedCalls(), [])

    def test_look_up(self) -> None:
        """The answer that comes later is dropped."""
        self.pending = self.net.session.get(NAMED)
        self.cancel()
        self.net.resolver.answer("192.0.2.1")
        self.assertEqual(self.net.attempts, 0)
        self.check_nothing_left()

    def test_connect(self) -> None:
        """The attempt is stopped."""
        self.pending = self.net.session.get(URL)
        self.cancel()
        self.assertTrue(self.net.hand.attempts[0].stopped)
        self.check_nothing_left()

    def test_tls(self) -> None:
        """The handshake that never ends is cut."""
        self.pending = self.net.session.get("https://127.0.0.1:8080/x")
        peer = self.net.accept()
        self.assertIn(b"\x16\x03", peer.request()[:3])
        self.cancel()
        self.net.advance()
        self.check_nothing_left(peer)

    def test_slot(self) -> None:
        """The others go on."""
        others = [self.net.session.get(URL) for _ in range(6)]
        peers = [self.net.accept() for _ in range(6)]
        self.pending = self.net.session.get(URL)
        self.cancel()
        for peer in peers:
            peer.send(b"HTTP/1.1 204 No\r\nConnection: close\r\n\r\n")
        for other in others:
            self.successResultOf(other)
        self.check_nothing_left(*peers)

    def test_headers(self) -> None:
        """The connection is closed."""
        self.pending = self.net.session.get(URL)
        peer = self.net.accept()
        peer.send(b"HTTP/1.1 200 OK\r\n")
        self.cancel()
        self.check_nothing_left(peer)

    def test_body(self) -> None:
        """A cancelled read closes its request."""
        pending = self.net.session.get(URL)
        peer = self.net.accept()
        peer.send(OK)
        handle = self.successResultOf(pending)
        self.pending = handle.read(5)
        self.cancel()
        self.assertFalse(handle.alive)
        self.check_nothing_left(peer)

    def test_body_never_read(self) -> None:
        """Closing the handle closes the connection."""
        pending = self.net.session.get(URL)
        peer = self.net.accept()
        peer.send(OK)
        self.successResultOf(pending).close()
        self.check_nothing_left(peer)

    def test_session_close_with_everything_under_way(self) -> None:
        """Idle, connecting, waiting, sending, unread: all gone, all told."""
        session = self.net.session
        done = session.get(URL)
        idle = self.net.accept()
        idle.send(OK + b"hello")
        self.successResultOf(done)
        pending = [session.get("http://127.0.0.1:81/") for _ in range(7)]
        pending.append(session.get(NAMED))
        peers = [self.net.accept() for _ in range(3)]
        peers[0].send(OK)
        unread = self.successResultOf(pending.pop(0))
        closed = session.close()
        for one in pending:
            self.failureResultOf(one, OperationCancelled)
        self.assertFalse(unread.alive)
        self.assertNoResult(closed)
        self.net.advance()
        self.successResultOf(closed)
        for peer in (*peers, idle):
            self.assertTrue(peer.closed)
        # An idle connection is closed in order, not torn down.
        self.assertFalse(idle.transport.aborted)
        self.assertEqual(self.net.reactor.getDelayedCalls(), [])
