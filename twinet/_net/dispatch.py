"""Notification dispatch: each handle's voice, and the order in which it speaks.

Theory of operation.  *Settle, then tell.*  A handle has one :class:`Voice`.  The
speaker changes its state first and emits last; what is emitted goes to the listener
at once, on the same stack, unless the listener is already running for this handle.
Then it is queued, and the outermost ``emit`` delivers it after the running callback
has returned: in order, never two at once, in the same turn of the reactor.  So
10,000 calls made from callbacks do not grow the stack.

Work that must come after the news goes the same way: :meth:`Voice.then` runs it when
everything emitted so far has been told.  A speaker moves on in such steps, and a
listener that closes the handle meets it between two of them: :meth:`Voice.hush`
drops the news and steps that were still queued.  What ends a call is not dropped
(:meth:`Voice.settle`): its outcome was fixed before it was announced.

Callbacks run on the reactor thread here; a session that wants them elsewhere gets
the voices of ``lanes`` instead.  No other module calls a callback.
"""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any
from weakref import ref

from twisted.logger import Logger

from twinet.status import (
    SELF,
    AsyncResult,
    ClosingConnection,
    ConnectionClosed,
    HandleClosing,
    RequestComplete,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from weakref import ReferenceType

    from twisted.internet.defer import Deferred

    from twinet.status import Notification

    Listener = Callable[[Notification], object]
    Step = Callable[[], object]

_log = Logger()


class Voice:
    """What one handle says, in order, to whoever listens.

    :ivar busy: whether the listener, or a step, is running.
    :ivar heard: whether building a notification is worth it.  Read it before
        :meth:`emit`: a notification that nobody hears must cost next to nothing.
    """

    __slots__ = ("_context", "_handle", "_listener", "_queue", "busy", "heard")

    def __init__(self, handle: Any, context: Any, listener: Listener | None) -> None:
        # Weak, because the handle owns the voice: a cycle for each request would
        # leave them all to the garbage collector.
        self._handle = ref(handle)
        self._context = context
        self._listener = listener
        #: steps, and the marked ones that :meth:`hush` leaves alone.
        self._queue: deque[tuple[Step, bool]] | None = None
        self.busy = False
        self.heard = listener is not None and context is not None

    @property
    def handle(self) -> Any:
        """The handle that speaks; ``None`` when it is no more."""
        return self._handle()

    @property
    def reference(self) -> ReferenceType[Any]:
        """The handle, held weakly."""
        return self._handle

    @property
    def context(self) -> Any:
        """The context value; :data:`~twinet.status.SELF` reads as the handle."""
        return self._handle() if self._context is SELF else self._context

    @context.setter
    def context(self, value: Any) -> None:
        self._context = value
        self.heard = self._listener is not None and value is not None

    @property
    def listener(self) -> Listener | None:
        """The status callback; ``None`` when there is none."""
        return self._listener

    @listener.setter
    def listener(self, listener: Listener | None) -> None:
        self._listener = listener
        self.heard = listener is not None and self._context is not None

    def emit(
        self, kind: type[Notification], info: Any = None, handle: Any = None
    ) -> None:
        """Tell the listener; call it only when :attr:`heard` is true.

        :param handle: the handle named by the notification when it is another one
            (the parent, in ``HANDLE_CREATED``).
        """
        context = self._context
        owner = self._handle()
        news = kind(handle or owner, owner if context is SELF else context, info)
        if self.busy:
            self._enqueue(partial(self._tell, news))
            return
        self.busy = True
        try:
            try:
                # What _tell() does, without the calls: a request tells seven times.
                self._listener(news)  # type: ignore[misc]  # heard: there is one
            except Exception:  # noqa: BLE001  a listener's fault is the listener's
                report_fault(news)
            if self._queue:
                self._drain()
        finally:
            self.busy = False

    def tell_closed(self) -> None:
        """Say that the connection has been closed: both steps, whatever happens.

        A listener that closes the handle in the first still hears the second before
        its last words.
        """
        if not self.heard:
            return
        if self.busy or self._queue:
            self.always(self._say_closing, self._say_closed)
            return
        # The same without the queue, which most closings do not need.
        self.busy = True
        try:
            self._say_closing()
            self._say_closed()
            if self._queue:
                self._drain()
        finally:
            self.busy = False

    def then(self, step: Step) -> None:
        """Run ``step`` when everything emitted so far has been told."""
        if self.busy:
            self._enqueue(step)
        else:
            step()

    def hold(self, step: Step, late: Step) -> None:  # noqa: ARG002  for other threads
        """Run ``step`` when the listener has heard the last news and not objected.

        This is where a listener can veto: it closes the handle.  On the reactor
        thread it has answered when it returns; elsewhere the step waits for it.

        :param late: run instead when the listener has not returned within a limit.
        """
        self.then(step)

    def always(self, *steps: Step) -> None:
        """Run steps in their turn, whatever is hushed meanwhile."""
        queue = self._queue
        if queue is None:
            queue = self._queue = deque()
        for step in steps:
            queue.append((step, True))
        if not self.busy:
            self.busy = True
            try:
                self._drain()
            finally:
                self.busy = False

    def complete(
        self, deferred: Deferred[Any], result: Any, before: Step | None = None
    ) -> None:
        """Announce the good end of a pending call, then fire its Deferred.

        As :meth:`settle`.  Nothing is queued nearly always; then the Deferred fires as
        the last act, and what the program does in there is told at once.

        :param before: run between the two, as a part of the end; what it tells is told
            before the Deferred fires.
        """
        if self.busy or self._queue:
            self.settle(partial(self._end, deferred, result, before), result, None)
            return
        if self.heard:
            handle, context = self._handle(), self._context
            if context is SELF:
                context = handle
            news = RequestComplete(handle, context, AsyncResult(result, None))
            self.busy = True
            try:
                try:
                    # As in emit().
                    self._listener(news)  # type: ignore[misc]  # there is one
                except Exception:  # noqa: BLE001  a listener's fault is the listener's
                    report_fault(news)
                if self._queue:
                    # Behind what the listener has caused, as it was fixed before.
                    end = partial(self._end, deferred, result, before)
                    self._queue.appendleft((end, True))
                    self._drain()
                    return
            finally:
                self.busy = False
        if before is not None:
            before()
        _fire(deferred, result)

    def _end(self, deferred: Deferred[Any], result: Any, before: Step | None) -> None:
        if before is None:
            _fire(deferred, result)
        else:
            before()
            self.always(partial(_fire, deferred, result))

    def settle(self, fire: Step, result: Any, error: BaseException | None) -> None:
        """Announce the end of a pending call, then fire its Deferred.

        Closing the handle in the meantime changes nothing about it.
        """
        if not self.heard:
            if self.busy:
                self.always(fire)
            else:
                fire()
        elif self.busy or self._queue:
            self.always(partial(self._announce, result, error), fire)
        else:
            # The same without the queue, which most calls do not need.
            self.busy = True
            try:
                self._announce(result, error)
                _run(fire)
                if self._queue:
                    self._drain()
            finally:
                self.busy = False

    def farewell(self, step: Step) -> None:
        """Say ``HANDLE_CLOSING``, the last thing, then run ``step``."""
        if self.busy or self._queue:
            if self.heard:
                self.always(self._leave, step)
            else:
                self.always(step)
            return
        self.busy = True
        try:
            if self.heard:
                self._leave()
            try:
                step()
            except Exception:  # noqa: BLE001  one step must not stop the others
                _log.failure("a step behind a notification failed")
            if self._queue:
                self._drain()
        finally:
            self.busy = False

    def hush(self, *, cancelled: bool = True) -> None:  # noqa: ARG002  for lanes
        """Drop the queued news and steps of a handle that has been closed.

        :param cancelled: whether a call was pending: its news have lost their sense.
        """
        if self._queue:
            self._queue = deque(entry for entry in self._queue if entry[1])

    # -- the queue

    def _tell(self, news: Notification) -> None:
        # The listener may have been taken away while this was queued.
        listener = self._listener
        if listener is None or not self.heard:
            return
        try:
            listener(news)
        except Exception:  # noqa: BLE001  a listener's fault is the listener's
            report_fault(news)

    def _announce(self, result: Any, error: BaseException | None) -> None:
        handle, context = self._handle(), self._context
        if context is SELF:
            context = handle
        self._tell(RequestComplete(handle, context, AsyncResult(result, error)))

    def _say_closing(self) -> None:
        self._tell(ClosingConnection(self._handle(), self.context))

    def _say_closed(self) -> None:
        self._tell(ConnectionClosed(self._handle(), self.context))

    def _leave(self) -> None:
        handle, context = self._handle(), self._context
        if context is SELF:
            context = handle
        self._tell(HandleClosing(handle, context, handle))
        self._listener = None
        self.heard = False

    def _enqueue(self, step: Step) -> None:
        if self._queue is None:
            self._queue = deque()
        self._queue.append((step, False))

    def _drain(self) -> None:
        queue = self._queue
        while queue:
            try:
                queue.popleft()[0]()
            except Exception:  # noqa: BLE001  one step must not stop the others
                _log.failure("a step behind a notification failed")
            # hush() may have put another in its place.
            queue = self._queue
        # An empty one takes 760 bytes, and a handle may now wait for long.
        self._queue = None


def _fire(deferred: Deferred[Any], result: Any) -> None:
    # A listener may have cancelled it.
    if not deferred.called:
        deferred.callback(result)


def _run(step: Step) -> None:
    try:
        step()
    except Exception:  # noqa: BLE001  one step must not stop the others
        _log.failure("a step behind a notification failed")


def report_fault(news: Notification) -> None:
    _log.failure(
        "the status callback of {handle!r} raised an exception on {status}",
        handle=news.handle,
        status=news.status.name,
    )
