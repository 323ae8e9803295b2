"""FTP servers that refuse TLS, or break it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.interop.hostile.case import SHORT
from tests.interop.hostile.ftp.case import (
    WHOLE,
    FtpCase,
    Right,
    Wrong,
    closing,
    saying,
    silent,
)
from tests.interop.hostile.ftp.server import CONTENTS
from twinet.errors import InternetError, Timeout

if TYPE_CHECKING:
    from tests.interop.hostile.ftp.server import FtpPeer, Script

__all__ = ["SECURE"]


async def _garbage_for_tls(peer: FtpPeer, _: str) -> None:
    peer.say("234 speak TLS")
    peer.send(b"no TLS at all\r\n" * 10)


async def _silent_in_tls(peer: FtpPeer, _: str) -> None:
    peer.say("234 speak TLS")


async def _closed_in_tls(peer: FtpPeer, _: str) -> None:
    peer.say("234 speak TLS")
    peer.close()


async def _said_too_much(peer: FtpPeer, _: str) -> None:
    """Say in the clear, in the same packet, what is to be heard under TLS."""
    peer.send(b"234 speak TLS\r\n230 you are in already\r\n")
    peer.transport.startTLS(peer.server.tls)


def _without_tls(contents: bytes, end: str = "close") -> Script:
    """Send data as they are, although they are to be protected."""

    async def script(peer: FtpPeer, _: str) -> None:
        peer.say("150 here it comes")
        peer.private = False
        data = await peer.data()
        data.send(contents)
        if end == "close":
            data.close()
        peer.say("226 all is there")

    return script


async def _data_without_farewell(peer: FtpPeer, _: str) -> None:
    """Close under TLS without saying so: it may have been anybody who did."""
    peer.say("150 here it comes")
    data = await peer.data()
    await data.sent(CONTENTS)
    data.close_without_notify()
    peer.say("226 all is there")


async def _data_cut(peer: FtpPeer, _: str) -> None:
    peer.say("150 here it comes")
    data = await peer.data()
    await data.sent(CONTENTS[:100])
    data.close_without_notify()
    peer.say("226 all is there")


def _case(
    name: str,
    scripts: dict[str, Script],
    expected: Right | Wrong,
    act: Any = "get",
    **limits: float,
) -> FtpCase:
    return FtpCase(name, scripts, expected, act, limits, tls="explicit", unsaid="")


_NO = Wrong(InternetError, "")
_NO_DATA = Wrong(InternetError, "", kept=True)

SECURE = [
    _case("TLS", {}, WHOLE),
    FtpCase(
        "AUTH unknown",
        {"AUTH": saying("502 what?")},
        _NO,
        "login",
        tls="explicit",
        unsaid="USER",
    ),
    FtpCase(
        "AUTH refused",
        {"AUTH": saying("534 not with you")},
        _NO,
        "login",
        tls="explicit",
        unsaid="USER",
    ),
    FtpCase(
        "AUTH half way",
        {"AUTH": saying("334 go on")},
        _NO,
        "login",
        tls="explicit",
        unsaid="USER",
    ),
    _case("PBSZ refused, PROT taken", {"PBSZ": saying("503 no")}, WHOLE),
    _case("PROT refused", {"PROT": saying("536 no")}, _NO, "login"),
    _case("closed at AUTH", {"AUTH": closing}, _NO, "login"),
    _case("garbage for TLS", {"AUTH": _garbage_for_tls}, _NO, "login"),
    _case("closed instead of TLS", {"AUTH": _closed_in_tls}, _NO, "login"),
    _case(
        "silence instead of TLS",
        {"AUTH": _silent_in_tls},
        Wrong(Timeout, "tls"),
        "login",
        tls=SHORT,
    ),
    _case(
        "silence at AUTH",
        {"AUTH": silent},
        Wrong(Timeout, "ftp_reply"),
        "login",
        ftp_reply=SHORT,
    ),
    _case("a reply in the clear behind 234", {"AUTH": _said_too_much}, _NO, "login"),
    _case("data in the clear", {"RETR": _without_tls(CONTENTS)}, _NO_DATA),
    _case(
        "garbage for TLS of the data",
        {"RETR": _without_tls(b"\x16\x03\x01\x00\x05hello" * 40)},
        _NO_DATA,
    ),
    _case(
        "silence for TLS of the data",
        {"RETR": _without_tls(b"", end="")},
        Wrong(Timeout, "tls", kept=True),
        tls=SHORT,
    ),
    _case(
        "data that end without a close_notify", {"RETR": _data_without_farewell}, WHOLE
    ),
    _case(
        "data that are cut under TLS",
        {"RETR": _data_cut},
        Wrong(InternetError, "", CONTENTS[:100], True),
    ),
]
