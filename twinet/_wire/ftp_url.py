"""FTP URLs (RFC 1738, section 3.2): whom to ask, as whom, and for what.

The path of such a URL is a series of directories to be gone through from where the
login leads, and a name there.  It is asked for in one piece, which comes to the same on
every server with slashes; ``%2F`` at the beginning, or a second slash, is the root.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from twinet import errors
from twinet._wire.ftp_name import decode_name
from twinet._wire.http_url import crack_http
from twinet._wire.url_parts import scheme_of

__all__ = ["FtpUrl", "is_ftp", "read_ftp_url"]

#: The schemes, and what stands for them when the authority is read.
_SCHEMES = {"ftp": "http", "ftps": "https"}
_PORTS = {"ftp": 21, "ftps": 990}


@dataclass(frozen=True, slots=True)
class FtpUrl:
    """What an FTP URL says.

    :ivar scheme: ``ftp``, or ``ftps`` for implicit TLS.
    :ivar username: ``None``: there is none, which is anonymous.
    :ivar path: as the server is asked for it; empty for the directory of the login.
    :ivar kind: ``a`` for a text, ``d`` for a directory, ``i`` for a file as it is, or
        empty where the URL does not say.
    """

    scheme: str
    host: str
    port: int
    username: str | None
    password: str | None = field(repr=False)
    path: str = ""
    kind: str = ""

    @property
    def directory(self) -> bool:
        """Whether it names a directory."""
        return self.kind == "d" or not self.path or self.path.endswith("/")


def is_ftp(url: object) -> bool:
    """Tell whether something is a URL of FTP."""
    return isinstance(url, str) and scheme_of(url)[0].lower() in _SCHEMES


def read_ftp_url(url: str, encoding: str = "utf-8") -> FtpUrl:
    """Read an FTP URL.

    :param encoding: of names on the server.
    :raises UnrecognizedScheme: 12006, it is another scheme's.
    :raises InvalidUrl: 12005, its host, port, path or type cannot be.
    """
    scheme, rest = scheme_of(url)
    scheme = scheme.lower()
    if scheme not in _SCHEMES or not rest.startswith("//"):
        msg = "the URL is none of FTP; it begins with ftp:// or ftps://"
        raise errors.UnrecognizedScheme(msg)
    authority, _, path = rest[2:].partition("/")
    userinfo, at_sign, location = authority.rpartition("@")
    server = crack_http(f"{_SCHEMES[scheme]}://{location}/")
    named = location.rpartition("]")[2].rpartition(":")[2] if ":" in location else ""
    port = server.port if named.isdigit() else _PORTS[scheme]
    username = password = None
    if at_sign:
        name, colon, secret = userinfo.partition(":")
        username = _decoded(name, encoding) or None
        password = _decoded(secret, encoding) if colon and username else None
    path, kind = _typed(path)
    decoded = _decoded(path, encoding)
    if any(each in decoded for each in "\r\n\0"):
        msg = "the path of an FTP URL cannot hold a line end or a NUL"
        raise errors.InvalidUrl(msg)
    return FtpUrl(scheme, server.host, port, username, password, decoded, kind)


def _typed(path: str) -> tuple[str, str]:
    """Cut ``;type=`` off."""
    path, semicolon, kind = path.partition(";type=")
    kind = kind.lower()
    if semicolon and kind not in ("a", "i", "d"):
        msg = f"the type of an FTP URL is a, i or d, not {kind:.20}"
        raise errors.InvalidUrl(msg)
    return path, kind


def _decoded(text: str, encoding: str) -> str:
    return decode_name(unquote_to_bytes(text), encoding)
