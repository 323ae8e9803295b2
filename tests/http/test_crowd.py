"""Connections to a proxy: one limit for all of them, and whose turn it is."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.http.memory import OK, NetTestCase, Peer
from tests.http.proxied import PROXY, SOCKS4A, SOCKS4A_OPENED, OneProxy, proxied_net
from twinet import errors
from twinet._http.crowd import MOST_OVERTAKEN
from twinet.options import Option
from twinet.proxy import Proxy
from twinet.records import Credentials, Limits

DONE = OK + b"hello"


class CrowdTestCase(NetTestCase):
    """Requests to several servers through one proxy."""

    def start(self, proxy: Any = SOCKS4A, cap: int = 2, **options: Any) -> None:
        self.net = proxied_net(proxy, **options)
        self.net.session.connections_per_proxy = cap
        self.done: list[str] = []

    def get(self, host: str, *, priority: int = 0, **options: Any) -> Any:
        connection = self.net.session.http(f"{host}.test")
        request = connection.open_request("GET", "/", **options)
        if priority:
            request.options[Option.REQUEST_PRIORITY] = priority
        sent: Any = request.send()
        sent.addCallback(lambda _: self.done.append(host))
        sent.addErrback(lambda failure: self.done.append(failure.value))
        return request

    def through(self) -> tuple[Peer, str]:
        """Let the oldest attempt come to the proxy, which leads on; say where to."""
        peer = self.net.accept()
        asked = peer.request()
        peer.send(SOCKS4A_OPENED)
        return peer, asked[9:].strip(b"\0").decode().removesuffix(".test")

    @property
    def opened(self) -> int:
        (crowd,) = self.net.session.engine.pool._crowds.values()
        return crowd.opened


class CrowdTests(CrowdTestCase):
    """Tunnels to different servers, and requests in absolute form."""

    def test_all_tunnels_together_are_limited(self) -> None:
        """The first to come is the first served, whichever server he goes to."""
        self.start()
        for host in "abcab":
            self.get(host)
        peers = []
        for host in "ab":
            peer, where = self.through()
            self.assertEqual(where, host)
            peers.append(peer)
        self.assertEqual(self.net.attempts, 0)
        peers[0].send(DONE)
        # The second request to a takes the connection to a; c needs a place.
        self.assertEqual(self.net.attempts, 0)
        self.assertEqual(self.done, ["a"])
        peers[0].send(DONE)
        self.net.advance()
        self.assertTrue(peers[0].closed)
        peer, where = self.through()
        self.assertEqual(where, "c")
        peer.send(DONE)
        peers[1].send(DONE)
        peers[1].send(DONE)
        self.assertEqual(self.done, ["a", "a", "c", "b", "b"])

    def test_idle_connection_makes_room(self) -> None:
        """The one that has been idle for longest; one for each that waits."""
        self.start(cap=3)
        peers = {}
        for host in "abc":
            self.get(host)
            peers[host] = self.through()[0]
        for host in "bac":
            peers[host].send(DONE)
        self.get("d")
        self.net.advance()
        self.assertEqual([host for host in "abc" if peers[host].closed], ["b"])
        self.assertEqual(self.through()[1], "d")
        self.assertEqual(self.opened, 3)

    def test_turns_go_by_priority_and_then_by_time(self) -> None:
        """Over all servers."""
        self.start(cap=1)
        for host, priority in (("a", 0), ("b", 0), ("c", 5), ("d", 9), ("e", 5)):
            self.get(host, priority=priority)
        turns = []
        for _ in range(5):
            peer, where = self.through()
            turns.append(where)
            peer.send(DONE)
            self.net.advance()
        self.assertEqual("".join(turns), "adceb")

    def test_connection_that_is_never_idle_makes_room_as_well(self) -> None:
        """Who came first waits for so many at most that a kept one serves."""
        self.start(cap=1)
        for host in "ab" + "a" * (MOST_OVERTAKEN + 5):
            self.get(host)
        peer, where = self.through()
        while not peer.closed:
            peer.send(DONE)
        self.assertEqual(self.done, ["a"] * (1 + MOST_OVERTAKEN))
        self.net.advance()
        peer, where = self.through()
        self.assertEqual((where, self.opened), ("b", 1))
        peer.send(DONE)
        self.net.advance()
        peer, where = self.through()
        self.assertEqual(where, "a")
        for _ in range(5):
            peer.send(DONE)
        self.assertEqual(self.done[-6:], ["b", *"aaaaa"])

    def test_who_goes_first_anyway_overtakes_nobody(self) -> None:
        """By priority: the kept connection serves on."""
        self.start(cap=1)
        for host, priority in [("a", 1), ("b", 0)] + [("a", 1)] * MOST_OVERTAKEN * 2:
            self.get(host, priority=priority)
        peer, _ = self.through()
        for _ in range(1 + MOST_OVERTAKEN * 2):
            peer.send(DONE)
        self.assertEqual(self.done, ["a"] * (1 + MOST_OVERTAKEN * 2))

    def test_limit_of_a_server_holds_in_its_tunnels(self) -> None:
        """Who waits for that does not hold up the others."""
        self.start(cap=10, connections_per_host=2)
        for host in "aaabb":
            self.get(host)
        places = [self.through() for _ in range(4)]
        self.assertEqual([where for _, where in places], ["a", "a", "b", "b"])
        self.assertEqual(self.net.attempts, 0)
        places[0][0].close()
        self.assertEqual(self.through()[1], "a")

    def test_an_http_proxy_has_one_limit_for_all_servers(self) -> None:
        """Requests in absolute form, whose connections serve any of them."""
        self.start(PROXY, cap=2, connections_per_host=1)
        for host in "aaabc":
            self.get(host)
        peers = [self.net.accept(), self.net.accept()]
        self.assertEqual(self.net.attempts, 0)
        for peer in (0, 1, 1, 1, 0):
            peers[peer].send(DONE)
        self.assertEqual(self.done, ["a", "a", "b", "c", "a"])
        self.assertEqual(self.opened, 2)

    def test_both_share_the_limit(self) -> None:
        """An idle one for the proxy itself makes room for a tunnel."""
        self.start(PROXY, cap=1)
        self.get("a")
        first = self.net.accept()
        first.send(DONE)
        self.net.session.get("https://b.test/").addErrback(lambda _: None)
        self.net.advance()
        self.assertTrue(first.closed)
        self.assertTrue(self.net.accept().request().startswith(b"CONNECT b.test:443"))
        self.get("c")
        self.assertEqual(self.net.attempts, 0)

    def test_whoever_asks_it_is_one_client(self) -> None:
        """Another login at the same proxy has no places of its own."""
        self.start(cap=1)
        self.get("a")
        self.through()
        login = Proxy("socks4a", "127.0.0.9", 1080, Credentials("me", ""))
        self.net.session.engine.proxies = OneProxy(login)
        self.get("a")
        self.assertEqual(self.net.attempts, 0)

    def test_waiting_has_a_limit_which_names_the_proxy(self) -> None:
        """And what its connections are used for."""
        self.start(cap=1)
        self.get("a")
        self.through()
        self.get("b", limits=Limits(slot=3))
        self.net.advance(3)
        (error,) = self.done
        self.assertIsInstance(error, errors.Timeout)
        self.assertIn(
            "no connection to b.test:80 (through the proxy socks4a://127.0.0.9:1080) "
            "became free within 3 s (limits.slot): 1 of 1 "
            "connections to the proxy socks4a://127.0.0.9:1080 are in use: 1 waiting "
            "for the answer",
            str(error),
        )

    def test_waiting_for_a_server_behind_it_names_both(self) -> None:
        """It is the server's limit then."""
        self.start(cap=9, connections_per_host=1)
        self.get("a")
        self.through()
        self.get("a", limits=Limits(slot=3))
        self.net.advance(3)
        self.assertIn(
            "1 of 1 connections to a.test are in use: 1 waiting for the answer "
            "(through the proxy socks4a://127.0.0.9:1080)",
            str(self.done[0]),
        )

    def test_one_who_leaves_does_not_hold_up_the_next(self) -> None:
        """Be it his turn or not."""
        self.start(cap=1)
        self.get("a")
        peer, _ = self.through()
        waiting = [self.get(host) for host in "bbcb"]
        waiting[0].close()
        waiting[2].close()
        peer.close()
        self.assertEqual(self.through()[1], "b")

    def test_exempt_one_does_not_wait(self) -> None:
        """Nor here."""
        self.start(cap=1)
        self.get("a")
        self.through()
        connection = self.net.session.http("b.test")
        request = connection.open_request()
        request.options[Option.EXEMPT_CONNECTION_LIMIT] = True
        request.send()
        peer, where = self.through()
        self.assertEqual(where, "b")
        peer.send(DONE)
        self.assertTrue(peer.closed)

    def test_limit_that_is_changed_acts_at_once(self) -> None:
        """Both ways."""
        self.start(cap=1)
        for host in "abcd":
            self.get(host)
        self.net.session.options[Option.MAX_CONNS_PER_PROXY] = 3
        peers = [self.through()[0] for _ in range(3)]
        self.assertEqual(self.net.attempts, 0)
        for peer in peers:
            peer.send(DONE)
        self.net.advance()
        peers.append(self.through()[0])
        peers[3].send(DONE)
        self.assertEqual(self.opened, 3)
        self.net.session.options[Option.MAX_CONNS_PER_PROXY] = 2
        self.net.advance()
        self.assertEqual(self.opened, 2)

    def test_limit_that_cannot_be(self) -> None:
        """By the option as on Windows, by the session from one on."""
        self.start()
        options = self.net.session.options
        self.assertEqual(options[Option.MAX_CONNS_PER_PROXY], 2)
        session: Any = self.net.session
        for value in (0, 1, 129, True, "2"):
            with self.assertRaises(errors.InvalidParameter):
                options[Option.MAX_CONNS_PER_PROXY] = value
        for most in (0, -1, 1.5, None):
            with self.assertRaises(errors.InvalidParameter):
                session.connections_per_proxy = most

    def test_nothing_is_kept_of_a_proxy_that_is_gone(self) -> None:
        """A session that has used a million proxies knows none of them."""
        self.start()
        for number in range(5):
            proxy = Proxy("socks4a", "127.0.0.9", 2000 + number)
            self.net.session.engine.proxies = OneProxy(proxy)
            self.get("a")
            peer, _ = self.through()
            peer.send(DONE + b"surplus")
            self.net.advance()
        pool = self.net.session.engine.pool
        self.assertEqual((pool._origins, pool._crowds), ({}, {}))


class RandomCrowds(CrowdTestCase):
    """Whatever happens, the limits hold and everybody is served."""

    def test_random_stories(self) -> None:
        """Requests come and leave, answers come, connections end, limits change."""
        for seed in range(60):
            self.story(Random(seed))

    def story(self, dice: Random) -> None:
        proxy = dice.choice((PROXY, SOCKS4A))
        cap = dice.randint(1, 4)
        self.start(proxy, cap=cap, connections_per_host=2)
        changes = dice.random() < 0.5
        # What is in use goes on when the limit is lowered.
        self.most = 4 if changes else cap
        self.peers: list[Peer] = []
        requests: list[Any] = []
        for _ in range(120):
            what = dice.random()
            if what < 0.4:
                host = dice.choice("abcdefgh")
                requests.append(self.get(host, priority=dice.choice((0, 0, 0, 3))))
            elif what < 0.5 and requests:
                requests.pop(dice.randrange(len(requests))).close()
            elif what < 0.55 and changes:
                self.net.session.connections_per_proxy = dice.randint(1, 4)
            else:
                self.move(dice)
            self.check()
        for _ in range(2000):
            if len(self.done) == self.count:
                break
            self.move(dice)
            self.check()
        self.assertEqual(len(self.done), self.count)
        self.check_nothing_left_now()

    def get(self, host: str, *, priority: int = 0, **options: Any) -> Any:
        self.count += 1
        return super().get(host, priority=priority, **options)

    def start(self, proxy: Any = SOCKS4A, cap: int = 2, **options: Any) -> None:
        self.count = 0
        super().start(proxy, cap, **options)

    def move(self, dice: Random) -> None:
        """Let one thing happen on the side of the proxy."""
        if self.attempting() and dice.random() < 0.5:
            self.peers.append(self.net.accept())
        elif self.peers:
            peer = dice.choice(self.peers)
            if peer.closed:
                self.peers.remove(peer)
                return
            asked = peer.request()
            if asked[:2] == b"\x04\x01":
                peer.send(SOCKS4A_OPENED)
            elif asked and dice.random() < 0.8:
                peer.send(DONE)
            elif asked:
                peer.close()
        self.net.advance(0)

    def attempting(self) -> bool:
        return self.net.attempts > 0

    def check(self) -> None:
        pool = self.net.session.engine.pool
        for crowd in pool._crowds.values():
            counted = sum(origin.opened for origin in crowd.origins)
            self.assertEqual(crowd.opened, counted)
            self.assertLessEqual(counted, self.most)
            for origin in crowd.origins:
                self.assertGreaterEqual(origin.opened, 0)
                if origin.tunnel:
                    self.assertLessEqual(origin.opened, 2)
        self.assertEqual(
            {o.key for c in pool._crowds.values() for o in c.origins},
            set(pool._origins),
        )

    def check_nothing_left_now(self) -> None:
        self.net.session.close()
        for _ in range(3):
            self.net.advance(1000)
        self.assertEqual(self.net.reactor.getDelayedCalls(), [])
