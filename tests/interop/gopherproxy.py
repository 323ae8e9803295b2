"""An HTTP proxy that speaks Gopher: Twisted's HTTP server, and a few lines behind it.

No proxy in Debian does any more (Squid answers 501 since its version 5.7 there), and
Twisted's own proxy stands on a client that is deprecated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes, urlsplit

from twisted.internet import reactor as _reactor
from twisted.internet.protocol import ClientFactory, Protocol, connectionDone
from twisted.web.http import HTTPChannel, HTTPFactory, Request

if TYPE_CHECKING:
    from twisted.python.failure import Failure

__all__ = ["proxy_factory"]

reactor: Any = _reactor


class Fetching(Protocol):
    """Asks a Gopher server, and hands all that comes to the proxy's client."""

    def __init__(self, selector: bytes, request: Any) -> None:
        self.selector = selector
        self.request = request

    def connectionMade(self) -> None:
        transport: Any = self.transport
        transport.write(self.selector + b"\r\n")
        self.request.registerProducer(transport, True)

    def dataReceived(self, data: bytes) -> None:
        self.request.write(data)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.request.unregisterProducer()
        self.request.finish()


class ProxyRequest(Request):
    """A request for a gopher URL."""

    def process(self) -> None:
        channel: Any = self.channel
        channel.asked.append(self.uri)
        url = urlsplit(self.uri)
        factory: Any = ClientFactory()
        factory.noisy = False
        # The path has a slash and the character of the type before the selector.
        selector = unquote_to_bytes(url.path)[2:]
        factory.buildProtocol = lambda _: Fetching(selector, self)
        assert url.scheme == b"gopher"
        assert url.hostname is not None
        reactor.connectTCP(url.hostname.decode(), url.port or 70, factory)


class Channel(HTTPChannel):
    """A connection from a client of the proxy."""

    asked: list[bytes]
    requestFactory = ProxyRequest


def proxy_factory(asked: list[bytes]) -> Any:
    """Return what listens; the URLs that are asked for are noted."""

    class Noting(Channel):
        pass

    Noting.asked = asked
    factory: Any = HTTPFactory()
    factory.noisy = False
    factory.protocol = Noting
    return factory
