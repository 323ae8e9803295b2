"""The tunnel: what stands between a transport and a line until the proxy lets through.

Theory of operation.  A proxy is greeted on the transport that will be the line's.  When
it has opened the way, the tunnel takes itself out: the transport's protocol is from
then on what the line would have had without a proxy, the line itself or the TLS layer
below it, so that nothing is slower than without.  A transport of a program's endpoint,
of which it is not known how to put another protocol in place, keeps the tunnel, which
then passes on what it hears.

The line has been made before, as it holds its place among the connections; it hears of
the end of the transport whether it has been connected or not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from typing import Protocol as TypingProtocol

from twisted.internet.protocol import Protocol, connectionDone
from twisted.internet.tcp import Connection

from twinet._net.tls_layer import TlsLayer

if TYPE_CHECKING:
    from twisted.python.failure import Failure

    from twinet._net.line import Line
    from twinet._wire.greeting import Greeting

__all__ = ["Tunnel"]


class Digger(TypingProtocol):
    """Whom a tunnel tells what happens."""

    def proxy_connected(self, tunnel: Tunnel) -> None:
        """Take note that the transport is there; TLS with the proxy has not begun."""

    def proxy_secured(self, tunnel: Tunnel) -> None:
        """Take note that TLS with the proxy is ready."""

    def proxy_said(self, tunnel: Tunnel, answer: bytes) -> None:
        """Take note that the proxy has spoken, and of what it is answered."""

    def proxy_left(self) -> bool:
        """Take note that a connection is gone, but not why one is wanted.

        Tell whether another one will be made.
        """


class Tunnel(Protocol):
    """One greeting on one transport.

    :param line: the line.
    :param inner: what the transport's protocol is to be: the line or its TLS layer.
    """

    transport: Any
    #: set by the TLS layer: what arrives had come before the proxy was greeted.
    foregone = False
    _passed = False
    _left = False

    def __init__(
        self, digger: Digger, line: Line, inner: Any, greeting: Greeting
    ) -> None:
        self._digger: Digger | None = digger
        self._line = line
        self._inner = inner
        self.greeting = greeting

    def begin(self) -> bytes:
        """Greet the proxy; return what was said."""
        return self.say(self.greeting.begin())

    def say(self, data: bytes) -> bytes:
        """Send bytes; return them."""
        if data:
            self.transport.write(data)
        return data

    def pass_on(self) -> None:
        """Take the tunnel out: from now on it is the line's transport."""
        transport, inner = self.transport, self._inner
        self._passed = True
        self._digger = None
        if isinstance(transport, TlsLayer):
            transport.hand_on(inner)
        elif isinstance(transport, Connection) and not transport.TLS:
            transport.protocol = inner
        inner.makeConnection(transport)

    def leave(self) -> None:
        """Close at once, without the line, which gets another transport."""
        self._left = True
        self._line.transport = None
        abort = getattr(self.transport, "abortConnection", None)
        (abort or self.transport.loseConnection)()

    # -- Twisted, or the TLS layer, calls these

    def connectionMade(self) -> None:  # noqa: N802  Twisted's name
        """Tell that the transport is there."""
        # So that it can be closed like any other.
        self._line.transport = self.transport
        if self._digger is not None:
            self._digger.proxy_connected(self)

    def handshakeCompleted(self) -> None:  # noqa: N802  Twisted's name
        """Tell that TLS with the proxy is ready."""
        if self._digger is not None:
            self._digger.proxy_secured(self)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802  IProtocol
        """Go on with the greeting, or pass on."""
        if self._passed:
            self._inner.dataReceived(data)
        elif self._digger is not None and not self._left:
            self._digger.proxy_said(self, self.say(self.greeting.feed(data)))

    def connectionLost(  # noqa: N802  Twisted's name
        self, reason: Failure = connectionDone
    ) -> None:
        """Tell whom it concerns."""
        digger, self._digger = self._digger, None
        if not (self._passed or self._left):
            self.greeting.ended()
        if self._left or self.greeting.again:
            self._line.transport = None
            if digger is not None and digger.proxy_left():
                return
        self._inner.connectionLost(reason)
