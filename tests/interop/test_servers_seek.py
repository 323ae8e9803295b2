"""Moving in what real servers serve: both ways, beyond four gibibytes, and changed."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

import pytest
import pytest_twisted

from tests.interop.abilities import each
from tests.interop.site import FILES, WRITTEN
from tests.interop.visit import visit
from twinet import Status
from twinet.errors import ForceRetry, InvalidOperation
from twinet.flags import FindMethod
from twinet.options import Option
from twinet.query import Query, QueryFlag

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.interop.webserver import WebServer

LARGE = "one-mebibyte.bin"
#: A file of holes: what is written in it, by place.
HUGE = 5 << 30
MARKS = {
    0: b"the beginning",
    (1 << 31) - 4: b"two gibibytes",
    (1 << 32) - 4: b"four gibibytes",
    HUGE - 7: b"the end",
}


@pytest.fixture
def huge(server: WebServer) -> Iterator[str]:
    """Put a file of five gibibytes on the server, which takes a few kilobytes."""
    path = server.root / "huge.bin"
    with path.open("wb") as file:
        file.truncate(HUGE)
        for place, mark in MARKS.items():
            file.seek(place)
            file.write(mark)
    os.utime(path, (WRITTEN, WRITTEN))
    yield "/huge.bin"
    path.unlink()


@each()
@pytest_twisted.ensureDeferred
async def test_to_and_fro(server: WebServer) -> None:
    """A hundred moves: what is read is what the file has there."""
    contents = FILES[LARGE]
    for port in ("http", "https"):
        source = random.Random(port)
        async with visit(server, port) as here:
            request = here.open("GET", f"/{LARGE}")
            await request.send()
            head = request.response
            for _ in range(50):
                place = source.randrange(len(contents) + 1)
                assert await request.seek(place) == place
                size = source.choice((1, 100, 70_000))
                assert await request.read(size) == contents[place : place + size]
            assert await request.seek(-5, FindMethod.END) == len(contents) - 5
            assert await request.read(9) == contents[-5:]
            assert await request.read(9) == b""
            assert await request.seek(0) == 0
            assert b"".join([chunk async for chunk in request]) == contents
            assert request.response is head
            assert head.status_code == 200


@each()
@pytest_twisted.ensureDeferred
async def test_short_rest_keeps_its_connection(server: WebServer) -> None:
    """A file that has come is moved in over one connection."""
    contents = FILES["long.txt"]
    async with visit(server) as here:
        request = here.open("GET", "/long.txt")
        await request.send()
        for place in range(0, len(contents), 20_000):
            await request.read(len(contents))
            await request.seek(place)
            assert await request.read(99) == contents[place : place + 99]
        assert len(here.told(Status.CONNECTED_TO_SERVER)) == 1


@each()
@pytest_twisted.ensureDeferred
async def test_beyond_four_gibibytes(
    server: WebServer, huge: str, tmp_path: Path
) -> None:
    """Positions, lengths and the rest of a file; no number is cut to 32 bits."""
    async with visit(server) as here:
        request = here.open("GET", huge)
        await request.send()
        assert request.response.length == HUGE
        assert (
            request.query_info(Query.CONTENT_LENGTH, flags=QueryFlag.NUMBER64) == HUGE
        )
        for place, mark in reversed(MARKS.items()):
            assert await request.seek(place) == place
            assert await request.read(len(mark)) == mark
        await request.seek(HUGE - 100_000)
        saved = await request.save(tmp_path / "rest.bin")
        assert saved.read_bytes() == bytes(100_000 - 7) + b"the end"
        await request.seek((1 << 32) - 10)
        assert await request.seek(10, FindMethod.CURRENT) == 1 << 32
        assert await request.read(10) == b" gibibytes"


@each()
@pytest_twisted.ensureDeferred
async def test_a_range_of_ones_own_is_a_window(server: WebServer) -> None:
    """Positions count from where it begins, and it ends where it ends."""
    contents = FILES[LARGE][1000:2000]
    async with visit(server) as here:
        request = here.open("GET", f"/{LARGE}", ("Range", "bytes=1000-1999"))
        await request.send()
        assert await request.read(5000) == contents
        for place in (0, 1, 999, 500):
            assert await request.seek(place) == place
            assert await request.read(5000) == contents[place:]
        with pytest.raises(InvalidOperation, match="behind the end"):
            await request.seek(1001)


@each()
@pytest_twisted.ensureDeferred
async def test_a_file_that_was_changed(server: WebServer) -> None:
    """Bytes of the old and of the new one are never put together."""
    path = server.root / "changing.bin"
    old, new = b"old " * 1000, b"new " * 1000
    async with visit(server) as here:
        for written, contents in ((WRITTEN + 60, new), (WRITTEN + 120, new + b"er")):
            path.write_bytes(old)
            os.utime(path, (WRITTEN, WRITTEN))
            request = here.open("GET", "/changing.bin")
            await request.send()
            assert await request.read(5000) == old
            path.write_bytes(contents)
            os.utime(path, (written, written))
            with pytest.raises(ForceRetry):
                await request.seek(0)
            with pytest.raises(ForceRetry):
                await request.read(1)
            await request.send()
            assert await request.read(5000) == contents
    path.unlink()


@each()
@pytest_twisted.ensureDeferred
async def test_a_coded_body(server: WebServer) -> None:
    """What is decoded can only be moved in forwards; what is not, both ways."""
    async with visit(server) as here:
        here.session.options[Option.HTTP_DECODING] = True
        connection = here.session.http("127.0.0.1", server.ports["http"])
        request = connection.open_request("GET", "/long.txt")
        await request.send()
        if request.response.headers.get("accept-ranges") == "bytes":
            assert request.response.decoded
            await request.read(10)
            with pytest.raises(InvalidOperation, match="decoded"):
                await request.seek(0)
        else:
            with pytest.raises(InvalidOperation, match="Accept-Ranges"):
                await request.seek(0)
