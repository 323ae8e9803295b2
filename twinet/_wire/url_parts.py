"""Cutting a URL into WinINet's components, and making a URL of them.

The rules and the odd corners are WinINet's, as measured: the scheme keeps its case, an
IPv6 host its brackets, Gopher has no default port, extra information begins at the
first ``?`` even if a ``#`` stands before it, and nothing is escaped or checked that
does not have to be. The HTTP engine does not use this, but
:mod:`twinet._wire.http_url`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import unquote

from twinet import errors
from twinet.flags import Icu, Scheme

_SCHEMES = {scheme.name.lower(): scheme for scheme in Scheme if scheme > Scheme.DEFAULT}
_CRACK_PORTS = {Scheme.HTTP: 80, Scheme.HTTPS: 443, Scheme.FTP: 21}
_CREATE_PORTS = {"http": 80, "https": 443, "ftp": 21, "gopher": 70}
_NEED_HOST = frozenset({"http", "https", "ftp", "gopher"})
_HIGHEST_PORT = 65535

_SCHEME = re.compile(r"([A-Za-z0-9+.-]+):", re.ASCII)
_DRIVE = re.compile(r"[A-Za-z][:|]", re.ASCII)


@dataclass(frozen=True, slots=True)
class UrlComponents:
    """The parts of a URL (``URL_COMPONENTS``).

    :ivar scheme: its text as given, without the colon
    :ivar scheme_number: its number; creating uses it only if ``scheme`` is empty
    :ivar host: as given, IPv6 in brackets; empty: there is none
    :ivar port: 0: there is none
    :ivar username: None: there is none
    :ivar password: None: there is none
    :ivar path: with its leading slash; may be empty
    :ivar extra: query and fragment with their ``?`` or ``#``; empty: there are none
    """

    scheme: str = ""
    scheme_number: int = Scheme.DEFAULT
    host: str = ""
    port: int = 0
    username: str | None = None
    password: str | None = None
    path: str = ""
    extra: str = ""

    def __repr__(self) -> str:
        secret = None if self.password is None else "***"
        return (
            f"UrlComponents(scheme={self.scheme!r}, scheme_number={self.scheme_number}"
            f", host={self.host!r}, port={self.port}, username={self.username!r}, "
            f"password={secret}, path={self.path!r}, extra={self.extra!r})"
        )


def scheme_of(url: str) -> tuple[str, str]:
    """Split a URL after its scheme.

    :returns: the scheme without the colon, and the rest; the scheme is empty if the
        URL has none
    """
    match = _SCHEME.match(url)
    return ("", url) if match is None else (match[1], url[match.end() :])


def crack(
    url: str, flags: Icu | int = 0, *, windows_paths: bool = False
) -> UrlComponents:
    """Cut a URL into its components (InternetCrackUrl).

    A NUL character ends the URL, as it does there. ``Icu.DECODE`` turns ``%XX`` into
    characters, in each component by itself, so that an encoded ``@`` or ``:`` cannot
    move its borders; the other flags have no effect.

    :param url: an absolute URL
    :param windows_paths: give the path of a ``file:`` URL as a Windows path, as
        InternetCrackUrl does when it copies into the caller's buffers
    :raises UnrecognizedScheme: 12006, there is no scheme
    :raises InvalidUrl: 12005, no host where the scheme needs one, or a bad port
    :raises InvalidParameter: 87, it is no text
    """
    check_text(url, flags)
    url = url.partition("\0")[0]
    scheme, rest = scheme_of(url)
    if not scheme:
        raise errors.UnrecognizedScheme("the URL has no scheme before a colon")
    number = _SCHEMES.get(scheme.lower(), Scheme.UNKNOWN)
    authority = ""
    slashes = rest.startswith("//")
    if slashes and not (number is Scheme.FILE and _DRIVE.match(rest, 2)):
        end = min(
            (at for mark in "/?#" if (at := rest.find(mark, 2)) >= 0),
            default=len(rest),
        )
        authority, rest = rest[2:end], rest[end:]
    elif slashes:
        rest = rest[2:]
    cut = rest.find("?")
    if cut < 0:
        cut = rest.find("#")
    path, extra = (rest, "") if cut < 0 else (rest[:cut], rest[cut:])
    userinfo, at_sign, location = authority.rpartition("@")
    host, port = _host_and_port(location, number)
    if not host and scheme.lower() in _NEED_HOST:
        raise errors.InvalidUrl(f"a {scheme} URL needs a host after {scheme}://")
    username, colon, password = userinfo.partition(":")
    components = UrlComponents(
        scheme,
        number,
        host,
        port,
        username if at_sign else None,
        password if at_sign and colon else None,
        path,
        extra,
    )
    if flags & Icu.DECODE:
        components = _decoded(components)
    if windows_paths and number is Scheme.FILE:
        path = _windows_path(components.path)
        components = replace(components, path=path)
    return components


def _host_and_port(location: str, number: Scheme) -> tuple[str, int]:
    bracket = location.rfind("]")
    colon = location.find(":", bracket + 1)
    if colon < 0:
        return location, _CRACK_PORTS.get(number, 0) if location else 0
    host, text = location[:colon], location[colon + 1 :]
    if not text:
        return host, _CRACK_PORTS.get(number, 0)
    if text.isascii() and text.isdigit() and len(text.lstrip("0")) <= len("65535"):
        port = int(text)
        if port <= _HIGHEST_PORT:
            return host, port
    raise errors.InvalidUrl("the port is not a number from 0 to 65535")


def _decoded(components: UrlComponents) -> UrlComponents:
    username, password = components.username, components.password
    return replace(
        components,
        host=unquote(components.host),
        username=None if username is None else unquote(username),
        password=None if password is None else unquote(password),
        path=unquote(components.path),
        extra=unquote(components.extra),
    )


def _windows_path(path: str) -> str:
    """Turn the path of a ``file:`` URL into a Windows path, as measured.

    Escapes are only decoded in the form with three slashes, and a dot segment at the
    end gets a backslash after it.
    """
    if path.startswith("/"):
        path = unquote(path)
        if _DRIVE.match(path, 1):
            path = path[1:]
    path = path.replace("/", "\\")
    return path + "\\" if path.endswith(("\\.", "\\..")) else path


def create(components: UrlComponents) -> str:
    """Make a URL of its components (InternetCreateUrl).

    Nothing is escaped: that is :func:`twinet.urls.canonicalize`'s work.

    :raises InvalidParameter: 87, a password without a user name, no scheme, or no
        components
    :raises InvalidUrl: 12005, no host where the scheme needs one
    """
    if not isinstance(components, UrlComponents):
        raise errors.InvalidParameter(
            f"a URL is made of UrlComponents, not of a {type(components).__name__}"
        )
    scheme = components.scheme or _scheme_text(components.scheme_number)
    if components.password is not None and components.username is None:
        raise errors.InvalidParameter("a password needs a user name before it")
    kind = scheme.lower()
    if not components.host:
        if kind in _NEED_HOST:
            raise errors.InvalidUrl(f"a {scheme} URL needs a host")
        slashes = "//" if kind == "file" else ""
        return f"{scheme}:{slashes}{components.path}{components.extra}"
    userinfo = ""
    if components.username is not None:
        userinfo = components.username
        if components.password is not None:
            userinfo += f":{components.password}"
        userinfo += "@"
    shown = components.port not in {0, _CREATE_PORTS.get(kind)}
    port = f":{components.port}" if shown else ""
    path = components.path
    if path and not path.startswith("/"):
        path = f"/{path}"
    return f"{scheme}://{userinfo}{components.host}{port}{path}{components.extra}"


def check_text(url: object, flags: object = 0) -> None:
    """Refuse what is no text, and flags that are none.

    :raises InvalidParameter: 87
    """
    if not isinstance(flags, int):
        raise errors.InvalidParameter(
            f"flags are members of twinet.flags.Icu, joined by |; not {flags!r}"
        )
    if not isinstance(url, str):
        raise errors.InvalidParameter(f"a URL is text, not {type(url).__name__}")


def _scheme_text(number: int) -> str:
    if number == Scheme.DEFAULT:
        return "http"
    for text, scheme in _SCHEMES.items():
        if scheme == number:
            return text
    raise errors.InvalidParameter(f"no scheme has the number {number}")
