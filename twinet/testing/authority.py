"""A certificate authority that exists in memory alone."""

from __future__ import annotations

import datetime as dt
import ipaddress
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from OpenSSL import SSL
from twisted.internet.interfaces import IOpenSSLServerConnectionCreator
from twisted.protocols.tls import TLSMemoryBIOFactory
from zope.interface import implementer

from twinet._net.trust import TrustRoots

if TYPE_CHECKING:
    from twisted.internet.protocol import Factory

__all__ = ["Authority", "TlsServer"]

DAY = dt.timedelta(days=1)


class Authority:
    """Signs certificates for peers; sessions of a memory network believe it.

    With a real reactor ``peer.listen(reactor, tls=authority)`` is believed by
    ``twinet.Session(reactor, trust_roots=authority.roots)``.

    :source: our own.
    """

    @classmethod
    @cache
    def known(cls) -> Authority:
        """Return the one that memory networks share: keys take their time."""
        return cls()

    @cached_property
    def _key(self) -> ec.EllipticCurvePrivateKey:
        return ec.generate_private_key(ec.SECP256R1())

    @cached_property
    def certificate(self) -> x509.Certificate:
        """Its own certificate."""
        return self._sign("twinet.testing authority", self._key, [])

    @cached_property
    def roots(self) -> TrustRoots:
        """What sessions take as ``trust_roots`` to believe it, and nobody else."""
        return TrustRoots.of([self.certificate])

    @property
    def pem(self) -> bytes:
        """Its certificate as it stands in a file."""
        from cryptography.hazmat.primitives import serialization  # noqa: PLC0415  rare

        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def secured(self, factory: Factory, clock: Any, *names: str) -> Any:
        """Return a factory that speaks TLS under the names, and then as the given."""
        context = self.context(*names)
        return TLSMemoryBIOFactory(TlsServer(context), False, factory, clock)

    def context(self, *names: str) -> SSL.Context:
        """Return a server's context with a certificate for the names."""
        key = ec.generate_private_key(ec.SECP256R1())
        context = SSL.Context(SSL.TLS_SERVER_METHOD)
        context.set_session_id(b"twinet.testing")
        context.use_certificate(self._sign(names[0], key, names))
        context.use_privatekey(key)
        return context

    def _sign(
        self, common_name: str, key: ec.EllipticCurvePrivateKey, names: Any
    ) -> x509.Certificate:
        now = dt.datetime.now(dt.UTC)
        own = not names
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name[:64])])
        issuer = subject if own else self.certificate.subject
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - DAY)
            .not_valid_after(now + DAY)
            .add_extension(x509.BasicConstraints(ca=own, path_length=None), True)
        )
        if names:
            listed = x509.SubjectAlternativeName([_name(each) for each in names])
            builder = builder.add_extension(listed, False)
        return builder.sign(self._key, hashes.SHA256())


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


@implementer(IOpenSSLServerConnectionCreator)
class TlsServer:
    """Makes the server's side of handshakes."""

    def __init__(self, context: SSL.Context) -> None:
        self._context = context

    def serverConnectionForTLS(self, protocol: object) -> SSL.Connection:  # noqa: ARG002
        """Make one."""
        return SSL.Connection(self._context, None)
