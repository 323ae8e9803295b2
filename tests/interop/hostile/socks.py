"""SOCKS servers that lie, or stop midway."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.interop.hostile.case import PATIENT, SHORT, Case, Right, Wrong, ok
from tests.interop.hostile.run import BAD_HOST, GOOD_HOST
from twinet.errors import (
    CannotConnect,
    ConnectionAborted,
    HttpInvalidServerResponse,
    IncorrectPassword,
    LoginFailure,
    Timeout,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.interop.hostile.server import Peer, Script
    from twinet.proxy import Speech

__all__ = ["SOCKS"]

HOSTS = frozenset((BAD_HOST.encode(), GOOD_HOST.encode()))
GRANTED_5 = b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x50"
GRANTED_4 = b"\x00\x5a\x00\x50\x7f\x00\x00\x01"
#: What a good server answers in turn, by how it is spoken to and whether it wants to
#: know who asks.
WORDS: dict[tuple[Speech, bool], tuple[bytes, ...]] = {
    ("socks5", False): (b"\x05\x00", GRANTED_5),
    ("socks5", True): (b"\x05\x02", b"\x01\x00", GRANTED_5),
    ("socks4a", False): (GRANTED_4,),
}


async def _asked_4a(peer: Peer) -> None:
    """Await the one request of SOCKS4a, for a name."""
    await peer.body(4)
    assert await peer.body(4) == b"\0\0\0\1"
    assert await peer.until(b"\0") == b"\0"
    assert (await peer.until(b"\0"))[:-1] in HOSTS


async def _asked_5(peer: Peer, number: int) -> None:
    """Await a word of SOCKS5: methods, login, request for a name."""
    version, count = await peer.body(2)
    if number == 0:
        assert version == 5
        assert 0 in await peer.body(count)
    elif version == 1:
        assert await peer.body(count) == b"u"
        (length,) = await peer.body(1)
        assert await peer.body(length) == b"p"
    else:
        assert (version, count) == (5, 1)
        assert await peer.body(2) == b"\x00\x03"
        (length,) = await peer.body(1)
        assert await peer.body(length) in HOSTS
        await peer.body(2)


def _opening(
    speech: Speech,
    words: tuple[bytes, ...],
    then: str = "for_ever",
    *,
    login: bool = False,
    dripping: bool = False,
) -> Script:
    """Say other words on the first connection, and do something then.

    :param then: a method of the peer's; ``go_on`` opens the tunnel.
    """

    async def opening(peer: Peer) -> None:
        bad = peer.number == 0
        for number, word in enumerate(words if bad else WORDS[speech, login]):
            if speech == "socks5":
                await _asked_5(peer, number)
            else:
                await _asked_4a(peer)
            await peer.drip(word, 0.001 if dripping else 0, 1 if dripping else 99999)
        if bad and then != "go_on":
            if then == "reset":
                # In this turn of the reactor the client reads them.
                await peer.pause(0.01)
            if then != "for_ever":
                getattr(peer, then)()
            await peer.for_ever()

    return opening


async def _page(peer: Peer) -> None:
    peer.send(ok(b"hello"))


def _case(
    name: str,
    opening: Script,
    expected: Right | Wrong,
    speech: Speech = "socks5",
    **more: Any,
) -> Case:
    return Case(
        f"{speech}: {name}", _page, expected, proxy=speech, opening=opening, **more
    )


def _said(
    name: str,
    words: tuple[bytes, ...],
    expected: Right | Wrong,
    speech: Speech = "socks5",
    *,
    login: bool = False,
) -> Case:
    """Make a case of some words; what leads to the page opens the tunnel."""
    then = "go_on" if isinstance(expected, Right) else "for_ever"
    opening = _opening(speech, words, then, login=login)
    return _case(name, opening, expected, speech, credentials=login)


_RIGHT = Right(b"hello", kept=True)
_NO_SENSE = Wrong(HttpInvalidServerResponse, "makes no sense")
_NOT_LED = Wrong(CannotConnect, "does not lead to")


def _reply(*, code: int = 0, kind: bytes = GRANTED_5[3:]) -> tuple[bytes, ...]:
    return b"\x05\x00", b"\x05%c\x00" % code + kind


def _stops() -> Iterator[Case]:
    """Yield a case for each place in what a good server says, and each way to stop."""
    for (speech, login), words in WORDS.items():
        said = len(b"".join(words))
        for place in range(said):
            left, rest = place, []
            for word in words:
                rest.append(word[:left])
                left -= len(word)
                if left <= 0:
                    break
            where = f"{' login,' if login else ''} byte {place}"
            for end, expected in (
                ("close", Wrong(ConnectionAborted, "closed the connection before")),
                ("reset", Wrong(ConnectionAborted, "closed the connection before")),
                ("for_ever", Wrong(Timeout, "the limit 'connect'")),
            ):
                limit = SHORT if end == "for_ever" else PATIENT.connect
                yield _case(
                    f"{end} at{where}",
                    _opening(speech, tuple(rest), end, login=login),
                    expected,
                    speech,
                    credentials=login,
                    limits=PATIENT.but(connect=limit),
                )


LIES_5 = [
    *(
        _said(f"{version} as the version", (b"%c\x00" % version,), _NO_SENSE)
        for version in (0, 4, 6, 255)
    ),
    _said(
        "HTTP",
        (b"HTTP/1.1 400 Bad Request\r\n\r\n",),
        Wrong(HttpInvalidServerResponse, "it is HTTP"),
    ),
    _said("SSH", (b"SSH-2.0-x\r\n",), _NO_SENSE),
    _said("64 MiB of nothing", (b"\0" * (64 << 10),), _NO_SENSE),
    _said("no method will do", (b"\x05\xff",), Wrong(LoginFailure, "wants a login")),
    _said("a login that was not offered", (b"\x05\x02",), _NO_SENSE),
    _said("GSSAPI, that was not offered", (b"\x05\x01",), _NO_SENSE),
    _said("a method of its own", (b"\x05\x80",), _NO_SENSE),
    _said("GSSAPI for a password", (b"\x05\x01",), _NO_SENSE, login=True),
    _said(
        "no method, for a password",
        (b"\x05\xff",),
        Wrong(LoginFailure, "takes neither"),
        login=True,
    ),
    _said("no login wanted", (b"\x05\x00", GRANTED_5), _RIGHT, login=True),
    _said(
        "a wrong password",
        (b"\x05\x02", b"\x01\x01"),
        Wrong(IncorrectPassword, "does not accept"),
        login=True,
    ),
    _said(
        "a password that is very wrong",
        (b"\x05\x02", b"\x01\xff"),
        Wrong(IncorrectPassword, "does not accept"),
        login=True,
    ),
    _said(
        "a login in the wrong version",
        (b"\x05\x02", b"\x00\x00"),
        _NO_SENSE,
        login=True,
    ),
    _said(
        "a login in another version",
        (b"\x05\x02", b"\x05\x00", GRANTED_5),
        _RIGHT,
        login=True,
    ),
    *(
        _said(f"reply {code}", _reply(code=code), _NOT_LED)
        for code in (1, 2, 3, 4, 5, 6, 7, 8, 9, 91, 255)
    ),
    _said("half a reply that says no", (b"\x05\x00", b"\x05\x05"), _NOT_LED),
    *(
        _said(
            f"an address of kind {kind}",
            _reply(kind=b"%c" % kind + b"x" * 20),
            _NO_SENSE,
        )
        for kind in (0, 2, 5, 255)
    ),
    _said("an empty name", _reply(kind=b"\x03\x00\x00\x50"), _RIGHT),
    _said("a name of 255", _reply(kind=b"\x03\xff" + b"x" * 257), _RIGHT),
    _said("a name of NUL", _reply(kind=b"\x03\x05\0\r\n\0\xff\0\x50"), _RIGHT),
    _said("an address of IPv6", _reply(kind=b"\x04" + b"\xff" * 18), _RIGHT),
    _said(
        "a reply in the wrong version",
        (b"\x05\x00", b"\x04" + GRANTED_5[1:]),
        _NO_SENSE,
    ),
    _said("a reply of SOCKS4", (b"\x05\x00", GRANTED_4), _NO_SENSE),
    _case(
        "byte by byte",
        _opening("socks5", WORDS["socks5", False], "go_on", dripping=True),
        _RIGHT,
    ),
]


async def _all_at_once(peer: Peer) -> None:
    """Say everything before anything was asked."""
    peer.send(b"".join(WORDS["socks5", False]))
    await _asked_5(peer, 0)
    await _asked_5(peer, 1)


async def _with_an_answer(peer: Peer) -> None:
    """Slip in an answer, behind the reply, to what is yet to be asked."""
    await _asked_5(peer, 0)
    peer.send(b"\x05\x00")
    await _asked_5(peer, 1)
    peer.send(GRANTED_5 + (ok(b"evil page") if peer.number == 0 else b""))
    if peer.number == 0:
        await peer.for_ever()


async def _flood(peer: Peer) -> None:
    """Say nonsense without an end."""
    if peer.number == 0:
        await peer.flood(b"\x06" * 8192)
    await _opening("socks5", (), "go_on")(peer)


LIES_5 += [
    _case("everything before it is asked", _all_at_once, _RIGHT),
    _case(
        "an answer behind the reply",
        _with_an_answer,
        Wrong(HttpInvalidServerResponse, ""),
    ),
    _case("an endless stream of nonsense", _flood, _NO_SENSE),
]

LIES_4 = [
    *(
        _said(
            f"{version} as the version",
            (b"%c\x5a" % version + GRANTED_4[2:],),
            _NO_SENSE,
            "socks4a",
        )
        for version in (1, 5, 255)
    ),
    _said("4 as the version", (b"\x04" + GRANTED_4[1:],), _RIGHT, "socks4a"),
    _said(
        "HTTP",
        (b"HTTP/1.1 400 x\r\n\r\n",),
        Wrong(HttpInvalidServerResponse, "it is HTTP"),
        "socks4a",
    ),
    _said("SOCKS5", (b"\x05\x00",), _NO_SENSE, "socks4a"),
    *(
        _said(f"reply {code}", (b"\x00%c" % code + GRANTED_4[2:],), expected, "socks4a")
        for code, expected in (
            (91, _NOT_LED),
            (92, Wrong(LoginFailure, "identd")),
            (93, Wrong(LoginFailure, "identd")),
            (0, _NO_SENSE),
            (89, _NO_SENSE),
            (94, _NO_SENSE),
            (255, _NO_SENSE),
        )
    ),
    _said("half a reply that says no", (b"\x00\x5b",), _NOT_LED, "socks4a"),
    _case(
        "byte by byte",
        _opening("socks4a", (GRANTED_4,), "go_on", dripping=True),
        _RIGHT,
        "socks4a",
    ),
]

SOCKS = [*LIES_5, *LIES_4, *_stops()]
