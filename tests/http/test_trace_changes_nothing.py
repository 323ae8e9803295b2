"""What is true without a trace is true with one: other tests, on traced sessions."""

from __future__ import annotations

from typing import Any

from twisted.internet.task import Clock

import twinet
from tests.http import (
    memory,
    test_expect,
    test_pool,
    test_sending,
    test_sequences,
    test_stale,
    test_stale_race,
    test_start_write_finish,
)
from twinet import Session, Trace, TraceRecord
from twinet._net.tracing import SessionTracing


class Traced:
    """Makes each session of a test a traced one, whose listener reads everything."""

    patch: Any
    addCleanup: Any

    def setUp(self) -> None:
        heard: list[int] = []

        def listen(record: TraceRecord) -> None:
            heard.append(len(str(record)) + len(repr(record)))

        def session(*args: Any, **options: Any) -> Session:
            return Session(*args, trace=Trace(listen, data=True), **options)

        for module in (memory, twinet):
            self.patch(module, "Session", session)
        super().setUp()  # type: ignore[misc]  # the case's

    def test_it_is_traced(self) -> None:
        """Else the others would show nothing."""
        for session in (memory.MemoryNet().session, twinet.Session(Clock())):
            assert isinstance(session.tracer, SessionTracing)
            session.close()


class Sequences(Traced, test_sequences.SequenceTests):
    """Every sequence of notifications."""


class Closing(Traced, test_sequences.ClosedInsideTests):
    """Closing from inside each of them."""


class Keeping(Traced, test_pool.PoolTests):
    """Connections that are kept, and those that are not."""


class Looking(Traced, test_stale_race.LookTests):
    """A look at a kept connection, on a real socket."""


class Again(Traced, test_stale.AgainTests):
    """Kept connections that are dead."""


class Flowing(Traced, test_sending.FlowTests):
    """Bodies and their back-pressure."""


class Early(Traced, test_sending.EarlyTests):
    """Answers before the end of the request."""


class Leave(Traced, test_expect.LeaveTests):
    """Bodies that wait for the server's leave."""


class Pieces(Traced, test_start_write_finish.WireTests):
    """Bodies that are handed over."""


class Pressure(Traced, test_start_write_finish.BackPressureTests):
    """Bodies that are handed over faster than they are taken."""
