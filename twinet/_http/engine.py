"""The engine: what the HTTP requests of one session share."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from twinet._http.auth import connect_login
from twinet._http.channel import Channel
from twinet._http.errand import Errand
from twinet._http.login_memory import LoginMemory
from twinet._http.order import meant_for_servers
from twinet._http.pool import Pool
from twinet._http.proxied_errand import ProxiedErrand
from twinet._http.transfer import Transfer
from twinet._http.watched_transfer import WatchedTransfer
from twinet._http.way import passage_of, tunnel
from twinet._net.tls import TlsPolicy
from twinet.flags import Flag, SecurityFlag

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred

    from twinet._http.cookie_store import CookieStore
    from twinet._http.errand import Asker
    from twinet._http.order import Order, Reader
    from twinet._net.client_certificate import ClientCertificate
    from twinet._net.connector import Connector
    from twinet._net.deadlines import Deadlines
    from twinet._net.dispatch import Voice
    from twinet._net.passage import Passage
    from twinet._net.proxy_settings import Chooser
    from twinet._net.trust import TrustRoots
    from twinet._wire.http1 import Head
    from twinet.proxy import Proxy
    from twinet.urls import HttpUrl

__all__ = ["Engine"]

#: How many ways of verifying are remembered (our own choice); most sessions have one.
_MOST_POLICIES = 64
#: The answer that is not the server's.
_OF_A_PROXY = 407
#: What a flag may say about cookies.
_COOKIE_FLAGS = Flag.NO_COOKIES | Flag.THIRD_PARTY


class Engine:
    """The pool, the connector and the memory of one session: cookies, logins, TLS."""

    #: who chooses proxies; ``None`` where there are none at all.
    proxies: Chooser | None = None

    def __init__(
        self,
        connector: Connector,
        deadlines: Deadlines,
        roots: TrustRoots,
        *,
        cookies: CookieStore,
        cap: int,
        idle: float = 60,
        channel: type[Channel] = Channel,
        certificate: ClientCertificate | None = None,
        logins: LoginMemory | None = None,
    ) -> None:
        self.connector = connector
        self.deadlines = deadlines
        self.cookies = cookies
        self.logins = LoginMemory() if logins is None else logins
        self.pool = Pool(deadlines, cap, idle, channel)
        #: whether nobody watches each request, or judges it.
        self._plain = channel is Channel and not connector.judges
        self._roots = roots
        self._certificate = certificate
        #: that of requests that ask for nothing in particular.
        self._usual_policy: TlsPolicy | None = None
        self._policies: dict[
            tuple[SecurityFlag, ClientCertificate | None], TlsPolicy
        ] = {}

    def source(self, order: Order, voice: Voice, asker: Asker) -> Errand | Transfer:
        """Make what carries an order out, the short way or the long; start it."""
        if self.proxies is not None:
            order.proxy = self.proxy_for(order, order.url)
            if order.proxy is None:
                order.fields = meant_for_servers(order.fields)
            if self.logins.proxies and order.in_absolute_form:
                # It is told who we are before it asks.
                return self.transfer(order, voice, asker)
        limits = order.limits
        if (
            self._plain
            and order.verb == b"GET"
            and order.body is None
            and limits.whole is None
            and limits.lowest_speed is None
            and order.credentials is None
            and not order.decode
            # Most sessions know nobody anywhere.
            and not (self.logins.hosts and order.url.host in self.logins.hosts)
        ):
            channel = self.pool.kept(order)
            if channel is not None:
                kind = Errand if order.proxy is None else ProxiedErrand
                return kind(self, order, voice, asker, channel)
        return self.transfer(order, voice, asker)

    def proxy_for(self, order: Order, url: HttpUrl) -> Proxy | None:
        """Return the proxy that an order goes through to a URL, and as whom."""
        proxy = None if self.proxies is None else self.proxies.proxy_for(url)
        if proxy is not None and order.proxy_credentials is not None:
            proxy = replace(proxy, credentials=order.proxy_credentials)
        return proxy

    def cookie_for(self, order: Order) -> bytes | None:
        """Return what goes out as the Cookie field of an order, if it is wanted."""
        flags = order.flags
        if flags & _COOKIE_FLAGS:
            if flags & Flag.NO_COOKIES:
                return None
            return self.cookies.header_for(order.url, third_party=True)
        return self.cookies.header_for(order.url)

    def take_cookies(self, order: Order, head: Head, voice: Voice) -> int:
        """Keep the cookies that an answer brings, if they are wanted.

        :returns: how many it brought.
        """
        # What a proxy says for itself sets nothing for a server.
        if order.flags & Flag.NO_COOKIES or head.status == _OF_A_PROXY:
            return 0
        return self.cookies.take(
            order.url,
            head.fields,
            third_party=bool(order.flags & Flag.THIRD_PARTY),
            note=partial(self.connector.tracer.note, voice),
        )

    def passage(self, order: Order) -> Passage:
        """Return the way past an order's proxy.

        :raises InternetError: as :func:`passage_of`.
        """
        assert order.proxy is not None, "there is one"
        # What a request lets through concerns its server, and not the proxy.
        policy = self.tls_policy(order.proxy.speech, SecurityFlag(0))
        return passage_of(order, policy, self.logins)

    def tunnel(
        self, proxy: Proxy, host: str, port: int, agent: bytes, head_limit: int
    ) -> Passage:
        """Return the way past a proxy to a server of another protocol, as FTP.

        Its server may speak first.

        :raises InternetError: as :func:`passage_of`.
        """
        policy = self.tls_policy(proxy.speech, SecurityFlag(0))
        return tunnel(
            proxy,
            host,
            port,
            policy,
            connect_login(self.logins, proxy, host, port),
            agent=agent,
            head_limit=head_limit,
            server_first=True,
        )

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
        if not ignore and certificate is None and self._usual_policy is not None:
            # Python takes its time to hash flags.
            return self._usual_policy
        certificate = certificate or self._certificate
        key = (ignore, certificate)
        policy = self._policies.get(key)
        if policy is None:
            policy = TlsPolicy(self._roots, ignore, certificate=certificate)
            while len(self._policies) >= _MOST_POLICIES:
                del self._policies[next(iter(self._policies))]
            self._policies[key] = policy
        if not ignore and certificate is self._certificate:
            self._usual_policy = policy
        return policy

    def close(self) -> Deferred[None]:
        """Close every channel; fires when no socket is left."""
        return self.pool.close()
