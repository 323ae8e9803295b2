"""FTP in asyncio's tasks: files both ways, listings, and what is given up."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twisted.trial.unittest import SynchronousTestCase

import twinet
from tests.aio.ftp_server import FtpServer
from tests.aio.program import run
from twinet import aio

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

LARGE = bytes(range(256)) * 4096


class FtpTests(SynchronousTestCase):
    """Programs with a login on a server of their own."""

    def visit(
        self, act: Callable[[aio.FtpConnection, FtpServer], Awaitable[Any]]
    ) -> Any:
        async def main() -> Any:
            async with (
                FtpServer({"a.txt": b"hello", "large": LARGE}) as server,
                aio.Session(proxy="") as session,
                await session.ftp("127.0.0.1", server.port) as ftp,
            ):
                return await act(ftp, server)

        result, reported = run(main)
        self.assertEqual(reported, [])
        return result

    def test_reading_and_listing(self) -> None:
        """A file in pieces, and the entries of a folder."""

        async def act(ftp: aio.FtpConnection, _: FtpServer) -> Any:
            async with await ftp.open_file("large") as file:
                self.assertIsInstance(file, aio.FtpFile)
                whole = b"".join([piece async for piece in file])
            async with await ftp.find("*.txt") as find:
                names = [entry.name async for entry in find]
            return whole == LARGE, names, await ftp.current_directory()

        self.assertEqual(self.visit(act), (True, ["a.txt"], "/here"))

    def test_whole_files(self) -> None:
        """From and to the disk."""

        async def act(ftp: aio.FtpConnection, server: FtpServer) -> Any:
            with tempfile.TemporaryDirectory() as place:
                path = await ftp.get_file("large", Path(place, "here"))
                self.assertEqual(path.read_bytes(), LARGE)
                return await ftp.put_file(path, "there"), server.files["there"] == LARGE

        self.assertEqual(self.visit(act), (len(LARGE), True))

    def test_block_finishes_a_file(self) -> None:
        """The server has it when the block has been left."""

        async def act(ftp: aio.FtpConnection, server: FtpServer) -> Any:
            async with await ftp.open_file("new", "w") as upload:
                self.assertIsInstance(upload, aio.FtpUpload)
                await upload.write(b"one ")
                await upload.write(b"two")
            return server.files["new"], upload.alive

        self.assertEqual(self.visit(act), (b"one two", False))

    def test_block_that_is_cancelled_abandons_the_file(self) -> None:
        """Half a file must not look whole; the login goes on."""

        async def act(ftp: aio.FtpConnection, server: FtpServer) -> Any:
            written = asyncio.Event()

            async def store() -> None:
                async with await ftp.open_file("half", "w") as upload:
                    await upload.write(LARGE)
                    written.set()
                    await asyncio.Event().wait()

            task = asyncio.create_task(store())
            await written.wait()
            task.cancel()
            await asyncio.wait({task})
            size = await ftp.size("a.txt")
            return task.cancelled(), "half" in server.files, size

        self.assertEqual(self.visit(act), (True, False, 5))

    def test_refusal(self) -> None:
        """The words of the server are in the error."""

        async def act(ftp: aio.FtpConnection, _: FtpServer) -> Any:
            with self.assertRaises(twinet.errors.ExtendedError) as caught:
                await ftp.size("nothing")
            return caught.exception.server_text, ftp.last_response

        self.assertEqual(self.visit(act), ("500 no", "500 no"))
