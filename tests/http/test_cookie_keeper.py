"""When a jar's file is written: once a second, off the reactor, and at the end."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred, fail
from twisted.internet.task import Clock, deferLater
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import SynchronousTestCase, TestCase

from tests.http.loopback import LoopbackServer, ok, until
from twinet import CookieJar, Session
from twinet._http import cookie_keeper
from twinet._http.cookie_keeper import DELAY, DELAY_AFTER_FAILURE, CookieKeeper
from twinet._net.deadlines import Deadlines
from twinet.errors import IncorrectFormat, InvalidParameter, UnableToCacheFile

if TYPE_CHECKING:
    from collections.abc import Callable

reactor: Any = _reactor
URL = "https://www.example.com/"


class KeeperTests(SynchronousTestCase):
    """A keeper on a clock; the thread answers when the test says so."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.path = Path(self.mktemp()).resolve()
        self.jar = CookieJar(self.path)
        self.jobs: list[tuple[Callable[[], None], Deferred[None]]] = []
        self.keeper = self.made()

    def made(self) -> CookieKeeper:
        return CookieKeeper(self.jar, object(), Deadlines(self.clock), self.run_later)

    def run_later(self, job: Callable[[], None]) -> Deferred[None]:
        self.jobs.append((job, Deferred()))
        return self.jobs[-1][1]

    def work(self) -> None:
        """Let the thread do its oldest job."""
        job, done = self.jobs.pop(0)
        job()
        done.callback(None)

    def set(self, name: str) -> None:
        self.jar.set(URL, name, "1", max_age=99)

    def names(self) -> list[str]:
        return sorted(cookie.name for cookie in CookieJar(self.path))

    def test_storm_of_changes_is_one_write(self) -> None:
        """It waits for more, but not for ever."""
        for number in range(1000):
            self.set(f"c{number % 50}")
            self.clock.advance(DELAY / 2000)
        self.assertEqual(self.jobs, [])
        self.clock.advance(DELAY)
        self.assertEqual(len(self.jobs), 1)
        self.work()
        self.assertEqual(len(self.names()), 50)
        self.clock.advance(1000)
        self.assertEqual(self.jobs, [])

    def test_change_while_it_is_written_is_written_next(self) -> None:
        """Never two at once."""
        self.set("a")
        self.clock.advance(DELAY)
        self.set("b")
        self.clock.advance(5 * DELAY)
        self.assertEqual(len(self.jobs), 1)
        self.work()
        self.set("c")
        self.clock.advance(DELAY)
        self.work()
        self.assertEqual(self.names(), ["a", "b", "c"])

    def test_change_after_the_thread_has_looked_waits_for_its_end(self) -> None:
        """Two threads at the same file would only wait for each other."""
        self.set("a")
        self.clock.advance(DELAY)
        job, done = self.jobs.pop(0)
        job()
        self.set("b")
        self.clock.advance(5 * DELAY)
        self.assertEqual(self.jobs, [])
        done.callback(None)
        self.clock.advance(DELAY)
        self.work()
        self.assertEqual(self.names(), ["a", "b"])

    def test_reading_writes_nothing(self) -> None:
        """What goes out is no change."""
        self.set("a")
        self.clock.advance(DELAY)
        self.work()
        self.jar.for_url(URL)
        self.clock.advance(1000)
        self.assertEqual(self.jobs, [])

    def test_failure_is_logged_and_tried_again(self) -> None:
        """Later, with all that has come meanwhile."""
        self.set("a")
        self.clock.advance(DELAY)
        for error in (UnableToCacheFile("the disk is full"), ZeroDivisionError()):
            _, done = self.jobs.pop()
            done.errback(error)
            self.assertEqual(len(self.flushLoggedErrors(type(error))), 1)
            self.clock.advance(DELAY_AFTER_FAILURE)
        _, done = self.jobs.pop()
        done.errback(UnableToCacheFile("the disk is full"))
        self.flushLoggedErrors(UnableToCacheFile)
        self.set("b")
        self.clock.advance(DELAY_AFTER_FAILURE - 1)
        self.assertEqual(self.jobs, [])
        self.clock.advance(1)
        self.work()
        self.assertEqual(self.names(), ["a", "b"])

    def test_closing_writes_what_is_left(self) -> None:
        """After what is being written."""
        self.set("a")
        self.clock.advance(DELAY)
        closed = Deferred.fromCoroutine(self.keeper.close())
        self.assertNoResult(closed)
        job, done = self.jobs.pop(0)
        job()
        self.set("b")
        done.callback(None)
        self.assertNoResult(closed)
        self.work()
        self.successResultOf(closed)
        self.assertEqual(self.names(), ["a", "b"])
        self.set("c")
        self.clock.advance(1000)
        self.assertEqual(self.jobs, [])
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_closing_ends_though_it_cannot_write(self) -> None:
        """It is logged."""
        self.set("a")
        self.patch(
            self.keeper, "_run", lambda job: fail(UnableToCacheFile("the disk is full"))
        )
        self.successResultOf(Deferred.fromCoroutine(self.keeper.close()))
        self.assertEqual(len(self.flushLoggedErrors(UnableToCacheFile)), 1)
        self.clock.advance(1000)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_closing_without_changes_asks_no_thread(self) -> None:
        """Nor does a jar in memory."""
        self.successResultOf(Deferred.fromCoroutine(self.keeper.close()))
        self.jar = CookieJar()
        keeper = self.made()
        self.set("a")
        self.clock.advance(1000)
        self.successResultOf(Deferred.fromCoroutine(keeper.close()))
        self.assertEqual(self.jobs, [])

    def test_changes_before_the_first_session_are_written(self) -> None:
        """It looks for them when it begins."""
        self.successResultOf(Deferred.fromCoroutine(self.keeper.close()))
        self.set("a")
        self.made()
        self.clock.advance(DELAY)
        self.work()
        self.assertEqual(self.names(), ["a"])

    def test_of_two_sessions_one_writes(self) -> None:
        """And the other goes on when that one is closed."""
        other = self.made()
        self.set("a")
        self.clock.advance(DELAY)
        while self.jobs:
            self.work()
        self.successResultOf(Deferred.fromCoroutine(self.keeper.close()))
        self.set("b")
        self.clock.advance(DELAY)
        self.work()
        self.assertEqual(self.names(), ["a", "b"])
        self.successResultOf(Deferred.fromCoroutine(other.close()))


class SessionTests(TestCase):
    """Sessions, servers, threads and files as they are."""

    timeout = 60

    def setUp(self) -> None:
        self.path = Path(self.mktemp()).resolve()

    async def serve(self, *fields: bytes) -> str:
        server = LoopbackServer({"/": ok(b"", *fields)})
        self.addCleanup(server.port.stopListening)
        return server.url("/")

    async def test_cookies_of_one_session_are_those_of_the_next(self) -> None:
        """Given as a path; written before ``close`` has fired."""
        url = await self.serve(b"Set-Cookie: a=1; Max-Age=99", b"Set-Cookie: s=2")
        async with Session(reactor, cookies=self.path) as session:
            await session.fetch(url)
            self.assertEqual(len(session.cookies), 2)
        async with Session(reactor, cookies=str(self.path)) as session:
            self.assertEqual([c.name for c in session.cookies], ["a"])

    async def test_it_is_written_while_the_session_lives_and_in_a_thread(self) -> None:
        """A moment after the change."""
        self.patch(cookie_keeper, "DELAY", 0.01)
        threads = []
        jar = CookieJar(self.path)
        save = jar.save

        def watched() -> None:
            threads.append(threading.current_thread())
            save()

        jar.save = watched  # type: ignore[method-assign]  # watched
        async with Session(reactor, cookies=jar) as session:
            session.cookies.set(URL, "a", "1", max_age=99)
            await until(self.path.exists)
            await until(lambda: not jar.unsaved)
            # From another thread as well.
            await deferToThread(jar.set, URL, "b", "1", max_age=99)
            await until(lambda: len(CookieJar(self.path)) == 2)
        self.assertNotIn(threading.main_thread(), threads)

    async def test_jar_may_get_its_file_later(self) -> None:
        """The session is there already."""
        async with Session(reactor) as session:
            session.cookies.set(URL, "a", "1", max_age=99)
            session.cookies.keep_in(self.path)
        self.assertEqual(len(CookieJar(self.path)), 1)

    async def test_broken_file_makes_no_session(self) -> None:
        """And leaves nothing behind."""
        self.path.write_text("broken")
        self.assertRaises(IncorrectFormat, Session, reactor, cookies=self.path)
        wrong: Any
        for wrong in (5, b"x", {}):
            self.assertRaises(InvalidParameter, Session, reactor, cookies=wrong)
        await deferLater(reactor, 0)
