"""``inetfetch get`` as somebody: ``--user``, ``--netrc``, and a password asked for."""

from __future__ import annotations

import getpass
import warnings

from tests.inetfetch.commandline import InProcess
from tests.inetfetch.doorkeeper import BASIC, Doorkeeper
from tests.inetfetch.origin import Origin
from tests.inetfetch.running import reactor
from twinet.records import Credentials

BODY = b"for joe alone"
JOE = Credentials("joe", "ge heim:1")


class Get(InProcess):
    """A page for one user, on a server that wants Digest, Basic, or says nothing."""

    def setUp(self):
        super().setUp()
        self.origin = Origin()
        self.url = self.origin.listen(reactor)
        self.addCleanup(self.origin.close)
        self.asked = []
        self.answer: str | None = JOE.password
        self.patch(getpass, "getpass", self.at_terminal)

    def page(self, challenge):
        """Put a page for Joe at ``/x``."""
        self.origin.pages["/x"] = page = Doorkeeper(BODY, JOE, challenge)
        return page

    def at_terminal(self, prompt):
        """Stand for a terminal, or for none."""
        self.asked.append(prompt)
        if self.answer is None:
            warnings.warn("echo", getpass.GetPassWarning, stacklevel=2)
        return self.answer

    async def get(self, *arguments, code=0, **env):
        """Run it; return what it said, without any secret."""
        arguments = arguments or (f"{self.url}/x",)
        end = await self.run_command("get", *arguments, env=env)
        self.assertEqual(end.code, code, end)
        self.assertNotIn("heim", end.out + end.err)
        self.assertEqual(self.files().get("x"), None if code else BODY)
        (self.folder / "x").unlink(missing_ok=True)
        return end

    def netrc(self, text=None, mode=0o600):
        """Write a .netrc into the home folder."""
        path = self.home / ".netrc"
        path.write_text(text or 'machine 127.0.0.1 login joe password "ge heim:1"\n')
        path.chmod(mode)
        return path

    async def test_user_and_password(self):
        """To servers of all kinds; and Basic is not waited for, as with curl."""
        digest = b'Digest realm="r", nonce="n", qop="auth"'
        for challenge, heard in (
            (BASIC, [b"basic"]),
            (None, [b"basic"]),
            (digest, [b"basic", b"digest"]),
        ):
            page = self.page(challenge)
            await self.get("--user", "joe:ge heim:1", f"{self.url}/x")
            self.assertEqual(page.heard, heard)
        self.assertEqual(self.asked, [])

    async def test_password_is_asked_for(self):
        """When there is no colon; an empty one is a password."""
        self.page(BASIC)
        await self.get("--user", "joe", f"{self.url}/x")
        self.assertEqual(self.asked, ["Password of joe: "])
        end = await self.get("--user", "joe:", f"{self.url}/x", code=5)
        self.assert_one_line(end.err, "answered 401")
        self.assertEqual(len(self.asked), 1)

    async def test_no_terminal_to_ask_at(self):
        """Is said, and nothing is fetched."""
        self.answer = None
        page = self.page(BASIC)
        end = await self.get("--user", "joe", f"{self.url}/x", code=2)
        self.assert_one_line(end.err, "--user joe", "no terminal", "--netrc")
        self.assertEqual(page.heard, [])

    async def test_urls_own_user_goes_before(self):
        """For that URL alone."""
        page = self.page(BASIC)
        own = self.url.replace("//", "//joe:ge%20heim%3A1@")
        await self.get("--user", "ann:a", f"{own}/x")
        self.assertEqual(page.heard, [b"basic"])
        end = await self.get("--user", "ann:a", f"{self.url}/x", code=5)
        self.assertIn("401", end.err)

    async def test_netrc(self):
        """The user's own, that of the environment, and one by its name."""
        page = self.page(BASIC)
        path = self.netrc()
        await self.get("--netrc", f"{self.url}/x")
        other = path.rename(self.home / "other")
        await self.get("--netrc", f"{self.url}/x", NETRC=str(other))
        await self.get("--netrc-file", str(other), f"{self.url}/x")
        self.assertEqual(page.heard, [b"basic"] * 3)
        await self.get("--netrc", f"{self.url}/x", code=5)
        await self.get(f"{self.url}/x", code=5, NETRC=str(other))
        self.assertEqual(page.heard[3:], [None, None])

    async def test_user_of_a_netrc_file(self):
        """Its password is not asked for then."""
        self.page(BASIC)
        self.netrc(
            "machine 127.0.0.1 login ann password a\n"
            'machine 127.0.0.1 login joe password "ge heim:1"'
        )
        await self.get("--netrc", "--user", "joe", f"{self.url}/x")
        self.assertEqual(self.asked, [])

    async def test_netrc_that_cannot_be_used(self):
        """It is named, and its line, and nothing that stands there."""
        for text, mode, words in (
            (None, 0o644, "chmod 600"),
            ("machine 127.0.0.1 password ge heim", 0o600, "line 1"),
        ):
            path = self.netrc(text, mode)
            end = await self.get("--netrc", f"{self.url}/x", code=7)
            self.assert_one_line(end.err, str(path), words)
        end = await self.get("--netrc-file", "missing", f"{self.url}/x", code=7)
        self.assert_one_line(end.err, "missing cannot be read")
        end = await self.get("--netrc", "--netrc-file", "x", f"{self.url}/x", code=2)
        self.assertIn("not allowed with", end.err)

    async def test_what_is_no_text_or_no_url(self):
        """Is told in words."""
        end = await self.get("--user", "joe:\udcff", f"{self.url}/x", code=2)
        self.assert_one_line(end.err, "UTF-8")
        for url in ("http://[/x", "/x"):
            end = await self.get("--user", "joe:x", url, code=2)
            self.assertIn("inetfetch: ", end.err)
