"""One misbehaviour of an FTP server: what it does at which verb, what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from tests.interop.hostile.case import SHORT, Right, Wrong
from tests.interop.hostile.ftp.server import CONTENTS

if TYPE_CHECKING:
    from tests.interop.hostile.ftp.server import FtpPeer, Script

__all__ = [
    "LIMITED",
    "SENT",
    "WHOLE",
    "Act",
    "FtpCase",
    "Right",
    "Wrong",
    "closing",
    "dripping",
    "first",
    "resetting",
    "saying",
    "silent",
]

#: What the client does: logs in; reads ``/file``, all of it, from byte 100 on, into a
#: file of its own, or its beginning; sends a file; lists the folder; asks where it is,
#: and how long the file is; makes a folder; renames; says good-bye.
Act = Literal[
    "login",
    "get",
    "get from 100",
    "get_file",
    "read a little",
    "put",
    "find",
    "pwd",
    "size",
    "make",
    "rename",
    "quit",
]

#: What is sent: more than sockets take, so that it can be cut in the middle.
SENT = bytes(range(256)) * (1 << 15)
#: A limit that runs out (seconds).
LIMITED = {"ftp_reply": SHORT}
#: The file, all of it.
WHOLE = Right(CONTENTS, kept=True)


@dataclass(frozen=True, slots=True)
class FtpCase:
    """One misbehaviour.

    ``expected.kept`` says whether the control connection is good for another command
    afterwards; if it is not, the next command fails at once with 12111.

    :ivar scripts: what the server does at a verb; the rest it does well.
    :ivar limits: limits that are other than patient ones, by name.
    :ivar passive: who makes data connections.
    :ivar tls: how the client logs in.
    :ivar stored: what must have come at the server, if something is sent.
    :ivar unsaid: a verb that must not have come.
    """

    name: str
    scripts: dict[str, Script]
    expected: Right | Wrong
    act: Act = "get"
    limits: dict[str, float] = field(default_factory=dict)
    passive: bool = True
    tls: Literal["explicit"] | None = None
    stored: bytes | None = None
    unsaid: str = ""

    def __str__(self) -> str:
        return self.name

    def slower(self, times: int) -> FtpCase:
        """Return the same with more time until its limits run out."""
        longer = {name: limit * times for name, limit in self.limits.items()}
        return replace(self, limits=longer)


async def silent(peer: FtpPeer, argument: str) -> None:
    """Say nothing, and go on listening."""


async def closing(peer: FtpPeer, argument: str) -> None:
    """Close the control connection."""
    peer.close()


async def resetting(peer: FtpPeer, argument: str) -> None:
    """Close it by a RST."""
    peer.reset()


def saying(*lines: str, end: str = "") -> Script:
    """Say some lines.

    :param end: ``close`` closes behind them.
    """

    async def script(peer: FtpPeer, argument: str) -> None:
        peer.say(*lines)
        if end == "close":
            peer.close()

    return script


def dripping(start: bytes, drop: bytes, seconds: float = 0.01) -> Script:
    """Send something, and then a little again and again."""

    async def script(peer: FtpPeer, argument: str) -> None:
        peer.send(start)
        while True:
            await peer.pause(seconds)
            peer.send(drop)

    return script


def first(*lines: str, then: str) -> Script:
    """Say some lines, and then do what a verb is for."""

    async def script(peer: FtpPeer, argument: str) -> None:
        peer.say(*lines)
        await peer.well(then, argument)

    return script
