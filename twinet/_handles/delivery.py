"""The delivery: a body on its way from a resource to a sink, chunk by chunk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IConsumer, IPushProducer
from zope.interface import implementer

from twinet._net.translate import translate
from twinet.errors import OperationCancelled
from twinet.status import ReceivingResponse, ResponseReceived

if TYPE_CHECKING:
    from twisted.python.failure import Failure

    from twinet._handles.resource import Resource
    from twinet._net.deadlines import Deadlines

__all__ = ["Delivery", "Sink"]

#: Progress is told at most so often, with the bytes summed (seconds).
PROGRESS = 0.1


class Sink(Protocol):
    """What takes data: every ``IConsumer`` does, and every file object."""

    def write(self, data: bytes, /) -> Any:
        """Take data; return a Deferred to hold the rest back until it fires."""


@implementer(IPushProducer)
class Delivery:
    """One ``deliver``: it is the producer that an ``IConsumer`` may pause."""

    def __init__(self, resource: Resource, sink: Sink, deadlines: Deadlines) -> None:
        self._resource = resource
        self._sink = sink
        self._deadlines = deadlines
        self._consumer = sink if IConsumer.providedBy(sink) else None
        self._count = 0
        self._told = deadlines.now()
        #: the sink's Deferreds that have not fired, and its own wish.
        self._holding = 0
        self._paused = False
        self._stopped = False
        #: whether the source was told to hold back; None: it was told nothing yet.
        self._held: bool | None = None

    def start(self) -> None:
        """Hand over what is here, then what comes."""
        resource = self._resource
        # What is here already comes with the rest, and is told with it.
        resource._wire = resource._unreported()
        if self._consumer is not None:
            self._consumer.registerProducer(self, True)
        if resource._voice.heard and not self._stopped:
            resource._voice.emit(ReceivingResponse)
        if not self._stopped:
            self._go_on()

    def data_came(self) -> None:
        """Hand over what came, unless the sink holds back."""
        self._go_on()
        self._tell_progress()

    def end_came(self) -> None:
        """Hand over what is left; nothing more comes."""
        self._go_on()

    def stop(self) -> None:
        """Hand over nothing more."""
        if not self._stopped:
            self._stopped = True
            if self._consumer is not None:
                self._consumer.unregisterProducer()

    # -- the sink's wishes (IPushProducer)

    def pauseProducing(self) -> None:  # noqa: N802
        """Hold back."""
        self._paused = True
        self._flow()

    def resumeProducing(self) -> None:  # noqa: N802
        """Go on."""
        self._paused = False
        self._go_on()

    def stopProducing(self) -> None:  # noqa: N802
        """Give up: the sink wants nothing more."""
        self._give_up(OperationCancelled("the consumer wanted no more of the body"))

    # -- inside

    def _go_on(self) -> None:
        inbox = self._resource._inbox
        while inbox.size and not (self._holding or self._paused or self._stopped):
            self._write(inbox.take_chunk(inbox.size))
        self._flow()
        self._end_when_empty()

    def _write(self, data: bytes) -> None:
        self._count += len(data)
        try:
            waiting = self._sink.write(data)
        except Exception as error:  # noqa: BLE001  the sink is foreign code
            self._give_up(error)
            return
        # Most return nothing, and the question takes long.
        if waiting is not None and isinstance(waiting, Deferred):
            self._holding += 1
            waiting.addCallbacks(self._written, self._refused)
            self._flow()

    def _written(self, _: object) -> None:
        self._holding -= 1
        if not self._stopped:
            self._go_on()

    def _refused(self, failure: Failure) -> None:
        self._holding -= 1
        self._give_up(failure.value or OperationCancelled())

    def _give_up(self, error: BaseException) -> None:
        if self._stopped:
            return
        resource = self._resource
        self.stop()
        resource._delivery = None
        source, resource._source = resource._source, None
        resource._inbox.clear()
        resource._broken = translate(error, "the sink refused the body")
        resource.session.tracer.failed(resource, resource._broken)
        if source is not None:
            source.cancel()
        resource._spend()
        resource._fail(error)

    def _flow(self) -> None:
        """Let the source send, or not, as the sink can take."""
        source = self._resource._source
        if source is None or source.over or self._stopped:
            return
        held = bool(self._holding or self._paused)
        if held is self._held:
            return
        self._held = held
        source.want(not held)
        if held:
            source.pause()
        else:
            source.resume()

    def _end_when_empty(self) -> None:
        resource = self._resource
        error = resource._broken
        if (
            not (resource._complete or error is not None)
            or self._holding
            or self._paused
            or resource._inbox.size
            or self._stopped
        ):
            return
        self.stop()
        resource._delivery = None
        resource._tell_received()
        if error is None:
            resource._finish(self._count)
        else:
            resource._fail(error)

    def _tell_progress(self) -> None:
        resource = self._resource
        if not resource._voice.heard or self._stopped:
            return
        now = self._deadlines.now()
        if now - self._told >= PROGRESS:
            self._told = now
            wire, resource._wire = resource._wire, 0
            resource._voice.emit(ResponseReceived, wire)
            if resource._voice.heard and not self._stopped:
                resource._voice.emit(ReceivingResponse)
