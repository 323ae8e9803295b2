"""Connections that were good once: what the server does to them, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.interop.hostile.case import Case, Right, Wrong, ok, saying
from twinet.errors import ConnectionReset, HttpInvalidServerResponse, Truncated

if TYPE_CHECKING:
    from tests.interop.hostile.server import Peer, Script

__all__ = ["KEPT"]

#: What a server says that is tired of waiting.
_TIRED = (
    b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
)


def _was_kept(peer: Peer) -> bool:
    return len(peer.asked) > 1


def _stale(end: str, word: bytes = b"") -> Script:
    """End a kept connection when it is used; be good on a fresh one."""

    async def script(peer: Peer) -> None:
        if not _was_kept(peer):
            peer.send(ok(b"hello"))
            return
        await peer.sent(word)
        getattr(peer, end)()

    return script


async def _always_closing(peer: Peer) -> None:
    peer.close()


async def _close_afterwards(peer: Peer) -> None:
    await peer.sent(ok(b"hello"))
    await peer.pause(0.01)
    peer.close()


async def _reset_afterwards(peer: Peer) -> None:
    await peer.sent(ok(b"hello"))
    await peer.pause(0.01)
    peer.reset()


async def _tired_afterwards(peer: Peer) -> None:
    await peer.sent(ok(b"hello"))
    await peer.pause(0.01)
    peer.send(_TIRED)
    peer.close()


async def _half_an_answer_afterwards(peer: Peer) -> None:
    await peer.sent(ok(b"hello"))
    await peer.pause(0.01)
    peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nevil")


async def _closes_though_it_said_otherwise(peer: Peer) -> None:
    peer.send(ok(b"hello", b"Connection: keep-alive", b"Keep-Alive: timeout=600"))
    peer.close()


async def _early(peer: Peer) -> None:
    peer.send(ok(b"early"))


async def _twice_early(peer: Peer) -> None:
    peer.send(ok(b"early") + ok(b"evil page"))


async def _close_on_sight(peer: Peer) -> None:
    peer.close()


async def _reset_on_sight(peer: Peer) -> None:
    peer.reset()


async def _banner(peer: Peer) -> None:
    peer.send(b"220 ready when you are\r\n")


async def _nothing(peer: Peer) -> None:
    pass


async def _one_answer_for_two(peer: Peer) -> None:
    """Answer the request on a kept connection with what belonged to none."""
    await peer.sent(ok(b"hello"))
    peer.send(b"\r\n" * 3)


def _body() -> bytes:
    return b"order=1"


_NO_ANSWER = Wrong(HttpInvalidServerResponse, "before the answer came")

KEPT = [
    Case(
        "stale: closed when it is used",
        _stale("close"),
        Right(b"hello", kept=True),
        before=1,
    ),
    Case(
        "stale: reset when it is used",
        _stale("reset"),
        Right(b"hello", kept=True),
        before=1,
    ),
    Case(
        "stale: a blank line, and closed",
        _stale("close", b"\r\n"),
        Right(b"hello", kept=True),
        before=1,
    ),
    Case(
        "stale: one byte, and closed",
        _stale("close", b"H"),
        Wrong(HttpInvalidServerResponse, "inside a head"),
        before=1,
    ),
    Case(
        "stale: tired, and closed",
        _stale("close", _TIRED),
        Right(b"hello", kept=True),
        before=1,
    ),
    Case(
        "stale under a POST, which is not sent twice",
        _stale("close"),
        _NO_ANSWER,
        verb="POST",
        body=_body,
        before=1,
    ),
    Case(
        "stale under a PUT, which may be sent twice",
        _stale("close"),
        Right(b"hello", kept=True),
        verb="PUT",
        body=_body,
        before=1,
    ),
    Case("stale, and the next one too", _always_closing, _NO_ANSWER, before=1),
    Case(
        "closed a moment later",
        _close_afterwards,
        Right(b"hello"),
        before=1,
        rest=0.03,
    ),
    Case(
        "reset a moment later",
        _reset_afterwards,
        Right(b"hello"),
        before=1,
        rest=0.03,
    ),
    Case("tired a moment later", _tired_afterwards, Right(b"hello"), rest=0.03),
    Case(
        "half an answer a moment later",
        _half_an_answer_afterwards,
        Right(b"hello"),
        rest=0.03,
    ),
    Case(
        "blank lines behind the answer", _one_answer_for_two, Right(b"hello"), rest=0.03
    ),
    Case(
        "keep-alive promised and not kept",
        _closes_though_it_said_otherwise,
        Right(b"hello"),
        rest=0.03,
    ),
    Case(
        "cut on a kept connection",
        _stale("close", ok(b"hello")[:-2]),
        Wrong(Truncated, "3 of 5 bytes", b"hel"),
        before=2,
    ),
    Case(
        "an answer before the request",
        _nothing,
        Right(b"early", kept=True),
        greetings={0: _early},
    ),
    Case(
        "two answers before the request",
        _nothing,
        Right(b"early"),
        greetings={0: _twice_early},
    ),
    Case(
        "a banner before the request",
        saying(ok(b"hello")),
        Wrong(HttpInvalidServerResponse, "220 ready"),
        greetings={0: _banner},
    ),
    Case("closed on sight", _nothing, _NO_ANSWER, greetings={0: _close_on_sight}),
    Case(
        "reset on sight",
        _nothing,
        Wrong(ConnectionReset, ""),
        greetings={0: _reset_on_sight},
    ),
]
