"""The foreground: one coroutine on the reactor, until it ends or a person ends it.

A signal cancels the coroutine, and the program ends when that has cleaned up behind
itself: the temporary file is gone, the sockets are closed.  A second signal, or
:data:`GRACE` seconds, end it without waiting any longer.
"""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred

from twinet.inetfetch.command.report import Exit

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from twisted.python.failure import Failure

    Main = Callable[[Any], Coroutine[Any, Any, int]]

__all__ = ["run"]

#: How long cleaning up may take after a signal (seconds).
GRACE = 5.0

#: A closed terminal ends a program like SIGTERM; not every system knows it.
_SIGNALS = [
    number
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    if (number := getattr(signal, name, None)) is not None
]


def run(main: Main, reactor: Any = None) -> int:
    """Run ``main(reactor)`` and return its exit code, or 128 and the signal's number.

    :raises BaseException: what the coroutine failed with.
    """
    if reactor is None:
        # Late, because importing it installs it.
        from twisted.internet import reactor  # noqa: PLC0415
    play = _Play(reactor, main)
    reactor.callWhenRunning(play.begin)
    # The reactor's own handlers come with what wakes it up at a signal, on Windows
    # too; begin() then puts ours in their place.
    reactor.run()
    return play.result()


class _Play:
    """One run: the coroutine, the signal that ended it, and what came of it."""

    def __init__(self, reactor: Any, main: Main) -> None:
        self._reactor = reactor
        self._main = main
        self._signal: int | None = None
        self._code: int = Exit.FAILED
        self._failure: Failure | None = None
        self._running: Deferred[int] | None = None

    def begin(self) -> None:
        """Take the signals and start the coroutine."""
        for number in _SIGNALS:
            # What the caller has told us to ignore (nohup, a shell's "&") stays so.
            if signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._signalled)
        self._running = Deferred.fromCoroutine(self._main(self._reactor))
        self._running.addCallbacks(self._ended, self._failed)
        self._running.addBoth(self._over)

    def result(self) -> int:
        """Return the exit code, or raise what went wrong."""
        if self._signal is not None:
            return 128 + self._signal
        if self._failure is not None:
            self._failure.raiseException()
        return self._code

    def _signalled(self, number: int, _frame: Any) -> None:
        # A signal comes in the middle of anything, the reactor's own work included.
        self._reactor.callFromThread(self._stop, number)

    def _stop(self, number: int) -> None:
        if self._running is None or self._running.called:
            return
        if self._signal is not None:
            self._crash()
            return
        self._signal = number
        self._reactor.callLater(GRACE, self._crash)
        self._running.cancel()

    def _crash(self) -> None:
        if self._reactor.running:
            self._reactor.stop()

    def _ended(self, code: int) -> None:
        self._code = code

    def _failed(self, failure: Failure) -> None:
        self._failure = failure

    def _over(self, _: object) -> None:
        self._crash()
