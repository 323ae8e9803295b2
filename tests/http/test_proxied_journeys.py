"""Journeys past proxies: redirects, policies, limits, and what a trace shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.http.memory import OK, NetTestCase
from tests.http.proxied import (
    LOGIN,
    OPENED,
    PROXY,
    SOCKS4A,
    SOCKS4A_OPENED,
    SOCKS5,
    OneProxy,
    proxied_net,
)
from tests.http.traced import TraceTestCase
from twinet import errors
from twinet.proxy import Proxy
from twinet.records import Limits

if TYPE_CHECKING:
    from twinet.records import Destination

DONE = OK + b"hello"
URL = "http://origin.test:8080/p"


def moved(url: str) -> bytes:
    return (f"HTTP/1.1 302 Go\r\nLocation: {url}\r\nContent-Length: 0\r\n\r\n").encode()


class RedirectTests(NetTestCase):
    """Each hop goes its own way."""

    def test_to_a_host_that_is_reached_straight_and_back(self) -> None:
        """The proxy's connection waits meanwhile, and serves again."""
        self.net = proxied_net(PROXY, "near.test")
        got = self.net.session.get(URL)
        peer = self.net.accept()
        peer.request()
        peer.send(moved("http://near.test/q"))
        ((_, name),) = self.net.resolver.asked
        self.assertEqual(name, "near.test")
        self.net.resolver.answer("192.0.2.7")
        near = self.net.accept()
        self.assertTrue(near.request().startswith(b"GET /q HTTP/1.1\r\nHost: near"))
        near.send(moved("http://far.test/r"))
        self.assertEqual(self.net.attempts, 0)
        self.assertTrue(peer.request().startswith(b"GET http://far.test/r HTTP/1.1"))
        peer.send(DONE)
        response = self.successResultOf(got).response
        self.assertEqual(
            [each.proxy for each in (*response.history, response)],
            [PROXY, None, PROXY],
        )

    def test_from_http_to_https(self) -> None:
        """The proxy is asked for a tunnel then, on a connection of its own."""
        self.net = proxied_net()
        self.net.session.get(URL).addErrback(lambda _: None)
        peer = self.net.accept()
        peer.request()
        peer.send(moved("https://origin.test/p"))
        tunnel = self.net.accept()
        self.assertTrue(tunnel.request().startswith(b"CONNECT origin.test:443 HTTP"))
        tunnel.send(OPENED)
        self.assertEqual(tunnel.request()[:1], b"\x16")
        self.assertFalse(peer.closed)

    def test_words_for_the_proxy_do_not_go_to_another(self) -> None:
        """A field of the program's, or what the proxy's challenge was met with."""
        first = Proxy("http", "127.0.0.9", 3128, LOGIN)
        second = Proxy("http", "127.0.0.8", 3128)

        class Two:
            def proxy_for(self, url: Any) -> Proxy:
                return first if url.host == "origin.test" else second

        challenge = (
            b"HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm=x\r\n"
            b"Content-Length: 0\r\n\r\n"
        )
        for headers in ({}, {"Proxy-Authorization": "Basic dXNlcjpzM2NyZXQ="}):
            self.net = proxied_net()
            self.net.session.engine.proxies = Two()
            self.net.session.get(URL, headers=headers)
            peer = self.net.accept()
            if not headers:
                peer.request()
                peer.send(challenge)
            self.assertIn(b"dXNlcjpzM2NyZXQ=", peer.request())
            peer.send(moved("http://other.test/"))
            other = self.net.accept().request()
            self.assertTrue(other.startswith(b"GET http://other.test/ HTTP/1.1"))
            self.assertNotIn(b"Proxy-Authorization", other)


class StaleTests(NetTestCase):
    """A kept connection past a proxy that proves dead under a request."""

    def test_tunnel_is_opened_once_more(self) -> None:
        """For what may be repeated; the greeting is a new one."""
        self.net = proxied_net(SOCKS4A)
        self.net.session.get(URL)
        first = self.net.accept()
        asked = first.request()
        first.send(SOCKS4A_OPENED)
        first.send(DONE)
        first.request()
        got = self.net.session.get(URL)
        sent = first.request()
        self.assertTrue(sent.startswith(b"GET /p "))
        first.close()
        self.net.advance()
        second = self.net.accept()
        self.assertEqual(second.request(), asked)
        second.send(SOCKS4A_OPENED)
        self.assertEqual(second.request(), sent)
        second.send(DONE)
        self.successResultOf(got)

    def test_what_may_not_be_repeated_is_not(self) -> None:
        """A POST that the server may have met."""
        for proxy in (PROXY, SOCKS4A):
            self.net = proxied_net(proxy)
            self.net.session.get(URL)
            first = self.net.accept()
            if proxy is SOCKS4A:
                first.send(SOCKS4A_OPENED)
            first.send(DONE)
            first.request()
            got = self.net.session.post(URL, b"body")
            self.assertTrue(first.request().endswith(b"\r\n\r\nbody"))
            first.close()
            self.failureResultOf(got, errors.HttpInvalidServerResponse)
            self.net.advance()
            self.assertEqual(self.net.attempts, 0)

    def test_new_tunnel_is_refused(self) -> None:
        """Then that is what became of the request."""
        self.net = proxied_net(SOCKS4A)
        self.net.session.get(URL)
        first = self.net.accept()
        first.send(SOCKS4A_OPENED)
        first.send(DONE)
        got = self.net.session.get(URL)
        first.close()
        self.net.advance()
        second = self.net.accept()
        second.send(b"\x00\x5b")
        self.failureResultOf(got, errors.CannotConnect)
        self.check_nothing_left(first, second)


class PolicyTests(NetTestCase):
    """An egress policy is shown whom we connect to."""

    def setUp(self) -> None:
        self.seen: list[Destination] = []
        self.refuse: set[str] = set()
        self.net = proxied_net(PROXY, "near.test", policy=self.judge)

    def judge(self, destination: Destination) -> str | None:
        self.seen.append(destination)
        return "no" if str(destination.address) in self.refuse else None

    def test_proxy_is_shown_and_named(self) -> None:
        """With the URL that is asked for; the server's address is nobody's here."""
        for url in (URL, "https://origin.test/"):
            self.net.session.get(url).addErrback(lambda _: None)
            (shown,) = self.seen
            self.seen.clear()
            self.assertEqual(
                (shown.url, shown.scheme, shown.host, str(shown.address), shown.port),
                (url, url.partition(":")[0], "127.0.0.9", "127.0.0.9", 3128),
            )
            self.assertEqual(shown.proxy, PROXY)

    def test_refused_proxy(self) -> None:
        """It is the policy's error, and not the proxy's."""
        self.refuse.add("127.0.0.9")
        for url in (URL, "https://origin.test/"):
            error = self.failureResultOf(self.net.session.get(url)).value
            self.assertIs(type(error), errors.PolicyRefused)

    def test_kept_connection_is_judged_again(self) -> None:
        """For the next request, as a proxy."""
        self.net.session.get(URL)
        self.net.accept().send(DONE)
        self.seen.clear()
        self.refuse.add("127.0.0.9")
        got = self.net.session.get("http://other.test/")
        self.failureResultOf(got, errors.PolicyRefused)
        self.assertEqual(self.seen[0].proxy, PROXY)

    def test_who_redirected_behind_a_proxy_is_not_known(self) -> None:
        """The proxy's address is not his."""
        self.net.session.get(URL)
        self.net.accept().send(moved("http://near.test/"))
        self.net.resolver.answer("192.0.2.7")
        shown = self.seen[-1]
        self.assertEqual((shown.host, shown.hop, shown.proxy), ("near.test", 1, None))
        self.assertIsNone(shown.came_from)


class LimitTests(NetTestCase):
    """The limits of a request through a proxy say where it was."""

    def test_no_answer(self) -> None:
        """It may be either that says nothing."""
        self.net = proxied_net()
        got = self.net.session.get(URL, limits=Limits(first_byte=4))
        peer = self.net.accept()
        self.net.advance(4)
        error = self.failureResultOf(got).value
        self.assertIsInstance(error, errors.Timeout)
        words = "origin.test:8080 (through the proxy http://127.0.0.9:3128) did not"
        self.assertIn(words, str(error))
        self.check_nothing_left(peer)

    def test_look_up_and_connection_of_the_proxy(self) -> None:
        """They name it."""
        self.net = proxied_net(Proxy("http", "proxy.test", 3128))
        limits = Limits(lookup=3, connect=4)
        got = self.net.session.get(URL, limits=limits)
        self.net.advance(3)
        error = self.failureResultOf(got).value
        self.assertIsInstance(error, errors.Timeout)
        self.assertIn("looking up proxy.test took longer", str(error))
        got = self.net.session.get(URL, limits=limits)
        self.net.resolver.answer("192.0.2.1")
        while not self.net.attempts:
            self.net.resolver.answer("192.0.2.1")
        self.net.advance(4)
        error = self.failureResultOf(got).value
        self.assertIsInstance(error, errors.Timeout)
        words = "connecting to the proxy http://proxy.test:3128 took longer"
        self.assertIn(words, str(error))

    def test_name_of_the_proxy_that_is_none(self) -> None:
        """The proxy cannot be reached."""
        self.net = proxied_net(Proxy("http", "proxy.test", 3128))
        got = self.net.session.get(URL)
        self.net.resolver.answer()
        error = self.failureResultOf(got).value
        self.assertIs(type(error), errors.ProxyServerUnreachable)
        self.assertIn("'proxy.test' could not be resolved", str(error))

    def test_what_cannot_be_asked_of_a_proxy(self) -> None:
        """Errors in words, before anything is connected to."""
        for proxy, url, kind in (
            (PROXY, "http://[fe80::1%25eth0]/", errors.NotProxyRequest),
            (SOCKS5, "http://[fe80::1%25eth0]/", errors.NotProxyRequest),
            (SOCKS4A, "http://[::1]/", errors.NotProxyRequest),
            (
                Proxy("socks4a", "127.0.0.9", 1080, LOGIN),
                URL,
                errors.InvalidParameter,
            ),
        ):
            self.net = proxied_net(proxy)
            error = self.failureResultOf(self.net.session.get(url)).value
            self.assertIs(type(error), kind)
            self.assertNotIn("s3cret", str(error))
            self.assertEqual(self.net.attempts, 0)
            self.check_nothing_left()


class ProxyConnectionTests(NetTestCase):
    """The field of old proxies."""

    def test_proxy_that_will_close_is_not_asked_again(self) -> None:
        """It says so in the field that was theirs, or is of HTTP/1.0."""
        for answer, kept in (
            (b"HTTP/1.1 200 OK\r\nProxy-Connection: close\r\n", False),
            (b"HTTP/1.1 200 OK\r\nProxy-Connection: keep-alive\r\n", True),
            (b"HTTP/1.0 200 OK\r\nProxy-Connection: keep-alive\r\n", False),
            (b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n", True),
        ):
            self.net = proxied_net()
            self.net.session.get(URL)
            peer = self.net.accept()
            peer.send(answer + b"Content-Length: 5\r\n\r\nhello")
            self.assertEqual(not peer.closed, kept, answer)

    def test_servers_do_not_have_it(self) -> None:
        """It means nothing on the straight way, and nothing in a tunnel."""
        self.net = proxied_net(SOCKS4A)
        self.net.session.get(URL)
        peer = self.net.accept()
        peer.send(SOCKS4A_OPENED)
        peer.send(b"HTTP/1.1 200 OK\r\nProxy-Connection: close\r\n" + DONE[17:])
        self.assertFalse(peer.closed)


class TraceTests(TraceTestCase):
    """What is shown of the way past a proxy; without secrets."""

    def start(self, proxy: Proxy, url: str) -> None:
        self.make()
        self.net.session.engine.proxies = OneProxy(proxy)
        self.get(url)
        self.peer = self.net.accept()

    def test_tunnel_with_a_challenge(self) -> None:
        """As curl shows it."""
        self.start(Proxy("http", "127.0.0.9", 3128, LOGIN), "https://origin.test/")
        self.peer.send(
            b"HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm=x\r\n"
            b"Content-Length: 2\r\n\r\nno"
        )
        self.peer.send(b"HTTP/1.1 103 Wait\r\n\r\n" + OPENED)
        self.assertEqual(
            self.traced(),
            """\
*   Trying 127.0.0.9:3128...
* Connected to 127.0.0.9 (127.0.0.9) port 3128 (#1)
* Establish HTTP proxy tunnel to origin.test:443
> CONNECT origin.test:443 HTTP/1.1
> Host: origin.test:443
> User-Agent: twinet/0.1
>
< HTTP/1.1 407 Who
< Proxy-Authenticate: Basic realm=x
< Content-Length: 2
<
> CONNECT origin.test:443 HTTP/1.1
> Host: origin.test:443
> User-Agent: twinet/0.1
> Proxy-Authorization: Basic [redacted]
>
< HTTP/1.1 103 Wait
<
< HTTP/1.1 200 Connection established
<
* CONNECT tunnel to origin.test:443 established
* ALPN: offering http/1.1
""",
        )
        (asked,) = [r for r in self.records if r.text.startswith("Establish")]
        self.assertEqual(asked.host, "127.0.0.9:3128")

    def test_another_connection(self) -> None:
        """It belongs to the same number: it is the same connection to be."""
        self.start(Proxy("http", "127.0.0.9", 3128, LOGIN), "https://origin.test/")
        self.peer.send(
            b"HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm=x\r\n"
            b"Connection: close\r\n\r\n"
        )
        self.net.advance()
        self.net.accept().send(b"HTTP/1.1 403 No\r\n\r\n")
        shown = self.traced()
        self.assertIn("* Answering the proxy's challenge on another conn", shown)
        self.assertIn("< HTTP/1.1 403 No", shown)
        self.assertIn("it answered HTTP/1.1 403 No", shown)

    def test_socks(self) -> None:
        """Its messages are no text; the password is in one of them."""
        self.start(Proxy("socks5", "127.0.0.9", 1080, LOGIN), URL)
        for answer in (b"\x05\x02", b"\x01\x00", b"\x05\x00\x00\x01" + bytes(6)):
            self.peer.send(answer)
        self.peer.send(DONE)
        shown = self.traced()
        self.assertIn(
            """\
* SOCKS5 connect to origin.test:8080 (remotely resolved)
* SOCKS5 tunnel to origin.test:8080 established
> GET /p HTTP/1.1
""",
            shown,
        )
        self.assertNotIn("s3cret", shown)
