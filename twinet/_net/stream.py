"""A stream: one TCP connection that is made on its own socket, past ``connectTCP``.

``reactor.connectTCP`` makes a connector, a transport and two delayed calls for each
connection, asks the socket to connect twice and changes the poller eight times.  Half
of what a connection costs goes there, and half a kilobyte stays as long as it lasts.
A stream is attempt and transport in one: Twisted's own transport
(:class:`twisted.internet.tcp.Connection`), and before that what leads to it::

    start() --> connecting --writable, has a peer--> connected: the race's protocol
                    |--writable or lost, no peer --> failed: told to the race
                    '--stop()--> closed, nothing told

That a socket is writable, or lost, proves nothing, as the word may have been meant for
the one that had its number before; that it has a peer, or an error, does.

It needs a reactor that watches file descriptors and connects as Twisted's on Unix do
(:func:`can_stream`); with all others, and one whose ``connectTCP`` is the program's,
:class:`twinet._net.attempt.Attempt` goes through that.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from contextlib import suppress
from errno import EALREADY, EINPROGRESS, EISCONN
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.error import ConnectBindError, getConnectError
from twisted.internet.main import CONNECTION_DONE, CONNECTION_LOST
from twisted.internet.posixbase import PosixReactorBase
from twisted.internet.tcp import Connection
from twisted.python.failure import Failure

from twinet._net.foresight import foreseen

try:
    import fcntl
    import termios
except ImportError:  # Windows has neither
    fcntl = termios = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinet._net.race import Address, Race
    from twinet._net.straight import Straight

__all__ = [
    "READ_SIZE",
    "Stream",
    "can_stream",
    "left_to_send",
    "let_little_wait",
    "wait_until_sent",
]

READ_SIZE = 256 * 1024  # measured: a quarter of the calls of Twisted's 64 KiB
# What the system may keep that it has not sent, where that can be set.  Of its own
# accord it keeps up to 4 MiB (Linux), and what it keeps looks sent: a slow server's
# limits would run out on it.  Measured: no upload gets slower by this.
UNSENT = 128 * 1024
#: The block that is shown to the allocator (bytes).  Measured: 2 GiB to disk are 12,000
#: page faults instead of 200,000; with 4 MiB they are hardly more.
SHOWN = 8 << 20
_NOTSENT_LOWAT = getattr(socket, "TCP_NOTSENT_LOWAT", None)
#: SIOCOUTQ, which is known to be that on Linux.
_OUTGOING = getattr(termios, "TIOCOUTQ", None) if sys.platform == "linux" else None

_DONE = Failure(CONNECTION_DONE)
# What connect() says of an attempt.
_UNDER_WAY = (EINPROGRESS, EALREADY)
_CONNECTED = (0, EISCONN)


def can_stream(reactor: Any) -> bool:
    """Tell whether connections can be made past the reactor's ``connectTCP``."""
    connect = getattr(reactor, "connectTCP", None)
    return (
        os.name == "posix"
        and getattr(connect, "__func__", None) is PosixReactorBase.connectTCP
    )


@foreseen("started", "connected", "protocol", "_writing", "_reading")
class Stream(Connection):
    """A connection to one address, which is being made or stands.

    :ivar text: the address as text.
    :ivar started: the race has started it and goes on by itself.
    """

    bufferSize = READ_SIZE  # noqa: N815  Twisted's name
    logstr = "Stream,client"
    started = False
    #: who wants it can be told that it is connected before :meth:`start` returns.
    eager = False
    #: writes to the socket in the place of the transport, when there is room.
    pump: Callable[[], Any] | None = None
    #: the end is likely to be here already: a read is followed by another one, once.
    ending = False
    # What the poller has been told, so that it is not told again.
    _reading = False
    _writing = False

    def __init__(self, race: Race | Straight, address: Address) -> None:
        # What Connection makes has to wait: it takes a socket.
        self.address = address
        self.text = _text(address)
        #: who wants the connection, while there is none.
        self._race: Race | Straight | None = race

    def start(self, reactor: Any, port: int, bind: tuple[str, int] | None) -> None:
        """Begin to connect; the race hears the end, in another turn.

        One that is eager may tell it before this returns.

        :raises OSError: it cannot begin.
        :raises twisted.internet.error.ConnectError: the same, in Twisted's words.
        """
        family = socket.AF_INET6 if self.address.version == 6 else socket.AF_INET  # noqa: PLR2004
        far = self._far = _socket_address(family, self.text, port)
        try:
            own = socket.socket(family, socket.SOCK_STREAM)
        except OSError as error:
            raise ConnectBindError(error.errno, error.strerror) from error
        super().__init__(own, None, reactor)  # type: ignore[arg-type]  # none yet
        try:
            if bind is not None:
                own.bind(_socket_address(family, *bind))
        except OSError as error:
            own.close()
            raise ConnectBindError(error.errno, error.strerror) from error
        own.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        fault = own.connect_ex(far)
        if fault not in _UNDER_WAY and fault not in _CONNECTED:
            own.close()
            raise getConnectError((fault, os.strerror(fault)))
        if self.eager and _near(self.address):
            # This machine has answered already.
            self._see(None)
        else:
            self.startWriting()

    @property
    def reading(self) -> bool:
        """Whether the poller tells when there is something to read."""
        return self._reading

    def stop(self) -> None:
        """Give the attempt up."""
        if self._race is not None:
            self._race = None
            self._give_up()

    def doRead(self) -> Any:  # noqa: N802  Twisted's name
        """Read what is there; before there is a connection the word was for another."""
        if self._race is not None:
            return None
        # As Connection does, in one call instead of three.
        while True:
            try:
                data = self.socket.recv(self.bufferSize)
            except BlockingIOError:
                return None
            except OSError:
                return CONNECTION_LOST
            if not data:
                return CONNECTION_DONE
            self.protocol.dataReceived(data)
            if not self.ending:
                return None
            self.ending = False

    def look(self) -> None:
        """Read what is there before the poller tells of it; it may be the end.

        Worth a call of the system where it is likely: a turn of the reactor costs
        several.
        """
        if not self.connected or self.disconnecting or self.disconnected:
            return
        lost = self.doRead()
        if lost is not None:
            self.connectionLost(_DONE if lost is CONNECTION_DONE else Failure(lost))

    def doWrite(self) -> Any:  # noqa: N802  Twisted's name
        """Write what is there; before that, see whether it is connected."""
        if self._race is None:
            if self.pump is not None:
                return self.pump()
            return super().doWrite()  # type: ignore[no-untyped-call]  # Twisted's
        self._see(None)
        return None

    def connectionLost(self, reason: Failure) -> None:  # noqa: N802  Twisted's name
        """Take note of the end; some pollers tell of a refusal in this way."""
        if self._race is not None:
            self._see(reason)
        elif self.connected and reason.value is CONNECTION_DONE and not self._busy():
            self._close().connectionLost(reason)
        else:
            super().connectionLost(reason)

    def _see(self, lost: Failure | None) -> None:
        """See what has become of the attempt."""
        own = self.socket
        try:
            own.getpeername()
        except OSError:
            fault = own.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if not fault:
                fault = own.connect_ex(self._far)
            if fault in _UNDER_WAY:
                if lost is not None or not self._writing:
                    # The poller has dropped it, as another one was meant; or it has
                    # not been asked yet.
                    self.startWriting()
                return
            if fault not in _CONNECTED:
                self._failed(getConnectError((fault, os.strerror(fault))))
                return
        if lost is None:
            self._connected()
        else:
            self._failed(lost)

    def _connected(self) -> None:
        race, self._race = self._race, None
        assert race is not None
        self.connected = True
        protocol = self.protocol = race.connected(self)
        _show_a_large_block()
        if not getattr(protocol, "patient", False):
            self.startReading()
        self.stopWriting()
        protocol.makeConnection(self)

    def _failed(self, reason: Failure | Exception) -> None:
        race, self._race = self._race, None
        assert race is not None
        self._give_up()
        race.failed(self, reason)

    def _give_up(self) -> None:
        if hasattr(self, "socket"):
            self.disconnected = True
            self.stopWriting()
            self.socket.close()

    # -- the transport

    def loseConnection(self, *reason: Failure) -> None:  # noqa: N802  Twisted's name
        """Close when all is written: without a round of the poller when all is."""
        if not self.connected or self._busy():
            super().loseConnection(*reason)  # type: ignore[no-untyped-call]  # Twisted's
            return
        self.disconnecting = True
        self.stopReading()
        clock: Any = self.reactor
        clock.callLater(0, self.connectionLost, *(reason or (_DONE,)))

    def close_at_once(self) -> bool:
        """Close in order, now, if nothing is left to send; tell whether it was so.

        The protocol hears nothing of it.
        """
        if not self.connected or self._busy():
            return False
        self._close()
        return True

    def _close(self) -> Any:
        """Close in order, as Connection does; return the protocol, which is not told.

        Nothing is left to send, and nobody produces.
        """
        self.disconnected = True
        self.connected = False
        self.stopReading()
        own, protocol = self.socket, self.protocol
        with suppress(OSError):  # it may be broken already
            own.shutdown(socket.SHUT_RDWR)
        own.close()
        # They hold each other.
        del self.protocol, self.socket, self.fileno
        return protocol

    def _busy(self) -> bool:
        """Tell whether something is left to send, or to be closed."""
        return bool(
            self._writing or self.TLS or self.producer is not None or self.disconnecting
        )

    def registerProducer(self, producer: Any, streaming: bool) -> None:  # noqa: N802
        """Let a producer write; only then can more wait than is little."""
        if self.connected:
            let_little_wait(self.socket)
        super().registerProducer(producer, streaming)  # type: ignore[no-untyped-call]

    def ends(self) -> tuple[tuple[str, int], tuple[str, int]]:
        """Return address and port of this side and of the other."""
        if self.address.version == 4:  # noqa: PLR2004
            return self.socket.getsockname(), self._far
        near, far = self.getHost(), self.getPeer()
        return (near.host, near.port), (far.host, far.port)

    def getHost(self) -> IPv4Address | IPv6Address:  # noqa: N802  Twisted's name
        """Return the address on this side."""
        return _twisted_address(self.socket.getsockname())

    def getPeer(self) -> IPv4Address | IPv6Address:  # noqa: N802  Twisted's name
        """Return the address on the other side."""
        return _twisted_address(self.socket.getpeername())

    def startReading(self) -> None:  # noqa: N802  Twisted's name
        """Let the poller tell when there is something to read."""
        self._reading = True
        self._watch(self.reactor.addReader)

    def stopReading(self) -> None:  # noqa: N802  Twisted's name
        """Let it tell no more."""
        if self._reading:
            self._reading = False
            self.reactor.removeReader(self)

    def startWriting(self) -> None:  # noqa: N802  Twisted's name
        """Let the poller tell when something can be written."""
        self._writing = True
        self._watch(self.reactor.addWriter)

    def _watch(self, add: Callable[[Any], Any]) -> None:
        try:
            add(self)
        except RuntimeError:
            # uvloop gives up a descriptor whose peer has reset the connection, and
            # refuses it from then on, also to the next one of that number.
            _forget(self.fileno())
            add(self)

    def stopWriting(self) -> None:  # noqa: N802  Twisted's name
        """Let it tell no more."""
        if self._writing:
            self._writing = False
            self.reactor.removeWriter(self)


@lru_cache(maxsize=1024)
def _text(address: Address) -> str:
    """Return an address as text; a host is connected to again and again."""
    return str(address)


@lru_cache(maxsize=1024)
def _near(address: Address) -> bool:
    """Tell whether an address is on this machine for certain."""
    return address.is_loopback


@cache
def _show_a_large_block() -> None:
    """Have the allocator keep what it has for pieces of our size, once.

    Each read makes ``bytes`` anew.  glibc would map and unmap their memory each time,
    at 256 page faults for a megabyte, and twice the cost of a small answer, until it
    has seen a larger block come and go.  Nothing is written to the block, so it takes
    no memory.
    """
    bytes(SHOWN)


def _forget(descriptor: int) -> None:
    """Have the loop of asyncio forget a descriptor that it has given up."""
    loop = asyncio.get_running_loop()
    loop.remove_reader(descriptor)
    loop.remove_writer(descriptor)


def let_little_wait(own: socket.socket) -> None:
    """Limit what the system keeps that it has not sent, where it can be limited."""
    if _NOTSENT_LOWAT is not None:
        with suppress(OSError):  # reset already, or no TCP
            own.setsockopt(socket.IPPROTO_TCP, _NOTSENT_LOWAT, UNSENT)


def wait_until_sent(own: socket.socket) -> bool:
    """Have the poller call a socket writable when it has sent all that it has.

    :returns: whether the system can do that.
    """
    if _NOTSENT_LOWAT is None:
        return False
    try:
        own.setsockopt(socket.IPPROTO_TCP, _NOTSENT_LOWAT, 1)
    except OSError:
        return False
    return True


def left_to_send(own: socket.socket) -> int | None:
    """Return how many bytes the other side has yet to take; ``None``: not known."""
    if _OUTGOING is None:
        return None
    try:
        answer = fcntl.ioctl(own.fileno(), _OUTGOING, bytes(4))
    except (OSError, ValueError):
        return None
    return int.from_bytes(answer, sys.byteorder)


def _socket_address(family: int, host: str, port: int) -> Any:
    """Return an address as the socket takes it.

    :raises OSError: it has a zone that is none of this machine's.
    """
    if "%" not in host:
        return host, port
    flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    return socket.getaddrinfo(host, port, family, socket.SOCK_STREAM, 0, flags)[0][4]


def _twisted_address(end: Any) -> IPv4Address | IPv6Address:
    if len(end) == 2:  # noqa: PLR2004  host and port
        return IPv4Address("TCP", *end)
    flags = socket.NI_NUMERICHOST | socket.NI_NUMERICSERV
    host = socket.getnameinfo(end, flags)[0] if end[3] else end[0]
    return IPv6Address("TCP", host, *end[1:])
