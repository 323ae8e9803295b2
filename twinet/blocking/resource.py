"""Blocking handles whose data can be read."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Self

from twisted.internet.interfaces import IConsumer

from twinet._handles.resource import Resource as _Resource
from twinet._mirrors.members import Shows, shows_handle
from twinet.blocking.handle import Handle
from twinet.blocking.way import waits

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred

    from twinet._handles.delivery import Sink
    from twinet.blocking.session import Session
    from twinet.blocking.way import Blocked

__all__ = ["Resource"]


class Resource(Handle, of=_Resource):
    """As ``twinet.Resource``, for threads; iterate over it with ``for``."""

    __slots__ = ()

    session: Shows[Session] = shows_handle(_Resource.session)
    position: Shows[int] = Shows(_Resource.position)
    read = waits(_Resource.read)
    read_some = waits(_Resource.read_some)
    available = waits(_Resource.available)
    seek = waits(_Resource.seek)
    save = waits(_Resource.save)

    def deliver(self, sink: Sink) -> int:
        """Hand the rest of the body to a sink; returns the bytes handed over.

        It returns when the body has ended properly and the sink has taken all of it.

        :param sink: any object with ``write(data)``, such as a file opened for writing
            in binary mode; it is called on this thread, and the rest waits for it.
        :raises InvalidParameter: 87, it has no ``write``.
        :raises InternetError: as :meth:`read`; what ``write`` raises is handed on.
        :source: our own.
        """
        glass, handle = self._glass, self._handle
        if callable(getattr(sink, "write", None)) and not IConsumer.providedBy(sink):
            sink = _There(glass, handle, sink)
        size: int = glass.call(handle, handle.deliver, sink)
        return size

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        data = self.read_some()
        if not data:
            raise StopIteration
        return data


class _There:
    """A program's sink, which is to be written to in the thread that is blocked."""

    def __init__(self, glass: Blocked, handle: Any, sink: Sink) -> None:
        self._glass = glass
        self._handle = handle
        self._sink = sink

    def write(self, data: bytes) -> Deferred[None]:
        """Have the sink take data; the rest waits for that."""
        return self._glass.delivery.run_there(
            self._handle.lane, partial(self._sink.write, data)
        )
