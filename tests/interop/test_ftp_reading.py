"""Reading files from real FTP servers, through every door that they have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import pytest_twisted

from tests.interop.ftpabilities import to_each
from tests.interop.ftpserver import DOORS
from tests.interop.ftpsite import FILES, LATIN, MIB, NAMES, SPARSE, UTF8
from tests.interop.ftpvisit import visit
from twinet.errors import ExtendedError, FtpTransferInProgress

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from tests.interop.ftpserver import FtpServer
    from twinet._handles.ftp_connection import FtpConnection

pytestmark = pytest.mark.usefixtures("nothing_is_logged")

EVERY_DOOR = tuple(DOORS)


async def got(ftp: FtpConnection, path: str, **how: Any) -> bytes:
    """Return a file's contents."""
    file = await ftp.open_file(path, **how)
    came = b"".join([chunk async for chunk in file])
    await file.close()
    return came


@to_each(doors=EVERY_DOOR)
@pytest_twisted.ensureDeferred
async def test_every_file(ftp: FtpServer) -> None:
    """Byte for byte, with one login."""
    async with visit(ftp) as connection:
        for name, contents in FILES.items():
            assert await got(connection, f"/{name}") == contents
        assert (connection.tls is not None) is ftp.door.secure


@to_each("TLS", doors=("open", "six"))
@pytest_twisted.ensureDeferred
async def test_over_tls_that_is_asked_for(ftp: FtpServer) -> None:
    """The same, where TLS is not a must."""
    async with visit(ftp, tls=True) as connection:
        for name, contents in FILES.items():
            assert await got(connection, f"/{name}") == contents
        assert connection.tls is not None


@to_each(doors=("open", "six"))
@pytest_twisted.ensureDeferred
async def test_the_server_connects(ftp: FtpServer) -> None:
    """Active data connections, by PORT and by EPRT."""
    async with visit(ftp, passive=False) as connection:
        for _ in range(2):
            assert await got(connection, "/small.txt") == FILES["small.txt"]


@to_each("TLS", doors=("open",))
@pytest_twisted.ensureDeferred
async def test_the_server_connects_and_speaks_tls(ftp: FtpServer) -> None:
    """We are the client of TLS all the same."""
    async with visit(ftp, tls=True, passive=False) as connection:
        assert await got(connection, "/small.txt") == FILES["small.txt"]


@to_each()
@pytest_twisted.ensureDeferred
async def test_names_that_are_odd(ftp: FtpServer) -> None:
    """As they are, and from within their folder."""
    async with visit(ftp) as connection:
        await connection.change_directory("/names")
        for name in NAMES:
            assert await got(connection, name) == name.encode()


@to_each("UTF-8")
@pytest_twisted.ensureDeferred
async def test_names_beyond_ascii(ftp: FtpServer) -> None:
    """In UTF-8."""
    async with visit(ftp) as connection:
        for name in UTF8:
            assert await got(connection, f"/names/{name}") == name.encode()


@to_each("Latin-1")
@pytest.mark.parametrize("raw", LATIN, ids=["letter", "IAC"])
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
@pytest_twisted.ensureDeferred
async def test_names_that_are_no_utf8(
    ftp: FtpServer, encoding: str, raw: bytes
) -> None:
    """Byte for byte, Telnet's IAC too, whichever encoding names are said to have."""
    async with visit(ftp, encoding=encoding) as connection:
        name = raw.decode(encoding, "surrogateescape")
        assert await got(connection, f"/latin/{name}") == raw


@to_each("REST")
@pytest_twisted.ensureDeferred
async def test_from_an_offset(ftp: FtpServer) -> None:
    """Also of a file that is long, and again in the same handle."""
    async with visit(ftp) as connection:
        assert await got(connection, "/sparse.bin", offset=SPARSE - 10) == bytes(10)
        file = await connection.open_file("/five-mebibytes.bin", offset=3 * MIB + 1)
        assert await file.read(2) == b"\1\2"
        await file.seek(5 * MIB - 2)
        assert await file.read(100) == b"\xfe\xff"
        await file.close()


@to_each()
@pytest_twisted.ensureDeferred
async def test_long_file(ftp: FtpServer, tmp_path: Path) -> None:
    """A hundred mebibytes, to the disk."""
    async with visit(ftp) as connection:
        path = await connection.get_file("/sparse.bin", tmp_path / "sparse.bin")
        assert path.stat().st_size == SPARSE
        with path.open("rb") as file:
            assert not any(any(piece) for piece in iter(lambda: file.read(MIB), b""))


@to_each("ASCII")
@pytest_twisted.ensureDeferred
async def test_text(ftp: FtpServer) -> None:
    """Line ends are line feeds here, whatever they were on the way."""
    async with visit(ftp) as connection:
        assert await got(connection, "/unix.txt", text=True) == FILES["unix.txt"]


@to_each()
@pytest_twisted.ensureDeferred
async def test_file_that_is_closed_early(ftp: FtpServer) -> None:
    """The session goes on, or says that it is over; nobody waits for ever."""
    async with visit(ftp) as connection:
        for _ in range(2):
            file = await connection.open_file("/sparse.bin")
            assert await file.read(10) == bytes(10)
            with pytest.raises(FtpTransferInProgress):
                await connection.current_directory()
            await file.close()
            assert await connection.current_directory() == "/"


@to_each()
@pytest_twisted.ensureDeferred
async def test_file_that_is_not_there(ftp: FtpServer, tmp_path: Path) -> None:
    """The server's own words, and the session goes on."""
    async with visit(ftp) as connection:
        calls: list[Callable[[str], Awaitable[Any]]] = [
            connection.open_file,
            lambda name: connection.get_file(name, tmp_path / "x"),
            connection.size,
        ]
        for call in calls:
            with pytest.raises(ExtendedError) as caught:
                await call("/nowhere.txt")
            assert (caught.value.server_text or "").startswith("550")
        assert list(tmp_path.iterdir()) == []
        assert await got(connection, "/small.txt") == FILES["small.txt"]
