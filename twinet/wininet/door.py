"""How a call comes in: from any thread, to the reactor's, and back with its result.

WinINet's functions may be called from any thread, and in the synchronous mode they
block.  So the functions of this package are written as bodies that run on the
reactor thread, and made into what users call by :func:`immediate` or
:func:`waiting`.

A waiting function gives its result when it has it already.  Otherwise the call is
pending: on the reactor's thread it returns the Deferred, on another thread a
:class:`concurrent.futures.Future`, which a thread can wait for.  In a synchronous
session it blocks, and the callbacks run meanwhile on the blocked thread.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future, wait
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure
from twisted.python.threadable import isInIOThread

from twinet._handles.handle import Handle, PendingCall
from twinet._mirrors.lost import give_up
from twinet._net.caller_delivery import CallerDelivery
from twinet._net.reactor_thread import ready_to_block
from twinet.errors import (
    IncorrectHandleType,
    InternetError,
    InvalidHandle,
    Shutdown,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinet._handles.session import Session

    _P = ParamSpec("_P")

__all__ = [
    "InternetGetLastResponseInfo",
    "immediate",
    "note_error",
    "noted",
    "on_reactor",
    "waiting",
]

_T = TypeVar("_T")

#: How often a waiting thread looks whether its reactor still runs, in seconds.
_GLANCE = 0.5


def immediate(
    *kinds: type[Handle],
) -> Callable[[Callable[_P, _T]], Callable[_P, _T]]:
    """Make a function that never waits out of a body.

    :param kinds: what its first argument may be; anything else is 12018, or 6 when
        it is closed or no handle at all.
    """

    def decorate(body: Callable[_P, _T]) -> Callable[_P, _T]:
        @wraps(body)
        def function(*args: _P.args, **kwargs: _P.kwargs) -> _T:
            return noted(lambda: _enter(kinds, body, args, kwargs))  # type: ignore[no-any-return]  # the body's

        return function

    return decorate


def waiting(
    *kinds: type[Handle],
) -> Callable[[Callable[_P, Deferred[_T]]], Callable[_P, Any]]:
    """Make a function that may have to wait out of a body.

    What it gives depends on the session and on what has arrived: the result, a
    Deferred or a Future.  A union of the three would have to be taken apart at each
    call by programs that know which one they get, so its type is ``Any``.

    :param kinds: as for :func:`immediate`.
    """

    def decorate(body: Callable[_P, Deferred[_T]]) -> Callable[_P, Any]:
        @wraps(body)
        def function(*args: _P.args, **kwargs: _P.kwargs) -> Any:
            return noted(lambda: _enter(kinds, body, args, kwargs))

        return function

    return decorate


# -- the last error of each thread

_last = threading.local()


def note_error(error: BaseException | None) -> None:
    """Keep what the server said, for the thread that is told of a failure."""
    _last.error = error


def InternetGetLastResponseInfo() -> tuple[int, str]:
    """Return what the server said to the last call of this thread that failed.

    Each call on a thread forgets it; inside REQUEST_COMPLETE it is what the completed
    call has met.

    :returns: the error's number, 0 when there was none, and the server's text.
    :source: InternetGetLastResponseInfo.
    """
    error = getattr(_last, "error", None)
    if not isinstance(error, InternetError):
        return 0, ""
    return error.code, error.server_text or ""


def noted(call: Callable[[], Any]) -> Any:
    """Make a call, and keep its error for the thread."""
    note_error(None)
    try:
        return call()
    except InternetError as error:
        note_error(error)
        raise


# -- the way to the reactor's thread


def _enter(
    kinds: tuple[type[Handle], ...],
    body: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Any:
    handle = args[0] if args else next(iter(kwargs.values()), None)
    if not isinstance(handle, Handle):
        msg = f"{handle!r} is no handle"
        if handle is None:
            msg += "; what Windows keeps for the process is a session's here"
        raise InvalidHandle(msg)
    session = _root(handle)

    def run() -> Any:
        # Here, because another thread may have closed it on the way.
        if not handle.alive:
            msg = f"{handle} is closed; open a new handle"
            raise InvalidHandle(msg)
        if not isinstance(handle, kinds):
            wanted = " or ".join(kind.__name__ for kind in kinds)
            msg = f"{body.__name__} takes a handle of kind {wanted}, not {handle}"
            raise IncorrectHandleType(msg)
        return body(*args, **kwargs)

    delivery = session.delivery
    if not isinstance(delivery, CallerDelivery):
        return on_reactor(session.reactor, run)
    ready_to_block(session.reactor, "open the session with INTERNET_FLAG_ASYNC")
    return delivery.call(handle.lane, run, partial(give_up, handle))


def _root(handle: Handle) -> Session:
    while handle.parent is not None:
        handle = handle.parent
    return handle  # type: ignore[return-value]  # the root is a session


def _settled(result: Any) -> Any:
    """Give the result itself, when the call did not have to wait."""
    if not isinstance(result, Deferred) or isinstance(result, PendingCall):
        return result
    outcome: list[Any] = []
    result.addBoth(outcome.append)
    if outcome:
        if isinstance(outcome[0], Failure):
            outcome[0].raiseException()
        return outcome[0]
    # It has not fired; what it fires with goes to the caller's callbacks.
    result.addCallback(lambda _: outcome[0])
    return result


def on_reactor(reactor: Any, run: Callable[[], Any]) -> Any:
    """Call on the reactor's thread, from whatever thread this is.

    :returns: what it gives; a Deferred that has not fired is a Future elsewhere.
    :raises Shutdown: 12012, the reactor has stopped meanwhile.
    """
    if not getattr(reactor, "running", False) or isInIOThread():
        return _settled(run())
    answer: Future[Any] = Future()
    reactor.callFromThread(_answer, run, answer)
    while not wait((answer,), _GLANCE).done:
        if not reactor.running:
            msg = "the reactor has stopped; the call will not be made"
            raise Shutdown(msg)
    return answer.result()


def _answer(run: Callable[[], Any], answer: Future[Any]) -> None:
    try:
        result = _settled(run())
    except Exception as error:  # noqa: BLE001  it is raised on the caller's thread
        answer.set_exception(error)
        return
    if isinstance(result, Deferred):
        pending: Future[Any] = Future()
        # A Future that runs cannot be cancelled: closing the handle does that.
        pending.set_running_or_notify_cancel()
        result.addCallbacks(
            pending.set_result, lambda failure: pending.set_exception(failure.value)
        )
        result = pending
    answer.set_result(result)
