"""The line: one connection, which serves one request (RFC 1436, section 2)."""

from __future__ import annotations

from contextlib import suppress
from socket import MSG_PEEK
from typing import TYPE_CHECKING, Any, Protocol

from twisted.internet.error import ConnectionDone
from twisted.internet.tcp import Connection
from twisted.python.failure import Failure

from twinet._net.low_water import KEPT, LONG, LowWater
from twinet._net.sockets import CountedLine
from twinet._net.stream import Stream
from twinet._net.tls_layer import NoFarewell

if TYPE_CHECKING:
    from twinet._gopher.engine import Engine
    from twinet._net.tls import TlsCreator

__all__ = ["GopherLine"]

#: The length of data whose length is not known: their end wakes us in any case.
_UNKNOWN = 1 << 62
_DONE = Failure(ConnectionDone())


class Taker(Protocol):
    """Who gets what comes."""

    paused: bool

    def data_came(self, data: bytes, *, ended: bool = False) -> None:
        """Take data."""

    def line_over(self, reason: Failure, *, orderly: bool) -> None:
        """Take note that the connection is closed, and not by us."""


class GopherLine(CountedLine):
    """One of them."""

    transport: Any
    #: how TLS came about, when there is TLS.
    tls_creator: TlsCreator | None = None
    #: whether the end of TCP alone is no end of an answer in TLS.
    needs_farewell = True

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine.sockets)
        self._engine = engine
        self._taker: Taker | None = None
        self._early: list[bytes] = []
        self._low_water: LowWater | None = None
        self._came = 0
        #: the server has closed, in order.
        self._ended = False
        self._left = _UNKNOWN

    # -- for the transaction

    def deliver(self, taker: Taker) -> None:
        """Hand over all that comes."""
        self._taker = taker
        early, self._early = self._early, []
        for data in early:
            if self._taker is not None:
                taker.data_came(data)

    def send(self, data: bytes) -> None:
        """Send the request: past the reactor's write event, where that is possible."""
        transport = self.transport
        if (
            type(transport) is Stream
            and not transport.TLS
            # What a proxy was told may wait there yet.
            and not (transport.dataBuffer or transport._tempDataBuffer)  # noqa: SLF001
        ):
            # What is broken is told by the poller; what is full takes the rest later.
            with suppress(OSError):
                data = data[transport.socket.send(data) :]
        if data:
            transport.write(data)

    def forget(self) -> None:
        """Close at once; nobody is told."""
        self._rest()
        if not (self._ended and self.close_at_once()):
            self.abort()

    # -- Twisted calls these

    def dataReceived(self, data: bytes) -> None:  # noqa: N802  IProtocol
        """Hand data over; what comes before the request is sent is kept, a read."""
        taker = self._taker
        if taker is None:
            if not self._finished:
                self._early.append(data)
            return
        if self._low_water is not None:
            self._left -= len(data)
            self._low_water.read(self._left)
        elif self._came < LONG:
            self._came += len(data)
            if self._came >= LONG:
                self._expect_long()
        taker.data_came(data, ended=self._came < LONG and self._look_ahead())

    def lost(self, reason: Failure) -> None:
        """Take note that the server, or the network, has closed the connection."""
        taker = self._taker
        self._rest()
        if taker is not None:
            orderly = reason.check(ConnectionDone) is not None
            if not self.needs_farewell:
                orderly = orderly or reason.check(NoFarewell) is not None
            taker.line_over(reason, orderly=orderly)

    # -- inside

    def _look_ahead(self) -> bool:
        """Tell whether the server has closed: most send a small file and that at once.

        It saves a turn of the reactor, a tenth of what such a file costs (measured).
        """
        transport = self.transport
        if type(transport) is not Stream or transport.TLS:
            return False
        try:
            self._ended = transport.socket.recv(1, MSG_PEEK) == b""
        except OSError:
            # Nothing is there, or it is broken, and the poller tells.
            return False
        return self._ended

    def _expect_long(self) -> None:
        """Read in large pieces where that is possible: it has become a long file."""
        transport = self.transport
        if KEPT and isinstance(transport, Connection) and not transport.TLS:
            deadlines = self._engine.deadlines
            self._low_water = LowWater(transport, self._left, deadlines)

    def _rest(self) -> None:
        self._taker = None
        self._early = []
        low_water, self._low_water = self._low_water, None
        if low_water is not None:
            low_water.stop()
