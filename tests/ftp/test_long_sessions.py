"""Sessions that last: kept alive, begun again, and commands with data."""

from __future__ import annotations

from tests.ftp.memory import FtpTestCase
from twinet.errors import (
    ExtendedError,
    FtpDropped,
    FtpTransferInProgress,
    InvalidOperation,
    InvalidParameter,
    LoginFailure,
)


class KeptAlive(FtpTestCase):
    """A command that does nothing, and only when nothing goes on (F17)."""

    def test_when_idle(self):
        """Again and again, and told to nobody."""
        _, server = self.log_in(keep_alive=30)
        for _ in range(3):
            self.net.advance(29)
            self.assertEqual(server.heard(), [])
            self.net.advance(2)
            self.assertEqual(server.heard(), ["NOOP"])
            server.say("200 ok")
        self.assertEqual(self.told(), [])
        self.check_all_closed(server)

    def test_not_unless_it_is_asked_for(self):
        """Many servers want idle sessions to end."""
        _, server = self.log_in()
        self.net.advance(1000)
        self.assertEqual(server.heard(), [])
        self.check_all_closed(server)

    def test_a_call_begins_the_time_anew(self):
        """From its end on."""
        ftp, server = self.log_in(keep_alive=30)
        self.net.advance(20)
        call = ftp.delete("x")
        self.net.advance(40)
        self.answer(server, "DELE x | 250 ok")
        self.successResultOf(call)
        self.net.advance(29)
        self.assertEqual(server.heard(), [])
        self.net.advance(2)
        self.answer(server, "NOOP | 200 ok")
        self.check_all_closed(server)

    def test_never_during_a_transfer(self):
        """Servers answer it late, or not at all."""
        ftp, server = self.log_in(keep_alive=30)
        call = ftp.open_file("x", "w")
        self.answer(server, "TYPE I | 200 ok", "EPSV | 229 x (|||4000|)")
        data = self.net.accept_ftp()
        self.answer(server, "STOR x | 150 go")
        file = self.successResultOf(call)
        self.net.advance(100)
        self.assertEqual(server.heard(), [])
        file.close()
        self.net.advance()
        server.say("226 ok")
        self.net.advance(31)
        self.answer(server, "NOOP | 200 ok")
        self.check_all_closed(server, data)

    def test_unanswered(self):
        """The session is over, and the next call says so."""
        ftp, server = self.log_in(keep_alive=30)
        self.net.advance(31)
        self.net.advance(61)
        self.assertTrue(server.closed)
        self.failureResultOf(ftp.delete("x"), FtpDropped)
        self.check_all_closed(server)

    def test_a_call_meanwhile(self):
        """Waits for the answer."""
        ftp, server = self.log_in(keep_alive=30)
        self.net.advance(31)
        call = ftp.delete("x")
        self.answer(server, "NOOP | 500 what?", "DELE x | 250 ok")
        self.successResultOf(call)
        self.check_all_closed(server)


class BegunAgain(FtpTestCase):
    """By option, and only where nothing can have been lost."""

    LOGIN = "USER anonymous | 331 who?", "PASS anonymous@ | 230 in"

    def test_after_an_idle_421(self):
        """The next call logs in; it comes back to its directory."""
        ftp, server = self.log_in(reconnect=True)
        call = ftp.change_directory("pub")
        self.answer(server, "CWD pub | 250 ok", 'PWD | 257 "/a/pub"')
        self.successResultOf(call)
        server.say("421 idle")
        self.assertTrue(server.closed)
        self.told()
        call, behind = ftp.delete("x"), ftp.delete("y")
        second = self.net.accept_ftp()
        second.say("220 hi")
        self.answer(second, *self.LOGIN, "CWD /a/pub | 250 ok", "DELE x | 250 ok")
        self.successResultOf(call)
        self.answer(second, "DELE y | 250 ok")
        self.successResultOf(behind)
        self.assertIn("CONNECTED_TO_SERVER 127.0.0.1", self.told())
        self.check_all_closed(server, second)

    def test_after_an_idle_loss(self):
        """Some servers say nothing."""
        ftp, server = self.log_in(reconnect=True)
        server.close()
        call = ftp.delete("x")
        second = self.net.accept_ftp()
        second.say("220 hi")
        self.answer(second, *self.LOGIN, "DELE x | 250 ok")
        self.successResultOf(call)
        self.check_all_closed(server, second)

    def test_type_is_set_again(self):
        """What was set is gone with the old session."""
        ftp, server = self.log_in(reconnect=True)
        call = ftp.size("x")
        self.answer(server, "TYPE I | 200 ok", "SIZE x | 213 1")
        self.successResultOf(call)
        server.say("421 idle")
        call = ftp.size("x")
        second = self.net.accept_ftp()
        second.say("220 hi")
        self.answer(second, *self.LOGIN, "TYPE I | 200 ok", "SIZE x | 213 1")
        self.successResultOf(call)
        self.check_all_closed(server, second)

    def test_not_in_the_middle_of_a_command(self):
        """Nobody knows whether it was done."""
        ftp, server = self.log_in(reconnect=True)
        call = ftp.delete("x")
        server.say("421 bye")
        self.failureResultOf(call, ExtendedError)
        self.failureResultOf(ftp.delete("y"), FtpDropped)
        self.check_all_closed(server)

    def test_not_unless_it_is_asked_for(self):
        """The next call fails, with the server's words."""
        ftp, server = self.log_in()
        server.say("421 idle")
        error = self.failureResultOf(ftp.delete("y"), FtpDropped).value
        self.assertEqual(error.server_text, "421 idle")
        self.check_all_closed(server)

    def test_login_that_fails_then(self):
        """Is the end of that call; the next one tries again."""
        ftp, server = self.log_in(reconnect=True)
        server.say("421 idle")
        call = ftp.delete("x")
        second = self.net.accept_ftp()
        second.say("220 hi")
        self.answer(second, "USER anonymous | 530 no")
        self.failureResultOf(call, LoginFailure)
        self.assertTrue(second.closed)
        call = ftp.delete("x")
        third = self.net.accept_ftp()
        third.say("220 hi")
        self.answer(third, *self.LOGIN, "DELE x | 250 ok")
        self.successResultOf(call)
        self.check_all_closed(server, second, third)

    def test_keeping_alive_what_was_begun_again(self):
        """By one, when nothing goes on, and never while data are prepared."""
        ftp, server = self.log_in(reconnect=True, keep_alive=5)
        server.say("421 idle")
        call = ftp.delete("x")
        second = self.net.accept_ftp()
        second.say("220 hi")
        self.answer(second, *self.LOGIN, "DELE x | 250 ok")
        self.successResultOf(call)
        for _ in range(2):
            self.net.advance(6)
            self.answer(second, "NOOP | 200 ok")
            self.assertEqual(second.heard(), [])
        call = ftp.open_file("x", "w")
        self.answer(second, "TYPE I | 200 ok", "EPSV | 229 x (|||4000|)")
        self.net.advance(20)
        self.assertEqual(second.heard(), [])
        data = self.net.accept_ftp()
        self.answer(second, "STOR x | 150 go")
        self.successResultOf(call)
        self.check_all_closed(server, second, data)

    def test_closing_meanwhile(self):
        """Nothing is left."""
        ftp, server = self.log_in(reconnect=True)
        server.say("421 idle")
        call = ftp.delete("x")
        second = self.net.accept_ftp()
        ftp.close()
        self.failureResultOf(call)
        self.check_all_closed(server, second)


class WithData(FtpTestCase):
    """Commands for which there is no call."""

    def test_reading(self):
        """As a file that cannot be moved in."""
        ftp, server = self.log_in()
        call = ftp.open_command("LIST -R")
        self.answer(server, "TYPE I | 200 ok", "EPSV | 229 x (|||4000|)")
        data = self.net.accept_ftp()
        self.answer(server, "LIST -R | 150 go")
        file = self.successResultOf(call)
        data.send(b"abc")
        data.close()
        server.say("226 ok")
        self.assertEqual(self.successResultOf(file.read(9)), b"abc")
        self.failureResultOf(file.seek(0), InvalidOperation)
        self.failureResultOf(ftp.delete("x"), FtpTransferInProgress)
        self.check_all_closed(server, data)

    def test_writing(self):
        """As a file."""
        ftp, server = self.log_in()
        call = ftp.open_command("STOU", "w")
        self.answer(server, "TYPE I | 200 ok", "EPSV | 229 x (|||4000|)")
        data = self.net.accept_ftp()
        self.answer(server, "STOU | 150 FILE: x.1")
        file = self.successResultOf(call)
        file.write(b"abc")
        done = file.finish()
        self.assertEqual(data.received(), b"abc")
        self.net.advance()
        server.say("226 ok")
        self.successResultOf(done)
        self.check_all_closed(server, data)

    def test_what_cannot_be(self):
        """Refused before anything is sent."""
        ftp, server = self.log_in()
        for args in (("",), ("LIST\r\nQUIT",), ("LIST", "a")):
            self.failureResultOf(ftp.open_command(*args), InvalidParameter)
        self.assertEqual(server.heard(), [])
        self.check_all_closed(server)
