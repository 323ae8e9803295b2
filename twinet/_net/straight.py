"""The straight way to an address that is known, with nobody to be asked or told.

The short form of an :class:`~twinet._net.opening.Opening`, for hosts that are connected
to again and again, as for each file that FTP transfers.  There is one address, so
there is no race; its look-up and its policy have been seen to before, or there is
none; it is not traced, and TLS comes later or not at all.  What comes of it, and what
an error says, is the same; :meth:`Connector.straight` tells where it can be had.

A connection to this machine stands when the system's call returns, so nothing is
waited for, and no limit set::

    connect() --stands already----------------> the line
        '-- wait() --connected, within a limit--^
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twisted.internet.defer import Deferred

from twinet._net.race import place
from twinet._net.stream import Stream
from twinet._net.translate import words
from twinet.errors import CannotConnect, Timeout

if TYPE_CHECKING:
    from collections.abc import Callable
    from ipaddress import IPv4Address, IPv6Address

    from twisted.python.failure import Failure

    from twinet._net.line import Line
    from twinet._net.opening import Means
    from twinet.errors import InternetError

__all__ = ["Straight"]


class Straight:
    """One connection to one address.

    :param build: makes the line.
    :param limit: of connecting (seconds).
    :ivar text: the address as text.
    """

    deadline: float | None = None

    def __init__(
        self,
        means: Means,
        address: IPv4Address | IPv6Address,
        port: int,
        build: Callable[[], Line],
        limit: float | None,
    ) -> None:
        self._means = means
        self._port = port
        self._build = build
        self._limit = limit
        self._stream = Stream(self, address)
        self.text = self._stream.text
        self._line: Line | None = None
        self._error: InternetError | None = None
        self._waiting: Deferred[Line] | None = None

    def connect(self) -> Line | None:
        """Begin; return the line if it stands already.

        :raises CannotConnect: 12029, the address refuses, or cannot be reached.
        """
        stream, bind = self._stream, self._means.bind_address
        if bind is not None and (":" in bind[0]) != (":" in stream.text):
            bind = None
        stream.eager = True
        try:
            stream.start(self._means.reactor, self._port, bind)
        except Exception as refusal:  # noqa: BLE001  e.g. an unknown IPv6 zone
            self.failed(stream, refusal)
        if self._error is not None:
            raise self._error
        return self._line

    def wait(self) -> Deferred[Line]:
        """Fire with the line that did not stand at once; cancelling gives it up.

        :raises CannotConnect: 12029, as :meth:`connect`.
        :raises Timeout: 12002, nobody answered.
        """
        self._waiting = Deferred(lambda _: self._give_up())
        self._means.deadlines.limit(self, self._limit)
        return self._waiting

    def expired(self) -> None:
        """End: nobody has answered."""
        self._give_up()
        where = self._place()
        self._end(
            Timeout(
                f"connecting to {where} took longer than the limit 'connect' of "
                f"{self._limit:g} seconds ({where} no answer); try again, or raise the "
                "limit"
            )
        )

    # -- the stream tells these, as it would a race

    def connected(self, stream: Stream) -> Line:
        """Make the line for the connection."""
        line = self._build()
        line.address = stream.text
        line.opener = self
        return line

    def failed(self, _: Stream, reason: Failure | Exception) -> None:
        """End: the address cannot be connected to."""
        self._end(
            CannotConnect(
                f"cannot connect to {self._stream.text}: {self._place()} "
                f"{words(reason)}"
            )
        )

    # -- the line tells these

    def tcp_connected(self, line: Line) -> None:
        """Hand the line over."""
        line.opener = None
        self._line = line
        self._means.deadlines.clear(self)
        if self._waiting is not None:
            self._waiting.callback(line)

    def tls_ready(self, line: Line) -> None:
        """Nothing: it comes later, to somebody else."""

    def tcp_lost(self, line: Line, reason: Failure) -> None:
        """Nothing: a line is handed over in the moment in which it is connected."""

    # -- inside

    def _place(self) -> str:
        return place(self._stream.text, self._port)

    def _give_up(self) -> None:
        self._means.deadlines.clear(self)
        self._stream.stop()

    def _end(self, error: InternetError) -> None:
        self._means.deadlines.clear(self)
        self._error = error
        if self._waiting is not None:
            self._waiting.errback(error)
