"""Blocking work in threads that end with it."""

from __future__ import annotations

import gc
import threading
import time
import weakref
from queue import SimpleQueue
from typing import Any

from twisted.internet.interfaces import IReactorFromThreads
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from twinet import errors
from twinet._net import threads
from twinet._net.threads import Threads


@implementer(IReactorFromThreads)
class Letterbox:
    """A reactor that runs what threads hand in, one by one, when told to."""

    def __init__(self):
        self.letters: SimpleQueue[Any] = SimpleQueue()

    def callFromThread(self, callable, *args, **kwargs):  # noqa: A002
        self.letters.put((callable, args, kwargs))

    def turn(self):
        f, args, kwargs = self.letters.get(timeout=20)
        f(*args, **kwargs)


class ThreadsTests(SynchronousTestCase):
    """What becomes of calls."""

    def setUp(self):
        self.reactor = Letterbox()
        self.threads = Threads(self.reactor, limit=2, name=self.id())
        self.gate = threading.Event()
        self.addCleanup(self.wait_for_the_end)
        self.addCleanup(self.gate.set)

    def alive(self):
        return [t for t in threading.enumerate() if t.name.startswith(self.id())]

    def wait_for_the_end(self):
        for thread in self.alive():
            thread.join(20)
        self.assertEqual(self.alive(), [])

    def wait_until(self, condition):
        end = time.monotonic() + 20
        while not condition():
            self.assertLess(time.monotonic(), end, "it does not come to that")
            time.sleep(0.001)

    def block(self, result=None):
        self.assertTrue(self.gate.wait(20))
        return result

    def test_result_is_told_in_the_reactor_thread(self):
        """The call itself runs elsewhere, with its arguments."""
        where = []
        d = self.threads.run(
            lambda a, b: (threading.current_thread().name, a, b), 1, b=2
        )
        d.addCallback(lambda got: where.append((threading.current_thread(), got)))
        self.assertNoResult(d)
        self.reactor.turn()
        ((thread, (name, a, b)),) = where
        self.assertIs(thread, threading.current_thread())
        self.assertTrue(name.startswith(self.id()))
        self.assertEqual((a, b), (1, 2))

    def test_exception_is_the_callers(self):
        """Even one that would end a thread."""
        for kind in (ValueError, SystemExit):

            def fail(kind=kind):
                raise kind("no")

            d = self.threads.run(fail)
            self.reactor.turn()
            self.failureResultOf(d, kind)

    def test_threads_are_gone_after_the_work(self):
        """Without anybody stopping them."""
        deferreds = [self.threads.run(int, n) for n in range(20)]
        for _ in deferreds:
            self.reactor.turn()
        self.assertEqual([self.successResultOf(d) for d in deferreds], [*range(20)])
        self.wait_for_the_end()
        self.assertEqual(self.threads.busy, 0)

    def wait_for_idleness(self, count=1):
        self.wait_until(lambda: len(self.threads._idle) == count)

    def test_next_call_finds_the_thread_of_the_last(self):
        """To start one costs as much as all the rest."""
        self.patch(threads, "IDLE", 20)
        idents = set()
        for _ in range(5):
            d = self.threads.run(threading.get_ident)
            self.reactor.turn()
            idents.add(self.successResultOf(d))
            self.wait_for_idleness()
        self.assertEqual(len(idents), 1)
        self.threads.close()
        self.wait_for_the_end()

    def test_idle_threads_do_not_count_against_the_limit_twice(self):
        """Two idle ones and three calls: two run, one waits."""
        self.patch(threads, "IDLE", 20)
        self.test_more_calls_than_threads_queue_up_in_order()
        self.wait_for_idleness(2)
        self.gate.clear()
        for n in range(3):
            self.threads.run(self.block, n)
        self.wait_until(lambda: self.threads.busy == 2)
        self.assertEqual((len(self.alive()), len(self.threads._queue)), (2, 1))
        self.gate.set()
        for _ in range(3):
            self.reactor.turn()
        self.wait_for_idleness(2)
        self.assertEqual(self.threads.busy, 0)
        self.threads.close()
        self.wait_for_the_end()
        self.assertEqual(self.threads._workers, 0)

    def test_call_that_meets_a_thread_about_to_end_is_done(self):
        """The last moment of its idleness: one of them has it."""
        self.patch(threads, "IDLE", 0)
        for n in range(300):
            d = self.threads.run(int, n)
            self.reactor.turn()
            self.assertEqual(self.successResultOf(d), n)
        self.wait_for_the_end()
        self.assertEqual(self.threads._workers, 0)

    def test_thread_that_ends_its_work_after_close_ends(self):
        """It does not wait for more."""
        self.patch(threads, "IDLE", 20)
        d = self.threads.run(self.block)
        self.wait_until(lambda: self.threads.busy == 1)
        self.threads.close()
        self.failureResultOf(d, errors.Shutdown)
        self.gate.set()
        self.wait_for_the_end()

    def test_work_after_idleness_gets_a_new_thread(self):
        """Threads come and go."""
        for n in range(3):
            d = self.threads.run(int, n)
            self.reactor.turn()
            self.assertEqual(self.successResultOf(d), n)
            self.wait_for_the_end()

    def test_more_calls_than_threads_queue_up_in_order(self):
        """No more than the limit run at once."""
        started: list[int] = []

        def work(n):
            started.append(n)
            self.block()

        for n in range(6):
            self.threads.run(work, n)
        self.wait_until(lambda: self.threads.busy == 2)
        self.assertEqual(len(self.alive()), 2)
        self.assertEqual(sorted(started), [0, 1])
        self.gate.set()
        for _ in range(6):
            self.reactor.turn()
        self.assertEqual(sorted(started), [*range(6)])

    def test_threads_do_not_outlive_the_program(self):
        """A call that hangs in the system must not keep it from ending."""
        self.threads.run(self.block)
        self.assertTrue(all(t.daemon for t in self.alive()))
        self.assertEqual(len(self.alive()), 1)

    def test_cancelled_queued_call_is_never_started(self):
        """It fails at once."""
        started: list[str] = []
        for _ in range(2):
            self.threads.run(self.block)
        d = self.threads.run(started.append, "x")
        d.cancel()
        self.failureResultOf(d, errors.OperationCancelled)
        self.gate.set()
        self.reactor.turn()
        self.reactor.turn()
        self.wait_for_the_end()
        self.assertEqual(started, [])

    def test_cancelled_running_call_has_its_result_dropped(self):
        """It fails at once; what comes later is not heard of."""
        d = self.threads.run(self.block, "late")
        self.wait_until(lambda: self.threads.busy == 1)
        d.cancel()
        self.failureResultOf(d, errors.OperationCancelled)
        self.gate.set()
        self.reactor.turn()
        self.wait_for_the_end()

    def test_cancelled_call_that_raises_leaves_no_trace_in_the_log(self):
        """Its failure is dropped as well."""

        def fail():
            self.block()
            raise ValueError

        d = self.threads.run(fail)
        d.cancel()
        self.failureResultOf(d, errors.OperationCancelled)
        self.gate.set()
        self.reactor.turn()
        gc.collect()
        self.assertEqual(self.flushLoggedErrors(), [])

    def test_close_fails_every_unfinished_call(self):
        """Queued ones are not started, results of running ones are dropped."""
        started: list[str] = []
        running = [self.threads.run(self.block, "late") for _ in range(2)]
        queued = self.threads.run(started.append, "x")
        self.wait_until(lambda: self.threads.busy == 2)
        self.threads.close()
        for d in (*running, queued):
            self.failureResultOf(d, errors.Shutdown)
        self.gate.set()
        self.reactor.turn()
        self.reactor.turn()
        self.wait_for_the_end()
        self.assertEqual(started, [])

    def test_closed_threads_take_no_work(self):
        """And start no thread for it."""
        self.threads.close()
        self.failureResultOf(self.threads.run(int), errors.Shutdown)
        self.assertEqual(self.alive(), [])

    def test_callback_of_a_call_that_close_failed_may_ask_again(self):
        """It is told the same."""
        d = self.threads.run(self.block)
        again = d.addErrback(lambda _: self.threads.run(int))
        self.threads.close()
        self.failureResultOf(again, errors.Shutdown)

    def test_system_that_gives_no_thread_fails_the_call(self):
        """Nobody would ever come to it."""

        def refuse(thread):
            raise RuntimeError("can't start new thread")

        with_threads = self.patch(threading.Thread, "start", refuse)
        d = self.threads.run(int)
        failure = self.failureResultOf(d, errors.InternalError)
        self.assertIn("can't start new thread", str(failure.value))
        with_threads.restore()
        d = self.threads.run(int)
        self.reactor.turn()
        self.assertEqual(self.successResultOf(d), 0)

    def test_second_thread_refused_leaves_the_call_to_the_first(self):
        """It only takes longer."""
        first = self.threads.run(self.block, "one")
        self.wait_until(lambda: self.threads.busy == 1)

        def refuse(thread):
            raise RuntimeError("can't start new thread")

        self.patch(threading.Thread, "start", refuse)
        second = self.threads.run(int, 2)
        self.assertNoResult(second)
        self.gate.set()
        self.reactor.turn()
        self.reactor.turn()
        self.assertEqual(self.successResultOf(first), "one")
        self.assertEqual(self.successResultOf(second), 2)

    def test_nothing_of_a_finished_call_is_kept(self):
        """Neither arguments nor result, while another call blocks."""

        class Thing:
            pass

        thing = Thing()
        seen = weakref.ref(thing)
        only = Threads(self.reactor, limit=1, name=self.id())
        both_there = threading.Event()

        def pass_on(x):
            both_there.wait(20)
            return x

        d = only.run(pass_on, thing)
        only.run(self.block)
        both_there.set()
        self.reactor.turn()
        self.assertIs(self.successResultOf(d), thing)
        self.wait_until(lambda: only.busy == 1)
        del thing, d
        gc.collect()
        self.assertIsNone(seen())

    def test_reactor_that_takes_no_calls_any_more_is_no_fault(self):
        """An asyncio loop that is closed says so by RuntimeError."""

        def closed(*args):
            raise RuntimeError("Event loop is closed")

        self.patch(self.reactor, "callFromThread", closed)
        crashes: list[object] = []
        self.patch(threading, "excepthook", crashes.append)
        self.threads.run(int)
        self.wait_for_the_end()
        self.assertEqual(crashes, [])
