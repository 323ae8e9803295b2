"""Client certificates: the forms they are given in, and what cannot be one."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives import serialization
from OpenSSL import SSL
from twisted.internet.ssl import PrivateCertificate
from twisted.trial.unittest import SynchronousTestCase

from tests.net.certificates import (
    DAY,
    Identity,
    Server,
    new_key,
    pem,
    private_pem,
    root,
    server_context,
    weak_key,
)
from tests.net.handshakes import meet
from twinet._net.client_certificate import ClientCertificate
from twinet._net.tls import TlsCreator, TlsPolicy
from twinet._net.trust import TrustRoots
from twinet.errors import InvalidParameter

if TYPE_CHECKING:
    from cryptography import x509

SECRET = "pass wörd"


def encrypted(identity: Identity, form: Any, password: str = SECRET) -> bytes:
    return identity.key.private_bytes(
        serialization.Encoding.PEM,
        form,
        serialization.BestAvailableEncryption(password.encode()),
    )


class ClientCertificateCase(SynchronousTestCase):
    """Files of a certificate and a key."""

    def setUp(self) -> None:
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.place = Path(place.name)
        self.mine = root().issue(["me"], common_name="me", usage=None)
        self.certificate = pem(self.mine.certificate)
        self.key = private_pem(self.mine.key)

    def write(self, name: str, content: bytes) -> Path:
        path = self.place / name
        path.write_bytes(content)
        return path

    def seen(self, given: ClientCertificate) -> list[x509.Certificate]:
        """Return what a server is shown that asks."""
        context = server_context(root().issue(), client_roots=root())
        server = Server(context)
        roots = TrustRoots.from_certificates([root().certificate])
        policy = TlsPolicy(roots, certificate=given)
        meeting = meet(TlsCreator(policy, "server.example"), server)
        self.assertIsNone(meeting.client.reason)
        assert server.connection is not None
        own = server.connection.get_peer_certificate()
        assert own is not None
        # On this side of a connection the chain does not have the certificate itself.
        others = server.connection.get_peer_cert_chain() or []
        return [each.to_cryptography() for each in (own, *others)]


class FormTests(ClientCertificateCase):
    """Each form means the same certificate."""

    def test_every_form_is_understood(self) -> None:
        """They are equal, and a server sees the certificate."""
        both = self.write("both.pem", self.key + self.certificate)
        pair = (self.write("a.pem", self.certificate), self.write("b.pem", self.key))
        twisteds = PrivateCertificate.loadPEM(self.key + self.certificate)
        given = ClientCertificate(both)
        self.assertEqual(self.seen(given), [self.mine.certificate])
        for form in (
            both,
            str(both),
            self.certificate + b"some words\n" + self.key,
            pair,
            (self.certificate, self.key),
            (self.key + self.certificate).decode(),
            twisteds,
        ):
            made = ClientCertificate.of(form)
            self.assertEqual(made, given)
            self.assertEqual(hash(made), hash(given))
        self.assertIs(ClientCertificate.of(given), given)
        self.assertEqual(repr(given), "<ClientCertificate CN=me>")

    def test_chain_is_sent_with_it(self) -> None:
        """The server need not know who stands between; the order is the file's."""
        middle = root().issue([], ca=True, common_name="Middle")
        below = middle.issue([], ca=True, common_name="Below")
        mine = below.issue(["me"], usage=None)
        # Others stand before our own: the key tells which it is.
        parts = [*mine.chain, mine.certificate]
        given = ClientCertificate(
            b"".join(pem(each) for each in parts), private_pem(mine.key)
        )
        self.assertEqual(self.seen(given), [mine.certificate, *mine.chain])
        alone = ClientCertificate(pem(mine.certificate), private_pem(mine.key))
        self.assertNotEqual(alone, given)

    def test_encrypted_keys_are_opened(self) -> None:
        """In both forms that OpenSSL writes; a callable is asked once."""
        asked: list[int] = []

        def ask() -> str:
            asked.append(1)
            return SECRET

        for form in (
            serialization.PrivateFormat.PKCS8,
            serialization.PrivateFormat.TraditionalOpenSSL,
        ):
            key = encrypted(self.mine, form)
            for password in (SECRET, SECRET.encode(), ask):
                given = ClientCertificate(self.certificate, key, password=password)
                self.assertEqual(self.seen(given), [self.mine.certificate])
        self.assertEqual(len(asked), 2)
        ClientCertificate(self.certificate, self.key, password=ask)
        self.assertEqual(len(asked), 2, "nobody is asked for a key that is open")


class RefusalTests(ClientCertificateCase):
    """What is wrong is said where it is given."""

    def refused(self, words: str, *given: Any, **options: Any) -> None:
        error = self.assertRaises(
            InvalidParameter, ClientCertificate, *given, **options
        )
        self.assertIn(words, error.message)
        self.assertNotIn(SECRET, str(error))
        self.assertNotIn("wrong word", str(error))

    def test_files_that_cannot_be_read(self) -> None:
        """By name and reason."""
        missing = self.place / "missing.pem"
        self.refused(f"cannot be read from {missing}: No such file", missing)
        self.refused("Is a directory", self.place)
        self.refused("missing.pem", self.certificate, missing)
        self.refused("null", "a\0b")

    def test_files_that_hold_something_else(self) -> None:
        """The certificate, or the key, is missed."""
        self.refused("no client certificate", self.write("k.pem", self.key))
        self.refused("there is no private key in", self.certificate)
        self.refused("more than one", self.certificate, self.key * 2)
        self.refused(
            "client certificate 2", self.certificate + damaged(self.certificate)
        )
        self.refused(
            "cannot be read: it is damaged", self.certificate, damaged(self.key)
        )

    def test_passwords(self) -> None:
        """Missing, wrong, or none at all; they are never shown."""
        key = encrypted(self.mine, serialization.PrivateFormat.PKCS8)
        self.refused("is encrypted; give its password", self.certificate, key)
        self.refused("password is wrong", self.certificate, key, password="wrong word")
        self.refused("password is wrong", self.certificate, key, password="")
        for nothing in (5, lambda: None):
            self.refused("give its password", self.certificate, key, password=nothing)
        self.refused("surrogate", self.certificate, key, password="s3cr3t\ud800")
        error = self.assertRaises(
            InvalidParameter, ClientCertificate.of, (self.certificate, key)
        )
        self.assertIn("twinet.ClientCertificate(path, password=...)", error.message)

    def test_key_is_never_shown(self) -> None:
        """Not even one that was given as text where a path belongs."""
        other = private_pem(new_key()).decode()
        error = self.assertRaises(InvalidParameter, ClientCertificate, other)
        self.assertIn("no client certificate in the given bytes", error.message)
        self.assertNotIn("PRIVATE KEY", str(error))

    def test_key_of_another_certificate(self) -> None:
        """The two are compared, not believed."""
        self.refused("not that of the client", self.certificate, private_pem(new_key()))
        self.refused(
            "not that of the client", self.certificate, private_pem(weak_key())
        )

    def test_certificate_that_is_not_valid_today(self) -> None:
        """It would only be found out by a server."""
        for start, end, words in (
            (-3 * DAY, -DAY, "expired on "),
            (DAY, 2 * DAY, "is not valid before "),
        ):
            other = root().issue(["me"], start=start, end=end)
            self.refused(words, pem(other.certificate), private_pem(other.key))

    def test_other_things(self) -> None:
        """No guess is made."""
        for given in (5, None, ["a"], (), ("a", "b", "c"), object(), {}):
            error = self.assertRaises(InvalidParameter, ClientCertificate.of, given)
            self.assertIn("give the path of a PEM file", error.message)

    def test_key_that_openssl_finds_too_weak(self) -> None:
        """Said when the first connection is made, before anything is sent."""
        mine = root().issue(["me"], usage=None, key=weak_key())
        given = ClientCertificate(pem(mine.certificate), private_pem(mine.key))
        context = SSL.Context(SSL.TLS_CLIENT_METHOD)
        error = self.assertRaises(InvalidParameter, given.install, context)
        self.assertIn("key too small", error.message)


def damaged(block: bytes) -> bytes:
    """Return a PEM block that is no DER inside."""
    first, *_, last = block.strip().split(b"\n")
    return b"\n".join((first, b"MAAA", last, b""))
