"""What an FTP client says besides: the commands that the recorded one did not know.

Ours asks what a server can do, for extended data connections, for sizes, and takes
leave.  Which commands those are, the two wires tell; what was told of them goes with
them.  SENDING_REQUEST and REQUEST_SENT, which the recorded implementation tells of some
commands only, are left out on both sides.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.conformance.recording import Event

__all__ = [
    "BESIDES",
    "as_in_http",
    "without_besides",
    "without_repetitions",
    "without_sending",
]

#: What ours may say besides: RFC 2389, 2428, 3659 and 959.
BESIDES = frozenset(
    ("FEAT", "OPTS", "EPSV", "EPRT", "SIZE", "MDTM", "MLSD", "MLST", "ABOR", "QUIT")
)
#: The length of an INTERNET_ASYNC_RESULT (bytes).
_RESULT = 16
_SENDING = frozenset(("SENDING_REQUEST", "REQUEST_SENT"))
_REPLY = frozenset(("RECEIVING_RESPONSE", "RESPONSE_RECEIVED"))


def as_in_http(events: Iterable[Event]) -> list[Event]:
    """Return recorded events in the form that those of HTTP have.

    A pending call has its number, and HANDLE_CREATED the length of a handle, not that
    of an INTERNET_ASYNC_RESULT.
    """
    changed = []
    for event in events:
        own = {}
        if event.get("status") == "HANDLE_CREATED" and event["info_length"] == _RESULT:
            own = {"info_length": 8}
        elif event.get("returns") == "pending" and "error_number" not in event:
            own = {"error_number": 997}
        changed.append({**event, **own})
    return changed


def without_sending(events: Iterable[Event]) -> list[Event]:
    """Leave out what tells that something is sent."""
    return [event for event in events if event.get("status") not in _SENDING]


def without_repetitions(
    recorded: Sequence[Event], wire: Sequence[Event], events: Sequence[Event]
) -> tuple[list[Event], list[Event]]:
    """Leave out each TYPE that had been set already, where ours is not repeated.

    :param recorded: what the servers saw then.
    :param wire: what they saw now.
    :param events: what the recorded program saw.
    :returns: the recorded wire and the events without them.
    """
    ours = Counter((e["step"], e.get("line")) for e in wire if e["what"] == "command")
    kept: list[Event] = []
    kind = ""
    dropped: list[int] = []
    reply = False
    for entry in recorded:
        line = entry.get("line", "")
        if entry["what"] == "command" and line.startswith("TYPE"):
            again, kind = line == kind, line
            if again and not ours[entry["step"], line]:
                dropped.append(entry["step"])
                reply = True
                continue
        if reply and entry["what"] == "reply":
            reply = False
            continue
        kept.append(entry)
    return kept, _without_first_reply(events, dropped)


def _without_first_reply(events: Sequence[Event], steps: list[int]) -> list[Event]:
    """Leave out what was told of the first reply in each of these steps."""
    going = Counter((step, status) for step in steps for status in _REPLY)
    kept = []
    for event in events:
        key = (event["step"], event.get("status", ""))
        if going[key]:
            going[key] -= 1
        else:
            kept.append(event)
    return kept


def without_besides(
    recorded: Sequence[Event], wire: Sequence[Event], events: Sequence[Event]
) -> tuple[list[Event], list[Event]]:
    """Leave out commands that the recorded client did not send.

    :param recorded: what the servers saw then.
    :param wire: what they saw now.
    :param events: what our program saw.
    :returns: the wire and the events without them.
    """
    known = Counter((e["step"], e["line"]) for e in recorded if e["what"] == "command")
    kept: list[Event] = []
    said: list[tuple[str, bool]] = []
    besides = False
    for entry in wire:
        if entry["what"] == "command":
            key = (entry["step"], entry["line"])
            verb = entry["line"].split(" ")[0]
            besides = verb in BESIDES and not known[key]
            known[key] -= 1
            said.append((entry["line"], besides))
        if not besides or entry["what"] not in {"command", "reply"}:
            kept.append(entry)
    return kept, _untold(said, events)


def _untold(said: list[tuple[str, bool]], events: Sequence[Event]) -> list[Event]:
    """Leave out what was told of commands.

    :param said: all of them in order, and whether each goes.
    """
    coming = iter(said)
    kept: list[Event] = []
    goes = False
    for event in events:
        status = event.get("status")
        if status == "SENDING_REQUEST" and not event.get("data"):
            goes = False
        if status == "REQUEST_SENT":
            goes = _next_of(coming, event["info"])
            if goes:
                # the one that announced it
                place = max(
                    i for i, e in enumerate(kept) if e.get("status") in _SENDING
                )
                del kept[place]
                continue
        if goes and status in _REPLY:
            continue
        kept.append(event)
    return kept


def _next_of(coming: Iterable[tuple[str, bool]], length: int) -> bool:
    """Tell whether the next command of a length goes; data is none."""
    for line, goes in coming:
        if line.startswith("PORT") or len(line) + 2 == length:
            return goes
    return False
