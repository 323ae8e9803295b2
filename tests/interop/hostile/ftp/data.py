"""FTP servers whose data connections, or what goes over them, are not right."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred
from twisted.internet.protocol import Factory

from tests.interop.hostile.case import SHORT
from tests.interop.hostile.ftp.case import (
    SENT,
    WHOLE,
    FtpCase,
    Right,
    Wrong,
    saying,
)
from tests.interop.hostile.ftp.server import CONTENTS, LISTING, DataPeer
from tests.interop.hostile.talker import reactor
from twinet.errors import (
    CannotConnect,
    ConnectionAborted,
    ExtendedError,
    FtpNoPassiveMode,
    InternetError,
    Timeout,
    Truncated,
)

if TYPE_CHECKING:
    from tests.interop.hostile.ftp.server import FtpPeer, Script

__all__ = ["CUTS", "DATA"]

_NO_EPSV = {"EPSV": saying("502 no")}
_NAMES = Right(b"file", kept=True)


def _port_of_nobody() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _sending(
    contents: bytes,
    reply: str = "226 all is there",
    *,
    begin: str = "150 here it comes",
    end: str = "close",
) -> Script:
    """Send something, end it in some way, and say something."""

    async def script(peer: FtpPeer, _: str) -> None:
        if begin:
            peer.say(begin)
        data = await peer.data()
        await data.sent(contents)
        if end == "close":
            data.close()
        elif end == "reset":
            await peer.pause(0.02)
            data.reset()
        if reply:
            peer.say(reply)

    return script


async def _early_226(peer: FtpPeer, _: str) -> None:
    """Say that all is there before half of it is."""
    peer.say("150 here it comes")
    data = await peer.data()
    await data.sent(CONTENTS[:2000])
    peer.say("226 all is there")
    await peer.pause(0.03)
    data.send(CONTENTS[2000:])
    data.close()


async def _very_early_226(peer: FtpPeer, _: str) -> None:
    """Say everything before anything is done."""
    peer.say("150 here it comes", "226 all is there")
    data = await peer.data()
    data.send(CONTENTS)
    data.close()


async def _late_150(peer: FtpPeer, _: str) -> None:
    data = await peer.data()
    await data.sent(CONTENTS)
    data.close()
    await peer.pause(0.03)
    peer.say("150 here it comes", "226 all is there")


async def _refused_port(peer: FtpPeer, _: str) -> None:
    peer.say(f"229 come (|||{_port_of_nobody()}|)")


async def _refused_pasv(peer: FtpPeer, _: str) -> None:
    high, low = divmod(_port_of_nobody(), 256)
    peer.say(f"227 come (127,0,0,1,{high},{low})")


def _elsewhere(host: str) -> Script:
    """Name another host, and listen where one should."""

    async def script(peer: FtpPeer, _: str) -> None:
        high, low = divmod(peer.listen(), 256)
        peer.say(f"227 come ({host},{high},{low})")

    return script


async def _other_host_in_229(peer: FtpPeer, _: str) -> None:
    peer.say(f"229 come (|1|192.0.2.1|{peer.listen()}|)")


async def _bare_227(peer: FtpPeer, _: str) -> None:
    """Without brackets, as some have it."""
    high, low = divmod(peer.listen(), 256)
    peer.say(f"227 come =127,0,0,1,{high},{low}")


async def _never_accepting(peer: FtpPeer, _: str) -> None:
    """Begin, although nobody has made a data connection."""
    peer.say("425 nobody came")


# -- active mode: the server connects


async def _hear_port(peer: FtpPeer, argument: str) -> None:
    """Take the port where the client listens."""
    numbers = argument.split(",")
    peer.port = int(numbers[4]) * 256 + int(numbers[5])
    peer.say("200 there")


async def _hear_eprt(peer: FtpPeer, argument: str) -> None:
    peer.port = int(argument.split(argument[0])[3])
    peer.say("200 there")


def _come(peer: FtpPeer, source: str = "127.0.0.1") -> Deferred[DataPeer]:
    made: Deferred[DataPeer] = Deferred()
    factory: Any = Factory.forProtocol(lambda: DataPeer(peer.server, made))
    factory.noisy = False
    factory.clientConnectionFailed = lambda *_: None
    factory.startedConnecting = factory.clientConnectionLost = lambda *_: None
    reactor.connectTCP("127.0.0.1", peer.port, factory, 5, (source, 0))
    return made


def _coming(*sources: str) -> Script:
    """Connect from some addresses; who is taken by the client gets the file."""

    async def script(peer: FtpPeer, _: str) -> None:
        peer.say("150 here it comes")
        for source in sources:
            _come(peer, source)
            await peer.pause(0.03)
        for data in peer.server.data:
            if not data.gone:
                data.send(CONTENTS)
                data.close()
        peer.say("226 all is there")

    return script


async def _nobody_comes(peer: FtpPeer, _: str) -> None:
    peer.say("150 here it comes")


_ACTIVE = {"PORT": _hear_port, "EPRT": _hear_eprt}


def _active(
    name: str, retr: Script, expected: Right | Wrong, **limits: float
) -> FtpCase:
    return FtpCase(
        name, {**_ACTIVE, "RETR": retr}, expected, limits=limits, passive=False
    )


# -- listings


def _listing(name: str, contents: bytes, expected: Right | Wrong) -> FtpCase:
    return FtpCase(name, {"MLSD": _sending(contents)}, expected, "find")


def _unix(name: str, contents: bytes, expected: Right | Wrong) -> FtpCase:
    scripts = {
        "FEAT": saying("211-Features:", " EPSV", "211 End"),
        "LIST": _sending(contents),
        "MLSD": saying("502 no"),
    }
    return FtpCase(name, scripts, expected, "find")


async def _endless_line(peer: FtpPeer, _: str) -> None:
    peer.say("150 here it comes")
    data = await peer.data()
    await data.flood(b"x" * (1 << 16), 8 << 20)
    data.send(b"\r\n" + LISTING["MLSD"])
    data.close()
    peer.say("226 all is there")


async def _resting(peer: FtpPeer, _: str) -> None:
    """Promise to go on from there, and do not."""
    peer.say("350 from there on")


# -- uploads


def _taking(count: int, reply: str, *, how: str) -> Script:
    """Take so much and end."""

    async def script(peer: FtpPeer, _: str) -> None:
        peer.say("150 send it")
        data = await peer.data()
        await data.body(count)
        if how == "reset":
            data.reset()
        elif how == "close":
            data.close()
        peer.say(reply)

    return script


async def _thanking_early(peer: FtpPeer, _: str) -> None:
    """Say that all is stored, and take nothing."""
    peer.say("150 send it")
    data = await peer.data()
    data.read_nothing()
    peer.say("226 thanks")


def _wrong_port(name: str, reply: str, *, pasv: bool = False) -> FtpCase:
    scripts = {**_NO_EPSV, "PASV": saying(reply)} if pasv else {"EPSV": saying(reply)}
    if not pasv:
        scripts["PASV"] = saying("502 no")
    return FtpCase(name, scripts, Wrong(FtpNoPassiveMode, "", kept=True))


DATA = [
    FtpCase("EPSV unknown, PASV known", _NO_EPSV, WHOLE),
    FtpCase(
        "neither EPSV nor PASV, and no PORT either",
        {"EPSV": saying("502 no"), "PASV": saying("502 no")},
        Wrong(InternetError, "", kept=True),
    ),
    FtpCase(
        "PASV to another host", {**_NO_EPSV, "PASV": _elsewhere("192,0,2,1")}, WHOLE
    ),
    FtpCase("PASV to nowhere", {**_NO_EPSV, "PASV": _elsewhere("0,0,0,0")}, WHOLE),
    FtpCase("EPSV with another host", {"EPSV": _other_host_in_229}, WHOLE),
    FtpCase("PASV without brackets", {**_NO_EPSV, "PASV": _bare_227}, WHOLE),
    _wrong_port("EPSV with port 0", "229 come (|||0|)"),
    _wrong_port("EPSV with port 70000", "229 come (|||70000|)"),
    _wrong_port("EPSV with a negative port", "229 come (|||-1|)"),
    _wrong_port("EPSV without a port", "229 come"),
    _wrong_port("EPSV with letters", "229 come (|||http|)"),
    _wrong_port("PASV with port 0", "227 come (127,0,0,1,0,0)", pasv=True),
    _wrong_port("PASV with five numbers", "227 come (127,0,0,1,9)", pasv=True),
    _wrong_port("PASV with 256", "227 come (127,0,0,1,256,1)", pasv=True),
    FtpCase(
        "data connections refused",
        {"EPSV": _refused_port, "PASV": _refused_pasv, "PORT": saying("500 no")}
        | {"EPRT": saying("500 no")},
        Wrong(CannotConnect, "", kept=True),
    ),
    FtpCase(
        "EPSV to a port that is shut, PASV to an open one",
        {"EPSV": _refused_port},
        WHOLE,
    ),
    FtpCase(
        "425 although the client came",
        {"RETR": _never_accepting},
        Wrong(CannotConnect, "425", kept=True),
    ),
    _active("the server connects", _coming("127.0.0.1"), WHOLE),
    _active("it connects twice", _coming("127.0.0.1", "127.0.0.1"), WHOLE),
    _active("somebody else comes first", _coming("127.0.0.2", "127.0.0.1"), WHOLE),
    _active(
        "somebody else comes alone",
        _coming("127.0.0.2"),
        Wrong(Timeout, "connect", kept=True),
        connect=SHORT,
    ),
    _active(
        "nobody connects",
        _nobody_comes,
        Wrong(Timeout, "connect", kept=True),
        connect=SHORT,
    ),
    FtpCase("226 before the data end", {"RETR": _early_226}, WHOLE),
    FtpCase("226 before the data begin", {"RETR": _very_early_226}, WHOLE),
    FtpCase("150 behind the data", {"RETR": _late_150}, WHOLE),
    FtpCase("226 and no 150", {"RETR": _sending(CONTENTS, begin="")}, WHOLE),
    FtpCase("250 for 226", {"RETR": _sending(CONTENTS, "250 done")}, WHOLE),
    FtpCase(
        "426 behind all data",
        {"RETR": _sending(CONTENTS, "426 cut")},
        Wrong(ConnectionAborted, "426", CONTENTS, True),
    ),
    FtpCase(
        "451 behind all data",
        {"RETR": _sending(CONTENTS, "451 disk broken")},
        Wrong(ExtendedError, "451", CONTENTS, True),
    ),
    FtpCase(
        "550 for the file",
        {"RETR": saying("550 no such file")},
        Wrong(ExtendedError, "550", kept=True),
    ),
    FtpCase(
        "550 for a file that is to be saved",
        {"RETR": saying("550 no such file")},
        Wrong(ExtendedError, "550", kept=True),
        "get_file",
    ),
    FtpCase(
        "fewer bytes than SIZE says",
        {"RETR": _sending(CONTENTS[:-1])},
        Wrong(Truncated, "4095", CONTENTS[:-1], True),
    ),
    FtpCase(
        "fewer bytes than SIZE says, into a file",
        {"RETR": _sending(CONTENTS[:-1])},
        Wrong(Truncated, "4095", kept=True),
        "get_file",
    ),
    FtpCase(
        "more bytes than SIZE says",
        {"RETR": _sending(CONTENTS + b"!")},
        Wrong(Truncated, "4097", CONTENTS + b"!", True),
    ),
    FtpCase(
        "no byte at all",
        {"RETR": _sending(b"")},
        Wrong(Truncated, "0", b"", True),
    ),
    FtpCase(
        "another size in 150",
        {"RETR": _sending(CONTENTS, begin="150 Opening BINARY (99 bytes)")},
        WHOLE,
    ),
    FtpCase(
        "another size in 226",
        {"RETR": _sending(CONTENTS, "226 99 bytes transferred")},
        WHOLE,
    ),
    FtpCase("SIZE that is no number", {"SIZE": saying("213 many")}, WHOLE),
    FtpCase("SIZE unknown", {"SIZE": saying("502 no")}, WHOLE),
    FtpCase(
        "fewer bytes, when only 150 has told how many",
        {
            "SIZE": saying("502 no"),
            "RETR": _sending(CONTENTS[:99], begin="150 Opening BINARY (4096 bytes)"),
        },
        Wrong(Truncated, "99", CONTENTS[:99], kept=True),
    ),
    FtpCase(
        "a reset in the data, SIZE unknown",
        {"SIZE": saying("502 no"), "RETR": _sending(CONTENTS[:99], end="reset")},
        Wrong(Truncated, "", CONTENTS[:99], True),
    ),
    FtpCase(
        "REST refused",
        {"REST": saying("502 no")},
        Wrong(ExtendedError, "502", kept=True),
        "get from 100",
        unsaid="RETR",
    ),
    FtpCase(
        "REST taken, and all sent from the beginning",
        {"REST": _resting, "RETR": _sending(CONTENTS)},
        Wrong(Truncated, "", CONTENTS, True),
        "get from 100",
    ),
    _listing("a listing", LISTING["MLSD"], _NAMES),
    _listing("a listing of nothing", b"", Right(b"", kept=True)),
    _listing("a listing with LF alone", LISTING["MLSD"].replace(b"\r", b""), _NAMES),
    _listing("a listing without its last end", LISTING["MLSD"].rstrip(), _NAMES),
    _listing(
        "a listing with rubbish in it",
        b"\r\n \r\nrubbish\r\n;;;;\r\n"
        + LISTING["MLSD"]
        + bytes(range(14, 256))
        + b"\r\n",
        _NAMES,
    ),
    _listing(
        "a listing with NULs in a name",
        b"type=file; a\0b\r\n" + LISTING["MLSD"],
        _NAMES,
    ),
    _listing(
        "a listing that leads elsewhere",
        b"type=file; ../../etc/passwd\r\ntype=dir; /\r\ntype=dir; ..\r\n"
        + LISTING["MLSD"],
        _NAMES,
    ),
    _listing(
        "a listing with a size that is none",
        b"type=file;size=-1; file\r\n",
        _NAMES,
    ),
    FtpCase(
        "a listing with a line of eight mebibytes",
        {"MLSD": _endless_line},
        _NAMES,
        "find",
    ),
    FtpCase(
        "426 behind a listing",
        {"MLSD": _sending(LISTING["MLSD"], "426 cut")},
        Wrong(ConnectionAborted, "426", kept=True),
        "find",
    ),
    _unix("LIST, when there is no MLSD", LISTING["LIST"], _NAMES),
    _unix("LIST with rubbish in it", b"total 1\r\n??\r\n" + LISTING["LIST"], _NAMES),
    FtpCase("a file is sent", {}, Right(b"", kept=True), "put", stored=SENT),
    FtpCase(
        "a file is sent, and 226 said too soon",
        {"STOR": _thanking_early},
        Wrong(InternetError, "", kept=True),
        "put",
    ),
    FtpCase(
        "STOR refused",
        {"STOR": saying("553 no")},
        Wrong(ExtendedError, "553", b"", True),
        "put",
    ),
    FtpCase(
        "552 amid what is sent",
        {"STOR": _taking(1000, "552 disk full", how="close")},
        Wrong(ExtendedError, "552", kept=True),
        "put",
    ),
    FtpCase(
        "what is sent is cut",
        {"STOR": _taking(1000, "426 cut", how="reset")},
        Wrong(ConnectionAborted, "426", kept=True),
        "put",
    ),
    FtpCase(
        "what is sent is cut, and 226 said",
        {"STOR": _taking(1000, "226 thanks", how="reset")},
        Wrong(InternetError, "", kept=True),
        "put",
    ),
]

#: The file, cut behind so many bytes, and which reply comes then.
CUTS = [
    FtpCase(
        f"cut behind {count} bytes by {end}, {reply[:3] or 'nothing'} said",
        {"RETR": _sending(CONTENTS[:count], reply, end=end)},
        Wrong(kind, words, CONTENTS[:count], kept=True),
    )
    for count in (1, 512, 1024, 2048, 4095)
    for end in ("close", "reset")
    for reply, kind, words in (
        ("226 all is there", Truncated, ""),
        ("426 cut", ConnectionAborted, "426"),
        ("451 disk broken", ExtendedError, "451"),
    )
]
