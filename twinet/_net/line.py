"""The near end of one connection: the base of every protocol we open.

A line is built by whoever wants the connection, opened by
:mod:`twinet._net.connector`, and handed over when it is ready for the first byte: TCP
is up and, where asked for, the TLS handshake is done. Until then what happens to it is
told to its *opener*; from then on to the line itself, by ``dataReceived`` and
:meth:`Line.lost`.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from typing import Protocol as TypingProtocol

from twisted.internet.interfaces import IHandshakeListener
from twisted.internet.protocol import Protocol, connectionDone
from twisted.protocols.policies import ProtocolWrapper
from zope.interface import implementer

from twinet._net.stream import READ_SIZE, Stream, let_little_wait
from twinet._net.tls_layer import TlsLayer
from twinet._net.trace import UNTRACED_LINE

if TYPE_CHECKING:
    from twisted.python.failure import Failure

    from twinet._net.trace import LineTrace


class Opener(TypingProtocol):
    """Whom a line tells what happens before it is handed over."""

    def tcp_connected(self, line: Line) -> None:
        """Take note that the transport is there; TLS has not begun."""

    def tls_ready(self, line: Line) -> None:
        """Take note that the TLS handshake is done."""

    def tcp_lost(self, line: Line, reason: Failure) -> None:
        """Take note that the connection is gone before it was handed over."""


@implementer(IHandshakeListener)
class Line(Protocol):
    """A connection's near end.

    Subclasses override ``dataReceived`` and :meth:`lost`; who overrides
    ``connectionMade``, ``connectionLost`` or ``handshakeCompleted`` calls these too.

    ``address`` is the peer's address as text (the host, when an endpoint of the
    user's made the connection); ``tls`` tells whether the bytes are encrypted;
    ``foregone`` that what arrives had come before the line was handed over;
    ``trace`` hears what becomes of it.
    """

    opener: Opener | None = None
    address: str = ""
    tls: bool = False
    foregone: bool = False
    #: what comes is not read before it is asked for, where that can be had.
    patient: bool = False
    trace: LineTrace = UNTRACED_LINE
    _closed = False
    _aborted = False
    _finished = False  # connectionLost came
    _tcp: Any = None  # the transport under TLS; the same as transport without

    def lost(self, reason: Failure) -> None:
        """Learn that the connection is gone; once, and only after the handing over.

        :param reason: why; ``ConnectionDone`` when the peer closed in order.
        """

    def abort(self) -> None:
        """Close at once: drop what is unsent, wait for nothing; may come twice."""
        if self._aborted or self._finished or self.transport is None:
            return
        self._aborted = True
        abort = getattr(self.transport, "abortConnection", None)
        if abort is None:
            # an endpoint's transport that is no socket (a process, a test's pipe)
            self.transport.loseConnection()
        else:
            abort()

    def close(self) -> None:
        """Close politely: send what is written, then close_notify with TLS.

        It does not wait for the peer's answer, but what is written can only be sent
        when the peer reads: who has written much sets a limit and calls
        :meth:`abort` when it runs out.
        """
        if self._closed or self._aborted or self._finished or self.transport is None:
            return
        self._closed = True
        self.transport.loseConnection()
        if self._tcp is not self.transport:
            # Twisted's TLS layer, on an endpoint of the program's, would wait for the
            # peer's close_notify, for ever
            self._tcp.loseConnection()

    def close_at_once(self) -> bool:
        """Close politely if that can be done now; tell whether it is done.

        Then the line hears nothing more.  It can where the transport is a socket of
        ours that has nothing left to send.
        """
        transport = self.transport
        if self._closed or self._aborted or self._finished:
            return False
        if type(transport) is not Stream or not transport.close_at_once():
            return False
        self._closed = self._finished = True
        return True

    def connectionMade(self) -> None:  # noqa: N802  Twisted's name
        """Set up the transport and tell the opener."""
        tcp: Any = self.transport
        while isinstance(tcp, ProtocolWrapper | TlsLayer):
            tcp = tcp.transport
        self._tcp = tcp
        if type(tcp) is not Stream:
            _tune(tcp)
        if self.opener is not None:
            self.opener.tcp_connected(self)

    def handshakeCompleted(self) -> None:  # noqa: N802  Twisted's name
        """Tell the opener that TLS is ready."""
        if self.opener is not None:
            self.opener.tls_ready(self)

    def connectionLost(  # noqa: N802  Twisted's name
        self, reason: Failure = connectionDone
    ) -> None:
        """Tell whom it concerns, once."""
        if self._finished:
            return
        self._finished = True
        if self.opener is not None:
            self.opener.tcp_lost(self, reason)
        else:
            self.lost(reason)


def _tune(tcp: Any) -> None:
    """Send small writes at once, read in large pieces, and let little wait unsent."""
    no_delay = getattr(tcp, "setTcpNoDelay", None)
    if no_delay is not None:
        with suppress(OSError):  # reset already: the next read tells
            no_delay(True)
    if getattr(tcp, "bufferSize", READ_SIZE) != READ_SIZE:
        tcp.bufferSize = READ_SIZE
    own = getattr(tcp, "socket", None)
    if isinstance(own, socket.socket):
        let_little_wait(own)
