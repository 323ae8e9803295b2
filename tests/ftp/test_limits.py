"""Limits of whole operations, and of their speed; and what a trace shows."""

from __future__ import annotations

from typing import Any

from tests.ftp.memory import FtpNet, FtpTestCase
from twinet import Limits
from twinet.errors import LoginFailure, Timeout


class Whole(FtpTestCase):
    """One limit over everything that a call does."""

    def test_login(self):
        """However lively the server is."""
        call, server = self.net.connect(limits=Limits(whole=10))
        for _ in range(9):
            self.net.advance(1)
            server.say("120 soon")
        self.assertNoResult(call)
        self.net.advance(2)
        error = self.failureResultOf(call, Timeout).value
        self.assertIn("'whole'", error.message)
        self.check_all_closed(server)

    def test_command_and_the_session_goes_on(self):
        """Waiting for one's turn counts as well."""
        ftp, server = self.log_in(limits=Limits(whole=10))
        first, second = ftp.delete("x"), ftp.delete("y")
        self.net.advance(11)
        self.failureResultOf(first, Timeout)
        self.failureResultOf(second, Timeout)
        self.answer(server, "DELE x | 250 ok")
        self.assertEqual(server.heard(), [])
        third = ftp.delete("z")
        self.answer(server, "DELE z | 250 ok")
        self.successResultOf(third)
        self.net.advance(100)
        self.check_all_closed(server)

    def test_file(self):
        """A read that waits fails; ABOR frees the session."""
        ftp, server = self.log_in()
        call = ftp.open_file("x", limits=Limits(whole=10))
        self.answer(server, "TYPE I | 200 ok", "EPSV | 229 x (|||4000|)")
        data = self.net.accept_ftp()
        self.answer(server, "RETR x | 150 go")
        file = self.successResultOf(call)
        reading = file.read(100)
        for _ in range(11):
            data.send(b"a")
            self.net.advance(1)
        self.assertTrue(data.closed)
        self.successResultOf(reading)
        self.failureResultOf(file.read(1), Timeout)
        self.answer(server, "ABOR | 426 cut / 226 ok")
        file.close()
        again = ftp.delete("y")
        self.answer(server, "DELE y | 250 ok")
        self.successResultOf(again)
        self.check_all_closed(server, data)

    def test_upload(self):
        """The same for what is written."""
        ftp, server = self.log_in()
        call = ftp.open_file("x", "w", limits=Limits(whole=10))
        self.answer(server, "TYPE I | 200 ok", "EPSV | 229 x (|||4000|)")
        data = self.net.accept_ftp()
        self.answer(server, "STOR x | 150 go")
        file = self.successResultOf(call)
        self.net.advance(11)
        self.assertTrue(data.aborted)
        self.answer(server, "ABOR | 426 cut / 226 ok")
        self.failureResultOf(file.write(b"x"), Timeout)
        self.check_all_closed(server, data)


class Speed(FtpTestCase):
    """Data that move too slowly."""

    SLOW = Limits(lowest_speed=10, lowest_speed_time=10)

    def opened(self, mode, command):
        ftp, server = self.log_in()
        call = ftp.open_file("x", mode, limits=self.SLOW)
        self.answer(server, "TYPE I | 200 ok", "EPSV | 229 x (|||4000|)")
        data = self.net.accept_ftp()
        self.answer(server, f"{command} x | 150 go")
        return server, self.successResultOf(call), data

    def test_reading(self):
        """Fast enough in one window, and not in the next."""
        server, file, data = self.opened("r", "RETR")
        data.send(bytes(100))
        self.net.advance(10)
        self.assertFalse(data.closed)
        data.send(bytes(99))
        self.net.advance(10)
        self.assertTrue(data.closed)
        self.answer(server, "ABOR | 426 cut / 226 ok")
        self.assertEqual(len(self.successResultOf(file.read(500))), 199)
        error = self.failureResultOf(file.read(1), Timeout).value
        self.assertIn("lowest_speed", error.message)
        self.check_all_closed(server, data)

    def test_time_of_a_slow_reader_does_not_count(self):
        """It is not the server's."""
        server, file, data = self.opened("r", "RETR")
        data.send(bytes(300000))
        self.net.advance(60)
        self.assertFalse(data.closed)
        self.successResultOf(file.read(300000))
        self.net.advance(9)
        self.assertFalse(data.closed)
        self.check_all_closed(server, data)

    def test_writing(self):
        """A program that writes nothing is not too slow; a server is."""
        server, file, data = self.opened("w", "STOR")
        self.net.advance(100)
        self.assertFalse(data.closed)
        producer: Any = data.transport.producer
        producer.pauseProducing()
        writing = file.write(bytes(1000))
        self.net.advance(11)
        self.assertTrue(data.aborted)
        self.answer(server, "ABOR | 426 cut / 226 ok")
        error = self.failureResultOf(writing, Timeout).value
        self.assertIn("lowest_speed", error.message)
        self.check_all_closed(server, data)


class Traced(FtpTestCase):
    """What goes over the control connection, without its secrets."""

    def setUp(self) -> None:
        self.lines: list[str] = []
        self.net = FtpNet(
            trace=lambda record: self.lines.append(f"{record.kind.value} {record.text}")
        )

    def test_commands_and_replies(self):
        """As curl shows them; data connections have numbers of their own."""
        call, server = self.net.connect(username="u", password="sesame")
        server.say("220-hi", "220 there")
        self.answer(server, "USER u | 331 who?", "PASS sesame | 230 in")
        ftp = self.successResultOf(call)
        self.net.advance()
        text = "\n".join(self.lines)
        for line in ("< 220-hi", "< 220 there", "> USER u", "> PASS ****", "< 230 in"):
            self.assertIn(line, text)
        self.assertNotIn("sesame", text)
        opening = ftp.open_file("x")
        self.answer(server, "TYPE I | 200 ok", "EPSV | 229 x (|||4000|)")
        data = self.net.accept_ftp()
        self.answer(server, "RETR x | 550 no")
        self.failureResultOf(opening)
        self.net.advance()
        self.assertIn("port 4000", "\n".join(self.lines))
        self.check_all_closed(server, data)
        self.assertIn("* Closing connection #1", self.lines)

    def test_server_that_repeats_a_password(self):
        """It is not shown, in whatever words."""
        call, server = self.net.connect(username="u", password="sesame")
        server.say("220 hi")
        refusal = "530-sesame? / no, not sesame / 530 sesame is wrong"
        self.answer(server, "USER u | 331 who?", f"PASS sesame | {refusal}")
        self.failureResultOf(call, LoginFailure)
        self.net.advance()
        text = "\n".join(self.lines)
        self.assertIn("530 **** is wrong", text)
        self.assertNotIn("sesame", text)
