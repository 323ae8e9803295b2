"""Gopher past proxies: URLs are asked of those of HTTP, all else is led by tunnels."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from tests.gopher.memory import MENU, GopherTestCase
from tests.http.memory import MemoryNet, Peer
from twinet import errors

OPEN = b"HTTP/1.1 200 Connection established\r\n\r\n"
#: What a proxy says that wants to know who asks, and keeps the connection.
WHO = (
    b"HTTP/1.1 407 Who is it?\r\nProxy-Authenticate: Basic realm=gate\r\n"
    b"Content-Length: 3\r\n\r\nno!"
)


class AskedTests(GopherTestCase):
    """A whole URL is asked of an HTTP proxy, which speaks Gopher with the server."""

    def test_url_in_absolute_form(self) -> None:
        self.net.session.set_proxy("gopher=127.0.0.9:3128")
        url = "gopher://u:secret@host.example/0/a%20b"
        pending: Any = self.net.session.open_url(url)
        self.assertEqual(self.net.hand.attempts[-1].target, ("127.0.0.9", 3128))
        peer = self.net.accept()
        head = peer.request()
        self.assertTrue(
            head.startswith(b"GET gopher://host.example/0/a%20b HTTP/1.1\r\n")
        )
        self.assertNotIn(b"Authorization", head)
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
        request = self.successResultOf(pending)
        self.assertEqual(self.successResultOf(request.read(9)), b"hello")


class ConnectTests(GopherTestCase):
    """A proxy of HTTP leads handles, and URLs in TLS, to their servers by CONNECT."""

    def setUp(self) -> None:
        self.net = MemoryNet(proxy="gopher=http://127.0.0.9:3128")

    def led(self, where: str, answer: bytes = OPEN) -> Peer:
        """Take a connection of which a tunnel is asked, and answer that."""
        self.assertEqual(self.net.hand.attempts[-1].target, ("127.0.0.9", 3128))
        peer = self.net.accept()
        line = f"CONNECT {where} HTTP/1.1\r\nHost: {where}\r\n".encode()
        self.assertTrue(peer.request().startswith(line))
        peer.send(answer)
        return peer

    def test_every_call(self) -> None:
        """Each has a tunnel of its own, and nothing is said before it stands."""
        gopher = self.net.session.gopher("host.example", 7070)
        calls: tuple[tuple[Any, bytes, bytes], ...] = (
            (gopher.find, b"\r\n", MENU),
            (lambda: gopher.open_file("9\t/a\thost.example\t7070"), b"/a\r\n", b"abc"),
            (gopher.caps, b"caps.txt\r\n", b"CAPS\r\n"),
        )
        for call, request, answer in calls:
            pending = call()
            peer = self.led("host.example:7070")
            self.assertEqual(peer.request(), request)
            peer.send(answer)
            peer.close()
            self.successResultOf(pending)
            self.assertTrue(peer.closed)

    def test_locator_of_another_server(self) -> None:
        """It leads there, and so does the tunnel; IPv6 has its brackets."""
        pending = self.net.session.gopher("host.example").open_file(
            "9\t/a\t2001:db8::1\t70"
        )
        peer = self.led("[2001:db8::1]:70")
        peer.close()
        self.successResultOf(pending)

    def test_tls_is_spoken_through_it(self) -> None:
        """The proxy is not asked to speak Gopher in TLS."""
        self.net.session.open_url("gophers://host.example/9/a").addErrback(str)
        peer = self.led("host.example:70")
        self.assertEqual(peer.request()[:1], b"\x16")

    def test_what_nobody_has_asked_for(self) -> None:
        """A Gopher server waits to be asked: what comes before that is not its word."""
        pending = self.net.session.gopher("host.example").find()
        peer = self.led("host.example:70", OPEN + MENU)
        kind = errors.HttpInvalidServerResponse
        fault = self.failureResultOf(pending, kind).value
        self.assertIn("before the server's turn", str(fault))
        self.check_all_closed(peer)

    def test_refusals(self) -> None:
        """In the proxy's words; nothing is left."""
        cases: tuple[tuple[bytes, type[errors.InternetError], str], ...] = (
            (
                b"HTTP/1.1 403 Only 443\r\nContent-Length: 0\r\n\r\n",
                errors.CannotConnect,
                "403 Only 443",
            ),
            (WHO, errors.LoginFailure, "407 Who is it?"),
            (b"what?\r\n", errors.HttpInvalidServerResponse, "127.0.0.9"),
        )
        for answer, kind, words in cases:
            self.net = MemoryNet(proxy="gopher=http://127.0.0.9:3128")
            pending = self.net.session.gopher("host.example").find()
            peer = self.led("host.example:70", answer)
            fault = self.failureResultOf(pending, kind).value
            self.assertIn(words, str(fault))
            self.check_all_closed(peer)

    def test_password(self) -> None:
        """It is said when it is asked for; a wrong one is 12014, and never shown."""
        self.net = MemoryNet(proxy="gopher=http://me:secret@127.0.0.9:3128")
        token = b64encode(b"me:secret")
        for ends_well in (True, False):
            pending = self.net.session.gopher("host.example").find()
            peer = self.net.accept()
            if ends_well:
                self.assertNotIn(token, peer.request())
                peer.send(WHO)
            said = peer.request()
            self.assertIn(b"Proxy-Authorization: Basic " + token, said)
            if ends_well:
                peer.send(OPEN)
                self.assertEqual(peer.request(), b"\r\n")
                peer.send(MENU)
                peer.close()
                self.successResultOf(pending)
                continue
            peer.send(WHO)
            fault = self.failureResultOf(pending, errors.IncorrectPassword).value
            self.assertNotIn("secret", str(fault))
            self.check_all_closed(peer)

    def test_proxy_that_says_nothing(self) -> None:
        """The wait ends, and names it."""
        pending = self.net.session.gopher("host.example").find()
        peer = self.net.accept()
        self.net.advance(31)
        fault = self.failureResultOf(pending, errors.Timeout).value
        self.assertIn("127.0.0.9", str(fault))
        self.check_all_closed(peer)

    def test_closed_while_it_is_asked(self) -> None:
        gopher = self.net.session.gopher("host.example")
        pending = gopher.find()
        peer = self.net.accept()
        gopher.close()
        self.failureResultOf(pending, errors.OperationCancelled)
        self.check_all_closed(peer)


class SocksTests(GopherTestCase):
    def test_through_socks(self) -> None:
        for speech, hello in (("socks5", b"\x05\x01\x00"), ("socks4a", b"\x04\x01")):
            self.net.session.set_proxy(f"gopher={speech}://127.0.0.9:1080")
            pending: Any = self.net.session.open_url("gopher://host.example/9/x")
            peer = self.net.accept()
            self.assertTrue(peer.request().startswith(hello))
            if speech == "socks5":
                peer.send(b"\x05\x00")
                self.assertIn(b"host.example\x00\x46", peer.request())
                peer.send(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
            else:
                peer.send(b"\x00\x5a\x00\x00\x00\x00\x00\x00")
            self.assertEqual(peer.request(), b"/x\r\n")
            peer.send(b"abc")
            peer.close()
            file = self.successResultOf(pending)
            self.assertEqual(self.successResultOf(file.read(9)), b"abc")
