"""Requests and answers in the words of ``IAgent`` and ``IResponse``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import ITransport
from twisted.python.failure import Failure
from twisted.web.client import ResponseDone
from twisted.web.http import PotentialDataLoss
from twisted.web.http_headers import Headers
from twisted.web.iweb import UNKNOWN_LENGTH, IResponse
from zope.interface import implementer

from twinet import errors
from twinet._handles.agent_errors import as_twisted, error_of
from twinet._http.redirect import verb_after

if TYPE_CHECKING:
    from twisted.internet.interfaces import IProtocol
    from twisted.web.iweb import IClientRequest

    from twinet._handles.http_request import HttpRequest
    from twinet.records import Response

__all__ = ["AgentResponse", "answered", "field_lines"]

#: Fields that the library sets itself; what treq gives is what we would send.
_OURS = frozenset((b"content-length", b"transfer-encoding"))
#: Fields of an answer that are about its body before that is decoded.
_OF_THE_CODED = frozenset((b"content-encoding", b"content-length"))


def field_lines(headers: Headers | None) -> list[tuple[bytes, bytes]]:
    """Return the fields that an agent was given, as pairs."""
    if headers is None:
        return []
    return [
        (name, value)
        for name, values in headers.getAllRawHeaders()
        if name.lower() not in _OURS
        for value in values
    ]


def answered(sent: Deferred[HttpRequest]) -> Deferred[Any]:
    """Return what fires with the ``AgentResponse``, or fails as Twisted's would.

    Cancelling it cancels the request.
    """
    answer: Deferred[Any] = Deferred(lambda _: sent.cancel())
    sent.addCallbacks(
        lambda request: answer.callback(AgentResponse(request)),
        lambda failure: answer.errback(as_twisted(error_of(failure))),
    )
    return answer


class _AnswerHeaders(Headers):
    """The fields of an answer, as what is wrapped round an agent deals with them."""

    def getRawHeaders(self, name: Any, default: Any = None) -> Any:  # noqa: N802
        """Return values; as text they may be of any charset, not of UTF-8 alone."""
        if not isinstance(name, str):
            return super().getRawHeaders(name, default)
        values = super().getRawHeaders(name.encode("latin-1", "replace"))
        return default if values is None else [_text(value) for value in values]

    def setRawHeaders(self, name: Any, values: Any) -> None:  # noqa: N802
        """Set a field; an empty Content-Encoding is none.

        Twisted's decoding agent sets one on every answer that has none.
        """
        if list(values) == [b""] and name == b"Content-Encoding":
            self.removeHeader(name)
        else:
            super().setRawHeaders(name, values)


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


class _Answer:
    """What an answer's head says, in the words of ``IResponse``."""

    def __init__(self, response: Response, verb: bytes) -> None:
        major, minor = response.version.split(".")
        self.version = (b"HTTP", int(major), int(minor))
        self.code = response.status_code
        self.phrase = response.reason.encode("latin-1")
        self.headers: Headers = _AnswerHeaders()
        # A body that is decoded here must not be decoded again.
        hidden = _OF_THE_CODED if response.decoded else ()
        for name, value in response.headers.raw:
            if name.lower() not in hidden:
                self.headers.addRawHeader(name, value)
        length = None if response.decoded else response.length
        self.length = UNKNOWN_LENGTH if length is None else length
        self.request: IClientRequest = _ClientRequest(verb, response.url)  # type: ignore[assignment]  # zope
        self.previousResponse: IResponse | None = None

    def setPreviousResponse(self, response: IResponse) -> None:  # noqa: N802
        """Remember the answer that redirected here (``IResponse``)."""
        self.previousResponse = response


@implementer(IResponse)
class AgentResponse(_Answer):
    """The answer as ``IResponse``; its body flows when ``deliverBody`` is called.

    The redirects that were followed stand behind it (``previousResponse``).
    """

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        verb = request.verb.encode("latin-1")
        before: IResponse | None = None
        for response in request.response.history:
            redirect = _Redirect(response, verb)
            redirect.previousResponse = before
            verb = verb_after(response.status_code, verb)
            before = redirect
        super().__init__(request.response, verb)
        self.previousResponse = before

    def deliverBody(self, protocol: IProtocol) -> None:  # noqa: N802  IResponse
        """Let the body flow to ``protocol``; its transport can pause and abort."""
        delivery = _BodyTransport(self._request, protocol)
        protocol.makeConnection(delivery)
        delivery.start()

    def abort(self) -> None:
        """Close the connection: nothing more of the body comes."""
        self._request.close()


@implementer(IResponse)
class _Redirect(_Answer):
    """An answer that was followed; its body has been thrown away."""

    def __init__(self, response: Response, verb: bytes) -> None:
        super().__init__(response, verb)
        self.length = 0

    def deliverBody(self, protocol: IProtocol) -> None:  # noqa: N802  IResponse
        """Tell the protocol that there is nothing."""
        protocol.connectionLost(Failure(ResponseDone()))


class _ClientRequest:
    """What ``IResponse.request`` offers (``IClientRequest``)."""

    def __init__(self, verb: bytes, url: str) -> None:
        self.method = verb
        self.absoluteURI = url.encode("ascii")
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
        self._protocol.connectionLost(Failure(as_twisted(error_of(failure))))


class _BodySink:
    def __init__(self, transport: _BodyTransport) -> None:
        self.write = transport.take
