"""The REST API, over real HTTP on loopback."""

from __future__ import annotations

import itertools
import random
import time
import uuid

from twisted.internet.defer import Deferred, DeferredList
from twisted.trial import unittest

import twinet
from tests.inetfetch.asking import ask_later
from tests.inetfetch.folders import temporary_folder
from tests.inetfetch.running import reactor
from twinet.inetfetch.api.door import MAX_BODY
from twinet.inetfetch.api.guard import LOCAL_HOSTS, Guard
from twinet.inetfetch.api.rest import Desk, make_site
from twinet.inetfetch.fetch.attempt import Bench
from twinet.inetfetch.fetch.engine import Engine
from twinet.inetfetch.fetch.faults import Faults
from twinet.inetfetch.fetch.retry import RetryRule
from twinet.inetfetch.queue.job import State
from twinet.inetfetch.queue.store import Store

TOKEN = "the-token-of-this-daemon"
URL = "http://user:secret@host.example/a.bin"


class RestCase(unittest.TestCase):
    """An API over a queue in which nothing is ever started."""

    def setUp(self):
        return Deferred.fromCoroutine(self.begin())

    async def begin(self):
        self.store = Store(reactor, temporary_folder(self) / "jobs.db")
        self.session = twinet.Session(reactor)
        bench = Bench(
            reactor,
            self.store,
            self.session,
            RetryRule(),
            Faults(),
            clock=time.time,
            random=random.random,
            mode=0o644,
        )
        self.engine = Engine(
            bench, reactor, owner="me", root="/x", max_active=0, max_active_per_host=0
        )
        guard = Guard(TOKEN, LOCAL_HOSTS, {"https://ui.example"})
        desk = Desk(
            self.store, self.engine, root="/x", clock=time.time, faults=Faults()
        )
        await self.store.open()
        self.port = reactor.listenTCP(0, make_site(guard, desk), interface="127.0.0.1")
        self.number = self.port.getHost().port

    def tearDown(self):
        return Deferred.fromCoroutine(self.end())

    async def end(self):
        await self.port.stopListening()
        await self.engine.stop()
        await self.session.close()
        await self.store.close()

    async def ask(self, method, path, **how):
        headers = {"Authorization": f"Bearer {TOKEN}", **how.pop("headers", {})}
        return await ask_later(self.number, method, path, headers=headers, **how)

    def assert_problem(self, answer, status, *words):
        self.assertEqual(answer.status, status, answer.body)
        self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
        problem = answer.json
        self.assertEqual(problem["status"], status)
        self.assertTrue(problem["title"])
        for word in words:
            self.assertIn(word, problem["detail"])
        self.assertNotIn("secret", answer.body.decode())


class JobTests(RestCase):
    async def test_one_job_is_added_and_shown(self):
        """201, with the place where it is found, and without the password."""
        answer = await self.ask("POST", "/api/v1/jobs", body={"url": URL, "out": "b"})
        self.assertEqual(answer.status, 201)
        job = answer.json
        self.assertEqual(uuid.UUID(job["id"]).version, 7)
        self.assertEqual(answer.headers["Location"], f"/api/v1/jobs/{job['id']}")
        self.assertEqual(job["url"], "http://user:***@host.example/a.bin")
        self.assertEqual((job["state"], job["out"], job["tries"]), ("queued", "b", 0))
        self.assertRegex(job["created"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        for name in ["phase", "size", "error", "started", "finished", "sha256"]:
            self.assertIsNone(job[name], name)
        shown = (await self.ask("GET", answer.headers["Location"])).json
        events = shown.pop("events")
        self.assertEqual(shown, job)
        self.assertEqual([(e["from"], e["to"]) for e in events], [(None, "queued")])

    async def test_list_of_jobs_gives_a_list(self):
        """In their order; a list of one is a list."""
        body = [{"url": f"http://h/{n}"} for n in range(3)]
        answer = await self.ask("POST", "/api/v1/jobs", body=body)
        self.assertEqual([job["url"] for job in answer.json], [b["url"] for b in body])
        one = await self.ask("POST", "/api/v1/jobs", body=body[:1])
        self.assertIsInstance(one.json, list)

    async def test_wrong_item_refuses_the_whole_list(self):
        """Its index is named, and nothing was added."""
        body = [{"url": URL}, {"url": "ftp://user:secret@h/"}, {"url": URL}]
        answer = await self.ask("POST", "/api/v1/jobs", body=body)
        self.assert_problem(answer, 400, "item 1", "ftp")
        self.assertEqual(answer.json["index"], 1)
        self.assertEqual((await self.store.stats())[State.QUEUED], 0)

    async def test_pages_lead_through_all_jobs(self):
        """``next`` of one page is ``after`` of the next."""
        body = [{"url": f"http://h/{n}"} for n in range(7)]
        await self.ask("POST", "/api/v1/jobs", body=body)
        seen, query = [], "?limit=3"
        for _ in itertools.repeat(None, 3):
            page = (await self.ask("GET", f"/api/v1/jobs{query}")).json
            seen += [job["url"] for job in page["jobs"]]
            query = f"?limit=3&after={page['next']}"
        self.assertIsNone(page["next"])
        self.assertEqual(seen, [each["url"] for each in body])

    async def test_jobs_are_listed_by_state(self):
        """Only those that are asked for."""
        jobs = await self.ask("POST", "/api/v1/jobs", body=[{"url": URL}] * 2)
        await self.ask("DELETE", f"/api/v1/jobs/{jobs.json[0]['id']}")
        page = (await self.ask("GET", "/api/v1/jobs?state=cancelled")).json
        self.assertEqual([job["id"] for job in page["jobs"]], [jobs.json[0]["id"]])

    async def test_job_is_found_by_the_beginning_of_its_gid(self):
        """As long as there is only one."""
        jobs = (await self.ask("POST", "/api/v1/jobs", body=[{"url": URL}] * 2)).json
        for job in jobs:
            shown = await self.ask("GET", f"/api/v1/jobs/{job['gid'][:10]}")
            self.assertEqual(shown.json["id"], job["id"])
        self.assert_problem(
            await self.ask("GET", f"/api/v1/jobs/{jobs[0]['id'][:8]}"), 409, "more than"
        )
        for name in ["zzz", "0" * 16, "%00", "..", "a%2Fb"]:
            answer = await self.ask("GET", f"/api/v1/jobs/{name}")
            self.assert_problem(answer, 404)

    async def test_removed_job_is_cancelled_then_forgotten(self):
        """The first answer shows the state, the third says that there is none."""
        job = (await self.ask("POST", "/api/v1/jobs", body={"url": URL})).json
        path = f"/api/v1/jobs/{job['gid']}"
        first = await self.ask("DELETE", path)
        self.assertEqual((first.status, first.json["state"]), (200, "cancelled"))
        second = await self.ask("DELETE", path)
        self.assertEqual((second.status, second.json["state"]), (200, "cancelled"))
        self.assert_problem(await self.ask("DELETE", path), 404)
        self.assert_problem(await self.ask("GET", path), 404)

    async def test_two_removals_at_once_are_both_answered(self):
        """Neither hangs nor fails in another way."""
        job = (await self.ask("POST", "/api/v1/jobs", body={"url": URL})).json
        path = f"/api/v1/jobs/{job['id']}"
        outcomes = await DeferredList([self._ask(path), self._ask(path)])
        self.assertEqual([answer.status for _, answer in outcomes], [200, 200])

    def _ask(self, path):
        headers = {"Authorization": f"Bearer {TOKEN}"}
        return ask_later(self.number, "DELETE", path, headers=headers)

    async def test_stats_count_every_state(self):
        """Those without jobs too."""
        await self.ask("POST", "/api/v1/jobs", body=[{"url": URL}] * 2)
        counts = (await self.ask("GET", "/api/v1/stats")).json["states"]
        self.assertEqual(counts["queued"], 2)
        self.assertEqual(set(counts.values()), {0, 2})
        self.assertEqual(len(counts), 8)

    async def test_wrong_arguments_are_refused(self):
        """A misspelt filter must not list everything."""
        for query in [
            "state=x",
            "limit=0",
            "limit=1001",
            "limit=x",
            "limit=" + "9" * 5000,
            "limit=1&limit=2",
            "stat=queued",
            "=",
        ]:
            answer = await self.ask("GET", f"/api/v1/jobs?{query}")
            self.assert_problem(answer, 400)
        for path in ["/api/v1/stats?x=1", "/api/v1/jobs/abc?x=1"]:
            self.assert_problem(await self.ask("GET", path), 400)


class DoorTests(RestCase):
    async def test_token_is_needed_everywhere_but_for_health(self):
        """Paths that do not exist do not tell so either."""
        for method, path in [
            ("GET", "/api/v1/jobs"),
            ("POST", "/api/v1/jobs"),
            ("GET", "/api/v1/jobs/abc"),
            ("DELETE", "/api/v1/jobs/abc"),
            ("GET", "/api/v1/stats"),
            ("GET", "/"),
            ("GET", "/nowhere"),
            ("BREW", "/api/v1/jobs"),
        ]:
            for token in [None, "Bearer wrong", f"Basic {TOKEN}"]:
                answer = await self.ask(method, path, headers={"Authorization": token})
                self.assert_problem(answer, 401, "token")
                self.assertIn("Bearer", answer.headers["WWW-Authenticate"])
        answer = await self.ask("GET", "/healthz", headers={"Authorization": None})
        self.assertEqual((answer.status, answer.json), (200, {"status": "ok"}))

    async def test_health_fails_with_the_store(self):
        """It is no mere proof that a port is open."""
        await self.store.close()
        self.assert_problem(await self.ask("GET", "/healthz"), 503, "closed")

    async def test_wrong_host_is_refused_before_anything_else(self):
        """DNS rebinding: also with the right token."""
        for host in ["evil.example", f"evil.example:{self.number}", ""]:
            for path in ["/api/v1/jobs", "/healthz", "/nowhere"]:
                answer = await self.ask("GET", path, headers={"Host": host})
                self.assert_problem(answer, 403, "Host", "INETFETCH_ALLOW_HOSTS")
        answer = await self.ask("GET", "/healthz", headers={"Host": None})
        self.assertEqual(answer.status, 400)

    async def test_wrong_origin_is_refused(self):
        """Web pages may not use the API unless they are listed."""
        answer = await self.ask(
            "POST",
            "/api/v1/jobs",
            body={"url": URL},
            headers={"Origin": "http://evil.example"},
        )
        self.assert_problem(answer, 403, "evil.example", "INETFETCH_ALLOW_ORIGINS")
        self.assertNotIn("Access-Control-Allow-Origin", answer.headers)
        self.assertEqual((await self.store.stats())[State.QUEUED], 0)

    async def test_listed_origin_is_served_as_browsers_need_it(self):
        """First the question without a token, then the request."""
        origin = {"Origin": "https://ui.example"}
        answer = await self.ask(
            "OPTIONS", "/api/v1/jobs", headers={**origin, "Authorization": None}
        )
        self.assertEqual((answer.status, answer.body), (204, b""))
        self.assertIn("POST", answer.headers["Access-Control-Allow-Methods"])
        self.assertIn("authorization", answer.headers["Access-Control-Allow-Headers"])
        answer = await self.ask("GET", "/api/v1/jobs", headers=origin)
        self.assertEqual(
            answer.headers["Access-Control-Allow-Origin"], origin["Origin"]
        )

    async def test_body_must_say_that_it_is_json(self):
        """A form of a web page, which needs no permission, never gets in."""
        for kind in [
            None,
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/jsonp",
        ]:
            answer = await self.ask(
                "POST",
                "/api/v1/jobs",
                body={"url": URL},
                headers={"Content-Type": kind},
            )
            self.assert_problem(answer, 415, "application/json")
        kind = "Application/JSON; charset=utf-8"
        answer = await self.ask(
            "POST", "/api/v1/jobs", body={"url": URL}, headers={"Content-Type": kind}
        )
        self.assertEqual(answer.status, 201)

    async def test_body_that_is_no_json_is_refused(self):
        """With the place where it goes wrong."""
        for body in [b"", b"{", b"\xff", b"nonsense"]:
            answer = await self.ask("POST", "/api/v1/jobs", body=body)
            self.assert_problem(answer, 400, "JSON")

    async def test_body_above_the_limit_is_refused(self):
        """Announced or in chunks; just below it is read."""
        answer = await self.ask("POST", "/api/v1/jobs", body=b" " * (MAX_BODY + 1))
        self.assert_problem(answer, 413, str(MAX_BODY))
        pieces = itertools.repeat(b" " * 65536, MAX_BODY // 65536 + 1)
        answer = await self.ask("POST", "/api/v1/jobs", body=pieces)
        self.assert_problem(answer, 413, str(MAX_BODY))
        body = b'{"url": "http://h/"}'.ljust(MAX_BODY)
        self.assertEqual(
            (await self.ask("POST", "/api/v1/jobs", body=body)).status, 201
        )

    async def test_endless_body_is_not_read_for_ever(self):
        """The connection is closed in the middle."""
        pieces = itertools.repeat(b" " * 65536)
        await self.assertFailure(
            ask_later(
                self.number,
                "POST",
                "/api/v1/jobs",
                body=pieces,
                headers={"Authorization": f"Bearer {TOKEN}"},
            ),
            OSError,
        )

    async def test_wrong_method_names_the_right_ones(self):
        """405, and what is possible in ``Allow``."""
        for method, path, allowed in [
            ("PUT", "/api/v1/jobs", "GET, HEAD, OPTIONS, POST"),
            ("DELETE", "/api/v1/jobs", "GET, HEAD, OPTIONS, POST"),
            ("POST", "/api/v1/jobs/abc", "DELETE, GET, HEAD, OPTIONS"),
            ("POST", "/api/v1/stats", "GET, HEAD, OPTIONS"),
            ("BREW", "/healthz", "GET, HEAD, OPTIONS"),
        ]:
            answer = await self.ask(method, path)
            self.assert_problem(answer, 405, method)
            self.assertEqual(answer.headers["Allow"], allowed)

    async def test_unknown_path_is_not_found(self):
        """Also below and beside those that are there."""
        for path in ["/", "/api", "/api/v1", "/api/v2/jobs", "/jobs", "/healthz/x"]:
            self.assert_problem(await self.ask("GET", path), 404, path)
        answer = await self.ask("GET", "/api/v1/jobs/abc/def")
        self.assert_problem(answer, 404)

    async def test_head_is_get_without_the_body(self):
        """The same head, nothing after it."""
        get = await self.ask("GET", "/api/v1/jobs")
        head = await self.ask("HEAD", "/api/v1/jobs")
        self.assertEqual((head.status, head.body), (200, b""))
        self.assertEqual(head.headers["Content-Length"], str(len(get.body)))

    async def test_answers_are_not_cached_nor_sniffed(self):
        """And do not tell which versions run."""
        answer = await self.ask("GET", "/api/v1/jobs")
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
        self.assertEqual(answer.headers["Server"], "inetfetch")

    async def test_fault_of_the_daemon_is_answered_and_logged(self):
        """A client never waits for an answer that does not come."""

        def broken():
            raise RuntimeError("secret details")

        self.patch(self.store, "stats", broken)
        answer = await self.ask("GET", "/api/v1/stats")
        self.assert_problem(answer, 500, "log")
        [failure] = self.flushLoggedErrors(RuntimeError)
        self.assertIn("secret details", str(failure.value))
