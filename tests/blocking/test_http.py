"""HTTP in a thread: each call blocks, and gives what its Deferred fires with."""

from __future__ import annotations

import threading
from typing import Any

from twisted.internet.defer import inlineCallbacks
from twisted.internet.task import deferLater

import twinet
from tests.blocking.program import ProgramCase, reactor, session
from tests.http.loopback import ok
from twinet import blocking

BODY = bytes(range(256)) * 40


class Reading(ProgramCase):
    """Open, read, close."""

    @inlineCallbacks
    def test_calls_give_values_and_handles(self) -> Any:
        """A request is read and closed; the session's close leaves no socket."""
        server = self.serve({"/": ok(BODY)})

        def program() -> list[Any]:
            with session() as mine:
                request = mine.get(server.url("/"))
                assert isinstance(request, blocking.HttpRequest)
                found = [request.response.status_code, request.read(100)]
                found += [request.read(1 << 20), request.read(1)]
                found.append(request.parent is mine)
                request.close()
                found.append(request.alive)
            return [*found, mine.alive]

        found = yield self.run_program(program)
        self.assertEqual(found, [200, BODY[:100], BODY[100:], b"", True, False, False])
        yield server.all_lost()

    @inlineCallbacks
    def test_a_failure_is_raised(self) -> Any:
        """The same class, in the thread that called."""
        server = self.serve({"/": None})

        def program() -> None:
            with session(limits=twinet.Limits(first_byte=0.1)) as mine:
                self.assertRaises(twinet.errors.Timeout, mine.get, server.url("/"))
                self.assertRaises(twinet.errors.InvalidUrl, mine.get, "http://")

        yield self.run_program(program)

    @inlineCallbacks
    def test_callbacks_run_on_the_thread_that_is_blocked(self) -> Any:
        """They are shown the handles that the program has."""
        server = self.serve({"/": ok(BODY)})
        heard: list[Any] = []

        def program() -> None:
            here = threading.get_ident()

            def listen(news: twinet.Notification) -> None:
                heard.append((news.status.name, threading.get_ident() == here))
                handles.append(news.context)

            handles: list[Any] = []
            with session() as mine:
                previous = mine.set_status_callback(listen)
                assert previous is None
                request = mine.get(server.url("/"))
                request.close()
                assert mine.set_status_callback(None) is listen
            assert all(each is request for each in handles), handles

        yield self.run_program(program)
        names = [name for name, here in heard if here]
        self.assertEqual(len(names), len(heard))
        self.assertEqual((names[0], names[-1]), ("HANDLE_CREATED", "HANDLE_CLOSING"))
        self.assertIn("RESPONSE_RECEIVED", names)
        self.assertNotIn("REQUEST_COMPLETE", names)

    @inlineCallbacks
    def test_the_reactors_thread_may_not_block(self) -> Any:
        """It would wait for itself: 12019, and what to do."""
        mine = session()
        # In a turn of the reactor, which runs only between the tests otherwise.
        yield deferLater(reactor, 0)
        error = self.assertRaises(
            twinet.errors.IncorrectHandleState, mine.get, "http://example.org/"
        )
        self.assertIn("reactor's thread", str(error))
        yield self.run_program(mine.close)
