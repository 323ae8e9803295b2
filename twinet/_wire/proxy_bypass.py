"""Which hosts are reached straight although there is a proxy.

Two lists say so, and they look alike.  WinINet's bypass list (InternetOpen) has entries
between semicolons or blanks::

    [scheme://]host[:port]   the host and no other; * stands for any characters
    <local>                  every name without a dot
    <-loopback>              this machine itself goes through the proxy as well

The variable ``no_proxy`` has them between commas or blanks, and a name means the names
below it as well; a leading dot makes no difference, and ``*`` alone is every host, as
curl has it.  From Go come ports and networks (``10.0.0.0/8``); both lists take them,
and a WinINet list takes a leading dot for ``*.``, as Chromium does.

Without ``<-loopback>`` this machine is always reached straight (localhost and the names
below it, loopback, 127.0.0.0/8, ::1): a proxy elsewhere would reach itself by that.
WinINet, Chromium and Go do so, curl does not.

Names are compared as they stand in URLs; nothing is looked up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

from twinet._wire.host_name import host_name
from twinet.errors import InvalidParameter, InvalidUrl

if TYPE_CHECKING:
    from ipaddress import IPv4Address

    Address = IPv4Address | IPv6Address

__all__ = ["Bypass", "no_proxy_list", "port_of", "read_bypass_list", "split_port"]

_SEPARATORS = re.compile(r"[\s;,]+")
_SCHEMES = ("http", "https", "ftp", "gopher")
_PATTERN = re.compile(r"[a-z0-9_.*-]+|[0-9a-f:.*]+", re.ASCII).fullmatch
_HIGHEST_PORT = 65535
_LOOPBACK = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))


@dataclass(frozen=True, slots=True)
class Rule:
    """One entry.

    :ivar pattern: a name or an address, with ``*`` for any characters.
    :ivar network: instead of a pattern.
    :ivar below: whether the names below it are meant as well.
    :ivar scheme: the only one; empty: any.
    :ivar port: the only one; ``None``: any.
    """

    pattern: str
    network: IPv4Network | IPv6Network | None = None
    below: bool = False
    scheme: str = ""
    port: int | None = None

    def covers(
        self, scheme: str, host: str, address: Address | None, port: int
    ) -> bool:
        """Tell whether a server is meant; ``address`` is what the host is, if one."""
        if (self.scheme and self.scheme != scheme) or self.port not in (None, port):
            return False
        if self.network is not None:
            return address is not None and address in self.network
        if self.below and address is None and host.endswith(f".{self.pattern}"):
            return True
        return _matches(self.pattern, host)


@dataclass(frozen=True, slots=True)
class Bypass:
    """All entries of a list.

    :ivar local: whether every name without a dot is meant.
    :ivar loopback: whether this machine is.
    """

    rules: tuple[Rule, ...] = ()
    local: bool = False
    loopback: bool = True

    def covers(self, scheme: str, host: str, port: int) -> bool:
        """Tell whether a server is reached straight.

        :param host: as for connecting: lower case, ASCII, IPv6 without brackets.
        """
        host = host.partition("%")[0].removesuffix(".")
        address = _address(host)
        if self.loopback and _this_machine(host, address):
            return True
        if self.local and address is None and "." not in host:
            return True
        return any(rule.covers(scheme, host, address, port) for rule in self.rules)


def read_bypass_list(text: str) -> Bypass:
    """Read WinINet's bypass list.

    :raises InvalidParameter: 87, an entry cannot be; the text names it.
    """
    if not isinstance(text, str):
        msg = f"a bypass list is text, not {type(text).__name__}"
        raise InvalidParameter(msg)
    rules = []
    words = set()
    for entry in _entries(text):
        if entry.startswith("<"):
            if entry not in ("<local>", "<-loopback>"):
                raise _refused(entry, "only <local> and <-loopback> stand in < and >")
            words.add(entry)
        else:
            rules.append(_rule(entry, domains=False))
    return Bypass(tuple(rules), "<local>" in words, "<-loopback>" not in words)


def no_proxy_list(text: str) -> Bypass:
    """Read what the variable ``no_proxy`` holds.

    Whoever set it may have had another program in mind: what cannot be read excepts
    nothing, as with curl and Go.
    """
    rules = []
    for entry in _entries(text):
        try:
            if not entry.startswith("<"):
                rules.append(_rule(entry, domains=True))
        except InvalidParameter:
            continue
    words = _entries(text)
    return Bypass(tuple(rules), loopback="<-loopback>" not in words)


def _entries(text: str) -> list[str]:
    return [entry for entry in _SEPARATORS.split(text.lower()) if entry]


def _rule(entry: str, *, domains: bool) -> Rule:
    """Read one entry.

    :param domains: whether a name means the names below it as well.
    """
    scheme, mark, place = entry.rpartition("://")
    if mark:
        place = place.removesuffix("/")
        if scheme not in _SCHEMES:
            raise _refused(entry, f"its scheme is none of {', '.join(_SCHEMES)}")
    if (network := _network(place)) is not None:
        return Rule("", network, scheme=scheme)
    pattern, port_text = split_port(place)
    port = None if port_text is None else port_of(port_text)
    if port_text is not None and port is None:
        raise _refused(entry, "its port is not a number from 1 to 65535")
    if (network := _network(pattern)) is not None:
        return Rule("", network, scheme=scheme, port=port)
    dotted = pattern.startswith(".")
    pattern = pattern.strip(".")
    if not pattern.isascii():
        pattern = ".".join(_ascii(entry, label) for label in pattern.split("."))
    if _PATTERN(pattern) is None:
        raise _refused(
            entry, "it is no host; write [scheme://]host[:port], with * for any text"
        )
    if dotted and not domains:
        pattern = f"*.{pattern}"
    return Rule(pattern, None, domains, scheme, port)


def _ascii(entry: str, label: str) -> str:
    try:
        return label if label.isascii() else host_name(label)
    except InvalidUrl:
        raise _refused(entry, "it is no valid international name") from None


def _refused(entry: str, reason: str) -> InvalidParameter:
    # Nobody needs a password here, and one may stand here all the same.
    shown = f"***@{entry.rpartition('@')[2]}" if "@" in entry else entry
    return InvalidParameter(f"{shown!r} in the bypass list cannot be used: {reason}")


def split_port(place: str) -> tuple[str, str | None]:
    """Split ``host``, ``host:port`` or ``[address]:port``.

    :returns: the host without brackets, and the text of the port; ``None``: no colon.
    """
    if place.startswith("["):
        host, bracket, rest = place[1:].partition("]")
        if bracket and (not rest or rest.startswith(":")):
            return host, rest[1:] if rest else None
        return place, None  # which is no host
    if place.count(":") == 1:
        host, _, port = place.partition(":")
        return host, port
    return place, None


def port_of(text: str) -> int | None:
    """Return the number of a port; ``None``: it is none."""
    if text.isascii() and text.isdigit() and len(text.lstrip("0")) <= len("65535"):
        port = int(text)
        return port if 0 < port <= _HIGHEST_PORT else None
    return None


# -- comparing


def _address(host: str) -> Address | None:
    try:
        address = ip_address(host)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _network(text: str) -> IPv4Network | IPv6Network | None:
    """Return the network that a text names; an address is one of its own."""
    if (address := _address(text)) is not None:
        return ip_network(address)
    if "/" not in text:
        return None
    try:
        return ip_network(text.replace("[", "").replace("]", ""), strict=False)
    except ValueError:
        return None


def _this_machine(host: str, address: Address | None) -> bool:
    if address is None:
        return host in ("localhost", "loopback") or host.endswith(".localhost")
    return any(address in network for network in _LOOPBACK)


def _matches(pattern: str, host: str) -> bool:
    """Compare, ``*`` being any characters, in one pass.

    A regular expression would try all the ways in which many stars can fall.
    """
    first, *rest = pattern.split("*")
    if not rest:
        return first == host
    *middle, last = rest
    if not host.startswith(first):
        return False
    at = len(first)
    for piece in middle:
        found = host.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return len(host) - at >= len(last) and host.endswith(last)
