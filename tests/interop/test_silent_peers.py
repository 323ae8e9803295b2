"""Each limit on time, against a peer that goes silent just there, on real sockets.

To the second they are tested with a clock, in ``tests/http``.
"""

from __future__ import annotations

import socket
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest
import pytest_twisted
from twisted.internet.task import deferLater

import twinet
from tests.http.memory import ScriptedResolver
from tests.interop.hostile.case import PATIENT, SHORT, ok
from tests.interop.hostile.run import Meeting, within
from tests.interop.hostile.talker import NEEDS_TCP_INFO, reactor
from twinet.errors import Timeout
from twinet.options import Option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.interop.hostile.server import Peer
    from twinet.records import Limits


pytestmark = [NEEDS_TCP_INFO, pytest.mark.usefixtures("nothing_is_logged")]


@pytest.fixture
def full_port() -> Iterator[int]:
    """Give a port whose queue of connections is full: another SYN gets no answer."""
    with ExitStack() as stack:
        listening = stack.enter_context(socket.socket())
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for _ in range(4):
            caller = stack.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(listening.getsockname())
        yield listening.getsockname()[1]


async def silent(peer: Peer) -> None:
    """Answer what is asked of the target, and then nothing."""
    if peer.target == "/half":
        peer.send(ok(b"hello")[:-2])
    if peer.target == "/unread":
        # As much as the sockets take: the client cannot read on by itself.
        await peer.flood(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 65536)
    if peer.target == "/upload":
        peer.read_nothing()


async def ends_in(limit: str, pending: Any) -> str:
    """Check that something ends by that limit; return the words."""
    with pytest.raises(Timeout, match=limit) as caught:
        await within(pending, f"what limits.{limit} should have ended")
    assert caught.value.code == 12002
    return str(caught.value)


@pytest_twisted.ensureDeferred
async def test_look_up() -> None:
    """The name server says nothing."""
    resolver = ScriptedResolver()
    limits = PATIENT.but(lookup=SHORT)
    async with twinet.Session(reactor, resolver=resolver, limits=limits) as session:
        words = await ends_in("lookup", session.get("http://name.test/"))
        assert "name.test" in words
        assert [name for _, name in resolver.asked] == ["name.test"]


@pytest_twisted.ensureDeferred
async def test_connect(full_port: int) -> None:
    """The host says nothing to a SYN."""
    limits = PATIENT.but(connect=SHORT)
    async with twinet.Session(reactor, limits=limits) as session:
        url = f"http://127.0.0.1:{full_port}/"
        words = await ends_in("connect", session.get(url))
        assert "127.0.0.1" in words


@pytest.mark.parametrize(
    ("limit", "tls"),
    [
        ("tls", True),
        ("first_byte", False),
        ("idle", False),
        ("unread_body", False),
        ("send", False),
        ("whole", False),
    ],
)
@pytest_twisted.ensureDeferred
async def test_the_server_is_silent(limit: str, tls: bool) -> None:
    """The connection is closed, and the same session goes on with the same host."""

    async def nothing(peer: Peer) -> None:
        await peer.pause(600)

    meeting = Meeting(silent, tls=tls, greetings={0: nothing} if limit == "tls" else {})
    limits = PATIENT.but(**{limit: SHORT})
    try:
        await ends_in(limit, _asking(meeting, limit, limits))
        await within(meeting.all_closed(), "closing the connection")
        await within(meeting.good_page(), "the good page")
    finally:
        await meeting.end()


@pytest_twisted.ensureDeferred
async def test_first_byte_counts_from_when_the_body_is_out() -> None:
    """What waits in the system's buffer for a slow server is not out."""
    body = bytes(6 << 20)

    async def slow(peer: Peer) -> None:
        peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
        while peer.server.taken < len(body):
            peer.transport.pauseProducing()
            await peer.pause(0.03)
            peer.transport.resumeProducing()
            await peer.all()
        peer.send(ok(b"hello"))

    meeting = Meeting(slow)
    try:
        connection = meeting.session.http("127.0.0.1", meeting.server.port)
        request = connection.open_request("PUT", "/", limits=PATIENT.but(first_byte=1))
        await within(request.send(body), "a slow upload")
        assert await request.read(9) == b"hello"
    finally:
        await meeting.end()


async def _asking(meeting: Meeting, limit: str, limits: Limits) -> None:
    session, url = meeting.session, meeting.server.url
    if limit == "send":
        connection = session.http("127.0.0.1", meeting.server.port)
        request = connection.open_request("PUT", "/upload", limits=limits)
        await request.send(bytes(24 << 20))
    elif limit in ("idle", "whole"):
        request = await session.get(url("/half"), limits=limits)
        assert await request.read(3) == b"hel"
        await request.read(2)
    elif limit == "unread_body":
        request = await session.get(url("/unread"), limits=limits)
        await deferLater(reactor, 3 * SHORT)
        await _to_the_end(request)
    else:
        await session.get(url("/"), limits=limits)


async def _to_the_end(request: Any) -> None:
    while await request.read_some():
        pass


@pytest_twisted.ensureDeferred
async def test_lowest_speed() -> None:
    """The server is not silent, and might as well be."""

    async def drip(peer: Peer) -> None:
        peer.send(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            await peer.pause(0.02)
            peer.send(b"x")

    meeting = Meeting(drip)
    limits = PATIENT.but(lowest_speed=10_000, lowest_speed_time=2 * SHORT)
    try:
        request = await within(
            meeting.session.get(meeting.server.url("/"), limits=limits), "the head"
        )
        await ends_in("lowest_speed", _to_the_end(request))
        await within(meeting.all_closed(), "closing the connection")
        await within(meeting.good_page(), "the good page")
    finally:
        await meeting.end()


@pytest_twisted.ensureDeferred
async def test_expect_runs_out_and_is_no_error() -> None:
    """The body goes out without leave."""

    async def page(peer: Peer) -> None:
        await peer.body(5)
        peer.send(ok(b"hello"))

    meeting = Meeting(page)
    try:
        connection = meeting.session.http("127.0.0.1", meeting.server.port)
        request = connection.open_request(
            "PUT", "/", headers={"Expect": "100-continue"}
        )
        request.limits = PATIENT.but(expect=SHORT)
        await within(request.send(b"12345"), "a request that waits for leave")
        assert await request.read(9) == b"hello"
    finally:
        await meeting.end()


@pytest.mark.parametrize(
    ("option", "limit"),
    [
        (Option.CONNECT_TIMEOUT, "connect"),
        (Option.SEND_TIMEOUT, "send"),
        (Option.RECEIVE_TIMEOUT, "first_byte"),
    ],
)
@pytest_twisted.ensureDeferred
async def test_options_of_the_platform(
    option: Option, limit: str, full_port: int
) -> None:
    """Those limits that WinINet has are options of the handle as well."""
    meeting = Meeting(silent)
    try:
        port = full_port if limit == "connect" else meeting.server.port
        connection = meeting.session.http("127.0.0.1", port)
        request = connection.open_request("PUT", "/upload")
        request.options[option] = SHORT
        body = bytes(24 << 20) if limit == "send" else b""
        await ends_in(limit, request.send(body))
    finally:
        await meeting.end()
