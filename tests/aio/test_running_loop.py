"""What an event loop has of ours: a reactor, and a guard that tidies up at its end."""

from __future__ import annotations

import asyncio
import contextvars
import threading
import warnings
from typing import Any

from twisted.internet import threads
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorFDSet, IReactorTCP, IReactorThreads
from twisted.internet.task import deferLater
from twisted.python import threadable
from twisted.trial.unittest import SynchronousTestCase
from zope.interface.verify import verifyObject

import twinet
from tests.aio.program import run
from tests.aio.server import Server, ok
from twinet import aio
from twinet.aio.future import CallFuture
from twinet.aio.running_loop import RunningLoop, _check_loop
from twinet.errors import InvalidOperation

ANSWERS = {"/": ok(b"hello"), "/silent": None}


async def visit() -> bytes:
    """Ask a server of its own, and leave nothing behind."""
    here = RunningLoop.now()
    async with Server(ANSWERS) as server:
        session, future = asked(server.url(), here)
        request = await future
        body: bytes = await CallFuture(request.read(9), here)
        await CallFuture(here.close(session), here)
    return body


def asked(url: str, here: RunningLoop) -> tuple[twinet.Session, CallFuture[Any]]:
    session = twinet.Session(here.reactor)
    here.add(session)
    return session, CallFuture(session.get(url), here)


class ReactorTests(SynchronousTestCase):
    """A reactor for each loop, which is installed nowhere."""

    def test_it_is_a_reactor(self) -> None:
        """It can do what those on Unix can, and it runs."""

        async def main() -> None:
            reactor = RunningLoop.now().reactor
            for interface in (IReactorFDSet, IReactorTCP, IReactorThreads):
                verifyObject(interface, reactor)
            self.assertTrue(reactor.running)

        run(main)

    def test_one_for_each_loop(self) -> None:
        """All sessions of a loop share it, and the next loop has another."""

        async def main() -> Any:
            self.assertIs(RunningLoop.now(), RunningLoop.now())
            return RunningLoop.now()

        first, _ = run(main)
        second, _ = run(main)
        self.assertIsNot(first, second)
        self.assertFalse(first.reactor.running)

    def test_nothing_of_the_process_changes(self) -> None:
        """Neither Twisted's reactor, nor which thread is its, nor the current loop."""
        before = threadable.ioThread
        mine = asyncio.new_event_loop()
        try:
            mine.run_until_complete(visit())
            mine.run_until_complete(mine.shutdown_asyncgens())
        finally:
            mine.close()
        self.assertEqual(threadable.ioThread, before)

    def test_loops_in_threads(self) -> None:
        """Each has its own thread; a handle of one is refused to the other.

        Also to Twisted's own, which is that of this one as soon as it has run.
        """
        found: list[Any] = []
        session: list[aio.Session] = []
        made, ended = threading.Event(), threading.Event()

        async def main() -> None:
            async with aio.Session() as mine:
                session.append(mine)
                found.append(await visit())
                made.set()
                await asyncio.to_thread(ended.wait, 10)

        other = threading.Thread(target=asyncio.run, args=(main(),))
        other.start()
        try:
            self.assertTrue(made.wait(30))
            self.patch(threadable, "ioThread", threading.get_ident())
            with self.assertRaises(twinet.InternetError) as caught:
                session[0].http("127.0.0.1")
            self.assertEqual(caught.exception.code, 87)
            found.append(run(visit)[0])
        finally:
            ended.set()
            other.join(10)
        self.assertEqual(found, [b"hello", b"hello"])

    def test_timers_and_threads(self) -> None:
        """Both come in the loop's thread; of a timer in time nothing is left."""

        async def main() -> Any:
            here = RunningLoop.now()
            reactor: Any = here.reactor
            later: Deferred[int] = Deferred()
            reactor.callLater(0.001, later.callback, 4)
            late = reactor.callLater(100, lambda: None)
            sooner: Deferred[int] = Deferred()
            late.reset(100)
            reactor.callLater(0, sooner.callback, 5)
            timed: Any = [await CallFuture(each, here) for each in (sooner, later)]
            late.cancel()
            pool = here.reactor.getThreadPool()
            elsewhere: Any = await CallFuture(
                threads.deferToThreadPool(here.reactor, pool, threading.get_ident), here
            )
            return timed, elsewhere != here.reactor.io_thread

        before = threading.active_count()
        self.assertEqual(run(main), (([5, 4], True), []))
        # The pool is Twisted's, whose threads stay until it is stopped.
        self.assertEqual(threading.active_count(), before)

    def test_the_loop_goes_on_when_the_reactor_stops(self) -> None:
        """The loop belongs to the program."""

        async def main() -> str:
            reactor: Any = RunningLoop.now().reactor
            reactor.stop()
            await asyncio.sleep(0.01)
            return "still here"

        self.assertEqual(run(main), ("still here", []))

    def test_callbacks_run_in_the_context_of_the_reactor(self) -> None:
        """Not in that of the task which opened the connection, that others use."""
        var: contextvars.ContextVar[str] = contextvars.ContextVar("var")

        async def main() -> Any:
            var.set("the program")
            heard = []
            async with Server(ANSWERS) as server:
                here = RunningLoop.now()
                session = twinet.Session(here.reactor)
                here.add(session)

                def told(news: twinet.Notification) -> None:
                    if news.status is twinet.Status.RESPONSE_RECEIVED:
                        heard.append(var.get())

                session.set_status_callback(told)

                async def ask(name: str) -> str:
                    var.set(name)
                    await CallFuture(session.fetch(server.url()), here)
                    return var.get()

                for name in ("one task", "another task"):
                    self.assertEqual(await asyncio.create_task(ask(name)), name)
                await CallFuture(here.close(session), here)
            return heard

        heard, reported = run(main)
        self.assertEqual(set(heard), {"the program"})
        self.assertEqual(reported, [])


class EndTests(SynchronousTestCase):
    """What is left when asyncio.run comes to its end."""

    def test_forgotten_session_is_closed(self) -> None:
        """It is told of, by a warning of Python's."""
        sessions = []

        async def main() -> Any:
            async with Server(ANSWERS) as server:
                session, future = asked(server.url(), RunningLoop.now())
                sessions.append(session)
                await future
            return None

        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            _, reported = run(main)
        self.assertFalse(sessions[0].alive)
        texts = [str(each.message) for each in told]
        self.assertEqual(len(texts), 1, texts)
        self.assertIn("<Session open> was open when its event loop ended", texts[0])
        self.assertEqual(reported, [])

    def test_closed_session_is_forgotten(self) -> None:
        """Also when the closing itself was not waited for."""

        async def main() -> Any:
            here = RunningLoop.now()
            for cancelled in (False, True):
                session = twinet.Session(here.reactor)
                here.add(session)
                closing: CallFuture[None] = CallFuture(here.close(session), here)
                if cancelled:
                    closing.cancel()
                await CallFuture(session.close(), here)
            return here._sessions

        self.assertEqual(run(main), (set(), []))

    def test_call_that_takes_a_while_to_end(self) -> None:
        """Its task is cancelled when the program ends; what it leaves is waited for."""
        ended = []

        async def call(reactor: Any) -> None:
            try:
                await Deferred()
            finally:
                await deferLater(reactor, 0.01, lambda: None)
                ended.append("tidied up")

        async def work() -> None:
            here = RunningLoop.now()
            await CallFuture(Deferred.fromCoroutine(call(here.reactor)), here)

        async def main() -> Any:
            task = asyncio.create_task(work())
            await asyncio.sleep(0)
            return task

        task, reported = run(main)
        self.assertTrue(task.cancelled())
        self.assertEqual(ended, ["tidied up"])
        self.assertEqual(reported, [])
        self.assertEqual(self.flushLoggedErrors(), [])

    def test_loop_that_was_closed_without_its_end(self) -> None:
        """It is forgotten when another one comes."""
        from twinet.aio import running_loop  # noqa: PLC0415

        async def main() -> RunningLoop:
            return RunningLoop.now()

        loop = asyncio.new_event_loop()
        loop.run_until_complete(main())
        loop.close()
        self.assertIn(loop, running_loop._loops)
        run(main)
        self.assertEqual(running_loop._loops, {})


class RefusalTests(SynchronousTestCase):
    """Where there is no loop that can be used."""

    def test_no_loop(self) -> None:
        """The text says what to do."""
        with self.assertRaises(InvalidOperation) as caught:
            RunningLoop.now()
        self.assertIn("asyncio.run()", str(caught.exception))

    def test_another_reactor_runs(self) -> None:
        """Twisted's is another one: its programs need no futures."""
        from twisted.internet import reactor  # noqa: PLC0415

        self.patch(reactor, "running", True)
        self.patch(threadable, "ioThread", threadable.getThreadID())
        with self.assertRaises(InvalidOperation) as caught:
            RunningLoop.now()
        self.assertIn(type(reactor).__name__, str(caught.exception))
        self.assertIn("twinet.Session", str(caught.exception))

    def test_loop_that_watches_no_sockets(self) -> None:
        """As Windows' own, which looks like this one."""

        class ProactorEventLoop(asyncio.AbstractEventLoop):
            pass

        loop: Any = ProactorEventLoop

        with self.assertRaises(InvalidOperation) as caught:
            _check_loop(loop())
        self.assertIn("SelectorEventLoop", str(caught.exception))
