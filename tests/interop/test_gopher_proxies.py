"""Gopher past real proxies: tunnels of HTTP and SOCKS, and one that speaks Gopher."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
import pytest_twisted
from twisted.internet import reactor as _reactor

import twinet
from tests.interop.abilities import through as put_through
from tests.interop.gopherproxy import proxy_factory
from tests.interop.gopherserver import PLAIN
from tests.interop.throughproxy import ORIGIN, roots
from tests.net.openings import Resolver
from twinet import errors
from twinet.gopher import GopherType

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.interop.gopherserver import GopherServer
    from tests.interop.proxyserver import ProxyServer
    from tests.interop.pygopherd import SecurePyGopherd
    from tests.interop.squid import Squid

pytestmark = pytest.mark.usefixtures("nothing_is_logged")
reactor: Any = _reactor

each_server = pytest.mark.parametrize(
    "gopher_server", ["gophernicus", "pygopherd"], indirect=True
)
#: Those who want to know who asks.
each_guarded = pytest.mark.parametrize(
    "proxy", ["basic_squid", "digest_squid", "guarded_microsocks"], indirect=True
)


@asynccontextmanager
async def behind(proxy: twinet.Proxy, *known: Any) -> AsyncIterator[twinet.Session]:
    """Open a session that knows no names, and reaches even this machine by a proxy."""
    resolver = Resolver()
    chosen = twinet.ProxySettings(proxy, bypass="<-loopback>")
    async with twinet.Session(
        reactor, proxy=chosen, resolver=resolver, trust_roots=roots(*known) or None
    ) as session:
        yield session
    assert [asked.name for asked in resolver.asked] == []


def locator(server: GopherServer, sign: str, selector: str, host: str = ORIGIN) -> str:
    return f"{sign}\t{selector}\t{host}\t{server.port}"


async def read_plain(session: twinet.Session, server: GopherServer) -> bytes:
    gopher = session.gopher(ORIGIN, server.port)
    place = locator(server, "0", "/plain.txt")
    async with await gopher.open_file(place) as file:
        return unix(await file.read(1 << 20))


def unix(text: bytes) -> bytes:
    """Return a text with the line ends that it has on the server's disk."""
    return text.replace(b"\r\n", b"\n")


@put_through("http", "socks5", "socks4a")
@each_server
@pytest_twisted.ensureDeferred
async def test_handles_go_through(
    proxy: ProxyServer, gopher_server: GopherServer
) -> None:
    """Menus, files and searches of a server whose name the proxy alone knows."""
    async with behind(proxy.proxy) as session:
        gopher = session.gopher(ORIGIN, gopher_server.port)
        async with await gopher.find() as find:
            names = [entry.selector async for entry in find]
        assert any(name.endswith("plain.txt") for name in names)
        searched = locator(gopher_server, "7", "/cgi-bin/find.cgi")
        async with await gopher.find(searched, search="coffee") as find:
            (found,) = [it async for it in find if it.type & GopherType.TEXT_FILE]
        assert "coffee" in found.display_string
        assert await read_plain(session, gopher_server) == PLAIN


@put_through("socks5", "socks4a")
@pytest_twisted.ensureDeferred
async def test_urls_go_through_socks(
    proxy: ProxyServer, gophernicus: GopherServer, tmp_path: Path
) -> None:
    url = f"gopher://{ORIGIN}:{gophernicus.port}/0/plain.txt"
    async with behind(proxy.proxy) as session:
        path = await session.download(url, tmp_path / "plain")
        assert unix(path.read_bytes()) == PLAIN


@each_guarded
@pytest_twisted.ensureDeferred
async def test_passwords(proxy: ProxyServer, gophernicus: GopherServer) -> None:
    """A known one opens the way again and again; a wrong one, and none, are errors."""
    async with behind(proxy.proxy) as session:
        for _ in range(3):
            assert await read_plain(session, gophernicus) == PLAIN
    async with behind(proxy.stranger()) as session:
        with pytest.raises(errors.IncorrectPassword):
            await read_plain(session, gophernicus)
    nobody = twinet.Proxy(proxy.speech, "127.0.0.1", proxy.ports["http"])
    async with behind(nobody) as session:
        with pytest.raises(errors.LoginFailure):
            await read_plain(session, gophernicus)


@pytest_twisted.ensureDeferred
async def test_tls_through_a_tunnel(
    squid: Squid, secure_pygopherd: SecurePyGopherd
) -> None:
    """Also in a proxy that is itself spoken to in TLS."""
    known = (secure_pygopherd, squid)
    for speech, port in (("http", "http"), ("https", "https")):
        proxy: Any = twinet.Proxy(speech, "127.0.0.1", squid.ports[port])  # type: ignore[arg-type]
        async with behind(proxy, *known) as session:
            gopher = session.gopher(
                "127.0.0.1", secure_pygopherd.port, tls=True, needs_farewell=False
            )
            place = locator(secure_pygopherd, "0", "/plain.txt", "127.0.0.1")
            async with await gopher.open_file(place) as file:
                assert await file.read(1 << 20) == PLAIN
                assert file.tls is not None


@pytest_twisted.ensureDeferred
async def test_what_the_proxy_refuses(squid: Squid, gophernicus: GopherServer) -> None:
    """In its own words."""
    async with behind(squid.proxy) as session:
        gopher = session.gopher("forbidden.test", gophernicus.port)
        with pytest.raises(errors.CannotConnect, match="403"):
            await gopher.find()


@pytest_twisted.ensureDeferred
async def test_proxy_that_does_not_speak_gopher(
    squid: Squid, gophernicus: GopherServer
) -> None:
    """What it says of a URL is an answer, as with ftp URLs."""
    url = f"gopher://{ORIGIN}:{gophernicus.port}/0/plain.txt"
    async with behind(squid.proxy) as session, await session.open_url(url) as answer:
        assert isinstance(answer, twinet.HttpRequest)
        # Squid spoke Gopher up to its version 5.
        assert answer.response.status_code in {200, 501}
    assert squid.requests(url, 1)[-1][1] in {200, 501}


@each_server
@pytest_twisted.ensureDeferred
async def test_proxy_that_speaks_gopher(
    gopher_server: GopherServer, tmp_path: Path
) -> None:
    """It is given the URL as it is; files can be saved and menus read as they come."""
    asked: list[bytes] = []
    port = reactor.listenTCP(0, proxy_factory(asked), interface="127.0.0.1")
    where = f"gopher://127.0.0.1:{gopher_server.port}"
    proxy = twinet.Proxy("http", "127.0.0.1", port.getHost().port)
    async with behind(proxy) as session:
        async with await session.open_url(f"{where}/0/plain.txt") as answer:
            assert isinstance(answer, twinet.HttpRequest)
            assert answer.response.status_code == 200
            assert PLAIN.splitlines()[0] in await answer.read(1 << 20)
        path = await session.download(f"{where}/9/big.bin", tmp_path / "big")
        assert path.stat().st_size == (gopher_server.root / "big.bin").stat().st_size
        async with await session.open_url(f"{where}/1/utf8") as answer:
            assert "Grüße".encode() in await answer.read(1 << 20)
    assert asked == [
        f"{where}{path}".encode() for path in ("/0/plain.txt", "/9/big.bin", "/1/utf8")
    ]
    await port.stopListening()
