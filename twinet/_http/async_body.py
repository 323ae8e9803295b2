"""Bodies that come out of ``async for``, such as an asynchronous generator.

What such a thing waits for inside depends on who runs it: Deferreds here, futures in
the tasks of asyncio (``twinet.aio``), which has a kind of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred
from twisted.web.iweb import UNKNOWN_LENGTH, IBodyProducer
from zope.interface import implementer

from twinet.errors import InvalidParameter

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Coroutine

    from twisted.internet.interfaces import IConsumer

__all__ = ["AsyncBody"]


@implementer(IBodyProducer)
class AsyncBody:
    """Sends the pieces of an asynchronous iterator, as fast as they go out.

    :ivar length: is not known, so it goes out in chunks.
    """

    length = UNKNOWN_LENGTH

    def __init__(self, pieces: AsyncIterator[bytes]) -> None:
        self._pieces = pieces
        self._running: Deferred[None] | None = None
        self._paused = False
        self._stopped = False
        self._writing = False
        #: what it waits for while it is paused.
        self._turn: Any = None

    def startProducing(self, consumer: IConsumer) -> Deferred[None]:  # noqa: N802
        """Begin; fires when all has been handed over."""
        self._running = self._run(self._produce(consumer))
        return self._running

    def pauseProducing(self) -> None:  # noqa: N802  Twisted's name
        """Ask for no other piece."""
        self._paused = True

    def resumeProducing(self) -> None:  # noqa: N802  Twisted's name
        """Go on asking."""
        self._paused = False
        turn, self._turn = self._turn, None
        if turn is not None:
            self._let_go(turn)

    def stopProducing(self) -> None:  # noqa: N802  Twisted's name
        """End: nobody takes anything more."""
        self._stopped = True
        # Inside a write it runs, and nothing of it can be cancelled: it looks then.
        if self._running is not None and not self._writing:
            self._running.cancel()

    async def _produce(self, consumer: IConsumer) -> None:
        pieces = self._pieces
        try:
            async for piece in pieces:
                if not isinstance(piece, bytes | bytearray | memoryview):
                    kind = type(piece).__name__
                    msg = f"a body is bytes, not {kind}; encode a text first"
                    raise InvalidParameter(msg)
                # It may have been paused while the piece was waited for.
                if not await self._may_go_on():
                    return
                self._writing = True
                consumer.write(bytes(piece))
                self._writing = False
                if not await self._may_go_on():
                    return
        finally:
            # A generator that is not run to its end would keep what it holds.
            close = getattr(pieces, "aclose", None)
            if close is not None:
                await close()

    async def _may_go_on(self) -> bool:
        """Wait while it is paused; tell whether somebody takes more."""
        while self._paused and not self._stopped:
            self._turn = self._wait()
            await self._turn
        return not self._stopped

    # -- what depends on who runs it

    def _run(self, work: Coroutine[Any, Any, None]) -> Deferred[None]:
        return Deferred.fromCoroutine(work)

    def _wait(self) -> Awaitable[None]:
        return Deferred()

    def _let_go(self, turn: Any) -> None:
        if not turn.called:
            turn.callback(None)
