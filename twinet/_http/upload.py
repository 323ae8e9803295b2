"""The upload: a body producer's bytes on their way to the socket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.interfaces import IConsumer, IPushProducer
from twisted.logger import Logger
from twisted.web.iweb import UNKNOWN_LENGTH
from zope.interface import implementer

from twinet._net.translate import translate
from twinet.errors import InternetError, InvalidParameter

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.interfaces import IProducer
    from twisted.python.failure import Failure
    from twisted.web.iweb import IBodyProducer

    from twinet._http.body import Body
    from twinet._http.pushed_body import PushedBody

__all__ = ["Upload", "framing"]

_log = Logger()

#: Verbs whose requests have a body by their meaning: an empty one is announced too.
_WITH_BODY = frozenset((b"POST", b"PUT", b"PATCH"))


def framing(verb: bytes, body: bytes | Body | PushedBody | None) -> bytes:
    """Return the line that frames a request's body (RFC 9112, section 6)."""
    if body is None:
        return b"Content-Length: 0\r\n" if verb in _WITH_BODY else b""
    if isinstance(body, bytes):
        return b"Content-Length: %d\r\n" % len(body)
    length: Any = body.length
    if length is UNKNOWN_LENGTH:
        return b"Transfer-Encoding: chunked\r\n"
    return b"Content-Length: %d\r\n" % length


@implementer(IConsumer, IPushProducer)
class Upload:
    """Let an ``IBodyProducer`` write to the transport, with its back-pressure.

    It stands between the two, so that a producer is stopped once, by the exchange, and
    when that has settled what became of the connection.

    :param length: what was announced for the body, or ``UNKNOWN_LENGTH``.
    :param progress: called after each piece that was handed over, with its bytes.
    :param done: called once, when all is out or with what went wrong.
    """

    def __init__(
        self,
        body: IBodyProducer,
        length: Any,
        transport: IConsumer,
        progress: Callable[[int], None],
        done: Callable[[InternetError | None], None],
    ) -> None:
        self._body = body
        #: what is paused and resumed: the body, or a producer of its own.
        self._producer: Any = body
        self._transport = transport
        self._progress = progress
        self._done = done
        self._chunked = length is UNKNOWN_LENGTH
        self._left = 0 if self._chunked else length
        self._detached = False
        #: whether the producer has ended, or has been stopped.
        self._ended = False

    def start(self) -> None:
        """Begin; the producer may end before this returns."""
        self._transport.registerProducer(self, True)
        try:
            # Both: it may have returned no Deferred.
            producing = self._body.startProducing(self)
            producing.addCallbacks(self._produced, self._failed)
        except Exception as error:  # noqa: BLE001  a producer of the program's
            if not self._detached:
                self._failed_with(translate(error, "the body producer failed"))

    def detach(self) -> None:
        """Let nothing more through; neither the producer nor ``done`` is called."""
        if not self._detached:
            self._detached = True
            self._transport.unregisterProducer()

    def stop(self) -> None:
        """Stop the producer, which has been detached, unless it has ended by itself."""
        if self._ended:
            return
        self._ended = True
        own = self._producer
        try:
            self._body.stopProducing()
            if own is not self._body:
                own.stopProducing()
        except Exception:  # noqa: BLE001  a producer of the program's
            _log.failure("a body producer failed when it was stopped")

    def write(self, data: bytes) -> None:
        """Send a piece (``IConsumer``)."""
        if self._detached or not data:
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
        self._transport.write(data)
        self._progress(len(data))

    def registerProducer(self, producer: IProducer, streaming: bool) -> None:  # noqa: N802
        """Hand a producer of the body's own on to the transport (``IConsumer``)."""
        if self._detached:
            # As transports do that are gone; this one may serve the next request.
            producer.stopProducing()
            return
        self._producer = producer
        self._transport.unregisterProducer()
        self._transport.registerProducer(self, streaming)

    def unregisterProducer(self) -> None:  # noqa: N802
        """Let it go (``IConsumer``)."""
        self._producer = self._body
        if not self._detached:
            self._transport.unregisterProducer()

    def pauseProducing(self) -> None:  # noqa: N802
        """Pass on that the transport is full (``IPushProducer``)."""
        self._producer.pauseProducing()

    def resumeProducing(self) -> None:  # noqa: N802
        """Pass on that it has room (``IPushProducer``)."""
        self._producer.resumeProducing()

    def stopProducing(self) -> None:  # noqa: N802
        """Pass over that the connection is gone: the exchange learns it by itself."""

    def _produced(self, _: object) -> None:
        self._ended = True
        if self._detached:
            return
        if self._left > 0:
            self._failed_with(
                InvalidParameter(
                    f"the body producer stopped {self._left} bytes short of the "
                    "length it announced"
                )
            )
            return
        self.detach()
        if self._chunked:
            self._transport.write(b"0\r\n\r\n")
            self._progress(5)
        self._done(None)

    def _failed(self, failure: Failure) -> None:
        self._ended = True
        if not self._detached:
            self._failed_with(translate(failure, "the body producer failed"))

    def _failed_with(self, error: InternetError) -> None:
        self.detach()
        self.stop()
        self._done(error)
