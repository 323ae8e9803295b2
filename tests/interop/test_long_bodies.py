"""Long bodies on real sockets: with the low-water mark comes what comes without it.

Each case is read in every way, once with the mark and once without, and must come to
the same bytes, the same error and the same notifications.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import groupby
from socket import SO_RCVLOWAT, SOL_SOCKET
from typing import TYPE_CHECKING, Any

import pytest
import pytest_twisted
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import deferLater

from tests.interop.hostile.case import PATIENT
from tests.interop.hostile.run import WAYS, Meeting, within
from tests.interop.hostile.talker import NEEDS_TCP_INFO, reactor
from twinet._net import disk, low_water
from twinet.errors import ConnectionReset, InternetError, OperationCancelled
from twinet.trace import Trace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.interop.hostile.server import Peer, Script

pytestmark = [
    NEEDS_TCP_INFO,
    pytest.mark.skipif(not low_water.KEPT, reason="only Linux keeps to the mark"),
    pytest.mark.usefixtures("nothing_is_logged"),
]

MIB = 1 << 20
BODY = random.Random(4).randbytes(8 * MIB)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(BODY)
#: For a server that is to be found silent (seconds).
IDLE = 0.4
#: What is told as often as bytes come.
_PROGRESS = frozenset(("RECEIVING_RESPONSE", "RESPONSE_RECEIVED", "REQUEST_COMPLETE"))


@pytest.fixture(autouse=True)
def _everything_is_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Raise the mark on a busy machine too."""
    monkeypatch.setattr(low_water, "LEAST", 4096)


def marks(session: Any) -> list[int]:
    """Return the marks of the sockets that a session has."""
    return [
        channel._tcp.socket.getsockopt(SOL_SOCKET, SO_RCVLOWAT)
        for channel in session.engine.pool._channels
        if channel.usable
    ]


def cut_at(size: int, end: Callable[[Peer], None]) -> Script:
    """Send so much of the body, then end it."""

    async def script(peer: Peer) -> None:
        await peer.sent(HEAD + BODY[:size])
        end(peer)

    return script


async def whole(peer: Peer) -> None:
    peer.send(HEAD + BODY)


async def too_much(peer: Peer) -> None:
    peer.send(HEAD + BODY + b"surplus")


async def in_strides(peer: Peer) -> None:
    """Fast and slow by turns."""
    peer.send(HEAD)
    for start in range(0, len(BODY), 3 * MIB):
        stride = BODY[start : start + 3 * MIB]
        await peer.sent(stride[:-50_000])
        await peer.drip(stride[-50_000:], 0.01, 5000)


async def until_close(peer: Peer) -> None:
    peer.send(b"HTTP/1.1 200 OK\r\n\r\n" + BODY)
    peer.close()


async def chunked(peer: Peer) -> None:
    peer.send(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)
    )


def fin(peer: Peer) -> None:
    peer.close()


def nothing(peer: Peer) -> None:
    """Fall silent."""


CASES: dict[str, Script] = {
    "whole": whole,
    "too much": too_much,
    "in strides": in_strides,
    "until close": until_close,
    "chunked": chunked,
    "silence": cut_at(5 * MIB + 300_000, nothing),
    "silence before the last byte": cut_at(len(BODY) - 1, nothing),
    **{
        f"FIN at {size}": cut_at(size, fin)
        for size in (
            *(0, 1, 70_000, MIB, 4 * MIB + 1, 6 * MIB - 1),
            *(len(BODY) - MIB, len(BODY) - 1),
        )
    },
}


#: Bodies that are not known to be long, or end too soon.
NOT_RAISED = ("until close", "chunked", "FIN at 0", "FIN at 1", "FIN at 70000")


class Collector:
    """A sink that keeps what comes."""

    def __init__(self, came: list[bytes]) -> None:
        self.write = came.append


@dataclass
class Outcome:
    """What a program sees of one answer."""

    data: bytes
    error: str
    told: list[str]
    told_bytes: int
    kept: bool


async def outcome(case: str, way: str, folder: Path) -> Outcome:
    """Let a server answer, and read that in one way."""
    folder.mkdir()
    meeting = Meeting(CASES[case])
    limits = PATIENT.but(idle=IDLE) if case.startswith("silence") else PATIENT
    session = meeting.session
    news: list[Any] = []
    session.set_status_callback(news.append)
    came: list[bytes] = []
    error = ""
    try:
        request = await within(
            session.get(meeting.server.url("/body"), limits=limits), "the head"
        )
        try:
            await within(WAYS[way](request, came, folder), "the body")
        except InternetError as fault:
            port = str(meeting.server.port)
            error = f"{type(fault).__name__}: {fault}".replace(port, "PORT")
        request.close()
        assert set(marks(session)) <= {1}, "a mark is left"
        await within(meeting.good_page(), "the good page")
        kept = len(meeting.server.peers) == 1
    finally:
        await meeting.end()
    names = [each.status.name for each in news]
    received = [each.info for each in news if each.status.name == "RESPONSE_RECEIVED"]
    return Outcome(
        b"".join(came),
        error,
        # How often progress is told is a matter of time.
        [
            name
            for progress, group in groupby(names, _PROGRESS.__contains__)
            for name in (["progress"] if progress else group)
        ],
        sum(received),
        kept,
    )


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", CASES)
@pytest_twisted.ensureDeferred
async def test_with_the_mark_comes_what_comes_without(
    case: str, way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same bytes, error, notifications and fate of the connection."""
    raised = []
    setting = low_water.LowWater._set

    def set_(self: low_water.LowWater, mark: int) -> None:
        raised.append(mark > 1)
        setting(self, mark)

    monkeypatch.setattr(low_water.LowWater, "_set", set_)
    with_it = await outcome(case, way, tmp_path / "with")
    was_raised = any(raised)
    raised.clear()
    monkeypatch.setattr("twinet._http.channel.KEPT", False)
    without = await outcome(case, way, tmp_path / "without")
    assert with_it == without
    assert not raised
    assert was_raised is (case not in NOT_RAISED)


class Slow:
    """A sink that takes its time after each piece."""

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: bytes) -> Deferred[None]:
        self.data += data
        return deferLater(reactor, 0.005)


@pytest_twisted.ensureDeferred
async def test_sink_that_holds_back_gets_all() -> None:
    """Whatever the mark is when the socket is read again."""
    meeting = Meeting(in_strides)
    try:
        request = await meeting.session.get(meeting.server.url("/body"))
        sink = Slow()
        await within(request.deliver(sink), "the body")
        assert sink.data == BODY
    finally:
        await meeting.end()


@pytest_twisted.ensureDeferred
async def test_what_came_is_handed_over_when_the_server_waits() -> None:
    """It sends more only when it hears that all before has come."""
    arrived = 0
    stops = (2 * MIB, 2 * MIB + 1, 3 * MIB, 5 * MIB + 70_000, 7 * MIB + 5, len(BODY))

    async def script(peer: Peer) -> None:
        peer.send(HEAD)
        start = 0
        for stop in stops:
            await peer.sent(BODY[start:stop])
            while arrived < stop:
                await peer.pause(0.005)
            start = stop

    class Sink:
        def write(self, data: bytes) -> None:
            nonlocal arrived
            arrived += len(data)

    meeting = Meeting(script)
    try:
        request = await meeting.session.get(meeting.server.url("/body"))
        assert await within(request.deliver(Sink()), "the body") == len(BODY)
        request.close()
        # A small answer on the same connection comes at once.
        await within(meeting.good_page(), "the good page")
        assert len(meeting.server.peers) == 1
        assert marks(meeting.session) == [1]
    finally:
        await meeting.end()


@pytest.mark.parametrize("place", [MIB, 5 * MIB + 1])
@pytest_twisted.ensureDeferred
async def test_reset_is_seen_at_once(place: int) -> None:
    """What comes before is the beginning of the body."""

    async def script(peer: Peer) -> None:
        await peer.sent(HEAD + BODY[:place])
        peer.reset()

    meeting = Meeting(script)
    came: list[bytes] = []
    try:
        request = await meeting.session.get(meeting.server.url("/body"))
        with pytest.raises(ConnectionReset):
            await within(request.deliver(Collector(came)), "the body")
        assert BODY.startswith(b"".join(came))
        await within(meeting.all_closed(), "closing the connection")
    finally:
        await meeting.end()


@pytest.mark.parametrize("closing", [False, True])
@pytest_twisted.ensureDeferred
async def test_stopped_in_the_middle_leaves_nothing(
    closing: bool, tmp_path: Path
) -> None:
    """No socket, no file, no timer."""
    meeting = Meeting(cut_at(6 * MIB, nothing))
    try:
        request = await meeting.session.get(meeting.server.url("/body"))
        saving = request.save(tmp_path / "body")
        while max(marks(meeting.session)) == 1 or not any(
            path.stat().st_size for path in tmp_path.iterdir()
        ):
            await deferLater(reactor, 0)
        if closing:
            request.close()
        else:
            saving.cancel()
        with pytest.raises((OperationCancelled, CancelledError)):
            await within(saving, "the end of saving")
        assert list(tmp_path.iterdir()) == []
        if not closing:
            # As much as is promised: the handle is left, and its connection.
            request.close()
        await within(meeting.all_closed(), "closing the connection")
    finally:
        await meeting.end()


@pytest.mark.parametrize("tls", [False, True])
@pytest_twisted.ensureDeferred
async def test_no_mark_where_it_cannot_be_right(
    tls: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TLS has other lengths on the wire, and a trace shows each read."""

    def set_(self: low_water.LowWater, mark: int) -> None:
        raise AssertionError(mark)

    monkeypatch.setattr(low_water.LowWater, "_set", set_)
    trace = None if tls else Trace(lambda record: None)
    meeting = Meeting(whole, tls=tls, trace=trace)
    try:
        request = await meeting.session.get(meeting.server.url("/body"))
        assert await within(request.read(len(BODY) + 1), "the body") == BODY
    finally:
        await meeting.end()


@pytest_twisted.ensureDeferred
async def test_file_of_a_body_that_is_here_takes_two_calls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One makes the file; the other writes, syncs and names it."""
    monkeypatch.setattr(disk, "BATCH", 1000)
    body = BODY[:100_000]

    async def script(peer: Peer) -> None:
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    meeting = Meeting(script)
    try:
        request = await meeting.session.get(meeting.server.url("/body"))
        while not request._complete:
            await deferLater(reactor, 0)
        threads = meeting.session.disk._threads
        asked: list[str] = []
        run = threads.run

        def counting(f: Any, *args: Any) -> Deferred[Any]:
            asked.append(f.__name__)
            return run(f, *args)

        monkeypatch.setattr(threads, "run", counting)
        path = await within(request.save(tmp_path / "body"), "the end of saving")
        assert path.read_bytes() == body
        assert asked == ["PartFile", "publish"]
    finally:
        await meeting.end()
