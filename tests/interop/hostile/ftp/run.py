"""Running a case of a hostile FTP server: the client's side, and what is checked of it.

In this order: what comes of the act; that the data connections are closed; whether the
control connection is as good, or as dead, as the case says, which another command
tells; and that closing the session closes everything, as seen from the server.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import twinet
from tests.interop.hostile.case import PATIENT, Right
from tests.interop.hostile.ftp.case import SENT
from tests.interop.hostile.ftp.server import HostileFtpServer
from tests.interop.hostile.run import TooSoon, side_by_side, within
from tests.interop.hostile.talker import reactor
from tests.net.certificates import Server, root, server_context
from twinet.errors import FtpDropped, InternetError, Timeout

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable
    from pathlib import Path

    from tests.interop.hostile.ftp.case import FtpCase
    from twinet._handles.ftp_connection import FtpConnection

    #: Does what a case is about; what came of data goes into the list, bit by bit.
    Doing = Callable[[FtpConnection, list[bytes], Path], Awaitable[None]]

__all__ = ["FtpRun", "run_all"]

#: What the client logs in with; it must not be seen anywhere.
PASSWORD = "secret"


async def login(ftp: FtpConnection, came: list[bytes], folder: Path) -> None:
    """Do nothing more."""


async def get(ftp: FtpConnection, came: list[bytes], folder: Path) -> None:
    file = await ftp.open_file("/file")
    await _drain(file, came)


async def get_from(ftp: FtpConnection, came: list[bytes], folder: Path) -> None:
    file = await ftp.open_file("/file", offset=100)
    await _drain(file, came)


async def _drain(file: Any, came: list[bytes]) -> None:
    try:
        async for chunk in file:
            came.append(chunk)  # noqa: PERF401  what came before an error counts
    finally:
        await file.close()


async def get_file(ftp: FtpConnection, came: list[bytes], folder: Path) -> None:
    """Save it; after a failure the old file is there, and no other one."""
    path = folder / "file"
    path.write_bytes(b"old")
    try:
        await ftp.get_file("/file", path, overwrite=True)
    except InternetError:
        assert path.read_bytes() == b"old", "the old file is gone"
        raise
    finally:
        assert list(folder.iterdir()) == [path], "a file is left"
    came.append(path.read_bytes())


async def read_a_little(ftp: FtpConnection, came: list[bytes], folder: Path) -> None:
    """Read the beginning, and close the file."""
    file = await ftp.open_file("/file")
    assert await file.read(100)
    await file.close()


async def put(ftp: FtpConnection, came: list[bytes], folder: Path) -> None:
    path = folder / "sent"
    path.write_bytes(SENT)
    await ftp.put_file(path, "new")


async def find(ftp: FtpConnection, came: list[bytes], folder: Path) -> None:
    found = await ftp.find()
    async for entry in found:
        came.append(entry.name.encode())  # noqa: PERF401  as above
    await found.close()


async def pwd(ftp: FtpConnection, came: list[bytes], folder: Path) -> None:
    came.append((await ftp.current_directory()).encode())


async def size(ftp: FtpConnection, came: list[bytes], folder: Path) -> None:
    came.append(b"%d" % await ftp.size("/file"))


async def make(ftp: FtpConnection, came: list[bytes], folder: Path) -> None:
    await ftp.make_directory("new")


async def rename(ftp: FtpConnection, came: list[bytes], folder: Path) -> None:
    await ftp.rename("/file", "/other")


async def leave(ftp: FtpConnection, came: list[bytes], folder: Path) -> None:
    await ftp.quit()


ACTS: dict[str, Doing] = {
    "login": login,
    "get": get,
    "get from 100": get_from,
    "get_file": get_file,
    "read a little": read_a_little,
    "put": put,
    "find": find,
    "pwd": pwd,
    "size": size,
    "make": make,
    "rename": rename,
    "quit": leave,
}


@functools.cache
def _tls() -> Server:
    return Server(server_context(root().issue(["127.0.0.1"])))


class FtpRun:
    """One case, with a server and a session of its own.

    :param clock: the reactor of the session.
    """

    def __init__(self, case: FtpCase, folder: Path, clock: Any = reactor) -> None:
        self.case = case
        self.folder = folder
        self.server = HostileFtpServer(case.scripts, _tls() if case.tls else None)
        limits = {"ftp_reply": 60.0, **case.limits}
        self.session = twinet.Session(
            clock,
            limits=PATIENT.but(**limits),
            trust_roots=[root().certificate],
        )
        self.news: list[Any] = []
        self.session.set_status_callback(self.news.append)

    async def go(self) -> None:
        """Run it, and check everything."""
        try:
            await within(self._go(), "the case")
        finally:
            await within(self.session.close(), "session.close()")
            await within(self.server.all_gone(), "the sockets after session.close()")
            await self.server.stop()
            assert not self.server.faults, "\n".join(self.server.faults)
        told = "\n".join(map(str, self.news))
        assert PASSWORD not in told, "the password was told"
        asked = [verb for peer in self.server.peers for verb in peer.verbs]
        assert self.case.unsaid not in asked, f"{self.case.unsaid} was said"

    async def _go(self) -> None:
        case = self.case
        came: list[bytes] = []
        ftp = None
        try:
            ftp = await self.session.ftp(
                "127.0.0.1",
                self.server.port,
                username="somebody",
                password=PASSWORD,
                tls=case.tls,
                passive=case.passive,
            )
            await ACTS[case.act](ftp, came, self.folder)
        except InternetError as error:
            self._check_error(error, b"".join(came))
        else:
            self._check_data(b"".join(came))
        if case.stored is not None:
            assert self.server.stored == case.stored, "something else was stored"
        await within(self.server.data_gone(), "closing the data connection")
        if ftp is not None and case.act != "quit":
            await self._check_session(ftp)

    async def _check_session(self, ftp: FtpConnection) -> None:
        """See whether the session is as good, or as bad, as it should."""
        if self.case.expected.kept:
            # whatever was the matter with it is over
            self.server.scripts = {}
            assert await ftp.current_directory() == "/"
            assert len(self.server.peers) == 1, "another connection was made"
            return
        try:
            await ftp.current_directory()
        except FtpDropped:
            return
        message = "the session goes on although it is out of step"
        raise AssertionError(message)

    def _check_error(self, error: InternetError, came: bytes) -> None:
        expected = self.case.expected
        assert not isinstance(expected, Right), f"{type(error).__name__}: {error}"
        if isinstance(error, Timeout) and not self.server.ready:
            raise TooSoon(str(error))
        right = type(error) is expected.kind or expected.kind is InternetError
        assert right, f"{type(error).__name__}: {error}"
        said = f"{error}\n{error.server_text}"
        assert expected.words in said, said
        assert PASSWORD not in said, said
        assert expected.data.startswith(came), f"wrong data before it: {came[:80]!r}"

    def _check_data(self, came: bytes) -> None:
        expected = self.case.expected
        assert isinstance(expected, Right), f"it ended well, with {came[:80]!r}"
        assert came == expected.data, f"wrong data: {came[:80]!r} ({len(came)})"


async def run_all(cases: Iterable[FtpCase], folder: Path) -> None:
    """Run cases side by side, and tell of all that fail."""

    async def one(number: int, case: FtpCase) -> None:
        for times in (1, 4, 16, 64):
            place = folder / f"{number}-{times}"
            place.mkdir()
            try:
                await FtpRun(case.slower(times), place).go()
            except TooSoon:
                if times == 64:
                    raise
            else:
                return

    runs = {case.name: one(number, case) for number, case in enumerate(cases)}
    await side_by_side(runs)
