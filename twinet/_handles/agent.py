"""The agent: this library under treq, or under anything that speaks ``IAgent``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from twisted.internet.defer import Deferred, fail
from twisted.web.iweb import IAgent, IResponse
from zope.interface import implementer

from twinet import errors
from twinet._handles.agent_headers import field_lines
from twinet._handles.agent_request import AgentRequest
from twinet._handles.agent_response import answered
from twinet._handles.session import Session
from twinet._http.content import content_of
from twinet.flags import Flag

if TYPE_CHECKING:
    from twisted.web.http_headers import Headers
    from twisted.web.iweb import IBodyProducer

__all__ = ["Agent"]

#: What is wrapped round it follows redirects, and keeps cookies of its own.
_FLAGS = Flag.NO_AUTO_REDIRECT | Flag.NO_COOKIES


@implementer(IAgent)
class Agent:
    """An ``IAgent`` over a session.

    Like Twisted's, it follows no redirect by itself, keeps no cookies and adds no
    field but Host, User-Agent and Accept: what is wrapped round it does.  (A
    session with ``decoding=True`` asks for compressed bodies and decodes them.)
    Unlike Twisted's, it goes through the proxies that the environment names, as every
    session does that is told no others.

    :param reactor: the reactor; the running one when left out.
    :param session: the session to use; one is made when left out.
    :param options: for :class:`twinet.Session`, when it is made here.
    """

    def __init__(
        self, reactor: Any = None, *, session: Session | None = None, **options: Any
    ) -> None:
        self.session = Session(reactor, **options) if session is None else session

    def __repr__(self) -> str:
        return f"<Agent over {self.session!r}>"

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
        session = self.session
        try:
            if not (isinstance(method, bytes) and isinstance(uri, bytes)):
                _refuse(method, uri)
            content = None
            if bodyProducer is not None:
                content = content_of(bodyProducer, session.disk.run)
        except errors.InternetError as error:
            return fail(error)
        return answered(
            session._send_to(
                uri.decode("utf-8", "surrogateescape"),
                method.decode("latin-1"),
                content,
                headers=field_lines(headers),
                flags=_FLAGS,
                kind=AgentRequest,
            )
        )

    def close(self) -> Deferred[None]:
        """Close the session; fires when no socket is left."""
        return self.session.close()


def _refuse(method: object, uri: object) -> NoReturn:
    """Say which of them is not bytes.

    :raises InvalidParameter: 87, always.
    """
    what, given = ("URL", uri) if isinstance(method, bytes) else ("method", method)
    msg = f"an agent's {what} is bytes, not {type(given).__name__}"
    raise errors.InvalidParameter(msg)
