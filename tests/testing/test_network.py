"""The network in memory: who is there, how the way is, and what is left."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

from treq.client import HTTPClient
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import HostnameEndpoint, connectProtocol
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import LoopingCall
from twisted.trial.unittest import SynchronousTestCase

import twinet
from twinet import errors
from twinet.errors import InvalidParameter
from twinet.testing import (
    Authority,
    HandPeer,
    HttpAnswer,
    HttpPeer,
    Link,
    MemoryNetwork,
)

URL = "http://shop.example/prices"


class NetworkCase(SynchronousTestCase):
    """A network with a shop."""

    def setUp(self):
        self.network = MemoryNetwork()
        self.shop = HttpPeer()
        self.shop.answer("*", "/prices", "coffee 3.50")

    def add(self, host: str = "shop.example", **link: Any) -> Any:
        """Let the shop listen there."""
        return self.network.add(host, self.shop, link=Link(**link))

    def fetch(self, url: str = URL, **options: Any) -> bytes:
        """Fetch it with a session of its own."""
        session = self.network.session(**options)
        body = self.network.run(session.fetch(url)).body
        assert body is not None
        return body

    def refused(self, kind: type[Exception], **options: Any) -> str:
        """Check how a fetch fails; return the text."""
        return str(self.assertRaises(kind, self.fetch, **options))


class WhoIsThere(NetworkCase):
    """Names, ports, and who does not answer them."""

    def test_a_session_on_the_network_gets_what_the_peer_answers(self):
        """No turn of time is needed, and nothing is left afterwards."""
        self.add()
        session = self.network.session()
        pending = session.get(URL)
        self.assertNoResult(pending)
        self.network.advance()
        request = self.successResultOf(pending)
        self.assertEqual(request.response.status_code, 200)
        self.assertEqual(self.network.run(request.read(100)), b"coffee 3.50")
        self.assertEqual(self.network.now, 0)
        self.network.close()

    def test_functions_take_the_networks_reactor(self):
        """``fetch`` and ``download`` are told nothing else, and leave nothing."""
        self.add()
        reactor = self.network.reactor
        response = self.network.run(twinet.fetch(URL, reactor=reactor, proxy=""))
        self.assertEqual(response.text, "coffee 3.50")
        self.network.assert_clean()
        path = Path(self.mktemp())
        saving = twinet.download(URL, path, reactor=reactor, proxy="")
        self.assertEqual(self.network.run(saving), path)
        self.assertEqual(path.read_text(), "coffee 3.50")
        self.network.assert_clean()

    def test_an_unknown_name_fails_with_those_that_are_known(self):
        """A misspelt host shows itself."""
        self.add()
        text = str(
            self.assertRaises(errors.NameNotResolved, self.fetch, "http://shp.example/")
        )
        self.assertIn("it knows: shop.example", text)

    def test_where_nobody_listens_is_refused(self):
        """At once, as by a real host."""
        self.add()
        self.network.name("shop.example", "192.0.2.9", "192.0.2.10")
        text = self.refused(errors.CannotConnect)
        self.assertIn("192.0.2.10:80", text)

    def test_names_may_have_dead_addresses(self):
        """The one that answers is found, in the time that it takes."""
        self.network.add("192.0.2.77", self.shop, link=Link(unreachable=True))
        self.network.add("2001:db8::7", self.shop)
        self.network.name("shop.example", "192.0.2.77", "2001:db8::7")
        heard = self.network.recorder()
        session = self.network.session()
        self.network.run(session.fetch(URL, on_status=heard))
        self.assertIn("CONNECTED_TO_SERVER 2001:db8::7", heard.lines)
        self.assertEqual(self.network.now, 0.25)

    def test_a_slow_name_takes_its_time(self):
        """And one that never answers takes the program's limit."""
        self.add()
        self.network.name("shop.example", "192.0.2.1", after=3.0)
        self.fetch()
        self.assertEqual(self.network.now, 3.0)
        self.network.name("shop.example", "192.0.2.1", after=None)
        self.refused(errors.Timeout)
        self.assertEqual(self.network.now, 3.0 + 15)

    def test_a_name_without_an_address_is_not_resolved(self):
        """It is known, and leads nowhere."""
        self.network.name("shop.example")
        self.assertIn("no address", self.refused(errors.NameNotResolved))

    def test_a_peer_of_twisteds_will_do(self):
        """Any protocol factory can listen."""

        class Greeter(Protocol):
            def connectionMade(self):
                assert self.transport is not None
                self.transport.write(b"HTTP/1.0 200 OK\r\n\r\nhello")
                self.transport.loseConnection()

        self.network.add("old.example", Factory.forProtocol(Greeter), 80)
        self.assertEqual(self.fetch("http://old.example/"), b"hello")

    def test_clients_of_twisteds_find_the_hosts(self):
        """The reactor is one: endpoints resolve and connect on it."""
        self.add()
        came: list[bytes] = []

        class Client(Protocol):
            def connectionMade(self):
                assert self.transport is not None
                self.transport.write(b"GET /prices HTTP/1.0\r\n\r\n")

            def dataReceived(self, data: bytes):
                came.append(data)

        reactor: Any = self.network.reactor
        endpoint = HostnameEndpoint(reactor, "shop.example", 80)
        self.network.run(connectProtocol(endpoint, Client()))
        self.network.advance()
        self.assertTrue(b"".join(came).endswith(b"coffee 3.50"))
        self.network.close()

    def test_a_host_is_added_once_for_a_port(self):
        """A second peer there would never be asked."""
        self.add()
        for arguments in (("shop.example", self.shop), ("192.0.2.1", self.shop, 80)):
            error = self.assertRaises(InvalidParameter, self.network.add, *arguments)
            self.assertIn("at port 80 already", str(error))
        self.network.add("shop.example", self.shop, 8080)
        self.network.name("gone.example")
        self.network.name("two.example", "192.0.2.8", "192.0.2.9")
        hand = HandPeer()
        for host, peer, how in (
            ("gone.example", self.shop, {}),
            ("two.example", self.shop, {}),
            ("hand.example", hand, {"port": 443, "tls": True}),
            ("hand.example", hand, {}),
        ):
            self.assertRaises(InvalidParameter, self.network.add, host, peer, **how)
        nowhere = Factory()
        self.assertRaises(InvalidParameter, self.network.add, "x.example", nowhere)
        self.assertRaises(
            InvalidParameter, self.network.name, "x.example", "no address"
        )
        self.assertRaises(InvalidParameter, self.network.name, "192.0.2.1", "192.0.2.2")

    def test_a_peer_may_be_played_by_hand(self):
        """At one host, beside others; the link is heeded as far as it can be."""
        hand = HandPeer()
        self.add()
        place = self.network.add("hand.example", hand, 80)
        pending = self.network.session().get("http://hand.example/")
        self.network.advance()
        server = hand.accept()
        self.assertTrue(server.take().startswith(b"GET / HTTP/1.1\r\n"))
        server.send(b"HTTP/1.1 204 No Content\r\n\r\n")
        self.assertEqual(self.successResultOf(pending).response.status_code, 204)
        self.assertRaises(AssertionError, hand.accept)
        place.link = Link(refuses=True)
        self.assertRaises(errors.CannotConnect, self.fetch, "http://hand.example/")
        self.assertEqual(self.fetch(), b"coffee 3.50")
        self.network.close()
        self.assertTrue(server.closed)

    def test_treq_works_on_the_network(self):
        """By the session's door, and by the agent's."""
        self.add()
        session = self.network.session()
        agent: Any = twinet.Agent(session=session)

        async def both() -> list[str]:
            clients: list[Any] = [session.treq(), HTTPClient(agent)]
            return [await (await it.get(URL)).text() for it in clients]

        self.assertEqual(self.network.run(both()), ["coffee 3.50"] * 2)
        self.network.close()

    def test_callbacks_of_a_pool_are_called_in_turns(self):
        """So a redirect that waits for one does not wait for a thread."""
        moved = HttpAnswer(302, headers={"Location": "/prices"})
        self.shop.answer("GET", "/moved", moved)
        self.add()
        heard = self.network.recorder()
        session = self.network.session(delivery=twinet.PoolDelivery())
        session.set_status_callback(heard)
        answer = self.network.run(session.fetch("http://shop.example/moved"))
        self.assertEqual((answer.text, self.network.now), ("coffee 3.50", 0))
        self.network.close()
        heard.expect(..., f"REDIRECT {URL}", ..., "REQUEST_COMPLETE ok", ...)

    def test_tls_is_believed_by_the_networks_sessions(self):
        """And by nobody else; the certificate is the host's own."""
        self.network.add("shop.example", self.shop, tls=True)
        self.assertEqual(self.fetch("https://shop.example/prices"), b"coffee 3.50")
        self.network.name("other.example", "192.0.2.1")
        for url, options in (
            ("https://other.example/prices", {}),
            ("https://shop.example/prices", {"trust_roots": Authority().roots}),
        ):
            session = self.network.session(**options)
            self.assertRaises(
                errors.CertificateFault, self.network.run, session.get(url)
            )
        self.network.close()


class TheWay(NetworkCase):
    """Links: slow, cut, silent."""

    def test_latency_is_paid_for_each_step(self):
        """A round trip to connect, and one to ask."""
        self.add(latency=0.1)
        self.fetch()
        self.assertApproximates(self.network.now, 0.4, 1e-6)

    def test_a_rate_spreads_a_body_over_time(self):
        """After half of the time about half has come, and at the end all."""
        self.shop.answer("GET", "/long", bytes(10_000))
        self.add(rate=1000)
        session = self.network.session()
        request = self.network.run(session.get("http://shop.example/long"))
        begun = self.network.now
        came = Counter()
        delivered = request.deliver(came)
        self.network.advance(5)
        self.assertNoResult(delivered)
        self.assertApproximates(came.count, 5000, 200)
        self.network.run(delivered)
        self.assertEqual(came.count, 10_000)
        self.assertApproximates(self.network.now - begun, 10, 0.3)

    def test_a_reader_that_pauses_holds_the_sender_up(self):
        """Nothing is read ahead without limit, and all comes in the end."""
        size = 5 << 20
        self.shop.answer("GET", "/long", bytes(size))
        self.add()
        session = self.network.session()
        request = self.network.run(session.get("http://shop.example/long"))
        self.network.advance()
        (connection,) = self.network.reactor.connections
        assert connection.end is not None
        self.assertTrue(connection.end.paused)
        self.assertEqual(len(self.network.run(request.read(size))), size)

    def test_an_upload_waits_for_a_slow_link(self):
        """Its producer is paused, and the peer gets all."""
        self.shop.answer("PUT", "/up", lambda request: str(len(request.body)))
        self.add(rate=100_000)
        path = Path(self.mktemp())
        path.write_bytes(bytes(500_000))

        async def put() -> bytes:
            connection = self.network.session().http("shop.example")
            request = connection.open_request("PUT", "/up")
            await request.send(body=path)
            return await request.read(100)

        self.assertEqual(self.network.run(put()), b"500000")
        self.assertApproximates(self.network.now, 5, 0.3)

    def test_a_cut_is_an_error_and_no_short_body(self):
        """Wherever it is, from the first byte on."""
        whole = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n"
        for cut in (0, 1, len(whole), len(whole) + 25, len(whole) + 30):
            network = MemoryNetwork()
            network.add("shop.example", self.shop, link=Link(cut_after=cut))
            fetching = network.session(limits=twinet.Limits()).fetch(URL)
            self.assertRaises(errors.InternetError, network.run, fetching)
            network.close()

    def test_what_stalls_ends_by_the_programs_limit(self):
        """Before the answer, and in the middle of it; the clock says so."""
        for stall, limit in ((0, "first_byte"), (10, "first_byte"), (85, "idle")):
            self.add(host=f"stall{stall}.example", stall_after=stall)
            begun = self.network.now
            session = self.network.session()
            url = f"http://stall{stall}.example/prices"
            fetching = session.fetch(url)
            error = self.assertRaises(errors.Timeout, self.network.run, fetching)
            self.assertIn(limit, str(error))
            self.assertEqual(self.network.now - begun, 60)
        self.network.close()

    def test_what_cannot_be_reached_ends_by_the_programs_limit(self):
        """That of connecting."""
        self.add(unreachable=True)
        self.refused(errors.Timeout)
        self.assertEqual(self.network.now, 30)
        self.network.close()

    def test_a_place_may_change_in_the_middle(self):
        """New connections go over the new link."""
        place = self.add(refuses=True)
        self.refused(errors.CannotConnect)
        place.link = Link()
        self.assertEqual(self.fetch(), b"coffee 3.50")

    def test_a_link_that_cannot_be_is_refused(self):
        """With the number."""
        for wrong in ({"rate": 0}, {"latency": -1}, {"cut_after": -5}):
            error = self.assertRaises(InvalidParameter, Link, **wrong)
            self.assertIn(str(next(iter(wrong.values()))), str(error))


class Time(NetworkCase):
    """How time passes."""

    def test_what_is_due_on_the_way_happens_when_it_is_due(self):
        """A clock that jumped would make a limit late."""
        times: list[float] = []
        reactor = self.network.reactor
        for delay in (3.0, 1.0):
            reactor.callLater(delay, lambda: times.append(reactor.seconds()))
        self.network.advance(10)
        self.assertEqual((times, self.network.now), ([1.0, 3.0], 10.0))

    def test_run_takes_coroutines_and_raises_what_they_raise(self):
        """A program's own main is one."""

        async def fails() -> None:
            await self.network.session().get("http://nowhere.example/")

        self.assertRaises(errors.NameNotResolved, self.network.run, fails())
        self.assertRaises(InvalidParameter, self.network.run, 5)

    def test_what_never_ends_is_told_with_what_there_is(self):
        """When nothing can happen any more, and when too much time has passed."""
        self.add()
        self.fetch()
        error = self.assertRaises(AssertionError, self.network.run, Deferred())
        self.assertIn("nothing will ever happen", str(error))
        loop = LoopingCall(lambda: None)
        loop.clock = self.network.reactor
        loop.start(10)
        error = self.assertRaises(
            AssertionError, self.network.run, Deferred(), limit=1000
        )
        self.assertIn("1000 seconds", str(error))
        self.assertIn("a timer", str(error))

    def test_calls_from_threads_are_made_in_a_turn(self):
        """As with every reactor."""
        called: list[int] = []
        self.network.reactor.callFromThread(called.append, 5)
        self.assertEqual(called, [])
        self.network.advance()
        self.assertEqual(called, [5])


class WhatIsLeft(NetworkCase):
    """Sockets, timers and complaints that a program has left."""

    def left(self) -> str:
        """Return what is told to be left."""
        return str(self.assertRaises(AssertionError, self.network.assert_clean))

    def test_a_session_that_is_open_keeps_its_connection(self):
        """It is named by both its ends."""
        self.add()
        session = twinet.Session(self.network.reactor, proxy="")
        self.network.run(session.fetch(URL))
        self.assertEqual(
            self.network.sockets, ["198.51.100.1:49152 -> shop.example:80"]
        )
        text = str(self.assertRaises(AssertionError, self.network.close))
        self.assertIn("an open connection: 198.51.100.1:49152 -> shop", text)
        self.network.run(session.close())
        self.network.close()

    def test_attempts_ports_and_timers_are_left_too(self):
        """Each in a word of its own."""
        self.add(unreachable=True)
        session = twinet.Session(self.network.reactor, proxy="")
        pending = session.get(URL)
        text = self.left()
        self.assertIn("an attempt to connect: 198.51.100.1:49152 -> shop", text)
        self.assertIn("a timer", text)
        port = self.network.reactor.listenTCP(0, Factory())
        self.assertIn("a port that listens: 198.51.100.1:", self.left())
        port.stopListening()
        pending.addErrback(lambda _: None)
        self.network.run(session.close())
        self.network.assert_clean()

    def test_the_block_of_a_with_checks_unless_it_has_failed(self):
        """What went wrong first is what is told."""
        reactor = self.network.reactor
        call = reactor.callLater(5, list)

        def use(fault: Exception | None) -> None:
            with self.network:
                if fault is not None:
                    raise fault

        self.assertRaises(KeyError, use, KeyError())
        self.assertRaises(AssertionError, use, None)
        call.cancel()
        use(None)

    def test_no_socket_of_the_systems_is_made(self):
        """All of it is in memory."""

        class NoSocket(socket.socket):
            def __init__(self, *arguments: object) -> None:
                msg = "a real socket"
                raise AssertionError(msg)

        self.patch(socket, "socket", NoSocket)
        self.add()
        self.assertEqual(self.fetch(), b"coffee 3.50")


class Counter:
    """A sink that counts."""

    def __init__(self) -> None:
        self.count = 0

    def write(self, data: bytes) -> None:
        self.count += len(data)
