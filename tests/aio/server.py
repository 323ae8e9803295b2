"""An HTTP server on asyncio's own streams, on the loop of the program that asks it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType


def ok(body: bytes) -> bytes:
    """Return a whole answer."""
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


class Server:
    """Answers each path with the bytes given for it; with ``None`` it is silent.

    :param answers: by path.
    """

    def __init__(self, answers: Mapping[str, bytes | None]) -> None:
        self._answers = answers
        #: how many connections there are, and have been.
        self.open = self.total = 0
        self._changed = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._met, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
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

    def url(self, path: str = "/") -> str:
        """Return the URL of a path."""
        return f"http://127.0.0.1:{self.port}{path}"

    async def until(self, count: int) -> None:
        """Wait until so many connections are open."""
        async with asyncio.timeout(10):
            while self.open != count:
                self._changed.clear()
                await self._changed.wait()

    def _met(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.open += 1
        self.total += 1
        self._changed.set()
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                answer = self._answers[head.split(b" ")[1].decode()]
                if answer is not None:
                    writer.write(answer)
                    await writer.drain()
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            self.open -= 1
            self._changed.set()
            writer.transport.abort()
