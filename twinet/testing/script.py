"""What a scripted peer does, step by step: send, wait, close, break off."""

from __future__ import annotations

from collections import deque
from enum import Enum
from typing import TYPE_CHECKING, Any

from twinet.errors import InvalidParameter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from twisted.internet.interfaces import IDelayedCall, IReactorTime

__all__ = ["End", "Player", "Script", "Step"]


class End(Enum):
    """How a peer ends a connection."""

    CLOSE = "close"
    """In order, when all is sent."""
    ABORT = "abort"
    """At once, by a reset."""


#: Bytes and text (as UTF-8) are sent, numbers are waited (seconds).
Step = bytes | str | float | End


class Script:
    r"""Steps that are played as they stand, whatever a protocol would have instead.

    ``Script(b"HTTP/1.1 200 OK\r\nContent-Len", 2.5, End.ABORT)`` sends some bytes,
    waits for 2.5 seconds and breaks the connection.  Without an end it stays open and
    silent.

    :raises InvalidParameter: 87, something is no step.
    """

    def __init__(self, *steps: Step) -> None:
        for step in steps:
            if not isinstance(step, bytes | str | int | float | End) or (
                isinstance(step, int | float) and step < 0
            ):
                msg = (
                    f"{step!r} is no step of a script: give bytes or text to send, "
                    "seconds to wait, End.CLOSE or End.ABORT"
                )
                raise InvalidParameter(msg)
        self.steps = steps

    @property
    def ends(self) -> bool:
        """Whether the connection is over afterwards."""
        return any(isinstance(step, End) for step in self.steps)

    def __repr__(self) -> str:
        return f"Script({', '.join(map(repr, self.steps))})"


class Player:
    """Plays steps on a transport.

    :param done: called when all is played, unless the connection is over then.
    """

    def __init__(
        self,
        clock: IReactorTime,
        transport: Any,
        steps: Iterable[Step],
        done: Callable[[], object],
    ) -> None:
        self._clock = clock
        self._transport = transport
        self._steps = deque(steps)
        self._done = done
        self._call: IDelayedCall | None = None

    def play(self) -> None:
        """Go on until there is something to wait for."""
        self._call = None
        while self._steps:
            step = self._steps.popleft()
            if isinstance(step, End):
                if step is End.CLOSE:
                    self._transport.loseConnection()
                else:
                    self._transport.abortConnection()
                return
            if isinstance(step, int | float):
                if step:
                    self._call = self._clock.callLater(step, self.play)
                    return
            else:
                self._transport.write(step.encode() if isinstance(step, str) else step)
        self._done()

    def stop(self) -> None:
        """Play no more."""
        self._steps.clear()
        self._done = lambda: None
        call, self._call = self._call, None
        if call is not None:
            call.cancel()
