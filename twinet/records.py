"""Records: the values that travel between the rooms and to the user."""

from __future__ import annotations

from codecs import lookup
from dataclasses import dataclass, field, fields, replace
from math import inf
from typing import TYPE_CHECKING, Any, Literal, Protocol, overload

from twinet.errors import InvalidParameter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from ipaddress import IPv4Address, IPv6Address

    from twinet.proxy import Proxy
    from twinet.tls import TlsInfo

__all__ = [
    "Credentials",
    "Destination",
    "DirectoryEntry",
    "Fields",
    "Limits",
    "Response",
    "SocketInfo",
]

#: The limits that are counts, and the least that each may be.
_COUNTS = {
    "addresses": 1,
    "head_bytes": 1,
    "menu_bytes": 1,
    "redirects": 0,
    "decoded_bytes": 0,
}
#: What bounds the memory and the loops has no way out.
_NEVER_NONE = frozenset(("head_bytes", "redirects", "lowest_speed_time"))
#: Python remembers every name that it was asked for, also those that it does not know.
_LONGEST_CHARSET = 40
#: What Python has among its charsets and is none: notations, of which one takes time
#: with the square of the length.
_NO_CHARSETS = frozenset(
    ("idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape")
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a step may wait and how much it may take.

    Times are seconds, sizes are bytes; ``None`` means no limit.  A time that runs
    out ends the call with ``Timeout`` (12002), whose message says which it was, and
    closes the connection.  The values are our own.

    :raises InvalidParameter: 87, a time that is no number above 0, or a count that is
        no whole number or too small; the text says which.
    """

    #: looking a name up.
    lookup: float | None = 15
    #: how many of a host's addresses are tried, each once; None tries all of them.
    addresses: int | None = None
    #: the TCP connection, over all addresses of the host together; and once more for
    #: a proxy to make that to the server.
    connect: float | None = 30
    #: the TLS handshake.
    tls: float | None = 15
    #: waiting for one of the connections that the host, or the proxy, is allowed.
    slot: float | None = 60
    #: sending without any progress.
    send: float | None = 30
    #: how long a body with ``Expect: 100-continue`` waits for the server's leave; it
    #: is sent without it then, which is no error.
    expect: float | None = 1
    #: from the sent request to the first byte of the answer.
    first_byte: float | None = 60
    #: between two pieces of the answer; stands still while the reader pauses.
    idle: float | None = 60
    #: from a command to an FTP server to its reply.
    ftp_reply: float | None = 60
    #: an answer's body that nobody reads keeps its connection so long.
    unread_body: float | None = 300
    #: the whole operation, redirects and body included.
    whole: float | None = None
    #: a body that moves more slowly, either way, within ``lowest_speed_time`` ends
    #: the call (bytes a second); time in which the reader pauses does not count.
    lowest_speed: float | None = None
    #: how long it may (seconds).
    lowest_speed_time: float = 30
    #: an answer's head; and a line of a Gopher menu.
    head_bytes: int = 65536
    #: a Gopher menu, or the attributes of an item.
    menu_bytes: int | None = 16 << 20
    #: the redirects that are followed for one call; 0 follows none and fails.
    redirects: int = 30
    #: what a compressed body may become when it is decoded; longer ones end in
    #: ``DecodingFailed``.
    decoded_bytes: int | None = None
    #: how many times its size it may become, when that is more than 64 MiB; gzip and
    #: deflate stay below 1033 by themselves.
    decoded_ratio: float | None = 1100

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            if value is None and each.name not in _NEVER_NONE:
                continue
            least = _COUNTS.get(each.name)
            if least is None:
                _check_time(each.name, value)
            elif type(value) is not int or value < least:
                msg = f"limits.{each.name} is a whole number from {least} on"
                raise InvalidParameter(f"{msg}, not {value!r}")

    def but(self, **changes: Any) -> Limits:
        """Return a copy with some values changed."""
        return replace(self, **changes)


def _check_time(name: str, value: object) -> None:
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not 0 < value < inf
    ):
        none = "" if name in _NEVER_NONE else ", or None for no limit"
        msg = f"limits.{name} is a number above 0{none}"
        raise InvalidParameter(f"{msg}, not {value!r}")


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user name and a password; the password is never shown."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Destination:
    """What an egress policy is shown before a connection is made.

    ``context`` is that of the handle; ``came_from`` is the address of the server
    that redirected here, ``None`` at the first request (``hop`` 0), and when it was
    reached through a proxy, so that nobody knows its address.

    With a ``proxy`` the connection is made to that: ``host``, ``address`` and ``port``
    are the proxy's, ``url`` and ``scheme`` those of the request.  The address of the
    server behind it is the proxy's matter, and cannot be judged here.
    """

    url: str
    scheme: str
    host: str
    address: IPv4Address | IPv6Address
    port: int
    hop: int = 0
    came_from: IPv4Address | IPv6Address | None = None
    context: Any = None
    proxy: Proxy | None = None


@dataclass(frozen=True, slots=True)
class SocketInfo:
    """The connection that an answer came over.

    Both ends are address and port; where it is none of TCP they are empty and 0.

    :ivar keep_alive: the server lets it stand for further requests.
    :ivar secure: it is encrypted, up to the server.
    :ivar proxy: it was made to a proxy, whose address ``destination_address`` is then.
    :ivar tunnel: the proxy leads on to the server, and does not see what is said.
    :source: INTERNET_DIAGNOSTIC_SOCKET_INFO.
    """

    source_address: str
    source_port: int
    destination_address: str
    destination_port: int
    keep_alive: bool
    secure: bool
    proxy: bool = False
    tunnel: bool = False

    @property
    def flags(self) -> int:
        """The same as Windows has it: ``IDSI_FLAG_*``."""
        facts = (self.keep_alive, self.secure, self.proxy, self.tunnel)
        return sum(1 << bit for bit, fact in enumerate(facts) if fact)


@dataclass(slots=True, unsafe_hash=True)  # frozen, it would take six times as long
class DirectoryEntry:
    """One line of a directory's listing; to be read, not to be changed.

    What a server does not say, or not clearly, is ``None``: no size is a guess.  Of
    directories and links there is none, as the number that some servers show is not
    that of what one would get.

    :ivar name: without path; bytes that do not fit the encoding are surrogate escapes.
    :ivar kind: ``other`` is a device, a socket, or what is not told.
    :ivar size: in bytes.
    :ivar modified: in UTC, with its time zone, where the server says which time it is,
        as with MLSD; else a naive time, of the server's clock, wherever that is.
    :ivar precision: what ``modified`` is exact to; listings often leave out seconds,
        and the hours of what is older than half a year.
    :ivar permissions: as Unix shows them, ``rwxr-xr-x``, and a sign behind it (``+``
        for an access list); ``None`` on other systems.
    :ivar owner: a name or a number.
    :ivar group: likewise.
    :ivar target: where a link leads.
    :ivar raw: the line as received, without its end; OpenVMS may need two lines.
    """

    name: str
    kind: Literal["file", "directory", "link", "other"]
    size: int | None = None
    modified: datetime | None = None
    precision: Literal["second", "minute", "day"] | None = None
    permissions: str | None = None
    owner: str | None = None
    group: str | None = None
    target: str | None = None
    raw: bytes = b""

    @property
    def modified_is_utc(self) -> bool:
        """Whether ``modified`` is known, and in UTC."""
        return self.modified is not None and self.modified.tzinfo is not None


class Fields:
    """The header fields of an answer, in the order of the wire.

    Names are compared without regard to case (RFC 9110, section 5.1).  Values are
    decoded as Latin-1, which keeps every byte; :attr:`raw` has the bytes.
    """

    __slots__ = ("_index", "raw")

    def __init__(self, raw: Iterable[tuple[bytes, bytes]] = ()) -> None:
        #: name and value of each field line as received, blanks round values removed.
        self.raw: list[tuple[bytes, bytes]] = list(raw)
        # Built when first asked: most answers are asked for two fields or none.
        self._index: dict[str, list[str]] | None = None

    def _names(self) -> dict[str, list[str]]:
        if self._index is None:
            self._index = {}
            for name, value in self.raw:
                key = name.decode("latin-1").lower()
                self._index.setdefault(key, []).append(value.decode("latin-1"))
        return self._index

    @overload
    def get(self, name: str) -> str | None: ...
    @overload
    def get(self, name: str, default: str) -> str: ...
    def get(self, name: str, default: str | None = None) -> str | None:
        """Return the value; several lines are joined by commas (RFC 9110, 5.2).

        ``Set-Cookie`` must not be joined: use :meth:`get_all`.
        """
        values = self._names().get(_key(name))
        return default if values is None else ", ".join(values)

    def get_all(self, name: str) -> list[str]:
        """Return the value of each line of that name; empty when there is none."""
        return list(self._names().get(_key(name), ()))

    def items(self) -> list[tuple[str, str]]:
        """Return every line as name, spelt as received, and value."""
        return [(n.decode("latin-1"), v.decode("latin-1")) for n, v in self.raw]

    def __getitem__(self, name: str) -> str:
        value = self.get(name)
        if value is None:
            raise KeyError(name)
        return value

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._names()

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names, in lower case, each once."""
        return iter(self._names())

    def __len__(self) -> int:
        return len(self.raw)

    def __repr__(self) -> str:
        # Values may be cookies or tokens: names alone.
        return f"<Fields {' '.join(self._names())}>"


def _key(name: object) -> str:
    if not isinstance(name, str):
        msg = f"the name of a header field is text, not {name!r}"
        raise InvalidParameter(msg)
    return name.lower()


class Circuit(Protocol):
    """What a response asks about the connection that it came over."""

    @property
    def tls(self) -> TlsInfo | None:
        """What its TLS handshake came to; ``None`` without TLS."""

    @property
    def proxy(self) -> Proxy | None:
        """The proxy that it leads through, without its credentials."""

    def socket_info(self, *, keep_alive: bool) -> SocketInfo | None:
        """Return its two ends; ``None`` when it never led to the server."""


class Headed(Protocol):
    """What a response takes its header fields from, when they are asked for."""

    @property
    def fields(self) -> list[tuple[bytes, bytes]]:
        """Name and value of each field line."""


class Response:
    """The answer to a request: everything but its body.

    :ivar status_code: 100 to 999; 4xx and 5xx are answers, not errors.
    :ivar reason: the reason phrase, perhaps empty.
    :ivar version: ``"1.1"`` or ``"1.0"``.
    :ivar raw_head: the head as received, its closing blank line included.
    :ivar history: the answers that redirected here, oldest first.
    :ivar url: the URL that gave this answer, without user name and password.
    :ivar length: the announced length of the body in bytes, ``None`` when not known,
        0 where there is none, as after HEAD (the field itself is among the headers);
        of a compressed body, before it is decoded.
    :ivar decoded: the codings (Content-Encoding) that are undone while the body is
        read, in the order in which the server applied them; usually none.
    :ivar body: the whole body, after :func:`twinet.fetch` and
        :meth:`twinet.Session.fetch`; else ``None``.
    """

    __slots__ = (
        "_circuit",
        "_headers",
        "_trailers",
        "body",
        "decoded",
        "history",
        "length",
        "raw_head",
        "reason",
        "status_code",
        "url",
        "version",
    )

    def __init__(
        self,
        status_code: int,
        reason: str,
        version: Literal["1.0", "1.1"],
        headers: Fields | Headed,
        raw_head: bytes,
        url: str,
        length: int | None = None,
        history: tuple[Response, ...] = (),
        circuit: Circuit | None = None,
    ) -> None:
        self.status_code = status_code
        self.reason = reason
        self.version = version
        self._headers = headers
        self.raw_head = raw_head
        self.url = url
        self.length = length
        self.history = history
        self._circuit = circuit
        # Made when first asked: only a chunked body can have any.
        self._trailers: Fields | None = None
        self.decoded: tuple[str, ...] = ()
        self.body: bytes | None = None

    @property
    def headers(self) -> Fields:
        """The header fields."""
        headers = self._headers
        if not isinstance(headers, Fields):
            # Most programs look at none of them.
            headers = self._headers = Fields(headers.fields)
        return headers

    @headers.setter
    def headers(self, headers: Fields) -> None:
        self._headers = headers

    @property
    def trailers(self) -> Fields:
        """The trailer fields of a chunked body; empty until its end."""
        if self._trailers is None:
            self._trailers = Fields()
        return self._trailers

    @property
    def tls(self) -> TlsInfo | None:
        """The TLS connection that it came over, read when asked; ``None`` without TLS.

        It can be asked when the connection is closed, or serves others, too.

        :raises SecInvalidCert: 12169, a certificate of the server cannot be read.
        """
        return None if self._circuit is None else self._circuit.tls

    @property
    def proxy(self) -> Proxy | None:
        """The proxy that it came through, without credentials; ``None`` for none."""
        return None if self._circuit is None else self._circuit.proxy

    @property
    def socket_info(self) -> SocketInfo | None:
        """The connection's two ends; ``None`` for an answer that came over none."""
        if self._circuit is None:
            return None
        return self._circuit.socket_info(keep_alive=self._keeps_alive)

    @property
    def _keeps_alive(self) -> bool:
        """Whether the head lets the connection stand (RFC 9112, section 9.3)."""
        options = self.headers.get("connection", "").lower().replace(" ", "").split(",")
        if "close" in options:
            return False
        return self.version == "1.1" or "keep-alive" in options

    @property
    def text(self) -> str:
        """The body as text, by the charset of Content-Type, else UTF-8.

        Bytes that do not fit become U+FFFD (our own choice: a page should show).

        :raises ValueError: there is no body in memory; see :func:`twinet.fetch`.
        """
        if self.body is None:
            msg = "the body is not in memory; read it, or use twinet.fetch"
            raise ValueError(msg)
        charset = "utf-8"
        for part in self.headers.get("content-type", "").split(";")[1:]:
            name, _, value = part.strip().partition("=")
            if name.lower() == "charset":
                charset = value.strip().strip('"')
        try:
            if len(charset) <= _LONGEST_CHARSET and (
                lookup(charset).name not in _NO_CHARSETS
            ):
                return self.body.decode(charset, "replace")
        except (LookupError, ValueError):
            # Nobody knows it, or it makes bytes of bytes, as zlib does.
            pass
        return self.body.decode("utf-8", "replace")

    def __repr__(self) -> str:
        return f"<Response {self.status_code} {self.reason} {self.url}>"
