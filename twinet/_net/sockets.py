"""The sockets of one protocol in a session: closing it waits for the last of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred, succeed
from twisted.internet.protocol import connectionDone

from twinet._net.line import Line

if TYPE_CHECKING:
    from twisted.python.failure import Failure

__all__ = ["CountedLine", "Sockets"]


class Sockets:
    """The lines that have a socket, from the moment that they have one."""

    def __init__(self) -> None:
        self._open: set[Line] = set()
        self._none_left: Deferred[None] | None = None

    def __len__(self) -> int:
        return len(self._open)

    def add(self, line: Line) -> None:
        """Take note of a socket."""
        self._open.add(line)

    def gone(self, line: Line) -> None:
        """Take note that it is closed."""
        self._open.discard(line)
        if not self._open and self._none_left is not None:
            none_left, self._none_left = self._none_left, None
            none_left.callback(None)

    def close(self) -> Deferred[None]:
        """Close all at once; fires when none is left."""
        for line in list(self._open):
            line.abort()
        if not self._open:
            return succeed(None)
        if self._none_left is None:
            self._none_left = Deferred()
        return self._none_left


class CountedLine(Line):
    """A line that is counted from the moment it has a socket until that is gone."""

    def __init__(self, sockets: Sockets) -> None:
        self._sockets = sockets

    def connectionMade(self) -> None:  # noqa: N802  Twisted's name
        """Take note of the socket."""
        self._sockets.add(self)
        super().connectionMade()

    def connectionLost(  # noqa: N802  Twisted's name
        self, reason: Failure = connectionDone
    ) -> None:
        """Tell whom it concerns, then who counts sockets."""
        super().connectionLost(reason)
        self._sockets.gone(self)

    def close_at_once(self) -> bool:
        """Close politely if that can be done now; see :meth:`Line.close_at_once`."""
        done = super().close_at_once()
        if done:
            # It hears nothing more.
            self._sockets.gone(self)
        return done
