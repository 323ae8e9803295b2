"""Many files of one FTP server on one session: how often somebody logs in there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import pytest_twisted
from twisted.internet import reactor as _reactor
from twisted.internet.defer import gatherResults
from twisted.internet.task import deferLater

import twinet
from tests.interop.countedftpd import CountedFtpd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("nothing_is_logged")
reactor: Any = _reactor
FILES = 50


def contents(number: int) -> bytes:
    """Return what a file holds."""
    return b"%03d " % number * 1000


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., CountedFtpd]]:
    """Start servers of fifty files."""
    if CountedFtpd.program() is None:
        pytest.skip(CountedFtpd.install())
    folder = tmp_path / "there"
    folder.mkdir()
    for number in range(FILES):
        (folder / str(number)).write_bytes(contents(number))
    running: list[CountedFtpd] = []

    def begin(**how: Any) -> CountedFtpd:
        home = tmp_path / f"server{len(running)}"
        home.mkdir()
        running.append(CountedFtpd(home, folder, **how))
        running[-1].start()
        return running[-1]

    yield begin
    for server in running:
        server.stop()


def check(here: Path) -> None:
    """Check that all files are here."""
    for number in range(FILES):
        assert (here / str(number)).read_bytes() == contents(number)


async def all_at_once(session: twinet.Session, ftpd: CountedFtpd, here: Path) -> None:
    """Fetch all files at the same time."""
    here.mkdir()
    urls = [f"{ftpd.url()}/{number}" for number in range(FILES)]
    await gatherResults([session.download(url, here) for url in urls])
    check(here)


@pytest_twisted.ensureDeferred
async def test_one_after_the_other(start: Any, tmp_path: Path) -> None:
    """One login for fifty files and a listing."""
    ftpd = start()
    async with twinet.Session(reactor) as session:
        for number in range(FILES):
            await session.download(f"{ftpd.url()}/{number}", tmp_path)
        entries = await session.listing(f"{ftpd.url()}/")
    check(tmp_path)
    assert {entry.name for entry in entries} == {str(n) for n in range(FILES)}
    assert ftpd.logins() == (1, 1)


@pytest_twisted.ensureDeferred
async def test_at_once(start: Any, tmp_path: Path) -> None:
    """As many logins as the host is given, and no more."""
    for most in (6, 2):
        ftpd = start()
        async with twinet.Session(reactor, connections_per_host=most) as session:
            await all_at_once(session, ftpd, tmp_path / str(most))
        assert ftpd.logins() == (most, most)


@pytest_twisted.ensureDeferred
async def test_server_that_lets_in_two(start: Any, tmp_path: Path) -> None:
    """What it says to the others fails no file."""
    ftpd = start(most=2)
    async with twinet.Session(reactor) as session:
        await all_at_once(session, ftpd, tmp_path / "here")
    assert ftpd.logins()[0] == 2


@pytest_twisted.ensureDeferred
async def test_login_that_the_server_has_ended(start: Any, tmp_path: Path) -> None:
    """Another one takes its place, and nobody notices."""
    ftpd = start(idle=1)
    async with twinet.Session(reactor) as session:
        await session.download(f"{ftpd.url()}/0", tmp_path)
        await deferLater(reactor, 1.5)
        path = await session.download(f"{ftpd.url()}/1", tmp_path)
    assert path.read_bytes() == contents(1)
    assert ftpd.logins()[0] == 2
