"""Servers and proxies that ask for anything, at any time."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from twisted.trial.unittest import SynchronousTestCase

from tests.http.challenger import (
    ANN,
    BASIC,
    BOB,
    DIGEST,
    DONE,
    INTEGRITY,
    asks,
    moved,
    said,
)
from tests.http.proxied import proxied_net
from twinet.flags import Flag
from twinet.proxy import Proxy

if TYPE_CHECKING:
    from tests.http.memory import Peer

CHALLENGES = (
    *(BASIC, DIGEST, INTEGRITY, b"Negotiate", b"Digest realm=r", b'Basic realm="'),
    *(DIGEST + b", stale=true", DIGEST.replace(b'"r"', b'"s"')),
    *(DIGEST.replace(b"SHA-256", b"MD5-sess"), b"Digest realm=r, nonce=x"),
    *(b'Basic realm="s", charset="UTF-8"', DIGEST + b", userhash=true"),
    *(DIGEST + b', domain="/d http://127.0.0.2/"', DIGEST + b", nonce=n"),
)


class RandomTests(SynchronousTestCase):
    """Servers and proxies that ask for anything, at any time."""

    def test_every_call_ends_after_a_few_rounds(self) -> None:
        """Nobody is told what is not his, and no count comes twice."""
        most = 0
        for number in range(150):
            most = max(most, self.story(Random(number), number))
        # Five are the most for each of two URLs; chance takes us beyond those of one.
        self.assertGreater(most, 5)

    def story(self, random: Random, number: int) -> int:
        """Tell a story; return the most rounds that a call in it took."""
        net = proxied_net(Proxy("http", "127.0.0.9", 3128, BOB), "127.0.0.2")
        net.session.set_status_callback(None)
        seen: set[tuple[bytes, bytes, bytes]] = set()
        most = 0
        peers: list[Peer] = []
        eager = random.random()
        for call in range(8):
            flags = Flag.PRE_AUTH if random.random() < 0.3 else Flag(0)
            who = "ann:a@" if random.random() < 0.7 else ""
            pending = net.session.get(f"http://{who}127.0.0.1/d/x", flags=flags)
            ends: list[Any] = []
            pending.addBoth(ends.append)
            rounds, hops = 0, 0
            while not ends:
                while net.attempts:
                    peers.append(net.accept())
                asked = [(each, each.request()) for each in peers]
                asked = [(each, request) for each, request in asked if request]
                self.assertEqual(len(asked), 1, f"story {number}, call {call}")
                ((peer, request),) = asked
                rounds += 1
                self.check(request, seen)
                if random.random() < eager:
                    peer.send(self.challenge(random, call, rounds))
                elif hops < 1 and random.random() < 0.4:
                    hops += 1
                    peer.send(moved(random.choice(("/d/y", "http://127.0.0.2/"))))
                else:
                    nonce = b"k%d.%d" % (call, random.randrange(rounds))
                    info = b"Authentication-Info: nextnonce=%b\r\n" % nonce
                    proxy = b"Proxy-Authentication-Info: nextnonce=p%b\r\n" % nonce
                    more = random.choice((b"", info, proxy, info + proxy))
                    peer.send(DONE.replace(b"OK\r\n", b"OK\r\n" + more))
            self.assertLessEqual(rounds, 5 * (hops + 1), f"story {number}")
            most = max(most, rounds)
            self.assertIn(ends[0].response.status_code, (200, 401, 407))
            ends[0].close()
            net.advance()
        return most

    def challenge(self, random: Random, call: int, rounds: int) -> bytes:
        """Return an answer that asks, mostly with another nonce."""
        number = b"%d.%d" % (call, rounds)
        kinds = random.choice((CHALLENGES, (DIGEST + b", stale=true",)))
        challenges = [
            random.choice(kinds).replace(b'"n1"', b'"n%b"' % number)
            for _ in range(random.randrange(4))
        ]
        return asks(*challenges, status=random.choice((401, 407)))

    def check(self, request: bytes, seen: set[tuple[bytes, bytes, bytes]]) -> None:
        """Check what a request says, and to whom."""
        proxy, server = said(request, b"Proxy-Authorization"), said(request)
        absolute = request.startswith(b"GET http://")
        if proxy is not None:
            self.assertTrue(absolute, request)
        if server is not None:
            self.assertIn(b"\r\nHost: 127.0.0.1\r\n", request)
        for asked, who in ((proxy, BOB), (server, ANN)):
            if asked is None:
                continue
            if asked.scheme == b"basic":
                self.assertEqual(asked.pair, f"{who.username}:{who.password}")
            elif asked.qop:
                used = (asked.nonce, asked.cnonce, asked.parameters[b"nc"])
                self.assertNotIn(used, seen)
                seen.add(used)
