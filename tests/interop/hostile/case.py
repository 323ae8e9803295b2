"""One misbehaviour: what the server does, and what must come of it."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from twinet.flags import Flag
from twinet.records import Limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.interop.hostile.server import Peer, Script
    from twinet.errors import InternetError
    from twinet.proxy import Speech

__all__ = [
    "LONGER",
    "PATIENT",
    "SHORT",
    "Case",
    "Right",
    "Wrong",
    "answering",
    "ok",
    "resetting",
    "saying",
]

#: Limits that never run out here: a case whose limit is to run out sets that one.
PATIENT = Limits(
    lookup=60, connect=60, tls=60, slot=60, send=60, first_byte=60, idle=60
)
#: The limit that runs out, where one is to (seconds); on a busy machine it is made
#: longer until the server does in it what it should.
SHORT = 0.15
#: One that would run out if it were not started anew, on a busy machine too (seconds).
LONGER = 1.2


@dataclass(frozen=True, slots=True)
class Right:
    """The right data come.

    :ivar data: the body.
    :ivar kept: whether the next request goes out on the same connection.
    :ivar status: the answer's code.
    """

    data: bytes
    kept: bool = False
    status: int = 200


@dataclass(frozen=True, slots=True)
class Wrong:
    """An error comes.

    :ivar kind: its class, exactly.
    :ivar words: a part of its message.
    :ivar data: what may come of the body before it, all or the beginning.
    :ivar kept: as for :class:`Right`: the answer itself was whole.
    """

    kind: type[InternetError]
    words: str
    data: bytes = b""
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """One misbehaviour of a server.

    :ivar script: what it does when it is asked.
    :ivar body: makes what is sent to it; None sends no body.
    :ivar pushed: the body is handed over piece by piece.
    :ivar expect: the client waits for leave to send it.
    :ivar tls: it speaks TLS; a proxy that is asked for a tunnel, when it has opened it.
    :ivar greetings: what it does on the connection of a number before anything is
        asked, in place of TLS.
    :ivar proxy: the server is a proxy that is spoken to in this way, and the server
        behind it as well: ``bad.test`` for what is asked, and ``good.test`` for good
        pages.
    :ivar opening: what it does at first on each connection, up to the tunnel.
    :ivar decode: the client undoes the codings of bodies.
    :ivar credentials: the client knows a user and a password for the server, or for the
        proxy if there is one.
    :ivar before: how many good pages are fetched first, so that the connection is a
        kept one.
    :ivar rest: how long the client waits afterwards, before it asks again (seconds).
    """

    name: str
    script: Script
    expected: Right | Wrong
    verb: str = "GET"
    body: Callable[[], Any] | None = None
    pushed: bool = False
    expect: bool = False
    limits: Limits = PATIENT
    flags: Flag = Flag(0)
    tls: bool = False
    greetings: dict[int, Script] = field(default_factory=dict)
    proxy: Speech | None = None
    opening: Script | None = None
    decode: bool = False
    credentials: bool = False
    before: int = 0
    rest: float = 0

    def __str__(self) -> str:
        return self.name

    @property
    def timed(self) -> bool:
        """Whether a limit is to be longer than what happens in it."""
        return any(getattr(self.limits, each.name) == LONGER for each in fields(Limits))

    def slower(self, times: int) -> Case:
        """Return the same with more time until the short limit runs out."""
        short = [
            each.name
            for each in fields(Limits)
            if getattr(self.limits, each.name) == SHORT
        ]
        longer = self.limits.but(**dict.fromkeys(short, SHORT * times))
        return replace(self, limits=longer)


def ok(body: bytes, *lines: bytes, status: bytes = b"200 OK") -> bytes:
    """Return a complete answer with a length."""
    fields = b"".join(line + b"\r\n" for line in lines)
    return b"HTTP/1.1 %b\r\nContent-Length: %d\r\n%b\r\n%b" % (
        status,
        len(body),
        fields,
        body,
    )


def saying(data: bytes) -> Script:
    """Answer with some bytes, and wait."""

    async def script(peer: Peer) -> None:
        peer.send(data)

    return script


def answering(data: bytes) -> Script:
    """Answer with some bytes, and close in order, with TLS by a close_notify."""

    async def script(peer: Peer) -> None:
        peer.send(data)
        peer.close()

    return script


def resetting(data: bytes) -> Script:
    """Answer with some bytes, and reset the connection when they are read."""

    async def script(peer: Peer) -> None:
        await peer.sent(data)
        # In this turn of the reactor the client reads them.
        await peer.pause(0.01)
        peer.reset()

    return script
