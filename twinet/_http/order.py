"""The order: everything that the speaker needs to know about one request."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address

    from twisted.web.iweb import IBodyProducer

    from twinet._net.tls import TlsPolicy
    from twinet._wire.http_request import FieldLines
    from twinet.errors import InternetError
    from twinet.flags import Flag, SecurityFlag
    from twinet.records import Limits, Response
    from twinet.urls import HttpUrl

    Body = bytes | IBodyProducer | None
    Key = tuple[str, str, int, TlsPolicy | None]

__all__ = ["Order", "Reader"]

#: RFC 9110, section 9.2.2: what may be sent again when a kept channel proves dead.
_IDEMPOTENT = frozenset((b"GET", b"HEAD", b"OPTIONS", b"TRACE", b"PUT", b"DELETE"))


@dataclass(frozen=True, slots=True)
class Order:
    """One request, as it goes out on one channel.

    :ivar fields: the caller's header fields, raw, in order.
    :ivar tls: how the server is verified; ``None`` for plain HTTP.
    :ivar security: the certificate faults that are let through.
    :ivar hop: the redirects followed so far.
    :ivar came_from: the address of the server that redirected here.
    """

    verb: bytes
    url: HttpUrl
    agent: str
    fields: FieldLines
    body: Body
    tls: TlsPolicy | None
    limits: Limits
    flags: Flag
    security: SecurityFlag
    context: Any = None
    hop: int = 0
    came_from: IPv4Address | IPv6Address | None = None

    @property
    def key(self) -> Key:
        """What a kept channel must have been opened for to serve this order."""
        url = self.url
        return (url.scheme, url.host, url.port, self.tls)

    @property
    def repeatable(self) -> bool:
        """Whether it may be sent again without being asked (RFC 9112, 9.3.1)."""
        return self.verb in _IDEMPOTENT and isinstance(self.body, bytes | None)

    def but(self, **changes: Any) -> Order:
        """Return a copy with some values changed."""
        return replace(self, **changes)


class Reader(Protocol):
    """Who takes the answer: the handle.

    Each method may close the handle, and with it the transfer, before it returns.
    """

    def answer_came(self, response: Response) -> None:
        """Take the final head; body data may follow."""

    def body_came(self, data: bytes, wire: int) -> None:
        """Take body data; ``wire`` is what they were on the wire, in bytes."""

    def body_ends(self) -> None:
        """Hear that everything is here, before the connection's end is told."""

    def body_ended(self, trailers: list[tuple[bytes, bytes]]) -> None:
        """Hear that the body is complete."""

    def transfer_failed(self, error: InternetError) -> None:
        """Hear that nothing more will come; after the head, the body is cut."""
