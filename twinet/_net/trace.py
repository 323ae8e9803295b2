"""Where a trace is tapped: what connecting tells, besides the notifications.

These two tell nobody.  A session that is traced gets those of
:mod:`twinet._net.tracing` in their place, so that nothing on the way asks whether
there is a trace.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from ipaddress import IPv4Address, IPv6Address

    from twisted.python.failure import Failure

    from twinet._net.dispatch import Voice
    from twinet._net.egress import Target
    from twinet._net.tls import TlsCreator
    from twinet._wire.greeting import Greeting
    from twinet.errors import InternetError

    Address = IPv4Address | IPv6Address

__all__ = ["UNTRACED", "UNTRACED_LINE", "LineTrace", "Tracer"]


class LineTrace:
    """The story of one connection, from the look-up to its end."""

    __slots__ = ()

    def looking_up(self, host: str) -> None:
        """Hear that a resolver is asked."""

    def looked_up(self, addresses: Sequence[Address], *, known: bool) -> None:
        """Hear which addresses the host has; ``known``: from an earlier look-up."""

    def refused(self, address: Address, reason: str) -> None:
        """Hear that the egress policy refuses an address."""

    def trying(self, address: Address) -> None:
        """Hear that an address is tried."""

    def failed(self, address: Address, reason: Failure | BaseException) -> None:
        """Hear that an address could not be connected to."""

    def given_up(self, address: Address) -> None:
        """Hear that an attempt is not waited for any more."""

    def asking_endpoint(self) -> None:
        """Hear that an endpoint of the program's shall connect."""

    def connected(self, address: str) -> None:
        """Hear that there is a connection, or the transport of an endpoint."""

    def securing(self, creator: TlsCreator) -> None:
        """Hear that the TLS handshake begins."""

    def secured(self, creator: TlsCreator) -> None:
        """Hear that it is done, and the certificate accepted."""

    def insecure(self, creator: TlsCreator) -> None:
        """Hear that it failed."""

    def greeting(self, greeting: Greeting) -> None:
        """Hear that a proxy is asked to lead on."""

    def said(self, greeting: Greeting, data: bytes) -> None:
        """Hear what it has answered (``greeting.read``), and what was said to it."""

    def greeted(self, greeting: Greeting) -> None:
        """Hear that it leads on."""

    def again(self) -> None:
        """Hear that the proxy is asked once more, on another connection."""


class Tracer:
    """The trace of one session."""

    __slots__ = ()

    def line(self, target: Target, voice: Voice) -> LineTrace:  # noqa: ARG002
        """Return the trace of a connection that is to be opened."""
        return UNTRACED_LINE

    def failed(self, handle: Any, error: InternetError) -> None:
        """Hear that a handle's request has come to nothing, or its answer to no end."""

    def closed(self, handle: Any) -> None:
        """Hear that a handle was closed in the middle of its request."""

    def note(self, voice: Voice, text: str) -> None:
        """Hear what else becomes of a request."""

    def following(self, url: str, voice: Voice, *, challenged: bool) -> None:
        """Hear that a redirect is followed, or a challenge answered."""

    def close(self) -> None:
        """Tell what has not been told: the session is over."""


UNTRACED_LINE = LineTrace()
UNTRACED = Tracer()
