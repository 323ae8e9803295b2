"""Publishing: the right name, nothing replaced, and what a crash leaves behind."""

from __future__ import annotations

import hashlib
import os
import time

from twisted.internet.defer import Deferred
from twisted.trial import unittest

from tests.inetfetch.folders import asked, names_in, temporary_folder
from tests.inetfetch.running import reactor
from twinet.inetfetch.fetch.faults import Faults
from twinet.inetfetch.fetch.folder import Folder
from twinet.inetfetch.fetch.names import part_name
from twinet.inetfetch.fetch.publishing import Publisher
from twinet.inetfetch.queue.job import Publication, State
from twinet.inetfetch.queue.store import Store
from twinet.inetfetch.queue.thread import OneThread

CONTENT = b"the content"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class PublishingCase(unittest.TestCase):
    def setUp(self):
        self.root = temporary_folder(self)
        self.store = Store(reactor, temporary_folder(self) / "jobs.db")
        self.addCleanup(self.store.close)
        self.thread = OneThread(reactor, "test")
        self.addCleanup(self.thread.stop)
        self.folder = Folder.below(str(self.root))
        self.addCleanup(self.folder.close)
        self.publisher = Publisher(
            self.store, self.thread, self.folder, faults=Faults(), clock=time.time
        )
        return self.store.open()

    async def verified(self, url="http://a.example/file.bin", **more):
        """Return a job whose part file is complete, and the part file's name."""
        await self.store.add([asked(url, out_root=str(self.root), **more)], 1.0)
        claim = await self.store.claim(
            owner="me", now=2.0, lease=60, max_active=9, max_active_per_host=9
        )
        job = claim.jobs[-1]
        part = part_name("file.bin", job.gid, job.fence)
        (self.root / part).write_bytes(CONTENT)
        await self.store.verifying(job.id, job.fence, len(CONTENT), 3.0)
        return job, part

    def files(self):
        return {
            name: (self.root / name).read_bytes()
            for name in names_in(self.root)
            if (self.root / name).is_file()
        }


class PublishTests(PublishingCase):
    def publish(self, job, part):
        return self.publisher.publish(job, part, len(CONTENT), SHA256)

    async def test_file_gets_its_name_and_the_job_is_done(self):
        """Nothing else is left in the folder."""
        done = await self.publish(*await self.verified())
        self.assertEqual(done.state, State.DONE)
        self.assertEqual(done.final_path, str(self.root / "file.bin"))
        self.assertEqual((done.digest, done.size), (SHA256, len(CONTENT)))
        self.assertEqual(self.files(), {"file.bin": CONTENT})

    async def test_given_name_goes_before_that_of_the_url(self):
        """What the client asked for is what it gets."""
        done = await self.publish(*await self.verified(out_path="mine.txt"))
        self.assertEqual(done.final_path, str(self.root / "mine.txt"))

    async def test_taken_name_is_never_replaced(self):
        """The next free number is used."""
        (self.root / "file.bin").write_bytes(b"theirs")
        (self.root / "file (1).bin").symlink_to("nowhere")
        done = await self.publish(*await self.verified())
        self.assertEqual(done.final_path, str(self.root / "file (2).bin"))
        self.assertEqual(self.files(), {"file.bin": b"theirs", "file (2).bin": CONTENT})

    async def test_name_that_is_taken_in_the_last_moment_is_not_replaced(self):
        """The rename decides, not the look before it."""
        self.patch(self.folder, "taken", lambda _: False)
        (self.root / "file.bin").write_bytes(b"theirs")
        done = await self.publish(*await self.verified())
        self.assertEqual(done.final_path, str(self.root / "file (1).bin"))
        self.assertEqual(self.files(), {"file.bin": b"theirs", "file (1).bin": CONTENT})

    async def test_name_that_another_job_is_about_to_take_is_left_to_it(self):
        """The record reserves it before the file is there."""
        other, part = await self.verified()
        publication = Publication(
            other.id,
            other.fence,
            str(self.root / part),
            str(self.root / "file.bin"),
            len(CONTENT),
            SHA256,
        )
        await self.store.publishing(publication, 4.0)
        done = await self.publish(*await self.verified())
        self.assertEqual(done.final_path, str(self.root / "file (1).bin"))
        settled = await self.publisher.settle(
            await self.store.find(other.id), publication
        )
        self.assertEqual(settled.final_path, str(self.root / "file.bin"))

    async def test_file_system_that_refuses_leaves_no_final_file(self):
        """The error is the file system's own; the record is still there to be ended."""
        job, part = await self.verified()
        (self.root / part).unlink()
        await self.assertFailure(
            Deferred.fromCoroutine(self.publish(job, part)), FileNotFoundError
        )
        self.assertEqual(self.files(), {})
        self.assertEqual((await self.store.find(job.id)).state, State.PUBLISHING)


class SettleTests(PublishingCase):
    """Another owner died between the record and ``done``."""

    async def interrupted(self, final="file.bin", **more):
        job, part = await self.verified(**more)
        publication = Publication(
            job.id,
            job.fence,
            str(self.root / part),
            str(self.root / final),
            len(CONTENT),
            SHA256,
        )
        await self.store.publishing(publication, 4.0)
        taken = await self.store.take_over(
            owner="you", now=9e9, lease=60, expired_only=False
        )
        return *taken.publishing[0], part

    async def test_before_the_rename_it_is_done_now(self):
        """The part file is complete: nothing is fetched again."""
        job, publication, _ = await self.interrupted()
        settled = await self.publisher.settle(job, publication)
        self.assertEqual(settled.state, State.DONE)
        self.assertEqual(self.files(), {"file.bin": CONTENT})

    async def test_after_the_rename_it_is_only_noted(self):
        """No second copy appears."""
        job, publication, part = await self.interrupted()
        (self.root / part).rename(self.root / "file.bin")
        settled = await self.publisher.settle(job, publication)
        self.assertEqual(settled.state, State.DONE)
        self.assertEqual(settled.final_path, str(self.root / "file.bin"))
        self.assertEqual(self.files(), {"file.bin": CONTENT})

    async def test_between_link_and_unlink_the_part_file_goes(self):
        """Where the kernel cannot rename without replacing."""
        job, publication, part = await self.interrupted()
        os.link(self.root / part, self.root / "file.bin")
        settled = await self.publisher.settle(job, publication)
        self.assertEqual(settled.state, State.DONE)
        self.assertEqual(self.files(), {"file.bin": CONTENT})

    async def test_equal_file_of_somebody_else_is_not_taken_for_ours(self):
        """As long as the part file is there, the rename has not happened."""
        job, publication, _ = await self.interrupted()
        (self.root / "file.bin").write_bytes(CONTENT)
        settled = await self.publisher.settle(job, publication)
        self.assertEqual(settled.final_path, str(self.root / "file (1).bin"))
        self.assertEqual(self.files(), {"file.bin": CONTENT, "file (1).bin": CONTENT})

    async def test_other_file_under_the_name_is_left_alone(self):
        """It came in between; ours takes the next name."""
        job, publication, _ = await self.interrupted()
        (self.root / "file.bin").write_bytes(b"theirs")
        settled = await self.publisher.settle(job, publication)
        self.assertEqual(settled.final_path, str(self.root / "file (1).bin"))
        self.assertEqual(self.files(), {"file.bin": b"theirs", "file (1).bin": CONTENT})

    async def test_damaged_part_file_is_fetched_again(self):
        """What is not as recorded is never published."""
        for damage in [b"the CONTENT", b"the conten", b""]:
            job, publication, part = await self.interrupted()
            (self.root / part).write_bytes(damage)
            settled = await self.publisher.settle(job, publication)
            self.assertEqual(settled.state, State.QUEUED)
            self.assertEqual(self.files(), {})
            await self.store.remove(job.id, 5.0)

    async def test_files_that_are_gone_are_fetched_again(self):
        """Somebody tidied up."""
        job, publication, part = await self.interrupted()
        (self.root / part).unlink()
        settled = await self.publisher.settle(job, publication)
        self.assertEqual(settled.state, State.QUEUED)

    async def test_changed_final_file_is_not_taken_for_ours(self):
        """Renamed, then edited: the job is fetched again under another name."""
        job, publication, part = await self.interrupted()
        (self.root / part).unlink()
        (self.root / "file.bin").write_bytes(b"edited content")
        settled = await self.publisher.settle(job, publication)
        self.assertEqual(settled.state, State.QUEUED)
        self.assertEqual(self.files(), {"file.bin": b"edited content"})
