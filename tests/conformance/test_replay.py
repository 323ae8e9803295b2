"""The recordings of a real WinINet, replayed: none may be different.

The replay runs under the real reactor, so these tests come after the trial cases.
A replay is little but waits for nothing to happen, so that several are made at once.
What is about concurrency, callbacks and contexts is replayed under every way of
delivery, the rest under the default one.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
import pytest_twisted
from twisted.internet.defer import Deferred

from tests.conformance.__main__ import DATA
from tests.conformance.crowd import Crowd
from tests.conformance.program import WAYS
from tests.conformance.recording import is_table, load

if TYPE_CHECKING:
    from collections.abc import Iterator

RECORDINGS = {
    recording.name: recording
    for recording in (load(p) for p in sorted(DATA.glob("*.json")) if not is_table(p))
}
#: Areas that are about who is told, and when.
TOLD = (
    *("callback", "close_inside", "concurrent", "context"),
    *("ftp_connect_context", "ftp_context", "ftp_close"),
)


@pytest.fixture(scope="module")
def crowd(request: pytest.FixtureRequest) -> Iterator[Crowd]:
    """Replay all that the chosen tests ask for."""
    asked = [
        (item.callspec.params["name"], item.callspec.params.get("way", "reactor"))
        for item in request.session.items
        if getattr(item, "module", None) is request.module and hasattr(item, "callspec")
    ]
    found = Crowd([(RECORDINGS[name], way) for name, way in asked])
    yield found
    pytest_twisted.blockon(Deferred.fromCoroutine(found.end()))


@pytest.mark.parametrize("name", RECORDINGS)
@pytest_twisted.ensureDeferred
async def test_nothing_is_different(crowd: Crowd, name: str) -> None:
    """Equal, or explained by the closed list."""
    verdict = await crowd.verdict(name, "reactor")
    assert verdict.word in {"equal", "deviation"}, verdict


#: A blocking session's FTP calls are recorded in scenarios of their own.
TOLD_IN = [
    (name, way)
    for name, recording in RECORDINGS.items()
    for way in WAYS[1:]
    if name.startswith(TOLD) and not (recording.needs_ftp and way == "caller")
]


@pytest.mark.parametrize(("name", "way"), TOLD_IN)
@pytest_twisted.ensureDeferred
async def test_the_same_under_every_way_of_delivery(
    crowd: Crowd, name: str, way: str
) -> None:
    """Callbacks in a pool, from a queue, and on the blocked thread."""
    verdict = await crowd.verdict(name, way)
    if verdict.where == "a blocking session tells no REQUEST_COMPLETE":
        assert (name, way) == ("close_inside_callback_request_complete", "caller")
    else:
        assert verdict.word in {"equal", "deviation"}, verdict


def test_every_recording_is_here() -> None:
    """A recording that was lost would be one that nobody misses."""
    kinds = Counter((r.judgement, r.needs_ftp) for r in RECORDINGS.values())
    assert kinds == {
        ("firm", False): 91,
        ("firm", True): 49,
        ("doubtful", False): 30,
        ("doubtful", True): 9,
    }
