"""What every handle has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from twinet._handles.handle import Handle as _Handle
from twinet._mirrors.members import Options, Sets, Shows, shows_handle
from twinet._mirrors.mirror import Listening
from twinet._mirrors.retold import FOR_TASKS, told_as
from twinet.aio.way import AioMirror, waits

if TYPE_CHECKING:
    from types import TracebackType

    from twinet._net.dispatch import Listener
    from twinet.flags import HandleType
    from twinet.records import Limits

__all__ = ["Handle"]


class Handle(AioMirror, of=_Handle):
    """As ``twinet.Handle``, for asyncio's tasks: a call that may wait gives a future.

    The call is under way at once, whether or not its future is awaited.  Cancelling
    the future, or the task that awaits it, cancels the call: a handle that it opens, or
    reads from, is closed then.  Status callbacks are plain functions, which run on the
    loop's thread, as those of ``loop.call_soon`` do.
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

    @told_as(_Handle.set_status_callback, also=FOR_TASKS)
    def set_status_callback(self, callback: Listener | None) -> Listener | None:
        """As that of the handle."""
        glass, handle = self._glass, self._handle
        previous: Listener | None = glass.call(
            handle, handle.set_status_callback, glass.listener(callback)
        )
        return previous.function if isinstance(previous, Listening) else previous

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()
