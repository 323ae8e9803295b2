"""The calls that need no handle, for asyncio: see :mod:`twinet.api`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from twinet import api
from twinet._mirrors.mirror import refuse_delivery
from twinet._mirrors.retold import FOR_TASKS, told_as
from twinet.aio.future import CallFuture
from twinet.aio.handle import Handle
from twinet.aio.running_loop import RunningLoop
from twinet.aio.way import FUTURE, LOOP, Shared

if TYPE_CHECKING:
    from asyncio import Future
    from collections.abc import Callable

    from twisted.internet.defer import Deferred

__all__ = ["download", "fetch", "listing"]

P = ParamSpec("P")
T = TypeVar("T")


def _promised(call: Callable[P, Deferred[T]]) -> Callable[P, Future[T]]:
    """Make the call on the running loop; return the future of what it gives."""

    @told_as(call, FUTURE, FOR_TASKS)
    def function(*args: P.args, **kwargs: P.kwargs) -> Future[T]:
        here = RunningLoop.now()
        how: dict[str, Any] = kwargs
        refuse_delivery(how, LOOP)
        if how.get("reactor") is None:
            how["reactor"] = here.reactor
        if how.get("on_status") is not None:
            # Its handles are its own, but they are looked at.
            how["on_status"] = Shared(Handle, here).listener(how["on_status"])
        return CallFuture(call(*args, **kwargs), here)

    function.__qualname__ = call.__qualname__
    function.__module__ = __name__
    return function


fetch = _promised(api.fetch)
download = _promised(api.download)
listing = _promised(api.listing)
