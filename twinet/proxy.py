"""A proxy server, as programs name it and as the rooms below hand it round."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from twinet.records import Credentials

    #: How a proxy is spoken to.
    Speech = Literal["http", "https", "socks4a", "socks5"]

__all__ = ["Proxy"]

#: The speeches of proxies that are given requests in absolute form.
_HTTP = frozenset(("http", "https"))


@dataclass(frozen=True, slots=True)
class Proxy:
    """One proxy server.

    Two are the same, for the connections that are kept, if all of it is the same.

    :ivar speech: ``http`` (absolute form for http, ftp and gopher URLs; CONNECT for
        https, ftps and gophers ones, and for what is no URL, as ``session.ftp`` and
        ``session.gopher``), ``https`` (the same inside TLS), ``socks4a`` or ``socks5``;
        with both of the latter the proxy looks the names up.
    :ivar host: as for connecting: lower case, ASCII, IPv6 without brackets.
    :ivar credentials: what its challenge, or its SOCKS method, is answered with; never
        shown.
    """

    speech: Speech
    host: str
    port: int
    credentials: Credentials | None = field(default=None, repr=False)

    def tunnels(self, scheme: str) -> bool:
        """Whether it is asked to lead to the server of URLs of a scheme.

        Otherwise it is given the requests for them, in absolute form.
        """
        return scheme in ("https", "ftps") or self.speech not in _HTTP

    @property
    def url(self) -> str:
        """It as a URL, without user name and password."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.speech}://{host}:{self.port}"

    def __str__(self) -> str:
        return self.url
