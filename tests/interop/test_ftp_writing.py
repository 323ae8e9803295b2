"""Writing on real FTP servers, through every door that they have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_twisted

from tests.interop.ftpabilities import to_each
from tests.interop.ftpserver import DOORS
from tests.interop.ftpsite import FILES, MIB
from tests.interop.ftpvisit import visit
from twinet.errors import ExtendedError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.interop.ftpserver import FtpServer

pytestmark = pytest.mark.usefixtures("nothing_is_logged")

LONG = FILES["five-mebibytes.bin"]


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    """Give a file of five mebibytes."""
    path = tmp_path / "sent.bin"
    path.write_bytes(LONG)
    return path


@to_each(doors=tuple(DOORS))
@pytest_twisted.ensureDeferred
async def test_everything_that_writes(ftp: FtpServer, sent: Path) -> None:
    """Put, write, rename, delete; make and remove a folder."""
    room = ftp.room()
    async with visit(ftp, ftp.writer) as connection:
        await connection.change_directory(room.name)
        assert await connection.current_directory() == room.name
        assert await connection.put_file(sent, "put.bin") == len(LONG)
        assert (room.folder / "put.bin").read_bytes() == LONG
        file = await connection.open_file("put.bin", "w")
        await file.write(b"short")
        await file.close()
        assert (room.folder / "put.bin").read_bytes() == b"short"
        await connection.rename("put.bin", "two words.bin")
        assert [path.name for path in room.folder.iterdir()] == ["two words.bin"]
        await connection.delete("two words.bin")
        await connection.make_directory("made")
        assert [path.name for path in room.folder.iterdir()] == ["made"]
        await connection.remove_directory("made")
        assert list(room.folder.iterdir()) == []


@to_each("TLS", doors=("open",))
@pytest_twisted.ensureDeferred
async def test_over_tls_that_is_asked_for(ftp: FtpServer, sent: Path) -> None:
    """The whole file, up to its last byte."""
    room = ftp.room()
    async with visit(ftp, ftp.writer, tls=True) as connection:
        await connection.put_file(sent, f"{room.name}/put.bin")
        assert (room.folder / "put.bin").read_bytes() == LONG


@to_each()
@pytest_twisted.ensureDeferred
async def test_the_server_connects(ftp: FtpServer, sent: Path) -> None:
    """Active data connections."""
    room = ftp.room()
    async with visit(ftp, ftp.writer, passive=False) as connection:
        await connection.put_file(sent, f"{room.name}/put.bin")
        assert (room.folder / "put.bin").read_bytes() == LONG


@to_each("APPE")
@pytest_twisted.ensureDeferred
async def test_appending_and_going_on(ftp: FtpServer, sent: Path) -> None:
    """What the server has is not sent again."""
    room = ftp.room()
    path = room.folder / "x.bin"
    async with visit(ftp, ftp.writer) as connection:
        await connection.change_directory(room.name)
        for piece in (LONG[:10], LONG[10:MIB]):
            file = await connection.open_file("x.bin", "a")
            await file.write(piece)
            await file.close()
        assert path.read_bytes() == LONG[:MIB]
        assert await connection.put_file(sent, "x.bin", resume=True) == 4 * MIB
        assert path.read_bytes() == LONG


@to_each("REST")
@pytest_twisted.ensureDeferred
async def test_from_an_offset(ftp: FtpServer) -> None:
    """What stands before it stays."""
    room = ftp.room()
    async with visit(ftp, ftp.writer) as connection:
        name = f"{room.name}/x"
        for offset, piece in ((0, b"0123456789"), (5, b"abcdefg")):
            file = await connection.open_file(name, "w", offset=offset)
            await file.write(piece)
            await file.close()
        assert (room.folder / "x").read_bytes() == b"01234abcdefg"


@to_each("ASCII")
@pytest_twisted.ensureDeferred
async def test_text(ftp: FtpServer, tmp_path: Path) -> None:
    """It stands there with that system's line ends, which are line feeds."""
    room = ftp.room()
    text = tmp_path / "text"
    text.write_bytes(b"one\ntwo\n\nfour")
    async with visit(ftp, ftp.writer) as connection:
        await connection.put_file(text, f"{room.name}/text", text=True)
        assert (room.folder / "text").read_bytes() == b"one\ntwo\n\nfour"


@to_each("UTF-8")
@pytest_twisted.ensureDeferred
async def test_names_beyond_ascii(ftp: FtpServer, sent: Path) -> None:
    """A folder and a file in it."""
    room = ftp.room()
    async with visit(ftp, ftp.writer) as connection:
        await connection.make_directory(f"{room.name}/grüße")
        await connection.put_file(sent, f"{room.name}/grüße/コーヒー")
        assert (room.folder / "grüße" / "コーヒー").read_bytes() == LONG


@to_each()
@pytest_twisted.ensureDeferred
async def test_what_is_refused(ftp: FtpServer, sent: Path) -> None:
    """The server's own words, and the session goes on."""
    room = ftp.room()
    async with visit(ftp, ftp.writer) as connection:
        missing = f"{room.name}/nowhere"
        for pending in (
            connection.put_file(sent, f"{missing}/x"),
            connection.make_directory(room.name),
            connection.remove_directory(missing),
            connection.delete(missing),
            connection.rename(missing, f"{room.name}/x"),
            connection.change_directory(missing),
        ):
            with pytest.raises(ExtendedError) as caught:
                await pending
            assert (caught.value.server_text or "?")[0] in "45"
        await connection.make_directory(f"{room.name}/x")
