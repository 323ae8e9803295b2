"""What the reader of HTTP/1.x answers tells: a head, body data, an end, a fault.

One object of a kind is made for each answer, so they are plain: slots, no checks, no
keywords.  Body data are bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twinet.errors import InternetError

__all__ = ["End", "Event", "Fault", "Head"]


class Head:
    """Status line and fields of one answer, interim answers included.

    Who makes one sets all of these:

    :ivar status: the status code, 100 to 999
    :ivar reason: the reason phrase without blanks around it, perhaps empty
    :ivar version: ``b"1.0"`` or ``b"1.1"``
    :ivar raw: the head as received, with the blank line that closes it
    :ivar interim: a 1xx answer; the real one is still to come
    :ivar length: how long the body will be (bytes); 0 where there can be none, None
        for a chunked body and for one that lasts until the connection closes
    :ivar chunked: the body is chunked
    :ivar persistent: version and Connection field let the connection live on
    :ivar parsed: the fields; None to have them parsed from ``raw`` when they are first
        asked for, which only a head allows that is known to be clean
        (:mod:`twinet._wire.clean_head`)
    """

    __slots__ = (
        "chunked",
        "interim",
        "length",
        "parsed",
        "persistent",
        "raw",
        "reason",
        "status",
        "version",
    )

    status: int
    reason: bytes
    version: bytes
    raw: bytes
    interim: bool
    length: int | None
    chunked: bool
    persistent: bool
    parsed: list[tuple[bytes, bytes]] | None

    @property
    def fields(self) -> list[tuple[bytes, bytes]]:
        """Name and value of each field line, in the order of the wire.

        Names keep their case; blanks around values are removed, folds have become one
        blank.
        """
        fields = self.parsed
        if fields is None:
            fields = self.parsed = _split(self.raw)
        return fields

    def __repr__(self) -> str:
        # Field values may be cookies: only their number is shown.
        return f"<Head {self.status} {len(self.fields)} fields>"


def _split(raw: bytes) -> list[tuple[bytes, bytes]]:
    """Take the fields of a clean head apart."""
    fields = []
    for line in raw.split(b"\r\n")[1:-2]:
        name, _, value = line.partition(b":")
        fields.append((name, value.strip(b" \t")))
    return fields


class End:
    """The answer is complete.

    :ivar trailers: the fields after a chunked body
    :ivar keep_alive: the connection may carry another request
    """

    __slots__ = ("keep_alive", "trailers")

    def __init__(
        self, trailers: list[tuple[bytes, bytes]], *, keep_alive: bool
    ) -> None:
        self.trailers = trailers
        self.keep_alive = keep_alive

    def __repr__(self) -> str:
        return f"<End keep_alive={self.keep_alive} {len(self.trailers)} trailers>"


class Fault:
    """The server broke the protocol; nothing comes after this.

    :ivar error: ``Truncated`` when the stream ended inside a body, else
        ``HttpInvalidServerResponse``; both are 12152
    """

    __slots__ = ("error",)

    def __init__(self, error: InternetError) -> None:
        self.error = error

    def __repr__(self) -> str:
        return f"<Fault {self.error}>"


#: Body data are plain bytes.
Event = Head | bytes | End | Fault
