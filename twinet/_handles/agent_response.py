"""Answers in the words of ``IResponse``."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from twisted.python.failure import Failure
from twisted.web.client import ResponseDone
from twisted.web.http_headers import Headers
from twisted.web.iweb import UNKNOWN_LENGTH, IResponse
from zope.interface import implementer

from twinet._handles.agent_body import BodyTransport
from twinet._handles.agent_errors import as_twisted, error_of
from twinet._handles.agent_headers import AnswerHeaders
from twinet._http.redirect import verb_after

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred
    from twisted.internet.interfaces import IProtocol
    from twisted.web.iweb import IClientRequest

    from twinet._handles.agent_request import AgentRequest
    from twinet.records import Response

__all__ = ["AgentResponse", "answered"]

_VERSIONS = {"1.1": (b"HTTP", 1, 1), "1.0": (b"HTTP", 1, 0)}


def answered(sent: Deferred[Any]) -> Deferred[Any]:
    """Return what fires with the ``AgentResponse``, or fails as Twisted's would.

    Cancelling it cancels the request.

    :param sent: fires with the :class:`AgentRequest`.
    """
    return sent.addCallbacks(AgentResponse, _as_twisted)


def _as_twisted(failure: Failure) -> Failure:
    return Failure(as_twisted(error_of(failure)))


class _Answer:
    """What an answer's head says, in the words of ``IResponse``.

    What is seldom asked for is made when it is.
    """

    previousResponse: IResponse | None = None  # noqa: N815  IResponse

    def __init__(self, response: Response, verb: bytes) -> None:
        self._response = response
        self._verb = verb
        self.code = response.status_code
        self.headers: Headers = AnswerHeaders.of(response)
        length = None if response.decoded else response.length
        self.length = UNKNOWN_LENGTH if length is None else length

    @property
    def version(self) -> tuple[bytes, int, int]:
        """The protocol's version."""
        return _VERSIONS[self._response.version]

    @property
    def phrase(self) -> bytes:
        """The reason phrase."""
        return self._response.reason.encode("latin-1")

    @cached_property
    def request(self) -> IClientRequest:
        """The request that it answers."""
        return _ClientRequest(self._verb, self._response.url)  # type: ignore[return-value]  # zope

    def setPreviousResponse(self, response: IResponse) -> None:  # noqa: N802
        """Remember the answer that redirected here (``IResponse``)."""
        self.previousResponse = response


@implementer(IResponse)
class AgentResponse(_Answer):
    """The answer as ``IResponse``; its body flows when ``deliverBody`` is called.

    The redirects that were followed stand behind it (``previousResponse``).
    """

    def __init__(self, request: AgentRequest) -> None:
        self._request = request
        response = request.response
        verb = request._verb
        if response.history:
            before: IResponse | None = None
            for redirect in response.history:
                followed = _Redirect(redirect, verb)
                followed.previousResponse = before
                verb = verb_after(redirect.status_code, verb)
                before = followed
            self.previousResponse = before
        super().__init__(response, verb)

    def deliverBody(self, protocol: IProtocol) -> None:  # noqa: N802  IResponse
        """Let the body flow to ``protocol``; its transport can pause and abort."""
        transport = BodyTransport(self._request, protocol)
        protocol.makeConnection(transport)
        transport.start()

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
