"""The upload: a body producer's bytes on their way to the socket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet.interfaces import IConsumer
from twisted.web.iweb import UNKNOWN_LENGTH
from zope.interface import implementer

from twinet._net.translate import translate
from twinet.errors import InternetError, InvalidParameter

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.interfaces import IProducer
    from twisted.python.failure import Failure
    from twisted.web.iweb import IBodyProducer

    from twinet._http.order import Body

__all__ = ["Upload", "framing"]

#: Verbs whose requests have a body by their meaning: an empty one is announced too.
_WITH_BODY = frozenset((b"POST", b"PUT", b"PATCH"))


def framing(verb: bytes, body: Body) -> bytes:
    """Return the line that frames a request's body (RFC 9112, section 6)."""
    if body is None:
        return b"Content-Length: 0\r\n" if verb in _WITH_BODY else b""
    if isinstance(body, bytes):
        return b"Content-Length: %d\r\n" % len(body)
    if body.length is UNKNOWN_LENGTH:
        return b"Transfer-Encoding: chunked\r\n"
    return b"Content-Length: %d\r\n" % body.length


@implementer(IConsumer)
class Upload:
    """Let an ``IBodyProducer`` write to the transport, with its back-pressure.

    :param progress: called after each piece that was handed over.
    :param done: called once with the bytes that went out, or an error.
    """

    def __init__(
        self,
        body: IBodyProducer,
        transport: IConsumer,
        progress: Callable[[], None],
        done: Callable[[int | InternetError], None],
    ) -> None:
        self._body = body
        self._transport = transport
        self._progress = progress
        self._done = done
        self._chunked = body.length is UNKNOWN_LENGTH
        self._left = 0 if self._chunked else body.length
        self._count = 0
        self._stopped = False

    def start(self) -> None:
        """Begin; the producer may end before this returns."""
        self._transport.registerProducer(self._body, True)
        self._body.startProducing(self).addCallbacks(self._produced, self._failed)

    def stop(self) -> None:
        """Stop the producer; ``done`` is not called any more."""
        if not self._stopped:
            self._stopped = True
            self._transport.unregisterProducer()
            self._body.stopProducing()

    def write(self, data: bytes) -> None:
        """Send a piece (``IConsumer``)."""
        if self._stopped or not data:
            return
        if self._chunked:
            data = b"%x\r\n%b\r\n" % (len(data), data)
        else:
            self._left -= len(data)
            if self._left < 0:
                self._failed_with(
                    InvalidParameter(
                        "the body producer wrote more than the length it announced"
                    )
                )
                return
        self._count += len(data)
        self._transport.write(data)
        self._progress()

    def registerProducer(self, producer: IProducer, streaming: bool) -> None:  # noqa: N802
        """Hand a producer of the body's own on to the transport (``IConsumer``)."""
        self._transport.unregisterProducer()
        self._transport.registerProducer(producer, streaming)

    def unregisterProducer(self) -> None:  # noqa: N802
        """Let it go (``IConsumer``)."""
        self._transport.unregisterProducer()

    def _produced(self, _: object) -> None:
        if self._stopped:
            return
        if self._left > 0:
            self._failed_with(
                InvalidParameter(
                    f"the body producer stopped {self._left} bytes short of the "
                    "length it announced"
                )
            )
            return
        self._stopped = True
        self._transport.unregisterProducer()
        if self._chunked:
            self._transport.write(b"0\r\n\r\n")
            self._count += 5
        self._done(self._count)

    def _failed(self, failure: Failure) -> None:
        if not self._stopped:
            self._failed_with(translate(failure, "the body producer failed"))

    def _failed_with(self, error: InternetError) -> None:
        self.stop()
        self._done(error)
