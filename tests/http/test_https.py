"""HTTPS through a session: verified, limited, kept apart, and clean at the end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from twisted.internet.endpoints import TCP4ClientEndpoint
from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.ssl import CertificateOptions
from zope.interface import implementer

import twinet
from tests.http.loopback import LoopbackServer, ok, reactor
from tests.http.secure import SecureCase
from tests.net.certificates import root
from twinet.errors import (
    ClientAuthCertNeeded,
    HttpsToHttpOnRedir,
    InvalidCa,
    SecCertCnInvalid,
    SecCertDateInvalid,
    SecurityChannelError,
    Timeout,
)
from twinet.flags import Flag
from twinet.records import Limits

DAY = timedelta(days=1)


@implementer(IStreamClientEndpoint)
class StartedTls:
    """An endpoint of the user's that hands over a socket which speaks TLS already."""

    def __init__(self, port: int) -> None:
        self.inner = TCP4ClientEndpoint(reactor, "127.0.0.1", port)

    def connect(self, protocolFactory):
        outer = self

        class Wrapping(Factory):
            noisy = False

            def buildProtocol(self, addr):
                protocol = protocolFactory.buildProtocol(addr)
                outer.start_in(protocol)
                return protocol

        return self.inner.connect(Wrapping())

    def start_in(self, protocol) -> None:
        make = protocol.makeConnection

        def made(transport) -> None:
            transport.startTLS(CertificateOptions())
            make(transport)

        protocol.makeConnection = made


class HttpsTests(SecureCase):
    """A real handshake on loopback."""

    async def test_good_certificate_and_a_kept_connection(self) -> None:
        """Two requests on one handshake; TLS comes before SENDING_REQUEST."""
        url = self.serve()
        news: list[twinet.Notification] = []
        self.session.set_status_callback(news.append)
        for _ in range(2):
            request = await self.session.get(url)
            self.assertEqual(await request.read(9), b"hello")
        self.assertEqual(len(self.server.conversations), 1)
        names = [n.status.name for n in news]
        self.assertLess(
            names.index("CONNECTED_TO_SERVER"), names.index("SENDING_REQUEST")
        )

    async def test_post_on_a_kept_connection(self) -> None:
        """The look whether it is gone does not take TLS's own bytes for an end."""
        host, _, port = self.serve().rstrip("/").rpartition("/")[2].partition(":")
        connection = self.session.http(host, int(port), tls=True)
        for _ in range(3):
            request = connection.open_request("POST", "/")
            await request.send(b"abc")
            self.assertEqual(await request.read(9), b"hello")
        self.assertEqual(len(self.server.conversations), 1)
        self.assertEqual(self.server.bodies, [b"abc"] * 3)

    async def test_bad_certificates_are_refused_before_anything_is_sent(self) -> None:
        """Each fault by its own class; the connection's closing is told."""
        for identity, kind in (
            (root().issue(["127.0.0.1"], end=-DAY / 2), SecCertDateInvalid),
            (root().issue(["127.0.0.2"]), SecCertCnInvalid),
            (root().issue([]), SecCertCnInvalid),
        ):
            url = self.serve(identity)
            news: list[str] = []
            self.session.set_status_callback(
                lambda n, news=news: news.append(n.status.name)
            )
            await self.assertFailure(self.session.get(url), kind)
            self.assertEqual(self.server.requests, [])
            self.assertEqual(
                news[-5:],
                [
                    "CONNECTED_TO_SERVER",
                    "CLOSING_CONNECTION",
                    "CONNECTION_CLOSED",
                    "REQUEST_COMPLETE",
                    "HANDLE_CLOSING",
                ],
            )
            await self._stop()

    async def test_unknown_authority_is_refused(self) -> None:
        """The platform's roots do not know ours."""
        url = self.serve()
        await self.assertFailure(twinet.fetch(url), InvalidCa)

    async def test_flag_lets_its_own_fault_through(self) -> None:
        """And the strict request beside it does not ride on that connection."""
        url = self.serve(root().issue(["127.0.0.1"], end=-DAY / 2))
        request = await self.session.get(url, flags=Flag.IGNORE_CERT_DATE_INVALID)
        self.assertEqual(await request.read(9), b"hello")
        await self.assertFailure(self.session.get(url), SecCertDateInvalid)
        await self.assertFailure(
            self.session.get(url, flags=Flag.IGNORE_CERT_CN_INVALID), SecCertDateInvalid
        )

    async def test_redirect_from_https_to_http(self) -> None:
        """Refused, and nothing goes out in the clear; or allowed, without secrets."""
        url = self.serve()
        clear = LoopbackServer({"/clear": ok(b"clear")})
        self.server.answers["/"] = (
            b"HTTP/1.1 302 Found\r\nLocation: %b\r\nContent-Length: 0\r\n\r\n"
            % clear.url("/clear").encode()
        )
        fields = {"Referer": url, "Authorization": "Bearer hush", "X": "1"}
        try:
            refused = self.session.get(url, headers=fields)
            await self.assertFailure(refused, HttpsToHttpOnRedir)
            self.assertEqual(clear.conversations, [])
            request = await self.session.get(
                url, headers=fields, flags=Flag.IGNORE_REDIRECT_TO_HTTP
            )
            self.assertEqual(await request.read(9), b"clear")
            self.assertIn(b"Authorization", self.server.requests[-1])
            sent = clear.requests[0]
            self.assertIn(b"X: 1", sent)
            self.assertNotIn(b"hush", sent)
            self.assertNotIn(b"Referer", sent)
            await request.close()
        finally:
            await self.session.close()
            await clear.stop()

    async def test_client_certificate_that_is_missing_is_named(self) -> None:
        """12044, though TLS 1.3 says so only after the handshake."""
        url = self.serve(client_roots=root())
        await self.assertFailure(self.session.get(url), ClientAuthCertNeeded)

    async def test_plain_http_on_the_port_is_named(self) -> None:
        """12157, with a hint."""
        self.server = LoopbackServer({})
        self.session = twinet.Session(reactor)
        url = self.server.url("/").replace("http:", "https:")

        class Plain(Protocol):
            def dataReceived(self, data: bytes) -> None:
                self.transport.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")  # type: ignore[union-attr]

        await self.server.port.stopListening()
        factory: Any = Factory.forProtocol(Plain)
        factory.noisy = False
        self.server.port = reactor.listenTCP(
            int(url.rpartition(":")[2][:-1]), factory, interface="127.0.0.1"
        )
        error = await self.assertFailure(self.session.get(url), SecurityChannelError)
        self.assertIn("does not speak TLS", str(error))

    async def test_nothing_goes_in_the_clear_over_an_endpoints_tls(self) -> None:
        """A request is not written past the TLS of a socket that has it already."""
        url = self.serve()
        await self.session.close()
        port = self.server.port.getHost().port
        self.session = twinet.Session(reactor, connect=lambda *_: StartedTls(port))
        request = await self.session.get(url.replace("https:", "http:"))
        self.assertEqual(await request.read(9), b"hello")

    async def test_silent_handshake_ends_by_the_limit(self) -> None:
        """The peer accepts and says nothing."""
        self.server = LoopbackServer({})
        self.session = twinet.Session(reactor, limits=Limits(tls=0.1))
        url = self.server.url("/").replace("http:", "https:")
        error = await self.assertFailure(self.session.get(url), Timeout)
        self.assertIn("TLS handshake", str(error))
        await self.server.all_lost()
        self.assertEqual(len(self.server.conversations), 1)

    async def test_cancel_in_the_handshake_closes_the_connection(self) -> None:
        """Seen from the server."""
        self.server = LoopbackServer({})
        self.session = twinet.Session(reactor)
        pending = self.session.get(self.server.url("/").replace("http:", "https:"))
        await self.server.hearing()
        pending.cancel()
        await self.assertFailure(pending, twinet.errors.OperationCancelled)
        await self.server.all_lost()
        self.assertEqual(len(self.server.conversations), 1)

    async def test_closing_a_session_does_not_wait_for_a_peer_that_is_silent(
        self,
    ) -> None:
        """No close_notify of the peer is waited for."""
        url = self.serve()
        request = await self.session.get(url)
        await request.read(9)
        (conversation,) = self.server.conversations
        conversation.transport.pauseProducing()
        await self.session.close()
        conversation.transport.resumeProducing()
