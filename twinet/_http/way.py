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
    from twinet._wire.greeting import Greeting
    from twinet.proxy import Proxy

__all__ = ["key_of", "passage_of", "target_of"]


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
    proxy = order.proxy
    assert proxy is not None, "there is one"
    if "%" in order.url.host:
        msg = (
            f"{order.url.host} is an address on a link of this machine, which means "
            f"nothing to the proxy {proxy}; connect straight to it"
        )
        raise NotProxyRequest(msg)
    creator = None
    if proxy.speech == "https":
        assert policy is not None, "it is verified"
        creator = ProxyTlsCreator(policy, proxy)
    return Passage(proxy, _greeting(order, proxy, logins), creator)


def _greeting(order: Order, proxy: Proxy, logins: LoginMemory) -> Greeting | None:
    url = order.url
    if not proxy.tunnels(url.scheme):
        return None
    if url.scheme not in ("http", "https"):
        msg = f"{url.url} is asked of HTTP proxies only, and {proxy} is none"
        raise NotProxyRequest(msg)
    if proxy.speech == "socks5":
        return Socks5(proxy, url.host, url.port)
    if proxy.speech == "socks4a":
        return Socks4a(proxy, url.host, url.port)
    own = _own_words(order)
    return Connect(
        proxy,
        url.host,
        url.port,
        agent=order.agent,
        login=tunnel_login(logins, order) if own is None else _OwnWords(own),
        head_limit=order.limits.head_bytes,
    )


def _own_words(order: Order) -> bytes | None:
    """Return what the program itself says to an HTTP proxy about who it is."""
    for name, value in order.fields:
        if name.lower() == TO_THE_PROXY:
            return value
    return None
