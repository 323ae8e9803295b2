"""Who writes over TLS is held back by the transport, and by OpenSSL."""

from __future__ import annotations

from typing import Any

from OpenSSL import SSL
from twisted.trial.unittest import SynchronousTestCase

from tests.net.layer_meeting import LONG, Meeting, a_creator
from twinet._net.tls import GuardedConnection, TlsCreator
from twinet._net.tls_records import RECORD


class Producer:
    """A producer that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def pauseProducing(self):
        self.told.append("pause")

    def resumeProducing(self):
        self.told.append("resume")

    def stopProducing(self):
        self.told.append("stop")


class Jammed(GuardedConnection):
    """One that has to read before it can write, as in the middle of a message."""

    jammed = False

    def send(self, buf: Any, flags: int = 0) -> int:
        if self.jammed:
            raise SSL.WantReadError
        return super().send(buf, flags)


class JammingCreator(TlsCreator):
    """Makes connections that can be jammed."""

    def clientConnectionForTLS(self, tlsProtocol):
        connection = super().clientConnectionForTLS(tlsProtocol)
        connection.__class__ = Jammed
        return connection


class ProducerTests(SynchronousTestCase):
    """How a producer is held back."""

    def setUp(self):
        self.meeting = Meeting(creator=a_creator(JammingCreator)).shake()
        self.layer = self.meeting.layer
        self.producer = Producer()

    def jam(self, jammed=True):
        self.layer._records.tls.jammed = jammed

    def unjam(self):
        """Let OpenSSL have what it waits for."""
        self.jam(jammed=False)
        self.meeting.arrive(self.meeting.far.say(b"x"))

    def test_transport_holds_it_back(self):
        """And lets it go on."""
        self.layer.registerProducer(self.producer, True)
        self.meeting.wire.producer.pauseProducing()
        self.meeting.wire.producer.pauseProducing()
        self.meeting.wire.producer.resumeProducing()
        self.meeting.wire.producer.resumeProducing()
        self.assertEqual(self.producer.told, ["pause", "resume"])
        self.meeting.wire.producer.stopProducing()
        self.assertEqual(self.producer.told, ["pause", "resume", "stop"])

    def test_what_waits_holds_it_back_and_keeps_its_order(self):
        self.layer.registerProducer(self.producer, True)
        self.jam()
        for piece in (b"one ", LONG, b" two"):
            self.layer.write(piece)
        self.assertEqual(self.producer.told, ["pause"])
        self.unjam()
        self.assertEqual(self.producer.told, ["pause", "resume"])
        self.meeting.carry()
        self.assertEqual(self.meeting.far.plain, b"one " + LONG + b" two")

    def test_two_that_hold_it_back_both_have_to_let_go(self):
        """In either order; it is told once."""
        for first in ("transport", "OpenSSL"):
            self.setUp()
            self.layer.registerProducer(self.producer, True)
            valve = self.meeting.wire.producer
            self.jam()
            if first == "transport":
                valve.pauseProducing()
                self.layer.write(b"x")
                valve.resumeProducing()
            else:
                self.layer.write(b"x")
                valve.pauseProducing()
            self.assertEqual(self.producer.told, ["pause"])
            self.unjam()
            if first == "OpenSSL":
                self.assertEqual(self.producer.told, ["pause"])
                valve.resumeProducing()
            self.assertEqual(self.producer.told, ["pause", "resume"])

    def test_jammed_in_the_middle_sends_each_byte_once(self):
        """The records that it took go out; the rest waits."""
        send = Jammed.send
        count = iter(range(99))

        def third_jams(connection, buf, flags=0):
            if next(count) == 2:
                raise SSL.WantReadError
            return send(connection, buf, flags)

        self.patch(Jammed, "send", third_jams)
        self.layer.write(LONG)
        self.meeting.carry()
        self.assertEqual(self.meeting.far.plain, LONG[: 2 * RECORD])
        self.unjam()
        self.meeting.carry()
        self.assertEqual(self.meeting.far.plain, LONG)

    def test_pulled_one_goes_to_the_transport_as_it_is(self):
        self.layer.registerProducer(self.producer, False)
        self.assertIs(self.meeting.wire.producer, self.producer)
        self.jam()
        self.layer.write(b"x")
        self.unjam()
        self.assertEqual(self.producer.told, [])

    def test_second_one_is_refused(self):
        self.layer.registerProducer(self.producer, True)
        with self.assertRaises(RuntimeError):
            self.layer.registerProducer(Producer(), True)

    def test_one_that_comes_too_late_is_stopped(self):
        self.layer.loseConnection()
        self.layer.registerProducer(self.producer, True)
        self.assertEqual(self.producer.told, ["stop"])
        self.layer.unregisterProducer()

    def test_closing_waits_for_it(self):
        """And for what it wrote last."""
        self.layer.registerProducer(self.producer, True)
        self.layer.loseConnection()
        self.layer.write(b"still")
        self.assertFalse(self.meeting.wire.disconnecting)
        self.layer.unregisterProducer()
        self.assertTrue(self.meeting.wire.disconnecting)
        self.layer.write(b"too late")
        self.meeting.carry()
        self.assertEqual(self.meeting.far.plain, b"still")
        self.assertTrue(self.meeting.far.farewell)

    def test_closing_waits_for_what_waits(self):
        self.jam()
        self.layer.write(b"the end")
        self.layer.loseConnection()
        self.assertFalse(self.meeting.wire.disconnecting)
        self.unjam()
        self.assertTrue(self.meeting.wire.disconnecting)
        self.meeting.carry()
        self.assertEqual(self.meeting.far.plain, b"the end")
        self.assertTrue(self.meeting.far.farewell)

    def test_peer_that_leaves_stops_it(self):
        """The transport would wait for it before it closes."""
        self.layer.registerProducer(self.producer, True)
        self.meeting.far.tls.shutdown()
        self.meeting.arrive(self.meeting.far.give())
        self.assertEqual(self.producer.told, ["stop"])
        self.assertIsNone(self.meeting.wire.producer)
        self.assertTrue(self.meeting.wire.disconnecting)

    def test_fault_of_a_write_closes(self):
        def spoiled(*_):
            raise SSL.Error([("lib", "", "bad write")])

        self.patch(Jammed, "send", spoiled)
        self.layer.write(b"x")
        self.assertTrue(self.meeting.wire.disconnecting)
        self.meeting.lose()
        self.assertEqual(self.meeting.line.heard, ["ready", SSL.Error])
