"""Two thousand requests at once: six sockets, in order, all end, nothing is left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import pytest_twisted
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.task import deferLater

from tests.interop.hostile.case import PATIENT, ok
from tests.interop.hostile.run import Meeting, within
from tests.interop.hostile.talker import NEEDS_TCP_INFO, reactor
from twinet.errors import (
    HttpInvalidServerResponse,
    InternetError,
    OperationCancelled,
    Timeout,
    Truncated,
)
from twinet.status import Status

if TYPE_CHECKING:
    from tests.interop.hostile.server import Peer

pytestmark = [NEEDS_TCP_INFO, pytest.mark.usefixtures("nothing_is_logged")]

MANY = 2000
CAP = 6


def number_of(peer: Peer) -> int:
    return int(peer.target.rpartition("/")[2])


def page(number: int) -> bytes:
    return b"page %d " % number * (1 + number % 50)


async def good(peer: Peer) -> None:
    """Answer, with a length or in a chunk."""
    number = number_of(peer)
    if number % 2:
        peer.send(ok(page(number)))
    else:
        body = page(number)
        peer.send(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
        )


async def moody(peer: Peer) -> None:
    """Be good, but for each seventh request."""
    number = number_of(peer)
    if number % 7:
        await good(peer)
        return
    match number // 7 % 5:
        case 0:
            peer.send(b"no HTTP at all\r\n\r\n")
        case 1:
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\ncut")
            peer.close()
        case 2:
            peer.send(ok(page(number), b"Connection: close"))
        case 3:
            peer.send(ok(page(number)) + b"surplus")
        case 4:
            peer.send(ok(page(number)))
            peer.close()


class Many(Meeting):
    """One session, one host, and what its requests come to.

    :ivar dispatched: the numbers in the order in which their requests went out.
    """

    def __init__(self, script: Any, *, tls: bool = False) -> None:
        super().__init__(script, tls=tls)
        self.dispatched: list[int] = []
        self.session.set_status_callback(self.hear)

    def hear(self, news: Any) -> None:
        name = str(news.handle).rpartition("/")[2]
        if not name.isdigit():
            return
        if news.status is Status.SENDING_REQUEST:
            self.dispatched.append(int(name))
        if news.status is self.closes_in(int(name)):
            news.handle.close()

    def closes_in(self, number: int) -> Status | None:
        """Return in which notification a request's handle is closed."""
        return None

    def start(self, number: int) -> tuple[Deferred[Any], Deferred[Any]]:
        """Start one; return what can be cancelled, and what fires with its end."""
        pending = self.session.get(self.server.url(f"/{number}"))

        async def end() -> bytes | InternetError:
            try:
                request = await pending
                body: bytes = await request.read(1 << 20)
                # A body that was cut gives what came before it says so.
                body += await request.read(1)
                request.close()
            except InternetError as error:
                return error
            return body

        return pending, Deferred.fromCoroutine(end())


@pytest_twisted.ensureDeferred
async def test_two_thousand_at_once() -> None:
    """The server never sees more than six sockets; the order of start is kept."""
    many = Many(good)
    try:
        ends = [many.start(number)[1] for number in range(MANY)]
        bodies = await within(gatherResults(ends), "two thousand requests")
        assert bodies == [page(number) for number in range(MANY)]
        assert many.server.most == CAP
        assert len(many.server.peers) == CAP
        assert many.dispatched == list(range(MANY))
        for peer in many.server.peers:
            # On each connection they arrive in order; between them the reactor's
            # poll decides.
            numbers = [int(target[1:]) for target in peer.asked]
            assert numbers == sorted(numbers)
    finally:
        await many.end()


@pytest_twisted.ensureDeferred
async def test_two_thousand_over_one_connection() -> None:
    """They arrive exactly in the order in which they were started."""
    many = Many(good)
    many.session.engine.pool.cap = 1
    try:
        ends = [many.start(number)[1] for number in range(MANY)]
        bodies = await within(gatherResults(ends), "two thousand requests")
        assert bodies == [page(number) for number in range(MANY)]
        assert many.server.asked == [f"/{number}" for number in range(MANY)]
        assert many.server.most == 1
    finally:
        await many.end()


@pytest_twisted.ensureDeferred
async def test_two_thousand_with_cancels_and_a_moody_server() -> None:
    """Who is cancelled, refused or cut ends alone; all others get their page."""
    many = Many(moody)
    try:
        started = [many.start(number) for number in range(MANY)]
        for number in range(0, MANY, 10):
            started[number][0].cancel()
        ends = await within(
            gatherResults([end for _, end in started]), "two thousand requests"
        )
        wrong = []
        for number, end in enumerate(ends):
            expected: Any = page(number)
            if number % 10 == 0:
                expected = OperationCancelled
            elif number % 7 == 0 and number // 7 % 5 == 0:
                expected = HttpInvalidServerResponse
            elif number % 7 == 0 and number // 7 % 5 == 1:
                expected = Truncated
            got = type(end) if isinstance(end, InternetError) else end
            if got != expected:
                wrong.append((number, got, expected))
        assert wrong == []
        assert many.server.most <= CAP
        await within(many.good_page(), "the good page")
    finally:
        await many.end()


class Leaving(Many):
    """Some requests are closed by their own listener, in each phase one of ten."""

    PHASES = (
        Status.HANDLE_CREATED,
        Status.SENDING_REQUEST,
        Status.REQUEST_SENT,
        Status.RECEIVING_RESPONSE,
        Status.RESPONSE_RECEIVED,
        Status.CLOSING_CONNECTION,
    )

    def closes_in(self, number: int) -> Status | None:
        phase = number % 10
        return self.PHASES[phase] if phase < len(self.PHASES) else None


@pytest_twisted.ensureDeferred
async def test_two_thousand_of_which_many_are_closed_on_their_way() -> None:
    """Each place that becomes free is taken, and the cap holds."""
    many = Leaving(good)
    try:
        ends = await within(
            gatherResults([many.start(number)[1] for number in range(MANY)]),
            "two thousand requests",
        )
        for number, end in enumerate(ends):
            if many.closes_in(number) in Leaving.PHASES[1:5]:
                assert type(end) is OperationCancelled, (number, end)
            else:
                assert end == page(number), (number, end)
        assert many.server.most <= CAP
        await within(many.good_page(), "the good page")
    finally:
        await many.end()


@pytest_twisted.ensureDeferred
async def test_five_hundred_at_once_over_tls() -> None:
    """Six handshakes."""
    many = Many(good, tls=True)
    try:
        ends = [many.start(number)[1] for number in range(500)]
        bodies = await within(gatherResults(ends), "five hundred requests")
        assert bodies == [page(number) for number in range(500)]
        assert len(many.server.peers) == CAP
        assert many.dispatched == list(range(500))
    finally:
        await many.end()


@pytest_twisted.ensureDeferred
async def test_closing_the_session_ends_two_thousand() -> None:
    """Those that wait, and those that are under way."""
    many = Many(good)
    ends = [many.start(number)[1] for number in range(MANY)]
    while len(many.server.asked) <= 3 * CAP:
        await deferLater(reactor, 0.001)
    await many.end()
    done = 0
    for number, end in enumerate(await within(gatherResults(ends), "the others")):
        if end == page(number):
            done += 1
        else:
            assert type(end) is OperationCancelled, (number, end)
    assert CAP < done < MANY


@pytest_twisted.ensureDeferred
async def test_seventh_of_seven_unread_bodies_fails_in_words() -> None:
    """Who gathers answers before reading them waits for himself, but not for ever."""

    async def half(peer: Peer) -> None:
        peer.send(ok(b"x" * 100)[:-50])

    many = Many(half)
    try:
        limits = PATIENT.but(slot=0.2)
        url = many.server.url("/0")
        pending = [many.session.get(url) for _ in range(CAP)]
        unread = [await within(one, "an answer") for one in pending]
        try:
            await within(many.session.get(url, limits=limits), "the seventh")
        except Timeout as error:
            words = str(error)
        else:
            words = "it did not fail"
        assert "within 0.2 s (limits.slot)" in words
        assert "6 of 6 connections to 127.0.0.1 are in use: 6 unread responses" in words
        # Closing one makes room for the next.
        unread[0].close()
        await within(many.good_page(), "the good page")
        assert many.server.most == CAP
    finally:
        await many.end()
