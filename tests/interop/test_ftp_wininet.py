"""WinINet's functions of FTP, blocking, against real servers."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
import pytest_twisted
from twisted.internet import reactor as _reactor
from twisted.internet.threads import deferToThread

from tests.interop.ftpabilities import to_each
from tests.interop.ftpsite import FILES
from twinet import wininet
from twinet.errors import (
    ExtendedError,
    FtpTransferInProgress,
    IncorrectHandleType,
    InvalidParameter,
    NoMoreFiles,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.interop.ftpserver import FtpServer, Room

pytestmark = pytest.mark.usefixtures("nothing_is_logged")

reactor: Any = _reactor


def names(connection: Any, pattern: str) -> set[str]:
    """Return the names that a listing has."""
    find, entry = wininet.FtpFindFirstFile(connection, pattern)
    found = {entry.name}
    with suppress(NoMoreFiles):
        while True:
            found.add(wininet.InternetFindNextFile(find).name)
    wininet.InternetCloseHandle(find)
    return found


def program(ftp: FtpServer, room: Room, folder: Path) -> None:
    """Call everything there is, as a program that was ported does."""
    session = wininet.InternetOpen("coffee", reactor=reactor)
    connection = wininet.InternetConnect(
        session,
        "127.0.0.1",
        ftp.port,
        *ftp.writer,
        service=wininet.INTERNET_SERVICE_FTP,
        flags=wininet.INTERNET_FLAG_PASSIVE,
    )
    assert wininet.FtpSetCurrentDirectory(connection, room.name.replace("/", "\\"))
    assert wininet.FtpGetCurrentDirectory(connection) == room.name

    assert wininet.FtpCreateDirectory(connection, "made")
    file = wininet.FtpOpenFile(connection, "new.txt", wininet.GENERIC_WRITE)
    assert wininet.InternetWriteFile(file, b"written") == 7
    with pytest.raises(FtpTransferInProgress):
        wininet.FtpDeleteFile(connection, "new.txt")
    assert wininet.InternetCloseHandle(file)
    assert wininet.FtpRenameFile(connection, "new.txt", "made\\old.txt")
    assert names(connection, "") == {"made"}
    assert names(connection, "made\\*.txt") == {"old.txt"}
    with pytest.raises(NoMoreFiles):
        wininet.FtpFindFirstFile(connection, "*.nothing")

    file = wininet.FtpOpenFile(connection, "made/old.txt", wininet.GENERIC_READ)
    assert wininet.InternetReadFile(file, 100) == b"written"
    wininet.InternetCloseHandle(file)

    local = folder / "copy.txt"
    assert wininet.FtpGetFile(connection, "\\small.txt", str(local))
    assert local.read_bytes() == FILES["small.txt"]
    assert wininet.FtpPutFile(connection, str(local), "sent.txt")
    assert (room.folder / "sent.txt").read_bytes() == FILES["small.txt"]
    assert wininet.FtpCommand(connection, False, 0, "NOOP") is True

    calls: list[Callable[[], object]] = [
        lambda: wininet.FtpOpenFile(connection, "x", 0),
        lambda: wininet.FtpOpenFile(connection, "x", wininet.GENERIC_READ, flags=3),
        lambda: wininet.FtpGetFile(connection, "", str(local)),
        lambda: wininet.FtpPutFile(connection, str(local), ""),
        lambda: wininet.FtpDeleteFile(connection, ""),
    ]
    for call in calls:
        with pytest.raises(InvalidParameter):
            call()
    with pytest.raises(IncorrectHandleType):
        wininet.FtpDeleteFile(session, "x")  # type: ignore[arg-type]  # on purpose
    with pytest.raises(ExtendedError):
        wininet.FtpDeleteFile(connection, "nowhere")
    code, said = wininet.InternetGetLastResponseInfo()
    assert code == 12003
    assert said.startswith("550")

    assert wininet.FtpDeleteFile(connection, "sent.txt")
    assert wininet.FtpDeleteFile(connection, "made/old.txt")
    assert wininet.FtpRemoveDirectory(connection, "made")
    assert list(room.folder.iterdir()) == []

    url = wininet.InternetOpenUrl(session, f"{ftp.url()}/small.txt")
    assert wininet.InternetReadFile(url, 100) == FILES["small.txt"]
    wininet.InternetCloseHandle(url)
    wininet.InternetCloseHandle(connection)
    wininet.InternetCloseHandle(session)


@to_each()
@pytest_twisted.ensureDeferred
async def test_every_function(ftp: FtpServer, tmp_path: Path) -> None:
    """In a thread of the program's own."""
    await deferToThread(program, ftp, ftp.room(), tmp_path)


@to_each()
@pytest_twisted.ensureDeferred
async def test_size_of_an_open_file(ftp: FtpServer) -> None:
    """It is asked for where the server does not say it as it opens the file."""

    def ask() -> None:
        session = wininet.InternetOpen(reactor=reactor)
        url = f"{ftp.url()}/five-mebibytes.bin"
        file = wininet.InternetOpenUrl(session, url)
        assert wininet.FtpGetFileSize(file) == len(FILES["five-mebibytes.bin"])
        wininet.InternetCloseHandle(session)

    await deferToThread(ask)
