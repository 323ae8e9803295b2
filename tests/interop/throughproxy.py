"""A session behind a real proxy, to servers whose names are the proxy's alone."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from cryptography import x509
from twisted.internet import reactor

import twinet
from tests.interop.visit import Visit
from tests.interop.webserver import OTHER_NAME
from tests.net.openings import Resolver

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.interop.proxyserver import ProxyServer
    from tests.interop.serverprocess import ServerProcess
    from twinet import Proxy

#: The server, in the clear.
ORIGIN = "origin.test"


def address(server: ServerProcess, port: str = "http") -> str:
    """Return a server's address as a proxy knows it, without a slash at the end."""
    scheme, host = ("http", ORIGIN) if port == "http" else ("https", OTHER_NAME)
    return f"{scheme}://{host}:{server.ports[port]}"


def roots(*servers: ServerProcess) -> list[x509.Certificate]:
    """Return the authorities that signed these servers' certificates."""
    found = []
    for server in servers:
        if server.ca_pem is not None:
            found += x509.load_pem_x509_certificates(server.ca_pem.read_bytes())
    return found


@asynccontextmanager
async def through(
    proxy: ProxyServer | Proxy,
    server: ServerProcess,
    port: str = "http",
    *,
    username: str | None = None,
    password: str | None = None,
    **options: Any,
) -> AsyncIterator[Visit]:
    """Open a session behind a proxy, to one of a server's ports.

    It fails whoever looks a name up: none is known here.
    """
    resolver = Resolver()
    known = [server]
    chosen: Any = proxy
    if not isinstance(proxy, twinet.Proxy):
        known.append(proxy)
        chosen = proxy.proxy
    session = twinet.Session(
        reactor, trust_roots=roots(*known), resolver=resolver, proxy=chosen, **options
    )
    async with session:
        scheme, _, host = address(server, port).partition("://")
        connection = session.http(
            host.partition(":")[0],
            server.ports[port],
            tls=scheme == "https",
            username=username,
            password=password,
        )
        yield Visit(session, connection)
    assert [asked.name for asked in resolver.asked] == []
