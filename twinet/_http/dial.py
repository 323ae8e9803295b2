"""Dialling: an order's way to a channel of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinet._http.way import target_of
from twinet._net.tls import TlsCreator
from twinet.errors import UnrecognizedScheme

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinet._http.channel import Channel
    from twinet._http.order import Order
    from twinet._net.connector import Connector, Opening
    from twinet._net.dispatch import Voice
    from twinet._net.line import Line
    from twinet._net.passage import Passage
    from twinet.errors import InternetError

__all__ = ["dial"]


def dial(
    connector: Connector,
    order: Order,
    voice: Voice,
    build: Callable[[], Channel],
    done: Callable[[Line | InternetError], None],
    passage: Passage | None = None,
) -> Opening:
    """Prepare to open a channel; its ``start`` begins.

    :param passage: the way past the order's proxy, if it has one.
    :raises InvalidUrl: 12005, no certificate can be for such a host.
    :raises UnrecognizedScheme: 12006, only a proxy could speak it.
    """
    if passage is None and order.url.scheme not in ("http", "https"):
        msg = f"{order.url.url} cannot be opened: there is no proxy for it any more"
        raise UnrecognizedScheme(msg)
    tls = None if order.tls is None else TlsCreator(order.tls, order.url.host)

    def built() -> Channel:
        channel = build()
        channel.tls_creator = tls
        if passage is not None:
            channel.proxy = passage.proxy
            channel.tunnel = passage.greeting is not None
            channel.proxy_tls = None if channel.tunnel else passage.tls
        return channel

    return connector.opening(
        target_of(order), built, voice, order.limits, tls, done, passage
    )
