"""What the sessions of one event loop share, and who closes them when it ends.

``asyncio.run`` has a last step before it closes its loop: it ends the asynchronous
generators that have not been run to their ends, and waits for that.  So one of those
stands guard here.  It closes the sessions that were forgotten, and waits for those that
are being closed because their task was cancelled.
"""

from __future__ import annotations

import asyncio
import sys
import warnings
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import DeferredList
from twisted.python.threadable import isInIOThread

from twinet.aio.loop_reactor import LoopReactor
from twinet.errors import InvalidOperation

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from twisted.internet.defer import Deferred

    import twinet

__all__ = ["RunningLoop"]

#: How long the end of a loop waits for its sessions to close (seconds; our own).
#: They cut their connections off; only a disk may take its time.
CLOSING = 30.0

_loops: dict[asyncio.AbstractEventLoop, RunningLoop] = {}


class RunningLoop:
    """An event loop that runs, with a reactor on it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.reactor = LoopReactor(loop)
        self._sessions: set[twinet.Session] = set()
        self._endings: set[Deferred[Any]] = set()
        # The loop hears of a generator when it is begun, and keeps it weakly.
        self._guard = self._stand_guard()
        with suppress(StopIteration):
            self._guard.__anext__().__await__().send(None)

    @classmethod
    def now(cls) -> RunningLoop:
        """Return the one that runs in this thread.

        :raises InvalidOperation: 12016, none does, or none that can be used.
        """
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            raise InvalidOperation(_why_none()) from None
        known = _loops.get(loop)
        if known is None:
            _check_loop(loop)
            # Other threads have theirs in there too.
            for each in list(_loops):
                if each.is_closed():
                    _loops.pop(each, None)
            known = _loops[loop] = cls(loop)
        return known

    def add(self, session: twinet.Session) -> None:
        """Take note of a session, which is closed when the loop ends."""
        self._sessions.add(session)

    def close(self, session: twinet.Session) -> Deferred[None]:
        """Close a session, and forget it then."""

        def closed(_: None) -> None:
            self._sessions.discard(session)

        session.close().addCallback(closed)
        # Another one, because the program may cancel its own.
        return session.close()

    def outlasts(self, call: Deferred[Any]) -> None:
        """Take note of a call that was cancelled, and takes a while to end."""
        self._endings.add(call)

        def ended(_: object) -> None:
            self._endings.discard(call)

        call.addBoth(ended)

    async def _stand_guard(self) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            await self._end()

    async def _end(self) -> None:
        forgotten = [(repr(each), each) for each in self._sessions if each.alive]
        left = [*self._endings, *(each.close() for each in self._sessions)]
        ended = DeferredList(left, consumeErrors=True)
        try:
            await asyncio.wait({ended.asFuture(self.loop)}, timeout=CLOSING)
        finally:
            _loops.pop(self.loop, None)
            self.reactor.end()
        for name, session in forgotten:
            warnings.warn(
                f"{name} was open when its event loop ended; "
                "use it by 'async with', or close it",
                ResourceWarning,
                stacklevel=1,
                source=session,
            )


def _why_none() -> str:
    installed: Any = sys.modules.get("twisted.internet.reactor")
    if getattr(installed, "running", False) and isInIOThread():
        return (
            f"Twisted's {type(installed).__name__} runs in this thread, and no asyncio "
            "event loop; use twinet.Session there, or have Twisted run on asyncio's "
            "loop (twisted.internet.asyncioreactor.install() before anything else)"
        )
    return (
        "no asyncio event loop runs in this thread; call this from a coroutine, such "
        "as the one that is given to asyncio.run()"
    )


def _check_loop(loop: asyncio.AbstractEventLoop) -> None:
    """Refuse a loop that cannot watch sockets.

    :raises InvalidOperation: 12016.
    """
    if type(loop).add_reader is asyncio.AbstractEventLoop.add_reader:
        msg = (
            f"a {type(loop).__name__} cannot watch sockets, as Twisted needs it; on "
            "Windows run asyncio.SelectorEventLoop in its place: "
            "asyncio.Runner(loop_factory=asyncio.SelectorEventLoop)"
        )
        raise InvalidOperation(msg)
