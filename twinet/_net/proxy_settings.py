"""Which proxy serves which URL: WinINet's lists, or what the environment says."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Protocol

from twinet._wire.host_name import host_name, ipv6_host
from twinet._wire.proxy_bypass import Bypass, no_proxy_list, read_bypass_list
from twinet._wire.proxy_list import (
    PROTOCOLS,
    SOCKS,
    checked_proxy,
    read_proxy,
    read_proxy_list,
)
from twinet._wire.url_parts import crack
from twinet.errors import InvalidParameter
from twinet.flags import OpenType
from twinet.proxy import Proxy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinet.urls import HttpUrl

__all__ = ["Chooser", "GivenProxy", "ProxySettings"]

#: The schemes' ports that a URL in text does not name (RFC 1738, section 3).
_PORTS = {"http": 80, "https": 443, "ftp": 21, "gopher": 70}
#: What stands before a host, where somebody took an exception for a URL.
_USER = re.compile(r"[^\s;,/]*@")
#: How many servers' proxies are remembered (our own choice).
_MOST_KNOWN = 1024


class Chooser(Protocol):
    """Who knows which URLs go through a proxy."""

    def proxy_for(self, url: HttpUrl) -> Proxy | None:
        """Return the proxy for a URL; ``None`` for the straight way."""


class ProxySettings:
    """The proxies of a session, and the hosts that it reaches without them.

    It never changes, and so can be shared.  True when there is any proxy.

    :param servers: WinINet's proxy list, entries of the form
        ``[protocol=][scheme://][user:password@]host[:port]`` between blanks or
        semicolons; or a :class:`twinet.Proxy`, for all protocols; empty is the
        straight way for everything.
    :param bypass: WinINet's bypass list, entries of the form
        ``[scheme://]host[:port]`` with ``*`` for any characters, or ``<local>`` for
        all names without a dot, between semicolons or blanks.  This machine
        (localhost, 127.0.0.0/8, ::1) is on it unless ``<-loopback>`` is.
    :ivar access_type: where they come from: PROXY, DIRECT, or PRECONFIG for the
        environment.
    :ivar bypass: the bypass list, or ``no_proxy``, as given.
    :raises InvalidParameter: 87, an entry cannot be; the text names it, without its
        password.
    :source: InternetOpen, INTERNET_PROXY_INFO; schemes and passwords are our own.
    """

    __slots__ = ("_bypass", "_known", "_proxies", "access_type", "bypass")

    def __init__(self, servers: str | Proxy = "", bypass: str = "") -> None:
        if isinstance(servers, Proxy):
            proxies = {"": checked_proxy(servers)}
        elif isinstance(servers, str):
            proxies = read_proxy_list(servers)
        else:
            msg = (
                "proxies are a text such as 'http=proxy:8080', or a twinet.Proxy; not "
                f"a {type(servers).__name__}"
            )
            raise InvalidParameter(msg)
        self._settle(
            proxies,
            OpenType.PROXY if proxies else OpenType.DIRECT,
            bypass,
            read_bypass_list(bypass),
        )

    def _settle(
        self,
        proxies: dict[str, Proxy],
        access_type: OpenType,
        text: str,
        bypass: Bypass,
    ) -> None:
        self._proxies = proxies
        self._bypass = bypass
        self.access_type = access_type
        self.bypass = text
        self._known: dict[tuple[str, str, int], Proxy | None] = {}

    @classmethod
    def of(cls, given: GivenProxy) -> ProxySettings:
        """Return the settings that are meant by what a session was given."""
        return given if isinstance(given, ProxySettings) else cls(given)

    @classmethod
    def direct(cls) -> ProxySettings:
        """Return the straight way for everything.

        :source: INTERNET_OPEN_TYPE_DIRECT.
        """
        return cls()

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str] | None = None
    ) -> ProxySettings:
        """Return what the environment says now.

        ``http_proxy``, ``https_proxy``, ``ftp_proxy`` and ``gopher_proxy`` name the
        proxy for a scheme, ``all_proxy`` that for schemes without one, ``no_proxy``
        the hosts to reach straight.  Each counts in upper case as well, unless it is
        there in lower case, be it empty; but ``HTTP_PROXY`` not where
        ``REQUEST_METHOD`` is set: in a CGI program whoever sends the request has set
        it (CVE-2016-5385).

        :param environment: instead of ``os.environ``.
        :raises InvalidParameter: 87, a proxy cannot be; the text names its variable.
        :source: curl(1), urllib.request, Go's httpproxy; there is no standard.
        """
        if environment is None:
            environment = os.environ
        proxies = {}
        for protocol in (*PROTOCOLS, ""):
            variable, text = _variable(environment, f"{protocol or 'all'}_proxy")
            if text:
                proxies[protocol] = read_proxy(text, f"the variable {variable}")
        _, exceptions = _variable(environment, "no_proxy")
        settings = cls.__new__(cls)
        settings._settle(  # noqa: SLF001  one of its own
            proxies, OpenType.PRECONFIG, exceptions, no_proxy_list(exceptions)
        )
        return settings

    @property
    def servers(self) -> str:
        """The proxies as a list, without user names and passwords."""
        return " ".join(
            f"{protocol}={proxy.url}" if protocol else proxy.url
            for protocol, proxy in self._proxies.items()
        )

    def proxy_for(self, url: str | HttpUrl) -> Proxy | None:
        """Return the proxy that serves a URL; ``None`` for the straight way.

        :raises UnrecognizedScheme: 12006, the URL has no scheme.
        :raises InvalidUrl: 12005, its host or port cannot be.
        """
        if isinstance(url, str):
            place = _place(url)
        else:
            place = url.scheme, url.host, url.port
        try:
            return self._known[place]
        except KeyError:
            pass
        proxy = self._choose(*place)
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[place] = proxy
        return proxy

    def _choose(self, scheme: str, host: str, port: int) -> Proxy | None:
        proxies = self._proxies
        for protocol in (scheme, "", SOCKS):
            if protocol in proxies:
                bypassed = self._bypass.covers(scheme, host, port)
                return None if bypassed else proxies[protocol]
        return None

    def __bool__(self) -> bool:
        return bool(self._proxies)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ProxySettings):
            return NotImplemented
        return self._identity == other._identity

    def __hash__(self) -> int:
        return hash(self._identity)

    @property
    def _identity(self) -> tuple[object, ...]:
        return (self.access_type, self.bypass, frozenset(self._proxies.items()))

    def __repr__(self) -> str:
        # No user name belongs there, and what a variable holds is not looked at.
        shown = _USER.sub("***@", self.bypass)
        bypass = f", bypass={shown!r}" if shown else ""
        return f"<ProxySettings {self.access_type.name} {self.servers!r}{bypass}>"


#: What says which proxies there are: a list, one proxy, or settings.
GivenProxy = str | Proxy | ProxySettings


def _variable(environment: Mapping[str, str], name: str) -> tuple[str, str]:
    """Return the variable that counts, and what it holds."""
    if name in environment:
        return name, environment[name].strip()
    upper = name.upper()
    if upper == "HTTP_PROXY" and "REQUEST_METHOD" in environment:
        return name, ""
    return upper, environment.get(upper, "").strip()


def _place(url: str) -> tuple[str, str, int]:
    parts = crack(url)
    scheme, host = parts.scheme.lower(), parts.host
    host = ipv6_host(host[1:-1]) if host.startswith("[") else host_name(host)
    return scheme, host, parts.port or _PORTS.get(scheme, 0)
