"""Requests through real sockets, real TLS and a real proxy."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

from OpenSSL import SSL
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint
from twisted.internet.tcp import Connection
from twisted.trial.unittest import TestCase

import twinet
from tests.http.loopback import LoopbackServer, ok, reactor
from tests.http.proxied import LOGIN, OneProxy
from tests.http.proxy_server import REFUSED, ProxyServer
from tests.net.certificates import Identity, Server, pem, root, server_context
from twinet import errors
from twinet._net.opening import Opening
from twinet._net.tls_layer import TlsLayer
from twinet._net.tunnel import Tunnel
from twinet._wire.greeting import Greeting
from twinet.proxy import Proxy

BODY = bytes(range(256)) * 4096
SPEECHES = ("http", "https", "socks5", "socks4a")


def openings() -> list[Any]:
    """Return what opens ways, or has opened them, and is there."""
    kinds = (Greeting, Opening, Tunnel)
    return [each for each in gc.get_objects() if isinstance(each, kinds)]


class ProxiedCase(TestCase):
    """What runs proxies and servers, with TLS and without, and ends them."""

    timeout = 60

    def setUp(self) -> None:
        self.running: list[Any] = []

    def tearDown(self):
        return Deferred.fromCoroutine(self._stop())

    async def _stop(self) -> None:
        for each in self.running:
            await (each.close() if isinstance(each, twinet.Session) else each.stop())

    def serve(self, *, tls: bool) -> LoopbackServer:
        face = None
        if tls:
            face = Server(server_context(root().issue(["origin.test"])))
        server = LoopbackServer({"/": ok(b"hello"), "/long": ok(BODY)}, face)
        self.running.append(server)
        return server

    def proxy(self, speech: str, identity: Identity | None = None, **options: Any):
        face = None
        if speech == "https":
            identity = identity or root().issue(["127.0.0.1"])
            face = Server(server_context(identity))
        proxy = ProxyServer(speech, face, **options)
        self.running.append(proxy)
        return proxy

    def session(self, proxy: ProxyServer, credentials: Any = None, **options: Any):
        roots = Path(self.mktemp())
        roots.write_bytes(pem(root().certificate))
        session = twinet.Session(reactor, trust_roots=roots, **options)
        session.engine.proxies = OneProxy(proxy.proxy(credentials))
        # The session closes before the servers.
        self.running.insert(0, session)
        return session

    def url(self, server: LoopbackServer, path: str = "/") -> str:
        port = server.port.getHost().port
        return f"{server.scheme}://origin.test:{port}{path}"


class ProxiesOnLoopback(ProxiedCase):
    """Each kind of proxy, before a server with TLS and one without."""

    async def test_tls_through_each_kind(self) -> None:
        """TLS in TLS as well; the connection is kept, and nothing stands in its way."""
        server = self.serve(tls=True)
        others = openings()
        for speech in SPEECHES:
            proxy = self.proxy(speech)
            session = self.session(proxy)
            for path, body in (("/", b"hello"), ("/long", BODY), ("/", b"hello")):
                response = await session.fetch(self.url(server, path))
                self.assertEqual(response.body, body)
                self.assertEqual(response.tls.certificate.names, ("origin.test",))
                self.assertEqual(response.proxy, proxy.proxy())
                info = response.socket_info
                self.assertEqual(
                    (info.destination_port, info.secure, info.proxy, info.tunnel),
                    (proxy.port.getHost().port, True, True, True),
                )
            port = server.port.getHost().port
            self.assertEqual(proxy.led_to, [("origin.test", port)])
            (channel,) = session.engine.pool._channels
            layer = channel.transport
            self.assertIs(type(layer), TlsLayer)
            outer = layer.transport
            if speech == "https":
                self.assertIs(outer._line, layer)
            else:
                self.assertIs(outer.protocol, layer)
                self.assertTrue(layer._direct)
            # What opened the way is not kept for as long as the connection.
            gc.collect()
            self.assertEqual([e for e in openings() if e not in others], [])

    async def test_plain_through_each_kind(self) -> None:
        """SOCKS leads to the server; an HTTP proxy gets the request itself."""
        server = self.serve(tls=False)
        for speech in SPEECHES:
            proxy = self.proxy(speech)
            session = self.session(proxy)
            for _ in range(2):
                response = await session.fetch(self.url(server))
                if speech.startswith("http"):
                    self.assertEqual(response.body, f"for {self.url(server)}".encode())
                    self.assertIsNone(response.tls)
                    self.assertFalse(response.socket_info.tunnel)
                else:
                    self.assertEqual(response.body, b"hello")
                    (channel,) = session.engine.pool._channels
                    self.assertIsInstance(channel.transport, Connection)
                    self.assertIs(channel.transport.protocol, channel)
                    self.assertTrue(channel._direct)
            self.assertEqual(len(proxy.clients), 1)

    async def test_endpoint_of_the_programs(self) -> None:
        """It connects to the proxy, and its transport keeps what stands between."""
        server = self.serve(tls=True)
        for speech in SPEECHES:
            asked: list[Any] = []

            def connect(host: str, port: int, asked: list[Any] = asked) -> Any:
                asked.append((host, port))
                return TCP4ClientEndpoint(reactor, "127.0.0.1", port)

            proxy = self.proxy(speech, root().issue(["proxy.test"]))
            session = self.session(proxy, connect=connect)
            session.engine.proxies = OneProxy(proxy.proxy(host="proxy.test"))
            response = await session.fetch(self.url(server, "/long"))
            self.assertEqual(response.body, BODY)
            self.assertEqual(asked, [("proxy.test", proxy.port.getHost().port)])

    async def test_upload_through_a_tunnel_in_tls(self) -> None:
        """A body that is held back, through two layers."""
        server = self.serve(tls=True)
        server.answers["/"] = ok(b"thanks")
        for speech in ("https", "socks5"):
            session = self.session(self.proxy(speech))
            request = await session.post(self.url(server), BODY)
            self.assertEqual(await request.read(99), b"thanks")
            self.assertEqual(server.bodies[-1], BODY)

    async def test_logins_of_socks(self) -> None:
        """The right one, none, a wrong one."""
        server = self.serve(tls=False)
        proxy = self.proxy("socks5", login=(b"user", b"s3cret"))
        for credentials, kind in (
            (LOGIN, None),
            (None, errors.LoginFailure),
            (twinet.records.Credentials("user", "wrong!"), errors.IncorrectPassword),
        ):
            fetched = self.session(proxy, credentials).fetch(self.url(server))
            if kind is None:
                self.assertEqual((await fetched).body, b"hello")
            else:
                error = await self.assertFailure(fetched, kind)
                self.assertNotIn("wrong!", str(error))

    async def test_proxy_whose_certificate_is_bad(self) -> None:
        """The error names the proxy; what lets a server's through does not help."""
        server = self.serve(tls=True)
        plain = self.serve(tls=False)
        proxy = self.proxy("https", root().issue(["elsewhere.test"]))
        session = self.session(proxy)
        for each in (server, plain):
            fetched = session.fetch(
                self.url(each), flags=twinet.Flag.IGNORE_CERT_CN_INVALID
            )
            error = await self.assertFailure(fetched, errors.SecureFailureProxy)
            self.assertIn(f"the proxy {proxy.proxy()}", str(error))
            self.assertIn("elsewhere.test", str(error))
            self.assertIsInstance(error.__cause__, errors.SecCertCnInvalid)
        self.assertEqual(proxy.heads, [])

    async def test_proxy_that_does_not_speak_tls(self) -> None:
        """It is asked in TLS all the same, and nothing else is said to it."""
        proxy = self.proxy("http")
        session = self.session(proxy)
        named = Proxy("https", "127.0.0.1", proxy.port.getHost().port)
        session.engine.proxies = OneProxy(named)
        for url in ("https://origin.test/", "http://origin.test/"):
            fetched = session.fetch(url, limits=twinet.Limits(tls=0.2))
            await self.assertFailure(fetched, errors.SecureFailureProxy, errors.Timeout)

    async def test_server_whose_certificate_is_bad(self) -> None:
        """That is the server's fault, whoever leads there."""
        server = self.serve(tls=True)
        for speech in SPEECHES:
            session = self.session(self.proxy(speech))
            port = server.port.getHost().port
            fetched = session.fetch(f"https://other.test:{port}/")
            error = await self.assertFailure(fetched, errors.SecCertCnInvalid)
            self.assertIn("other.test", str(error))

    async def test_server_that_is_not_there(self) -> None:
        """The proxy says so, in its words."""
        for speech, said in (
            ("http", "HTTP/1.1 502 Bad Gateway"),
            ("https", "HTTP/1.1 502 Bad Gateway"),
            ("socks5", "SOCKS reply 5"),
            ("socks4a", "SOCKS reply 91"),
        ):
            session = self.session(self.proxy(speech))
            fetched = session.fetch("https://origin.test:1/")
            error = await self.assertFailure(fetched, errors.CannotConnect)
            self.assertEqual(error.server_text, said)

    async def test_tunnel_for_who_says_who_he_is(self) -> None:
        """On one connection or on two, and by an endpoint of the program's as well."""
        server = self.serve(tls=True)
        for speech in ("http", "https"):
            for more in (b"", b"Connection: close\r\n"):
                for connect in (
                    None,
                    lambda _, port: TCP4ClientEndpoint(reactor, "127.0.0.1", port),
                ):
                    proxy = self.proxy(speech, login=(b"user", b"s3cret"))
                    proxy.refusal = REFUSED % (more + b"Content-Length: 4\r\n", b"evil")
                    session = self.session(proxy, LOGIN, connect=connect)
                    response = await session.fetch(self.url(server))
                    self.assertEqual(response.body, b"hello")
                    self.assertEqual(len(proxy.heads), 2)
                    self.assertEqual(len(proxy.clients), 2 if more else 1)
                    self.assertNotIn(b"Proxy-", server.requests[-1])

    async def test_trace_of_tls_in_tls(self) -> None:
        """Whose certificate is whose."""
        server = self.serve(tls=True)
        shown: list[str] = []
        session = self.session(
            self.proxy("https"), trace=lambda record: shown.append(record.text)
        )
        await session.fetch(self.url(server))
        names = [text for text in shown if "ertificate:" in text or "AltName" in text]
        self.assertEqual(
            names,
            [
                "Proxy certificate:",
                "  subjectAltName: 127.0.0.1",
                "Server certificate:",
                "  subjectAltName: origin.test",
            ],
        )

    async def test_https_proxy_that_stops(self) -> None:
        """In the handshake, and when it is asked for a tunnel: a limit ends it."""
        silent = LoopbackServer({})
        self.running.append(silent)
        face = Server(server_context(root().issue(["127.0.0.1"])))
        mute = LoopbackServer({}, face)
        self.running.append(mute)
        for proxy, limits, words in (
            (silent, twinet.Limits(tls=0.1), "the TLS handshake with the proxy https"),
            (mute, twinet.Limits(connect=0.5), "getting through the proxy https://127"),
        ):
            session = self.session(self.proxy("http"))
            where = Proxy("https", "127.0.0.1", proxy.port.getHost().port)
            session.engine.proxies = OneProxy(where)
            # What is no request of this server's gets no answer.
            proxy.answers["origin.test:443"] = None
            fetched = session.fetch("https://origin.test/", limits=limits)
            error = await self.assertFailure(fetched, errors.Timeout)
            self.assertIn(words, str(error))
            await proxy.all_lost()

    async def test_https_proxy_that_wants_a_certificate_of_ours(self) -> None:
        """With TLS 1.3 it says so when the handshake is done here already."""
        identity = root().issue(["127.0.0.1"])
        for newest in (SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION):
            for url in ("https://origin.test/", "http://origin.test/"):
                context = server_context(identity, newest=newest, client_roots=root())
                proxy = ProxyServer("https", Server(context))
                self.running.append(proxy)
                fetched = self.session(proxy).fetch(url)
                error = await self.assertFailure(
                    fetched, errors.ClientAuthCertNeededProxy
                )
                self.assertIn(str(proxy.proxy()), str(error))
