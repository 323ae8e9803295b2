"""How a call of a handle becomes one that blocks.

Each class of this room lists the calls of its handle, one a line, by what they give::

    read = waits(_Resource.read)                # what the Deferred fires with
    get = opens(_Session.get, HttpRequest)      # a handle, when it fires
    send = itself(_HttpRequest.send)            # the handle that it is called on
    set_agent = calls(_Session.set_agent)       # at once, on the reactor's thread
    http = makes(_Session.http, HttpConnection) # a handle, likewise
    query_info = asks(_HttpRequest.query_info)  # at once, and on this thread
    url: Shows[str] = Shows(_HttpRequest.url)   # what can be read
    limits: Sets[Limits] = Sets(_Handle.limits) # and set
    session: Shows[Session] = shows_handle(_Resource.session)

Arguments and results have the types that they have there.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from twinet._mirrors.lost import give_up
from twinet._mirrors.mirror import Glass, Mirror
from twinet._mirrors.retold import FOR_THREADS, told_as
from twinet._net.caller_delivery import CallerDelivery
from twinet._net.reactor_thread import ready_to_block
from twinet.errors import InternetError

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.defer import Deferred


__all__ = [
    "CALLER",
    "Blocked",
    "BlockingMirror",
    "calls",
    "itself",
    "makes",
    "opens",
    "waits",
]

#: Where status callbacks run, in words.
CALLER = "the thread that is blocked in a call"

H = TypeVar("H")
P = ParamSpec("P")
T = TypeVar("T")
K = TypeVar("K", bound="BlockingMirror")


class Blocked(Glass):
    """What the blocking handles of one session share."""

    def __init__(self, root: type[Mirror], reactor: Any) -> None:
        super().__init__(root)
        if reactor is None:
            # Late, because importing it installs it.
            from twisted.internet import reactor  # noqa: PLC0415
        self.reactor = reactor
        self.delivery = CallerDelivery()
        self.delivery.attach(reactor)

    def call(
        self, handle: Any, call: Callable[..., Any], *args: Any, **how: Any
    ) -> Any:
        """Make a call on the reactor's thread, and wait for what it gives.

        :param handle: the one that is called on, if there is one.
        """
        if "on_status" in how:
            how["on_status"] = self.listener(how["on_status"])
        ready_to_block(self.reactor, "use twinet.Session")
        result = self.delivery.call(
            None if handle is None else handle.lane,
            partial(call, *args, **how),
            partial(give_up, handle),
        )
        return self.shown(result)


class BlockingMirror(Mirror):
    """A handle whose calls block."""

    __slots__ = ()
    _words = FOR_THREADS
    _glass: Blocked


def waits(
    call: Callable[Concatenate[H, P], Deferred[T]],
) -> Callable[Concatenate[Any, P], T]:
    """Block until the call's Deferred has fired; return what it fires with."""
    return _blocking(call)


def opens(
    call: Callable[Concatenate[H, P], Deferred[Any]],
    kind: type[K],  # noqa: ARG001  for its type
) -> Callable[Concatenate[Any, P], K]:
    """Block until the call's Deferred has fired with a handle."""
    return _blocking(call)


def itself(
    call: Callable[Concatenate[H, P], Deferred[Any]],
) -> Callable[Concatenate[K, P], K]:
    """Block until the call's Deferred has fired with the handle itself."""
    return _blocking(call)


def calls(call: Callable[Concatenate[H, P], T]) -> Callable[Concatenate[Any, P], T]:
    """Make a call that does not wait, on the reactor's thread."""
    return _blocking(call)


def makes(
    call: Callable[Concatenate[H, P], Any],
    kind: type[K],  # noqa: ARG001  for its type
) -> Callable[Concatenate[Any, P], K]:
    """Make a handle, on the reactor's thread."""
    return _blocking(call)


def _blocking(call: Callable[..., Any]) -> Callable[..., Any]:
    # By its name, as a kind of handle may have its own way to do it.
    name = call.__name__

    @told_as(call, also=FOR_THREADS)
    def function(self: BlockingMirror, /, *args: Any, **kwargs: Any) -> Any:
        handle = self._handle
        try:
            return self._glass.call(handle, getattr(handle, name), *args, **kwargs)
        except InternetError as error:
            # A traceback ends at the program's own line, and not deep in here.
            raise error.with_traceback(None) from error.__cause__

    return function
