"""Replies that refuse: the error of each code, for commands, files and data."""

from __future__ import annotations

from tests.ftp.memory import FtpTestCase
from twinet.errors import (
    CannotConnect,
    ConnectionAborted,
    ExtendedError,
    FtpNoPassiveMode,
    LoginFailure,
)

#: Every refusal of RFC 959, RFC 2228, RFC 2389 and RFC 2428, but 421, which ends the
#: session.
CODES = (
    *(425, 426, 431, 434, 450, 451, 452),
    *(500, 501, 502, 503, 504, 522, 530, 532, 533, 534, 535, 536, 537),
    *(550, 551, 552, 553, 631, 599),
)
#: Measured: 425 is 12029, 426 is 12030, 530 is 12015, the rest 12003.
KINDS = {425: CannotConnect, 426: ConnectionAborted, 530: LoginFailure}
NUMBERS = {425: 12029, 426: 12030, 530: 12015}


class Refusals(FtpTestCase):
    """The session goes on behind each."""

    def test_commands(self):
        """With the server's words, all of them."""
        ftp, server = self.log_in()
        for code in CODES:
            if code >= 600:
                # Protected replies are none of a session without RFC 2228.
                continue
            call = ftp.delete("x")
            self.answer(server, f"DELE x | {code}-what / {code} a pity")
            error = self.failureResultOf(call, KINDS.get(code, ExtendedError)).value
            self.assertEqual(error.code, NUMBERS.get(code, 12003))
            self.assertEqual(error.server_text, f"{code}-what\n{code} a pity")
            self.assertIn("DELE x", error.message)
        self.check_all_closed(server)

    def test_files(self):
        """As commands; the data connection is closed."""
        ftp, server = self.log_in()
        for number, code in enumerate(code for code in CODES if code < 600):
            call = ftp.open_file("x")
            begin = [] if number else ["TYPE I | 200 ok"]
            self.answer(server, *begin, "EPSV | 229 x (|||4000|)")
            data = self.net.accept_ftp()
            self.answer(server, f"RETR x | {code} a pity")
            error = self.failureResultOf(call, KINDS.get(code, ExtendedError)).value
            self.assertEqual(error.server_text, f"{code} a pity")
            self.assertTrue(data.closed)
        self.check_all_closed(server)

    def test_passive_mode(self):
        """12112 where there is none, and none other is wanted."""
        for code in (500, 502, 522):
            ftp, server = self.log_in(passive=True)
            call = ftp.open_file("x")
            self.answer(server, "TYPE I | 200 ok", f"EPSV | {code} no")
            self.answer(server, f"PASV | {code} no")
            error = self.failureResultOf(call, FtpNoPassiveMode).value
            self.assertEqual(error.code, 12112)
            call = ftp.delete("x")
            self.answer(server, "DELE x | 250 ok")
            self.successResultOf(call)
            server.close()

    def test_refused_passive_mode(self):
        """Also when it is known, and refused."""
        ftp, server = self.log_in(passive=True)
        call = ftp.open_file("x")
        self.answer(server, "TYPE I | 200 ok", "EPSV | 550 not today")
        self.answer(server, "PASV | 550 not today")
        error = self.failureResultOf(call, FtpNoPassiveMode).value
        self.assertEqual(error.server_text, "550 not today")
        self.check_all_closed(server)
