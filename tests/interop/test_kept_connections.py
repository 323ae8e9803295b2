"""Kept connections that went bad while the program was busy, and nobody looked."""

from __future__ import annotations

from socket import SHUT_WR
from typing import TYPE_CHECKING

import pytest
import pytest_twisted
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater

from tests.interop.hostile.case import ok
from tests.interop.hostile.run import Meeting, within
from tests.interop.hostile.talker import NEEDS_TCP_INFO, reactor
from twinet._net.stream import READ_SIZE

if TYPE_CHECKING:
    from tests.interop.hostile.server import Peer

pytestmark = [NEEDS_TCP_INFO, pytest.mark.usefixtures("nothing_is_logged")]

TIRED = (
    b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
)


async def page(peer: Peer) -> None:
    peer.send(ok(b"hello"))


async def kept(meeting: Meeting) -> Peer:
    """Make a kept connection; what follows is in one turn of the reactor."""
    await within(meeting.good_page(), "the good page")
    await deferLater(reactor, 0.02)
    (peer,) = meeting.server.peers
    return peer


@pytest.mark.parametrize("tls", [False, True])
@pytest_twisted.ensureDeferred
async def test_a_post_does_not_go_to_a_connection_that_was_closed(tls: bool) -> None:
    """It could not be sent again: it must be right the first time."""
    meeting = Meeting(page, tls=tls)
    try:
        peer = await kept(meeting)
        peer.socket.shutdown(SHUT_WR)
        connection = meeting.session.http("127.0.0.1", meeting.server.port, tls=tls)
        request = connection.open_request("POST", "/order")
        await within(request.send(b"one"), "the POST")
        assert await request.read(9) == b"hello"
        assert peer.asked == ["/good"]
        assert meeting.server.peers[1].asked == ["/order"]
    finally:
        await meeting.end()


@pytest_twisted.ensureDeferred
async def test_an_answer_to_nothing_is_not_the_next_requests() -> None:
    """The server's farewell came before the request went out."""
    meeting = Meeting(page)
    try:
        peer = await kept(meeting)
        peer.socket.send(TIRED)
        request = await within(
            meeting.session.get(meeting.server.url("/next")), "the GET"
        )
        assert request.response.status_code == 200
        assert await request.read(9) == b"hello"
        request.close()
        assert peer.asked == ["/good"]
    finally:
        await meeting.end()


@pytest_twisted.ensureDeferred
async def test_all_that_went_bad_are_dropped_at_once() -> None:
    """Six connections, of which the server closes five."""
    meeting = Meeting(page)
    try:
        pending = [meeting.session.get(meeting.server.url("/x")) for _ in range(6)]
        for one in pending:
            assert await (await within(one, "a page")).read(9) == b"hello"
        await deferLater(reactor, 0.02)
        peers = list(meeting.server.peers)
        for peer in peers[1:]:
            peer.socket.shutdown(SHUT_WR)
        await within(meeting.good_page(), "the good page")
        assert [peer.asked[-1] for peer in peers] == ["/good", *["/x"] * 5]
        assert meeting.server.most == 6
    finally:
        await meeting.end()


@pytest_twisted.ensureDeferred
async def test_what_stands_behind_a_full_read_is_not_the_next_answer() -> None:
    """The body ends where the read of the socket ends, and more is there."""
    first = b"x" * 100
    warmth = b"w" * (8 << 20)
    lie = ok(b"a lie")
    all_is_sent: Deferred[None] = Deferred()

    async def script(peer: Peer) -> None:
        if peer.asked == ["/warm"]:
            # The system learns to keep much for this socket.
            peer.send(ok(warmth))
        elif peer.asked == ["/warm", "/first"]:
            await peer.sent(ok(first + b"y" * READ_SIZE)[:-READ_SIZE])
            while not came:
                await peer.pause(0.005)
            await peer.sent(b"y" * READ_SIZE + lie)
            await peer.pause(0.1)  # until it is there
            all_is_sent.callback(None)
        else:
            peer.send(ok(b"the truth"))

    came = bytearray()

    class Sink:
        def write(self, data: bytes) -> Deferred[None]:
            came.extend(data)
            return all_is_sent

    meeting = Meeting(script)
    try:
        request = await meeting.session.get(meeting.server.url("/warm"))
        assert await within(request.read(len(warmth) + 1), "the first body") == warmth
        request = await meeting.session.get(meeting.server.url("/first"))
        read = request.deliver(Sink())
        # In the turn in which the body has ended.
        read.addCallback(lambda _: meeting.session.get(meeting.server.url("/next")))
        second = await within(read, "the second answer")
        assert len(came) == len(first) + READ_SIZE
        assert await second.read(99) == b"the truth"
        assert len(meeting.server.peers) == 2
    finally:
        await meeting.end()
