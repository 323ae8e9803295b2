"""Egress: where a connection shall lead, and whether a policy lets it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from twisted.logger import Logger

from twinet import errors
from twinet._net.race import place
from twinet.records import Destination

if TYPE_CHECKING:
    from collections.abc import Sequence
    from ipaddress import IPv4Address, IPv6Address

    from twinet.proxy import Proxy

__all__ = ["Policy", "Target", "judge", "refused"]

#: Asked about an address: the reason of a refusal, or None.
Policy = Callable[[Destination], str | None]

_log = Logger()


# Not frozen: that takes several times as long to make, once for each connection.
@dataclass(slots=True)
class Target:
    """Where a connection shall lead, and what a policy is told about it.

    Nobody changes it.  ``hop`` counts redirects; ``came_from`` is the server that
    redirected here.  With a ``proxy`` it leads there: host and port are the proxy's,
    scheme and URL those of the request.
    """

    scheme: str
    host: str
    port: int
    url: str = ""
    hop: int = 0
    came_from: IPv4Address | IPv6Address | None = None
    context: object = None
    proxy: Proxy | None = None

    def __str__(self) -> str:
        return place(self.host, self.port)


def judge(
    policy: Policy, target: Target, address: IPv4Address | IPv6Address
) -> str | None:
    """Ask the policy about one address of a target; a policy that fails refuses."""
    destination = Destination(
        target.url,
        target.scheme,
        target.host,
        address,
        target.port,
        target.hop,
        target.came_from,
        target.context,
        target.proxy,
    )
    try:
        return policy(destination)
    except Exception as fault:  # noqa: BLE001  what cannot judge must not admit
        _log.failure("the egress policy failed on {it}", it=destination)
        return f"the policy failed ({type(fault).__name__}; see the log)"


def refused(target: Target, reasons: Sequence[str]) -> errors.PolicyRefused:
    """Make the error of a target none of whose addresses is let through."""
    return errors.PolicyRefused(
        f"the egress policy refused {target}: {'; '.join(reasons)}"
    )
