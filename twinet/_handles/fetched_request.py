"""The request whose one call brings the whole answer, and which then closes itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twinet._handles.http_request import HttpRequest
from twinet.errors import InvalidOperation
from twinet.status import ReceivingResponse

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinet.records import Response

__all__ = ["MAX_SIZE", "FetchedRequest", "at_most"]

#: What a fetch takes into memory unless told otherwise (bytes; our own choice).
MAX_SIZE = 16 << 20


class FetchedRequest(HttpRequest):
    """A request that is answered with a response whose body is in memory.

    It reads as a program would that calls ``get``, ``read`` and ``close``, but its call
    is pending until the body has ended; nobody is given the handle.
    """

    _max_size = MAX_SIZE

    def take_whole(
        self,
        response: Response,
        body: bytes,
        trailers: list[tuple[bytes, bytes]],
    ) -> None:
        """Take an answer with its body and its end."""
        self._response = response
        response.body = body
        if trailers:
            self._take_trailers(trailers)
        self._complete = True

    def tell_whole(self) -> None:
        """End the call."""
        response = self._response
        assert response is not None, "it has come"
        self._source = None
        self._end_with(response)

    def tell_answer(self) -> None:
        """Wait for the body as well, if it may be so long."""
        response = self._response
        assert response is not None, "it is told of"
        # Announced is what comes before it is decoded.
        if not response.decoded and (response.length or 0) > self._max_size:
            self._refuse()
            return
        # A read of more than there may be ends with the body; as for each read, what
        # came before it is not told again.
        self._need = self._max_size + 1
        self._wire = 0
        if not self._complete:
            if self._voice.heard:
                self._voice.emit(ReceivingResponse)
            self._unclog()

    def _meet(self) -> None:
        """End the call with what is here."""
        self._tell_received()
        self._need = 0
        response, inbox = self._response, self._inbox
        if self._broken is not None:
            self._fail_and_close(self._broken)
        elif response is not None:
            response.body = inbox.take(inbox.size)
            self._end_with(response)

    def _end_with(self, response: Response) -> None:
        assert response.body is not None, "it has come"
        if len(response.body) > self._max_size:
            response.body = None
            self._refuse()
            return
        deferred, self._pending = self._pending, None
        if deferred is not None:
            # Nobody was given this handle: it is closed before its Deferred fires.
            self._voice.complete(deferred, response, self._pass_away)

    def _refuse(self) -> None:
        msg = (
            f"the body of {self.url} is longer than {self._max_size} bytes; "
            "raise max_size, or save it to a file"
        )
        self._fail_and_close(InvalidOperation(msg))


def at_most(size: int) -> Callable[..., FetchedRequest]:
    """Return what makes requests whose bodies have so many bytes at most."""

    def make(*args: Any, **kwargs: Any) -> FetchedRequest:
        request = FetchedRequest(*args, **kwargs)
        request._max_size = size
        return request

    return make
