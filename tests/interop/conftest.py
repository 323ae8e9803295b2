"""Fixtures for tests against real servers: plain, synchronous, one for a session."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.interop.apache import Apache
from tests.interop.caddy import Caddy
from tests.interop.ftpfleet import FtpFleet
from tests.interop.gophernicus import Gophernicus
from tests.interop.gopherserver import GopherServer
from tests.interop.httpbin import HttpBin
from tests.interop.leftovers import nothing_is_left_behind, nothing_is_logged
from tests.interop.lighttpd import Lighttpd
from tests.interop.nginx import Nginx
from tests.interop.plainftpd import GuardedFtpd, PlainFtpd
from tests.interop.proxyserver import ProxyServer
from tests.interop.pygopherd import PyGopherd, SecurePyGopherd
from tests.interop.serverprocess import ServerProcess, folder_for_nobody
from tests.interop.socks import Dante, GuardedMicrosocks, Microsocks, TwistedSocks
from tests.interop.squid import BasicSquid, BothSquid, DigestSquid, Squid
from tests.interop.webserver import WebServer

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from tests.interop.ftpserver import FtpServer

__all__ = [
    "apache2",
    "basic_squid",
    "both_squid",
    "caddy",
    "dante",
    "digest_squid",
    "ftp",
    "ftp_fleet",
    "ftp_server",
    "gopher_server",
    "gophernicus",
    "guarded_ftp_server",
    "guarded_microsocks",
    "httpbin",
    "lighttpd",
    "microsocks",
    "nginx",
    "nothing_is_left_behind",
    "nothing_is_logged",
    "proxy",
    "pygopherd",
    "secure_pygopherd",
    "server",
    "squid",
    "twisted_socks",
]


def _running(kind: type[ServerProcess], home: Path) -> Iterator[ServerProcess]:
    server = kind(home)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def _one(kind: type[ServerProcess], *, somebody_else: bool = False) -> Any:
    """Make a fixture that runs one server of a kind for all tests.

    :param somebody_else: it does not stay root, if root starts it.
    """

    @pytest.fixture(scope="session")
    def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
        if kind.program() is None:
            pytest.skip(kind.install())
        if somebody_else:
            with folder_for_nobody() as folder:
                yield from _running(kind, Path(folder))
        else:
            yield from _running(kind, tmp_path_factory.mktemp(kind.__name__))

    return running


nginx = _one(Nginx)
apache2 = _one(Apache, somebody_else=True)
lighttpd = _one(Lighttpd)
caddy = _one(Caddy)
httpbin = _one(HttpBin)
ftp_server = _one(PlainFtpd)
guarded_ftp_server = _one(GuardedFtpd)
gophernicus = _one(Gophernicus, somebody_else=True)
pygopherd = _one(PyGopherd, somebody_else=True)
secure_pygopherd = _one(SecurePyGopherd, somebody_else=True)
squid = _one(Squid, somebody_else=True)
basic_squid = _one(BasicSquid, somebody_else=True)
digest_squid = _one(DigestSquid, somebody_else=True)
both_squid = _one(BothSquid, somebody_else=True)
microsocks = _one(Microsocks)
guarded_microsocks = _one(GuardedMicrosocks)
dante = _one(Dante, somebody_else=True)
twisted_socks = _one(TwistedSocks)


@pytest.fixture
def proxy(request: pytest.FixtureRequest) -> ProxyServer:
    """Give the proxy of this name (``abilities.through`` says which)."""
    running = request.getfixturevalue(request.param)
    assert isinstance(running, ProxyServer)
    return running


@pytest.fixture(scope="session")
def ftp_fleet() -> Iterator[FtpFleet]:
    """Give the FTP servers of all tests."""
    with FtpFleet() as fleet:
        yield fleet


@pytest.fixture
def ftp(request: pytest.FixtureRequest, ftp_fleet: FtpFleet) -> FtpServer:
    """Give the server of this name (``ftpabilities.to_each`` says which)."""
    return ftp_fleet[request.param]


@pytest.fixture
def gopher_server(request: pytest.FixtureRequest) -> GopherServer:
    """Give the Gopher server of this name."""
    running = request.getfixturevalue(request.param)
    assert isinstance(running, GopherServer)
    return running


@pytest.fixture
def server(request: pytest.FixtureRequest) -> WebServer:
    """Give the server of this name (``abilities.each`` says which)."""
    running = request.getfixturevalue(request.param)
    assert isinstance(running, WebServer)
    return running


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the last words of the servers that a failed test spoke with."""
    report = yield
    if report.failed:
        for used in getattr(item, "funcargs", {}).values():
            if isinstance(used, ServerProcess):
                report.sections.append((f"{used.kind} says", used.words()))
    return report
