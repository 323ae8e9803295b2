"""The handles in asyncio's programs: what they give, show and refuse."""

from __future__ import annotations

import asyncio
import gc
import tempfile
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twisted.trial.unittest import SynchronousTestCase

import twinet
from tests.aio.program import run
from tests.aio.server import Server, ok
from twinet import aio

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

LARGE = bytes(range(256)) * 8192

ANSWERS = {
    "/": ok(b"hello"),
    "/large": ok(LARGE),
    "/silent": None,
    "/moved": b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n",
}


def visit(
    act: Callable[[aio.Session, Server], Awaitable[Any]],
) -> Callable[[], Any]:
    """Make a program of something that is done with a session and a server."""

    async def main() -> Any:
        async with Server(ANSWERS) as server, aio.Session(proxy="") as session:
            return await act(session, server)

    return main


class CallTests(SynchronousTestCase):
    """What the calls give."""

    def visit(self, act: Callable[[aio.Session, Server], Awaitable[Any]]) -> Any:
        result, reported = run(visit(act))
        self.assertEqual(reported, [])
        return result

    def test_requests_and_bodies(self) -> None:
        """A request is a mirror, its body can be read and iterated over."""

        async def act(session: aio.Session, server: Server) -> Any:
            async with await session.get(server.url()) as request:
                self.assertIsInstance(request, aio.HttpRequest)
                self.assertIs(request.parent, session)
                self.assertIs(request.session, session)
                status = request.response.status_code
                body = await request.read(99)
            self.assertFalse(request.alive)
            large = await session.open_url(server.url("/large"))
            pieces = [piece async for piece in large]
            return status, body, b"".join(pieces) == LARGE

        self.assertEqual(self.visit(act), (200, b"hello", True))

    def test_calls_are_under_way_at_once(self) -> None:
        """Whether or not somebody awaits them: so they run side by side."""

        async def act(session: aio.Session, server: Server) -> Any:
            futures = [session.fetch(server.url()) for _ in range(3)]
            self.assertTrue(all(isinstance(each, asyncio.Future) for each in futures))
            await server.until(3)
            return [answer.body for answer in await asyncio.gather(*futures)]

        self.assertEqual(self.visit(act), [b"hello"] * 3)

    def test_as_completed_and_wait_for(self) -> None:
        """What asyncio does with futures it does with these."""

        async def act(session: aio.Session, server: Server) -> Any:
            calls = [session.fetch(server.url()), session.fetch(server.url("/large"))]
            sizes = [
                len((await each).body or b"") for each in asyncio.as_completed(calls)
            ]
            with self.assertRaises(TimeoutError):
                await asyncio.wait_for(session.get(server.url("/silent")), 0.05)
            await server.until(2)
            return sorted(sizes)

        self.assertEqual(self.visit(act), [5, len(LARGE)])

    def test_group_with_one_failure(self) -> None:
        """It cancels the others, and their sockets are gone."""

        async def act(session: aio.Session, server: Server) -> Any:
            async def ask(path: str) -> None:
                await session.get(server.url(path))

            async def fail() -> None:
                await server.until(2)
                await session.get("nonsense:")

            with self.assertRaises(ExceptionGroup) as caught:
                async with asyncio.TaskGroup() as group:
                    for _ in range(2):
                        group.create_task(ask("/silent"))
                    group.create_task(fail())
            await server.until(0)
            return [type(each) for each in caught.exception.exceptions]

        self.assertEqual(self.visit(act), [twinet.errors.UnrecognizedScheme])

    def test_task_that_is_cancelled_at_any_turn(self) -> None:
        """Whatever it has come to by then, no handle of its stays open."""

        async def act(session: aio.Session, server: Server) -> Any:
            async def work() -> int:
                async with await session.get(server.url("/large")) as request:
                    return sum([len(piece) async for piece in request])

            ends = set()
            for turns in range(150):
                task = asyncio.create_task(work())
                for _ in range(turns):
                    await asyncio.sleep(0)
                task.cancel()
                await asyncio.wait({task})
                ends.add("cancelled" if task.cancelled() else task.result())
                for child in session._handle._children or ():
                    self.assertFalse(child.alive, turns)
            return ends

        self.assertIn("cancelled", self.visit(act))

    def test_handle_closed_by_another_task(self) -> None:
        """Who waits on it gets the library's error, and goes on living."""

        async def act(session: aio.Session, server: Server) -> Any:
            connection = session.http("127.0.0.1", server.port)
            request = connection.open_request("GET", "/silent")
            sent = request.send()
            await server.until(1)
            await connection.close()
            with self.assertRaises(twinet.errors.OperationCancelled):
                await sent
            return request.alive, connection.alive

        self.assertEqual(self.visit(act), (False, False))

    def test_errors(self) -> None:
        """What cannot be begun fails as what fails later."""

        async def act(session: aio.Session, server: Server) -> Any:
            request = await session.get(server.url())
            await request.close()
            failed = request.read(1)
            with self.assertRaises(twinet.errors.InvalidHandle) as caught:
                await failed
            with self.assertRaises(twinet.errors.InvalidHandle):
                request.set_status_callback(print)
            return caught.exception.__traceback__ is not None

        self.assertTrue(self.visit(act))

    def test_options_and_limits(self) -> None:
        """They are set where the handle is."""

        async def act(session: aio.Session, _: Server) -> Any:
            session.limits = twinet.Limits(connect=3)
            session.options[twinet.Option.HTTP_DECODING] = True
            return (
                session.limits.connect,
                session.options[twinet.Option.HTTP_DECODING],
                session.http("localhost").limits.connect,
                isinstance(session.cookies, twinet.CookieJar),
            )

        self.assertEqual(self.visit(act), (3, True, 3, True))

    def test_calls_without_a_handle(self) -> None:
        """They leave nothing behind."""

        async def act(_: aio.Session, server: Server) -> Any:
            heard: list[Any] = []
            answer = await aio.fetch(server.url(), on_status=heard.append, proxy="")
            with tempfile.TemporaryDirectory() as place:
                file = Path(place, "body")
                path = await aio.download(server.url("/large"), file, proxy="")
                self.assertEqual(path.read_bytes(), LARGE)
            await server.until(0)
            kinds = {type(each.handle) for each in heard}
            return answer.body, kinds == {aio.HttpRequest, aio.Session}

        self.assertEqual(self.visit(act), (b"hello", True))


class ListenerTests(SynchronousTestCase):
    """Status callbacks."""

    def test_they_are_shown_mirrors(self) -> None:
        """A notification names the handle that the program has."""

        async def act(session: aio.Session, server: Server) -> Any:
            heard: list[Any] = []
            self.assertIsNone(session.set_status_callback(heard.append))
            request = await session.get(server.url("/moved"))
            self.assertEqual(session.set_status_callback(None), heard.append)
            of_request = [each for each in heard if each.handle is request]
            ended = [each for each in heard if hasattr(each.info, "result")]
            self.assertIs(ended[-1].info.result, request)
            return len(of_request) > 5, len(heard) - len(of_request)

        result, reported = run(visit(act))
        # HANDLE_CREATED names the parent.
        self.assertEqual((result, reported), ((True, 1), []))

    def test_they_may_close(self) -> None:
        """The call ends as one whose handle was closed; its task was not cancelled."""

        async def act(session: aio.Session, server: Server) -> Any:
            def interrupt(news: Any) -> None:
                if news.status is twinet.Status.REQUEST_SENT:
                    news.handle.close()

            with self.assertRaises(twinet.errors.OperationCancelled):
                await session.get(server.url("/silent"), on_status=interrupt)
            await server.until(0)

        self.assertEqual(run(visit(act)), (None, []))

    def test_nothing_is_kept_of_a_handle_that_has_told_its_last(self) -> None:
        """Neither the handle nor its mirror."""

        async def act(session: aio.Session, server: Server) -> Any:
            told = []

            def tell(news: Any) -> None:
                if news.handle is not session:
                    told.append(weakref.ref(news.handle))

            for _ in range(2):
                await session.fetch(server.url(), on_status=tell)
            gc.collect()
            return len(told) > 5, [each for each in told if each() is not None]

        self.assertEqual(run(visit(act)), ((True, []), []))

    def test_as_a_stream(self) -> None:
        """A queue of asyncio's takes them."""

        async def act(session: aio.Session, server: Server) -> Any:
            steps: asyncio.Queue[Any] = asyncio.Queue()
            future = session.fetch(server.url(), on_status=steps.put_nowait)
            seen: list[Any] = []
            while not seen or seen[-1] != twinet.Status.HANDLE_CLOSING:
                seen.append((await steps.get()).status)
            return seen[0].name, (await future).body

        self.assertEqual(run(visit(act)), (("HANDLE_CREATED", b"hello"), []))


class RefusalTests(SynchronousTestCase):
    """Where a session cannot be, and from where it cannot be called."""

    def test_no_loop(self) -> None:
        """The text says what to do."""
        with self.assertRaises(twinet.errors.InvalidOperation):
            aio.Session()

    def test_delivery(self) -> None:
        """The loop's thread is the only one."""

        async def main() -> None:
            delivery: Any = twinet.QueueDelivery()
            with self.assertRaises(twinet.errors.InvalidParameter):
                aio.Session(delivery=delivery)
            with self.assertRaises(twinet.errors.InvalidParameter):
                aio.Session(agent="a\nb")

        self.assertEqual(run(main), (None, []))

    def test_another_loop_and_another_thread(self) -> None:
        """A session is used in its own loop."""

        async def use(session: aio.Session) -> str:
            try:
                await session.fetch("http://127.0.0.1/")
            except twinet.errors.InvalidParameter as error:
                return str(error)
            return ""

        async def main() -> Any:
            async with aio.Session(proxy="") as session:
                return await asyncio.to_thread(lambda: asyncio.run(use(session)))

        told, reported = run(main)
        self.assertIn("event loop", told)
        self.assertEqual(reported, [])
