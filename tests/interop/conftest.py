"""Fixtures for tests against real servers: plain, synchronous, one for a session."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest

from tests.interop.apache import Apache
from tests.interop.caddy import Caddy
from tests.interop.httpbin import HttpBin
from tests.interop.leftovers import nothing_is_left_behind, nothing_is_logged
from tests.interop.lighttpd import Lighttpd
from tests.interop.nginx import Nginx
from tests.interop.proxyserver import ProxyServer
from tests.interop.pyftpd import GuardedPyFtpd, PyFtpd
from tests.interop.serverprocess import ServerProcess, folder_for_nobody
from tests.interop.socks import Dante, GuardedMicrosocks, Microsocks, TwistedSocks
from tests.interop.squid import BasicSquid, BothSquid, DigestSquid, Squid
from tests.interop.webserver import WebServer

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

Kind = TypeVar("Kind", bound=ServerProcess)

__all__ = [
    "apache2",
    "basic_squid",
    "both_squid",
    "caddy",
    "dante",
    "digest_squid",
    "ftp_server",
    "guarded_ftp_server",
    "guarded_microsocks",
    "httpbin",
    "lighttpd",
    "microsocks",
    "nginx",
    "nothing_is_left_behind",
    "nothing_is_logged",
    "proxy",
    "server",
    "squid",
    "twisted_socks",
]


def _running(kind: type[Kind], home: Path) -> Iterator[Kind]:
    if kind.program() is None:
        pytest.skip(kind.install())
    server = kind(home)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    """Run one nginx for all tests."""
    yield from _running(Nginx, tmp_path_factory.mktemp("nginx"))


@pytest.fixture(scope="session")
def apache2() -> Iterator[Apache]:
    """Run one Apache httpd for all tests."""
    with folder_for_nobody() as folder:
        yield from _running(Apache, Path(folder))


@pytest.fixture(scope="session")
def lighttpd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lighttpd]:
    """Run one lighttpd for all tests."""
    yield from _running(Lighttpd, tmp_path_factory.mktemp("lighttpd"))


@pytest.fixture(scope="session")
def caddy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caddy]:
    """Run one Caddy for all tests."""
    yield from _running(Caddy, tmp_path_factory.mktemp("caddy"))


@pytest.fixture(scope="session")
def httpbin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpBin]:
    """Run one httpbin for all tests."""
    yield from _running(HttpBin, tmp_path_factory.mktemp("httpbin"))


@pytest.fixture(scope="session")
def ftp_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PyFtpd]:
    """Run one pyftpdlib for all tests."""
    yield from _running(PyFtpd, tmp_path_factory.mktemp("ftp"))


@pytest.fixture(scope="session")
def guarded_ftp_server(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[GuardedPyFtpd]:
    """Run one pyftpdlib that wants a password."""
    yield from _running(GuardedPyFtpd, tmp_path_factory.mktemp("guarded_ftp"))


@pytest.fixture(scope="session")
def squid() -> Iterator[Squid]:
    """Run one Squid for all tests, open to all."""
    with folder_for_nobody() as folder:
        yield from _running(Squid, Path(folder))


@pytest.fixture(scope="session")
def basic_squid() -> Iterator[BasicSquid]:
    """Run one Squid that wants a password, by Basic."""
    with folder_for_nobody() as folder:
        yield from _running(BasicSquid, Path(folder))


@pytest.fixture(scope="session")
def digest_squid() -> Iterator[DigestSquid]:
    """Run one Squid that wants a password, by Digest."""
    with folder_for_nobody() as folder:
        yield from _running(DigestSquid, Path(folder))


@pytest.fixture(scope="session")
def both_squid() -> Iterator[BothSquid]:
    """Run one Squid that offers Basic, and then Digest."""
    with folder_for_nobody() as folder:
        yield from _running(BothSquid, Path(folder))


@pytest.fixture(scope="session")
def microsocks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Microsocks]:
    """Run one microsocks for all tests, open to all."""
    yield from _running(Microsocks, tmp_path_factory.mktemp("microsocks"))


@pytest.fixture(scope="session")
def guarded_microsocks(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[GuardedMicrosocks]:
    """Run one microsocks that wants a password."""
    yield from _running(GuardedMicrosocks, tmp_path_factory.mktemp("guarded"))


@pytest.fixture(scope="session")
def dante() -> Iterator[Dante]:
    """Run one dante for all tests."""
    with folder_for_nobody() as folder:
        yield from _running(Dante, Path(folder))


@pytest.fixture(scope="session")
def twisted_socks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwistedSocks]:
    """Run one of Twisted's SOCKS servers for all tests."""
    yield from _running(TwistedSocks, tmp_path_factory.mktemp("twisted_socks"))


@pytest.fixture
def proxy(request: pytest.FixtureRequest) -> ProxyServer:
    """Give the proxy of this name (``abilities.through`` says which)."""
    running = request.getfixturevalue(request.param)
    assert isinstance(running, ProxyServer)
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
