"""What a strict user of asyncio writes, and the types that must come out of it.

Nothing here runs: mypy is the test, as in ``correct_use.py``.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, assert_type

import twinet
from twinet import aio

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


async def pieces() -> AsyncIterator[bytes]:
    """Make a body."""
    yield b"one"


async def main() -> None:
    """Use a session from its beginning to its end."""
    async with aio.Session(agent="a/1", limits=twinet.Limits(connect=5)) as session:
        assert_type(session, aio.Session)
        assert_type(session.get("http://a/"), asyncio.Future[aio.HttpRequest])
        request = await session.post("http://a/", pieces(), headers={"A": "b"})
        assert_type(request, aio.HttpRequest)
        assert_type(request.response, twinet.Response)
        assert_type(request.limits, twinet.Limits)
        assert_type(await request.read(5), bytes)
        assert_type(await request.save("file"), Path)
        async for piece in request:
            assert_type(piece, bytes)
        connection = session.http("a", tls=True)
        assert_type(connection, aio.HttpConnection)
        again = connection.open_request("PUT", "/")
        assert_type(await again.send(b"body"), aio.HttpRequest)
        assert_type(await again.start(5), aio.HttpRequest)
        assert_type(await again.write(b"hello"), int)
        assert_type(await session.fetch("http://a/"), twinet.Response)
        async with await session.ftp("a", username="u", password="p") as ftp:
            assert_type(ftp, aio.FtpConnection)
            assert_type(await ftp.size("x"), int)
            async for entry in await ftp.find("*"):
                assert_type(entry, twinet.DirectoryEntry)
            assert_type(await ftp.open_file("x"), aio.FtpFile)
            assert_type(await ftp.open_file("x", "w"), aio.FtpUpload)
        gopher = session.gopher("a")
        async for item in await gopher.find(""):
            assert_type(item, twinet.GopherEntry)
        assert_type(await gopher.open_file("0\tx\ta\t70"), aio.GopherFile)
        sizes = await asyncio.gather(request.read(1), ftp.size("y"))
        assert_type(sizes, tuple[bytes, int])
    assert_type(await aio.download("http://a/", "b"), Path)
    assert_type(await aio.listing("ftp://a/"), list[twinet.DirectoryEntry])


async def refused(session: aio.Session) -> None:
    """Get things wrong, one a line."""
    session.get(5)  # type: ignore[arg-type]  # not an URL
    session.get("http://a/", headres={})  # type: ignore[call-arg]  # misspelt
    await session.set_agent("a")  # type: ignore[misc]  # at once
    session.put("http://a/", 5)  # type: ignore[arg-type]  # no body
