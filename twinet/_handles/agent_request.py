"""The request handle behind an agent's answer."""

from __future__ import annotations

from twinet._handles.http_request import HttpRequest

__all__ = ["AgentRequest"]


class AgentRequest(HttpRequest):
    """A request that nobody is given, but for an ``IResponse`` over it."""

    def leave(self) -> None:
        """Close it: its body has been handed over, or will not be.

        What :meth:`close` does comes to two lines when nobody is to be told and nothing
        is left to release, as nearly always: a sixth of its cost.
        """
        if self._dead:
            return
        if (
            self._voice.heard
            or self._pending is not None
            or self._spent
            or self._children
            or not self._complete
        ):
            self._die()
        else:
            self._dead = self._said_farewell = True
            self._left()
