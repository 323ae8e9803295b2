"""A valve: a producer that two hold back, who do not know of each other.

It is told to pause when the first does, and to resume when neither does any more;
some of Twisted's producers count how often they are told.
"""

from __future__ import annotations

from typing import Any

from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer

__all__ = ["Valve"]


@implementer(IPushProducer)
class Valve:
    """The producer, as far as the transport knows."""

    def __init__(self, producer: Any) -> None:
        self._producer = producer
        self._full = False
        self._shut = False

    def pauseProducing(self) -> None:  # noqa: N802  IPushProducer
        """Hold it back: the transport is full."""
        paused = self._full or self._shut
        self._full = True
        if not paused:
            self._producer.pauseProducing()

    def resumeProducing(self) -> None:  # noqa: N802  IPushProducer
        """Let it go on, as far as the transport is concerned."""
        was_full, self._full = self._full, False
        if was_full and not self._shut:
            self._producer.resumeProducing()

    def stopProducing(self) -> None:  # noqa: N802  IProducer
        """Stop it."""
        self._producer.stopProducing()

    def shut(self) -> None:
        """Hold it back: OpenSSL takes nothing."""
        paused = self._full or self._shut
        self._shut = True
        if not paused:
            self._producer.pauseProducing()

    def open(self) -> None:
        """Let it go on, as far as OpenSSL is concerned."""
        was_shut, self._shut = self._shut, False
        if was_shut and not self._full:
            self._producer.resumeProducing()
