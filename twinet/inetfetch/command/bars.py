"""The progress of downloads: bars on a terminal, plain lines in a pipe, or nothing."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, Protocol

from twinet.inetfetch.command.report import printable, say

if TYPE_CHECKING:
    from rich.progress import TaskID
    from twisted.internet.interfaces import IReactorTime

__all__ = ["Bars", "Lines", "Nothing", "Progress", "choose"]

#: A file has at most one line in this time (seconds).
EVERY = 5.0
#: The bars are drawn anew after this time (seconds).
REDRAW = 0.1


class Progress(Protocol):
    """Is told how downloads get on.  A file is known by its name."""

    def start(self, name: str, url: str) -> None:
        """Know that a file is on its way."""

    def size(self, name: str, total: int | None) -> None:
        """Know how many bytes it will have, if the server said so."""

    def grow(self, name: str, count: int) -> None:
        """Count bytes that have come."""

    def done(self, name: str, size: int) -> None:
        """Know that the file is there, whole."""

    def failed(self, name: str) -> None:
        """Know that the file will not come."""

    def close(self) -> None:
        """Leave the terminal as it was."""


def choose(reactor: IReactorTime, *, quiet: bool, verbose: bool = False) -> Progress:
    """Return what suits standard output.

    :param verbose: whether a trace is written to standard error.  On a terminal it
        would be broken at the width of the bars, which are drawn anew at each line.
    """
    if quiet:
        return Nothing()
    steerable = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    if steerable and not (verbose and sys.stderr.isatty()):
        return Bars(reactor)
    return Lines(reactor)


class Nothing:
    """Says nothing."""

    def start(self, name: str, url: str) -> None:
        """Say nothing."""

    def size(self, name: str, total: int | None) -> None:
        """Say nothing."""

    def grow(self, name: str, count: int) -> None:
        """Say nothing."""

    def done(self, name: str, size: int) -> None:
        """Say nothing."""

    def failed(self, name: str) -> None:
        """Say nothing."""

    def close(self) -> None:
        """Leave all as it is."""


class _Count:
    """What has come of one file, and when a line last said so."""

    __slots__ = ("done", "said", "total")

    def __init__(self, now: float) -> None:
        self.total: int | None = None
        self.done = 0
        self.said = now


class Lines:
    """Lines for a log file or a program.

    ``start NAME URL`` first, then now and then ``bytes NAME COUNT`` or
    ``bytes NAME COUNT/SIZE``, and ``done NAME SIZE`` when the file is there.
    """

    def __init__(self, reactor: IReactorTime) -> None:
        self._reactor = reactor
        self._counts: dict[str, _Count] = {}

    def start(self, name: str, url: str) -> None:
        """Say it."""
        self._counts[name] = _Count(self._reactor.seconds())
        say(f"start {printable(name)} {printable(url)}")

    def size(self, name: str, total: int | None) -> None:
        """Know it for the lines to come."""
        self._counts[name].total = total

    def grow(self, name: str, count: int) -> None:
        """Count, and say so when the last line is old."""
        it = self._counts[name]
        it.done += count
        now = self._reactor.seconds()
        if now - it.said >= EVERY:
            it.said = now
            whole = "" if it.total is None else f"/{it.total}"
            say(f"bytes {printable(name)} {it.done}{whole}")

    def done(self, name: str, size: int) -> None:
        """Say it."""
        del self._counts[name]
        say(f"done {printable(name)} {size}")

    def failed(self, name: str) -> None:
        """Forget the file; standard error has the reason."""
        self._counts.pop(name, None)

    def close(self) -> None:
        """There is nothing to restore."""


class Bars:
    """A bar for each file on its way, and above them a line for each that is there.

    Drawn from the reactor thread: no thread of the library's own writes meanwhile.
    """

    def __init__(self, reactor: IReactorTime, console: Any = None) -> None:
        # Late: the library costs more to load than all the rest of a short download.
        from rich.console import Console  # noqa: PLC0415
        from rich.progress import (  # noqa: PLC0415
            BarColumn,
            DownloadColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
            TransferSpeedColumn,
        )

        self._reactor = reactor
        self._console = Console() if console is None else console
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(compact=True),
            console=self._console,
            auto_refresh=False,
            # A line on standard error goes above the bars, unless it goes to a file.
            redirect_stderr=sys.stderr.isatty(),
            transient=True,
            get_time=reactor.seconds,
        )
        self._tasks: dict[str, TaskID] = {}
        self._call: Any = None

    def start(self, name: str, url: str) -> None:  # noqa: ARG002  the name suffices
        """Add a bar that does not know its length."""
        if self._call is None:
            self._progress.start()
            self._redraw()
        self._tasks[name] = self._progress.add_task(printable(name), total=None)

    def size(self, name: str, total: int | None) -> None:
        """Give the bar its length."""
        self._progress.update(self._tasks[name], total=total)

    def grow(self, name: str, count: int) -> None:
        """Let the bar grow; it is seen when the bars are next drawn."""
        self._progress.advance(self._tasks[name], count)

    def done(self, name: str, size: int) -> None:
        """Put a line in the bar's place."""
        self._remove(name)
        # Whole: a name that is cut or coloured cannot be copied from the terminal.
        self._console.print(
            f"done {printable(name)} {size}",
            markup=False,
            highlight=False,
            emoji=False,
            soft_wrap=True,
        )

    def failed(self, name: str) -> None:
        """Take the bar away; standard error has the reason."""
        self._remove(name)

    def close(self) -> None:
        """Take all bars away and show the cursor again."""
        if self._call is not None:
            self._call.cancel()
            self._call = None
            self._progress.stop()

    def _remove(self, name: str) -> None:
        task = self._tasks.pop(name, None)
        if task is not None:
            self._progress.remove_task(task)

    def _redraw(self) -> None:
        self._progress.refresh()
        self._call = self._reactor.callLater(REDRAW, self._redraw)
