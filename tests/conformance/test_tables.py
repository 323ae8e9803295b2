"""The recorded tables of plain calls: every firm case is equal."""

from __future__ import annotations

import copy
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from twisted.trial.unittest import SynchronousTestCase

from tests.conformance.__main__ import DATA
from tests.conformance.recording import is_table
from tests.conformance.tables import judge, replay_table
from twinet import wininet
from twinet.wininet import ICU_DECODE

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Calls into a buffer that is too small, which Python has not.
BUFFERS = {
    "url_canonicalize_small_buffer": 2,
    "url_create_basic": 1,
}


class TableTests(SynchronousTestCase):
    """URL and time functions under their Windows names."""

    def test_every_firm_case_is_equal(self) -> None:
        """But for those that are about the caller's buffer."""
        firm: Counter[str] = Counter()
        buffers: Counter[str] = Counter()
        for path in sorted(DATA.glob("*.json")):
            for verdict in replay_table(path) if is_table(path) else ():
                if verdict.judgement != "firm":
                    continue
                if verdict.entries == ("no-buffers",):
                    buffers[verdict.name.partition("[")[0]] += 1
                else:
                    firm[verdict.word] += 1
                    self.assertEqual(verdict.word, "equal", verdict)
        self.assertEqual(firm, {"equal": 102})
        self.assertEqual(buffers, BUFFERS)

    def test_doubtful_cases_differ_on_purpose(self) -> None:
        """Dates are read as HTTP has them, and a decoded @ moves no border."""
        found = {
            verdict.name: (verdict.word, verdict.entries)
            for path in DATA.glob("*.json")
            if is_table(path)
            for verdict in replay_table(path)
            if verdict.judgement == "doubtful"
        }
        self.assertNotIn("different", [word for word, _ in found.values()], found)
        self.assertEqual(
            sorted(entry for _, entries in found.values() for entry in entries),
            [
                "borders-before-decoding",
                "no-buffers",
                "whole-dates",
                "whole-dates",
            ],
        )

    def test_crack_decoding_user_with_at_sign_keeps_the_borders(self) -> None:
        """The doubtful case: the host stays the host."""
        ours = wininet.InternetCrackUrl("http://us%40er:p%3Aw@example.com/", ICU_DECODE)
        self.assertEqual(
            (ours.host, ours.port, ours.username, ours.password),
            ("example.com", 80, "us@er", "p:w"),
        )


class JudgeTests(SynchronousTestCase):
    """The judge, on records that say something else than what was recorded."""

    def cases(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Give the function and a copy of each recorded case."""
        for path in sorted(DATA.glob("*.json")):
            if is_table(path):
                data = json.loads(path.read_text(encoding="utf-8"))
                for case in data["cases"]:
                    yield data["function"], copy.deepcopy(case)

    def test_each_value_that_was_changed_is_seen(self) -> None:
        """In a firm case: a text, a number, a length, an error."""
        changed = 0
        for function, case in self.cases():
            if case["judgement"] != "firm":
                continue
            for key, value in (case.get("out") or {}).items():
                case["out"][key] = value + 1 if isinstance(value, int) else f"{value}x"
                word = judge("changed", function, case).word
                self.assertEqual(word, "different", (case, key))
                case["out"][key] = value
                changed += 1
            case["returns"], case["error_number"] = "failed", 87
            self.assertEqual(judge("failed", function, case).word, "different", case)
        self.assertEqual(changed, 345)

    def test_doubt_excuses_no_other_value_than_the_meant_one(self) -> None:
        """A doubtful case may differ from what was recorded, not from its meaning."""
        call = "InternetTimeToSystemTime"
        out = {"size": 25, "value": "0020-01-15 10:20:30 dow=3"}
        case = {"returns": "ok", "out": out, "judgement": "doubtful"}
        for text, word in (
            ("Wednesday, 15-Jan-20 10:20:30 GMT", "deviation"),
            ("Wed Jan 15 10:20:30 2020", "deviation"),
            ("3, 15-01-2020 10:20:30", "different"),
        ):
            case["arguments"] = {"text": text}
            self.assertEqual(judge("doubtful", call, case).word, word, text)

    def test_an_error_is_equal_by_its_number(self) -> None:
        """The same, another, and one where there was none."""
        case = {
            "arguments": {"url": "no scheme", "flags": 0},
            "returns": "failed",
            "error_number": 12006,
            "judgement": "firm",
        }
        self.assertEqual(judge("same", "InternetCrackUrl", case).word, "equal")
        case["error_number"] = 12005
        self.assertEqual(judge("other", "InternetCrackUrl", case).word, "different")
        case["returns"] = "ok"
        self.assertEqual(judge("none", "InternetCrackUrl", case).word, "different")
