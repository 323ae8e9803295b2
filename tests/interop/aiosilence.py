"""Peers that fall silent at a given point, on the loop of the program itself."""

from __future__ import annotations

import asyncio
import socket
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from twinet import aio

__all__ = ["PHASES", "Peers", "open_sockets"]

#: What an FTP server says; where nothing is said it is silent.
LOGIN = {"USER": "331 go on", "PASS": "230 in"}
READY = {"TYPE": "200 yes", "FEAT": "500 no", "SIZE": "550 no", **LOGIN}


def open_sockets() -> int:
    """Count the sockets of this process."""
    found = 0
    for each in Path("/proc/self/fd").iterdir():
        # That of the iteration itself is no more when it is looked at.
        with suppress(OSError):
            found += each.readlink().name.startswith("socket:")
    return found


class Peers:
    """Servers of one program, each for one kind of silence."""

    def __init__(self) -> None:
        self._stack = AsyncExitStack()
        self._writers: set[asyncio.StreamWriter] = set()
        self._changed = asyncio.Event()

    async def close(self) -> None:
        """End them all."""
        await self._stack.aclose()

    async def until(self, count: int) -> None:
        """Wait until so many clients are connected."""
        async with asyncio.timeout(10):
            while len(self._writers) != count:
                self._changed.clear()
                await self._changed.wait()

    async def port(self, talk: Callable[[Any, Any], Awaitable[None]]) -> int:
        """Start a server that talks in a way, and then waits for the client to go."""

        async def met(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> None:
            self._writers.add(writer)
            self._changed.set()
            try:
                await talk(reader, writer)
                while await reader.read(65536):
                    pass
            except (asyncio.IncompleteReadError, OSError):
                pass
            finally:
                self._writers.discard(writer)
                self._changed.set()
                writer.transport.abort()

        server = await asyncio.start_server(met, "127.0.0.1", 0)
        self._stack.callback(server.close)
        port: int = server.sockets[0].getsockname()[1]
        return port

    async def says(self, data: bytes) -> int:
        """Start a server that says something when it has been asked, and no more."""

        async def talk(reader: Any, writer: Any) -> None:
            await reader.readuntil(b"\r\n")
            writer.write(data)

        return await self.port(talk)

    async def deaf(self) -> int:
        """Start a server that reads nothing, whatever is sent."""
        listening = socket.create_server(("127.0.0.1", 0))
        self._stack.callback(listening.close)
        port: int = listening.getsockname()[1]
        return port

    async def full(self) -> int:
        """Return a port whose queue of connections is full: a SYN gets no answer."""
        listening = self._stack.enter_context(socket.socket())
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for _ in range(4):
            caller = self._stack.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(listening.getsockname())
        port: int = listening.getsockname()[1]
        return port

    async def ftp(self, replies: dict[str, str], data: bytes = b"") -> int:
        """Start an FTP server with these replies; what it sends of a file is no end."""

        async def send(_: Any, writer: Any) -> None:
            writer.write(data)

        async def talk(reader: Any, writer: Any) -> None:
            writer.write(b"220 here\r\n")
            while line := await reader.readline():
                verb = line.split()[0].decode()
                if verb == "EPSV" and "RETR" in replies:
                    port = await self.port(send)
                    writer.write(b"229 on (|||%d|)\r\n" % port)
                elif verb in replies:
                    writer.write(replies[verb].encode() + b"\r\n")

        return await self.port(talk)


class NoAnswer:
    """A resolver that is asked, and never says anything."""

    def resolveHostName(self, receiver: Any, *_: Any, **__: Any) -> Any:
        """Begin, and do not end."""
        receiver.resolutionBegan(self)
        return receiver

    def cancel(self) -> None:
        """Be told that nobody waits any more."""


def http(port: int, path: str = "/") -> str:
    return f"http://127.0.0.1:{port}{path}"


async def look_up(session: aio.Session, _: Peers) -> Any:
    await session.get("http://name.test/")


async def connect(session: aio.Session, peers: Peers) -> Any:
    await session.get(http(await peers.full()))


async def tls(session: aio.Session, peers: Peers) -> Any:
    port = await peers.says(b"")
    await session.get(f"https://127.0.0.1:{port}/")


async def send(session: aio.Session, peers: Peers) -> Any:
    await session.put(http(await peers.deaf()), b"x" * (16 << 20))


async def wait(session: aio.Session, peers: Peers) -> Any:
    await session.get(http(await peers.says(b"")))


async def head(session: aio.Session, peers: Peers) -> Any:
    await session.get(http(await peers.says(b"HTTP/1.1 200 OK\r\nConte")))


async def body(session: aio.Session, peers: Peers) -> Any:
    port = await peers.says(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
    request = await session.get(http(port))
    return b"".join([piece async for piece in request])


async def fetch(session: aio.Session, peers: Peers) -> Any:
    port = await peers.says(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
    await session.fetch(http(port))


async def slot(session: aio.Session, peers: Peers) -> Any:
    session.connections_per_host = 1
    port = await peers.says(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
    await session.get(http(port))
    await session.get(http(port))


async def ftp_greeting(session: aio.Session, peers: Peers) -> Any:
    await session.ftp("127.0.0.1", await peers.says(b""))


async def ftp_login(session: aio.Session, peers: Peers) -> Any:
    port = await peers.ftp({"USER": "331 go on"})
    await session.ftp("127.0.0.1", port)


async def ftp_command(session: aio.Session, peers: Peers) -> Any:
    ftp = await session.ftp("127.0.0.1", await peers.ftp(LOGIN))
    await ftp.current_directory()


async def ftp_data(session: aio.Session, peers: Peers) -> Any:
    replies = {**READY, "RETR": "150 here it comes", "ABOR": "226 well"}
    ftp = await session.ftp("127.0.0.1", await peers.ftp(replies, b"half"))
    async with await ftp.open_file("file") as file:
        return b"".join([piece async for piece in file])


async def ftp_listing(session: aio.Session, peers: Peers) -> Any:
    replies = {**READY, "RETR": "", "LIST": "150 here", "ABOR": "226 well"}
    ftp = await session.ftp("127.0.0.1", await peers.ftp(replies, b"half a li"))
    return [entry async for entry in await ftp.find("*")]


async def gopher_menu(session: aio.Session, peers: Peers) -> Any:
    gopher = session.gopher("127.0.0.1", await peers.says(b"0half a me"))
    await gopher.find("")


async def gopher_file(session: aio.Session, peers: Peers) -> Any:
    port = await peers.says(b"half")
    file = await session.open_url(f"gopher://127.0.0.1:{port}/9file")
    return b"".join([piece async for piece in file])


#: What a program does that then has to wait; each ends by one of the limits.
PHASES: dict[str, Callable[[aio.Session, Peers], Coroutine[Any, Any, Any]]] = {
    each.__name__: each
    for each in (
        *(look_up, connect, tls, send, wait, head, body, fetch, slot),
        *(ftp_greeting, ftp_login, ftp_command, ftp_data, ftp_listing),
        *(gopher_menu, gopher_file),
    )
}
