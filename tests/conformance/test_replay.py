"""The recordings of a real WinINet, replayed: none may be different.

The replay runs under the real reactor, so these tests come after the trial cases.
What is about concurrency, callbacks and contexts is replayed under every way of
delivery, the rest under the default one.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.internet.threads import deferToThread

from tests.conformance.__main__ import DATA
from tests.conformance.program import WAYS
from tests.conformance.recording import is_table, load
from tests.conformance.replay import replay

RECORDINGS = {
    recording.name: recording
    for recording in (load(p) for p in sorted(DATA.glob("*.json")) if not is_table(p))
}
#: Areas that are about who is told, and when.
TOLD = ("callback", "close_inside", "concurrent", "context")
#: How long a second try waits for what may still happen at a step (seconds).
PATIENT = 0.5
#: What needs a room that is not built, by what it says.
NOT_YET = {"FTP is not spoken yet"}

SPOKEN = [name for name, recording in RECORDINGS.items() if not recording.needs_ftp]


async def replayed(name: str, way: str) -> Any:
    """Replay a scenario in a thread, as its program ran in one."""
    verdict = await deferToThread(replay, RECORDINGS[name], way, reactor)
    if verdict.word == "different":
        # On a busy machine something may happen a step late; what is truly different
        # is so with more patience too.
        verdict = await deferToThread(replay, RECORDINGS[name], way, reactor, PATIENT)
    return verdict


@pytest.mark.parametrize("name", SPOKEN)
@pytest_twisted.ensureDeferred
async def test_nothing_is_different(name: str) -> None:
    """Equal, or explained by the closed list; ``not yet`` where a room is missing."""
    verdict = await replayed(name, "reactor")
    assert verdict.word in {"equal", "deviation", "not yet"}, verdict
    assert verdict.word != "not yet" or verdict.where in NOT_YET, verdict


@pytest.mark.parametrize("way", WAYS[1:])
@pytest.mark.parametrize("name", [name for name in SPOKEN if name.startswith(TOLD)])
@pytest_twisted.ensureDeferred
async def test_the_same_under_every_way_of_delivery(name: str, way: str) -> None:
    """Callbacks in a pool, from a queue, and on the blocked thread."""
    verdict = await replayed(name, way)
    if verdict.where == "a blocking session tells no REQUEST_COMPLETE":
        assert (name, way) == ("close_inside_callback_request_complete", "caller")
    else:
        assert verdict.word in {"equal", "deviation"}, verdict


def test_every_firm_recording_without_ftp_is_here() -> None:
    """A recording that was lost would be one that nobody misses."""
    kinds = Counter((r.judgement, r.needs_ftp) for r in RECORDINGS.values())
    assert kinds == {
        ("firm", False): 91,
        ("firm", True): 49,
        ("doubtful", False): 30,
        ("doubtful", True): 9,
    }
