"""The commands of the queue, with the real daemon."""

from __future__ import annotations

import atexit
import functools
import json
import shutil
import tempfile
from hashlib import sha256
from pathlib import Path

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread

from tests.inetfetch.commandline import CommandLine, InProcess
from tests.inetfetch.daemonprocess import DaemonProcess
from tests.inetfetch.website import Website, content
from twinet.inetfetch import place
from twinet.inetfetch.command import client, waiting


@functools.cache
def shared() -> tuple[Website, DaemonProcess]:
    """Start a site and a daemon for this process; trial knows no class fixtures."""
    base = Path(tempfile.mkdtemp(prefix="inetfetch-"))
    atexit.register(shutil.rmtree, base, ignore_errors=True)
    site = Website()
    atexit.register(site.close)
    daemon = DaemonProcess(base / "daemon")
    atexit.register(daemon.stop)
    daemon.start()
    return site, daemon


class Queue(InProcess):
    """One daemon for all tests: none of them looks at the jobs of another."""

    def setUp(self):
        super().setUp()
        self.site, self.daemon = shared()
        self.url = self.site.url

    async def command(self, *arguments: str, given: bytes = b""):
        """Run a command that finds the daemon."""
        return await self.run_command(*arguments, env=self.daemon.env, given=given)

    async def add(self, *arguments: str) -> list[str]:
        """Add jobs; return their gids."""
        end = await self.command("add", *arguments)
        self.assertEqual((end.code, end.err), (0, ""))
        return [line.split(" ")[0] for line in end.out.splitlines()]

    async def test_a_job_is_added_waited_for_and_there(self):
        """The whole way, with a line for each step."""
        url = f"{self.url}/bytes/300000/whole.bin"
        end = await self.command("add", url)
        self.assertEqual((end.code, end.err), (0, ""))
        self.assertRegex(end.out, rf"^[0-9a-f]{{16}} {url}\n$")
        gid = end.out.split()[0]
        end = await self.command("wait", gid)
        path = self.daemon.files / "whole.bin"
        self.assertEqual((end.code, end.err), (0, ""))
        self.assertEqual(end.out, f"done {gid} {path}\n")
        self.assertEqual(path.read_bytes(), content(300000))

    async def test_a_job_is_shown(self):
        """With its file, its digest and its way through the states."""
        (gid,) = await self.add(f"{self.url}/bytes/5/shown", "-o", "under/this.name")
        await self.command("wait", gid)
        end = await self.command("show", gid)
        self.assertEqual((end.code, end.err), (0, ""))
        for line in (
            f"gid:        {gid}",
            "state:      done",
            "out:        under/this.name",
            f"file:       {self.daemon.files}/under/this.name",
            "size:       5 (5 B)",
            "done:       5 100%",
            f"sha256:     {sha256(content(5)).hexdigest()}",
        ):
            self.assertIn(f"{line}\n", end.out)
        self.assertRegex(end.out, r"event: +\S+ queued -> fetching")

    async def test_json_is_the_daemons_own(self):
        """One object on each line, for each command."""
        end = await self.command("add", "--json", f"{self.url}/bytes/6/j")
        job = json.loads(end.out)
        self.assertEqual(end.out.count("\n"), 1)
        gid = job["gid"]
        end = await self.command("wait", "--json", gid)
        self.assertEqual(json.loads(end.out)["state"], "done")
        end = await self.command("show", "--json", gid, job["id"])
        shown = [json.loads(line) for line in end.out.splitlines()]
        self.assertEqual([one["gid"] for one in shown], [gid, gid])
        self.assertEqual(shown[0]["events"][-1]["to"], "done")
        end = await self.command("ls", "--json", "--state", "done")
        listed = {one["gid"]: one for one in map(json.loads, end.out.splitlines())}
        self.assertEqual(listed[gid]["size"], 6)
        end = await self.command("rm", "--json", gid)
        self.assertEqual(json.loads(end.out)["gid"], gid)

    async def test_the_list_has_a_row_for_each_job(self):
        """State, how far it is, size, and file or URL."""
        (gid,) = await self.add(f"{self.url}/bytes/1234/row")
        await self.command("wait", gid)
        end = await self.command("ls")
        self.assertEqual((end.code, end.err), (0, ""))
        heading, *rows = end.out.splitlines()
        self.assertEqual(heading.split()[:4], ["GID", "STATE", "DONE", "SIZE"])
        (row,) = [row for row in rows if row.startswith(gid)]
        self.assertEqual(row.split()[1:5], ["done", "100%", "1.2", "kB"])
        self.assertTrue(row.endswith(f"{self.daemon.files}/row"))

    async def test_a_state_chooses_rows(self):
        """Those in other states are left out."""
        (done,) = await self.add(f"{self.url}/bytes/1/chosen")
        (failed,) = await self.add(f"{self.url}/status/404")
        await self.command("wait", done, failed)
        end = await self.command("ls", "--state", "failed")
        self.assertIn(failed, end.out)
        self.assertNotIn(done, end.out)

    async def test_a_failed_job_makes_wait_fail(self):
        """With the reason, and after the others have ended."""
        failed, done = await self.add(
            f"{self.url}/status/404", f"{self.url}/bytes/1/beside"
        )
        end = await self.command("wait", failed, done)
        self.assertEqual((end.code, end.err), (1, ""))
        lines = sorted(end.out.splitlines())
        self.assertTrue(lines[0].startswith(f"done {done} "))
        self.assertTrue(lines[1].startswith(f"failed {failed} {self.url}/status/404: "))
        self.assertIn("404", lines[1])

    async def test_jobs_can_be_removed(self):
        """A job that has ended is forgotten, and its file stays."""
        (gid,) = await self.add(f"{self.url}/bytes/1/kept")
        await self.command("wait", gid)
        end = await self.command("rm", gid)
        self.assertEqual((end.code, end.err), (0, ""))
        self.assertTrue(end.out.startswith(f"{gid} done "))
        self.assertTrue((self.daemon.files / "kept").exists())
        end = await self.command("show", gid)
        self.assertEqual((end.code, end.out), (5, ""))
        self.assert_one_line(end.err, gid, "there is no job")

    async def test_an_unknown_job_does_not_stop_the_others(self):
        """For show, rm and wait; the number says that the server refused."""
        (gid,) = await self.add(f"{self.url}/bytes/1/known")
        for command in ("wait", "show", "rm"):
            end = await self.command(command, "0" * 16, gid)
            self.assertEqual(end.code, 5)
            self.assert_one_line(end.err, "0" * 16)
            self.assertIn(gid, end.out)

    async def test_what_is_no_id_is_refused(self):
        """However it looks in a URL."""
        for name in ("..", "a/b", "?", "%", "#", " ", "\x1b[2J", "ü"):
            end = await self.command("show", name)
            self.assertEqual(end.code, 5, name)
            self.assert_one_line(end.err)

    async def test_a_list_of_urls_is_added(self):
        """From standard input, here."""
        given = f"# these\n\n{self.url}/bytes/1/l1\n{self.url}/bytes/2/l2\n".encode()
        end = await self.command("add", "-i", "-", given=given)
        self.assertEqual((end.code, end.err), (0, ""))
        urls = [line.split(" ")[1] for line in end.out.splitlines()]
        self.assertEqual(urls, [f"{self.url}/bytes/1/l1", f"{self.url}/bytes/2/l2"])
        end = await self.command("wait", *(one[:16] for one in end.out.splitlines()))
        self.assertEqual(end.code, 0)

    async def test_an_empty_list_adds_nothing(self):
        """It is what a script may well come to."""
        end = await self.command("add", "-i", "-", given=b"# nothing\n")
        self.assertEqual((end.code, end.out, end.err), (0, "", ""))

    async def test_a_name_outside_the_folder_is_refused_by_the_daemon(self):
        """Its own words are shown."""
        end = await self.command("add", f"{self.url}/bytes/1/x", "-o", "../x")
        self.assertEqual((end.code, end.out), (5, ""))
        self.assert_one_line(end.err, "the daemon says: ", "..")

    async def test_later_batches_that_fail_are_told(self):
        """What was added before stays added, and is printed."""
        self.patch(client, "BATCH", 2)
        self.patch(client, "BATCH_BYTES", 2000)
        good = [f"{self.url}/bytes/1/batch{n}" for n in range(2)]
        calls: list[object] = []
        whole = client.Daemon.add

        async def add(daemon, jobs):
            if calls:
                jobs = [{**job, "no": "such"} for job in jobs]
            calls.append(jobs)
            return await whole(daemon, jobs)

        self.patch(client.Daemon, "add", add)
        end = await self.command("add", *good, f"{self.url}/bytes/1/never")
        self.assertEqual(end.code, 5)
        self.assertEqual(end.out.count("\n"), 2)
        self.assert_one_line(end.err, "'no'", "2 of 3 jobs were added before")

    async def test_a_wrong_token_is_told(self):
        """And where the right one would be found."""
        token = self.folder / "token"
        token.write_text("x" * 43)
        env = {**self.daemon.env, "INETFETCH_TOKEN_FILE": str(token)}
        for arguments in (["ls"], ["add", self.url], ["wait"], ["rm", "0"]):
            end = await self.run_command(*arguments, env=env)
            self.assertEqual((end.code, end.out), (5, ""))
            self.assert_one_line(end.err, str(token), "INETFETCH_TOKEN_FILE")
            self.assertNotIn("xxx", end.err)

    async def test_a_missing_token_is_told(self):
        """As for another user, who sees no state folder."""
        url = json.loads((self.daemon.state / "daemon.json").read_bytes())["url"]
        end = await self.run_command("ls", env={"INETFETCH_URL": url})
        self.assertEqual((end.code, end.out), (5, ""))
        self.assert_one_line(end.err, "wants a token", str(self.home / "state"))


class OneQueue(CommandLine, InProcess):
    """Each test has a daemon of its own: it counts all jobs, or kills it."""

    def setUp(self):
        InProcess.setUp(self)
        self.site = Website()
        self.addCleanup(self.site.close)
        self.url = self.site.url
        self.daemon = DaemonProcess(self.home / "daemon")
        self.addCleanup(self.daemon.stop)
        self.daemon.start()

    def run_command(self, *arguments: str, **kwargs):
        """Run a command in this process."""
        env = {**self.daemon.env, **kwargs.pop("env", {})}
        return InProcess.run_command(self, *arguments, env=env, **kwargs)

    async def test_waiting_for_all_ends_with_the_counts(self):
        """1 as long as a failed job is in the queue; nothing to do is no failure."""
        end = await self.run_command("wait")
        self.assertEqual((end.code, end.out, end.err), (0, "no jobs\n", ""))
        urls = [f"{self.url}/bytes/{n}/{n}" for n in range(1, 5)]
        await self.run_command("add", *urls)
        end = await self.run_command("wait")
        self.assertEqual((end.code, end.out, end.err), (0, "4 done\n", ""))
        end = await self.run_command("add", f"{self.url}/status/404")
        gid = end.out[:16]
        end = await self.run_command("wait")
        self.assertEqual((end.code, end.out), (1, "4 done, 1 failed\n"))
        end = await self.run_command("wait", "--json")
        self.assertEqual(end.code, 1)
        self.assertEqual(json.loads(end.out)["states"]["failed"], 1)
        await self.run_command("rm", gid)
        end = await self.run_command("wait")
        self.assertEqual((end.code, end.out), (0, "4 done\n"))

    async def test_a_job_that_is_cancelled_makes_wait_fail(self):
        """Its file is not there; whoever waits for it must know."""
        end = await self.run_command("add", f"{self.url}/stall/9/x")
        gid = end.out[:16]
        await deferToThread(self.site.reached.acquire)
        process = self.start("wait", gid, env=self.daemon.env)
        end = await self.run_command("rm", gid)
        self.assertEqual(end.code, 0)
        out, err = await deferToThread(process.communicate)
        self.assertEqual((process.returncode, err), (1, ""))
        self.assertEqual(out, f"cancelled {gid} {self.url}/stall/9/x\n")

    async def test_waiting_has_an_end(self):
        """--timeout gives up, with the number for time."""
        end = await self.run_command("add", f"{self.url}/stall/9/x")
        gid = end.out[:16]
        for names in ([], [gid]):
            end = await self.run_command("wait", "--timeout", "0.5", *names)
            self.assertEqual((end.code, end.out), (4, ""))
            self.assert_one_line(end.err, "time is up")

    async def test_waiting_outlives_a_restart_of_the_daemon(self):
        """The queue does too; the new port is found."""
        self.patch(waiting, "LONGEST", 0.3)
        end = await self.run_command("add", f"{self.url}/stall/900/x")
        gid = end.out[:16]
        await deferToThread(self.site.reached.acquire)
        asked: Deferred[None] = Deferred()
        whole = client.Daemon.job

        async def job(daemon, name):
            answer = await whole(daemon, name)
            if not asked.called:
                asked.callback(None)
            return answer

        self.patch(client.Daemon, "job", job)
        waited = Deferred.fromCoroutine(self.run_command("wait", gid))
        await asked
        await deferToThread(self.daemon.kill)
        self.site.released.set()
        # While nobody says where it is, another one at the default address is not it.
        (self.daemon.state / "daemon.json").unlink()
        stranger = Website()
        self.addCleanup(stranger.close)
        strangers: list[str] = []

        def refuse(request, _body):
            strangers.append(request.requestline)
            return 401, "application/problem+json", b'{"detail": "not yours"}'

        stranger.script = refuse
        self.patch(place, "DEFAULT_URL", f"{stranger.url}/scripted")
        await deferLater(reactor, 1)
        await deferToThread(self.daemon.start)
        end = await waited
        self.assertEqual((end.code, end.err), (0, ""))
        self.assertEqual(strangers, [])
        path = self.daemon.files / "x"
        self.assertEqual(end.out, f"done {gid} {path}\n")
        self.assertEqual(path.read_bytes(), content(900))

    async def test_a_daemon_that_stays_away_is_told(self):
        """After the time in which it could have been restarted."""
        self.patch(waiting, "OUTAGE", 0.5)
        end = await self.run_command("add", f"{self.url}/stall/9/x")
        await deferToThread(self.site.reached.acquire)
        asked: Deferred[None] = Deferred()
        whole = client.Daemon.stats

        async def stats(daemon):
            answer = await whole(daemon)
            if not asked.called:
                asked.callback(None)
            return answer

        self.patch(client.Daemon, "stats", stats)
        waited = Deferred.fromCoroutine(self.run_command("wait"))
        await asked
        await deferToThread(self.daemon.kill)
        end = await waited
        self.assertEqual((end.code, end.out), (3, ""))
        self.assert_one_line(end.err, "twistd -n inetfetch")

    async def test_many_jobs_come_page_by_page(self):
        """Each is listed once, and a reader that stops early ends it."""
        # Two hold the host's slots, so that the others stay where they are.
        await self.run_command("add", *(f"{self.url}/stall/9/{n}" for n in "ab"))
        await deferToThread(self.site.reached.acquire)
        await deferToThread(self.site.reached.acquire)
        urls = [f"{self.url}/bytes/1/{n}" for n in range(1100)]
        end = await self.run_command("add", "-i", "-", given="\n".join(urls).encode())
        self.assertEqual((end.code, end.err), (0, ""))
        self.assertEqual([line[17:] for line in end.out.splitlines()], urls)
        end = await self.run_command("ls", "--state", "queued")
        rows = [line.split()[-1] for line in end.out.splitlines()[1:]]
        self.assertEqual(rows, urls)
        process = self.start("ls", env=self.daemon.env, bufsize=0)
        assert process.stdout is not None
        self.assertTrue(process.stdout.read(3), "GID")
        process.stdout.close()
        await deferToThread(process.wait)
        assert process.stderr is not None
        self.assertEqual((process.returncode, process.stderr.read()), (141, ""))

    async def test_a_terminal_is_not_overrun(self):
        """Rows are cut at its width; the line of wait is taken away at the end."""
        await self.run_command("add", f"{self.url}/stall/9/{'n' * 150}")
        await deferToThread(self.site.reached.acquire)
        end = await deferToThread(
            self.run_on_terminal, "wait", "--timeout", "0.5", env=self.daemon.env
        )
        self.assertEqual(end.code, 4)
        self.assertIn("\r\x1b[K1 left: 1 fetching", end.out)
        self.assertRegex(end.out, r"\r\x1b\[Kinetfetch: the time is up.*\r\n$")
        end = await deferToThread(self.run_on_terminal, "ls", env=self.daemon.env)
        self.assertIn("nnn", end.out)
        for row in end.out.splitlines():
            self.assertLessEqual(len(row), 100)

    async def test_no_daemon_is_told(self):
        """Also when it died without taking its address back."""
        self.daemon.kill()
        for arguments in (["ls"], ["add", self.url], ["wait"], ["show", "0"]):
            end = await self.run_command(*arguments)
            self.assertEqual((end.code, end.out), (3, ""))
            self.assert_one_line(end.err, "no daemon answers", "twistd -n inetfetch")
