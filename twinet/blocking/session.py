"""The blocking session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twinet._handles.session import Session as _Session
from twinet._mirrors.members import Sets, Shows
from twinet._mirrors.mirror import refuse_delivery
from twinet._mirrors.retold import as_in
from twinet._net.reactor_thread import check_not_forked, runs_elsewhere
from twinet.blocking.ftp import FtpConnection
from twinet.blocking.gopher import GopherConnection
from twinet.blocking.handle import Handle
from twinet.blocking.http import HttpConnection, HttpRequest
from twinet.blocking.resource import Resource
from twinet.blocking.way import (
    CALLER,
    Blocked,
    calls,
    makes,
    opens,
    waits,
)

if TYPE_CHECKING:
    from twinet._http.cookies import CookieJar
    from twinet._net.proxy_settings import ProxySettings

__all__ = ["Session"]


class Session(Handle, of=_Session):
    """As ``twinet.Session``, for threads and scripts.

    Any number of threads may use it, but for the reactor's own.  The first call that
    blocks starts a thread for the reactor, unless it runs already; ``reactor.run()``
    is barred from then on.  Status callbacks run on the thread that is blocked in a
    call; ``policy``, ``trace``, ``connect`` and ``resolver`` are called on the
    reactor's thread, and must not block.
    """

    __slots__ = ()

    @as_in(_Session.__init__)
    def __init__(self, reactor: Any = None, **options: Any) -> None:
        refuse_delivery(options, CALLER)
        glass = Blocked(Handle, reactor)
        check_not_forked(glass.reactor)
        options.update(reactor=glass.reactor, delivery=glass.delivery)
        if runs_elsewhere(glass.reactor):
            handle = glass.delivery.call(None, lambda: _Session(**options))
        else:
            # Nothing of it needs the reactor to run before the first call.
            handle = _Session(**options)
        glass.mirror(handle, self)

    agent: Shows[str] = Shows(lambda session: session.agent, "The User-Agent.")
    cookies: Shows[CookieJar] = Shows(
        lambda session: session.cookies,
        "The cookies; what they have to say can be asked in any thread.",
    )
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
