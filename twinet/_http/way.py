"""The way of an order to its server: straight, or past a proxy.

An HTTP proxy is given requests for http, ftp and gopher URLs itself, in absolute form
(RFC 9112, section 3.2.2), so that one connection to it may serve many servers.  For an
https URL it is asked for a tunnel, and a SOCKS proxy for each URL; a tunnel leads to
one server, and what has gone through it once is kept for that server alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinet._http.auth import tunnel_login
from twinet._http.order import TO_THE_PROXY
from twinet._net.egress import Target
from twinet._net.passage import Passage, ProxyTlsCreator
from twinet._wire.connect import Connect
from twinet._wire.socks4a import Socks4a
from twinet._wire.socks5 import Socks5
from twinet.errors import NotProxyRequest

if TYPE_CHECKING:
    from twinet._http.login_memory import LoginMemory
    from twinet._http.order import Key, Order
    from twinet._net.tls import TlsPolicy
    from twinet._wire.answer_events import Head
    from twinet._wire.connect import TunnelLogin
    from twinet._wire.greeting import Greeting
    from twinet.proxy import Proxy

__all__ = ["key_of", "passage_of", "target_of", "tunnel"]


class _OwnWords:
    """A login with what the program says itself."""

    def __init__(self, value: bytes) -> None:
        self._value = value

    def value(self) -> bytes:
        """Return it; an answer to it is the program's."""
        return self._value

    def met(self, _head: Head) -> bool:
        """Let the challenge stand."""
        return False

    def accepted(self, _head: Head) -> None:
        """Know nothing of it."""


def key_of(order: Order) -> Key:
    """Return what a kept channel must have been opened for to serve an order."""
    url, proxy = order.url, order.proxy
    if proxy is None:
        return (url.scheme, url.host, url.port, order.tls)
    if proxy.tunnels(url.scheme):
        # Who asked for the tunnel is known to the proxy for as long as it lasts.
        own = None if proxy.speech.startswith("socks") else _own_words(order)
        return (url.scheme, url.host, url.port, order.tls, proxy, own)
    return ("", proxy.host, proxy.port, None, proxy)


def target_of(order: Order) -> Target:
    """Return where an order's connection leads, as the egress policy is told."""
    url, proxy = order.url, order.proxy
    host, port = url.host, url.port
    if proxy is not None:
        host, port = proxy.host, proxy.port
    return Target(
        url.scheme,
        host,
        port,
        url.url,
        order.hop,
        order.came_from,
        order.context,
        proxy,
    )


def passage_of(order: Order, policy: TlsPolicy | None, logins: LoginMemory) -> Passage:
    """Return the way past an order's proxy.

    :param policy: how a proxy is verified that is spoken to in TLS.
    :param logins: what is known of those who ask for credentials.
    :raises NotProxyRequest: 12020, the server cannot be named to a proxy, or this
        proxy does not speak what it speaks.
    :raises InvalidParameter: 87, the credentials cannot be.
    :raises InvalidUrl: 12005, no certificate can be for such a proxy.
    """
    proxy, url = order.proxy, order.url
    assert proxy is not None, "there is one"
    if not proxy.tunnels(url.scheme):
        _check_host(proxy, url.host)
        return Passage(proxy, None, _creator(proxy, policy))
    if url.scheme not in ("http", "https"):
        msg = f"{url.url} is asked of HTTP proxies only, and {proxy} is none"
        raise NotProxyRequest(msg)
    own = _own_words(order)
    return tunnel(
        proxy,
        url.host,
        url.port,
        policy,
        tunnel_login(logins, order) if own is None else _OwnWords(own),
        agent=order.agent,
        head_limit=order.limits.head_bytes,
    )


def tunnel(
    proxy: Proxy,
    host: str,
    port: int,
    policy: TlsPolicy | None,
    login: TunnelLogin | None,
    *,
    agent: bytes,
    head_limit: int,
    server_first: bool = False,
) -> Passage:
    """Return the way through a proxy to a server, whatever is spoken there.

    :param login: answers the challenges of an HTTP proxy; ``None`` lets them stand.
    :param agent: the line that names the program to such a one.
    :raises InternetError: as :func:`passage_of`.
    """
    _check_host(proxy, host)
    greeting: Greeting
    if proxy.speech == "socks5":
        greeting = Socks5(proxy, host, port)
    elif proxy.speech == "socks4a":
        greeting = Socks4a(proxy, host, port)
    else:
        greeting = Connect(
            proxy, host, port, agent=agent, login=login, head_limit=head_limit
        )
    return Passage(proxy, greeting, _creator(proxy, policy), server_first)


def _check_host(proxy: Proxy, host: str) -> None:
    if "%" in host:
        msg = (
            f"{host} is an address on a link of this machine, which means nothing to "
            f"the proxy {proxy}; connect straight to it"
        )
        raise NotProxyRequest(msg)


def _creator(proxy: Proxy, policy: TlsPolicy | None) -> ProxyTlsCreator | None:
    """Return how TLS is spoken with a proxy; ``None`` for a plain one."""
    if proxy.speech != "https":
        return None
    assert policy is not None, "it is verified"
    return ProxyTlsCreator(policy, proxy)


def _own_words(order: Order) -> bytes | None:
    """Return what the program itself says to an HTTP proxy about who it is."""
    for name, value in order.fields:
        if name.lower() == TO_THE_PROXY:
            return value
    return None
