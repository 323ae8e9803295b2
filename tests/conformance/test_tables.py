"""The recorded tables of plain calls: every firm case is equal."""

from __future__ import annotations

from collections import Counter

from twisted.trial.unittest import SynchronousTestCase

from tests.conformance.__main__ import DATA
from tests.conformance.recording import is_table
from tests.conformance.tables import replay_table
from twinet import wininet
from twinet.wininet import ICU_DECODE

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
