"""Who is where in a network in memory: names, addresses, and what listens there."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IHostnameResolver, IHostResolution
from zope.interface import implementer

from twinet.errors import InvalidParameter
from twinet.testing.hand import HandPeer
from twinet.testing.link import Link

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twisted.internet.interfaces import (
        IAddress,
        IDelayedCall,
        IReactorTime,
        IResolutionReceiver,
    )

    from twinet.testing.dialing import Dialing

__all__ = ["Hosts", "Place"]

#: The client's addresses.
OWN = {4: "198.51.100.1", 6: "2001:db8::c"}
#: Hosts are put here when they are given no address (RFC 5737).
FIRST = ip_address("192.0.2.1")
EPHEMERAL = 49152  # RFC 6335, section 6


@dataclass(eq=False)
class Place:
    """An address and a port at which somebody listens.

    :ivar link: how the way to it behaves; a change is for new connections.
    """

    address: str
    port: int
    factory: Any
    link: Link = field(default_factory=Link)

    def __str__(self) -> str:
        return place(self.address, self.port)

    def dialed(self, dialing: Dialing) -> None:
        """Let somebody connect, or not."""
        link, clock = self.link, dialing.reactor
        if link.refuses:
            clock.callLater(2 * link.latency, dialing.refuse)
        elif link.unreachable:
            pass
        elif isinstance(self.factory, HandPeer):
            self.factory.dialed(dialing)
        else:
            clock.callLater(2 * link.latency, dialing.accept, self.factory, link)


def place(host: str, port: int) -> str:
    """Write host and port as in a URL."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def as_address(host: str, port: int) -> IPv4Address | IPv6Address:
    """Return Twisted's record of an address."""
    if ":" in host:
        return IPv6Address("TCP", host, port)
    return IPv4Address("TCP", host, port)


@cache
def is_literal(host: str) -> bool:
    """Tell whether a host spells out an address."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


@cache
def own_address(far: str) -> str:
    """Return the client's address on the way to another one."""
    address = ip_address(far)
    return far if address.is_loopback else OWN[address.version]


@implementer(IHostnameResolver)
class Hosts:
    """Names and addresses, and who listens there.

    :param clock: tells when slow answers come.
    :ivar places: who listens, by address and port.
    :ivar otherwise: is dialed where nobody listens; then all names are known.
    :ivar names: the addresses of each name, and after how many seconds they are told
        (never, for ``None``).
    """

    def __init__(self, clock: IReactorTime, otherwise: HandPeer | None = None) -> None:
        self._clock = clock
        self.places: dict[tuple[str, int], Place] = {}
        self.names: dict[str, tuple[tuple[str, ...], float | None]] = {}
        self.otherwise = otherwise
        self._next_host = 0
        self._next_port = EPHEMERAL

    # -- names

    def name(
        self, name: str, addresses: Sequence[str], after: float | None = 0.0
    ) -> None:
        """Let a name have addresses.

        :raises InvalidParameter: 87, one of them is no address, or the name is one.
        """
        for each in addresses:
            if not is_literal(each):
                msg = f"{each!r} is no IP address; a name has addresses"
                raise InvalidParameter(msg)
        if is_literal(name):
            msg = f"{name} is an address and needs no other"
            raise InvalidParameter(msg)
        self.names[name.lower()] = tuple(addresses), after

    def new_address(self) -> str:
        """Return an address that nobody has."""
        self._next_host += 1
        return str(FIRST + self._next_host - 1)

    def addresses(self, host: str) -> tuple[str, ...]:
        """Return the addresses of a host.

        :raises LookupError: there is no such name here.
        """
        if is_literal(host):
            return (str(ip_address(host)),)
        name = host.lower().rstrip(".")
        if name not in self.names:
            if self.otherwise is None:
                known = ", ".join(sorted(self.names)) or "none"
                msg = f"the memory network does not know this name; it knows: {known}"
                raise LookupError(msg)
            self.name(name, [self.new_address()])
        return self.names[name][0]

    def name_of(self, address: str) -> str:
        """Return a name for an address, or the address."""
        for name, (addresses, _) in self.names.items():
            if address in addresses:
                return name
        return address

    def resolveHostName(
        self,
        resolutionReceiver: IResolutionReceiver,
        hostName: str,
        portNumber: int = 0,
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: ARG002
        transportSemantics: str = "TCP",  # noqa: ARG002
    ) -> IHostResolution:
        """Look a name up (``IHostnameResolver``), which takes a turn, or its time."""
        found = self.addresses(hostName)
        _, after = self.names.get(hostName.lower().rstrip("."), ((), 0.0))
        resolution = _Resolution(hostName)
        resolutionReceiver.resolutionBegan(resolution)

        def tell() -> None:
            for each in found:
                resolutionReceiver.addressResolved(as_address(each, portNumber))
            resolutionReceiver.resolutionComplete()

        if after is not None:
            resolution.call = self._clock.callLater(after, tell)
        return resolution

    # -- listening, and connecting

    def new_port(self) -> int:
        """Return a port that nobody uses."""
        self._next_port += 1
        return self._next_port - 1

    def listen(self, address: str, port: int, factory: Any, link: Link) -> Place:
        """Let somebody listen.

        :raises twisted.internet.error.CannotListenError: somebody does already.
        """
        key = (str(ip_address(address)), port or self.new_port())
        if key in self.places:
            raise CannotListenError(address, port, OSError("it is in use"))
        found = self.places[key] = Place(*key, factory, link)
        return found

    def road_to(self, address: str) -> Link:
        """Return how fast the way to an address is, by who listens there already."""
        for each in self.places.values():
            if each.address == address:
                return Link(latency=each.link.latency, rate=each.link.rate)
        return Link()

    def stop(self, listening: Place) -> None:
        """Let somebody listen no more."""
        key = (listening.address, listening.port)
        if self.places.get(key) is listening:
            del self.places[key]

    def dial(self, dialing: Dialing) -> None:
        """Let somebody connect to whoever listens there, if anybody does."""
        there = self.places.get((dialing.address, dialing.port), self.otherwise)
        if there is None:
            dialing.reactor.callLater(0, dialing.refuse)
        else:
            there.dialed(dialing)


@implementer(IHostResolution)
class _Resolution:
    """A look-up that goes on."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.call: IDelayedCall | None = None

    def cancel(self) -> None:
        """Stop."""
        if self.call is not None and self.call.active():
            self.call.cancel()
