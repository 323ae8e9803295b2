"""The request handle behind an agent's answer."""

from __future__ import annotations

from twinet._handles.http_request import HttpRequest
from twinet._http.errand import Errand

__all__ = ["AgentRequest"]

#: The sources that have nothing to tell when they are over; a transfer may have to
#: tell of the end of its connection.
_TELLS_NOTHING = (Errand, type(None))


class AgentRequest(HttpRequest):
    """A request that nobody is given, but for an ``IResponse`` over it."""

    def leave(self) -> None:
        """Close it: its body has been handed over, or will not be.

        What :meth:`close` does comes to a few lines when nothing is left to release, as
        nearly always.
        """
        if self._dead:
            return
        voice = self._voice
        if (
            self._pending is not None
            or self._spent
            or self._children
            or not self._complete
            or (voice.heard and type(self._source) not in _TELLS_NOTHING)
        ):
            self._die()
            return
        self._pass_away()
