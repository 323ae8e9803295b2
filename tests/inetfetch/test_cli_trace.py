"""``inetfetch get -v`` and ``--trace``: what is shown, where, and what is not."""

from __future__ import annotations

import re
import stat

from tests.inetfetch.commandline import InProcess
from tests.inetfetch.website import Website, content


class Verbose(InProcess):
    """On standard error, against a real server."""

    def setUp(self):
        super().setUp()
        self.site = Website()
        self.addCleanup(self.site.close)
        self.url = self.site.url
        self.where = self.url.removeprefix("http://")

    async def test_the_trace_goes_to_standard_error(self):
        """Standard output is what it is without; the file too."""
        end = await self.run_command("get", "-v", f"{self.url}/bytes/5/x")
        self.assertEqual((end.code, self.files()), (0, {"x": content(5)}))
        self.assertEqual(end.out, f"start x {self.url}/bytes/5/x\ndone x 5\n")
        lines = end.err.splitlines()
        self.assertEqual(
            lines[:4],
            [
                f"*   Trying {self.where}...",
                f"* Connected to 127.0.0.1 (127.0.0.1) port {self.where[10:]} (#1)",
                "> GET /bytes/5/x HTTP/1.1",
                f"> Host: {self.where}",
            ],
        )
        for line in (
            "> Accept-Encoding: identity",
            ">",
            "< HTTP/1.1 200 OK",
            "< Content-Length: 5",
            "<",
            "{ [5 bytes data]",
        ):
            self.assertEqual(lines.count(line), 1, line)
        self.assertEqual(lines[-1], "* Closing connection #1")

    async def test_a_password_in_the_url_is_not_shown(self):
        """Not as it was typed, and not as it goes out."""
        end = await self.run_command(
            "get", "-v", f"http://joe:s3cr3t@{self.where}/bytes/5/x"
        )
        self.assertIn("> Authorization: Basic [redacted]\n", end.err)
        sent = self.site.fields[0]["Authorization"].split()[1]
        for secret in ("s3cr3t", sent):
            self.assertNotIn(secret, end.err + end.out)

    async def test_twice_shows_data(self):
        """As a dump."""
        end = await self.run_command("get", "-vv", f"{self.url}/bytes/33/x")
        self.assertIn(
            "{ [33 bytes data]\n"
            "0000: 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f  ................\n",
            end.err,
        )
        self.assertIn(f"\n0020: 20{45 * ' '}   \n", end.err)

    async def test_quiet_concerns_the_progress_alone(self):
        """The trace was asked for."""
        end = await self.run_command("get", "-qv", f"{self.url}/bytes/5/x")
        self.assertEqual(end.out, "")
        self.assertIn("< HTTP/1.1 200 OK", end.err)

    async def test_what_fails_is_told_after_its_trace(self):
        """The port is closed: the attempt, why it failed, and what it came to."""
        self.site.close()
        end = await self.run_command("get", "-v", f"{self.url}/bytes/5/x")
        self.assertEqual(end.code, 3)
        lines = end.err.splitlines()
        self.assertIn(
            f"* connect to 127.0.0.1 port {self.where[10:]} failed: connection refused",
            lines,
        )
        self.assertEqual(
            sum(line.startswith("inetfetch: ") for line in lines), 1, end.err
        )

    async def test_several_are_told_apart(self):
        """Each line has its connection's number, from where there is a second one."""
        urls = [f"{self.url}/bytes/5/{name}" for name in "abc"]
        end = await self.run_command("get", "-v", *urls)
        begin = end.err.index("[#2]")
        lines = end.err[begin:].splitlines()
        self.assertEqual([x for x in lines if not re.match(r"\[#[123]\] ", x)], [])
        for number in (1, 2, 3):
            answered = f"[#{number}] < HTTP/1.1 200 OK"
            self.assertEqual(lines.count(answered), 1, end.err)


class File(InProcess):
    """``--trace FILE``."""

    def setUp(self):
        super().setUp()
        self.site = Website()
        self.addCleanup(self.site.close)
        self.url = f"{self.site.url}/bytes/5/x"

    async def test_a_file_gets_times_and_data(self):
        """It is the owner's alone, and standard error stays empty."""
        end = await self.run_command("get", "--trace", "t.txt", self.url)
        self.assertEqual((end.code, end.err), (0, ""))
        path = self.folder / "t.txt"
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
        lines = path.read_text(encoding="utf-8").splitlines()
        self.assertEqual([x for x in lines if not re.match(r"\d+\.\d{6} ", x)], [])
        text = "\n".join(line.split(" ", 1)[1] for line in lines)
        self.assertIn(f"{{ [5 bytes data]\n0000: 00 01 02 03 04{33 * ' '}", text)
        self.assertTrue(text.endswith("* Closing connection #1"))

    async def test_a_file_of_that_name_is_replaced(self):
        """One looks at the same thing more than once."""
        (self.folder / "t.txt").write_text("old" * 10000)
        await self.run_command("get", "--trace", "t.txt", self.url)
        self.assertNotIn("old", (self.folder / "t.txt").read_text(encoding="utf-8"))

    async def test_a_file_that_cannot_be_is_a_local_trouble(self):
        """Nothing is asked for then."""
        end = await self.run_command("get", "--trace", "no/t.txt", self.url)
        self.assertEqual(end.code, 7)
        self.assert_one_line(end.err, "--trace", "no/t.txt", "No such file")
        self.assertEqual(self.site.paths, [])

    async def test_both_at_once_are_refused(self):
        """As in curl; the parser says so."""
        end = await self.run_command("get", "-v", "--trace", "t.txt", self.url)
        self.assertEqual(end.code, 2)
        self.assertIn("not allowed with", end.err)
