"""The timeline as a table."""

from __future__ import annotations

from tests.timeline.clocked import ANSWER, TimelineTestCase
from twinet.errors import CannotConnect
from twinet.timeline.words import duration, size


class Table(TimelineTestCase):
    """A line for each row."""

    def test_each_phase_has_its_column(self):
        """In milliseconds; a dash where there was none."""
        self.wait(9)
        called = self.get("/prices", context="downfall")
        self.wait(0.5)
        peer = self.net.accept()
        self.wait(0.25)
        peer.send(ANSWER + b"12345")
        request = self.successResultOf(called)
        self.successResultOf(request.read(5))
        request.close()
        self.get("/next")
        self.wait(1)
        self.assertEqual(
            self.timeline.table(),
            "#  begin  queue  look-up  connect  TLS  send    wait  receive  idle"
            "   total  received  status  request\n"
            "1    0.0      -      0.0    500.0    -   0.0   250.0      0.0     -"
            "   750.0      69 B  200     GET http://127.0.0.1/prices (downfall)\n"
            "2  750.0      -        -        -    -   0.0  1000.0        -     -"
            "  1000.0       0 B  ...     GET http://127.0.0.1/next\n"
            "2 requests, 1.75 s, 69 B received\n",
        )

    def test_what_went_wrong_stands_below(self):
        """With the number of its row."""
        called = self.get()
        self.net.refuse()
        self.failureResultOf(called, CannotConnect)
        lines = self.timeline.table().splitlines()
        self.assertIn("CannotConnect", lines[1])
        self.assertEqual(
            lines[2:],
            [
                "1: cannot connect to 127.0.0.1: 127.0.0.1:80 connection refused",
                "1 request, 1 failed, 0.0 ms, 0 B received",
            ],
        )

    def test_what_was_dropped_is_told(self):
        """So that nobody takes it for the whole."""
        timeline = self.make_timeline(rows=1)
        for _ in range(3):
            self.get(on_status=timeline)
        self.assertTrue(timeline.table().endswith(", 2 older ones dropped\n"))

    def test_nothing_recorded_is_an_empty_table(self):
        """It has its titles all the same."""
        lines = self.timeline.table().splitlines()
        self.assertEqual(len(lines), 2)
        self.assertEqual(lines[1], "0 requests")

    def test_no_context_can_steer_a_terminal(self):
        """Nor break a line."""
        self.get(context="a\x1b[2Jb\nc")
        lines = self.timeline.table().splitlines()
        self.assertEqual(len(lines), 3)
        self.assertIn(r"(a\x1b[2Jb\nc)", lines[1])


class Words(TimelineTestCase):
    """Times and sizes."""

    def test_times_keep_short(self):
        """Three digits at the most."""
        for seconds, words in (
            (0, "0.0 ms"),
            (0.00042, "0.4 ms"),
            (0.0123, "12 ms"),
            (0.9994, "999 ms"),
            (0.9996, "1.00 s"),
            (3.14159, "3.14 s"),
            (99.996, "100 s"),
            (1234.5, "1234 s"),
        ):
            self.assertEqual(duration(seconds), words)

    def test_sizes_keep_short(self):
        """In decimal units."""
        for count, words in (
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 kB"),
            (99_949, "99.9 kB"),
            (99_951, "100 kB"),
            (999_499, "999 kB"),
            (999_501, "1.0 MB"),
            (5_000_000_000, "5.0 GB"),
            (7 * 10**15, "7000 TB"),
        ):
            self.assertEqual(size(count), words)
