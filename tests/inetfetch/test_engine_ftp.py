"""Jobs of the daemon on an FTP server."""

from __future__ import annotations

from tests.inetfetch.folders import names_in, temporary_folder
from tests.inetfetch.ftporigin import PASSWORD, USER, FtpOrigin
from tests.inetfetch.running import reactor
from tests.inetfetch.test_engine import BODY, SHA256, EngineCase
from twinet.inetfetch.queue.job import State


class FtpCase(EngineCase):
    """An engine, and a server with one file."""

    async def begin(self):
        await super().begin()  # type: ignore[no-untyped-call]
        folder = temporary_folder(self)
        (folder / "a b.bin").write_bytes(BODY)
        self.ftp = FtpOrigin(folder)
        self.place = self.ftp.listen(reactor)

    async def end(self):
        await super().end()  # type: ignore[no-untyped-call]
        await self.ftp.close()


class Fetching(FtpCase):
    """What becomes of them."""

    async def test_job(self):
        """All bytes under the final name, nothing else."""
        [job] = await self.run_to_end(f"ftp://{self.place}/a%20b.bin;type=i")
        self.assertEqual(job.state, State.DONE, job.error)
        self.assertEqual((job.size, job.digest, job.tries), (len(BODY), SHA256, 1))
        self.assertEqual(names_in(self.root), ["a b.bin"])
        self.assertEqual(self.read("a b.bin"), BODY)

    async def test_many_files(self):
        """They share as many logins as there are jobs at a time."""
        jobs = await self.run_to_end(*[f"ftp://{self.place}/a%20b.bin"] * 9)
        self.assertEqual({job.state for job in jobs}, {State.DONE})
        self.assertEqual(self.ftp.said.count("RETR"), 9)
        self.assertLessEqual(self.ftp.logins, self.max_active_per_host)

    async def test_user_of_the_url(self):
        """He logs in, and what goes wrong does not show his password."""
        who = f"{USER}:ge%20heim%3A1"
        good, bad = await self.run_to_end(
            f"ftp://{who}@{self.place}/a%20b.bin", f"ftp://joe:wr0ng@{self.place}/x"
        )
        self.assertEqual(good.state, State.DONE, good.error)
        self.assertEqual(set(self.ftp.users), {USER})
        self.assertEqual((bad.state, bad.tries), (State.FAILED, 1))
        self.assertEqual(bad.error["class"], "LoginFailure")
        self.assertNotIn("wr0ng", bad.error["text"])
        self.assertNotIn(PASSWORD, str(good.error))

    async def test_refusals(self):
        """5yz is for ever, 4yz and a closed session are not (RFC 959)."""
        self.ftp.answers["RETR"] = ["421 going down", "451 not now"]
        [job] = await self.run_to_end(f"ftp://{self.place}/a%20b.bin")
        self.assertEqual((job.state, job.tries), (State.DONE, 3), job.error)
        [job] = await self.add(f"ftp://{self.place}/nowhere")
        self.engine.wake()
        job = await self.until(job.id)
        self.assertEqual((job.state, job.tries), (State.FAILED, 1))
        self.assertIn("550", job.error["text"])
        # Only the 421 has cost a login.
        self.assertEqual(self.ftp.logins, 2)
        self.assertEqual(names_in(self.root), ["a b.bin"])


class Guarded(FtpCase):
    """The egress policy: nothing on this machine is fetched from."""

    allow_nets = ""

    async def test_control_connection(self):
        """It is not made."""
        [job] = await self.run_to_end(f"ftp://{self.place}/a%20b.bin")
        self.assertEqual(job.state, State.FAILED)
        self.assertEqual(job.error["class"], "PolicyRefused")
        self.assertEqual(self.ftp.said, [])


class GuardedData(FtpCase):
    """The egress policy sees the data connections as well, with whose job it is."""

    async def test_data_connection(self):
        """The first connection passes, no other one does."""
        shown = []

        def policy(destination):
            shown.append((destination.scheme, destination.context.job.gid))
            return None if len(shown) == 1 else "not there"

        self.ftp.answers["EPSV"] = ["229 there (|||257|)"]
        await self.session.close()
        self.session = type(self.session)(reactor, policy=policy)
        self.engine = self.make_engine()
        [job] = await self.run_to_end(f"ftp://{self.place}/a%20b.bin")
        self.assertEqual(job.state, State.FAILED)
        self.assertEqual(job.error["class"], "PolicyRefused")
        self.assertEqual(set(shown), {("ftp", job.gid)})
        self.assertEqual(len(shown), 2)
        self.assertEqual(self.ftp.said[-1], "EPSV")
