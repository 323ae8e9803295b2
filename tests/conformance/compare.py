"""The comparer: what a run saw against what was recorded, difference by difference.

Strict: calls with their results, errors and values; payloads; and for each handle the
order of its notifications, with the step, callback, context, kind and payload of each.
On the wire: connections, and on each the requests in order, with method, target, body
and the fields that the scenario is about.

Loose, as the recordings' own notes have it: the byte counts of RESPONSE_RECEIVED, the
choice and the order of the other request fields, on which thread an asynchronous
notification comes, and what differed among the recorded runs.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from tests.conformance.ftp_steps import (
    as_in_http,
    without_besides,
    without_repetitions,
    without_sending,
)
from tests.conformance.requests import differing, requests_of, sent_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.conformance.recording import Event, Recording

__all__ = ["Difference", "compare", "expectation"]

#: Of a notification; the step is among them, so that each operation has its own.
_FIELDS = ("step", "callback", "kind", "context", "info_length", "info")
_COMPLETION = (
    "step",
    "callback",
    "kind",
    "context",
    "info_length",
    "result",
    "error_number",
)


@dataclass(frozen=True)
class Difference:
    """One place where a run and its recording differ.

    :ivar what: ``call``, ``notification``, ``buffer``, ``connections``, ``request`` or
        ``file``.
    :ivar fields: which of them differ; empty when one side has nothing there.
    """

    what: str
    step: int
    recorded: Event | None
    ours: Event | None
    fields: tuple[str, ...] = ()

    @property
    def status(self) -> str:
        """The status of the notification that it is about; empty for others."""
        return str((self.recorded or self.ours or {}).get("status", ""))

    @property
    def handle(self) -> str:
        """The handle of the notification that it is about; empty for others."""
        return str((self.recorded or self.ours or {}).get("handle", ""))

    @property
    def missing(self) -> bool:
        """Whether what was recorded is not there."""
        return self.ours is None

    @property
    def extra(self) -> bool:
        """Whether what is there was not recorded."""
        return self.recorded is None

    @property
    def moved(self) -> bool:
        """Whether it is the same, but for the step it comes in."""
        return self.fields == ("step",)

    def __str__(self) -> str:
        where = f"step {self.step}: {self.what}"
        if self.extra:
            return f"{where} that was not recorded: {_shown(self.ours)}"
        if self.missing:
            return f"{where} is missing: {_shown(self.recorded)}"
        parts = [
            f"{name} {_of(self.recorded, name)!r} there, {_of(self.ours, name)!r} here"
            for name in self.fields
        ]
        return f"{where} {_shown(self.recorded)}: {'; '.join(parts)}"


def expectation(recording: Recording, way: str) -> list[Event]:
    """Return what is to be seen under a way of delivery.

    A blocking session announces no end of a call: there the call returns what the
    recorded one completed with.
    """
    events = [dict(event) for event in recording.events]
    if way != "caller" or recording.synchronous:
        return events
    ends: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        if event.get("status") == "REQUEST_COMPLETE":
            ends[event["handle"]].append(event)
    expected = []
    for event in events:
        if event.get("status") == "REQUEST_COMPLETE":
            continue
        if event.get("returns") == "pending":
            name = event.get("makes") or event["arguments"]["handle"]
            end = ends[name].pop(0) if ends[name] else None
            expected.append(_returned(event, end))
        else:
            expected.append(event)
    return expected


def _returned(pending: Event, end: Event | None) -> Event:
    call = {k: v for k, v in pending.items() if k not in {"error", "error_number"}}
    if end is None:
        # Nobody was told of its end (a context of 0, no callback).
        return {**call, "returns": "ok"}
    count = call["function"] == "InternetQueryDataAvailable"
    if end["result"] == 0:
        return {**call, "returns": "failed", "error_number": end["error_number"]}
    if isinstance(end["result"], str):
        return {**call, "returns": end["result"]}
    if count:
        call["out"] = {}
    return {**call, "returns": "ok"}


def compare(
    recording: Recording,
    events: Sequence[Event],
    wire: Sequence[Event],
    way: str = "reactor",
    files: dict[str, str] | None = None,
) -> list[Difference]:
    """Return where a run differs from its recording, in the order of the steps.

    :param events: what the program saw.
    :param wire: what the servers saw.
    :param way: how its callbacks were called.
    :param files: what became of the program's own files; None: as recorded.
    """
    expected = expectation(recording, way)
    if recording.needs_ftp:
        wire, events = without_besides(recording.wire, wire, events)
        known, expected = without_repetitions(recording.wire, wire, expected)
        recording = replace(recording, wire=tuple(known))
        expected = without_sending(as_in_http(expected))
        events = without_sending(as_in_http(events))
    found = [
        *_calls(expected, events),
        *_buffers(expected, events),
        *_notifications(recording, expected, events, wire, way),
        *_connections(recording, wire),
        *(() if files is None else _files(recording, files)),
    ]
    return sorted(found, key=lambda difference: difference.step)


# -- calls


def _calls(expected: Iterable[Event], events: Iterable[Event]) -> Iterable[Difference]:
    """Compare the calls one by one: both programs made the same ones."""
    theirs = _by_call(expected)
    ours = _by_call(events)
    for key in sorted(theirs.keys() | ours.keys()):
        pairs = _padded(theirs.get(key, []), ours.get(key, []))
        for recorded, seen in pairs:
            if recorded is None or seen is None:
                yield Difference("call", key[0], recorded, seen)
                continue
            fields = tuple(
                name
                for name in ("returns", "error_number", "value", "number")
                if _result(recorded, name) != _result(seen, name)
            )
            if fields:
                yield Difference("call", key[0], recorded, seen, fields)


def _by_call(events: Iterable[Event]) -> dict[tuple[int, bool, str], list[Event]]:
    calls = defaultdict(list)
    for event in events:
        if event["event"] == "call":
            inside = bool(event.get("made_inside_notification"))
            calls[event["step"], inside, event["function"]].append(event)
    return calls


def _result(event: Event, name: str) -> Any:
    if name in {"value", "number"}:
        return (event.get("out") or {}).get(name)
    if name == "returns" and event.get(name) == -1:
        # How InternetSetFilePointer fails.
        return "failed"
    return event.get(name, 0 if name == "error_number" else None)


def _padded(first: list[Event], second: list[Event]) -> list[tuple[Any, Any]]:
    length = max(len(first), len(second))
    return list(
        zip(
            [*first, *[None] * (length - len(first))],
            [*second, *[None] * (length - len(second))],
            strict=True,
        )
    )


def _aligned_commands(theirs: list[Event], ours: list[Event]) -> list[tuple[Any, Any]]:
    """Pair what an FTP server saw, of the same kind and in the same order."""

    def key(entry: Event) -> tuple[str, str]:
        return entry["what"], entry.get("line", "").partition(" ")[0]

    matcher = SequenceMatcher(
        None, [key(e) for e in theirs], [key(e) for e in ours], autojunk=False
    )
    pairs: list[tuple[Any, Any]] = []
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag == "equal":
            pairs += zip(theirs[i:j], ours[k:m], strict=True)
        else:
            pairs += [(entry, None) for entry in theirs[i:j]]
            pairs += [(None, entry) for entry in ours[k:m]]
    return pairs


def _files(recording: Recording, files: dict[str, str]) -> Iterable[Difference]:
    """Compare what became of the program's own files."""
    last = len(recording.steps) - 1
    for name in sorted(recording.files_after.keys() | files.keys()):
        texts = recording.files_after.get(name), files.get(name)
        if texts[0] != texts[1]:
            theirs, ours = (
                None if text is None else {"name": name, "text": text} for text in texts
            )
            yield Difference("file", last, theirs, ours, ("text",))


def _buffers(
    expected: Iterable[Event], events: Iterable[Event]
) -> Iterable[Difference]:
    theirs = [event for event in expected if event["event"] == "buffer"]
    ours = [event for event in events if event["event"] == "buffer"]
    steps = sorted({event["step"] for event in (*theirs, *ours)})
    for step in steps:
        for recorded, seen in _padded(
            [event for event in theirs if event["step"] == step],
            [event for event in ours if event["step"] == step],
        ):
            if recorded is None or seen is None:
                yield Difference("buffer", step, recorded, seen)
            else:
                fields = tuple(
                    name
                    for name in ("count", "data", "find")
                    if recorded.get(name) != seen.get(name)
                )
                if fields:
                    yield Difference("buffer", step, recorded, seen, fields)


# -- notifications


def _notifications(
    recording: Recording,
    expected: Iterable[Event],
    events: Iterable[Event],
    wire: Sequence[Event],
    way: str,
) -> Iterable[Difference]:
    theirs, ours = _by_handle(expected), _by_handle(events)
    shifts = sent_bytes(recording.wire, wire)
    for handle in sorted(theirs.keys() | ours.keys()):
        yield from _aligned(
            recording, theirs.get(handle, []), ours.get(handle, []), shifts, way
        )


def _by_handle(events: Iterable[Event]) -> dict[str, list[Event]]:
    told = defaultdict(list)
    for event in events:
        if event["event"] == "notification":
            told[event["handle"]].append(event)
    return told


def _aligned(
    recording: Recording,
    theirs: list[Event],
    ours: list[Event],
    shifts: dict[int, list[tuple[int, int]]],
    way: str,
) -> Iterable[Difference]:
    """Compare what one handle said, in its order."""
    matcher = SequenceMatcher(
        None, [_key(e) for e in theirs], [_key(e) for e in ours], autojunk=False
    )
    missing: list[Event] = []
    extra: list[Event] = []
    sends: dict[int, int] = defaultdict(int)
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag != "equal":
            missing += theirs[i:j]
            extra += ours[k:m]
            continue
        for recorded, seen in zip(theirs[i:j], ours[k:m], strict=True):
            shift: int | None = 0
            if recorded["status"] == "REQUEST_SENT":
                place = sends[recorded["step"]]
                sends[recorded["step"]] += 1
                known = shifts.get(recorded["step"], [])
                if place >= len(known):
                    # A server that took no request, or a piece of a body.
                    shift = None if _sent_head(recorded, theirs) else 0
                elif recorded["info"] >= known[place][0]:
                    shift = known[place][1] - known[place][0]
            fields = _differing(recorded, seen, shift, recording, way)
            if fields:
                yield Difference(
                    "notification", recorded["step"], recorded, seen, fields
                )
    missing, extra = _forgiven(recording, missing, extra)
    for recorded in missing:
        partner = _partner(recorded, extra, theirs, ours)
        if partner is None:
            yield Difference("notification", recorded["step"], recorded, None)
        else:
            extra = [event for event in extra if event is not partner]
            fields = _differing(recorded, partner, 0, recording, way)
            yield Difference(
                "notification", recorded["step"], recorded, partner, fields
            )
    for seen in extra:
        yield Difference("notification", seen["step"], None, seen)


def _key(event: Event) -> tuple[int, str]:
    return event["step"], event["status"]


def _partner(
    recorded: Event, extra: list[Event], theirs: list[Event], ours: list[Event]
) -> Event | None:
    """Find the same notification in another step, its neighbours unchanged.

    It has moved only if what the handle said before it and after it is the same:
    otherwise the order has changed, and the two are two differences.
    """
    for seen in extra:
        if seen["status"] == recorded["status"] and seen["step"] != recorded["step"]:
            before = [event["status"] for event in theirs[: theirs.index(recorded)]]
            here = [event["status"] for event in ours[: ours.index(seen)]]
            if before == here:
                return seen
    return None


def _forgiven(
    recording: Recording, missing: list[Event], extra: list[Event]
) -> tuple[list[Event], list[Event]]:
    """Leave out what differed among the recorded runs as well."""
    missing = [e for e in missing if e.get("varies") != "optional or different"]
    others = [
        (e["handle"], e["step"], e["status"])
        for e in recording.others
        if e["event"] == "notification"
    ]
    kept = []
    for event in extra:
        key = (event["handle"], event["step"], event["status"])
        if key in others:
            others.remove(key)
        else:
            kept.append(event)
    return missing, kept


def _differing(
    recorded: Event, seen: Event, shift: int | None, recording: Recording, way: str
) -> tuple[str, ...]:
    """Return the fields in which two notifications of one status differ."""
    names = _COMPLETION if recorded["status"] == "REQUEST_COMPLETE" else _FIELDS
    fields = [name for name in names if not _same(name, recorded, seen, shift)]
    if fields and recorded.get("varies") == "optional or different":
        others = [
            other
            for other in recording.others
            if other.get("status") == seen["status"]
            and other["handle"] == seen["handle"]
            and all(_same(name, other, seen, 0) for name in names)
        ]
        if others:
            return ()
    inside = recorded["inside_call"] and way in {"reactor", "caller"}
    if inside and not seen["inside_call"]:
        fields.append("inside_call")
    return tuple(fields)


def _sent_head(recorded: Event, theirs: list[Event]) -> bool:
    """Tell whether a REQUEST_SENT is the first since the connection was made."""
    before = theirs[: theirs.index(recorded)]
    return not any(event["status"] == "REQUEST_SENT" for event in before)


def _same(name: str, recorded: Event, seen: Event, shift: int | None) -> bool:
    theirs: Any = recorded.get(name)
    ours: Any = seen.get(name)
    if name == "info":
        if recorded["status"] == "RESPONSE_RECEIVED":
            # Loose: what is counted is this implementation's.
            return isinstance(ours, int) and ours >= 0
        if recorded["status"] == "REQUEST_SENT" and isinstance(theirs, int):
            return bool(ours > 0 if shift is None else ours == theirs + shift)
    return bool(theirs == ours)


# -- the wire


def _connections(recording: Recording, wire: Sequence[Event]) -> Iterable[Difference]:
    theirs, ours = requests_of(recording.wire), requests_of(wire)
    for key in sorted(theirs.keys() | ours.keys()):
        recorded, seen = theirs.get(key), ours.get(key)
        if recorded is None or seen is None:
            entry = (recorded or seen or [{}])[0]
            yield Difference(
                "connections",
                entry["step"],
                None if recorded is None else entry,
                None if seen is None else entry,
            )
            continue
        pair = _aligned_commands if recording.needs_ftp else _padded
        for theirs_one, ours_one in pair(recorded, seen):
            if theirs_one is None or ours_one is None:
                step = (theirs_one or ours_one)["step"]
                yield Difference("request", step, theirs_one, ours_one)
            else:
                fields = differing(recording, theirs_one, ours_one)
                if fields:
                    yield Difference(
                        "request", theirs_one["step"], theirs_one, ours_one, fields
                    )


# -- words


def _of(event: Event | None, name: str) -> Any:
    if event is None:
        return None
    if name in {"value", "number"}:
        return (event.get("out") or {}).get(name)
    return event.get("line" if name == "command" else name)


def _shown(event: Event | None) -> str:
    if event is None:
        return "nothing"
    match event.get("event"):
        case "call":
            return f"{event['function']} on {event['arguments'].get('handle')}"
        case "notification":
            payload = event.get(
                "info", (event.get("result"), event.get("error_number"))
            )
            return f"{event['handle']} {event['status']} {payload!r}"
        case "buffer":
            return f"{event.get('count')} bytes {str(event.get('data'))[:30]!r}"
    said = str(event.get("text", event.get("line", "")))
    return f"{event.get('what')} {said[:70]!r}"
