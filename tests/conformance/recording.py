"""The recordings: one scenario each, as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Recording", "is_table", "load"]

Event = dict[str, Any]


@dataclass(frozen=True)
class Recording:
    """What a program did, what it saw, and what the servers saw.

    :ivar judgement: ``firm`` or ``doubtful``.
    :ivar events: what the program saw, in order.
    :ivar wire: what the servers saw and sent, in order.
    :ivar others: events that only another run had.
    :ivar files_before: the program's own files, by name.
    :ivar files_after: what became of them.
    """

    name: str
    description: str
    judgement: str
    notes: tuple[str, ...]
    servers: dict[str, Any]
    steps: tuple[dict[str, Any], ...]
    events: tuple[Event, ...]
    wire: tuple[dict[str, Any], ...]
    others: tuple[Event, ...] = field(default=())
    files_before: dict[str, str] = field(default_factory=dict)
    files_after: dict[str, str] = field(default_factory=dict)

    @property
    def needs_ftp(self) -> bool:
        """Whether it is about FTP: a server of it, or a URL that is opened."""
        return any(server["type"] == "ftp" for server in self.servers.values()) or any(
            str(step.get("url")).startswith("ftp:") for step in self.steps
        )

    @property
    def synchronous(self) -> bool:
        """Whether its session is opened without INTERNET_FLAG_ASYNC."""
        return not any(
            step.get("call") == "InternetOpen"
            and "INTERNET_FLAG_ASYNC" in (step["flags"] or ())
            for step in self.steps
        )


def load(path: Path) -> Recording:
    """Read a recording."""
    data = json.loads(path.read_text(encoding="utf-8"))
    return Recording(
        name=data["name"],
        description=data["description"],
        judgement=data["judgement"],
        notes=tuple(data["notes"]),
        servers=data["servers"],
        steps=tuple(data["steps"]),
        events=tuple(data["events"]),
        wire=tuple(data["wire"]),
        others=tuple((data.get("seen_in_other_runs") or {}).get("events", ())),
        files_before=data.get("local_files_before") or {},
        files_after=data.get("local_files_after") or {},
    )


def is_table(path: Path) -> bool:
    """Tell a table of plain calls from a scenario."""
    return "cases" in json.loads(path.read_text(encoding="utf-8"))
