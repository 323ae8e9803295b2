"""What is known about a TLS connection: plain records, read when somebody asks."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from twinet import errors
    from twinet.flags import SecurityFlag

__all__ = ["CertificateInfo", "Fault", "TlsInfo"]


@dataclass(frozen=True, slots=True)
class CertificateInfo:
    """One certificate, as its bytes say.

    :ivar subject: whom it is for, as RFC 4514 writes it.
    :ivar issuer: who signed it, likewise.
    :ivar not_before: from when on it is valid, in UTC.
    :ivar not_after: until when, in UTC.
    :ivar serial: the issuer's number for it.
    :ivar names: the host names and addresses that it is for (subjectAltName), in its
        order.
    :ivar signature_algorithm: what the issuer signed it with:
        ``sha256WithRSAEncryption``.
    :ivar key_algorithm: ``RSA``, ``EC secp256r1``, ``Ed25519``.
    :ivar key_bits: the length of its key.
    :ivar der: the certificate itself.
    :source: INTERNET_CERTIFICATE_INFO.
    """

    subject: str
    issuer: str
    not_before: datetime
    not_after: datetime
    serial: int
    names: tuple[str, ...]
    signature_algorithm: str
    key_algorithm: str
    key_bits: int
    der: bytes = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of ``der``: 64 hexadecimal digits."""
        return sha256(self.der).hexdigest()

    def __str__(self) -> str:
        return (
            f"Subject: {self.subject}\n"
            f"Issuer: {self.issuer}\n"
            f"Names: {', '.join(self.names)}\n"
            f"Effective date: {self.not_before:%Y-%m-%d %H:%M:%S} UTC\n"
            f"Expiration date: {self.not_after:%Y-%m-%d %H:%M:%S} UTC\n"
            f"Signature type: {self.signature_algorithm}\n"
            f"Key type: {self.key_algorithm}, {self.key_bits} bits\n"
            f"Fingerprint: {self.fingerprint}\n"
        )


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a certificate chain.

    :ivar kind: the error class that stands for it; its ``code`` is WinINet's.
    :ivar words: what is wrong.
    :ivar depth: where: 0 is the server's own certificate, 1 its issuer, and so on.
    :ivar flag: the flag that lets it through; 0 if none does.
    :ivar let_through: whether that flag was set.
    :ivar openssl_error: OpenSSL's number; 0 for what we found ourselves.
    """

    kind: type[errors.CertificateFault]
    words: str
    depth: int
    flag: SecurityFlag
    let_through: bool
    openssl_error: int = 0

    def __str__(self) -> str:
        if self.let_through:
            return f"{self.words} (let through by SecurityFlag.{self.flag.name})"
        if self.flag:
            return f"{self.words} (SecurityFlag.{self.flag.name} would let this pass)"
        return f"{self.words} (no flag lets this pass)"


@dataclass(frozen=True, slots=True)
class TlsInfo:
    """The TLS connection that an answer came over.

    :ivar version: ``TLSv1.3`` or ``TLSv1.2``.
    :ivar cipher: OpenSSL's name of the cipher suite.
    :ivar bits: the length of the session key.
    :ivar alpn: the protocol that the server chose of those offered (RFC 7301); ``None``
        when it chose none.
    :ivar chain: the certificates as the server sent them, its own first.
    :ivar faults: what is wrong with them and was let through by a flag.
    """

    version: str
    cipher: str
    bits: int
    alpn: str | None
    chain: tuple[CertificateInfo, ...]
    faults: tuple[Fault, ...] = ()

    @property
    def certificate(self) -> CertificateInfo:
        """The server's own certificate."""
        return self.chain[0]

    def __str__(self) -> str:
        faults = "".join(f"Fault: {fault}\n" for fault in self.faults)
        return (
            f"{self.certificate}"
            f"Security protocol: {self.version}\n"
            f"Encryption type: {self.cipher}\n"
            f"Privacy strength: {self.bits} bits\n"
            f"{faults}"
        )
