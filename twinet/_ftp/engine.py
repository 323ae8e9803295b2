"""The engine: what the FTP of one session shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinet._ftp.login_pool import LoginPool
from twinet._net.sockets import Sockets
from twinet._net.tls import TlsPolicy
from twinet._wire.http_url import crack_ftp

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.defer import Deferred

    from twinet._ftp.control import Control
    from twinet._ftp.site import Site
    from twinet._ftp.way import Way
    from twinet._net.client_certificate import ClientCertificate
    from twinet._net.connector import Connector
    from twinet._net.deadlines import Deadlines
    from twinet._net.disk import Disk
    from twinet._net.passage import Passage
    from twinet._net.proxy_settings import Chooser
    from twinet._net.trust import TrustRoots
    from twinet.flags import SecurityFlag
    from twinet.proxy import Proxy

__all__ = ["Engine"]

#: Of so many servers it is remembered which data connections work (our own).
MOST_SERVERS = 256


class Engine:
    """Connector, limits, disk and sockets, and what was learnt about servers.

    :param reactor: listens for active data connections.
    :param control: what control connections are made as.
    :param proxies: returns who chooses proxies; ``None`` where there are none at all.
    :param tunnel: returns the way past a proxy to a host and its port; the last is the
        longest head of an answer (bytes).
    :param cap: returns how many logins of URLs one server is given at a time.
    """

    def __init__(
        self,
        connector: Connector,
        deadlines: Deadlines,
        disk: Disk,
        roots: TrustRoots,
        certificate: ClientCertificate | None,
        reactor: object,
        control: type[Control],
        proxies: Callable[[], Chooser | None],
        tunnel: Callable[[Proxy, str, int, int], Passage],
        cap: Callable[[], int],
    ) -> None:
        self.connector = connector
        self.deadlines = deadlines
        self.disk = disk
        self.reactor = reactor
        self._proxies = proxies
        self.tunnel = tunnel
        self.control = control
        self.sockets = Sockets()
        self._roots = roots
        self._certificate = certificate
        self._ways: dict[tuple[str, int], Way] = {}
        #: those of files that are opened by their URL.
        self.logins = LoginPool(self, cap)

    def proxy_for(self, host: str, port: int) -> Proxy | None:
        """Return the proxy that leads to a server; ``None`` for the straight way."""
        proxies = self._proxies()
        if proxies is None:
            return None
        where = f"[{host}]" if ":" in host else host
        return proxies.proxy_for(crack_ftp(f"ftp://{where}:{port}/"))

    def tls_policy(
        self, ignore: SecurityFlag, certificate: ClientCertificate | None = None
    ) -> TlsPolicy:
        """Return how a server is verified: as any server of HTTPS."""
        # No protocol is offered (ALPN): servers that know the name "ftp" are rare, and
        # some that do not end the handshake.
        certificate = certificate or self._certificate
        return TlsPolicy(self._roots, ignore, (), certificate)

    def known_way(self, site: Site) -> Way | None:
        """Return which data connections have worked with a server."""
        return self._ways.get((site.host, site.port))

    def remember_way(self, site: Site, way: Way) -> None:
        """Take note of which data connections work with a server."""
        key = (site.host, site.port)
        self._ways.pop(key, None)
        while len(self._ways) >= MOST_SERVERS:
            del self._ways[next(iter(self._ways))]
        self._ways[key] = way

    def close(self) -> Deferred[None]:
        """Close every socket; fires when none is left."""
        self.logins.close()
        return self.sockets.close()
