"""Mirrors: the handles as programs of another kind see them.

A mirror stands for one handle and has the same calls under the same names; what they
give is what such a program can use: the value itself after a wait, or a future.  The
room of each kind of program says how a call is made (``twinet.blocking``,
``twinet.aio``); what they share is here.  A handle has one mirror, so that two names
for a request are the same object, and whatever shows a handle (a result, a parent, a
notification) shows its mirror.
"""

from __future__ import annotations

import inspect
import threading
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import WeakValueDictionary

from twinet._handles.handle import Handle
from twinet._mirrors.retold import retold
from twinet.errors import InvalidParameter
from twinet.status import AsyncResult, HandleClosing

if TYPE_CHECKING:
    from twinet._mirrors.retold import Words
    from twinet._net.dispatch import Listener
    from twinet.status import Notification

__all__ = ["Glass", "Listening", "Mirror", "refuse_delivery"]


class Mirror:
    """What stands for a handle.

    A class of mirrors names the class of handles that it stands for::

        class Resource(Mirror, of=twinet.Resource): ...
    """

    __slots__ = ("__weakref__", "_glass", "_handle")

    #: the kind of mirror for each kind of handle; each room has a table of its own.
    _kinds: ClassVar[dict[type[Handle], type[Mirror]]] = {}
    #: and the words in which it speaks to its programs.
    _words: ClassVar[Words] = ()
    _handle: Any
    _glass: Any

    def __init_subclass__(cls, *, of: type[Handle] | None = None) -> None:
        super().__init_subclass__()
        for name, member in vars(cls).items():
            if inspect.isfunction(member):
                # It was made elsewhere, and is this class's.
                member.__qualname__ = f"{cls.__qualname__}.{name}"
                member.__module__ = cls.__module__
        if Mirror in cls.__bases__:
            # The first of a room.
            cls._kinds = {}
        elif of is not None:
            cls._kinds[of] = cls
            words = retold(of.__doc__ or "", cls._words)
            cls.__doc__ = f"{cls.__doc__}\n\n    {words}"

    def __repr__(self) -> str:
        return repr(self._handle)

    def __str__(self) -> str:
        return str(self._handle)


class Glass:
    """Where the handles of one session have their mirrors.

    :param root: the first class of the room.
    """

    def __init__(self, root: type[Mirror]) -> None:
        self._kinds = root._kinds
        self._mirrors: WeakValueDictionary[int, Mirror] = WeakValueDictionary()
        # A signal handler may make a call in the middle of another one.
        self._lock = threading.RLock()
        #: that of the handle which was told of last.
        self._last: Mirror | None = None

    def mirror(self, handle: Handle, mirror: Mirror | None = None) -> Mirror:
        """Return the mirror of a handle.

        :param mirror: which one it is to be, when it is being made.
        """
        # A mirror holds its handle, so the number is its own as long as it is here.
        key = id(handle)
        with self._lock:
            found = self._mirrors.get(key)
            if found is None:
                if mirror is None:
                    kind = self._kind_of(type(handle))
                    found = kind.__new__(kind)
                else:
                    found = mirror
                found._handle = handle
                found._glass = self
                self._mirrors[key] = found
        return found

    def _kind_of(self, kind: type[Handle]) -> type[Mirror]:
        found = self._kinds.get(kind)
        if found is None:
            found = next(
                self._kinds[each] for each in kind.__mro__ if each in self._kinds
            )
            self._kinds[kind] = found
        return found

    def shown(self, value: Any) -> Any:
        """Return what a program is given for a value: for a handle, its mirror."""
        return self.mirror(value) if isinstance(value, Handle) else value

    def news(self, news: Notification) -> Notification:
        """Return a notification as a program of this kind hears it."""
        handle, context, info = news.handle, news.context, news.info
        # One handle often tells several times, and nobody may hold its mirror: to
        # make one, and to forget it, costs more than all the rest.
        shown = self._last
        if shown is None or shown._handle is not handle:
            shown = self.mirror(handle)
        self._last = shown
        context = shown if context is handle else self.shown(context)
        kind = type(news)
        if info is handle:
            info = shown
        elif isinstance(info, AsyncResult):
            result = info.result
            result = shown if result is handle else self.shown(result)
            info = AsyncResult(result, info.error)
        elif isinstance(info, Handle):
            # The parent tells of it; what comes next it tells itself.
            info = self._last = self.mirror(info)
        if kind is HandleClosing:
            self._last = None
        return kind(shown, context, info)

    def listener(self, function: Any) -> Any:
        """Return the status callback that tells a program's own."""
        # What cannot be called is refused where callbacks are.
        return Listening(self, function) if callable(function) else function


class Listening:
    """A status callback of a program, which is shown mirrors."""

    __slots__ = ("_glass", "at_once", "function")

    def __init__(self, glass: Glass, function: Any) -> None:
        self._glass = glass
        self.function: Listener = function
        #: that of a listener that keeps records (``lanes``): it is shown the handles
        #: themselves, since a mirror is there only as long as somebody looks at it.
        self.at_once: Listener | None = getattr(function, "at_once", None)

    def __call__(self, news: Notification) -> None:
        if self.at_once is not None and news.handle.lane is None:
            # It is told as it happens; otherwise it has been shown already.
            self.at_once(news)
        self.function(self._glass.news(news))


def refuse_delivery(options: dict[str, Any], thread: str) -> None:
    """Refuse to choose where callbacks are called.

    :param thread: in which they are, in words.
    :raises InvalidParameter: 87.
    """
    if options.get("delivery") is not None:
        msg = f"leave out the delivery: status callbacks run here on {thread}"
        raise InvalidParameter(msg)
