"""A scenario and a run of it that differ: what the conditions of deviations look at."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.conformance.compare import Difference
    from tests.conformance.recording import Event, Recording

__all__ = ["Case"]

_STATUS_LINE = re.compile(r"HTTP/1\.[01] \d{3}( .*)?\Z")
_CHUNK_SIZE = re.compile(r"[0-9a-fA-F]+\Z")


_END = ["REQUEST_COMPLETE", "HANDLE_CLOSING"]
_END_WITH_CONNECTION = [_END[0], "CLOSING_CONNECTION", "CONNECTION_CLOSED", _END[1]]


@dataclass(frozen=True)
class Case:
    """What was recorded, what was seen, and where the two differ."""

    recording: Recording
    events: tuple[Event, ...]
    wire: tuple[Event, ...]
    differences: list[Difference]

    def told(self, handle: str) -> list[Event]:
        """Return what a handle said in our run."""
        return [
            event
            for event in self.events
            if event["event"] == "notification" and event["handle"] == handle
        ]

    def call(self, step: int) -> Event:
        """Return our call of a step; empty when there is none."""
        for event in self.events:
            if event["event"] == "call" and event["step"] == step:
                return event
        return {}

    def step(self, number: int) -> dict[str, Any]:
        """Return a step of the program; empty behind the last."""
        steps = self.recording.steps
        return steps[number] if number < len(steps) else {}

    @cached_property
    def cancelled(self) -> dict[str, int]:
        """The handles whose pending call ended with 12017 here, and the close's step.

        Only those whose last words are in order: 50, 51, 100, 70 and nothing more; an
        FTP connection's 50 and 51 come behind the end of its call.
        """
        found: dict[str, int] = {}
        for event in self.events:
            if event.get("error_number") != 12017:
                continue
            if event["event"] == "call":
                found |= self._returned(event)
                continue
            handle, step = event["handle"], event["step"]
            closed = any(
                other.get("function") == "InternetCloseHandle" and other["step"] == step
                for other in self.recording.events
            )
            told = self.told(handle)
            last = [e["status"] for e in told[told.index(event) :]]
            if closed and last in (_END, _END_WITH_CONNECTION):
                found[handle] = step
        return found

    def _returned(self, call: Event) -> dict[str, int]:
        """Return the handle of a blocking call that ended so, and the step of it."""
        made = self.step(call["step"]).get("as")
        handle = made or call["arguments"].get("handle", "")
        told = self.told(handle)
        if not told or told[-1]["status"] != "HANDLE_CLOSING":
            return {}
        return {handle: told[-1]["step"]}

    @cached_property
    def broken(self) -> bool:
        """Whether a server answers with what is no whole answer, or not at all."""
        return any(
            _broken(script)
            for server in self.recording.servers.values()
            for script in _scripts(server)
        )

    def sends(self, beginning: str) -> bool:
        """Whether a server sends something that begins so."""
        return any(
            text.startswith(beginning)
            for server in self.recording.servers.values()
            for script in _scripts(server)
            for text in _texts(script)
        )

    def says(self, words: str) -> bool:
        """Whether a server sends something that holds these words."""
        return any(
            words in text
            for server in self.recording.servers.values()
            for script in _scripts(server)
            for text in _texts(script)
        )

    @cached_property
    def server_closes(self) -> bool:
        """Whether a server closes a connection by itself."""
        return any(
            entry["what"] in {"closed", "reset"} for entry in self.recording.wire
        )

    @cached_property
    def surplus_after_head(self) -> bool:
        """Whether an answer to HEAD is followed by bytes of a body."""
        asked = any(step.get("verb") == "HEAD" for step in self.recording.steps)
        return asked and any(
            text.partition("\r\n\r\n")[2]
            for server in self.recording.servers.values()
            for script in _scripts(server)
            for text in _texts(script)
        )

    def closes_in_order(self, handle: str) -> bool:
        """Whether each CLOSING_CONNECTION of our run is followed by its twin."""
        statuses = [event["status"] for event in self.told(handle)]
        pairs = list(zip(statuses, [*statuses[1:], ""], strict=False))
        first = [after for status, after in pairs if status == "CLOSING_CONNECTION"]
        return len(first) == statuses.count("CONNECTION_CLOSED") and all(
            after == "CONNECTION_CLOSED" for after in first
        )


def _scripts(server: dict[str, Any]) -> list[list[list[Any]]]:
    return [*(server.get("connections") or ()), server.get("rest") or []]


def _texts(script: list[list[Any]]) -> list[str]:
    return [action[1] for action in script if action[0] == "send"]


def _broken(script: list[list[Any]]) -> bool:
    text = "".join(_texts(script))
    closes = any(action[0] in {"close", "reset"} for action in script)
    if not text:
        return closes
    head, _, body = text.partition("\r\n\r\n")
    first, *fields = head.split("\r\n")
    if "\n" in head.replace("\r\n", ""):
        return False
    if not _STATUS_LINE.match(first) or any(":" not in field for field in fields):
        return True
    values = {f.partition(":")[0].lower(): f.partition(":")[2].strip() for f in fields}
    if "transfer-encoding" in values:
        return not all(_CHUNK_SIZE.match(size) for size in body.split("\r\n")[0:-2:2])
    length = int(values.get("content-length", 0))
    # Several answers may stand in one script: only the last one can be cut.
    return closes and len(_texts(script)) == 1 and len(body) < length
