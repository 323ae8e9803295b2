"""Bodies on their way to real servers: whole, in pieces, on leave, and refused."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest
import pytest_twisted

import twinet
from tests.interop.abilities import each
from tests.interop.site import FILES, PASSWORD, USER
from tests.interop.visit import said, visit

if TYPE_CHECKING:
    from pathlib import Path

    from tests.interop.visit import Visit
    from tests.interop.webserver import WebServer

PIECES = [b"a" * 70_000, b"b", b"c" * 300_000]
WHOLE = b"".join(PIECES)
#: A body that ``/limited/`` does not take.
TOO_LONG = 50 << 20
LEAVE = ("Expect", "100-continue")


async def hand_over(
    here: Visit, verb: str, target: str, length: int | None
) -> twinet.Response:
    """Send :data:`PIECES` one by one; without a length, in chunks."""
    async with here.open(verb, target) as request:
        await request.start(length)
        for piece in PIECES:
            assert await request.write(piece) == len(piece)
        await request.finish()
        request.response.body = b"".join([chunk async for chunk in request])
        return request.response


@each("dav")
@pytest.mark.parametrize("length", [None, len(WHOLE)])
@pytest_twisted.ensureDeferred
async def test_pieces_become_a_file(server: WebServer, length: int | None) -> None:
    """With a length and in chunks, over HTTP and TLS."""
    leaf = server.root / "dav" / f"pieces-{length}.bin"
    for port in ("http", "https"):
        async with visit(server, port) as here:
            answer = await hand_over(here, "PUT", f"/dav/{leaf.name}", length)
            assert answer.status_code in (201, 204)
            assert leaf.read_bytes() == WHOLE
            # both ends agree where the body ended
            assert (await here.get("/small.txt")).body == FILES["small.txt"]
            assert len(here.told(twinet.Status.CONNECTED_TO_SERVER)) == 1


@each("programs")
@pytest.mark.parametrize("length", [None, len(WHOLE)])
@pytest_twisted.ensureDeferred
async def test_pieces_reach_a_program(server: WebServer, length: int | None) -> None:
    """A CGI program reads what was handed over."""
    async with visit(server) as here:
        told = said(await hand_over(here, "POST", "/cgi/told", length))
        assert told["size"] == len(WHOLE)
        assert told["sha256"] == hashlib.sha256(WHOLE).hexdigest()


@each("dav")
@pytest_twisted.ensureDeferred
async def test_body_waits_for_leave(server: WebServer) -> None:
    """Each server says 100 before it says that the file was made."""
    leaf = server.root / "dav" / "on-leave.bin"
    async with visit(server) as here:
        body = FILES["one-mebibyte.bin"]
        answer = await here.ask("PUT", f"/dav/{leaf.name}", LEAVE, body=body)
        assert answer.status_code == 201
        assert leaf.read_bytes() == body
        assert here.told(twinet.Status.INTERMEDIATE_RESPONSE) == [100]


@each("dav")
@pytest.mark.parametrize("fields", [(), (LEAVE,)])
@pytest_twisted.ensureDeferred
async def test_body_of_one_who_must_say_who_he_is(
    server: WebServer, fields: tuple[tuple[str, str], ...]
) -> None:
    """It is sent again with the password; who waits for leave sends it once."""
    leaf = server.root / "dav" / f"mine-{len(fields)}.bin"
    body = FILES["one-mebibyte.bin"]
    async with visit(server, username=USER, password=PASSWORD) as here:
        target = f"/private/dav/{leaf.name}"
        answer = await here.ask("PUT", target, *fields, body=body)
        assert (answer.status_code, leaf.read_bytes()) == (201, body)
        if fields:
            sent = sum(here.told(twinet.Status.REQUEST_SENT))
            assert len(body) < sent < len(body) + 2000


@pytest.fixture(scope="session")
def too_long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a file that is too long for ``/limited/``."""
    path = tmp_path_factory.mktemp("uploads") / "too-long.bin"
    with path.open("wb") as file:
        file.truncate(TOO_LONG)
    return path


@each("dav")
@pytest_twisted.ensureDeferred
async def test_refused_leave_spares_the_body(server: WebServer, too_long: Path) -> None:
    """A 413 comes in place of the 100, and nothing of the body goes out."""
    async with visit(server) as here:
        answer = await here.ask("PUT", "/limited/x.bin", LEAVE, body=too_long)
        assert answer.status_code == 413
        assert 0 < sum(here.told(twinet.Status.REQUEST_SENT)) < 1000
        assert (await here.get("/small.txt")).body == FILES["small.txt"]


@each("dav")
@pytest_twisted.ensureDeferred
async def test_early_refusal_is_the_answer(server: WebServer, too_long: Path) -> None:
    """The server says 413 at the head, and does not read on."""
    async with visit(server) as here:
        answer = await here.ask("PUT", "/limited/x.bin", body=too_long)
        assert answer.status_code == 413
        assert sum(here.told(twinet.Status.REQUEST_SENT)) < TOO_LONG
        assert (await here.get("/small.txt")).body == FILES["small.txt"]


@each()
@pytest_twisted.ensureDeferred
async def test_answer_of_one_who_does_not_care(
    server: WebServer, too_long: Path
) -> None:
    """A file takes no POST: it is refused, or answered as a GET, read or not."""
    async with visit(server) as here:
        answer = await here.ask("POST", "/small.txt", body=too_long)
        assert answer.status_code in (200, 405)
        if answer.status_code == 200:
            assert answer.body == FILES["small.txt"]
        assert (await here.get("/small.txt")).body == FILES["small.txt"]


@each("dav")
@pytest_twisted.ensureDeferred
async def test_late_refusal_is_the_answer(server: WebServer) -> None:
    """In chunks: the server sees that it is too much when it has read that much."""
    async with visit(server) as here:
        async with here.open("PUT", "/limited/x.bin") as request:
            await request.start()
            for _ in range(TOO_LONG >> 18):
                await request.write(bytes(1 << 18))
            await request.finish()
            assert request.response.status_code == 413
        assert (await here.get("/small.txt")).body == FILES["small.txt"]
