"""The drain: the rest of a body that nobody wants, read to keep its connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinet._http.phase import DRAIN_TIME

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinet._handles.resource import Resource, Source

__all__ = ["Drain"]


class Drain:
    """One of them; it stands where a :class:`Delivery` stands, and tells nothing.

    :param then: called when the body has ended, however, or the time for it.
    """

    deadline: float | None = None

    def __init__(
        self, resource: Resource, source: Source, then: Callable[[], None]
    ) -> None:
        self._resource = resource
        self._source = source
        self._then = then
        self._deadlines = resource.session.deadlines

    def start(self) -> None:
        """Begin to read."""
        self._resource._delivery = self
        self._deadlines.set(self, DRAIN_TIME)
        self._source.resume()

    def data_came(self) -> None:
        """Let it lie: it is little, and goes with the inbox."""

    def end_came(self) -> None:
        """Go on."""
        self.stop()
        self._resource._delivery = None
        self._then()

    def stop(self) -> None:
        """Throw away nothing more; ``then`` is not called any more."""
        self._deadlines.clear(self)

    def expired(self) -> None:
        """Go on: the rest is not worth more time."""
        self.end_came()
