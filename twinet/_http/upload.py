"""The upload: a body producer's bytes on their way to the socket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.interfaces import IConsumer
from twisted.web.iweb import UNKNOWN_LENGTH
from zope.interface import implementer

from twinet._http.pushed_body import PushedBody
from twinet._net.translate import translate
from twinet.errors import InternetError, InvalidParameter

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.internet.interfaces import IProducer
    from twisted.python.failure import Failure
    from twisted.web.iweb import IBodyProducer

    from twinet._http.channel import Channel
    from twinet._http.exchange import Exchange
    from twinet._http.order import Body

__all__ = ["Upload", "framing", "make_upload"]

#: Verbs whose requests have a body by their meaning: an empty one is announced too.
_WITH_BODY = frozenset((b"POST", b"PUT", b"PATCH"))


def framing(verb: bytes, body: Body) -> bytes:
    """Return the line that frames a request's body (RFC 9112, section 6)."""
    if body is None:
        return b"Content-Length: 0\r\n" if verb in _WITH_BODY else b""
    if isinstance(body, bytes):
        return b"Content-Length: %d\r\n" % len(body)
    length: Any = body.length
    if length is UNKNOWN_LENGTH:
        return b"Transfer-Encoding: chunked\r\n"
    return b"Content-Length: %d\r\n" % length


def make_upload(
    body: IBodyProducer | PushedBody, head: bytes, channel: Channel, exchange: Exchange
) -> Upload | PushedBody:
    """Send a head, and make what lets the body follow, once it is started.

    The exchange is told when the body has ended, or failed.
    """
    limits = exchange.order.limits
    if isinstance(body, PushedBody):
        message = head + body.first_piece()
        channel.begin(exchange, message)
        body.connect(
            channel.consumer,
            lambda: exchange.started(len(message)),
            lambda: exchange.limit(limits.send if body.full else limits.unread_body),
            lambda whole: exchange.uploaded(None, whole=whole),
        )
        return body

    def done(result: int | InternetError) -> None:
        if isinstance(result, InternetError):
            exchange.fail(result)
        else:
            exchange.uploaded(len(head) + result)

    channel.begin(exchange, head)
    exchange.limit(limits.send)
    return Upload(body, channel.consumer, lambda: exchange.limit(limits.send), done)


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

    @property
    def whole(self) -> bool:
        """Whether all has been handed over; then the exchange has let go of it."""
        return False

    def answered(self) -> bool:
        """Tell whether the answer that has come is to be held: it is not."""
        return False

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
