"""Which cookie may be set from where, and where it goes (RFC 6265bis, 5.1 and 5.7)."""

from __future__ import annotations

from functools import cache, lru_cache
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from twinet._wire.set_cookie import SetCookie
    from twinet.urls import HttpUrl

__all__ = [
    "default_path",
    "domains_of",
    "is_address",
    "is_public",
    "path_matches",
    "place_of",
    "refusal",
]

#: The longest path of a cookie, as in Firefox: that of a URL may be of any length.
LONGEST_PATH = 1024
#: So many hosts are remembered in parts (our own choice).
_HOSTS = 256


def place_of(url: HttpUrl, given: SetCookie) -> tuple[str, bool, str] | str:
    """Return domain, host-only flag and path of a cookie, or why it has none.

    :source: section 5.7, steps 7 to 11.
    """
    host = url.host
    domain, host_only = host, True
    if given.domain and given.domain != host:
        if given.domain not in domains_of(host):
            return f"its domain {given.domain!r} is not that of the URL, nor above it"
        if is_public(given.domain):
            return f"anybody can have a name below its domain {given.domain!r}"
        domain, host_only = given.domain, False
    elif given.domain and not is_address(host) and not is_public(host):
        host_only = False
    path = given.path or default_path(url.target)
    if len(path) > LONGEST_PATH:
        return f"its path has more than {LONGEST_PATH} characters"
    return domain, host_only, path


def refusal(url: HttpUrl, given: SetCookie, *, host_only: bool, path: str) -> str:
    """Return why a cookie may not be set from here; empty if it may.

    :source: section 5.7, steps 13 and 19 to 22.
    """
    if given.secure and url.scheme != "https":
        return "Secure cookies are set over https alone"
    if given.same_site == "none" and not given.secure:
        return "SameSite=None needs Secure"
    name = (given.name or given.value).lower()
    if name.startswith("__secure-"):
        if not given.name:
            return "a cookie without a name cannot have a value that looks like one"
        if not given.secure:
            return "the name's prefix needs Secure"
    elif name.startswith("__host-"):
        if not given.name:
            return "a cookie without a name cannot have a value that looks like one"
        if not (given.secure and host_only and path == "/" and given.path is not None):
            return "the name's prefix needs Secure, Path=/ and no Domain"
    return ""


@lru_cache(_HOSTS)
def domains_of(host: str) -> tuple[str, ...]:
    """Return a host and all domains above it; of an address itself alone (5.1.3)."""
    if is_address(host):
        return (host,)
    labels = host.split(".")
    return tuple(".".join(labels[start:]) for start in range(len(labels)))


def is_address(host: str) -> bool:
    """Tell whether a host is an address and no name."""
    # Most names say so at once: an address ends in a digit, or has a colon.
    if not (host[-1:].isdigit() or ":" in host):
        return False
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def default_path(target: str) -> str:
    """Return the directory of a URL (5.1.4)."""
    path = target.partition("?")[0]
    return path[: path.rfind("/")] or "/" if path.startswith("/") else "/"


def path_matches(path: str, cookie_path: str) -> bool:
    """Tell whether a cookie's path covers a request's (5.1.4)."""
    if not path.startswith(cookie_path):
        return False
    rest = path[len(cookie_path) :]
    return not rest or cookie_path.endswith("/") or rest.startswith("/")


def is_public(domain: str) -> bool:
    """Tell whether anybody can have a name directly below (a public suffix)."""
    return bool(_suffixes().is_public(domain))


@cache
def _suffixes() -> Any:
    # Late: reading the list takes time, and most programs never need it.
    from publicsuffixlist import PublicSuffixList  # noqa: PLC0415

    return PublicSuffixList(accept_unknown=True)
