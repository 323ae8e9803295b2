"""A body on its way to a protocol of Twisted's (``IResponse.deliverBody``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.interfaces import IConsumer, ITransport
from twisted.python.failure import Failure
from twisted.web.client import ResponseDone
from twisted.web.http import PotentialDataLoss
from zope.interface import implementer

from twinet import errors
from twinet._handles.agent_errors import as_twisted, error_of
from twinet._net.translate import translate

if TYPE_CHECKING:
    from twisted.internet.interfaces import IProtocol, IPushProducer

    from twinet._handles.agent_request import AgentRequest

__all__ = ["BodyTransport"]

#: What ``Failure.check`` compares with.
_DONE = Failure(ResponseDone()).parents


@implementer(ITransport)
class BodyTransport:
    """What a body protocol has as its transport: the flow, and a way to stop it.

    A body that is here already is handed over at once: a call that need not wait has
    no notifications.  Else it is the sink of a ``deliver``.  Pausing holds back what
    has not been handed over.
    """

    disconnecting = False
    #: what sends the rest of the body, when it is a ``deliver``.
    producer: IPushProducer | None = None
    #: whether the protocol wants nothing for now.
    paused = False

    def __init__(self, request: AgentRequest, protocol: IProtocol) -> None:
        self._request = request
        self._protocol: IProtocol | None = protocol

    def start(self) -> None:
        """Let the body flow: the protocol has its transport."""
        request = self._request
        if (
            request._complete
            and not self.paused
            and not (request._dead or request._pending)
        ):
            self._hand_over(request)
            if not self.paused:
                return
        self._have_delivered()

    def _have_delivered(self) -> None:
        """Take the long way, on which what is here already would come to the same."""
        self._request.deliver(_BodySink(self)).addCallbacks(self._ended, self._lost)

    def _hand_over(self, request: AgentRequest) -> None:
        """Hand over what is here, as far as it is wanted."""
        inbox = request._inbox
        while inbox.size:
            try:
                self.take(inbox.take_chunk(inbox.size))
            except Exception as error:  # noqa: BLE001  the protocol is foreign code
                said = translate(error, "the sink refused the body")
                request.session.tracer.failed(request, said)
                self._lost(Failure(error))
                return
            if request._dead:
                self._lost(Failure(request._was_cancelled()))
                return
            if self.paused:
                return
        self._ended(0)

    def take(self, data: bytes) -> None:
        """Take data of the body."""
        if self._protocol is not None:
            self._protocol.dataReceived(data)

    def pauseProducing(self) -> None:  # noqa: N802  ITransport
        """Hold the body back."""
        self.paused = True
        if self.producer is not None:
            self.producer.pauseProducing()

    def resumeProducing(self) -> None:  # noqa: N802
        """Let the body flow on."""
        self.paused = False
        if self.producer is not None:
            self.producer.resumeProducing()

    def stopProducing(self) -> None:  # noqa: N802
        """Close the connection."""
        self.abortConnection()

    def loseConnection(self) -> None:  # noqa: N802
        """Close the connection."""
        self.abortConnection()

    def abortConnection(self) -> None:  # noqa: N802
        """Close the connection: nothing more of the body comes."""
        self.disconnecting = True
        self._request.close()

    def write(self, data: bytes) -> None:
        """Refuse: a body is only read (``ITransport``)."""
        msg = f"{len(data)} bytes were written to a response body, which is only read"
        raise errors.InvalidOperation(msg)

    def writeSequence(self, data: Any) -> None:  # noqa: N802
        """Refuse, too."""
        self.write(b"".join(data))

    def getPeer(self) -> Any:  # noqa: N802
        """Return nothing: the connection is not the protocol's."""
        return None

    def getHost(self) -> Any:  # noqa: N802
        """Return nothing, either."""
        return None

    def _ended(self, _count: int) -> None:
        response = self._request._response
        assert response is not None, "it has a body"
        framed = response.length is not None or "transfer-encoding" in response.headers
        reason = Failure(ResponseDone() if framed else PotentialDataLoss())
        if framed:
            # What each protocol asks for; to find it out costs more than the failure.
            reason.parents = _DONE
        self._end(reason)

    def _lost(self, failure: Failure) -> None:
        self._end(Failure(as_twisted(error_of(failure))))

    def _end(self, reason: Failure) -> None:
        # They hold each other: without this, each body would be left to the garbage
        # collector, with all that belongs to its request.
        protocol, self._protocol = self._protocol, None
        self._request.leave()
        if protocol is not None:
            protocol.connectionLost(reason)


@implementer(IConsumer)
class _BodySink:
    """What a ``deliver`` writes to."""

    def __init__(self, transport: BodyTransport) -> None:
        self._transport = transport
        self.write = transport.take

    def registerProducer(  # noqa: N802  IConsumer
        self,
        producer: Any,
        streaming: bool,  # noqa: ARG002
    ) -> None:
        """Take what sends the body; the protocol may have paused it before."""
        self._transport.producer = producer
        if self._transport.paused:
            producer.pauseProducing()

    def unregisterProducer(self) -> None:  # noqa: N802
        """Let it go: nothing more comes."""
        self._transport.producer = None
