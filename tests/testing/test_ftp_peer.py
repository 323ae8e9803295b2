"""The FTP peer: files, listings, logins, and what goes wrong there."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase, TestCase

import twinet
from twinet import errors
from twinet.errors import InvalidParameter
from twinet.testing import (
    Authority,
    End,
    FtpEntry,
    FtpPeer,
    Link,
    MemoryNetwork,
    Script,
)

reactor: Any = _reactor

WHEN = datetime(2020, 5, 6, 7, 8, 9, tzinfo=UTC)
FILES: dict[str, Any] = {
    "/pub/a.csv": "coffee,3",
    "/pub/näme.bin": FtpEntry(bytes(5000), modified=WHEN),
    "/in/": None,
}


class FtpCase(SynchronousTestCase):
    """A site on a network, and a session."""

    def setUp(self):
        self.network = MemoryNetwork()

    def serve(self, files: Any = None, link: Link | None = None, **options: Any):
        """Let a site listen."""
        self.site = FtpPeer(FILES if files is None else files, **options)
        self.network.add("ftp.example", self.site, link=link)
        self.session = self.network.session()

    def connect(self, **options: Any) -> Any:
        """Log in."""
        return self.network.run(self.session.ftp("ftp.example", **options))

    def read(self, ftp: Any, path: str, **options: Any) -> bytes:
        """Read a file."""

        async def read() -> bytes:
            async with await ftp.open_file(path, **options) as file:
                return b"".join([piece async for piece in file])

        return self.network.run(read())

    def names(self, ftp: Any, pattern: str = "*") -> list[str]:
        """List a directory."""

        async def find() -> list[str]:
            return [entry.name async for entry in await ftp.find(pattern)]

        return self.network.run(find())


class Files(FtpCase):
    """What lies there, and how it changes."""

    def test_files_are_read_and_listed(self):
        """With sizes and times, in every way of listing."""
        for lacking in ((), ("MLSD",), ("MLSD", "MLST", "FEAT")):
            self.setUp()
            self.serve()
            self.site.lack(*lacking)
            ftp = self.connect()
            self.assertEqual(self.read(ftp, "/pub/a.csv"), b"coffee,3")
            self.assertEqual(len(self.read(ftp, "/pub/näme.bin", offset=100)), 4900)
            self.assertEqual(self.names(ftp), ["in", "pub"])
            listing = twinet.listing(
                "ftp://ftp.example/pub/", reactor=self.network.reactor, proxy=""
            )
            first, second = self.network.run(listing)
            self.assertEqual((first.name, first.size), ("a.csv", 8))
            self.assertEqual((second.name, second.size), ("näme.bin", 5000))
            assert second.modified is not None
            self.assertEqual(second.modified.date(), WHEN.date())
            self.network.close()

    def test_files_are_written_renamed_and_deleted(self):
        """What is on the peer then can be looked at."""
        self.serve()
        ftp = self.connect()
        local = Path(self.mktemp())
        local.write_bytes(b"hello")
        run = self.network.run
        run(ftp.put_file(local, to="/in/new"))
        self.assertEqual(self.site.files["/in/new"], b"hello")

        async def append() -> None:
            file = await ftp.open_file("/in/new", "a")
            await file.write(b", world")
            await file.close()

        run(append())
        run(ftp.rename("/in/new", "/in/old"))
        self.assertEqual(self.site.files["/in/old"], b"hello, world")
        self.assertEqual(run(ftp.size("/in/old")), 12)
        run(ftp.make_directory("/in/sub"))
        run(ftp.change_directory("/in"))
        self.assertEqual(run(ftp.current_directory()), "/in")
        run(ftp.rename("sub", "/sub2"))
        run(ftp.remove_directory("/sub2"))
        run(ftp.delete("/in/old"))
        self.assertEqual(self.names(ftp), [])
        self.assertEqual(set(self.site.files), {"/pub/a.csv", "/pub/näme.bin"})
        self.network.close()

    def test_what_is_not_there_or_may_not_be_is_refused(self):
        """As by servers: 550."""
        self.serve(writable=False)
        ftp = self.connect()
        run = self.network.run
        calls: list[tuple[Any, ...]] = [
            (ftp.open_file, "/none"),
            (ftp.change_directory, "/pub/a.csv"),
            (ftp.delete, "/pub/a.csv"),
            (ftp.open_file, "/in/x", "w"),
            (ftp.size, "/in"),
            (ftp.rename, "/pub", "/x"),
        ]
        for call, *arguments in calls:
            self.assertRaises(errors.ExtendedError, run, call(*arguments))
        self.network.close()

    def test_a_program_of_the_servers_own_side_changes_files(self):
        """Between one command and the next."""
        self.serve()
        ftp = self.connect()
        self.site.put("/pub/new", b"x")
        self.assertEqual(self.read(ftp, "/pub/new"), b"x")

    def test_what_can_be_no_file_is_refused(self):
        """Where it is given."""
        for wrong in ({"a": b""}, {"/a": None}, {"/a": 5}):
            self.assertRaises(InvalidParameter, FtpPeer, wrong)
        self.serve()
        self.assertRaises(InvalidParameter, self.site.lack, "XYZZY")
        self.assertRaises(InvalidParameter, self.site.instead, "RETR")
        self.assertRaises(InvalidParameter, self.site.instead, "RETR", "no digits")


class Doors(FtpCase):
    """Logins, ways of data connections, TLS."""

    def test_only_known_users_come_in(self):
        """With their passwords; the commands are kept."""
        self.serve(users={"joe": "secret"})
        self.assertRaises(errors.LoginFailure, self.connect)
        self.connect(username="joe", password="secret")
        self.assertIn("USER joe", self.site.commands)

    def test_every_way_of_data_connections_leads_to_the_file(self):
        """EPSV, PASV, EPRT, PORT: what is not known is not used."""
        used: list[str] = []
        for lacking in (0, 1, 2, 3):
            self.setUp()
            self.serve()
            ways = ["EPSV", "PASV", "EPRT", "PORT"]
            self.site.lack(*ways[:lacking])
            ftp = self.connect(passive=lacking < 2)
            self.assertEqual(self.read(ftp, "/pub/a.csv"), b"coffee,3")
            used += [
                word
                for line in self.site.commands
                if (word := line.split()[0]) in ways[lacking:]
            ]
            self.network.close()
        self.assertEqual(used, ["EPSV", "PASV", "EPRT", "PORT"])

    def test_tls_protects_control_and_data(self):
        """Explicit and implicit."""
        for how, port in (("explicit", None), ("implicit", 990)):
            self.setUp()
            self.serve(tls=True)
            self.network.add("ftp.example", self.site, tls=True)
            options = {} if port is None else {"port": port}
            ftp = self.connect(tls=how, **options)
            self.assertEqual(self.read(ftp, "/pub/a.csv"), b"coffee,3")
            self.assertIn("PROT P", self.site.commands)
            self.network.close()


class WhatGoesWrong(FtpCase):
    """Replies that are not those of a good day, and files that break off."""

    def test_a_command_is_answered_in_another_way(self):
        """So often, for all arguments or for one."""
        self.serve()
        self.site.instead("SIZE", "550 Not today.", "213 99", times=3)
        self.site.instead("SIZE /in", "213 1")
        ftp = self.connect()
        run = self.network.run
        self.assertRaises(errors.ExtendedError, run, ftp.size("/pub/a.csv"))
        self.assertEqual(run(ftp.size("/in")), 1)
        for size in (99, 99, 8):
            self.assertEqual(run(ftp.size("/pub/a.csv")), size)

    def test_a_script_says_what_no_server_should(self):
        """And when: here the session breaks in the middle of a reply."""
        self.serve()
        self.site.instead("PWD", Script('257 "/', 2.0, End.ABORT))
        ftp = self.connect()
        pending = ftp.current_directory()
        self.assertRaises(errors.InternetError, self.network.run, pending)
        self.assertEqual(self.network.now, 2)
        self.network.close()

    def test_a_file_that_breaks_off_is_an_error(self):
        """One that comes slowly is not."""
        slow = Script(b"one", 5.0, b"two", End.CLOSE)
        self.serve({"/slow": slow, "/cut": FtpEntry(Script(b"o", End.ABORT), size=9)})
        ftp = self.connect()
        self.assertEqual(self.read(ftp, "/slow"), b"onetwo")
        self.assertEqual(self.read(ftp, "/slow", offset=4), b"wo")
        self.assertEqual(self.network.now, 10)
        self.assertRaises(errors.InternetError, self.read, ftp, "/cut")
        self.network.close()

    def test_a_transfer_is_given_up_in_order(self):
        """The session is good for the next file."""
        self.serve({"/never": FtpEntry(Script(b"abc"), size=9), "/a": "a"})
        ftp = self.connect()

        async def give_up() -> None:
            file = await ftp.open_file("/never")
            await file.close()

        self.network.run(give_up())
        self.assertEqual(self.read(ftp, "/a"), b"a")
        self.network.close()

    def test_data_connections_are_as_slow_as_their_host(self):
        """The rate is the link's."""
        self.serve({"/a": bytes(10_000)}, link=Link(rate=1000))
        ftp = self.connect()
        begun = self.network.now
        self.read(ftp, "/a")
        self.assertApproximates(self.network.now - begun, 10, 1)


class OnLoopback(TestCase):
    """The same peer on a real port."""

    timeout = 20

    def test_the_peer_listens_on_a_real_port(self):
        """Its data connections too, in TLS as well."""
        return Deferred.fromCoroutine(self.visit())

    async def visit(self) -> None:
        site = FtpPeer(FILES, tls=True)
        listening = site.listen(reactor)
        roots = Authority.known().roots
        session = twinet.Session(reactor, trust_roots=roots)
        for tls in (None, "explicit"):
            how: Any = {"tls": tls}
            ftp = await session.ftp(listening.host, listening.port, **how)
            async with await ftp.open_file("/pub/näme.bin") as file:
                self.assertEqual(len(await file.read(9999)), 5000)
            self.assertEqual(
                [entry.name async for entry in await ftp.find("*")], ["in", "pub"]
            )
        await session.close()
        await listening.stop()
