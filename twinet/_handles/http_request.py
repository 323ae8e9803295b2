"""The HTTP request handle: sends one request at a time and reads its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from twisted.internet.defer import Deferred, fail

from twinet._handles.resource import Resource
from twinet._http.order import Order
from twinet._wire.http_request import check_fields, check_verb
from twinet.errors import (
    IncorrectHandleState,
    InternetError,
    InvalidOperation,
    InvalidParameter,
    Timeout,
)
from twinet.flags import Flag, HandleType, RequestFlag, SecurityFlag
from twinet.status import SELF

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from twisted.web.iweb import IBodyProducer

    from twinet._handles.handle import Handle
    from twinet._net.dispatch import Listener
    from twinet.records import Limits, Response
    from twinet.urls import HttpUrl

    HeadersArgument = Mapping[str, str] | Iterable[tuple[str | bytes, str | bytes]]

__all__ = ["HttpRequest"]

#: The flags of a request that let a certificate's fault through.
_CERTIFICATE_FLAGS = Flag.IGNORE_CERT_CN_INVALID | Flag.IGNORE_CERT_DATE_INVALID


_NONE = SecurityFlag(0)


def _let_through(flags: Flag) -> SecurityFlag:
    return SecurityFlag(int(flags & _CERTIFICATE_FLAGS))


class HttpRequest(Resource):
    """A request to a server, and its answer."""

    handle_type = HandleType.HTTP_REQUEST
    _response: Response | None = None
    _close_when_failed = False
    #: whether it has been sent, so that there may be something to forget.
    _used = False

    def __init__(
        self,
        parent: Handle,
        verb: str,
        url: HttpUrl,
        *,
        headers: HeadersArgument = (),
        flags: Flag = Flag(0),
        context: Any = SELF,
        on_status: Listener | None = None,
        limits: Limits | None = None,
    ) -> None:
        super().__init__(parent, context, on_status, limits)
        self._verb = check_verb(verb)
        self._url = url
        self._fields = check_fields(headers)
        self._flags = flags
        #: certificate faults that are let through (``SECURITY_FLAGS``).
        self.security_flags = _NONE if not flags else _let_through(flags)

    @property
    def url(self) -> str:
        """The URL in use, without user name and password; redirects change it."""
        return self._url.url if self._response is None else self._response.url

    @property
    def verb(self) -> str:
        """The request's verb."""
        return self._verb.decode("latin-1")

    @property
    def request_flags(self) -> RequestFlag:
        """What became of the request (``INTERNET_REQFLAG_*``)."""
        flags = RequestFlag(0)
        if self._response is None:
            flags |= RequestFlag.NO_HEADERS
        if isinstance(self._broken, Timeout):
            flags |= RequestFlag.NET_TIMEOUT
        return flags

    @property
    def response(self) -> Response:
        """The answer.

        :raises IncorrectHandleState: 12019, there is none yet.
        """
        if self._response is None:
            msg = f"{self} has no answer yet; wait for the Deferred of send()"
            raise IncorrectHandleState(msg)
        return self._response

    def send(self, body: bytes | IBodyProducer | None = None) -> Deferred[Self]:
        """Send the request; fires with this handle when the answer's head is there.

        A 4xx or 5xx answer is an answer, not an error.  A handle may be sent again;
        what is left of its former answer is thrown away.

        :param body: what to send; bytes can be sent again after a redirect.
        :raises InvalidHandle: 6, the handle is closed.
        :raises RequestPending: 12026, a call on this handle is pending.
        :raises NameNotResolved: 12007.
        :raises CannotConnect: 12029.
        :raises CertificateFault: 12037, 12038, 12045 … the server is not trusted.
        :raises Timeout: 12002, a limit ran out; the text says which.
        :raises HttpInvalidServerResponse: 12152, the answer breaks the rules.
        :raises HttpRedirectFailed: 12156, too many redirects.
        :raises OperationCancelled: 12017, the handle was closed meanwhile.
        :source: HttpSendRequest.
        """
        try:
            self._check_alive()
            if body is not None and not isinstance(body, bytes):
                if isinstance(body, bytearray | memoryview):
                    body = bytes(body)
                elif isinstance(body, str):
                    msg = "a body is bytes; encode the text first"
                    raise InvalidParameter(msg)
            pending = self._begin()
        except InternetError as error:
            return fail(error)
        if self._used:
            self._reset()
            self._revive()
            self._response = None
        self._used = True
        session = self.session
        engine = session.engine
        url = self._url
        voice = self._voice
        order = Order(
            self._verb,
            url,
            session.agent,
            self._fields,
            body,
            engine.tls_policy(url.scheme, self.security_flags),
            self._limits,
            self._flags,
            self.security_flags,
            voice.context,
        )
        transfer = self._source = engine.transfer(order, voice, self)
        transfer.start()
        return pending

    def take_answer(self, response: Response) -> None:
        """Take the answer's head (the transfer's side of the seam)."""
        self._response = response

    def _take_trailers(self, trailers: Any) -> None:
        if self._response is not None:
            self._response.trailers.raw.extend(trailers)

    def tell_answer(self) -> None:
        """End the call that waits for the head."""
        if self._source is not None and not self._complete:
            self._source.want(False)
        self._finish(self)

    def tell_end(self) -> None:
        """Tell that nothing more comes; before the head, that the call failed."""
        if self._response is not None:
            super().tell_end()
            return
        self._source = None
        error = self._broken
        assert error is not None, "an answer without a head ends in an error"
        if self._close_when_failed:
            # Nobody was given this handle: it must not stay in the tree.
            self._fail_and_close(error)
        else:
            self._spend()
            self._fail(error)

    def _length(self) -> int:
        length = None if self._response is None else self._response.length
        return super()._length() if length is None else length

    def _check_seek(self, position: int, wanted: int) -> None:
        super()._check_seek(position, wanted)
        if self.response.headers.get("accept-ranges", "").lower() != "bytes":
            msg = f"{self.url} does not offer ranges (no Accept-Ranges: bytes)"
            raise InvalidOperation(msg)

    def _check_readable(self) -> None:
        # The three questions are asked at once: a small body is one read.
        if self._dead or self._pending is not None or self._response is None:
            super()._check_readable()
            msg = f"{self} has no answer yet; call send() and wait for it"
            raise IncorrectHandleState(msg)

    def __str__(self) -> str:
        return f"{self.verb} {self.url}"
