"""The keeper: writes a jar's changes to its file, for one session.

However many changes there are, the file is written once in :data:`DELAY` seconds, in a
thread, and once more when the session is closed.  What cannot be written is logged,
kept, and tried again.

Several sessions may share a jar; each has a keeper, and the first one writes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from twinet._net.reactor_thread import runs_elsewhere

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinet._http.cookies import CookieJar
    from twinet._net.deadlines import Deadlines

__all__ = ["CookieKeeper"]

_log = Logger()

#: How long a change waits for others, and how long it waits when writing has failed
#: (seconds; our own).
DELAY = 1.0
DELAY_AFTER_FAILURE = 60.0


class CookieKeeper:
    """Writes a jar's changes to its file, if it has one.

    :param run: calls something in a thread.
    """

    deadline: float | None = None

    def __init__(
        self,
        jar: CookieJar,
        reactor: Any,
        deadlines: Deadlines,
        run: Callable[[Callable[[], None]], Deferred[None]],
    ) -> None:
        self._jar = jar
        self._reactor = reactor
        self._deadlines = deadlines
        self._run = run
        self._writing = False
        #: fires when nothing is being written.
        self._written: Deferred[None] | None = None
        self._closed = False
        jar.store.on_change.append(self._changed)
        if jar.unsaved:
            self._soon(DELAY)

    def _changed(self) -> None:
        """Take note of a change, in whatever thread it was made."""
        if runs_elsewhere(self._reactor):
            self._reactor.callFromThread(self._soon, DELAY)
        else:
            self._soon(DELAY)

    def _soon(self, delay: float) -> None:
        if self.deadline is None and not self._closed:
            self._deadlines.set(self, delay)

    def expired(self) -> None:
        """Write: the changes have waited."""
        if not self._writing and self._jar.unsaved:
            Deferred.fromCoroutine(self._write())

    async def _write(self) -> None:
        self._writing = True
        try:
            await self._run(self._jar.save)
        except Exception:  # noqa: BLE001  whatever it is, the cookies wait
            _log.failure("the cookies could not be written; it will be tried again")
            self._soon(DELAY_AFTER_FAILURE)
        finally:
            self._writing = False
            written, self._written = self._written, None
            if written is not None:
                written.callback(None)
        if self._jar.unsaved:
            # More came meanwhile.
            self._soon(DELAY)

    async def close(self) -> None:
        """Write what is left, and look after the jar no more."""
        self._closed = True
        self._deadlines.clear(self)
        self._jar.store.on_change.remove(self._changed)
        if self._writing:
            self._written = Deferred()
            await self._written
        if self._jar.unsaved:
            await self._write()
