"""Sinks as asyncio's programs have them: who takes a body, and waits meanwhile."""

from __future__ import annotations

import asyncio
import inspect
from typing import TYPE_CHECKING, Any, Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IConsumer

if TYPE_CHECKING:
    from twinet._handles.delivery import Sink

    class AsyncSink(Protocol):
        """What has a ``write`` that can be awaited, and perhaps has to be."""

        def write(self, data: bytes, /) -> Any:
            """Take data; return nothing, or something to await."""

    AnySink = Sink | AsyncSink

__all__ = ["awaited"]


def awaited(sink: AnySink, loop: asyncio.AbstractEventLoop) -> Any:
    """Return what a program gave as a sink that holds back what it cannot take.

    :param sink: as for ``twinet.Resource.deliver``; its ``write`` may be a coroutine
        function, or it may be an ``asyncio.StreamWriter``, whose ``drain`` is awaited.
    """
    if callable(getattr(sink, "write", None)) and not IConsumer.providedBy(sink):
        return _Awaited(sink, loop)
    # What cannot take anything is refused where sinks are.
    return sink


class _Awaited:
    """A sink whose ``write`` is awaited, and whose ``drain`` if it has one."""

    def __init__(self, sink: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._write = sink.write
        drain = getattr(sink, "drain", None)
        self._drain = drain if inspect.iscoroutinefunction(drain) else None
        self._loop = loop

    def write(self, data: bytes) -> Any:
        """Hand data over; the Deferred fires when more may come."""
        written = self._write(data)
        if self._drain is not None:
            written = self._drain()
        if inspect.isawaitable(written) and not isinstance(written, Deferred):
            future = asyncio.ensure_future(written, loop=self._loop)
            return Deferred.fromFuture(future)
        return written
