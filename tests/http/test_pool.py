"""The pool: the plan, the cap, first come first served, idle channels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from tests.http.memory import OK, MemoryNet, Peer
from twinet._http.origin import plan
from twinet._http.pool import POLITE
from twinet.errors import InvalidParameter, PolicyRefused
from twinet.flags import Flag
from twinet.options import Option
from twinet.records import Limits
from twinet.status import Status

if TYPE_CHECKING:
    from twinet.records import Destination

URL = "http://127.0.0.1:8080/"
DONE = OK + b"hello"
CLOSE = b"HTTP/1.1 204 No\r\nConnection: close\r\n\r\n"


class PlanTests(SynchronousTestCase):
    """The decision is pure."""

    def test_idle_channels_are_reused_before_new_ones_are_opened(self) -> None:
        """Never more than wait, never above the cap."""
        for waiting, idle, opened, cap, expected in (
            (1, 0, 0, 6, (0, 1)),
            (1, 1, 1, 6, (1, 0)),
            (3, 1, 1, 6, (1, 2)),
            (9, 0, 0, 6, (0, 6)),
            (9, 0, 6, 6, (0, 0)),
            (9, 2, 6, 6, (2, 0)),
            (9, 2, 5, 6, (2, 1)),
            (0, 2, 2, 6, (0, 0)),
            (5, 0, 7, 6, (0, 0)),
        ):
            self.assertEqual(plan(waiting, idle, opened, cap), expected)


class PoolTests(SynchronousTestCase):
    """What the plan leads to."""

    def setUp(self) -> None:
        self.net = MemoryNet(connections_per_host=2)
        self.order: list[str] = []

    def get(self, path: str = "", **options):
        pending = self.net.session.get(URL + path, **options)
        pending.addCallback(self.note, path)
        return pending

    def note(self, handle, path: str):
        self.order.append(path)
        return handle

    def targets(self, *peers: Peer) -> list[bytes]:
        return [peer.request().split(b" ")[1] for peer in peers]

    def test_cap_is_real_and_the_first_to_come_is_the_first_served(self) -> None:
        """The third waits for one of two channels."""
        pending = [self.get(str(i)) for i in range(5)]
        peers = [self.net.accept(), self.net.accept()]
        self.assertEqual(self.net.attempts, 0)
        self.assertEqual(self.targets(*peers), [b"/0", b"/1"])
        peers[1].send(DONE)
        self.assertEqual(self.targets(peers[1]), [b"/2"])
        peers[0].send(DONE)
        self.assertEqual(self.targets(peers[0]), [b"/3"])
        peers[0].send(DONE)
        self.assertEqual(self.targets(peers[0]), [b"/4"])
        peers[0].send(DONE)
        peers[1].send(DONE)
        for one in pending:
            self.successResultOf(one)
        self.assertEqual(self.order, ["1", "0", "3", "4", "2"])

    def test_closed_channel_gives_its_place_to_a_new_one(self) -> None:
        """A server that keeps nothing is served all the same."""
        pending = [self.get(str(i)) for i in range(6)]
        for _ in range(6):
            self.net.accept().send(CLOSE)
            self.net.advance()
        for one in pending:
            self.successResultOf(one)

    def test_socket_has_its_place_until_it_is_gone(self) -> None:
        """The server never sees more than the cap, not for a moment either."""
        pending = [self.get(str(i)) for i in range(3)]
        peers = [self.net.accept(), self.net.accept()]
        peers[0].send(CLOSE)
        self.assertTrue(peers[0].closed)
        self.assertEqual(self.net.attempts, 0)
        (origin,) = self.net.session.engine.pool._origins.values()
        self.assertEqual(
            origin.in_use(2),
            "2 of 2 connections to 127.0.0.1 are in use: "
            "1 waiting for the answer, 1 closing",
        )
        self.net.advance()
        self.assertEqual(self.net.attempts, 1)
        self.net.accept().send(DONE)
        self.successResultOf(pending[2])

    def test_socket_of_a_cancelled_request_has_its_place_too(self) -> None:
        """The same in the handshake, where no exchange has a channel yet."""
        url = URL.replace("http:", "https:")
        pending = [self.net.session.get(url) for _ in range(3)]
        self.net.accept()
        self.net.accept()
        pending[0].cancel()
        self.failureResultOf(pending[0])
        self.assertEqual(self.net.attempts, 0)
        self.net.advance()
        self.net.advance()
        self.assertEqual(self.net.attempts, 1)

    def test_polite_close_that_does_not_end_is_cut(self) -> None:
        """What was written cannot be sent to a peer that reads nothing."""
        pending = [self.get(str(i)) for i in range(3)]
        peers = [self.net.accept(), self.net.accept()]
        peers[0].transport.loseConnection = lambda: None  # type: ignore[method-assign]  # it never ends
        peers[0].send(DONE + b"surplus")
        self.successResultOf(pending[0])
        self.net.advance(POLITE - 0.01)
        self.assertFalse(peers[0].closed)
        self.assertEqual(self.net.attempts, 0)
        self.net.advance(0.02)
        self.assertTrue(peers[0].transport.aborted)
        self.net.advance()
        self.assertEqual(self.net.attempts, 1)

    def test_channel_that_an_endpoint_built_and_never_connected(self) -> None:
        """It holds up neither the next request nor the end of the session."""
        made: list[Any] = []

        class Endpoint:
            def connect(self, factory):
                made.append(factory.buildProtocol(None))
                return Deferred()

        net = MemoryNet(connections_per_host=1, connect=lambda *_: Endpoint())
        first = net.session.get(URL, limits=Limits(connect=3))
        second = net.session.get(URL)
        net.advance(3)
        self.failureResultOf(first)
        self.assertEqual(len(made), 2)
        closed = net.session.close()
        self.failureResultOf(second)
        self.successResultOf(closed)

    def test_refused_attempt_gives_its_place_away(self) -> None:
        """Only its own exchange fails."""
        pending = [self.get(str(i)) for i in range(3)]
        self.net.refuse()
        self.failureResultOf(pending[0])
        self.net.accept()
        self.net.accept().send(DONE)
        self.assertEqual(self.order, ["2"])

    def test_unread_body_keeps_its_channel_and_a_read_one_gives_it_back(self) -> None:
        """The third starts when the first has been read."""
        pending = [self.get(str(i)) for i in range(3)]
        peers = [self.net.accept(), self.net.accept()]
        for peer in peers:
            peer.send(OK)
        handle = self.successResultOf(pending[0])
        reading = handle.read(5)
        self.assertEqual(self.targets(*peers), [b"/0", b"/1"])
        peers[0].send(b"hello")
        self.assertEqual(self.successResultOf(reading), b"hello")
        self.assertEqual(self.targets(peers[0]), [b"/2"])

    def test_other_hosts_ports_schemes_and_policies_have_channels_of_their_own(
        self,
    ) -> None:
        """A strict request never rides on a lenient one's connection."""
        first = self.get()
        self.net.accept().send(DONE)
        self.successResultOf(first)
        self.net.session.get("http://127.0.0.1:8081/")
        self.net.session.get("http://127.0.0.2:8080/")
        self.net.session.get("https://127.0.0.1:8080/")
        self.net.session.get(
            "https://127.0.0.1:8080/", flags=Flag.IGNORE_CERT_DATE_INVALID
        )
        self.assertEqual(self.net.attempts, 4)
        self.assertEqual(len(self.net.session.engine.pool._origins), 5)

    def test_server_that_speaks_unasked_is_not_used_again(self) -> None:
        """Whatever it says belongs to no request."""
        first = self.get()
        peer = self.net.accept()
        peer.send(DONE)
        self.successResultOf(first)
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        self.assertTrue(peer.closed)
        self.get()
        self.assertEqual(self.net.attempts, 1)

    def test_surplus_after_the_answer_is_dropped_with_its_channel(self) -> None:
        """The answer itself stands."""
        first = self.get()
        peer = self.net.accept()
        peer.send(DONE + b"surplus")
        handle = self.successResultOf(first)
        self.assertEqual(self.successResultOf(handle.read(99)), b"hello")
        self.assertTrue(peer.closed)

    def test_closed_by_anothers_callback_while_connecting(self) -> None:
        """Its place goes to the next."""
        handles = [self.get(str(i)) for i in range(2)]
        peers = [self.net.accept(), self.net.accept()]
        peers[0].request()
        waiting = [self.get(str(i)) for i in range(2, 5)]
        victim = list(self.net.session._children or ())

        def react(news) -> None:
            # The first to be served closes the second in its first word.
            if news.status is Status.SENDING_REQUEST and "/2" in str(news.handle):
                for handle in victim:
                    if "/3" in str(handle):
                        handle.close()

        self.net.react = react
        peers[0].send(CLOSE)
        peers[1].send(CLOSE)
        self.net.advance()
        for _ in range(2):
            self.net.accept().send(DONE)
        self.failureResultOf(waiting[1])
        self.successResultOf(waiting[0])
        self.successResultOf(waiting[2])
        for one in handles:
            self.successResultOf(one)
        self.assertEqual(
            repr(self.net.session.engine.pool), "<Pool 2 channels, 2 idle, 0 waiting>"
        )

    def test_nothing_is_kept_of_an_origin_that_is_gone(self) -> None:
        """A crawler's session does not grow with the hosts it has seen."""
        for port in range(1000, 1100):
            pending = self.net.session.get(f"http://127.0.0.1:{port}/")
            self.net.accept().send(CLOSE)
            self.successResultOf(pending).close()
        self.net.advance()
        self.assertEqual(len(self.net.session.engine.pool._origins), 0)

    def test_cap_below_one_is_refused(self) -> None:
        """It would wait for ever."""
        self.assertRaises(InvalidParameter, MemoryNet, connections_per_host=0)


class TurnTests(SynchronousTestCase):
    """Who goes before whom, and who does not wait at all."""

    def setUp(self) -> None:
        self.net = MemoryNet(connections_per_host=1)
        self.connection = self.net.session.http("127.0.0.1", 8080)

    def send(self, target: str, priority: int = 0, *, exempt: bool = False) -> Any:
        request = self.connection.open_request("GET", target)
        if priority:
            request.options[Option.REQUEST_PRIORITY] = priority
        if exempt:
            request.options[Option.EXEMPT_CONNECTION_LIMIT] = True
        return request, request.send()

    def target(self, peer: Peer) -> str:
        return peer.request().split(b" ")[1].decode()

    def test_highest_priority_goes_first_and_of_equals_the_first_to_come(self) -> None:
        """Whatever order they came in; nobody who has a connection gives it up."""
        self.send("/now")
        peer = self.net.accept()
        self.assertEqual(self.target(peer), "/now")
        for target, priority in (
            *(("/a", 0), ("/b", 5), ("/c", -5), ("/d", 1000)),
            *(("/e", 5), ("/f", 0), ("/g", -5), ("/h", 1000)),
        ):
            self.send(target, priority)
        served: list[str] = []
        while len(served) < 8:
            peer.send(DONE)
            served.append(self.target(peer))
        self.assertEqual("".join(served), "/d/h/b/e/a/f/c/g")

    def test_one_that_waits_can_still_be_closed(self) -> None:
        """From the middle of the queue."""
        self.send("/now")
        peer = self.net.accept()
        self.target(peer)
        self.send("/a")
        urgent, pending = self.send("/b", 5)
        self.send("/c", 5)
        urgent.close()
        self.failureResultOf(pending)
        peer.send(DONE)
        self.assertEqual(self.target(peer), "/c")

    def test_exempt_one_does_not_wait_and_does_not_count(self) -> None:
        """The others have what they had; the connection too many is not kept."""
        self.send("/1")
        first = self.net.accept()
        _, pending = self.send("/exempt", exempt=True)
        second = self.net.accept()
        self.send("/2")
        self.assertEqual(self.net.attempts, 0)
        # Theirs is given on, although there are two now.
        first.request()
        first.send(DONE)
        self.assertEqual(self.target(first), "/2")
        self.assertFalse(first.closed)
        second.send(DONE)
        self.successResultOf(pending)
        self.net.advance()
        self.assertTrue(second.closed)
        first.send(DONE)
        self.net.advance()
        self.assertFalse(first.closed)

    def test_exempt_one_that_came_first_leaves_room_for_the_others(self) -> None:
        """As many as they would have without it."""
        self.send("/exempt", exempt=True)
        self.net.accept()
        self.send("/1")
        self.assertEqual(self.net.attempts, 1)
        self.net.accept()
        self.send("/2")
        self.assertEqual(self.net.attempts, 0)

    def test_exempt_one_takes_a_kept_connection(self) -> None:
        """If there is one."""
        self.send("/1")
        peer = self.net.accept()
        peer.request()
        peer.send(DONE)
        self.send("/exempt", exempt=True)
        self.assertEqual(self.target(peer), "/exempt")
        # That is the host's one, as long as it lasts.
        self.send("/2")
        self.assertEqual(self.net.attempts, 0)
        peer.send(DONE)
        self.assertEqual(self.target(peer), "/2")

    def test_exempt_one_that_is_refused_leaves_nothing(self) -> None:
        """Neither a count nor a place."""
        _, pending = self.send("/exempt", exempt=True)
        self.net.refuse()
        self.failureResultOf(pending)
        self.assertEqual(
            repr(self.net.session.engine.pool), "<Pool 0 channels, 0 idle, 0 waiting>"
        )

    def test_higher_limit_acts_at_once(self) -> None:
        """Those who wait go on."""
        for target in ("/1", "/2", "/3"):
            self.send(target)
        self.assertEqual(self.net.attempts, 1)
        self.net.session.options[Option.MAX_CONNS_PER_SERVER] = 2
        self.assertEqual(self.net.attempts, 2)
        self.assertEqual(self.net.session.connections_per_host, 2)
        self.net.session.connections_per_host = 3
        self.assertEqual(self.net.attempts, 3)

    def test_lower_limit_acts_at_once(self) -> None:
        """Idle connections go; those in use end with their answers."""
        self.net.session.connections_per_host = 4
        peers = []
        for target in ("/1", "/2", "/3", "/4"):
            self.send(target)
            peers.append(self.net.accept())
        peers[0].send(DONE)
        self.net.session.connections_per_host = 2
        self.net.advance()
        self.assertEqual([p.closed for p in peers], [True, False, False, False])
        self.send("/5")
        self.assertEqual(self.net.attempts, 0)
        for peer in peers[1:]:
            peer.request()
        peers[1].send(DONE)
        self.net.advance()
        self.assertTrue(peers[1].closed)
        self.assertEqual(self.net.attempts, 0)
        peers[2].send(DONE)
        self.assertEqual(self.target(peers[2]), "/5")
        for wrong in (0, -1, 2.5, "2", True, None):
            self.assertRaises(
                InvalidParameter,
                setattr,
                self.net.session,
                "connections_per_host",
                wrong,
            )
        self.assertEqual(self.net.session.connections_per_host, 2)

    def test_changed_settings_drop_what_is_idle(self) -> None:
        """Asked of any handle; what is in use goes on."""
        self.net.session.connections_per_host = 2
        kept, _ = self.send("/1")
        busy = self.send("/2")[1]
        peers = [self.net.accept(), self.net.accept()]
        for handle in (kept, self.connection, self.net.session):
            peers[0].request()
            peers[0].send(DONE)
            self.assertFalse(peers[0].closed)
            handle.options[Option.SETTINGS_CHANGED] = None
            self.net.advance()
            self.assertTrue(peers[0].closed)
            self.assertFalse(peers[1].closed)
            self.send("/3")
            peers[0] = self.net.accept()
        peers[1].send(DONE)
        self.successResultOf(busy)


class EgressTests(SynchronousTestCase):
    """The policy is asked for each request, also on a connection that stands."""

    def setUp(self) -> None:
        self.seen: list[Destination] = []
        self.net = MemoryNet(policy=self.judge)
        self.verdict: Any = lambda destination: None

    def judge(self, destination: Destination) -> str | None:
        self.seen.append(destination)
        verdict: str | None = self.verdict(destination)
        return verdict

    def test_kept_channel_is_judged_for_the_request_that_reuses_it(self) -> None:
        """What one request may reach, another may not."""
        self.verdict = lambda d: None if d.context == "mine" else "not yours"
        first = self.net.session.get(URL, context="mine")
        peer = self.net.accept()
        peer.send(DONE)
        self.successResultOf(first)
        peer.request()
        failure = self.failureResultOf(
            self.net.session.get(URL, context="yours"), PolicyRefused
        )
        self.assertIn("127.0.0.1: not yours", failure.getErrorMessage())
        self.assertEqual(peer.request(), b"")
        self.net.session.get(URL, context="mine")
        self.assertIn(b"GET / ", peer.request())
        self.assertEqual(
            [(str(d.address), d.context) for d in self.seen],
            [("127.0.0.1", c) for c in ("mine", "yours", "mine")],
        )

    def test_redirect_to_a_kept_private_connection_is_judged(self) -> None:
        """Public servers must not lead inside over what an earlier request opened."""
        self.verdict = lambda d: "from outside" if d.came_from else None
        inside = self.net.session.get(URL)
        kept = self.net.accept()
        kept.send(DONE)
        self.successResultOf(inside)
        kept.request()
        pending = self.net.session.get("http://192.0.2.1/")
        self.net.accept().send(
            b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:8080/secret\r\n"
            b"Content-Length: 0\r\n\r\n"
        )
        self.failureResultOf(pending, PolicyRefused)
        self.assertEqual(kept.request(), b"")
        self.assertEqual(str(self.seen[-1].came_from), "192.0.2.1")
        self.assertEqual(self.seen[-1].hop, 1)

    def test_waiting_request_that_gets_a_channel_is_judged(self) -> None:
        """It did not open that channel."""
        net = MemoryNet(policy=self.judge, connections_per_host=1)
        self.verdict = lambda d: "no" if d.context == "bad" else None
        first = net.session.get(URL, context="good")
        waiting = net.session.get(URL, context="bad")
        third = net.session.get(URL, context="good")
        peer = net.accept()
        peer.send(DONE)
        self.successResultOf(first)
        self.failureResultOf(waiting, PolicyRefused)
        peer.send(DONE)
        self.successResultOf(third)

    def test_policy_that_fails_refuses(self) -> None:
        """What cannot judge must not admit."""
        self.verdict = lambda d: 1 / 0
        self.failureResultOf(self.net.session.get(URL), PolicyRefused)
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)


class RequestBytesTests(SynchronousTestCase):
    """What goes out."""

    def test_head_is_as_given(self) -> None:
        """Verb, target and fields exactly; Host, User-Agent and Accept added."""
        net = MemoryNet(agent="coffee/1.0")
        connection = net.session.http("::1", 8080)
        connection.open_request(
            "PuRGE",
            "/a/../%7e%zz?x=[1]",
            headers=[("x-B", "1"), ("X-a", "2"), (b"x-B", "grüß")],
        ).send()
        self.assertEqual(
            net.accept().request(),
            b"PuRGE /a/../%7e%zz?x=[1] HTTP/1.1\r\n"
            b"Host: [::1]:8080\r\nUser-Agent: coffee/1.0\r\nAccept: */*\r\n"
            b"x-B: 1\r\nX-a: 2\r\nx-B: gr\xfc\xdf\r\n\r\n",
        )

    def test_fields_of_the_caller_replace_ours(self) -> None:
        """Each once."""
        net = MemoryNet()
        net.session.get(
            URL, headers={"host": "other", "USER-AGENT": "me", "Accept": "a/b"}
        )
        self.assertEqual(
            net.accept().request(),
            b"GET / HTTP/1.1\r\nhost: other\r\nUSER-AGENT: me\r\nAccept: a/b\r\n\r\n",
        )

    def test_body_of_bytes_has_its_length(self) -> None:
        """Head and body go out as one message."""
        net = MemoryNet()
        net.session.http("127.0.0.1").open_request("POST").send(b"abc")
        request = net.accept().request()
        self.assertIn(b"\r\nContent-Length: 3\r\n\r\nabc", request)
        self.assertEqual(net.told[-2], f"REQUEST_SENT {len(request)}")

    def test_sending_again_throws_the_former_answer_away(self) -> None:
        """On the same handle."""
        net = MemoryNet()
        request = net.session.http("127.0.0.1").open_request()
        pending = request.send()
        first = net.accept()
        first.send(OK + b"he")
        self.successResultOf(pending)
        pending = request.send()
        self.assertTrue(first.closed)
        net.accept().send(OK + b"world")
        self.successResultOf(pending)
        self.assertEqual(self.successResultOf(request.read(9)), b"world")
