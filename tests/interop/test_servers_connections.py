"""Connections, as the log of a real server counts them: kept, closed, gone stale."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.task import deferLater

import twinet
from tests.interop.abilities import each
from tests.interop.serverprocess import wait_until
from tests.interop.site import FILES
from tests.interop.visit import field, said, visit
from twinet.errors import InternetError

if TYPE_CHECKING:
    from tests.interop.webserver import WebServer

SMALL = FILES["small.txt"]


def connections(server: WebServer, mark: str, count: int) -> int:
    """Count the connections over which so many requests came."""
    logged = server.requests(mark, count)
    assert len(logged) == count
    return len({port for port, _ in logged})


def wait_for_the_hang_up(session: twinet.Session) -> None:
    """Wait until the server has closed the one connection; the reactor stands still.

    So the session cannot know of it when it sends its next request.
    """
    [channel] = session.engine.pool._channels
    handle: Any = channel.transport.getHandle()

    def hung_up() -> bool:
        try:
            end: bytes = handle.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        return end == b""

    assert wait_until(hung_up)


@each()
@pytest_twisted.ensureDeferred
async def test_one_after_the_other_share_a_connection(server: WebServer) -> None:
    """Also after a 404 and a body that nobody wanted."""
    async with visit(server) as here:
        for target in ("small.txt", "nowhere", "one-mebibyte.bin", "empty.bin"):
            await here.get(f"/{target}?in-turn")
        async with here.open("GET", "/small.txt?in-turn") as request:
            await request.send()
        assert (await here.get("/small.txt?in-turn")).body == SMALL
        assert connections(server, "?in-turn", 6) == 1
        assert here.told(twinet.Status.CONNECTION_CLOSED) == []


@each()
@pytest_twisted.ensureDeferred
async def test_many_at_once_share_a_few(server: WebServer) -> None:
    """The cap is kept, and all of it is used."""
    async with visit(server, connections_per_host=3) as here:
        answers = await gatherResults(
            [
                Deferred.fromCoroutine(here.get("/one-mebibyte.bin?at-once"))
                for _ in range(12)
            ],
            consumeErrors=True,
        )
        whole = FILES["one-mebibyte.bin"]
        assert [answer.body == whole for answer in answers] == [True] * 12
        assert connections(server, "?at-once", 12) == 3


@each()
@pytest_twisted.ensureDeferred
async def test_request_may_ask_for_the_end(server: WebServer) -> None:
    """``Connection: close`` of ours: the server closes, and we reuse nothing."""
    async with visit(server) as here:
        for _ in range(2):
            answer = await here.get("/small.txt?last", ("Connection", "close"))
            assert answer.body == SMALL
            assert field(answer, "Connection").lower() == "close"
        assert connections(server, "?last", 2) == 2
        assert len(here.told(twinet.Status.CONNECTION_CLOSED)) == 2


@each()
@pytest_twisted.ensureDeferred
async def test_server_may_tell_the_end(server: WebServer) -> None:
    """``Connection: close`` of the server's: the next request has its own."""
    async with visit(server) as here:
        for name in ("small.txt", "one-mebibyte.bin"):
            answer = await here.get(f"/closing/{name}?leaving")
            assert answer.body == FILES[name]
            assert field(answer, "Connection").lower() == "close"
        assert connections(server, "?leaving", 2) == 2
        assert len(here.told(twinet.Status.CONNECTION_CLOSED)) == 2


@each()
@pytest_twisted.ensureDeferred
async def test_idle_connection_that_was_closed_is_noticed(server: WebServer) -> None:
    """The session lets go of it, and nobody hears of that."""
    async with visit(server, "brief") as here:
        await here.get("/small.txt?brief")
        pool = here.session.engine.pool
        turns = 0
        while pool._channels:
            turns += 1
            assert turns < 200
            await deferLater(reactor, 0.05)
        assert here.told(twinet.Status.CONNECTION_CLOSED) == []
        assert (await here.get("/small.txt?brief")).body == SMALL
        assert connections(server, "?brief", 2) == 2


@each()
@pytest_twisted.ensureDeferred
async def test_request_on_a_stale_connection_gets_through(server: WebServer) -> None:
    """The server has closed, and the session has not seen it yet."""
    async with visit(server, "brief") as here:
        await here.get("/small.txt?stale")
        wait_for_the_hang_up(here.session)
        assert (await here.get("/small.txt?stale")).body == SMALL
        assert connections(server, "?stale", 2) == 2


@each("idle times below a second")
@pytest_twisted.ensureDeferred
async def test_post_is_not_sent_on_a_stale_connection(server: WebServer) -> None:
    """It is looked whether the end has come: what is not safe is sent once only."""
    async with visit(server, "brief") as here:
        await here.get("/small.txt?post")
        wait_for_the_hang_up(here.session)
        answer = await here.ask("POST", "/cgi/told?post", body=b"one cup")
        assert said(answer)["length"] == "7"
        assert len(here.told(twinet.Status.REQUEST_SENT)) == 2
        assert connections(server, "?post", 2) == 2


@each("hanging up")
@pytest_twisted.ensureDeferred
async def test_server_that_hangs_up_is_asked_no_more(server: WebServer) -> None:
    """Once more after a kept connection, which may have been stale; not for ever."""
    async with visit(server) as here:
        for before, asked in ((0, 1), (1, 2)):
            for _ in range(before):
                await here.get("/small.txt")
            here.news.clear()
            with pytest.raises(InternetError, match="before the answer came"):
                await here.get("/hang-up")
            assert len(here.told(twinet.Status.REQUEST_SENT)) == asked
        assert (await here.get("/small.txt")).body == SMALL
