"""A real proxy on loopback, for HTTP, CONNECT, SOCKS5 and SOCKS4a.

It leads to servers on this machine alone, whatever name it is given for one.
"""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.protocol import ClientFactory, Factory, Protocol

from tests.http.loopback import reactor
from twinet.proxy import Proxy

REFUSED = b"HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm=x\r\n%b\r\n%b"


class _Far(Protocol):
    """The connection to the server."""

    transport: Any

    def __init__(self, near: Near) -> None:
        self.near = near

    def connectionMade(self) -> None:
        self.near.led(self)

    def dataReceived(self, data: bytes) -> None:
        self.near.transport.write(data)

    def connectionLost(self, reason: Any = None) -> None:
        self.near.transport.loseConnection()


class _FarFactory(ClientFactory):
    noisy = False

    def __init__(self, near: Near) -> None:
        self.near = near

    def buildProtocol(self, addr: Any) -> Any:
        return _Far(self.near)

    def clientConnectionFailed(self, connector: Any, reason: Any) -> None:
        self.near.not_led()


class Near(Protocol):
    """The connection of a client."""

    transport: Any
    far: _Far | None = None
    lost = False

    def __init__(self, server: ProxyServer) -> None:
        self.server = server
        self.buffer = b""
        self.step: Any = {
            "http": self.http,
            "https": self.http,
            "socks5": self.methods,
            "socks4a": self.socks4a,
        }[server.speech]

    def connectionMade(self) -> None:
        self.server.clients.append(self)

    def dataReceived(self, data: bytes) -> None:
        if self.far is not None:
            self.far.transport.write(data)
            return
        self.buffer += data
        while self.far is None and self.step():
            pass

    def connectionLost(self, reason: Any = None) -> None:
        self.lost = True
        if self.far is not None:
            self.far.transport.loseConnection()
        self.server.check_all_lost()

    # -- to the server and back

    def lead(self, host: bytes, port: int, granted: bytes, refused: bytes) -> bool:
        self.server.led_to.append((host.decode(), port))
        self.granted, self.refused = granted, refused
        self.step = lambda: False
        reactor.connectTCP("127.0.0.1", port, _FarFactory(self))
        return False

    def led(self, far: _Far) -> None:
        self.far = far
        self.transport.write(self.granted)
        far.transport.write(self.buffer)

    def not_led(self) -> None:
        self.transport.write(self.refused)
        self.transport.loseConnection()

    # -- what clients say

    def http(self) -> bool:
        head, blank, rest = self.buffer.partition(b"\r\n\r\n")
        if not blank:
            return False
        self.buffer = rest
        self.server.heads.append(head)
        login = self.server.login
        if login is not None:
            field = b"Proxy-Authorization: Basic " + b64encode(b":".join(login))
            if field not in head.split(b"\r\n"):
                self.transport.write(self.server.refusal)
                if b"close" in self.server.refusal:
                    self.transport.loseConnection()
                return not self.transport.disconnecting
        verb, target, _ = head.split(b"\r\n")[0].split(b" ")
        if verb == b"CONNECT":
            host, _, port = target.rpartition(b":")
            bad = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"
            granted = b"HTTP/1.1 200 Connection established\r\n\r\n"
            return self.lead(host, int(port), granted, bad)
        # In absolute form: it answers itself, which is enough to see it.
        body = b"for " + target
        self.transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
        )
        return True

    def methods(self) -> bool:
        if len(self.buffer) < 2 or len(self.buffer) < 2 + self.buffer[1]:
            return False
        methods = self.buffer[2 : 2 + self.buffer[1]]
        self.buffer = self.buffer[2 + self.buffer[1] :]
        wanted = 0 if self.server.login is None else 2
        if wanted not in methods:
            self.transport.write(b"\x05\xff")
            self.transport.loseConnection()
            return False
        self.transport.write(bytes([5, wanted]))
        self.step = self.socks5 if wanted == 0 else self.password
        return True

    def password(self) -> bool:
        login = self.server.login
        assert login is not None
        name, secret = login
        right = b"\x01%c%b%c%b" % (len(name), name, len(secret), secret)
        if len(self.buffer) < len(right):
            return False
        given, self.buffer = self.buffer[: len(right)], self.buffer[len(right) :]
        self.transport.write(b"\x01" + bytes([given != right]))
        self.step = self.socks5
        return given == right

    def socks5(self) -> bool:
        data = self.buffer
        if len(data) < 5:
            return False
        size = {1: 4, 3: 1 + data[4], 4: 16}[data[3]]
        end = 4 + size + 2
        if len(data) < end:
            return False
        where, port = data[4 : 4 + size], int.from_bytes(data[end - 2 : end], "big")
        self.buffer = data[end:]
        host = where[1:] if data[3] == 3 else where.hex().encode()
        bound = b"\x00\x01" + bytes(6)
        return self.lead(host, port, b"\x05\x00" + bound, b"\x05\x05" + bound)

    def socks4a(self) -> bool:
        data = self.buffer
        if data[8:].count(b"\x00") < 2:
            return False
        _, host, self.buffer = data[8:].split(b"\x00", 2)
        port = int.from_bytes(data[2:4], "big")
        return self.lead(host, port, b"\x00\x5a" + bytes(6), b"\x00\x5b" + bytes(6))


class ProxyServer:
    """A proxy that listens.

    :param tls: how it speaks TLS, with ``https``.
    :param login: user name and password that it wants.
    :ivar heads: of the requests that came, with HTTP.
    :ivar led_to: where it was asked to lead.
    """

    def __init__(
        self, speech: Any, tls: Any = None, login: tuple[bytes, bytes] | None = None
    ) -> None:
        self.speech = speech
        self.login = login
        self.refusal = REFUSED % (b"Content-Length: 4\r\n", b"evil")
        self.heads: list[bytes] = []
        self.led_to: list[tuple[str, int]] = []
        self.clients: list[Near] = []
        self._waiting: Deferred[None] | None = None
        factory: Any = Factory.forProtocol(lambda: Near(self))
        factory.noisy = False
        if tls is None:
            self.port = reactor.listenTCP(0, factory, interface="127.0.0.1")
        else:
            self.port = reactor.listenSSL(0, factory, tls, interface="127.0.0.1")

    def proxy(self, credentials: Any = None, host: str = "127.0.0.1") -> Proxy:
        """Return it as sessions know it."""
        return Proxy(self.speech, host, self.port.getHost().port, credentials)

    def check_all_lost(self) -> None:
        waiting = self._waiting
        if waiting is not None and all(client.lost for client in self.clients):
            self._waiting = None
            waiting.callback(None)

    async def stop(self) -> None:
        """Listen no more, and wait until every client has gone by itself."""
        await self.port.stopListening()
        waiting = self._waiting = Deferred()
        reactor.callLater(0, self.check_all_lost)
        await waiting
