"""The downloaders of the tutorial and of the porting pages are run, and cancelled."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from tests.inetfetch.commandline import PATIENCE, environment
from tests.inetfetch.website import Website, content

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"
SIZE = 100_000


class Downloaders(SynchronousTestCase):
    """Each in a folder of its own, with a real server."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.home = Path(folder.name)
        self.site = Website()
        self.addCleanup(self.site.close)
        self.server = f"{self.site.url}/bytes/{SIZE}"

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start Python in the folder, both outputs in one."""
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=self.home,
            env=environment(self.home),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )

    def ended(self, program: subprocess.Popen[str], status: int = 0) -> str:
        """Wait for its end; return what it printed."""
        with program:
            try:
                out, _ = program.communicate(timeout=PATIENCE)
            finally:
                program.kill()
        self.assertEqual(program.returncode, status, out)
        return out

    def test_it_saves_what_can_be_saved(self):
        """All at once, with bars, and says what could not be had."""
        example = str(EXAMPLES / "downloader.py")
        urls = [f"{self.server}/{name}" for name in ("downfall", "fourth")]
        nothing = f"{self.site.url}/status/404"
        out = self.ended(self.start(example, *urls, nothing), 1)
        for name in ("downfall", "fourth"):
            self.assertIn(f"saved {name}\n", out)
            self.assertIn(f"{name} [{'#' * 30}] {SIZE} bytes", out)
            self.assertEqual((self.home / name).read_bytes(), content(SIZE))
        self.assertIn(f"{nothing}: the server answered 404", out)

    def test_its_tests_pass(self):
        """They lie beside it."""
        tests = str(EXAMPLES / "test_downloader.py")
        plain = ("-q", "-p", "no:cacheprovider")
        out = self.ended(self.start("-m", "pytest", *plain, tests))
        self.assertRegex(out, r"\b4 passed\b")

    def test_the_ported_one_saves_a_file(self):
        """As the program in C does, with the bytes counted beside."""
        example = str(EXAMPLES / "ported_downloader.py")
        out = self.ended(self.start(example, self.server, "file"))
        self.assertIn(f"{SIZE} bytes\nsaved file\n", out)
        self.assertEqual((self.home / "file").read_bytes(), content(SIZE))

    def test_ctrl_c_cancels_both(self):
        """In the middle of a body; no file is left."""
        for name, *more in (("downloader.py",), ("ported_downloader.py", "file")):
            url = f"{self.site.url}/stall/{SIZE}/file"
            program = self.start(str(EXAMPLES / name), url, *more)
            self.assertTrue(self.site.reached.acquire(timeout=PATIENCE))
            program.send_signal(signal.SIGINT)
            self.assertIn("12017", self.ended(program, 1))
            self.assertEqual([path.name for path in self.home.glob("*file*")], [])
