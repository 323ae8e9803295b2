"""``inetfetch get --cookies`` and ``--cookie-jar``."""

from __future__ import annotations

import stat

from tests.inetfetch.commandline import InProcess
from tests.inetfetch.website import Website

#: A cookie of this machine's, with a value to look for.
LINE = "127.0.0.1\tFALSE\t/\tFALSE\t0\t{}\t{}\n"


class Cookies(InProcess):
    """Files of Netscape's form, in and out."""

    def setUp(self):
        super().setUp()
        self.site = Website()
        self.addCleanup(self.site.close)

    async def get(self, path, *options):
        """Fetch a path into a file of its own; return how it ended."""
        name = f"file{len(self.site.paths)}"
        return await self.run_command(
            "get", f"{self.site.url}/{path}", "-o", name, *options
        )

    def sent(self):
        """Return the cookies of the last request."""
        return self.site.fields[-1].get("Cookie")

    async def test_cookies_of_files_are_sent(self):
        """Of several; what is of another host is not."""
        (self.folder / "one.txt").write_text(LINE.format("a", "1"))
        (self.folder / "two.txt").write_text(
            LINE.format("b", "2") + LINE.format("c", "3").replace("127.0.0.1", "o.test")
        )
        end = await self.get(
            "bytes/5/x", "--cookies", "one.txt", "--cookies", "two.txt"
        )
        self.assertEqual((end.code, end.err), (0, ""))
        self.assertEqual(self.sent(), "a=1; b=2")

    async def test_jar_keeps_them_from_run_to_run(self):
        """It need not exist; it is its owner's alone, and curl can read it."""
        for number in range(3):
            end = await self.get(
                f"bake/n{number}=1;Path=%2F/last=1;Path=%2F;Max-Age=99",
                "--cookie-jar",
                "jar.txt",
            )
            self.assertEqual((end.code, end.err), (0, ""))
        self.assertEqual(self.sent(), "n0=1; last=1; n1=1")
        jar = self.folder / "jar.txt"
        self.assertEqual(stat.S_IMODE(jar.stat().st_mode), 0o600)
        lines = jar.read_text().splitlines()
        self.assertEqual(lines[0], "# Netscape HTTP Cookie File")
        self.assertIn("127.0.0.1\tFALSE\t/\tFALSE\t0\tn2\t1", lines)

    async def test_jar_is_kept_though_a_file_fails(self):
        """What was set is set."""
        end = await self.run_command(
            "get",
            f"{self.site.url}/bake/a=1",
            f"{self.site.url}/status/404",
            "--cookie-jar",
            "jar.txt",
        )
        self.assertEqual(end.code, 5)
        self.assertIn("\ta\t1\n", (self.folder / "jar.txt").read_text())

    async def test_what_is_no_such_file_is_a_trouble_before_anything_is_asked(self):
        """Named with its line, and left as it is; its contents are not shown."""
        broken = self.folder / "broken.txt"
        broken.write_text(LINE.format("a", "hidden") + "hidden\n")
        for option, file, words in (
            ("--cookies", "none.txt", "no such file"),
            ("--cookies", "broken.txt", "line 2"),
            ("--cookie-jar", "broken.txt", "line 2"),
            ("--cookies", ".", "cannot read"),
        ):
            end = await self.get("bytes/5/x", option, file)
            self.assertEqual(end.code, 7)
            self.assert_one_line(end.err, option, file, words)
            self.assertNotIn("hidden", end.err)
        self.assertEqual(self.site.paths, [])
        self.assertIn("hidden", broken.read_text())

    async def test_jar_that_cannot_be_written_is_a_trouble_in_the_end(self):
        """The files are there all the same."""
        end = await self.get("bytes/5/x", "--cookie-jar", "no/jar.txt")
        self.assertEqual(end.code, 7)
        self.assert_one_line(end.err, "--cookie-jar", "no/jar.txt")
        self.assertIn("file0", self.files())
