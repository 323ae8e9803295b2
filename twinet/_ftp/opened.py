"""Opened: a line that an operation waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred

from twinet._net.connector import Target
from twinet._net.passage import ProxyChallenge
from twinet.errors import InternetError

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
    :raises LoginFailure: 12015, the proxy wants to know who asks.
    :raises IncorrectPassword: 12014, it does not let who asks pass.
    :raises NotProxyRequest: 12020, the server cannot be named to the proxy.
    :raises InternetError: as :meth:`Connector.opening`.
    """
    waiting: Deferred[Line] = Deferred(lambda _: opening.cancel())

    def done(result: Line | InternetError) -> None:
        if waiting.called:
            return
        if isinstance(result, ProxyChallenge):
            assert proxy is not None, "it has asked"
            result = result.refusal(proxy)
        if isinstance(result, InternetError):
            waiting.errback(result)
        else:
            waiting.callback(result)

    host, port = place
    passage = None
    if proxy is not None:
        passage = engine.tunnel(proxy, host, port, operation.limits.head_bytes)
        # In TLS the client speaks first.
        passage.server_first = tls is None
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
    )
    return await operation.wait(waiting, opening.start)
