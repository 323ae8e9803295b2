"""FTP through a real Squid, by CONNECT, to real servers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import pytest_twisted
from twisted.internet import reactor as _reactor

import twinet
from tests.interop.abilities import through as put_through
from tests.interop.ftpabilities import to_each
from tests.interop.ftpsite import FILES, MANY
from tests.interop.throughproxy import roots
from twinet.errors import CannotConnect, IncorrectPassword, LoginFailure

if TYPE_CHECKING:
    from pathlib import Path

    from tests.interop.ftpserver import FtpServer
    from tests.interop.proxyserver import ProxyServer
    from tests.interop.squid import BasicSquid, Squid

pytestmark = pytest.mark.usefixtures("nothing_is_logged")
reactor: Any = _reactor
NAME = "five-mebibytes.bin"


def behind(proxy: twinet.Proxy, *servers: Any) -> twinet.Session:
    """Return a session that reaches even this machine through a proxy."""
    chosen = twinet.ProxySettings(proxy, bypass="<-loopback>")
    return twinet.Session(reactor, proxy=chosen, trust_roots=roots(*servers) or None)


async def there_and_back(
    session: twinet.Session, server: FtpServer, tls: Any, here: Path
) -> None:
    """List, get and put: three kinds of data."""
    name, password = server.writer
    room = server.room()
    ftp = await session.ftp(
        server.host, server.port, username=name, password=password, tls=tls
    )
    names = [entry.name async for entry in await ftp.find("folder/")]
    assert sorted(names) == ["deeper", "inner.txt"]
    path = await ftp.get_file(NAME, here / f"{server.kind}-{tls}")
    assert path.read_bytes() == FILES[NAME]
    await ftp.put_file(path, f"{room.name}/put")
    assert (room.folder / "put").read_bytes() == FILES[NAME]
    await ftp.quit()


@to_each(doors=("open", "six"))
@pytest_twisted.ensureDeferred
async def test_in_the_clear(ftp: FtpServer, squid: Squid, tmp_path: Path) -> None:
    """Every server, at its address of either family."""
    async with behind(squid.proxy) as session:
        await there_and_back(session, ftp, None, tmp_path)
    host = f"[{ftp.host}]" if ":" in ftp.host else ftp.host
    assert squid.requests(f"CONNECT {host}:{ftp.port}", 1)[0][1] == 200


@to_each("TLS", doors=("open", "implicit", "reuse"))
@pytest_twisted.ensureDeferred
async def test_in_tls(ftp: FtpServer, squid: Squid, tmp_path: Path) -> None:
    """Asked for, and from the beginning; data connections resume it."""
    tls = "implicit" if ftp.door.implicit else "explicit"
    async with behind(squid.proxy, ftp) as session:
        await there_and_back(session, ftp, tls, tmp_path)


@to_each("TLS", doors=("open", "implicit"))
@pytest_twisted.ensureDeferred
async def test_tls_in_tls(ftp: FtpServer, squid: Squid, tmp_path: Path) -> None:
    """Through a proxy that is spoken to in TLS."""
    proxy = twinet.Proxy("https", "127.0.0.1", squid.ports["https"])
    tls = "implicit" if ftp.door.implicit else "explicit"
    async with behind(proxy, ftp, squid) as session:
        await there_and_back(session, ftp, tls, tmp_path)
        if not ftp.door.implicit:
            await there_and_back(session, ftp, None, tmp_path)


@to_each(doors=("implicit",))
@pytest_twisted.ensureDeferred
async def test_urls(ftp: FtpServer, squid: Squid, tmp_path: Path) -> None:
    """Those of ftps, of files and of folders; the login is shared."""
    tunnels = len(squid.requests(f"CONNECT 127.0.0.1:{ftp.port}", 0))
    async with behind(squid.proxy, ftp) as session:
        path = await session.download(f"{ftp.url()}/{NAME}", tmp_path)
        assert path.read_bytes() == FILES[NAME]
        entries = await session.listing(f"{ftp.url()}/many/")
        assert len(entries) == MANY
    # One for the commands; those for data lead to other ports.
    tunnels += 1
    assert len(squid.requests(f"CONNECT 127.0.0.1:{ftp.port}", tunnels)) == tunnels


@put_through("http")
@pytest_twisted.ensureDeferred
async def test_passwords(proxy: ProxyServer, ftp_fleet: Any, tmp_path: Path) -> None:
    """Of none, of Basic, of Digest: whatever the proxy asks for."""
    async with behind(proxy.proxy) as session:
        await there_and_back(session, ftp_fleet["pyftpdlib-open"], None, tmp_path)


@pytest_twisted.ensureDeferred
async def test_strangers(basic_squid: BasicSquid, ftp_fleet: Any) -> None:
    """Are told so: who is nobody, and who is not known."""
    server = ftp_fleet["pyftpdlib-open"]
    nobody = twinet.Proxy("http", "127.0.0.1", basic_squid.ports["http"])
    for proxy, kind in (
        (nobody, LoginFailure),
        (basic_squid.stranger(), IncorrectPassword),
    ):
        async with behind(proxy) as session:
            with pytest.raises(kind, match="407"):
                await session.ftp(server.host, server.port)


@pytest_twisted.ensureDeferred
async def test_what_squid_refuses(squid: Squid) -> None:
    """A server that it must not lead to, and one that is not there."""
    async with behind(squid.proxy) as session:
        for host, words in (("forbidden.test", "403"), ("nowhere.test", "it answered")):
            with pytest.raises(CannotConnect, match=words):
                await session.ftp(host)
