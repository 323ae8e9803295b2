"""Gopher on real servers: Gophernicus and PyGopherd."""

from __future__ import annotations

import hashlib
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
import pytest_twisted

import twinet
from tests.interop.gopherserver import BIG, PLAIN, big_digest
from twinet import errors
from twinet.gopher import GopherType

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.interop.gopherserver import GopherServer
    from tests.interop.pygopherd import PyGopherd, SecurePyGopherd
    from twinet import GopherConnection, GopherEntry

pytestmark = pytest.mark.usefixtures("nothing_is_logged")

EACH = pytest.mark.parametrize(
    "gopher_server", ["gophernicus", "pygopherd"], indirect=True
)


@asynccontextmanager
async def visit(server: GopherServer, **how: Any) -> AsyncIterator[GopherConnection]:
    """Open a session and a connection handle."""
    async with twinet.Session(proxy="", **how) as session:
        yield session.gopher("127.0.0.1", server.port)


async def entries(gopher: GopherConnection, *given: Any, **how: Any) -> list[Any]:
    """Read a menu, without what is only to be read."""
    async with await gopher.find(*given, **how) as find:
        found = [entry async for entry in find]
        assert find.unknown_lines == 0
        return [entry for entry in found if not entry.type & GopherType.INLINE]


def named(found: list[GopherEntry], name: str) -> GopherEntry:
    """Return the entry whose selector ends so."""
    (entry,) = [each for each in found if each.selector.rstrip("/").endswith(name)]
    return entry


def locator(server: GopherServer, sign: str, selector: str) -> str:
    """Write a locator of the server's."""
    return f"{sign}\t{selector}\t127.0.0.1\t{server.port}"


class Digest:
    """A sink that keeps the digest."""

    def __init__(self) -> None:
        self.hash = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> None:
        self.hash.update(data)
        self.size += len(data)


@EACH
@pytest_twisted.ensureDeferred
async def test_the_top_menu(gopher_server: GopherServer) -> None:
    async with visit(gopher_server) as gopher:
        found = await entries(gopher)
        assert named(found, "utf8").type & GopherType.DIRECTORY
        assert named(found, "plain.txt").type & GopherType.TEXT_FILE
        assert named(found, "big.bin").type & GopherType.BINARY
        assert {entry.port for entry in found} == {gopher_server.port}
        only = await entries(gopher, pattern="*.txt")
        assert len(only) == 2


@EACH
@pytest_twisted.ensureDeferred
async def test_menus_in_utf8_and_latin1(gopher_server: GopherServer) -> None:
    async with visit(gopher_server) as gopher:
        top = await entries(gopher)
        (latin,) = await entries(gopher, named(top, "latin"))
        assert latin.display_string == "Übersicht"
        text, link, search = await entries(gopher, named(top, "utf8"))
        assert text.display_string == "Ein Text"
        assert (link.url, link.type & GopherType.HTML) == (
            "http://example.org/",
            GopherType.HTML,
        )
        assert search.type & GopherType.INDEX_SERVER
        async with await gopher.find(named(top, "utf8")) as find:
            words = [entry.display_string async for entry in find]
        assert "Grüße an alle" in words


@EACH
@pytest_twisted.ensureDeferred
async def test_search(gopher_server: GopherServer) -> None:
    async with visit(gopher_server) as gopher:
        menu = await entries(gopher, locator(gopher_server, "1", "/utf8"))
        (found,) = await entries(gopher, named(menu, "find.cgi"), search="needle")
        assert "needle" in found.display_string


@EACH
@pytest_twisted.ensureDeferred
async def test_texts_come_as_they_are(gopher_server: GopherServer) -> None:
    """Neither server ends a text with a dot, nor puts dots in front."""
    async with visit(gopher_server) as gopher:
        top = await entries(gopher)
        async with await gopher.open_file(named(top, "plain.txt")) as file:
            data = await file.read(1000)
            assert not file.ended_with_dot
        assert data.replace(b"\r\n", b"\n") == PLAIN
        async with await gopher.open_file(named(top, "empty.txt")) as file:
            assert await file.read(1000) == b""


@EACH
@pytest_twisted.ensureDeferred
async def test_more_than_100_mib(gopher_server: GopherServer) -> None:
    async with visit(gopher_server) as gopher:
        sink = Digest()
        async with await gopher.open_file(
            locator(gopher_server, "9", "/big.bin")
        ) as file:
            assert await file.deliver(sink) == BIG
        assert sink.hash.hexdigest() == big_digest()


@EACH
@pytest_twisted.ensureDeferred
async def test_saved(gopher_server: GopherServer, tmp_path: Path) -> None:
    async with twinet.Session(proxy="") as session:
        url = f"gopher://127.0.0.1:{gopher_server.port}/9/big.bin"
        async with await session.open_url(url) as resource:
            path = await resource.save(tmp_path / "big.bin")
    assert path.stat().st_size == BIG


@EACH
@pytest_twisted.ensureDeferred
async def test_what_is_not_there(gopher_server: GopherServer) -> None:
    """PyGopherd says so by an item of type 3, Gophernicus in words of its own."""
    async with visit(gopher_server) as gopher:
        with pytest.raises(errors.GopherError) as caught:
            await gopher.find(locator(gopher_server, "1", "/nope"))
        assert "no" in (caught.value.server_text or "")
        if gopher_server.plus:
            with pytest.raises(errors.GopherDataError, match="does not exist"):
                await gopher.open_file(locator(gopher_server, "9", "/nope"))
            with pytest.raises(errors.GopherDataError, match="does not exist"):
                await gopher.open_file(locator(gopher_server, "9", "/nope"), "")


@EACH
@pytest_twisted.ensureDeferred
async def test_caps(gopher_server: GopherServer) -> None:
    async with visit(gopher_server) as gopher:
        if gopher_server.plus:
            with pytest.raises(errors.GopherDataError, match="does not exist"):
                await gopher.caps()
        else:
            caps = await gopher.caps()
            assert (caps.software, caps.path_delimiter) == ("Gophernicus", "/")
            assert caps.expire == 1800


@EACH
@pytest_twisted.ensureDeferred
async def test_pages(gopher_server: GopherServer) -> None:
    async with twinet.Session(proxy="") as session:
        url = f"gopher://127.0.0.1:{gopher_server.port}/1/utf8"
        async with await session.open_url(url) as page:
            html = (await page.read(100_000)).decode()
    assert "Grüße an alle" in html
    assert f"gopher://127.0.0.1:{gopher_server.port}/0/plain.txt" in html


@pytest_twisted.ensureDeferred
async def test_gopher_plus(pygopherd: PyGopherd) -> None:
    async with visit(pygopherd) as gopher:
        top = await entries(gopher)
        plain = named(top, "plain.txt")
        assert plain.is_gopher_plus
        async with await gopher.open_file(plain, "") as file:
            assert file.size == len(PLAIN)
            assert await file.read(1000) == PLAIN
        item = await gopher.attributes(plain)
        assert [view.content_type for view in item.views] == ["text/plain"]
        assert item.entry is not None
        assert item.entry.modified is not None
        one = await gopher.attributes(plain, "Admin")
        assert one.attributes[0].value == ("The Admin", "admin@example.org")
        with pytest.raises(errors.GopherAttributeNotFound):
            await gopher.attributes(plain, "Score")
        items = await gopher.menu_attributes()
        sizes = {item.entry.selector: item.entry.size for item in items if item.entry}
        assert sizes["/big.bin"] == BIG // 1024 * 1024


@pytest_twisted.ensureDeferred
async def test_servers_without_gopher_plus(gophernicus: GopherServer) -> None:
    async with visit(gophernicus) as gopher:
        with pytest.raises(errors.GopherNotGopherPlus):
            await gopher.open_file(locator(gophernicus, "0", "/plain.txt"), "")
        with pytest.raises(errors.GopherNotGopherPlus):
            await gopher.attributes(locator(gophernicus, "0", "/plain.txt") + "\t+")


@pytest_twisted.ensureDeferred
async def test_tls(secure_pygopherd: SecurePyGopherd) -> None:
    """It closes without a farewell: what has no length may have been cut."""
    server = secure_pygopherd
    async with twinet.Session(proxy="", trust_roots=server.ca_pem) as session:
        strict = session.gopher("127.0.0.1", server.port, tls=True)
        with pytest.raises(errors.GopherDataError, match="in the middle"):
            await strict.find()
        gopher = session.gopher(
            "127.0.0.1", server.port, tls=True, needs_farewell=False
        )
        top = await entries(gopher)
        async with await gopher.open_file(named(top, "plain.txt")) as file:
            assert await file.read(1000) == PLAIN
        sink = Digest()
        async with await strict.open_file(named(top, "big.bin"), "") as file:
            assert file.tls is not None
            assert await file.deliver(sink) == BIG
        assert sink.hash.hexdigest() == big_digest()
    async with twinet.Session(proxy="") as session:
        gopher = session.gopher("127.0.0.1", server.port, tls=True)
        with pytest.raises(errors.CertificateFault):
            await gopher.find()
