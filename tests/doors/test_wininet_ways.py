"""The Windows door under every way of delivery, from many threads."""

from __future__ import annotations

import threading
from collections import defaultdict
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase

import twinet
from tests.http.loopback import LoopbackServer, ok, reactor
from twinet import wininet as w
from twinet.errors import IncorrectHandleState, InvalidHandle, OperationCancelled

THREADS = 32
REDIRECT = b"HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n"


def end(result: Any) -> Any:
    """Wait, in a thread, for what a call gave."""
    return result.result(20) if isinstance(result, Future) else result


class Listener:
    """A status callback that keeps what it was told, and on which thread."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, str, Any]] = []
        self.threads: dict[Any, set[int]] = defaultdict(set)
        self.inside: set[int] = set()
        self.overlaps = 0
        self.react: Any = lambda *news: None
        self.completed: dict[Any, list[Any]] = defaultdict(list)

    def __call__(self, handle, context, status, info, length) -> None:
        if context in self.inside:
            self.overlaps += 1
        self.inside.add(context)
        self.told.append((context, status.name, info))
        self.threads[context].add(threading.get_ident())
        if status == w.INTERNET_STATUS_REQUEST_COMPLETE:
            self.completed[context].append(info)
        self.react(handle, context, status, info)
        self.inside.discard(context)

    def of(self, context: Any) -> list[str]:
        """Return what was told with a context, in order."""
        return [name for told, name, _ in self.told if told == context]


class WaysCase(TestCase):
    """A server on loopback, and programs that run in threads."""

    timeout = 60

    def setUp(self) -> None:
        self.server = LoopbackServer(
            {
                "/": ok(b"hello"),
                "/there": ok(b"there"),
                "/moved": REDIRECT,
                "/silent": None,
            }
        )
        self.addCleanup(lambda: Deferred.fromCoroutine(self.server.stop()))
        self.listener = Listener()

    def run_program(self, program: Any) -> Deferred[Any]:
        """Run a program in a thread of its own."""
        return deferToThread(program)

    def fetch(self, session: Any, context: int) -> bytes:
        """Open, read to the end and close: one of many threads."""
        request = end(w.InternetOpenUrl(session, self.server.url("/"), context=context))
        data = b""
        while piece := end(w.InternetReadFile(request, 2)):
            data += piece
        self.assertEqual(w.HttpQueryInfo(request, w.HTTP_QUERY_STATUS_CODE), "200")
        w.InternetCloseHandle(request)
        return data

    def fetch_from_all_threads(self, session: Any) -> list[bytes]:
        """Let 32 threads fetch at once."""
        ready = threading.Barrier(THREADS)

        def one(context: int) -> bytes:
            ready.wait(20)
            return self.fetch(session, context)

        with ThreadPoolExecutor(THREADS) as threads:
            return list(threads.map(one, range(1, THREADS + 1)))

    def check_all_were_told(self, *, completed: bool) -> None:
        """Each context has heard its own request, in order, never two at once."""
        self.assertEqual(self.listener.overlaps, 0)
        for context in range(1, THREADS + 1):
            told = self.listener.of(context)
            self.assertEqual(told[0], "HANDLE_CREATED", told)
            self.assertEqual(told[-1], "HANDLE_CLOSING", told)
            self.assertEqual(told.count("HANDLE_CLOSING"), 1)
            order = [told.index(name) for name in ("SENDING_REQUEST", "REQUEST_SENT")]
            self.assertEqual(order, sorted(order))
            self.assertEqual("REQUEST_COMPLETE" in told, completed, told)


class AsynchronousTests(WaysCase):
    """Sessions with INTERNET_FLAG_ASYNC."""

    def open(self, **options: Any) -> Any:
        session = w.InternetOpen("t/1", flags=w.INTERNET_FLAG_ASYNC, **options)
        w.InternetSetStatusCallback(session, self.listener)
        return session

    async def test_on_the_reactor_thread_a_pending_call_is_a_deferred(self) -> None:
        """It fires after REQUEST_COMPLETE; one that ends at once gives its result."""
        session = self.open()
        pending = w.InternetOpenUrl(session, self.server.url("/"), context=5)
        self.assertIsInstance(pending, Deferred)
        request = await pending
        self.assertEqual(self.listener.completed[5], [(request, 0)])
        self.assertEqual(w.InternetReadFile(request, 9), b"hello")
        self.assertEqual(len(self.listener.completed[5]), 1)
        self.assertTrue(w.InternetCloseHandle(request))
        error = self.assertRaises(InvalidHandle, w.InternetReadFile, request, 9)
        self.assertEqual(error.code, 6)
        await maybeDeferred(w.InternetCloseHandle, session)

    async def test_32_threads_at_once_told_on_the_reactor_thread(self) -> None:
        """The default way."""
        session = self.open()
        bodies = await self.run_program(lambda: self.fetch_from_all_threads(session))
        self.assertEqual(bodies, [b"hello"] * THREADS)
        self.check_all_were_told(completed=True)
        self.assertEqual(
            set().union(*self.listener.threads.values()), {threading.get_ident()}
        )
        await maybeDeferred(w.InternetCloseHandle, session)

    async def test_32_threads_at_once_told_by_a_pool(self) -> None:
        """In order for each handle, on threads that are not the reactor's."""
        session = self.open(delivery=twinet.PoolDelivery(4))
        bodies = await self.run_program(lambda: self.fetch_from_all_threads(session))
        self.assertEqual(bodies, [b"hello"] * THREADS)
        await maybeDeferred(w.InternetCloseHandle, session)
        await self.run_program(self.wait_until_all_closed)
        self.check_all_were_told(completed=True)
        self.assertNotIn(
            threading.get_ident(), set().union(*self.listener.threads.values())
        )

    def wait_until_all_closed(self) -> None:
        """Wait until the last callback has run: no Deferred waits for one."""
        for _ in range(2000):
            closed = [name for _, name, _ in self.listener.told]
            if closed.count("HANDLE_CLOSING") == THREADS:
                return
            threading.Event().wait(0.01)

    async def test_32_threads_at_once_told_from_a_queue(self) -> None:
        """All on the thread that empties it."""
        queue = twinet.QueueDelivery()
        session = self.open(delivery=queue)
        stop = threading.Event()

        def empty() -> int:
            while not stop.is_set():
                queue.deliver(0.05)
            queue.deliver()
            return threading.get_ident()

        emptied = deferToThread(empty)
        bodies = await self.run_program(lambda: self.fetch_from_all_threads(session))
        self.assertEqual(bodies, [b"hello"] * THREADS)
        await maybeDeferred(w.InternetCloseHandle, session)
        stop.set()
        thread = await emptied
        self.check_all_were_told(completed=True)
        self.assertEqual(set().union(*self.listener.threads.values()), {thread})

    async def test_pool_callbacks_call_functions_and_nothing_hangs(self) -> None:
        """One thread in the pool, and callbacks that call and wait in there."""
        done: Deferred[bytes] = Deferred()
        parts: list[bytes] = []

        def react(handle, context, status, info) -> None:
            if status != w.INTERNET_STATUS_REQUEST_COMPLETE or context != 1:
                return
            request, error = info
            self.assertEqual(error, 0)
            # A whole other request, waited for inside the callback.
            parts.append(self.fetch(session, 0))
            parts.append(end(w.InternetReadFile(request, 100)))
            w.InternetCloseHandle(request)
            reactor.callFromThread(done.callback, b"".join(parts))

        self.listener.react = react
        session = self.open(delivery=twinet.PoolDelivery(1))
        request = await w.InternetOpenUrl(session, self.server.url("/"), context=1)
        self.assertEqual(await done, b"hellohello")
        self.assertFalse(request.alive)
        await maybeDeferred(w.InternetCloseHandle, session)

    async def test_closing_in_a_redirect_told_by_a_pool_prevents_it(self) -> None:
        """The veto holds on other threads too: /there is never asked for."""

        def react(handle, context, status, info) -> None:
            if status == w.INTERNET_STATUS_REDIRECT:
                threading.Event().wait(0.1)
                w.InternetCloseHandle(handle)

        self.listener.react = react
        session = self.open(delivery=twinet.PoolDelivery())
        pending = w.InternetOpenUrl(session, self.server.url("/moved"), context=1)
        await self.assertFailure(pending, OperationCancelled)
        await maybeDeferred(w.InternetCloseHandle, session)
        self.assertEqual(len(self.server.requests), 1)

    async def test_without_a_veto_the_redirect_told_by_a_pool_is_followed(self) -> None:
        """When the callback has returned, and not before."""
        seen: list[int] = []

        def react(handle, context, status, info) -> None:
            if status == w.INTERNET_STATUS_REDIRECT:
                threading.Event().wait(0.1)
                seen.append(len(self.server.requests))

        self.listener.react = react
        session = self.open(delivery=twinet.PoolDelivery())
        request = await w.InternetOpenUrl(session, self.server.url("/moved"), context=1)
        self.assertEqual(seen, [1])
        self.assertEqual(w.InternetReadFile(request, 9), b"there")
        await maybeDeferred(w.InternetCloseHandle, session)

    async def test_pending_call_of_a_thread_ends_when_another_closes_it(self) -> None:
        """The Future fails with 12017; it cannot be cancelled by itself."""
        session = self.open()

        def program() -> Any:
            pending = w.InternetOpenUrl(session, self.server.url("/silent"), context=1)
            self.assertIsInstance(pending, Future)
            self.assertFalse(pending.cancel())
            created = next(i for c, n, i in self.listener.told if n == "HANDLE_CREATED")
            w.InternetCloseHandle(created)
            return pending.exception(20)

        error = await self.run_program(program)
        self.assertIsInstance(error, OperationCancelled)
        await maybeDeferred(w.InternetCloseHandle, session)


class SynchronousSessionTests(WaysCase):
    """Sessions without INTERNET_FLAG_ASYNC: calls block, in any thread."""

    def open(self) -> Any:
        session = w.InternetOpen("t/1")
        w.InternetSetStatusCallback(session, self.listener)
        return session

    async def test_in_the_reactor_thread_it_is_refused(self) -> None:
        """It would block everything, itself included."""
        session = await deferToThread(self.open)
        error = self.assertRaises(
            IncorrectHandleState, w.InternetOpenUrl, session, self.server.url("/")
        )
        self.assertIn("INTERNET_FLAG_ASYNC", str(error))
        await deferToThread(w.InternetCloseHandle, session)

    async def test_32_threads_at_once_each_told_on_its_own(self) -> None:
        """Every notification comes inside a call, on the thread that is blocked."""

        def program() -> list[bytes]:
            session = self.open()
            bodies = self.fetch_from_all_threads(session)
            self.assertIs(w.InternetCloseHandle(session), True)
            return bodies

        bodies = await self.run_program(program)
        self.assertEqual(bodies, [b"hello"] * THREADS)
        self.check_all_were_told(completed=False)
        for context in range(1, THREADS + 1):
            self.assertEqual(len(self.listener.threads[context]), 1)
        self.assertEqual(len(set().union(*self.listener.threads.values())), THREADS)

    async def test_a_callback_calls_blocking_functions_and_nothing_hangs(self) -> None:
        """A second request inside a notification of the first, read to its end."""
        inner: list[bytes] = []

        def react(handle, context, status, info) -> None:
            if context == 1 and status == w.INTERNET_STATUS_REQUEST_SENT:
                inner.append(self.fetch(sessions[0], 2))

        def program() -> bytes:
            sessions.append(self.open())
            (session,) = sessions
            body = self.fetch(session, 1)
            w.InternetCloseHandle(session)
            return body

        sessions: list[Any] = []
        self.listener.react = react
        self.assertEqual(await self.run_program(program), b"hello")
        self.assertEqual(inner, [b"hello"])
        self.assertEqual(self.listener.overlaps, 0)
        # The inner request was told inside the outer notification.
        names = [(c, n) for c, n, _ in self.listener.told]
        self.assertLess(
            names.index((2, "HANDLE_CLOSING")), names.index((1, "RECEIVING_RESPONSE"))
        )

    async def test_an_interrupted_call_leaves_no_handle(self) -> None:
        """Before the answer as after it; the session goes on."""

        def program() -> bytes:
            session = self.open()
            for name in ("RECEIVING_RESPONSE", "RESPONSE_RECEIVED"):

                def react(handle, context, status, info, name=name) -> None:
                    if status.name == name:
                        handles.append(handle)
                        # As a signal handler does that runs in here.
                        raise KeyboardInterrupt

                self.listener.react = react
                self.assertRaises(
                    KeyboardInterrupt,
                    w.InternetOpenUrl,
                    session,
                    self.server.url("/"),
                    context=9,
                )
                self.listener.react = lambda *news: None
                body = self.fetch(session, 1)
                self.assertFalse(handles[-1].alive, name)
            w.InternetCloseHandle(session)
            return body

        handles: list[Any] = []
        self.assertEqual(await self.run_program(program), b"hello")

    async def test_closing_in_a_notification_ends_the_call_with_12017(self) -> None:
        """In each step of a request; what the handle has to say comes after."""

        def program() -> None:
            for number, name in enumerate(
                (
                    "RESOLVING_NAME",
                    "CONNECTING_TO_SERVER",
                    "SENDING_REQUEST",
                    "RECEIVING_RESPONSE",
                    "REDIRECT",
                ),
                1,
            ):

                def react(handle, context, status, info, name=name) -> None:
                    if status.name == name:
                        self.assertIs(w.InternetCloseHandle(handle), True)

                # A new session, which has not looked the host up yet.
                session = self.open()
                self.listener.react = react
                url = self.server.url("/moved")
                self.assertRaises(
                    OperationCancelled, w.InternetOpenUrl, session, url, context=number
                )
                self.assertEqual(self.listener.of(number)[-1], "HANDLE_CLOSING")
                w.InternetCloseHandle(session)

        await self.run_program(program)
        self.assertEqual(self.listener.overlaps, 0)

    async def test_another_thread_closes_the_handle_of_a_blocked_call(self) -> None:
        """The blocked thread gets 12017; the last words are heard by who closes."""
        created: list[Any] = []
        timers: list[threading.Timer] = []

        def react(handle, context, status, info) -> None:
            if status == w.INTERNET_STATUS_HANDLE_CREATED:
                created.append(info)
            if status == w.INTERNET_STATUS_REQUEST_SENT:
                timers.append(threading.Timer(0.05, w.InternetCloseHandle, created))
                timers[0].start()

        def program() -> None:
            session = self.open()
            self.assertRaises(
                OperationCancelled,
                w.InternetOpenUrl,
                session,
                self.server.url("/silent"),
                context=1,
            )
            timers[0].join(10)
            w.InternetCloseHandle(session)

        self.listener.react = react
        await self.run_program(program)
        self.assertEqual(self.listener.of(1)[-1], "HANDLE_CLOSING")

    async def test_three_levels_and_a_post(self) -> None:
        """The whole chain of functions, blocking."""

        def program() -> list[Any]:
            session = self.open()
            port = self.server.port.getHost().port
            connection = w.InternetConnect(session, "127.0.0.1", port, context=1)
            request = w.HttpOpenRequest(connection, "POST", "/", context=2)
            seen = [
                w.HttpSendRequest(request, "X-A: b\r\n", b"data"),
                w.InternetQueryDataAvailable(request),
                w.InternetReadFileEx(request, 3, w.IRF_NO_WAIT),
                w.InternetReadFile(request, 100),
                w.InternetReadFile(request, 100),
                w.InternetCloseHandle(session),
            ]
            self.assertRaises(InvalidHandle, w.HttpSendRequest, request)
            return seen

        seen = await self.run_program(program)
        self.assertEqual(seen, [True, 5, b"hel", b"lo", b"", True])
        self.assertEqual(self.server.bodies, [b"data"])
        self.assertIn(b"X-A: b", self.server.requests[0])
        self.assertEqual(self.listener.of(1)[-1], "HANDLE_CLOSING")
        self.assertNotIn("REQUEST_COMPLETE", self.listener.of(2))
