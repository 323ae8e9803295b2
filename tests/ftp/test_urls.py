"""FTP URLs: what they mean, and opening them."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from tests.ftp.memory import FtpNet, FtpTestCase
from twinet._wire.ftp_url import FtpUrl, is_ftp, read_ftp_url
from twinet.errors import (
    ExtendedError,
    InvalidParameter,
    InvalidUrl,
    LoginFailure,
    OperationCancelled,
    UnrecognizedScheme,
)
from twinet.flags import Flag


class Cracking(SynchronousTestCase):
    """RFC 1738, section 3.2."""

    def test_parts(self):
        """Each by itself, decoded."""
        for url, expected in {
            "ftp://h": FtpUrl("ftp", "h", 21, None, None),
            "FTP://h:2121/a/b": FtpUrl("ftp", "h", 2121, None, None, "a/b"),
            "ftps://h/": FtpUrl("ftps", "h", 990, None, None),
            "ftp://[::1]/x": FtpUrl("ftp", "::1", 21, None, None, "x"),
            "ftp://[::1]:7/x": FtpUrl("ftp", "::1", 7, None, None, "x"),
            "ftp://u:p@h/x": FtpUrl("ftp", "h", 21, "u", "p", "x"),
            "ftp://u@h/x": FtpUrl("ftp", "h", 21, "u", None, "x"),
            "ftp://u:@h/x": FtpUrl("ftp", "h", 21, "u", "", "x"),
            "ftp://a%40b:p%3a%2f@h/": FtpUrl("ftp", "h", 21, "a@b", "p:/"),
            "ftp://h/%2Fetc/motd": FtpUrl("ftp", "h", 21, None, None, "/etc/motd"),
            "ftp://h//etc": FtpUrl("ftp", "h", 21, None, None, "/etc"),
            "ftp://h/x;type=A": FtpUrl("ftp", "h", 21, None, None, "x", "a"),
            "ftp://h/d;type=d": FtpUrl("ftp", "h", 21, None, None, "d", "d"),
            "ftp://h/%ff%20?#": FtpUrl("ftp", "h", 21, None, None, "\udcff ?#"),
        }.items():
            self.assertEqual(read_ftp_url(url), expected, url)

    def test_directories(self):
        """By their slash, or by their type."""
        for url, directory in {
            "ftp://h": True,
            "ftp://h/": True,
            "ftp://h/a/": True,
            "ftp://h/a;type=d": True,
            "ftp://h/a": False,
        }.items():
            self.assertIs(read_ftp_url(url).directory, directory, url)

    def test_what_cannot_be(self):
        """Each with its number."""
        for url, kind in {
            "http://h/": UnrecognizedScheme,
            "ftp:h": UnrecognizedScheme,
            "ftp:///x": InvalidUrl,
            "ftp://h:x/": InvalidUrl,
            "ftp://h:70000/": InvalidUrl,
            "ftp://h/a%0d%0aDELE b": InvalidUrl,
            "ftp://h/a%00": InvalidUrl,
            "ftp://h/a;type=x": InvalidUrl,
        }.items():
            self.assertRaises(kind, read_ftp_url, url)

    def test_the_password_is_not_shown(self):
        """Not in a repr either."""
        self.assertNotIn("sesame", repr(read_ftp_url("ftp://u:sesame@h/")))

    def test_scheme(self):
        """In any case of its letters."""
        self.assertTrue(is_ftp("Ftp://h") and is_ftp("ftps:x"))
        self.assertFalse(is_ftp("http://h") or is_ftp("sftp://h") or is_ftp(None))


class Opening(FtpTestCase):
    """One call, one handle that tells everything."""

    LOGIN = ("USER u | 331 who?", "PASS p | 230 in")

    def test_file(self):
        """Login and all on the call's context; its own connection goes with it."""
        opening = self.net.session.open_url("ftp://u:p@127.0.0.1/a/b", context=1)
        call: Any = opening
        server = self.net.accept_ftp()
        server.say("220 hi")
        self.answer(server, *self.LOGIN, "TYPE I | 200 ok", "EPSV | 229 x (|||4000|)")
        data = self.net.accept_ftp()
        self.answer(server, "RETR a/b | 150 go (5 bytes)")
        file = self.successResultOf(call)
        self.assertEqual({news.context for news in self.net.news}, {1})
        told = self.told()
        self.assertEqual(told[:2], ["HANDLE_CREATED", "RESOLVING_NAME 127.0.0.1"])
        self.assertEqual([t for t in told if "COMPLETE" in t], ["REQUEST_COMPLETE ok"])
        self.assertEqual(file.url, "ftp://127.0.0.1:21/a/b")
        data.send(b"hello")
        data.close()
        server.say("226 ok")
        self.assertEqual(self.successResultOf(file.read(9)), b"hello")
        self.told()
        self.successResultOf(file.close())
        self.assertEqual(
            self.told(), ["CLOSING_CONNECTION", "CONNECTION_CLOSED", "HANDLE_CLOSING"]
        )
        self.assertTrue(server.closed)
        self.assertFalse(file.parent.alive)
        self.check_all_closed(server, data)

    def test_directory(self):
        """Is a listing."""
        for url, command in (
            ("ftp://u:p@127.0.0.1/pub/", "LIST pub/"),
            ("ftp://u:p@127.0.0.1/pub;type=d", "LIST pub/"),
            ("ftp://u:p@127.0.0.1//", "LIST /"),
            ("ftp://u:p@127.0.0.1", "LIST"),
        ):
            self.net = FtpNet()
            call: Any = self.net.session.open_url(url)
            server = self.net.accept_ftp()
            server.say("220 hi")
            self.answer(server, *self.LOGIN, "FEAT | 500 what?", "TYPE A | 200 ok")
            self.answer(server, "EPSV | 229 x (|||4000|)")
            data = self.net.accept_ftp()
            self.answer(server, f"{command} | 150 go")
            data.send(b"-rw-r--r-- 1 a b 3 Jan 15 2020 a.txt\r\n")
            data.close()
            server.say("226 ok")
            find = self.successResultOf(call)
            entry: Any = self.successResultOf(find.next_entry())
            self.assertEqual(entry.name, "a.txt")
            find.close()
            self.assertTrue(server.closed)
            self.check_all_closed(server, data)

    def test_text(self):
        """By the URL, or by a flag where the URL does not say."""
        for url, flags, kind in (
            ("x;type=a", Flag(0), "A"),
            ("x;type=i", Flag.TRANSFER_ASCII, "I"),
            ("x", Flag.TRANSFER_ASCII, "A"),
        ):
            self.net = FtpNet()
            call = self.net.session.open_url(f"ftp://u:p@127.0.0.1/{url}", flags=flags)
            call.addErrback(lambda _: None)
            server = self.net.accept_ftp()
            server.say("220 hi")
            self.answer(server, *self.LOGIN, f"TYPE {kind} | 200 ok")
            self.check_all_closed(server)

    def test_failures(self):
        """Nobody was given the handle; nothing is left."""
        for dialogue, kind in (
            (("USER u | 530 no",), LoginFailure),
            ((*LOGIN_AND_TYPE, "EPSV | 229 x (|||4000|)"), ExtendedError),
        ):
            self.net = FtpNet()
            call = self.net.session.open_url("ftp://u:p@127.0.0.1/x")
            server = self.net.accept_ftp()
            server.say("220 hi")
            self.answer(server, *dialogue)
            if kind is ExtendedError:
                self.net.accept_ftp()
                self.answer(server, "RETR x | 550 no")
            self.failureResultOf(call, kind)
            self.assertEqual(self.net.told[-1], "HANDLE_CLOSING")
            self.assertTrue(server.closed)
            self.check_all_closed(server)

    def test_closing_in_each_notification(self):
        """From HANDLE_CREATED on; the connection goes with it."""
        for step in range(33):
            self.net = FtpNet()
            seen: list[Any] = []

            def react(news, seen=seen, step=step):
                seen.append(news)
                if len(seen) == step + 1:
                    (news.info if step == 0 else news.handle).close()

            self.net.react = react
            call = self.net.session.open_url("ftp://127.0.0.1/x")
            peers = []
            lines = ["220 hi", "331 x", "230 in", "200 ok", "213 4"]
            lines += ["229 x (|||4000|)", "150 x"]
            for line in lines:
                if self.net.attempts:
                    peers.append(self.net.accept_ftp())
                if peers and not peers[0].closed:
                    peers[0].say(line)
            if step < 31:
                self.failureResultOf(call, OperationCancelled)
            else:
                self.successResultOf(call)
                if step == 31:
                    self.assertTrue(peers[0].closed)
            self.check_all_closed(*peers)

    def test_what_http_has(self):
        """An FTP URL has no parameters."""
        call = self.net.session.open_url("ftp://127.0.0.1/x", params={"a": "b"})
        self.failureResultOf(call, InvalidParameter)
        call = self.net.session.open_url("ftp://127.0.0.1:x/")
        self.failureResultOf(call, InvalidUrl)
        self.assertEqual(self.net.attempts, 0)

    def test_saving(self):
        """As any resource."""
        call = self.net.session.open_url("ftp://u:p@127.0.0.1/x")
        server = self.net.accept_ftp()
        server.say("220 hi")
        self.answer(server, *self.LOGIN, *LOGIN_AND_TYPE[2:])
        self.answer(server, "EPSV | 229 x (|||4000|)")
        data = self.net.accept_ftp()
        self.answer(server, "RETR x | 150 go (5 bytes)")
        file = self.successResultOf(call)

        async def read():
            return b"".join([piece async for piece in file])

        reading = Deferred.fromCoroutine(read())
        data.send(b"hello")
        data.close()
        server.say("226 ok")
        self.assertEqual(self.successResultOf(reading), b"hello")
        self.check_all_closed(server, data)


LOGIN_AND_TYPE = (*Opening.LOGIN, "TYPE I | 200 ok")
