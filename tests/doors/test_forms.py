"""Forms with files to a real server: long files, threads, back-pressure, redirects."""

from __future__ import annotations

import threading
from io import BytesIO
from pathlib import Path
from typing import Any

from multipart import MultipartParser, parse_options_header
from twisted.internet.defer import CancelledError, Deferred
from twisted.trial.unittest import TestCase
from twisted.web.client import FileBodyProducer

import twinet
from tests.http.loopback import LoopbackServer, ok, reactor
from tests.inetfetch.website import content
from twinet import errors

LONG = 3_000_000


class Watched(BytesIO):
    """Knows who reads it, and may be shorter than it says."""

    def __init__(self, data: bytes, *, holds: int | None = None) -> None:
        super().__init__(data)
        self.readers: set[str] = set()
        self._holds = len(data) if holds is None else holds

    def read(self, size: int | None = -1) -> bytes:
        if size:
            self.readers.add(threading.current_thread().name)
            size = min(size, max(0, self._holds - self.tell()))
        return super().read(size)


class FormTests(TestCase):
    """Everything goes through sockets and threads."""

    timeout = 60

    def setUp(self) -> None:
        self.server = LoopbackServer(
            {
                "/post": ok(b"taken"),
                "/silent": None,
                "/307": b"HTTP/1.1 307 X\r\nLocation: /post\r\n"
                b"Content-Length: 0\r\n\r\n",
            }
        )
        self.session = twinet.Session(reactor)
        self.path = Path(self.mktemp())
        self.path.write_bytes(content(LONG))

    async def _stop(self) -> None:
        await self.session.close()
        await self.server.all_lost()
        await self.server.stop()

    def tearDown(self):
        return Deferred.fromCoroutine(self._stop())

    async def post(self, path: str = "/post", **given: Any) -> None:
        """Send a form and read the answer."""
        async with await self.session.post(self.server.url(path), **given) as request:
            self.assertEqual(await request.read(99), b"taken")

    def parts(self, number: int = -1) -> list[tuple[str, str | None, bytes]]:
        """Take apart what the server got."""
        head = self.server.requests[number]
        (kind,) = (
            line.partition(b": ")[2].decode()
            for line in head.split(b"\r\n")
            if line.startswith(b"Content-Type: ")
        )
        _, options = parse_options_header(kind)
        body = BytesIO(self.server.bodies[number])
        parser = MultipartParser(body, options["boundary"], strict=True)
        found = list(parser.parts())
        for part in found:
            self.addCleanup(part.close)
        return [(part.name, part.filename, part.raw) for part in found]

    async def test_long_files_of_every_kind(self) -> None:
        """Read in threads, and again after the redirect."""
        watched = Watched(content(LONG))
        with self.path.open("rb") as file:
            file.seek(1000)
            await self.post(
                "/307",
                form={"a": "ü"},
                files={
                    "path": self.path,
                    "open": file,
                    "watched": ("w", watched),
                    "made": lambda: FileBodyProducer(BytesIO(content(LONG))),
                    "bytes": content(LONG),
                },
            )
            self.assertFalse(file.closed)
        first, second = self.server.bodies
        self.assertEqual(first, second)
        name = self.path.name
        self.assertEqual(
            self.parts(),
            [
                ("a", None, "ü".encode()),
                ("path", name, content(LONG)),
                ("open", name, content(LONG)[1000:]),
                ("watched", "w", content(LONG)),
                ("made", "made", content(LONG)),
                ("bytes", "bytes", content(LONG)),
            ],
        )
        self.assertTrue(watched.readers)
        self.assertNotIn(threading.current_thread().name, watched.readers)
        self.assertEqual(len(self.server.conversations), 1)

    async def test_of_unknown_length_it_goes_out_in_chunks(self) -> None:
        """A pipe among the files."""

        class Pipe(BytesIO):
            def seekable(self) -> bool:
                return False

        await self.post(files={"pipe": Pipe(b"abc"), "f": b"def"})
        self.assertIn(b"Transfer-Encoding: chunked", self.server.requests[-1])
        body = self.server.bodies[-1]
        self.assertIn(b"\r\nabc\r\n", body)
        self.assertTrue(body.endswith(b"--\r\n\r\n0\r\n\r\n"), body[-40:])

    async def test_a_file_that_shrinks_is_an_error(self) -> None:
        """The server never gets a whole request."""
        short = Watched(content(LONG), holds=LONG // 2)
        error = await self.assertFailure(
            self.session.post(
                self.server.url("/post"), files={"f": short, "g": b"next"}
            ),
            errors.InvalidParameter,
        )
        self.assertIn("short", str(error))
        await self.server.all_lost()
        self.assertEqual(self.server.bodies, [])

    async def test_cancelled_it_stops(self) -> None:
        """The socket is closed, the program's file stays open."""
        watched = Watched(content(LONG * 5))
        pending = self.session.post(
            self.server.url("/silent"), files={"f": watched, "g": self.path}
        )
        await self.server.hearing()
        pending.cancel()
        await self.assertFailure(pending, CancelledError)
        await self.server.all_lost()
        self.assertFalse(watched.closed)
