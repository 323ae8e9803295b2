"""Handles whose data can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from twinet._handles.resource import Resource as _Resource
from twinet._mirrors.members import Shows, shows_handle
from twinet.aio.async_sink import awaited
from twinet.aio.handle import Handle
from twinet.aio.way import waits

if TYPE_CHECKING:
    import asyncio

    from twinet.aio.async_sink import AnySink
    from twinet.aio.session import Session

__all__ = ["Resource"]


class Resource(Handle, of=_Resource):
    """As ``twinet.Resource``, for asyncio's tasks; iterate with ``async for``."""

    __slots__ = ()

    session: Shows[Session] = shows_handle(_Resource.session)
    position: Shows[int] = Shows(_Resource.position)
    read = waits(_Resource.read)
    read_some = waits(_Resource.read_some)
    available = waits(_Resource.available)
    seek = waits(_Resource.seek)
    save = waits(_Resource.save)

    def deliver(self, sink: AnySink) -> asyncio.Future[int]:
        """Hand the rest of the body to a sink; returns the bytes handed over.

        It returns when the body has ended properly and the sink has taken all of it.

        :param sink: any object with ``write(data)``.  Where ``write`` is a coroutine
            function, nothing more comes until it has returned; the same goes for the
            ``drain`` of an ``asyncio.StreamWriter``.
        :raises InvalidParameter: 87, it has no ``write``.
        :raises InternetError: as :meth:`read`; what ``write`` raises is handed on.
        :source: our own.
        """
        handle, glass = self._handle, self._glass
        return glass.begin(handle, handle.deliver, awaited(sink, glass.here.loop))

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        data = await self.read_some()
        if not data:
            raise StopAsyncIteration
        return data
