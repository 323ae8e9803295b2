"""The errand past a proxy: the short way, where a proxy may have a word to say too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinet._http.auth import PROXY_UNAUTHORIZED
from twinet._http.errand import Errand
from twinet._wire.framing_fields import proxy_closes
from twinet._wire.http1 import Head

if TYPE_CHECKING:
    from twinet._wire.http1 import Event

__all__ = ["ProxiedErrand"]


class ProxiedErrand(Errand):
    """One order on its short way, on a channel that leads past a proxy."""

    def take(self, events: list[Event], wire: int) -> None:
        """Leave to the long way what is the proxy's own, besides what is unusual."""
        head = events[0] if events else None
        if (
            type(head) is Head
            and self.order.in_absolute_form
            and (head.status == PROXY_UNAUTHORIZED or proxy_closes(head.raw))
        ):
            self._go_long().take(events, wire)
        else:
            super().take(events, wire)
