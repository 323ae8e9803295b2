"""The egress policy: which addresses the daemon may connect to.

A fetch daemon takes URLs from people and follows redirects of strangers, and it
often stands where more can be reached than from outside.  So each address is judged
after the name was looked up, at the moment of connecting, and again at each
redirect: a name that answers differently the second time gains nothing.

======================================  ===========================================
kind of address                         verdict
======================================  ===========================================
public                                  passes
private: RFC 1918, unique local,        passes when a local job's own URL names it,
carrier-grade NAT, site-local,          and on redirects from a server that is not
benchmarking                            public
loopback, link-local, metadata          refused
services, multicast, unspecified,
reserved
any of them inside ``allow_nets``       passes
======================================  ===========================================

An IPv6 address that carries an IPv4 address (mapped, translated, NAT64, 6to4,
Teredo, ISATAP) is judged by both: by its own range and by what it carries.

What goes through the operator's proxy is connected to from there.  The proxy's own
address passes; of the server's, only one that stands in the URL can be judged.

Everything here is pure.  The ranges are those of the IANA registries for special
purposes (RFC 6890); the metadata addresses are those that cloud operators publish.
"""

from __future__ import annotations

import enum
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from socket import inet_aton
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twinet.records import Destination

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

#: How a refusal names the way out.
WAY_OUT = "policy.allow_nets (INETFETCH_POLICY_ALLOW_NETS)"


class Kind(enum.Enum):
    """What an address is; the value is how a refusal calls it."""

    PUBLIC = "a public"
    PRIVATE = "a private"
    LOOPBACK = "a loopback"
    LINK_LOCAL = "a link-local"
    METADATA = "a cloud metadata"
    MULTICAST = "a multicast"
    UNSPECIFIED = "an unspecified"
    RESERVED = "a reserved"


_TEXTS = {
    Kind.METADATA: (
        "169.254.169.254 169.254.170.2 169.254.170.23 100.100.100.200 192.0.0.192 "
        "168.63.129.16 fd00:ec2::254 fd00:ec2::23 fd20:ce::254"
    ),
    Kind.UNSPECIFIED: "0.0.0.0/8 ::/128",
    Kind.LOOPBACK: "127.0.0.0/8 ::1/128",
    Kind.LINK_LOCAL: "169.254.0.0/16 fe80::/10",
    Kind.MULTICAST: "224.0.0.0/4 ff00::/8",
    Kind.PRIVATE: (
        "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 100.64.0.0/10 192.0.0.0/24 "
        "198.18.0.0/15 fc00::/7 fec0::/10"
    ),
    Kind.RESERVED: "240.0.0.0/4",
}

#: The first range that holds an address gives its kind.
_RANGES: tuple[tuple[Network, Kind], ...] = tuple(
    (ip_network(text), kind) for kind, texts in _TEXTS.items() for text in texts.split()
)

#: The kinds of servers that may redirect to a private address.
_NEAR = frozenset({Kind.PRIVATE, Kind.LOOPBACK, Kind.LINK_LOCAL})

#: Where an IPv6 address carries an IPv4 one: the range, and the bits to the right of
#: it.  Teredo's is inverted (RFC 4380, section 4).
_CARRIERS: tuple[tuple[IPv6Network, int, int], ...] = (
    (IPv6Network("::ffff:0:0/96"), 0, 0),  # mapped, RFC 4291
    (IPv6Network("::ffff:0:0:0/96"), 0, 0),  # translated, RFC 2765
    (IPv6Network("64:ff9b::/96"), 0, 0),  # NAT64, RFC 6052
    (IPv6Network("64:ff9b:1::/48"), 0, 0),  # NAT64 of one's own, RFC 8215
    (IPv6Network("2002::/16"), 80, 0),  # 6to4, RFC 3056
    (IPv6Network("2001::/32"), 0, 0xFFFFFFFF),  # Teredo: the client
    (IPv6Network("2001::/32"), 64, 0),  # Teredo: the server
    (IPv6Network("::/96"), 0, 0),  # compatible, RFC 4291, given up
)

#: The interface identifiers of ISATAP (RFC 5214, section 6.1), on any prefix.
_ISATAP = (0x00005EFE, 0x02005EFE)


def carried(address: Address) -> list[IPv4Address]:
    """Return the IPv4 addresses that an IPv6 address carries."""
    if isinstance(address, IPv4Address) or int(address) <= 1:
        return []  # "::" and "::1" carry nothing
    number = int(address)
    found = [
        IPv4Address((number >> shift & 0xFFFFFFFF) ^ mask)
        for network, shift, mask in _CARRIERS
        if address in network
    ]
    if number >> 32 & 0xFFFFFFFF in _ISATAP:
        found.append(IPv4Address(number & 0xFFFFFFFF))
    return found


def kind_of(address: Address) -> Kind:
    """Return what one address is, whatever it carries."""
    for network, kind in _RANGES:
        if address.version == network.version and address in network:
            return kind
    return Kind.PUBLIC


def parse_nets(text: str) -> tuple[Network, ...]:
    """Return the networks of a list that is separated by commas.

    A plain address stands for itself alone.

    :raises ValueError: one of them is no network; the text says which.
    """
    nets = []
    for word in filter(None, (part.strip() for part in text.split(","))):
        try:
            nets.append(ip_network(word))
        except ValueError as reason:
            raise ValueError(
                f"{WAY_OUT}: {word!r} is not a network such as 192.168.0.0/16 "
                f"({reason})"
            ) from None
    return tuple(nets)


def _allowed(address: Address, nets: Iterable[Network]) -> bool:
    return any(net.version == address.version and address in net for net in nets)


def judge(
    address: Address,
    *,
    allow_nets: Iterable[Network] = (),
    local: bool = False,
    hop: int = 0,
    came_from: Address | None = None,
) -> str | None:
    """Return ``None`` to let an address pass, or the text of the refusal.

    :param local: the job was added with the local token, which may do everything.
    :param hop: 0 for the job's own URL, n after n redirects.
    :param came_from: the server that redirected here.
    """
    nets = tuple(allow_nets)
    carries = carried(address)
    if _allowed(address, nets) or (carries and all(_allowed(a, nets) for a in carries)):
        return None
    for each in (address, *carries):
        kind = kind_of(each)
        if kind is Kind.PUBLIC or _allowed(each, nets):
            continue
        what = f"{kind.value} address ({address}"
        what += f", which carries {each})" if each is not address else ")"
        if kind is Kind.PRIVATE:
            refusal = _judge_private(local=local, hop=hop, came_from=came_from)
            if refusal is None:
                continue
            what += f": {refusal}"
        else:
            what += ": the daemon does not connect to such addresses"
        return f"{what}. If it should, add it to {WAY_OUT}"
    return None


def _judge_private(*, local: bool, hop: int, came_from: Address | None) -> str | None:
    if not local:
        return "only jobs of the local token may go there"
    if hop == 0:
        return None
    if came_from is None or not _inside(came_from):
        return "a public server redirected there"
    return None


def _inside(address: Address) -> bool:
    """Tell whether a server is one of our own, so that it may name another one."""
    return any(
        kind_of(each) is not Kind.PUBLIC for each in (address, *carried(address))
    )


def _literal(url: str) -> Address | None:
    """Return the address that a URL's host is, in any way that systems read it.

    ``http://2130706433/`` is 127.0.0.1 to many a resolver.
    """
    host = (urlsplit(url).hostname or "").rstrip(".")
    try:
        return ip_address(host)
    except ValueError:
        pass
    try:
        return IPv4Address(inet_aton(host)) if host[:1].isdigit() else None
    except OSError:
        return None


class Scoped(Protocol):
    """The context of a job's requests, as far as the policy needs it."""

    @property
    def local(self) -> bool:
        """Whether the job was added with the local token."""


class EgressPolicy:
    """The policy as a session takes it: a destination in, a refusal or ``None`` out.

    :param allow_nets: networks to which every connection is allowed.
    """

    def __init__(self, allow_nets: Iterable[Network] = ()) -> None:
        self.allow_nets = tuple(allow_nets)

    def __call__(self, destination: Destination) -> str | None:
        """Judge one address of one hop."""
        address: Address | None = ip_address(destination.address)
        if destination.proxy is not None:
            address = _literal(destination.url)
        if address is None:
            return None
        return judge(
            address,
            allow_nets=self.allow_nets,
            local=getattr(destination.context, "local", False) is True,
            hop=destination.hop,
            came_from=destination.came_from,
        )
