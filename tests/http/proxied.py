"""What tests of proxies share: who chooses one, and what a proxy says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.http.memory import MemoryNet
from twinet.proxy import Proxy
from twinet.records import Credentials

if TYPE_CHECKING:
    from twinet.urls import HttpUrl

PROXY = Proxy("http", "127.0.0.9", 3128)
SECURE_PROXY = Proxy("https", "127.0.0.9", 3129)
SOCKS5 = Proxy("socks5", "127.0.0.9", 1080)
SOCKS4A = Proxy("socks4a", "127.0.0.9", 1080)
LOGIN = Credentials("user", "s3cret")
OPENED = b"HTTP/1.1 200 Connection established\r\n\r\n"
#: What a SOCKS5 proxy says: no login, and then that it leads on.
SOCKS5_OPENED = (b"\x05\x00", b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
SOCKS4A_OPENED = b"\x00\x5a" + bytes(6)


class OneProxy:
    """Chooses one proxy for all URLs, but for some hosts."""

    def __init__(self, proxy: Proxy | None, *straight: str) -> None:
        self.proxy = proxy
        self.straight = straight

    def proxy_for(self, url: HttpUrl) -> Proxy | None:
        return None if url.host in self.straight else self.proxy


def proxied_net(proxy: Proxy = PROXY, *straight: str, **options: Any) -> MemoryNet:
    """Return a net whose requests go through a proxy."""
    net = MemoryNet(**options)
    net.session.engine.proxies = OneProxy(proxy, *straight)
    return net
