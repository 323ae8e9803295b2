"""FTP servers whose replies are out of order, out of shape, or out of measure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.interop.hostile.ftp.case import (
    WHOLE,
    Act,
    FtpCase,
    Right,
    Wrong,
    closing,
    dripping,
    first,
    resetting,
    saying,
)
from tests.interop.hostile.ftp.server import CONTENTS
from twinet.errors import ExtendedError, FtpDropped, LoginFailure

if TYPE_CHECKING:
    from tests.interop.hostile.ftp.server import FtpPeer, Script

__all__ = ["REPLIES"]

_CLOSED = Wrong(FtpDropped, "closed the control connection")
_ROOT = Right(b"/", kept=True)
#: At which verb something happens, and in which act.
_STEPS: dict[str, Act] = {
    "greeting": "login",
    "USER": "login",
    "PASS": "login",
    "FEAT": "find",
    "TYPE": "get",
    "EPSV": "get",
    "RETR": "get",
    "STOR": "put",
    "MLSD": "find",
    "PWD": "pwd",
    "RNTO": "rename",
}


def _raw(data: bytes) -> Script:
    async def script(peer: FtpPeer, _: str) -> None:
        peer.send(data)

    return script


def _flood(data: bytes) -> Script:
    async def script(peer: FtpPeer, _: str) -> None:
        await peer.flood(data, 8 << 20)

    return script


def _amid(*lines: str, end: str = "") -> Script:
    """Say something while the data come; close, or fall silent."""

    async def script(peer: FtpPeer, _: str) -> None:
        peer.say("150 here it comes")
        data = await peer.data()
        await data.sent(CONTENTS[:100])
        peer.say(*lines)
        if end == "close":
            peer.close()
        elif end == "reset":
            peer.reset()

    return script


async def _idle_421(peer: FtpPeer, _: str) -> None:
    """Answer well, and say a moment later that it is over."""
    await peer.well("MKD", "a")
    peer.say("421 you were idle")
    peer.close()


async def _all_data_and_no_farewell(peer: FtpPeer, _: str) -> None:
    peer.say("150 here it comes")
    data = await peer.data()
    data.send(CONTENTS)
    data.close()
    await data.to_the_end()
    peer.close()


def _pwd(name: str, reply: str, expected: Right | Wrong) -> FtpCase:
    return FtpCase(name, {"PWD": saying(*reply.split("\r\n"))}, expected, "pwd")


def _nonsense(name: str, script: Script, words: str = "") -> FtpCase:
    return FtpCase(name, {"PWD": script}, Wrong(ExtendedError, words), "pwd")


REPLIES = [
    *(
        FtpCase(
            f"421 at {verb}",
            {verb: saying("421 too many of you", end="close")},
            Wrong(ExtendedError, "too many of you"),
            act,
        )
        for verb, act in _STEPS.items()
    ),
    *(
        FtpCase(f"closed at {verb}", {verb: closing}, _CLOSED, act)
        for verb, act in _STEPS.items()
    ),
    FtpCase("reset at PWD", {"PWD": resetting}, Wrong(FtpDropped, "control"), "pwd"),
    FtpCase(
        "421 amid the data",
        {"RETR": _amid("421 we go home")},
        Wrong(ExtendedError, "we go home", CONTENTS[:100]),
    ),
    FtpCase(
        "421 amid the data, and closed",
        {"RETR": _amid("421 we go home", end="close")},
        Wrong(ExtendedError, "we go home", CONTENTS[:100]),
    ),
    FtpCase(
        "the control connection closes amid the data",
        {"RETR": _amid(end="close")},
        Wrong(FtpDropped, "control", CONTENTS[:100]),
    ),
    FtpCase(
        "the control connection is reset amid the data",
        {"RETR": _amid(end="reset")},
        Wrong(FtpDropped, "control", CONTENTS[:100]),
    ),
    FtpCase(
        "the control connection closes instead of 226",
        {"RETR": _all_data_and_no_farewell},
        Wrong(FtpDropped, "control", CONTENTS),
    ),
    FtpCase("421 when idle", {"MKD": _idle_421}, Right(b""), "make"),
    FtpCase(
        "a reply too many",
        {"PWD": saying('257 "/"', "250 and another one")},
        Right(b"/"),
        "pwd",
    ),
    FtpCase(
        "a reply to nothing before the one that is owed",
        {"PWD": saying("200 by the way", '257 "/"')},
        Wrong(ExtendedError, "by the way"),
        "pwd",
    ),
    FtpCase(
        "120 before the greeting",
        {"greeting": first("120 ready in a moment", then="greeting")},
        WHOLE,
    ),
    FtpCase(
        "a flood of 1xx",
        {"PWD": dripping(b"", b"120 in a moment\r\n" * 50, 0)},
        Wrong(ExtendedError, "has only begun"),
        "pwd",
    ),
    FtpCase(
        "a flood of replies",
        {"PWD": _flood(b"250 yes\r\n" * 5000)},
        Wrong(ExtendedError, ""),
        "pwd",
    ),
    _nonsense("a line of a mebibyte", _flood(b"257 " + b"x" * (1 << 20))),
    _nonsense("a multi-line reply of a million lines", _flood(b"257-x\r\n" * 20_000)),
    _nonsense("no code", _raw(b"hello\r\n"), "hello"),
    _nonsense("another protocol", _raw(b"HTTP/1.1 400 Bad Request\r\n\r\n")),
    _nonsense("two digits", _raw(b"25 yes\r\n")),
    _nonsense("four digits", _raw(b"2570 yes\r\n")),
    _nonsense("code 000", _raw(b"000 yes\r\n")),
    _nonsense("code 999", _raw(b"999 yes\r\n")),
    _nonsense("NULs", _raw(b"\0" * 40 + b"\r\n")),
    _nonsense("TLS in the clear", _raw(b"\x15\x03\x03\x00\x02\x02\x28\r\n")),
    FtpCase("lines that end in LF alone", {"PWD": _raw(b'257 "/" x\n')}, _ROOT, "pwd"),
    FtpCase("a code and no text", {"USER": _raw(b"331\r\n")}, WHOLE),
    FtpCase(
        "other codes inside a multi-line reply",
        {"PWD": _raw(b'257-"/"\r\n999 no\r\n250 no\r\n257 end\r\n')},
        _ROOT,
        "pwd",
    ),
    FtpCase(
        "Telnet's options in a reply",
        {"PWD": _raw(b'257 \xff\xfb\x01"/"\xff\xfd\x03 is it\r\n')},
        _ROOT,
        "pwd",
    ),
    _pwd(
        "PWD with CR LF in its name",
        '257 "/a\r\n257 b" is it',
        Wrong(ExtendedError, ""),
    ),
    _pwd("PWD without quotes", "257 /here is it", Right(b"/here", kept=True)),
    _pwd("PWD without a path", "257 here", Wrong(ExtendedError, "", kept=True)),
    _pwd("PWD with half a quote", '257 "/a', Wrong(ExtendedError, "", kept=True)),
    _pwd(
        "PWD answered by another code", '250 "/"', Wrong(ExtendedError, "", kept=True)
    ),
    _pwd("PWD with doubled quotes", '257 "/a""b" is it', Right(b'/a"b', kept=True)),
    _pwd("PWD with quotes as they are", '257 "/a "b"" is it', Right(b'/a "b"', True)),
    _pwd("PWD refused", "550 nowhere", Wrong(ExtendedError, "550", kept=True)),
    FtpCase("no password wanted", {"USER": saying("230 come in")}, WHOLE),
    FtpCase("a superfluous password", {"PASS": saying("202 well")}, WHOLE),
    FtpCase(
        "an account wanted at USER",
        {"USER": saying("332 who pays?")},
        Wrong(LoginFailure, "332"),
        "login",
    ),
    FtpCase(
        "an account wanted at PASS",
        {"PASS": saying("332 who pays?")},
        Wrong(LoginFailure, "332"),
        "login",
    ),
    FtpCase(
        "a stranger",
        {"PASS": saying("530 not you")},
        Wrong(LoginFailure, "530"),
        "login",
    ),
    FtpCase(
        "a stranger whose password is repeated",
        {"PASS": saying("530 not you with secret")},
        Wrong(LoginFailure, "530"),
        "login",
    ),
    FtpCase("FEAT unknown", {"FEAT": saying("500 what?")}, WHOLE),
    FtpCase("OPTS unknown", {"OPTS": saying("501 what?")}, WHOLE),
    FtpCase(
        "TYPE unknown",
        {"TYPE": saying("504 no")},
        Wrong(ExtendedError, "504", b"", True),
    ),
    FtpCase(
        "RNTO refused",
        {"RNTO": saying("553 taken")},
        Wrong(ExtendedError, "553", kept=True),
        "rename",
    ),
]
