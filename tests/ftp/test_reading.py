"""Reading files: data connections, what they bring, and how they end."""

from __future__ import annotations

from typing import Any

from twisted.internet.address import IPv4Address
from twisted.internet.error import ConnectionDone, ConnectionLost

from tests.ftp.memory import HOST, FtpNet, FtpPeer, FtpTestCase
from twinet.errors import (
    CannotConnect,
    ConnectionAborted,
    ExtendedError,
    FtpDropped,
    FtpNoPassiveMode,
    FtpTransferInProgress,
    InternetError,
    InvalidHandle,
    InvalidParameter,
    OperationCancelled,
    Timeout,
    Truncated,
)
from twinet.testing.hand import HandTransport

#: Where we listen first, on this side of a control connection to HOST.
EPRT = f"EPRT |1|{HOST}|49153|"


class FileCase(FtpTestCase):
    """A file that is opened on a server that knows EPSV."""

    def open(self, ftp, server, path="x", size="", **how) -> tuple[Any, FtpPeer]:
        """Open a file; return the handle and the server's end of its data."""
        call = ftp.open_file(path, **how)
        heard = server.heard()
        if heard == ["TYPE I"]:
            server.say("200 ok")
            heard = server.heard()
        self.assertEqual(self.untold(server, heard), ["EPSV"])
        server.say("229 fine (|||4000|)")
        data = self.net.accept_ftp()
        self.assertEqual(server.heard(), [f"RETR {path}"])
        server.say(f"150 here it comes {size}")
        return self.successResultOf(call), data

    def opened(self, size="", **how):
        """Log in and open; return connection, server, file and data."""
        ftp, server = self.log_in()
        return ftp, server, *self.open(ftp, server, size=size, **how)


class Reading(FileCase):
    """What comes, and what is told of it."""

    def test_whole_file(self):
        """Data, the end of the connection, the last reply: all of them (F14)."""
        ftp, server, file, data = self.opened("(5 bytes)", context=3)
        self.assertEqual(file.size, 5)
        reading = file.read(10)
        data.send(b"hello")
        self.assertNoResult(reading)
        data.close()
        self.assertNoResult(reading)
        self.end(server, "226 done")
        self.assertEqual(self.successResultOf(reading), b"hello")
        self.assertEqual(self.successResultOf(file.read(10)), b"")
        self.successResultOf(file.close())
        self.assertEqual(server.heard(), [])
        self.successResultOf(ftp.close())
        self.check_all_closed(server, data)

    def test_size_that_is_asked_for(self):
        """By SIZE, before data flow; what comes is held against it (FtpGetFileSize)."""
        for sent, kind in ((b"hello", None), (b"hell", Truncated)):
            self.net = FtpNet()
            ftp, server = self.log_in()
            call = ftp.open_file("x", offset=2)
            self.answer(
                server,
                "TYPE I | 200 ok",
                "SIZE x | 213 7",
                "EPSV | 229 x (|||4000|)",
            )
            data = self.net.accept_ftp()
            self.answer(server, "REST 2 | 350 ok", "RETR x | 150 go")
            file = self.successResultOf(call)
            self.assertEqual(file.size, 7)
            reading = file.read(9)
            data.send(sent)
            data.close()
            server.say("226 done")
            if kind is None:
                self.assertEqual(server.heard(), [])
                self.assertEqual(self.successResultOf(reading), sent)
            else:
                # It may have shrunk since.
                self.answer(server, "SIZE x | 213 7")
                self.assertEqual(self.successResultOf(reading), sent)
                self.failureResultOf(file.read(9), kind)
            self.check_all_closed(server, data)

    def test_size_of_a_server_that_does_not_know_it(self):
        """It is asked once in a session."""
        ftp, server = self.log_in()
        call = ftp.open_file("x")
        self.answer(server, "TYPE I | 200 ok", "SIZE x | 502 what?")
        self.answer(server, "EPSV | 229 x (|||4000|)")
        data = self.net.accept_ftp()
        self.answer(server, "RETR x | 150 go")
        file = self.successResultOf(call)
        self.assertIsNone(file.size)
        data.close()
        server.say("226 done")
        self.successResultOf(file.close())
        second = ftp.open_file("y")
        self.assertEqual(server.heard(), ["EPSV"])
        self.check_all_closed(server, data)
        self.failureResultOf(second)

    def read_whole(self, file, data, server, sent=b"hello") -> None:
        reading = file.read(9)
        data.send(sent)
        data.close()
        server.say("226 done")
        self.assertEqual(server.heard(), [])
        self.assertEqual(self.successResultOf(reading), sent)
        self.successResultOf(file.close())

    def test_size_that_the_server_is_known_to_announce(self):
        """Once it was what SIZE says, that is not asked for; until it is missing."""
        ftp, server = self.log_in()
        call = ftp.open_file("x")
        self.answer(server, "TYPE I | 200 ok", "SIZE x | 213 5")
        self.answer(server, "EPSV | 229 x (|||4000|)")
        data = self.net.accept_ftp()
        self.answer(server, "RETR x | 150 go (5 bytes)")
        self.read_whole(self.successResultOf(call), data, server)
        for size, said in ((5, "150 go (5 bytes)"), (None, "150 go")):
            call = ftp.open_file("y")
            self.assertEqual(server.heard(), ["EPSV"])
            server.say("229 x (|||4000|)")
            data = self.net.accept_ftp()
            self.answer(server, f"RETR y | {said}")
            file = self.successResultOf(call)
            self.assertEqual(file.size, size)
            if size is not None:
                self.read_whole(file, data, server)
        # It was not announced: so it is asked for at the end, and before the next.
        reading = file.read(9)
        data.send(b"hello")
        data.close()
        server.say("226 done")
        self.assertEqual(server.heard(), ["SIZE y"])
        server.say("213 5")
        self.assertEqual(self.successResultOf(reading), b"hello")
        self.successResultOf(file.close())
        ftp.open_file("z").addErrback(lambda _: None)
        self.assertEqual(server.heard(), ["SIZE z"])
        self.check_all_closed(server, data)

    def test_size_that_the_server_announces_wrongly(self):
        """By what SIZE says, or by what comes: then it is asked for again."""
        ftp, server = self.log_in()
        call = ftp.open_file("x")
        self.answer(server, "TYPE I | 200 ok", "SIZE x | 213 5")
        for said in (4, 5):
            self.answer(server, "EPSV | 229 x (|||4000|)")
            data = self.net.accept_ftp()
            self.answer(server, f"RETR x | 150 go ({said} bytes)")
            file = self.successResultOf(call)
            self.assertEqual(file.size, 5)
            self.read_whole(file, data, server)
            call = ftp.open_file("x" if said == 4 else "y")
            heard = server.heard()
            if said == 4:
                self.assertEqual(heard, ["SIZE x"])
                server.say("213 5")
            else:
                self.assertEqual(heard, ["EPSV"])
                server.say("229 x (|||4000|)")
        data = self.net.accept_ftp()
        self.answer(server, "RETR y | 150 go (9 bytes)")
        file = self.successResultOf(call)
        reading = file.read(99)
        data.send(b"hello")
        data.close()
        server.say("226 done")
        self.answer(server, "SIZE y | 213 5")
        self.assertEqual(self.successResultOf(reading), b"hello")
        self.successResultOf(file.close())
        ftp.open_file("z").addErrback(lambda _: None)
        self.assertEqual(server.heard(), ["SIZE z"])
        self.check_all_closed(server, data)

    def test_notifications(self):
        """All on the file's context; four for each command, two for each wait."""
        ftp, server = self.log_in()
        file, data = self.open(ftp, server, size="(4 bytes)", context=3)
        self.assertEqual({news.context for news in self.net.news}, {3})
        four = ["SENDING_REQUEST", "REQUEST_SENT", "RECEIVING_RESPONSE"]
        four.append("RESPONSE_RECEIVED")
        names = [news.status.name for news in self.net.news]
        self.assertEqual(names, ["HANDLE_CREATED", *four * 4, "REQUEST_COMPLETE"])
        self.told()
        file.read(3)
        data.send(b"abcd")
        self.assertEqual(
            self.told(),
            ["RECEIVING_RESPONSE", "RESPONSE_RECEIVED 4", "REQUEST_COMPLETE ok"],
        )
        data.close()
        self.end(server)
        self.assertEqual(self.told(), ["RECEIVING_RESPONSE", "RESPONSE_RECEIVED 8"])
        self.assertEqual(self.successResultOf(file.read(9)), b"d")
        self.check_all_closed(server, data)

    def test_data_before_the_reply(self):
        """They are kept, as is the end; 226 may come before both."""
        ftp, server = self.log_in()
        call = ftp.open_file("x")
        self.answer(server, "TYPE I | 200 ok", "EPSV | 229 x (|||4000|)")
        data = self.net.accept_ftp()
        data.send(b"abc")
        data.close()
        server.say("150 go (3 bytes)", "226 done")
        file = self.successResultOf(call)
        self.assertEqual(self.successResultOf(file.read(9)), b"abc")
        self.check_all_closed(server, data)

    def test_much_data_before_the_reply(self):
        """The socket is not read on for ever."""
        ftp, server = self.log_in()
        call = ftp.open_file("x")
        self.answer(server, "TYPE I | 200 ok", "EPSV | 229 x (|||4000|)")
        data = self.net.accept_ftp()
        data.send(bytes(100000))
        self.assertTrue(data.transport.paused)
        server.say("150 go")
        file = self.successResultOf(call)
        self.assertFalse(data.transport.paused)
        self.assertEqual(len(self.successResultOf(file.read_some())), 100000)
        self.check_all_closed(server, data)

    def test_a_reader_who_is_slow_holds_the_server_back(self):
        """Nothing is read ahead without limit; the limit of the server rests."""
        _, server, file, data = self.opened()
        data.send(bytes(300000))
        self.assertTrue(data.transport.paused)
        self.net.advance(100)
        self.assertEqual(len(self.successResultOf(file.read(300000))), 300000)
        self.assertFalse(data.transport.paused)
        data.send(b"x")
        data.close()
        self.end(server)
        self.assertEqual(self.successResultOf(file.read(9)), b"x")
        self.check_all_closed(server, data)

    def test_refusal(self):
        """Nobody is given the handle; the session goes on."""
        ftp, server = self.log_in()
        call = ftp.open_file("x")
        self.answer(server, "TYPE I | 200 ok", "EPSV | 229 x (|||4000|)")
        data = self.net.accept_ftp()
        self.answer(server, "RETR x | 550 no such file")
        self.failureResultOf(call, ExtendedError)
        self.assertEqual(self.net.told[-1], "HANDLE_CLOSING")
        self.assertTrue(data.closed)
        again = ftp.delete("y")
        self.answer(server, "DELE y | 250 ok")
        self.successResultOf(again)
        self.check_all_closed(server, data)

    def test_text(self):
        """TYPE A; line ends become line feeds, wherever they are cut."""
        ftp, server = self.log_in()
        call = ftp.open_file("x", text=True)
        self.answer(server, "TYPE A | 200 ok", "EPSV | 229 x (|||4000|)")
        data = self.net.accept_ftp()
        self.answer(server, "RETR x | 150 go (99 bytes)")
        file = self.successResultOf(call)
        for piece in (b"a\r", b"\nb\r\n\r", b"c\r"):
            data.send(piece)
        data.close()
        self.end(server)
        self.assertEqual(self.successResultOf(file.read(99)), b"a\nb\n\rc\r")
        self.check_all_closed(server, data)


class Ends(FileCase):
    """When a transfer is whole, and when it is not."""

    def check_fault(self, file, kind=InternetError):
        """Check that reading fails, and return with what."""
        return self.failureResultOf(file.read(100), kind).value

    def test_fewer_bytes_than_announced(self):
        """226 or not."""
        _, server, file, data = self.opened("(10 bytes)")
        data.send(b"abc")
        data.close()
        self.end(server, "226 done")
        self.assertEqual(self.successResultOf(file.read(3)), b"abc")
        self.check_fault(file, Truncated)
        self.check_all_closed(server, data)

    def test_cut_and_yet_226(self):
        """A broken connection is no end, unless all is here."""
        for size, fine in (("", False), ("(3 bytes)", True), ("(4 bytes)", False)):
            self.net = FtpNet()
            _, server, file, data = self.opened(size)
            data.send(b"abc")
            data.close(ConnectionLost())
            self.end(server, "226 done")
            self.assertEqual(self.successResultOf(file.read(3)), b"abc")
            if fine:
                self.assertEqual(self.successResultOf(file.read(1)), b"")
            else:
                self.check_fault(file, Truncated)
            self.check_all_closed(server, data)

    def test_refused_at_the_end(self):
        """The server's words count, however whole it looks."""
        _, server, file, data = self.opened()
        data.send(b"abc")
        data.close()
        server.say("426 cut")
        self.assertEqual(self.successResultOf(file.read(3)), b"abc")
        error = self.check_fault(file, ConnectionAborted)
        self.assertEqual(error.server_text, "426 cut")
        self.check_all_closed(server, data)

    def test_refused_while_data_hang(self):
        """The data are not waited for any more."""
        _, server, file, data = self.opened()
        reading = file.read(100)
        server.say("451 disk error")
        self.failureResultOf(reading, ExtendedError)
        self.assertTrue(data.closed)
        self.check_all_closed(server, data)

    def test_421_in_mid_transfer(self):
        """The session ends, and the transfer with it."""
        ftp, server, file, data = self.opened()
        reading = file.read(100)
        server.say("421 maintenance")
        error = self.failureResultOf(reading, ExtendedError).value
        self.assertEqual(error.server_text, "421 maintenance")
        self.assertTrue(data.closed)
        self.assertTrue(server.closed)
        self.failureResultOf(ftp.delete("x"), FtpDropped)
        self.check_all_closed(server, data)

    def test_control_lost_in_mid_transfer(self):
        """Nobody would say whether it was whole."""
        _, server, file, data = self.opened()
        reading = file.read(100)
        server.close(ConnectionDone())
        self.failureResultOf(reading, FtpDropped)
        self.check_all_closed(server, data)

    def test_no_last_reply(self):
        """It has the limit of a reply."""
        _, server, file, data = self.opened()
        data.close()
        reading = file.read(100)
        self.net.advance(61)
        self.failureResultOf(reading, Timeout)
        self.check_all_closed(server, data)

    def test_silence_of_the_data(self):
        """The idle limit; each piece begins it anew; ABOR frees the session (F18)."""
        ftp, server, file, data = self.opened()
        reading = file.read(100)
        self.net.advance(59)
        data.send(b"x")
        self.net.advance(59)
        self.assertNoResult(reading)
        self.net.advance(2)
        self.assertTrue(data.closed)
        self.assertEqual(server.heard(), ["ABOR"])
        server.say("426 aborted", "226 ok")
        self.assertEqual(self.successResultOf(reading), b"x")
        error = self.check_fault(file, Timeout)
        self.assertIn("idle", error.message)
        self.successResultOf(file.close())
        again = ftp.delete("y")
        self.answer(server, "DELE y | 250 ok")
        self.successResultOf(again)
        self.check_all_closed(server, data)

    def test_nobody_reads(self):
        """The limit of an unread body."""
        _, server, file, data = self.opened()
        data.send(bytes(300000))
        self.net.advance(301)
        self.assertTrue(data.closed)
        self.assertEqual(server.heard(), ["ABOR"])
        server.say("426 aborted", "226 ok")
        self.assertEqual(len(self.successResultOf(file.read(300000))), 300000)
        error = self.check_fault(file, Timeout)
        self.assertIn("unread_body", error.message)
        self.check_all_closed(server, data)


class Closing(FileCase):
    """The program ends it."""

    def test_an_open_file_holds_the_session(self):
        """Other calls fail at once, and name it (12110)."""
        ftp, server, file, data = self.opened()
        for call in (ftp.delete("y"), ftp.open_file("y"), ftp.current_directory()):
            error = self.failureResultOf(call, FtpTransferInProgress).value
            self.assertIn("FtpFile x", error.message)
        data.close()
        self.end(server)
        self.failureResultOf(ftp.delete("y"), FtpTransferInProgress)
        file.close()
        call = ftp.delete("y")
        self.answer(server, "DELE y | 250 ok")
        self.successResultOf(call)
        self.check_all_closed(server, data)

    def test_a_file_that_is_being_opened_does_too(self):
        """It will be open when it would be their turn."""
        ftp, server = self.log_in()
        first = ftp.delete("a")
        call = ftp.open_file("x")
        self.failureResultOf(ftp.delete("y"), FtpTransferInProgress)
        self.answer(server, "DELE a | 250 ok", "TYPE I | 500 what?")
        self.successResultOf(first)
        self.failureResultOf(call, ExtendedError)
        self.check_all_closed(server)

    def test_closing_in_the_middle(self):
        """ABOR; the next command waits for the two replies (F11)."""
        ftp, server, file, data = self.opened()
        data.send(b"part")
        self.told()
        self.successResultOf(file.close())
        self.assertEqual(self.told(), ["HANDLE_CLOSING"])
        self.assertTrue(data.aborted)
        call = ftp.make_directory("after")
        self.answer(server, "ABOR | 426 aborted")
        self.assertEqual(server.heard(), [])
        server.say("226 done")
        self.answer(server, "MKD after | 257 made")
        self.successResultOf(call)
        self.check_all_closed(server, data)

    def test_abor_that_is_not_answered(self):
        """The session is over, and nobody waits for ever (F11)."""
        for replies in ((), ("426 aborted",)):
            self.net = FtpNet()
            ftp, server, file, data = self.opened()
            file.close()
            call = ftp.delete("y")
            server.say(*replies)
            for _ in range(4):
                self.net.advance(10)
            error = self.failureResultOf(call, FtpDropped).value
            self.assertIn("within the 10 seconds that it has to end", error.message)
            self.assertNotIn("ftp_reply", error.message)
            self.assertTrue(server.closed)
            self.check_all_closed(server, data)

    def test_abor_that_is_answered_once(self):
        """Pure-FTPd has one reply for both; PWD finds the place again."""
        for late in ((), ("226 and aborted",)):
            self.net = FtpNet()
            ftp, server, file, data = self.opened()
            file.close()
            call = ftp.delete("y")
            self.answer(server, "ABOR | 150 so much / 226 aborted")
            self.assertEqual(server.heard(), [])
            self.net.advance(2)
            self.assertEqual(server.heard(), ["PWD"])
            server.say(*late, '257 "/"')
            self.answer(server, "DELE y | 250 ok")
            self.successResultOf(call)
            self.check_all_closed(server, data)

    def test_closing_behind_226_needs_no_abor(self):
        """The server has nothing more to do."""
        ftp, server, file, data = self.opened()
        data.send(b"part")
        self.end(server, "226 all sent")
        file.close()
        call = ftp.delete("y")
        self.answer(server, "DELE y | 250 ok")
        self.successResultOf(call)
        self.check_all_closed(server, data)

    def test_closing_in_each_notification(self):
        """From HANDLE_CREATED to the end; the session can be used after it."""
        for step in range(24):
            self.net = FtpNet()
            ftp, server = self.log_in()
            seen: list[Any] = []

            def react(news, seen=seen, step=step):
                seen.append(news)
                if len(seen) == step + 1:
                    (news.info if step == 0 else news.handle).close()

            self.net.react = react
            peers = [server]
            dialogue = {
                "TYPE I": "200 ok",
                "SIZE x": "213 4",
                "EPSV": "229 x (|||4000|)",
                "RETR x": "150 go",
                "ABOR": "226 ok",
                "DELE y": "250 ok",
            }

            def play(server=server, peers=peers, dialogue=dialogue):
                while heard := server.heard():
                    for each in heard:
                        if each == "ABOR":
                            server.say("426 cut")
                        server.say(dialogue[each])
                    if self.net.attempts:
                        peers.append(self.net.accept_ftp())

            call = ftp.open_file("x")
            call.addErrback(lambda failure: failure.trap(OperationCancelled))
            play()
            if step > 17:
                file = self.successResultOf(call)
                file.read(4).addErrback(lambda _: None)
                if not peers[-1].closed:
                    peers[-1].send(b"abcd")
                self.assertEqual(file.alive, step > 20)
                if file.alive:
                    file.close()
            self.net.react = lambda news: None
            play()
            again = ftp.delete("y")
            play()
            self.successResultOf(again)
            self.assertEqual(self.net.told.count("HANDLE_CLOSING"), 1, step)
            self.check_all_closed(*peers)

    def test_closing_the_connection(self):
        """File before connection; nothing of either is left."""
        ftp, server, file, data = self.opened()
        reading = file.read(5)
        self.told()
        ftp.close()
        self.failureResultOf(reading, OperationCancelled)
        self.failureResultOf(file.read(5), InvalidHandle)
        self.assertEqual(
            [each for each in self.told() if "HANDLE" in each],
            ["HANDLE_CLOSING", "HANDLE_CLOSING"],
        )
        self.assertTrue(data.closed)
        self.assertTrue(server.closed)
        self.check_all_closed(server, data)


class Places(FileCase):
    """REST: a beginning elsewhere, and moving."""

    def test_offset(self):
        """RETR only when REST was accepted (F12)."""
        ftp, server = self.log_in()
        call = ftp.open_file("x", offset=3)
        self.answer(server, "TYPE I | 200 ok", "EPSV | 229 x (|||4000|)")
        data = self.net.accept_ftp()
        self.answer(server, "REST 3 | 350 ok", "RETR x | 150 go (2 bytes)")
        file = self.successResultOf(call)
        data.send(b"de")
        data.close()
        self.end(server)
        self.assertEqual(self.successResultOf(file.read(9)), b"de")
        self.check_all_closed(server, data)

    def test_refused_rest(self):
        """Never bytes from elsewhere: nothing is asked for (F12)."""
        for reply in ("502 no", "200 strange"):
            self.net = FtpNet()
            ftp, server = self.log_in()
            call = ftp.open_file("x", offset=3)
            self.answer(server, "TYPE I | 200 ok", "EPSV | 229 x (|||4000|)")
            data = self.net.accept_ftp()
            self.answer(server, f"REST 3 | {reply}")
            self.failureResultOf(call, ExtendedError)
            self.assertEqual(server.heard(), [])
            self.check_all_closed(server, data)

    def test_bad_offsets(self):
        """Refused before anything is sent."""
        ftp, server = self.log_in()
        for how in ({"offset": -1}, {"offset": "1"}, {"offset": 1, "text": True}):
            self.failureResultOf(ftp.open_file("x", **how), InvalidParameter)
        self.assertEqual(server.heard(), [])
        self.check_all_closed(server)

    def test_seek(self):
        """The present transfer ends; another one begins there."""
        _, server, file, data = self.opened("(9000000 bytes)")
        data.send(b"abc")
        moved = file.seek(5000000)
        self.assertTrue(data.closed)
        self.answer(server, "ABOR | 426 aborted / 226 ok", "EPSV | 229 x (|||4001|)")
        second = self.net.accept_ftp()
        self.answer(server, "REST 5000000 | 350 ok", "RETR x | 150 go")
        self.assertEqual(self.successResultOf(moved), 5000000)
        second.send(b"xyz")
        self.assertEqual(self.successResultOf(file.read(3)), b"xyz")
        self.assertEqual(self.successResultOf(file.seek(0, 1)), 5000003)
        self.successResultOf(file.close())
        self.answer(server, "ABOR | 426 aborted / 226 ok")
        self.check_all_closed(server, data, second)

    def test_seek_at_the_end(self):
        """Nothing has to be ended."""
        _, server, file, data = self.opened()
        data.send(b"abc")
        data.close()
        self.end(server)
        self.assertEqual(self.successResultOf(file.read(3)), b"abc")
        moved = file.seek(1)
        self.answer(server, "EPSV | 229 x (|||4001|)")
        second = self.net.accept_ftp()
        self.answer(server, "REST 1 | 350 ok", "RETR x | 150 go")
        self.assertEqual(self.successResultOf(moved), 1)
        second.send(b"bc")
        second.close()
        self.end(server)
        self.assertEqual(self.successResultOf(file.read(3)), b"bc")
        self.check_all_closed(server, data, second)

    def test_seek_that_is_refused(self):
        """Reading fails then, until another move succeeds."""
        _, server, file, data = self.opened()
        data.close()
        self.end(server)
        self.assertEqual(self.successResultOf(file.read(3)), b"")
        self.failureResultOf(file.seek(1))
        moved = file.seek(0)
        self.assertEqual(self.successResultOf(moved), 0)
        self.check_all_closed(server, data)


class Ways(FileCase):
    """EPSV, PASV, EPRT, PORT: by what works."""

    def begin(self, **how):
        """Open a file; return all there is when the type is set."""
        ftp, server = self.log_in(**how)
        call = ftp.open_file("x")
        self.answer(server, "TYPE I | 200 ok")
        return ftp, server, call

    def finish(self, server, call, data):
        """Let the file come."""
        data.send(b"abc")
        data.close()
        self.end(server)
        file = self.successResultOf(call)
        self.assertEqual(self.successResultOf(file.read(9)), b"abc")
        self.successResultOf(file.close())

    def test_pasv_when_epsv_is_unknown(self):
        """Its host is not believed (F9); the next file begins with it (F8)."""
        ftp, server, call = self.begin()
        self.answer(server, "EPSV | 500 what?", "PASV | 227 x (10,1,2,3,15,160)")
        self.assertEqual(self.net.hand.attempts[-1].target, ("127.0.0.1", 4000))
        data = self.net.accept_ftp()
        self.answer(server, "RETR x | 150 go")
        self.finish(server, call, data)
        call = ftp.open_file("x")
        self.answer(server, "PASV | 227 x (10,1,2,3,15,161)")
        self.net.accept_ftp().close()
        self.check_all_closed(server)
        self.failureResultOf(call)

    def test_remembered_of_the_server(self):
        """A second connection does not try what is unknown."""
        _, server, call = self.begin()
        self.answer(server, "EPSV | 500 what?", "PASV | 227 x (10,1,2,3,15,160)")
        self.net.accept_ftp()
        _, second, other = self.begin()
        self.answer(second, "PASV")
        self.check_all_closed(server, second)
        self.failureResultOf(call)
        self.failureResultOf(other)

    def test_pasv_when_the_port_of_epsv_is_closed(self):
        """A firewall may know PASV only."""
        _, server, call = self.begin()
        self.answer(server, "EPSV | 229 x (|||4000|)")
        self.net.refuse()
        self.answer(server, "PASV | 227 (127,0,0,1,15,160)")
        data = self.net.accept_ftp()
        self.answer(server, "RETR x | 150 go")
        self.finish(server, call, data)
        self.check_all_closed(server, data)

    def test_data_connection_that_nobody_answers(self):
        """It ends in the limit, not in the sum of many."""
        _, server, call = self.begin()
        self.answer(server, "EPSV | 229 x (|||4000|)")
        self.net.advance(31)
        self.failureResultOf(call, Timeout)
        self.assertEqual(server.heard(), [])
        self.check_all_closed(server)

    def active(self, server) -> Any:
        """Take the port on which we listen."""
        (port,) = self.net.reactor.ports
        return port.factory

    def arrive(self, factory, address="127.0.0.1") -> FtpPeer:
        """Let a connection come from an address."""
        where = IPv4Address("TCP", address, 20)
        near = IPv4Address("TCP", HOST, 49153)
        transport = HandTransport(self.net.reactor, near, where)
        transport.attach(factory.buildProtocol(where))
        return FtpPeer(transport)

    def test_active(self):
        """When asked for: EPRT, then PORT; on the control connection's address."""
        _, server, call = self.begin(passive=False)
        self.answer(
            server,
            f"{EPRT} | 500 what?",
            "PORT 127,0,0,1,192,2 | 200 ok",
            "RETR x | 150 go",
        )
        self.assertNoResult(call)
        data = self.arrive(self.active(server))
        self.finish(server, call, data)
        self.check_all_closed(server, data)

    def test_strangers_are_sent_away(self):
        """Only the peer of the control connection may bring data (F9)."""
        _, server, call = self.begin(passive=False)
        self.answer(server, f"{EPRT} | 200 ok")
        factory = self.active(server)
        stranger = self.arrive(factory, "10.6.6.6")
        self.assertTrue(stranger.closed)
        data = self.arrive(factory)
        second = self.arrive(factory)
        self.assertTrue(second.closed)
        self.answer(server, "RETR x | 150 go")
        self.finish(server, call, data)
        self.check_all_closed(server, data)

    def test_ipv6(self):
        """PASV and PORT cannot say its addresses, and are not tried (F10)."""
        for passive, dialogue in (
            (True, ("EPSV | 500 what?",)),
            (False, ("EPRT |2|::1|49153| | 500 what?",)),
        ):
            self.net = FtpNet()
            call = self.net.session.ftp("::1", passive=passive)
            server = self.net.accept_ftp()
            server.say("220 hi")
            self.answer(server, "USER anonymous | 230 in")
            opening = self.successResultOf(call).open_file("x")
            self.answer(server, "TYPE I | 200 ok", *dialogue)
            self.failureResultOf(opening)
            self.assertEqual(server.heard(), [])
            self.check_all_closed(server)

    def test_active_connection_that_never_comes(self):
        """It has a limit, and the session can be used after it."""
        ftp, server, call = self.begin(passive=False)
        self.answer(server, f"{EPRT} | 200 ok", "RETR x | 150 go")
        self.net.advance(31)
        self.answer(server, "ABOR | 425 cannot / 226 ok")
        self.failureResultOf(call, Timeout)
        again = ftp.delete("y")
        self.answer(server, "DELE y | 250 ok")
        self.successResultOf(again)
        self.check_all_closed(server)

    def test_active_when_there_is_no_passive_mode(self):
        """Unless the program wanted passive only (12112)."""
        _, server, call = self.begin()
        self.answer(
            server,
            "EPSV | 500 what?",
            "PASV | 502 no",
            f"{EPRT} | 200 ok",
            "RETR x | 425 cannot",
        )
        self.failureResultOf(call, CannotConnect)
        self.check_all_closed(server)
        self.net = FtpNet()
        _, server, call = self.begin(passive=True)
        self.answer(server, "EPSV | 500 what?", "PASV | 502 no")
        self.failureResultOf(call, FtpNoPassiveMode)
        self.check_all_closed(server)

    def test_reply_that_names_no_port(self):
        """The next way is tried (F8)."""
        _, server, call = self.begin()
        self.answer(
            server,
            "EPSV | 229 well",
            "PASV | 227 (1,2,3)",
            f"{EPRT} | 500 no",
            "PORT 127,0,0,1,192,2 | 500 no",
        )
        self.failureResultOf(call, FtpNoPassiveMode)
        self.check_all_closed(server)


class Sizes(FileCase):
    """As many bytes as there are to be, by the server's own word."""

    def test_size_is_asked_when_it_was_not_announced(self):
        """And what came is compared with it."""
        for size, fine in (("3", True), ("4", False), ("2", False), ("what", True)):
            self.net = FtpNet()
            _, server, file, data = self.opened()
            data.send(b"abc")
            data.close()
            server.say("226 ok")
            self.answer(server, f"SIZE x | 213 {size}")
            self.assertEqual(self.successResultOf(file.read(3)), b"abc")
            if fine:
                self.assertEqual(self.successResultOf(file.read(3)), b"")
            else:
                error = self.failureResultOf(file.read(3), Truncated).value
                self.assertIn(size, error.message)
            self.check_all_closed(server, data)

    def test_announced_size_that_is_wrong(self):
        """Is only a hint: SIZE has the last word."""
        for size, fine in (("213 3", True), ("213 9", False), ("502 no", False)):
            self.net = FtpNet()
            _, server, file, data = self.opened("(9 bytes)")
            data.send(b"abc")
            data.close()
            server.say("226 ok")
            self.answer(server, f"SIZE x | {size}")
            self.assertEqual(self.successResultOf(file.read(3)), b"abc")
            if fine:
                self.assertEqual(self.successResultOf(file.read(3)), b"")
            else:
                self.failureResultOf(file.read(3), Truncated)
            self.check_all_closed(server, data)

    def test_from_an_offset(self):
        """Who agrees to REST and sends all the same is found out (F12)."""
        for sent, fine in ((b"de", True), (b"abcde", False)):
            self.net = FtpNet()
            ftp, server = self.log_in()
            call = ftp.open_file("x", offset=3)
            self.answer(server, "TYPE I | 200 ok", "EPSV | 229 x (|||4000|)")
            data = self.net.accept_ftp()
            self.answer(server, "REST 3 | 350 ok", "RETR x | 150 go")
            file = self.successResultOf(call)
            data.send(sent)
            data.close()
            server.say("226 ok")
            self.answer(server, "SIZE x | 213 5")
            reading = file.read(9)
            self.assertEqual(self.successResultOf(reading), sent)
            if fine:
                self.assertEqual(self.successResultOf(file.read(3)), b"")
            else:
                self.failureResultOf(file.read(3), Truncated)
            self.check_all_closed(server, data)


class Early(FileCase):
    """What came before anybody took it."""

    def test_closing_at_the_first_piece(self):
        """The others are not told."""
        ftp, server = self.log_in()
        call = ftp.open_file("x")
        self.answer(server, "TYPE I | 200 ok", "EPSV | 229 x (|||4000|)")
        data = self.net.accept_ftp()
        for piece in (b"abc", b"def"):
            data.send(piece)
        seen: list[Any] = []

        def react(news):
            if news.status.name == "REQUEST_COMPLETE" and not seen:
                seen.append(news)
                news.handle.read(2).addErrback(lambda _: None)
            elif news.status.name == "RESPONSE_RECEIVED" and seen:
                news.handle.close()

        self.net.react = react
        self.answer(server, "RETR x | 150 go", "ABOR | 426 cut / 226 ok")
        file = self.successResultOf(call)
        self.assertFalse(file.alive)
        self.assertEqual(self.net.told[-1], "HANDLE_CLOSING")
        self.assertEqual(self.net.told.count("RESPONSE_RECEIVED 3"), 1)
        self.check_all_closed(server, data)
