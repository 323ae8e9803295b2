"""The benches run, and a client that got wrong bytes does not get away with it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from tests.bench import http_small, rounds
from tests.bench.clients import CLIENTS, US
from tests.bench.job import Job
from tests.bench.rounds import Score
from tests.bench.server import INSTALL, Server, nginx
from tests.bench.stopwatch import Reading

_ROOT = Path(__file__).parents[2]
_MISSING = f"nginx is not installed: {INSTALL}" if nginx() is None else ""


class BenchesRun(SynchronousTestCase):
    """Few requests, real server, real clients."""

    if _MISSING:
        skip = _MISSING

    def test_small_few_requests_table_has_our_rows(self):
        """http_small prints a row of ours for which every byte was right."""
        names = f"{US},twinet-unheard"
        ended = subprocess.run(
            [
                *(sys.executable, "-m", "tests.bench.http_small"),
                *("--requests", "40", "--rounds", "1", "--clients", names),
            ],
            cwd=_ROOT,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        self.assertEqual(ended.returncode, 0, ended.stdout + ended.stderr)
        rows = {line.split()[0]: line for line in ended.stdout.splitlines() if line}
        for name in names.split(","):
            self.assertNotIn("FAILED", rows[name])
            self.assertEqual(rows[name].split()[1], "40")

    def test_small_body_of_wrong_length_client_fails(self):
        """A body that is not as long as it should be makes the client's row FAILED."""
        with Server() as server:
            url = server.url + "1k"
            job = Job(url=url, size=1025, warm_up=url, warm_up_size=1024, requests=3)
            scores = rounds.play("small", job, [US], 1)
        self.assertTrue(scores[US].failed)
        self.assertIn("FAILED: 3 answers", http_small.report("", scores))


class Scores(SynchronousTestCase):
    """What the table says of clients without figures."""

    def test_client_missing_row_says_how_to_install(self):
        """A client that is not installed has a row that says so; nothing breaks."""
        score = Score(CLIENTS["curl"], missing=CLIENTS["curl"].remedy)
        table = http_small.report("", {"curl": score})
        self.assertIn("not installed (apt-get install curl)", table)

    def test_ratio_is_median_of_paired_rounds(self):
        """The ratio pairs the rounds; it is not the ratio of the medians."""
        us, it = Score(CLIENTS[US]), Score(CLIENTS["curl"])
        us.readings = [Reading(cpu, 1, 1, 0) for cpu in (1.0, 8.0, 3.0)]
        it.readings = [Reading(cpu, 1, 1, 0) for cpu in (2.0, 2.0, 1.0)]
        self.assertEqual(us.ratio(it, lambda reading: reading.cpu), 3.0)
