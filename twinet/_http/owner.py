"""The owner: what an exchange asks of whom it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from twinet._net.passage import Passage
    from twinet._wire.http1 import Head
    from twinet.errors import InternetError

__all__ = ["Owner", "Taker"]


class Taker(Protocol):
    """Who gets the body: past the owner, as there may be many pieces of it."""

    def take_data(self, data: bytes, wire: int) -> None:
        """Take body data; ``wire`` is what they were on the wire, in bytes."""

    def tell_data(self) -> None:
        """Tell of the data, as far as somebody waits for them."""


class Owner(Protocol):
    """Who gets what becomes of an exchange: the transfer.

    The ``take`` methods settle, and run no callback; the others tell.

    :ivar over: it has come to its end, or was stopped.
    :ivar received: how many cookies an answer has brought, until that is told.
    """

    over: bool
    received: int

    def passage(self) -> Passage:
        """Return the way past the proxy of its order.

        :raises InternetError: there is none.
        """

    def take_proxy_answer(self, head: Head) -> None:
        """Take a proxy's 407 to CONNECT, and the end: it is the answer."""

    def take_sent(self, count: int) -> None:
        """Take note that bytes of the request's body have gone out."""

    def take_all_sent(self) -> None:
        """Take note that all of it is out."""

    def take_head(self, head: Head) -> Taker | None:
        """Take the final head and say who gets the body; None drains a redirect's."""

    def take_end(
        self, trailers: list[tuple[bytes, bytes]], error: InternetError | None
    ) -> None:
        """Take note that nothing more comes, and why."""

    def tell_started(self) -> None:
        """Tell that the head has gone out, and the program may hand over the body."""

    def tell_head(self) -> None:
        """Tell of the head."""

    def tell_end(self) -> None:
        """Tell of the end; for a redirect, that its body is out of the way."""
