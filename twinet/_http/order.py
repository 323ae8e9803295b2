"""The order: everything that the speaker needs to know about one request."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from twinet._http.upload import framing
from twinet._wire.decoding import announced
from twinet._wire.http_request import render_head

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address

    from twinet._http.body import Body
    from twinet._http.pushed_body import PushedBody
    from twinet._net.dispatch import Voice
    from twinet._net.tls import TlsPolicy
    from twinet._wire.http_request import FieldLines
    from twinet.errors import InternetError
    from twinet.flags import Flag, SecurityFlag
    from twinet.proxy import Proxy
    from twinet.records import Credentials, Limits, Response
    from twinet.urls import HttpUrl

    #: What a kept channel must have been opened for to serve an order.
    Key = (
        tuple[str, str, int, TlsPolicy | None]
        | tuple[str, str, int, TlsPolicy | None, Proxy]
        | tuple[str, str, int, TlsPolicy | None, Proxy, bytes | None]
    )

__all__ = ["ORDINARY", "Order", "Reader", "Turn", "meant_for_servers"]

#: RFC 9110, section 9.2.2: what may be sent again when a kept channel proves dead.
_IDEMPOTENT = frozenset((b"GET", b"HEAD", b"OPTIONS", b"TRACE", b"PUT", b"DELETE"))
#: The field of a request that is for the proxy (RFC 9110, section 11.7.2).
TO_THE_PROXY = b"proxy-authorization"


class Turn(NamedTuple):
    """When a request gets its connection, where others want one too.

    :ivar priority: who waits with a higher one goes first; of equals the first to come.
    :ivar exempt: it does not wait, and does not count against the host's limit.
    """

    priority: int = 0
    exempt: bool = False


#: The turn of a request that says nothing of it.
ORDINARY = Turn()


# Not frozen: that takes seven times as long to make (2.2 µs), once for each request.
@dataclass(slots=True, eq=False, repr=False)
class Order:
    """One request, as it goes out on one channel; nobody changes it.

    :ivar agent: the line that names the program; empty for none.
    :ivar fields: the caller's header fields, raw, in order.
    :ivar tls: how the server is verified; ``None`` for plain HTTP.
    :ivar security: the certificate faults that are let through.
    :ivar voice: the handle's, which knows its context; not the context itself, which is
        the handle more often than not, and that keeps the order.
    :ivar hop: the redirects followed so far.
    :ivar came_from: the address of the server that redirected here.
    :ivar credentials: what a challenge of the server is answered with.
    :ivar proxy_credentials: what that of a proxy is answered with, in the place of
        those that came with the proxy.
    :ivar decode: whether the codings of the body are undone.
    :ivar added: fields of ours that go out besides the caller's, and instead of those
        of the same name.
    :ivar turn: when it gets its connection.
    :ivar proxy: the proxy that it goes through; ``None`` for the straight way.
    """

    verb: bytes
    url: HttpUrl
    agent: bytes
    fields: FieldLines
    body: bytes | Body | PushedBody | None
    tls: TlsPolicy | None
    limits: Limits
    flags: Flag
    security: SecurityFlag
    voice: Voice | None = None
    hop: int = 0
    came_from: IPv4Address | IPv6Address | None = None
    credentials: Credentials | None = None
    proxy_credentials: Credentials | None = None
    decode: bool = False
    added: FieldLines = ()
    turn: Turn = ORDINARY
    proxy: Proxy | None = None

    @property
    def context(self) -> Any:
        """The context value of the handle."""
        return None if self.voice is None else self.voice.context

    def head(self) -> bytes:
        """Return the head of the request as it goes out."""
        url = self.url
        plain = self.body is None and self.verb == b"GET"
        target = url.target
        fields = self._all_fields() if self.added else self.fields
        if self.proxy is not None:
            target, fields = self._past_the_proxy(target, fields)
        return render_head(
            self.verb,
            target,
            url.host_header,
            self.agent,
            fields,
            b"" if plain else framing(self.verb, self.body),
        )

    def _past_the_proxy(
        self, target: str, fields: FieldLines
    ) -> tuple[str, FieldLines]:
        if self.in_absolute_form:
            # The server itself, "*", is no path there (RFC 9112, 3.2.4).
            path = "" if target == "*" else target
            return f"{self.url.scheme}://{self.url.host_header}{path}", fields
        return target, meant_for_servers(fields)

    @property
    def in_absolute_form(self) -> bool:
        """Whether it is given to a proxy itself (RFC 9112, section 3.2.2)."""
        proxy = self.proxy
        return proxy is not None and not proxy.tunnels(self.url.scheme)

    @property
    def again(self) -> bool:
        """Whether its body can be sent from the beginning, once more or yet."""
        body = self.body
        return body is None or isinstance(body, bytes) or body.again

    @property
    def repeatable(self) -> bool:
        """Whether it may be sent again without being asked (RFC 9112, 9.3.1)."""
        return self.verb in _IDEMPOTENT and self.again

    @property
    def expects(self) -> bool:
        """Whether its body waits for the server's leave (RFC 9110, 10.1.1)."""
        body = self.body
        return (
            body is not None
            and (len(body) if isinstance(body, bytes) else body.length) != 0
            and any(
                name.lower() == b"expect" and value.lower() == b"100-continue"
                for name, value in self.fields
            )
        )

    def without_expectation(self) -> Order:
        """Return the order as it is repeated after a 417 (RFC 9110, 10.1.1)."""
        fields = tuple(f for f in self.fields if f[0].lower() != b"expect")
        return self.but(fields=fields)

    def has_field(self, name: bytes) -> bool:
        """Tell whether the caller gave a field of this name (in lower case)."""
        return any(given.lower() == name for given, _ in self.fields)

    def dressed(self, cookie: bytes | None, login: FieldLines = ()) -> Order:
        """Return the order as it goes out now, with the fields that we add.

        :param cookie: what there is for its URL; it replaces a Cookie field of the
            caller's, as in WinINet.
        :param login: what is said to the server, or to a proxy, about who it is.
        """
        added: list[tuple[bytes, bytes]] = []
        # A part of a coded body cannot be decoded.
        if self.decode and not (
            self.has_field(b"accept-encoding") or self.has_field(b"range")
        ):
            added.append((b"Accept-Encoding", announced()))
        if cookie:
            added.append((b"Cookie", cookie))
        added.extend(login)
        if not (added or self.added):
            return self
        # As but() does, in a fifth of the time: with cookies it is each request.
        order = type(self)(*_values(self))
        order.added = tuple(added)
        return order

    def but(self, **changes: Any) -> Order:
        """Return a copy with some values changed."""
        return replace(self, **changes)

    def _all_fields(self) -> FieldLines:
        names = {name.lower() for name, _ in self.added}
        kept = [line for line in self.fields if line[0].lower() not in names]
        return (*kept, *self.added)

    def __repr__(self) -> str:
        # Fields may be cookies or tokens: none are shown.
        return f"<Order {self.verb.decode('latin-1')} {self.url.url}>"


#: All that an order holds, in the order in which it is given.
_values = attrgetter(*(field.name for field in fields(Order)))


def meant_for_servers(fields: FieldLines) -> FieldLines:
    """Return the fields that are some server's business, and not a proxy's."""
    return tuple(f for f in fields if f[0].lower() != TO_THE_PROXY)


class Reader(Protocol):
    """Who gets the answer: the handle.

    The ``take`` methods settle, and run no callback; the ``tell`` methods tell, and
    in each of them the handle may be closed, and with it the transfer.
    """

    def take_order(self, order: Order) -> None:
        """Take note that a redirect is followed with another order."""

    def tell_started(self) -> None:
        """End the call that waits until a pushed body can be handed over."""

    def take_answer(self, response: Response) -> None:
        """Take the final head; body data may follow."""

    def take_passed(self, response: Response) -> None:
        """Take the head of an answer that is followed: a redirect, a challenge."""

    def take_refused(self, response: Response) -> None:
        """Take the head of a redirect that cannot be followed; the error follows."""

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
