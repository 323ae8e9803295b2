"""The Gopher find handle: the entries of a menu, one after the other."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Self

from twisted.internet.defer import Deferred, fail, succeed

from twinet._gopher.transaction import Transaction
from twinet._handles.handle import Handle
from twinet.errors import InternetError, RequestPending
from twinet.flags import HandleType
from twinet.gopher import GopherType

if TYPE_CHECKING:
    from twinet._gopher.engine import Engine
    from twinet._gopher.order import Order
    from twinet._handles.session import Session
    from twinet._wire.gopher_menu import Menu
    from twinet._wire.wildcard import Wildcard
    from twinet.gopher import GopherEntry

__all__ = ["GopherFind"]


class GopherFind(Handle):
    """A menu; iterate over it with ``async for``.

    All of it has come when the call that opens it ends; entries are made when they are
    read.
    """

    handle_type = HandleType.GOPHER_FIND
    _transaction: Transaction | None = None
    _error: InternetError | None = None

    def __init__(
        self,
        parent: Handle,
        engine: Engine,
        order: Order,
        menu: Menu,
        wanted: Wildcard,
        **kwargs: Any,
    ) -> None:
        super().__init__(parent, **kwargs)
        self._engine = engine
        self._order = order
        order.limits = self._limits
        self._menu = menu
        self._wanted = wanted

    # -- what users ask

    @property
    def session(self) -> Session:
        """The session to which the handle belongs."""
        parent: Any = self._parent
        while parent._parent is not None:
            parent = parent._parent
        return parent  # type: ignore[no-any-return]  # the root is a session

    @property
    def url(self) -> str:
        """Its URL (RFC 4266)."""
        return self._order.place.url

    @property
    def unknown_lines(self) -> int:
        """How many lines of the menu were not understood, so far."""
        return self._menu.unknown

    def next_entry(self) -> Deferred[GopherEntry | None]:
        """Fire with the next entry, at once; ``None`` at the end.

        :raises InvalidHandle: 6, the handle is closed.
        :raises RequestPending: 12026, the menu has not come yet.
        :source: InternetFindNextFile.
        """
        try:
            self._check_alive()
            if self._pending is not None:
                msg = f"the call that opens {self} is pending; wait for it"
                raise RequestPending(msg)
        except InternetError as error:
            return fail(error)
        return succeed(self._next())

    def take_entries(self, most: int) -> Deferred[list[GopherEntry]]:
        """Fire with the next entries, one at least; none is the end.

        For who pays for each call, and not for each entry.
        """
        return self.next_entry().addCallback(self._and_more, most - 1)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> GopherEntry:
        entry = await self.next_entry()
        if entry is None:
            raise StopAsyncIteration
        return entry

    # -- birth

    def _open(self) -> Deferred[Any]:
        """Ask for it; fires with this handle when all has come."""
        pending = self._begin()
        self._transaction = Transaction(self._engine, self._order, self._voice, self)
        try:
            self._transaction.start()
        except InternetError as error:
            self._fail_and_close(error)
        return pending

    # -- the reader's side

    def take_data(self, data: bytes, wire: int) -> None:
        """Take nothing: what comes is in the menu."""

    def tell_begun(self) -> None:
        """Wait for the end."""

    def tell_data(self) -> None:
        """Wait for the end."""

    def take_end(self, trailers: None, error: InternetError | None) -> None:  # noqa: ARG002  a reader's
        """Take note that nothing more comes."""
        self._error = error
        if error is not None:
            self.session.tracer.failed(self, error)

    def tell_end(self) -> None:
        """End the call that opened it."""
        if self._dead:
            return
        if self._error is not None:
            self._fail_and_close(self._error)
            return
        self._spend()
        self._finish(self)

    # -- entries

    def _and_more(self, entry: GopherEntry | None, most: int) -> list[GopherEntry]:
        if entry is None:
            return []
        return [entry, *islice(iter(self._next, None), most)]

    def _next(self) -> GopherEntry | None:
        wanted, menu = self._wanted, self._menu
        while (entry := menu.next_entry()) is not None:
            if wanted.everything:
                return entry
            if entry.type & GopherType.INLINE:
                continue
            name = entry.selector.rstrip("/").rpartition("/")[2]
            if wanted.matches(entry.display_string) or wanted.matches(name):
                return entry
        return None

    # -- death

    def _stop(self) -> None:
        transaction = self._transaction
        if transaction is not None and not transaction.over:
            self.session.tracer.closed(self)
            transaction.cancel()

    def __str__(self) -> str:
        return f"GopherFind {self.url}"
