"""The comparer's own test: recordings with one thing changed must be called different.

Of every recording seeded mutants are made, as if a run had seen them: two
notifications of a handle in the other order, one dropped, one twice; another context,
callback, handle, error, result, payload or value; one byte of a request changed, a
request dropped.  What the recordings' notes call loose is counted apart, by place.
"""

from __future__ import annotations

import itertools
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.conformance.compare import compare
from tests.conformance.ftp_steps import without_sending
from tests.conformance.replay import judge
from tests.conformance.requests import counted_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conformance.recording import Event, Recording

__all__ = ["Score", "self_test"]

#: How many mutants of a kind are made of each recording, where it has so many places.
EACH = 3


@dataclass
class Score:
    """What became of the mutants.

    :ivar made: how many were made, by kind.
    :ivar different: how many of them the comparer told from the recording.
    :ivar loose: how many it may not tell from it, by the reason.
    :ivar missed: those that it should have told from it.
    :ivar explained: how many differences an entry of the deviations would explain.
    """

    made: Counter[str] = field(default_factory=Counter)
    different: Counter[str] = field(default_factory=Counter)
    loose: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    explained: Counter[str] = field(default_factory=Counter)

    def lines(self) -> Iterator[str]:
        """Give the score in words."""
        for kind in self.made:
            yield f"{kind:22} {self.different[kind]:5} of {self.made[kind]:5} different"
        total, told = sum(self.made.values()), sum(self.different.values())
        yield f"{'all':22} {told:5} of {total:5} different"
        for reason, count in sorted(self.loose.items()):
            yield f"  loose: {count:5} {reason}"
        for entry, count in sorted(self.explained.items()):
            yield f"  explained by a deviation: {count:5} {entry}"
        for line in self.missed:
            yield f"  MISSED {line}"


def self_test(recordings: list[Recording], seed: int) -> Score:
    """Make mutants of all recordings and judge them."""
    score = Score()
    for recording in recordings:
        for kind, mutate in _KINDS.items():
            # By name and kind, so that a new recording changes no other's mutants.
            rng = random.Random(f"{seed} {recording.name} {kind}")
            for number in range(EACH):
                _judge_one(score, recording, kind, mutate, rng, number)
    return score


def _judge_one(
    score: Score,
    recording: Recording,
    kind: str,
    mutate: Callable[..., str | None],
    rng: random.Random,
    number: int,
) -> None:
    events = [_copied(event) for event in recording.events]
    if recording.needs_ftp:
        # what is left out of the comparison cannot be changed
        events = without_sending(events)
    wire = [dict(entry) for entry in recording.wire]
    loose = mutate(rng, recording, events, wire)
    if loose is None:
        # It has no such place.
        return
    if loose and not compare(recording, events, wire):
        score.loose[loose] += 1
        return
    score.made[kind] += 1
    verdict = judge(recording, events, wire)
    if verdict.word == "equal":
        score.missed.append(f"{recording.name} {kind} {number}")
        return
    score.different[kind] += 1
    for entry in verdict.entries if verdict.word == "deviation" else ():
        score.explained[entry] += 1


# -- mutants: each changes one thing, and says why that may pass (empty: it may not)


def _copied(event: Event) -> Event:
    # A mutant changes no more than a field of it, or one of what came out of a call:
    # a copy of all that is in it takes most of the time.
    return event | {"out": dict(event["out"])} if "out" in event else dict(event)


def _told(events: list[Event]) -> list[Event]:
    return [event for event in events if event["event"] == "notification"]


def _pick(rng: random.Random, places: list[Any]) -> Any:
    return rng.choice(places) if places else None


def _varied(event: Event) -> str:
    return "it differed among the recorded runs" if "varies" in event else ""


def _swap(
    rng: random.Random, recording: Recording, events: list[Event], wire: list[Event]
) -> str | None:
    by_handle: dict[str, list[int]] = {}
    for place, event in enumerate(events):
        if event["event"] == "notification":
            by_handle.setdefault(event["handle"], []).append(place)
    pairs = [
        pair
        for places in by_handle.values()
        for pair in itertools.pairwise(places)
        if _seen(events[pair[0]]) != _seen(events[pair[1]])
    ]
    pair = _pick(rng, pairs)
    if pair is None:
        return None
    first, second = pair
    events[first], events[second] = events[second], events[first]
    return _varied(events[first]) or _varied(events[second])


def _seen(event: Event) -> tuple[Any, ...]:
    loose = event["status"] == "RESPONSE_RECEIVED"
    names = ("step", "status", "context", "callback", "result", "error_number")
    return (*(event.get(name) for name in names), None if loose else event.get("info"))


def _drop(
    rng: random.Random, recording: Recording, events: list[Event], wire: list[Event]
) -> str | None:
    event = _pick(rng, _told(events))
    if event is None:
        return None
    events[:] = [other for other in events if other is not event]
    return _varied(event)


def _add(
    rng: random.Random, recording: Recording, events: list[Event], wire: list[Event]
) -> str | None:
    event = _pick(rng, _told(events))
    if event is None:
        return None
    place = next(n for n, other in enumerate(events) if other is event)
    events.insert(place, dict(event))
    others = [(o.get("handle"), o["step"], o.get("status")) for o in recording.others]
    here = (event["handle"], event["step"], event["status"])
    return _varied(event) or (
        "it differed among the recorded runs" if here in others else ""
    )


def _changing(name: str, change: Callable[[Any], Any]) -> Callable[..., str | None]:
    def mutate(
        rng: random.Random, recording: Recording, events: list[Event], wire: list[Event]
    ) -> str | None:
        event = _pick(rng, [e for e in _told(events) if name in e])
        if event is None:
            return None
        event[name] = change(event[name])
        return _varied(event)

    return mutate


def _info(
    rng: random.Random, recording: Recording, events: list[Event], wire: list[Event]
) -> str | None:
    event = _pick(rng, [e for e in _told(events) if e.get("info") is not None])
    if event is None:
        return None
    info = event["info"]
    event["info"] = info + 1 if isinstance(info, int) else f"{info}x"
    if event["status"] == "RESPONSE_RECEIVED":
        return "the count of RESPONSE_RECEIVED"
    if event["status"] == "REQUEST_SENT":
        return "the count of REQUEST_SENT, when the server took no request"
    return _varied(event)


def _call(name: str, change: Callable[[Any], Any]) -> Callable[..., str | None]:
    def mutate(
        rng: random.Random, recording: Recording, events: list[Event], wire: list[Event]
    ) -> str | None:
        calls = [e for e in events if e["event"] == "call" and name in e]
        event = _pick(rng, calls)
        if event is None:
            return None
        event[name] = change(event[name])
        return ""

    return mutate


def _value(
    rng: random.Random, recording: Recording, events: list[Event], wire: list[Event]
) -> str | None:
    outs = [e["out"] for e in events if e["event"] == "call" and "out" in e]
    places = [
        (out, name) for out in outs for name in ("value", "number") if name in out
    ]
    place = _pick(rng, places)
    if place is None:
        return None
    out, name = place
    out[name] = out[name] + 1 if isinstance(out[name], int) else f"{out[name]}x"
    return ""


def _payload(
    rng: random.Random, recording: Recording, events: list[Event], wire: list[Event]
) -> str | None:
    buffers = [e for e in events if e["event"] == "buffer" and e.get("data")]
    event = _pick(rng, buffers)
    if event is None:
        return None
    event["data"] = _other_byte(rng, event["data"], 0, len(event["data"]))
    return ""


def _other_byte(rng: random.Random, text: str, start: int, end: int) -> str:
    place = rng.randrange(start, end)
    other = chr((ord(text[place]) + rng.randrange(1, 90)) % 256)
    return text[:place] + other + text[place + 1 :]


def _wire_byte(
    rng: random.Random, recording: Recording, events: list[Event], wire: list[Event]
) -> str | None:
    entries = [entry for entry in wire if entry["who"] == "client" and "text" in entry]
    entry = _pick(rng, entries)
    if entry is None:
        return None
    text = entry["text"]
    spans = _spans(recording, text) if entry["what"].startswith("request") else []
    start, end = _pick(rng, spans) or (0, len(text))
    entry["text"] = _other_byte(rng, text, start, end)
    return ""


def _spans(recording: Recording, text: str) -> list[tuple[int, int]]:
    """Return the places of a request that count: its line, some values, its body."""
    head, end, body = text.partition("\r\n\r\n")
    if not end:
        return [(0, len(text))]
    spans = [(0, head.index("\r\n"))]
    if body:
        spans.append((len(head) + 4, len(text)))
    place = head.index("\r\n") + 2
    for line in head.split("\r\n")[1:]:
        name, _, value = line.partition(": ")
        empty = name.lower() == "content-length" and value == "0"
        if name.lower() in counted_fields(recording) and value and not empty:
            spans.append((place + len(name) + 2, place + len(line)))
        place += len(line) + 2
    return spans


def _wire_drop(
    rng: random.Random, recording: Recording, events: list[Event], wire: list[Event]
) -> str | None:
    entry = _pick(rng, [entry for entry in wire if entry["who"] == "client"])
    if entry is None:
        return None
    wire[:] = [other for other in wire if other is not entry]
    return ""


_KINDS: dict[str, Callable[..., str | None]] = {
    "two swapped": _swap,
    "one dropped": _drop,
    "one twice": _add,
    "another context": _changing("context", lambda context: context + 1),
    "another callback": _changing(
        "callback", lambda letter: "B" if letter == "A" else "A"
    ),
    "another handle": _changing("handle", lambda name: f"{name}9"),
    "another kind": _changing("kind", lambda kind: f"other {kind}"),
    "another length": _changing("info_length", lambda length: length + 1),
    "another payload": _info,
    "another completion": _changing("error_number", lambda number: number + 1),
    "another result": _changing("result", lambda result: 1 if result == 0 else 0),
    "another return": _call("returns", lambda value: f"not {value}"),
    "another call's error": _call("error_number", lambda number: number + 1),
    "another value": _value,
    "other data": _payload,
    "one wire byte": _wire_byte,
    "one request dropped": _wire_drop,
}
