"""The control connection: commands, replies, and every way in which it can end."""

from __future__ import annotations

from typing import Any

from twisted.internet.error import ConnectionDone, ConnectionLost

from tests.ftp.memory import FtpTestCase
from twinet.errors import (
    ExtendedError,
    FtpDropped,
    InvalidHandle,
    InvalidParameter,
    OperationCancelled,
    Timeout,
)


class Commands(FtpTestCase):
    """A command and its reply."""

    def test_each_command_is_told_in_four_steps(self):
        """With the bytes of the command and of its reply."""
        ftp, server = self.log_in()
        call = ftp.delete("x")
        self.assertEqual(
            self.told(), ["SENDING_REQUEST", "REQUEST_SENT 8", "RECEIVING_RESPONSE"]
        )
        self.assertEqual(server.heard(), ["DELE x"])
        server.say("250 gone")
        self.assertIsNone(self.successResultOf(call))
        self.assertEqual(self.told(), ["RESPONSE_RECEIVED 10", "REQUEST_COMPLETE ok"])
        self.check_all_closed(server)

    def test_calls_take_turns(self):
        """One command at a time, in the order of the calls (F17)."""
        ftp, server = self.log_in()
        calls = [ftp.delete("a"), ftp.delete("b"), ftp.current_directory()]
        self.answer(server, "DELE a | 250 a", "DELE b | 250 b", 'PWD | 257 "/x"')
        self.assertEqual([self.successResultOf(c) for c in calls], [None, None, "/x"])
        self.check_all_closed(server)

    def test_reply_in_pieces(self):
        """Bytes come as the network likes; a reply ends with its own code (F4)."""
        ftp, server = self.log_in()
        call = ftp.change_directory("x")
        for byte in b"250-one\r\n 226 two\r\n250 three\r\n":
            self.assertNoResult(call)
            server.send(bytes((byte,)))
        self.assertIsNone(self.successResultOf(call))
        self.assertEqual(ftp.last_response, "250-one\n 226 two\n250 three")
        self.check_all_closed(server)

    def test_preliminary_replies_are_told_and_waited_through(self):
        """They are not dropped (F3), and do not end the command."""
        ftp, server = self.log_in()
        call = ftp.delete("x")
        server.say("150 well", "150 so")
        self.assertNoResult(call)
        server.say("250 done")
        self.assertIsNone(self.successResultOf(call))
        received = [line for line in self.told() if line.startswith("RESPONSE")]
        self.assertEqual(len(received), 3)
        self.check_all_closed(server)

    def test_refusal_has_the_servers_words_and_the_session_goes_on(self):
        """A partly wrong step does not end the session (F20)."""
        ftp, server = self.log_in()
        call = ftp.delete("x")
        server.say("550-no", "550 such file")
        error = self.failureResultOf(call, ExtendedError).value
        self.assertEqual(error.server_text, "550-no\n550 such file")
        self.assertIn("DELE x", error.message)
        server.heard()
        again = ftp.delete("y")
        self.answer(server, "DELE y | 250 ok")
        self.successResultOf(again)
        self.check_all_closed(server)

    def test_rename(self):
        """Two commands; the second only when the first was accepted."""
        ftp, server = self.log_in()
        call = ftp.rename("a", "b")
        self.answer(server, "RNFR a | 350 more", "RNTO b | 250 ok")
        self.successResultOf(call)
        call = ftp.rename("a", "b")
        self.answer(server, "RNFR a | 250 strange")
        self.failureResultOf(call, ExtendedError)
        self.assertEqual(server.heard(), [])
        self.check_all_closed(server)

    def test_path_with_quotes(self):
        """They are doubled in the answer to PWD (F16)."""
        ftp, server = self.log_in()
        call = ftp.current_directory()
        self.answer(server, 'PWD | 257 "/a""b" is it')
        self.assertEqual(self.successResultOf(call), '/a"b')
        for reply in ("257 nowhere", '250 "/"', '257 "/a'):
            call = ftp.current_directory()
            self.answer(server, f"PWD | {reply}")
            self.failureResultOf(call, ExtendedError)
        self.check_all_closed(server)

    def test_size_and_time(self):
        """SIZE in type I, set once; MDTM in UTC."""
        ftp, server = self.log_in()
        size, again = ftp.size("x"), ftp.size("y")
        time = ftp.modified("x")
        self.answer(
            server,
            "TYPE I | 200 ok",
            "SIZE x | 213 12",
            "SIZE y | 213 what",
            "MDTM x | 213 20200115010203",
        )
        self.assertEqual(self.successResultOf(size), 12)
        self.failureResultOf(again, ExtendedError)
        when = self.successResultOf(time)
        self.assertEqual(when.isoformat(), "2020-01-15T01:02:03+00:00")
        self.check_all_closed(server)

    def test_line_ends_are_refused_before_anything_is_sent(self):
        """CR, LF and NUL cannot become a second command (F6)."""
        ftp, server = self.log_in()
        for bad in ("a\r\nDELE b", "a\n", "a\0", ""):
            for call in (ftp.delete, ftp.change_directory, ftp.size, ftp.command):
                self.failureResultOf(call(bad), InvalidParameter)
            self.failureResultOf(ftp.rename("a", bad), InvalidParameter)
        self.assertEqual(server.heard(), [])
        self.assertEqual(self.told(), [])
        self.check_all_closed(server)

    def test_any_command(self):
        """What there is no call for; its last reply is the result."""
        ftp, server = self.log_in()
        call = ftp.command("SITE CHMOD 644 x y")
        self.answer(server, "SITE CHMOD 644 x y | 200 fine")
        self.assertEqual(str(self.successResultOf(call)), "200 fine")
        call = ftp.command("XFOO")
        self.answer(server, "XFOO | 502 unknown")
        error = self.failureResultOf(call, ExtendedError).value
        self.assertEqual(error.server_text, "502 unknown")
        self.check_all_closed(server)

    def test_names_outside_ascii_ask_for_utf8_once(self):
        """FEAT and OPTS before the first of them; any byte goes round (F7)."""
        ftp, server = self.log_in()
        calls = [ftp.delete("ä"), ftp.delete("\udcff")]
        self.answer(
            server,
            "FEAT | 211-Features / UTF8 / 211 End",
            "OPTS UTF8 ON | 200 ok",
            "DELE \xc3\xa4 | 250 ok",
            "DELE \xff | 250 ok",
        )
        for call in calls:
            self.successResultOf(call)
        self.check_all_closed(server)


class Ends(FtpTestCase):
    """The connection is over: who waits is told, and who asks later."""

    def check_over(self, ftp, server, call, kind=FtpDropped):
        """Check that the call failed, the next one does, and nothing is left."""
        error = self.failureResultOf(call, kind).value
        later = self.failureResultOf(ftp.delete("later"), FtpDropped).value
        self.assertEqual(later.server_text, error.server_text)
        self.check_all_closed(server)
        return error

    def test_loss_ends_the_call_and_those_behind_it(self):
        """None of them hangs, nor one that is made later (F19)."""
        ftp, server = self.log_in()
        call, behind = ftp.delete("x"), ftp.delete("y")
        server.close(ConnectionDone())
        self.failureResultOf(behind, FtpDropped)
        error = self.check_over(ftp, server, call)
        self.assertIn("DELE x", error.message)

    def test_loss_ends_thousands_of_calls(self):
        """One behind the other, and not one in the other's arms."""
        ftp, server = self.log_in()
        calls = [ftp.delete("x") for _ in range(2000)]
        server.close()
        for call in calls:
            self.failureResultOf(call, FtpDropped)
        self.check_all_closed(server)

    def test_reset(self):
        """A connection that broke is no other thing."""
        ftp, server = self.log_in()
        call = ftp.delete("x")
        server.close(ConnectionLost())
        self.check_over(ftp, server, call)

    def test_loss_is_told(self):
        """The closing of the connection comes before the end of the call."""
        ftp, server = self.log_in()
        call = ftp.delete("x")
        self.told()
        server.close()
        self.failureResultOf(call)
        self.assertEqual(
            self.told(),
            ["CLOSING_CONNECTION", "CONNECTION_CLOSED", "REQUEST_COMPLETE 12111"],
        )
        self.check_all_closed(server)

    def test_421_as_an_answer(self):
        """The server's words, and the end of the session."""
        ftp, server = self.log_in()
        call = ftp.delete("x")
        server.say("421 too busy")
        error = self.check_over(ftp, server, call, ExtendedError)
        self.assertEqual(error.server_text, "421 too busy")

    def test_421_when_idle(self):
        """The next call fails at once, and says why (F19)."""
        ftp, server = self.log_in()
        server.say("421 idle too long")
        self.assertTrue(server.closed)
        error = self.failureResultOf(ftp.delete("x"), FtpDropped).value
        self.assertEqual(error.server_text, "421 idle too long")
        self.check_all_closed(server)

    def test_answer_and_421_at_once(self):
        """What was answered counts."""
        ftp, server = self.log_in()
        call = ftp.delete("x")
        server.say("250 ok", "421 bye")
        self.assertIsNone(self.successResultOf(call))
        self.failureResultOf(ftp.delete("y"), FtpDropped)
        self.check_all_closed(server)

    def test_reply_that_nobody_asked_for(self):
        """Nobody knows any more what belongs to what."""
        ftp, server = self.log_in()
        call = ftp.delete("x")
        server.say("250 ok", "250 ok")
        self.successResultOf(call)
        self.assertTrue(server.aborted)
        self.failureResultOf(ftp.delete("y"), FtpDropped)
        self.check_all_closed(server)

    def test_silence(self):
        """A reply has a limit of its own."""
        ftp, server = self.log_in()
        call = ftp.delete("x")
        self.net.advance(59)
        self.assertNoResult(call)
        self.net.advance(2)
        error = self.failureResultOf(call, Timeout).value
        self.assertIn("DELE x", error.message)
        self.assertIn("ftp_reply", error.message)
        self.failureResultOf(ftp.delete("later"), FtpDropped)
        self.check_all_closed(server)

    def test_flood_of_preliminary_replies(self):
        """A server that has always only begun is not listened to for ever."""
        ftp, server = self.log_in()
        call = ftp.delete("x")
        server.say(*["150 soon"] * 150)
        self.check_over(ftp, server, call, ExtendedError)

    def test_line_without_end(self):
        """Memory is bounded, and the error says what was wrong (F5)."""
        ftp, server = self.log_in()
        call = ftp.delete("x")
        for _ in range(20):
            server.send(b"x" * 65536)
        self.check_over(ftp, server, call, ExtendedError)

    def test_nonsense(self):
        """What is no reply is said to be none."""
        ftp, server = self.log_in()
        call = ftp.delete("x")
        server.say("HTTP/1.1 400 Bad Request")
        error = self.check_over(ftp, server, call, ExtendedError)
        self.assertIn("web server", error.message)


class Closing(FtpTestCase):
    """The program ends it."""

    def test_closing_the_handle(self):
        """What is pending fails; the connection is closed and told."""
        ftp, server = self.log_in()
        calls = [ftp.delete("x"), ftp.delete("y")]
        self.told()
        self.successResultOf(ftp.close())
        for call in calls:
            self.failureResultOf(call, OperationCancelled)
        self.assertEqual(
            self.told(),
            [
                "REQUEST_COMPLETE 12017",
                "REQUEST_COMPLETE 12017",
                "CLOSING_CONNECTION",
                "CONNECTION_CLOSED",
                "HANDLE_CLOSING",
            ],
        )
        self.failureResultOf(ftp.delete("z"), InvalidHandle)
        self.assertTrue(server.closed)
        self.check_all_closed(server)

    def test_closing_in_each_notification(self):
        """Nothing more is told but the ends, and nothing is left."""
        for step in range(5):
            self.net = type(self.net)()
            ftp, server = self.log_in()
            seen: list[Any] = []

            def react(news, ftp=ftp, seen=seen, step=step):
                seen.append(news)
                if len(seen) == step + 1:
                    ftp.close()

            self.net.react = react
            call = ftp.delete("x")
            if not server.closed:
                server.say("250 ok")
            if step == 4:
                self.assertIsNone(self.successResultOf(call))
            else:
                self.failureResultOf(call, OperationCancelled)
            if step == 0:
                self.assertEqual(server.heard(), [])
            self.assertEqual(self.net.told[-1], "HANDLE_CLOSING")
            self.assertEqual(
                sum(each.startswith("REQUEST_COMPLETE") for each in self.net.told), 1
            )
            self.check_all_closed(server)

    def test_cancelling_a_call_keeps_the_session(self):
        """The reply is waited for before the next command goes out."""
        ftp, server = self.log_in()
        call, behind = ftp.delete("x"), ftp.delete("y")
        call.cancel()
        self.failureResultOf(call, OperationCancelled)
        self.assertEqual(server.heard(), ["DELE x"])
        server.say("250 x")
        self.assertEqual(server.heard(), ["DELE y"])
        server.say("250 y")
        self.successResultOf(behind)
        self.check_all_closed(server)

    def test_cancelling_a_call_that_waits_for_its_turn(self):
        """It is never sent."""
        ftp, server = self.log_in()
        call, waiting, behind = ftp.delete("x"), ftp.delete("y"), ftp.delete("z")
        waiting.cancel()
        self.failureResultOf(waiting, OperationCancelled)
        self.answer(server, "DELE x | 250 x", "DELE z | 250 z")
        self.successResultOf(call)
        self.successResultOf(behind)
        self.check_all_closed(server)

    def test_cancelled_call_that_is_never_answered(self):
        """The next call does not wait for ever."""
        ftp, server = self.log_in()
        ftp.delete("x").addErrback(lambda _: None).cancel()
        call = ftp.delete("y")
        self.net.advance(61)
        self.failureResultOf(call, FtpDropped)
        self.check_all_closed(server)

    def test_call_made_in_a_notification(self):
        """It takes its turn as any other."""
        ftp, server = self.log_in()
        calls: list[Any] = []

        def react(news):
            if news.status.name == "REQUEST_COMPLETE" and not calls:
                calls.append(ftp.delete("y"))

        self.net.react = react
        ftp.delete("x")
        self.answer(server, "DELE x | 250 x", "DELE y | 250 y")
        self.successResultOf(calls[0])
        self.check_all_closed(server)

    def test_quit(self):
        """The server is told; then the handle is closed."""
        ftp, server = self.log_in()
        left = ftp.quit()
        self.assertEqual(server.heard(), ["QUIT"])
        server.say("221 bye")
        self.assertIsNone(self.successResultOf(left))
        self.assertFalse(ftp.alive)
        self.check_all_closed(server)

    def test_quit_without_an_answer(self):
        """The handle is closed all the same."""
        ftp, server = self.log_in()
        left = ftp.quit()
        server.close()
        self.failureResultOf(left, FtpDropped)
        self.assertFalse(ftp.alive)
        self.check_all_closed(server)
