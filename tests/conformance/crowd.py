"""Many replays, several at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet import reactor as installed
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.threads import deferToThreadPool
from twisted.python.threadpool import ThreadPool

from tests.conformance.program import QUIET
from tests.conformance.replay import replay

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.conformance.recording import Recording
    from tests.conformance.replay import Verdict

__all__ = ["Crowd"]

reactor: Any = installed
#: How many are made at a time.
AT_ONCE = 6
#: How long a second try waits for what may still happen at a step (seconds).
PATIENT = 0.5


class Crowd:
    """The replays that are asked for, made in this order.

    :param wanted: each recording with a way of delivery.
    """

    def __init__(self, wanted: Sequence[tuple[Recording, str]]) -> None:
        self._verdicts: dict[tuple[str, str], Deferred[Verdict]] = {
            (recording.name, way): Deferred() for recording, way in wanted
        }
        self._over = False
        # Not the reactor's own: callbacks run in that one, and some of them block.
        self._threads = ThreadPool(0, AT_ONCE, "replays")
        self._threads.start()
        self._all = Deferred.fromCoroutine(self._replay_all(wanted))

    async def verdict(self, name: str, way: str) -> Verdict:
        """Wait for one of them."""
        return await self._verdicts[name, way]

    async def end(self) -> None:
        """Begin no other one, and wait for those that have begun."""
        self._over = True
        await self._all
        self._threads.stop()

    async def _replay_all(self, wanted: Sequence[tuple[Recording, str]]) -> None:
        # All sessions of the door share one jar: what sets cookies is alone with it.
        await self._replay_each(each for each in wanted if _is_about_cookies(each[0]))
        others = (each for each in wanted if not _is_about_cookies(each[0]))
        await gatherResults(
            [Deferred.fromCoroutine(self._replay_each(others)) for _ in range(AT_ONCE)]
        )

    async def _replay_each(self, left: Iterator[tuple[Recording, str]]) -> None:
        """Replay one after the other; several of us share what is left."""
        for recording, way in left:
            if self._over:
                return
            told = self._verdicts[recording.name, way]
            try:
                verdict = await self._replayed(recording, way)
            except Exception:  # noqa: BLE001  who waits for it fails
                told.errback()
            else:
                told.callback(verdict)

    async def _replayed(self, recording: Recording, way: str) -> Verdict:
        """Replay a scenario in a thread, as its program ran in one."""
        verdict = await self._made(recording, way, QUIET)
        if verdict.word == "different":
            # On a busy machine something may happen a step late; what is truly
            # different is so with more patience too.
            verdict = await self._made(recording, way, PATIENT)
        return verdict

    def _made(self, recording: Recording, way: str, quiet: float) -> Deferred[Verdict]:
        return deferToThreadPool(
            reactor, self._threads, replay, recording, way, reactor, quiet
        )


def _is_about_cookies(recording: Recording) -> bool:
    return any("Cookie:" in entry.get("text", "") for entry in recording.wire)
