"""Fixtures for tests against real servers: plain, synchronous, one for a session."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest

from tests.interop.apache import Apache, folder_for_nobody
from tests.interop.caddy import Caddy
from tests.interop.httpbin import HttpBin
from tests.interop.leftovers import nothing_is_left_behind, nothing_is_logged
from tests.interop.lighttpd import Lighttpd
from tests.interop.nginx import Nginx
from tests.interop.serverprocess import ServerProcess
from tests.interop.webserver import WebServer

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

Kind = TypeVar("Kind", bound=ServerProcess)

__all__ = [
    "apache2",
    "caddy",
    "httpbin",
    "lighttpd",
    "nginx",
    "nothing_is_left_behind",
    "nothing_is_logged",
    "server",
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
