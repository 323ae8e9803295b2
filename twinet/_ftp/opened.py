"""Opened: a line that an operation waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred

from twinet._net.connector import Target
from twinet._net.passage import Passage
from twinet._wire.socks4a import Socks4a
from twinet._wire.socks5 import Socks5
from twinet.errors import InternetError, NotProxyRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinet._ftp.engine import Engine
    from twinet._ftp.operation import Operation
    from twinet._ftp.site import Site
    from twinet._net.dispatch import Voice
    from twinet._net.line import Line
    from twinet._net.tls import TlsCreator
    from twinet.proxy import Proxy

__all__ = ["opened"]


async def opened(
    operation: Operation,
    engine: Engine,
    site: Site,
    place: tuple[str, int],
    build: Callable[[], Line],
    *,
    proxy: Proxy | None,
    tls: TlsCreator | None = None,
    voice: Voice | None = None,
) -> Line:
    """Open a line; stopping the operation stops the opening.

    :param place: host and port.
    :param proxy: leads there; ``None`` for the straight way.
    :param voice: who tells of it; the operation's own.
    :raises NotProxyRequest: 12020, the proxy is one of HTTP.
    :raises InternetError: as :meth:`Connector.opening`.
    """
    waiting: Deferred[Line] = Deferred(lambda _: opening.cancel())

    def done(result: Line | InternetError) -> None:
        if waiting.called:
            return
        if isinstance(result, InternetError):
            waiting.errback(result)
        else:
            waiting.callback(result)

    host, port = place
    passage = None
    if proxy is not None:
        # In TLS the client speaks first.
        passage = _passage(proxy, host, port, server_first=tls is None)
        host, port = proxy.host, proxy.port
    context = operation.voice.context
    opening = engine.connector.opening(
        Target(site.scheme, host, port, site.url, context=context, proxy=proxy),
        build,
        voice or operation.voice,
        operation.limits,
        tls,
        done,
        passage,
        eager=True,
    )
    return await operation.wait(waiting, opening.start)


def _passage(proxy: Proxy, host: str, port: int, *, server_first: bool) -> Passage:
    """Return the way past a proxy to a server of FTP."""
    if proxy.speech == "socks5":
        return Passage(proxy, Socks5(proxy, host, port), None, server_first)
    if proxy.speech == "socks4a":
        return Passage(proxy, Socks4a(proxy, host, port), None, server_first)
    msg = (
        f"the proxy {proxy} is one of HTTP, and speaks FTP for whole URLs only "
        "(open_url); name a SOCKS proxy for FTP, or connect straight (proxy='')"
    )
    raise NotProxyRequest(msg)
