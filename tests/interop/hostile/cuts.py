"""Answers that are cut at each byte, in order, by a reset, and under TLS.

The place of the cut stands in the target: ``/cut/17``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twinet.errors import ConnectionReset, HttpInvalidServerResponse, Truncated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.interop.hostile.server import Peer, Script
    from twinet.errors import InternetError

__all__ = ["CUTS", "Cut"]


@dataclass(frozen=True, slots=True)
class Cut:
    """One answer, and one way to end the connection in the middle of it.

    :ivar head: the answer's head, with what comes before it.
    :ivar rest: what follows on the wire.
    :ivar framed: the end of the body can be told from what came.
    :ivar end: the method of the peer that ends the connection.
    :ivar tls: it speaks TLS.
    """

    name: str
    head: bytes
    rest: bytes
    framed: bool
    end: str
    tls: bool = False

    @property
    def raw(self) -> bytes:
        """The answer, whole."""
        return self.head + self.rest

    @property
    def script(self) -> Script:
        """Answer up to the place that is asked for."""

        async def script(peer: Peer) -> None:
            await peer.sent(self.raw[: int(peer.target.rpartition("/")[2])])
            if self.end == "reset":
                # Or the client would not get what came before it.
                await peer.pause(0.001)
            getattr(peer, self.end)()

        return script

    @property
    def places(self) -> range:
        """Where to cut; at the last one nothing is missing."""
        return range(len(self.raw) + 1)

    def expected(self, place: int) -> tuple[type[InternetError] | None, bytes]:
        """Return the error that has to come of a cut, and the data before it.

        None is no error: all is there.
        """
        if place == len(self.raw) and self.framed:
            return None, BODY
        if self.end != "close":
            return ConnectionReset, BODY
        if place < len(self.head):
            return HttpInvalidServerResponse, b""
        if self.framed:
            return Truncated, BODY
        # It cannot be told from a whole one: that is why lengths were invented.
        return None, self.raw[len(self.head) : place]


BODY = b"hello world"
_FRAMED = b"HTTP/1.1 200 OK\r\nX-Field: value\r\nContent-Length: 11\r\n\r\n"
_INTERIM = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
_CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
_CHUNKS = b"5;x=y\r\nhello\r\n6\r\n world\r\n0\r\nX-Trailer: value\r\n\r\n"
_UNTIL_CLOSE = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"


def _cuts() -> Iterator[Cut]:
    for name, head, rest in (
        ("a length", _FRAMED, BODY),
        ("an interim answer", _INTERIM + _FRAMED, BODY),
        ("chunks", _CHUNKED, _CHUNKS),
        ("until close", _UNTIL_CLOSE, BODY),
    ):
        for how, end, tls in (
            ("closed", "close", False),
            ("reset", "reset", False),
            ("TLS, closed", "close", True),
            ("TLS, no close_notify", "close_without_notify", True),
        ):
            framed = head is not _UNTIL_CLOSE
            yield Cut(f"{name}: {how}", head, rest, framed, end, tls)


CUTS = list(_cuts())
