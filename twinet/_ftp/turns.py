"""The turns: who may speak on a control connection; one operation after another.

An operation waits behind those that end by themselves.  Behind one that does not, an
open file, it would wait for its own program, so it is refused at once (12110).
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred, succeed

from twinet.errors import FtpTransferInProgress

if TYPE_CHECKING:
    from twinet._ftp.operation import Operation

__all__ = ["Turns"]


class Turns:
    """The operations of one session, in the order of their calls."""

    def __init__(self) -> None:
        self._holder: Operation | None = None
        #: the turn is being given on, by a caller above.
        self._giving = False
        self._waiting: deque[tuple[Operation, Deferred[None]]] = deque()

    @property
    def free(self) -> bool:
        """Whether nobody has the turn, or waits for it."""
        return self._holder is None and not self._waiting

    @property
    def holder(self) -> Operation | None:
        """Whose turn it is."""
        return self._holder

    def check(self) -> None:
        """Refuse a call that would have to wait for its own program.

        :raises FtpTransferInProgress: 12110, it names what is in the way.
        """
        ahead = [self._holder, *(operation for operation, _ in self._waiting)]
        for operation in ahead:
            if operation is not None and operation.holds:
                msg = (
                    f"{operation.name} holds the session; close it first, or use a "
                    "second connection"
                )
                raise FtpTransferInProgress(msg)

    def take_free(self, operation: Operation) -> bool:
        """Take the turn if nobody has it, and the operation still wants it."""
        if not self.free or operation.stopped is not None:
            return False
        self._holder = operation
        return True

    def take(self, operation: Operation) -> Deferred[None]:
        """Fire when it is the operation's turn; cancelling takes it out again."""
        if self.free:
            self._holder = operation
            return succeed(None)
        turn: Deferred[None] = Deferred(lambda _: self._waiting.remove(entry))
        entry = (operation, turn)
        self._waiting.append(entry)
        return turn

    def leave(self) -> None:
        """Give the turn to the next one."""
        self._holder = None
        if self._giving:
            # Thousands may fail at once, when the session is over: not each in the
            # last one's arms.
            return
        self._giving = True
        try:
            while self._waiting and self._holder is None:
                self._holder, turn = self._waiting.popleft()
                turn.callback(None)
        finally:
            self._giving = False
