"""The end by a signal: in order at the first one, at once at the second.

Twisted's own handlers end the process by the signal itself, which looks like a crash
to whoever supervises it, and do nothing the second time.
"""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING, Any

from twisted.logger import Logger

if TYPE_CHECKING:
    from types import FrameType

_log = Logger(namespace="inetfetch")

_OURS = (signal.SIGTERM, signal.SIGINT)


class Ending:
    """Ends the reactor, with exit code 0, at SIGTERM and SIGINT.

    :param reactor: the reactor that runs, or will run, the daemon.
    """

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        self._begun = False
        self._mask: set[Any] = set()

    def take_signals(self) -> None:
        """Put the handlers in place; signals that were ignored stay ignored.

        From now on, so that a signal in the middle of the start ends in order; and
        again when the reactor has put its own in place, which it does in the first
        trigger of its start.  A signal that comes in between waits, as threads that
        are there by then take none (``queue.thread.signals_held``).
        """
        if threading.current_thread() is not threading.main_thread():
            return  # signals are not ours
        self._handle()
        self._reactor.addSystemEventTrigger("before", "startup", self._hold)
        self._reactor.addSystemEventTrigger("during", "startup", self._let_go)

    def _handle(self) -> None:
        for number in _OURS:
            if signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self.signalled)

    def _hold(self) -> None:
        self._mask = signal.pthread_sigmask(signal.SIG_BLOCK, _OURS)

    def _let_go(self) -> None:
        self._handle()
        signal.pthread_sigmask(signal.SIG_SETMASK, self._mask)

    def signalled(self, number: int, frame: FrameType | None) -> None:
        """Take a signal, in the middle of anything."""
        del frame
        if self._begun:
            # Nothing on the disk depends on a clean end.
            os._exit(128 + number)
        self._begun = True
        # Before the reactor runs, it is kept for the first turn.
        self._reactor.callFromThread(self._end, number)

    def _end(self, number: int) -> None:
        _log.info("{name}: ending", name=signal.Signals(number).name)
        if self._reactor.running:
            self._reactor.stop()
