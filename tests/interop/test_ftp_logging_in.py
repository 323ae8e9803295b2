"""Logging in on real FTP servers, and finding one's way there."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import pytest_twisted

from tests.interop.ftpabilities import lacks, to_each
from tests.interop.ftpserver import DOORS
from tests.interop.ftpsite import FILES, MANY, NAMES, QUOTED, SPARSE, UTF8, WRITTEN
from tests.interop.ftpvisit import visit
from twinet.errors import InternetError, LoginFailure

if TYPE_CHECKING:
    from tests.interop.ftpserver import FtpServer
    from twinet._handles.ftp_connection import FtpConnection
    from twinet.records import DirectoryEntry

pytestmark = pytest.mark.usefixtures("nothing_is_logged")


async def found(ftp: FtpConnection, pattern: str = "") -> dict[str, DirectoryEntry]:
    """Return what a listing has, by name."""
    listing = await ftp.find(pattern)
    entries = [entry async for entry in listing]
    await listing.close()
    names = {entry.name: entry for entry in entries}
    assert len(names) == len(entries), "a name came twice"
    return names


@to_each("users")
@pytest_twisted.ensureDeferred
async def test_user(ftp: FtpServer) -> None:
    """By name and password."""
    async with visit(ftp, ftp.writer) as connection:
        assert await connection.current_directory() == "/"


@to_each("users")
@pytest_twisted.ensureDeferred
async def test_wrong_password(ftp: FtpServer) -> None:
    """12015 with the server's words, and without the password."""
    with pytest.raises(LoginFailure) as caught:
        async with visit(ftp, (ftp.writer[0], "not the password")):
            pass
    assert caught.value.code == 12015
    assert (caught.value.server_text or "").startswith("530")
    assert "not the password" not in str(caught.value)


@to_each(doors=("asks",))
@pytest_twisted.ensureDeferred
async def test_no_certificate(ftp: FtpServer) -> None:
    """Where one is asked for, nobody comes in without."""
    with pytest.raises(InternetError):
        async with visit(ftp, certificate=False) as connection:
            await found(connection)


@to_each(doors=tuple(DOORS))
@pytest_twisted.ensureDeferred
async def test_listing(ftp: FtpServer) -> None:
    """Names, kinds and sizes, from here and from elsewhere."""
    async with visit(ftp) as connection:
        top = await found(connection)
        assert {"small.txt", "sparse.bin", "folder", QUOTED} <= top.keys()
        assert not {".", ".."} & top.keys()
        assert (top["folder"].kind, top["sparse.bin"].kind) == ("directory", "file")
        assert top["sparse.bin"].size == SPARSE
        assert top["empty.bin"].size == 0
        assert top["folder"].size is None
        assert (await found(connection, "/folder/")).keys() == {"deeper", "inner.txt"}
        assert await found(connection, "/empty folder/") == {}
        await connection.change_directory("folder/deeper")
        assert (await found(connection)).keys() == {"leaf.txt"}


@to_each()
@pytest_twisted.ensureDeferred
async def test_pattern(ftp: FtpServer) -> None:
    """Stars and question marks are ours, not the server's."""
    async with visit(ftp) as connection:
        names = await found(connection, "*.txt")
        assert {"small.txt", "unix.txt"} <= names.keys()
        assert "small.txt" in await found(connection, "?mall.txt")
        assert (await found(connection, "small.txt")).keys() == {"small.txt"}
        assert await found(connection, "*.nothing") == {}


@to_each()
@pytest_twisted.ensureDeferred
async def test_odd_names(ftp: FtpServer) -> None:
    """Each as it is: they are what the next call is given."""
    async with visit(ftp) as connection:
        names = await found(connection, "/names/")
        missing = set(NAMES) - names.keys()
        assert not missing
        for name in NAMES:
            assert names[name].size == len(name.encode())


@to_each("UTF-8")
@pytest_twisted.ensureDeferred
async def test_names_beyond_ascii(ftp: FtpServer) -> None:
    """In UTF-8."""
    async with visit(ftp) as connection:
        assert set(UTF8) <= (await found(connection, "/names/")).keys()


@to_each()
@pytest_twisted.ensureDeferred
async def test_many_names(ftp: FtpServer) -> None:
    """All of them, once."""
    async with visit(ftp) as connection:
        names = await found(connection, "/many/")
        assert sorted(names) == [f"{n:03}.txt" for n in range(MANY)]


@to_each()
@pytest_twisted.ensureDeferred
async def test_times(ftp: FtpServer) -> None:
    """MDTM is UTC on all of them; a listing is where MLSD says so."""
    written = datetime.fromtimestamp(WRITTEN, UTC)
    async with visit(ftp) as connection:
        assert await connection.modified("/small.txt") == written
        assert await connection.size("/small.txt") == len(FILES["small.txt"])
        entry = (await found(connection, "/small.txt"))["small.txt"]
        assert entry.modified is not None
        if not lacks(ftp.kind, "MLSD"):
            assert entry.modified == written
        assert entry.modified.date() == written.date()


@to_each()
@pytest_twisted.ensureDeferred
async def test_folder_whose_name_has_quotes(ftp: FtpServer) -> None:
    """Also where the server does not double them."""
    async with visit(ftp) as connection:
        await connection.change_directory(f"/{QUOTED}")
        assert await connection.current_directory() == f"/{QUOTED}"
