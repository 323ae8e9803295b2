"""The part of a request that hands over its body: start, write, finish."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, Self

from twisted.internet.defer import Deferred, fail, succeed
from twisted.web.iweb import UNKNOWN_LENGTH

from twinet._handles.resource import Resource
from twinet._http.pushed_body import PushedBody
from twinet._wire.framing_fields import check_together, given_length
from twinet.errors import (
    IncorrectHandleState,
    InternetError,
    InvalidParameter,
    RequestPending,
)
from twinet.status import RequestSent, SendingRequest

if TYPE_CHECKING:
    from twinet._handles.session import Session
    from twinet._http.body import Body
    from twinet._wire.http_request import FieldLines
    from twinet.records import Response

__all__ = ["HandedBody"]


class HandedBody(Resource):
    """A resource that is sent for with a body, which may come piece by piece."""

    _verb: bytes
    _response: Response | None = None
    #: the body that is being handed over.
    _writing: PushedBody | None = None
    #: the bytes of the piece that a full transport has yet to take.
    _piece = 0

    @abstractmethod
    def _own_lines(self) -> FieldLines:
        """Return the program's own header fields."""

    def _check_request(self, body: bytes | Body | PushedBody | None) -> None:
        """Check that the fields fit the body, and the body the verb.

        :raises InvalidParameter: 87, they do not.
        """
        if body is not None and self._verb == b"TRACE":
            msg = "a TRACE request has no body (RFC 9110, section 9.3.8)"
            raise InvalidParameter(msg)
        lines = self._own_lines()
        if lines:
            length: Any = 0
            if body is not None:
                length = len(body) if isinstance(body, bytes) else body.length
            check_together(lines, None if length is UNKNOWN_LENGTH else length)

    @abstractmethod
    def _check_online(self, session: Session) -> None:
        """Check that the request may use the network.

        :raises FileNotFound: 2, it may not, and there is no cache to ask.
        """

    @abstractmethod
    def _set_off(
        self,
        session: Session,
        body: bytes | Body | PushedBody | None,
        writing: PushedBody | None = None,
    ) -> None:
        """Send the request: the call is pending."""

    def start(
        self, length: int | None = None, data: bytes | bytearray | memoryview = b""
    ) -> Deferred[Self]:
        """Send the head of the request; fires with this handle when it has gone out.

        The body follows by :meth:`write`, and :meth:`finish` waits for the answer.  A
        body that was handed over cannot be sent again: a redirect that asks for it
        fails.

        :param length: of the whole body, in bytes; without one the program's own
            Content-Length counts, and without that it goes out in chunks.
        :param data: its first piece, which leaves together with the head.
        :raises InvalidParameter: 87, the length is none, the first piece is longer than
            the whole, or a header field says something else of the length.
        :raises InternetError: as :meth:`send`.
        :source: HttpSendRequestEx.
        """
        try:
            self._check_alive()
            self._check_thread()
            if length is None:
                length = given_length(self._own_lines())
            elif not isinstance(length, int) or length < 0:
                msg = f"the length of a body is a number of bytes, not {length!r}"
                raise InvalidParameter(msg)
            body = PushedBody(length, _bytes_of(data), self._drained)
            self._check_request(body)
            session = self.session
            self._check_online(session)
            pending = self._begin()
        except InternetError as error:
            return fail(error)
        self._set_off(session, body, body)
        return pending

    def write(self, data: bytes | bytearray | memoryview) -> Deferred[int]:
        """Hand over a piece of the body; fires with its length, when it can go out.

        It fires at once unless the connection is full.  When the answer has come
        already, the server may want nothing more, and what is written is dropped.

        :raises InvalidHandle: 6, the handle is closed.
        :raises InvalidParameter: 87, it is more than was announced; nothing goes out.
        :raises IncorrectHandleState: 12019, there is no :meth:`start` before it.
        :raises RequestPending: 12026, a call on this handle is pending.
        :raises InternetError: what has become of the request meanwhile.
        :source: InternetWriteFile.
        """
        try:
            data = _bytes_of(data)
            body = self._check_writing()
            body.check(len(data))
            if not data:
                return succeed(0)
            voice = self._voice
            if voice.heard:
                voice.emit(SendingRequest)
                if self._dead:
                    raise self._was_cancelled()
                # A listener may have written, or finished, in there.
                body = self._check_writing()
                body.check(len(data))
        except InternetError as error:
            return fail(error)
        body.take(data)
        if body.full:
            self._piece = len(data)
            return self._begin()
        if voice.heard:
            voice.emit(RequestSent, len(data))
        return succeed(len(data))

    def finish(self) -> Deferred[Self]:
        """End the body; fires with this handle when the answer's head is there.

        :raises InvalidHandle: 6, the handle is closed.
        :raises IncorrectHandleState: 12019, there is no :meth:`start` before it, or a
            part of the announced length is missing; it can still be written.
        :raises RequestPending: 12026, a call on this handle is pending.
        :raises InternetError: as :meth:`send`.
        :source: HttpEndRequest.
        """
        try:
            body = self._check_writing()
            if body.missing and not body.early:
                msg = (
                    f"{body.missing} bytes of the body of {self} have yet to be written"
                )
                raise IncorrectHandleState(msg)
        except InternetError as error:
            return fail(error)
        self._writing = None
        pending = self._begin()
        body.end()
        return pending

    def _check_writing(self) -> PushedBody:
        self._check_alive()
        self._check_thread()
        body = self._writing
        if body is None:
            msg = f"no body of {self} is being sent; call start() first"
            raise IncorrectHandleState(msg)
        if self._pending is not None:
            msg = f"another call on {self} is pending; wait for it, or close the handle"
            raise RequestPending(msg)
        if self._broken is not None and (self._response is None or not self._source):
            self._writing = None
            raise self._broken
        return body

    def _drained(self) -> None:
        """End the write that waited until the connection had room."""
        piece, self._piece = self._piece, 0
        if piece:
            if self._voice.heard:
                self._voice.emit(RequestSent, piece)
            self._finish(piece)

    def tell_started(self) -> None:
        """End the call that waits until the body can be handed over."""
        self._finish(self)


def _bytes_of(data: object) -> bytes:
    if not isinstance(data, bytes | bytearray | memoryview):
        msg = f"a body is bytes, not {type(data).__name__}; encode a text first"
        raise InvalidParameter(msg)
    return bytes(data)
