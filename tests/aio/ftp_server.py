"""An FTP server on asyncio's streams, on the loop of the program that asks it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from types import TracebackType

#: What is answered to what needs no work.
REPLIES = {
    "USER": "331 go on",
    "PASS": "230 in",
    "TYPE": "200 yes",
    "PWD": '257 "/here"',
    "NOOP": "200 yes",
    "ABOR": "226 well",
}


class FtpServer:
    """One folder of files, in memory.

    :ivar files: their contents, by name; one that is being stored is not among them.
    :ivar said: the commands that came.
    """

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.said: list[str] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._met, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        # A transport that was aborted closes its socket in the next turn.
        await asyncio.sleep(0)

    def _met(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._talk(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _talk(self, reader: Any, writer: Any) -> None:
        data: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        writer.write(b"220 here\r\n")
        try:
            while line := await reader.readline():
                verb, _, argument = line.decode().rstrip().partition(" ")
                self.said.append(verb)
                if verb == "EPSV":
                    data = asyncio.get_running_loop().create_future()
                    port = await self._open_door(data)
                    writer.write(b"229 there (|||%d|)\r\n" % port)
                elif verb in ("STOR", "RETR", "LIST"):
                    writer.write(b"150 go\r\n")
                    reply = await self._transfer(verb, argument, *await data)
                    writer.write(reply)
                elif verb == "SIZE" and argument in self.files:
                    writer.write(b"213 %d\r\n" % len(self.files[argument]))
                else:
                    writer.write(f"{REPLIES.get(verb, '500 no')}\r\n".encode())
        except OSError:
            pass
        finally:
            writer.transport.abort()

    async def _open_door(self, data: asyncio.Future[Any]) -> int:
        """Wait for one data connection."""

        def met(reader: Any, writer: Any) -> None:
            data.set_result((reader, writer))
            door.close()

        door = await asyncio.start_server(met, "127.0.0.1", 0)
        port: int = door.sockets[0].getsockname()[1]
        return port

    async def _transfer(self, verb: str, name: str, reader: Any, writer: Any) -> bytes:
        try:
            if verb == "STOR":
                self.files[name] = await reader.read()
            elif verb == "RETR":
                writer.write(self.files[name])
            else:
                for each, contents in self.files.items():
                    line = f"-rw-r--r-- 1 a b {len(contents)} Jan 1 2020 {each}\r\n"
                    writer.write(line.encode())
            await writer.drain()
            writer.close()
            await writer.wait_closed()
        except OSError:
            return b"426 cut off\r\n"
        return b"226 well\r\n"
