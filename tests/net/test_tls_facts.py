"""What is known of a TLS connection after its handshake, and of its certificates."""

from __future__ import annotations

import datetime as dt
import gc
import hashlib
import weakref
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed448, ed25519
from OpenSSL import SSL, crypto
from twisted.trial.unittest import SynchronousTestCase

from tests.net.certificates import (
    DAY,
    Identity,
    new_key,
    root,
    server_context,
    weak_key,
)
from tests.net.handshakes import Meeting, meet
from twinet import errors
from twinet._net.tls import TlsCreator, TlsPolicy
from twinet._net.tls_facts import read_certificate
from twinet._net.trust import TrustRoots
from twinet.flags import SecurityFlag

if TYPE_CHECKING:
    from twinet.tls import TlsInfo

NAMES = ("server.example", "192.0.2.1", "*.server.example")


class FactsTests(SynchronousTestCase):
    """A handshake in memory, and what is kept of it."""

    def shake(
        self, identity: Identity, policy: Any = None, **server: Any
    ) -> tuple[TlsCreator, Meeting]:
        roots = TrustRoots.from_certificates([root().certificate])
        creator = TlsCreator(
            TlsPolicy(roots, **(policy or {})),
            "server.example",
        )
        return creator, meet(creator, server_context(identity, **server))

    def info(self, identity: Identity, policy: Any = None, **server: Any) -> TlsInfo:
        creator, meeting = self.shake(identity, policy, **server)
        self.assertIsNone(meeting.client.reason)
        assert creator.facts is not None
        return creator.facts.info()

    def test_connection_is_described(self) -> None:
        """Version, cipher, strength, protocol."""
        for version, name in (
            (SSL.TLS1_2_VERSION, "TLSv1.2"),
            (SSL.TLS1_3_VERSION, "TLSv1.3"),
        ):
            info = self.info(root().issue(NAMES), newest=version)
            self.assertEqual(info.version, name)
            self.assertIn(info.bits, {128, 256})
            self.assertIn(str(info.bits), info.cipher)
            self.assertIsNone(info.alpn)
            self.assertEqual(info.faults, ())

    def test_certificate_is_described(self) -> None:
        """As its bytes say; names in their order."""
        identity = root().issue(NAMES, common_name="Ærlig, server")
        info = self.info(identity)
        shown, real = info.certificate, identity.certificate
        self.assertEqual(shown.subject, "CN=Ærlig\\, server")
        self.assertEqual(shown.issuer, "CN=Believed Root")
        self.assertEqual(shown.not_before, real.not_valid_before_utc)
        self.assertEqual(shown.not_after, real.not_valid_after_utc)
        self.assertIs(shown.not_after.tzinfo, dt.UTC)
        self.assertEqual(shown.serial, real.serial_number)
        self.assertEqual(shown.names, NAMES)
        self.assertEqual(shown.signature_algorithm, "ecdsa-with-SHA256")
        self.assertEqual((shown.key_algorithm, shown.key_bits), ("EC secp256r1", 256))
        self.assertEqual(shown.der, real.public_bytes(serialization.Encoding.DER))
        self.assertEqual(shown.fingerprint, real.fingerprint(hashes.SHA256()).hex())
        self.assertEqual(shown.fingerprint, hashlib.sha256(shown.der).hexdigest())

    def test_chain_is_what_was_received(self) -> None:
        """The server's own first, then as it sent them; the root need not be there."""
        middle = root().issue([], ca=True, common_name="Middle")
        info = self.info(middle.issue(NAMES))
        self.assertEqual(
            [each.subject for each in info.chain], ["CN=server", "CN=Middle"]
        )
        self.assertIs(info.certificate, info.chain[0])
        alone = self.info(root().issue(NAMES, send_issuer=False))
        self.assertEqual(len(alone.chain), 1)

    def test_faults_that_were_let_through_are_there(self) -> None:
        """With their classes and words."""
        info = self.info(
            root().issue(["other.example"], end=-DAY / 2),
            {
                "ignore": SecurityFlag.IGNORE_CERT_CN_INVALID
                | SecurityFlag.IGNORE_CERT_DATE_INVALID
            },
        )
        self.assertEqual(
            {fault.kind for fault in info.faults},
            {errors.SecCertCnInvalid, errors.SecCertDateInvalid},
        )
        self.assertTrue(all(fault.let_through for fault in info.faults))
        self.assertIn("Fault: ", str(info))

    def test_nothing_is_known_before_the_end_of_the_handshake(self) -> None:
        """A refused certificate is told by its error."""
        creator, meeting = self.shake(root().issue(["other.example"]))
        self.assertIsNotNone(meeting.client.reason)
        self.assertIsNone(creator.facts)

    def test_record_is_made_once_and_outlives_the_connection(self) -> None:
        """The connection itself is not kept."""
        creator, meeting = self.shake(root().issue(NAMES))
        facts = creator.facts
        assert facts is not None
        connection = weakref.ref(meeting.protocol._records.tls)
        del creator, meeting
        gc.collect()
        self.assertIsNone(connection())
        self.assertEqual(facts.info().certificate.names, NAMES)
        self.assertIs(facts.info(), facts.info())

    def test_text_names_what_people_look_for(self) -> None:
        """As SECURITY_CERTIFICATE gives it."""
        info = self.info(root().issue(NAMES))
        lines = str(info).splitlines()
        self.assertEqual(
            [line.partition(":")[0] for line in lines],
            [
                *("Subject", "Issuer", "Names", "Effective date", "Expiration date"),
                *("Signature type", "Key type", "Fingerprint"),
                *("Security protocol", "Encryption type", "Privacy strength"),
            ],
        )
        self.assertIn(
            f"Expiration date: {info.certificate.not_after:%Y-%m-%d}", lines[4]
        )
        self.assertNotIn("der", repr(info))


class ReadingTests(SynchronousTestCase):
    """Certificates of other kinds, and those that cannot be read."""

    def test_keys_of_every_kind(self) -> None:
        """Name and length."""
        for key, name, bits in (
            (new_key(), "EC secp256r1", 256),
            (weak_key(), "RSA", 1024),
            (ed25519.Ed25519PrivateKey.generate(), "Ed25519", 256),
            (ed448.Ed448PrivateKey.generate(), "Ed448", 456),
        ):
            made = root().issue(["a.example"], key=key)  # type: ignore[arg-type]  # any
            info = read_certificate(crypto.X509.from_cryptography(made.certificate))
            self.assertEqual((info.key_algorithm, info.key_bits), (name, bits))

    def test_peers_text_is_made_harmless(self) -> None:
        """No line ends, no terminal codes."""
        made = root().issue(["a.example"], common_name="a\n\x1b[31mb")
        info = read_certificate(crypto.X509.from_cryptography(made.certificate))
        self.assertNotIn("\n", info.subject)
        self.assertNotIn("\x1b", info.subject)

    def test_name_of_no_host_is_none_of_the_names(self) -> None:
        """Mail addresses and the like do not stand for a host."""
        made = root().issue([x509.RFC822Name("me@a.example"), "b.example"])
        info = read_certificate(crypto.X509.from_cryptography(made.certificate))
        self.assertEqual(info.names, ("b.example",))

    def test_certificate_that_cannot_be_read_is_named(self) -> None:
        """By an error of ours, when somebody asks."""
        made = root().issue(["a.example"]).certificate
        der = made.public_bytes(serialization.Encoding.DER)
        # A month that is none: OpenSSL reads dates when it compares them.
        date = f"{made.not_valid_after_utc:%y%m%d}".encode()
        broken = der.replace(date, date[:2] + b"13" + date[4:])
        certificate = crypto.load_certificate(crypto.FILETYPE_ASN1, broken)
        error = self.assertRaises(errors.SecInvalidCert, read_certificate, certificate)
        self.assertIn("cannot be read", error.message)
