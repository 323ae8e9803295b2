"""The look behind a test that ran in the reactor: what it left there fails it.

pytest-twisted keeps one reactor for all tests and checks nothing. So a timer, a socket
or a thread that the library forgot would pass unnoticed, or hurt another test. A pytest
plugin in itself: ``tests/interop/conftest.py`` and the test of this check load it.
"""

from __future__ import annotations

import gc
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import pytest_twisted
from twisted.internet.task import deferLater
from twisted.logger import ILogObserver, LogLevel, eventAsText, globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import provider

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twisted.logger import LogEvent

#: How often, and how long each time [s], sockets and threads may still be on their
#: way out: a TLS connection waits for the peer's farewell.
TURNS = 50
TURN = 0.01
#: Threads of ours carry this in their name; the reactor's own pool stays.
OURS = "twinet"


@dataclass(frozen=True)
class Leftovers:
    """Everything in a reactor that outlives the call that made it."""

    timers: frozenset[Any]
    selectables: frozenset[Any]
    threads: frozenset[threading.Thread]

    @classmethod
    def now(cls, reactor: Any) -> Leftovers:
        """Take stock."""
        return cls(
            frozenset(reactor.getDelayedCalls()),
            frozenset(reactor.getReaders()) | frozenset(reactor.getWriters()),
            frozenset(t for t in threading.enumerate() if OURS in t.name),
        )

    def since(self, before: Leftovers) -> Leftovers:
        """Return what was not there before."""
        return Leftovers(
            self.timers - before.timers,
            self.selectables - before.selectables,
            self.threads - before.threads,
        )

    def lines(self) -> list[str]:
        """Name each thing on a line of its own."""
        return [
            *(f"a timer: {timer}" for timer in self.timers),
            *(f"a socket or pipe: {one}" for one in self.selectables),
            *(f"a thread: {thread.name}" for thread in self.threads),
        ]

    def clear(self, reactor: Any) -> None:
        """Take away what the next test would be blamed for."""
        for timer in self.timers:
            if timer.active():
                timer.cancel()
        for one in self.selectables:
            reactor.removeReader(one)
            reactor.removeWriter(one)


def _turn(reactor: Any, seconds: float) -> None:
    pytest_twisted.blockon(deferLater(reactor, seconds))


@pytest.fixture(autouse=True)
def nothing_is_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves a timer, a socket or a thread of ours behind."""
    cls = request.cls
    if isinstance(cls, type) and issubclass(cls, SynchronousTestCase):
        yield  # trial looks behind its cases itself, and its reactor is not running
        return
    from twisted.internet import reactor  # noqa: PLC0415  pytest-twisted chose it

    _turn(reactor, 0)
    before = Leftovers.now(reactor)
    yield
    for _ in range(TURNS):
        left = Leftovers.now(reactor).since(before)
        if not left.selectables and not left.threads:
            break
        _turn(reactor, TURN)
    # a timer gets these few turns and no time: it must not be there at all
    for _ in range(3):
        _turn(reactor, 0)
    left = Leftovers.now(reactor).since(before)
    left.clear(reactor)
    if left.lines():
        pytest.fail("\n".join(["left behind:", *left.lines()]), pytrace=False)


@pytest.fixture
def nothing_is_logged() -> Iterator[None]:
    """Fail a test in which a fault was logged, also one of a Deferred that was lost."""
    faults: list[str] = []

    @provider(ILogObserver)
    def observe(event: LogEvent) -> None:
        if event.get("log_level") in (LogLevel.error, LogLevel.critical):
            faults.append(eventAsText(event))

    globalLogPublisher.addObserver(observe)
    try:
        yield
        gc.collect()
    finally:
        globalLogPublisher.removeObserver(observe)
    if faults:
        pytest.fail("\n".join(["logged:", *faults]), pytrace=False)
