"""A reactor that is a guest of an event loop: it neither starts nor stops it.

Twisted has one reactor for each process, and it owns its loop.  An asyncio program has
a loop already, perhaps one after the other, or several in threads.  This reactor is
made for a loop that runs, is not installed anywhere, and lets Twisted's own be whatever
it is.

It takes nothing of the system's: to be woken by other threads it asks the loop.
"""

from __future__ import annotations

from contextvars import copy_context
from threading import get_ident
from typing import TYPE_CHECKING, Any

from twisted.internet.asyncioreactor import AsyncioSelectorReactor
from twisted.internet.posixbase import PosixReactorBase

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

__all__ = ["LoopReactor"]


class LoopReactor(AsyncioSelectorReactor):
    """Twisted's reactor on a loop that runs in this thread; it is running when made.

    What the loop calls for it runs in the context (``contextvars``) in which it was
    made, and not in that of the task that happened to open a connection.
    """

    # Which thread is Twisted's is one fact of the process, and not ours to change.
    _registerAsIOThread = False  # noqa: N815  Twisted's name

    def __init__(self, loop: AbstractEventLoop) -> None:
        #: the thread in which it runs.
        self.io_thread = get_ident()
        # A copy of it is entered each time: one can be entered once at a time.
        self._context = copy_context()
        super().__init__(loop)
        self.startRunning(installSignalHandlers=False)

    def end(self) -> None:
        """Stop, now: whatever is still connected is cut off; the loop goes on."""
        if self.running:
            self.fireSystemEvent("shutdown")
            if self._timerHandle is not None:
                self._timerHandle.cancel()
                self._timerHandle = None

    # -- what Twisted's own does to the loop

    def installWaker(self) -> None:  # noqa: N802  Twisted's name
        """Need none: ``callFromThread`` wakes the loop."""

    def crash(self) -> None:
        """Run no more; the loop is the program's, and goes on."""
        PosixReactorBase.crash(self)

    def addReader(self, reader: Any) -> None:  # noqa: N802  Twisted's name
        """Let the loop watch something, in the reactor's own context."""
        self._context.copy().run(super().addReader, reader)

    def addWriter(self, writer: Any) -> None:  # noqa: N802  Twisted's name
        """Let the loop watch something, in the reactor's own context."""
        self._context.copy().run(super().addWriter, writer)

    def _reschedule(self) -> None:
        """Let the loop call when the next timer is due, in the same context."""
        self._context.copy().run(super()._reschedule)
