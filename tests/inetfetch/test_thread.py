"""One thread: order, outcomes, and an end."""

from __future__ import annotations

import threading

from twisted.internet.defer import gatherResults
from twisted.trial import unittest

from tests.inetfetch.running import reactor
from twinet.inetfetch.queue.thread import OneThread, Stopped


class OneThreadTests(unittest.TestCase):
    def setUp(self):
        self.thread = OneThread(reactor, "test")
        self.addCleanup(self.thread.stop)

    async def test_calls_run_in_order_on_another_thread(self):
        """All on one thread, which is not the reactor's."""
        seen = []

        def work(number):
            seen.append((number, threading.get_ident()))
            return number * 2

        calls = [self.thread.call(work, number) for number in range(200)]
        self.assertEqual(await gatherResults(calls), [n * 2 for n in range(200)])
        self.assertEqual([number for number, _ in seen], list(range(200)))
        [ident] = {ident for _, ident in seen}
        self.assertNotEqual(ident, threading.get_ident())

    async def test_failure_reaches_its_caller_and_nobody_else(self):
        """The next call runs as if nothing had happened."""
        bad = self.thread.call(int, "x")
        good = self.thread.call(int, "7")
        await self.assertFailure(bad, ValueError)
        self.assertEqual(await good, 7)

    async def test_stop_waits_for_what_was_asked_for(self):
        """And nothing is taken afterwards."""
        held = threading.Event()
        seen: list[int] = []
        self.thread.call(held.wait, 30)
        self.thread.call(seen.append, 1)
        stopped = self.thread.stop()
        refused = self.thread.call(seen.append, 2)
        self.assertFalse(stopped.called)
        held.set()
        await stopped
        await self.thread.stop()
        await self.assertFailure(refused, Stopped)
        self.assertEqual(seen, [1])

    async def test_thread_that_never_ran_stops_at_once(self):
        """Without starting one for it."""
        before = threading.active_count()
        await OneThread(reactor, "idle").stop()
        self.assertEqual(threading.active_count(), before)

    async def test_cancelled_call_is_done_and_its_outcome_dropped(self):
        """Blocking work cannot be taken back; its late outcome must not be an error."""
        held = threading.Event()
        seen: list[int] = []
        self.thread.call(held.wait, 30)
        late = self.thread.call(seen.append, 1)
        late.addErrback(lambda _: None)
        late.cancel()
        held.set()
        await self.thread.call(lambda: None)
        self.assertEqual(seen, [1])

    def test_wait_blocks_until_the_work_is_done(self):
        """For the time before the reactor runs; failures are raised."""
        self.assertEqual(self.thread.wait_for(int, "7"), 7)
        self.assertRaises(ValueError, self.thread.wait_for, int, "x")
