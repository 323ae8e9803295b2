"""Logging in: who, with what, over TLS or not, and every way in which it fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.ftp.memory import HOST, FtpNet, FtpTestCase
from twinet import Limits
from twinet.errors import (
    CannotConnect,
    ExtendedError,
    FtpDropped,
    InvalidHandle,
    InvalidParameter,
    LoginFailure,
    OperationCancelled,
    Timeout,
)

#: What a connection of the memory net tells first.
CONNECTED = [
    "HANDLE_CREATED",
    "RESOLVING_NAME 127.0.0.1",
    "NAME_RESOLVED 127.0.0.1",
    "CONNECTING_TO_SERVER 127.0.0.1",
    "CONNECTED_TO_SERVER 127.0.0.1",
    "RECEIVING_RESPONSE",
]


class Who(FtpTestCase):
    """The table of InternetConnect's user names."""

    def sent(self, *dialogue: str, **how: str) -> None:
        """Log in by a dialogue."""
        call, server = self.net.connect(**how)
        server.say("220 hi")
        self.answer(server, *dialogue)
        ftp = self.successResultOf(call)
        self.assertEqual(server.heard(), [])
        self.successResultOf(ftp.close())

    def test_nobody_is_anonymous(self):
        """With an address that is nobody's."""
        dialogue = "USER anonymous | 331 and?", "PASS anonymous@ | 230 in"
        self.sent(*dialogue)
        self.sent(*dialogue, username="")

    def test_user_without_password(self):
        """An empty one is sent, when it is asked for."""
        self.sent("USER u | 331 and?", "PASS  | 230 in", username="u")
        self.sent("USER u | 230 in", username="u")

    def test_user_and_password(self):
        """Sent when it is asked for, and not before."""
        both = {"username": "u", "password": "pw"}
        self.sent("USER u | 331 and?", "PASS pw | 230 in", **both)
        self.sent("USER u | 230 in", **both)
        self.sent("USER u | 331 and?", "PASS pw | 202 superfluous", **both)

    def test_password_alone(self):
        """It belongs to nobody (87)."""
        for user in (None, ""):
            call = self.net.session.ftp(HOST, username=user, password="x")
            self.failureResultOf(call, InvalidParameter)
        self.assertEqual(self.net.told, [])

    def test_netrc(self):
        """It knows who one is, or the password of whom a call names."""
        path = Path(self.mktemp())
        path.write_text(f"machine {HOST} login joe password sesame\n")
        path.chmod(0o600)
        joe = "USER joe | 331 and?", "PASS sesame | 230 in"
        for how, dialogue in (
            ({}, joe),
            ({"username": "joe"}, joe),
            (
                {"username": "joe", "password": "x"},
                ("USER joe | 331 x", "PASS x | 230"),
            ),
            ({"username": "ann"}, ("USER ann | 331 and?", "PASS  | 230 in")),
        ):
            self.net = FtpNet(netrc=path)
            self.sent(*dialogue, **how)

    def test_account(self):
        """Sent when it is asked for, after the password or at once."""
        how = {"username": "u", "password": "p", "account": "a"}
        self.sent("USER u | 331 x", "PASS p | 332 x", "ACCT a | 230 in", **how)
        self.sent("USER u | 332 x", "ACCT a | 230 in", **how)

    def test_line_ends_in_names(self):
        """Refused before anybody is connected to (F6)."""
        both: list[dict[str, Any]] = [
            {"username": "u\r\nDELE z"},
            {"username": "u", "password": "p\nq"},
            {"username": "u", "account": "\0"},
        ]
        for how in both:
            error = self.failureResultOf(
                self.net.session.ftp(HOST, **how), InvalidParameter
            ).value
            self.assertNotIn("q", error.message.replace("request", ""))
        self.assertEqual(self.net.attempts, 0)

    def test_notifications(self):
        """All steps, the greeting included, on the handle that will be given."""
        call, server = self.net.connect(context=3)
        server.say("220 hi")
        self.answer(server, "USER anonymous | 230 in")
        ftp = self.successResultOf(call)
        self.assertEqual(
            self.told(),
            [
                *CONNECTED,
                "RESPONSE_RECEIVED 8",
                "SENDING_REQUEST",
                "REQUEST_SENT 16",
                "RECEIVING_RESPONSE",
                "RESPONSE_RECEIVED 8",
                "REQUEST_COMPLETE ok",
            ],
        )
        self.assertEqual(ftp.context, 3)
        self.assertEqual((ftp.host, ftp.port, ftp.username), (HOST, 21, "anonymous"))
        self.check_all_closed(server)


class Refusals(FtpTestCase):
    """The server does not let us in."""

    def refused(self, kind, *dialogue: str, greeting: str = "220 hi", **how: str):
        """Be refused; nothing must be left of the handle."""
        call, server = self.net.connect(**how)
        server.say(greeting)
        self.answer(server, *dialogue)
        error = self.failureResultOf(call, kind).value
        self.assertTrue(server.closed)
        self.assertEqual(self.net.told[-1], "HANDLE_CLOSING")
        self.assertIn(f"REQUEST_COMPLETE {error.code}", self.net.told)
        return error

    def test_wrong_password(self):
        """12015, and the server's words (F2)."""
        error = self.refused(
            LoginFailure,
            "USER u | 331 and?",
            "PASS sesame | 530 sesame is wrong",
            username="u",
            password="sesame",
        )
        self.assertEqual(error.server_text, "530 **** is wrong")
        self.assertNotIn("sesame", f"{error} {error.args} {error.server_text}")

    def test_unknown_user(self):
        """Some servers say so before the password."""
        self.refused(LoginFailure, "USER u | 530 who?", username="u")

    def test_account_that_was_not_given(self):
        """The error says what is missing."""
        error = self.refused(LoginFailure, "USER anonymous | 332 account?")
        self.assertIn("ACCT", error.message)

    def test_other_refusals(self):
        """12003 with the server's words."""
        error = self.refused(ExtendedError, "USER anonymous | 500 what?")
        self.assertEqual(error.server_text, "500 what?")

    def test_greeting_that_is_none(self):
        """The server is busy, or is no FTP server."""
        for greeting in ("421 busy", "500 no", "SSH-2.0-OpenSSH_9.6"):
            self.refused(ExtendedError, greeting=greeting)

    def test_greeting_in_a_while(self):
        """120 is followed by 220."""
        call, server = self.net.connect()
        server.say("120 in a minute")
        self.assertEqual(server.heard(), [])
        server.say("220 now")
        self.answer(server, "USER anonymous | 230 in")
        self.successResultOf(call)
        self.check_all_closed(server)

    def test_silence_at_each_step(self):
        """The limit of a reply ends it, and the socket is closed."""
        for steps in range(3):
            self.net = FtpNet()
            call, server = self.net.connect()
            for line in ("220 hi", "331 and?")[:steps]:
                server.say(line)
            self.net.advance(59)
            self.assertNoResult(call)
            self.net.advance(2)
            error = self.failureResultOf(call, Timeout).value
            self.assertIn(("greet", "USER anonymous", "PASS ****")[steps], str(error))
            self.assertTrue(server.closed)
            self.check_all_closed(server)

    def test_loss_at_each_step(self):
        """12111, whatever was asked."""
        for steps in range(3):
            self.net = FtpNet()
            call, server = self.net.connect()
            for line in ("220 hi", "331 and?")[:steps]:
                server.say(line)
            server.close()
            self.failureResultOf(call, FtpDropped)
            self.check_all_closed(server)

    def test_no_connection(self):
        """12029, as for HTTP."""
        call = self.net.session.ftp(HOST)
        self.net.refuse()
        self.failureResultOf(call, CannotConnect)

    def test_nobody_answers(self):
        """The limit is the program's (F18)."""
        call = self.net.session.ftp(HOST, limits=Limits(connect=5))
        self.net.advance(6)
        self.failureResultOf(call, Timeout)

    def test_cancelling_at_each_step(self):
        """Nothing goes on, and nothing is left."""
        for steps in range(4):
            self.net = FtpNet()
            call = self.net.session.ftp(HOST)
            peers = []
            if steps:
                peers = [self.net.accept_ftp()]
                for line in ("220 hi", "331 and?")[: steps - 1]:
                    peers[0].say(line)
            call.cancel()
            self.failureResultOf(call, OperationCancelled)
            self.assertEqual(self.net.told[-1], "HANDLE_CLOSING")
            self.check_all_closed(*peers)

    def test_closing_in_each_notification(self):
        """Each of them ends it; the end is told once, and is the end."""
        for step in range(16):
            self.net = FtpNet()
            seen: list[Any] = []

            def react(news, seen=seen, step=step):
                seen.append(news)
                if len(seen) == step + 1:
                    (news.info if step == 0 else news.handle).close()

            self.net.react = react
            call = self.net.session.ftp(HOST)
            peers = []
            if self.net.attempts:
                peers = [self.net.accept_ftp()]
            for line in ("220 hi", "331 and?", "230 in"):
                if peers and not peers[0].closed:
                    peers[0].say(line)
            if step == 15:
                self.successResultOf(call)
            else:
                self.failureResultOf(call, OperationCancelled)
            self.assertEqual(self.net.told[-1], "HANDLE_CLOSING")
            ends = [each for each in self.net.told if each.startswith("REQUEST_COMP")]
            self.assertEqual(len(ends), 1 if step else 0)
            self.check_all_closed(*peers)

    def test_calls_before_the_login_is_done(self):
        """The handle is known from HANDLE_CREATED, and of no use yet."""
        created = []
        self.net.react = lambda news: (
            created.append(news.info) if news.status.name == "HANDLE_CREATED" else None
        )
        call, server = self.net.connect()
        (ftp,) = created
        self.failureResultOf(ftp.delete("x"), FtpDropped)
        server.say("220 hi")
        self.answer(server, "USER anonymous | 230 in")
        self.successResultOf(call)
        self.check_all_closed(server)
        self.failureResultOf(self.net.session.ftp(HOST), InvalidHandle)

    def test_arguments(self):
        """What cannot be is refused at once."""
        open_ftp: Any = self.net.session.ftp
        for how in (
            {"host": ""},
            {"host": HOST, "tls": "yes"},
            {"host": HOST, "encoding": "utf-16"},
        ):
            self.failureResultOf(open_ftp(**how), InvalidParameter)
