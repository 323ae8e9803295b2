"""Transports and connectors in memory, by protocols that look at them closely."""

from __future__ import annotations

from typing import Any

from twisted.internet import error

from tests.testing.talkers import TalkerCase
from twinet.testing import HttpPeer, Script


class Producer:
    """Writes a piece whenever it is asked to, or until it is paused."""

    def __init__(self, transport: Any, pieces: int) -> None:
        self.transport = transport
        self.left = pieces
        self.calls: list[str] = []

    def pauseProducing(self) -> None:
        self.calls.append("pause")

    def resumeProducing(self) -> None:
        self.calls.append("resume")
        if self.left:
            self.left -= 1
            self.transport.write(bytes(50_000))
        else:
            self.transport.unregisterProducer()

    def stopProducing(self) -> None:
        self.calls.append("stop")


class TransportTests(TalkerCase):
    """Two talkers on a network."""

    def test_a_producer_is_held_up_while_much_waits(self):
        """One that pushes is paused; it goes on when all has left."""
        client, server = self.connect()
        server.transport.pauseProducing()
        producer = Producer(client.transport, 1)
        client.transport.registerProducer(producer, True)
        for _ in range(3):
            client.transport.write(bytes(30_000))
        self.network.advance()
        self.assertEqual((producer.calls, server.came), (["pause"], b""))
        server.transport.resumeProducing()
        self.network.advance()
        self.assertEqual(producer.calls, ["pause", "resume"])
        self.assertEqual(len(server.came), 140_000)

    def test_a_producer_that_is_pulled_writes_as_much_as_has_room(self):
        """And the rest when there is room again."""
        client, server = self.connect()
        server.transport.pauseProducing()
        producer = Producer(client.transport, 5)
        client.transport.registerProducer(producer, False)
        client.transport.loseConnection()
        self.network.advance()
        self.assertEqual((producer.left, client.lost), (3, []))
        server.transport.resumeProducing()
        self.network.advance()
        self.assertEqual(len(server.came), 250_000)
        self.assertEqual((client.lost, server.lost), ([error.ConnectionDone],) * 2)
        self.network.close()

    def test_a_producer_is_stopped_with_its_connection(self):
        """At once if there is none any more; two are refused."""
        client, server = self.connect()
        producer = Producer(client.transport, 5)
        client.transport.registerProducer(producer, True)
        self.assertRaises(
            RuntimeError, client.transport.registerProducer, producer, True
        )
        server.transport.abortConnection()
        self.network.advance()
        self.assertEqual(producer.calls, ["stop"])
        client.transport.registerProducer(producer, True)
        self.assertEqual(producer.calls, ["stop", "stop"])

    def test_closing_waits_for_what_the_system_would_not_take(self):
        """A little is taken, much is not; closing at once waits for nothing."""
        client, server = self.connect()
        server.transport.pauseProducing()
        client.transport.write(bytes(200_000))
        client.transport.loseConnection()
        self.network.advance()
        self.assertEqual(client.lost, [])
        client.transport.abortConnection()
        self.network.advance()
        self.assertEqual(client.lost, [error.ConnectionAborted])
        self.assertEqual(server.lost, [error.ConnectionLost])
        other = self.dial().talker
        self.servers[1].transport.pauseProducing()
        other.transport.write(bytes(100_000))
        other.transport.loseConnection()
        self.network.advance()
        self.assertEqual(
            (other.lost, self.servers[1].lost), ([error.ConnectionDone], [])
        )
        self.servers[1].transport.resumeProducing()
        self.network.advance()
        self.assertEqual(len(self.servers[1].came), 100_000)
        self.network.close()

    def test_nothing_is_said_behind_the_end(self):
        """Nor heard."""
        client, server = self.connect()
        client.transport.write(b"a")
        client.transport.loseConnection()
        client.transport.write(b"b")
        server.transport.write(b"c")
        self.network.advance()
        self.assertEqual((server.came, client.came), (b"a", b""))

    def test_attempts_have_the_limit_that_connecttcp_is_given(self):
        """A client of another library may leave it to the reactor."""
        self.listen(unreachable=True)
        client = self.dial(timeout=5)
        self.network.advance(4.9)
        self.assertEqual(client.failed, [])
        self.network.advance(0.1)
        self.assertEqual(client.failed, [error.TimeoutError])
        self.network.close()

    def test_attempts_can_be_given_up(self):
        """Once; a connection can be closed in the same way."""
        self.listen(latency=1)
        client = self.dial()
        client.connector.disconnect()
        self.assertEqual(client.failed, [error.UserError])
        self.assertRaises(error.NotConnectingError, client.connector.stopConnecting)
        self.network.advance(5)
        self.assertEqual(self.servers, [])
        client = self.dial()
        self.network.advance(2)
        client.connector.disconnect()
        self.network.advance(1)
        self.assertEqual((client.lost, client.failed), ([error.ConnectionDone], []))
        self.network.close()

    def test_each_end_knows_both_addresses(self):
        """The client's is on the same machine where the server's is."""
        self.listen()
        self.listen("127.0.0.1")
        self.listen("::1")
        for host, near in (
            ("h.example", "198.51.100.1"),
            ("127.0.0.1", "127.0.0.1"),
            ("::1", "::1"),
        ):
            client, server = self.dial(host).talker, self.servers[-1]
            self.assertEqual(client.transport.getHost().host, near)
            self.assertEqual(client.transport.getHost(), server.transport.getPeer())
            self.assertEqual(client.transport.getPeer(), server.transport.getHost())
        talker = self.dial(bindAddress=("198.51.100.7", 99)).talker
        self.assertEqual(talker.transport.getHost().port, 99)

    def test_what_a_peer_waits_for_ends_with_the_connection(self):
        """No timer of its own is left."""
        shop = HttpPeer()
        shop.answer("GET", "/", Script(b"a", 100.0, b"b"))
        self.network.add("shop.example", shop)
        client = self.dial("shop.example", 80).talker
        client.transport.write(b"GET / HTTP/1.1\r\n\r\n")
        self.network.advance(1)
        client.transport.abortConnection()
        self.network.close()
