"""Progress: what is written when, on a terminal and in a pipe."""

from __future__ import annotations

import io
import os
import sys

from rich.console import Console
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from twinet.inetfetch.command import bars


class Stream(io.StringIO):
    """A stream that says whether it is a terminal."""

    def __init__(self, terminal: bool) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


class Choice(SynchronousTestCase):
    """Which kind suits."""

    def choose(
        self,
        *,
        terminal: bool,
        term: str = "xterm",
        quiet: bool = False,
        trace: Stream | None = None,
    ):
        """Choose for a standard output, and a standard error if there is a trace."""
        self.patch(sys, "stdout", Stream(terminal))
        self.patch(os, "environ", {"TERM": term})
        if trace is not None:
            self.patch(sys, "stderr", trace)
        return type(bars.choose(Clock(), quiet=quiet, verbose=trace is not None))

    def test_a_terminal_gets_bars_and_the_rest_lines(self):
        """A terminal that cannot be steered is like a pipe."""
        self.assertIs(self.choose(terminal=True), bars.Bars)
        self.assertIs(self.choose(terminal=False), bars.Lines)
        self.assertIs(self.choose(terminal=True, term="dumb"), bars.Lines)

    def test_quiet_wins(self):
        """On a terminal too."""
        self.assertIs(self.choose(terminal=True, quiet=True), bars.Nothing)

    def test_a_trace_on_the_same_terminal_gets_lines(self):
        """One in a file leaves the terminal to the bars."""
        for trace, kind in ((Stream(True), bars.Lines), (Stream(False), bars.Bars)):
            self.assertIs(self.choose(terminal=True, trace=trace), kind)
        self.assertIs(
            self.choose(terminal=True, quiet=True, trace=Stream(True)), bars.Nothing
        )


class Lines(SynchronousTestCase):
    """Lines in a pipe."""

    def setUp(self):
        self.clock = Clock()
        self.patch(sys, "stdout", Stream(False))
        self.lines = bars.Lines(self.clock)

    def written(self) -> str:
        out = sys.stdout
        assert isinstance(out, io.StringIO)
        text = out.getvalue()
        out.seek(0)
        out.truncate()
        return text

    def test_a_line_comes_at_most_every_few_seconds(self):
        """However many pieces come."""
        self.lines.start("a", "http://e.org/a")
        self.lines.size("a", 1000)
        self.assertEqual(self.written(), "start a http://e.org/a\n")
        for _ in range(49):
            self.clock.advance(0.1)
            self.lines.grow("a", 10)
        self.assertEqual(self.written(), "")
        self.clock.advance(0.2)
        self.lines.grow("a", 10)
        self.lines.grow("a", 10)
        self.assertEqual(self.written(), "bytes a 500/1000\n")
        self.clock.advance(bars.EVERY + 0.1)
        self.lines.grow("a", 10)
        self.assertEqual(self.written(), "bytes a 520/1000\n")
        self.lines.done("a", 1000)
        self.assertEqual(self.written(), "done a 1000\n")

    def test_an_unknown_size_is_left_out(self):
        """The count stands alone."""
        self.lines.start("a", "u")
        self.lines.size("a", None)
        self.clock.advance(bars.EVERY)
        self.lines.grow("a", 7)
        self.assertEqual(self.written(), "start a u\nbytes a 7\n")

    def test_files_are_counted_apart(self):
        """Each has its own bytes and its own pause."""
        self.lines.start("a", "u")
        self.clock.advance(3)
        self.lines.start("b", "v")
        self.clock.advance(3)
        self.lines.grow("a", 1)
        self.lines.grow("b", 2)
        self.lines.failed("a")
        self.lines.done("b", 2)
        self.assertEqual(self.written(), "start a u\nstart b v\nbytes a 1\ndone b 2\n")

    def test_names_cannot_break_lines(self):
        """A program that reads them must not be led astray."""
        self.lines.start("a\nb", "u")
        self.lines.done("a\nb", 1)
        self.assertEqual(self.written(), "start a\\nb u\ndone a\\nb 1\n")


class Bars(SynchronousTestCase):
    """Bars on a terminal."""

    def setUp(self):
        self.clock = Clock()
        self.screen = Stream(True)
        self.patch(sys, "stderr", Stream(False))
        console = Console(file=self.screen, force_terminal=True, width=100, height=30)
        self.bars = bars.Bars(self.clock, console)

    def drawn(self) -> str:
        """Return what is drawn from now on until the next drawing is done."""
        start = len(self.screen.getvalue())
        self.clock.advance(bars.REDRAW)
        return self.screen.getvalue()[start:]

    def test_a_bar_shows_how_far_its_file_is(self):
        """Name and count, drawn by the reactor's time alone."""
        self.bars.start("[bold]x", "u")
        self.bars.size("[bold]x", 2_000_000)
        self.bars.grow("[bold]x", 500_000)
        text = self.drawn()
        self.assertIn("[bold]x", text)
        self.assertIn("0.5/2.0 MB", text)
        self.bars.grow("[bold]x", 500_000)
        self.assertIn("1.0/2.0 MB", self.drawn())
        self.bars.close()

    def test_a_file_that_is_done_leaves_a_line(self):
        """Long names are not cut, and nothing in them is markup."""
        name = "[red]" + "n" * 150
        self.bars.start(name, "u")
        self.bars.done(name, 5)
        self.assertIn(f"done {name} 5", self.screen.getvalue())
        self.assertNotIn("nnn", self.drawn())
        self.bars.close()

    def test_a_file_that_fails_leaves_nothing(self):
        """Its reason stands on standard error."""
        self.bars.start("x-file", "u")
        self.assertIn("x-file", self.drawn())
        self.bars.failed("x-file")
        self.assertNotIn("x-file", self.drawn())
        self.bars.failed("never-begun")
        self.bars.close()

    def test_closing_stops_the_drawing(self):
        """No timer is left, and the cursor is back."""
        self.bars.start("x", "u")
        self.bars.close()
        self.assertEqual(self.clock.getDelayedCalls(), [])
        text = self.screen.getvalue()
        self.assertGreater(text.rindex("\x1b[?25h"), text.rindex("\x1b[?25l"))
        self.bars.close()

    def test_bars_that_never_began_can_be_closed(self):
        """Nothing is written then."""
        self.bars.close()
        self.assertEqual(self.screen.getvalue(), "")
