"""What ``add`` makes of a command line and of a list of URLs."""

from __future__ import annotations

import io
import json
import sys
import tempfile
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from twinet.inetfetch.command.client import BATCH, BATCH_BYTES, batches
from twinet.inetfetch.command.report import Exit, Trouble
from twinet.inetfetch.command.wanted import wanted_jobs

A, B = "http://e.org/a", "http://e.org/b"


class Wanted(SynchronousTestCase):
    """URLs, checked before any is added."""

    def listed(self, content: bytes) -> str:
        """Return the name of a file with this content."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = Path(folder.name) / "list.txt"
        path.write_bytes(content)
        return str(path)

    def assert_usage(self, *words: str, **kwargs) -> None:
        """Check that it is wrong usage, with these words."""
        given = {"urls": [], "listed": None, "out": None, **kwargs}
        trouble = self.assertRaises(
            Trouble, wanted_jobs, given["urls"], given["listed"], given["out"]
        )
        self.assertEqual(trouble.code, Exit.USAGE)
        for word in words:
            self.assertIn(word, str(trouble))

    def test_urls_come_in_their_order(self):
        """Those of the command line before those of the list."""
        jobs = wanted_jobs([B], self.listed(f"{A}\n{B}\n".encode()), None)
        self.assertEqual(jobs, [{"url": B}, {"url": A}, {"url": B}])

    def test_blank_lines_and_remarks_are_skipped(self):
        """So are a byte order mark, line ends of Windows, and blanks round a URL."""
        text = f"\ufeff{A}\r\n\r\n  # not this\n#{B}\n \t{B} \n"
        jobs = wanted_jobs([], self.listed(text.encode()), None)
        self.assertEqual(jobs, [{"url": A}, {"url": B}])

    def test_the_last_line_needs_no_end(self):
        """As "echo -n" writes it."""
        self.assertEqual(wanted_jobs([], self.listed(A.encode()), None), [{"url": A}])

    def test_a_dash_is_standard_input(self):
        """So a pipe can feed the queue."""
        self.patch(sys, "stdin", io.TextIOWrapper(io.BytesIO(f"{A}\n{B}".encode())))
        self.assertEqual(wanted_jobs([], "-", None), [{"url": A}, {"url": B}])

    def test_a_name_goes_with_one_url(self):
        """Wherever that URL stands."""
        wanted = [{"url": A, "out": "x"}]
        self.assertEqual(wanted_jobs([A], None, "x"), wanted)
        self.assertEqual(wanted_jobs([], self.listed(A.encode()), "x"), wanted)
        self.assert_usage("-o", urls=[A, B], out="x")
        self.assert_usage("-o", listed=self.listed(b"#\n"), out="x")

    def test_what_is_wrong_is_told_with_its_place(self):
        """Of a list the line, counted with those that are skipped."""
        self.assert_usage("command line", "no scheme", urls=["e.org/a"])
        self.assert_usage("line 3", "'news'", listed=self.listed(b"#\n\nnews://e/"))
        self.assert_usage("line 2", "UTF-8", listed=self.listed(b"\n\xff\n"))
        self.assert_usage("command line", "UTF-8", urls=["http://e.org/\udc80"])
        self.assert_usage("-o", "UTF-8", urls=[A], out="\udc80")

    def test_a_password_is_not_told(self):
        """Even if the URL is wrong."""
        trouble = self.assertRaises(
            Trouble, wanted_jobs, ["ftp://u:secret@e.org/"], None, None
        )
        self.assertNotIn("secret", str(trouble))

    def test_a_list_that_cannot_be_read_is_a_local_trouble(self):
        """With its name."""
        trouble = self.assertRaises(Trouble, wanted_jobs, [], "no/list", None)
        self.assertEqual(trouble.code, Exit.LOCAL)
        self.assertIn("no/list", str(trouble))


class Batches(SynchronousTestCase):
    """What one request adds."""

    def test_nothing_makes_no_request(self):
        """An empty list is no error."""
        self.assertEqual(list(batches([])), [])

    def test_a_batch_has_a_largest_number(self):
        """All jobs are in one batch, in their order."""
        jobs = [{"url": f"{A}{n}"} for n in range(2 * BATCH + 1)]
        cut = list(batches(jobs))
        self.assertEqual([len(batch) for batch in cut], [BATCH, BATCH, 1])
        self.assertEqual([job for batch in cut for job in batch], jobs)

    def test_a_batch_has_a_largest_size(self):
        """Long URLs come in smaller batches, which the daemon can take."""
        jobs = [{"url": A + "x" * 8000} for _ in range(BATCH)]
        cut = list(batches(jobs))
        self.assertGreater(len(cut), 1)
        for batch in cut:
            self.assertLessEqual(len(json.dumps(batch)), BATCH_BYTES)
        self.assertEqual(sum(map(len, cut)), BATCH)

    def test_a_job_beyond_the_size_goes_alone(self):
        """The daemon says what is wrong with it."""
        jobs = [{"url": A}, {"url": A + "x" * BATCH_BYTES}, {"url": B}]
        self.assertEqual([len(batch) for batch in batches(jobs)], [1, 1, 1])
