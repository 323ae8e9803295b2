"""``inetfetch get`` through a proxy: what is asked for, from whom, and what is said."""

from __future__ import annotations

import threading

from tests.inetfetch.commandline import InProcess
from tests.inetfetch.website import Website, content

#: What nobody but a proxy can know.
URL = "http://nobody.invalid/bytes/5/x"


class Get(InProcess):
    """A site that is asked as a proxy."""

    def setUp(self):
        super().setUp()
        self.site = Website()
        self.addCleanup(self.site.close)
        at = self.site.url.removeprefix("http://")
        self.proxy = f"http://user:geheim@{at}"
        self.shown = f"http://{at}"

    async def get(self, *arguments, code=0, **env):
        """Run it; return what it said, without any secret."""
        end = await self.run_command("get", *arguments, env=env)
        self.assertEqual(end.code, code, end)
        self.assertNotIn("geheim", end.out + end.err)
        return end

    async def test_the_environments_proxy(self):
        """It gets the whole URL."""
        await self.get(URL, http_proxy=self.proxy)
        self.assertEqual(self.site.paths, [URL])
        self.assertEqual(self.files(), {"x": content(5)})

    async def test_ftp(self):
        """A proxy of HTTP gets the whole URL, without its password."""
        await self.get(
            "ftp://joe:geheim@nobody.invalid/bytes/5/x", ftp_proxy=self.proxy
        )
        self.assertEqual(self.site.paths, ["ftp://nobody.invalid/bytes/5/x"])

    async def test_the_options_proxy(self):
        """Instead of that of the environment, and its no_proxy."""
        await self.get(
            "--proxy",
            f"http={self.proxy} https=http://nobody.invalid",
            URL,
            http_proxy="http://nowhere.invalid:1",
            no_proxy="*",
        )
        self.assertEqual(self.site.paths, [URL])

    async def test_exceptions(self):
        """Those of the environment, those of the option, and this machine."""
        url = f"{self.site.url}/bytes/5/"
        nowhere = "http://nowhere.invalid:1"
        await self.get(f"{url}a", http_proxy=nowhere, no_proxy="127.0.0.0/8")
        await self.get(
            *(f"{url}b", "--proxy", nowhere, "--proxy-bypass", "127.*;<-loopback>")
        )
        await self.get(f"{url}c", "--proxy", nowhere)
        await self.get("--no-proxy", f"{url}d", all_proxy=nowhere)
        self.assertEqual(self.site.paths, [f"/bytes/5/{name}" for name in "abcd"])
        through = ("--proxy", self.proxy, "--proxy-bypass", "<-loopback>")
        await self.get(f"{url}e", *through)
        self.assertEqual(self.site.paths[-1], f"{url}e")

    async def test_verbose_tells_of_the_proxy(self):
        """And of no password."""
        end = await self.get("-v", URL, http_proxy=self.proxy)
        self.assertIn(self.shown.removeprefix("http://"), end.err)

    async def test_as_many_at_a_time_as_are_asked_for(self):
        """No file waits because all go through one proxy: they are met together."""
        many = 40
        together = threading.Barrier(many, timeout=30)

        def meet(*_):
            together.wait()
            return 200, "text/plain", b"here"

        self.site.script = meet
        urls = [f"http://h{n}.invalid/scripted/{n}" for n in range(many)]
        await self.get("-j", str(many), *urls, http_proxy=self.proxy)
        self.assertEqual(len(self.files()), many)

    async def test_the_daemon_is_asked_straight(self):
        """Its token is for nobody on the way."""
        token = self.home / "token"
        token.write_text("t")
        end = await self.run_command(
            "ls",
            env={
                "all_proxy": self.proxy,
                "INETFETCH_URL": "http://daemon.invalid:6800",
                "INETFETCH_TOKEN_FILE": str(token),
            },
        )
        self.assertEqual((end.code, self.site.paths), (3, []), end)

    async def test_what_cannot_be_is_wrong_usage(self):
        """One line that names what is wrong and the way out; nothing is asked."""
        for arguments, env, words in (
            (("--proxy", "http://u:geheim@p:x"), {}, ("proxy list", "--no-proxy")),
            ((), {"http_proxy": "http://u:geheim@p:x"}, ("http_proxy", "--no-proxy")),
            (("--proxy", "p", "--proxy-bypass", "<x>"), {}, ("bypass list",)),
            (("--proxy-bypass", "x"), {}, ("--proxy-bypass needs --proxy",)),
        ):
            end = await self.get(*arguments, URL, code=2, **env)
            self.assert_one_line(end.err, *words)
        end = await self.get("--proxy", "p", "--no-proxy", URL, code=2)
        self.assertIn("not allowed with", end.err)
        self.assertEqual(self.site.paths, [])

    async def test_a_proxy_that_is_not_there(self):
        """It is told apart from a server that is not there."""
        self.site.close()
        end = await self.get(URL, code=3, http_proxy=self.proxy)
        self.assert_one_line(end.err, URL, "proxy")
