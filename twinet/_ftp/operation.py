"""The operation: one call on an FTP session, from its turn to its end.

Theory of operation.  A coroutine does the work.  Whatever it waits for, it waits for
through its operation, and whatever it tells, it tells through it; so it can be stopped
at any moment, also from inside a notification, and goes on only when a listener that
is running has returned::

    waiting for its turn --> working --- answer() ---> answered ---> its turn is over
            |                   |                          ^
            '------ stop() -----'----> the answer is 12017-'

The answer is what ends the call; it is given once.  The work may go on after it: an
open file is an operation that was answered when it could be read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from twisted.internet.defer import CancelledError, Deferred

from twinet.errors import Timeout

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinet._net.deadlines import Deadlines
    from twinet._net.dispatch import Voice
    from twinet.errors import InternetError
    from twinet.records import Limits
    from twinet.status import Notification

    #: Told once what the call has come to: a result, or an error.
    Answer = Callable[[Any, InternetError | None], None]

__all__ = ["Operation"]

T = TypeVar("T")


class Operation:
    """One call on an FTP session.

    :param name: in words, what it is, for those who have to wait for it.
    :param lasting: it does not end by itself, as an open file.
    :ivar stopped: what it was stopped with; ``None`` when it was not.
    :ivar answered: its call has ended.
    """

    __slots__ = (
        "_answer",
        "_deadlines",
        "_waiting",
        "answered",
        "deadline",
        "lasting",
        "limits",
        "name",
        "stopped",
        "voice",
    )

    def __init__(
        self,
        name: str,
        voice: Voice,
        limits: Limits,
        answer: Answer,
        *,
        lasting: bool = False,
    ) -> None:
        self.name = name
        self.voice = voice
        self.limits = limits
        self.lasting = lasting
        self.stopped: InternetError | None = None
        self.answered = False
        self.deadline: float | None = None
        self._deadlines: Deadlines | None = None
        self._answer = answer
        self._waiting: Deferred[Any] | None = None

    def begin(self, deadlines: Deadlines) -> None:
        """Let the limit of the whole operation run; may come twice."""
        if self._deadlines is None:
            self._deadlines = deadlines
            deadlines.limit(self, self.limits.whole)

    def end(self) -> None:
        """Take note that the work has ended."""
        if self._deadlines is not None:
            self._deadlines.clear(self)

    def expired(self) -> None:
        """End: the limit of the whole operation ran out."""
        self.stop(
            Timeout(
                f"{self.name} took longer than the limit 'whole' of "
                f"{self.limits.whole:g} seconds"
            )
        )

    @property
    def holds(self) -> bool:
        """Whether it ends only when the program ends it."""
        return self.lasting and self.stopped is None

    def check(self) -> None:
        """Raise what the operation was stopped with, if it was."""
        if self.stopped is not None:
            raise self.stopped

    async def wait(
        self, deferred: Deferred[T], start: Callable[[], object] | None = None
    ) -> T:
        """Wait for a Deferred, which is cancelled when the operation is stopped.

        :param start: begins what leads to it; the operation may be stopped in there.
        """
        self._waiting = deferred
        try:
            if self.stopped is not None:
                deferred.cancel()
            elif start is not None:
                start()
            result = await deferred
        except CancelledError:
            self.check()
            raise
        finally:
            self._waiting = None
        self.check()
        return result

    async def tell(self, kind: type[Notification], info: Any = None) -> None:
        """Tell the listener; return when it has heard, and has not closed the handle.

        On other threads than the reactor's nobody waits for a listener.
        """
        if self.say(kind, info):
            await self.heard()

    def say(self, kind: type[Notification], info: Any = None) -> bool:
        """Tell the listener; return whether it must be waited for (:meth:`heard`).

        It is :meth:`tell` without a coroutine, of which a transfer tells a dozen.
        """
        voice = self.voice
        if not voice.heard:
            return False
        voice.emit(kind, info)
        if self.stopped is not None:
            raise self.stopped
        return voice.busy

    async def heard(self) -> None:
        """Return when the listener has heard, and has not closed the handle."""
        told: Deferred[None] = Deferred()
        self.voice.then(lambda: None if told.called else told.callback(None))
        await self.wait(told)

    def answer(self, result: Any = None, error: InternetError | None = None) -> None:
        """End the call, if it has not ended."""
        if not self.answered:
            self.answered = True
            self._answer(result, error)

    def stop(self, error: InternetError) -> None:
        """Stop the work wherever it is, and end the call; may come twice."""
        if self.stopped is not None:
            return
        self.stopped = error
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting.cancel()
        self.answer(error=error)
