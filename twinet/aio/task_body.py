"""Bodies that come out of ``async for`` in a task of asyncio's."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred

from twinet._http.async_body import AsyncBody

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Future
    from collections.abc import Coroutine

__all__ = ["TaskBody", "sendable"]


def sendable(body: Any, loop: AbstractEventLoop) -> Any:
    """Return a body that is to be sent by a program of asyncio's.

    :param body: whatever ``twinet.HttpRequest.send`` takes.
    """
    if isinstance(body, AsyncIterator):
        return TaskBody(body, loop)
    if isinstance(body, AsyncIterable):
        # It can be sent again: each time has an iterator of its own.
        return lambda: TaskBody(aiter(body), loop)
    return body


class TaskBody(AsyncBody):
    """What it waits for are futures: a task of its own asks for the pieces."""

    def __init__(self, pieces: AsyncIterator[bytes], loop: AbstractEventLoop) -> None:
        super().__init__(pieces)
        self._loop = loop

    def _run(self, work: Coroutine[Any, Any, None]) -> Deferred[None]:
        return Deferred.fromFuture(self._loop.create_task(work))

    def _wait(self) -> Future[None]:
        return self._loop.create_future()

    def _let_go(self, turn: Any) -> None:
        # Its task may have been cancelled meanwhile.
        if not turn.done():
            turn.set_result(None)
