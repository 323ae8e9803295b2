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
from typing import (
    TYPE_CHECKING,
    Any,
    Concatenate,
    Generic,
    ParamSpec,
    TypeVar,
    overload,
)

from twinet._handles.ftp_find import FtpFind
from twinet._handles.gopher_find import GopherFind
from twinet._handles.handle import Handle
from twinet._handles.resource import Resource
from twinet._mirrors.mirror import Glass, Mirror
from twinet._mirrors.retold import retold, told_as
from twinet._net.caller_delivery import CallerDelivery
from twinet._net.reactor_thread import ready_to_block
from twinet.errors import InternetError, InvalidParameter

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.defer import Deferred


__all__ = [
    "Blocked",
    "BlockingMirror",
    "Sets",
    "Shows",
    "asks",
    "calls",
    "itself",
    "makes",
    "opens",
    "refuse_delivery",
    "shows_handle",
    "waits",
]

#: What is read, one piece after the other.
_READ = (Resource, FtpFind, GopherFind)

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
            partial(_lost, handle),
        )
        return self.shown(result)


def refuse_delivery(options: dict[str, Any]) -> None:
    """Refuse to choose where callbacks are called.

    :raises InvalidParameter: 87.
    """
    if options.get("delivery") is not None:
        msg = (
            "a blocking session has no delivery: its status callbacks run on the "
            "thread that is blocked in a call"
        )
        raise InvalidParameter(msg)


class BlockingMirror(Mirror):
    """A handle whose calls block."""

    __slots__ = ()
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


def asks(call: Callable[Concatenate[H, P], T]) -> Callable[Concatenate[Any, P], T]:
    """Ask what a handle knows, on any thread."""
    name = call.__name__

    @told_as(call)
    def function(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> T:
        answer: T = getattr(self._handle, name)(*args, **kwargs)
        return answer

    return function


def _blocking(call: Callable[..., Any]) -> Callable[..., Any]:
    # By its name, as a kind of handle may have its own way to do it.
    name = call.__name__

    @told_as(call)
    def function(self: BlockingMirror, /, *args: Any, **kwargs: Any) -> Any:
        handle = self._handle
        try:
            return self._glass.call(handle, getattr(handle, name), *args, **kwargs)
        except InternetError as error:
            # A traceback ends at the program's own line, and not deep in here.
            raise error.with_traceback(None) from error.__cause__

    return function


class Shows(Generic[T]):
    """What a handle tells when it is asked."""

    def __init__(self, asked: Callable[[Any], T], words: str = "") -> None:
        self.__doc__ = words or retold(asked.__doc__ or "")

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, mirror: None, owner: type) -> Shows[T]: ...
    @overload
    def __get__(self, mirror: BlockingMirror, owner: type) -> T: ...
    def __get__(self, mirror: BlockingMirror | None, owner: type) -> Any:
        """Ask the handle, on this thread."""
        if mirror is None:
            return self
        return mirror._glass.shown(getattr(mirror._handle, self._name))


def shows_handle(asked: Callable[[Any], Any]) -> Shows[Any]:
    """Show another handle; what kind of blocking handle says the annotation."""
    return Shows(asked)


class Sets(Shows[T]):
    """What can be set on a handle as well."""

    def __set__(self, mirror: BlockingMirror, value: T) -> None:
        """Set it, on the reactor's thread."""
        handle = mirror._handle
        mirror._glass.call(handle, setattr, handle, self._name, value)


def _lost(handle: Handle, result: object) -> None:
    """Give up what an interrupted call has brought all the same."""
    if isinstance(result, Handle):
        # Nobody was given it.
        result.close()
    elif isinstance(handle, _READ):
        # What was read has gone: what follows must not look as if it had not.
        handle.close()
