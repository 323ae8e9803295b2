"""The near end of a connection."""

from __future__ import annotations

from typing import Any

from twisted.internet import error as net
from twisted.internet.interfaces import IHandshakeListener
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from zope.interface.verify import verifyObject

from tests.net.openings import Talker, Wire
from twinet._net.line import Line


class Opener:
    """Notes what it is told."""

    def __init__(self):
        self.told: list[Any] = []

    def tcp_connected(self, line):
        self.told.append("connected")

    def tls_ready(self, line):
        self.told.append("ready")

    def tcp_lost(self, line, reason):
        self.told.append(reason.type)


class LineTests(SynchronousTestCase):
    """On a plain transport."""

    def connected(self, wire=None):
        line = Talker()
        line.makeConnection(wire or Wire())
        return line

    def test_line_listens_to_handshakes(self):
        """Twisted's TLS layer asks for the interface."""
        verifyObject(IHandshakeListener, Line())

    def test_connected_transport_is_tuned(self):
        """Small writes go at once, reads are large."""
        line = self.connected()
        self.assertTrue(line.transport.no_delay)
        self.assertEqual(line.transport.bufferSize, 256 * 1024)

    def test_transport_that_is_no_socket_does_as_well(self):
        """It has neither setting."""
        wire = StringTransport()
        self.connected(wire)
        self.assertFalse(hasattr(wire, "bufferSize"))

    def test_transport_that_is_reset_already_is_no_fault(self):
        """Setting TCP_NODELAY fails then; the next read will tell."""
        wire = Wire()

        def reset(_):
            raise OSError(22, "Invalid argument")

        self.patch(wire, "setTcpNoDelay", reset)
        self.connected(wire)

    def test_opener_hears_until_the_line_is_handed_over(self):
        """And the line from then on."""
        opener = Opener()
        line = Talker()
        line.opener = opener
        line.makeConnection(Wire())
        line.handshakeCompleted()
        line.opener = None
        line.handshakeCompleted()
        self.assertEqual(opener.told, ["connected", "ready"])
        line.connectionLost(Failure(net.ConnectionDone()))
        self.assertEqual(opener.told, ["connected", "ready"])
        self.assertEqual([f.type for f in line.losses], [net.ConnectionDone])

    def test_loss_before_the_handing_over_is_the_openers(self):
        """The line's owner has never seen it."""
        opener = Opener()
        line = Talker()
        line.opener = opener
        line.connectionLost(Failure(net.ConnectionLost()))
        self.assertEqual((opener.told, line.losses), ([net.ConnectionLost], []))

    def test_loss_is_told_once(self):
        """Whoever tells it twice."""
        line = self.connected()
        line.connectionLost(Failure(net.ConnectionDone()))
        line.connectionLost(Failure(net.ConnectionDone()))
        self.assertEqual(len(line.losses), 1)

    def test_abort_closes_at_once_and_once(self):
        """Also before there is a transport, and when there is none any more."""
        Talker().abort()
        line = self.connected()
        calls: list[int] = []
        self.patch(line.transport, "abortConnection", lambda: calls.append(1))
        line.abort()
        line.abort()
        self.assertEqual(calls, [1])
        gone = self.connected()
        gone.connectionLost(Failure(net.ConnectionDone()))
        gone.abort()
        self.assertFalse(gone.transport.aborted)

    def test_abort_after_close_still_aborts(self):
        """Closing may take as long as the peer does not read."""
        line = self.connected()
        line.close()
        line.close()
        self.assertTrue(line.transport.disconnecting)
        self.assertFalse(line.transport.aborted)
        line.abort()
        self.assertTrue(line.transport.aborted)

    def test_close_after_abort_does_nothing(self):
        """There is nothing left to send."""
        line = self.connected()
        line.abort()
        self.patch(line.transport, "loseConnection", lambda: 1 / 0)
        line.close()

    def test_transport_without_abort_is_closed(self):
        """A process or a pipe behind somebody's endpoint."""

        class Pipe:
            closed = False

            def loseConnection(self):
                self.closed = True

        pipe: Any = Pipe()
        line = self.connected(pipe)
        line.abort()
        self.assertTrue(pipe.closed)

    def test_names_of_its_own_leave_room_for_subclasses(self):
        """One that keeps ``closing`` and ``gone`` itself is not confused."""

        class Owner(Talker):
            closing = False
            gone = False

            def close(self):
                self.closing = True
                super().close()

            def connectionLost(self, reason=net.ConnectionDone):
                self.gone = True
                super().connectionLost(reason)

        line, wire = Owner(), Wire()
        line.makeConnection(wire)
        line.close()
        self.assertTrue(wire.disconnecting)
        line.connectionLost(Failure(net.ConnectionDone()))
        self.assertEqual(len(line.losses), 1)
