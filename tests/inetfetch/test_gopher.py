"""Gopher URLs in the daemon's engine and on the command line."""

from __future__ import annotations

from twisted.internet import reactor

from tests.inetfetch.commandline import InProcess
from tests.inetfetch.gopherhole import CONTENT, Gopherhole
from tests.inetfetch.test_engine import EngineCase
from twinet.inetfetch.fetch.names import name_from_url
from twinet.inetfetch.queue.job import State


class EngineTests(EngineCase):
    async def begin(self):
        await super().begin()  # type: ignore[no-untyped-call]  # a test's
        self.hole = Gopherhole(reactor)
        self.addCleanup(self.hole.close)

    async def test_job_becomes_a_file(self):
        """With its name, which is the selector's last part."""
        [job] = await self.run_to_end(f"{self.hole.url}/9/a.bin")
        self.assertEqual(job.state, State.DONE, job.error)
        self.assertEqual(self.read("a.bin"), CONTENT)

    async def test_server_that_has_no_such_file_is_not_asked_again(self):
        """Its words are on the job."""
        [job] = await self.run_to_end(f"{self.hole.url}/9/nope")
        self.assertEqual(job.state, State.FAILED)
        self.assertEqual(job.error["code"], 12132)
        self.assertIn("does not exist", job.error["text"])
        self.assertEqual(self.hole.requests, ["/nope"])

    async def test_broken_connection_is_tried_again(self):
        """And nothing of the first attempt is in the file."""
        [job] = await self.run_to_end(f"{self.hole.url}/9/broken")
        self.assertEqual(job.state, State.DONE, job.error)
        self.assertEqual(job.tries, 2)
        self.assertEqual(self.read("broken"), CONTENT)

    async def test_policy_sees_gopher(self):
        """An address that may not be reached is not, whatever the protocol."""
        [job] = await self.run_to_end("gopher://169.254.169.254/0/x")
        self.assertEqual(job.state, State.FAILED)
        self.assertEqual(job.error["class"], "PolicyRefused")


class CommandTests(InProcess):
    def setUp(self):
        super().setUp()
        self.hole = Gopherhole(reactor)
        self.addCleanup(self.hole.close)

    async def test_get(self):
        """A file of its name; what is not there is the server's answer."""
        end = await self.run_command("get", f"{self.hole.url}/9/a.bin")
        self.assertEqual((end.code, end.err), (0, ""))
        self.assertEqual(self.files(), {"a.bin": CONTENT})
        end = await self.run_command("get", f"{self.hole.url}/9/nope")
        self.assertEqual(end.code, 5)
        self.assertIn("does not exist", end.err)
        end = await self.run_command("get", f"{self.hole.url}/1/menu")
        self.assertEqual(end.code, 2)
        self.assertIn("names no file", end.err)
        end = await self.run_command("get", f"{self.hole.url}/1/menu", "-o", "m.html")
        self.assertEqual((end.code, end.err), (0, ""))
        self.assertIn(b"words", self.files()["m.html"])

    def test_names(self):
        """The type is no part of them."""
        for url, name in (
            ("gopher://h/9/a/b.bin", "b.bin"),
            ("gopher://h/9b.bin", "b.bin"),
            ("gopher://h/0", "index.txt"),
            ("gopher://h/9/a%2Fb", "b"),
            ("gopher://h/9/%ff", "_"),
        ):
            self.assertEqual(name_from_url(url), name)
