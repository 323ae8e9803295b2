"""The replay of one recording, and what is said of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.conformance.compare import compare
from tests.conformance.deviations import Case, explain
from tests.conformance.program import QUIET, Hung, Program, Unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.conformance.recording import Event, Recording

__all__ = ["Verdict", "judge", "replay"]


@dataclass(frozen=True)
class Verdict:
    """What came of a replay.

    :ivar word: ``equal``, ``deviation``, ``different`` or ``not yet``.
    :ivar entries: the deviations that explain its differences.
    :ivar where: the first difference, or what does not exist yet.
    """

    name: str
    judgement: str
    word: str
    entries: tuple[str, ...] = ()
    where: str = ""

    def __str__(self) -> str:
        tail = f"  {', '.join(self.entries)}" if self.entries else ""
        where = f"  {self.where}" if self.where else ""
        return f"{self.name:48} {self.word:10}{tail}{where}"


def replay(
    recording: Recording, way: str, reactor: Any, quiet: float = QUIET
) -> Verdict:
    """Replay a recording; called in a thread, while the reactor runs in another."""
    name, judgement = recording.name, recording.judgement
    try:
        program = Program(recording, way, reactor, quiet)
        program.run()
    except Unknown as missing:
        return Verdict(name, judgement, "not yet", where=str(missing))
    except Hung as hung:
        return Verdict(name, judgement, "different", where=str(hung))
    return judge(recording, program.events, program.wire, program.way, program.files)


def judge(
    recording: Recording,
    events: Sequence[Event],
    wire: Sequence[Event],
    way: str = "reactor",
    files: dict[str, str] | None = None,
) -> Verdict:
    """Say what a run makes of a scenario."""
    name, judgement = recording.name, recording.judgement
    found = compare(recording, events, wire, way, files)
    if not found:
        return Verdict(name, judgement, "equal")
    entries, unexplained = explain(Case(recording, tuple(events), tuple(wire), found))
    if unexplained:
        where = str(unexplained[0])
        return Verdict(name, judgement, "different", tuple(entries), where)
    return Verdict(name, judgement, "deviation", tuple(entries))
