"""Several bodies one after another, as one."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IConsumer
from twisted.python.failure import Failure
from twisted.web.iweb import UNKNOWN_LENGTH, IBodyProducer
from zope.interface import implementer

from twinet.errors import InvalidParameter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twisted.internet.interfaces import IProducer

    from twinet._http.body import Body

__all__ = ["ChainBody", "ChainProducer"]


class ChainBody:
    """Bodies that are sent one after another.

    Its length is not known when that of one of them is not.
    """

    def __init__(self, links: Sequence[Body]) -> None:
        self._links = links
        lengths = [link.length for link in links]
        self.length: Any = UNKNOWN_LENGTH if UNKNOWN_LENGTH in lengths else sum(lengths)

    @property
    def again(self) -> bool:
        """Whether each of them can be sent from its beginning now."""
        return all(link.again for link in self._links)

    def producer(self) -> IBodyProducer:
        """Return what produces them, from the beginning of the first."""
        links = [(link.producer(), link.length) for link in self._links]
        return ChainProducer(links, self.length)


@implementer(IBodyProducer, IConsumer)
class ChainProducer:
    """Lets one producer after the other write to the consumer, once.

    Each must keep to its length: a short one would have the next one's beginning taken
    for its end.

    :param links: each with its length, or ``UNKNOWN_LENGTH``.
    """

    def __init__(self, links: list[tuple[IBodyProducer, Any]], length: Any) -> None:
        self.length = length
        self._links = deque(links)
        self._consumer: IConsumer | None = None
        self._done: Deferred[None] = Deferred()
        #: the producer that writes, and what it has yet to write.
        self._link: Any = None
        self._left: int | None = None
        self._paused = False
        self._starting = False

    def startProducing(self, consumer: IConsumer) -> Deferred[None]:  # noqa: N802
        """Begin; fires when all has been written (``IBodyProducer``)."""
        self._consumer = consumer
        self._go_on()
        return self._done

    def pauseProducing(self) -> None:  # noqa: N802
        """Hold back (``IPushProducer``)."""
        self._paused = True
        if self._link is not None:
            self._link.pauseProducing()

    def resumeProducing(self) -> None:  # noqa: N802
        """Go on (``IPushProducer``)."""
        self._paused = False
        if self._link is not None:
            self._link.resumeProducing()
        else:
            self._go_on()

    def stopProducing(self) -> None:  # noqa: N802
        """Stop; the Deferred of ``startProducing`` never fires (``IProducer``)."""
        self._consumer = None
        link, self._link = self._link, None
        if link is not None:
            link.stopProducing()

    # -- what the link that writes sees

    def write(self, data: bytes) -> None:
        """Hand a piece on (``IConsumer``)."""
        if self._consumer is None:
            return
        if self._left is not None:
            self._left -= len(data)
            if self._left < 0:
                self._fail("the body producer wrote more than the length it announced")
                return
        self._consumer.write(data)

    def registerProducer(self, producer: IProducer, streaming: bool) -> None:  # noqa: N802
        """Let a producer of the link's own be paused in its place (``IConsumer``)."""
        if not streaming:
            msg = "a body that is a part of a form must push; it pulls"
            raise InvalidParameter(msg)
        self._link = producer
        if self._paused:
            producer.pauseProducing()  # type: ignore[attr-defined]  # it pushes

    def unregisterProducer(self) -> None:  # noqa: N802
        """Do nothing: the link's Deferred says when it is done (``IConsumer``)."""

    # -- inside

    def _go_on(self) -> None:
        """Start the next link; those that end at once do not make the stack deeper."""
        if self._starting:
            return
        self._starting = True
        while (
            self._consumer is not None
            and self._links
            and self._link is None
            and not self._paused
        ):
            link, length = self._links.popleft()
            self._link = link
            self._left = None if length is UNKNOWN_LENGTH else length
            try:
                producing = link.startProducing(self)
            except Exception:  # noqa: BLE001  a producer of the program's
                self._lost(Failure())
            else:
                producing.addCallbacks(self._ended, self._lost)
        self._starting = False
        if self._link is None and not self._links and self._consumer is not None:
            self._consumer = None
            self._done.callback(None)

    def _ended(self, _: object) -> None:
        if self._consumer is None:
            return
        self._link = None
        if self._left:
            self._fail(
                f"the body producer stopped {self._left} bytes short of the length it "
                "announced"
            )
        else:
            self._go_on()

    def _fail(self, message: str) -> None:
        self._lost(Failure(InvalidParameter(message)))
        self.stopProducing()

    def _lost(self, failure: Failure) -> None:
        if self._consumer is None:
            return
        self._consumer = None
        self._done.errback(failure)
