"""The same HTTPS on asyncio's loop and on uvloop's: TLS is our own on each of them."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from unittest import SkipTest

from twisted.trial.unittest import SynchronousTestCase

from tests.http.other_reactor import SIZE

ROOT = Path(__file__).resolve().parents[2]


class ReactorTests(SynchronousTestCase):
    """A process on another reactor; this one has one already."""

    def found_on(self, name: str) -> dict[str, Any]:
        # Twisted keeps a file open to its end, in reserve.
        warnings = ("-W", "error", "-W", "ignore::ResourceWarning")
        done = subprocess.run(
            [sys.executable, *warnings, "-m", "tests.http.other_reactor", name],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def check(self, name: str, loop: str) -> None:
        found = self.found_on(name)
        self.assertTrue(found.pop("loop").startswith(loop))
        self.assertEqual(
            found,
            {
                "reactor": "AsyncioSelectorReactor",
                "body": "hello",
                "kept": "hello",
                "saved": SIZE,
                "demanded": 12044,
                "shown": "hello",
                "expired": 12037,
                "silent": 12002,
                "tls": ["TLSv1.3", "CN=server"],
                # One for what went well, and one after the silence.
                "connections": 2,
                "timers": [],
            },
        )

    def test_asyncio(self) -> None:
        """Python's own loop."""
        self.check("asyncio", "asyncio.")

    def test_uvloop(self) -> None:
        """The loop of the extra ``[fast]``."""
        need_uvloop()
        self.check("uvloop", "uvloop")

    def test_uvloop_when_servers_reset(self) -> None:
        """It gives up the descriptor of a connection that was reset while paused.

        From then on it refuses to watch it, and any later one of that number.
        """
        need_uvloop()
        with tempfile.TemporaryDirectory() as place:
            done = subprocess.run(
                [
                    *(sys.executable, "-m", "tests.http.other_reactor", "uvloop"),
                    *("--temp-directory", str(Path(place, "trial"))),
                    "tests.http.test_stale_race",
                ],
                cwd=ROOT,
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("PASSED", done.stdout)


def need_uvloop() -> None:
    if find_spec("uvloop") is None:
        msg = "uvloop is not installed: pip install uvloop"
        raise SkipTest(msg)
