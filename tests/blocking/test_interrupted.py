"""What an interrupted call leaves: nothing of the call, and all of the session.

A status callback that raises ``KeyboardInterrupt`` stands for the handler of a signal,
which is called in the same place.  With real signals: ``tests/interop``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.defer import inlineCallbacks

import twinet
from tests.blocking.program import ProgramCase, reactor, session
from tests.http.loopback import ok

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinet import blocking

BODY = b"x" * 1000


def interrupting(status: twinet.Status) -> Callable[[twinet.Notification], None]:
    """Return a callback that is interrupted at a status, once."""
    left = [True]

    def listen(news: twinet.Notification) -> None:
        if left and news.status is status:
            left.clear()
            raise KeyboardInterrupt

    return listen


class Interrupted(ProgramCase):
    """Calls on HTTP handles."""

    @inlineCallbacks
    def check(self, path: str, program: Callable[[blocking.Session, str], None]) -> Any:
        """Run a program; afterwards the session works, and closes all."""
        server = self.serve({"/silent": None, "/": ok(BODY), "/half": ok(BODY)[:-500]})
        self.servers = [server]

        def run() -> bytes | None:
            with session() as mine:
                program(mine, server.url(path))
                return mine.fetch(server.url("/")).body

        body = yield self.run_program(run)
        self.assertEqual(body, BODY)
        yield server.all_lost()

    def test_before_the_answer(self) -> Any:
        """The request is closed, and its connection."""

        def program(mine: blocking.Session, url: str) -> None:
            handles: list[Any] = []

            def listen(news: twinet.Notification) -> None:
                handles.append(news.context)
                interrupt(news)

            interrupt = interrupting(twinet.Status.RECEIVING_RESPONSE)
            self.assertRaises(KeyboardInterrupt, mine.get, url, on_status=listen)
            self.assertFalse(handles[0].alive)

        return self.check("/silent", program)

    def test_when_the_answer_is_there(self) -> Any:
        """Nobody was given the handle, so it is closed."""

        def program(mine: blocking.Session, url: str) -> None:
            handles: list[Any] = []

            def listen(news: twinet.Notification) -> None:
                handles.append(news.context)
                interrupt(news)

            interrupt = interrupting(twinet.Status.RESPONSE_RECEIVED)
            self.assertRaises(KeyboardInterrupt, mine.get, url, on_status=listen)
            # Whatever else is on its way is told within this.
            mine.fetch(url)
            self.assertFalse(handles[0].alive)

        return self.check("/", program)

    def test_in_a_read(self) -> Any:
        """The handle is closed: part of the body is lost."""

        def program(mine: blocking.Session, url: str) -> None:
            request = mine.get(url)
            request.set_status_callback(interrupting(twinet.Status.RECEIVING_RESPONSE))
            self.assertRaises(KeyboardInterrupt, request.read, 1000)
            self.assertFalse(request.alive)
            self.assertRaises(twinet.errors.InvalidHandle, request.read, 1)

        return self.check("/half", program)

    def test_when_the_bytes_of_a_read_are_there(self) -> Any:
        """They are lost with the call, so what follows them cannot be read."""

        def program(mine: blocking.Session, url: str) -> None:
            request = mine.get(url)

            def listen(news: twinet.Notification) -> None:
                if news.status is twinet.Status.RECEIVING_RESPONSE:
                    (conversation,) = self.servers[0].conversations
                    transport: Any = conversation.transport
                    reactor.callFromThread(transport.write, BODY[:250])
                interrupt(news)

            interrupt = interrupting(twinet.Status.RESPONSE_RECEIVED)
            request.set_status_callback(listen)
            self.assertRaises(KeyboardInterrupt, request.read, 750)
            mine.fetch(url.replace("half", ""))
            self.assertFalse(request.alive)

        return self.check("/half", program)

    def test_in_a_sink(self) -> Any:
        """It runs on the thread that is interrupted."""

        class Sink:
            def write(self, data: bytes) -> None:
                raise KeyboardInterrupt

        def program(mine: blocking.Session, url: str) -> None:
            request = mine.get(url)
            self.assertRaises(KeyboardInterrupt, request.deliver, Sink())
            self.assertFalse(request.alive)

        return self.check("/", program)

    def test_while_the_session_is_closed(self) -> Any:
        """It is closed all the same."""

        def program(mine: blocking.Session, url: str) -> None:
            other = session()
            request = other.get(url)
            request.set_status_callback(interrupting(twinet.Status.HANDLE_CLOSING))
            self.assertRaises(KeyboardInterrupt, other.close)
            self.assertFalse(other.alive)
            other.close()

        return self.check("/half", program)
