"""The verdict on a server's certificate chain: every fault, and what may pass.

OpenSSL calls a :class:`Verdict` while it walks the chain from the root down to the
server's own certificate: with ``ok=0`` for each fault, and with ``ok=1`` for each
certificate when it is done with it. So the call for depth 0 with ``ok=1`` is the last
but for faults that are found by comparing certificates (name constraints).

* Before that call the answer is always "go on", also to a fault that nothing lets
  through: a stop would hide the faults behind it, and the user is told all of them.
* At that call the host is compared with the names in the certificate, once, and the
  answer is given: any fault that is not let through refuses. After it each further
  fault is answered on its own.
* A fault that was kept is never taken back, and an exception anywhere refuses.

That "go on" is not yet "yes": a handshake counts only when :meth:`Verdict.seal` says
so, which asks that the certificate *was* judged. A resumed session, where OpenSSL
skips the walk, or a chain that it left early does not get past.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Final

import idna
from cryptography import x509
from service_identity import CertificateError, VerificationError
from service_identity.hazmat import (
    DNS_ID,
    CertificatePattern,
    DNSPattern,
    IPAddress_ID,
    IPAddressPattern,
    verify_service_identity,
)

from twinet import errors
from twinet.flags import SecurityFlag
from twinet.tls import Fault

if TYPE_CHECKING:
    from OpenSSL import SSL, crypto

_NO_FLAG: Final = SecurityFlag(0)

#: The flags that a verdict understands; others concern redirects or nothing here.
CERTIFICATE_FLAGS: Final = (
    SecurityFlag.IGNORE_REVOCATION
    | SecurityFlag.IGNORE_UNKNOWN_CA
    | SecurityFlag.IGNORE_WRONG_USAGE
    | SecurityFlag.IGNORE_CERT_CN_INVALID
    | SecurityFlag.IGNORE_CERT_DATE_INVALID
    | SecurityFlag.IGNORE_WEAK_SIGNATURE
)

# OpenSSL's X509_V_ERR_ numbers: class and flag, as in WinINet. A number that is not
# here is SecInvalidCert, and nothing lets it through.
_KINDS: Final[dict[int, tuple[type[errors.CertificateFault], SecurityFlag]]] = {
    number: (kind, flag)
    for kind, flag, numbers in (
        # 32 and 79: the issuer must not issue. Who does not ask which CA it is cannot
        # lose anything there.
        (
            errors.InvalidCa,
            SecurityFlag.IGNORE_UNKNOWN_CA,
            (2, 18, 19, 20, 21, 27, 32, 79),
        ),
        (
            errors.SecCertDateInvalid,
            SecurityFlag.IGNORE_CERT_DATE_INVALID,
            (9, 10, 13, 14),
        ),
        (errors.SecCertRevoked, SecurityFlag.IGNORE_REVOCATION, (23,)),
        (
            errors.SecCertRevFailed,
            SecurityFlag.IGNORE_REVOCATION,
            (3, 5, 8, 11, 12, 15, 16, 33, 35, 36, 44, 54),
        ),
        (
            errors.SecCertWeakSignature,
            SecurityFlag.IGNORE_WEAK_SIGNATURE,
            (66, 67, 68),
        ),
        (errors.SecInvalidCert, SecurityFlag.IGNORE_WRONG_USAGE, (26,)),
    )
    for number in numbers
}

# Which class speaks for several faults.
_PRECEDENCE: Final[tuple[type[errors.CertificateFault], ...]] = (
    errors.InvalidCa,
    errors.SecCertDateInvalid,
    errors.SecCertCnInvalid,
    errors.SecCertRevoked,
    errors.SecCertRevFailed,
    errors.SecCertWeakSignature,
    errors.SecInvalidCert,
)

_WORDS: Final = {
    2: "the issuer of {who}, {issuer}, is not among the trust roots",
    3: "no revocation list is there for {who}",
    7: "the signature of {who} is wrong",
    9: "{who} is not valid before {start} (is this machine's clock right?)",
    10: "{who} expired on {end}",
    12: "the revocation list for {who} is out of date",
    13: "the date from which {who} is valid cannot be read",
    14: "the date until which {who} is valid cannot be read",
    18: "{who} is signed by itself and not among the trust roots",
    19: "the chain ends in {subject}, which is not among the trust roots",
    20: "the issuer of {who}, {issuer}, is neither among the trust roots nor did the "
    "server send it",
    21: "the signature of {who} cannot be verified, for the server did not send its "
    "issuer",
    22: "the chain of certificates is too long",
    23: "{who} has been revoked",
    24: "the issuer of {who} has no public key",
    25: "there are more CAs below {who} than it allows",
    26: "{who} is not made for TLS servers (its key usage does not allow that)",
    27: "{who} is not trusted for servers",
    28: "{who} is distrusted by the trust roots",
    32: "{who} is signed by a certificate whose key usage does not allow that",
    34: "{who} has a critical extension that is not understood",
    47: "{who} has a name outside those its CA may speak for",
    48: "{who} has a name its CA must not speak for",
    66: "the key of {who} is too weak",
    67: "the key of {who} is too weak",
    68: "the signature of {who} is too weak",
    79: "{who} is used as a CA but is none",
}
_OTHER_WORDS: Final = "{who} is not valid (OpenSSL's verification error {error})"

_LONGEST_NAME: Final = 253  # RFC 1035 section 2.3.4, without length bytes
_LONGEST_LABEL: Final = 63
_MOST_NAMES: Final = 6
_MOST_TEXT: Final = 120


class Verdict:
    """The verdict on one handshake; an OpenSSL verify callback.

    :ivar faults: every fault so far, those let through as well.
    """

    def __init__(self, service: DNS_ID | IPAddress_ID, ignore: SecurityFlag) -> None:
        self.faults: list[Fault] = []
        self._service = service
        self._ignore = ignore
        self._judged = False
        self._sealed = False

    @property
    def refused(self) -> list[Fault]:
        """The faults that nothing let through."""
        return [fault for fault in self.faults if not fault.let_through]

    def vouch(self, *, same: bool) -> None:
        """Take note of a handshake that resumed a session that was verified.

        Of one in which a certificate was shown, nothing changes.

        :param same: its certificate is that of the session.
        """
        if same and not self._judged and not self._sealed:
            self._judged = True

    def seal(self) -> bool:
        """Say whether the finished handshake is to be believed, and end the case.

        From here on nothing is verified any more: a later handshake on the same
        connection is refused.
        """
        if not self._judged and not self.refused:
            self._add(
                errors.SecInvalidCert,
                "the handshake ended without the server's certificate being verified",
            )
        self._sealed = True
        return not self.refused

    def __call__(
        self,
        connection: SSL.Connection,
        cert: crypto.X509,
        error: int,
        depth: int,
        ok: int,
    ) -> bool:
        """Answer OpenSSL; see the top of this file."""
        del connection
        try:
            return self._hear(cert, error, depth, found_well=bool(ok))
        except Exception as problem:  # noqa: BLE001  whatever it is, it refuses
            self._add(
                errors.SecInvalidCert,
                f"the certificate cannot be judged: {_plain(repr(problem))}",
                depth,
            )
            return False

    def _hear(
        self, cert: crypto.X509, error: int, depth: int, *, found_well: bool
    ) -> bool:
        if self._sealed or (self._judged and found_well and depth == 0):
            self._add(errors.SecInvalidCert, "the server showed another certificate")
            return False
        if not found_well:
            kind, flag = _KINDS.get(error, (errors.SecInvalidCert, _NO_FLAG))
            self._add(kind, _describe(cert, error, depth), depth, flag, error)
            return not (self._judged and self.refused)
        if depth == 0:
            self._compare_names(cert.to_cryptography())
            self._judged = True
            return not self.refused
        return True

    def _add(
        self,
        kind: type[errors.CertificateFault],
        words: str,
        depth: int = 0,
        flag: SecurityFlag = _NO_FLAG,
        openssl_error: int = 0,
    ) -> None:
        let_through = bool(flag & self._ignore)
        self.faults.append(Fault(kind, words, depth, flag, let_through, openssl_error))

    def _compare_names(self, certificate: x509.Certificate) -> None:
        """Compare the host with the names in the server's own certificate.

        :source: RFC 9110 section 4.3.4, RFC 9525: subjectAltName only, and addresses
            only as addresses.
        """
        names = names_of(certificate)
        try:
            verify_service_identity(_patterns(names), [self._service], [])
        except (VerificationError, CertificateError):
            if names:
                shown = ", ".join(
                    _plain(str(name.value)) for name in names[:_MOST_NAMES]
                )
                more = len(names) - _MOST_NAMES
                words = f"the server's certificate is for {shown}" + (
                    f" and {more} other names" if more > 0 else ""
                )
            else:
                words = (
                    "the server's certificate names no host (it has no subjectAltName; "
                    "a common name alone does not count)"
                )
            self._add(
                errors.SecCertCnInvalid,
                f"{words}, not for {_host(self._service)}",
                flag=SecurityFlag.IGNORE_CERT_CN_INVALID,
            )


def leading(faults: list[Fault]) -> type[errors.CertificateFault]:
    """Return the error class that speaks for several faults."""
    return min((fault.kind for fault in faults), key=_PRECEDENCE.index)


def service_of(host: str) -> DNS_ID | IPAddress_ID:
    """Return what a certificate for a host must name.

    :param host: a name, an address (with or without brackets, with or without the
        zone of a link-local one), or a name with the root's dot.
    :raises ValueError: it is no host that a certificate could name.
    """
    literal = host.removeprefix("[").removesuffix("]").partition("%")[0]
    try:
        return IPAddress_ID(ipaddress.ip_address(literal))
    except ValueError:
        name = host.removesuffix(".")
    if not name.isascii():
        name = idna.encode(name, uts46=True).decode("ascii")
    if len(name) > _LONGEST_NAME or any(
        not 0 < len(label) <= _LONGEST_LABEL for label in name.split(".")
    ):
        raise ValueError("a name or a part of it is empty or too long")
    return DNS_ID(name)


def _host(service: DNS_ID | IPAddress_ID) -> str:
    if isinstance(service, DNS_ID):
        return service.hostname.decode("ascii")
    return str(service.ip)


def names_of(certificate: x509.Certificate) -> list[x509.DNSName | x509.IPAddress]:
    """Return the names that can stand for a host, in the certificate's order."""
    try:
        extension = certificate.extensions.get_extension_for_class(
            x509.SubjectAlternativeName
        )
    except x509.ExtensionNotFound:
        return []
    return [
        name
        for name in extension.value
        if isinstance(name, (x509.DNSName, x509.IPAddress))
    ]


def _patterns(
    names: list[x509.DNSName | x509.IPAddress],
) -> list[CertificatePattern]:
    """Return the names as service_identity compares them.

    Read here and not by its ``extract_patterns``: there one odd entry (an address
    written as a DNS name, a URI of another form) would condemn the good ones beside it.
    """
    patterns: list[CertificatePattern] = []
    for name in names:
        if isinstance(name, x509.IPAddress):
            if isinstance(name.value, (ipaddress.IPv4Address, ipaddress.IPv6Address)):
                patterns.append(IPAddressPattern(name.value))
            continue
        try:
            patterns.append(DNSPattern.from_bytes(name.value.encode("utf-8")))
        except CertificateError:
            continue  # such an entry matches no host
    return patterns


def _describe(cert: crypto.X509, error: int, depth: int) -> str:
    """Put a fault into words; what cannot be read in the certificate is left open."""
    parts = {"error": str(error)}
    try:
        certificate = cert.to_cryptography()
        parts["subject"] = _plain(certificate.subject.rfc4514_string())
        parts["issuer"] = _plain(certificate.issuer.rfc4514_string())
        parts["start"] = f"{certificate.not_valid_before_utc:%Y-%m-%d %H:%M:%S} UTC"
        parts["end"] = f"{certificate.not_valid_after_utc:%Y-%m-%d %H:%M:%S} UTC"
    except (ValueError, TypeError):
        for part in ("subject", "issuer", "start", "end"):
            parts.setdefault(part, "(unreadable)")
    parts["who"] = (
        "the server's certificate"
        if depth == 0
        else (f"the CA certificate {parts['subject']}")
    )
    return _WORDS.get(error, _OTHER_WORDS).format_map(parts)


def printable(text: str) -> str:
    """Make a peer's text fit for display: no control codes."""
    return "".join(each if each.isprintable() else "?" for each in text)


def _plain(text: str) -> str:
    """Make a peer's text fit for one line of a log: printable, and not endless."""
    text = printable(text)
    return text if len(text) <= _MOST_TEXT else text[:_MOST_TEXT] + "..."
