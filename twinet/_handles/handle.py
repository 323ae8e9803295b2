"""The handle: what the user holds, in a tree, and how it dies.

Theory of operation.  A handle is made under its parent and copies the parent's
status callback at that moment; the context is its own.  At most one call is pending
on a handle (:meth:`Handle._begin`); it ends once, announced by ``REQUEST_COMPLETE``
and then by its Deferred (:meth:`Handle._finish`).

Closing kills the whole subtree in the same tick: every later call on one of these
handles fails with 6.  Then, leaf before parent, what is pending ends with 12017 and
each handle says ``HANDLE_CLOSING``.  A handle says so only when all its children
have, because a listener may close a parent from inside a child's notification, and
the child's last words are then still queued.
"""

from __future__ import annotations

from functools import partial
from threading import get_ident
from typing import TYPE_CHECKING, Any, ClassVar, Self

from twisted.internet.defer import Deferred, succeed
from twisted.python import threadable

from twinet._handles.options import HandleOptions
from twinet._net.dispatch import Voice
from twinet._net.lanes import LaneVoice
from twinet.errors import (
    InternetError,
    InvalidHandle,
    InvalidParameter,
    OperationCancelled,
    RequestPending,
)
from twinet.records import Limits
from twinet.status import SELF, HandleCreated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType
    from weakref import ReferenceType

    from twinet._net.dispatch import Listener, Step
    from twinet._net.lanes import Lane, StatusDelivery
    from twinet.flags import HandleType
    from twinet.records import Credentials

__all__ = ["Handle", "PendingCall"]


#: How many handles that hold nothing any more a parent remembers at least.
SPENT_ROOM = 64


class PendingCall(Deferred[Any]):
    """The Deferred of a call that has to wait, and whose end is told before it fires.

    It may have fired when the call returns, because a listener closed the handle, or
    because all was there; what a call gives that did not have to wait is no such one.
    """


class Handle:
    """What every handle has: a parent, a context, a status callback, an end."""

    #: what kind it is (``INTERNET_OPTION_HANDLE_TYPE``).
    handle_type: ClassVar[HandleType]

    # Defaults stand here and not in __init__: one handle is made per request.
    #: where listeners are called; None is the reactor thread.
    _status_delivery: StatusDelivery | None = None
    #: what a challenge of the server is answered with, unless a child has its own.
    _credentials: Credentials | None = None
    #: and that of a proxy, before those that came with the proxy.
    _proxy_credentials: Credentials | None = None
    #: whether the codings of bodies are undone; children copy it.
    _decoding = False
    #: which finer errors the program can deal with; None: as the handle above.
    _error_mask: int | None = None
    #: the handles made under this one; a request has none, and an empty set takes
    #: 216 bytes.
    _children: set[Handle] | None = None
    #: children that hold nothing any more: the tree does not keep them alive.
    _spent: set[ReferenceType[Handle]] | None = None
    #: how many there may be until those that are no more are looked for.
    _spent_room = SPENT_ROOM
    _pending: Deferred[Any] | None = None
    _dead = False
    _said_farewell = False
    _gone = False
    _closers: list[Deferred[None]] | None = None

    def __init__(
        self,
        parent: Handle | None,
        context: Any = SELF,
        on_status: Listener | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._parent = parent
        #: the callback that children copy.
        self._heirloom: Listener | None = None if parent is None else parent._heirloom
        if on_status is not None:
            _check_listener(on_status)
        delivery = self._status_delivery if parent is None else parent._status_delivery
        if delivery is None:
            self._voice = Voice(self, context, on_status or self._heirloom)
        else:
            self._status_delivery = delivery
            self._voice = delivery.voice(self, context, on_status or self._heirloom)
        self._limits: Limits
        if limits is not None:
            self.limits = limits
        else:
            self._limits = Limits() if parent is None else parent._limits

    # -- what users ask

    @property
    def parent(self) -> Handle | None:
        """The handle under which this one was made; ``None`` for a session."""
        return self._parent

    @property
    def alive(self) -> bool:
        """Whether calls on this handle are possible."""
        return not self._dead

    @property
    def context(self) -> Any:
        """The context value that notifications carry; it may be changed.

        The default reads as the handle itself; ``None`` makes the handle silent.
        """
        return self._voice.context

    @context.setter
    def context(self, value: Any) -> None:
        self._voice.context = value

    @property
    def limits(self) -> Limits:
        """The limits of calls on this handle, copied to children made later.

        :raises InvalidParameter: 87, what is set is no ``twinet.Limits``.
        """
        return self._limits

    @limits.setter
    def limits(self, limits: Limits) -> None:
        if not isinstance(limits, Limits):
            msg = f"limits are a twinet.Limits(...), not {limits!r}"
            raise InvalidParameter(msg)
        self._limits = limits

    @property
    def options(self) -> HandleOptions:
        """The handle's options, by WinINet's numbers (``twinet.options.Option``)."""
        return HandleOptions(self)

    @property
    def called_from_outside(self) -> bool:
        """Whether this thread is not the one in which the reactor runs."""
        # The session, which is the root, knows the reactor.
        return self._parent is not None and self._parent.called_from_outside

    @property
    def lane(self) -> Lane | None:
        """How its notifications travel, when the session has a ``delivery``."""
        voice = self._voice
        return voice.lane if isinstance(voice, LaneVoice) else None

    def set_status_callback(self, callback: Listener | None) -> Listener | None:
        """Install a status callback, or remove it with ``None``.

        Handles made later under this one copy it; existing ones do not change.

        :param callback: called with one :class:`~twinet.status.Notification`, in
            order; it may call any function, close included.  It runs on the reactor
            thread unless the session has another ``delivery``.
        :returns: the previous callback.
        :raises InvalidHandle: 6, the handle is closed.
        :raises InvalidParameter: 87, the callback cannot be called.
        :source: InternetSetStatusCallback.
        """
        self._check_alive()
        if callback is not None:
            _check_listener(callback)
        previous = self._voice.listener
        self._heirloom = callback
        self._voice.listener = callback
        return previous

    def close(self) -> Deferred[None]:
        """Close the handle and everything below it.

        All of them are dead when this returns.  What is pending ends with 12017.
        Closing a closed handle does no harm.

        :returns: fires when ``HANDLE_CLOSING``, the last notification, was told.
        :raises InvalidParameter: 87, this is not the reactor's thread.
        :source: InternetCloseHandle.
        """
        self._check_thread()
        if not self._dead:
            self._die()
        if self._gone:
            return succeed(None)
        closed: Deferred[None] = Deferred()
        if self._closers is None:
            self._closers = []
        self._closers.append(closed)
        return closed

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        state = "closed" if self._dead else "pending" if self._pending else "open"
        return f"<{self} {state}>"

    def __str__(self) -> str:
        return type(self).__name__

    # -- for the kinds of handles: birth

    def _announce(self) -> None:
        """Join the tree and say ``HANDLE_CREATED``; it may be closed in there."""
        parent = self._parent
        if parent is not None:
            # As _take_in() does, whose call each request would pay for.
            if parent._children is None:
                parent._children = {self}
            else:
                parent._children.add(self)
            if self._voice.heard:
                self._voice.emit(HandleCreated, self, parent)

    def _check_alive(self) -> None:
        if self._dead:
            msg = f"{self} is closed; open a new handle"
            raise InvalidHandle(msg)

    def _check_thread(self) -> None:
        """Refuse a call on another thread than the reactor's.

        :raises InvalidParameter: 87.
        """
        # Asked first in short, as each call asks: only who is not in Twisted's thread
        # may be in the wrong one.
        if threadable.ioThread != get_ident() and self.called_from_outside:
            msg = (
                "this was called from a thread that is not the reactor's; "
                "use reactor.callFromThread"
            )
            raise InvalidParameter(msg)

    # -- for the kinds of handles: the pending call

    def _begin(self) -> Deferred[Any]:
        """Make the Deferred of a call that has to wait.

        :raises RequestPending: 12026, another call on this handle is pending.
        """
        if self._pending is not None:
            msg = f"another call on {self} is pending; wait for it, or close the handle"
            raise RequestPending(msg)
        self._pending = PendingCall(self._cancel_pending)
        return self._pending

    def _cancel_pending(self, deferred: Deferred[Any]) -> None:
        self.close()
        if not deferred.called:
            # Cancelled from inside a notification: what the handle still has to
            # say comes when that callback has returned, but cancel() must end here.
            deferred.errback(self._was_cancelled())

    def _finish(self, result: Any) -> None:
        """End the pending call well."""
        deferred, self._pending = self._pending, None
        if deferred is not None:
            self._voice.complete(deferred, result)

    def _fail(self, error: BaseException) -> None:
        """End the pending call with an error."""
        self._settle(error)

    def _fail_and_close(self, error: BaseException) -> None:
        """End the pending call with an error; nobody was given this handle."""

        def close_first(fire: Step) -> None:
            self.close()
            self._voice.always(fire)

        self._settle(error, close_first)

    def _settle(
        self,
        error: BaseException,
        before: Callable[[Step], None] | None = None,
    ) -> None:
        deferred, self._pending = self._pending, None
        if deferred is None:
            return

        def fire() -> None:
            if not deferred.called:
                deferred.errback(error)

        step = fire if before is None else partial(before, fire)
        self._voice.settle(step, None, error)

    def _spend(self) -> None:
        """Tell the parent that this handle holds nothing any more."""
        parent = self._parent
        if parent is not None and parent._children and self in parent._children:
            parent._children.remove(self)
            spent = parent._spent
            if spent is None:
                spent = parent._spent = set()
            # Not a WeakSet, which asks for a call back for each: 1 µs a request.
            spent.add(self._voice.reference)
            if len(spent) > parent._spent_room:
                spent = parent._spent = {each for each in spent if each() is not None}
                parent._spent_room = 2 * len(spent) + SPENT_ROOM

    def _revive(self) -> None:
        """Take the handle back into the tree: it holds something again."""
        parent = self._parent
        if parent is not None:
            if parent._spent is not None:
                parent._spent.discard(self._voice.reference)
            parent._take_in(self)

    def _take_in(self, child: Handle) -> None:
        if self._children is None:
            self._children = {child}
        else:
            self._children.add(child)

    # -- death

    def _was_cancelled(self) -> InternetError:
        """Make the error of a call that the closing of its handle has ended."""
        return OperationCancelled(f"{self} was closed while a call was pending")

    def _pass_away(self) -> None:
        """Die, with nothing below, nothing pending and nothing to release.

        What :meth:`_die` does comes to this for most requests, at half of its cost.
        """
        if not self._dead:
            self._dead = self._said_farewell = True
            self._voice.hush(cancelled=False)
            self._voice.farewell(self._left)

    def _die(self) -> None:
        if self._children or self._spent:
            doomed = list(self._subtree())
            for handle in doomed:
                handle._dead = True
            for handle in doomed:
                handle._end()
            for handle in doomed:
                handle._leave_when_ready()
        else:
            self._dead = True
            self._end()
            self._leave_when_ready()

    def _end(self) -> None:
        """Release what the handle holds and end what is pending."""
        self._voice.hush(cancelled=self._pending is not None)
        self._stop()
        if self._pending is not None:
            self._fail(self._was_cancelled())

    def _subtree(self) -> Iterator[Handle]:
        """Give the live handles of this subtree, leaf before parent."""
        for reference in list(self._spent or ()):
            # They hold nothing, but somebody may still hold them.
            child = reference()
            if child is not None:
                child._revive()
        for child in list(self._children or ()):
            yield from child._subtree()
        if not self._dead:
            yield self

    def _stop(self) -> None:
        """Release what the handle holds; called once, when it has died."""

    def _may_leave(self) -> bool:
        """Whether everything has been released; else call ``_leave_when_ready``."""
        return True

    def _leave_when_ready(self) -> None:
        if self._said_farewell or not self._dead:
            return
        if self._children or not self._may_leave():
            return
        self._said_farewell = True
        self._voice.farewell(self._left)

    def _left(self) -> None:
        self._gone = True
        parent = self._parent
        if parent is not None:
            if parent._children:
                parent._children.discard(self)
            if parent._spent is not None:
                parent._spent.discard(self._voice.reference)
        closers, self._closers = self._closers, None
        for closed in closers or ():
            if not closed.called:
                closed.callback(None)
        if parent is not None:
            parent._child_left()

    def _child_left(self) -> None:
        """Take note that a child has said its last word."""
        if self._dead:
            self._leave_when_ready()


def _check_listener(callback: object) -> None:
    if not callable(callback):
        msg = (
            "a status callback is something that can be called with a notification, "
            f"such as print; not {callback!r}"
        )
        raise InvalidParameter(msg)
