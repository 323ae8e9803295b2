"""Something else at the daemon's address: one clear line, and no secret told."""

from __future__ import annotations

import json

import trustme

from tests.inetfetch.commandline import InProcess
from tests.inetfetch.website import Website
from twinet import Limits
from twinet.inetfetch.command import client

JSON = "application/json"
JOB = {
    "id": "0192",
    "gid": "0" * 16,
    "url": "http://e.org/",
    "state": "done",
    "size": 5,
    "done_bytes": 5,
}


class Strangers(InProcess):
    """A server that answers what each test says."""

    def setUp(self):
        super().setUp()
        self.site = Website()
        self.addCleanup(self.site.close)
        token = self.home / "token"
        token.write_text("t0ken\n")
        self.env = {
            "INETFETCH_URL": f"{self.site.url}/scripted",
            "INETFETCH_TOKEN_FILE": str(token),
        }
        #: the requests: line and fields.
        self.asked: list[tuple[str, str | None]] = []

    def answer(self, code: int, kind: str, body: object) -> None:
        """Let the site answer so from now on."""
        text = body if isinstance(body, str) else json.dumps(body)

        def script(request, _body):
            self.asked.append((request.requestline, request.headers["Authorization"]))
            return code, kind, text.encode()

        self.site.script = script

    async def assert_stranger(self, code: int, *arguments: str) -> None:
        """Check that a command says that this is no daemon."""
        end = await self.run_command(*arguments, env=self.env)
        self.assertEqual((end.code, end.out), (code, ""))
        self.assert_one_line(end.err, self.site.url, "INETFETCH_URL")

    async def test_a_page_is_no_daemon(self):
        """Whatever its status; the number tells the status."""
        self.answer(200, "text/html", "<html>")
        await self.assert_stranger(1, "ls")
        self.answer(404, "text/html", "<html>")
        await self.assert_stranger(5, "ls")
        self.answer(401, "text/html", "<html>")
        await self.assert_stranger(5, "add", "http://e.org/")

    async def test_other_json_is_no_daemon(self):
        """Each command looks at what it gets."""
        for body in ("null", "[]", "[1]", "{}", '{"jobs": [5]}', '{"jobs": {}}', "NaN"):
            self.answer(200, JSON, body)
            for arguments in (["ls"], ["show", "0"], ["rm", "0"], ["wait", "0"]):
                await self.assert_stranger(1, *arguments)
        for body in ("null", "[]", '{"states": 5}', '{"states": {"done": "5"}}'):
            self.answer(200, JSON, body)
            await self.assert_stranger(1, "wait")
        for body in ("{}", '[{"id": 5}]'):
            self.answer(201, JSON, body)
            await self.assert_stranger(1, "add", "http://e.org/")

    async def test_a_problem_of_another_form_is_no_daemon(self):
        """The kind is right, the content is not."""
        self.answer(400, "application/problem+json", "[]")
        await self.assert_stranger(5, "ls")
        self.answer(400, "application/problem+json", "{")
        await self.assert_stranger(5, "ls")

    async def test_another_protocol_is_no_daemon(self):
        """What it says is part of the line."""
        self.env["INETFETCH_URL"] = f"{self.site.url}/garbage"
        await self.assert_stranger(1, "ls")

    async def test_a_redirect_is_not_followed(self):
        """The token is for the address that was given, and no other."""
        self.answer(200, JSON, {"jobs": []})
        self.env["INETFETCH_URL"] = f"{self.site.url}/to/scripted"
        await self.assert_stranger(1, "ls")
        self.assertEqual(self.asked, [])

    async def test_a_server_that_says_nothing_is_told(self):
        """With the number for time."""
        self.patch(client, "LIMITS", Limits(first_byte=0.2))
        self.env["INETFETCH_URL"] = f"{self.site.url}/silent"
        end = await self.run_command("ls", env=self.env)
        self.assertEqual((end.code, end.out), (4, ""))
        self.assert_one_line(end.err, "in time")

    async def test_an_endless_answer_is_not_taken(self):
        """Memory is bounded."""
        self.patch(client, "MOST", 1000)
        self.answer(200, JSON, "[" + " " * 2000 + "]")
        await self.assert_stranger(1, "ls")

    async def test_endless_pages_end(self):
        """A page that leads to itself is one of no daemon."""
        self.answer(200, JSON, {"jobs": [JOB], "next": "0192"})
        end = await self.run_command("ls", env=self.env)
        self.assertEqual(end.code, 1)
        self.assertEqual(len(self.asked), 2)
        self.assert_one_line(end.err, "not an inetfetch daemon")

    async def test_pages_are_written_as_they_come(self):
        """The next is asked for when the last has been written."""
        written = []

        def script(request, _body):
            written.append(self.out.getvalue().count("\n"))
            page = len(written)
            jobs = [{**JOB, "id": f"{page}"}] * 3
            after = f"{page}" if page < 4 else None
            text = json.dumps({"jobs": jobs, "next": after})
            return 200, JSON, text.encode()

        self.site.script = script
        end = await self.run_command("ls", "--json", env=self.env)
        self.assertEqual((end.code, end.err), (0, ""))
        self.assertEqual(written, [0, 3, 6, 9])
        self.assertEqual(
            [path.partition("?")[2] for path in self.site.paths],
            ["limit=500", *(f"limit=500&after={n}" for n in range(1, 4))],
        )

    async def test_what_a_daemon_says_cannot_steer_a_terminal(self):
        """URLs and names come from strangers."""
        evil = "\x1b]0;owned\x07\r\n\u202e"
        job = {
            **JOB,
            **dict.fromkeys(("url", "gid", "state", "out", "final_path"), evil),
            "error": {"text": evil, "class": evil, "code": evil},
            "events": [{"at": evil, "to": evil, "detail": evil}],
        }
        self.answer(200, JSON, {**job, "jobs": [job], "next": None})
        for arguments in (["ls"], ["show", "0"], ["rm", "0"], ["ls", "--json"]):
            end = await self.run_command(*arguments, env=self.env)
            self.assertEqual((end.code, end.err), (0, ""))
            self.assertTrue(end.out.replace("\n", "").isprintable(), end.out)
            self.assertIn("owned", end.out)
        self.answer(409, "application/problem+json", {"detail": evil})
        end = await self.run_command("ls", env=self.env)
        self.assertEqual(end.code, 5)
        self.assert_one_line(end.err, "owned")
        self.assertTrue(end.err.strip().isprintable())

    async def test_a_base_path_is_kept(self):
        """As behind a reverse proxy; the token goes along."""
        self.answer(200, JSON, {"jobs": [JOB], "next": None})
        self.env["INETFETCH_URL"] += "/deep/"
        end = await self.run_command("ls", env=self.env)
        self.assertEqual((end.code, end.err), (0, ""))
        self.assertEqual(
            self.asked,
            [("GET /scripted/deep/api/v1/jobs?limit=500 HTTP/1.1", "Bearer t0ken")],
        )

    async def test_an_address_that_cannot_be_is_wrong_usage(self):
        """Before anything is sent."""
        for url in ("127.0.0.1:6800", "ftp://127.0.0.1/", "http://"):
            end = await self.run_command("ls", env={**self.env, "INETFETCH_URL": url})
            self.assertEqual((end.code, end.out), (2, ""), url)
            self.assert_one_line(end.err, "INETFETCH_URL")

    async def test_a_daemon_behind_tls_can_be_believed(self):
        """By its root, and not without."""
        authority = trustme.CA()
        roots = self.home / "roots.pem"
        authority.cert_pem.write_to_path(str(roots))
        site = Website(authority.issue_cert("127.0.0.1"))
        self.addCleanup(site.close)
        self.answer(200, JSON, {"jobs": [JOB], "next": None})
        site.script = self.site.script
        env = {**self.env, "INETFETCH_URL": f"{site.url}/scripted"}
        end = await self.run_command("ls", env=env)
        self.assertEqual((end.code, end.out), (6, ""))
        self.assert_one_line(end.err, "INETFETCH_TRUST_ROOTS")
        self.assertEqual(self.asked, [])
        env["INETFETCH_TRUST_ROOTS"] = str(roots)
        end = await self.run_command("ls", env=env)
        self.assertEqual((end.code, end.err), (0, ""))
        env["INETFETCH_TRUST_ROOTS"] = "none.pem"
        end = await self.run_command("ls", env=env)
        self.assertEqual(end.code, 7)
        self.assert_one_line(end.err, "none.pem")
