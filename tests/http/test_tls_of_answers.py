"""What an answer tells about the connection that it came over."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives import serialization
from twisted.trial.unittest import SynchronousTestCase

import twinet
from tests.http.loopback import LoopbackServer, reactor
from tests.http.memory import OK, MemoryNet
from tests.http.secure import SecureCase
from tests.net.certificates import root
from twinet._handles.request_options import _strength
from twinet.errors import (
    InvalidCa,
    SecCertCnInvalid,
    SecCertDateInvalid,
    SecCertErrors,
    SecurityChannelError,
)
from twinet.flags import Flag, SecurityFlag
from twinet.options import Option

DAY = timedelta(days=1)


class TlsTests(SecureCase):
    """Over TLS."""

    def choose(self, chosen: bytes) -> None:
        """Let the server choose a protocol, whatever it is offered."""
        self.face.context.set_alpn_select_callback(lambda *_: chosen)

    async def test_answer_tells_of_its_connection(self) -> None:
        """Also when it is closed, the handle as well, and others used it since."""
        identity = root().issue(["127.0.0.1"])
        url = self.serve(identity)
        request = await self.session.get(url)
        await request.read(9)
        again = await self.session.get(url)
        await again.read(9)
        await self.session.close()
        await self.server.all_lost()
        der = identity.certificate.public_bytes(serialization.Encoding.DER)
        for response in (request.response, again.response):
            tls = response.tls
            self.assertEqual(tls.version, "TLSv1.3")
            self.assertEqual(tls.certificate.der, der)
            self.assertEqual(tls.certificate.names, ("127.0.0.1",))
        # Read once for the connection, not for each answer.
        self.assertIs(request.tls, again.tls)
        self.assertEqual(len(self.server.conversations), 1)

    async def test_nothing_is_known_before_the_answer(self) -> None:
        """And what was known of the last one is forgotten with it."""
        self.serve()
        port = self.server.port.getHost().port
        connection = self.session.http("127.0.0.1", port, tls=True)
        request = connection.open_request()
        self.assertIsNone(request.tls)
        await request.send()
        self.assertIsNotNone(request.tls)
        self.server.answers["/"] = None
        pending = request.send()
        self.assertIsNone(request.tls)
        await request.close()
        self.failureResultOf(pending)

    async def test_fetch_tells_it_too(self) -> None:
        """Where no handle is left."""
        url = self.serve()
        response = await twinet.fetch(url, trust_roots=self.roots())
        assert response.tls is not None
        self.assertEqual(response.tls.certificate.subject, "CN=server")

    async def test_each_answer_of_a_redirect_has_its_own(self) -> None:
        """The plain one has none."""
        url = self.serve()
        away = b"HTTP/1.1 302 Found\r\nLocation: %b\r\nContent-Length: 0\r\n\r\n"
        clear = LoopbackServer({"/": away % url.encode()})
        try:
            request = await self.session.get(clear.url("/"))
            self.assertIsNone(request.response.history[0].tls)
            self.assertIsNotNone(request.tls)
        finally:
            await self.session.close()
            await clear.stop()

    async def test_faults_that_were_let_through_are_told(self) -> None:
        """They are no error, and no secret."""
        url = self.serve(root().issue(["127.0.0.1"], end=-DAY / 2))
        request = await self.session.get(url, flags=Flag.IGNORE_CERT_DATE_INVALID)
        (fault,) = request.tls.faults
        self.assertIs(fault.kind, SecCertDateInvalid)
        self.assertIn("expired on", fault.words)

    async def test_protocol_that_was_chosen_can_be_read(self) -> None:
        """It was offered."""
        url = self.serve()
        self.choose(b"http/1.1")
        request = await self.session.get(url)
        self.assertEqual(request.tls.alpn, "http/1.1")

    async def test_protocol_that_nobody_asked_for_is_refused(self) -> None:
        """12157, nothing was sent, and the connection is closed."""
        url = self.serve()
        self.choose(b"h2")
        error = await self.assertFailure(self.session.get(url), SecurityChannelError)
        self.assertIn("ALPN", str(error))
        self.assertEqual(self.server.requests, [])
        await self.server.all_lost()

    async def test_options_tell_it_by_number(self) -> None:
        """Certificate, chain, text, key and state."""
        url = self.serve()
        request = await self.session.get(url)
        options, tls = request.options, request.tls
        self.assertIs(options[Option.SECURITY_CERTIFICATE_STRUCT], tls.certificate)
        self.assertIs(options[Option.SERVER_CERT_CHAIN_CONTEXT], tls.chain)
        self.assertEqual(options[Option.SECURITY_CERTIFICATE], str(tls))
        self.assertEqual(options[Option.SECURITY_KEY_BITNESS], tls.bits)
        self.assertEqual(
            options[Option.SECURITY_FLAGS],
            SecurityFlag.SECURE | SecurityFlag.STRENGTH_STRONG,
        )
        self.assertEqual(options[Option.HTTP_PROTOCOL_USED], 0)
        info = options[Option.DIAGNOSTIC_SOCKET_INFO]
        port = self.server.port.getHost().port
        self.assertEqual(
            (info.destination_address, info.destination_port), ("127.0.0.1", port)
        )
        self.assertEqual(info.source_address, "127.0.0.1")
        self.assertNotIn(info.source_port, {0, port})
        self.assertTrue(info.secure)
        self.assertTrue(info.keep_alive)

    async def test_several_faults_are_one_error_for_who_asks_for_that(self) -> None:
        """12055 by the mask of the request, its connection or its session."""
        url = self.serve(root().issue(["other.test"], end=-DAY / 2))
        port = self.server.port.getHost().port
        error = await self.assertFailure(self.session.get(url), SecCertDateInvalid)
        kinds = {fault.kind for fault in error.faults}
        self.assertEqual(kinds, {SecCertDateInvalid, SecCertCnInvalid})
        before = self.session.http("127.0.0.1", port, tls=True)
        self.session.options[Option.ERROR_MASK] = 2
        combined = await self.assertFailure(self.session.get(url), SecCertErrors)
        self.assertEqual(combined.message, error.message)
        self.assertEqual({fault.kind for fault in combined.faults}, kinds)
        after = self.session.http("127.0.0.1", port, tls=True)
        for connection, mask, kind in (
            (before, None, SecCertDateInvalid),
            (before, 2, SecCertErrors),
            (after, None, SecCertErrors),
            (after, 0, SecCertDateInvalid),
        ):
            request = connection.open_request()
            if mask is not None:
                request.options[Option.ERROR_MASK] = mask
            await self.assertFailure(request.send(), kind)
        # One that is left alone speaks for itself.
        request = after.open_request(flags=Flag.IGNORE_CERT_CN_INVALID)
        await self.assertFailure(request.send(), SecCertDateInvalid)

    async def test_platforms_roots_are_those_of_the_environment(self) -> None:
        """A session without trust roots believes whom the platform believes."""
        url = self.serve()
        await self.assertFailure(twinet.fetch(url), InvalidCa)
        self.patch(os, "environ", {**os.environ, "SSL_CERT_FILE": str(self.roots())})
        session: Any = twinet.Session(reactor)
        request = await session.get(url)
        self.assertEqual(await request.read(9), b"hello")
        await session.close()


class SocketTests(SynchronousTestCase):
    """The two ends of a connection, with and without TLS."""

    def answer(self, head: bytes) -> Any:
        net = MemoryNet()
        pending = net.session.get("http://127.0.0.1:8080/x")
        net.accept().send(head)
        return self.successResultOf(pending).response

    def test_ends_and_what_becomes_of_it(self) -> None:
        """The far end is the server's; the head says whether it stays."""
        for head, stays in (
            (OK, True),
            (b"HTTP/1.1 204 No\r\nConnection: X, Close\r\n\r\n", False),
            (b"HTTP/1.0 204 No\r\n\r\n", False),
            (b"HTTP/1.0 204 No\r\nConnection: keep-alive\r\n\r\n", True),
        ):
            response = self.answer(head)
            self.assertIsNone(response.tls)
            info = response.socket_info
            self.assertEqual(
                (info.destination_address, info.destination_port), ("127.0.0.1", 8080)
            )
            self.assertEqual(info.keep_alive, stays)
            self.assertFalse(info.secure)

    def test_strength_has_three_steps(self) -> None:
        """And one for what is not known."""
        for bits, flag in (
            (256, SecurityFlag.STRENGTH_STRONG),
            (128, SecurityFlag.STRENGTH_STRONG),
            (112, SecurityFlag.STRENGTH_MEDIUM),
            (56, SecurityFlag.STRENGTH_MEDIUM),
            (40, SecurityFlag.STRENGTH_WEAK),
            (0, SecurityFlag.UNKNOWNBIT),
        ):
            self.assertEqual(_strength(bits), flag)

    def test_answer_that_came_over_nothing(self) -> None:
        """One that a test has made, for instance."""
        response = twinet.Response(200, "OK", "1.1", twinet.Fields(), b"", "http://a/")
        self.assertIsNone(response.tls)
        self.assertIsNone(response.socket_info)
