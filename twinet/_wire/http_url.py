"""URLs as the HTTP engine needs them.

:func:`crack_http` is called for every request. Nearly all URLs are plain: lower-case
scheme and host, no user name, ASCII without anything to escape. One regular expression
recognizes and cuts these; every other URL goes the long way. Both ways give the same
result for a plain URL, which the tests prove over a corpus.

A path and a query are sent as they were given: no dot segments are removed and no
percent-encoding is changed. Only what must not stand in a request line is encoded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from twinet import errors
from twinet._wire.host_name import host_name, ipv6_host

_PORTS = {"http": 80, "https": 443, "ftp": 21, "gopher": 70, "gophers": 70}
_HTTP = ("http", "https")
_HIGHEST_PORT = 65535
_PORT_DIGITS = 5
_LONGEST_HOST = 253

# What a target may hold: RFC 3986's characters of path and query, and the brackets
# that many queries have. A lone percent sign stays, it was given so.
_SAFE = r"!$-;=?-Z\[\]_a-z~"
_PLAIN = re.compile(
    r"(https?)://"
    r"((?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}\.?)"
    r"(?::([1-9][0-9]{0,4}))?"
    rf"(/[{_SAFE}]*)?"
    rf"(?:#([{_SAFE}]*))?",
    re.ASCII,
).fullmatch
_PLAIN_GOPHER = re.compile(
    r"(gophers?)://"
    r"((?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}\.?)"
    r"(?::([1-9][0-9]{0,4}))?"
    rf"(/[{_SAFE}]*)?",
    re.ASCII,
).fullmatch
_UNSAFE = re.compile(rf"[^{_SAFE}]+")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):", re.ASCII)
# Scheme, authority, path with query, fragment: RFC 3986, appendix B.
PARTS = re.compile(r"(?://([^/?#]*))?([^#]*)(?:#(.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class HttpUrl:
    """An ``http:`` or ``https:`` URL in the parts that a request is made of.

    :ivar scheme: ``http`` or ``https``; or ``ftp`` and ``gopher``, of which HTTP
        proxies are asked for
    :ivar host: as for connecting: lower case, ASCII, IPv6 without brackets
    :ivar port: 1 to 65535, the scheme's own if the URL names none
    :ivar target: path and query for the request line, ASCII, never empty
    :ivar host_header: value of the Host field: brackets around IPv6, no zone id, no
        default port
    :ivar url: the whole without user name, password and fragment
    :ivar username: percent-decoded; None: there is none
    :ivar password: percent-decoded; None: there is none
    :ivar fragment: what follows ``#``, ASCII; None: there is no ``#``
    """

    scheme: str
    host: str
    port: int
    target: str
    host_header: str
    url: str
    username: str | None = None
    password: str | None = None
    fragment: str | None = None

    def __repr__(self) -> str:
        user = "" if self.username is None else f", username={self.username!r}"
        secret = "" if self.password is None else ", password=***"
        return f"HttpUrl({self.url!r}{user}{secret}, fragment={self.fragment!r})"


class _Draft:
    """An :class:`HttpUrl` that is not frozen yet.

    A frozen dataclass's constructor takes longer than the whole rest of
    :func:`crack_http`. This one has the same slots and turns into it when it is
    filled, which costs a fifth.
    """

    __slots__ = tuple(HttpUrl.__slots__)


def crack_http(url: str) -> HttpUrl:
    """Cut a URL for the HTTP engine.

    :param url: an absolute URL
    :raises UnrecognizedScheme: 12006, no scheme or neither ``http`` nor ``https``
    :raises InvalidUrl: 12005, control characters, no host, a bad host or port
    :raises InvalidParameter: 87, it is no text
    """
    try:
        plain = _PLAIN(url)
    except TypeError:
        raise errors.InvalidParameter(
            f"a URL is text, not {type(url).__name__}"
        ) from None
    if plain is None:
        return _crack_slowly(url)
    scheme, host, port_text, target, fragment = plain.groups()
    if len(host) > _LONGEST_HOST:
        return _crack_slowly(url)
    port = default = 443 if scheme == "https" else 80
    host_header = host
    if port_text is not None:
        port = int(port_text)
        if port > _HIGHEST_PORT:
            return _crack_slowly(url)
        if port != default:
            host_header = f"{host}:{port_text}"
    if target is None:
        target = "/"
    draft: Any = _Draft()
    draft.scheme = scheme
    draft.host = host
    draft.port = port
    draft.target = target
    draft.host_header = host_header
    draft.url = f"{scheme}://{host_header}{target}"
    draft.username = draft.password = None
    draft.fragment = fragment
    draft.__class__ = HttpUrl
    done: HttpUrl = draft
    return done


def crack_ftp(url: str) -> HttpUrl:
    """Cut an FTP URL that an HTTP proxy is asked for, as it is for any other.

    :param url: an absolute URL
    :raises UnrecognizedScheme: 12006, it is not of FTP
    :raises InvalidUrl: 12005, control characters, no host, a bad host or port
    """
    return _crack_slowly(url, ("ftp",))


def crack_gopher(url: str) -> HttpUrl:
    """Cut a Gopher URL into the server and the rest, which is its path.

    :param url: an absolute URL; with ``gophers`` the server is spoken to in TLS
    :raises UnrecognizedScheme: 12006, it is not of Gopher
    :raises InvalidUrl: 12005, control characters, no host, a bad host or port
    """
    plain = _PLAIN_GOPHER(url) if isinstance(url, str) else None
    if plain is not None:
        scheme, host, number, target = plain.groups("")
        port = int(number or _PORTS[scheme])
        if port <= _HIGHEST_PORT and len(host) <= _LONGEST_HOST:
            target = target or "/"
            server = host if port == _PORTS[scheme] else f"{host}:{port}"
            draft: Any = _Draft()
            draft.scheme = scheme
            draft.host = host
            draft.port = port
            draft.target = target
            draft.host_header = server
            draft.url = f"{scheme}://{server}{target}"
            draft.username = draft.password = draft.fragment = None
            draft.__class__ = HttpUrl
            done: HttpUrl = draft
            return done
    return _crack_slowly(url, ("gopher", "gophers"))


def _crack_slowly(url: str, schemes: tuple[str, ...] = _HTTP) -> HttpUrl:
    """Cut any URL, with all checks."""
    if (control := CONTROL.search(url)) is not None:
        raise errors.InvalidUrl(
            f"the URL has the control character {control[0]!r} at {control.start()}; "
            "write it percent-encoded if it is meant"
        )
    scheme = _scheme(url, schemes)
    parts = PARTS.fullmatch(url, len(scheme) + 1)
    assert parts is not None, "every text matches"
    authority, path, fragment = parts.groups()
    if not authority:
        raise errors.InvalidUrl(
            f"the URL has no host; write {scheme}://host/path with two slashes"
        )
    if "\\" in authority:
        # Browsers end the host here, RFC 3986 does not: the two would disagree about
        # which server http://a\@b/ means.
        raise errors.InvalidUrl(
            "there is a backslash before the path; write / after the host, or %5C"
        )
    userinfo, at, location = authority.rpartition("@")
    # A slash in a password ends the authority too early: then the "port" is the
    # beginning of the password and must not be shown.
    leftover = "@" in path or (fragment is not None and "@" in fragment)
    host, zone, port = _host_and_port(scheme, location, secret=leftover)
    username = password = None
    if at and userinfo:
        user_text, colon, password_text = userinfo.partition(":")
        username = unquote(user_text, errors="surrogateescape")
        if colon:
            password = unquote(password_text, errors="surrogateescape")
    target = _escape(path if path.startswith("/") else f"/{path}")
    suffix = "" if port == _PORTS[scheme] else f":{port}"
    bare = f"[{host}]" if ":" in host else host
    named = f"[{host}%25{zone}]" if zone else bare
    return HttpUrl(
        scheme,
        f"{host}%{zone}" if zone else host,
        port,
        target,
        bare + suffix,
        f"{scheme}://{named}{suffix}{target}",
        username,
        password,
        None if fragment is None else _escape(fragment),
    )


def _scheme(url: str, schemes: tuple[str, ...]) -> str:
    match = SCHEME.match(url)
    if match is None:
        raise errors.UnrecognizedScheme(
            "the URL has no scheme; begin it with http:// or https://"
        )
    scheme = match[1].lower()
    if scheme not in schemes:
        raise errors.UnrecognizedScheme(
            f"the scheme {scheme[:32]!r} is not HTTP; begin the URL with http:// or "
            "https://"
        )
    return scheme


def _host_and_port(scheme: str, location: str, *, secret: bool) -> tuple[str, str, int]:
    """Cut and check what stands between ``@`` and the path: host, zone, port."""
    zone = ""
    if location.startswith("["):
        inside, bracket, rest = location[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            raise errors.InvalidUrl(
                "after an IPv6 host, only ] and then :port may follow"
            )
        port = _port(scheme, rest[1:], secret=secret)
        host, _, zone = ipv6_host(inside).partition("%")
        return host, zone, port
    name, _, port_text = location.partition(":")
    port = _port(scheme, port_text, secret=secret)
    if not name:
        raise errors.InvalidUrl(f"the URL has no host after {scheme}://")
    return host_name(name), zone, port


def _port(scheme: str, text: str, *, secret: bool) -> int:
    if not text:
        return _PORTS[scheme]
    if text.isascii() and text.isdigit() and len(text.lstrip("0")) <= _PORT_DIGITS:
        port = int(text)
        if 0 < port <= _HIGHEST_PORT:
            return port
    if secret:
        raise errors.InvalidUrl(
            "the port is not a number from 1 to 65535; if /, ? or # belong to the "
            "user name or password, write them percent-encoded"
        )
    # Shown when it is a number: what is none may be a password whose host was left out.
    shown = f" {text[:32]}" if text.isascii() and text.isdigit() else ""
    raise errors.InvalidUrl(f"the port{shown} is not a number from 1 to 65535")


def _escape(text: str) -> str:
    """Percent-encode, as UTF-8, what must not stand in a request line."""
    try:
        return _UNSAFE.sub(_encoded, text)
    except UnicodeEncodeError:
        raise errors.InvalidUrl(
            "the URL has half of a surrogate pair, which has no UTF-8 form"
        ) from None


def _encoded(match: re.Match[str]) -> str:
    raw = match[0].encode("utf-8", "surrogateescape")
    return "".join(f"%{byte:02X}" for byte in raw)
