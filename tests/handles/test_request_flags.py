"""Each flag of a request acts, or its own words say that it does not."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.http.memory import OK, MemoryNet
from twinet.errors import FileNotFound, InvalidParameter
from twinet.flags import Flag
from twinet.status import Status

URL = "http://127.0.0.1:8080/x"
DONE = OK + b"hello"


class FlagTests(SynchronousTestCase):
    """What a request with a flag sends."""

    def setUp(self) -> None:
        self.net = MemoryNet()
        self.connection = self.net.session.http("127.0.0.1", 8080)

    def sent(self, verb: str, flags: Flag, headers: Any = ()) -> list[str]:
        """Return the lines of the head that goes out, its first two left out."""
        request = self.connection.open_request(verb, flags=flags, headers=headers)
        request.send()
        peer = self.net.accept()
        lines = peer.request().decode().split("\r\n")
        peer.send(b"HTTP/1.1 204 No\r\nConnection: close\r\n\r\n")
        self.net.advance()
        return [line for line in lines if not line.startswith(("Host", verb, "User"))]

    def test_fields_that_flags_stand_for(self) -> None:
        """As measured on Windows."""
        pragma, no_write = "Pragma: no-cache", "Cache-Control: no-cache"
        keep = "Connection: Keep-Alive"
        for verb, flags, expected in (
            ("GET", Flag(0), set()),
            ("GET", Flag.PRAGMA_NOCACHE, {pragma}),
            ("GET", Flag.KEEP_CONNECTION, {keep}),
            ("GET", Flag.NO_CACHE_WRITE, set()),
            ("HEAD", Flag.NO_CACHE_WRITE, {no_write}),
            ("POST", Flag.NO_CACHE_WRITE, {no_write}),
            ("POST", Flag.NO_CACHE_WRITE | Flag.PRAGMA_NOCACHE, {pragma, no_write}),
            ("DELETE", Flag.RELOAD | Flag.KEEP_CONNECTION, {keep}),
        ):
            lines = set(self.sent(verb, flags))
            self.assertEqual(lines & {pragma, no_write, keep}, expected, (verb, flags))

    def test_fields_of_the_program_go_before(self) -> None:
        """And after a redirect they are what they were."""
        lines = self.sent("GET", Flag.PRAGMA_NOCACHE, {"pragma": "mine"})
        self.assertIn("pragma: mine", lines)
        self.assertEqual([li for li in lines if "no-cache" in li], [])
        pending = self.net.session.get(URL, flags=Flag.PRAGMA_NOCACHE)
        peer = self.net.accept()
        peer.request()
        peer.send(b"HTTP/1.1 302 F\r\nLocation: /y\r\nContent-Length: 0\r\n\r\n")
        self.assertIn(b"\r\nPragma: no-cache\r\n", peer.request())
        peer.send(DONE)
        self.successResultOf(pending)

    def test_flags_that_say_they_have_no_effect_have_none(self) -> None:
        """Each sends what a request without it sends."""
        idle = (
            *(Flag.RELOAD, Flag.RAW_DATA, Flag.EXISTING_CONNECT, Flag.PASSIVE),
            *(Flag.MAKE_PERSISTENT, Flag.READ_PREFETCH, Flag.RESTRICTED_ZONE),
            *(Flag.CACHE_IF_NET_FAIL, Flag.IGNORE_REDIRECT_TO_HTTPS, Flag.HYPERLINK),
            *(Flag.RESYNCHRONIZE, Flag.NO_UI, Flag.CACHE_ASYNC, Flag.FORMS_SUBMIT),
            *(Flag.FWD_BACK, Flag.NEED_FILE, Flag.TRANSFER_ASCII),
            *(Flag.TRANSFER_BINARY, Flag.ASYNC),
        )
        plain = self.sent("POST", Flag(0))
        for flag in idle:
            self.assertEqual(self.sent("POST", flag), plain, flag)

    def test_redirect_to_https_needs_no_flag(self) -> None:
        """Windows would ask for one, or fail with 12039."""
        self.net.session.get(URL)
        peer = self.net.accept()
        head = b"HTTP/1.1 302 F\r\nLocation: https://192.0.2.1/\r\n"
        peer.send(head + b"Content-Length: 0\r\n\r\n")
        self.assertEqual(self.net.attempts, 1)

    def test_secure_means_tls_on_the_same_port(self) -> None:
        """A URL has said already what it means."""
        request = self.connection.open_request("GET", "/x", flags=Flag.SECURE)
        self.assertEqual(request.url, "https://127.0.0.1:8080/x")
        pending = self.net.session.get(URL, flags=Flag.SECURE)
        error = self.failureResultOf(pending, InvalidParameter).value
        self.assertIn("write https:", str(error))
        secure = self.net.session.http("a.test", tls=True)
        request = secure.open_request("GET", "/x", flags=Flag.SECURE)
        self.assertEqual(request.url, "https://a.test/x")


class OfflineTests(SynchronousTestCase):
    """What must not use the network fails with 2, and does not use it."""

    def setUp(self) -> None:
        self.net = MemoryNet()
        self.connection = self.net.session.http("127.0.0.1", 8080)
        self.request = self.connection.open_request()

    def refused(self, pending: Any) -> str:
        error = self.failureResultOf(pending, FileNotFound).value
        self.assertEqual(self.net.attempts, 0)
        # It failed before its first step: nothing is told.
        self.assertNotIn(Status.REQUEST_COMPLETE, [n.status for n in self.net.news])
        return str(error)

    def test_from_cache(self) -> None:
        """There is none."""
        for flag in (Flag.FROM_CACHE, Flag.OFFLINE):
            text = self.refused(self.net.session.get(URL, flags=flag))
            self.assertIn("Flag.FROM_CACHE", text)
            request = self.connection.open_request("POST", flags=flag)
            self.refused(request.send(b"x"))
            self.refused(request.start())
            self.assertTrue(request.alive)

    def test_offline_session(self) -> None:
        """Handles that are there already, and those to come, until it ends."""
        self.net.session.offline = True
        self.assertIn("session is offline", self.refused(self.request.send()))
        self.refused(self.request.start(3))
        self.refused(self.net.session.get(URL))
        self.net.session.offline = False
        pending = self.request.send()
        self.net.accept().send(DONE)
        self.successResultOf(pending)

    def test_request_that_ignores_it(self) -> None:
        """But not the flag, which was given for it alone."""
        self.net.session.offline = True
        for option in (True, None):
            request = self.connection.open_request()
            request.ignores_offline = option is None or option
            request.send()
            self.net.accept()
        cached = self.connection.open_request(flags=Flag.FROM_CACHE)
        cached.ignores_offline = True
        self.refused(cached.send())
