"""What a request tells when it is asked: of itself, of its head, of its answer's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinet._handles.head_query import DECODED_AWAY, HeadQuery, check_question
from twinet._handles.request_fields import RequestFields
from twinet._handles.secured_request import SecuredRequest
from twinet.errors import IncorrectHandleState, Timeout
from twinet.flags import RequestFlag
from twinet.query import Query, QueryFlag

if TYPE_CHECKING:
    from datetime import datetime

    from twinet._http.order import Order
    from twinet._wire.http_request import FieldLines
    from twinet.records import Response
    from twinet.urls import HttpUrl

__all__ = ["QueriedRequest"]


class QueriedRequest(SecuredRequest):
    """A request with its header fields, and the questions about heads."""

    _verb = b"GET"
    _url: HttpUrl
    #: its own header fields, as they were given.
    _fields: FieldLines = ()
    #: the header fields that its flags stand for.
    _flag_lines: FieldLines = ()
    #: made when the program first looks at its own header fields.
    _headers: RequestFields | None = None
    #: the order of the last send, which tells how the request went out.
    _sent: Order | None = None
    #: the last answer that was followed, or was asked for another place of the body.
    _passed: Response | None = None

    @property
    def url(self) -> str:
        """The URL in use, without user name and password; redirects change it."""
        return self._url.url if self._response is None else self._response.url

    @property
    def verb(self) -> str:
        """The request's verb."""
        return self._verb.decode("latin-1")

    @property
    def headers(self) -> RequestFields:
        """The request's own header fields; what is changed acts on the next send."""
        if self._headers is None:
            self._headers = RequestFields(self._fields)
        return self._headers

    def query_info(
        self,
        query: int,
        *,
        name: str | None = None,
        index: int = 0,
        flags: QueryFlag = QueryFlag(0),
    ) -> str | int | datetime:
        """Return what a head says: the answer's, or with a flag the request's.

        Before there is an answer its head is empty, and its status 0.

        :param query: the attribute.
        :param name: of the field, with ``Query.CUSTOM``.
        :param index: which of several fields of that name.
        :param flags: where to look, and what to give: a number, a time.
        :raises InvalidHandle: 6, the handle is closed.
        :raises IncorrectHandleState: 12019, the request's body is still being sent.
        :raises HttpHeaderNotFound: 12150, it is not there, or not so often.
        :raises HttpInvalidHeader: 12153, it is no number that fits, or no time.
        :raises HttpInvalidQueryRequest: 12154, no head has such a thing.
        :raises InvalidParameter: 87, a name, an index or flags of another type.
        :source: HttpQueryInfo.
        """
        self._check_alive()
        check_question(name, index, flags)
        if flags & QueryFlag.REQUEST_HEADERS:
            return HeadQuery(self._own_head()).ask(query, name, index, flags)
        if query == Query.REQUEST_METHOD:
            return self.verb
        response = self._response
        if response is None:
            if self._writing:
                msg = f"{self} has no answer yet; call finish() and wait for it"
                raise IncorrectHandleState(msg)
            if query == Query.STATUS_CODE and flags & QueryFlag.NUMBER:
                return 0
            return HeadQuery(b"").ask(query, name, index, flags)
        hidden = DECODED_AWAY if response.decoded else ()
        return HeadQuery(response.raw_head, hidden).ask(query, name, index, flags)

    def _own_head(self) -> bytes:
        """Return the head that went out, or before that what the program gave."""
        if self._sent is not None:
            return self._sent.head()
        lines = self._own_lines()
        first = b"%b %b HTTP/1.1\r\n" % (self._verb, self._url.target.encode())
        return first + b"".join(b"%b: %b\r\n" % line for line in lines)

    @property
    def request_flags(self) -> RequestFlag:
        """What became of the request (``INTERNET_REQFLAG_*``)."""
        flags = RequestFlag(0)
        if self._response is None:
            flags |= RequestFlag.NO_HEADERS
        if self._sent is not None and self._sent.proxy is not None:
            flags |= RequestFlag.VIA_PROXY
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

    @property
    def latest_response(self) -> Response | None:
        """The answer whose head has come last; ``None`` before there is one.

        While a redirect is followed, or a challenge answered, this is that answer;
        after a move to another place of the body it is the part's.  ``response`` is
        the one that the program has asked for.

        :source: our own.
        """
        return self._response if self._passed is None else self._passed

    def _own_lines(self) -> FieldLines:
        lines = self._fields if self._headers is None else self._headers.lines
        if self._flag_lines:
            given = {name.lower() for name, _ in lines}
            more = [line for line in self._flag_lines if line[0].lower() not in given]
            return (*lines, *more)
        return lines
