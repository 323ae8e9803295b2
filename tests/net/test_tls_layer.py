"""Our TLS layer, byte by byte."""

from __future__ import annotations

from typing import Any

from OpenSSL import SSL
from twisted.internet.error import ConnectionAborted, ConnectionDone, ConnectionLost
from twisted.internet.interfaces import IConsumer, IPushProducer, ITransport
from twisted.trial.unittest import SynchronousTestCase
from zope.interface.verify import verifyObject

from tests.net.layer_meeting import LONG, Meeting, a_creator
from twinet._net.tls import TlsCreator


class TlsLayerTests(SynchronousTestCase):
    """Ours alone."""

    def test_provides_what_lines_and_producers_use(self):
        for each in (ITransport, IConsumer, IPushProducer):
            verifyObject(each, Meeting().shake().layer)

    def test_records_of_a_read_are_given_on_together(self):
        """What came behind the end of an answer must be seen with it."""
        meeting = Meeting().shake()
        meeting.arrive(meeting.far.say(b"one") + meeting.far.say(b"two"))
        meeting.arrive(meeting.far.say(LONG))
        self.assertEqual(meeting.line.received, [b"onetwo", LONG])

    def test_what_comes_with_the_end_of_the_handshake_is_foregone(self):
        """It was under way before the line could ask for anything."""
        meeting = Meeting(newest=SSL.TLS1_2_VERSION)
        meeting.connect()
        meeting.carry()
        meeting.arrive(meeting.far.give())
        meeting.carry()
        meeting.arrive(meeting.far.say(b"early"))
        meeting.arrive(meeting.far.say(b"in time"))
        self.assertEqual(meeting.line.early, [b"early"])
        self.assertEqual(meeting.line.received, [b"in time"])

    def test_nothing_is_foregone_without(self):
        meeting = Meeting().shake()
        meeting.arrive(meeting.far.say(b"in time"))
        self.assertEqual(meeting.line.early, [])

    def test_last_flight_leaves_with_the_request(self):
        """In one write of the transport."""
        meeting = Meeting()
        writes: list[bytes] = []
        write = meeting.wire.write

        def seen(data: bytes) -> None:
            writes.append(data)
            write(data)

        self.patch(meeting.wire, "write", seen)
        meeting.line.on_ready = lambda: meeting.layer.write(b"ask")
        meeting.shake()
        self.assertEqual(len(writes), 2)
        self.assertEqual(meeting.far.plain, b"ask")

    def test_aborted_when_ready_sends_and_hears_nothing_more(self):
        meeting = Meeting()

        def ready() -> None:
            meeting.layer.write(b"x")
            meeting.line.abort()

        meeting.line.on_ready = ready
        meeting.connect()
        meeting.carry()
        meeting.arrive(meeting.far.give())
        sent = meeting.wire.value()
        meeting.layer.write(b"y")
        meeting.layer.loseConnection()
        self.assertTrue(meeting.wire.aborted)
        self.assertEqual(meeting.wire.value(), sent)
        meeting.lose(ConnectionAborted)
        self.assertEqual(meeting.line.heard, ["ready", ConnectionAborted])
        meeting.layer.abortConnection()

    def test_transport_that_cannot_abort_is_closed(self):
        """An endpoint's may be no socket."""
        meeting = Meeting().shake()
        meeting.layer.transport = _NoSocket(meeting.wire)
        meeting.layer.abortConnection()
        self.assertTrue(meeting.wire.disconnecting)

    def test_farewell_in_the_handshake_is_a_lost_connection(self):
        meeting = Meeting()
        meeting.connect()
        meeting.arrive(b"\x15\x03\x03\x00\x02\x01\x00")
        meeting.lose()
        error = meeting.creator.explain(ConnectionDone())
        self.assertIn("closed the connection in the middle", str(error))
        self.assertEqual(meeting.line.heard, [ConnectionDone])
        self.assertTrue(meeting.wire.disconnecting)

    def test_creator_that_fails_sends_nothing(self):
        class Broken(TlsCreator):
            def clientConnectionForTLS(self, tlsProtocol):
                raise ValueError("no such key")

        meeting = Meeting(creator=a_creator(Broken))
        meeting.connect()
        self.assertEqual([str(each) for each in meeting.refusals], ["no such key"])
        self.assertEqual(meeting.wire.value(), b"")
        meeting.arrive(b"\x16\x03")
        meeting.layer.write(b"x")
        meeting.lose()
        self.assertEqual(meeting.line.heard, [ConnectionDone])

    def test_loss_behind_a_farewell_is_an_end_in_order(self):
        """A proxy may reset what we answer it with: the peer had said all."""
        meeting = Meeting().shake()
        meeting.arrive(meeting.far.say(b"all"))
        meeting.far.tls.shutdown()
        meeting.arrive(meeting.far.give())
        meeting.lose(ConnectionLost)
        self.assertEqual(meeting.line.received, [b"all"])
        self.assertEqual(meeting.line.heard, ["ready", ConnectionDone])

    def test_own_close_is_in_order(self):
        """As on a plain line; with Twisted's layer it would be a loss."""
        meeting = Meeting().shake()
        meeting.line.close()
        meeting.lose()
        self.assertEqual(meeting.line.heard, ["ready", ConnectionDone])

    def test_pausing_reaches_the_transport(self):
        meeting = Meeting().shake()
        meeting.layer.pauseProducing()
        self.assertEqual(meeting.wire.producerState, "paused")
        meeting.layer.resumeProducing()
        self.assertEqual(meeting.wire.producerState, "producing")
        meeting.layer.stopProducing()
        self.assertTrue(meeting.wire.disconnecting)

    def test_addresses_are_the_transports(self):
        meeting = Meeting().shake()
        self.assertEqual(meeting.layer.getPeer(), meeting.wire.getPeer())
        self.assertEqual(meeting.layer.getHost(), meeting.wire.getHost())

    def test_alert_goes_out_at_once(self):
        """A server that asks for another handshake waits for our no."""
        meeting = Meeting(newest=SSL.TLS1_2_VERSION).shake()
        meeting.far.tls.renegotiate()
        meeting.far.tls.do_handshake()
        meeting.arrive(meeting.far.give())
        self.assertNotEqual(meeting.wire.value(), b"")

    def test_data_looks_for_nothing_to_send(self):
        """A read costs no look into OpenSSL's other buffer."""
        meeting = Meeting().shake()
        self.patch(meeting.layer._records.tls, "bio_read", lambda _: 1 / 0)
        meeting.arrive(meeting.far.say(b"x"))
        self.assertEqual(meeting.line.received, [b"x"])

    def test_everything_is_let_go_of(self):
        meeting = Meeting().shake()
        meeting.lose()
        layer = meeting.layer
        self.assertEqual((layer._records, layer._line, layer._producer), (None,) * 3)


class DirectTests(SynchronousTestCase):
    """Past the transport, as long as its buffer is empty for certain."""

    def setUp(self):
        self.meeting = Meeting().shake()
        self.sent: list[bytes] = []
        layer = self.meeting.layer
        layer._direct, layer._send = True, self.send
        self.room = 1 << 20

    def send(self, data: bytes) -> int:
        """Be a socket with some room."""
        if not self.room:
            raise BlockingIOError
        taken = data[: self.room]
        self.room -= len(taken)
        self.sent.append(taken)
        return len(taken)

    def test_socket_takes_all(self):
        self.meeting.layer.write(b"ask")
        self.assertEqual(self.meeting.wire.value(), b"")
        self.meeting.far.take(self.sent.pop())
        self.assertEqual(self.meeting.far.plain, b"ask")

    def test_socket_that_is_full_is_not_overtaken(self):
        """What it takes later would come before what the transport has."""
        for room in (0, 9):
            self.setUp()
            self.room = room
            self.meeting.layer.write(b"one ")
            self.room = 1 << 20
            self.meeting.layer.write(b"two")
            self.meeting.far.take(b"".join(self.sent))
            self.meeting.carry()
            self.assertEqual(self.meeting.far.plain, b"one two")

    def test_producers_bytes_go_through_the_transport(self):
        """It asks for more when its buffer is empty, which it has to see."""
        for streaming in (True, False):
            self.setUp()
            self.meeting.layer.registerProducer(_Silent(), streaming)
            self.meeting.layer.write(b"piece")
            self.meeting.layer.unregisterProducer()
            self.meeting.layer.write(b", last")
            self.assertEqual(self.sent, [])
            self.meeting.carry()
            self.assertEqual(self.meeting.far.plain, b"piece, last")


class _Silent:
    """A producer that produces nothing by itself."""

    def pauseProducing(self):
        """Do nothing."""

    def resumeProducing(self):
        """Do nothing."""

    def stopProducing(self):
        """Do nothing."""


class _NoSocket:
    """A transport that can only be closed."""

    def __init__(self, wire: Any) -> None:
        self.loseConnection = wire.loseConnection
