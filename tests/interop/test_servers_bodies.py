"""Long bodies both ways: 200 MiB by their digest, 5 GiB by their marks."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
import pytest_twisted

import twinet
from tests.interop.abilities import each
from tests.interop.site import FILES
from tests.interop.visit import visit
from twinet.errors import HttpInvalidHeader, Timeout, Truncated
from twinet.query import Query, QueryFlag

if TYPE_CHECKING:
    from pathlib import Path

    from tests.interop.webserver import WebServer

MIB = 1 << 20
#: Five gibibytes, of which the disk holds the marks alone.
HUGE = 5 << 30
#: Where the marks lie: at both ends, across 4 GiB and beyond.
PLACES = (0, (1 << 32) - 4, (1 << 32) + 1000, HUGE - 8)
MARK = b"!mark%03d"


@dataclass
class Digest:
    """A sink that keeps nothing but a digest and a count."""

    seen: Any = field(default_factory=hashlib.sha256)
    size: int = 0

    def write(self, data: bytes) -> None:
        """Take a piece."""
        self.seen.update(data)
        self.size += len(data)


@dataclass(frozen=True)
class LongFile:
    """A file and its digest."""

    path: Path
    size: int
    sha256: str


@pytest.fixture(scope="module")
def long_file(tmp_path_factory: pytest.TempPathFactory) -> LongFile:
    """Make a file of 200 MiB, no two of its mebibytes alike."""
    path = tmp_path_factory.mktemp("long") / "long.bin"
    source = random.Random(1)
    seen = hashlib.sha256()
    with path.open("wb") as file:
        for _ in range(200):
            piece = source.randbytes(MIB)
            seen.update(piece)
            file.write(piece)
    return LongFile(path, 200 * MIB, seen.hexdigest())


@each()
@pytest.mark.parametrize("port", ["http", "https"])
@pytest_twisted.ensureDeferred
async def test_two_hundred_mebibytes_arrive(
    server: WebServer, long_file: LongFile, port: str
) -> None:
    """Whole, in the clear and over TLS."""
    served = server.root / "long.bin"
    if not served.exists():
        try:
            os.link(long_file.path, served)
        except OSError:  # another file system
            shutil.copyfile(long_file.path, served)
    async with visit(server, port) as here, here.open("GET", "/long.bin") as request:
        await request.send()
        assert request.response.length == long_file.size
        sink = Digest()
        assert await request.deliver(sink) == long_file.size
        assert (sink.size, sink.seen.hexdigest()) == (long_file.size, long_file.sha256)


@each("dav")
@pytest_twisted.ensureDeferred
async def test_two_hundred_mebibytes_are_taken(
    server: WebServer, long_file: LongFile
) -> None:
    """A file by its path becomes a file of the server's."""
    leaf = server.root / "dav" / "long.bin"
    async with visit(server) as here:
        answer = await here.ask("PUT", "/dav/long.bin", body=long_file.path)
        assert answer.status_code == 201
        with leaf.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
        assert digest.hexdigest() == long_file.sha256
        leaf.unlink()


@each("programs")
@pytest_twisted.ensureDeferred
async def test_program_that_does_not_know_its_length(server: WebServer) -> None:
    """20 MiB in chunks, and the connection goes on."""
    async with visit(server) as here:
        for _ in range(2):
            async with here.open("GET", "/cgi/chunks/20") as request:
                await request.send()
                response = request.response
                assert response.length is None
                assert response.headers["transfer-encoding"] == "chunked"
                assert await request.deliver(Digest()) == 20 * MIB
        assert (await here.get("/small.txt")).body == FILES["small.txt"]


@each("programs")
@pytest_twisted.ensureDeferred
async def test_program_that_gives_less_than_it_promised(server: WebServer) -> None:
    """What came is read.  Then servers wait for the next request, and we for the rest.

    Until our limit ends it, or theirs for an idle connection, which cuts the body.
    """
    for port, idle, error, words in (
        ("http", 1, Timeout, r"limits\.idle"),
        ("brief", 60, Truncated, "100000 of 200000"),
    ):
        async with visit(server, port) as here:
            limits = twinet.Limits(idle=idle)
            async with here.open("GET", "/cgi/cut", limits=limits) as request:
                await request.send()
                assert request.response.length == 200_000
                assert await request.read(100_000) == bytes(100_000)
                with pytest.raises(error, match=words):
                    await request.read(1)
            assert (await here.get("/small.txt")).body == FILES["small.txt"]


@each("HTTP/1.0 of its own")
@pytest_twisted.ensureDeferred
async def test_old_answer_ends_with_its_connection(server: WebServer) -> None:
    """Without a length and without chunks: all of it is the body."""
    async with visit(server) as here:
        for _ in range(2):
            async with here.open("GET", "/old/chunks/3") as request:
                await request.send()
                assert request.response.version == "1.0"
                assert request.response.length is None
                assert await request.deliver(Digest()) == 3 * MIB
        assert len(here.told(twinet.Status.CONNECTED_TO_SERVER)) == 2


@pytest.fixture
def marked_file(server: WebServer) -> int:
    """Have a file of 5 GiB served as ``/marked.bin``; gives its size."""
    path = server.root / "marked.bin"
    if not path.exists():
        with path.open("wb") as file:
            for number, place in enumerate(PLACES):
                file.seek(place)
                file.write(MARK % number)
    assert path.stat().st_size == HUGE
    return HUGE


@each()
@pytest_twisted.ensureDeferred
async def test_length_beyond_four_gibibytes(
    server: WebServer, marked_file: int
) -> None:
    """It fits the 64-bit number, and not the other (12153)."""
    async with visit(server) as here:
        for verb in ("HEAD", "GET"):
            async with here.open(verb, "/marked.bin") as request:
                await request.send()
                length = request.response.headers["content-length"]
                assert length == str(marked_file)
                ask = request.query_info
                number = ask(Query.CONTENT_LENGTH, flags=QueryFlag.NUMBER64)
                assert number == marked_file
                with pytest.raises(HttpInvalidHeader):
                    ask(Query.CONTENT_LENGTH, flags=QueryFlag.NUMBER)


@each()
@pytest_twisted.ensureDeferred
async def test_ranges_beyond_four_gibibytes(
    server: WebServer, marked_file: int
) -> None:
    """Each mark is where it was put, and zeros lie between."""
    async with visit(server) as here:
        for number, place in enumerate(PLACES):
            asked = f"bytes={place}-{place + 7}"
            answer = await here.get("/marked.bin", ("Range", asked))
            assert (answer.status_code, answer.body) == (206, MARK % number)
            at = f"bytes {place}-{place + 7}/{marked_file}"
            assert answer.headers["content-range"] == at
        async with here.open("GET", "/marked.bin", ("Range", "bytes=10-")) as request:
            await request.send()
            assert request.response.length == marked_file - 10
