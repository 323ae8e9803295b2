"""treq over a session: treq's calls and answers, the session's everything else.

Theory of operation.  Each call makes a plain ``HTTPClient`` for itself alone, with an
agent that knows the call (:class:`_Call`).  treq converts header fields and ``auth``
and gives the answer its methods.  What treq would do less well is kept from it: the URL
(hyperlink changes some and refuses IPv6 addresses), the body (its producers ask for the
global reactor and produce once), redirects, cookies, and the decoding of bodies, where
it takes cut and damaged ones for whole.

Its answer cannot be cancelled while its body is read, so it is wrapped once more
(:class:`TreqResponse`).
"""

from __future__ import annotations

import re
from math import inf
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar

from hyperlink import DecodedURL, EncodedURL
from treq.client import HTTPClient
from twisted.internet.defer import Deferred, fail
from twisted.python.components import proxyForInterface
from twisted.python.failure import Failure
from twisted.web.http_headers import Headers
from twisted.web.iweb import IAgent, IResponse
from zope.interface import implementer

from twinet._handles.agent_errors import AgentTimeout, as_twisted
from twinet._handles.agent_headers import field_lines
from twinet._handles.agent_response import answered
from twinet._handles.treq_cookies import CookiesRead, TreqRequest, cookie_field
from twinet._http.content import content_of
from twinet._http.treq_catch import NOWHERE
from twinet._wire.http_request import check_field, check_verb
from twinet.errors import InternetError, InvalidParameter
from twinet.flags import Flag

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from treq.cookies import IndexableCookieJar
    from twisted.web.iweb import IBodyProducer

    from twinet._handles.agent_response import AgentResponse
    from twinet._handles.url_calls import UrlCalls
    from twinet._http.content import Content
    from twinet._net.dispatch import Listener
    from twinet.records import Limits

__all__ = ["TreqClient", "TreqResponse"]

T = TypeVar("T")

#: What has no form in bytes.
_SURROGATE = re.compile("[\ud800-\udfff]")
_ACCEPT_ENCODING = b"Accept-Encoding"
_CONTENT_ENCODING = b"Content-Encoding"


class HowToCall(TypedDict):
    """What all requests of a client are given."""

    flags: Flag
    context: Any
    on_status: Listener | None
    limits: Limits | None


class TreqClient(HTTPClient):
    """``treq.client.HTTPClient`` over a session: :meth:`twinet.Session.treq`."""

    def __init__(self, session: UrlCalls, how: HowToCall) -> None:
        # treq wants an agent and a jar; each call has its own.
        super().__init__(
            _Call(session, how, NOWHERE.to_text()), CookiesRead(session.cookies)
        )
        self._session = session
        self._how = how

    def __repr__(self) -> str:
        return f"<TreqClient over {self._session!r}>"

    def request(
        self,
        method: str,
        url: Any,
        *,
        params: Any = None,
        headers: Any = None,
        data: Any = None,
        files: Any = None,
        json: Any = ...,
        auth: tuple[str | bytes, str | bytes] | None = None,
        cookies: Any = None,
        allow_redirects: bool = True,
        browser_like_redirects: bool = False,  # noqa: ARG002  the session's are
        unbuffered: bool = False,
        reactor: Any = None,  # noqa: ARG002  the session has one
        timeout: float | None = None,
        _stacklevel: int = 2,
    ) -> Deferred[Any]:
        """Send a request as ``treq.request`` does; fires with its response.

        :param url: and all up to ``timeout``: as treq has them.  ``data`` and ``files``
            may also hold what :meth:`HttpRequest.send` takes as body and files.
        :param cookies: sent with this call, beside the session's, and then forgotten.
        :param browser_like_redirects: not looked at: redirects are the session's.
        :param reactor: not looked at: it is the session's.
        :raises InternetError: as :meth:`HttpRequest.send`; the classes are also those
            of Twisted that treq's users catch (``twinet.agent``).
        :source: ``treq.client.HTTPClient.request``.
        """
        session = self._session
        try:
            session._check_usable()
            check_verb(method)
            _check_headers(headers)
            _check_auth(auth)
            _check_timeout(timeout)
            text = _text_of(url)
            call = _Call(
                session,
                self._how,
                text,
                content=_content(session, params, data, files, json),
                cookie=cookie_field(cookies, text),
                follow=allow_redirects,
            )
        except InternetError as error:
            return fail(as_twisted(error))
        client = HTTPClient(call, CookiesRead(session.cookies))
        pending: Deferred[Any] = client.request(
            method,
            NOWHERE,
            headers=headers,
            auth=auth,
            allow_redirects=False,
            unbuffered=unbuffered,
            reactor=session.reactor,
            _stacklevel=_stacklevel + 1,
        )
        if timeout:
            pending.addTimeout(timeout, session.reactor, call.timed_out)
        return pending.addCallback(call.wrapped)


@implementer(IAgent)
class _Call:
    """The agent of one call: it sends what the call is about, whatever treq says."""

    _answer: AgentResponse
    _codings: Sequence[bytes] | None = None

    def __init__(
        self,
        session: UrlCalls,
        how: HowToCall,
        url: str,
        *,
        content: Content | None = None,
        cookie: str | None = None,
        follow: bool = True,
    ) -> None:
        self._session = session
        self._how = how
        self._url = url
        self._content = content
        self._cookie = cookie
        self._follow = follow

    def request(
        self,
        method: bytes,
        uri: bytes,  # noqa: ARG002  IAgent
        headers: Headers | None = None,
        bodyProducer: IBodyProducer | None = None,  # noqa: N803, ARG002  IAgent
    ) -> Deferred[IResponse]:
        """Send the request; fires with an ``IResponse`` (``IAgent``)."""
        fields: list[tuple[bytes, str | bytes]] = [*_without_gzip(headers)]
        if self._cookie is not None:
            fields.append((b"Cookie", self._cookie))
        how = self._how
        flags = how["flags"]
        sent = self._session._send_to(
            self._url,
            method.decode("ascii"),
            self._content,
            headers=fields,
            flags=flags if self._follow else flags | Flag.NO_AUTO_REDIRECT,
            context=how["context"],
            on_status=how["on_status"],
            limits=how["limits"],
            kind=TreqRequest,
        )
        return answered(sent).addCallback(self._hide_codings)

    def _hide_codings(self, answer: AgentResponse) -> AgentResponse:
        """Keep treq's decoder off the body: it takes damaged ones for whole."""
        self._answer = answer
        self._codings = answer.headers.getRawHeaders(_CONTENT_ENCODING)
        answer.headers.removeHeader(_CONTENT_ENCODING)
        return answer

    def wrapped(self, response: Any) -> TreqResponse:
        """Return treq's response with what it lacks."""
        if self._codings is not None:
            self._answer.headers.setRawHeaders(_CONTENT_ENCODING, self._codings)
        return TreqResponse(response, self._answer.abort)

    def timed_out(self, result: Any, timeout: float) -> Any:
        """Say what has run out (``Deferred.addTimeout``)."""
        if isinstance(result, Failure):
            msg = f"the answer's head did not come within {timeout:g} s (timeout)"
            raise AgentTimeout(msg)
        return result


class TreqResponse(proxyForInterface(IResponse)):  # type: ignore[misc]  # made by a call
    """The answer, with treq's methods; cancelling one closes the connection.

    :ivar original: treq's own response.
    """

    def __init__(self, original: Any, abort: Callable[[], None]) -> None:
        super().__init__(original)
        self._abort = abort

    def collect(self, collector: Callable[[bytes], None]) -> Deferred[None]:
        """Hand each piece of the body to a function; fires at its end."""
        return self._stoppable(self.original.collect(collector))

    def content(self) -> Deferred[bytes]:
        """Fire with the whole body."""
        return self._stoppable(self.original.content())

    def json(self, **kwargs: Any) -> Deferred[Any]:
        """Fire with what the body says as JSON.

        :param kwargs: for ``json.loads``.
        """
        return self._stoppable(self.original.json(**kwargs))

    def text(self, encoding: str = "ISO-8859-1") -> Deferred[str]:
        """Fire with the body as text.

        :param encoding: taken when the answer names none.
        """
        return self._stoppable(self.original.text(encoding))

    def history(self) -> list[Any]:
        """Return the answers that redirected here, the oldest first."""
        found: list[Any] = self.original.history()
        return found

    def cookies(self) -> IndexableCookieJar:
        """Return a copy of the session's cookies."""
        jar: IndexableCookieJar = self.original.cookies()
        return jar

    def _stoppable(self, reading: Deferred[T]) -> Deferred[T]:
        """Return what reads the body, and closes the connection when cancelled."""
        read: Deferred[T] = Deferred(lambda _: self._abort())

        def end(result: T | Failure) -> None:
            # Closed from inside a notification it ends later, and has failed by then.
            if not read.called:
                read.callback(result)  # a failure fails it

        reading.addBoth(end)
        return read

    def __repr__(self) -> str:
        return f"<TreqResponse {self.code} of {self.original!r}>"


def _content(
    session: UrlCalls, params: Any, data: Any, files: Any, json: Any
) -> Content:
    """Return what treq's arguments make; an empty one is none, as treq has it."""
    form = data if files or isinstance(data, dict | list | tuple) else None
    if json is not ... and not data:
        form = None
    return content_of(
        data if form is None and data else None,
        session.disk.run,
        params=params or None,
        form=form,
        files=files or None,
        json=json,
    )


def _text_of(url: Any) -> str:
    """Return a URL as text, exactly as it was given.

    :raises InvalidParameter: 87, it is none.
    """
    if isinstance(url, DecodedURL):
        url = url.encoded_url
    if isinstance(url, EncodedURL):
        return url.to_text(with_password=True)
    if isinstance(url, bytes):
        return url.decode("utf-8", "surrogateescape")
    if isinstance(url, str):
        return url
    msg = f"a URL is text, bytes or of hyperlink; not a {type(url).__name__}"
    raise InvalidParameter(msg)


def _check_timeout(timeout: Any) -> None:
    """Refuse what is no time; 0 is none, as treq has it.

    :raises InvalidParameter: 87, it is not.
    """
    if timeout is not None and not (
        isinstance(timeout, int | float) and 0 <= timeout < inf
    ):
        msg = f"timeout is a number of seconds, or None for no limit; not {timeout!r}"
        raise InvalidParameter(msg)


def _check_auth(auth: Any) -> None:
    """Refuse what treq would show in an error of its own: a password.

    :raises InvalidParameter: 87, it cannot be sent.
    """
    if auth is None:
        return
    if not isinstance(auth, tuple) or [
        isinstance(each, str | bytes) for each in auth
    ] != [True, True]:
        msg = "auth is a pair of user name and password, which are text or bytes"
        raise InvalidParameter(msg)
    for each in auth:
        if isinstance(each, str) and _SURROGATE.search(each):
            msg = "auth has half of a surrogate pair, which has no UTF-8 form"
            raise InvalidParameter(msg)


def _check_headers(headers: Any) -> None:
    """Refuse what ``Headers`` would change without a word: a line end in a value.

    :raises InvalidParameter: 87, one field cannot be sent.
    """
    if isinstance(headers, dict):
        for name, values in headers.items():
            for value in values if isinstance(values, list) else (values,):
                if isinstance(name, str | bytes) and isinstance(value, str | bytes):
                    check_field(name, value)


def _without_gzip(headers: Headers | None) -> list[tuple[bytes, bytes]]:
    """Return the fields but for the coding that treq asks for by itself.

    It puts it behind those of the program; what is asked for is the session's to say.
    """
    kept = Headers() if headers is None else headers.copy()
    *own, _ = kept.getRawHeaders(_ACCEPT_ENCODING, [b"gzip"])
    kept.setRawHeaders(_ACCEPT_ENCODING, own)
    return field_lines(kept)
