"""Certificates to order, good and bad, and servers that show them."""

from __future__ import annotations

import datetime as dt
import functools
import ipaddress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from OpenSSL import SSL, crypto
from twisted.internet.interfaces import IOpenSSLServerConnectionCreator
from zope.interface import implementer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

DAY = dt.timedelta(days=1)


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def private_pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


@dataclass
class Identity:
    """A certificate, its key, and what a server sends with it."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    chain: list[x509.Certificate] = field(default_factory=list)

    def issue(
        self,
        names: Iterable[str | x509.GeneralName] = (
            "server.example",
            "www.server.example",
        ),
        *,
        common_name: str = "server",
        start: dt.timedelta = -DAY,
        end: dt.timedelta = DAY,
        usage: x509.ObjectIdentifier | None = ExtendedKeyUsageOID.SERVER_AUTH,
        key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | None = None,
        ca: bool = False,
        constrained_to: str | None = None,
        send_issuer: bool = True,
    ) -> Identity:
        """Sign a new identity with this one."""
        key = key or new_key()
        certificate = make_certificate(
            key=key,
            common_name=common_name,
            names=names,
            start=start,
            end=end,
            usage=None if ca else usage,
            ca=ca,
            constrained_to=constrained_to,
            issuer=self,
        )
        own = [self.certificate] if self.chain or not self.is_root else []
        chain = [*own, *self.chain] if send_issuer else []
        return Identity(certificate, key, chain)

    @property
    def is_root(self) -> bool:
        return self.certificate.issuer == self.certificate.subject


def make_certificate(
    *,
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
    common_name: str,
    names: Iterable[str | x509.GeneralName],
    start: dt.timedelta,
    end: dt.timedelta,
    usage: x509.ObjectIdentifier | None,
    ca: bool,
    constrained_to: str | None,
    issuer: Identity | None,
) -> x509.Certificate:
    now = dt.datetime.now(dt.UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    signer = issuer.key if issuer else key
    public = signer.public_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + start)
        .not_valid_after(now + end)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(public), critical=False
        )
    )
    listed = [_general_name(name) if isinstance(name, str) else name for name in names]
    if listed:
        builder = builder.add_extension(
            x509.SubjectAlternativeName(listed), critical=False
        )
    if usage is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
    if constrained_to is not None:
        builder = builder.add_extension(
            x509.NameConstraints([x509.DNSName(constrained_to)], None), critical=True
        )
    return builder.sign(signer, hashes.SHA256())


def self_signed(
    names: Sequence[str | x509.GeneralName] = (),
    *,
    common_name: str = "root",
    ca: bool = True,
    start: dt.timedelta = -2 * DAY,
    end: dt.timedelta = 2 * DAY,
) -> Identity:
    """Make a root, or a server's self-signed certificate."""
    key = new_key()
    certificate = make_certificate(
        key=key,
        common_name=common_name,
        names=names,
        start=start,
        end=end,
        usage=None,
        ca=ca,
        constrained_to=None,
        issuer=None,
    )
    return Identity(certificate, key)


def spoiled(identity: Identity) -> Identity:
    """Return the identity with one bit of its certificate's signature turned."""
    der = bytearray(identity.certificate.public_bytes(serialization.Encoding.DER))
    der[-1] ^= 1
    return Identity(
        x509.load_der_x509_certificate(bytes(der)), identity.key, identity.chain
    )


@functools.cache
def root() -> Identity:
    """Return the CA that the tests' clients believe."""
    return self_signed(common_name="Believed Root")


@functools.cache
def other_root() -> Identity:
    """Return a CA that they do not."""
    return self_signed(common_name="Other Root")


@functools.cache
def weak_key() -> rsa.RSAPrivateKey:
    """Return a key that OpenSSL's default security level refuses."""
    return rsa.generate_private_key(65537, 1024)


def server_context(
    identity: Identity,
    *,
    newest: int | None = None,
    oldest: int | None = None,
    client_roots: Identity | None = None,
) -> SSL.Context:
    """Make the context of a server that shows an identity.

    :param newest: the newest version of TLS it speaks.
    :param oldest: the oldest.
    :param client_roots: ask for a client certificate signed by this root.
    """
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_cipher_list(b"DEFAULT:@SECLEVEL=0")
    if newest is not None:
        context.set_max_proto_version(newest)
    if oldest is not None:
        context.set_min_proto_version(oldest)
    context.use_certificate(identity.certificate)
    context.use_privatekey(identity.key)
    for each in identity.chain:
        context.add_extra_chain_cert(each)
    if client_roots is not None:
        store = context.get_cert_store()
        assert store is not None
        store.add_cert(crypto.X509.from_cryptography(client_roots.certificate))
        context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT)
        context.set_session_id(b"tests")
    return context


@implementer(IOpenSSLServerConnectionCreator)
class Server:
    """The server's side of a handshake."""

    def __init__(self, context: SSL.Context) -> None:
        self.context = context
        self.connection: SSL.Connection | None = None

    def serverConnectionForTLS(self, tlsProtocol: object) -> SSL.Connection:
        self.connection = SSL.Connection(self.context, None)
        return self.connection
