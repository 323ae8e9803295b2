"""The session of an event loop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twinet._handles.session import Session as _Session
from twinet._mirrors.members import Sets, Shows
from twinet._mirrors.mirror import refuse_delivery
from twinet._mirrors.retold import FOR_TASKS, as_in, told_as
from twinet.aio.ftp import FtpConnection
from twinet.aio.gopher import GopherConnection
from twinet.aio.handle import Handle
from twinet.aio.http import HttpConnection, HttpRequest
from twinet.aio.resource import Resource
from twinet.aio.running_loop import RunningLoop
from twinet.aio.way import FUTURE, LOOP, Shared, calls, makes, opens, waits

if TYPE_CHECKING:
    import asyncio

    from twinet._http.cookies import CookieJar
    from twinet._net.proxy_settings import ProxySettings

__all__ = ["Session"]


class Session(Handle, of=_Session):
    """As ``twinet.Session``, for asyncio's tasks.

    It is made where the event loop runs, and belongs to that loop.  Twisted's reactor
    is neither needed nor installed: the loop has one of its own, unless ``reactor``
    names another one that runs on it.  When ``asyncio.run`` ends, what is still open
    is closed, with a ``ResourceWarning``.
    """

    __slots__ = ()

    @as_in(_Session.__init__)
    def __init__(self, reactor: Any = None, **options: Any) -> None:
        refuse_delivery(options, LOOP)
        here = RunningLoop.now()
        session = _Session(here.reactor if reactor is None else reactor, **options)
        here.add(session)
        Shared(Handle, here).mirror(session, self)

    reactor: Shows[Any] = Shows(
        lambda session: session.reactor,
        "The reactor of the loop, for what wants one (endpoints, resolvers).",
    )
    agent: Shows[str] = Shows(lambda session: session.agent, "The User-Agent.")
    cookies: Shows[CookieJar] = Shows(lambda session: session.cookies, "The cookies.")
    offline: Sets[bool] = Sets(
        lambda session: session.offline,
        "Whether the network may not be used: then each request fails with 2.",
    )
    proxy: Shows[ProxySettings] = Shows(_Session.proxy)
    connections_per_host: Sets[int] = Sets(_Session.connections_per_host)
    connections_per_proxy: Sets[int] = Sets(_Session.connections_per_proxy)
    set_agent = calls(_Session.set_agent)
    set_proxy = calls(_Session.set_proxy)
    refresh_proxy = calls(_Session.refresh_proxy)

    http = makes(_Session.http, HttpConnection)
    ftp = opens(_Session.ftp, FtpConnection)
    gopher = makes(_Session.gopher, GopherConnection)
    open_url = opens(_Session.open_url, Resource)

    get = opens(_Session.get, HttpRequest)
    head = opens(_Session.head, HttpRequest)
    post = opens(_Session.post, HttpRequest)
    put = opens(_Session.put, HttpRequest)
    patch = opens(_Session.patch, HttpRequest)
    delete = opens(_Session.delete, HttpRequest)
    request = opens(_Session.request, HttpRequest)
    fetch = waits(_Session.fetch)
    download = waits(_Session.download)
    listing = waits(_Session.listing)

    @told_as(_Session.close, FUTURE, FOR_TASKS)
    def close(self) -> asyncio.Future[None]:
        """As that of the handle; the loop forgets it then."""
        here = self._glass.here
        return self._glass.begin(self._handle, here.close, self._handle)
