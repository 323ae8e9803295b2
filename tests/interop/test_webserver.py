"""The fixtures of the servers themselves, by the standard library alone."""

from __future__ import annotations

import ssl
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import pytest

from tests.interop.abilities import each
from tests.interop.nginx import Nginx
from tests.interop.site import FILES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.interop.webserver import WebServer


def got(url: str, roots: Path | None = None) -> tuple[bytes, str]:
    """Return an URL's contents and the URL that they came from in the end."""
    context = ssl.create_default_context(cafile=roots) if roots else None
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}),
        urllib.request.HTTPSHandler(context=context),
    )
    with opener.open(url, timeout=10) as answer:
        return answer.read(), answer.url


@each()
def test_every_file_is_served_in_the_clear(server: WebServer) -> None:
    """What stands in the folder comes back, byte for byte."""
    for name, contents in FILES.items():
        assert got(f"{server.http}/{name}")[0] == contents


@each()
def test_added_file_is_served(server: WebServer) -> None:
    """A test may bring files of its own, although the folder is private."""
    (server.root / "added.txt").write_bytes(b"added")
    assert got(f"{server.http}/added.txt")[0] == b"added"


@each()
def test_private_authority_is_the_one_that_signed(server: WebServer) -> None:
    """Over TLS with its root the name is right; without it nobody vouches."""
    assert got(f"{server.https}/small.txt", server.ca_pem)[0] == FILES["small.txt"]
    with pytest.raises(urllib.error.URLError, match="certificate verify failed"):
        got(f"{server.https}/small.txt")


@each()
def test_redirect_stays_on_its_scheme_and_host(server: WebServer) -> None:
    """``/moved/`` leads to the same name without it."""
    contents, url = got(f"{server.http}/moved/small.txt")
    assert contents == FILES["small.txt"]
    assert url == f"{server.http}/small.txt"


@each()
def test_log_tells_connections_and_statuses(server: WebServer) -> None:
    """Two clients that keep nothing are two connections."""
    got(f"{server.http}/small.txt?logged")
    got(f"{server.http}/small.txt?logged")
    logged = server.requests("?logged", 2)
    assert [status for _, status in logged] == [200, 200]
    assert len({port for port, _ in logged}) == 2


@pytest.fixture
def another(tmp_path: Path) -> Iterator[Nginx]:
    """Give a server that the test starts itself, if it likes."""
    if Nginx.program() is None:
        pytest.skip(Nginx.install())
    server = Nginx(tmp_path)
    yield server
    server.stop()


def test_stop_ends_the_server_and_may_be_said_twice(another: Nginx) -> None:
    """Nothing answers on the port, and no child is left unwaited for."""
    another.start()
    another.stop()
    with pytest.raises(urllib.error.URLError, match="refused"):
        got(f"{another.http}/small.txt")
    another.stop()


def test_failing_server_is_reported_in_its_own_words(another: Nginx) -> None:
    """A configuration that nginx refuses ends in its message, not in a hang."""
    (another.home / "pid").mkdir()
    with pytest.raises(RuntimeError, match="Is a directory"):
        another.start()
