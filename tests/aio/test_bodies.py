"""Bodies of asyncio's programs: who takes them, and who makes them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from twisted.trial.unittest import SynchronousTestCase

import twinet
from tests.aio.program import run
from tests.aio.server import Server, ok
from tests.aio.test_session import LARGE, visit
from twinet import aio

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class SinkTests(SynchronousTestCase):
    """Who takes a body."""

    def test_coroutine(self) -> None:
        """It is awaited before more comes; its failure is the call's."""

        async def act(session: aio.Session, server: Server) -> Any:
            taken: list[bytes] = []
            inside = 0

            class Sink:
                async def write(self, data: bytes) -> None:
                    nonlocal inside
                    inside += 1
                    self_inside = inside
                    await asyncio.sleep(0)
                    taken.append(data)
                    assert self_inside == inside
                    if b"hello" in data:
                        raise OSError("the disk is full")

            request = await session.get(server.url("/large"))
            size = await request.deliver(Sink())
            self.assertEqual(b"".join(taken), LARGE)
            small = await session.get(server.url())
            with self.assertRaises(OSError):
                await small.deliver(Sink())
            return size

        self.assertEqual(run(visit(act)), (len(LARGE), []))

    def test_coroutine_that_is_cancelled(self) -> None:
        """Its cancelling is that of the call."""

        async def act(session: aio.Session, server: Server) -> Any:
            class Sink:
                async def write(self, _: bytes) -> None:
                    raise asyncio.CancelledError

            request = await session.get(server.url("/large"))
            call = request.deliver(Sink())
            await asyncio.wait({call})
            return call.cancelled()

        self.assertEqual(run(visit(act)), (True, []))

    def test_stream_writer(self) -> None:
        """Its drain is awaited, so that nothing piles up."""

        async def act(session: aio.Session, server: Server) -> Any:
            got = bytearray()
            done = asyncio.Event()

            async def take(
                reader: asyncio.StreamReader, writer: asyncio.StreamWriter
            ) -> None:
                while piece := await reader.read(65536):
                    got.extend(piece)
                done.set()
                writer.close()

            other = await asyncio.start_server(take, "127.0.0.1", 0)
            _, writer = await asyncio.open_connection(*other.sockets[0].getsockname())
            request = await session.get(server.url("/large"))
            await request.deliver(writer)
            writer.close()
            await done.wait()
            await writer.wait_closed()
            other.close()
            return bytes(got) == LARGE

        self.assertEqual(run(visit(act)), (True, []))

    def test_what_is_none(self) -> None:
        """The error is that of the handle."""

        async def act(session: aio.Session, server: Server) -> Any:
            request = await session.get(server.url())
            nothing: Any = 5
            with self.assertRaises(twinet.errors.InvalidParameter):
                await request.deliver(nothing)

        run(visit(act))


class BodyTests(SynchronousTestCase):
    """What is sent out of async for."""

    def send(self, *answers: bytes, body: Any) -> tuple[list[bytes], Any]:
        """Send a body to a server that takes it whole; give what that got."""
        got: list[bytes] = []
        left = list(answers)
        ended = asyncio.Event()

        async def take(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> None:
            try:
                while left:
                    await reader.readuntil(b"\r\n\r\n")
                    whole = b""
                    while size := int(await reader.readuntil(b"\n"), 16):
                        whole += (await reader.readexactly(size + 2))[:-2]
                    await reader.readline()
                    got.append(whole)
                    writer.write(left.pop(0))
            except (asyncio.IncompleteReadError, OSError):
                got.append(b"cut")
            writer.transport.abort()
            ended.set()

        async def main() -> Any:
            server = await asyncio.start_server(take, "127.0.0.1", 0)
            port = server.sockets[0].getsockname()[1]
            async with aio.Session(proxy="") as session:
                try:
                    url = f"http://127.0.0.1:{port}/"
                    request = await session.post(url, body)
                except twinet.InternetError as error:
                    return error
                finally:
                    server.close()
                    await asyncio.wait_for(ended.wait(), 10)
                return request.response.status_code

        result, reported = run(main)
        self.assertEqual(reported, [])
        return got, result

    def test_generator(self) -> None:
        """It may wait for anything of asyncio's; it is asked as fast as it goes out."""
        ended = []

        async def pieces() -> AsyncIterator[bytes]:
            try:
                for _ in range(64):
                    await asyncio.sleep(0)
                    yield b"x" * 65536
            finally:
                ended.append(True)

        got, status = self.send(ok(b""), body=pieces())
        self.assertEqual((got, status), ([b"x" * 65536 * 64], 200))
        self.assertEqual(ended, [True])

    def test_again(self) -> None:
        """What makes an iterator each time can follow a redirect."""

        class Pieces:
            async def __aiter__(self) -> AsyncIterator[bytes]:
                yield b"one"
                yield b"two"

        moved = b"HTTP/1.1 307 Go\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"
        got, status = self.send(moved, ok(b""), body=Pieces())
        self.assertEqual((got, status), ([b"onetwo"] * 2, 200))

    def test_failure(self) -> None:
        """What it raises ends the request, which is not sent whole."""

        async def pieces() -> AsyncIterator[bytes]:
            yield b"one"
            raise LookupError("nothing more")

        got, error = self.send(ok(b""), body=pieces())
        self.assertIn("nothing more", str(error))
        self.assertEqual(got, [b"cut"])

    def test_texts(self) -> None:
        """A text is no body, as everywhere."""

        async def pieces() -> AsyncIterator[Any]:
            yield "one"

        _, error = self.send(ok(b""), body=pieces())
        self.assertEqual(error.code, 87)

    def test_cancelled(self) -> None:
        """The generator is ended with the request."""
        ended = []

        async def pieces() -> AsyncIterator[bytes]:
            try:
                yield b"one"
                await asyncio.Event().wait()
            finally:
                ended.append(True)

        async def act(session: aio.Session, server: Server) -> Any:
            future = session.put(server.url("/silent"), pieces())
            await server.until(1)
            await asyncio.sleep(0.01)
            future.cancel()
            await server.until(0)
            await asyncio.sleep(0)
            return ended

        self.assertEqual(run(visit(act)), ([True], []))
