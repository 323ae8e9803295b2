"""Which way the requests of a session go: by its settings, step for step."""

from __future__ import annotations

import os
from typing import Any

from twisted.internet.endpoints import TCP4ClientEndpoint
from twisted.internet.testing import MemoryReactorClock
from twisted.trial.unittest import SynchronousTestCase

import twinet
from tests.http.memory import MemoryNet, Peer
from twinet import Option, Proxy, ProxySettings
from twinet.errors import InternetError, InvalidParameter
from twinet.flags import OpenType

#: Two proxies, and a server that is reached straight.
LIST = "http=http://u:geheim@127.0.0.8:3128 https=127.0.0.9:3128"
FIRST, SECOND = ("127.0.0.8", 3128), ("127.0.0.9", 3128)
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
#: After which the next request needs a connection of its own.
LAST = ANSWER.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")


def moved(url: str) -> bytes:
    return (
        b"HTTP/1.1 302 Go\r\nContent-Length: 0\r\nLocation: %b\r\n\r\n" % url.encode()
    )


class WayCase(SynchronousTestCase):
    """No environment, and a net of proxies and servers."""

    def setUp(self) -> None:
        self.environment: dict[str, str] = {}
        self.patch(os, "environ", self.environment)

    def open(self, **options: Any) -> None:
        self.net = MemoryNet(**options)
        self.session = self.net.session

    def connected(self) -> tuple[tuple[str, int], Peer]:
        """Let the oldest attempt succeed; return where it led."""
        peer = self.net.accept()
        address = peer.transport.getPeer()
        return (address.host, address.port), peer

    def way(self, url: str) -> tuple[str, int]:
        """Send a request, and return where it leads; it is answered."""
        got = self.session.get(url)
        address, peer = self.connected()
        asked = peer.request()
        if asked.startswith(b"GET"):
            absolute = asked.startswith(b"GET http://")
            self.assertEqual(absolute, address in (FIRST, SECOND), asked)
            peer.send(LAST)
            self.successResultOf(got)
        else:
            host = url.removeprefix("https://").rstrip("/").encode()
            self.assertTrue(asked.startswith(b"CONNECT %b:443 " % host), asked)
            peer.close()
            self.failureResultOf(got, InternetError)
        return address


class SettingsTests(WayCase):
    """What the session was given, and what it was not."""

    def test_nothing_is_said(self) -> None:
        """Straight, and nobody is asked."""
        self.open()
        self.assertEqual(self.way("http://192.0.2.1/"), ("192.0.2.1", 80))
        self.assertIs(self.session.engine.proxies, None)
        self.assertIs(self.session.proxy.access_type, OpenType.PRECONFIG)

    def test_a_list(self) -> None:
        """Each protocol has its own, this machine none."""
        self.open(proxy=LIST)
        self.assertEqual(self.way("http://192.0.2.1/"), FIRST)
        self.assertEqual(self.way("https://192.0.2.1/"), SECOND)
        self.assertEqual(self.way("http://127.0.0.1/"), ("127.0.0.1", 80))
        self.assertEqual(self.net.resolver.asked, [])
        self.assertEqual(self.session.proxy, ProxySettings(LIST))

    def test_one_proxy(self) -> None:
        """As a record, for all URLs."""
        self.open(proxy=Proxy("http", "127.0.0.9", 3128))
        self.assertEqual(self.way("http://192.0.2.1/"), SECOND)
        self.assertEqual(self.way("https://192.0.2.1/"), SECOND)

    def test_a_bypass_list(self) -> None:
        """The hosts on it are reached straight, and so is nobody else."""
        self.open(proxy=ProxySettings("127.0.0.9:3128", bypass="192.0.2.*;<-loopback>"))
        self.assertEqual(self.way("http://192.0.2.7:81/"), ("192.0.2.7", 81))
        self.assertEqual(self.way("http://198.51.100.1/"), SECOND)
        self.assertEqual(self.way("http://127.0.0.1/"), SECOND)

    def test_the_environment(self) -> None:
        """It is read once, when the session is made."""
        self.environment.update(http_proxy="127.0.0.8:3128", no_proxy="192.0.2.7")
        self.open()
        self.environment["http_proxy"] = "127.0.0.9:3128"
        self.assertEqual(self.way("http://192.0.2.1/"), FIRST)
        self.assertEqual(self.way("http://192.0.2.7/"), ("192.0.2.7", 80))

    def test_the_straight_way_whatever_the_environment_says(self) -> None:
        """In both spellings."""
        self.environment["all_proxy"] = "127.0.0.8:3128"
        for proxy in ("", ProxySettings.direct()):
            self.open(proxy=proxy)
            self.assertEqual(self.way("http://192.0.2.1/"), ("192.0.2.1", 80))
            self.assertIs(self.session.engine.proxies, None)

    def test_who_brings_a_way_to_connect_goes_by_that(self) -> None:
        """Unless it is told proxies as well: then it is the way to the proxy."""
        self.environment["all_proxy"] = "127.0.0.8:3128"
        reactor = MemoryReactorClock()
        asked = []

        def connect(host: str, port: int) -> TCP4ClientEndpoint:
            asked.append((host, port))
            return TCP4ClientEndpoint(reactor, "127.0.0.5", 5)

        for proxy, expected in ((None, ("192.0.2.1", 80)), ("127.0.0.9:3128", SECOND)):
            session = twinet.Session(reactor, connect=connect, proxy=proxy)
            session.get("http://192.0.2.1/")
            self.assertEqual(asked.pop(), expected)
            session.refresh_proxy()
            self.assertEqual(bool(session.proxy), proxy is not None)

    def test_what_cannot_be(self) -> None:
        """It is told where it is given, without the password."""
        for proxy in (5, b"p:1", ["p:1"], "http://u:geheim@p:x", "news=p", False):
            error = self.assertRaises(InvalidParameter, self.open, proxy=proxy)
            self.assertNotIn("geheim", str(error))
        self.environment["https_proxy"] = "quic://u:geheim@p"
        error = self.assertRaises(InvalidParameter, self.open)
        self.assertIn("https_proxy", error.message)
        self.assertNotIn("geheim", str(error))
        self.open(proxy="")

    def test_no_secret_is_shown(self) -> None:
        """Wherever settings are printed."""
        self.open(proxy=LIST)
        for shown in (self.session, self.session.proxy, vars(self.session)):
            self.assertNotIn("geheim", repr(shown) + str(shown))


class ChangeTests(WayCase):
    """Settings that change while a session lives."""

    def test_a_change_acts_on_what_is_sent_from_then_on(self) -> None:
        """What has been sent goes on, and its connection serves nobody else."""
        self.open()
        url = "http://192.0.2.1/"
        first = self.session.get(url)
        address, peer = self.connected()
        self.session.set_proxy("127.0.0.9:3128")
        peer.request()
        peer.send(ANSWER)
        self.assertEqual(self.successResultOf(first).response.status_code, 200)
        self.assertEqual(self.way(url), SECOND)
        self.session.set_proxy("")
        self.session.get(url)
        self.assertEqual(self.net.attempts, 0)
        self.assertTrue(peer.request().startswith(b"GET / "))
        self.assertEqual(address, ("192.0.2.1", 80))

    def test_a_prepared_request_goes_by_what_is_when_it_is_sent(self) -> None:
        """As on Windows, where the root is asked then."""
        self.open()
        request = self.session.http("192.0.2.1").open_request("GET", "/")
        self.session.options[Option.PROXY] = "127.0.0.9:3128"
        request.send()
        self.assertEqual(self.connected()[0], SECOND)

    def test_the_environment_is_read_again_when_asked_for(self) -> None:
        """By the options; and only where it was what was gone by."""
        for option in (Option.REFRESH, Option.PROXY_SETTINGS_CHANGED):
            self.environment.clear()
            self.open()
            self.environment["http_proxy"] = "127.0.0.8:3128"
            self.assertEqual(self.way("http://192.0.2.1/"), ("192.0.2.1", 80))
            self.session.options[option] = None
            self.assertEqual(self.way("http://192.0.2.1/"), FIRST)
            self.session.set_proxy("127.0.0.9:3128")
            self.session.options[option] = None
            self.assertEqual(self.way("http://192.0.2.1/"), SECOND)
            self.session.set_proxy()
            self.assertEqual(self.session.proxy.access_type, OpenType.PRECONFIG)

    def test_what_cannot_be_changes_nothing(self) -> None:
        """The old ones stay."""
        self.open(proxy="127.0.0.9:3128")
        for bad in ("p:x", 5):
            self.assertRaises(InvalidParameter, self.session.set_proxy, bad)
        self.environment["http_proxy"] = "p:x"
        self.assertRaises(InvalidParameter, self.session.set_proxy)
        self.assertEqual(self.way("http://192.0.2.1/"), SECOND)
        self.session.options[Option.REFRESH] = None


class RedirectTests(WayCase):
    """Each step of a journey is chosen for anew."""

    def follow(self, *urls: str) -> list[tuple[str, int]]:
        """Send a request that is redirected from URL to URL; return where it led."""
        got = self.session.get(urls[0])
        led = []
        for url in urls[1:]:
            address, peer = self.connected()
            led.append(address)
            peer.send(moved(url))
            self.net.advance()
        address, peer = self.connected()
        led.append(address)
        if peer.request().startswith(b"GET"):
            peer.send(LAST)
            response = self.successResultOf(got).response
            self.assertEqual(response.url, urls[-1])
            through = [each.proxy is not None for each in (*response.history, response)]
            self.assertEqual(through, [each in (FIRST, SECOND) for each in led])
        return led

    def test_through_and_past(self) -> None:
        """From a proxied host to one that is bypassed, and back."""
        settings = ProxySettings("127.0.0.8:3128", bypass="192.0.2.7")
        straight = ("192.0.2.7", 80)
        self.open(proxy=settings)
        self.assertEqual(
            self.follow("http://192.0.2.1/", "http://192.0.2.7/"), [FIRST, straight]
        )
        self.open(proxy=settings)
        self.assertEqual(
            self.follow("http://192.0.2.7/x", "http://192.0.2.2/"), [straight, FIRST]
        )

    def test_from_one_proxy_to_the_other(self) -> None:
        """When the protocol changes."""
        self.open(proxy="http=127.0.0.8:3128 https=127.0.0.9:3128")
        led = self.follow("http://192.0.2.1/", "https://192.0.2.1/")
        self.assertEqual(led, [FIRST, SECOND])


class DoorTests(WayCase):
    """Everything that makes or uses a session."""

    def test_agent_and_treq(self) -> None:
        """An agent's session is told like any other; treq goes its session's way."""
        reactor = MemoryReactorClock()
        agent = twinet.Agent(reactor, proxy="127.0.0.9:3128")
        agent.request(b"GET", b"http://192.0.2.1/")
        self.assertEqual(reactor.tcpClients[0][:2], SECOND)
        self.open(proxy="127.0.0.8:3128")
        self.session.treq().get("http://192.0.2.1/")
        self.assertEqual(self.connected()[0], FIRST)

    def test_calls_without_a_session(self) -> None:
        """They take the same argument, and go by the environment."""
        for call in (
            lambda reactor, **how: twinet.fetch(
                "http://192.0.2.1/", reactor=reactor, **how
            ),
            lambda reactor, **how: twinet.download(
                "http://192.0.2.1/x", "nowhere", reactor=reactor, **how
            ),
        ):
            self.environment["http_proxy"] = "127.0.0.8:3128"
            for how, expected in (
                ({}, FIRST),
                ({"proxy": "127.0.0.9:3128"}, SECOND),
                ({"proxy": ""}, ("192.0.2.1", 80)),
            ):
                reactor = MemoryReactorClock()
                calling = call(reactor, **how)
                self.assertEqual(reactor.tcpClients[0][:2], expected)
                calling.cancel()
                reactor.advance(0)
                self.failureResultOf(calling, InternetError)
            failing = call(MemoryReactorClock(), proxy="p:x")
            self.failureResultOf(failing, InvalidParameter)
