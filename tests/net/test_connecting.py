"""Connecting over real sockets on the loopback; nothing may be left behind."""

from __future__ import annotations

import gc
import os
import socket
import threading
from typing import Any

from twisted.internet.defer import Deferred, succeed
from twisted.internet.endpoints import TCP4ClientEndpoint
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.internet.task import deferLater
from twisted.internet.tcp import Client
from twisted.internet.threads import deferToThread
from twisted.protocols.tls import TLSMemoryBIOFactory
from twisted.trial.unittest import SkipTest, TestCase

from tests.net.certificates import Server, root, server_context
from tests.net.openings import Resolver, Talker
from tests.net.roundabout import Roundabout
from twinet import errors
from twinet._net.connector import Connector, Target
from twinet._net.deadlines import Deadlines
from twinet._net.dispatch import Voice
from twinet._net.names import Names
from twinet._net.stream import Stream
from twinet._net.threads import Threads
from twinet._net.tls import TlsCreator, TlsPolicy
from twinet._net.trust import TrustRoots
from twinet.records import Limits

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]


def has_ipv6():
    """Tell whether ::1 can be used here."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as s:
            s.bind(("::1", 0))
    except OSError:
        return False
    return True


class Peer(Protocol):
    """The server's side of one connection."""

    def __init__(self):
        self.received = b""
        self.greeting = b""
        self.made: Deferred[Peer] = Deferred()
        self.lost: Deferred[None] = Deferred()
        self.wanted: tuple[bytes, Deferred[None]] | None = None

    def connectionMade(self):
        transport: Any = self.transport
        transport.write(self.greeting)
        self.made.callback(self)

    def dataReceived(self, data):
        self.received += data
        if self.wanted is not None and self.wanted[0] in self.received:
            (_, d), self.wanted = self.wanted, None
            d.callback(None)

    def until(self, data):
        """Fire when so much has come."""
        if data in self.received:
            return succeed(None)
        d: Deferred[None] = Deferred()
        self.wanted = (data, d)
        return d

    def connectionLost(self, reason=connectionDone):
        self.lost.callback(None)


class Peers(Factory):
    """Makes peers; ``first`` is the one that comes first."""

    noisy = False

    def __init__(self):
        self.all: list[Peer] = []
        self.first = Peer()
        self.greeting = b""

    def buildProtocol(self, addr):
        peer = Peer() if self.all else self.first
        peer.greeting = self.greeting
        self.all.append(peer)
        return peer


class OwnTalker(Talker):
    """A line that tells when it is gone."""

    def __init__(self):
        super().__init__()
        self.gone: Deferred[None] = Deferred()

    def connectionLost(self, reason=connectionDone):
        super().connectionLost(reason)
        self.gone.callback(None)


class ConnectingTests(TestCase):
    """A connector on the real reactor, with sockets of our own."""

    timeout = 60

    def setUp(self):
        from twisted.internet import reactor  # noqa: PLC0415

        self.reactor: Any
        self.reactor = self.connecting(reactor)
        self.deadlines = Deadlines(self.reactor)
        self.threads = Threads(self.reactor, name=self.id())
        self.names = Names(self.reactor, self.threads)
        self.peers = Peers()
        self.news: list[tuple[int, object]] = []
        self.on: dict[int, Any] = {}
        self.lines: list[OwnTalker] = []
        self.opening: Any = None
        self.addCleanup(self.threads.close)
        self.addCleanup(self.deadlines.close)

    way: type = Stream if os.name == "posix" else Client

    def connecting(self, reactor):
        """Return the reactor that connects."""
        return reactor

    async def end(self):
        """Close every line and wait until both sides have seen it."""
        for line in self.lines:
            line.abort()
        for line in self.lines:
            await line.gone
        for peer in self.peers.all:
            if not peer.lost.called:
                await peer.lost
        await self.no_thread()

    async def no_thread(self):
        """Wait until the threads are gone; they end right after their work."""
        mine = [t for t in threading.enumerate() if t.name.startswith(self.id())]
        for thread in mine:
            thread.join(20)
            self.assertFalse(thread.is_alive())

    def listen(self, interface="127.0.0.1", factory=None):
        port = self.reactor.listenTCP(
            0, factory or self.peers, interface=interface, backlog=5
        )
        self.addCleanup(port.stopListening)
        return port.getHost().port

    def tls_server(self, names):
        return TLSMemoryBIOFactory(
            Server(server_context(root().issue(names))), False, self.peers
        )

    def unused_port(self, host="127.0.0.1"):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as s:
            s.bind((host, 0))
            return s.getsockname()[1]

    def hear(self, notification):
        self.news.append((int(notification.status), notification.info))
        act = self.on.get(int(notification.status))
        if act is not None:
            act()

    def build(self):
        self.lines.append(OwnTalker())
        return self.lines[-1]

    def open(self, host, port, *, tls=None, limits=None, names=None, **connector):
        """Fire with what the opening ends in."""
        done: Deferred[Any] = Deferred()
        self.opening = Connector(
            self.reactor, names or self.names, self.deadlines, **connector
        ).opening(
            Target("http", host, port),
            self.build,
            Voice(self, "context", self.hear),
            limits or Limits(),
            tls,
            done.callback,
        )
        self.opening.start()
        return done

    def creator(self, host):
        roots = TrustRoots.of([root().certificate])
        return TlsCreator(TlsPolicy(roots), host)

    def book(self, *found):
        return Names(self.reactor, self.threads, Resolver({"h": found}))

    async def test_both_families_and_a_name_are_connected(self):
        """By the system's own resolver."""
        hosts = [("127.0.0.1", "127.0.0.1"), ("localhost", "127.0.0.1")]
        if has_ipv6():
            hosts.append(("::1", "::1"))
        for interface in {address for _, address in hosts}:
            port = self.listen(interface)
            for host, address in hosts:
                if address != interface:
                    continue
                line = await self.open(host, port)
                self.assertIs(line, self.lines[-1])
                line.transport.write(b"hello")
                peer = self.peers.all[-1] if self.peers.all else self.peers.first
                await peer.made if not peer.made.called else None
                self.assertEqual(line.address, interface)
                self.assertIs(type(line._tcp), self.way)
        await self.end()

    async def test_refused_port_ends_in_12029_with_the_reason(self):
        """At once."""
        port = self.unused_port()
        error = await self.open("127.0.0.1", port)
        self.assertIs(type(error), errors.CannotConnect)
        self.assertIn(f"127.0.0.1:{port} connection refused", error.message)
        await self.end()

    async def test_refused_address_leads_to_the_next_at_once(self):
        """The server behind the second address answers."""
        if not has_ipv6():
            raise SkipTest("no IPv6 on this machine")
        port = self.listen()
        line = await self.open("h", port, names=self.book("::1", "127.0.0.1"))
        self.assertEqual(line.address, "127.0.0.1")
        self.assertEqual([i for k, i in self.news if k == 20], ["::1", "127.0.0.1"])
        await self.end()

    async def test_bind_address_is_where_the_connection_comes_from(self):
        """As the server sees it."""
        port = self.listen()
        await self.open("127.0.0.1", port, bind_address="127.0.0.9")
        peer = await self.peers.first.made
        transport: Any = peer.transport
        self.assertEqual(transport.getPeer().host, "127.0.0.9")
        await self.end()

    async def test_bind_address_of_another_machine_ends_in_12029(self):
        """In the system's words."""
        error = await self.open(
            "127.0.0.1", self.listen(), bind_address="198.51.100.77"
        )
        self.assertIsInstance(error, errors.CannotConnect)
        self.assertIn("cannot assign requested address", error.message)
        await self.end()
        # Twisted leaves the socket that it could not bind to the garbage collector.
        del error
        gc.collect()
        self.flushWarnings()

    async def test_zone_that_is_none_ends_in_12029(self):
        """Twisted raises it out of connectTCP."""
        error = await self.open("fe80::1%nowhere", 80)
        self.assertIsInstance(error, errors.CannotConnect)
        self.assertIn("[fe80::1%nowhere]:80", error.message)
        await self.end()

    async def test_no_file_descriptor_left_ends_in_12029(self):
        """And the next connection works when there are some again."""
        if resource is None:
            raise SkipTest("no limits of that kind on this system")
        port = self.listen()
        await deferLater(self.reactor, 0, int)  # the reactor's start needs some
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        lowest = os.open(os.devnull, os.O_RDONLY)
        os.close(lowest)
        resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, hard))
        try:
            error = await self.open("127.0.0.1", port)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        self.assertIs(type(error), errors.CannotConnect)
        self.assertIn(
            f"too many open files (this process may have {lowest}", str(error)
        )
        await self.open("127.0.0.1", port)
        await self.end()

    async def test_cancelled_connecting_leaves_no_connection(self):
        """Not even a half one: the dirty reactor check looks."""
        port = self.listen()
        done = self.open("127.0.0.1", port)
        self.opening.cancel()
        await deferLater(self.reactor, 0.05, int)
        self.assertFalse(done.called)
        for peer in self.peers.all:
            await peer.lost
        self.assertEqual(self.lines, [])

    async def test_cancelled_inside_connected_is_seen_by_the_server(self):
        """Its socket is closed."""
        port = self.listen()
        self.on[21] = lambda *_: self.opening.cancel()
        done = self.open("127.0.0.1", port)
        await self.peers.first.made
        await self.peers.first.lost
        self.assertFalse(done.called)
        await self.end()
        self.assertEqual(self.lines[0].losses, [])

    async def test_loser_of_the_race_is_seen_to_go(self):
        """Two servers that both answer: one keeps its connection."""
        port = self.listen()
        self.deadlines.set = self.at_once  # type: ignore[method-assign]
        line = await self.open("h", port, names=self.book("127.0.0.1", "127.0.0.2"))
        await deferLater(self.reactor, 0.05, int)
        self.assertEqual([k for k, _ in self.news].count(20), 2)
        self.assertEqual(len(self.lines), 1)
        open_peers = [p for p in self.peers.all if not p.lost.called]
        self.assertLessEqual(len(open_peers), 1)
        self.assertEqual(line.losses, [])
        await self.end()

    def at_once(self, item, seconds):
        """Stagger attempts by nothing, so that they meet in one turn."""
        wait = 0 if seconds == 0.25 else seconds
        Deadlines.set(self.deadlines, item, wait)

    async def test_tls_handshake_carries_data(self):
        """Both ways, after the opening is done."""
        port = self.listen(factory=self.tls_server(["127.0.0.1"]))
        line = await self.open("127.0.0.1", port, tls=self.creator("127.0.0.1"))
        line.transport.write(b"hello")
        await self.peers.first.until(b"hello")
        self.assertTrue(line.tls)
        await self.end()

    async def test_wrong_certificate_is_refused_and_closed(self):
        """With the closing told."""
        port = self.listen(factory=self.tls_server(["other.example"]))
        error = await self.open("127.0.0.1", port, tls=self.creator("127.0.0.1"))
        self.assertIsInstance(error, errors.SecCertCnInvalid)
        self.assertEqual([k for k, _ in self.news], [10, 11, 20, 21, 50, 51])
        await self.end()

    async def test_peer_that_is_silent_in_tls_ends_by_the_limit(self):
        """Its socket is closed."""
        port = self.listen()
        error = await self.open(
            "127.0.0.1",
            port,
            tls=self.creator("127.0.0.1"),
            limits=Limits(tls=0.1),
        )
        self.assertIsInstance(error, errors.Timeout)
        self.assertIn("TLS handshake", error.message)
        await self.peers.first.lost
        await self.end()

    async def test_cancelled_in_the_tls_handshake_is_seen_by_the_server(self):
        """At once, though the server is silent."""
        port = self.listen()
        done = self.open("127.0.0.1", port, tls=self.creator("127.0.0.1"))
        await self.peers.first.made
        while not self.peers.first.received:
            await deferLater(self.reactor, 0.01, int)
        self.assertEqual(self.opening.phase, "in the TLS handshake")
        self.opening.cancel()
        await self.peers.first.lost
        self.assertFalse(done.called)
        await self.end()

    async def test_server_without_tls_is_explained(self):
        """It answers something else."""
        port = self.listen()
        self.peers.greeting = b"220 ready\r\n"
        error = await self.open("127.0.0.1", port, tls=self.creator("127.0.0.1"))
        self.assertIsInstance(error, errors.SecurityChannelError)
        await self.end()

    async def test_closing_tls_does_not_wait_for_a_deaf_peer(self):
        """What was written arrives, the answer to close_notify is not waited for."""
        port = self.listen(factory=self.tls_server(["127.0.0.1"]))
        line = await self.open("127.0.0.1", port, tls=self.creator("127.0.0.1"))
        await self.peers.first.made
        transport: Any = self.peers.first.transport
        transport.transport.pauseProducing()
        line.transport.write(b"last words")
        line.close()
        await line.gone
        transport.transport.resumeProducing()
        await self.peers.first.until(b"last words")
        await self.end()

    async def test_connecting_by_an_endpoint(self):
        """One of Twisted's own."""
        port = self.listen()
        line = await self.open(
            "anything",
            port,
            connect=lambda _host, p: TCP4ClientEndpoint(self.reactor, "127.0.0.1", p),
        )
        line.transport.write(b"hello")
        await self.peers.first.until(b"hello")
        await self.end()

    async def test_cancelled_endpoint_leaves_nothing(self):
        """One of Twisted's own, in the middle of connecting."""
        port = self.listen()
        done = self.open(
            "anything",
            port,
            connect=lambda _host, p: TCP4ClientEndpoint(self.reactor, "127.0.0.1", p),
        )
        self.opening.cancel()
        await deferLater(self.reactor, 0.05, int)
        self.assertFalse(done.called)
        for peer in self.peers.all:
            await peer.lost

    async def test_look_up_in_progress_ends_when_the_threads_are_closed(self):
        """The opening is told; the thread ends with its call."""
        gate, asked = threading.Event(), threading.Event()

        def slow(*args):
            asked.set()
            gate.wait(20)
            return []

        self.patch(socket, "getaddrinfo", slow)
        self.addCleanup(gate.set)
        done = self.open("slow.example", 80)
        await deferToThread(asked.wait, 20)
        self.assertEqual(self.threads.busy, 1)
        self.threads.close()
        self.assertIsInstance(self.successResultOf(done), errors.Shutdown)
        gate.set()
        await self.no_thread()

    async def test_name_that_is_none_ends_in_12007(self):
        """In the system's words; ``invalid`` is never a domain (RFC 6761)."""
        error = await self.open("nowhere.invalid", 80)
        self.assertIsInstance(error, errors.NameNotResolved)
        self.assertIn("nowhere.invalid", error.message)
        await self.no_thread()


class RoundaboutConnectingTests(ConnectingTests):
    """The same through the reactor's ``connectTCP``: the long way of every reactor."""

    way = Client

    def connecting(self, reactor):
        return Roundabout(reactor)
