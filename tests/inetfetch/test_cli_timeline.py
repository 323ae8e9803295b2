"""``inetfetch get --timeline``: what is written, when, and what is refused."""

from __future__ import annotations

import stat

from twisted.internet.defer import CancelledError, Deferred

from tests.http.loopback import until
from tests.inetfetch.commandline import InProcess
from tests.inetfetch.ftporigin import FtpOrigin
from tests.inetfetch.gopherhole import CONTENT, Gopherhole
from tests.inetfetch.running import reactor
from tests.inetfetch.website import Website, content
from tests.timeline.archive import entries
from tests.timeline.drawing import Drawing
from twinet.errors import UnableToCacheFile
from twinet.timeline import Timeline


class TimelineOfGet(InProcess):
    """Against real servers."""

    def setUp(self):
        super().setUp()
        self.site = Website()
        self.addCleanup(self.site.close)
        self.url = f"{self.site.url}/bytes/5/x"

    def written(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    async def test_each_form_by_its_suffix(self):
        """Nothing else changes: not the file, not the output."""
        for number, name in enumerate(("t.svg", "t.har", "t.txt")):
            end = await self.run_command(
                "get", "-q", "-o", f"x{number}", "--timeline", name, self.url
            )
            self.assertEqual((end.code, end.out, end.err), (0, "", ""))
            self.assertEqual(self.files()[f"x{number}"], content(5))
            mode = (self.folder / name).stat().st_mode
            self.assertEqual(stat.S_IMODE(mode), 0o600)
        self.assertEqual(len(Drawing(self.written("t.svg")).rows()), 1)
        (entry,) = entries(self.written("t.har"))
        self.assertEqual(entry["response"]["content"]["size"], 5)
        self.assertIn(f"GET {self.url}\n", self.written("t.txt"))

    async def test_several_urls_are_in_one_picture(self):
        """Of all protocols, with the redirects on their way."""
        folder = self.home / "site"
        folder.mkdir()
        (folder / "f.bin").write_bytes(b"12345")
        origin = FtpOrigin(folder)
        place = origin.listen(reactor)
        hole = Gopherhole(reactor)
        try:
            end = await self.run_command(
                *("get", "--timeline", "t.har", f"{self.site.url}/to/bytes/5/x"),
                *(f"ftp://{place}/f.bin", f"{hole.url}/9/a.bin"),
            )
        finally:
            await origin.close()
            await hole.close()
        self.assertEqual((end.code, end.err), (0, ""))
        found = [
            (entry["response"]["httpVersion"], entry["response"]["content"]["size"])
            for entry in entries(self.written("t.har"))
        ]
        # What an FTP server says counts as well.
        sizes = dict(found)
        self.assertGreater(sizes.pop("FTP"), 5)
        self.assertEqual(sizes, {"Gopher": len(CONTENT), "HTTP/1.1": 5})
        self.assertEqual(len(found), 4)

    async def test_a_failure_is_written_too(self):
        """What did not come is what one wants to look at."""
        end = await self.run_command(
            *("get", "--timeline", "t.txt", f"{self.site.url}/short/100/x"),
            *(f"{self.site.url}/status/404", "http://127.0.0.1:1/y"),
        )
        self.assertNotEqual(end.code, 0)
        text = self.written("t.txt")
        for word in ("Truncated", " 404 ", "CannotConnect", "3 requests, 2 failed"):
            self.assertIn(word, text)

    async def test_no_secret_is_written(self):
        """Neither that of the URL nor what goes out."""
        url = self.url.replace("http://", "http://joe:s3cr3t@")
        for name in ("t.svg", "t.har", "t.txt"):
            await self.run_command("get", "--timeline", name, url)
            sent = self.site.fields[-1]["Authorization"].split()[1]
            for secret in ("s3cr3t", sent):
                self.assertNotIn(secret, self.written(name))

    async def test_a_file_that_cannot_be_is_told_before_anything_is_fetched(self):
        """A bad suffix is wrong usage; a folder that is not there is local trouble."""
        (self.folder / "d.svg").mkdir()
        for name, code, words in (
            ("t.png", 2, (".svg", ".har", ".txt", "t.png")),
            ("t", 2, (".svg",)),
            ("no/t.svg", 7, ("no/t.svg", "folder does not exist")),
            ("d.svg", 7, ("d.svg", "directory")),
        ):
            end = await self.run_command("get", "--timeline", name, self.url)
            self.assertEqual(end.code, code, name)
            self.assert_one_line(end.err, "--timeline", *words)
        self.assertEqual(self.site.paths, [])
        self.assertEqual([p.name for p in self.folder.iterdir()], ["d.svg"])

    async def test_it_does_not_take_the_place_of_a_download(self):
        """Nor of another file that the command writes."""
        for arguments in (
            ("-o", "x.svg", "--timeline", "./x.svg"),
            ("--trace", "x.txt", "--timeline", "x.txt"),
            ("--cookie-jar", "x.txt", "--timeline", "x.txt"),
        ):
            end = await self.run_command("get", *arguments, self.url)
            self.assertEqual(end.code, 2)
            self.assert_one_line(end.err, "--timeline", "another file")
        self.assertEqual(self.site.paths, [])

    async def test_one_that_cannot_be_written_in_the_end_is_a_trouble(self):
        """The download stays."""

        def refuse(_timeline, path):
            raise UnableToCacheFile(f"cannot write {path}: No space left on device")

        self.patch(Timeline, "save", refuse)
        end = await self.run_command("get", "--timeline", "t.svg", self.url)
        self.assertEqual((end.code, self.files()), (7, {"x": content(5)}))
        self.assert_one_line(end.err, "--timeline", "t.svg", "No space left")

    async def test_what_is_interrupted_is_written(self):
        """With what it was waiting for."""
        url = f"{self.site.url}/silent"
        running = Deferred.fromCoroutine(
            self.run_command("get", "--timeline", "t.txt", url)
        )
        await until(lambda: self.site.paths)
        running.cancel()
        with self.assertRaises(CancelledError):
            await running
        self.assertIn("OperationCancelled", self.written("t.txt"))
