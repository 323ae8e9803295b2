"""The intake: JSON becomes jobs, or a refusal that says what to mend."""

from __future__ import annotations

from typing import Any

from twisted.trial import unittest

from twinet.inetfetch.api.intake import parse_jobs, parse_json
from twinet.inetfetch.api.problem import Problem

URL = "http://u:secret@Host.example/a"

#: What is refused, and a word of the reason.
REFUSED: list[tuple[Any, str]] = [
    (None, "object"),
    (7, "object"),
    ("http://h/", "object"),
    ([], "empty"),
    ({}, "'url'"),
    ({"url": 7}, "'url'"),
    ({"url": None}, "'url'"),
    ({"url": ["http://h/"]}, "'url'"),
    ({"url": "ftp://h/"}, "ftp"),
    ({"url": URL, "dir": "/tmp"}, "folder is the daemon's"),
    ({"url": URL, "Out": "x"}, "'Out'"),
    ({"url": URL, "out": 7}, "'out'"),
    ({"url": URL, "out": "../x"}, "'out'"),
    ({"url": URL, "out": ""}, "'out'"),
    ({"url": URL, "priority": "1"}, "priority"),
    ({"url": URL, "priority": 1.0}, "priority"),
    ({"url": URL, "priority": True}, "priority"),
    ({"url": URL, "priority": 101}, "priority"),
    ({"url": URL, "priority": -101}, "priority"),
]


class IntakeTests(unittest.SynchronousTestCase):
    def test_object_becomes_one_job(self):
        """With everything that was given."""
        [asked] = parse_jobs({"url": URL, "out": "a/b", "priority": -100}, "/root")
        self.assertEqual((asked.uris, asked.host), ((URL,), "host.example"))
        self.assertEqual((asked.out_root, asked.out_path), ("/root", "a/b"))
        self.assertEqual((asked.priority, asked.scope), (-100, "local"))

    def test_what_was_left_out_has_its_default(self):
        """The URL alone will do."""
        for data in [{"url": URL}, {"url": URL, "out": None}]:
            [asked] = parse_jobs(data, "/root")
            self.assertEqual((asked.out_path, asked.priority), (None, 0))

    def test_list_becomes_jobs_in_its_order(self):
        """First come, first served."""
        asked = parse_jobs([{"url": f"http://h/{n}"} for n in range(3)], "/root")
        self.assertEqual([each.uris[0][-1] for each in asked], ["0", "1", "2"])

    def test_wrong_request_is_refused_with_the_reason(self):
        """And without the password that may be in it."""
        for data, word in REFUSED:
            problem = self.assertRaises(Problem, parse_jobs, data, "/root")
            self.assertEqual(problem.status, 400, data)
            self.assertIn(word, problem.detail)
            self.assertNotIn("secret", problem.detail)

    def test_wrong_item_refuses_the_whole_list_and_is_named(self):
        """Nothing is added by halves."""
        for data, word in REFUSED[3:]:
            problem = self.assertRaises(
                Problem, parse_jobs, [{"url": URL}, {"url": URL}, data], "/root"
            )
            self.assertEqual(problem.as_json()["index"], 2)
            self.assertIn("item 2", problem.detail)
            self.assertIn(word if isinstance(data, dict) else "object", problem.detail)

    def test_what_is_no_json_is_refused(self):
        """With the place where it goes wrong."""
        for body in [b"", b"{", b"\xff\xfe\x00", b"{'url': 1}", b"[" * 100_000]:
            problem = self.assertRaises(Problem, parse_json, body)
            self.assertEqual(problem.status, 400)
