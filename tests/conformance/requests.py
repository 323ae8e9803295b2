"""The requests that a server saw, and what of them counts."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.conformance.recording import Event, Recording

__all__ = ["counted_fields", "differing", "plain", "requests_of", "sent_bytes"]

#: Fields that always count: what they say is the client's business.
_ALWAYS = frozenset(("host", "user-agent", "cookie", "authorization", "content-length"))
#: Fields that a flag of the scenario stands for.
_OF_FLAGS = {
    "INTERNET_FLAG_KEEP_CONNECTION": "connection",
    "INTERNET_FLAG_PRAGMA_NOCACHE": "pragma",
}
_HEADS = frozenset(("request", "request head"))
_OF_ARGUMENTS = {"referer": "referer", "accept": "accept"}
#: All ports have five digits, and their names in the recordings stand for them.
_PORT = re.compile(r"\{\w+\}")


def requests_of(wire: Sequence[Event]) -> dict[tuple[str, int], list[Event]]:
    """Return what came on each connection: that it was made, and then its requests."""
    found: dict[tuple[str, int], list[Event]] = defaultdict(list)
    for entry in wire:
        if entry["who"] == "client":
            found[entry["server"], entry["conn"]].append(entry)
    return found


def sent_bytes(
    theirs: Sequence[Event], ours: Sequence[Event]
) -> dict[int, list[tuple[int, int]]]:
    """Return for each step how long the heads of its requests were, there and here."""
    lengths: dict[int, list[tuple[int, int]]] = defaultdict(list)
    recorded, seen = _heads(theirs), _heads(ours)
    for step in recorded:
        lengths[step] = list(zip(recorded[step], seen.get(step, []), strict=False))
    return lengths


def plain(text: str) -> str:
    """Put some port of five digits in the place of each server's name."""
    return _PORT.sub("12345", text)


def _heads(wire: Sequence[Event]) -> dict[int, list[int]]:
    heads = defaultdict(list)
    for entry in wire:
        if entry["what"] in _HEADS:
            head, end, _ = plain(entry["text"]).partition("\r\n\r\n")
            heads[entry["step"]].append(len(head) + len(end))
    return heads


def differing(recording: Recording, theirs: Event, ours: Event) -> tuple[str, ...]:
    """Return in what two requests differ, of what counts."""
    names = [name for name in ("what", "step") if theirs[name] != ours[name]]
    if names or theirs["what"] not in _HEADS:
        if theirs.get("text") != ours.get("text"):
            names.append("text")
        if theirs.get("line") != ours.get("line"):
            names.append("command")
        return tuple(names)
    recorded, seen = _parts(theirs["text"]), _parts(ours["text"])
    names += [name for name in ("line", "body") if recorded[name] != seen[name]]
    counted = counted_fields(recording)
    for field in sorted(counted):
        values = recorded["fields"].get(field), seen["fields"].get(field)
        if field == "content-length" and set(values) <= {None, "0"}:
            # Whether no body is said to be empty is a matter of taste.
            continue
        if values[0] != values[1]:
            names.append(field)
    return tuple(names)


def _parts(text: str) -> dict[str, Any]:
    head, _, body = text.partition("\r\n\r\n")
    line, *lines = head.split("\r\n")
    fields: dict[str, str] = {}
    for field in lines:
        name, _, value = field.partition(":")
        key = name.strip().lower()
        value = value.strip()
        fields[key] = f"{fields[key]}, {value}" if key in fields else value
    return {"line": line, "body": body, "fields": fields}


def counted_fields(recording: Recording) -> set[str]:
    """Return the names of the fields that the scenario is about."""
    names = set(_ALWAYS)
    for step in recording.steps:
        for line in (step.get("headers") or "").split("\r\n"):
            name, colon, _ = line.partition(":")
            if colon:
                names.add(name.strip().lower())
        flags = step.get("flags")
        for flag in flags if isinstance(flags, list) else ():
            if flag in _OF_FLAGS:
                names.add(_OF_FLAGS[flag])
        names |= {_OF_ARGUMENTS[key] for key in step if key in _OF_ARGUMENTS}
    return names
