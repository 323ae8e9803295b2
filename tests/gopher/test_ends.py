"""However a transaction ends: limits, closed handles, sessions; nothing is left."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred

from tests.gopher.memory import BINARY, HOST, MENU, GopherTestCase
from tests.http.memory import MemoryNet
from twinet import errors

#: What each kind of call is answered with.
CALLS: tuple[tuple[str, Any, bytes], ...] = (
    ("find", lambda gopher: gopher.find(), MENU),
    ("page", lambda gopher: gopher.page(), MENU),
    ("open_file", lambda gopher: gopher.open_file(BINARY), b"abc"),
    ("caps", lambda gopher: gopher.caps(), b"CAPS\r\n"),
    (
        "attributes",
        lambda gopher: gopher.attributes(BINARY + "\t+"),
        b"+-2\r\n+INFO: 9a\tb\tc\t70\t+\r\n",
    ),
)


class LimitTests(GopherTestCase):
    def test_every_wait_ends(self) -> None:
        """With the limit's name, and without a socket."""
        limits = (("lookup", 0), ("connect", 1), ("first_byte", 2), ("idle", 3))
        for name, call, answer in CALLS:
            for limit, phase in limits:
                if (name, limit) == ("open_file", "idle"):
                    continue  # it is open then; see test_reading_has_limits
                self.net = MemoryNet()
                host = "slow.example" if not phase else HOST
                gopher = self.net.session.gopher(host)
                gopher.limits = gopher.limits.but(**{limit: 7})
                place = "" if phase else "slow.example"
                pending = call(gopher) if not place else self._named(call, gopher, name)
                peers = []
                if phase > 1:
                    peers.append(self.net.accept())
                if phase > 2:
                    peers[0].send(answer[:2])
                self.net.advance(6.9)
                self.assertNoResult(pending)
                self.net.advance(0.2)
                fault = self.failureResultOf(pending, errors.Timeout).value
                self.assertIn(limit, str(fault), (name, limit))
                self.check_all_closed(*peers)

    def _named(self, call: Any, gopher: Any, name: str) -> Any:
        """Make a call that leads to a host which has to be looked up."""
        if name in ("open_file", "attributes"):
            locator = "9a\tb\tslow.example\t70\t+"
            return getattr(gopher, name)(locator)
        return call(gopher)

    def test_the_whole_has_a_limit(self) -> None:
        gopher = self.gopher()
        gopher.limits = gopher.limits.but(whole=10)
        pending = gopher.find()
        peer = self.net.accept()
        for _ in range(9):
            self.net.advance(1)
            peer.send(b"iwords\r\n")
        self.assertNoResult(pending)
        self.net.advance(1.1)
        fault = self.failureResultOf(pending, errors.Timeout).value
        self.assertIn("limits.whole", str(fault))
        self.check_all_closed(peer)

    def test_reading_has_limits(self) -> None:
        pending = self.gopher().open_file(BINARY)
        peer = self.net.accept()
        peer.send(b"abc")
        file = self.successResultOf(pending)
        reading = file.read(10)
        self.net.advance(61)
        self.assertEqual(self.successResultOf(reading), b"abc")
        fault = self.failureResultOf(file.read(10), errors.Timeout).value
        self.assertIn("limits.idle", str(fault))
        self.check_all_closed(peer)


class ClosingTests(GopherTestCase):
    def play(self, call: Any, answer: bytes) -> tuple[Any, list[Any]]:
        """Make a call, and answer it as far as it lets one."""
        pending = call(self.net.session.gopher(HOST))
        peers = []
        while self.net.attempts:
            peers.append(self.net.accept())
        for peer in peers:
            for piece in (answer[:3], answer[3:]):
                if not peer.closed:
                    peer.send(piece)
            peer.close()
        return pending, peers

    def test_a_listener_may_close_in_any_notification(self) -> None:
        """The handle, its connection or the session: each call ends once."""
        for name, call, answer in CALLS:
            self.net = MemoryNet()
            self.play(call, answer)
            total = len(self.net.news)
            self.assertGreater(total, 9)
            for place in range(1, total):
                for whom in ("handle", "parent", "session"):
                    self.net = MemoryNet()
                    self.close_at(place, whom)
                    pending, peers = self.play(call, answer)
                    outcome: list[Any] = []
                    pending.addBoth(outcome.append)
                    self.net.advance()
                    self.assertEqual(len(outcome), 1, (name, place, whom))
                    told = self.net.told
                    self.assertEqual(
                        told.count("CONNECTED_TO_SERVER 127.0.0.1"),
                        told.count("CONNECTION_CLOSED"),
                        (name, place, whom, told),
                    )
                    self.assertLess(
                        len([t for t in told if t.startswith("REQUEST_COMPLETE")]), 2
                    )
                    self.check_all_closed(*peers)

    def close_at(self, place: int, whom: str) -> None:
        """Let a notification close something."""
        seen = [0]

        def react(news: Any) -> None:
            seen[0] += 1
            if seen[0] == place + 1:
                handle = (
                    news.info if news.status.name == "HANDLE_CREATED" else news.handle
                )
                if whom == "parent":
                    handle = handle.parent or handle
                elif whom == "session":
                    handle = self.net.session
                handle.close()

        self.net.react = react

    def test_cancelling_a_call_closes_its_connection(self) -> None:
        for _, call, answer in CALLS:
            for phase in range(3):
                self.net = MemoryNet()
                pending = call(self.gopher())
                peers = [self.net.accept()] if phase else []
                if phase > 1:
                    peers[0].send(answer[:2])
                if not pending.called:
                    pending.cancel()
                    self.failureResultOf(pending, errors.OperationCancelled)
                    self.check_all_closed(*peers)

    def test_session_waits_for_the_last_socket(self) -> None:
        pending = self.gopher().find()
        peer = self.net.accept()
        closed = self.net.session.close()
        self.failureResultOf(pending, errors.OperationCancelled)
        self.assertNoResult(closed)
        self.net.advance()
        self.successResultOf(closed)
        self.assertTrue(peer.closed)
        self.assertEqual(self.net.reactor.getDelayedCalls(), [])

    def test_a_million_reads_do_not_grow_the_stack(self) -> None:
        pending = self.gopher().open_file(BINARY)
        peer = self.net.accept()
        peer.send(b"x" * 5000)
        file = self.successResultOf(pending)
        for _ in range(5000):
            self.assertEqual(self.successResultOf(file.read(1)), b"x")
        peer.close()
        self.check_all_closed(peer)

    def test_what_is_over_when_it_is_opened_can_be_paused_in_there(self) -> None:
        """The call's end may be the program's first chance, and the answer's last."""

        class Sink:
            """It takes one piece, and is then not ready for more."""

            def __init__(self) -> None:
                self.taken = b""
                self.ready: Deferred[None] = Deferred()

            def write(self, data: bytes) -> Deferred[None]:
                self.taken += data
                return self.ready

        def deliver(file: Any, sink: Sink) -> Any:
            return file.deliver(sink)

        for answer, view in ((b"+3\r\nabc", ""), (b"abc", None)):
            self.net = MemoryNet()
            sink = Sink()
            pending = self.gopher().open_file(BINARY, view)
            delivered = pending.addCallback(deliver, sink)
            peer = self.net.accept()
            peer.send(answer)
            peer.close()
            self.assertNoResult(delivered)
            sink.ready.callback(None)
            self.assertEqual(self.successResultOf(delivered), 3)
            self.assertEqual(sink.taken, b"abc")
            self.check_all_closed(peer)
            self.assertEqual(self.net.reactor.getDelayedCalls(), [])
