"""The control connection: commands out, replies in (RFC 959, section 5.4).

Theory of operation.  One command is asked at a time.  The server *owes* one reply for
the greeting and one for each command; preliminary ones (1yz) come in between, and do
not count.  What arrives is settled first, then told, to whoever waits for a reply; what
nobody waits for yet, as the end of a transfer whose data are still being read, is
kept::

    owed --reply comes--> kept, or told at once to who waits
      |                                         ^
      '--limit, loss, nonsense, 421--> over ----'   (and to who asks later)

A reply that is not owed is the end: nobody could say any more which reply belongs to
which command.  So is a reply that is none, and a flood of preliminary ones.

When an operation is stopped between a command and its reply, the reply is still owed;
:meth:`Control.settle` waits for it before the next operation begins.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.error import ConnectionDone
from twisted.internet.tcp import Connection

from twinet._ftp.refusal import SERVICE_CLOSES, words_of
from twinet._net.sockets import CountedLine
from twinet._net.stream import Stream
from twinet._net.translate import words
from twinet._wire.ftp_command import command, shown_command
from twinet._wire.ftp_reply import ReplyReader
from twinet.errors import (
    CannotConnect,
    ClientAuthCertNeeded,
    ExtendedError,
    FtpDropped,
    InternetError,
    Timeout,
)
from twinet.status import (
    ReceivingResponse,
    RequestSent,
    ResponseReceived,
    SendingRequest,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from twisted.python.failure import Failure

    from twinet._ftp.operation import Operation
    from twinet._net.deadlines import Deadlines
    from twinet._net.sockets import Sockets
    from twinet._net.tls import TlsCreator
    from twinet.ftp import FtpReply
    from twinet.proxy import Proxy

__all__ = ["Control"]

#: So many preliminary replies to one command are no dialogue any more (our own).
MOST_PRELIMINARY = 100
#: The answer to PWD.
_PATHNAME = 257
#: How messages call the limits of a reply.
_REPLY_LIMIT = "the limit 'ftp_reply' of {:g} seconds"
_ABORT_LIMIT = "the {:g} seconds that it has to end a transfer"


class _NoneYetError(Exception):
    """No reply has come so far."""


class Control(CountedLine):
    """One control connection, from its greeting to its end.

    :param ended: told once when the connection is over, with the reason.
    :ivar over: why it is over; ``None`` while it stands.
    :ivar ended_idle: it was, or is, over because the server ended it when nothing was
        asked.
    """

    transport: Any
    deadline: float | None = None
    #: whether the transport is a socket's, and its buffer empty for certain.
    _direct = False
    #: how the TLS connection came about, when there is one.
    tls_creator: TlsCreator | None = None
    #: what leads to the server, and has to lead to its data as well.
    proxy: Proxy | None = None

    def __init__(
        self,
        deadlines: Deadlines,
        sockets: Sockets,
        ended: Callable[[InternetError], None],
    ) -> None:
        self.over: InternetError | None = None
        self.ended_idle = False
        self._deadlines = deadlines
        super().__init__(sockets)
        self._ended = ended
        self._reader = ReplyReader()
        #: called when something has come that nobody waits for, or the end.
        self.watcher: Callable[[], None] | None = None
        #: what the server said last.
        self.last: FtpReply | None = None
        self._kept: deque[FtpReply] = deque()
        self._waiting: Deferred[FtpReply] | None = None
        #: the greeting.
        self._owed = 1
        self._preliminary = 0
        #: the last command; empty at the greeting.
        self._asked = b""
        #: which limit runs: how it is called, and how long it is (seconds).
        self._limit = (_REPLY_LIMIT, 0.0)
        #: nothing is lost when no reply comes within the limit.
        self._lenient = False

    @property
    def idle(self) -> bool:
        """Whether the connection stands, and the server owes nothing."""
        return self.over is None and not self._owed

    @property
    def owes(self) -> bool:
        """Whether the server has yet to answer something."""
        return self.over is None and self._owed > 0

    @property
    def settled(self) -> bool:
        """Whether :meth:`settle` has nothing to do."""
        return not (self._kept or (self._owed and self.over is None))

    @property
    def refused(self) -> FtpReply | None:
        """The reply that nobody has taken yet, if it says that something failed."""
        reply = self._kept[0] if self._kept else None
        if reply is None or reply.preliminary or reply.completed:
            return None
        return reply

    @property
    def amid(self) -> bool:
        """Whether something has come that nobody has asked for, or taken."""
        return bool(self._kept) or self._reader.amid

    @property
    def _what(self) -> str:
        """What the server is to do next, in words."""
        return f"answer {shown_command(self._asked)}" if self._asked else "greet"

    def check(self) -> None:
        """Refuse what cannot be asked any more.

        :raises FtpDropped: 12111.
        """
        if self.over is not None:
            raise dropped(self.over)

    def ends(self) -> tuple[str, str]:
        """Return the address of this side and that of the server.

        :raises CannotConnect: 12029, an endpoint of the program's knows none.
        """
        near = getattr(self._tcp.getHost(), "host", None)
        far = getattr(self._tcp.getPeer(), "host", None)
        if near is None or far is None:
            msg = "the connection has no address on which the server could be awaited"
            raise CannotConnect(msg)
        return near, far

    def follow(self, ended: Callable[[InternetError], None]) -> None:
        """Have somebody else told when the connection is over."""
        self._ended = ended

    # -- asking

    async def ask(
        self, operation: Operation, verb: str, argument: str = ""
    ) -> FtpReply:
        """Send a command; return the first reply to it, which may be preliminary.

        :raises InvalidParameter: 87, it cannot be said in one line.
        :raises FtpDropped: 12111, the connection is over.
        :raises InternetError: as :meth:`answer`.
        """
        return await self.ask_line(operation, command(verb, argument))

    async def ask_line(self, operation: Operation, line: bytes) -> FtpReply:
        """Send a command that is made already; as :meth:`ask`."""
        operation.check()
        self.check()
        if operation.say(SendingRequest):
            await operation.heard()
        # A listener that had to be waited for gave the connection time to end.
        self.check()
        self.send(line)
        if operation.say(RequestSent, len(line)):
            await operation.heard()
        return await self.answer(operation)

    def send(self, line: bytes) -> None:
        """Send a command whose reply is waited for later."""
        self._asked = line
        self._owed += 1
        self._preliminary = 0
        if self._direct:
            line = self._send_at_once(line)
        if line:
            self.transport.write(line)

    def _send_at_once(self, data: bytes) -> bytes:
        """Send past the reactor's write event; return what the socket did not take.

        As for requests of HTTP: nothing is buffered in the transport at this moment.
        """
        try:
            sent: int = self._tcp.socket.send(data)
        except OSError:
            # Full, or broken: the transport finds out and tells as usual.
            sent = 0
        if sent < len(data):
            self._direct = False
        return data[sent:]

    async def answer(self, operation: Operation) -> FtpReply:
        """Return the next reply, which may be preliminary.

        :raises Timeout: 12002, none came within ``limits.ftp_reply``.
        :raises FtpDropped: 12111, the connection is over.
        :raises ExtendedError: 12003, what came is no reply, or says that the server
            closes the connection (421).
        """
        if operation.say(ReceivingResponse):
            await operation.heard()
        if self._kept:
            reply = self._kept.popleft()
            operation.check()
        else:
            reply = await operation.wait(self._next(operation.limits.ftp_reply))
        if operation.voice.heard and operation.say(ResponseReceived, _size(reply)):
            await operation.heard()
        return reply

    def look(self) -> None:
        """Take what has come before the reactor tells of it, if anything is owed."""
        if self._owed and not self._kept and type(self._tcp) is Stream:
            self._tcp.look()

    async def final_answer(self, operation: Operation) -> FtpReply:
        """Return the next reply that is not preliminary."""
        reply = await self.answer(operation)
        while reply.preliminary:
            reply = await self.answer(operation)
        return reply

    async def settle(self, limit: float | None, named: str = _REPLY_LIMIT) -> None:
        """Wait for what is still owed, and forget it; the limit ends the connection.

        :param named: how the message calls the limit.
        """
        while self._owed and self.over is None:
            try:
                await self._next(limit, named)
            except InternetError:
                return
        self._kept.clear()

    async def settle_aborted(self, limit: float, grace: float) -> None:
        """As :meth:`settle`, behind an ABOR in the middle of a transfer.

        Servers answer it with two replies, one of them the transfer's (RFC 959, section
        4.1.3), or with one for both.  Who sends no second one within a grace is asked
        for something whose answer cannot be mistaken.
        """
        try:
            while self._owed > 1 and self.over is None:
                await self._next(limit, _ABORT_LIMIT)
            # What is kept has been counted when it came.
            self._kept.clear()
            self._lenient = True
            while self._owed and self.over is None:
                await self._next(grace)
        except _NoneYetError:
            await self._ask_where_we_are(limit)
        except InternetError:
            return
        finally:
            self._lenient = False
        await self.settle(limit, _ABORT_LIMIT)

    async def _ask_where_we_are(self, limit: float) -> None:
        """Find the place in the replies: PWD's has a code that no other one has."""
        self._lenient = False
        self.send(b"PWD\r\n")
        while self._owed and self.over is None:
            try:
                reply = await self._next(limit, _ABORT_LIMIT)
            except InternetError:
                return
            if reply.code == _PATHNAME:
                self._owed = 0

    # -- the end

    def drop(self, error: InternetError) -> None:
        """Close at once, because the connection is of no use any more."""
        self._end(error)
        self.abort()

    def leave(self) -> None:
        """Close politely: what is written goes out; the server is not waited for."""
        self._end(FtpDropped("the connection was closed on this side"))
        if not self.close_at_once():
            self.close()

    # -- Twisted calls these

    def connectionMade(self) -> None:  # noqa: N802  Twisted's name
        """See what the transport is.

        It comes a second time when TLS was started.
        """
        super().connectionMade()
        transport = self.transport
        self._direct = isinstance(transport, Connection) and not transport.TLS

    def dataReceived(self, data: bytes) -> None:  # noqa: N802  IProtocol
        """Settle what the bytes mean, then tell who waits."""
        if self.over is not None:
            return
        try:
            replies = self._reader.feed(data)
        except InternetError as fault:
            self.drop(fault)
            return
        for reply in replies:
            self._take(reply)
            if self.over is not None:
                return
        if self._reader.fault is not None:
            self.drop(self._reader.fault)
        else:
            self._tell()

    def lost(self, reason: Failure) -> None:
        """Take note that the server, or the network, has closed the connection."""
        if self.over is not None:
            return
        when = f"; it had yet to {self._what}" if self._owed else ""
        what = "the server closed the control connection"
        if not reason.check(ConnectionDone):
            what = f"the control connection broke ({words(reason)})"
        error: InternetError = FtpDropped(f"{what}{when}")
        if self.tls_creator is not None and not reason.check(ConnectionDone):
            explained = self.tls_creator.explain(reason)
            error.__cause__ = explained
            if isinstance(explained, ClientAuthCertNeeded):
                # With TLS 1.3 the server says so only behind the handshake.
                error = explained
        else:
            error.__cause__ = reason.value
        self.ended_idle = not self._owed
        self._end(error)

    def expired(self) -> None:
        """End: a reply did not come within its limit."""
        if self._waiting is None:
            # It was taken in time: see _next().
            return
        if self._lenient:
            waiting, self._waiting = self._waiting, None
            if waiting is not None:
                waiting.errback(_NoneYetError())
            return
        named, seconds = self._limit
        limit = named.format(seconds)
        self.drop(Timeout(f"the server did not {self._what} within {limit}"))

    # -- inside

    def _next(
        self, limit: float | None, named: str = _REPLY_LIMIT
    ) -> Deferred[FtpReply]:
        if self._kept:
            return succeed(self._kept.popleft())
        if self.over is not None:
            return fail(self.over)
        assert self._waiting is None, "one waits at a time"
        assert self._owed, "nothing is waited for that is not owed"
        # Formatted when it ran out; and that it has not is not told to the deadlines
        # by each reply: the next wait pushes it on, which costs less.
        self._limit = (named, limit or 0.0)
        self._deadlines.limit(self, limit)
        self._waiting = Deferred(self._not_waiting)
        return self._waiting

    def _not_waiting(self, _: object) -> None:
        self._waiting = None

    def _take(self, reply: FtpReply) -> None:
        self.last = reply
        preliminary = reply.preliminary
        if reply.code == SERVICE_CLOSES:
            self._closed_by_server(reply)
        elif not self._owed:
            self.drop(
                FtpDropped(
                    f"the server said {reply.code} without having been asked; nobody "
                    "knows what its next reply belongs to, so the session was closed",
                    server_text=words_of(reply),
                )
            )
        elif preliminary and self._preliminary == MOST_PRELIMINARY:
            self.drop(
                ExtendedError(
                    f"the server sent {MOST_PRELIMINARY} replies that say it has only "
                    f"begun, and more; it had yet to {self._what}",
                    server_text=words_of(reply),
                )
            )
        else:
            if preliminary:
                self._preliminary += 1
            else:
                self._owed -= 1
            self._kept.append(reply)

    def _closed_by_server(self, reply: FtpReply) -> None:
        """Take note of a 421: whatever was asked, the connection ends."""
        kind = ExtendedError if self._owed else FtpDropped
        self.ended_idle = not self._owed
        when = f"when it had to {self._what}" if self._owed else "when it was idle"
        text = words_of(reply)
        first = text.partition("\n")[0]
        message = f"the server closed the session {when}: {first}"
        self.drop(kind(message, server_text=text))

    def _tell(self) -> None:
        while self._kept and self._waiting is not None:
            waiting, self._waiting = self._waiting, None
            waiting.callback(self._kept.popleft())
        self._alert()

    def _alert(self) -> None:
        watcher = self.watcher
        if watcher is not None and (self._kept or self.over is not None):
            watcher()

    def _end(self, error: InternetError) -> None:
        if self.over is not None:
            return
        self.over = error
        self._deadlines.clear(self)
        waiting, self._waiting = self._waiting, None
        self._ended(error)
        # Who hears of the end may have stopped who waits.
        if waiting is not None and not waiting.called:
            if self._kept:
                # It came before the end.
                waiting.callback(self._kept.popleft())
            else:
                waiting.errback(error)
        self._alert()


def dropped(reason: InternetError) -> FtpDropped:
    """Return the error of a call on a session that is over."""
    error = FtpDropped(
        f"the FTP session is over: {reason.message or reason.meaning}",
        server_text=reason.server_text,
    )
    error.__cause__ = reason
    return error


def _size(reply: FtpReply) -> int:
    """Return how much came, with the ends of the lines [bytes]."""
    if len(reply.lines) == 1:
        return len(reply.lines[0]) + 2
    return sum(map(len, reply.lines)) + 2 * len(reply.lines)
