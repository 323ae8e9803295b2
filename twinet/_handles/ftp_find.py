"""The FTP find handle: the entries of a directory, one after the other.

Theory of operation.  The listing is an operation that ends by itself: it is spooled to
its end (:class:`~twinet._ftp.spool.Spool`), so that other calls on the connection have
to wait for the server alone, and not for whoever reads the entries.  Those are made
when they are read, a piece of the listing at a time.
"""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from twisted.internet.defer import Deferred, fail, succeed

from twinet._ftp.listing import begin_listing
from twinet._ftp.spool import Spool
from twinet._handles.ftp_leaf import FtpLeaf
from twinet._wire.ftp_listing import ListingReader
from twinet.errors import (
    ExtendedError,
    InternetError,
    NoMoreFiles,
    RequestPending,
)
from twinet.flags import HandleType

if TYPE_CHECKING:
    from twinet._ftp.operation import Operation
    from twinet._handles.ftp_connection import FtpConnection
    from twinet._wire.wildcard import Wildcard
    from twinet.records import DirectoryEntry

__all__ = ["FtpFind"]

#: What every directory has, and nobody looks for.
_SELF_AND_PARENT = frozenset((".", ".."))


class FtpFind(FtpLeaf):
    """A listing; iterate over it with ``async for``."""

    handle_type = HandleType.FTP_FIND
    lasting = False
    _listing: ListingReader | None = None
    _ended = False
    _found = False

    def __init__(
        self,
        parent: FtpConnection,
        wanted: Wildcard,
        *,
        needs_entry: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(parent, **kwargs)
        #: nothing found is an error, whatever is looked for.
        self._needs_entry = needs_entry
        self._wanted = wanted
        self._entries: deque[DirectoryEntry] = deque()
        self._spool = Spool(self.session.disk.run, self._ready)

    # -- what users ask

    @property
    def unknown_lines(self) -> int:
        """How many lines of the listing were not understood, so far."""
        return 0 if self._listing is None else self._listing.unknown

    def next_entry(self) -> Deferred[DirectoryEntry | None]:
        """Fire with the next entry; ``None`` at the end.

        It fires at once when the entry is here.

        :raises InvalidHandle: 6, the handle is closed.
        :raises RequestPending: 12026, another call on this handle is pending.
        :raises InternetError: the listing broke off.
        :source: InternetFindNextFile.
        """
        try:
            self._check_readable()
            if self._entries:
                return succeed(self._entries.popleft())
            self._check_thread()
            while (data := None if self._ended else self._spool.at_hand()) is not None:
                self._parse(data)
                if self._entries:
                    return succeed(self._entries.popleft())
            if self._ended:
                self._check_end()
                return succeed(None)
        except InternetError as error:
            return fail(error)
        pending = self._begin()
        waiting = Deferred.fromCoroutine(self._more())
        waiting.addCallbacks(
            self._finish, lambda failure: self._fail(failure.value or ExtendedError())
        )
        return pending

    def take_entries(self, most: int) -> Deferred[list[DirectoryEntry]]:
        """Fire with what is here of the next entries, one at least; none is the end.

        For who pays for each call, and not for each entry.
        """
        return self.next_entry().addCallback(self._and_more, most - 1)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> DirectoryEntry:
        if self._entries and not self._dead and self._pending is None:
            return self._entries.popleft()
        entry = await self.next_entry()
        if entry is None:
            raise StopAsyncIteration
        return entry

    # -- birth

    def _named(self) -> str:
        return self._wanted.directory + self._wanted.pattern

    # -- the operation

    async def _serve(self, operation: Operation) -> None:
        login = self._its_login()
        try:
            retrieval, kind = await begin_listing(
                login, operation, self._wanted.directory, self._spool
            )
            now = datetime.now(UTC)
            self._listing = ListingReader(now, login.site.encoding, kind)
            if retrieval is None:
                self._spool.take_end((), None)
                self._spool.tell_end()
            else:
                self._spool.source = retrieval
                await retrieval.carry_on(operation)
        except InternetError as error:
            if not operation.answered:
                raise
            self._spool.fail(error)

    def _ready(self) -> None:
        """End the call that began the listing."""
        operation, spool = self._operation, self._spool
        assert operation is not None
        error = spool.error
        strict = self._wanted.plain or self._needs_entry
        if error is None and spool.ended and strict:
            # Its end is known: so it can be said at once whether there is such a file.
            while not self._ended and (data := spool.at_hand()) is not None:
                self._parse(data)
            if self._ended and not self._found:
                error = self._not_found()
        operation.answer(error=error)

    # -- entries

    def _and_more(
        self, entry: DirectoryEntry | None, most: int
    ) -> list[DirectoryEntry]:
        if entry is None:
            return []
        here = self._entries
        return [entry, *(here.popleft() for _ in range(min(most, len(here))))]

    async def _more(self) -> DirectoryEntry | None:
        while not self._entries and not self._ended:
            self._parse(await self._spool.next())
        if self._entries:
            return self._entries.popleft()
        self._check_end()
        return None

    def _parse(self, data: bytes) -> None:
        """Make entries of a piece of the listing; an empty one is its end."""
        listing = self._listing
        if listing is None:
            self._ended = True
            return
        entries = listing.feed(data) if data else listing.end()
        wanted = self._wanted
        found = [
            entry
            for entry in entries
            if entry.name not in _SELF_AND_PARENT
            and (wanted.everything or wanted.matches(entry.name))
        ]
        self._entries.extend(found)
        self._found = self._found or bool(found)
        if not data:
            self._ended = True
            self._spend()

    def _check_readable(self) -> None:
        self._check_alive()
        if self._pending is not None:
            msg = f"another call on {self} is pending; wait for it, or close the handle"
            raise RequestPending(msg)

    def _check_end(self) -> None:
        """Raise why the listing is not whole, or why it is empty.

        :raises InternetError: it broke off, or what was looked for is not there.
        """
        if self._spool.error is not None:
            raise self._spool.error
        if (self._wanted.plain or self._needs_entry) and not self._found:
            raise self._not_found()

    def _not_found(self) -> InternetError:
        kind = ExtendedError if self._wanted.plain else NoMoreFiles
        return kind(f"the server lists no {self._named()!r}")

    # -- death

    def _stop(self) -> None:
        self._stop_operation()
        self._spool.close()
        self._entries.clear()

    def __str__(self) -> str:
        return f"FtpFind {self._named()}"
