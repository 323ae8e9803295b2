"""The logins of one order: at its server, at a proxy on the way, and for a tunnel."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.http.challenger import Asked, head_of
from tests.http.test_login import (
    ANN,
    AS_ANN,
    AS_BOB,
    BASIC,
    BOB,
    MD5,
    OK,
    PROXY,
    asks,
    memory,
    offers,
)
from twinet._http.auth import RequestLogin, tunnel_login
from twinet._http.login_memory import LoginMemory
from twinet._http.order import Order
from twinet._http.protection_space import Place, place_of, place_of_proxy
from twinet._wire.netrc import parse_netrc
from twinet.flags import Flag, SecurityFlag
from twinet.proxy import Proxy
from twinet.records import Limits
from twinet.urls import crack_http


class ThroughProxies(SynchronousTestCase):
    """A case with orders that go through a proxy."""

    def order(self, url: str = "https://h.test/x", **more: Any) -> Order:
        """Return an order that goes through the proxy."""
        nothing: Any = None
        order = Order(
            *(b"GET", crack_http(url), b"", (), None, nothing, Limits()),
            *(more.pop("flags", Flag(0)), SecurityFlag(0)),
        )
        order.proxy = PROXY
        for name, value in more.items():
            setattr(order, name, value)
        return order


class WhoAsksTests(ThroughProxies):
    """Who may be told anything about a request."""

    def test_only_a_proxy_that_gets_the_request_itself(self) -> None:
        """Not the server at the end of a tunnel, nor one behind a SOCKS proxy."""
        for url, speech, asked in (
            ("http://h.test/", "http", True),
            ("http://h.test/", "https", True),
            ("https://h.test/", "http", False),
            ("https://h.test/", "https", False),
            ("http://h.test/", "socks5", False),
            ("http://h.test/", "socks4a", False),
        ):
            kept = memory()
            proxy: Any = Proxy(speech, "proxy.test", 3128, BOB)  # type: ignore[arg-type]
            order = self.order(url, proxy=proxy)
            login = RequestLogin(kept)
            self.assertEqual(login.lines(order), ())
            met = login.met(order, asks(BASIC, status=407))
            self.assertIs(met, asked, (url, speech))
            names = [name for name, _ in login.lines(order)]
            self.assertEqual(names, [b"Proxy-Authorization"] if asked else [])
            # What opened a tunnel is not said inside of it.
            kept.asked(place_of_proxy(proxy), offers(BASIC), "")
            self.assertEqual(len(RequestLogin(kept).lines(order)), asked)

    def test_netrc_is_for_servers(self) -> None:
        """A proxy on such a host is another matter."""
        kept = LoginMemory(parse_netrc("machine proxy.test login eve password x"))
        order = self.order("http://proxy.test/")
        login = RequestLogin(kept)
        self.assertFalse(login.met(order, asks(BASIC, status=407)))
        self.assertTrue(login.met(order, asks(BASIC)))

    def test_nextnonce_of_a_proxy(self) -> None:
        """It comes in a field of its own, beside what the server asks."""
        order = self.order("http://h.test/", proxy=AS_ANN)
        kept = memory()
        login = RequestLogin(kept)
        login.lines(order)
        self.assertTrue(login.met(order, asks(MD5, status=407)))
        login.lines(order)
        login.take(head_of(401, (b"Proxy-Authentication-Info", b"nextnonce=n9")))
        ((_, value),) = RequestLogin(kept).lines(order)
        self.assertEqual(Asked(value).nonce, b"n9")

    def test_request_without_a_body_has_one_to_hash(self) -> None:
        """An empty one: auth-int can be answered (RFC 7616, section 3.4.3)."""
        order = self.order("http://h.test/", proxy=None, credentials=ANN)
        login = RequestLogin(memory())
        integrity = MD5.replace(b'"auth"', b'"auth-int"')
        self.assertTrue(login.met(order, asks(integrity)))
        ((_, value),) = login.lines(order)
        self.assertTrue(Asked(value).right_for(ANN, b"GET", b""))

    def test_refusal_is_not_taken_for_leave(self) -> None:
        """What comes with it is not believed either."""
        order = self.order("http://h.test/", proxy=None, credentials=ANN)
        kept = memory()
        login = RequestLogin(kept)
        self.assertTrue(login.met(order, asks(MD5)))
        login.lines(order)
        info = (b"Authentication-Info", b"nextnonce=n9")
        for status in (401, 407):
            login.take(head_of(status, info))
        space = kept.space_for(place_of(order.url), "/")
        assert space is not None
        self.assertIsNone(space.credentials)
        self.assertEqual(Asked(dict(login.lines(order))[b"Authorization"]).nonce, b"n1")


class TunnelTests(ThroughProxies):
    """What a CONNECT says."""

    def test_digest_is_computed_of_the_tunnel(self) -> None:
        """Method CONNECT, and host and port."""
        kept = memory()
        order = self.order(proxy=AS_ANN)
        login = tunnel_login(kept, order)
        assert login is not None
        self.assertEqual(login.value(), b"")
        self.assertTrue(login.met(asks(MD5, BASIC, status=407)))
        said = Asked(login.value())
        self.assertEqual(said.parameters[b"uri"], b"h.test:443")
        self.assertTrue(said.right_for(ANN, b"CONNECT"))
        login.accepted(head_of(200, (b"Proxy-Authentication-Info", b"nextnonce=n2")))
        # The next tunnel, to wherever it leads, is answered for ahead.
        login = tunnel_login(kept, self.order("https://[::1]:444/"))
        assert login is not None
        said = Asked(login.value())
        self.assertEqual((said.nonce, said.count), (b"n2", 1))
        self.assertEqual(said.parameters[b"uri"], b"[::1]:444")

    def test_realm_of_a_proxy_is_the_last(self) -> None:
        """Wherever it asked: all goes through it."""
        kept = memory()
        for realm in (b"one", b"two"):
            login = tunnel_login(kept, self.order(proxy=AS_ANN))
            assert login is not None
            login.value()
            challenge = MD5.replace(b'"r"', b'"%b"' % realm)
            self.assertTrue(login.met(asks(challenge, status=407)))
        login = tunnel_login(kept, self.order(proxy=AS_ANN))
        assert login is not None
        self.assertEqual(Asked(login.value()).parameters[b"realm"], b"two")

    def test_basic_is_sent_ahead_once_it_was_asked_for(self) -> None:
        """Each tunnel would cost two connections otherwise."""
        kept = memory()
        order = self.order(proxy=AS_BOB)
        login = tunnel_login(kept, order)
        assert login is not None
        self.assertEqual(login.value(), b"")
        self.assertTrue(login.met(asks(BASIC, status=407)))
        self.assertEqual(Asked(login.value()).pair, "bob:b")
        login.accepted(OK)
        login = tunnel_login(kept, self.order())
        assert login is not None
        self.assertEqual(Asked(login.value()).pair, "bob:b")
        self.assertFalse(login.met(asks(BASIC, status=407)))

    def test_servers_challenges_are_not_the_proxys(self) -> None:
        """A 407 with WWW-Authenticate asks for nothing."""
        login = tunnel_login(memory(), self.order(proxy=AS_ANN))
        assert login is not None
        self.assertFalse(login.met(asks(BASIC)))

    def test_no_auth(self) -> None:
        """Nothing is said."""
        self.assertIsNone(tunnel_login(memory(), self.order(flags=Flag.NO_AUTH)))

    def test_place_of_a_proxy(self) -> None:
        """Whoever one is there."""
        self.assertEqual(place_of_proxy(PROXY), Place(True, "http", "proxy.test", 3128))
