"""The server's end of one connection, which blocks in a thread of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket

    from tests.conformance.servers import Servers

__all__ = ["ClientGone", "Peer"]

_PIECE = 65536


class ClientGone(Exception):  # noqa: N818  what happened
    """The client has closed its end."""


class Peer:
    """One connection."""

    def __init__(
        self, servers: Servers, name: str, number: int, sock: socket.socket
    ) -> None:
        self._servers = servers
        self._name = name
        self._number = number
        self._sock = sock
        self._buffer = b""

    def _take(self, count: int) -> str:
        data, self._buffer = self._buffer[:count], self._buffer[count:]
        return data.decode("latin-1")

    def _more(self) -> None:
        data = self._sock.recv(_PIECE)
        if not data:
            raise ClientGone
        self._buffer += data
