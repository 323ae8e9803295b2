"""The closed list of what differs on purpose, and the conditions of its entries.

An entry of ``deviations.toml`` has its condition here, in the function of its name.  A
condition is asked about one difference at a time.  Whatever it says, nothing explains
another context, callback or kind of handle, two notifications that changed places, or
a notification with another context than its handle has.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from tests.conformance import conditions, ftp_conditions
from tests.conformance.case import Case

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conformance.compare import Difference

__all__ = ["Case", "Entry", "entries", "explain"]

_LIST = Path(__file__).parent / "deviations.toml"
#: What no entry can explain.
_NEVER = frozenset(("context", "callback", "kind"))


@dataclass(frozen=True)
class Entry:
    """One deviation: when, why, and who is right."""

    name: str
    exactly: str
    reason: str
    source: str
    #: whether it is about the tables, whose conditions stand where they are replayed.
    table: bool = False
    #: whether it is about the context with which something is told; its condition
    #: looks at that itself.
    contexts: bool = False

    @property
    def of_ftp(self) -> bool:
        """Whether it is about FTP, and explains nothing elsewhere."""
        return hasattr(ftp_conditions, self.name.replace("-", "_"))

    @property
    def condition(self) -> Callable[[Case, Difference], bool]:
        """The function that says whether it explains a difference."""
        room = ftp_conditions if self.of_ftp else conditions
        found: Callable[[Case, Difference], bool] = getattr(
            room, self.name.replace("-", "_")
        )
        return found


@cache
def entries() -> tuple[Entry, ...]:
    """Read the list."""
    with _LIST.open("rb") as file:
        return tuple(Entry(**row) for row in tomllib.load(file)["deviation"])


def explain(case: Case) -> tuple[list[str], list[Difference]]:
    """Return the entries that explain differences, and what none explains."""
    names: list[str] = []
    unexplained = []
    for difference in case.differences:
        found = [
            entry
            for entry in entries()
            if not entry.table
            and (case.recording.needs_ftp or not entry.of_ftp)
            and entry.condition(case, difference)
        ]
        knowing = any(entry.contexts for entry in found)
        if not found or (not knowing and _untouchable(case, difference)):
            unexplained.append(difference)
        elif not {entry.name for entry in found} & set(names):
            names.append(found[0].name)
    return names, unexplained


def _untouchable(case: Case, difference: Difference) -> bool:
    fields = set(difference.fields)
    # The length of another text is another one.
    if _NEVER & fields or ("info_length" in fields and "info" not in fields):
        return True
    if difference.what != "notification":
        return False
    return _changed_places(case, difference) or _foreign_context(case, difference)


def _changed_places(case: Case, difference: Difference) -> bool:
    """Tell whether the same is missing and there, in one step: another order."""
    if not (difference.missing or difference.extra):
        return False
    return any(
        other is not difference
        and other.what == "notification"
        and other.missing is difference.extra
        and other.extra is difference.missing
        and other.status == difference.status
        and other.step == difference.step
        and other.handle == difference.handle
        for other in case.differences
    )


def _foreign_context(case: Case, difference: Difference) -> bool:
    """Tell whether what was not recorded carries what its handle never carries."""
    if not difference.extra or difference.ours is None:
        return False
    recorded = [
        (event["context"], event["callback"], event["kind"])
        for event in case.recording.events
        if event["event"] == "notification" and event["handle"] == difference.handle
    ]
    ours = difference.ours
    return (ours["context"], ours["callback"], ours["kind"]) not in recorded
