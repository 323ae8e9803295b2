"""TLS that is broken before the handshake, in it, and behind it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from OpenSSL import SSL

from tests.interop.hostile.case import (
    PATIENT,
    SHORT,
    Case,
    Right,
    Wrong,
    answering,
    ok,
    resetting,
    saying,
)
from tests.net.certificates import root, server_context
from twinet.errors import (
    ConnectionReset,
    InternetError,
    SecurityChannelError,
    Timeout,
    Truncated,
)

if TYPE_CHECKING:
    from tests.interop.hostile.server import Peer, Script

__all__ = ["SECURE"]

_UNTIL_CLOSE = b"HTTP/1.1 200 OK\r\n\r\n"
_CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


# -- in place of TLS


async def _nothing(peer: Peer) -> None:
    await peer.pause(60)


async def _close_at_once(peer: Peer) -> None:
    peer.close()


async def _reset_at_once(peer: Peer) -> None:
    peer.reset()


async def _close_after_hello(peer: Peer) -> None:
    await peer.body(1)
    peer.close()


async def _reset_after_hello(peer: Peer) -> None:
    await peer.body(1)
    peer.reset()


def _after_hello(data: bytes) -> Script:
    async def script(peer: Peer) -> None:
        await peer.body(1)
        peer.send(data)
        await peer.pause(60)

    return script


async def _drip_a_record(peer: Peer) -> None:
    """Begin a handshake record as long as there can be, and never end it."""
    await peer.body(1)
    peer.send(b"\x16\3\3\x40\0\2\0\x3f\xfc")
    while True:
        peer.send(b"\3")
        await peer.pause(0.01)


async def _flood_after_hello(peer: Peer) -> None:
    await peer.body(1)
    await peer.flood(b"x" * 65536)


async def _flight(peer: Peer) -> bytes:
    """Make the true answer to the client's hello."""
    context = server_context(root().issue(["127.0.0.1"]))
    connection = SSL.Connection(context, None)
    connection.set_accept_state()
    connection.bio_write(await peer.all())
    with suppress(SSL.WantReadError):
        connection.do_handshake()
    return connection.bio_read(65536)


async def _half_a_flight(peer: Peer) -> None:
    flight = await _flight(peer)
    peer.send(flight[: len(flight) // 2])
    await peer.pause(60)


async def _half_a_flight_and_close(peer: Peer) -> None:
    flight = await _flight(peer)
    await peer.sent(flight[: len(flight) // 2])
    peer.close()


async def _half_a_flight_and_reset(peer: Peer) -> None:
    flight = await _flight(peer)
    await peer.sent(flight[: len(flight) // 2])
    await peer.pause(0.01)
    peer.reset()


async def _flight_with_a_bit_turned(peer: Peer) -> None:
    flight = await _flight(peer)
    half = len(flight) // 2
    peer.send(flight[:half] + bytes([flight[half] ^ 1]) + flight[half + 1 :])
    await peer.pause(60)


async def _flight_and_silence(peer: Peer) -> None:
    peer.send(await _flight(peer))
    await peer.pause(60)


def _handshake(
    name: str, script: Script, kind: type[InternetError], words: str = ""
) -> Case:
    """Make a case whose first connection breaks before there is TLS."""
    limits = PATIENT.but(tls=SHORT) if kind is Timeout else PATIENT
    return Case(
        name,
        saying(ok(b"never asked")),
        Wrong(kind, words),
        limits=limits,
        tls=True,
        greetings={0: script},
    )


# -- behind the handshake


def _unannounced(data: bytes) -> Script:
    """Answer, and close the socket without a close_notify."""

    async def script(peer: Peer) -> None:
        await peer.sent(data)
        peer.close_without_notify()

    return script


def _in_the_clear(data: bytes, clear: bytes) -> Script:
    """Answer, and send something past the TLS layer."""

    async def script(peer: Peer) -> None:
        await peer.sent(data)
        await peer.pause(0.01)
        peer.socket.send(clear)

    return script


def _secure(name: str, script: Script, expected: Right | Wrong) -> Case:
    return Case(name, script, expected, tls=True)


_BROKE = "broke"

SECURE = [
    _handshake("TLS: silence", _nothing, Timeout, "TLS handshake"),
    _handshake("TLS: a record that drips", _drip_a_record, Timeout, "TLS handshake"),
    _handshake("TLS: half a flight", _half_a_flight, Timeout, "TLS handshake"),
    Case(
        "TLS: no word after the flight",
        saying(ok(b"never asked")),
        Wrong(Timeout, "limits.first_byte"),
        limits=PATIENT.but(first_byte=SHORT),
        tls=True,
        greetings={0: _flight_and_silence},
    ),
    _handshake("TLS: closed at once", _close_at_once, SecurityChannelError),
    _handshake("TLS: reset at once", _reset_at_once, SecurityChannelError),
    _handshake("TLS: closed after the hello", _close_after_hello, SecurityChannelError),
    _handshake("TLS: reset after the hello", _reset_after_hello, SecurityChannelError),
    _handshake(
        "TLS: closed in the flight", _half_a_flight_and_close, SecurityChannelError
    ),
    _handshake(
        "TLS: reset in the flight", _half_a_flight_and_reset, SecurityChannelError
    ),
    _handshake("TLS: a bit is turned", _flight_with_a_bit_turned, SecurityChannelError),
    _handshake(
        "TLS: an answer in the clear",
        _after_hello(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
        SecurityChannelError,
        "does not speak TLS",
    ),
    _handshake("TLS: garbage", _after_hello(b"garbage" * 9), SecurityChannelError),
    _handshake("TLS: a flood", _flood_after_hello, SecurityChannelError),
    _handshake(
        "TLS: refused by an alert",
        _after_hello(b"\x15\3\3\0\2\2\x28"),
        SecurityChannelError,
    ),
    _handshake(
        "TLS: a warning and silence",
        _after_hello(b"\x15\3\3\0\2\1\x5a"),
        Timeout,
        "TLS handshake",
    ),
    _handshake(
        "TLS: a flood of warnings",
        _after_hello(b"\x15\3\3\0\2\1\x5a" * 500),
        SecurityChannelError,
    ),
    _secure("TLS: whole, close_notify", answering(ok(b"hello")), Right(b"hello")),
    _secure("TLS: whole, no close_notify", _unannounced(ok(b"hello")), Right(b"hello")),
    _secure(
        "TLS: whole chunks, no close_notify",
        _unannounced(_CHUNKED + b"5\r\nhello\r\n0\r\n\r\n"),
        Right(b"hello"),
    ),
    _secure(
        "TLS: until close, close_notify",
        answering(_UNTIL_CLOSE + b"hello"),
        Right(b"hello"),
    ),
    _secure(
        "TLS: until close, no close_notify",
        _unannounced(_UNTIL_CLOSE + b"hello"),
        Wrong(ConnectionReset, _BROKE, b"hello"),
    ),
    _secure(
        "TLS: cut, close_notify",
        answering(ok(b"hello")[:-2]),
        Wrong(Truncated, "3 of 5 bytes", b"hel"),
    ),
    _secure(
        "TLS: cut, no close_notify",
        _unannounced(ok(b"hello")[:-2]),
        Wrong(ConnectionReset, "3 of 5 bytes", b"hel"),
    ),
    _secure(
        "TLS: cut chunks, no close_notify",
        _unannounced(_CHUNKED + b"5\r\nhello\r\n"),
        Wrong(ConnectionReset, _BROKE, b"hello"),
    ),
    _secure(
        "TLS: cut head, no close_notify",
        _unannounced(b"HTTP/1.1 20"),
        Wrong(ConnectionReset, _BROKE),
    ),
    _secure(
        "TLS: no word, no close_notify",
        _unannounced(b""),
        Wrong(ConnectionReset, _BROKE),
    ),
    _secure(
        "TLS: reset in the body",
        resetting(ok(b"hello")[:-2]),
        Wrong(ConnectionReset, "3 of 5 bytes", b"hel"),
    ),
    _secure(
        "TLS: reset in a body until close",
        resetting(_UNTIL_CLOSE + b"hello"),
        Wrong(ConnectionReset, _BROKE, b"hello"),
    ),
    _secure(
        "TLS: the rest in the clear",
        _in_the_clear(ok(b"hello")[:-2], b"lo, and more"),
        Wrong(SecurityChannelError, "", b"hel"),
    ),
    _secure(
        "TLS: an alert in the clear",
        _in_the_clear(ok(b"hello")[:-2], b"\x15\3\3\0\2\2\x28"),
        Wrong(SecurityChannelError, "", b"hel"),
    ),
    _secure(
        "TLS: a record that is none",
        _in_the_clear(ok(b"hello")[:-2], b"\x17\3\3\0\x20" + b"x" * 32),
        Wrong(SecurityChannelError, "", b"hel"),
    ),
    _secure(
        "TLS: close_notify in the clear",
        _in_the_clear(_UNTIL_CLOSE + b"hel", b"\x15\3\3\0\2\1\0"),
        Wrong(SecurityChannelError, "", b"hel"),
    ),
]
