"""A client certificate: what we show to a server that asks who we are."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from OpenSSL import SSL
from twisted.internet.ssl import PrivateCertificate

from twinet._net.pem import read_pem
from twinet._net.translate import words
from twinet.errors import InvalidParameter

if TYPE_CHECKING:
    from collections.abc import Callable

    #: A path, or the content of a file.
    Pem = str | os.PathLike[str] | bytes
    Password = str | bytes | Callable[[], str | bytes] | None
    #: What programs give for one.
    GivenCertificate: TypeAlias = (
        "ClientCertificate | PrivateCertificate | Pem | tuple[Pem, Pem]"
    )

__all__ = ["ClientCertificate"]

_CERTIFICATE: Final = re.compile(
    rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL
)
_KEY: Final = re.compile(
    rb"-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----.*?-----END \1-----", re.DOTALL
)
#: What stands in a key that needs a password (PKCS #8, and OpenSSL's older form).
_ENCRYPTED: Final = re.compile(rb"BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED")
#: OpenSSL's SSL_MODE_NO_AUTO_CHAIN, which pyOpenSSL has no name for.
_MODE_NO_AUTO_CHAIN: Final = 0x8
_KINDS: Final = (
    "give the path of a PEM file, a pair of paths (certificate, key), a "
    "twinet.ClientCertificate or Twisted's PrivateCertificate"
)


class ClientCertificate:
    """A certificate with its key, and the certificates between it and its root.

    Two of the same certificates are equal, and connections are shared between them.

    :param certificate: a PEM file's path, or its content: the certificate, those
        above it that the server may not know, and perhaps the key.
    :param key: the file, or the content, that holds the key, when it is another one.
    :param password: of an encrypted key; or a callable that is asked for it, once and
        only when the key is encrypted.
    :raises InvalidParameter: 87, a file cannot be read or holds not what it must, the
        password is missing or wrong, the key is that of another certificate, or the
        certificate is not valid today.
    :source: CERT_CONTEXT; the forms are our own.
    """

    def __init__(
        self,
        certificate: Pem,
        key: Pem | None = None,
        *,
        password: Password = None,
    ) -> None:
        name, pem = _content(certificate)
        key_name, key_pem = (name, pem) if key is None else _content(key)
        # Those first, because they need no password.
        certificates = _certificates(name, pem)
        self._key = _key(key_name, key_pem, password)
        public = self._key.public_key()
        own = next((each for each in certificates if _is_for(each, public)), None)
        if own is None:
            raise InvalidParameter(
                f"the key is not that of the client certificate in {name}; give the "
                "two that belong together"
            )
        _check_dates(own, name)
        self._chain = [own, *(each for each in certificates if each is not own)]
        # Late: most sessions have no certificate, and it takes 5 ms to load.
        from cryptography.hazmat.primitives import serialization  # noqa: PLC0415

        encoding = serialization.Encoding.DER
        self._identity = tuple(each.public_bytes(encoding) for each in self._chain)
        # Asked for each time that the pool looks for a connection.
        self._hash = hash(self._identity)

    @classmethod
    def of(cls, given: GivenCertificate) -> ClientCertificate:
        """Return what a user's ``client_certificate=`` means.

        :param given: a PEM file's path or content, a pair of paths (certificate,
            key), Twisted's ``PrivateCertificate``, or one of these objects.
        :raises InvalidParameter: 87, as the constructor, and for anything else.
        """
        if isinstance(given, ClientCertificate):
            return given
        if isinstance(given, PrivateCertificate):
            from cryptography.hazmat.primitives import serialization  # noqa: PLC0415

            own = given.original.to_cryptography()
            key: Any = given.privateKey.original.to_cryptography_key()
            return cls(
                own.public_bytes(serialization.Encoding.PEM),
                key.private_bytes(
                    serialization.Encoding.PEM,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                ),
            )
        if isinstance(given, tuple) and len(given) == 2:  # noqa: PLR2004  a pair
            return cls(*given)
        return cls(given)

    def install(self, context: SSL.Context) -> None:
        """Let the connections of an OpenSSL context show it.

        :raises InvalidParameter: 87, OpenSSL does not take it.
        """
        own, *others = self._chain
        try:
            context.use_certificate(own)
            context.use_privatekey(self._key)
            for each in others:
                context.add_extra_chain_cert(each)
            # Else OpenSSL would search the trust roots for more to send.
            context.set_mode(_MODE_NO_AUTO_CHAIN)
            context.check_privatekey()
        except SSL.Error as error:
            raise InvalidParameter(
                f"OpenSSL does not take the client certificate: {words(error)}"
            ) from error

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ClientCertificate):
            return NotImplemented
        return self._identity == other._identity

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"<ClientCertificate {self._chain[0].subject.rfc4514_string()}>"


def _content(given: Any) -> tuple[str, bytes]:
    """Return the name and the content of a PEM file."""
    if not isinstance(given, str | os.PathLike | bytes):
        kind = type(given).__name__
        raise InvalidParameter(f"a client certificate cannot be a {kind}; {_KINDS}")
    return read_pem(given, "the client certificate")


def _certificates(name: str, pem: bytes) -> list[x509.Certificate]:
    found: list[x509.Certificate] = []
    for number, block in enumerate(_CERTIFICATE.findall(pem), 1):
        try:
            found.append(x509.load_pem_x509_certificate(block))
        except ValueError as error:
            raise InvalidParameter(
                f"client certificate {number} in {name} is damaged"
            ) from error
    if not found:
        raise InvalidParameter(
            f"there is no client certificate in {name}: nothing stands between "
            "-----BEGIN CERTIFICATE----- and its end"
        )
    return found


def _key(name: str, pem: bytes, password: Password) -> Any:
    blocks = [match.group() for match in _KEY.finditer(pem)]
    if len(blocks) != 1:
        many = "no" if not blocks else "more than one"
        raise InvalidParameter(
            f"there is {many} private key in {name}; give the file that holds the key "
            "of the client certificate: (certificate, key)"
        )
    (block,) = blocks
    secret = None
    if _ENCRYPTED.search(block) is not None:
        secret = _secret(password, name)
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415

    try:
        return serialization.load_pem_private_key(block, secret)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        wrong = "it is damaged"
        if secret is not None:
            wrong = "the password is wrong, or the key is damaged"
        raise InvalidParameter(
            f"the private key in {name} cannot be read: {wrong}"
        ) from error


def _secret(password: Password, name: str) -> bytes:
    given = password() if callable(password) else password
    if isinstance(given, str):
        try:
            given = given.encode()
        except UnicodeEncodeError:
            # Its error would hold the password.
            raise InvalidParameter(
                f"the password of the private key in {name} has half of a surrogate "
                "pair, which has no UTF-8 form"
            ) from None
    if not isinstance(given, bytes):
        # It is not shown, whatever it is.
        raise InvalidParameter(
            f"the private key in {name} is encrypted; give its password: "
            "twinet.ClientCertificate(path, password=...)"
        )
    return given


def _is_for(certificate: x509.Certificate, public: object) -> bool:
    try:
        return certificate.public_key() == public
    except (ValueError, UnsupportedAlgorithm):
        return False


def _check_dates(certificate: x509.Certificate, name: str) -> None:
    now = datetime.now(UTC)
    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if now > end:
        raise InvalidParameter(
            f"the client certificate in {name} expired on {end:%Y-%m-%d %H:%M:%S} UTC; "
            "no server would accept it"
        )
    if now < start:
        raise InvalidParameter(
            f"the client certificate in {name} is not valid before "
            f"{start:%Y-%m-%d %H:%M:%S} UTC (is this machine's clock right?)"
        )
