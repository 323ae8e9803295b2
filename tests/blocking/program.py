"""Programs for threads, beside a reactor that runs in the thread of the tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase

from tests.http.loopback import LoopbackServer
from twinet import blocking

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.http.loopback import Answer

reactor: Any = _reactor

T = TypeVar("T")


class ProgramCase(TestCase):
    """A case whose programs run in threads of their own."""

    timeout = 30

    def serve(self, answers: dict[str, Answer]) -> LoopbackServer:
        """Start a server; it is stopped when the case ends."""
        server = LoopbackServer(answers)
        self.addCleanup(lambda: as_deferred(server.stop()))
        return server

    def run_program(self, program: Callable[[], T]) -> Deferred[T]:
        """Run a function in another thread than the reactor's."""
        return deferToThread(program)


def as_deferred(awaitable: Any) -> Deferred[Any]:
    """Return the Deferred of a coroutine."""
    return Deferred.fromCoroutine(awaitable)


def session(**options: Any) -> blocking.Session:
    """Make a session that asks no proxy."""
    return blocking.Session(reactor, proxy="", **options)
