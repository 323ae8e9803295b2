"""The HTTP request handle: sends one request at a time and reads its answer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from twisted.internet.defer import Deferred, fail

from twinet._handles.queried_request import QueriedRequest
from twinet._handles.range_seek import RangeSeek
from twinet._handles.request_flags import (
    CERTIFICATE_BITS,
    FIELD_BITS,
    check_flags,
    flag_lines,
)
from twinet._http.content import content_of
from twinet._http.order import ORDINARY, Order
from twinet._http.representation import Representation, offers_ranges
from twinet._net.foresight import foreseen
from twinet._net.inbox import Inbox
from twinet._wire.http_request import check_fields, check_verb
from twinet.errors import (
    CertificateFault,
    FileNotFound,
    IncorrectHandleState,
    InternetError,
    InvalidOperation,
    InvalidParameter,
)
from twinet.flags import Flag, HandleType, SecurityFlag
from twinet.status import SELF

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from twinet._handles.handle import Handle
    from twinet._handles.resource import Source
    from twinet._handles.session import Session
    from twinet._http.body import Body, GivenBody
    from twinet._http.content import Content, FieldsArgument, FilesArgument
    from twinet._http.pushed_body import PushedBody
    from twinet._net.dispatch import Listener
    from twinet._wire.http_request import FieldLines
    from twinet.records import Limits, Response
    from twinet.urls import HttpUrl

    HeadersArgument = Mapping[str, str] | Iterable[tuple[str | bytes, str | bytes]]

__all__ = ["HttpRequest"]

# Flags that are looked at when a request is opened.
_FROM_CACHE = int(Flag.FROM_CACHE)
_SECURE = int(Flag.SECURE)


@foreseen("_response", "_inbox", "_need", "_take", "_wire", "_complete", "_dead")
class HttpRequest(QueriedRequest):
    """A request to a server, and its answer."""

    handle_type = HandleType.HTTP_REQUEST
    _order_kind = Order
    _flags = Flag(0)
    #: when it gets its connection, where others want one too.
    turn = ORDINARY
    #: whether it is sent when the session is offline.
    ignores_offline = False
    #: whether the network must not be used (``Flag.FROM_CACHE``).
    _cache_only = False
    #: a redirect that could not be followed, until its call has ended.
    _refused: Response | None = None
    _close_when_failed = False
    #: whether it has been sent, so that there may be something to forget.
    _used = False
    #: what is known of the body, once another place of it was asked for.
    _representation: Representation | None = None

    def __init__(
        self,
        parent: Handle,
        verb: str,
        url: HttpUrl,
        headers: HeadersArgument = (),
        flags: Flag = Flag(0),
        context: Any = SELF,
        on_status: Listener | None = None,
        limits: Limits | None = None,
    ) -> None:
        super().__init__(parent, context, on_status, limits)
        # What most requests have is not looked at: a small one costs 30 µs.
        if verb != "GET":
            self._verb = check_verb(verb)
            if self._verb == b"TRACE":
                # The answer repeats it, for others to read (RFC 9110, section 9.3.8).
                flags = check_flags(flags) | Flag.NO_COOKIES | Flag.NO_AUTH
        self._url = url
        if headers:
            self._fields = check_fields(headers)
        if parent._decoding:
            self._decoding = True
        if flags:
            self._flags = flags
            self._take_flags(flags)

    def _take_flags(self, flags: Flag) -> None:
        """Act on the flags that are not asked for later.

        :raises InvalidParameter: 87, they are no flags, or TLS is wanted for a URL
            without it.
        """
        # Numbers, which are ten times as fast.
        bits = int(check_flags(flags))
        if bits & CERTIFICATE_BITS:
            self._security_flags = SecurityFlag(bits & CERTIFICATE_BITS)
        if bits & FIELD_BITS:
            self._flag_lines = flag_lines(bits, self._verb)
        if bits & _FROM_CACHE:
            self._cache_only = True
        if bits & _SECURE and self._url.scheme != "https":
            msg = f"Flag.SECURE wants TLS, which {self._url.url} does not have"
            raise InvalidParameter(f"{msg}; write https:")

    def send(
        self,
        body: GivenBody = None,
        *,
        params: FieldsArgument | None = None,
        form: FieldsArgument | None = None,
        files: FilesArgument | None = None,
        json: Any = ...,
    ) -> Deferred[Self]:
        """Send the request; fires with this handle when the answer's head is there.

        A 4xx or 5xx answer is an answer, not an error.  A handle may be sent again;
        what is left of its former answer is thrown away.

        With a header field ``Expect: 100-continue`` the body waits for the server's
        leave, at most for ``limits.expect``; an answer in the meantime, such as 413,
        spares it.

        What ``params``, ``form``, ``files`` and ``json`` make is for this send alone;
        a Content-Type comes with it unless the request's own fields have one.

        :param body: what to send: bytes; a path, whose file is read in a thread; a
            file opened in binary mode, sent from where it stands and left open; what
            gives bytes to ``async for``, such as an asynchronous generator; an
            ``IBodyProducer``; or a function that makes one, each time anew.  A
            redirect or a challenge may ask for it again: only a producer, an iterator,
            and a file that cannot seek, cannot do that.
        :param params: fields that are added to the URL's query, after what is there.
        :param form: fields that are sent as a form; a list gives its field several
            times.
        :param files: files of the form, by field: what a body can be, or ``(file name,
            content)``, or ``(file name, Content-Type, content)``.  The form is then
            sent as multipart.
        :param json: a value that is sent as JSON; ``None`` is one.
        :raises InvalidHandle: 6, the handle is closed.
        :raises InvalidParameter: 87, the body cannot be sent; also, later, when it
            does not keep to its length.
        :raises FileNotFound: 2, there is no file at the path.
        :raises AccessDenied: 5, it must not be read.
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
        content = None
        try:
            self._check_thread()
            if (
                body is not None
                or params
                or form is not None
                or files
                or json is not ...
            ):
                self._check_alive()
                run = self.session.disk.run
                content = content_of(
                    body, run, params=params, form=form, files=files, json=json
                )
        except InternetError as error:
            return fail(error)
        return self._send(content)

    def _send(
        self, content: Content | None, session: Session | None = None
    ) -> Deferred[Self]:
        """Send the request with what has been made ready for it."""
        if session is None:
            session = self.session
        try:
            if self._dead:
                self._check_alive()
            body = url = fields = None
            if content is not None:
                body = content.body
                url = content.at(self._url)
                fields = content.described(self._own_lines())
            if body is not None or self._fields or self._headers is not None:
                self._check_request(body)
            if session.offline or self._cache_only:
                self._check_online(session)
            pending = self._begin()
        except InternetError as error:
            if self._close_when_failed:
                self.close()
            return fail(error)
        self._set_off(session, body, None, url, fields)
        return pending

    def _check_online(self, session: Session) -> None:
        if self._cache_only or (session.offline and not self.ignores_offline):
            why = "the session is offline"
            if self._cache_only:
                why = "Flag.FROM_CACHE keeps it from the network"
            msg = f"{self.url} is not fetched: {why}, and there is no cache"
            raise FileNotFound(msg)

    def _set_off(
        self,
        session: Session,
        body: bytes | Body | PushedBody | None,
        writing: PushedBody | None = None,
        url: HttpUrl | None = None,
        fields: FieldLines | None = None,
    ) -> None:
        """Send the request: the call is pending.

        :param url: and ``fields``: those of this send, when they are not the handle's.
        """
        if self._used:
            self._reset()
            if self._dead:
                # Closed by a listener that heard of the closing of the connection.
                return
            self._revive()
            self._response = self._passed = self._representation = None
            self._piece = 0
            self._writing = None
        if writing is not None:
            self._writing = writing
        self._used = True
        engine = session.engine
        if url is None:
            url = self._url
        if fields is None:
            fields = self._fields
            if self._headers is not None or self._flag_lines:
                fields = self._own_lines()
        voice = self._voice
        parent: Handle = self._parent  # type: ignore[assignment]  # it always has one
        order = self._sent = self._order_kind(
            self._verb,
            url,
            session.agent_line,
            fields,
            body,
            None
            if url.scheme == "http"
            else engine.tls_policy(url.scheme, self._security_flags, self._certificate),
            self._limits,
            self._flags,
            self._security_flags,
            voice,
        )
        order.credentials = self._credentials or parent._credentials
        if engine.proxies is not None:
            order.proxy_credentials = (
                self._proxy_credentials or parent._proxy_credentials
            )
        if self._decoding:
            order.decode = True
        if self.turn is not ORDINARY:
            order.turn = self.turn
        source = self._source = engine.source(order, voice, self)
        source.start()

    # -- the transfer's side of the seam

    def take_source(self, source: Source) -> None:
        """Take note that the answer comes from elsewhere than was thought."""
        self._source = source

    def take_whole(
        self,
        response: Response,
        body: bytes,
        trailers: list[tuple[bytes, bytes]],
    ) -> None:
        """Take an answer with its body and its end."""
        self._response = response
        if body:
            inbox = self._inbox = Inbox()
            inbox.put(body)
        if trailers:
            self._take_trailers(trailers)
        self._complete = True

    def tell_whole(self) -> None:
        """End the call that waits for the head; the rest is here as well."""
        source = self._source
        self._finish(self)
        if self._source is source:
            super().tell_end()

    def take_order(self, order: Order) -> None:
        """Take note that a redirect is followed with another order."""
        self._sent = order

    def take_passed(self, response: Response) -> None:
        """Keep the head of an answer that is being followed."""
        self._passed = response

    def take_answer(self, response: Response) -> None:
        """Take the answer's head."""
        self._response = response
        if self._passed is not None:
            self._passed = None

    def take_refused(self, response: Response) -> None:
        """Keep the head of a redirect that cannot be followed."""
        self._refused = response

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
        if self._response is not None and not self._untold():
            super().tell_end()
            return
        self._source = None
        error = self._broken
        assert error is not None, "an answer without a head ends in an error"
        if isinstance(error, CertificateFault):
            error = self._as_masked(error)
        # It can be looked at when the call has failed, as in WinINet.
        self._response, self._refused = self._refused, None
        if self._close_when_failed:
            # Nobody was given this handle: it must not stay in the tree.
            self._fail_and_close(error)
        else:
            self._spend()
            self._fail(error)

    def _untold(self) -> bool:
        """Tell whether it has failed with an answer of which no call has heard.

        The rest of its own body was to go out first, and could not.
        """
        return (
            self._broken is not None
            and self._pending is not None
            and not self._need
            and self._delivery is None
        )

    def _length(self) -> int | None:
        response, known = self._response, self._representation
        # The announced length is that of the body before it is decoded.
        if not self._complete and response is not None and not response.decoded:
            return response.length if known is None else known.length
        return super()._length()

    def _check_place(self, place: int) -> None:
        if not offers_ranges(self.response):
            msg = f"{self.url} does not offer ranges (no Accept-Ranges: bytes)"
            raise InvalidOperation(msg)
        super()._check_place(place)

    def _why_not_asked(self) -> InternetError | None:
        if self._representation is None:
            assert self._sent is not None, "there is an answer to it"
            try:
                self._representation = Representation(
                    self._sent, self.response, super()._length(), datetime.now(UTC)
                )
            except InvalidOperation as error:
                return error
        return None

    def _ask(self, place: int) -> None:
        assert self._representation is not None, "it was asked why not"
        RangeSeek(self, self._representation, place).start()

    def _check_readable(self) -> None:
        # The four questions are asked at once: a small body is one read.
        if (
            self._dead
            or self._pending is not None
            or self._response is None
            or self._writing is not None
        ):
            super()._check_readable()
            if self._writing is not None:
                # An answer may be here already; it is told when that has ended.
                msg = f"the body of {self} is still being sent; call finish() first"
                raise IncorrectHandleState(msg)
            msg = f"{self} has no answer yet; call send() and wait for it"
            raise IncorrectHandleState(msg)

    def __str__(self) -> str:
        return f"{self.verb} {self.url}"
