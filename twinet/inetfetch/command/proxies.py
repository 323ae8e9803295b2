"""The proxies that the environment asks for.

Nothing here goes through a proxy yet.  A program that goes past one in silence may
break its operator's rules or just wait for a connection that a firewall drops; so
what would apply is found out, and the user decides.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from twinet.inetfetch.weburl import masked

if TYPE_CHECKING:
    from collections.abc import Mapping

_PORTS = {"http": 80, "https": 443}


def proxy_for(url: str, environment: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the variable and the proxy that would apply to a URL.

    ``http_proxy`` or ``https_proxy`` by the URL's scheme, then ``all_proxy``; lower
    case goes before upper case; an empty one asks for nothing.  ``no_proxy`` makes
    exceptions.

    :returns: the proxy as it may be shown; ``None`` when none applies.
    :source: curl(1), "Environment"; there is no standard.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:  # not a URL: that is said elsewhere
        return None
    scheme = parts.scheme.lower()
    if not host or scheme not in _PORTS:
        return None
    exceptions = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
    if _excepted(host.rstrip("."), port or _PORTS[scheme], exceptions):
        return None
    for name in (f"{scheme}_proxy", "all_proxy"):
        for variable in (name, name.upper()):
            proxy = environment.get(variable)
            if proxy:
                return variable, masked(proxy)
    return None


def _excepted(host: str, port: int, exceptions: str) -> bool:
    """Tell whether a host is in a ``no_proxy`` list.

    The list's items stand between commas or blanks: ``*``, a host, a domain with or
    without a leading dot (its subdomains are meant too), an address, a network such
    as ``10.0.0.0/8``; each with ``:port`` if only that is meant.
    """
    for item in exceptions.replace(",", " ").lower().split():
        if item == "*":
            return True
        name, only = _split_port(item)
        if only is not None and only != port:
            continue
        name = name.lstrip(".").rstrip(".")
        if host == name or (name and host.endswith(f".{name}")):
            return True
        try:
            if ipaddress.ip_address(host) in ipaddress.ip_network(name, strict=False):
                return True
        except (ValueError, TypeError):  # one is a name, or they are of two families
            continue
    return False


def _split_port(item: str) -> tuple[str, int | None]:
    if item.startswith("["):
        name, _, rest = item[1:].partition("]")
        number = rest.removeprefix(":")
    elif item.count(":") == 1:
        name, _, number = item.partition(":")
    else:  # no port, or an IPv6 address without brackets
        return item, None
    return name, int(number) if number.isdecimal() else None
