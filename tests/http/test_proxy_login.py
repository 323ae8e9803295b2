"""Proxies that ask who one is, and servers behind them."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.http.challenger import (
    ANN,
    BASIC,
    BOB,
    DIGEST,
    DONE,
    Asked,
    asks,
    moved,
    said,
)
from tests.http.proxied import OneProxy, proxied_net
from twinet.flags import Flag
from twinet.options import Option
from twinet.proxy import Proxy


class ProxyTests(SynchronousTestCase):
    """A proxy in the clear, which asks for itself."""

    def setUp(self) -> None:
        self.net = proxied_net(Proxy("http", "127.0.0.9", 3128, BOB))
        self.session = self.net.session

    def both(self, request: bytes) -> tuple[Asked | None, Asked | None]:
        """Return what is said to the proxy and to the server."""
        return said(request, b"Proxy-Authorization"), said(request)

    def test_proxy_and_server_ask(self) -> None:
        """The proxy first; each is told its own, and both ahead the next time."""
        pending = self.session.get("http://ann:a@origin.test/d/x")
        peer = self.net.accept()
        self.assertEqual(self.both(peer.request()), (None, None))
        peer.send(asks(BASIC, DIGEST, status=407))
        proxy, server = self.both(peer.request())
        assert proxy is not None
        self.assertTrue(proxy.right_for(BOB, b"GET"))
        self.assertIsNone(server)
        peer.send(asks(DIGEST.replace(b"n1", b"m1")))
        proxy, server = self.both(peer.request())
        assert proxy is not None
        assert server is not None
        self.assertEqual((proxy.nonce, proxy.count), (b"n1", 2))
        self.assertTrue(proxy.right_for(BOB, b"GET"))
        self.assertEqual((server.nonce, server.count), (b"m1", 1))
        self.assertTrue(server.right_for(ANN, b"GET"))
        peer.send(DONE)
        self.assertEqual(self.successResultOf(pending).response.status_code, 200)
        self.session.get("http://origin.test/d/y")
        proxy, server = self.both(peer.request())
        assert proxy is not None
        assert server is not None
        self.assertEqual((proxy.count, server.count), (3, 2))

    def test_basic_to_a_proxy_is_sent_ahead_once_it_asked(self) -> None:
        """To whatever server; and a server never hears of it."""
        pending = self.session.get("http://origin.test/d/x")
        peer = self.net.accept()
        peer.request()
        peer.send(asks(BASIC, status=407))
        peer.request()
        peer.send(DONE)
        self.successResultOf(pending)
        pending = self.session.get("http://other.test/")
        proxy, server = self.both(peer.request())
        assert proxy is not None
        self.assertEqual((proxy.pair, server), ("bob:b", None))
        peer.send(moved("http://127.0.0.1/"))
        proxies = self.session.engine.proxies
        assert isinstance(proxies, OneProxy)
        self.assertIsNotNone(said(peer.request(), b"Proxy-Authorization"))
        peer.send(DONE)
        self.successResultOf(pending)
        proxies.straight = ("127.0.0.1",)
        self.session.get("http://127.0.0.1/")
        self.assertEqual(self.both(self.net.accept().request()), (None, None))

    def test_refusals_stand(self) -> None:
        """Of the proxy and of the server, each after one answer."""
        for status in (401, 407):
            self.setUp()
            pending = self.session.get("http://ann:a@origin.test/")
            peer = self.net.accept()
            for count in range(2):
                self.assertTrue(peer.request(), count)
                peer.send(asks(DIGEST, BASIC, status=status))
            self.assertEqual(peer.request(), b"")
            response = self.successResultOf(pending).response
            self.assertEqual(response.status_code, status)

    def test_options_of_the_request(self) -> None:
        """Set after the answer, in the place of what came with the proxy."""
        connection = self.session.http("origin.test")
        request = connection.open_request("GET", "/")
        pending = request.send()
        peer = self.net.accept()
        for _ in range(2):
            peer.request()
            peer.send(asks(DIGEST, status=407))
        self.assertEqual(self.successResultOf(pending).response.status_code, 407)
        request.options[Option.PROXY_USERNAME] = "ann"
        request.options[Option.PROXY_PASSWORD] = "a"
        pending = request.send()
        self.net.advance()
        # Another user has connections of his own.
        peer = self.net.accept()
        if said(peer.request(), b"Proxy-Authorization") is None:
            peer.send(asks(DIGEST, status=407))
            heard = said(peer.request(), b"Proxy-Authorization")
            assert heard is not None
            self.assertTrue(heard.right_for(ANN, b"GET"))
        peer.send(DONE)
        self.assertEqual(self.successResultOf(pending).response.status_code, 200)
        # A connection's are its requests'.
        connection.options[Option.PROXY_USERNAME] = "eve"
        other = connection.open_request("GET", "/")
        self.assertEqual(other.options[Option.PROXY_USERNAME], "eve")
        self.assertEqual(request.options[Option.PROXY_USERNAME], "ann")

    def test_options_for_a_socks_proxy(self) -> None:
        """It asks while the connection is opened (RFC 1929)."""
        self.net = proxied_net(Proxy("socks5", "127.0.0.9", 1080, BOB))
        connection = self.net.session.http("origin.test")
        connection.options[Option.PROXY_USERNAME] = "ann"
        connection.options[Option.PROXY_PASSWORD] = "a"
        connection.open_request("GET", "/").send()
        peer = self.net.accept()
        self.assertEqual(peer.request()[:1], b"\x05")
        peer.send(b"\x05\x02")
        self.assertEqual(peer.request(), b"\x01\x03ann\x01a")

    def test_tunnels_are_opened_as_somebody(self) -> None:
        """By him that came with the proxy, or that the options name."""
        for given, proxies in ((None, BOB), (ANN, None)):
            self.net = proxied_net(Proxy("http", "127.0.0.9", 3128, proxies))
            connection = self.net.session.http("origin.test", tls=True)
            if given is not None:
                connection.options[Option.PROXY_USERNAME] = given.username
                connection.options[Option.PROXY_PASSWORD] = given.password
            connection.open_request("GET", "/").send()
            peer = self.net.accept()
            self.assertIsNone(said(peer.request(), b"Proxy-Authorization"))
            peer.send(asks(DIGEST, status=407))
            request = peer.request()
            if not request:
                peer = self.net.accept()
                request = peer.request()
            self.assertTrue(request.startswith(b"CONNECT origin.test:443 "), request)
            heard = said(request, b"Proxy-Authorization")
            assert heard is not None
            self.assertTrue(heard.right_for(given or BOB, b"CONNECT"))
            self.assertEqual(heard.parameters[b"uri"], b"origin.test:443")

    def test_flags(self) -> None:
        """NO_AUTH is for both; SUPPRESS_SERVER_AUTH for the server alone."""
        pending = self.session.get("http://ann:a@origin.test/", flags=Flag.NO_AUTH)
        peer = self.net.accept()
        peer.request()
        peer.send(asks(BASIC, status=407))
        self.assertEqual(self.successResultOf(pending).response.status_code, 407)
        pending = self.session.get(
            "http://ann:a@origin.test/", flags=Flag.SUPPRESS_SERVER_AUTH
        )
        peer.request()
        peer.send(asks(BASIC, status=407))
        self.assertIn(b"Proxy-Authorization", peer.request())
        peer.send(asks(BASIC))
        self.assertEqual(self.successResultOf(pending).response.status_code, 401)

    def test_programs_own_field(self) -> None:
        """Goes out as it is; the proxy's refusal stands."""
        pending = self.session.get(
            "http://origin.test/", headers={"Proxy-Authorization": "Bearer t"}
        )
        peer = self.net.accept()
        self.assertIn(b"Proxy-Authorization: Bearer t\r\n", peer.request())
        peer.send(asks(BASIC, status=407))
        self.assertEqual(self.successResultOf(pending).response.status_code, 407)

    def test_server_that_says_407(self) -> None:
        """Without a proxy on the way nobody is told anything."""
        self.session.engine.proxies = None
        pending = self.session.get("http://ann:a@127.0.0.1/")
        peer = self.net.accept()
        peer.request()
        peer.send(asks(BASIC, status=407))
        self.assertEqual(self.successResultOf(pending).response.status_code, 407)
