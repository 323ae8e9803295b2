"""What every blocking handle has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from twinet._handles.handle import Handle as _Handle
from twinet._mirrors.members import Options, Sets, Shows, shows_handle
from twinet._mirrors.mirror import Listening
from twinet._mirrors.retold import FOR_THREADS, told_as
from twinet.blocking.way import BlockingMirror, waits

if TYPE_CHECKING:
    from types import TracebackType

    from twinet._net.dispatch import Listener
    from twinet.flags import HandleType
    from twinet.records import Limits

__all__ = ["Handle"]


class Handle(BlockingMirror, of=_Handle):
    """A handle as ``twinet.Handle``, for threads: each call blocks until it has ended.

    Status callbacks run on the thread that is blocked.
    """

    __slots__ = ()

    handle_type: Shows[HandleType] = Shows(
        lambda handle: handle.handle_type,
        "What kind it is (``INTERNET_OPTION_HANDLE_TYPE``).",
    )
    alive: Shows[bool] = Shows(_Handle.alive)
    context: Sets[Any] = Sets(_Handle.context)
    limits: Sets[Limits] = Sets(_Handle.limits)
    parent: Shows[Handle | None] = shows_handle(_Handle.parent)
    close = waits(_Handle.close)

    @property
    def options(self) -> Options:
        """The handle's options, by WinINet's numbers (``twinet.options.Option``)."""
        return Options(self)

    @told_as(_Handle.set_status_callback, also=FOR_THREADS)
    def set_status_callback(self, callback: Listener | None) -> Listener | None:
        """As that of the handle."""
        glass, handle = self._glass, self._handle
        previous: Listener | None = glass.call(
            handle, handle.set_status_callback, glass.listener(callback)
        )
        return previous.function if isinstance(previous, Listening) else previous

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
