"""The handles whose data are read: a file on a Gopher server, and a menu as a page.

Theory of operation.  A handle is the reader of one transaction.  The call that opens it
ends when it is known that there is such an item; from then on it is a resource as any
other, whose source is the transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twinet._gopher.transaction import Transaction
from twinet._handles.resource import Resource
from twinet.errors import InternetError
from twinet.flags import HandleType

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred

    from twinet._gopher.engine import Engine
    from twinet._gopher.order import Order
    from twinet._handles.handle import Handle
    from twinet._wire.gopher_answer import Answer
    from twinet.tls import TlsInfo

__all__ = ["GopherFile", "GopherPage"]


class GopherResource(Resource):
    """What the two have in common."""

    _refusal: InternetError | None = None
    _transaction: Transaction | None = None
    #: the call that opens it, while it is pending: it leads back here.
    _opening: Deferred[Any] | None = None
    #: how many bytes of it were told of when it was opened.
    _told = 0

    def __init__(
        self, parent: Handle, engine: Engine, order: Order, **kwargs: Any
    ) -> None:
        super().__init__(parent, **kwargs)
        self._engine = engine
        self._order = order
        order.limits = self._limits

    @property
    def url(self) -> str:
        """Its URL (RFC 4266)."""
        return self._order.place.url

    @property
    def tls(self) -> TlsInfo | None:
        """The TLS of its connection; ``None`` without TLS, and before there is any."""
        line = None if self._transaction is None else self._transaction.line
        creator = None if line is None else line.tls_creator
        facts = None if creator is None else creator.facts
        return None if facts is None else facts.info()

    # -- birth

    def _open(self) -> Deferred[Any]:
        """Ask for it; fires with this handle when there is such an item."""
        pending = self._opening = self._begin()
        transaction = Transaction(self._engine, self._order, self._voice, self)
        self._transaction = self._source = transaction
        try:
            transaction.start()
        except InternetError as error:
            self._fail_and_close(error)
        return pending

    # -- the reader's side

    def tell_begun(self) -> None:
        """End the call that opened it."""
        if self._opening is not None:
            self._opening = None
            self._told = self._inbox.size
            if self._limits.lowest_speed is not None and self._source is not None:
                # From now on whoever reads says so.
                self._source.want(False)
            self._finish(self)

    def take_end(self, trailers: Any, error: InternetError | None) -> None:
        """Take note that nothing more comes."""
        if error is not None and self._opening is not None:
            self._refusal = error
            self.session.tracer.failed(self, error)
        else:
            super().take_end(trailers, error)

    def tell_end(self) -> None:
        """Tell that nothing more comes."""
        if self._dead:
            return
        if self._refusal is not None:
            self._source = None
            self._fail_and_close(self._refusal)
        else:
            super().tell_end()

    def _unreported(self) -> int:
        inbox = self._inbox
        return min(inbox.size, max(inbox.taken + inbox.size - self._told, 0))

    def _ask(self, place: int) -> None:
        """Do nothing: nobody asks, as Gopher has no way to ask for a part."""

    def __str__(self) -> str:
        return f"{type(self).__name__} {self.url}"


class GopherFile(GopherResource):
    """A file on a Gopher server, open for reading.

    Texts come without what the protocol adds to them; their line ends are the server's.
    Nobody says how long a file is, but Gopher+ (``view=""``): without that a
    connection that a server closes too early ends a file as well as any.
    """

    handle_type = HandleType.GOPHER_FILE

    @property
    def size(self) -> int | None:
        """How long the server says the file is (bytes); Gopher+ alone tells."""
        return self._answer.length

    @property
    def ended_with_dot(self) -> bool:
        """Whether a text has come to the end that RFC 1436 wants.

        Not every server sends it, so that its absence is no error.
        """
        return self._answer.dotted

    def _length(self) -> int | None:
        length = super()._length()
        return self.size if length is None else length

    @property
    def _answer(self) -> Answer:
        return self._order.content  # type: ignore[return-value]  # a file's has no other


class GopherPage(GopherResource):
    """A menu as HTML, which any browser shows and nothing in it can mislead.

    :source: InternetOpenUrl with a Gopher menu.
    """

    handle_type = HandleType.GOPHER_FIND_HTML
