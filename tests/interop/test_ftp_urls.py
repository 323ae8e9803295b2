"""FTP by URL, on real servers: opening, downloading, listing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import pytest_twisted
from twisted.internet import reactor as _reactor

import twinet
from tests.interop.ftpabilities import to_each
from tests.interop.ftpsite import FILES, MANY
from twinet.errors import ExtendedError, FileExists, InvalidParameter

if TYPE_CHECKING:
    from pathlib import Path

    from tests.interop.ftpserver import FtpServer

pytestmark = pytest.mark.usefixtures("nothing_is_logged")
reactor: Any = _reactor


def at(ftp: FtpServer, path: str) -> str:
    """Return the URL of a path on a server."""
    return f"ftp://{ftp.host}:{ftp.port}/{path}"


@to_each()
@pytest_twisted.ensureDeferred
async def test_downloading(ftp: FtpServer, tmp_path: Path) -> None:
    """A file, under its own name, and never in place of another one."""
    url = at(ftp, "folder/inner.txt")
    path = await twinet.download(url, tmp_path, reactor=reactor)
    assert path == tmp_path / "inner.txt"
    assert path.read_bytes() == FILES["folder/inner.txt"]
    with pytest.raises(FileExists):
        await twinet.download(url, tmp_path, reactor=reactor)
    for path_there, kind in (("nowhere.txt", ExtendedError), ("", InvalidParameter)):
        with pytest.raises(kind):
            await twinet.download(at(ftp, path_there), tmp_path / "x", reactor=reactor)
    assert [each.name for each in tmp_path.iterdir()] == ["inner.txt"]


@to_each()
@pytest_twisted.ensureDeferred
async def test_listing(ftp: FtpServer) -> None:
    """A folder, with a slash behind it or without."""
    for path in ("many/", "many"):
        entries = await twinet.listing(at(ftp, path), reactor=reactor)
        names = sorted(entry.name for entry in entries)
        assert names == [f"{number:03}.txt" for number in range(MANY)]


@to_each()
@pytest_twisted.ensureDeferred
async def test_opening(ftp: FtpServer) -> None:
    """A file or a folder."""
    async with twinet.Session(reactor) as session:
        file = await session.open_url(at(ftp, "unix.txt"))
        assert await file.read(100) == FILES["unix.txt"]
        await file.close()
        find: Any = await session.open_url(at(ftp, "folder/"))
        names = [entry.name async for entry in find]
        assert sorted(names) == ["deeper", "inner.txt"]
        await find.close()
