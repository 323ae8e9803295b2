"""Twisted's reactor, run for one coroutine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from twisted.internet.defer import Deferred, gatherResults
from twisted.python.failure import Failure

from tests.bench.job import AT_THE_DOOR

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from tests.bench.job import Job
    from tests.bench.stopwatch import Stopwatch

__all__ = ["crowd", "run", "together"]

T = TypeVar("T")


def run(job: Job, main: Callable[[Any], Coroutine[Any, Any, T]]) -> T:
    """Run the reactor until ``main(reactor)`` has ended; return what it returned."""
    reactor = _reactor(uvloop=job.uvloop)
    results: list[T | Failure] = []

    def begin() -> None:
        ended: Deferred[Any] = Deferred.fromCoroutine(main(reactor))
        ended.addBoth(results.append)
        ended.addBoth(lambda _: reactor.stop())

    reactor.callWhenRunning(begin)
    reactor.run()
    result = results[0]
    if isinstance(result, Failure):
        result.raiseException()
    return result


def _reactor(*, uvloop: bool) -> Any:
    """Return the reactor: Twisted's own choice, or one on uvloop's loop."""
    if uvloop:
        from twisted.internet import asyncioreactor  # noqa: PLC0415
        from uvloop import new_event_loop  # noqa: PLC0415

        asyncioreactor.install(new_event_loop())
    # Late, because importing it installs it.
    from twisted.internet import reactor  # noqa: PLC0415

    return reactor


async def together(count: int, worker: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run so many workers side by side; return when all have ended."""
    await gatherResults([Deferred.fromCoroutine(worker()) for _ in range(count)])


async def crowd(
    job: Job,
    watch: Stopwatch,
    enter: Callable[[], Deferred[T]],
    stay: Callable[[T], Deferred[None]],
) -> None:
    """Let all requests be open at one time; return when all have ended.

    :param enter: asks, and fires with what the server has said so far.
    :param stay: is given that, and fires when the answer has ended.
    """
    over = Deferred[None]()
    outside = there = job.requests

    def ask() -> None:
        nonlocal outside
        if outside:
            outside -= 1
            enter().addCallbacks(entered, turned_away)

    def entered(answer: T) -> None:
        ask()
        stay(answer).addCallbacks(leave, lose)

    def turned_away(failure: Failure) -> None:
        ask()
        lose(failure)

    def lose(_: Failure) -> None:
        watch.lose()
        leave(None)

    def leave(_: object) -> None:
        nonlocal there
        there -= 1
        if not there:
            over.callback(None)

    for _ in range(AT_THE_DOOR):
        ask()
    await over
