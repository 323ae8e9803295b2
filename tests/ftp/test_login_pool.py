"""Logins that are used again: the pool of a session."""

from __future__ import annotations

from typing import Any

from tests.ftp.memory import FtpNet, FtpPeer, FtpTestCase
from twinet.errors import (
    ExtendedError,
    FtpDropped,
    OperationCancelled,
    PolicyRefused,
)
from twinet.flags import Flag

URL = "ftp://127.0.0.1/x"


class PoolTestCase(FtpTestCase):
    """Files by URL, one after the other."""

    def begin(self, url=URL, flags=Flag.EXISTING_CONNECT, **how) -> Any:
        """Open a URL."""
        return self.net.session.open_url(url, flags=flags, **how)

    def enter(self, user="anonymous") -> FtpPeer:
        """Let somebody in."""
        server = self.net.accept_ftp()
        server.say("220 hi")
        self.answer(server, f"USER {user} | 331 x")
        self.assertEqual(server.heard()[0].split()[0], "PASS")
        server.say("230 in")
        return server

    def send(self, server: FtpPeer, call: Any, *before: str) -> Any:
        """Serve a file to its end; return its handle."""
        self.answer(server, *before, "SIZE x | 213 5", "EPSV | 229 x (|||4000|)")
        data = self.net.accept_ftp()
        self.answer(server, "RETR x | 150 go")
        data.send(b"hello")
        data.close()
        server.say("226 done")
        file = self.successResultOf(call)
        self.assertEqual(self.successResultOf(file.read(9)), b"hello")
        return file

    def waiting(self) -> int:
        """Return how many logins wait."""
        return len(self.net.session._ftp_engine.logins)

    def first(self) -> FtpPeer:
        """Have one file served; return the server's end of the login that is left."""
        call = self.begin()
        server = self.enter()
        self.successResultOf(self.send(server, call, "TYPE I | 200 ok").close())
        self.assertFalse(server.closed)
        self.assertEqual(self.waiting(), 1)
        return server


class Reuse(PoolTestCase):
    """Who gets a login that waits."""

    def test_next_file(self):
        """It says neither who it is nor its type; none waits meanwhile."""
        server = self.first()
        call = self.begin()
        self.assertEqual(self.waiting(), 0)
        self.assertEqual(self.net.attempts, 0)
        file = self.send(server, call)
        self.successResultOf(file.close())
        self.assertEqual(self.waiting(), 1)
        self.check_all_closed(server)
        self.assertEqual(self.waiting(), 0)

    def test_who_does_not_ask_for_it(self):
        """A handle as Windows has it: its connection goes with it."""
        server = self.first()
        call = self.begin(flags=Flag(0))
        second = self.enter()
        file = self.send(second, call, "TYPE I | 200 ok")
        self.successResultOf(file.close())
        self.assertTrue(second.closed)
        self.assertEqual(self.waiting(), 1)
        self.check_all_closed(server)

    def test_somebody_else(self):
        """Another user, another server: another login."""
        server = self.first()
        call = self.begin("ftp://joe:secret@127.0.0.1/x")
        second = self.enter("joe")
        self.successResultOf(self.send(second, call, "TYPE I | 200 ok").close())
        call = self.begin("ftp://joe:other@127.0.0.1/x")
        self.assertEqual(second.heard(), [])
        third = self.enter("joe")
        self.check_all_closed(server, second, third)
        self.failureResultOf(call)

    def test_policy(self):
        """It is asked for whom the login would serve; others may be let through."""

        def policy(destination):
            return "not there" if destination.context == "stranger" else None

        self.net = FtpNet(policy=policy)
        server = self.first()
        call = self.begin(context="stranger")
        self.failureResultOf(call, PolicyRefused)
        self.assertEqual((server.heard(), self.waiting()), ([], 1))
        call = self.begin(context="friend")
        self.assertEqual(self.net.attempts, 0)
        self.successResultOf(self.send(server, call).close())
        self.check_all_closed(server)

    def test_a_file_that_is_refused(self):
        """It does not cost the login."""
        server = self.first()
        call = self.begin()
        self.answer(server, "SIZE x | 550 no", "EPSV | 229 x (|||4000|)")
        self.net.accept_ftp()
        self.answer(server, "RETR x | 550 no such file")
        self.failureResultOf(call, ExtendedError)
        self.assertEqual(self.waiting(), 1)
        self.check_all_closed(server)

    def test_a_file_that_is_given_up(self):
        """It is ended first; who answers no ABOR is left."""
        for answers in (True, False):
            self.net = FtpNet()
            server = self.first()
            call = self.begin()
            self.answer(server, "SIZE x | 213 9", "EPSV | 229 x (|||4000|)")
            data = self.net.accept_ftp()
            self.answer(server, "RETR x | 150 go")
            self.successResultOf(call).close()
            self.assertEqual((self.waiting(), server.heard()), (0, ["ABOR"]))
            if answers:
                server.say("426 cut", "226 ok")
                self.assertEqual(self.waiting(), 1)
            else:
                self.net.advance(11)
                self.assertTrue(server.closed)
                self.assertEqual(self.waiting(), 0)
                self.assertEqual(self.net.told[-1], "HANDLE_CLOSING")
            self.check_all_closed(server, data)


class Ends(PoolTestCase):
    """How a login stops waiting."""

    def test_idle_limit(self):
        """It is closed when nobody comes."""
        server = self.first()
        self.net.advance(29)
        self.assertFalse(server.closed)
        self.net.advance(2)
        self.assertTrue(server.closed)
        self.assertEqual(self.waiting(), 0)
        self.check_all_closed(server)

    def test_server_that_ends_it(self):
        """By 421, by closing, by words that nobody asked for."""
        for end in ("421 bye", "200 by the way", ""):
            self.net = FtpNet()
            server = self.first()
            if end:
                server.say(end)
            else:
                server.close()
            self.assertEqual(self.waiting(), 0)
            call = self.begin()
            second = self.enter()
            file = self.send(second, call, "TYPE I | 200 ok")
            self.successResultOf(file.close())
            self.check_all_closed(server, second)

    def test_server_that_ends_it_when_it_is_asked(self):
        """Who comes late logs in anew, once."""
        for end in ("421 bye", ""):
            self.net = FtpNet()
            server = self.first()
            call = self.begin()
            self.assertEqual(server.heard(), ["SIZE x"])
            if end:
                server.say(end)
            else:
                server.close()
            self.assertIn("CONNECTION_CLOSED", " ".join(self.net.told[-6:]))
            second = self.enter()
            self.assertEqual(second.heard(), ["TYPE I"])
            second.say("421 bye as well")
            self.assertEqual(self.net.attempts, 0)
            self.failureResultOf(call, ExtendedError, FtpDropped)
            self.assertEqual(self.waiting(), 0)
            self.check_all_closed(server, second)

    def test_new_login_behind_it(self):
        """It is the one that waits then."""
        server = self.first()
        call = self.begin()
        server.close()
        second = self.enter()
        file = self.send(second, call, "TYPE I | 200 ok")
        self.successResultOf(file.close())
        self.assertEqual(self.waiting(), 1)
        call = self.begin()
        self.successResultOf(self.send(second, call).close())
        self.check_all_closed(server, second)

    def test_cancelling_behind_it(self):
        """The new login ends with the call."""
        server = self.first()
        call = self.begin()
        server.close()
        second = self.net.accept_ftp()
        call.cancel()
        self.failureResultOf(call, OperationCancelled)
        self.assertTrue(second.closed)
        self.check_all_closed(server, second)

    def test_many(self):
        """The oldest makes room for the newest."""
        calls = [self.begin() for _ in range(34)]
        servers = [self.enter() for _ in calls]
        for call, server in zip(calls, servers, strict=True):
            file = self.send(server, call, "TYPE I | 200 ok")
            self.successResultOf(file.close())
        self.assertEqual(self.waiting(), 32)
        self.assertEqual([server.closed for server in servers[:3]], [True, True, False])
        self.check_all_closed(*servers)

    def test_session_that_is_closed_meanwhile(self):
        """Nothing goes back into the pool."""
        self.first()
        call = self.begin()
        self.net.react = lambda news: None
        closed = self.net.session.close()
        self.failureResultOf(call, OperationCancelled)
        self.net.advance()
        self.successResultOf(closed)
        self.assertEqual(self.waiting(), 0)
        self.assertEqual(self.net.reactor.getDelayedCalls(), [])
