"""The order: everything that the speaker needs to know about one request."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from twinet._http.upload import framing
from twinet._wire.http_request import render_head

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
    #: What a kept channel must have been opened for to serve an order.
    Key = tuple[str, str, int, TlsPolicy | None]

__all__ = ["Order", "Reader"]

#: RFC 9110, section 9.2.2: what may be sent again when a kept channel proves dead.
_IDEMPOTENT = frozenset((b"GET", b"HEAD", b"OPTIONS", b"TRACE", b"PUT", b"DELETE"))


# Not frozen: that takes seven times as long to make (2.2 µs), once for each request.
@dataclass(slots=True, eq=False)
class Order:
    """One request, as it goes out on one channel; nobody changes it.

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

    def head(self) -> bytes:
        """Return the head of the request as it goes out."""
        url = self.url
        plain = self.body is None and self.verb == b"GET"
        return render_head(
            self.verb,
            url.target,
            url.host_header,
            self.agent,
            self.fields,
            b"" if plain else framing(self.verb, self.body),
        )

    @property
    def repeatable(self) -> bool:
        """Whether it may be sent again without being asked (RFC 9112, 9.3.1)."""
        return self.verb in _IDEMPOTENT and isinstance(self.body, bytes | None)

    def but(self, **changes: Any) -> Order:
        """Return a copy with some values changed."""
        return replace(self, **changes)


class Reader(Protocol):
    """Who gets the answer: the handle.

    The ``take`` methods settle, and run no callback; the ``tell`` methods tell, and
    in each of them the handle may be closed, and with it the transfer.
    """

    def take_answer(self, response: Response) -> None:
        """Take the final head; body data may follow."""

    def take_data(self, data: bytes, wire: int) -> None:
        """Take body data; ``wire`` is what they were on the wire, in bytes."""

    def take_end(
        self, trailers: list[tuple[bytes, bytes]], error: InternetError | None
    ) -> None:
        """Take note that nothing more comes; with an error, that it is not whole."""

    def tell_answer(self) -> None:
        """End the call that waits for the head."""

    def tell_data(self) -> None:
        """End the call that waits for data, if they are enough."""

    def tell_end(self) -> None:
        """End whatever waits."""
