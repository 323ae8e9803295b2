"""The store: the ledger behind its thread, with shared transactions."""

from __future__ import annotations

import threading
from typing import Any

from twisted.internet.defer import DeferredList, gatherResults
from twisted.internet.task import deferLater
from twisted.trial import unittest

from tests.inetfetch.folders import asked, temporary_folder
from tests.inetfetch.running import reactor
from twinet.inetfetch.queue.job import State
from twinet.inetfetch.queue.steps import UnknownJob
from twinet.inetfetch.queue.store import Store, StoreError


class StoreTests(unittest.TestCase):
    def setUp(self):
        self.path = temporary_folder(self) / "jobs.db"
        self.store = Store(reactor, self.path)
        self.addCleanup(self.store.close)
        return self.store.open()

    def database(self) -> Any:
        """Return the connection; for its thread only."""
        return self.store._database

    async def test_jobs_survive_a_close(self):
        """Another store finds them."""
        [job] = await self.store.add([asked()], 1.0)
        await self.store.close()
        other = Store(reactor, self.path)
        other.open_now()
        self.assertEqual(await other.find(job.id), job)
        await other.close()

    async def test_calls_that_come_together_share_a_transaction(self):
        """A burst costs few writes to the disk, and keeps its order."""
        await self.store.stats()
        statements: list[str] = []

        def trace():
            self.database().set_trace_callback(statements.append)

        self.store._thread.call(trace)
        calls = [self.store.add([asked(f"http://h/{n}")], 1.0) for n in range(50)]
        jobs = [job for [job] in await gatherResults(calls)]
        self.assertEqual(
            [job.uris[0] for job in jobs], [f"http://h/{n}" for n in range(50)]
        )
        self.assertLess(statements.count("COMMIT"), 20)

    async def test_refused_step_takes_nothing_else_with_it(self):
        """Its neighbours in the transaction are committed."""
        before = self.store.add([asked("http://h/1")], 1.0)
        refused = self.store.remove("nonsense", 1.0)
        after = self.store.add([asked("http://h/2")], 1.0)
        await self.assertFailure(refused, UnknownJob)
        await gatherResults([before, after])
        self.assertEqual(len((await self.store.page()).jobs), 2)

    async def test_half_done_step_leaves_nothing(self):
        """A list of which one job cannot be stored adds none."""
        wrong = self.store.add(
            [asked("http://h/1"), asked("http://h/2", out_root=None)], 1.0
        )
        right = self.store.add([asked("http://h/3")], 1.0)
        await self.assertFailure(wrong, StoreError)
        await right
        page = await self.store.page()
        self.assertEqual([job.uris[0] for job in page.jobs], ["http://h/3"])

    async def test_full_disk_fails_every_call_with_a_clear_error(self):
        """What was not committed was not done; later calls work again."""
        await self.store.add([asked()], 1.0)

        def limit(pages):
            self.database().execute(f"PRAGMA max_page_count = {pages}")

        await self.store._thread.call(limit, 1)
        many = [asked("http://h/" + "x" * 4000) for _ in range(50)]
        failure = await self.assertFailure(self.store.add(many, 1.0), StoreError)
        self.assertIn("full", str(failure))
        self.assertIn(str(self.path), str(failure))
        await self.store._thread.call(limit, 1_000_000)
        await self.store.add(many, 1.0)
        self.assertEqual((await self.store.stats())[State.QUEUED], 51)

    async def test_failed_commit_fails_every_call_of_it(self):
        """Nobody is told that something is on the disk which is not."""
        held = threading.Event()

        def break_commit():
            # A deferred constraint is looked at by COMMIT.
            database = self.database()
            database.execute("PRAGMA defer_foreign_keys = ON")
            database.execute(
                "INSERT INTO event (job, at, after, fence) VALUES ('none', 1, 'x', 1)"
            )

        # The three are taken together, while the thread is busy with the first.
        self.store._thread.call(held.wait, 30)
        while not self.store._thread._calls.empty():
            await deferLater(reactor, 0.01)
        calls = [
            self.store.add([asked()], 1.0),
            self.store._thread.call(break_commit),
            self.store.add([asked()], 1.0),
        ]
        held.set()
        outcomes: Any = await DeferredList(calls, consumeErrors=True)
        for succeeded, failure in outcomes:
            self.assertFalse(succeeded)
            self.assertIn(
                "FOREIGN KEY", str(failure.check(StoreError) and failure.value)
            )
        self.assertEqual((await self.store.page()).jobs, ())
        await self.store.add([asked()], 1.0)

    async def test_store_that_cannot_be_opened_says_why(self):
        """Path and advice are in the text, before the reactor and after."""
        path = self.path.parent / "no" / "such" / "folder.db"
        other = Store(reactor, path)
        opening: Any = other.open()
        failure = await self.assertFailure(opening, StoreError)
        self.assertIn(str(path), str(failure))
        self.assertRaises(StoreError, other.open_now)
        await self.assertFailure(other.stats(), StoreError)
        await other.close()

    async def test_damaged_database_is_told(self):
        """It is not silently replaced."""
        path = self.path.with_name("damaged.db")
        path.write_bytes(b"this is no database" * 1000)
        other = Store(reactor, path)
        await self.assertFailure(other.open(), StoreError)
        await other.close()
        self.assertTrue(path.read_bytes().startswith(b"this is no database"))
