"""Whole files to the disk and from it: get_file and put_file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from twisted.internet.defer import fail, maybeDeferred

from tests.ftp.memory import FtpNet, FtpPeer, FtpTestCase
from twinet.errors import (
    AccessDenied,
    ConnectionAborted,
    ExtendedError,
    FileExists,
    FileNotFound,
    InternetError,
    InvalidOperation,
    InvalidParameter,
    OperationCancelled,
    Truncated,
    UnableToCacheFile,
)

#: The time of the server's file, and what MDTM says of it.
TIME, MDTM = 1579050123, "20200115010203"


class AtOnce:
    """Threads that are none: what blocks is done at once.

    :ivar fails: the name of a call that the disk refuses.
    """

    fails = ""

    def run(self, f, *args, **kwargs):
        """Do it, as ``Threads.run``."""
        if self.fails and getattr(f, "__name__", "") == self.fails:
            return fail(UnableToCacheFile("full"))
        return maybeDeferred(f, *args, **kwargs)


class CopyCase(FtpTestCase):
    """A net whose disk answers at once."""

    def setUp(self) -> None:
        super().setUp()
        self.immediate()
        self.folder = Path(self.mktemp())
        self.folder.mkdir()
        self.target = self.folder / "x"

    def immediate(self) -> None:
        disk: Any = self.net.session.disk
        disk._threads = AtOnce()
        disk.run = disk._threads.run

    def left(self) -> list[str]:
        """Return the names of the files that there are."""
        return sorted(path.name for path in self.folder.iterdir())

    def data(self, server, *dialogue: str) -> FtpPeer:
        """Play a dialogue up to a data connection, and the command on it."""
        *before, command = dialogue
        self.answer(server, *before, "EPSV | 229 x (|||4000|)")
        data = self.net.accept_ftp()
        self.answer(server, *command.split(" && "))
        return data


class Getting(CopyCase):
    """A file has its name when it is whole, and not before."""

    def begin(self, hint="(5 bytes)", **how) -> tuple[Any, FtpPeer, Any, FtpPeer]:
        ftp, server = self.log_in()
        call = ftp.get_file("x", self.target, **how)
        data = self.data(server, "TYPE I | 200 ok", f"RETR x | 150 go {hint}")
        return ftp, server, call, data

    def finish(self, server, data, content=b"hello"):
        data.send(content)
        data.close()
        self.end(server)

    def test_whole_file(self):
        """Its path is the result."""
        _, server, call, data = self.begin(context=8)
        self.assertNotEqual(self.left(), ["x"])
        self.finish(server, data)
        self.assertEqual(self.successResultOf(call), self.target)
        self.assertEqual(self.target.read_bytes(), b"hello")
        self.assertEqual(self.left(), ["x"])
        self.check_all_closed(server, data)

    def test_context(self):
        """Its own, on the connection's handle; the connection's without one."""
        for how, context in (({"context": 8}, 8), ({}, None)):
            self.net = FtpNet()
            self.immediate()
            self.target = self.folder / f"x{context}"
            ftp, server, call, data = self.begin(**how)
            self.finish(server, data)
            self.successResultOf(call)
            expected = ftp if context is None else context
            self.assertEqual({news.context for news in self.net.news}, {expected})
            self.assertEqual({news.handle for news in self.net.news}, {ftp})
            self.assertEqual(self.net.told[-1], "REQUEST_COMPLETE ok")
            self.check_all_closed(server, data)

    def test_a_listener_of_its_own(self):
        """Hears this call alone; no context is silence."""
        heard: list[Any] = []
        _, server, call, data = self.begin(on_status=heard.append)
        self.finish(server, data)
        self.successResultOf(call)
        self.assertEqual(self.net.told, [])
        self.assertEqual(heard[-1].status.name, "REQUEST_COMPLETE")
        self.check_all_closed(server, data)

    def test_progress(self):
        """Now and then, with the bytes since the last time."""
        _, server, call, data = self.begin()
        call.addErrback(lambda _: None)
        self.told()
        data.send(b"a")
        self.assertEqual(self.told(), [])
        self.net.advance(1)
        data.send(b"bc")
        self.assertEqual(self.told(), ["RECEIVING_RESPONSE", "RESPONSE_RECEIVED 3"])
        data.send(b"d")
        self.assertEqual(self.told(), [])
        self.check_all_closed(server, data)

    def test_file_that_is_there(self):
        """Is not touched, and the server is not asked (80)."""
        self.target.write_bytes(b"old")
        ftp, server = self.log_in()
        self.failureResultOf(ftp.get_file("x", self.target), FileExists)
        self.check_all_closed(server)
        self.assertEqual(self.target.read_bytes(), b"old")

    def test_overwriting(self):
        """Only by a file that is whole: WinINet deletes the old one on failure."""
        self.target.write_bytes(b"old")
        for fine in (False, True):
            self.net = FtpNet()
            self.immediate()
            _, server, call, data = self.begin(overwrite=True)
            self.finish(server, data, b"hello" if fine else b"hell")
            if fine:
                self.successResultOf(call)
            else:
                self.failureResultOf(call, Truncated)
            content = b"hello" if fine else b"old"
            self.assertEqual(self.target.read_bytes(), content)
            self.assertEqual(self.left(), ["x"])
            self.check_all_closed(server, data)

    def test_failures_leave_nothing(self):
        """A refusal, a cut, a bad end."""
        ftp, server = self.log_in()
        call = ftp.get_file("x", self.target)
        data = self.data(server, "TYPE I | 200 ok", "RETR x | 550 no")
        self.failureResultOf(call, ExtendedError)
        self.assertEqual(self.left(), [])
        call = ftp.get_file("x", self.target)
        second = self.data(server, "RETR x | 150 go")
        second.send(b"hel")
        second.close()
        server.say("426 cut")
        self.failureResultOf(call, ConnectionAborted)
        self.assertEqual(self.left(), [])
        self.check_all_closed(server, data, second)

    def test_size_is_asked_when_it_was_not_announced(self):
        """What the server has is what has to be here."""
        for size, fine in (("213 5", True), ("213 6", False), ("550 no", True)):
            self.net = FtpNet()
            self.immediate()
            self.target = self.folder / size[4:]
            _, server, call, data = self.begin("")
            data.send(b"hello")
            data.close()
            server.say("226 ok")
            self.answer(server, f"SIZE x | {size}")
            if fine:
                self.successResultOf(call)
            else:
                self.failureResultOf(call, Truncated)
            self.assertIs(self.target.exists(), fine)
            self.check_all_closed(server, data)

    def test_cancelling(self):
        """Nothing of it is left; the session goes on."""
        ftp, server, call, data = self.begin()
        data.send(b"he")
        call.cancel()
        self.failureResultOf(call, OperationCancelled)
        self.assertTrue(data.aborted)
        self.answer(server, "ABOR | 426 cut / 226 ok")
        self.assertEqual(self.left(), [])
        again = ftp.delete("y")
        self.answer(server, "DELE y | 250 ok")
        self.successResultOf(again)
        self.check_all_closed(server, data)

    def test_closing_in_each_notification(self):
        """The session closed, nothing left of the file."""
        for step in range(12):
            self.net = FtpNet()
            self.immediate()
            ftp, server = self.log_in()
            seen: list[Any] = []

            def react(news, ftp=ftp, seen=seen, step=step):
                seen.append(news)
                if len(seen) == step + 1:
                    ftp.close()

            self.net.react = react
            call = ftp.get_file("x", self.target, context=8)
            peers = [server]
            replies = iter(("200 ok", "229 x (|||4000|)", "150 go (0 bytes)"))
            for reply in replies:
                if not server.closed:
                    server.say(reply)
                if self.net.attempts and not server.closed:
                    peers.append(self.net.accept_ftp())
            self.failureResultOf(call, OperationCancelled)
            self.assertEqual(self.left(), [])
            ends = [each for each in self.net.told if each.startswith("REQUEST_COMP")]
            self.assertEqual(len(ends), 1, step)
            self.check_all_closed(*peers)

    def test_disk_that_refuses(self):
        """The server is told to stop; the session goes on."""
        ftp, server = self.log_in()
        call = ftp.get_file("x", self.folder / "nowhere" / "x")
        self.failureResultOf(call, FileNotFound)
        self.assertEqual(server.heard(), [])
        call = ftp.get_file("x", self.target)
        data = self.data(server, "TYPE I | 200 ok", "RETR x | 150 go")
        disk: Any = self.net.session.disk
        disk._threads.fails = "write"
        data.send(bytes(300000))
        data.send(bytes(300000))
        self.answer(server, "ABOR | 426 cut / 226 ok")
        self.failureResultOf(call, InternetError)
        self.assertEqual(self.left(), [])
        self.check_all_closed(server, data)

    def test_what_cannot_be(self):
        """Refused before anything is sent."""
        ftp, server = self.log_in()
        for call in (
            ftp.get_file("", self.target),
            ftp.get_file("x", ""),
            ftp.get_file("x\ny", self.target),
            ftp.get_file("x", self.target, resume=True, text=True),
            ftp.put_file(self.target, ""),
            ftp.put_file("", "x"),
            ftp.put_file(self.target, "x", resume=True, text=True),
        ):
            self.failureResultOf(call, InvalidParameter)
        self.assertEqual(server.heard(), [])
        self.check_all_closed(server)


class Resuming(CopyCase):
    """What came of an earlier attempt is gone on with, if it is of the same file."""

    ASKED = "TYPE I | 200 ok", "SIZE x | 213 5", f"MDTM x | 213 {MDTM}"

    def part(self, content: bytes, time: int = TIME) -> Path:
        """Leave a part of a file."""
        path = self.folder / "x.part"
        path.write_bytes(content)
        os.utime(path, (time, time))
        return path

    def test_a_failure_leaves_the_part_and_the_next_goes_on(self):
        """The time of the part is that of the server's file."""
        ftp, server = self.log_in()
        call = ftp.get_file("x", self.target, resume=True)
        data = self.data(server, *self.ASKED, "RETR x | 150 go")
        data.send(b"he")
        data.close()
        server.say("426 cut")
        self.failureResultOf(call, ConnectionAborted)
        self.assertEqual(self.left(), ["x.part"])
        part = self.folder / "x.part"
        self.assertEqual(part.read_bytes(), b"he")
        self.assertEqual(int(part.stat().st_mtime), TIME)
        call = ftp.get_file("x", self.target, resume=True)
        second = self.data(
            server,
            *self.ASKED[1:],
            "REST 2 | 350 ok",
            "REST 2 | 350 ok && RETR x | 150 go",
        )
        second.send(b"llo")
        second.close()
        server.say("226 ok")
        self.assertEqual(self.successResultOf(call), self.target)
        self.assertEqual(self.target.read_bytes(), b"hello")
        self.assertEqual(self.left(), ["x"])
        self.check_all_closed(server, data, second)

    def check_anew(self, *dialogue: str):
        """Check that the file is fetched from its beginning."""
        ftp, server = self.log_in()
        call = ftp.get_file("x", self.target, resume=True)
        data = self.data(server, *dialogue, "RETR x | 150 go")
        data.send(b"hello")
        data.close()
        server.say("226 ok")
        self.successResultOf(call)
        self.assertEqual(self.target.read_bytes(), b"hello")
        self.assertEqual(self.left(), ["x"])
        self.check_all_closed(server, data)

    def test_part_of_another_file(self):
        """Another time, or more than there is."""
        self.part(b"XX", TIME + 60)
        self.check_anew(*self.ASKED)
        self.target.unlink()
        self.net = FtpNet()
        self.immediate()
        self.part(b"XXXXXX")
        self.check_anew(*self.ASKED)

    def test_server_that_tells_no_time(self):
        """Nobody knows what the part is of."""
        self.part(b"XX")
        self.check_anew("TYPE I | 200 ok", "SIZE x | 213 5", "MDTM x | 500 what?")

    def test_server_that_knows_no_rest(self):
        """The bytes would be from elsewhere (F12)."""
        self.part(b"XX")
        self.check_anew(*self.ASKED, "REST 2 | 502 no")

    def test_name_that_is_taken(self):
        """The server is not asked (80)."""
        self.target.write_bytes(b"old")
        ftp, server = self.log_in()
        call = ftp.get_file("x", self.target, resume=True)
        self.failureResultOf(call, FileExists)
        self.assertEqual(server.heard(), [])
        self.check_all_closed(server)

    def test_part_that_another_download_writes(self):
        """One of them goes on, and nothing is mixed (5)."""
        ftp, server = self.log_in()
        call = ftp.get_file("x", self.target, resume=True)
        data = self.data(server, *self.ASKED, "RETR x | 150 go")
        other, second = self.log_in()
        later = other.get_file("x", self.target, resume=True)
        self.answer(second, *self.ASKED)
        self.failureResultOf(later, AccessDenied)
        data.send(b"hello")
        data.close()
        server.say("226 ok")
        self.successResultOf(call)
        self.assertEqual(self.left(), ["x"])
        self.check_all_closed(server, data, second)

    def test_all_is_here(self):
        """Nothing is left to be fetched."""
        self.part(b"hello")
        ftp, server = self.log_in()
        call = ftp.get_file("x", self.target, resume=True)
        self.answer(server, *self.ASKED)
        self.successResultOf(call)
        self.assertEqual(self.left(), ["x"])
        self.check_all_closed(server)

    def test_wrong_size_at_the_end(self):
        """Is kept as a part only."""
        ftp, server = self.log_in()
        call = ftp.get_file("x", self.target, resume=True)
        data = self.data(server, *self.ASKED, "RETR x | 150 go")
        data.send(b"hell")
        data.close()
        server.say("226 ok")
        self.failureResultOf(call, Truncated)
        self.assertEqual(self.left(), ["x.part"])
        self.check_all_closed(server, data)


class Putting(CopyCase):
    """A file of the disk, whole or not at all."""

    def setUp(self) -> None:
        super().setUp()
        self.target.write_bytes(b"hello" * 100000)

    def begin(self, **how) -> tuple[Any, FtpPeer, Any, FtpPeer]:
        ftp, server = self.log_in()
        call = ftp.put_file(self.target, "y", **how)
        return ftp, server, call, self.data(server, "TYPE I | 200 ok", "STOR y | 150 x")

    def test_whole_file(self):
        """The result is how many bytes went out."""
        _, server, call, data = self.begin(context=9)
        self.assertEqual(data.received(), b"hello" * 100000)
        self.assertTrue(data.closed)
        self.net.advance()
        server.say("226 ok")
        self.assertEqual(self.successResultOf(call), 500000)
        self.assertEqual({news.context for news in self.net.news}, {9})
        self.check_all_closed(server, data)

    def test_no_such_file_here(self):
        """Nothing is sent (2)."""
        ftp, server = self.log_in()
        self.failureResultOf(ftp.put_file(self.folder / "z", "y"), FileNotFound)
        self.failureResultOf(ftp.put_file(self.folder, "y"), InvalidParameter)
        self.assertEqual(server.heard(), [])
        self.check_all_closed(server)

    def test_refused_in_the_middle(self):
        """The server's words are the error."""
        _, server, call, data = self.begin()
        server.say("552 quota")
        error = self.failureResultOf(call, ExtendedError).value
        self.assertEqual(error.server_text, "552 quota")
        self.check_all_closed(server, data)

    def test_refused_at_the_end(self):
        """The same when all has gone out."""
        _, server, call, data = self.begin()
        self.net.advance()
        server.say("552 quota")
        self.failureResultOf(call, ExtendedError)
        self.check_all_closed(server, data)

    def test_cancelling(self):
        """What has gone out must not look whole."""
        ftp, server = self.log_in()
        call = ftp.put_file(self.target, "y")
        self.answer(server, "TYPE I | 200 ok", "EPSV | 229 x (|||4000|)")
        data = self.net.accept_ftp()
        call.cancel()
        self.failureResultOf(call, OperationCancelled)
        self.assertTrue(data.aborted)
        self.assertEqual(server.heard(), ["STOR y", "ABOR"])
        server.say("426 cut", "226 ok")
        self.check_all_closed(server, data)

    def test_resuming(self):
        """What the server has is not sent again."""
        ftp, server = self.log_in()
        call = ftp.put_file(self.target, "y", resume=True)
        data = self.data(
            server, "TYPE I | 200 ok", "SIZE y | 213 499998", "APPE y | 150 go"
        )
        self.assertEqual(data.received(), b"lo")
        self.net.advance()
        server.say("226 ok")
        self.assertEqual(self.successResultOf(call), 2)
        self.check_all_closed(server, data)

    def test_resuming_what_is_not_there(self):
        """Begins at the beginning."""
        ftp, server = self.log_in()
        call = ftp.put_file(self.target, "y", resume=True)
        data = self.data(
            server, "TYPE I | 200 ok", "SIZE y | 550 no", "STOR y | 150 go"
        )
        self.net.advance()
        server.say("226 ok")
        self.assertEqual(self.successResultOf(call), 500000)
        self.check_all_closed(server, data)

    def test_what_cannot_be_resumed(self):
        """The server tells no size, or has more than there is here."""
        for reply in ("213 500001", "502 what?"):
            self.net = FtpNet()
            self.immediate()
            ftp, server = self.log_in()
            call = ftp.put_file(self.target, "y", resume=True)
            self.answer(server, "TYPE I | 200 ok", f"SIZE y | {reply}")
            self.failureResultOf(call, InvalidOperation)
            self.check_all_closed(server)
