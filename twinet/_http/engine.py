"""The engine: what the HTTP requests of one session share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinet._http.channel import Channel
from twinet._http.pool import Pool
from twinet._http.transfer import Transfer
from twinet._http.watched_transfer import WatchedTransfer
from twinet._net.tls import TlsPolicy

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred

    from twinet._http.cookies import CookieJar
    from twinet._http.order import Order, Reader
    from twinet._net.client_certificate import ClientCertificate
    from twinet._net.connector import Connector
    from twinet._net.deadlines import Deadlines
    from twinet._net.dispatch import Voice
    from twinet._net.trust import TrustRoots
    from twinet.flags import SecurityFlag

__all__ = ["Engine"]

#: How many ways of verifying are remembered (our own choice); most sessions have one.
_MOST_POLICIES = 64


class Engine:
    """The pool, the connector, the cookies and the TLS policies of one session."""

    def __init__(
        self,
        connector: Connector,
        deadlines: Deadlines,
        roots: TrustRoots,
        *,
        cookies: CookieJar,
        cap: int,
        idle: float = 60,
        channel: type[Channel] = Channel,
        certificate: ClientCertificate | None = None,
    ) -> None:
        self.connector = connector
        self.deadlines = deadlines
        self.cookies = cookies
        self.pool = Pool(deadlines, cap, idle, channel)
        self._roots = roots
        self._certificate = certificate
        self._policies: dict[
            tuple[SecurityFlag, ClientCertificate | None], TlsPolicy
        ] = {}

    def transfer(self, order: Order, voice: Voice, reader: Reader) -> Transfer:
        """Make the transfer of an order; ``start`` begins it."""
        lowest = order.limits.lowest_speed
        if lowest is not None:
            return WatchedTransfer(self, order, voice, reader, lowest)
        return Transfer(self, order, voice, reader)

    def tls_policy(
        self,
        scheme: str,
        ignore: SecurityFlag,
        certificate: ClientCertificate | None = None,
    ) -> TlsPolicy | None:
        """Return how a server is to be verified; ``None`` for plain HTTP.

        :param certificate: the client certificate; the session's own when None.
        """
        if scheme != "https":
            return None
        certificate = certificate or self._certificate
        key = (ignore, certificate)
        policy = self._policies.get(key)
        if policy is None:
            policy = TlsPolicy(self._roots, ignore, certificate=certificate)
            while len(self._policies) >= _MOST_POLICIES:
                del self._policies[next(iter(self._policies))]
            self._policies[key] = policy
        return policy

    def close(self) -> Deferred[None]:
        """Close every channel; fires when no socket is left."""
        return self.pool.close()
