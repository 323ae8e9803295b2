"""FTP servers that go silent: each limit against a peer that stops just there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.interop.hostile.case import SHORT
from tests.interop.hostile.ftp.case import (
    LIMITED,
    Act,
    FtpCase,
    Right,
    Wrong,
    dripping,
    saying,
    silent,
)
from tests.interop.hostile.ftp.server import CONTENTS
from twinet.errors import Timeout

if TYPE_CHECKING:
    from tests.interop.hostile.ftp.server import FtpPeer

__all__ = ["SILENCE"]

_LATE = Wrong(Timeout, "ftp_reply")


def _at(verb: str, act: Act = "get", **more: str) -> FtpCase:
    """Name a case in which nothing is said at a verb."""
    where = {"greeting": "instead of a greeting"}.get(verb, f"at {verb}")
    scripts = {verb: silent} | {v: saying(line) for v, line in more.items()}
    return FtpCase(f"silence {where}", scripts, _LATE, act, LIMITED)


async def _data_silent(peer: FtpPeer, _: str) -> None:
    peer.say("150 here it comes")
    (await peer.data()).send(CONTENTS[:100])


async def _no_end(peer: FtpPeer, _: str) -> None:
    peer.say("150 here it comes")
    data = await peer.data()
    data.send(CONTENTS)
    data.close()


async def _data_open_after_226(peer: FtpPeer, _: str) -> None:
    await _data_silent(peer, "")
    peer.say("226 that is all")


async def _no_226_for_what_was_sent(peer: FtpPeer, _: str) -> None:
    peer.say("150 send it")
    await (await peer.data()).to_the_end()


async def _nothing_taken(peer: FtpPeer, _: str) -> None:
    peer.say("150 send it")
    (await peer.data()).read_nothing()


async def _much(peer: FtpPeer, _: str) -> None:
    """Send as long as the client takes it."""
    peer.say("150 here it comes")
    await (await peer.data()).flood(bytes(1 << 16))


SILENCE = [
    _at("greeting", "login"),
    _at("USER", "login"),
    _at("PASS", "login"),
    _at("FEAT", "find"),
    _at("PWD", "pwd"),
    _at("SIZE", "size"),
    _at("TYPE"),
    _at("EPSV"),
    _at("PASV", EPSV="502 no"),
    _at("RETR"),
    _at("STOR", "put"),
    _at("MLSD", "find"),
    _at("RNTO", "rename"),
    FtpCase(
        "silence after a 1xx that only begins",
        {"PWD": saying("120 in a moment")},
        _LATE,
        "pwd",
        LIMITED,
    ),
    FtpCase(
        "silence in a reply",
        {"PWD": dripping(b'257 "/', b"", 9)},
        _LATE,
        "pwd",
        LIMITED,
    ),
    FtpCase(
        "a reply that drips",
        {"PWD": dripping(b'257 "/', b"x")},
        _LATE,
        "pwd",
        LIMITED,
    ),
    FtpCase(
        "a multi-line reply without an end",
        {"PWD": saying("257-one", " two")},
        _LATE,
        "pwd",
        LIMITED,
    ),
    FtpCase(
        "a multi-line reply that drips lines",
        {"PWD": dripping(b"257-one\r\n", b"257-more\r\n")},
        _LATE,
        "pwd",
        LIMITED,
    ),
    FtpCase(
        "silence in the data",
        {"RETR": _data_silent},
        Wrong(Timeout, "idle", CONTENTS[:100], kept=True),
        limits={"idle": SHORT},
    ),
    FtpCase(
        "silence in the data although 226 has come",
        {"RETR": _data_open_after_226},
        Wrong(Timeout, "idle", CONTENTS[:100], kept=True),
        limits={"idle": SHORT},
    ),
    FtpCase(
        "silence in a listing",
        {"MLSD": _data_silent},
        Wrong(Timeout, "idle", kept=True),
        "find",
        {"idle": SHORT},
    ),
    FtpCase(
        "silence instead of 226",
        {"RETR": _no_end},
        Wrong(Timeout, "ftp_reply", CONTENTS),
        limits=LIMITED,
    ),
    FtpCase(
        "silence instead of 226 behind what was sent",
        {"STOR": _no_226_for_what_was_sent},
        _LATE,
        "put",
        LIMITED,
    ),
    FtpCase(
        "nothing is taken of what is sent",
        {"STOR": _nothing_taken},
        Wrong(Timeout, "send", kept=True),
        "put",
        {"send": SHORT},
    ),
    _at("QUIT", "quit"),
    FtpCase(
        "silence at ABOR",
        {"RETR": _much, "ABOR": silent},
        Right(b""),
        "read a little",
        LIMITED,
    ),
]
