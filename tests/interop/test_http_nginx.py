"""The library against a real server: what it serves is what arrives."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest
import pytest_twisted
import treq.client
from twisted.internet import reactor
from twisted.internet.defer import Deferred, gatherResults

import twinet
from tests.interop.site import FILES
from twinet.errors import InvalidCa, OperationCancelled

if TYPE_CHECKING:
    from pathlib import Path

    from tests.interop.nginx import Nginx


@pytest_twisted.ensureDeferred
async def test_every_file_over_http_and_https(nginx: Nginx) -> None:
    """Sizes from nothing to a mebibyte, on kept connections."""
    async with twinet.Session(reactor, trust_roots=nginx.ca_pem) as session:
        connected: list[str] = []
        session.set_status_callback(
            lambda news: (
                connected.append(str(news.info))
                if news.status is twinet.Status.CONNECTED_TO_SERVER
                else None
            )
        )
        for base in (nginx.http, nginx.https):
            for name, contents in FILES.items():
                async with await session.get(f"{base}/{name}") as request:
                    assert request.response.status_code == 200
                    assert request.response.length == len(contents)
                    assert b"".join([chunk async for chunk in request]) == contents
        assert len(connected) == 2


@pytest_twisted.ensureDeferred
async def test_private_root_is_needed(nginx: Nginx) -> None:
    """The platform's roots do not know it."""
    with pytest.raises(InvalidCa):
        await twinet.fetch(f"{nginx.https}/small.txt")


@pytest_twisted.ensureDeferred
async def test_three_hundred_at_once_over_six_connections(nginx: Nginx) -> None:
    """All end, and the cap holds."""
    async with twinet.Session(reactor) as session:
        connected = 0

        def count(news: twinet.Notification) -> None:
            nonlocal connected
            connected += news.status is twinet.Status.CONNECTED_TO_SERVER

        session.set_status_callback(count)

        async def one(name: str) -> bytes:
            request = await session.get(f"{nginx.http}/{name}")
            body = await request.read(1 << 21)
            await request.close()
            return body

        names = ["small.txt", "one-mebibyte.bin", "folder/inner.txt"] * 100
        bodies = await gatherResults(
            [Deferred.fromCoroutine(one(name)) for name in names], consumeErrors=True
        )
        assert bodies == [FILES[name] for name in names]
        assert connected == 6


@pytest_twisted.ensureDeferred
async def test_redirect_and_head(nginx: Nginx) -> None:
    """A redirect is followed; HEAD has a length and no body."""
    response = await twinet.fetch(f"{nginx.http}/moved/small.txt")
    assert response.body == FILES["small.txt"]
    assert [r.status_code for r in response.history] == [302]
    async with twinet.Session(reactor) as session:
        host, _, port = nginx.http.rpartition("/")[2].partition(":")
        connection = session.http(host, int(port))
        request = connection.open_request("HEAD", "/one-mebibyte.bin")
        await request.send()
        assert request.response.headers["content-length"] == str(1 << 20)
        assert await request.read(1) == b""


@pytest_twisted.ensureDeferred
async def test_download_over_https(nginx: Nginx, tmp_path: Path) -> None:
    """Whole and under its name."""
    path = await twinet.download(
        f"{nginx.https}/one-mebibyte.bin", tmp_path, trust_roots=nginx.ca_pem
    )
    assert path == tmp_path / "one-mebibyte.bin"
    digest = hashlib.sha256(FILES["one-mebibyte.bin"]).digest()
    assert hashlib.sha256(path.read_bytes()).digest() == digest


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


@pytest_twisted.ensureDeferred
async def test_a_strangers_treq(nginx: Nginx) -> None:
    """``twinet.Agent`` under treq's client, on Twisted's terms."""
    agent = twinet.Agent(reactor, trust_roots=nginx.ca_pem)
    client = treq.client.HTTPClient(agent)
    for base in (nginx.http, nginx.https):
        response = await client.get(f"{base}/moved/one-mebibyte.bin")
        assert await response.content() == FILES["one-mebibyte.bin"]
    await agent.close()
