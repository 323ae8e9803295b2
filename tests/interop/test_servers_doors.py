"""The doors in front of real servers: fetch, download, the agent; many at once."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest
import pytest_twisted
import treq.client
from twisted.internet import reactor
from twisted.internet.defer import Deferred, gatherResults

import twinet
from tests.interop.abilities import each
from tests.interop.site import FILES
from twinet.errors import OperationCancelled

if TYPE_CHECKING:
    from pathlib import Path

    from tests.interop.nginx import Nginx
    from tests.interop.webserver import WebServer


@each()
@pytest_twisted.ensureDeferred
async def test_fetch_follows_and_tells(server: WebServer) -> None:
    """The body in memory, and the answer that led to it."""
    for base in (server.http, server.https):
        answer = await twinet.fetch(
            f"{base}/moved/small.txt", trust_roots=server.ca_pem
        )
        assert answer.body == FILES["small.txt"]
        assert [one.status_code for one in answer.history] == [302]


@each()
@pytest_twisted.ensureDeferred
async def test_three_hundred_at_once_over_six_connections(server: WebServer) -> None:
    """All end, and the cap holds."""
    async with twinet.Session(reactor) as session:
        connected = 0

        def count(news: twinet.Notification) -> None:
            nonlocal connected
            connected += news.status is twinet.Status.CONNECTED_TO_SERVER

        session.set_status_callback(count)

        async def one(name: str) -> bytes:
            request = await session.get(f"{server.http}/{name}")
            body = await request.read(1 << 21)
            await request.close()
            return body

        names = ["small.txt", "one-mebibyte.bin", "folder/inner.txt"] * 100
        bodies = await gatherResults(
            [Deferred.fromCoroutine(one(name)) for name in names], consumeErrors=True
        )
        assert bodies == [FILES[name] for name in names]
        assert connected == 6


@each()
@pytest_twisted.ensureDeferred
async def test_download_over_https(server: WebServer, tmp_path: Path) -> None:
    """Whole and under its name."""
    path = await twinet.download(
        f"{server.https}/one-mebibyte.bin", tmp_path, trust_roots=server.ca_pem
    )
    assert path == tmp_path / "one-mebibyte.bin"
    digest = hashlib.sha256(FILES["one-mebibyte.bin"]).digest()
    assert hashlib.sha256(path.read_bytes()).digest() == digest


@each()
@pytest_twisted.ensureDeferred
async def test_a_strangers_treq(server: WebServer) -> None:
    """``twinet.Agent`` under treq's client, on Twisted's terms."""
    agent = twinet.Agent(reactor, trust_roots=server.ca_pem)
    client = treq.client.HTTPClient(agent)
    for base in (server.http, server.https):
        response = await client.get(f"{base}/moved/one-mebibyte.bin")
        assert await response.content() == FILES["one-mebibyte.bin"]
    await agent.close()


@pytest_twisted.ensureDeferred
async def test_cancel_in_the_middle_of_a_large_body(
    nginx: Nginx, tmp_path: Path
) -> None:
    """Nothing stays: no file, no socket, no thread (the fixture looks)."""
    big = nginx.root / "big.bin"
    big.write_bytes(bytes(64 << 20))
    pending = twinet.download(f"{nginx.http}/paced/big.bin", tmp_path / "big")
    reactor.callLater(0.3, pending.cancel)
    with pytest.raises(OperationCancelled):
        await pending
    assert list(tmp_path.iterdir()) == []
