"""Lanes: how what a handle says reaches its listener on another thread.

Theory of operation.  The speaker's side stays as it is in ``dispatch``: settle, then
tell, on the reactor thread.  Only the telling changes: a :class:`LaneVoice` puts each
notification into its handle's lane, and the session's delivery is asked to have one
of them told, wherever it tells.  So a lane may be told from several threads, yet never
by two at once: who finds it busy leaves the work to the one that is there, which also
covers a listener that empties a queue, or blocks in a call, inside its own callback.
Thus a handle's news come in order and one at a time, and no step of a speaker and no
Deferred waits for a listener.

The exception is the veto: a redirect is held until the listener has returned
(:class:`_Hold`), with a limit.

A listener with a method ``at_once`` keeps records: that is called with each
notification as it is made, on the reactor thread, so that times are right.  It must not
touch handles.  What the listener does on being called itself is another matter.

When a handle is closed while a call is pending, what has not been told yet is dropped,
but for its birth and for what ends its calls and itself.
"""

from __future__ import annotations

from collections import deque
from functools import partial
from threading import RLock
from typing import TYPE_CHECKING, Any, Protocol

from twinet._net.dispatch import Voice, report_fault
from twinet.status import SELF, HandleClosing, HandleCreated

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred

    from twinet._net.dispatch import Listener, Step
    from twinet.status import Notification

__all__ = ["VETO", "Lane", "LaneVoice", "StatusDelivery"]

#: How long a redirect is held for its listener, in seconds (our own choice).
VETO = 60.0


class StatusDelivery(Protocol):
    """Where the listeners of a session are called."""

    reactor: Any
    #: whether a redirect waits for its listener.
    vetoes: bool

    def attach(self, reactor: Any) -> None:
        """Take note of a session's reactor."""

    def voice(self, handle: Any, context: Any, listener: Listener | None) -> LaneVoice:
        """Make the voice of a new handle."""

    def schedule(self, lane: Lane) -> None:
        """Have one entry of the lane told; never blocks."""


class Lane:
    """What one handle has to say, in order, on its way to its listener.

    :ivar mailbox: where a thread waits that is blocked in a call on this handle;
        of use to one kind of delivery only.
    """

    __slots__ = ("_lock", "_owed", "_running", "_waiting", "mailbox")

    def __init__(self) -> None:
        # A signal handler may make a call that tells, in the middle of telling.
        self._lock = RLock()
        #: what to run, and whether it outlives the closing of the handle.
        self._waiting: deque[tuple[Step, bool]] = deque()
        self._running = False
        #: entries that were called for while another one was being told.
        self._owed = 0
        self.mailbox: Any = None

    def put(self, step: Step, *, lasting: bool) -> None:
        """Append an entry."""
        with self._lock:
            self._waiting.append((step, lasting))

    def drop_passing(self) -> None:
        """Forget what does not outlive the closing of the handle."""
        with self._lock:
            self._waiting = deque(entry for entry in self._waiting if entry[1])

    def tell(self) -> int:
        """Run the next entry, unless another one is running: then that one will.

        :returns: how many entries were run here.
        """
        with self._lock:
            if self._running:
                self._owed += 1
                return 0
            self._running = True
        count = 0
        while True:
            with self._lock:
                step = self._waiting.popleft()[0] if self._waiting else None
            if step is not None:
                count += 1
                try:
                    step()
                except BaseException:
                    # A signal has interrupted the thread; the next one goes on.
                    with self._lock:
                        self._running = False
                    raise
            with self._lock:
                if not self._owed:
                    self._running = False
                    return count
                self._owed -= 1


class LaneVoice(Voice):
    """A voice whose listener is called by a delivery."""

    __slots__ = ("_delivery", "_hold", "lane")

    def __init__(
        self,
        handle: Any,
        context: Any,
        listener: Listener | None,
        delivery: StatusDelivery,
    ) -> None:
        super().__init__(handle, context, listener)
        self._delivery = delivery
        self._hold: _Hold | None = None
        self.lane = Lane()

    def emit(
        self, kind: type[Notification], info: Any = None, handle: Any = None
    ) -> None:
        """Have the listener told; call it only when :attr:`heard` is true."""
        context = self._context
        owner = self._handle()
        news = kind(handle or owner, owner if context is SELF else context, info)
        self._post(news, lasting=kind is HandleCreated)

    def complete(
        self, deferred: Deferred[Any], result: Any, before: Step | None = None
    ) -> None:
        """Announce the good end of a pending call, then fire its Deferred."""
        self.settle(partial(self._end, deferred, result, before), result, None)

    def hold(self, step: Step, late: Step) -> None:
        """Run ``step`` when the listener has returned; ``late`` if it does not."""
        if not self._delivery.vetoes or not self.heard:
            step()
            return
        hold = self._hold = _Hold(self._delivery.reactor, step, late)
        self.lane.put(hold.heard, lasting=True)
        self._delivery.schedule(self.lane)

    def hush(self, *, cancelled: bool = True) -> None:
        """Drop steps, and the news of a call that has been cancelled.

        The news of one that has ended are on their way: they are told.
        """
        super().hush()
        if cancelled:
            self.lane.drop_passing()
        if self._hold is not None:
            self._hold.drop()
            self._hold = None

    def _tell(self, news: Notification) -> None:
        if self.heard:
            self._post(news, lasting=True)

    def _leave(self) -> None:
        handle = self._handle()
        self._tell(HandleClosing(handle, self.context, handle))
        # The listener stays: what is in the lane has yet to be told.
        self.heard = False

    def _post(self, news: Notification, *, lasting: bool) -> None:
        self._note(news)
        self.lane.put(partial(self._call, news), lasting=lasting)
        self._delivery.schedule(self.lane)

    def _note(self, news: Notification) -> None:
        """Show a listener that keeps records what will be told."""
        at_once = getattr(self._listener, "at_once", None)
        if at_once is not None:
            try:
                at_once(news)
            except Exception:  # noqa: BLE001  a listener's fault is the listener's
                report_fault(news)

    def _call(self, news: Notification) -> None:
        """Call the listener, on whatever thread this is."""
        listener = self._listener
        if listener is None:
            # Taken away while this was on its way.
            return
        try:
            listener(news)
        except Exception:  # noqa: BLE001  a listener's fault is the listener's
            report_fault(news)


class _Hold:
    """A step that waits until a listener on another thread has returned."""

    def __init__(self, reactor: Any, step: Step, late: Step) -> None:
        self._reactor = reactor
        self._step = step
        self._late = late
        self._timer = reactor.callLater(VETO, self._expired)

    def heard(self) -> None:
        """Go on: the listener has returned (called on its thread)."""
        self._reactor.callFromThread(self._go)

    def drop(self) -> None:
        """Do neither."""
        if self._timer.active():
            self._timer.cancel()

    def _go(self) -> None:
        if self._timer.active():
            self._timer.cancel()
            self._step()

    def _expired(self) -> None:
        self._late()
