"""The data connection: one file, or one listing, on its way (RFC 959, section 3.2).

A socket of ours is not read before somebody takes what comes: the system keeps it, and
a small file is then there with its end.  From other transports what comes early is kept
here, a read or two; then they are paused.

Two limits run on it: for the next piece (``limits.idle``), or for the reader, who takes
nothing (``limits.unread_body``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from twisted.internet.error import ConnectionDone
from twisted.internet.tcp import Connection

from twinet._net.low_water import KEPT, LONG, LowWater
from twinet._net.sockets import CountedLine
from twinet._net.speed_window import SpeedWindow
from twinet._net.stream import Stream, left_to_send
from twinet._net.translate import translate
from twinet.errors import Timeout

if TYPE_CHECKING:
    from twisted.python.failure import Failure

    from twinet._net.deadlines import Deadlines
    from twinet._net.sockets import Sockets
    from twinet._net.tls import TlsCreator
    from twinet.errors import InternetError
    from twinet.records import Limits

__all__ = ["DataLine", "Taker"]

#: So much may come before anybody takes it (bytes; our own).
MOST_EARLY = 64 << 10
#: The length of data whose length is not known: their end wakes us in any case.
UNKNOWN = 1 << 62


class Taker(Protocol):
    """Who gets what comes."""

    def data_came(self, data: bytes) -> None:
        """Take data."""

    def data_over(self, error: InternetError | None, *, orderly: bool) -> None:
        """Take note that the connection is closed; ``error``: why not by the server."""


class DataLine(CountedLine):
    """One data connection."""

    transport: Any
    patient = True
    deadline: float | None = None
    #: how TLS came about, when there is TLS.
    tls_creator: TlsCreator | None = None

    def __init__(self, deadlines: Deadlines, sockets: Sockets, limits: Limits) -> None:
        self._deadlines = deadlines
        super().__init__(sockets)
        self._limits = limits
        self._taker: Taker | None = None
        self._early: list[bytes] = []
        self._early_size = 0
        #: the transport was paused because nobody took anything yet.
        self._full = False
        self._paused = False
        #: the connection is gone: the reason, and whether it ended in order.
        self._gone: tuple[InternetError | None, bool] | None = None
        self._limit = ("", 0.0, "")
        self._speed: SpeedWindow | None = None
        if limits.lowest_speed is not None:
            self._speed = SpeedWindow(
                limits.lowest_speed,
                limits.lowest_speed_time,
                "of data went to or from the server",
                deadlines,
                self.cut,
            )
        self._low_water: LowWater | None = None
        self._left = UNKNOWN
        #: so much is left when all that was announced is here.
        self._at_end = -1
        self._long = False
        #: what the system had yet to send, when that was asked last.
        self._unsent: int | None = UNKNOWN

    # -- for who transfers

    def listen(self) -> None:
        """Let the transport read before anybody takes anything: for TLS."""
        if self._full:
            self._full = False
            self.transport.resumeProducing()

    def deliver(self, taker: Taker) -> None:
        """Hand over what came, and all that comes."""
        self._taker = taker
        early, self._early = self._early, []
        for data in early:
            taker.data_came(data)
            if self._taker is None:
                # Given up in there.
                return
        if self._gone is not None:
            error, orderly = self._gone
            taker.data_over(error, orderly=orderly)
            return
        if self._full:
            self._full = False
            if not self._paused:
                self._go_on()
        self._wait_for_data()

    def _go_on(self) -> None:
        """Read what is here by now, and what comes."""
        transport = self.transport
        if type(transport) is Stream:
            # All of it may be, so that there is nothing to wait for.
            transport.look()
            if self._gone is not None or self._paused:
                return
        transport.resumeProducing()

    def expect(self, size: int) -> None:
        """Know how much comes, by the server's word: the end follows it closely."""
        self._at_end = UNKNOWN - size
        if size >= LONG:
            self.expect_long()

    def expect_long(self) -> None:
        """Know that much comes; read it in large pieces where that is possible."""
        self._long = True
        transport = self.transport
        if (
            KEPT
            and isinstance(transport, Connection)
            and not (self.tls or transport.TLS)
            and self._low_water is None
        ):
            self._low_water = LowWater(transport, self._left, self._deadlines)

    def pause(self) -> None:
        """Take nothing more from the socket."""
        if not self._paused and self._gone is None:
            self._paused = True
            if not self._full:
                self.transport.pauseProducing()
            if self._speed is not None:
                self._speed.rest()
            self._start_limit(
                "unread_body",
                self._limits.unread_body,
                "what came was not read within the limit {} of {:g} seconds",
            )

    def resume(self) -> None:
        """Take from the socket again."""
        if self._paused:
            self._paused = False
            if self._gone is None:
                self._wait_for_data()
                if not self._full:
                    self.transport.resumeProducing()

    def watch_sending(self) -> None:
        """Know that the server has to take something, within a limit.

        Where the system tells what it has yet to send, the limit is for no progress.
        """
        self._unsent = UNKNOWN
        if self._speed is not None:
            self._speed.run()
        self._start_limit(
            "send",
            self._limits.send,
            "the server took nothing within the limit {} of {:g} seconds",
        )

    def _has_taken(self) -> bool:
        """Tell whether the server has taken something since this was asked last."""
        own = getattr(self._tcp, "socket", None)
        left = left_to_send(own) if own is not None else None
        before, self._unsent = self._unsent, left
        return left is not None and before is not None and left < before

    def rest(self) -> None:
        """Know that nothing is waited for."""
        self._deadlines.clear(self)
        if self._speed is not None:
            self._speed.rest()

    def count_sent(self, size: int) -> None:
        """Count bytes that have gone out."""
        if self._speed is not None:
            self._speed.count(size)

    def cut(self, error: InternetError) -> None:
        """Close at once; the taker is told why."""
        self._end(error, orderly=False)
        self.abort()

    def forget(self) -> None:
        """Close at once; nobody is told."""
        self._taker = None
        self._early = []
        self._end(None, orderly=False)
        self.abort()

    # -- Twisted calls these

    def connectionMade(self) -> None:  # noqa: N802  Twisted's name
        """Take note of the socket, which is read when somebody takes what comes."""
        transport = self.transport
        self._full = type(transport) is Stream and not transport.reading
        super().connectionMade()

    def dataReceived(self, data: bytes) -> None:  # noqa: N802  IProtocol
        """Hand data over, or keep them until there is somebody."""
        taker = self._taker
        if self._gone is not None:
            return
        if taker is None:
            self._early.append(data)
            self._early_size += len(data)
            if self._early_size >= MOST_EARLY and not self._full:
                self._full = True
                self.transport.pauseProducing()
            return
        if self.deadline is not None:
            self._wait_for_data()
        self._left -= len(data)
        if self._speed is not None:
            self._speed.count(len(data))
        if self._low_water is not None:
            self._low_water.read(self._left)
        elif UNKNOWN - self._left >= LONG and not self._long:
            self.expect_long()
        taker.data_came(data)
        if self._left == self._at_end and not self._paused and self._gone is None:
            # Only our own transports look at that.
            self.transport.ending = True

    def lost(self, reason: Failure) -> None:
        """Take note that the server, or the network, has closed the connection."""
        if isinstance(reason.value, ConnectionDone):
            self._end(None, orderly=True)
        elif self.tls_creator is not None:
            self._end(self.tls_creator.explain(reason), orderly=False)
        else:
            self._end(translate(reason, "the data connection"), orderly=False)

    def expired(self) -> None:
        """End: nothing came, or nobody read, within its limit."""
        name, seconds, text = self._limit
        if name == "send" and self._has_taken():
            self._deadlines.set(self, seconds)
            return
        self.cut(Timeout(text.format(repr(name), seconds)))

    # -- inside

    def _wait_for_data(self) -> None:
        if not self._paused and self._gone is None:
            if self._speed is not None:
                self._speed.run()
            self._start_limit(
                "idle",
                self._limits.idle,
                "the server sent nothing within the limit {} of {:g} seconds",
            )

    def _start_limit(self, name: str, seconds: float | None, text: str) -> None:
        if seconds is None:
            self._deadlines.clear(self)
        else:
            self._limit = (name, seconds, text)
            self._deadlines.set(self, seconds)

    def _end(self, error: InternetError | None, *, orderly: bool) -> None:
        if self._gone is not None:
            return
        self._gone = (error, orderly)
        self._deadlines.clear(self)
        if self._speed is not None:
            self._speed.rest()
        low_water, self._low_water = self._low_water, None
        if low_water is not None:
            low_water.stop()
        taker = self._taker
        if taker is not None:
            taker.data_over(error, orderly=orderly)
