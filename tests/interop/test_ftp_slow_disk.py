"""``put_file`` from a disk that takes its time: nobody else waits for it."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING, Any

import pytest
import pytest_twisted
from twisted.internet import reactor as _reactor
from twisted.internet.task import deferLater

import twinet
from tests.http.loopback import until
from tests.interop.ftpabilities import to_each
from twinet._ftp.local_file import FIRST, LocalFile
from twinet.errors import InvalidParameter, OperationCancelled, Truncated

if TYPE_CHECKING:
    from pathlib import Path

    from tests.interop.ftpserver import FtpServer

pytestmark = pytest.mark.usefixtures("nothing_is_logged")
reactor: Any = _reactor
CONTENTS = bytes(range(256)) * (6 << 12)
to_one = to_each(doors=("open",))


class SlowDisk:
    """A disk that reads nothing ahead before it is let, and has nothing in memory."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.asked: list[int] = []
        self.gate = Event()
        self.fault: Exception | None = None
        read_ahead = LocalFile.read_ahead

        def wait(file: LocalFile, place: int, size: int) -> int:
            if place:
                self.asked.append(place)
                self.gate.wait(10)
                if self.fault is not None:
                    raise self.fault
            return read_ahead(file, place, size)

        patch.setattr(LocalFile, "read_ahead", wait)
        patch.setattr(LocalFile, "in_memory", lambda _file, place, _size: place)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give a slow disk; nobody waits for it any more at the end."""
    slow = SlowDisk(monkeypatch)
    yield slow
    slow.gate.set()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give a file of some pieces."""
    path = tmp_path / "long"
    path.write_bytes(CONTENTS)
    return path


class Putting:
    """A file on its way to a server, up to where the disk is behind."""

    def __init__(self, server: FtpServer, session: Any) -> None:
        self._server = server
        self._session = session
        self.room = server.room()

    async def begin(self, path: Path, disk: SlowDisk, **limits: Any) -> Any:
        """Put the file; return when the server has what was in memory."""
        name, password = self._server.writer
        self.ftp = await self._session.ftp(
            self._server.host, self._server.port, username=name, password=password
        )
        call = self.ftp.put_file(
            path, f"{self.room.name}/put", limits=twinet.Limits(**limits)
        )
        await until(lambda: disk.asked and self.stored() == FIRST)
        return call

    def stored(self) -> int:
        """Return how much the server has (bytes)."""
        target = self.room.folder / "put"
        return target.stat().st_size if target.exists() else 0

    async def check_session(self) -> None:
        """Check that it can go on."""
        assert await self.ftp.current_directory() == "/"
        await self.ftp.quit()


@to_one
@pytest_twisted.ensureDeferred
async def test_others_go_on(ftp: FtpServer, disk: SlowDisk, path: Path) -> None:
    """The reactor turns, and no limit of the server's runs, while the disk reads."""
    async with twinet.Session(reactor) as session:
        putting = Putting(ftp, session)
        call = await putting.begin(path, disk, send=0.2, lowest_speed=10**9)
        await deferLater(reactor, 0.5)
        assert (putting.stored(), call.called) == (FIRST, False)
        disk.gate.set()
        await call
        assert (putting.room.folder / "put").read_bytes() == CONTENTS
        await putting.check_session()
    assert disk.asked[0] == FIRST


@to_one
@pytest_twisted.ensureDeferred
async def test_disk_that_fails(ftp: FtpServer, disk: SlowDisk, path: Path) -> None:
    """The call fails with its words; the session goes on."""
    async with twinet.Session(reactor) as session:
        putting = Putting(ftp, session)
        call = await putting.begin(path, disk)
        disk.fault = InvalidParameter("cannot read it: Input/output error")
        disk.gate.set()
        with pytest.raises(InvalidParameter, match="Input/output"):
            await call
        await putting.check_session()


@to_one
@pytest_twisted.ensureDeferred
async def test_cancelling(ftp: FtpServer, disk: SlowDisk, path: Path) -> None:
    """Nobody waits for the disk."""
    async with twinet.Session(reactor) as session:
        putting = Putting(ftp, session)
        call = await putting.begin(path, disk)
        call.cancel()
        with pytest.raises(OperationCancelled):
            await call
        disk.gate.set()
        await putting.check_session()


@to_one
@pytest_twisted.ensureDeferred
async def test_shorter_file(ftp: FtpServer, disk: SlowDisk, path: Path) -> None:
    """It is told, and not taken for whole."""
    async with twinet.Session(reactor) as session:
        putting = Putting(ftp, session)
        call = await putting.begin(path, disk)
        path.write_bytes(CONTENTS[: FIRST + 1000])
        disk.gate.set()
        with pytest.raises(Truncated):
            await call
