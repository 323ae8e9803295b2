"""Dialling: an order's way to a channel of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinet._net.connector import Target
from twinet._net.tls import TlsCreator

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinet._http.channel import Channel
    from twinet._http.order import Order
    from twinet._net.connector import Connector, Opening
    from twinet._net.dispatch import Voice
    from twinet._net.line import Line
    from twinet.errors import InternetError

__all__ = ["dial", "target_of"]


def dial(
    connector: Connector,
    order: Order,
    voice: Voice,
    build: Callable[[], Channel],
    done: Callable[[Line | InternetError], None],
) -> Opening:
    """Prepare to open a channel; its ``start`` begins.

    :raises InvalidUrl: 12005, no certificate can be for such a host.
    """
    tls = None if order.tls is None else TlsCreator(order.tls, order.url.host)

    def built() -> Channel:
        channel = build()
        channel.tls_creator = tls
        return channel

    return connector.opening(target_of(order), built, voice, order.limits, tls, done)


def target_of(order: Order) -> Target:
    """Return where an order leads, as the egress policy is told."""
    url = order.url
    return Target(
        url.scheme,
        url.host,
        url.port,
        url.url,
        order.hop,
        order.came_from,
        order.context,
    )
