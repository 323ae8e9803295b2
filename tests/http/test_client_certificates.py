"""Client certificates through sessions and requests: who is shown which."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from OpenSSL import SSL
from twisted.trial.unittest import SynchronousTestCase

import twinet
from tests.http.loopback import LoopbackServer, ok
from tests.http.memory import MemoryNet
from tests.http.secure import SecureCase
from tests.net.certificates import (
    Identity,
    Server,
    pem,
    private_pem,
    root,
    server_context,
)
from twinet.errors import ClientAuthCertNeeded, InvalidParameter
from twinet.options import Option

VERSIONS = (SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION)


def both(identity: Identity) -> bytes:
    return private_pem(identity.key) + pem(identity.certificate)


def redirect(url: str) -> bytes:
    return (
        b"HTTP/1.1 302 Found\r\nLocation: %b\r\nContent-Length: 0\r\n\r\n"
        % url.encode()
    )


class ClientCertificateTests(SecureCase):
    """Servers that demand a certificate."""

    def setUp(self) -> None:
        super().setUp()
        self.mine = root().issue(["me"], common_name="me", usage=None)
        self.other = root().issue(["other"], common_name="other", usage=None)

    def demand(self, version: int = SSL.TLS1_3_VERSION) -> str:
        """Serve to those who show a certificate of our root's."""
        return self.serve(newest=version, client_roots=root())

    def shown(self, face: Server | None = None) -> str:
        """Return whose certificate the server was shown last."""
        connection = (face or self.face).connection
        assert connection is not None
        certificate = connection.get_peer_certificate()
        assert certificate is not None
        return certificate.to_cryptography().subject.rfc4514_string()

    def request(self, url: str, session: Any = None) -> Any:
        """Open a request that is not sent yet."""
        session = session or self.session
        port = self.server.port.getHost().port
        return session.http("127.0.0.1", port, tls=True).open_request("GET", "/")

    async def test_session_shows_its_certificate(self) -> None:
        """In both versions, to whoever asks."""
        path = Path(self.mktemp())
        path.write_bytes(both(self.mine))
        for version in VERSIONS:
            url = self.demand(version)
            session = self.open_session(client_certificate=path)
            request = await session.get(url)
            self.assertEqual(await request.read(9), b"hello")
            self.assertEqual(self.shown(), "CN=me")
            await session.close()
            await self._stop()

    async def test_certificate_that_is_missing_can_be_given_and_sent_again(
        self,
    ) -> None:
        """12044 says what is wanted; the option, and the same handle works."""
        for version in VERSIONS:
            url = self.demand(version)
            request = self.request(url)
            await self.assertFailure(request.send(), ClientAuthCertNeeded)
            self.assertEqual(self.server.requests, [])
            request.options[Option.CLIENT_CERT_CONTEXT] = both(self.mine)
            await request.send()
            self.assertEqual(await request.read(9), b"hello")
            self.assertEqual(self.shown(), "CN=me")
            await self._stop()

    async def test_request_goes_before_session(self) -> None:
        """And is taken back with None."""
        url = self.demand()
        await self.session.close()
        self.session = self.open_session(client_certificate=both(self.other))
        request = self.request(url)
        request.client_certificate = both(self.mine)
        await request.send()
        self.assertEqual(self.shown(), "CN=me")
        request.client_certificate = None
        await request.send()
        self.assertEqual(self.shown(), "CN=other")

    async def test_connection_is_shared_by_equal_certificates_only(self) -> None:
        """Who shows nothing, or another one, does not ride on it."""
        url = self.demand()
        for identity, connections in (
            (self.mine, 1),
            (self.mine, 1),
            (self.other, 2),
            (self.mine, 2),
        ):
            request = self.request(url)
            # Read anew each time: what counts is what it is.
            request.client_certificate = twinet.ClientCertificate(both(identity))
            await request.send()
            await request.read(9)
            self.assertEqual(len(self.server.conversations), connections)
        await self.assertFailure(self.session.get(url), ClientAuthCertNeeded)

    async def test_certificate_of_a_request_is_for_its_own_server(self) -> None:
        """Another one is shown none, or the session's."""
        url = self.demand()
        face = Server(server_context(root().issue(["127.0.0.1"]), client_roots=root()))
        other = LoopbackServer({"/": ok(b"other"), "/b": redirect(url + "c")}, face)
        answers = self.server.answers
        answers.update({"/": redirect(url + "a"), "/a": redirect(other.url("/"))})
        try:
            request = self.request(url)
            request.client_certificate = both(self.mine)
            await self.assertFailure(request.send(), ClientAuthCertNeeded)
            self.assertEqual(len(self.server.requests), 2)
            self.assertEqual(other.requests, [])
            await self.session.close()
            # Back again at the first one it has been dropped for good.
            answers.update({"/a": redirect(other.url("/b")), "/c": ok(b"back")})
            self.session = self.open_session(client_certificate=both(self.other))
            request = self.request(url)
            request.client_certificate = both(self.mine)
            await request.send()
            self.assertEqual(await request.read(9), b"back")
            self.assertEqual(self.shown(face), "CN=other")
            self.assertEqual(self.shown(), "CN=other")
        finally:
            await self.session.close()
            await other.all_lost()
            await other.stop()


class RefusalTests(SynchronousTestCase):
    """What cannot be shown is refused where it is given."""

    def test_session_is_not_opened(self) -> None:
        """By the parameter's own words."""
        error = self.assertRaises(
            InvalidParameter, MemoryNet, client_certificate="/nowhere/my.pem"
        )
        self.assertIn("/nowhere/my.pem", error.message)

    def test_request_keeps_what_it_had(self) -> None:
        """By attribute and by number."""
        net = MemoryNet()
        request = net.session.http("a.test", tls=True).open_request()
        mine = root().issue(["me"], usage=None)
        request.client_certificate = both(mine)
        kept = request.client_certificate
        self.assertEqual(kept, twinet.ClientCertificate(both(mine)))
        for bad in (b"nothing", 5, pem(mine.certificate)):
            self.assertRaises(
                InvalidParameter, setattr, request, "client_certificate", bad
            )
            self.assertRaises(
                InvalidParameter,
                request.options.__setitem__,
                Option.CLIENT_CERT_CONTEXT,
                bad,
            )
        self.assertIs(request.client_certificate, kept)
