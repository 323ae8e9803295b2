"""A Gopher server on the reactor: the bytes of each selector, or an error."""

from __future__ import annotations

from typing import Any

from twisted.internet.protocol import Factory, Protocol

CONTENT = bytes(range(256)) * 400


class _Talk(Protocol):
    """One connection: a line, and what is there."""

    transport: Any
    factory: Any

    def dataReceived(self, data: bytes) -> None:
        selector = data.split(b"\r\n")[0].decode()
        self.factory.asked.append(selector)
        times = self.factory.asked.count(selector)
        if selector == "/broken" and times == 1:
            self.transport.write(CONTENT[:1000])
            self.transport.abortConnection()
            return
        refusal = b"3no such file\t\terror.host\t1\r\n.\r\n"
        known = {"/a.bin": CONTENT, "/broken": CONTENT, "/menu": b"iwords\r\n.\r\n"}
        self.transport.write(known.get(selector, refusal))
        self.transport.loseConnection()


class Gopherhole(Factory):
    """The server.

    :ivar asked: the selectors that were asked for.
    """

    protocol = _Talk
    noisy = False

    def __init__(self, reactor: Any) -> None:
        self.asked: list[str] = []
        self._port = reactor.listenTCP(0, self, interface="127.0.0.1")
        self.url = f"gopher://127.0.0.1:{self._port.getHost().port}"

    def close(self) -> Any:
        """End."""
        return self._port.stopListening()
