"""The recording: notifications become rows.

Theory of operation.  A handle has at most one row that is going on.  Each notification
ends one phase and begins another, so that a row's phases follow each other without
gaps, whatever the protocol says and however often.  A row begins with its handle, or
with the first step of a call on one that has had its row already; a redirect and an
answered challenge end one row and begin the next.

What else is known (heads, addresses) is read off the handle while it tells, because
nobody knows what will become of it.  Rows hold no handles: a timeline keeps nothing
alive.
"""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from twinet.errors import InternetError
from twinet.flags import HandleType
from twinet.query import Query, QueryFlag
from twinet.status import Status
from twinet.timeline.exchange import Exchange
from twinet.timeline.phase import Phase
from twinet.timeline.row import Row

if TYPE_CHECKING:
    from twinet.status import Notification

__all__ = ["Recording"]

#: Which protocol a handle speaks; what is not here has no traffic of its own.
_PROTOCOLS = {
    HandleType.CONNECT_FTP: "FTP",
    HandleType.FTP_FILE: "FTP",
    HandleType.FTP_FIND: "FTP",
    HandleType.GOPHER_FILE: "Gopher",
    HandleType.GOPHER_FILE_HTML: "Gopher",
    HandleType.GOPHER_FIND: "Gopher",
    HandleType.GOPHER_FIND_HTML: "Gopher",
    HandleType.HTTP_REQUEST: "HTTP",
}
_WITH_TLS = ("https:", "ftps:", "gophers:")
_LISTINGS = frozenset(
    (HandleType.FTP_FIND, HandleType.GOPHER_FIND, HandleType.GOPHER_FIND_HTML)
)
#: What begins a row where there is none.
_STEPS = frozenset(
    (
        Status.RESOLVING_NAME,
        Status.CONNECTING_TO_SERVER,
        Status.SENDING_REQUEST,
    )
)


class Recording:
    """All rows, and what goes on at the handles that have some.

    :ivar rows: the newest, in the order of their beginnings.
    :ivar dropped: how many older ones had to make room.
    """

    def __init__(self, most: int, *, secrets: bool) -> None:
        self.rows: deque[Row] = deque(maxlen=most)
        self.dropped = 0
        self._secrets = secrets
        self._count = 0
        #: the newest row of each handle.
        self._row_of: WeakKeyDictionary[Any, Row] = WeakKeyDictionary()

    def take(self, news: Notification, now: float) -> None:
        """Take a notification, which was told at a time (seconds since the start)."""
        status, handle = news.status, news.handle
        if status is Status.HANDLE_CREATED:
            self._begin(news.info, news.context, now, made=True)
            return
        row = self._row_of.get(handle)
        if (status in _STEPS and (row is None or _is_over(row, handle))) or (
            # A call may come to its end without any step.
            status is Status.REQUEST_COMPLETE
            and (row is None or (_calls(handle) and not row.pending))
        ):
            row = self._begin(handle, news.context, now, row)
        if row is not None:
            self._go_on(row, handle, news, now)

    def _begin(
        self,
        handle: Any,
        context: Any,
        now: float,
        former: Row | None = None,
        *,
        made: bool = False,
    ) -> Row | None:
        """Make a row for a handle; ``None`` if it has no traffic of its own."""
        kind = handle.handle_type
        protocol = _PROTOCOLS.get(kind)
        if protocol is None:
            return None
        verb, url = _verb(handle, kind, made=made), handle.url
        row = Row(self._next(), protocol, verb, url, _shown_context(context), now)
        if protocol == "HTTP":
            row.exchange = Exchange()
        elif _calls(handle):
            row.doing = handle.doing
        if former is not None and former.pending:
            # Its challenge is answered, without a word about it.
            former.rest(now)
            row.after = former.number
        return self._add(row, handle)

    def _next(self) -> int:
        self._count += 1
        return self._count

    def _add(self, row: Row, handle: Any) -> Row:
        if len(self.rows) == self.rows.maxlen:
            self.dropped += 1
        self.rows.append(row)
        self._row_of[handle] = row
        return row

    def _go_on(self, row: Row, handle: Any, news: Notification, now: float) -> None:
        """Let a notification end one phase of a row and begin the next."""
        match news.status:
            case Status.RESOLVING_NAME:
                row.enter(Phase.LOOK_UP, now)
            case Status.NAME_RESOLVED | Status.CONNECTING_TO_SERVER:
                row.enter(Phase.CONNECT, now)
            case Status.CONNECTED_TO_SERVER:
                row.address = news.info
                if row.url.startswith(_WITH_TLS):
                    row.enter(Phase.TLS, now)
            case Status.SENDING_REQUEST:
                self._take_request(row, handle)
                row.enter(Phase.SEND, now)
            case Status.REQUEST_SENT:
                row.sent += news.info
                if row.exchange is None:
                    # A conversation goes on: the server has yet to answer this.
                    row.answered = False
                # That the server is waited for is told next, unless the program has
                # more to send.
                row.enter(Phase.IDLE, now)
            case Status.RECEIVING_RESPONSE:
                row.enter(Phase.RECEIVE if row.answered else Phase.WAIT, now)
                row.pending = True
            case Status.RESPONSE_RECEIVED:
                row.told += news.info
                if not row.answered:
                    row.answered = True
                    self._take_answer(row, handle)
                row.enter(Phase.RECEIVE, now)
            case Status.REDIRECT:
                row.rest(now)
                self._add(row.redirected(self._next(), news.info, now), handle)
            case Status.REQUEST_COMPLETE:
                row.rest(now)
                _take_outcome(row, handle, *news.info)
            case Status.HANDLE_CLOSING:
                row.taken = max(row.taken, _taken(handle))
                if row.pending:
                    row.rest(now)
                    if row.nothing_happened:
                        # It was opened, and never sent.
                        with suppress(ValueError):
                            self.rows.remove(row)

    # -- what is read off a handle on the way

    def _take_request(self, row: Row, handle: Any) -> None:
        exchange = row.exchange
        if exchange is None or exchange.request or not handle.alive:
            return
        if row.after is None and handle.latest_response is not None:
            # It asks for another place of the body: the handle keeps its first head.
            return
        head = handle.query_info(
            Query.RAW_HEADERS_CRLF, flags=QueryFlag.REQUEST_HEADERS
        )
        exchange.take_request(head.encode("latin-1"), secrets=self._secrets)
        row.verb = exchange.verb or row.verb
        row.url = _at(row.url, exchange.target)

    def _take_answer(self, row: Row, handle: Any) -> None:
        response = None if row.exchange is None else handle.latest_response
        if row.exchange is None or response is None:
            return
        row.exchange.take_answer(response, secrets=self._secrets)
        info = response.socket_info
        if info is not None and info.destination_address:
            row.address = info.destination_address


def _take_outcome(
    row: Row, handle: Any, result: Any, error: BaseException | None
) -> None:
    if error is not None:
        row.error = type(error).__name__
        row.message = str(error)
        if isinstance(error, InternetError):
            # Without constant and code: they help programs.
            row.message = error.message or error.meaning
    body = getattr(result, "body", None)
    row.taken = _taken(handle) if body is None else len(body)


def _taken(handle: Any) -> int:
    """Return how many bytes of a body have been read."""
    position: int = getattr(handle, "position", 0)
    return position


def _calls(handle: Any) -> bool:
    """Tell whether each call on a handle has a row of its own."""
    return bool(handle.handle_type is HandleType.CONNECT_FTP)


def _is_over(row: Row, handle: Any) -> bool:
    """Tell whether a further step belongs to another row."""
    if row.exchange is not None:
        return row.answered or bool(row.error)
    return _calls(handle) and not row.pending


def _verb(handle: Any, kind: HandleType, *, made: bool) -> str:
    if kind is HandleType.HTTP_REQUEST:
        return str(handle.verb)
    if _calls(handle):
        return "LOGIN" if made else "CALL"
    if kind in _LISTINGS:
        return "LIST"
    return "GET" if hasattr(handle, "read") else "PUT"


def _at(url: str, target: str) -> str:
    """Return the URL with what was really asked for: a send may add to the query."""
    if not target.startswith("/"):
        # Proxies are told the whole URL; OPTIONS may have a star.
        return target if "://" in target else url
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}{target}"


def _shown_context(context: Any) -> str:
    """Return a context that a person can read; others are the program's own."""
    return str(context) if type(context) in (str, int) else ""
