"""What a handshake came to: kept in OpenSSL's own objects, and read when asked.

Reading certificates takes longer than a small request, and few programs ask.  So at
the end of the handshake only what OpenSSL has at hand is taken; the connection itself,
with its buffers, can go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric import ec
from OpenSSL import crypto

from twinet import errors
from twinet._net.verdict import names_of, printable
from twinet.tls import CertificateInfo, TlsInfo

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cryptography import x509
    from OpenSSL import SSL

    from twinet.tls import Fault

__all__ = ["TlsFacts", "read_certificate"]


class TlsFacts:
    """The outcome of one handshake.

    :ivar alpn: the protocol that the server chose; empty for none.
    """

    __slots__ = ("_bits", "_chain", "_cipher", "_faults", "_info", "_version", "alpn")

    def __init__(self, connection: SSL.Connection, faults: Iterable[Fault]) -> None:
        self.alpn = connection.get_alpn_proto_negotiated()
        self._version = connection.get_protocol_version_name()
        self._cipher = connection.get_cipher_name() or ""
        self._bits = connection.get_cipher_bits() or 0
        self._chain = connection.get_peer_cert_chain() or []
        self._faults = tuple(faults)
        self._info: TlsInfo | None = None

    def info(self) -> TlsInfo:
        """Return the record; it is made once.

        :raises SecInvalidCert: (12169) one of the certificates cannot be read.
        """
        if self._info is None:
            self._info = TlsInfo(
                self._version,
                self._cipher,
                self._bits,
                self.alpn.decode("latin-1") or None,
                tuple(read_certificate(each) for each in self._chain),
                self._faults,
            )
            # Of no more use, and larger than what was read from it.
            self._chain = []
        return self._info


def read_certificate(certificate: crypto.X509) -> CertificateInfo:
    """Return what a certificate says.

    :raises SecInvalidCert: (12169) it cannot be read.
    """
    der = crypto.dump_certificate(crypto.FILETYPE_ASN1, certificate)
    try:
        read = certificate.to_cryptography()
        algorithm, bits = _key(read)
        return CertificateInfo(
            printable(read.subject.rfc4514_string()),
            printable(read.issuer.rfc4514_string()),
            read.not_valid_before_utc,
            read.not_valid_after_utc,
            read.serial_number,
            tuple(printable(str(name.value)) for name in names_of(read)),
            certificate.get_signature_algorithm().decode("latin-1"),
            algorithm,
            bits,
            der,
        )
    except (ValueError, TypeError) as error:
        raise errors.SecInvalidCert(
            f"a certificate that the server sent cannot be read: "
            f"{printable(str(error))}"
        ) from error


def _key(certificate: x509.Certificate) -> tuple[str, int]:
    """Return the name of the key's algorithm, with its curve, and its length."""
    key: Any = certificate.public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"EC {key.curve.name}", key.key_size
    name = type(key).__name__.removesuffix("PublicKey")
    # Those that have one length only do not tell it: Ed25519, Ed448.
    bits = getattr(key, "key_size", None) or len(key.public_bytes_raw()) * 8
    return name, bits
