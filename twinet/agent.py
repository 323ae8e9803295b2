"""The agent: this library under treq, or under anything that speaks ``IAgent``.

What it fails with is both of our tree and of Twisted's: programs written for
``twisted.web.client.Agent`` go on catching what they caught.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet import error as twisted_errors
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import ITransport
from twisted.python.failure import Failure
from twisted.web.client import ResponseDone, ResponseFailed
from twisted.web.http import PotentialDataLoss
from twisted.web.http_headers import Headers
from twisted.web.iweb import UNKNOWN_LENGTH, IAgent, IResponse
from zope.interface import implementer

from twinet import errors
from twinet._handles.session import Session
from twinet.flags import Flag

if TYPE_CHECKING:
    from twisted.internet.interfaces import IProtocol
    from twisted.web.iweb import IBodyProducer, IClientRequest

    from twinet._handles.http_request import HttpRequest
    from twinet.records import Response

__all__ = ["Agent", "AgentResponse"]


@implementer(IAgent)
class Agent:
    """An ``IAgent`` over a session.

    Like Twisted's, it follows no redirect by itself, keeps no cookies and adds no
    field but Host, User-Agent and Accept: what is wrapped round it does.  (A
    session with ``decoding=True`` asks for compressed bodies and decodes them.)

    :param reactor: the reactor; the running one when left out.
    :param session: the session to use; one is made when left out.
    :param options: for :class:`twinet.Session`, when it is made here.
    """

    def __init__(
        self, reactor: Any = None, *, session: Session | None = None, **options: Any
    ) -> None:
        self.session = Session(reactor, **options) if session is None else session

    def request(
        self,
        method: bytes,
        uri: bytes,
        headers: Headers | None = None,
        bodyProducer: IBodyProducer | None = None,  # noqa: N803  IAgent
    ) -> Deferred[IResponse]:
        """Send a request; fires with an ``IResponse`` when its head is there.

        :raises InternetError: as :meth:`twinet.HttpRequest.send`; the classes here
            also are the ones of Twisted that treq's users catch.
        :source: ``twisted.web.iweb.IAgent``.
        """
        sent = self.session._send_to(  # noqa: SLF001  the agent is the session's face
            uri.decode("utf-8", "surrogateescape"),
            method.decode("latin-1"),
            bodyProducer,
            headers=_field_lines(headers),
            # What is wrapped round it keeps cookies of its own.
            flags=Flag.NO_AUTO_REDIRECT | Flag.NO_COOKIES,
        )
        answered: Deferred[IResponse] = Deferred(lambda _: sent.cancel())
        sent.addCallbacks(
            lambda request: answered.callback(AgentResponse(request)),
            lambda failure: answered.errback(as_twisted(_error_of(failure))),
        )
        return answered

    def close(self) -> Deferred[None]:
        """Close the session; fires when no socket is left."""
        return self.session.close()


#: Fields that the library sets itself; what treq gives is what we would send.
_OURS = frozenset((b"content-length", b"transfer-encoding"))
#: Fields of an answer that are about its body before that is decoded.
_OF_THE_CODED = frozenset((b"content-encoding", b"content-length"))


def _field_lines(headers: Headers | None) -> list[tuple[bytes, bytes]]:
    if headers is None:
        return []
    return [
        (name, value)
        for name, values in headers.getAllRawHeaders()
        if name.lower() not in _OURS
        for value in values
    ]


@implementer(IResponse)
class AgentResponse:
    """The answer as ``IResponse``; its body flows when ``deliverBody`` is called."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        response: Response = request.response
        major, minor = response.version.split(".")
        self.version = (b"HTTP", int(major), int(minor))
        self.code = response.status_code
        self.phrase = response.reason.encode("latin-1")
        self.headers = Headers()
        # A body that is decoded here must not be decoded again.
        hidden = _OF_THE_CODED if response.decoded else ()
        for name, value in response.headers.raw:
            if name.lower() not in hidden:
                self.headers.addRawHeader(name, value)
        length = None if response.decoded else response.length
        self.length = UNKNOWN_LENGTH if length is None else length
        self.request: IClientRequest = _ClientRequest(request)  # type: ignore[assignment]  # zope
        self.previousResponse: IResponse | None = None

    def deliverBody(self, protocol: IProtocol) -> None:  # noqa: N802  IResponse
        """Let the body flow to ``protocol``; its transport can pause and abort."""
        delivery = _BodyTransport(self._request, protocol)
        protocol.makeConnection(delivery)
        delivery.start()

    def setPreviousResponse(self, response: IResponse) -> None:  # noqa: N802
        """Remember the answer that redirected here."""
        self.previousResponse = response


class _ClientRequest:
    """What ``IResponse.request`` offers (``IClientRequest``)."""

    def __init__(self, request: HttpRequest) -> None:
        self.method = request.verb.encode("latin-1")
        self.absoluteURI = request.url.encode("ascii")
        self.headers = Headers()


@implementer(ITransport)
class _BodyTransport:
    """What a body protocol has as its transport: the flow, and a way to stop it.

    It is the sink of a ``deliver``; pausing holds back the ``write``.
    """

    disconnecting = False

    def __init__(self, request: HttpRequest, protocol: IProtocol) -> None:
        self._request = request
        self._protocol = protocol
        self._paused: Deferred[None] | None = None
        self._over = False

    def start(self) -> None:
        request = self._request
        framed = (
            request.response.length is not None
            or "transfer-encoding" in request.response.headers
        )
        request.deliver(_BodySink(self)).addCallbacks(
            self._ended, self._lost, (framed,)
        )

    def take(self, data: bytes) -> Deferred[None] | None:
        if not self._over:
            self._protocol.dataReceived(data)
        return self._paused

    def pauseProducing(self) -> None:  # noqa: N802  ITransport
        if self._paused is None:
            self._paused = Deferred()

    def resumeProducing(self) -> None:  # noqa: N802
        paused, self._paused = self._paused, None
        if paused is not None:
            paused.callback(None)

    def stopProducing(self) -> None:  # noqa: N802
        self.abortConnection()

    def loseConnection(self) -> None:  # noqa: N802
        self.abortConnection()

    def abortConnection(self) -> None:  # noqa: N802
        self.disconnecting = True
        self._request.close()

    def write(self, data: bytes) -> None:
        """Refuse: a body is only read (``ITransport``)."""
        msg = f"{len(data)} bytes were written to a response body, which is only read"
        raise errors.InvalidOperation(msg)

    def writeSequence(self, data: Any) -> None:  # noqa: N802
        self.write(b"".join(data))

    def getPeer(self) -> Any:  # noqa: N802
        return None

    def getHost(self) -> Any:  # noqa: N802
        return None

    def _ended(self, _count: int, framed: bool) -> None:
        self._over = True
        self._request.close()
        reason = ResponseDone() if framed else PotentialDataLoss()
        self._protocol.connectionLost(Failure(reason))

    def _lost(self, failure: Failure) -> None:
        self._over = True
        self._request.close()
        self._protocol.connectionLost(Failure(as_twisted(_error_of(failure))))


class _BodySink:
    def __init__(self, transport: _BodyTransport) -> None:
        self.write = transport.take


class _ResponseFailed(ResponseFailed):
    """What Twisted's users look at when an answer was cut short or broke the rules.

    :ivar reasons: one failure, the error of our tree.
    """

    def __init__(self, message: str) -> None:
        # Not Twisted's own: it takes failures, and is given those in as_twisted().
        Exception.__init__(self, message)
        self.reasons: list[Failure] = []
        self.response = None


class AgentInvalidServerResponse(errors.HttpInvalidServerResponse, _ResponseFailed):
    """The answer broke the rules (12152)."""


class AgentTruncated(errors.Truncated, _ResponseFailed):
    """The answer was cut short (12152)."""


class AgentConnectionReset(errors.ConnectionReset, _ResponseFailed):
    """The server reset the connection (12031)."""


class AgentConnectionAborted(errors.ConnectionAborted, _ResponseFailed):
    """The connection was terminated (12030)."""


class AgentTimeout(errors.Timeout, twisted_errors.TimeoutError):
    """A limit ran out (12002)."""


class AgentNameNotResolved(errors.NameNotResolved, twisted_errors.DNSLookupError):
    """The host's name could not be looked up (12007)."""


class AgentCannotConnect(errors.CannotConnect, twisted_errors.ConnectError):
    """No address of the host could be connected to (12029)."""


#: The nearest ancestor counts.
_ALSO_TWISTED: dict[type[errors.InternetError], type[errors.InternetError]] = {
    errors.Timeout: AgentTimeout,
    errors.NameNotResolved: AgentNameNotResolved,
    errors.CannotConnect: AgentCannotConnect,
    errors.Truncated: AgentTruncated,
    errors.HttpInvalidServerResponse: AgentInvalidServerResponse,
    errors.ConnectionReset: AgentConnectionReset,
    errors.ConnectionAborted: AgentConnectionAborted,
}


def as_twisted(error: BaseException) -> BaseException:
    """Return the error as one that Twisted's users catch as well."""
    if not isinstance(error, errors.InternetError):
        return error
    kinds = (_ALSO_TWISTED.get(kind) for kind in type(error).__mro__)
    twin = next((kind for kind in kinds if kind is not None), None)
    if twin is None:
        return error
    both = twin(error.message)
    both.__cause__ = error
    if isinstance(both, _ResponseFailed):
        both.reasons = [Failure(error)]
    return both


def _error_of(failure: Failure) -> BaseException:
    """Return a failure's exception; a failure of ours always has one."""
    assert failure.value is not None
    return failure.value
