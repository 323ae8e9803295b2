"""A reactor on which every connection takes the long way."""

from __future__ import annotations

from typing import Any


class Roundabout:
    """A reactor whose ``connectTCP`` is the program's own, so that it has to be asked.

    :ivar connected: how many times it was.
    """

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        self.connected = 0

    def connectTCP(self, *args: Any, **named: Any) -> Any:
        self.connected += 1
        return self._reactor.connectTCP(*args, **named)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reactor, name)
