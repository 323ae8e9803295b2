"""The fault points: they are read right, and they really kill."""

from __future__ import annotations

import signal
import subprocess
import sys

from twisted.trial import unittest

from twinet.inetfetch.fetch.faults import POINTS, Faults

PROGRAM = """
from twinet.inetfetch.fetch.faults import Faults
faults = Faults({text!r})
for number in range(3):
    faults.passing("before-rename")
    faults.passing("after-done")
    print(number, flush=True)
"""


class FaultsTests(unittest.SynchronousTestCase):
    def run_program(self, text):
        return subprocess.run(
            [sys.executable, "-c", PROGRAM.format(text=text)],
            stdout=subprocess.PIPE,
            check=False,
        )

    def test_process_dies_at_the_point_and_the_passing_that_were_named(self):
        """By SIGKILL: nothing is cleaned up."""
        for text, printed in [
            ("before-rename", b""),
            ("after-done:2", b"0\n"),
            ("after-add:1, before-rename:3", b"0\n1\n"),
        ]:
            ended = self.run_program(text)
            self.assertEqual(ended.returncode, -signal.SIGKILL, text)
            self.assertEqual(ended.stdout, printed, text)

    def test_nothing_happens_without_the_variable(self):
        """The points cost nothing and do nothing."""
        ended = self.run_program("")
        self.assertEqual((ended.returncode, ended.stdout), (0, b"0\n1\n2\n"))

    def test_wrong_point_is_told_with_the_right_ones(self):
        """A test that names a point that is gone must not pass by accident."""
        for text in ["nowhere", "before-rename:0", "before-rename:x", "after-done:"]:
            refusal = self.assertRaises(ValueError, Faults, text)
            self.assertIn("INETFETCH_FAULT", str(refusal))
        self.assertIn(POINTS[0], str(self.assertRaises(ValueError, Faults, "x")))
