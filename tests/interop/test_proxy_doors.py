"""Every door leads past a proxy, and what is fetched by FTP and IPv6 comes as well."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.internet.defer import maybeDeferred
from twisted.web.client import readBody
from twisted.web.resource import Resource
from twisted.web.server import Site

import twinet
from tests.inetfetch.commandline import PATIENCE, PROGRAM, environment
from tests.inetfetch.daemonprocess import DaemonProcess
from tests.interop.abilities import through as put_through
from tests.interop.proxyserver import PROXY_PASSWORD, PROXY_USER
from tests.interop.site import FILES, PASSWORD, USER
from tests.interop.throughproxy import address, roots
from tests.net.openings import Resolver
from twinet import wininet

if TYPE_CHECKING:
    from pathlib import Path

    from tests.interop.apache import Apache
    from tests.interop.nginx import Nginx
    from tests.interop.plainftpd import GuardedFtpd, PlainFtpd
    from tests.interop.proxyserver import ProxyServer
    from tests.interop.squid import BasicSquid, Squid

SMALL = FILES["small.txt"]
MEBIBYTE = FILES["one-mebibyte.bin"]

each_proxy = put_through("http", "socks5", "socks4a")
pytestmark = pytest.mark.usefixtures("nothing_is_logged")


@each_proxy
@pytest_twisted.ensureDeferred
async def test_simple_doors_lead_past_it(
    proxy: ProxyServer, nginx: Nginx, tmp_path: Path
) -> None:
    """``fetch``, ``download``, the agent and treq, in the clear and over TLS."""
    options: Any = {"proxy": proxy.proxy, "trust_roots": roots(nginx)}
    for way in ("http", "https"):
        url = f"{address(nginx, way)}/one-mebibyte.bin"
        response = await twinet.fetch(url, max_size=1 << 21, **options)
        assert response.body == MEBIBYTE
        path = await twinet.download(url, tmp_path / way, **options)
        assert path.read_bytes() == MEBIBYTE
        agent: Any = twinet.Agent(reactor, **options)
        answer = await agent.request(b"GET", url.encode())
        assert await readBody(answer) == MEBIBYTE
        await agent.close()
        async with twinet.Session(reactor, **options) as session:
            client = session.treq()
            answer = await client.get(url)
            assert await answer.content() == MEBIBYTE
            told = await client.post(f"{address(nginx, way)}/cgi/told", json={"a": 1})
            assert (await told.json())["type"].startswith("application/json")


@pytest_twisted.ensureDeferred
async def test_windows_door_leads_past_it(
    basic_squid: BasicSquid, nginx: Nginx
) -> None:
    """A list, and the options with which a program that got a 407 says who it is."""
    port = basic_squid.ports["http"]
    where = f"http=http://127.0.0.1:{port}"
    session = wininet.InternetOpen(
        "coffee",
        wininet.INTERNET_OPEN_TYPE_PROXY,
        where,
        "<local>",
        wininet.INTERNET_FLAG_ASYNC,
        reactor=reactor,
        resolver=Resolver(),
    )
    url = f"{address(nginx)}/small.txt"
    async with session:
        request = await wininet.InternetOpenUrl(session, url)
        assert request.response.status_code == 407
        # what is there already is given at once
        await maybeDeferred(wininet.InternetReadFile, request, 1 << 20)
        for option, value in (
            (wininet.INTERNET_OPTION_PROXY_USERNAME, PROXY_USER),
            (wininet.INTERNET_OPTION_PROXY_PASSWORD, PROXY_PASSWORD),
        ):
            wininet.InternetSetOption(request, option, value)
        await wininet.HttpSendRequest(request)
        assert request.response.status_code == 200
        assert await maybeDeferred(wininet.InternetReadFile, request, 99) == SMALL


# -- FTP through HTTP


@put_through("http")
@pytest_twisted.ensureDeferred
async def test_ftp_comes_through_squid(
    proxy: Squid, ftp_server: PlainFtpd, guarded_ftp_server: GuardedFtpd
) -> None:
    """A file, with and without a password; a listing; and what is not there."""
    options: Any = {"proxy": twinet.ProxySettings(proxy.proxy, bypass="<-loopback>")}
    async with twinet.Session(reactor, **options) as session:
        known = guarded_ftp_server.ftp.replace(
            "//", f"//{USER}:{quote(PASSWORD, safe='')}@"
        )
        for url, status, content in (
            (f"{ftp_server.ftp}/one-mebibyte.bin", 200, MEBIBYTE),
            (f"{known}/one-mebibyte.bin", 200, MEBIBYTE),
            (f"{ftp_server.ftp}/folder/", 200, b"inner.txt"),
            (f"{ftp_server.ftp}/nowhere.bin", 404, b"nowhere.bin"),
        ):
            async with await session.open_url(url) as file:
                assert content in await file.read(1 << 21)
                assert isinstance(file, twinet.HttpRequest)
                assert file.response.status_code == status


@put_through("socks5", "socks4a")
@pytest_twisted.ensureDeferred
async def test_ftp_through_socks(proxy: ProxyServer, ftp_server: PlainFtpd) -> None:
    """Control and data connections, by URL and by session."""
    chosen = twinet.ProxySettings(proxy.proxy, bypass="<-loopback>")
    async with twinet.Session(reactor, proxy=chosen) as session:
        file: Any = await session.open_url(f"{ftp_server.ftp}/one-mebibyte.bin")
        assert await file.read(2 << 20) == MEBIBYTE
        await file.close()
        port = int(ftp_server.ftp.rpartition(":")[2])
        ftp = await session.ftp("127.0.0.1", port)
        names = [entry.name async for entry in await ftp.find("folder/")]
        assert names == ["inner.txt"]
        await ftp.quit()


# -- IPv6


class Six(Resource):
    """A server that is reached by IPv6 alone."""

    isLeaf = True

    def render_GET(self, request: Any) -> bytes:
        request.setHeader(b"connection", b"close")
        return b"six"


@put_through("http", "socks5")
@pytest_twisted.ensureDeferred
async def test_server_has_ipv6_alone(proxy: ProxyServer) -> None:
    """By a name that the proxy knows, and by its address."""
    listening: Any = reactor
    port = listening.listenTCP(0, Site(Six()), interface="::1")
    chosen = twinet.ProxySettings(proxy.proxy, bypass="<-loopback>")
    try:
        async with twinet.Session(
            reactor, proxy=chosen, resolver=Resolver()
        ) as session:
            for host in ("six.test", "[::1]"):
                url = f"http://{host}:{port.getHost().port}/"
                response = await session.fetch(url)
                assert (response.status_code, response.body) == (200, b"six")
    finally:
        await port.stopListening()


# -- the daemon


def test_daemon_fetches_through_its_operators_proxy(
    basic_squid: BasicSquid, apache2: Apache, tmp_path: Path
) -> None:
    """Files of two ways, one of them with a password, and one that is not there."""
    daemon = DaemonProcess(tmp_path / "home")
    daemon.env["INETFETCH_TRUST_ROOTS"] = str(apache2.ca_pem)
    port = basic_squid.ports["http"]
    login = f"{PROXY_USER}:{quote(PROXY_PASSWORD, safe='')}"
    daemon.env["INETFETCH_PROXY"] = f"http://{login}@127.0.0.1:{port}"
    known = address(apache2).replace("//", f"//{USER}:{quote(PASSWORD, safe='')}@")
    urls = [
        f"{address(apache2)}/one-mebibyte.bin",
        f"{address(apache2, 'https')}/long.txt",
        f"{known}/digest/small.txt",
        f"{address(apache2)}/nowhere",
    ]

    def command(*arguments: str, code: int = 0) -> str:
        done = subprocess.run(
            [*PROGRAM, *arguments],
            env=environment(daemon.home, daemon.env),
            capture_output=True,
            encoding="utf-8",
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == code, f"{arguments}: {done.stdout}{done.stderr}"
        return done.stdout

    daemon.start()
    try:
        command("add", *urls)
        command("wait", code=1)
        jobs = [json.loads(line) for line in command("ls", "--json").splitlines()]
    finally:
        daemon.stop()
    assert sorted(job["state"] for job in jobs) == ["done", "done", "done", "failed"]
    for name in ("one-mebibyte.bin", "long.txt", "small.txt"):
        assert (daemon.files / name).read_bytes() == FILES[name]
    assert {path.name for path in daemon.files.iterdir()} == {
        *("one-mebibyte.bin", "long.txt", "small.txt")
    }
