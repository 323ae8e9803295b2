"""The end by a signal, in processes of their own."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import Any

from twisted.trial import unittest

from tests.inetfetch.commandline import PATIENCE

#: A program whose shutdown never comes to its end.
PROGRAM = """
import os, signal, time
from twisted.internet import defer, reactor
from twinet.inetfetch.ending import Ending
from twinet.inetfetch.queue.thread import OneThread
if {thread}:
    # The queue's, which has opened the database by then.
    OneThread(reactor, "queue").wait_for(int)
ending = Ending(reactor)
if {between}:
    def kill():
        os.kill(os.getpid(), signal.SIGTERM)
        # Another thread would have taken it by then.
        time.sleep(0.2)
    # It comes behind the reactor's own trigger and before ours.
    reactor.addSystemEventTrigger("during", "startup", kill)
ending.take_signals()
if {early}:
    os.kill(os.getpid(), signal.SIGTERM)
def shut_down():
    print("ending", flush=True)
    return defer.Deferred() if {stuck} else None
reactor.addSystemEventTrigger("before", "shutdown", shut_down)
reactor.callWhenRunning(print, "running", flush=True)
reactor.run()
print("ended", flush=True)
# By which twistd and twist would end the process.
assert reactor._exitSignal is None
"""


class EndingTests(unittest.SynchronousTestCase):
    def start(self, *, early=False, between=False, thread=False, stuck=False):
        process: Any = subprocess.Popen(
            [
                sys.executable,
                "-c",
                PROGRAM.format(
                    early=early, between=between, thread=thread, stuck=stuck
                ),
            ],
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        self.assertEqual(process.stdout.readline(), "running\n")
        return process

    def assert_ends(self, process, code, text):
        self.assertEqual(process.stdout.read(), text)
        self.assertEqual(process.wait(PATIENCE), code)

    def test_first_signal_ends_in_order(self):
        """With exit code 0, after everything has been shut down."""
        for number in [signal.SIGTERM, signal.SIGINT]:
            process = self.start()
            process.send_signal(number)
            self.assert_ends(process, 0, "ending\nended\n")

    def test_second_signal_ends_at_once(self):
        """Also when the shutdown hangs; the code tells the signal, as shells do."""
        process = self.start(stuck=True)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.stdout.readline(), "ending\n")
        process.send_signal(signal.SIGINT)
        self.assert_ends(process, 128 + signal.SIGINT, "")

    def test_signal_before_the_reactor_runs_is_kept(self):
        """It ends in order as soon as it can."""
        self.assert_ends(self.start(early=True), 0, "ending\nended\n")

    def test_signal_is_not_lost_to_the_reactors_own_handlers(self):
        """They are in place for a moment, when the reactor starts."""
        self.assert_ends(self.start(between=True), 0, "ending\nended\n")

    def test_no_other_thread_takes_it_in_that_moment(self):
        """While the main thread holds it back, whoever has started threads before."""
        process = self.start(between=True, thread=True)
        self.assert_ends(process, 0, "ending\nended\n")
