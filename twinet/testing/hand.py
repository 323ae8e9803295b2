"""A peer that the test itself plays, byte by byte."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, overload

from twisted.internet.error import ConnectionDone

from twinet.testing.transports import MemoryTransport

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinet.testing.dialing import Dialing

__all__ = ["HandPeer", "HandTransport", "PlayedEnd"]

T = TypeVar("T")


class HandPeer:
    """A peer that the test plays: nothing happens that it does not do itself.

    Attempts to connect wait until the test accepts or refuses them.  What the program
    writes can be taken at once, and what the test sends arrives at once.  So each step
    of a conversation can be looked at, without a turn of the reactor in between.

    Give it as ``MemoryNetwork(otherwise=HandPeer())``, or add it as a host's peer.

    :ivar attempts: all that there were, the oldest first.
    :source: our own tests.
    """

    def __init__(self) -> None:
        self.attempts: list[Dialing] = []

    def dialed(self, dialing: Dialing) -> None:
        """Let an attempt wait."""
        self.attempts.append(dialing)

    @property
    def waiting(self) -> list[Dialing]:
        """The attempts that wait; those given up are not among them."""
        return [each for each in self.attempts if not each.over]

    def oldest(self) -> Dialing:
        """Return the oldest attempt that waits.

        :raises AssertionError: there is none.
        """
        waiting = self.waiting
        if not waiting:
            msg = "nobody is trying to connect"
            raise AssertionError(msg)
        return waiting[0]

    @overload
    def accept(self) -> PlayedEnd: ...
    @overload
    def accept(self, kind: Callable[[HandTransport], T]) -> T: ...
    def accept(self, kind: Callable[[HandTransport], Any] | None = None) -> Any:
        """Let the oldest attempt succeed; return the server's end.

        :param kind: makes the end of the client's transport: a subclass of
            :class:`PlayedEnd`, say.
        :raises AssertionError: there is none.
        """
        dialing = self.oldest()
        transport = HandTransport(dialing.reactor, dialing.near, dialing.far)
        if not dialing.connected(transport):
            msg = f"the client does not want the connection: {dialing}"
            raise AssertionError(msg)
        return (kind or PlayedEnd)(transport)

    def refuse(self) -> None:
        """Let the oldest attempt fail.

        :raises AssertionError: there is none.
        """
        self.oldest().refuse()


class HandTransport(MemoryTransport):
    """The client's end; what is written to it is kept."""

    _written = b""

    def write(self, data: bytes) -> None:
        """Keep it."""
        if not isinstance(data, bytes | bytearray | memoryview):
            msg = f"only bytes are sent, not {type(data).__name__}"
            raise TypeError(msg)
        self._written += bytes(data)

    def attach(self, protocol: Any) -> None:
        """Be the transport of a protocol."""
        self.protocol = protocol
        protocol.makeConnection(self)

    def take(self) -> bytes:
        """Return what was written since the last time."""
        data, self._written = self._written, b""
        return data


class PlayedEnd:
    """The server's end of one connection.

    :ivar transport: the client's transport.
    """

    def __init__(self, transport: HandTransport) -> None:
        self.transport = transport

    @property
    def protocol(self) -> Any:
        """The client's protocol."""
        return self.transport.protocol

    @property
    def closed(self) -> bool:
        """Whether the client has closed the connection, or the test has."""
        return self.transport.disconnected

    def take(self) -> bytes:
        """Take what the client has sent."""
        return self.transport.take()

    def send(self, data: bytes) -> None:
        """Let data arrive at the client."""
        self.protocol.dataReceived(data)

    def close(self, reason: Exception | None = None) -> None:
        """Close: in order, or as Twisted tells of it (``ConnectionLost()``)."""
        self.transport.lose_now(reason or ConnectionDone())
