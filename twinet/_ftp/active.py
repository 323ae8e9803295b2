"""Data connections that the server opens: EPRT and PORT.

We listen on the address of the control connection alone, and only for its peer: who
else comes is sent away, and does not take the server's place (RFC 2577).
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred
from twisted.internet.error import CannotListenError
from twisted.internet.protocol import Factory

from twinet._ftp.data_line import DataLine
from twinet._ftp.refusal import refusal
from twinet._ftp.way import Way
from twinet._net.attempt import Unwanted
from twinet._wire.ftp_address import eprt_argument, port_argument
from twinet.errors import CannotConnect, Timeout

if TYPE_CHECKING:
    from twisted.internet.interfaces import IAddress

    from twinet._ftp.login import Login
    from twinet._ftp.operation import Operation

__all__ = ["Awaited", "await_active"]


class Awaited(Factory):
    """The server's data connection, until it has come.

    :param peer: the address that it has to come from.
    """

    noisy = False
    deadline: float | None = None

    def __init__(self, login: Login, operation: Operation, peer: str) -> None:
        self._login = login
        self._limits = operation.limits
        self._peer = _plain(peer)
        self._port: Any = None
        self._came: Deferred[DataLine] = Deferred()
        self._line: DataLine | None = None

    def listen(self, reactor: Any, interface: str) -> tuple[str, int]:
        """Listen; return address and port.

        :raises CannotConnect: 12029, the system does not let us.
        """
        try:
            self._port = reactor.listenTCP(0, self, backlog=1, interface=interface)
        except CannotListenError as error:
            msg = f"cannot listen for the server's data connection: {error.socketError}"
            raise CannotConnect(msg) from error
        return interface, self._port.getHost().port

    def wait(self) -> Deferred[DataLine]:
        """Fire with the connection when it has come.

        :raises Timeout: 12002, it did not within ``limits.connect``.
        """
        if self._line is None:
            deadlines = self._login.engine.deadlines
            deadlines.limit(self, self._limits.connect)
        return self._came

    def expired(self) -> None:
        """End: the limit ran out."""
        self.close()
        if not self._came.called:
            self._came.errback(
                Timeout(
                    "the server did not open the data connection within the limit "
                    f"'connect' of {self._limits.connect:g} seconds; can it reach this "
                    "machine? Passive mode does not ask that of it"
                )
            )

    def buildProtocol(self, addr: IAddress | None) -> Any:  # noqa: N802  Twisted's
        """Take the connection if it is the server's, and the first."""
        host = getattr(addr, "host", "")
        if self._line is not None or _plain(host) != self._peer:
            return Unwanted()
        engine = self._login.engine
        line = _Accepted(engine.deadlines, engine.sockets, self._limits)
        self._line = line
        line.address = host
        line.arrived = self._arrived
        return line

    def close(self) -> None:
        """Listen no more; a connection that has come stays."""
        self._login.engine.deadlines.clear(self)
        port, self._port = self._port, None
        if port is not None:
            port.stopListening()

    def forget(self) -> None:
        """Listen no more, and close what has come."""
        self.close()
        if self._line is not None:
            self._line.forget()

    def _arrived(self) -> None:
        self.close()
        assert self._line is not None
        if not self._came.called:
            self._came.callback(self._line)


class _Accepted(DataLine):
    """A data connection that tells when it has its transport."""

    arrived: Any = None

    def connectionMade(self) -> None:  # noqa: N802  Twisted's name
        super().connectionMade()
        self.arrived()


async def await_active(login: Login, operation: Operation, way: Way) -> Awaited | None:
    """Listen, and tell the server where; ``None`` when it does not know this way.

    :raises CannotConnect: 12029, we cannot listen.
    :raises ExtendedError: 12003, the server refuses.
    """
    control = login.control
    near, far = control.ends()
    awaited = Awaited(login, operation, far)
    try:
        host, port = awaited.listen(login.engine.reactor, near)
        argument = eprt_argument if way is Way.EPRT else port_argument
        reply = await login.attempt(operation, way.value, argument(host, port))
        if reply is None:
            awaited.close()
            return None
        if not reply.completed:
            raise refusal(way.value, reply)  # noqa: TRY301  the port goes below
    except BaseException:
        awaited.forget()
        raise
    return awaited


def _plain(address: str) -> str:
    """Return an address without a zone, and of IPv4 where it is one in disguise."""
    try:
        plain = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    return str(getattr(plain, "ipv4_mapped", None) or plain)
