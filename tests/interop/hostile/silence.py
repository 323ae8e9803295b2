"""Servers that go silent, or drip: each limit against a peer that stops just there.

The limits that need no misbehaving answer (look-up, connect, slot) are in
``test_limits.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

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
from twinet.errors import HttpInvalidServerResponse, Timeout

if TYPE_CHECKING:
    from tests.interop.hostile.server import Peer, Script

__all__ = ["SILENCE"]

_CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
_FIRST_BYTE = PATIENT.but(first_byte=SHORT)
_IDLE = PATIENT.but(idle=SHORT)
_WHOLE = PATIENT.but(whole=SHORT)


async def _silent(peer: Peer) -> None:
    pass


async def _half_closed(peer: Peer) -> None:
    peer.half_close()


def _dripping(first: bytes, drop: bytes) -> Script:
    """Send a little, again and again, sooner than any limit between two pieces."""

    async def script(peer: Peer) -> None:
        peer.send(first)
        while True:
            await peer.pause(0.01)
            peer.send(drop)

    return script


async def _slow_and_right(peer: Peer) -> None:
    answer = ok(b"hello world")
    await peer.sent(answer[:-11])
    await peer.drip(answer[-11:], LONGER / 8)


async def _interims(peer: Peer) -> None:
    """Say every now and then that it goes on, as a server that works may."""
    for _ in range(12):
        await peer.pause(LONGER / 8)
        peer.send(b"HTTP/1.1 102 Processing\r\n\r\n")
    peer.send(ok(b"hello"))


async def _redirect_then_silent(peer: Peer) -> None:
    if peer.target == "/bad":
        peer.send(ok(b"", b"Location: /silent", status=b"302 Found"))


def _first_byte(name: str, script: Script) -> Case:
    return Case(name, script, Wrong(Timeout, "limits.first_byte"), limits=_FIRST_BYTE)


def _idle(name: str, data: bytes, came: bytes = b"") -> Case:
    return Case(name, saying(data), Wrong(Timeout, "limits.idle", came), limits=_IDLE)


def _whole(name: str, script: Script, came: bytes = b"") -> Case:
    return Case(name, script, Wrong(Timeout, "limits.whole", came), limits=_WHOLE)


SILENCE = [
    _first_byte("silence", _silent),
    _first_byte("silence after a blank line", saying(b"\r\n")),
    _first_byte("silence in the status line", saying(b"HTTP/1.1 2")),
    _first_byte("silence in a field", saying(b"HTTP/1.1 200 OK\r\nContent-Le")),
    _first_byte("silence before the blank line", saying(ok(b"hello")[:-7])),
    _first_byte("silence after 100", saying(b"HTTP/1.1 100 Continue\r\n\r\n")),
    _first_byte("a head that drips", _dripping(b"HTTP/1.1 200 OK\r\nX: ", b"y")),
    _first_byte("silence after a redirect", _redirect_then_silent),
    _idle("silence after the head", ok(b"hello")[:-5]),
    _idle("silence in the body", ok(b"hello")[:-2], b"hel"),
    _idle("silence in a chunk's size", _CHUNKED + b"5", b""),
    _idle("silence in a chunk", _CHUNKED + b"5\r\nhe", b"he"),
    _idle("silence behind a chunk", _CHUNKED + b"5\r\nhello", b"hello"),
    _idle("silence before the last chunk", _CHUNKED + b"5\r\nhello\r\n", b"hello"),
    _idle("silence behind the last chunk", _CHUNKED + b"0\r\n", b""),
    _idle("silence in the trailers", _CHUNKED + b"0\r\nX: y", b""),
    _idle("silence in a body until close", b"HTTP/1.1 200 OK\r\n\r\nhel", b"hel"),
    _whole(
        "a body that drips",
        _dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n", b"x"),
        b"x" * 99999,
    ),
    _whole("chunks that drip", _dripping(_CHUNKED, b"1\r\nx\r\n"), b"x" * 99999),
    _whole(
        "a chunk's extension that drips",
        _dripping(_CHUNKED + b"5;x=", b"y"),
    ),
    _whole(
        "a head that drips, against the whole",
        _dripping(b"HTTP/1.1 200 OK\r\nX: ", b"y"),
    ),
    _whole("interim answers that drip", _dripping(b"", b"HTTP/1.1 102 On\r\n\r\n")),
    Case(
        "slow, and right",
        _slow_and_right,
        Right(b"hello world", kept=True),
        limits=PATIENT.but(idle=LONGER),
    ),
    Case(
        "interim answers start the limit anew",
        _interims,
        Right(b"hello", kept=True),
        limits=PATIENT.but(first_byte=LONGER),
    ),
    Case(
        "half a close instead of an answer",
        _half_closed,
        Wrong(HttpInvalidServerResponse, "before the answer came"),
    ),
]
