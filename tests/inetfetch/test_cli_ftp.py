"""``inetfetch get`` from an FTP server."""

from __future__ import annotations

from twisted.internet.defer import Deferred

from tests.inetfetch.commandline import InProcess
from tests.inetfetch.ftporigin import PASSWORD, USER, FtpOrigin
from tests.inetfetch.running import reactor

BODY = bytes(range(256)) * 1000


class GetFromFtp(InProcess):
    """Files, users, refusals."""

    def setUp(self):
        super().setUp()
        self.site = site = self.home / "site"
        site.mkdir()
        (site / "a b.bin").write_bytes(BODY)
        (site / "empty").touch()
        self.origin = FtpOrigin(site)
        self.place = self.origin.listen(reactor)
        self.addCleanup(lambda: Deferred.fromCoroutine(self.origin.close()))

    async def test_a_file(self):
        """Its name is the URL's, and bytes are counted up to its size."""
        url = f"ftp://{self.place}/a%20b.bin;type=i"
        end = await self.run_command("get", url, f"ftp://{self.place}/empty")
        self.assertEqual((end.code, end.err), (0, ""))
        self.assertEqual(self.files(), {"a b.bin": BODY, "empty": b""})
        self.assertIn(f"start a b.bin {url}\n", end.out)
        self.assertIn(f"done a b.bin {len(BODY)}\n", end.out)
        self.assertEqual(set(self.origin.users), {"anonymous"})

    async def test_many_files(self):
        """They share as many logins as there are files at a time."""
        names = [f"{number}.bin" for number in range(9)]
        for name in names:
            (self.site / name).write_bytes(name.encode())
        urls = [f"ftp://{self.place}/{name}" for name in names]
        end = await self.run_command("get", "-j", "2", *urls)
        self.assertEqual((end.code, end.err), (0, ""))
        self.assertEqual(self.files(), {name: name.encode() for name in names})
        self.assertEqual(self.origin.logins, 2)

    async def test_users(self):
        """Of the URL, of --user, of the netrc file; no password is shown."""
        netrc = self.home / ".netrc"
        netrc.write_text(f'machine 127.0.0.1 login {USER} password "{PASSWORD}"\n')
        netrc.chmod(0o600)
        plain, mine = f"ftp://{self.place}/empty", f"ftp://{USER}@{self.place}/empty"
        for arguments in (
            (f"ftp://{USER}:ge%20heim%3A1@{self.place}/empty",),
            ("--user", f"{USER}:{PASSWORD}", plain),
            ("--netrc", plain),
            ("--netrc", mine),
            ("--netrc-file", str(netrc), "--user", USER, plain),
        ):
            self.origin.users.clear()
            end = await self.run_command("get", *arguments)
            self.assertEqual((end.code, end.err), (0, ""), arguments)
            self.assertEqual(self.origin.users, [USER])
            self.assertNotIn("heim", end.out)
            (self.folder / "empty").unlink()

    async def test_refusals(self):
        """Each by its number, in one line, and nothing is left."""
        for url, code, word in (
            (f"ftp://{self.place}/nowhere", 5, "550"),
            (f"ftp://joe:wr0ng@{self.place}/empty", 5, "check user name"),
            (f"ftp://{self.place}/folder/", 2, "a directory"),
            (f"ftp://{self.place}/empty;type=d", 2, "a directory"),
            ("ftp://127.0.0.1:1/empty", 3, "127.0.0.1"),
            (f"ftps://{self.place}/empty", 6, "TLS"),
        ):
            end = await self.run_command("get", "--connect-timeout", "5", url)
            self.assertEqual(end.code, code, end)
            self.assert_one_line(end.err, word)
            self.assertNotIn("wr0ng", end.err)
            self.assertEqual(self.files(), {})
        self.origin.answers["RETR"] = ["451 not now"]
        end = await self.run_command("get", f"ftp://{self.place}/empty")
        self.assertEqual(end.code, 5)
        self.assert_one_line(end.err, "451 not now")

    async def test_http_proxy(self):
        """One that speaks HTTP is asked for the whole URL."""
        end = await self.run_command(
            *("get", "--proxy", "ftp=http://127.0.0.1:1"),
            *("--proxy-bypass", "<-loopback>", f"ftp://{self.place}/empty"),
        )
        self.assertEqual(end.code, 3)
        self.assert_one_line(end.err, "proxy")
        self.assertEqual(self.origin.said, [])
