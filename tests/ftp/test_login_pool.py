"""Logins that are used again: the pool of a session."""

from __future__ import annotations

from typing import Any

from tests.ftp.memory import FtpNet, FtpPeer, FtpTestCase
from twinet.errors import (
    ExtendedError,
    FtpDropped,
    LoginFailure,
    OperationCancelled,
    PolicyRefused,
    Timeout,
)
from twinet.flags import Flag
from twinet.records import Limits
from twinet.status import Status

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

    def turn_away(self, words: str, user="anonymous") -> FtpPeer:
        """Let nobody in: at the greeting, or, as ProFTPD does it, at the password."""
        server = self.net.accept_ftp()
        if words.startswith("421"):
            server.say(words)
        else:
            server.say("220 hi")
            self.answer(server, f"USER {user} | 331 x")
            server.heard()
            server.say(words)
        return server

    def forget(self, *calls: Any) -> None:
        """Take note of calls that ended with the session."""
        for call in calls:
            self.failureResultOf(call, OperationCancelled)

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


class Crowds(PoolTestCase):
    """More files at once than one server is given logins."""

    def setUp(self) -> None:
        self.net = FtpNet(connections_per_host=2)

    def finish(self, server: FtpPeer, call: Any, *before: str) -> None:
        """Serve a file and close it, so that its login can go to the next one."""
        self.successResultOf(self.send(server, call, *before).close())

    def test_who_comes_first(self):
        """So many logins, and the files take turns on them in their order."""
        calls = [self.begin() for _ in range(6)]
        servers = [self.enter(), self.enter()]
        self.assertEqual(self.net.attempts, 0)
        for server, call in zip(servers, calls, strict=False):
            self.answer(server, "TYPE I | 200 ok")
            self.finish(server, call)
        for place, call in enumerate(calls[2:]):
            for later in calls[3 + place :]:
                self.assertNoResult(later)
            self.finish(servers[place % 2], call)
        self.assertEqual((self.net.attempts, self.waiting()), (0, 2))
        self.check_all_closed(*servers)

    def test_limit_of_waiting(self):
        """12002, in words; those behind go on waiting."""
        calls = [self.begin(), self.begin()]
        servers = [self.enter(), self.enter()]
        late = self.begin(limits=Limits(slot=5))
        last = self.begin()
        self.net.advance(6)
        error = self.failureResultOf(late, Timeout).value
        self.assertIn("2 of 2 logins on 127.0.0.1:21 are in use", error.message)
        self.assertIn("'slot' of 5 seconds", error.message)
        self.finish(servers[0], calls[0], "TYPE I | 200 ok")
        self.finish(servers[0], last)
        self.check_all_closed(*servers)
        self.forget(calls[1])

    def test_limit_of_the_whole(self):
        """It runs while a file waits for its login."""
        calls = [self.begin(), self.begin()]
        late = self.begin(limits=Limits(whole=5))
        self.net.advance(6)
        error = self.failureResultOf(late, Timeout).value
        self.assertIn("'whole'", error.message)
        self.check_all_closed()
        self.forget(*calls)

    def test_who_does_not_want_it_any_more(self):
        """Is passed over; cancelled, or his handle closed."""
        calls = [self.begin(), self.begin()]
        servers = [self.enter(), self.enter()]
        gone, closed, last = self.begin(), self.begin(), self.begin()
        gone.cancel()
        self.failureResultOf(gone, OperationCancelled)
        handles = [
            news.handle
            for news in self.net.news
            if news.status is Status.HANDLE_CREATED
        ]
        handles[-2].close()
        self.failureResultOf(closed, OperationCancelled)
        self.finish(servers[0], calls[0], "TYPE I | 200 ok")
        self.finish(servers[0], last)
        self.check_all_closed(*servers)
        self.forget(calls[1])

    def test_somebody_elses_makes_room(self):
        """One that nobody uses is closed for another user's."""
        first, second = self.begin(), self.begin()
        servers = [self.enter(), self.enter()]
        for server, call in zip(servers, (first, second), strict=True):
            self.finish(server, call, "TYPE I | 200 ok")
        call = self.begin("ftp://joe:secret@127.0.0.1/x")
        self.assertEqual([server.closed for server in servers], [True, False])
        joes = self.enter("joe")
        self.finish(joes, call, "TYPE I | 200 ok")
        self.assertEqual(self.waiting(), 2)
        self.check_all_closed(servers[1], joes)

    def test_another_server(self):
        """Has logins of its own."""
        calls = [self.begin() for _ in range(3)]
        calls.append(self.begin("ftp://127.0.0.1:2121/x"))
        self.assertEqual(self.net.attempts, 3)
        self.check_all_closed()
        self.forget(*calls)

    def test_another_cap(self):
        """It acts at once: on those who wait for one, and on those that wait."""
        calls = [self.begin() for _ in range(4)]
        servers = [self.enter(), self.enter()]
        self.net.session.connections_per_host = 4
        self.assertEqual(self.net.attempts, 2)
        servers += [self.enter(), self.enter()]
        for server, call in zip(servers, calls, strict=True):
            self.finish(server, call, "TYPE I | 200 ok")
        self.net.session.connections_per_host = 1
        self.assertEqual(self.waiting(), 1)
        self.assertEqual([each.closed for each in servers], [True, True, True, False])
        self.check_all_closed(*servers)

    def test_server_that_lets_in_less(self):
        """Who is turned away waits for one of those that are inside."""
        for words in ("421 too many of you", "530 Sorry, the maximum is reached"):
            self.net = FtpNet(connections_per_host=4)
            calls = [self.begin() for _ in range(4)]
            servers = [self.enter(), self.enter()]
            for _ in range(2):
                self.assertTrue(self.turn_away(words).closed)
            late = self.begin()
            self.assertEqual(self.net.attempts, 0)
            self.finish(servers[0], calls[0], "TYPE I | 200 ok")
            self.finish(servers[0], calls[2])
            self.finish(servers[1], calls[1], "TYPE I | 200 ok")
            self.finish(servers[1], late)
            self.finish(servers[0], calls[3])
            self.check_all_closed(*servers)

    def test_server_that_lets_nobody_in(self):
        """Each is told so, once, in the server's words."""
        calls = [self.begin() for _ in range(3)]
        for _ in range(2):
            self.turn_away("421 not today")
        for _ in range(2):
            self.turn_away("421 not today")
        errors = [self.failureResultOf(call, ExtendedError).value for call in calls]
        self.assertEqual({error.server_text for error in errors}, {"421 not today"})
        self.assertEqual(self.net.attempts, 0)
        self.check_all_closed()

    def test_wrong_password(self):
        """Is no crowd: nobody is inside by it."""
        first = self.begin()
        server = self.enter()
        call = self.begin("ftp://joe:wrong@127.0.0.1/x")
        self.turn_away("530 no", "joe")
        self.failureResultOf(call, LoginFailure)
        self.finish(server, first, "TYPE I | 200 ok")
        self.check_all_closed(server)

    def test_many_that_end_at_once(self):
        """They do not stand on each other's stack."""

        def policy(destination):
            return None if destination.context == "friend" else "not there"

        self.net = FtpNet(policy=policy, connections_per_host=1)
        first = self.begin(context="friend")
        server = self.enter()
        calls = [self.begin(context="stranger") for _ in range(2000)]
        self.finish(server, first, "TYPE I | 200 ok")
        for call in calls:
            self.failureResultOf(call, PolicyRefused)
        self.check_all_closed(server)

    def test_listings(self):
        """Take their turn among the files."""
        calls = [self.begin("ftp://127.0.0.1/d/"), self.begin("ftp://127.0.0.1/d/")]
        servers = [self.enter(), self.enter()]
        late = self.begin()
        features = "FEAT | 211-x/ MLST type*;size*;modify*;/211 end"
        self.answer(servers[0], features.replace("/", " / "), "TYPE A | 200 ok")
        self.answer(servers[0], "EPSV | 229 x (|||4000|)")
        data = self.net.accept_ftp()
        self.answer(servers[0], "MLSD d/ | 150 go")
        data.send(b"type=file;size=1; name\r\n")
        data.close()
        servers[0].say("226 done")
        find = self.successResultOf(calls[0])
        self.assertEqual(self.successResultOf(find.next_entry()).name, "name")
        self.finish(servers[0], late, "TYPE I | 200 ok")
        self.check_all_closed(*servers)
        self.forget(calls[1])


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

    def test_listing_by_one_that_has_ended(self):
        """As a file: nobody has seen anything of it yet."""
        server = self.first()
        call = self.begin("ftp://127.0.0.1/d/")
        self.assertEqual(server.heard(), ["FEAT"])
        server.close()
        second = self.enter()
        self.answer(second, "FEAT | 500 what?", "TYPE A | 200 ok")
        self.answer(second, "EPSV | 229 x (|||4000|)")
        data = self.net.accept_ftp()
        self.answer(second, "LIST d/ | 150 go")
        data.close()
        second.say("226 done")
        self.assertIsNone(self.successResultOf(self.successResultOf(call).next_entry()))
        self.assertEqual(self.waiting(), 1)
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
        self.net.session.connections_per_host = 40
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
