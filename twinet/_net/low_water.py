"""The low-water mark: a long body wakes us for large pieces only.

A fast server's bytes come some tens of KiB at a time, and each wake-up costs a turn of
the reactor and a call of the system: with little ones that is most of what a long body
costs.  ``SO_RCVLOWAT`` has the system wait until so many bytes are there.

Theory of operation.  The mark follows the speed.  It is a quarter of what comes in a
:data:`TICK`, rounded down to a power of two and :data:`MOST` at most::

    1 ------- TRIAL bytes, and they came fast -------> raised
    ^                                                  |   ^
    '-- a tick in which little came, or nearly over ---'   '-- each tick: as
                                                               the last one went

So at a steady speed there are four wake-ups in a tick, and progress is told as ever.
When the server falls silent with less than the mark sent, the next tick lowers it and
the system hands that over: nothing is held back longer than a tick, and the limits of
the exchange see a silent server as they did.

The mark is never above what is left of the body, since more would never come; it is
gone before the last bytes, so that the connection can be used for another request.
More is read than is left, where it is there: what a server sends behind the body must
be seen with it.  The end of a connection, in order or not, wakes us whatever the mark
is.

The socket stays the transport's.  Reading it ourselves into one buffer would save
little more: consumers take ``bytes``, and those have to be made in any case.
"""

from __future__ import annotations

import socket
import sys
from typing import TYPE_CHECKING

from twinet._net.stream import READ_SIZE

if TYPE_CHECKING:
    from twisted.internet.tcp import Connection

    from twinet._net.deadlines import Deadlines

__all__ = ["LONG", "LowWater"]

#: A body from this length on is worth a mark (bytes; our own).
LONG = 512 << 10
#: The highest mark.  Measured: twice as much saves nothing more.
MOST = 1 << 20
#: How much more than the mark is read, where it is there (bytes; our own).
SPARE = 64 << 10
#: A lower mark than this saves nothing (bytes; our own).
LEAST = 128 << 10
#: So much shows how fast the server is (bytes; our own).
TRIAL = 128 << 10
#: How often the mark is looked at, and the longest that bytes wait (seconds): progress
#: is told as often.
TICK = 0.1
#: Whether the system is known to keep to a mark when it is asked what is readable.
KEPT = sys.platform == "linux"


class LowWater:
    """The mark of one connection for one body.

    :param transport: a plain socket's; its read size is ours for the time.
    :param left: how long the body is (bytes).
    """

    deadline: float | None = None

    def __init__(self, transport: Connection, left: int, deadlines: Deadlines) -> None:
        self._transport = transport
        #: kept apart: a transport that is lost has none any more.
        self._socket = transport.socket
        self._deadlines = deadlines
        self._left = left
        self._mark = 1
        #: what came since the last look, and when that was.
        self._came = 0
        self._since = deadlines.now()

    def read(self, left: int) -> bool:
        """Take note of what a read has left; false when there is nothing to gain."""
        self._came += self._left - left
        self._left = left
        if left < LEAST:
            self.stop()
            return False
        if self._mark > left:
            self._set(left)
        elif self._mark == 1 and self._came >= TRIAL:
            self._look()
        return True

    def expired(self) -> None:
        """Look how the last tick went."""
        self._look()

    def stop(self) -> None:
        """Let the next byte wake us."""
        self._deadlines.clear(self)
        self._set(1)

    # -- inside

    def _look(self) -> None:
        now = self._deadlines.now()
        # A clock that was set back tells nothing; it counts as a tick.
        passed = now - self._since
        if passed < 0:
            passed = TICK
        worth = int(self._came * TICK / 4 / max(passed, TICK / 1000))
        self._came, self._since = 0, now
        if worth < LEAST:
            self._set(1)
        else:
            self._set(min(MOST, 1 << worth.bit_length() - 1, self._left))
        if self._mark > 1:
            self._deadlines.set(self, TICK)

    def _set(self, mark: int) -> None:
        if mark == self._mark:
            return
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, mark)
        except OSError:
            # The socket is closed, or cannot do that: then it does not.
            return
        self._mark = mark
        self._transport.bufferSize = max(mark + SPARE, READ_SIZE)
