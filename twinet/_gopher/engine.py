"""The engine: what the Gopher of one session shares."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from twinet._net.sockets import Sockets
from twinet._net.tls import TlsPolicy
from twinet.flags import SecurityFlag

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.defer import Deferred

    from twinet._gopher.line import GopherLine
    from twinet._net.client_certificate import ClientCertificate
    from twinet._net.connector import Connector
    from twinet._net.deadlines import Deadlines
    from twinet._net.passage import Passage
    from twinet._net.proxy_settings import Chooser
    from twinet._net.trust import TrustRoots
    from twinet._wire.http_url import HttpUrl
    from twinet.proxy import Proxy

__all__ = ["Engine"]


class Engine:
    """Connector, limits and sockets.

    :param line: what connections are made of.
    :param proxies: returns who chooses proxies; ``None`` where there are none at all.
    :param tunnel: returns the way past a proxy to a host and its port; the last is the
        longest head of an answer (bytes).
    """

    def __init__(
        self,
        connector: Connector,
        deadlines: Deadlines,
        roots: TrustRoots,
        certificate: ClientCertificate | None,
        line: type[GopherLine],
        proxies: Callable[[], Chooser | None],
        tunnel: Callable[[Proxy, str, int, int], Passage],
    ) -> None:
        self.connector = connector
        self.deadlines = deadlines
        self._roots = roots
        self._certificate = certificate
        self.line = line
        self._proxies = proxies
        self._tunnel = tunnel
        self._policy: TlsPolicy | None = None
        self.sockets = Sockets()

    def tls_policy(self) -> TlsPolicy:
        """Return how a server is verified: as any server of HTTPS."""
        if self._policy is None:
            # There is no name of Gopher to offer (ALPN).
            flags = SecurityFlag(0)
            self._policy = TlsPolicy(self._roots, flags, (), self._certificate)
        return self._policy

    def passage(self, place: HttpUrl, head_limit: int) -> Passage | None:
        """Return the way to a server past its proxy; ``None`` for the straight way.

        :param head_limit: the longest head of an answer of the proxy's (bytes).
        :raises NotProxyRequest: 12020, the server cannot be named to it.
        """
        proxies = self._proxies()
        if proxies is None:
            return None
        proxy = proxies.proxy_for(replace(place, scheme="gopher"))
        if proxy is None:
            return None
        passage = self._tunnel(proxy, place.host, place.port, head_limit)
        passage.server_first = False
        return passage

    def close(self) -> Deferred[None]:
        """Close every socket; fires when none is left."""
        return self.sockets.close()
