"""Timelines of programs that do not see the handles themselves, but their mirrors."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.aio.program import run
from tests.aio.server import Server
from tests.aio.server import ok as aio_ok
from tests.blocking.program import ProgramCase, session
from tests.http.loopback import ok
from tests.http.memory import OK
from tests.timeline.clocked import TimelineTestCase
from twinet import aio
from twinet._mirrors.mirror import Glass, Listening
from twinet.blocking.way import BlockingMirror
from twinet.errors import CannotConnect
from twinet.timeline import Timeline


class Blocking(ProgramCase):
    """A program that blocks in its calls."""

    def test_requests_are_recorded(self):
        """As anybody's, and the callback that was there is told too."""
        server = self.serve({"/": ok(b"hello")})
        url = server.url("/")
        timeline = Timeline()
        heard: list[Any] = []

        def program() -> None:
            with session() as web:
                web.set_status_callback(heard.append)
                timeline.record(web)
                with web.get(url) as request:
                    request.read(10)
                web.fetch(url)
                with contextlib.suppress(CannotConnect):
                    web.get("http://127.0.0.1:1/")

        def check(_: object) -> None:
            rows = timeline.rows
            self.assertEqual(
                [(row.status, row.taken) for row in rows],
                [("200", 5), ("200", 5), ("CannotConnect", 0)],
            )
            self.assertEqual([row.reused for row in rows], [False, True, False])
            kinds = {type(news.handle).__module__ for news in heard}
            self.assertEqual({kind.split(".")[1] for kind in kinds}, {"blocking"})

        return self.run_program(program).addCallback(check)


class Asyncio(SynchronousTestCase):
    """A program of asyncio's, on a loop of its own."""

    def test_requests_are_recorded(self):
        """Though what it holds are mirrors, and their news come at once."""
        timeline = Timeline()

        async def main() -> None:
            answers = {"/": aio_ok(b"hello"), "/silent": None}
            async with Server(answers) as server, aio.Session(proxy="") as web:
                timeline.record(web)
                await web.fetch(server.url("/"))
                silent = asyncio.ensure_future(web.get(server.url("/silent")))
                await asyncio.sleep(0.05)
                silent.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await silent

        _, reported = run(main)
        self.assertEqual(reported, [])
        self.assertEqual(
            [(row.status, row.taken) for row in timeline.rows],
            [("200", 5), ("OperationCancelled", 0)],
        )


class MirroredAtOnce(TimelineTestCase):
    """Mirrors of handles that tell on the reactor's thread."""

    def test_each_notification_is_recorded_once_and_its_handle_is_known(self):
        """Though nobody keeps the mirror."""
        timeline = self.make_timeline()
        heard: list[Any] = []
        glass = Glass(BlockingMirror)
        listening = Listening(glass, timeline.before(heard.append))
        called = self.get(on_status=listening)
        gc.collect()
        self.net.accept().send(OK + b"12345")
        self.successResultOf(called)
        (row,) = timeline.rows
        self.assertEqual((row.status, row.told), ("200", len(OK)))
        self.assertTrue(all(isinstance(n.handle, BlockingMirror) for n in heard))
