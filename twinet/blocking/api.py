"""The calls that most people need first: one URL, no handles to care for.

Each makes a session of its own and leaves no socket behind when it has returned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from twinet import api as _api
from twinet._mirrors.mirror import refuse_delivery
from twinet._mirrors.retold import told_as
from twinet.blocking.handle import Handle
from twinet.blocking.way import CALLER, Blocked
from twinet.errors import InternetError

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.defer import Deferred

__all__ = ["download", "fetch", "listing"]

P = ParamSpec("P")
T = TypeVar("T")


def _alone(call: Callable[P, Deferred[T]]) -> Callable[P, T]:
    """Return a call that blocks until a Deferred has fired, and gives its result."""

    @told_as(call)
    def function(*args: Any, reactor: Any = None, **how: Any) -> T:
        refuse_delivery(how, CALLER)
        glass = Blocked(Handle, reactor)
        how.update(reactor=glass.reactor, delivery=glass.delivery)
        try:
            answer: T = glass.call(None, call, *args, **how)
        except InternetError as error:
            # As in the calls of handles.
            raise error.with_traceback(None) from error.__cause__
        return answer

    function.__module__ = __name__
    return function


fetch = _alone(_api.fetch)
download = _alone(_api.download)
listing = _alone(_api.listing)
