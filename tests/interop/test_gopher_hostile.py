"""Gopher servers that misbehave, on real sockets: the right error, and in time.

Each case is a script of the server's, and what each kind of call comes to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import pytest_twisted
from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import LoopingCall, deferLater

import twinet
from twinet import errors

if TYPE_CHECKING:
    from collections.abc import Callable

reactor: Any = _reactor
pytestmark = pytest.mark.usefixtures("nothing_is_logged")

#: The limit of every wait of the client's in here (seconds).
SHORT = 0.3
#: How long a case may take: far more than any limit.
PATIENT = 20
ITEM = b"0a\t/a\t127.0.0.1\t70\r\n"


class Peer(Protocol):
    """The server's end of one connection."""

    transport: Any

    def __init__(self, script: Callable[[Peer], object]) -> None:
        self.script = script
        self.heard = b""
        self.lost: Deferred[None] = Deferred()
        self.loop: LoopingCall | None = None
        self.timers: list[Any] = []

    def connectionMade(self) -> None:
        if getattr(self.script, "at_once", False):
            self.script(self)

    def dataReceived(self, data: bytes) -> None:
        first = not self.heard
        self.heard += data
        if first and not getattr(self.script, "at_once", False):
            self.script(self)

    def connectionLost(self, reason: Any = None) -> None:
        if self.loop is not None and self.loop.running:
            self.loop.stop()
        for timer in self.timers:
            if timer.active():
                timer.cancel()
        self.lost.callback(None)

    # -- what scripts do

    def later(self, turns: int, act: Callable[..., object], *args: object) -> None:
        """Do something in so many turns, unless the connection is gone."""
        self.timers.append(reactor.callLater(0.02 * turns, act, *args))

    def send(self, data: bytes) -> None:
        """Send something."""
        self.transport.write(data)

    def again(self, data: bytes, seconds: float = 0) -> None:
        """Send it again and again, as long as it is taken."""

        def step() -> None:
            if len(self.transport.dataBuffer) < 1 << 20:
                self.transport.write(data)

        self.loop = LoopingCall(step)
        self.loop.start(seconds)

    def close(self) -> None:
        """Close in order, behind what was sent."""
        self.transport.loseConnection()

    def reset(self) -> None:
        """Close by a RST."""
        self.transport.abortConnection()


def says(*pieces: bytes, then: str = "") -> Callable[[Peer], None]:
    """Return the script that sends pieces apart from each other, and then acts."""

    def script(peer: Peer) -> None:
        for place, piece in enumerate(pieces):
            peer.later(place, peer.send, piece)
        if then:
            peer.later(len(pieces), getattr(peer, then))

    return script


def floods(data: bytes, seconds: float = 0) -> Callable[[Peer], None]:
    """Return the script that sends the same without end."""
    return lambda peer: peer.again(data, seconds)


def hangs_up_at_once(peer: Peer) -> None:
    """Close before anything was asked."""
    peer.close()


hangs_up_at_once.at_once = True  # type: ignore[attr-defined]  # read by the peer


def talks_first(peer: Peer) -> None:
    """Answer before anything was asked, as no Gopher server does."""
    peer.send(ITEM + b".\r\n")
    peer.close()


talks_first.at_once = True  # type: ignore[attr-defined]  # as above

P, D, T = errors.GopherProtocolError, errors.GopherDataError, errors.Timeout
N = errors.GopherNotGopherPlus

#: The name, the script, and the outcome of a menu, of a binary file, of a text, of
#: attributes: an error, or how many entries, or which data.
CASES: tuple[tuple[str, Any, Any, Any, Any, Any], ...] = (
    ("silence", lambda _: None, T, T, T, T),
    ("hangs up at once", hangs_up_at_once, D, b"", b"", N),
    ("hangs up when asked", says(then="close"), D, b"", b"", N),
    ("resets when asked", says(then="reset"), D, D, D, D),
    ("talks first", talks_first, 1, ITEM + b".\r\n", ITEM, N),
    ("half a line, then silence", says(ITEM[:9]), T, T, T, N),
    (
        "half a line, then closes",
        says(b"0a\t/a", then="close"),
        P,
        b"0a\t/a",
        b"0a\t/a",
        N,
    ),
    ("a line, then a reset", says(ITEM, then="reset"), D, D, D, N),
    ("a line, then silence", says(ITEM), T, T, T, N),
    ("no final dot", says(ITEM, then="close"), 1, ITEM, ITEM, N),
    ("a dot, and stays", says(ITEM + b".\r\n"), 1, T, ITEM, N),
    (
        "a dot in pieces",
        says(ITEM, b".", b"\r", b"\n", then="close"),
        1,
        ITEM + b".\r\n",
        ITEM,
        N,
    ),
    (
        "two dots, and more",
        says(ITEM, b".\r\n.\r\n", ITEM, then="close"),
        1,
        ITEM + b".\r\n.\r\n" + ITEM,
        ITEM + b".\r\n.\r\n" + ITEM,
        N,
    ),
    ("only a dot", says(b".\r\n", then="close"), 0, b".\r\n", b"", N),
    ("LF alone", says(ITEM.replace(b"\r", b"") + b".\n", then="close"), 1, ..., ..., N),
    ("CR alone", says(ITEM.replace(b"\n", b"") * 2, then="close"), P, ..., ..., N),
    ("NULs", says(b"\0" * 100, then="close"), P, b"\0" * 100, b"\0" * 100, N),
    ("an HTTP answer", says(b"HTTP/1.1 200 OK\r\n\r\n", then="close"), P, ..., ..., N),
    ("a line without an end", floods(b"x" * 65536), P, ..., ..., N),
    ("a menu without an end", floods(ITEM * 3000), D, ..., ..., N),
    ("dots without an end", floods(b".\r\n" * 9999), 0, ..., ..., N),
    ("byte by byte, too slowly", floods(b"0", 0.05), T, ..., ..., N),
    ("an error", says(b"3no\t\terror.host\t1\r\n.\r\n", then="close"), D, D, D, N),
    ("an error, and stays", says(b"3no\t\terror.host\t1\r\n.\r\n"), D, T, T, N),
    ("Gopher+ unasked", says(b"+5\r\nhello", then="close"), P, ..., ..., ...),
    ("a head, then silence", says(b"+-1\r\n"), P, ..., ..., T),
    ("half a head", says(b"+-", then="close"), P, ..., ..., N),
    ("a wrong head", says(b"+-7\r\n", then="close"), P, ..., ..., N),
    ("a huge length", says(b"+999999999999999999\r\nx", then="close"), P, ..., ..., D),
    ("a head without an end", floods(b"+" + b"1" * 999), P, ..., ..., N),
    ("a refusal", says(b"--1\r\n1 no\r\n.\r\n"), P, ..., ..., D),
    ("a refusal without an end", floods(b"--2\r\n" + b"x" * 999), P, ..., ..., D),
    ("attributes without an end", floods(b"+-2\r\n" + b" x\r\n" * 999), P, ..., ..., D),
)


def limits() -> twinet.Limits:
    return twinet.Limits(
        first_byte=SHORT, idle=SHORT, whole=SHORT * 8, menu_bytes=1 << 20
    )


async def _find(gopher: twinet.GopherConnection, port: int) -> int:
    async with await gopher.find() as find:
        return len([entry async for entry in find])


async def _file(gopher: twinet.GopherConnection, port: int, sign: str) -> bytes:
    async with await gopher.open_file(f"{sign}x\t/x\t127.0.0.1\t{port}") as file:
        data = b""
        async for piece in file:
            data = (data + piece)[:1000]
        return data


async def _attributes(gopher: twinet.GopherConnection, port: int) -> int:
    item = await gopher.attributes(f"0x\t/x\t127.0.0.1\t{port}\t+")
    return len(item.attributes)


CALLS: dict[str, Any] = {
    "menu": _find,
    "binary": lambda gopher, port: _file(gopher, port, "9"),
    "text": lambda gopher, port: _file(gopher, port, "0"),
    "attributes": _attributes,
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
@pytest_twisted.ensureDeferred
async def test_misbehaviour(case: tuple[Any, ...], call: str) -> None:
    """It comes to what it should, by itself, and the client's socket is closed."""
    _, script, *outcomes = case
    wanted = outcomes[list(CALLS).index(call)]
    peers: list[Peer] = []

    def build(_: object) -> Peer:
        peers.append(Peer(script))
        return peers[-1]

    factory = Factory()
    factory.noisy = False
    factory.buildProtocol = build  # type: ignore[method-assign, assignment]  # a script
    listening = reactor.listenTCP(0, factory, interface="127.0.0.1")
    port = listening.getHost().port
    session = twinet.Session(proxy="", limits=limits())
    gopher = session.gopher("127.0.0.1", port)
    outcome: Any
    try:
        pending = Deferred.fromCoroutine(CALLS[call](gopher, port))
        outcome = await pending.addTimeout(PATIENT, reactor)
    except errors.InternetError as error:
        outcome = error
    finally:
        for peer in peers:
            await peer.lost.addTimeout(PATIENT, reactor)
        await session.close()
        await listening.stopListening()
        await deferLater(reactor, 0)
    if wanted is ...:
        return  # whatever it is for this call: it has ended
    if isinstance(wanted, type):
        assert isinstance(outcome, wanted), outcome
    else:
        assert outcome == wanted


@pytest_twisted.ensureDeferred
async def test_a_million_entries() -> None:
    """They come, and are read, when the limit lets them."""
    line = b"0a\t/a\th\t70\r\n"
    count = 1_000_000

    def script(peer: Peer) -> None:
        peer.send(line * count)
        peer.close()

    factory = Factory()
    factory.noisy = False
    factory.buildProtocol = lambda _: Peer(script)  # type: ignore[assignment, method-assign]  # one
    listening = reactor.listenTCP(0, factory, interface="127.0.0.1")
    limits = twinet.Limits(menu_bytes=len(line) * count)
    try:
        async with twinet.Session(proxy="", limits=limits) as session:
            gopher = session.gopher("127.0.0.1", listening.getHost().port)
            assert await _find(gopher, 0) == count
    finally:
        await listening.stopListening()
        await deferLater(reactor, 0.05)
