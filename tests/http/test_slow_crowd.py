"""Many requests that wait at once: none fails, and each keeps no more than it needs."""

from __future__ import annotations

import gc
import tracemalloc
from typing import Any

from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.task import deferLater
from twisted.trial.unittest import TestCase

import twinet
from tests.http.loopback import LoopbackServer, reactor
from twinet._http.exchange import Exchange
from twinet._net.attempt import Attempt
from twinet._net.connector import Opening
from twinet._net.race import Race

CROWD = 300
#: The most that one of them may take of memory, what Twisted, Python and the program
#: take left out (bytes): a third more than it is.
MOST = 4096
OPENERS = (Opening, Race, Attempt)
REQUESTS = (Exchange, twinet.HttpRequest)
KINDS: tuple[type, ...] = (*OPENERS, *REQUESTS)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n"


class SlowCrowdTests(TestCase):
    """Some hundred requests to a server that takes its time."""

    timeout = 120

    def setUp(self) -> None:
        gc.collect()
        gc.disable()
        self.addCleanup(gc.enable)
        # Other tests' cases live as long as the process, with all that they hold.
        self.others = {kind: alive(kind) for kind in KINDS}
        self.server = LoopbackServer({"/": HEAD, "/late": None})
        self.session = twinet.Session(reactor, connections_per_host=CROWD)
        self.told = 0
        self.session.set_status_callback(self.hear)

    def tearDown(self):
        return Deferred.fromCoroutine(self.stop())

    async def stop(self) -> None:
        await self.session.close()
        await self.server.all_lost()
        await self.server.stop()

    def hear(self, news: object) -> None:
        self.told += 1

    def say(self, data: bytes) -> None:
        """Let the server say something to everybody."""
        for conversation in self.server.conversations:
            transport: Any = conversation.transport
            transport.write(data)

    def check_few(self, most: int, *kinds: type) -> None:
        """Check that no more of these objects have stayed than there were."""
        for kind in kinds:
            self.assertLessEqual(alive(kind) - self.others[kind], most, kind)

    def send(self, path: str) -> list[Any]:
        """Send the requests; their bodies will come."""
        url = self.server.url(path)
        return [
            self.session.get(url).addCallback(lambda it: it.read(100))
            for _ in range(CROWD)
        ]

    async def test_bodies_that_come_byte_by_byte(self) -> None:
        """All of them are whole; what opening took is gone, without a collection."""
        tracemalloc.start()
        self.addCleanup(tracemalloc.stop)
        before = tracemalloc.take_snapshot()
        bodies = self.send("/")
        await self.server.asked(CROWD)
        for _ in range(11):
            self.say(b"x")
            await deferLater(reactor, 0.01)
        self.check_few(0, *OPENERS)
        after = tracemalloc.take_snapshot()
        self.assertLess(ours(before, after), CROWD * MOST)
        self.say(b"y")
        found = await gatherResults(bodies)
        self.assertEqual(found, [b"x" * 11 + b"y"] * CROWD)

    async def test_answers_that_come_late(self) -> None:
        """None fails, and all are told."""
        bodies = self.send("/late")
        await self.server.asked(CROWD)
        self.check_few(0, *OPENERS)
        self.say(HEAD + b"hello, crowd")
        self.assertEqual(await gatherResults(bodies), [b"hello, crowd"] * CROWD)

    async def test_kept_connections_keep_nothing_of_the_requests(self) -> None:
        """They are idle for as long as the server lets them."""
        bodies = self.send("/late")
        await self.server.asked(CROWD)
        self.say(HEAD + b"hello, crowd")
        await gatherResults(bodies)
        del bodies
        # The last one is still on the stack.
        self.check_few(1, *REQUESTS)
        self.assertIn(f"{CROWD} idle", repr(self.session.engine.pool))


def alive(kind: type) -> int:
    """Count the objects of a kind that there are."""
    return sum(type(each) is kind for each in gc.get_objects())


def ours(before: tracemalloc.Snapshot, after: tracemalloc.Snapshot) -> int:
    """Return what our own code has allocated meanwhile and not freed (bytes)."""
    own = (tracemalloc.Filter(True, "*/twinet/*"),)
    rows = after.filter_traces(own).compare_to(before.filter_traces(own), "lineno")
    return sum(row.size_diff for row in rows)
