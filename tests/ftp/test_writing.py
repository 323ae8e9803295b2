"""Writing files: what goes out, who waits, and when a file is stored."""

from __future__ import annotations

from typing import Any

from twisted.internet.error import ConnectionDone
from twisted.trial.unittest import SynchronousTestCase

from tests.ftp.memory import FtpNet, FtpPeer, FtpTestCase
from twinet._wire.ftp_text import TextFromWire, TextToWire
from twinet.errors import (
    ConnectionAborted,
    ExtendedError,
    FtpDropped,
    FtpTransferInProgress,
    IncorrectHandleState,
    InvalidHandle,
    InvalidParameter,
    OperationCancelled,
    RequestPending,
    Timeout,
)


class UploadCase(FtpTestCase):
    """A file that is opened for writing."""

    def opened(self, mode="w", **how) -> tuple[Any, FtpPeer, Any, FtpPeer]:
        """Log in and open; return connection, server, file and data."""
        ftp, server = self.log_in()
        call = ftp.open_file("x", mode, **how)
        self.answer(server, "TYPE I | 200 ok", "EPSV | 229 x (|||4000|)")
        data = self.net.accept_ftp()
        verb = "STOR" if mode == "w" else "APPE"
        self.answer(server, f"{verb} x | 150 go")
        return ftp, server, self.successResultOf(call), data

    def fill(self, data: FtpPeer) -> None:
        """Let the connection take nothing more."""
        producer: Any = data.transport.producer
        producer.pauseProducing()

    def drain(self, data: FtpPeer) -> None:
        """Let it take something again."""
        producer: Any = data.transport.producer
        producer.resumeProducing()


class Writing(UploadCase):
    """Piece by piece, to the server's last word."""

    def test_whole_file(self):
        """The end of the data connection is the end of the file."""
        ftp, server, file, data = self.opened()
        self.assertEqual(self.successResultOf(file.write(b"abc")), 3)
        self.assertEqual(self.successResultOf(file.write(b"def")), 3)
        self.assertEqual(data.received(), b"abcdef")
        done = file.finish()
        self.assertTrue(data.closed)
        self.assertFalse(data.aborted)
        self.net.advance()
        self.assertNoResult(done)
        server.say("226 stored")
        self.assertIsNone(self.successResultOf(done))
        call = ftp.delete("y")
        self.answer(server, "DELE y | 250 ok")
        self.successResultOf(call)
        self.failureResultOf(file.write(b"x"), IncorrectHandleState)
        self.successResultOf(file.close())
        self.failureResultOf(file.write(b"x"), InvalidHandle)
        self.check_all_closed(server, data)

    def test_notifications(self):
        """Each piece is told, on the file's context; so is the last reply."""
        _, server, file, data = self.opened(context=3)
        self.assertEqual({news.context for news in self.net.news}, {3})
        self.told()
        file.write(b"abc")
        self.assertEqual(self.told(), ["SENDING_REQUEST", "REQUEST_SENT 3"])
        file.finish()
        self.net.advance()
        server.say("226 ok")
        self.assertEqual(
            self.told(),
            ["RECEIVING_RESPONSE", "RESPONSE_RECEIVED 8", "REQUEST_COMPLETE ok"],
        )
        self.check_all_closed(server, data)

    def test_refused_at_the_end(self):
        """The server's word counts: it may have no room."""
        _, server, file, data = self.opened()
        file.write(b"abc")
        done = file.finish()
        self.net.advance()
        server.say("552 quota")
        error = self.failureResultOf(done, ExtendedError).value
        self.assertEqual(error.server_text, "552 quota")
        self.check_all_closed(server, data)

    def test_back_pressure(self):
        """A full connection makes the writer wait; a second piece is refused."""
        _, server, file, data = self.opened()
        self.fill(data)
        writing = file.write(b"abc")
        self.assertNoResult(writing)
        self.failureResultOf(file.write(b"x"), RequestPending)
        self.assertEqual(data.received(), b"")
        self.drain(data)
        self.assertEqual(self.successResultOf(writing), 3)
        self.assertEqual(data.received(), b"abc")
        self.check_all_closed(server, data)

    def test_server_that_takes_nothing(self):
        """The limit for sending; ABOR frees the session."""
        ftp, server, file, data = self.opened()
        self.fill(data)
        writing = file.write(b"abc")
        self.net.advance(31)
        self.assertTrue(data.aborted)
        self.answer(server, "ABOR | 426 cut / 226 ok")
        error = self.failureResultOf(writing, Timeout).value
        self.assertIn("send", error.message)
        self.successResultOf(file.close())
        call = ftp.delete("y")
        self.answer(server, "DELE y | 250 ok")
        self.successResultOf(call)
        self.check_all_closed(server, data)

    def test_program_that_writes_nothing(self):
        """It may take its time."""
        _, server, file, data = self.opened()
        file.write(b"abc")
        self.net.advance(1000)
        self.assertEqual(self.successResultOf(file.write(b"def")), 3)
        self.check_all_closed(server, data)

    def test_server_refuses_in_the_middle(self):
        """The write that waits fails with its words, and so do later ones."""
        _, server, file, data = self.opened()
        self.fill(data)
        writing = file.write(b"abc")
        server.say("452 disk full")
        error = self.failureResultOf(writing, ExtendedError).value
        self.assertEqual(error.server_text, "452 disk full")
        self.assertTrue(data.closed)
        self.failureResultOf(file.write(b"x"), ExtendedError)
        self.failureResultOf(file.finish(), ExtendedError)
        self.check_all_closed(server, data)

    def test_server_closes_in_the_middle(self):
        """Even if it says that all is well."""
        _, server, file, data = self.opened()
        file.write(b"abc")
        data.close(ConnectionDone())
        server.say("226 stored")
        self.failureResultOf(file.finish(), ConnectionAborted)
        self.check_all_closed(server, data)

    def test_control_lost(self):
        """Nobody would say whether it was stored."""
        _, server, file, data = self.opened()
        done = file.finish()
        server.close()
        self.failureResultOf(done, FtpDropped)
        self.check_all_closed(server, data)

    def test_no_last_reply(self):
        """It has the limit of a reply."""
        _, server, file, data = self.opened()
        done = file.finish()
        self.net.advance()
        self.net.advance(61)
        self.failureResultOf(done, Timeout)
        self.check_all_closed(server, data)

    def test_text(self):
        """TYPE A; line feeds become CR LF, wherever they are cut."""
        ftp, server = self.log_in()
        call = ftp.open_file("x", "w", text=True)
        self.answer(server, "TYPE A | 200 ok", "EPSV | 229 x (|||4000|)")
        data = self.net.accept_ftp()
        self.answer(server, "STOR x | 150 go")
        file = self.successResultOf(call)
        for piece in (b"a\n", b"b\r", b"\nc"):
            file.write(piece)
        self.assertEqual(data.received(), b"a\r\nb\r\nc")
        self.check_all_closed(server, data)

    def test_offset_and_appending(self):
        """REST before STOR, never STOR when it is refused; APPE (F13)."""
        ftp, server = self.log_in()
        call = ftp.open_file("x", "w", offset=3)
        self.answer(server, "TYPE I | 200 ok", "EPSV | 229 x (|||4000|)")
        data = self.net.accept_ftp()
        self.answer(server, "REST 3 | 502 no")
        self.failureResultOf(call, ExtendedError)
        self.assertEqual(server.heard(), [])
        call = ftp.open_file("x", "a")
        self.answer(server, "EPSV | 229 x (|||4001|)")
        second = self.net.accept_ftp()
        self.answer(server, "APPE x | 150 go")
        self.successResultOf(call)
        self.check_all_closed(server, data, second)

    def test_what_cannot_be_written(self):
        """Text has to be encoded; modes are three."""
        ftp, server, file, data = self.opened()
        self.failureResultOf(file.write("abc"), InvalidParameter)
        closed = file.close()
        self.net.advance()
        server.say("226 ok")
        self.successResultOf(closed)
        self.failureResultOf(ftp.open_file("x", "x"), InvalidParameter)
        self.failureResultOf(ftp.open_file("x", "a", offset=1), InvalidParameter)
        self.check_all_closed(server, data)


class Closing(UploadCase):
    """How a file ends that is not finished."""

    def test_closing_completes_the_file(self):
        """As on Windows; the session waits for the server's last word."""
        ftp, server, file, data = self.opened()
        file.write(b"abc")
        self.told()
        closed = file.close()
        self.assertFalse(data.aborted)
        self.assertNoResult(closed)
        call = ftp.delete("y")
        self.net.advance()
        self.assertEqual(server.heard(), [])
        server.say("226 ok")
        self.successResultOf(closed)
        self.assertEqual(self.told()[-4], "HANDLE_CLOSING")
        self.answer(server, "DELE y | 250 ok")
        self.successResultOf(call)
        self.check_all_closed(server, data)

    def test_abandoning(self):
        """A reset, and ABOR: it must not look whole."""
        ftp, server, file, data = self.opened()
        file.write(b"abc")
        self.successResultOf(file.abandon())
        self.assertTrue(data.aborted)
        self.answer(server, "ABOR | 426 cut / 226 ok")
        call = ftp.delete("y")
        self.answer(server, "DELE y | 250 ok")
        self.successResultOf(call)
        self.check_all_closed(server, data)

    def test_closing_while_a_piece_waits(self):
        """Not all that was handed over has gone out: it is given up."""
        _, server, file, data = self.opened()
        self.fill(data)
        writing = file.write(b"abc")
        file.close()
        self.failureResultOf(writing, OperationCancelled)
        self.assertTrue(data.aborted)
        self.assertEqual(server.heard(), ["ABOR"])
        self.check_all_closed(server, data)

    def test_closing_the_connection(self):
        """Everything is given up."""
        ftp, server, file, data = self.opened()
        file.write(b"abc")
        ftp.close()
        self.assertTrue(data.aborted)
        self.assertTrue(server.closed)
        self.assertFalse(file.alive)
        self.check_all_closed(server, data)

    def test_open_file_holds_the_session(self):
        """12110, as for reading."""
        ftp, server, _, data = self.opened()
        self.failureResultOf(ftp.delete("y"), FtpTransferInProgress)
        self.check_all_closed(server, data)

    def test_blocks(self):
        """Left well it is finished; left by an exception it is abandoned."""
        for fails in (False, True):
            self.net = FtpNet()
            _, server, file, data = self.opened()

            async def use(file=file, fails=fails):
                async with file:
                    await file.write(b"abc")
                    if fails:
                        raise ZeroDivisionError

            from twisted.internet.defer import Deferred  # noqa: PLC0415

            used = Deferred.fromCoroutine(use())
            self.assertIs(data.aborted, fails)
            self.net.advance()
            if fails:
                self.failureResultOf(used, ZeroDivisionError)
                self.assertEqual(server.heard(), ["ABOR"])
            else:
                self.assertNoResult(used)
                server.say("226 ok")
                self.successResultOf(used)
            self.assertFalse(file.alive)
            self.check_all_closed(server, data)


class Texts(SynchronousTestCase):
    """Line ends, cut at every position."""

    def test_both_ways(self):
        """The pieces come to what the whole does."""
        wire = b"a\r\n\r\nb\rc\r\r\nd\r"
        text = b"a\n\nb\rc\r\nd\r"
        for cut in range(len(wire) + 1):
            reader = TextFromWire()
            got = reader.feed(wire[:cut]) + reader.feed(wire[cut:]) + reader.end()
            self.assertEqual(got, text, cut)
        text = b"a\n\nb\r\nc\rd\n"
        for cut in range(len(text) + 1):
            writer = TextToWire()
            got = writer.feed(text[:cut]) + writer.feed(text[cut:])
            self.assertEqual(got, b"a\r\n\r\nb\r\nc\rd\r\n", cut)
