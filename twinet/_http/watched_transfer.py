"""The watched transfer: one with a lowest speed (:mod:`twinet._http.speed_watch`).

It is a class of its own, so that a transfer without asks nowhere whether it has one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinet._http.speed_watch import SpeedWatch
from twinet._http.transfer import Transfer

if TYPE_CHECKING:
    from twinet._http.engine import Engine
    from twinet._http.order import Order, Reader
    from twinet._http.owner import Taker
    from twinet._net.dispatch import Voice
    from twinet._wire.http1 import Head

__all__ = ["WatchedTransfer"]


class WatchedTransfer(Transfer):
    """A transfer that ends when its bodies move too slowly.

    :param lowest: bytes a second.
    """

    def __init__(
        self, engine: Engine, order: Order, voice: Voice, reader: Reader, lowest: float
    ) -> None:
        super().__init__(engine, order, voice, reader)
        self._watch = SpeedWatch(
            lowest,
            order.limits.lowest_speed_time,
            order.url.host,
            engine.deadlines,
            self.give_up,
        )

    def want(self, wanted: bool) -> None:
        """Measure while somebody waits, unless what came has yet to be decoded."""
        super().want(wanted)
        if self._body is None or not self._body.jammed:
            self._watch.want(wanted)

    def take_sent(self, count: int) -> None:
        """Count them."""
        self._watch.take_sent(count)

    def take_all_sent(self) -> None:
        """Measure nothing until the answer's body comes: it may take its time."""
        self._watch.all_sent()

    def take_head(self, head: Head) -> Taker | None:
        """Measure the body on its way to whoever gets it."""
        self._watch.stop()
        taker = super().take_head(head)
        if taker is None or taker is self:
            return taker
        return self._watch.receive(taker)

    def hold_back(self) -> None:
        """Measure nothing while what came is decoded."""
        super().hold_back()
        self._watch.want(False)

    def let_go_on(self) -> None:
        """Measure again."""
        super().let_go_on()
        self._watch.want(self._wanted)

    def _end(self) -> None:
        super()._end()
        self._watch.stop()
