"""Bytes as a body producer: handed to the transport no faster than it takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred
from twisted.web.iweb import IBodyProducer
from zope.interface import implementer

if TYPE_CHECKING:
    from twisted.internet.interfaces import IConsumer

__all__ = ["PIECE", "BytesProducer"]

#: What is written at a time (bytes): what a transport takes before it holds back.
PIECE = 65536


@implementer(IBodyProducer)
class BytesProducer:
    """Produces some bytes, once."""

    def __init__(self, data: bytes) -> None:
        self.length = len(data)
        self._data = memoryview(data)
        self._consumer: IConsumer | None = None
        self._done: Deferred[None] = Deferred()
        self._paused = False
        self._writing = False

    def startProducing(self, consumer: IConsumer) -> Deferred[None]:  # noqa: N802
        """Begin; fires when all has been written (``IBodyProducer``)."""
        self._consumer = consumer
        self._write()
        return self._done

    def pauseProducing(self) -> None:  # noqa: N802
        """Hold back (``IPushProducer``)."""
        self._paused = True

    def resumeProducing(self) -> None:  # noqa: N802
        """Go on (``IPushProducer``)."""
        self._paused = False
        self._write()

    def stopProducing(self) -> None:  # noqa: N802
        """Stop; the Deferred of ``startProducing`` never fires (``IProducer``)."""
        self._consumer = None

    def _write(self) -> None:
        if self._writing:
            return
        self._writing = True
        # The consumer may pause, or stop, from inside write().
        while self._data and not self._paused and self._consumer is not None:
            piece, self._data = self._data[:PIECE], self._data[PIECE:]
            self._consumer.write(bytes(piece))
        self._writing = False
        if not self._data and self._consumer is not None:
            self._consumer = None
            self._done.callback(None)
