"""The ledger: every step of a job, and who may take it."""

from __future__ import annotations

import sqlite3

from twisted.trial import unittest

from tests.inetfetch.folders import asked, quick_ledger, temporary_folder
from twinet.inetfetch.queue.job import ENDED, NEXT, RUNNING, Job, Publication, State
from twinet.inetfetch.queue.ledger import AmbiguousJob, Ledger
from twinet.inetfetch.queue.ownership import NameTaken
from twinet.inetfetch.queue.schema import WrongSchema, open_database
from twinet.inetfetch.queue.steps import Superseded, UnknownJob

ERROR = {"class": "Timeout", "code": 12002, "text": "too slow", "at": 5.0}


class LedgerCase(unittest.SynchronousTestCase):
    def setUp(self):
        self.ledger = quick_ledger(self)

    def add(self, *jobs):
        return self.ledger.add(jobs or [asked()], 100.0)

    def claim(self, *, now=200.0, max_active=5, per_host=2):
        return self.ledger.claim(
            owner="me",
            now=now,
            lease=60,
            max_active=max_active,
            max_active_per_host=per_host,
        )

    def claimed(self):
        self.add()
        return self.claim().jobs[0]

    def publication(self, job, final="/downloads/file"):
        return Publication(
            job.id, job.fence, "/downloads/.file.part", final, 3, "ab" * 32
        )

    def take_over(self, *, now=1000.0, expired_only=False, mine=()):
        return self.ledger.take_over(
            owner="you", now=now, lease=60, expired_only=expired_only, mine=mine
        )

    def states(self, job):
        return [event.after for event in self.ledger.events(job.id)]


class AddingTests(LedgerCase):
    def test_new_job_is_queued_as_it_was_asked_for(self):
        """Everything that was asked for is kept."""
        wanted = asked(out_path="a/b", priority=7, options={"x": [1]}, client="c")
        [job] = self.add(wanted)
        self.assertEqual(job.state, State.QUEUED)
        self.assertEqual(job.uris, wanted.uris)
        self.assertEqual((job.out_root, job.out_path), ("/downloads", "a/b"))
        self.assertEqual((job.priority, job.options, job.client), (7, {"x": [1]}, "c"))
        self.assertEqual((job.scope, job.created, job.tries), ("local", 100.0, 0))
        self.assertEqual(self.ledger.find(job.id), job)

    def test_job_is_found_by_the_beginning_of_its_names(self):
        """People do not type 36 characters."""
        jobs = self.add(*[asked() for _ in range(20)])
        for job in jobs:
            self.assertEqual(self.ledger.find(job.gid), job)
            self.assertEqual(self.ledger.find(job.gid[:12].upper()), job)
            self.assertEqual(self.ledger.find(job.id), job)

    def test_beginning_of_several_jobs_is_ambiguous(self):
        """Nothing is guessed where a job may be removed."""
        jobs = self.add(asked(), asked())
        self.assertRaises(AmbiguousJob, self.ledger.find, jobs[0].id[:8])

    def test_unknown_and_impossible_names_are_told(self):
        """Neither finds a job, whatever is in the text."""
        self.add()
        for name in ["", "ffffffff-", "%", "*", "' OR 1=1 --", "x" * 5000, "ä"]:
            self.assertRaises(UnknownJob, self.ledger.find, name)

    def test_pages_give_every_job_once_in_their_order(self):
        """A list of any length is walked in pieces, while it grows."""
        jobs = self.add(*[asked() for _ in range(25)])
        seen: list[Job] = []
        after = None
        while True:
            page = self.ledger.page(None, after, 10)
            seen += page.jobs
            self.assertLessEqual(len(page.jobs), 10)
            after = page.after
            if after is None:
                break
            if len(seen) == 10:
                jobs += self.add()
        self.assertEqual([job.id for job in seen], [job.id for job in jobs])

    def test_page_of_a_state_has_only_such_jobs(self):
        """The filter works with the index, not after it."""
        self.add(asked(), asked(), asked())
        self.claim(max_active=1)
        states = [job.state for job in self.ledger.page(State.QUEUED).jobs]
        self.assertEqual(states, [State.QUEUED] * 2)
        self.assertEqual(len(self.ledger.page(State.DONE).jobs), 0)

    def test_page_that_is_just_full_is_the_last(self):
        """No empty page follows."""
        self.add(asked(), asked())
        self.assertIsNone(self.ledger.page(limit=2).after)


class ClaimTests(LedgerCase):
    def claimed_urls(self, **how):
        return [job.uris[0] for job in self.claim(**how).jobs]

    def test_order_is_priority_then_place(self):
        """Higher priority first, then first come, first served."""
        self.add(
            asked("http://h/1"),
            asked("http://h/2", priority=1),
            asked("http://h/3", priority=-1),
            asked("http://h/4", priority=1),
        )
        urls = self.claimed_urls(per_host=9)
        self.assertEqual(urls, [f"http://h/{n}" for n in (2, 4, 1, 3)])

    def test_no_more_than_max_active_run(self):
        """The limit counts what runs already."""
        self.add(*[asked(host=f"h{n}") for n in range(9)])
        self.assertEqual(len(self.claim(max_active=3).jobs), 3)
        self.assertEqual(len(self.claim(max_active=4).jobs), 1)
        self.assertEqual(len(self.claim(max_active=2).jobs), 0)

    def test_full_host_is_passed_over(self):
        """One host with a thousand jobs does not hold up the others."""
        self.add(*[asked(host="busy") for _ in range(50)], asked("http://b/", host="b"))
        hosts = [job.host for job in self.claim().jobs]
        self.assertEqual(hosts, ["busy", "busy", "b"])
        self.assertEqual(self.claim().jobs, ())

    def test_ended_job_makes_room_for_the_next_of_its_host(self):
        """The head of the host's line moves on."""
        self.add(*[asked(f"http://h/{n}", host="h") for n in range(4)])
        first, second = self.claim().jobs
        self.ledger.fail(first.id, first.fence, ERROR, 300.0)
        self.assertEqual(self.claimed_urls(), ["http://h/2"])
        self.ledger.cancelled(second.id, second.fence, 300.0)
        self.assertEqual(self.claimed_urls(), ["http://h/3"])

    def test_removed_head_of_a_line_is_followed_by_the_next(self):
        """The table of heads knows of cancelled jobs."""
        jobs = self.add(*[asked(f"http://h/{n}", host="h") for n in range(3)])
        self.ledger.remove(jobs[0].id, 150.0)
        self.assertEqual(self.claimed_urls(max_active=1), ["http://h/1"])

    def test_claimed_job_belongs_to_its_owner(self):
        """A lease, a fence that has grown, and an attempt that counts."""
        job = self.claimed()
        self.assertEqual(job.state, State.FETCHING)
        self.assertEqual((job.owner, job.lease_until), ("me", 260.0))
        self.assertEqual((job.fence, job.tries, job.started), (1, 1, 200.0))

    def test_waiting_job_comes_back_when_it_is_due(self):
        """Not before, and the claim says when to look again."""
        job = self.claimed()
        self.ledger.retry(job.id, job.fence, ERROR, 500.0, 210.0)
        early = self.claim(now=499.0)
        self.assertEqual((early.jobs, early.next_due), ((), 500.0))
        [again] = self.claim(now=500.0).jobs
        self.assertEqual((again.id, again.tries, again.fence), (job.id, 2, 2))
        self.assertEqual(again.started, 200.0)
        self.assertEqual(
            self.states(job),
            ["queued", "fetching", "waiting_retry", "queued", "fetching"],
        )

    def test_claim_looks_at_no_queue(self):
        """Neither many jobs nor many that wait make it walk a table."""
        plans: list[str] = []
        self.add(asked(host="a"), asked(host="b"))
        self.ledger._db.set_trace_callback(plans.append)
        self.claim(max_active=2)
        self.ledger._db.set_trace_callback(None)
        for statement in plans:
            if not statement.startswith("SELECT"):
                continue
            rows = self.ledger._db.execute(f"EXPLAIN QUERY PLAN {statement}")
            for row in rows.fetchall():
                plan = row["detail"]
                self.assertNotRegex(plan, r"^SCAN job( USING INDEX sqlite_auto.*)?$")
                self.assertNotIn("TEMP B-TREE FOR ORDER BY", plan, statement)

    def test_claim_passes_a_line_of_thousands_quickly(self):
        """The work for a claim is counted in SQLite's steps, not in seconds."""
        steps = []

        def count():
            steps.append(1)

        self.add(*[asked(host="busy") for _ in range(20)], asked(host="b"))
        self.claim(max_active=2, per_host=2)
        self.ledger._db.set_progress_handler(count, 100)
        self.claim(max_active=2)
        few = len(steps)
        self.add(*[asked(host="busy") for _ in range(2000)])
        steps.clear()
        self.claim(max_active=3)
        self.assertLess(len(steps), 5 * few + 50)


class OwnerTests(LedgerCase):
    def test_story_of_a_job_leaves_one_event_for_each_state(self):
        """Queued, fetching, verifying, publishing, done."""
        job = self.claimed()
        self.ledger.verifying(job.id, job.fence, 3, 201.0)
        self.ledger.publishing(self.publication(job), 202.0)
        done = self.ledger.done(job.id, job.fence, 203.0)
        self.assertEqual(done.state, State.DONE)
        self.assertEqual((done.size, done.done_bytes), (3, 3))
        self.assertEqual((done.final_path, done.digest), ("/downloads/file", "ab" * 32))
        self.assertEqual((done.finished, done.owner), (203.0, None))
        events = self.ledger.events(job.id)
        self.assertEqual(
            [(event.before, event.after, event.at) for event in events],
            [
                (None, "queued", 100.0),
                ("queued", "fetching", 200.0),
                ("fetching", "verifying", 201.0),
                ("verifying", "publishing", 202.0),
                ("publishing", "done", 203.0),
            ],
        )

    def test_owner_with_an_old_fence_is_refused_everywhere(self):
        """Whoever lost the job cannot touch it any more."""
        job = self.claimed()
        self.take_over()
        [new] = self.claim(now=1001.0).jobs
        self.assertGreater(new.fence, job.fence)
        for step in [
            lambda: self.ledger.verifying(job.id, job.fence, 3, 1.0),
            lambda: self.ledger.publishing(self.publication(job), 1.0),
            lambda: self.ledger.retry(job.id, job.fence, ERROR, 2.0, 1.0),
            lambda: self.ledger.fail(job.id, job.fence, ERROR, 1.0),
            lambda: self.ledger.requeue(job.id, job.fence, "why", 1.0),
            lambda: self.ledger.cancelled(job.id, job.fence, 1.0),
        ]:
            self.assertRaises(Superseded, step)
        self.assertEqual(self.ledger.find(job.id), new)

    def test_owner_of_a_job_that_is_gone_is_refused(self):
        """Cancelled, forgotten: the late outcome finds nothing."""
        job = self.claimed()
        self.ledger.cancelled(job.id, job.fence, 1.0)
        self.ledger.remove(job.id, 2.0)
        with self.assertRaises(Superseded):
            self.ledger.fail(job.id, job.fence, ERROR, 3.0)

    def test_step_that_is_not_in_the_table_is_an_error(self):
        """A program that skips a step is wrong, and is told so."""
        job = self.claimed()
        with self.assertRaises(ValueError):
            self.ledger.publishing(self.publication(job), 1.0)

    def test_retry_keeps_error_and_time(self):
        """A person sees why the job waits, and how long."""
        job = self.claimed()
        waiting = self.ledger.retry(job.id, job.fence, ERROR, 500.0, 210.0)
        self.assertEqual(waiting.state, State.WAITING_RETRY)
        self.assertEqual((waiting.not_before, waiting.error), (500.0, ERROR))
        self.assertIsNone(waiting.lease_until)

    def test_failed_job_keeps_its_error(self):
        """And its end."""
        job = self.claimed()
        failed = self.ledger.fail(job.id, job.fence, ERROR, 210.0)
        self.assertEqual(
            (failed.state, failed.error, failed.finished), ("failed", ERROR, 210.0)
        )

    def test_given_back_job_does_not_count_the_attempt(self):
        """A stop of the daemon uses up no try."""
        job = self.claimed()
        queued = self.ledger.requeue(job.id, job.fence, "stopped", 210.0)
        self.assertEqual((queued.state, queued.tries, queued.fence), ("queued", 0, 2))
        self.assertEqual(self.ledger.events(job.id)[-1].detail, "stopped")

    def test_lease_is_renewed_with_the_progress(self):
        """One statement for each job that runs."""
        job = self.claimed()
        self.assertEqual(self.ledger.renew([(job.id, job.fence, 9, 4)], 999.0), [])
        now = self.ledger.find(job.id)
        self.assertEqual((now.lease_until, now.size, now.done_bytes), (999.0, 9, 4))
        self.assertEqual(len(self.ledger.events(job.id)), 2)

    def test_renewal_names_the_jobs_that_were_lost(self):
        """Their attempts must stop."""
        job = self.claimed()
        self.take_over()
        self.assertEqual(self.ledger.renew([(job.id, job.fence, 9, 4)], 9.0), [job.id])

    def test_name_is_reserved_while_a_job_is_being_published(self):
        """Two jobs never rename to the same name."""
        self.add(asked(), asked())
        one, other = self.claim().jobs
        self.ledger.verifying(one.id, one.fence, 3, 1.0)
        self.ledger.verifying(other.id, other.fence, 3, 1.0)
        self.ledger.publishing(self.publication(one), 2.0)
        with self.assertRaises(NameTaken):
            self.ledger.publishing(self.publication(other), 2.0)
        self.ledger.done(one.id, one.fence, 3.0)

    def test_publication_may_change_its_name(self):
        """The first was taken by a file that nobody knew of."""
        job = self.claimed()
        self.ledger.verifying(job.id, job.fence, 3, 1.0)
        self.ledger.publishing(self.publication(job), 2.0)
        self.ledger.publishing(self.publication(job, "/downloads/file (1)"), 3.0)
        done = self.ledger.done(job.id, job.fence, 4.0)
        self.assertEqual(done.final_path, "/downloads/file (1)")

    def test_every_state_can_be_left_as_the_table_says(self):
        """Ended states are ends; all others have a way on."""
        for state, after in NEXT.items():
            self.assertEqual(not after, state in ENDED, state)
            if state in RUNNING:
                self.assertTrue(after & {State.QUEUED, State.FAILED}, state)


class RemovalTests(LedgerCase):
    def test_queued_job_is_cancelled(self):
        """It stays in the list, so that one sees what became of it."""
        [job] = self.add()
        gone = self.ledger.remove(job.id, 150.0)
        self.assertEqual((gone.state, gone.finished), ("cancelled", 150.0))
        self.assertEqual(self.claim().jobs, ())

    def test_waiting_job_is_cancelled(self):
        """It does not come back when it would be due."""
        job = self.claimed()
        self.ledger.retry(job.id, job.fence, ERROR, 500.0, 210.0)
        self.assertEqual(self.ledger.remove(job.id, 300.0).state, "cancelled")
        self.assertEqual(self.claim(now=600.0).jobs, ())

    def test_running_job_is_marked_for_its_owner(self):
        """Only the owner can stop it."""
        job = self.claimed()
        marked = self.ledger.remove(job.id, 210.0)
        self.assertEqual((marked.state, marked.want), ("fetching", "cancel"))
        ended = self.ledger.cancelled(job.id, job.fence, 211.0)
        self.assertEqual((ended.state, ended.want), ("cancelled", None))

    def test_marked_job_is_cancelled_whatever_happens_to_it(self):
        """A retry, a stop and a crash do not bring it back."""
        for step in ("retry", "requeue", "crash"):
            job = self.claimed()
            self.ledger.remove(job.id, 210.0)
            if step == "retry":
                self.ledger.retry(job.id, job.fence, ERROR, 500.0, 211.0)
            elif step == "requeue":
                self.ledger.requeue(job.id, job.fence, "stopped", 211.0)
            else:
                self.take_over()
            self.assertEqual(self.ledger.find(job.id).state, "cancelled", step)

    def test_ended_job_is_forgotten_with_its_events(self):
        """The second removal clears the list."""
        [job] = self.add()
        self.ledger.remove(job.id, 150.0)
        self.assertEqual(self.ledger.remove(job.id, 160.0).state, "cancelled")
        self.assertRaises(UnknownJob, self.ledger.find, job.id)
        self.assertRaises(UnknownJob, self.ledger.remove, job.id, 170.0)
        self.assertEqual(self.ledger.events(job.id), [])

    def test_counts_follow_every_step(self):
        """They are kept, not counted."""
        jobs = self.add(*[asked(host=f"h{n}") for n in range(5)])
        claimed = self.claim(max_active=3).jobs
        self.ledger.fail(claimed[0].id, claimed[0].fence, ERROR, 1.0)
        self.ledger.retry(claimed[1].id, claimed[1].fence, ERROR, 9e9, 1.0)
        self.ledger.remove(jobs[4].id, 1.0)
        self.ledger.remove(claimed[0].id, 1.0)
        counts = {state: n for state, n in self.ledger.stats().items() if n}
        self.assertEqual(
            counts, {"queued": 1, "fetching": 1, "waiting_retry": 1, "cancelled": 1}
        )


class TakeoverTests(LedgerCase):
    def test_job_of_a_dead_owner_goes_back_to_the_queue(self):
        """With a new fence and without counting the attempt."""
        job = self.claimed()
        taken = self.take_over()
        self.assertEqual([each.id for each in taken.dropped], [job.id])
        now = self.ledger.find(job.id)
        self.assertEqual((now.state, now.tries, now.owner), ("queued", 0, None))
        self.assertGreater(now.fence, job.fence)

    def test_verifying_job_of_a_dead_owner_goes_back_too(self):
        """Nobody knows whether its part file reached the disk."""
        job = self.claimed()
        self.ledger.verifying(job.id, job.fence, 3, 1.0)
        self.take_over()
        self.assertEqual(self.ledger.find(job.id).state, "queued")

    def test_job_being_published_is_handed_over(self):
        """The files decide about it; the record says which they are."""
        job = self.claimed()
        self.ledger.verifying(job.id, job.fence, 3, 1.0)
        self.ledger.publishing(self.publication(job), 2.0)
        taken = self.take_over()
        [(adopted, publication)] = taken.publishing
        self.assertEqual(taken.dropped, ())
        self.assertEqual((adopted.state, adopted.owner), ("publishing", "you"))
        self.assertEqual(adopted.fence, job.fence + 1)
        self.assertEqual(publication.fence, adopted.fence)
        self.assertEqual(publication.final, "/downloads/file")
        with self.assertRaises(Superseded):
            self.ledger.done(job.id, job.fence, 3.0)
        done = self.ledger.done(adopted.id, adopted.fence, 4.0)
        self.assertEqual(done.state, "done")

    def test_lost_publication_goes_back_to_the_queue(self):
        """And its name is free again."""
        job = self.claimed()
        self.ledger.verifying(job.id, job.fence, 3, 1.0)
        self.ledger.publishing(self.publication(job), 2.0)
        self.ledger.requeue(job.id, job.fence, "lost", 3.0)
        [again] = self.claim(now=300.0).jobs
        self.ledger.verifying(again.id, again.fence, 3, 4.0)
        self.ledger.publishing(self.publication(again), 5.0)

    def test_only_expired_leases_are_taken_while_the_daemon_runs(self):
        """A job whose owner is alive is left alone."""
        self.add(asked(host="a"), asked(host="b"))
        fresh, stale = self.claim(now=200.0).jobs
        self.ledger.renew([(fresh.id, fresh.fence, None, 0)], 900.0)
        taken = self.take_over(now=500.0, expired_only=True)
        self.assertEqual([job.id for job in taken.dropped], [stale.id])

    def test_own_jobs_are_never_taken(self):
        """A clock that jumped must not stop what runs here."""
        job = self.claimed()
        taken = self.take_over(now=9e9, expired_only=True, mine={job.id})
        self.assertEqual(taken.dropped, ())

    def test_states_of_strange_gids_are_left_out(self):
        """Another daemon's part files in the same folder are not ours."""
        job = self.claimed()
        found = self.ledger.states([job.gid, "0" * 16])
        self.assertEqual(found, {job.gid: State.FETCHING})


class SchemaTests(unittest.SynchronousTestCase):
    def test_database_is_for_its_owner_only(self):
        """URLs in it may have passwords."""
        path = temporary_folder(self) / "jobs.db"
        database = open_database(path)
        self.addCleanup(database.close)
        Ledger(database).add([asked()], 1.0)
        for file in path.parent.iterdir():
            self.assertEqual(file.stat().st_mode & 0o077, 0, file)

    def test_commit_that_has_returned_is_on_the_disk(self):
        """WAL with full synchronisation."""
        database = open_database(temporary_folder(self) / "jobs.db")
        self.addCleanup(database.close)
        [mode] = database.execute("PRAGMA journal_mode").fetchone()
        [sync] = database.execute("PRAGMA synchronous").fetchone()
        self.assertEqual((mode, sync), ("wal", 2))

    def test_database_of_a_newer_program_is_refused(self):
        """Nothing is overwritten that is not understood."""
        path = temporary_folder(self) / "jobs.db"
        database = open_database(path)
        database.execute("UPDATE meta SET value = '2'")
        database.close()
        refusal = self.assertRaises(WrongSchema, open_database, path)
        self.assertIn("newer", str(refusal))

    def test_database_of_another_program_is_refused(self):
        """And left as it is."""
        path = temporary_folder(self) / "jobs.db"
        other = sqlite3.connect(path)
        other.execute("CREATE TABLE thing (x)")
        other.commit()
        other.close()
        self.assertRaises(WrongSchema, open_database, path)

    def test_jobs_survive_the_database_being_closed(self):
        """Opening again finds what was committed."""
        path = temporary_folder(self) / "jobs.db"
        database = open_database(path)
        [job] = Ledger(database).add([asked()], 1.0)
        database.close()
        again = open_database(path)
        self.addCleanup(again.close)
        self.assertEqual(Ledger(again).find(job.id), job)
