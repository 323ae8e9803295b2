"""The order: everything that asking for one item takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from twinet._wire.http_url import HttpUrl
    from twinet.errors import InternetError
    from twinet.records import Limits

__all__ = ["Content", "Order", "Reader"]


@dataclass(slots=True)
class Order:
    """One request.  Nobody changes it.

    :ivar place: the server; with the scheme ``gophers`` it is spoken to in TLS.
    :ivar request: what is sent, all of it.
    :ivar content: makes the content of what comes.
    :ivar tells_all: whether all that comes is told as it comes.
    :ivar needs_farewell: whether an answer in TLS has to end with a close_notify.
    """

    place: HttpUrl
    request: bytes
    content: Content
    limits: Limits
    tells_all: bool = False
    needs_farewell: bool = True


class Content(Protocol):
    """What is made of the bytes that come; see :mod:`twinet._wire.gopher_answer`.

    :ivar begun: it is known that there is such an item.
    :ivar over: all has come.
    :ivar held: all has come if nothing more comes.
    """

    @property
    def begun(self) -> bool: ...
    @property
    def over(self) -> bool: ...
    @property
    def held(self) -> bool: ...

    def feed(self, data: bytes) -> bytes:
        """Take a piece; return what is content.

        :raises InternetError: what is wrong with it.
        """

    def end(self) -> bytes:
        """Take note of the end; return the rest.

        :raises InternetError: this was not the end.
        """


class Reader(Protocol):
    """Who gets the content; settled first, then told."""

    def take_data(self, data: bytes, wire: int) -> None:
        """Take content; ``wire`` is what came for it and is to be told (bytes)."""

    def tell_begun(self) -> None:
        """Tell that there is such an item; once, unless there is an error first."""

    def tell_data(self) -> None:
        """Tell that content came."""

    def take_end(self, trailers: None, error: InternetError | None) -> None:
        """Take note that nothing more comes."""

    def tell_end(self) -> None:
        """Tell that nothing more comes."""
