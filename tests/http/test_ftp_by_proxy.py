"""ftp URLs that are asked of an HTTP proxy, which speaks FTP with the server."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from tests.http.memory import OK, MemoryNet, NetTestCase
from tests.http.proxied import PROXY, SOCKS5, OneProxy, proxied_net
from twinet import errors
from twinet.flags import Flag

URL = "ftp://ftp.test/pub/a%20b.txt;type=i"
DONE = OK + b"hello"


class FtpByProxyTests(NetTestCase):
    """What is asked of the proxy, and what comes back."""

    def setUp(self) -> None:
        self.net = proxied_net()

    def open(self, url: str = URL, **how: Any) -> Any:
        return self.net.session.open_url(url, **how)

    def test_asked_in_absolute_form(self) -> None:
        """As any other URL; the answer is read as any other."""
        opened = self.open()
        peer = self.net.accept()
        self.assertEqual(
            peer.request(),
            b"GET ftp://ftp.test/pub/a%20b.txt;type=i HTTP/1.1\r\nHost: ftp.test\r\n"
            b"User-Agent: twinet/0.1\r\nAccept: */*\r\n\r\n",
        )
        peer.send(DONE)
        resource = self.successResultOf(opened)
        self.assertEqual(self.successResultOf(resource.read(9)), b"hello")
        self.assertEqual(resource.url, URL)
        self.assertEqual(self.net.resolver.asked, [])

    def test_port_and_case(self) -> None:
        """21 is the scheme's own."""
        for url, line, host in (
            ("FTP://ftp.test:21/", b"ftp://ftp.test/", b"ftp.test"),
            ("ftp://ftp.test:2121", b"ftp://ftp.test:2121/", b"ftp.test:2121"),
            ("ftp://[::1]/x", b"ftp://[::1]/x", b"[::1]"),
        ):
            self.net = proxied_net()
            self.open(url)
            asked = self.net.accept().request().split(b"\r\n")
            self.assertEqual(asked[:2], [b"GET %b HTTP/1.1" % line, b"Host: " + host])

    def test_login_goes_in_a_field_and_not_in_the_url(self) -> None:
        """URLs stand in the logs of proxies."""
        opened = self.open("ftp://me:s3cret@ftp.test/x")
        peer = self.net.accept()
        asked = peer.request()
        self.assertIn(b"GET ftp://ftp.test/x HTTP", asked)
        login = b"Authorization: Basic " + b64encode(b"me:s3cret")
        self.assertIn(login + b"\r\n", asked)
        peer.send(
            b"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=ftp\r\n"
            b"Content-Length: 2\r\n\r\nno"
        )
        resource = self.successResultOf(opened)
        self.assertEqual(resource.response.status_code, 401)
        self.assertNotIn("s3cret", repr(resource) + resource.url + repr(self.told()))

    def test_no_cookies_either_way(self) -> None:
        """FTP has none, and a proxy's are not the server's."""
        cookie = b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n"
        self.net.session.get("http://ftp.test/")
        peer = self.net.accept()
        peer.send(cookie)
        peer.request()
        self.assertEqual(len(self.net.session.cookies), 1)
        self.open()
        self.assertNotIn(b"Cookie", peer.request())
        peer.send(cookie.replace(b"a=b", b"c=d"))
        self.assertEqual(len(self.net.session.cookies), 1)

    def test_redirects(self) -> None:
        """To http they are followed, without the login; to ftp they are answers."""
        opened = self.open("ftp://me:s3cret@ftp.test/x")
        peer = self.net.accept()
        peer.request()
        peer.send(
            b"HTTP/1.1 302 Go\r\nLocation: http://ftp.test/y\r\n"
            b"Content-Length: 0\r\n\r\n"
        )
        asked = peer.request()
        self.assertTrue(asked.startswith(b"GET http://ftp.test/y HTTP/1.1"))
        self.assertNotIn(b"Authorization", asked)
        peer.send(DONE)
        self.successResultOf(opened)
        opened = self.open()
        peer.send(b"HTTP/1.1 302 Go\r\nLocation: /y\r\nContent-Length: 0\r\n\r\n")
        self.assertEqual(self.successResultOf(opened).response.status_code, 302)

    def test_without_such_a_proxy(self) -> None:
        """The server itself is asked, and it speaks FTP."""
        for proxies in (None, OneProxy(None), OneProxy(PROXY, "127.0.0.1")):
            self.net = proxied_net()
            self.net.session.engine.proxies = proxies
            self.open("ftp://127.0.0.1/x").addErrback(lambda _: None)
            self.assertEqual(self.net.hand.attempts[-1].target, ("127.0.0.1", 21))
            server = self.net.accept()
            server.send(b"220 hi\r\n")
            self.assertEqual(server.request(), b"USER anonymous\r\n")

    def test_socks(self) -> None:
        """The proxy leads to the server, and to its data."""
        self.net.session.engine.proxies = OneProxy(SOCKS5)
        self.open().addErrback(lambda _: None)
        server = self.net.accept()
        self.assertEqual(server.request(), b"\5\1\0")

    def test_proxy_that_is_there_no_more(self) -> None:
        """The handle is sent again: nobody speaks HTTP to an FTP server."""
        opened = self.open()
        peer = self.net.accept()
        peer.send(DONE)
        resource = self.successResultOf(opened)
        self.net.session.engine.proxies = None
        again = resource.send()
        self.failureResultOf(again, errors.UnrecognizedScheme)
        self.assertEqual(self.net.attempts, 0)

    def test_what_cannot_be_asked(self) -> None:
        """Bad URLs, flags and queries; a closed session."""
        for url, how, kind in (
            ("ftp:///x", {}, errors.InvalidUrl),
            ("ftp://h/\n", {}, errors.InvalidUrl),
            (URL, {"params": {"a": "b"}}, errors.InvalidParameter),
            (URL, {"flags": "x"}, errors.InvalidParameter),
            (URL, {"flags": Flag.SECURE}, errors.InvalidParameter),
            ("news://h/", {}, errors.UnrecognizedScheme),
        ):
            self.failureResultOf(self.open(url, **how), kind)
        self.net.session.close()
        self.failureResultOf(self.open(), errors.InvalidHandle)

    def test_sought_place(self) -> None:
        """As with HTTP: the proxy is asked for the rest."""
        opened = self.open()
        peer = self.net.accept()
        peer.request()
        peer.send(
            b"HTTP/1.1 200 OK\r\nAccept-Ranges: bytes\r\nContent-Length: 3000000\r\n"
            b'ETag: "x"\r\n\r\nhello'
        )
        resource = self.successResultOf(opened)
        resource.seek(2000000)
        self.net.advance()
        asked = self.net.accept().request()
        self.assertTrue(asked.startswith(b"GET ftp://ftp.test/pub/"))
        self.assertIn(b"Range: bytes=2000000-", asked)


class WininetTests(NetTestCase):
    """InternetOpenUrl with a proxy in CERN style."""

    def test_open_url(self) -> None:
        """It gives the request's handle."""
        from twinet.wininet import InternetOpenUrl  # noqa: PLC0415  late, as it is large

        self.net: MemoryNet = proxied_net()
        InternetOpenUrl(self.net.session, URL)
        self.assertIn(b"GET ftp://ftp.test/pub/", self.net.accept().request())
