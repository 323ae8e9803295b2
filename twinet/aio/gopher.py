"""The handles of Gopher."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from twinet._handles.gopher_connection import GopherConnection as _GopherConnection
from twinet._handles.gopher_file import GopherFile as _GopherFile
from twinet._handles.gopher_file import GopherPage as _GopherPage
from twinet._handles.gopher_find import GopherFind as _GopherFind
from twinet._mirrors.members import Shows, shows_handle
from twinet.aio.handle import Handle
from twinet.aio.resource import Resource
from twinet.aio.way import opens, waits

if TYPE_CHECKING:
    from twinet.aio.session import Session
    from twinet.gopher import GopherEntry
    from twinet.tls import TlsInfo

__all__ = ["GopherConnection", "GopherFile", "GopherFind", "GopherPage"]


class GopherFile(Resource, of=_GopherFile):
    """As ``twinet.GopherFile``, for asyncio's tasks."""

    __slots__ = ()

    url: Shows[str] = Shows(_GopherFile.url)
    tls: Shows[TlsInfo | None] = Shows(_GopherFile.tls)
    size: Shows[int | None] = Shows(_GopherFile.size)
    ended_with_dot: Shows[bool] = Shows(_GopherFile.ended_with_dot)


class GopherPage(Resource, of=_GopherPage):
    """As ``twinet.GopherPage``, for asyncio's tasks."""

    __slots__ = ()

    url: Shows[str] = Shows(_GopherPage.url)
    tls: Shows[TlsInfo | None] = Shows(_GopherPage.tls)


class GopherFind(Handle, of=_GopherFind):
    """As ``twinet.GopherFind``, for asyncio's tasks; iterate with ``async for``."""

    __slots__ = ()

    url: Shows[str] = Shows(_GopherFind.url)
    session: Shows[Session] = shows_handle(_GopherFind.session)
    unknown_lines: Shows[int] = Shows(_GopherFind.unknown_lines)
    next_entry = waits(_GopherFind.next_entry)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> GopherEntry:
        entry = await self.next_entry()
        if entry is None:
            raise StopAsyncIteration
        return entry


class GopherConnection(Handle, of=_GopherConnection):
    """As ``twinet.GopherConnection``, for asyncio's tasks."""

    __slots__ = ()

    host: Shows[str] = Shows(_GopherConnection.host)
    port: Shows[int] = Shows(_GopherConnection.port)
    tls: Shows[bool] = Shows(_GopherConnection.tls)
    url: Shows[str] = Shows(_GopherConnection.url)

    find = opens(_GopherConnection.find, GopherFind)
    page = opens(_GopherConnection.page, GopherPage)
    open_file = opens(_GopherConnection.open_file, GopherFile)
    attributes = waits(_GopherConnection.attributes)
    menu_attributes = waits(_GopherConnection.menu_attributes)
    caps = waits(_GopherConnection.caps)
