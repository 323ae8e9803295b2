"""Trust roots: the certificates that a chain must end in to be believed.

Nobody verifies anything here; :class:`TrustRoots` only knows where belief comes from
and puts it into an OpenSSL context. Certificates are read by OpenSSL, not by
``cryptography``: OpenSSL judges the peers, and it accepts roots (with a serial number
of zero, for one) that stores do hold and stricter parsers complain about.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self, TypeAlias

import certifi
from cryptography import x509
from OpenSSL import SSL, crypto

from twinet import errors
from twinet._net.pem import read_pem

if TYPE_CHECKING:
    #: Whom to believe, as a program says it.
    GivenRoots: TypeAlias = (
        str
        | os.PathLike[str]
        | bytes
        | "TrustRoots"
        | x509.Certificate
        | Iterable[x509.Certificate | bytes]
    )

# Where the systems keep their bundle, most usual first; the list that Go and
# pyOpenSSL use too, and the one place of Alpine, macOS and the BSDs.
_FILES: Final = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/cacert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
_FOLDERS: Final = ("/etc/ssl/certs", "/etc/pki/tls/certs")

_BEGIN: Final = re.compile(rb"-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----")
_BLOCK: Final = re.compile(
    rb"-----BEGIN (X509 |)CERTIFICATE-----.*?-----END \1CERTIFICATE-----", re.DOTALL
)
# OpenSSL looks certificates up in a folder by the hash of their subject.
_HASHED: Final = re.compile(r"[0-9a-f]{8}\.[0-9]+")


class TrustRoots:
    """What to believe. Hashable, and equal by identity.

    A given certificate is believed whatever it is: a root, an intermediate, or a
    server's own certificate (which then is pinned). Dates, names and usages are
    verified for all of them.

    :ivar words: where the belief comes from, for messages.
    """

    words: str
    _files: tuple[str, ...]
    _folders: tuple[str, ...]
    _certificates: tuple[crypto.X509, ...]
    _beside: TrustRoots | None

    def __init__(
        self,
        words: str,
        *,
        files: Iterable[str] = (),
        folders: Iterable[str] = (),
        certificates: Iterable[crypto.X509] = (),
        beside: TrustRoots | None = None,
    ) -> None:
        self.words = words
        self._files = tuple(files)
        self._folders = tuple(folders)
        self._certificates = tuple(certificates)
        self._beside = beside
        if beside is not None:
            self.words = f"{words} and {beside.words}"

    def __repr__(self) -> str:
        return f"<TrustRoots: {self.words}>"

    @classmethod
    def platform(cls) -> TrustRoots:
        """Return the platform's roots, or certifi's where the platform has none.

        ``SSL_CERT_FILE`` and ``SSL_CERT_DIR`` go before the usual places, as with
        OpenSSL. The same object comes back until something changes on the disk.

        :raises InvalidParameter: (87) the environment names files or folders, and
            none of them holds a certificate: an operator meant to say whom to believe,
            so nobody else is believed instead.
        :source: OpenSSL, X509_get_default_cert_file_env; the rest is our own.
        """
        return _platform_roots()

    @classmethod
    def from_pem(
        cls,
        path_or_bytes: str | os.PathLike[str] | bytes,
        *,
        with_platform: bool = False,
    ) -> Self:
        """Return the roots in a PEM file, which is read now.

        :param path_or_bytes: a path, or the content itself. Whatever stands
            between the certificates, keys included, is left alone.
        :param with_platform: believe the platform's roots as well.
        :raises InvalidParameter: (87) the file cannot be read, holds no certificate,
            or holds a damaged one.
        """
        beside = cls.platform() if with_platform else None
        name, pem = read_pem(path_or_bytes, "the trust roots")
        return cls(name, certificates=_parse(name, pem), beside=beside)

    @classmethod
    def from_certificates(
        cls,
        certificates: Iterable[x509.Certificate | bytes],
        *,
        with_platform: bool = False,
    ) -> Self:
        """Return the given certificates as roots.

        :param certificates: ``cryptography`` certificates or PEM bytes (each with one
            certificate or more).
        :param with_platform: believe the platform's roots as well.
        :raises InvalidParameter: (87) there is none, or one is something else.
        """
        beside = cls.platform() if with_platform else None
        found: list[crypto.X509] = []
        for number, each in enumerate(certificates, 1):
            if isinstance(each, x509.Certificate):
                found.append(crypto.X509.from_cryptography(each))
            elif isinstance(each, bytes):
                found += _parse(f"item {number} of the trust roots", each)
            else:
                raise errors.InvalidParameter(
                    f"item {number} of the trust roots is a {type(each).__name__}; "
                    "give cryptography.x509.Certificate objects or PEM bytes"
                )
        if not found:
            raise errors.InvalidParameter(
                "the list of trust roots is empty, so no server could ever be "
                "believed; give None for the platform's roots"
            )
        count = f"{len(found)} given certificate{'s' * (len(found) > 1)}"
        return cls(count, certificates=found, beside=beside)

    @classmethod
    def of(
        cls,
        value: GivenRoots | None,
    ) -> TrustRoots:
        """Return the roots that a user's ``trust_roots=`` means.

        :param value: None (the platform's), a path, PEM content as bytes or text,
            certificates, or trust roots, which come back as they are.
        :raises InvalidParameter: (87) as the other makers, and for anything else.
        """
        if value is None:
            return cls.platform()
        if isinstance(value, TrustRoots):
            return value
        if isinstance(value, (str, bytes, os.PathLike)):
            return cls.from_pem(value)
        if isinstance(value, x509.Certificate):
            return cls.from_certificates([value])
        if isinstance(value, Iterable):
            return cls.from_certificates(value)
        raise errors.InvalidParameter(
            f"trust_roots cannot be a {type(value).__name__}; give the path of a PEM "
            "file, PEM bytes, certificates, or None for the platform's roots"
        )

    def install(self, context: SSL.Context) -> None:
        """Make an OpenSSL context believe in these roots.

        :raises InvalidParameter: (87) OpenSSL cannot load them.
        """
        if self._beside is not None:
            self._beside.install(context)
        try:
            for file in self._files:
                context.load_verify_locations(file)
            for folder in self._folders:
                context.load_verify_locations(None, folder)
            store = context.get_cert_store()
            assert store is not None  # only a context without a store has none
            for certificate in self._certificates:
                store.add_cert(certificate)
            # What was given is believed, also when it is no self-signed root.
            store.set_flags(crypto.X509StoreFlags.PARTIAL_CHAIN)
        except (SSL.Error, crypto.Error) as error:
            raise errors.InvalidParameter(
                f"OpenSSL cannot load the trust roots, {self.words}: {error}"
            ) from error


def _parse(name: str, pem: bytes) -> list[crypto.X509]:
    """Read every certificate of a PEM text."""
    announced = len(_BEGIN.findall(pem))
    blocks = [match.group() for match in _BLOCK.finditer(pem)]
    if not announced:
        der = pem[:1] == b"\x30"
        raise errors.InvalidParameter(
            f"there is no certificate in {name}: no line says -----BEGIN CERTIFICATE-"
            "----"
            + (
                "; it looks like DER, which `openssl x509 -inform DER` turns into PEM"
                if der
                else ""
            )
        )
    if len(blocks) != announced:
        raise errors.InvalidParameter(
            f"{name} begins {announced} certificates and ends {len(blocks)}: it is cut "
            "short or not plain PEM"
        )
    certificates: list[crypto.X509] = []
    for number, block in enumerate(blocks, 1):
        try:
            certificates.append(crypto.load_certificate(crypto.FILETYPE_PEM, block))
        except crypto.Error as error:
            raise errors.InvalidParameter(
                f"certificate {number} of {announced} in {name} is damaged"
            ) from error
    return certificates


# The roots that were found last, with what was seen on the disk: every session
# without trust roots of its own shares one object, and so one OpenSSL context.
_latest: dict[tuple[object, ...], TrustRoots] = {}


def _platform_roots() -> TrustRoots:
    """Find the platform's roots, or those found before if nothing has changed."""
    file = os.environ.get("SSL_CERT_FILE", "")
    folder = os.environ.get("SSL_CERT_DIR", "")
    named = bool(file or folder)
    files = [file] if named else _FILES
    folders = folder.split(os.pathsep) if named else _FOLDERS
    key = (named, *map(_stamp, files), *map(_stamp, folders))
    if key not in _latest:
        roots = _search(files, folders, named=named)
        _latest.clear()
        _latest[key] = roots
    return _latest[key]


def _stamp(path: str) -> tuple[str, int, int] | None:
    """Say what must be the same for a file or folder to be the same as before."""
    try:
        status = Path(path).stat() if path else None
    except (OSError, ValueError):
        return None
    return (path, status.st_mtime_ns, status.st_size) if status else None


def _search(files: Iterable[str], folders: Iterable[str], *, named: bool) -> TrustRoots:
    """Take the first file and the first folder that hold certificates."""
    file = next((path for path in files if path and _holds_pem(path)), None)
    found = [path for path in folders if path and _holds_hashed(path)]
    # The variable may name several folders; of the usual ones the first is it.
    found = found if named else found[:1]
    if file or found:
        where = ", ".join(([file] if file else []) + found)
        return TrustRoots(
            f"the platform's certificates ({where})",
            files=[file] if file else [],
            folders=found,
        )
    if named:
        raise errors.InvalidParameter(
            "the environment says whom to believe (SSL_CERT_FILE="
            f"{os.environ.get('SSL_CERT_FILE', '')}, SSL_CERT_DIR="
            f"{os.environ.get('SSL_CERT_DIR', '')}), but no certificate is there; "
            "correct or unset these variables, or give trust_roots"
        )
    where = certifi.where()
    return TrustRoots(f"certifi's certificates ({where})", files=[where])


def _holds_pem(path: str) -> bool:
    try:
        return _BEGIN.search(Path(path).read_bytes()) is not None
    except (OSError, ValueError):
        return False


def _holds_hashed(path: str) -> bool:
    try:
        with os.scandir(path) as entries:
            return any(_HASHED.fullmatch(entry.name) for entry in entries)
    except (OSError, ValueError):
        return False
