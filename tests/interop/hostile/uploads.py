"""Servers that are sent a body: they answer early, reset, read nothing, or slowly."""

from __future__ import annotations

from io import BytesIO
from socket import SO_RCVBUF, SOL_SOCKET
from typing import TYPE_CHECKING, Any

from twisted.web.client import FileBodyProducer
from twisted.web.iweb import UNKNOWN_LENGTH

from tests.interop.hostile.case import (
    LONGER,
    PATIENT,
    SHORT,
    Case,
    Right,
    Wrong,
    ok,
    saying,
)
from twinet.errors import (
    ConnectionReset,
    HttpInvalidServerResponse,
    HttpRedirectFailed,
    Timeout,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.interop.hostile.server import Peer, Script

__all__ = ["UPLOADS"]

#: More than the buffers of both sockets take (bytes).
BIG = bytes(24 << 20)
#: More than the buffer of one socket takes (bytes).
LONG = bytes(8 << 20)
#: Less than that, and more than one piece (bytes).
MIDDLE = bytes(1 << 20)
_SEND = PATIENT.but(send=SHORT)
_LARGE = ok(b"too large", status=b"413 Large")
_REFUSED = Right(b"too large", status=413)


def _big() -> bytes:
    return BIG


def _long() -> bytes:
    return LONG


def _middle() -> bytes:
    return MIDDLE


def _small() -> bytes:
    return b"order=1"


def _produced() -> Any:
    return FileBodyProducer(BytesIO(BIG))


def _in_chunks() -> Any:
    producer = FileBodyProducer(BytesIO(BIG))
    producer.length = UNKNOWN_LENGTH
    return producer


# -- what servers do


async def _read_nothing(peer: Peer) -> None:
    peer.read_nothing()


async def _read_half(peer: Peer) -> None:
    await peer.body(len(MIDDLE) // 2)
    peer.read_nothing()


async def _read_slowly(peer: Peer) -> None:
    """Take all of it, with pauses that are shorter than the limit."""
    # Socket and window are full for a while at a time: shorter with a small window.
    peer.socket.setsockopt(SOL_SOCKET, SO_RCVBUF, 1 << 16)
    while peer.server.taken < len(LONG):
        peer.transport.pauseProducing()
        await peer.pause(0.012)
        peer.transport.resumeProducing()
        await peer.all()
    peer.send(ok(b"hello"))


async def _reset(peer: Peer) -> None:
    await peer.body(100_000)
    peer.reset()


async def _close(peer: Peer) -> None:
    """Close with unread bytes in the socket: a reset follows the end."""
    await peer.body(100_000)
    peer.read_nothing()
    await peer.pause(0.02)
    peer.close()


async def _half_close(peer: Peer) -> None:
    await peer.body(100_000)
    peer.half_close()


def _early(answer: bytes) -> Script:
    """Answer before the body, and read nothing of it."""

    async def script(peer: Peer) -> None:
        peer.read_nothing()
        peer.send(answer)

    return script


def _early_and(end: str) -> Script:
    """Refuse the body, and end the connection with most of it unread."""

    async def script(peer: Peer) -> None:
        peer.read_nothing()
        await peer.sent(_LARGE)
        await peer.pause(0.02)
        getattr(peer, end)()

    return script


def _reading(*answers: bytes, size: int) -> Script:
    """Answer before the body, read it all, and answer on."""

    async def script(peer: Peer) -> None:
        *early, last = answers
        for answer in early:
            peer.send(answer)
        await peer.body(size)
        peer.send(last)

    return script


async def _whole_early(peer: Peer) -> None:
    peer.send(ok(b"hello"))
    await peer.body(len(MIDDLE))


async def _flood_of_leaves(peer: Peer) -> None:
    peer.read_nothing()
    await peer.flood(b"HTTP/1.1 100 Continue\r\n\r\n" * 8)


async def _flood_of_data(peer: Peer) -> None:
    """Send much while nothing is read: neither side may wait for the other."""
    peer.read_nothing()
    await peer.sent(ok(b"x" * (4 << 20)))


async def _lead_on(peer: Peer) -> None:
    if peer.target == "/bad":
        peer.read_nothing()
        peer.send(ok(b"", b"Location: /there", status=b"307 There"))
    else:
        await peer.body(len(MIDDLE))
        peer.send(ok(b"there"))


async def _lead_round(peer: Peer) -> None:
    await peer.body(len(_small()))
    peer.send(ok(b"", b"Location: /bad", status=b"308 Here"))


async def _challenge(peer: Peer) -> None:
    if b"Authorization" in peer.head:
        await peer.body(len(MIDDLE))
        peer.send(ok(b"welcome"))
    else:
        peer.read_nothing()
        peer.send(ok(b"", b'WWW-Authenticate: Basic realm="x"', status=b"401 Who"))


async def _leave_and_silence(peer: Peer) -> None:
    peer.send(b"HTTP/1.1 100 Continue\r\n\r\n")
    await peer.body(len(_small()))


async def _no_leave(peer: Peer) -> None:
    """Say nothing of the expectation, as old servers do."""
    await peer.body(len(_small()))
    peer.send(ok(b"hello"))


async def _knows_no_expectation(peer: Peer) -> None:
    if b"Expect" in peer.head:
        peer.send(ok(b"no", status=b"417 No"))
    else:
        await peer.body(len(_small()))
        peer.send(ok(b"hello"))


async def _close_instead_of_leave(peer: Peer) -> None:
    peer.close()


def _upload(
    name: str,
    script: Script,
    expected: Right | Wrong,
    body: Callable[[], Any],
    **more: Any,
) -> Case:
    return Case(f"upload: {name}", script, expected, "POST", body, **more)


_TOOK_NOTHING = Wrong(Timeout, "limits.send")
_BROKE = Wrong(ConnectionReset, "")

UPLOADS = [
    _upload("nothing is read", _read_nothing, _TOOK_NOTHING, _big, limits=_SEND),
    _upload(
        "nothing is read, TLS",
        _read_nothing,
        _TOOK_NOTHING,
        _big,
        limits=_SEND,
        tls=True,
    ),
    _upload(
        "nothing is read of a producer",
        _read_nothing,
        _TOOK_NOTHING,
        _produced,
        limits=_SEND,
    ),
    _upload(
        "nothing is read of chunks",
        _read_nothing,
        _TOOK_NOTHING,
        _in_chunks,
        limits=_SEND,
    ),
    _upload(
        "nothing is read of what is handed over",
        _read_nothing,
        _TOOK_NOTHING,
        _big,
        limits=_SEND,
        pushed=True,
    ),
    _upload("half is read", _read_half, _TOOK_NOTHING, _big, limits=_SEND),
    _upload(
        "read slowly",
        _read_slowly,
        Right(b"hello", kept=True),
        _long,
        limits=PATIENT.but(send=LONGER),
    ),
    _upload(
        "all is taken, and silence",
        _reading(b"", size=len(MIDDLE)),
        Wrong(Timeout, "limits.first_byte"),
        _middle,
        limits=PATIENT.but(first_byte=SHORT),
    ),
    _upload("reset", _reset, _BROKE, _big),
    _upload("reset, TLS", _reset, _BROKE, _big, tls=True),
    _upload("reset under a producer", _reset, _BROKE, _produced),
    _upload("reset under what is handed over", _reset, _BROKE, _big, pushed=True),
    _upload(
        "closed in the middle",
        _close,
        Wrong(HttpInvalidServerResponse, "before the answer came"),
        _big,
    ),
    _upload(
        "half closed in the middle",
        _half_close,
        Wrong(HttpInvalidServerResponse, "before the answer came"),
        _big,
    ),
    _upload("refused early", _early(_LARGE), _REFUSED, _big),
    _upload("refused early, TLS", _early(_LARGE), _REFUSED, _big, tls=True),
    _upload("refused early, a producer", _early(_LARGE), _REFUSED, _produced),
    _upload("refused early, chunks", _early(_LARGE), _REFUSED, _in_chunks),
    _upload("refused early, handed over", _early(_LARGE), _REFUSED, _big, pushed=True),
    _upload("refused and reset", _early_and("reset"), _REFUSED, _big),
    _upload("refused and closed", _early_and("close"), _REFUSED, _big),
    _upload("refused and half closed", _early_and("half_close"), _REFUSED, _big),
    _upload(
        "welcomed early, and read",
        _whole_early,
        Right(b"hello", kept=True),
        _middle,
    ),
    _upload(
        "welcomed early, and not read",
        _early(ok(b"hello")),
        Right(b"hello"),
        _big,
        limits=PATIENT.but(send=LONGER),
    ),
    _upload(
        "half an answer early",
        _reading(ok(b"hello")[:-2], b"lo", size=len(MIDDLE)),
        Right(b"hello", kept=True),
        _middle,
    ),
    _upload(
        "garbage early",
        _early(b"no HTTP at all\r\n\r\n"),
        Wrong(HttpInvalidServerResponse, "no HTTP"),
        _big,
    ),
    _upload(
        "interim answers on the way",
        _reading(
            b"HTTP/1.1 100 Continue\r\n\r\n" * 3,
            b"HTTP/1.1 102 Processing\r\n\r\n",
            ok(b"hello"),
            size=len(MIDDLE),
        ),
        Right(b"hello", kept=True),
        _middle,
    ),
    _upload(
        "a flood of leaves",
        _flood_of_leaves,
        Wrong(HttpInvalidServerResponse, "64 interim"),
        _big,
    ),
    _upload(
        "a long answer, and nothing is read",
        _flood_of_data,
        Right(b"x" * (4 << 20)),
        _big,
        limits=PATIENT.but(send=LONGER),
    ),
    _upload("redirected early", _lead_on, Right(b"there", kept=True), _middle),
    _upload(
        "redirected early, a producer that cannot start again",
        _lead_on,
        Wrong(HttpRedirectFailed, "again"),
        _produced,
    ),
    _upload(
        "redirected round and round",
        _lead_round,
        Wrong(HttpRedirectFailed, "after 30 redirects", kept=True),
        _small,
    ),
    _upload(
        "challenged early",
        _challenge,
        Right(b"welcome", kept=True),
        _middle,
        credentials=True,
    ),
    _upload(
        "leave, and silence",
        _leave_and_silence,
        Wrong(Timeout, "limits.first_byte"),
        _small,
        expect=True,
        limits=PATIENT.but(first_byte=SHORT),
    ),
    _upload(
        "no leave",
        _no_leave,
        Right(b"hello", kept=True),
        _small,
        expect=True,
        limits=PATIENT.but(expect=SHORT),
    ),
    _upload(
        "no leave, TLS",
        _no_leave,
        Right(b"hello", kept=True),
        _small,
        expect=True,
        limits=PATIENT.but(expect=SHORT),
        tls=True,
    ),
    _upload(
        "refused instead of leave",
        saying(_LARGE),
        _REFUSED,
        _small,
        expect=True,
    ),
    _upload(
        "an expectation is not known",
        _knows_no_expectation,
        Right(b"hello", kept=True),
        _small,
        expect=True,
    ),
    _upload(
        "an expectation fails that was not sent",
        saying(ok(b"no", status=b"417 No")),
        Right(b"no", kept=True, status=417),
        _small,
    ),
    _upload(
        "closed instead of leave",
        _close_instead_of_leave,
        Wrong(HttpInvalidServerResponse, "before the answer came"),
        _small,
        expect=True,
    ),
    _upload(
        "a flood instead of leave",
        _flood_of_leaves,
        Wrong(HttpInvalidServerResponse, "64 interim"),
        _big,
        expect=True,
    ),
]
