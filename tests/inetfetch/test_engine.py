"""The engine and its attempts: real fetches from a server on loopback."""

from __future__ import annotations

import hashlib
import os
import stat
import time

from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.trial import unittest

import twinet
from tests.inetfetch.doorkeeper import Doorkeeper
from tests.inetfetch.folders import asked, names_in, temporary_folder
from tests.inetfetch.origin import (
    Origin,
    content,
    cut,
    half,
    in_turn,
    missing,
    silent,
    status,
)
from tests.inetfetch.running import reactor
from twinet.inetfetch.fetch.attempt import Bench
from twinet.inetfetch.fetch.engine import Engine
from twinet.inetfetch.fetch.faults import Faults
from twinet.inetfetch.fetch.names import part_name
from twinet.inetfetch.fetch.policy import EgressPolicy, parse_nets
from twinet.inetfetch.fetch.retry import RetryRule
from twinet.inetfetch.queue.job import ENDED, Publication, State
from twinet.inetfetch.queue.store import Store
from twinet.records import Credentials

BODY = bytes(range(256)) * 40
SHA256 = hashlib.sha256(BODY).hexdigest()


class EngineCase(unittest.TestCase):
    timeout = 60
    allow_nets = "127.0.0.0/8"
    max_active = 5
    max_active_per_host = 2

    def setUp(self):
        return Deferred.fromCoroutine(self.begin())

    async def begin(self):
        self.root = temporary_folder(self)
        self.origin = Origin()
        self.url = self.origin.listen(reactor)
        self.store = Store(reactor, temporary_folder(self) / "jobs.db")
        self.session = twinet.Session(
            reactor,
            policy=EgressPolicy(parse_nets(self.allow_nets)),
            limits=twinet.Limits(connect=5, first_byte=20, idle=20),
            remember_logins=False,
        )
        self.rule = RetryRule(tries=3, base=0.05, longest=0.2)
        await self.store.open()
        self.engine = self.make_engine()

    def make_engine(self):
        bench = Bench(
            reactor,
            self.store,
            self.session,
            self.rule,
            Faults(),
            clock=time.time,
            random=lambda: 0.0,
            mode=0o644,
        )
        return Engine(
            bench,
            reactor,
            owner="me",
            root=str(self.root),
            max_active=self.max_active,
            max_active_per_host=self.max_active_per_host,
        )

    def tearDown(self):
        return Deferred.fromCoroutine(self.end())

    async def end(self):
        await self.engine.stop()
        await self.session.close()
        await self.store.close()
        await self.origin.close()

    async def add(self, *paths, **more):
        more.setdefault("host", "127.0.0.1")
        jobs = [
            asked(
                path if ":" in path else self.url + path,
                out_root=str(self.root),
                **more,
            )
            for path in paths
        ]
        return await self.store.add(jobs, time.time())

    async def run_to_end(self, *paths, **more):
        """Add jobs, run them and return what became of them."""
        jobs = await self.add(*paths, **more)
        self.engine.start()
        return [await self.until(job.id) for job in jobs]

    async def until(self, job_id, *states):
        """Return the job when it has come to one of the states."""
        while True:
            job = await self.store.find(job_id)
            if job.state in (states or ENDED):
                return job
            await deferLater(reactor, 0.01)

    async def turned(self, job):
        return [event.after for event in await self.store.events(job.id)]

    def read(self, name):
        return (self.root / name).read_bytes()


class FetchTests(EngineCase):
    async def test_job_is_fetched_and_published(self):
        """All bytes under the final name, digest and size recorded, nothing else."""
        self.origin.pages["/a%20b.bin"] = content(BODY)
        [job] = await self.run_to_end("/a%20b.bin")
        self.assertEqual(job.state, State.DONE, job.error)
        self.assertEqual(job.final_path, str(self.root / "a b.bin"))
        self.assertEqual((job.size, job.done_bytes), (len(BODY), len(BODY)))
        self.assertEqual((job.digest, job.tries), (SHA256, 1))
        self.assertEqual(self.read("a b.bin"), BODY)
        self.assertEqual(names_in(self.root), ["a b.bin"])
        mode = (self.root / "a b.bin").stat().st_mode & 0o777
        self.assertEqual(mode, 0o644)
        self.assertEqual(
            await self.turned(job),
            ["queued", "fetching", "verifying", "publishing", "done"],
        )

    async def test_empty_body_becomes_an_empty_file(self):
        """It is a content like any other."""
        self.origin.pages["/empty"] = content(b"")
        [job] = await self.run_to_end("/empty")
        self.assertEqual((job.state, job.size), (State.DONE, 0))
        self.assertEqual(self.read("empty"), b"")

    async def test_body_larger_than_every_buffer_arrives_whole(self):
        """Back-pressure loses and doubles nothing."""
        body = os.urandom(1 << 20) * 24
        self.origin.pages["/large"] = content(body)
        [job] = await self.run_to_end("/large")
        self.assertEqual(job.digest, hashlib.sha256(body).hexdigest())
        self.assertEqual((self.root / "large").stat().st_size, len(body))

    async def test_given_path_makes_its_folders(self):
        """Below the download folder."""
        self.origin.pages["/x"] = content(BODY)
        [job] = await self.run_to_end("/x", out_path="a/b/c.bin")
        self.assertEqual(job.final_path, str(self.root / "a/b/c.bin"))
        self.assertEqual(self.read("a/b/c.bin"), BODY)

    async def test_same_url_twice_makes_two_files(self):
        """Neither replaces the other."""
        self.origin.pages["/x.bin"] = content(BODY)
        jobs = await self.run_to_end("/x.bin", "/x.bin", "/x.bin")
        self.assertEqual({job.state for job in jobs}, {State.DONE})
        self.assertEqual(names_in(self.root), ["x (1).bin", "x (2).bin", "x.bin"])

    async def test_redirect_keeps_the_name_of_the_url_that_was_given(self):
        """A server does not choose the file's name."""
        self.origin.pages["/nice.bin"] = status(302, Location="/4711?x=y")
        self.origin.pages["/4711"] = content(BODY)
        [job] = await self.run_to_end("/nice.bin")
        self.assertEqual(job.final_path, str(self.root / "nice.bin"))

    async def test_user_name_and_password_become_a_header_field(self):
        """RFC 7617; they are not in the URL that is asked for."""
        self.origin.pages["/x"] = content(BODY)
        url = self.url.replace("//", "//us%20er:s%3Aecret@") + "/x"
        [job] = await self.run_to_end(url)
        self.assertEqual(job.state, State.DONE, job.error)
        field = self.origin.requests[0].getHeader("authorization")
        self.assertEqual(field, "Basic dXMgZXI6czplY3JldA==")

    async def test_server_that_wants_digest(self):
        """Is asked once how it wants it; other jobs are nobody's friends."""
        joe = Credentials("joe", "geheim")
        self.origin.pages["/d/x"] = self.origin.pages["/d/y"] = page = Doorkeeper(
            BODY, joe
        )
        own = self.url.replace("//", "//joe:geheim@")
        self.engine.start()
        for url, state, heard in (
            (own + "/d/x", State.DONE, [b"basic", b"digest"]),
            (own + "/d/y", State.DONE, [b"digest"]),
            ("/d/y", State.FAILED, [None]),
        ):
            [job] = await self.add(url)
            self.engine.wake()
            job = await self.until(job.id)
            self.assertEqual(job.state, state, job.error)
            self.assertEqual(page.heard, heard)
            page.heard.clear()

    async def test_file_is_asked_for_as_it_is(self):
        """No coding is asked for: the size on the disk is the size announced."""
        self.origin.pages["/x"] = content(BODY)
        await self.run_to_end("/x")
        coding = self.origin.requests[0].getHeader("accept-encoding")
        self.assertEqual(coding, "identity")

    async def test_cookies_are_nobodys(self):
        """What one job is given is not sent by another, nor by itself later."""
        self.origin.pages["/a"] = status(
            302, Location="/b", Set_Cookie="who=a; Path=/; Max-Age=9999"
        )
        self.origin.pages["/b"] = content(BODY)
        await self.run_to_end("/a")
        [job] = await self.add("/b")
        self.engine.wake()
        await self.until(job.id)
        sent = [request.getHeader("cookie") for request in self.origin.requests]
        self.assertEqual(sent, [None, None, None])
        self.assertEqual(len(self.session.cookies), 0)

    async def test_running_job_tells_how_far_it_is(self):
        """Phase, size and bytes, while it runs and no longer."""
        self.origin.pages["/x"] = half(BODY)
        [job] = await self.add("/x")
        self.engine.start()
        while True:
            live = self.engine.live(job.id)
            if live is not None and live.done_bytes:
                break
            await deferLater(reactor, 0.01)
        self.assertEqual(live.phase, "receiving")
        self.assertEqual((live.size, live.done_bytes), (len(BODY), len(BODY) // 2))
        await self.engine.remove(job.id)
        self.assertIsNone(self.engine.live(job.id))


class TroubleTests(EngineCase):
    async def test_passing_trouble_is_tried_again(self):
        """A 503, a cut body: then all is well."""
        self.origin.pages["/x"] = in_turn(status(503), cut(BODY), content(BODY))
        [job] = await self.run_to_end("/x")
        self.assertEqual((job.state, job.tries, job.error), (State.DONE, 3, None))
        self.assertEqual(self.read("x"), BODY)
        self.assertEqual(names_in(self.root), ["x"])

    async def test_trouble_that_stays_is_given_up(self):
        """After as many attempts as the rule says, with the last error."""
        self.origin.pages["/x"] = cut(BODY)
        [job] = await self.run_to_end("/x")
        self.assertEqual((job.state, job.tries), (State.FAILED, 3))
        self.assertEqual(job.error["class"], "Truncated")
        self.assertIn("3 attempts", job.error["text"])
        self.assertEqual(names_in(self.root), [])
        self.assertEqual(len(self.origin.asked), 3)

    async def test_final_answer_fails_at_once(self):
        """404 is not asked for again, and no page becomes the file."""
        self.origin.pages["/x"] = missing
        [job] = await self.run_to_end("/x")
        self.assertEqual((job.state, job.tries), (State.FAILED, 1))
        self.assertEqual(job.error["status"], 404)
        self.assertEqual(names_in(self.root), [])

    async def test_answer_without_the_content_fails(self):
        """204 has no body, 206 has a part that nobody asked for."""
        for code in (204, 206):
            self.origin.pages[f"/{code}"] = status(code)
        jobs = await self.run_to_end("/204", "/206")
        self.assertEqual({job.state for job in jobs}, {State.FAILED})
        self.assertEqual(names_in(self.root), [])

    async def test_wish_of_the_server_is_honoured(self):
        """Retry-After in seconds; the job waits at least so long."""
        self.origin.pages["/x"] = in_turn(status(429, Retry_After="60"), content(BODY))
        [job] = await self.add("/x")
        before = time.time()
        self.engine.start()
        waiting = await self.until(job.id, State.WAITING_RETRY)
        self.assertGreaterEqual(waiting.not_before, before + 60)
        self.assertEqual(waiting.error["status"], 429)

    async def test_server_that_is_not_there_is_tried_again(self):
        """Then the job says that nobody listens."""
        await self.origin.close()
        [job] = await self.run_to_end("/x")
        self.assertEqual((job.state, job.tries), (State.FAILED, 3))
        self.assertEqual(job.error["class"], "CannotConnect")
        self.url = self.origin.listen(reactor)

    async def test_password_is_in_no_error(self):
        """Nor in an event."""
        url = self.url.replace("//", "//user:topsecret@") + "/nothing"
        [job] = await self.run_to_end(url)
        self.assertEqual(job.state, State.FAILED)
        events = await self.store.events(job.id)
        self.assertNotIn("topsecret", repr(job.error) + repr(events))

    async def test_folder_that_cannot_be_written_fails_the_job_clearly(self):
        """A file stands where a folder is needed."""
        (self.root / "a").write_bytes(b"")
        self.origin.pages["/x"] = content(BODY)
        [job] = await self.run_to_end("/x", out_path="a/b")
        self.assertEqual((job.state, job.tries), (State.FAILED, 1))
        self.assertIn("stands where a folder is needed", job.error["text"])

    async def test_full_disk_fails_the_job_and_leaves_nothing(self):
        """The error says what to do; other jobs go on."""
        self.origin.pages["/x"] = content(BODY)
        write = os.write
        self.patch(
            os,
            "write",
            lambda fd, data: (_full if _is_file(fd) else write)(fd, data),
        )
        [job] = await self.run_to_end("/x")
        self.assertEqual((job.state, job.tries), (State.FAILED, 1))
        self.assertIn("free some space", job.error["text"])
        self.assertEqual(names_in(self.root), [])

    async def test_disk_that_fills_up_while_syncing_fails_the_job_too(self):
        """Some file systems tell only then."""
        self.origin.pages["/x"] = content(BODY)
        [job] = await self.add("/x")
        self.patch(os, "fsync", _full)
        self.engine.start()
        job = await self.until(job.id)
        self.assertEqual(job.state, State.FAILED)
        self.assertIn("free some space", job.error["text"])
        self.assertEqual(names_in(self.root), [])


def _full(*_):
    raise OSError(28, "No space left on device")


def _is_file(descriptor):
    return stat.S_ISREG(os.fstat(descriptor).st_mode)


class PolicyTests(EngineCase):
    allow_nets = ""

    async def test_loopback_is_refused_and_the_way_out_named(self):
        """At once, not after eight attempts; nothing was connected."""
        self.origin.pages["/x"] = content(BODY)
        [job] = await self.run_to_end("/x")
        self.assertEqual((job.state, job.tries), (State.FAILED, 1))
        self.assertEqual(job.error["class"], "PolicyRefused")
        self.assertIn("INETFETCH_POLICY_ALLOW_NETS", job.error["text"])
        self.assertEqual(self.origin.asked, [])


class WhoseJobTests(EngineCase):
    async def test_policy_is_shown_whose_job_it_is_at_every_hop(self):
        """Only so can it let a local job name a private address."""
        shown = []

        def policy(destination):
            shown.append((destination.hop, destination.context.local))

        await self.session.close()
        self.session = twinet.Session(reactor, policy=policy)
        self.engine = self.make_engine()
        other = self.url.replace("127.0.0.1", "localhost")
        self.origin.pages["/x"] = status(302, Location=f"{other}/y")
        self.origin.pages["/y"] = content(BODY)
        [job] = await self.run_to_end("/x")
        self.assertEqual(job.state, State.DONE, job.error)
        self.assertEqual(shown[0], (0, True))
        self.assertEqual(set(shown[1:]), {(1, True)})
        await self.engine.stop()
        await self.session.close()
        self.session = twinet.Session(reactor, policy=policy)
        self.engine = self.make_engine()
        shown.clear()
        await self.run_to_end("/y", scope="guest")
        self.assertEqual(shown, [(0, False)])


class RedirectPolicyTests(EngineCase):
    allow_nets = "127.0.0.1"

    async def test_redirect_to_a_refused_address_is_not_followed(self):
        """The policy sees every hop."""
        other = self.url.replace("127.0.0.1", "127.0.0.2")
        self.origin.pages["/x"] = status(302, Location=f"{other}/y")
        [job] = await self.run_to_end("/x")
        self.assertEqual((job.state, job.tries), (State.FAILED, 1))
        self.assertEqual(job.error["class"], "PolicyRefused")
        self.assertEqual(self.origin.asked, ["/x"])


class LimitTests(EngineCase):
    max_active = 3
    max_active_per_host = 2

    async def test_limits_hold_whatever_is_queued(self):
        """Never more at a time; in the end all are done."""
        hosts = ["127.0.0.1", "localhost"]
        for n in range(12):
            self.origin.pages[f"/{n}"] = self.slow
        self.slowed = []
        jobs = []
        for n in range(12):
            jobs += await self.add(f"/{n}", host=hosts[n % 2])
        self.engine.start()
        ended = [await self.until(job.id) for job in jobs]
        self.assertEqual({job.state for job in ended}, {State.DONE})
        self.assertEqual(self.origin.most, 3)

    def slow(self, request):
        def answer():
            request.write(BODY)
            request.finish()

        reactor.callLater(0.02, answer)

    async def test_one_host_gets_its_share_only(self):
        """The third job of a host waits."""
        for n in range(3):
            self.origin.pages[f"/{n}"] = silent
        await self.add("/0", "/1", "/2")
        self.engine.start()
        await self.origin.when_asked(2)
        await deferLater(reactor, 0.1)
        self.assertEqual(sorted(self.origin.asked), ["/0", "/1"])

    async def test_job_that_is_added_later_is_noticed(self):
        """A wake is enough, nobody waits for the poll."""
        self.origin.pages["/x"] = content(BODY)
        self.engine.start()
        [job] = await self.add("/x")
        self.engine.wake()
        self.assertEqual((await self.until(job.id)).state, State.DONE)


class RemovalTests(EngineCase):
    async def test_running_job_ends_at_once_and_leaves_nothing(self):
        """The connection is closed, the part file gone."""
        closed: Deferred[None] = Deferred()

        def page(request):
            request.notifyFinish().addBoth(lambda _: closed.callback(None))
            half(BODY)(request)

        self.origin.pages["/x"] = page
        [job] = await self.add("/x")
        self.engine.start()
        await self.origin.when_asked(1)
        while not names_in(self.root):
            await deferLater(reactor, 0.01)
        removed = await self.engine.remove(job.id)
        self.assertEqual((removed.state, removed.want), (State.CANCELLED, None))
        self.assertEqual(names_in(self.root), [])
        await closed

    async def test_job_that_waits_for_the_answer_ends_at_once(self):
        """Before there is a part file."""
        self.origin.pages["/x"] = silent
        [job] = await self.add("/x")
        self.engine.start()
        await self.origin.when_asked(1)
        self.assertEqual((await self.engine.remove(job.id)).state, State.CANCELLED)

    async def test_removed_job_makes_room(self):
        """The next of the same host starts."""
        for path in ("/0", "/1"):
            self.origin.pages[path] = silent
        self.origin.pages["/2"] = content(BODY)
        jobs = await self.add("/0", "/1", "/2")
        self.engine.start()
        await self.origin.when_asked(2)
        await self.engine.remove(jobs[0].id)
        self.assertEqual((await self.until(jobs[2].id)).state, State.DONE)

    async def test_removal_right_after_the_claim_wins(self):
        """Whatever the attempt was doing just then."""
        self.origin.pages["/x"] = content(BODY)
        for _ in range(10):
            [job] = await self.add("/x")
            self.engine.wake()
            removed = await self.engine.remove(job.id)
            self.assertIn(removed.state, {State.CANCELLED, State.DONE})
            self.assertEqual((await self.store.find(job.id)).state, removed.state)


class StopTests(EngineCase):
    async def test_stopped_daemon_gives_its_jobs_back(self):
        """The attempt does not count, the part file goes."""
        self.origin.pages["/x"] = half(BODY)
        self.origin.pages["/y"] = silent
        jobs = await self.add("/x", "/y")
        self.engine.start()
        await self.origin.when_asked(2)
        await self.engine.stop()
        for job in jobs:
            now = await self.store.find(job.id)
            self.assertEqual((now.state, now.tries), (State.QUEUED, 0))
        self.assertEqual(names_in(self.root), [])

    async def test_stop_in_the_middle_of_a_claim_gives_the_job_back(self):
        """It was claimed, but nobody would work on it."""
        [job] = await self.add("/x")
        self.engine.start()
        await self.engine.stop()
        self.assertEqual((await self.store.find(job.id)).state, State.QUEUED)
        self.assertEqual(self.origin.asked, [])

    async def test_jobs_go_on_after_a_restart(self):
        """Another engine on the same store fetches them."""
        self.origin.pages["/x"] = in_turn(half(BODY), content(BODY))
        [job] = await self.add("/x")
        self.engine.start()
        await self.origin.when_asked(1)
        await self.engine.stop()
        self.engine = self.make_engine()
        self.engine.start()
        done = await self.until(job.id)
        self.assertEqual((done.state, done.tries), (State.DONE, 1))
        self.assertEqual(self.read("x"), BODY)


class TakeoverTests(EngineCase):
    """Rows and files as a process leaves them that was killed."""

    async def left_behind(self, path="/x.bin", **more):
        [job] = await self.add(path, **more)
        claim = await self.store.claim(
            owner="dead", now=1.0, lease=60, max_active=9, max_active_per_host=9
        )
        [job] = claim.jobs
        return job, self.root / part_name("x.bin", job.gid, job.fence)

    async def test_half_fetched_job_is_fetched_again(self):
        """Its old part file is removed, the new one never is the old one."""
        self.origin.pages["/x.bin"] = content(BODY)
        job, part = await self.left_behind()
        part.write_bytes(b"half of it")
        self.engine.start()
        done = await self.until(job.id)
        self.assertEqual((done.state, done.tries), (State.DONE, 1))
        self.assertEqual(names_in(self.root), ["x.bin"])
        self.assertEqual(self.read("x.bin"), BODY)

    async def test_job_that_was_being_published_is_finished(self):
        """Without asking the server again."""
        for renamed in (False, True):
            job, part = await self.left_behind()
            await self.store.verifying(job.id, job.fence, len(BODY), 2.0)
            final = self.root / f"final-{renamed}"
            await self.store.publishing(
                Publication(
                    job.id, job.fence, str(part), str(final), len(BODY), SHA256
                ),
                3.0,
            )
            (final if renamed else part).write_bytes(BODY)
            engine = self.make_engine()
            engine.start()
            done = await self.until(job.id)
            await engine.stop()
            self.assertEqual(done.state, State.DONE)
            self.assertEqual((self.root / done.final_path).read_bytes(), BODY)
        self.assertEqual(self.origin.asked, [])
        self.assertEqual(names_in(self.root), ["final-True", "x.bin"])

    async def test_lost_publication_is_fetched_again(self):
        """Neither part nor file: the job starts from the beginning."""
        self.origin.pages["/x.bin"] = content(BODY)
        job, part = await self.left_behind()
        await self.store.verifying(job.id, job.fence, len(BODY), 2.0)
        await self.store.publishing(
            Publication(
                job.id,
                job.fence,
                str(part),
                str(self.root / "x.bin"),
                len(BODY),
                SHA256,
            ),
            3.0,
        )
        self.engine.start()
        done = await self.until(job.id)
        self.assertEqual(done.final_path, str(self.root / "x.bin"))
        self.assertEqual(self.origin.asked, ["/x.bin"])

    async def test_part_files_of_ended_jobs_are_swept(self):
        """And those of strangers are not."""
        job, part = await self.left_behind()
        part.write_bytes(b"half of it")
        await self.store.cancelled(job.id, job.fence, 2.0)
        strange = ".theirs.0123456789abcdef.1.part"
        (self.root / strange).write_bytes(b"theirs")
        (self.root / "x.part").write_bytes(b"theirs")
        self.engine.start()
        while part.exists():
            await deferLater(reactor, 0.01)
        await self.engine.stop()
        self.assertEqual(names_in(self.root), [strange, "x.part"])

    async def test_part_files_in_folders_below_are_swept_too(self):
        """Where the job's file should have been."""
        self.origin.pages["/x.bin"] = content(BODY)
        job, _ = await self.left_behind(out_path="a/b/x.bin")
        (self.root / "a/b").mkdir(parents=True)
        part = self.root / "a/b" / part_name("x.bin", job.gid, job.fence)
        part.write_bytes(b"half of it")
        self.engine.start()
        await self.until(job.id)
        self.assertEqual(names_in(self.root / "a/b"), ["x.bin"])

    async def test_cancelled_job_stays_cancelled(self):
        """It was asked for, and the owner died before it could."""
        job, _ = await self.left_behind()
        await self.store.remove(job.id, 2.0)
        self.engine.start()
        self.assertEqual((await self.until(job.id)).state, State.CANCELLED)
        self.assertEqual(self.origin.asked, [])

    async def test_expired_lease_is_taken_over_while_the_daemon_runs(self):
        """A job whose outcome could not be stored is not lost."""
        self.origin.pages["/x.bin"] = content(BODY)
        self.engine.start()
        await self.engine._turn
        job, _ = await self.left_behind()
        self.engine.wake()
        self.assertEqual((await self.until(job.id)).state, State.DONE)

    async def test_attempt_whose_job_was_taken_stops_without_a_trace(self):
        """The renewal finds out; the new owner's outcome stands."""
        self.origin.pages["/x.bin"] = half(BODY)
        [job] = await self.add("/x.bin")
        self.engine.start()
        await self.origin.when_asked(1)
        while not names_in(self.root):
            await deferLater(reactor, 0.01)
        await self.store.take_over(owner="other", now=9e9, lease=60, expired_only=False)
        self.engine._stopping = True  # so that it does not claim it again
        await self.engine._renewed()
        while self.engine._running:
            await deferLater(reactor, 0.01)
        self.assertEqual((await self.store.find(job.id)).state, State.QUEUED)
        self.assertEqual(names_in(self.root), [])
