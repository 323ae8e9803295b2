"""Twisted's reactor, run for one coroutine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred, gatherResults
from twisted.python.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

__all__ = ["run", "together"]

T = TypeVar("T")


def run(main: Callable[[Any], Coroutine[Any, Any, T]]) -> T:
    """Run the reactor until ``main(reactor)`` has ended; return what it returned."""
    reactor: Any = _reactor
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


async def together(count: int, worker: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run so many workers side by side; return when all have ended."""
    await gatherResults([Deferred.fromCoroutine(worker()) for _ in range(count)])
