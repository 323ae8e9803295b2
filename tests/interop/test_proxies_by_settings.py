"""Real proxies that nobody hands over: named by the environment, or in a list."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
import pytest_twisted
from twisted.internet import reactor

import twinet
from tests.inetfetch.commandline import PATIENCE, environment
from tests.interop.abilities import through
from tests.interop.proxyserver import PROXY_PASSWORD, PROXY_USER, ProxyServer
from tests.interop.site import FILES
from tests.interop.webserver import OTHER_NAME

if TYPE_CHECKING:
    from pathlib import Path

    from tests.interop.nginx import Nginx
    from tests.interop.plainftpd import PlainFtpd
    from tests.interop.socks import Dante, GuardedMicrosocks
    from tests.interop.squid import BasicSquid, Squid

SMALL = FILES["small.txt"]
LONG = FILES["one-mebibyte.bin"]
KINDS = through("http", "socks5", "socks4a")


def named(proxy: ProxyServer) -> str:
    """Return a proxy as one writes it into a variable or a list."""
    login = f"{quote(PROXY_USER)}:{quote(PROXY_PASSWORD)}@" if proxy.guarded else ""
    return f"{proxy.speech}://{login}127.0.0.1:{proxy.ports['http']}"


def urls(nginx: Nginx) -> tuple[str, str]:
    """Return a file's URLs, plain and with TLS, by names that a proxy alone knows."""
    plain = f"http://origin.test:{nginx.ports['http']}/small.txt"
    return plain, f"https://{OTHER_NAME}:{nginx.ports['https']}/small.txt"


async def bodies(session: twinet.Session, *wanted: str) -> list[bytes | None]:
    """Fetch some URLs, one after the other, then close the session."""
    async with session:
        return [(await session.fetch(url)).body for url in wanted]


@KINDS
@pytest_twisted.ensureDeferred
async def test_the_environment_names_it(
    proxy: ProxyServer, nginx: Nginx, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For both protocols at once; ``no_proxy`` and this machine are left aside."""
    monkeypatch.setenv("all_proxy", named(proxy))
    session = twinet.Session(reactor, trust_roots=nginx.ca_pem.read_bytes())
    straight = f"http://127.0.0.1:{nginx.ports['http']}/small.txt"
    assert await bodies(session, *urls(nginx), straight) == [SMALL] * 3
    monkeypatch.setenv("no_proxy", "origin.test")
    session = twinet.Session(reactor)
    with pytest.raises(twinet.errors.NameNotResolved):
        await bodies(session, urls(nginx)[0])


@pytest_twisted.ensureDeferred
async def test_a_list_has_one_for_each_protocol(
    squid: Squid, guarded_microsocks: GuardedMicrosocks, nginx: Nginx
) -> None:
    """Squid for http, and SOCKS with a password for what is left."""
    text = f"http={named(squid)} socks={named(guarded_microsocks)}"
    session = twinet.Session(reactor, trust_roots=nginx.ca_pem.read_bytes(), proxy=text)
    async with session:
        plain, secure = [await session.fetch(url) for url in urls(nginx)]
    assert (plain.body, secure.body) == (SMALL, SMALL)
    assert str(plain.proxy) == f"http://127.0.0.1:{squid.ports['http']}"
    port = guarded_microsocks.ports["http"]
    assert str(secure.proxy) == f"socks5://127.0.0.1:{port}"


@pytest_twisted.ensureDeferred
async def test_a_session_changes_its_mind(
    squid: Squid, dante: Dante, nginx: Nginx
) -> None:
    """From one proxy to the other, and to the straight way, which knows no names."""
    url, _ = urls(nginx)
    async with twinet.Session(reactor, proxy=named(squid)) as session:
        assert str((await session.fetch(url)).proxy).startswith("http://")
        session.set_proxy(named(dante))
        assert str((await session.fetch(url)).proxy).startswith("socks5://")
        session.set_proxy("")
        with pytest.raises(twinet.errors.NameNotResolved):
            await session.fetch(url)


@KINDS
def test_the_command_line_goes_through_it(
    proxy: ProxyServer, nginx: Nginx, tmp_path: Path
) -> None:
    """As the environment says, and as the option says; the trace has no password."""
    url, secure = urls(nginx)
    roots = ("--trust-roots", str(nginx.ca_pem))
    for number, (arguments, env) in enumerate(
        (
            ((url,), {"http_proxy": named(proxy)}),
            ((secure, *roots), {"HTTPS_PROXY": named(proxy)}),
            ((url, "--proxy", named(proxy)), {"http_proxy": "http://nobody.invalid"}),
        )
    ):
        done = subprocess.run(
            [
                *(sys.executable, "-m", "twinet.inetfetch.command.cli", "get", "-v"),
                *(*arguments, "-o", f"{number}"),
            ],
            cwd=tmp_path,
            env=environment(tmp_path, env),
            capture_output=True,
            encoding="utf-8",
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert (tmp_path / f"{number}").read_bytes() == SMALL
        for secret in (PROXY_PASSWORD, quote(PROXY_PASSWORD)):
            assert secret not in done.stdout + done.stderr


def test_nothing_here_comes_from_the_machines_own_environment() -> None:
    """The tests would go through a proxy of its own."""
    assert [name for name in os.environ if name.lower().endswith("_proxy")] == []


@pytest_twisted.ensureDeferred
async def test_the_page_about_trouble_is_right(
    squid: Squid,
    basic_squid: BasicSquid,
    guarded_microsocks: GuardedMicrosocks,
    nginx: Nginx,
) -> None:
    """What is seen when a list is wrong, as docs/howto/use-a-proxy.rst says it."""
    plain, secure = urls(nginx)
    http, socks = squid.ports["http"], guarded_microsocks.ports["http"]
    tls = basic_squid.ports["http"]
    for proxy, url, code in (
        ("http://nobody.invalid:1", plain, 12165),
        ("http://127.0.0.1:1", secure, 12165),
        (f"socks5://127.0.0.1:{http}", plain, 12002),
        (f"http://127.0.0.1:{socks}", secure, 12152),
        (f"socks5://127.0.0.1:{socks}", plain, 12015),
        (f"socks5://{PROXY_USER}:wrong@127.0.0.1:{socks}", plain, 12014),
        (f"https://127.0.0.1:{tls}", plain, 12188),
        (f"http://127.0.0.1:{nginx.ports['http']}", secure, 12033),
    ):
        limits = twinet.Limits(connect=1)
        async with twinet.Session(reactor, proxy=proxy, limits=limits) as session:
            with pytest.raises(twinet.InternetError) as caught:
                await session.fetch(url)
            assert caught.value.code == code, (proxy, caught.value)
    for proxy in (f"http://127.0.0.1:{tls}", f"http://u:wrong@127.0.0.1:{tls}"):
        async with twinet.Session(reactor, proxy=proxy) as session:
            for url in (plain, secure):
                assert (await session.fetch(url)).status_code == 407


@pytest_twisted.ensureDeferred
async def test_ftp_urls_have_a_variable_of_their_own(
    squid: Squid, ftp_server: PlainFtpd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And without a proxy the server itself is asked, which only the proxy finds."""
    url = f"ftp://origin.test:{ftp_server.ports['ftp']}/one-mebibyte.bin"
    for variable, found in (("ftp_proxy", True), ("http_proxy", False)):
        monkeypatch.setenv(variable, named(squid))
        async with twinet.Session(reactor) as session:
            if found:
                request = await session.open_url(url)
                assert await request.read(len(LONG) + 1) == LONG
            else:
                with pytest.raises(twinet.errors.NameNotResolved):
                    await session.open_url(url)
        monkeypatch.delenv(variable)
