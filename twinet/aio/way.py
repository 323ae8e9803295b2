"""How a call of a handle becomes one that promises its value to a task.

Each class of this room lists the calls of its handle, one a line, by what they give::

    read = waits(_Resource.read)                # a future of what it brings
    get = opens(_Session.get, HttpRequest)      # a future of a handle
    send = itself(_HttpRequest.send)            # of the handle that it is called on
    set_agent = calls(_Session.set_agent)       # nothing, at once
    http = makes(_Session.http, HttpConnection) # a handle, at once

and what it shows, by ``_mirrors.members``.  Arguments and results have the types that
they have there.  A call is made when it is called, whether or not it is awaited.
"""

from __future__ import annotations

import inspect
from asyncio import _get_running_loop
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from twinet._mirrors.mirror import Glass, Mirror
from twinet._mirrors.retold import FOR_TASKS, told_as
from twinet.aio.future import CallFuture
from twinet.aio.task_body import sendable
from twinet.errors import InvalidParameter

if TYPE_CHECKING:
    from asyncio import Future
    from collections.abc import Callable

    from twisted.internet.defer import Deferred

    from twinet.aio.running_loop import RunningLoop

__all__ = [
    "FUTURE",
    "LOOP",
    "AioMirror",
    "Shared",
    "calls",
    "itself",
    "makes",
    "opens",
    "waits",
]

H = TypeVar("H")
P = ParamSpec("P")
T = TypeVar("T")
K = TypeVar("K", bound="AioMirror")

#: Where status callbacks run, in words.
LOOP = "the thread of the event loop"
#: What a future is said to be in the signature of a call.
FUTURE = r"asyncio.Future[\1]"


class Shared(Glass):
    """What the handles of one session share, in the tasks of one loop."""

    def __init__(self, root: type[Mirror], here: RunningLoop) -> None:
        super().__init__(root)
        self.here = here

    def check_loop(self) -> None:
        """Refuse a call that is made outside the loop.

        :raises InvalidParameter: 87, it is.
        """
        if _get_running_loop() is not self.here.loop:
            msg = (
                "this was called outside the event loop of its session; other threads "
                "use loop.call_soon_threadsafe, and other loops a session of their own"
            )
            raise InvalidParameter(msg)

    def call(self, _: Any, call: Callable[..., Any], *args: Any, **how: Any) -> Any:
        """Make a call that does not wait; return what it gives."""
        self.check_loop()
        if "on_status" in how:
            how["on_status"] = self.listener(how["on_status"])
        return self.shown(call(*args, **how))

    def begin(
        self, handle: Any, call: Callable[..., Any], *args: Any, **how: Any
    ) -> CallFuture[Any]:
        """Make a call; return the future of what it gives."""
        self.check_loop()
        if "on_status" in how:
            how["on_status"] = self.listener(how["on_status"])
        return CallFuture(call(*args, **how), self.here, handle, self.shown)


class AioMirror(Mirror):
    """A handle whose calls return futures."""

    __slots__ = ()
    _words = FOR_TASKS
    _glass: Shared


def waits(
    call: Callable[Concatenate[H, P], Deferred[T]],
) -> Callable[Concatenate[Any, P], Future[T]]:
    """Make a call; return the future of what its Deferred fires with."""
    return _promising(call)


def opens(
    call: Callable[Concatenate[H, P], Deferred[Any]],
    kind: type[K],  # noqa: ARG001  for its type
) -> Callable[Concatenate[Any, P], Future[K]]:
    """Make a call; return the future of a handle."""
    return _promising(call)


def itself(
    call: Callable[Concatenate[H, P], Deferred[Any]],
) -> Callable[Concatenate[K, P], Future[K]]:
    """Make a call; return the future of the handle itself."""
    return _promising(call)


def calls(call: Callable[Concatenate[H, P], T]) -> Callable[Concatenate[Any, P], T]:
    """Make a call that does not wait."""
    return _calling(call)


def makes(
    call: Callable[Concatenate[H, P], Any],
    kind: type[K],  # noqa: ARG001  for its type
) -> Callable[Concatenate[Any, P], K]:
    """Make a handle."""
    return _calling(call)


def _promising(call: Callable[..., Any]) -> Callable[..., Any]:
    # By its name, as a kind of handle may have its own way to do it.
    name = call.__name__
    parameters = list(inspect.signature(call).parameters)

    @told_as(call, FUTURE, FOR_TASKS)
    def function(self: AioMirror, /, *args: Any, **kwargs: Any) -> Any:
        handle = self._handle
        return self._glass.begin(handle, getattr(handle, name), *args, **kwargs)

    if "body" not in parameters:
        return function
    place = parameters.index("body") - 1

    @told_as(call, FUTURE, FOR_TASKS)
    def sending(self: AioMirror, /, *args: Any, **kwargs: Any) -> Any:
        loop = self._glass.here.loop
        if "body" in kwargs:
            kwargs["body"] = sendable(kwargs["body"], loop)
        elif len(args) > place:
            args = (*args[:place], sendable(args[place], loop), *args[place + 1 :])
        return function(self, *args, **kwargs)

    return sending


def _calling(call: Callable[..., Any]) -> Callable[..., Any]:
    name = call.__name__

    @told_as(call, also=FOR_TASKS)
    def function(self: AioMirror, /, *args: Any, **kwargs: Any) -> Any:
        handle = self._handle
        return self._glass.call(handle, getattr(handle, name), *args, **kwargs)

    return function
