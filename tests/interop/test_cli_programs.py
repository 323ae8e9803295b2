"""What only ``inetfetch get`` itself can show: terminals, pipes, more than one URL."""

from __future__ import annotations

import os
from pathlib import Path

from tests.inetfetch.commandline import CommandLine
from tests.inetfetch.website import Website, content


class Downloads(CommandLine):
    """What only the program itself can show."""

    def setUp(self):
        super().setUp()
        self.site = Website()
        self.addCleanup(self.site.close)
        self.url = self.site.url

    def test_several_urls_come_at_once(self):
        """The second is asked for while the first still waits for its data."""
        urls = [f"{self.url}/stall/1000/a", f"{self.url}/stall/1000/b"]
        process = self.start("get", *urls)
        self.assertTrue(self.site.reached.acquire(timeout=60))
        self.assertTrue(self.site.reached.acquire(timeout=60))
        self.assertEqual(len(self.site.paths), 2)
        process.kill()

    def test_with_one_at_a_time_the_second_waits(self):
        """-j bounds how many are asked for."""
        process = self.start(
            "get", "-j1", f"{self.url}/stall/1000/a", f"{self.url}/bytes/1/b"
        )
        self.assertTrue(self.site.reached.acquire(timeout=60))
        self.site.released.set()
        _, err = process.communicate(timeout=60)
        self.assertEqual(self.site.paths, ["/stall/1000/a", "/bytes/1/b"])
        self.assertEqual(process.returncode, 1, err)
        self.assertEqual(self.files(), {"b": content(1)})

    def test_a_terminal_sees_bars_and_gets_its_cursor_back(self):
        """The last thing on the screen is the line that says it is done."""
        end = self.run_on_terminal("get", f"{self.url}/bytes/5000000/x")
        self.assertEqual(end.code, 0)
        self.assertIn("done x 5000000", end.out)
        self.assertIn("\x1b[?25l", end.out)
        self.assertGreater(end.out.rindex("\x1b[?25h"), end.out.rindex("\x1b[?25l"))
        self.assertNotIn("start x", end.out)

    def test_a_dumb_terminal_gets_lines(self):
        """Nothing that steers it is written."""
        end = self.run_on_terminal("get", f"{self.url}/bytes/5/x", env={"TERM": "dumb"})
        self.assertEqual(end.code, 0)
        self.assertIn("done x 5", end.out)
        self.assertNotIn("\x1b", end.out)


class Traces(CommandLine):
    """The program itself."""

    def setUp(self):
        super().setUp()
        self.site = Website()
        self.addCleanup(self.site.close)

    def test_a_terminal_is_not_garbled(self):
        """No bars are drawn into the trace, and no line of it is broken."""
        path = f"/bytes/300000/x?{'q' * 200}"
        end = self.run_on_terminal("get", "-v", self.site.url + path)
        self.assertEqual(end.code, 0)
        self.assertNotIn("\x1b", end.out)
        lines = end.out.split("\r\n")
        self.assertIn(f"> GET {path} HTTP/1.1", lines)
        self.assertIn("done x 300000", lines)

    def test_bars_stay_when_the_trace_goes_to_a_file(self):
        """Nothing of it is on the terminal."""
        with (self.folder / "err").open("w") as err:
            end = self.on_terminal(f"{self.site.url}/bytes/300000/x", stderr=err)
        self.assertIn("\x1b[?25h", end)
        self.assertNotIn("> GET", end)
        self.assertIn("> GET", (self.folder / "err").read_text(encoding="utf-8"))

    def on_terminal(self, url: str, stderr) -> str:
        """Run ``get -v`` with only its standard output on a terminal."""
        ours, theirs = os.openpty()
        process = self.start(
            "get", "-v", url, stdout=theirs, stderr=stderr, env={"TERM": "xterm"}
        )
        os.close(theirs)
        pieces = []
        try:
            while piece := os.read(ours, 65536):
                pieces.append(piece)
        except OSError:
            pass  # Linux answers EIO when the last one has closed the other end
        os.close(ours)
        self.assertEqual(process.wait(60), 0)
        return b"".join(pieces).decode()

    def test_a_full_disk_ends_the_trace_and_not_the_download(self):
        """It is told once; the file is whole."""
        if not Path("/dev/full").exists():
            self.skipTest("this system has no /dev/full")
        end = self.run_command(
            "get", "--trace", "/dev/full", f"{self.site.url}/bytes/300000/x"
        )
        self.assertEqual((end.code, self.files()["x"]), (0, content(300000)))
        self.assert_one_line(end.err, "the trace ends", "/dev/full", "No space left")

    def test_nobody_reads_standard_error(self):
        """The download goes on."""
        ours, theirs = os.pipe()
        os.close(ours)
        process = self.start(
            "get", "-v", f"{self.site.url}/bytes/300000/x", stderr=theirs
        )
        os.close(theirs)
        self.assertEqual(process.wait(60), 0)
        self.assertEqual(self.files()["x"], content(300000))
