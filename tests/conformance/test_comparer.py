"""The comparer and the list of deviations: what they see, and what they let pass."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.conformance import conditions, ftp_conditions
from tests.conformance.__main__ import DATA
from tests.conformance.compare import compare
from tests.conformance.deviations import entries
from tests.conformance.recording import Recording, is_table, load
from tests.conformance.replay import judge
from tests.conformance.selftest import Score, self_test

RECORDINGS = [load(path) for path in sorted(DATA.glob("*.json")) if not is_table(path)]


@cache
def score_of(seed: int) -> Score:
    return self_test(RECORDINGS, seed)


def named(name: str) -> Recording:
    return next(recording for recording in RECORDINGS if recording.name == name)


class ComparerTests(SynchronousTestCase):
    """Recordings against themselves, and against what was changed in them."""

    def test_each_recording_is_equal_to_itself(self) -> None:
        """Nothing is called different that is not."""
        for recording in RECORDINGS:
            self.assertEqual(
                compare(recording, recording.events, recording.wire), [], recording.name
            )

    def test_every_mutant_is_different(self) -> None:
        """But for what the recordings call loose, which is little."""
        score = score_of(1)
        self.assertEqual(score.missed, [])
        self.assertGreater(sum(score.made.values()), 7000)
        self.assertEqual(score.different, score.made)
        self.assertLess(sum(score.loose.values()), 150)
        self.assertLessEqual(
            set(score.loose),
            {
                "it differed among the recorded runs",
                "the count of REQUEST_SENT, when the server took no request",
                "the count of RESPONSE_RECEIVED",
            },
        )

    def test_the_list_swallows_no_more_than_its_entries_say(self) -> None:
        """Of the mutants of ordinary scenarios no entry explains one."""
        for seed in range(3):
            score = score_of(seed)
            self.assertLess(sum(score.explained.values()), 50, score.explained)


class ListTests(SynchronousTestCase):
    """The list of deviations."""

    def test_each_entry_says_when_why_and_who_is_right(self) -> None:
        """And each condition belongs to an entry."""
        names = [entry.name for entry in entries()]
        self.assertEqual(len(names), len(set(names)))
        for entry in entries():
            for text in (entry.exactly, entry.reason, entry.source):
                self.assertGreater(len(text), 5, entry.name)
        functions = {
            name.replace("_", "-")
            for room in (conditions, ftp_conditions)
            for name, value in vars(room).items()
            if callable(value)
            and getattr(value, "__module__", "") == room.__name__
            and not name.startswith("_")
        }
        self.assertEqual(functions, {e.name for e in entries() if not e.table})

    def changed(self, name: str, change: Any) -> str:
        """Return the verdict on a recording with its events changed."""
        recording = named(name)
        events = copy.deepcopy(list(recording.events))
        change(events)
        return judge(recording, events, recording.wire).word

    def test_an_entry_explains_its_difference(self) -> None:
        """A dead handle is 6 where 12018 was recorded."""

        def dead(events: list[dict[str, Any]]) -> None:
            for event in events:
                if event.get("error_number") == 12018:
                    event["error_number"] = 6

        self.assertEqual(
            self.changed("close_connection_with_requests_open", dead), "deviation"
        )

    def test_no_entry_explains_another_number(self) -> None:
        """Any other number there is a difference."""

        def wrong(events: list[dict[str, Any]]) -> None:
            for event in events:
                if event.get("error_number") == 12018:
                    event["error_number"] = 87

        self.assertEqual(
            self.changed("close_connection_with_requests_open", wrong), "different"
        )

    def test_no_entry_explains_a_context(self) -> None:
        """Not even where nearly everything is explained."""

        def foreign(events: list[dict[str, Any]]) -> None:
            for event in events:
                if event.get("status") == "REQUEST_COMPLETE":
                    event.update(result=0, error_number=12152, context=99)

        self.assertEqual(
            self.changed("err_closed_without_answer", foreign), "different"
        )

    def test_no_entry_explains_an_order(self) -> None:
        """The pair of closing notifications the wrong way round is a difference."""

        def turned(events: list[dict[str, Any]]) -> None:
            places = [
                n
                for n, event in enumerate(events)
                if event.get("status") in {"CLOSING_CONNECTION", "CONNECTION_CLOSED"}
            ]
            first, second = places
            events[first], events[second] = events[second], events[first]

        self.assertEqual(
            self.changed("http_connection_close_header", turned), "different"
        )
