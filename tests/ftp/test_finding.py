"""Listings: how they are asked for, kept, and read."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred, succeed

from tests.ftp.memory import FtpNet, FtpPeer, FtpTestCase
from twinet._ftp import spool as spools
from twinet.errors import (
    ConnectionAborted,
    ExtendedError,
    InvalidHandle,
    InvalidParameter,
    OperationCancelled,
)

FEAT = "FEAT | 211-Features / MLST type*;size*;modify*; / UTF8 / 211 End"
UTF8 = "OPTS UTF8 ON | 200 ok"
MLSD = (
    b"type=cdir; .\r\n"
    b"type=file;size=3;modify=20200115010203; a.txt\r\n"
    b"type=dir; sub\r\n"
    b"type=file;size=5; b.csv\r\n"
)
LIST = (
    b"-rw-r--r--   1 owner    group            3 Jan 15  2020 a.txt\r\n"
    b"drwxr-xr-x   2 owner    group            0 Jan 15  2020 sub\r\n"
)


class FindCase(FtpTestCase):
    """A listing of a server that knows MLSD."""

    def begin(self, pattern="", command="MLSD", dialogue=(FEAT, UTF8), **how):
        """Begin to list; return connection, server, the call, and the data."""
        ftp, server = self.log_in()
        call = ftp.find(pattern, **how)
        return ftp, server, call, self.transfer(server, command, dialogue)

    def transfer(self, server, command, dialogue) -> FtpPeer:
        self.answer(server, *dialogue, "TYPE A | 200 ok", "EPSV | 229 x (|||4000|)")
        data = self.net.accept_ftp()
        self.answer(server, f"{command} | 150 go")
        return data

    def entries(self, find) -> list[Any]:
        """Read the rest of a listing whose data are here."""

        async def read():
            return [entry async for entry in find]

        return self.successResultOf(Deferred.fromCoroutine(read()))

    def names(self, find) -> list[str]:
        """Return the names of the rest."""
        return [entry.name for entry in self.entries(find)]


class Finding(FindCase):
    """What is asked for, and what comes of it."""

    def test_mlsd(self):
        """A small listing is whole when the call ends."""
        _, server, call, data = self.begin(context=3)
        data.send(MLSD)
        data.close()
        self.assertNoResult(call)
        server.say("226 ok")
        find = self.successResultOf(call)
        self.assertEqual({news.context for news in self.net.news}, {3})
        first, second, third = self.entries(find)
        self.assertEqual((first.name, first.kind, first.size), ("a.txt", "file", 3))
        self.assertTrue(first.modified_is_utc)
        self.assertEqual((second.name, second.kind), ("sub", "directory"))
        self.assertEqual(third.name, "b.csv")
        self.assertIsNone(self.successResultOf(find.next_entry()))
        self.successResultOf(find.close())
        self.failureResultOf(find.next_entry(), InvalidHandle)
        self.check_all_closed(server, data)

    def test_entries_that_are_here_tell_nothing(self):
        """As InternetFindNextFile."""
        _, server, call, data = self.begin()
        data.send(MLSD)
        data.close()
        server.say("226 ok")
        find = self.successResultOf(call)
        self.told()
        self.successResultOf(find.next_entry())
        self.assertEqual(self.told(), [])
        self.check_all_closed(server, data)

    def test_list_when_the_server_knows_no_mlsd(self):
        """FEAT says so, or MLSD is refused after all; then it is not asked again."""
        ftp, server, call, data = self.begin("", "LIST", ("FEAT | 500 what?",))
        data.send(LIST)
        data.close()
        server.say("226 ok")
        self.assertEqual(self.names(self.successResultOf(call)), ["a.txt", "sub"])
        self.check_all_closed(server, data)
        self.net = FtpNet()
        ftp, server = self.log_in()
        call = ftp.find("sub/")
        dialogue = (FEAT, UTF8, "TYPE A | 200 ok")
        self.answer(server, *dialogue, "EPSV | 229 x (|||4000|)")
        refused = self.net.accept_ftp()
        self.answer(server, "MLSD sub/ | 502 no", "EPSV | 229 x (|||4001|)")
        data = self.net.accept_ftp()
        self.answer(server, "LIST sub/ | 150 go")
        data.send(LIST)
        data.close()
        server.say("226 ok")
        self.assertEqual(self.names(self.successResultOf(call)), ["a.txt", "sub"])
        call = ftp.find()
        self.answer(server, "EPSV | 229 x (|||4002|)")
        third = self.net.accept_ftp()
        self.answer(server, "LIST | 550 No files found.")
        self.assertEqual(self.names(self.successResultOf(call)), [])
        self.check_all_closed(server, refused, data, third)

    def test_wildcard(self):
        """The directory is listed, and its names are compared here."""
        _, server, call, data = self.begin("sub/*.csv", "MLSD sub/")
        data.send(MLSD)
        data.close()
        server.say("226 ok")
        self.assertEqual(self.names(self.successResultOf(call)), ["b.csv"])
        self.check_all_closed(server, data)

    def test_wildcard_that_nothing_matches(self):
        """Is an empty listing, and no error."""
        _, server, call, data = self.begin("*.zip")
        data.send(MLSD)
        data.close()
        server.say("226 ok")
        self.assertEqual(self.names(self.successResultOf(call)), [])
        self.check_all_closed(server, data)

    def test_one_name(self):
        """It is found in its directory, or 12003 says that it is not there."""
        for name, there in (("sub", True), ("bus", False)):
            self.net = FtpNet()
            _, server, call, data = self.begin(name)
            data.send(MLSD)
            data.close()
            server.say("226 ok")
            if there:
                self.assertEqual(self.names(self.successResultOf(call)), ["sub"])
            else:
                self.failureResultOf(call, ExtendedError)
            self.check_all_closed(server, data)

    def test_refusal(self):
        """No such directory."""
        ftp, server = self.log_in()
        call = ftp.find("nowhere/")
        self.answer(server, FEAT, UTF8, "TYPE A | 200 ok", "EPSV | 229 x (|||4000|)")
        data = self.net.accept_ftp()
        self.answer(server, "MLSD nowhere/ | 550 no such directory")
        self.failureResultOf(call, ExtendedError)
        self.assertEqual(self.net.told[-1], "HANDLE_CLOSING")
        self.check_all_closed(server, data)

    def test_facts_are_chosen_once(self):
        """Where the server would not tell sizes of its own accord."""
        poor = "FEAT | 211-x / MLST type*;size;modify*;perm*; / 211 End"
        choice = "OPTS MLST type;size;modify;perm; | 200 ok"
        ftp, server = self.log_in()
        for dialogue in ((poor, "TYPE A | 200 ok", choice), ()):
            call = ftp.find()
            self.answer(server, *dialogue, "EPSV | 229 x (|||4000|)")
            data = self.net.accept_ftp()
            self.answer(server, "MLSD | 150 go")
            data.close()
            server.say("226 ok")
            self.assertEqual(self.names(self.successResultOf(call)), [])
        self.check_all_closed(server)

    def test_names_that_look_like_options(self):
        """Servers hand them to ls."""
        _, server, call, data = self.begin("-R/", "LIST ./-R/", ("FEAT | 500 x",))
        data.close()
        server.say("226 ok")
        self.assertEqual(self.names(self.successResultOf(call)), [])
        self.check_all_closed(server, data)

    def test_what_cannot_be_looked_for(self):
        """Refused before anything is sent."""
        ftp, server = self.log_in()
        for pattern in ("*/x", "a\r\nDELE b/", None):
            self.failureResultOf(ftp.find(pattern), InvalidParameter)
        self.assertEqual(server.heard(), [])
        self.check_all_closed(server)

    def test_listing_that_breaks_off(self):
        """A small one fails as a whole."""
        _, server, call, data = self.begin()
        data.send(MLSD)
        data.close()
        server.say("426 cut")
        self.failureResultOf(call, ConnectionAborted)
        self.check_all_closed(server, data)


def line(number: int) -> bytes:
    """Return an entry's line."""
    return b"type=file;size=%d; entry-%06d.txt\r\n" % (number, number)


class Long(FindCase):
    """A listing that is too long to wait for."""

    COUNT = 4000

    def setUp(self):
        super().setUp()
        self.patch(spools, "IN_MEMORY", 20000)
        self.patch(spools, "BACKLOG", 60000)

    def begin_long(self):
        ftp, server, call, data = self.begin()
        # The disk at once, and when the test says so.
        self.disk: list[Any] = []
        spool = self.net.news[0].info._spool
        spool._run = lambda work, *args: succeed(work(*args))
        return ftp, server, call, data, spool

    def test_entries_come_before_the_end_and_the_session_is_free(self):
        """Nobody has to read for the next command to go out."""
        ftp, server, call, data, _ = self.begin_long()
        lines = [line(number) for number in range(self.COUNT)]
        data.send(b"".join(lines[:2000]))
        find = self.successResultOf(call)
        self.assertEqual(self.successResultOf(find.next_entry()).size, 0)
        other = ftp.delete("y")
        data.send(b"".join(lines[2000:]))
        data.close()
        self.assertEqual(server.heard(), [])
        server.say("226 ok")
        self.answer(server, "DELE y | 250 ok")
        self.successResultOf(other)
        sizes = [entry.size for entry in self.entries(find)]
        self.assertEqual(sizes, list(range(1, self.COUNT)))
        self.check_all_closed(server, data)

    def test_reader_who_keeps_up(self):
        """Waits for each piece, in whatever pieces they come."""
        _, server, call, data, _ = self.begin_long()
        stream = b"".join(line(number) for number in range(self.COUNT))
        data.send(stream[:70001])
        find = self.successResultOf(call)
        got: list[Any] = []

        async def read():
            async for entry in find:
                got.append(entry.size)  # noqa: PERF401  seen while it grows

        reading = Deferred.fromCoroutine(read())
        for begin in range(70001, len(stream), 7777):
            self.assertNoResult(reading)
            data.send(stream[begin : begin + 7777])
        data.close()
        server.say("226 ok")
        self.successResultOf(reading)
        self.assertEqual(got, list(range(self.COUNT)))
        self.check_all_closed(server, data)

    def test_breaking_off(self):
        """What came is given; then the error."""
        _, server, call, data, _ = self.begin_long()
        data.send(b"".join(line(number) for number in range(self.COUNT)))
        find = self.successResultOf(call)
        data.close()
        server.say("426 cut")
        for number in range(self.COUNT):
            self.assertEqual(self.successResultOf(find.next_entry()).size, number)
        self.failureResultOf(find.next_entry(), ConnectionAborted)
        self.check_all_closed(server, data)

    def test_slow_disk_holds_the_server_back(self):
        """Memory is bounded whatever the disk does."""
        _, server, call, data, spool = self.begin_long()
        jobs: list[Any] = []

        def run(work, *args):
            job: Deferred[Any] = Deferred()
            jobs.append((job, work, args))
            return job

        spool._run = run
        data.send(bytes(30000))
        data.send(bytes(70000))
        self.assertTrue(data.transport.paused)
        job, work, args = jobs.pop()
        job.callback(work(*args))
        self.assertFalse(data.transport.paused)
        self.successResultOf(call)
        self.check_all_closed(server, data)

    def test_full_disk(self):
        """The listing breaks off; the session goes on."""
        ftp, server, call, data, spool = self.begin_long()

        def run(*_args):
            job: Deferred[Any] = Deferred()
            job.errback(OSError(28, "No space left on device"))
            return job

        spool._run = run
        data.send(b"".join(line(number) for number in range(self.COUNT)))
        self.answer(server, "ABOR | 426 cut / 226 ok")
        self.failureResultOf(call)
        other = ftp.delete("y")
        self.answer(server, "DELE y | 250 ok")
        self.successResultOf(other)
        self.check_all_closed(server, data)

    def test_closing_in_the_middle(self):
        """ABOR; the session goes on."""
        ftp, server, call, data, spool = self.begin_long()
        data.send(b"".join(line(number) for number in range(self.COUNT)))
        find = self.successResultOf(call)
        self.assertIsNotNone(spool._file)
        waiting = None
        for _ in range(self.COUNT):
            waiting = find.next_entry()
        waiting = find.next_entry()
        find.close()
        self.failureResultOf(waiting, OperationCancelled)
        self.assertIsNone(spool._file)
        self.assertTrue(data.closed)
        self.answer(server, "ABOR | 426 cut / 226 ok")
        other = ftp.delete("y")
        self.answer(server, "DELE y | 250 ok")
        self.successResultOf(other)
        self.check_all_closed(server, data)
