"""The session's own manners: threads, closing, what is left."""

from __future__ import annotations

import threading

from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase

import twinet
from tests.http.loopback import LoopbackServer, ok, reactor
from twinet.errors import InvalidHandle, InvalidParameter


class SessionTests(TestCase):
    """Against a real server on loopback."""

    timeout = 60

    def setUp(self) -> None:
        self.server = LoopbackServer({"/": ok(b"hello"), "/silent": None})
        self.addCleanup(lambda: Deferred.fromCoroutine(self.server.stop()))

    async def test_call_from_another_thread_says_what_to_do(self) -> None:
        """The reactor's objects are not for other threads."""
        session = twinet.Session(reactor)
        error = await self.assertFailure(
            deferToThread(session.http, "127.0.0.1"), InvalidParameter
        )
        self.assertIn("reactor.callFromThread", str(error))
        await session.close()

    def test_policy_is_not_ignored_where_it_cannot_be_asked(self) -> None:
        """With endpoints of the program's own there are no addresses to show."""
        error = self.assertRaises(
            InvalidParameter,
            twinet.Session,
            reactor,
            policy=lambda destination: "never",
            connect=lambda host, port: None,
        )
        self.assertIn("refuse in connect itself", str(error))

    async def test_session_that_is_not_used_leaves_nothing(self) -> None:
        """No socket, timer or thread is made before the first request."""
        before = set(threading.enumerate())
        session = twinet.Session()
        self.assertEqual(set(threading.enumerate()), before)
        await session.close()
        await session.close()

    async def test_closed_session_refuses_everything_with_6(self) -> None:
        """As each handle below it does."""
        session = twinet.Session(reactor)
        async with session:
            request = await session.get(self.server.url("/"))
        await self.assertFailure(session.get(self.server.url("/")), InvalidHandle)
        await self.assertFailure(request.read(1), InvalidHandle)
        self.assertRaises(InvalidHandle, session.http, "h")
        await self.server.all_lost()

    async def test_hundred_sessions_one_after_the_other_leave_nothing(self) -> None:
        """Seen from the server, too; trial looks at this side."""
        for _ in range(100):
            async with twinet.Session(reactor) as session:
                request = await session.get(self.server.url("/"))
                self.assertEqual(await request.read(9), b"hello")
        await self.server.all_lost()
        self.assertEqual(len(self.server.conversations), 100)

    async def test_dropped_requests_are_not_kept_alive_by_their_session(self) -> None:
        """A program that forgets to close a finished request loses no memory."""
        async with twinet.Session(reactor) as session:
            for _ in range(50):
                request = await session.get(self.server.url("/"))
                await request.read(9)
            del request
            # The last one is still telling of its end, with us on its stack.
            self.assertLessEqual(len(session._children or ()), 1)
            kept = [each for each in session._spent or () if each() is not None]
            self.assertLessEqual(len(kept), 1)
