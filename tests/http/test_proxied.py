"""Requests through a proxy, in memory: what is said, told, kept and closed."""

from __future__ import annotations

from typing import Any

from tests.http.ends import Ends, answering, secured
from tests.http.memory import OK, MemoryNet, NetTestCase, Peer
from tests.http.proxied import (
    LOGIN,
    OPENED,
    PROXY,
    SOCKS4A,
    SOCKS4A_OPENED,
    SOCKS5,
    SOCKS5_OPENED,
    OneProxy,
    proxied_net,
)
from tests.net.certificates import pem, root
from twinet import TrustRoots, errors
from twinet._net.passage import ProxyTlsCreator
from twinet.flags import RequestFlag
from twinet.options import Option
from twinet.proxy import Proxy
from twinet.query import QueryFlag
from twinet.records import Limits
from twinet.status import Status
from twinet.wininet.constants import IDSI_FLAG_KEEP_ALIVE, IDSI_FLAG_PROXY

DONE = OK + b"hello"
ABSOLUTE = (
    b"GET http://origin.test:8080/p?q=1 HTTP/1.1\r\nHost: origin.test:8080\r\n"
    b"User-Agent: twinet/0.1\r\nAccept: */*\r\n\r\n"
)
URL = "http://origin.test:8080/p?q=1"
CONNECT = (
    b"CONNECT origin.test:443 HTTP/1.1\r\nHost: origin.test:443\r\n"
    b"User-Agent: twinet/0.1\r\n\r\n"
)
SECURE = "https://origin.test/"


class AbsoluteFormTests(NetTestCase):
    """http URLs through an HTTP proxy: it gets the request itself."""

    def setUp(self) -> None:
        self.net = proxied_net()

    def test_request_in_absolute_form(self) -> None:
        """RFC 9112, section 3.2.2; nobody looks the server's name up."""
        got = self.net.session.get(URL)
        peer = self.net.accept()
        self.assertEqual(self.net.hand.attempts[0].target, ("127.0.0.9", 3128))
        self.assertEqual(peer.request(), ABSOLUTE)
        self.assertEqual(self.net.resolver.asked, [])
        peer.send(DONE)
        request = self.successResultOf(got)
        response = request.response
        self.assertEqual(response.url, URL)
        self.assertEqual(response.proxy, PROXY)
        info = response.socket_info
        assert info is not None
        self.assertEqual(
            (info.destination_address, info.proxy, info.tunnel, info.secure),
            ("127.0.0.9", True, False, False),
        )
        self.assertEqual(info.flags, IDSI_FLAG_KEEP_ALIVE | IDSI_FLAG_PROXY)
        self.assertTrue(request.request_flags & RequestFlag.VIA_PROXY)

    def test_statuses_name_the_proxy(self) -> None:
        """As recorded, but that we tell whom we connect to."""
        self.net.session.get(URL)
        self.net.accept().send(DONE)
        self.assertEqual(
            self.told(),
            [
                "HANDLE_CREATED",
                "RESOLVING_NAME 127.0.0.9",
                "NAME_RESOLVED 127.0.0.9",
                "CONNECTING_TO_SERVER 127.0.0.9",
                "CONNECTED_TO_SERVER 127.0.0.9",
                "SENDING_REQUEST",
                f"REQUEST_SENT {len(ABSOLUTE)}",
                "RECEIVING_RESPONSE",
                f"RESPONSE_RECEIVED {len(OK)}",
                "REQUEST_COMPLETE ok",
            ],
        )

    def test_name_of_the_proxy_is_looked_up(self) -> None:
        """And not that of the server."""
        self.net.session.engine.proxies = OneProxy(Proxy("http", "proxy.test", 8080))
        self.net.session.get(URL)
        (asked,) = self.net.resolver.asked
        self.assertEqual(asked[1], "proxy.test")
        self.net.resolver.answer("192.0.2.1")
        self.assertEqual(self.net.accept().request(), ABSOLUTE)

    def test_one_connection_serves_many_servers(self) -> None:
        """It leads to the proxy, whoever is asked for."""
        self.net.session.get(URL)
        peer = self.net.accept()
        peer.send(DONE)
        for url in ("http://other.test/a", URL, "http://[::1]:81/"):
            peer.request()
            self.net.session.get(url)
            self.assertEqual(self.net.attempts, 0)
            target, host = peer.request().split(b"\r\n")[:2]
            self.assertEqual(target, f"GET {url} HTTP/1.1".encode())
            self.assertEqual(host, f"Host: {url.split('/')[2]}".encode())
            peer.send(DONE)

    def test_server_itself_has_no_path(self) -> None:
        """RFC 9112, section 3.2.4."""
        connection = self.net.session.http("origin.test", 8080)
        connection.open_request("OPTIONS", "*").send()
        line = self.net.accept().request().split(b"\r\n")[0]
        self.assertEqual(line, b"OPTIONS http://origin.test:8080 HTTP/1.1")

    def test_kept_connection_is_not_for_the_straight_way(self) -> None:
        """Nor for another proxy, or the same with another login."""
        self.net.session.get(URL)
        self.net.accept().send(DONE)
        for proxy in (
            None,
            Proxy("http", "127.0.0.9", 8080),
            Proxy("http", "127.0.0.9", 3128, LOGIN),
            SOCKS5,
        ):
            self.net.session.engine.proxies = OneProxy(proxy)
            self.net.session.get("http://127.0.0.9:3128/")
            self.assertEqual(self.net.attempts, 1, proxy)
            self.net.accept()

    def test_407_is_an_answer(self) -> None:
        """It comes from the proxy, and is read like any other."""
        got = self.net.session.fetch(URL)
        self.net.accept().send(
            b"HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm=x\r\n"
            b"Content-Length: 2\r\n\r\nno"
        )
        response = self.successResultOf(got)
        self.assertEqual((response.status_code, response.body), (407, b"no"))

    def test_proxy_that_cannot_be_reached(self) -> None:
        """Its own error, which is that of a server as well."""
        got = self.net.session.get(URL)
        self.net.refuse()
        error = self.failureResultOf(got).value
        self.assertIsInstance(error, errors.ProxyServerUnreachable)
        self.assertIsInstance(error, errors.CannotConnect)
        self.assertIn("the proxy http://127.0.0.9:3128 cannot be reached", str(error))
        self.assertIn("127.0.0.9:3128 connection refused", str(error))

    def test_retry_on_a_stale_connection(self) -> None:
        """As without a proxy."""
        self.net.session.get(URL)
        first = self.net.accept()
        first.send(DONE)
        first.request()
        got = self.net.session.get(URL)
        self.assertEqual(first.request(), ABSOLUTE)
        first.close()
        self.net.advance()
        second = self.net.accept()
        self.assertEqual(second.request(), ABSOLUTE)
        second.send(DONE)
        self.successResultOf(got)


class TunnelTestCase(NetTestCase):
    """A tunnel through each kind of proxy."""

    #: proxy, what it is asked for an https URL, and what it answers, step by step.
    kinds: tuple[tuple[Proxy, list[tuple[bytes, bytes]]], ...] = (
        (PROXY, [(CONNECT, OPENED)]),
        (
            SOCKS5,
            [
                (b"\x05\x01\x00", SOCKS5_OPENED[0]),
                (b"\x05\x01\x00\x03\x0borigin.test\x01\xbb", SOCKS5_OPENED[1]),
            ],
        ),
        (
            SOCKS4A,
            [
                (
                    b"\x04\x01\x01\xbb\x00\x00\x00\x01\x00origin.test\x00",
                    SOCKS4A_OPENED,
                )
            ],
        ),
    )

    def begin(self, proxy: Proxy, url: str = SECURE, **options: Any) -> Any:
        """Send a request through a proxy that accepts the connection."""
        limits = options.pop("limits", None)
        self.net = proxied_net(proxy, **options)
        got = self.net.session.get(url, limits=limits)
        self.peer: Peer = self.net.accept()
        return got


class TunnelTests(TunnelTestCase):
    """What is the same with all of them."""

    def test_way_is_opened_and_tls_begins(self) -> None:
        """Nothing of the request is said to the proxy; the name is its matter."""
        for proxy, steps in self.kinds:
            self.begin(proxy).addErrback(lambda _: None)
            for asked, answer in steps:
                self.assertEqual(self.peer.request(), asked)
                self.peer.send(answer)
            hello = self.peer.request()
            self.assertEqual(hello[:1], b"\x16")
            self.assertIn(b"origin.test", hello)
            self.assertEqual(self.net.resolver.asked, [])
            self.net.session.close()

    def test_answers_in_any_pieces(self) -> None:
        """Byte by byte."""
        for proxy, steps in self.kinds:
            self.begin(proxy).addErrback(lambda _: None)
            for _, answer in steps:
                for at in range(len(answer)):
                    self.peer.request()
                    self.peer.send(answer[at : at + 1])
            self.assertEqual(self.peer.request()[:1], b"\x16")
            self.net.session.close()

    def test_proxy_says_nothing_or_stops_midway(self) -> None:
        """After each byte of its answers the limit ends it, and closes the socket."""
        for proxy, steps in self.kinds:
            whole = [answer for _, answer in steps]
            for step, answer in enumerate(whole):
                for cut in range(len(answer)):
                    got = self.begin(proxy, limits=Limits(connect=7))
                    for before in whole[:step]:
                        self.peer.send(before)
                    if cut:
                        self.peer.send(answer[:cut])
                    self.net.advance(6.9)
                    self.assertNoResult(got)
                    self.net.advance(0.2)
                    error = self.failureResultOf(got).value
                    self.assertIsInstance(error, errors.Timeout)
                    for word in (str(proxy), "origin.test:443", "'connect' of 7 s"):
                        self.assertIn(word, str(error))
                    self.check_nothing_left(self.peer)

    def test_tls_behind_the_tunnel_says_nothing(self) -> None:
        """That has the limit of TLS."""
        for proxy, steps in self.kinds:
            got = self.begin(proxy, limits=Limits(connect=7, tls=3))
            for _, answer in steps:
                self.peer.send(answer)
            self.net.advance(3.1)
            error = self.failureResultOf(got).value
            self.assertIsInstance(error, errors.Timeout)
            words = f"the TLS handshake with origin.test:443 (through {proxy})"
            self.assertIn(words, str(error))
            self.check_nothing_left(self.peer)

    def test_proxy_closes_midway(self) -> None:
        """At every step: an error that names it."""
        for proxy, steps in self.kinds:
            whole = b"".join(answer for _, answer in steps)
            for cut in range(len(whole)):
                got = self.begin(proxy)
                if cut:
                    self.peer.send(whole[:cut])
                self.peer.close()
                error = self.failureResultOf(got).value
                self.assertIsInstance(error, errors.ConnectionAborted)
                self.assertIn(str(proxy), str(error))
                self.check_nothing_left(self.peer)

    def test_cancelled_midway(self) -> None:
        """At every step: the socket is closed."""
        for proxy, steps in self.kinds:
            whole = b"".join(answer for _, answer in steps)
            for cut in range(len(whole) + 1):
                got = self.begin(proxy)
                if cut:
                    self.peer.send(whole[:cut])
                got.cancel()
                self.failureResultOf(got, errors.OperationCancelled)
                self.assertTrue(self.peer.closed)
                self.check_nothing_left(self.peer)

    def test_listener_closes_at_each_step(self) -> None:
        """The socket is closed whenever it is."""
        for proxy, steps in self.kinds:
            for count in range(1, 6):
                self.net = net = proxied_net(proxy)

                def react(news: Any, net: MemoryNet = net, count: int = count) -> None:
                    if len(net.news) == count:
                        (news.info if count == 1 else news.handle).close()

                net.react = react
                got = net.session.get(SECURE)
                peers = [net.accept()] if net.attempts else []
                for peer in peers:
                    for _, answer in steps:
                        if not peer.closed:
                            peer.send(answer)
                if count < 6 and not got.called:
                    got.cancel()
                self.failureResultOf(got, errors.OperationCancelled)
                self.check_nothing_left(*peers)

    def test_what_comes_out_of_turn(self) -> None:
        """Behind the proxy's answer: TLS servers do not speak first."""
        for proxy, steps in self.kinds:
            for url in (SECURE, "http://origin.test:443/"):
                if url != SECURE and proxy is PROXY:
                    continue
                got = self.begin(proxy, url)
                for _, answer in steps[:-1]:
                    self.peer.send(answer)
                self.peer.send(steps[-1][1] + b"HTTP/1.1 200 OK\r\n\r\n")
                error = self.failureResultOf(got).value
                self.assertIsInstance(error, errors.HttpInvalidServerResponse)
                self.assertIn(str(proxy), str(error))
                self.check_nothing_left(self.peer)

    def test_http_through_socks(self) -> None:
        """As to the server itself; kept for that server alone."""
        for proxy, steps in self.kinds[1:]:
            got = self.begin(proxy, "http://origin.test:443/p")
            for asked, answer in steps:
                self.assertEqual(self.peer.request(), asked)
                self.peer.send(answer)
            sent = self.peer.request()
            self.assertTrue(
                sent.startswith(b"GET /p HTTP/1.1\r\nHost: origin.test:443")
            )
            self.peer.send(DONE)
            response = self.successResultOf(got).response
            self.assertTrue(response.socket_info.tunnel)
            self.assertEqual(response.proxy, proxy)
            self.net.session.get("http://origin.test:443/q")
            self.assertTrue(self.peer.request().startswith(b"GET /q "))
            self.net.session.get("http://other.test/")
            self.assertEqual(self.net.attempts, 1)

    def test_statuses(self) -> None:
        """Nothing is told of the greeting: it is none of the program's requests."""
        self.begin(SOCKS5, "http://origin.test:443/p")
        self.peer.send(SOCKS5_OPENED[0])
        self.peer.send(SOCKS5_OPENED[1])
        self.assertEqual(
            self.told()[:6],
            [
                "HANDLE_CREATED",
                "RESOLVING_NAME 127.0.0.9",
                "NAME_RESOLVED 127.0.0.9",
                "CONNECTING_TO_SERVER 127.0.0.9",
                "CONNECTED_TO_SERVER 127.0.0.9",
                "SENDING_REQUEST",
            ],
        )

    def test_places_are_counted_while_the_way_is_opened(self) -> None:
        """A tunnel that is not through yet is a connection."""
        for proxy, _ in self.kinds:
            self.begin(proxy, connections_per_host=1).addErrback(lambda _: None)
            self.net.session.get(SECURE)
            self.assertEqual(self.net.attempts, 0)
            self.peer.close()
            self.assertEqual(self.net.attempts, 1)


class RefusalTests(TunnelTestCase):
    """A proxy that does not lead on."""

    def test_refusals(self) -> None:
        """An error of the request; the connection is closed."""
        for proxy, raw, kind, word in (
            (PROXY, b"HTTP/1.1 403 No\r\n\r\n", errors.CannotConnect, "403 No"),
            (PROXY, b"HTTP/1.1 501 No\r\n\r\n", errors.InvalidProxyRequest, "501 No"),
            (PROXY, b"SSH-2\r\n\r\n", errors.HttpInvalidServerResponse, "not answer"),
            (SOCKS5, b"\x05\xff", errors.LoginFailure, "wants a login"),
            (SOCKS5, b"\x05\x00\x05\x05", errors.CannotConnect, "refused"),
            (SOCKS4A, b"\x00\x5b", errors.CannotConnect, "refused"),
        ):
            got = self.begin(proxy)
            self.peer.send(raw)
            error = self.failureResultOf(got).value
            self.assertIs(type(error), kind)
            self.assertIn(word, str(error))
            self.assertIn(str(proxy), str(error))
            self.assertEqual(
                self.told()[-4:],
                [
                    "CLOSING_CONNECTION",
                    "CONNECTION_CLOSED",
                    f"REQUEST_COMPLETE {kind.code}",
                    "HANDLE_CLOSING",
                ],
            )
            self.check_nothing_left(self.peer)

    def test_407_that_is_not_answered_is_an_answer(self) -> None:
        """Its body is the proxy's and no content of the server's."""
        got = self.begin(PROXY)
        head = (
            b"HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm=x\r\n"
            b"Set-Cookie: stolen=1\r\nContent-Encoding: gzip\r\n"
            b"Content-Length: 4\r\n\r\n"
        )
        self.peer.send(head + b"evil")
        request = self.successResultOf(got)
        response = request.response
        self.assertEqual((response.status_code, response.reason), (407, "Who"))
        self.assertEqual(response.raw_head, head)
        self.assertEqual(self.successResultOf(request.read(99)), b"")
        self.assertIsNone(response.socket_info)
        self.assertIsNone(response.tls)
        self.assertEqual(response.proxy, PROXY)
        self.assertEqual(len(self.net.session.cookies), 0)
        self.assertEqual(
            self.told()[-3:],
            ["CLOSING_CONNECTION", "CONNECTION_CLOSED", "REQUEST_COMPLETE ok"],
        )
        self.check_nothing_left(self.peer)

    def test_407_of_a_fetch(self) -> None:
        """The same in one call."""
        self.net = proxied_net()
        got = self.net.session.fetch(SECURE)
        peer = self.net.accept()
        peer.send(b"HTTP/1.1 407 Who\r\nContent-Length: 4\r\n\r\n")
        response = self.successResultOf(got)
        self.assertEqual((response.status_code, response.body), (407, b""))
        self.check_nothing_left(peer)

    def test_listener_closes_when_the_407_is_told(self) -> None:
        """Nothing comes after that."""
        self.net = proxied_net()

        def react(news: Any) -> None:
            if news.status is Status.REQUEST_COMPLETE:
                news.handle.close()

        self.net.react = react
        self.net.session.get(SECURE)
        peer = self.net.accept()
        peer.send(b"HTTP/1.1 407 Who\r\nContent-Length: 4\r\n\r\n")
        self.assertEqual(self.told()[-2:], ["REQUEST_COMPLETE ok", "HANDLE_CLOSING"])
        self.check_nothing_left(peer)


class ChallengeTests(TunnelTestCase):
    """A proxy that wants to know who asks for a tunnel."""

    proxy = Proxy("http", "127.0.0.9", 3128, LOGIN)
    #: "user:s3cret".
    told_who = b"Proxy-Authorization: Basic dXNlcjpzM2NyZXQ=\r\n"
    challenge = (
        b"HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm=x\r\n"
        b"%bContent-Length: 4\r\n\r\nevil"
    )

    def test_answered_on_the_same_connection(self) -> None:
        """Nothing is said before it asks; then the tunnel is opened."""
        self.begin(self.proxy).addErrback(lambda _: None)
        self.assertEqual(self.peer.request(), CONNECT)
        self.peer.send(self.challenge % b"")
        self.assertEqual(self.peer.request(), CONNECT[:-2] + self.told_who + b"\r\n")
        self.peer.send(OPENED)
        self.assertEqual(self.peer.request()[:1], b"\x16")

    def test_answered_on_another_connection(self) -> None:
        """The place among the connections is kept; each of them is told."""
        self.begin(self.proxy, connections_per_host=1).addErrback(lambda _: None)
        self.net.session.get(SECURE).addErrback(lambda _: None)
        self.peer.send(self.challenge % b"Connection: close\r\n")
        self.assertTrue(self.peer.closed)
        self.assertEqual(self.net.attempts, 0)
        self.net.advance()
        second = self.net.accept()
        self.assertEqual(self.net.attempts, 0)
        self.assertEqual(second.request(), CONNECT[:-2] + self.told_who + b"\r\n")
        second.send(OPENED)
        self.assertEqual(second.request()[:1], b"\x16")
        told = [line for line in self.told() if "CONNECT" in line or "CLOS" in line]
        self.assertEqual(
            told,
            [
                "CONNECTING_TO_SERVER 127.0.0.9",
                "CONNECTED_TO_SERVER 127.0.0.9",
                "CLOSING_CONNECTION",
                "CONNECTION_CLOSED",
                "CONNECTING_TO_SERVER 127.0.0.9",
                "CONNECTED_TO_SERVER 127.0.0.9",
            ],
        )
        self.net.session.close()
        self.check_nothing_left_now()

    def check_nothing_left_now(self) -> None:
        for _ in range(3):
            self.net.advance(1000)
        self.assertEqual(self.net.reactor.getDelayedCalls(), [])

    def test_proxy_closes_behind_its_challenge(self) -> None:
        """Before all of the body: the answer is known, so it goes on."""
        got = self.begin(self.proxy)
        self.peer.send((self.challenge % b"")[:-2])
        self.peer.close()
        second = self.net.accept()
        self.assertIn(self.told_who, second.request())
        second.send(b"HTTP/1.1 403 No\r\n\r\n")
        self.failureResultOf(got, errors.CannotConnect)
        self.check_nothing_left(self.peer, second)

    def test_it_is_told_ahead_when_it_has_asked_once(self) -> None:
        """Else each tunnel would cost two rounds."""
        self.begin(self.proxy).addErrback(lambda _: None)
        self.peer.send(self.challenge % b"")
        self.peer.send(OPENED)
        self.net.session.get("https://other.test/").addErrback(lambda _: None)
        self.assertIn(self.told_who, self.net.accept().request())

    def test_login_that_is_refused_makes_the_407_an_answer(self) -> None:
        """After one try with the one that there is."""
        got = self.begin(self.proxy)
        self.peer.send(self.challenge % b"")
        self.peer.send(self.challenge % b"")
        request = self.successResultOf(got)
        self.assertEqual(request.response.status_code, 407)
        self.assertEqual(self.successResultOf(request.read(9)), b"")
        self.check_nothing_left(self.peer)

    def test_cancelled_between_two_connections(self) -> None:
        """While the first is closed, and while the second is made."""
        for moment in (0, 1):
            got = self.begin(self.proxy)
            self.peer.send(self.challenge % b"Connection: close\r\n")
            if moment:
                self.net.advance()
                self.assertEqual(self.net.attempts, 1)
            got.cancel()
            self.failureResultOf(got, errors.OperationCancelled)
            self.check_nothing_left(self.peer)

    def test_cancelled_inside_a_challenge(self) -> None:
        """Its body comes, or the proxy closes: nothing goes on."""
        got = self.begin(self.proxy)
        self.peer.send((self.challenge % b"")[:-2])
        got.cancel()
        self.failureResultOf(got, errors.OperationCancelled)
        self.net.advance()
        self.assertEqual(self.net.attempts, 0)
        self.check_nothing_left(self.peer)

    def test_listener_closes_between_two_connections(self) -> None:
        """When it hears that the first is closed, or about to be."""
        for name in ("CLOSING_CONNECTION", "CONNECTION_CLOSED"):
            got = self.begin(self.proxy)

            def react(news: Any, name: str = name) -> None:
                if news.status.name == name:
                    news.handle.close()

            self.net.react = react
            self.peer.send(self.challenge % b"Connection: close\r\n")
            self.net.advance()
            self.failureResultOf(got, errors.OperationCancelled)
            self.assertEqual(self.net.attempts, 0)
            self.check_nothing_left(self.peer)

    def test_second_connection_is_refused(self) -> None:
        """The proxy's own error."""
        got = self.begin(self.proxy)
        self.peer.send(self.challenge % b"Connection: close\r\n")
        self.net.advance()
        self.net.refuse()
        self.failureResultOf(got, errors.ProxyServerUnreachable)
        self.check_nothing_left(self.peer)

    def test_second_connection_says_nothing(self) -> None:
        """The limit runs there as well."""
        got = self.begin(self.proxy, limits=Limits(connect=5))
        self.peer.send(self.challenge % b"Connection: close\r\n")
        self.net.advance()
        second = self.net.accept()
        self.net.advance(5.1)
        self.failureResultOf(got, errors.Timeout)
        self.check_nothing_left(self.peer, second)

    def test_endless_body_of_a_challenge(self) -> None:
        """It costs a fresh connection, and no memory."""
        self.begin(self.proxy).addErrback(lambda _: None)
        self.peer.send(b"HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm=x\r\n\r\n")
        for _ in range(9):
            if not self.peer.closed:
                self.peer.send(bytes(10000))
        self.assertTrue(self.peer.closed)
        self.net.advance()
        self.assertIn(self.told_who, self.net.accept().request())

    def test_own_words_go_to_the_proxy_alone(self) -> None:
        """A field of the program's: into CONNECT, and not through the tunnel."""
        for proxy, steps in self.kinds[1:]:
            self.net = proxied_net(proxy)
            self.net.session.get(
                "http://origin.test:443/",
                headers={"Proxy-Authorization": "Mine s3cret"},
            )
            peer = self.net.accept()
            for _, answer in steps:
                self.assertNotIn(b"s3cret", peer.request())
                peer.send(answer)
            self.assertNotIn(b"s3cret", peer.request())
        net = self.net = proxied_net(PROXY)
        got = net.session.get(SECURE, headers={"proxy-authorization": "Mine s3cret"})
        peer = net.accept()
        own = b"Proxy-Authorization: Mine s3cret\r\n"
        self.assertEqual(peer.request(), CONNECT[:-2] + own + b"\r\n")
        peer.send(self.challenge % b"")
        request = self.successResultOf(got)
        self.assertEqual(request.response.status_code, 407)
        sent = request.query_info(22, flags=QueryFlag.REQUEST_HEADERS)
        self.assertNotIn("s3cret", str(sent))

    def test_own_words_do_not_go_past_the_proxies(self) -> None:
        """Where there are some, and a server is reached straight; else as given."""
        for proxy, words in ((PROXY, False), (None, True)):
            self.net = MemoryNet(proxy="")
            if proxy is not None:
                self.net.session.engine.proxies = OneProxy(proxy, "127.0.0.1")
            headers = {"X": "y", "Proxy-Authorization": "Mine s3cret"}
            self.net.session.get("http://127.0.0.1/", headers=headers)
            sent = self.net.accept().request()
            self.assertIn(b"\r\nX: y\r\n", sent)
            self.assertEqual(b"s3cret" in sent, words)

    def test_own_words_have_tunnels_of_their_own(self) -> None:
        """Nobody else's request goes through what was opened by them."""
        self.assertEqual(self.tunnels(PROXY, OPENED), 3)
        # A SOCKS proxy does not hear of them.
        self.assertEqual(self.tunnels(SOCKS5, *SOCKS5_OPENED), 1)

    def tunnels(self, proxy: Proxy, *greeting: bytes) -> int:
        """Return how many are opened for two words of a program's, and for none."""
        roots = TrustRoots.from_pem(pem(root().certificate))
        self.net = proxied_net(proxy, trust_roots=roots)
        ends = Ends(self.net, lambda: answering(*greeting, secured(answering(DONE))))
        for headers in (
            {"Proxy-Authorization": "One"},
            {"proxy-authorization": "Two"},
            {},
            {"Proxy-Authorization": "Two"},
        ):
            got = self.net.session.fetch(SECURE, headers=headers)
            ends.talk()
            self.assertEqual(self.successResultOf(got).body, b"hello")
        return len(ends.peers)

    def test_login_of_a_request_has_tunnels_of_its_own(self) -> None:
        """The proxy knows who asked for a tunnel, for as long as it lasts."""
        self.net = proxied_net(SOCKS5)
        self.net.session.get("http://origin.test/")
        peer = self.net.accept()
        for answer in SOCKS5_OPENED:
            peer.send(answer)
        peer.send(DONE)
        connection = self.net.session.http("origin.test")
        request = connection.open_request()
        request.options[Option.PROXY_USERNAME] = "me"
        request.options[Option.PROXY_PASSWORD] = "s3cret"
        request.send()
        self.assertEqual(self.net.attempts, 1)
        second = self.net.accept()
        self.assertEqual(second.request(), b"\x05\x02\x00\x02")
        second.send(b"\x05\x02")
        self.assertEqual(second.request(), b"\x01\x02me\x06s3cret")


class SecureProxyTests(NetTestCase):
    """An ``https://`` proxy, before it is greeted."""

    proxy = Proxy("https", "proxy.test", 443)

    def failed(self, end: Any = None) -> errors.InternetError:
        """Return what becomes of a request for a tunnel."""
        roots = TrustRoots.from_pem(pem(root().certificate))
        self.net = proxied_net(self.proxy, trust_roots=roots)
        got = self.net.session.get(SECURE)
        ends = Ends(self.net, lambda: end or answering(None))
        ends.talk()
        error: errors.InternetError = self.failureResultOf(got).value
        self.check_nothing_left(*(peer for peer, _ in ends.peers))
        return error

    def test_answer_that_comes_with_the_handshake(self) -> None:
        """It was under way before the proxy was asked, and opens nothing."""
        error = self.failed(secured(answering(b"", b""), early=OPENED))
        self.assertIsInstance(error, errors.HttpInvalidServerResponse)
        self.assertIn(f"{self.proxy} sent something before it was asked", str(error))

    def test_tls_that_cannot_begin(self) -> None:
        """It ends as any other fault, without a word to the proxy."""

        def broken(*_: object) -> None:
            msg = "no context"
            raise ValueError(msg)

        self.patch(ProxyTlsCreator, "clientConnectionForTLS", broken)
        self.assertIn("setting up TLS", str(self.failed()))
