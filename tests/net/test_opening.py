"""From host and port to a line: every path, in memory and by the clock."""

from __future__ import annotations

import errno
import gc
import weakref
from typing import Any

from OpenSSL import SSL
from twisted.internet import error as net
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.endpoints import TCP4ClientEndpoint
from twisted.internet.interfaces import (
    IOpenSSLClientConnectionCreator,
    IStreamClientEndpoint,
)
from twisted.internet.protocol import Factory, Protocol
from twisted.protocols.tls import TLSMemoryBIOFactory
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from tests.net.certificates import Server, root, server_context
from tests.net.openings import Stage, Talker, Wire, addresses
from twinet import errors
from twinet._net.connector import Connector
from twinet._net.tls import TlsCreator, TlsPolicy
from twinet._net.trust import TrustRoots
from twinet.records import Limits

V4 = ["10.0.0.1", "10.0.0.2", "10.0.0.3"]
V6 = ["fd00::1", "fd00::2", "fd00::3"]
NONE = Limits(lookup=None, connect=None, tls=None)


def believed():
    """Make a creator that believes the tests' root."""
    return TlsCreator(TlsPolicy(TrustRoots.of([root().certificate])), "server.example")


class LookUpTests(SynchronousTestCase):
    """The first phase."""

    def test_name_is_looked_up_told_and_connected(self):
        """Resolving, resolved with the first address, connecting, connected."""
        stage = Stage({"h": V4[:2]})
        stage.open("h", 81)
        wire = stage.accept()
        self.assertEqual(
            stage.news,
            [(10, "h"), (11, V4[0]), (20, V4[0]), (21, V4[0])],
        )
        self.assertEqual(stage.results, stage.lines)
        self.assertEqual(stage.reactor.tcpClients[0][:2], (V4[0], 81))
        self.assertEqual(stage.lines[0].address, V4[0])
        self.assertFalse(stage.lines[0].tls)
        self.assertTrue(wire.no_delay)
        self.assertEqual(wire.bufferSize, 262144)
        self.assertTrue(stage.current.over)

    def test_known_name_is_not_looked_up_again(self):
        """And so not told, until a minute has passed."""
        stage = Stage({"h": V4[:1]})
        stage.open()
        stage.reactor.advance(59)
        stage.news.clear()
        stage.open()
        self.assertEqual([kind for kind, _ in stage.news], [20])
        stage.reactor.advance(1)
        stage.news.clear()
        stage.open()
        self.assertEqual([kind for kind, _ in stage.news], [10, 11, 20])
        self.assertEqual(len(stage.resolver.asked), 2)

    def test_address_literal_counts_as_a_look_up_once(self):
        """As recorded; no resolver is asked."""
        for host, address in (("127.0.0.1", "127.0.0.1"), ("[::1]", "::1")):
            stage = Stage()
            stage.open(host)
            self.assertEqual(stage.news, [(10, host), (11, address), (20, address)])
            stage.news.clear()
            stage.open(host)
            self.assertEqual(stage.news, [(20, address)])
            self.assertEqual(stage.resolver.asked, [])

    def test_nobody_listening_is_told_nothing(self):
        """It connects all the same."""
        stage = Stage({"h": V4[:1]})
        stage.voice.listener = None
        stage.open()
        stage.accept()
        self.assertEqual(stage.news, [])
        self.assertEqual(stage.results, stage.lines)

    def test_name_without_address_ends_in_12007(self):
        """Nothing was connected."""
        stage = Stage({"h": []})
        stage.open()
        (error,) = stage.results
        self.assertIsInstance(error, errors.NameNotResolved)
        self.assertIn("'h'", error.message)
        self.assertEqual(stage.news, [(10, "h")])
        self.assertEqual(stage.tried, [])

    def test_slow_look_up_ends_by_its_limit(self):
        """The resolver is told to give up, a late answer is not heard."""
        stage = Stage()
        opening = stage.open(limits=Limits(lookup=7))
        self.assertEqual(opening.phase, "looking up")
        stage.reactor.advance(6.9)
        self.assertEqual(stage.results, [])
        stage.reactor.advance(0.1)
        (error,) = stage.results
        self.assertIsInstance(error, errors.Timeout)
        for word in ("looking up h ", "'lookup'", "7 seconds"):
            self.assertIn(word, error.message)
        self.assertTrue(stage.resolver.asked[0].cancelled)
        stage.resolver.asked[0].answer(*V4)
        self.assertEqual(stage.tried, [])
        self.assertEqual(stage.timers, 0)

    def test_look_up_without_limit_waits(self):
        """None means none."""
        stage = Stage()
        stage.open(limits=NONE)
        stage.reactor.advance(1e6)
        self.assertEqual((stage.results, stage.timers), ([], 0))
        stage.resolver.asked[0].answer(V4[0])
        stage.accept()
        self.assertEqual(stage.results, stage.lines)

    def test_host_that_is_no_name_ends_in_12007(self):
        """A NUL would show the resolver another host."""
        stage = Stage()
        stage.open("good.example\0.evil")
        self.assertIsInstance(stage.results[0], errors.NameNotResolved)
        self.assertEqual(stage.resolver.asked, [])


class RaceTests(SynchronousTestCase):
    """Several addresses."""

    def test_families_take_turns_a_quarter_second_apart(self):
        """Beginning with the family of the resolver's first."""
        for book, expected in (
            ([*V6, *V4], [V6[0], V4[0], V6[1], V4[1], V6[2], V4[2]]),
            ([V4[0], *V6], [V4[0], *V6]),
            (V4, V4),
        ):
            stage = Stage({"h": book})
            stage.open()
            for n in range(1, len(expected)):
                self.assertEqual(stage.tried, expected[:n])
                stage.reactor.advance(0.24)
                self.assertEqual(stage.tried, expected[:n])
                stage.reactor.advance(0.02)
            self.assertEqual(stage.tried, expected)
            self.assertEqual([i for k, i in stage.news if k == 20], expected)
            self.assertNotIn(True, stage.stopped)

    def test_refusal_moves_on_at_once(self):
        """There is nothing to wait for; the next waits its own quarter second."""
        stage = Stage({"h": V4})
        stage.open()
        stage.reactor.advance(0.2)
        stage.refuse(0)
        self.assertEqual(stage.tried, V4[:2])
        stage.reactor.advance(0.2)
        self.assertEqual(stage.tried, V4[:2])
        stage.reactor.advance(0.05)
        self.assertEqual(stage.tried, V4)

    def test_winner_stops_the_others(self):
        """Whoever it is; no further attempt is made."""
        stage = Stage({"h": V4})
        stage.open()
        stage.reactor.advance(0.25)
        stage.accept(1)
        self.assertEqual(stage.lines[0].address, V4[1])
        self.assertEqual(stage.stopped, [True, False])
        self.assertEqual(stage.news[-1], (21, V4[1]))
        stage.reactor.advance(100)
        self.assertEqual(stage.tried, V4[:2])
        self.assertEqual(stage.timers, 0)

    def test_loser_that_connects_in_the_same_turn_is_aborted(self):
        """It gets no line, and nobody hears of it."""
        stage = Stage({"h": V4})
        stage.open()
        stage.reactor.advance(0.25)
        stage.accept(0)
        late = stage.accept(1)
        self.assertTrue(late.aborted)
        self.assertEqual(len(stage.lines), 1)
        self.assertEqual(len(stage.results), 1)
        self.assertEqual([k for k, _ in stage.news].count(21), 1)
        stage.protocol.connectionLost(Failure(net.ConnectionAborted()))

    def test_loser_that_fails_afterwards_is_not_heard(self):
        """Twisted tells of a stopped attempt as of a failure."""
        stage = Stage({"h": V4})
        stage.open()
        stage.reactor.advance(0.25)
        stage.accept(0)
        stage.refuse(1, net.UserError())
        self.assertEqual(stage.tried, V4[:2])
        self.assertEqual(len(stage.results), 1)

    def test_all_refused_ends_in_12029_naming_each(self):
        """With its port and its reason."""
        stage = Stage({"h": [V4[0], V6[0]]})
        stage.open("h", 81)
        stage.refuse(0)
        stage.refuse(1, net.NoRouteError(errno.ENETUNREACH, "Network is unreachable"))
        (error,) = stage.results
        self.assertIs(type(error), errors.CannotConnect)
        self.assertIn("10.0.0.1:81 connection refused", error.message)
        self.assertIn("[fd00::1]:81 network is unreachable", error.message)
        self.assertEqual(stage.timers, 0)
        self.assertEqual([k for k, _ in stage.news], [10, 11, 20, 20])

    def test_attempt_still_open_is_waited_for_after_the_last_refusal(self):
        """The slow one may yet win."""
        stage = Stage({"h": V4[:2]})
        stage.open()
        stage.reactor.advance(0.25)
        stage.refuse(1)
        self.assertEqual(stage.results, [])
        stage.accept(0)
        self.assertEqual(stage.results, stage.lines)

    def test_no_more_addresses_are_tried_than_the_limit_has_it(self):
        """The first of them; the error says that there were others."""
        stage = Stage({"h": [*V4, V6[0]]})
        stage.open(limits=Limits(addresses=2))
        stage.refuse(0)
        stage.refuse(1)
        # The families take turns before it is counted.
        self.assertEqual(stage.tried, [V4[0], V6[0]])
        (error,) = stage.results
        self.assertIs(type(error), errors.CannotConnect)
        self.assertIn("2 more not tried (limits.addresses)", error.message)
        self.assertEqual(stage.timers, 0)

    def test_connect_limit_is_for_all_addresses_together(self):
        """12002 says what became of each; everything is stopped."""
        stage = Stage({"h": V4})
        opening = stage.open(limits=Limits(connect=3))
        self.assertEqual(opening.phase, "connecting")
        stage.refuse(0)
        stage.reactor.advance(2.99)
        self.assertEqual(stage.results, [])
        stage.reactor.advance(0.01)
        (error,) = stage.results
        self.assertIsInstance(error, errors.Timeout)
        for words in (
            "connecting to h:80",
            "'connect' of 3 seconds",
            "10.0.0.1:80 connection refused",
            "10.0.0.3:80 no answer",
        ):
            self.assertIn(words, error.message)
        self.assertEqual(stage.stopped, [False, True, True])
        self.assertEqual(stage.timers, 0)

    def test_connecting_without_limit_waits(self):
        """None means none."""
        stage = Stage({"h": V4[:1]})
        stage.open(limits=NONE)
        stage.reactor.advance(1e6)
        self.assertEqual((stage.results, stage.timers), ([], 0))

    def test_twisted_sets_no_limit_of_its_own(self):
        """Its 30 seconds per address would cut ours short."""
        stage = Stage({"h": V4[:1]})
        stage.open()
        self.assertIsNone(stage.reactor.tcpClients[0][3])

    def test_synchronous_failures_become_errors(self):
        """A zone that is none, a table of files that is full: the next is tried."""
        stage = Stage({"h": V4[:2]})
        connect: Any = stage.reactor.connectTCP

        def failing(host, *args, **kwargs):
            if host == V4[0]:
                raise OSError(errno.EMFILE, "Too many open files")
            return connect(host, *args, **kwargs)

        self.patch(stage.reactor, "connectTCP", failing)
        stage.open()
        self.assertEqual(stage.tried, V4[1:2])
        stage.refuse(0)
        (error,) = stage.results
        self.assertIs(type(error), errors.CannotConnect)
        self.assertIn("10.0.0.1:80 too many open files", error.message)

    def test_reactor_that_fails_an_attempt_within_the_call_is_understood(self):
        """All addresses, without growing the stack of attempts."""
        stage = Stage({"h": V4})
        connect: Any = stage.reactor.connectTCP

        def failing(host, port, factory, **kwargs):
            connector = connect(host, port, factory, **kwargs)
            factory.clientConnectionFailed(connector, Failure(net.ConnectError()))
            return connector

        self.patch(stage.reactor, "connectTCP", failing)
        stage.open()
        self.assertEqual(stage.tried, V4)
        self.assertEqual(len(stage.results), 1)

    def test_impossible_port_ends_in_12029(self):
        """Nothing is tried."""
        for port in (-1, 0, 65536):
            stage = Stage({"h": V4})
            stage.open("h", port)
            (error,) = stage.results
            self.assertIsInstance(error, errors.CannotConnect)
            self.assertIn("1 to 65535", error.message)
            self.assertEqual(stage.tried, [])

    def test_builder_that_fails_ends_the_opening(self):
        """The connection is aborted and the fault is told."""
        stage = Stage({"h": V4})
        self.patch(stage, "build", lambda: 1 / 0)
        stage.open()
        self.assertTrue(stage.accept().aborted)
        self.assertIsInstance(stage.results[0], errors.InternalError)
        self.assertIsInstance(stage.results[0].__cause__, ZeroDivisionError)


class BindTests(SynchronousTestCase):
    """The local address."""

    def test_bind_address_goes_with_its_family(self):
        """The other family has none."""
        for given, expected in (
            ("10.9.9.9", [("10.9.9.9", 0), None]),
            (("10.9.9.9", 4711), [("10.9.9.9", 4711), None]),
            ("fd00::9", [None, ("fd00::9", 0)]),
        ):
            stage = Stage({"h": [V4[0], V6[0]]}, bind_address=given)
            stage.open()
            stage.refuse(0)
            self.assertEqual([c[4] for c in stage.reactor.tcpClients], expected)

    def test_bind_address_that_is_none_is_refused_at_once(self):
        """Not only when something is to be opened."""
        with self.assertRaises(errors.InvalidParameter):
            Stage(bind_address="eth0")


class PolicyTests(SynchronousTestCase):
    """What may be reached."""

    def test_policy_sees_every_address_and_all_about_it(self):
        """Before anything is connected."""
        shown: list[Any] = []
        stage = Stage({"h": [V4[0], V6[0], V4[1]]}, policy=shown.append)
        came_from = addresses("192.0.2.1")[0]
        stage.open(url="http://h/", hop=2, came_from=came_from, context="c")
        self.assertEqual([d.address for d in shown], [*addresses(V4[0], V6[0], V4[1])])
        first = shown[0]
        self.assertEqual(
            (first.url, first.scheme, first.host, first.port),
            ("http://h/", "http", "h", 80),
        )
        self.assertEqual(
            (first.hop, first.came_from, first.context), (2, came_from, "c")
        )

    def test_refused_address_is_left_out(self):
        """The others are tried."""
        stage = Stage(
            {"h": [V4[0], V6[0]]},
            policy=lambda d: "no IPv4" if d.address.version == 4 else None,
        )
        stage.open()
        stage.reactor.advance(10)
        self.assertEqual(stage.tried, V6[:1])

    def test_all_refused_ends_in_policy_refused(self):
        """With each text; nothing was connected."""
        stage = Stage({"h": V4[:2]}, policy=lambda d: f"not {d.address}!")
        stage.open()
        (error,) = stage.results
        self.assertIsInstance(error, errors.PolicyRefused)
        self.assertIn("10.0.0.1: not 10.0.0.1!", error.message)
        self.assertIn("10.0.0.2: not 10.0.0.2!", error.message)
        self.assertEqual(stage.tried, [])

    def test_literal_and_known_name_are_shown_too(self):
        """Every opening asks anew."""
        shown: list[Any] = []
        stage = Stage({"h": V4[:1]}, policy=shown.append)
        stage.open("h")
        stage.open("h")
        stage.open(V4[1])
        stage.open(V4[1])
        self.assertEqual(len(shown), 4)

    def test_mapped_address_is_shown_as_the_ipv4_address_it_reaches(self):
        """Else ::ffff:127.0.0.1 would pass where 127.0.0.1 may not."""
        shown: list[Any] = []
        stage = Stage({"h": ["::ffff:127.0.0.1"]}, policy=shown.append)
        stage.open("h")
        stage.open("[::ffff:127.0.0.1]")
        self.assertEqual([str(d.address) for d in shown], ["127.0.0.1"] * 2)
        self.assertEqual(stage.tried, ["127.0.0.1"] * 2)

    def test_policy_that_fails_refuses(self):
        """What cannot judge must not admit; the fault is logged."""
        stage = Stage({"h": V4}, policy=lambda _: 1 / 0)
        stage.open()
        (error,) = stage.results
        self.assertIsInstance(error, errors.PolicyRefused)
        self.assertIn("ZeroDivisionError", str(error))
        self.assertEqual(stage.tried, [])
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), len(V4))

    def test_policy_may_cancel(self):
        """Nothing is tried, nothing told."""
        stage: Any = Stage({"h": V4}, policy=lambda _: stage.cancel())
        stage.open()
        self.assertEqual((stage.results, stage.tried), ([], []))
        self.assertEqual(stage.timers, 0)


class CancelTests(SynchronousTestCase):
    """Cancelling in every phase and inside every notification."""

    def test_cancelled_before_start_does_nothing(self):
        """Start comes to nothing."""
        stage = Stage({"h": V4})
        opening = stage.opening()
        opening.cancel()
        opening.start()
        self.assertTrue(opening.over)
        self.assertEqual((stage.news, stage.tried, stage.results), ([], [], []))

    def test_cancelled_look_up_is_given_up(self):
        """A late answer connects nothing."""
        stage = Stage()
        opening = stage.open()
        opening.cancel()
        opening.cancel()
        self.assertTrue(stage.resolver.asked[0].cancelled)
        stage.resolver.asked[0].answer(*V4)
        stage.reactor.advance(1000)
        self.assertEqual((stage.tried, stage.results), ([], []))
        self.assertEqual(stage.timers, 0)

    def test_cancelled_race_stops_every_attempt(self):
        """And starts none."""
        stage = Stage({"h": V4})
        opening = stage.open()
        stage.reactor.advance(0.25)
        opening.cancel()
        self.assertEqual(stage.stopped, [True, True])
        stage.reactor.advance(1000)
        stage.refuse(0, net.UserError())
        self.assertTrue(stage.accept(1).aborted)
        self.assertEqual((stage.tried, stage.results), (V4[:2], []))
        self.assertEqual((stage.lines, stage.timers), ([], 0))

    def test_cancelled_inside_any_notification_goes_no_further(self):
        """Whatever was open is closed, done is not called, nothing more is told."""
        for kind, attempts in ((10, 0), (11, 0), (20, 0), (21, 1)):
            stage = Stage({"h": V4})
            stage.on[kind] = stage.cancel
            opening = stage.opening()
            opening.start()
            if kind == 21:
                self.assertTrue(stage.accept().aborted)
            self.assertEqual(stage.news[-1][0], kind)
            self.assertEqual(len(stage.resolver.asked), 0 if kind == 10 else 1)
            stage.reactor.advance(1000)
            self.assertTrue(opening.over)
            self.assertEqual(len(stage.tried), attempts)
            self.assertEqual(stage.results, [])
            self.assertEqual(stage.timers, 0)

    def test_cancelled_inside_the_literals_look_up_goes_no_further(self):
        """Both notifications are told at once here."""
        for kind in (10, 11):
            stage = Stage()
            stage.on[kind] = stage.cancel
            stage.open(V4[0])
            self.assertEqual(stage.news[-1][0], kind)
            self.assertEqual(stage.tried, [])

    def test_cancelled_at_a_later_attempt_stops_the_earlier(self):
        """The one that was announced is not made."""
        stage = Stage({"h": V4})
        stage.open()
        stage.on[20] = stage.cancel
        stage.reactor.advance(0.25)
        self.assertEqual(stage.tried, V4[:1])
        self.assertEqual(stage.stopped, [True])
        self.assertEqual(stage.news[-1], (20, V4[1]))

    def test_line_of_a_cancelled_opening_hears_no_loss(self):
        """It was never handed over."""
        stage = Stage({"h": V4})
        stage.on[21] = stage.cancel
        stage.open()
        stage.accept()
        stage.protocol.connectionLost(Failure(net.ConnectionAborted()))
        self.assertEqual(stage.lines[0].losses, [])
        self.assertEqual(stage.results, [])

    def test_cancelled_between_building_and_connecting_aborts(self):
        """The reactor builds the protocol a moment before it has the transport."""
        stage = Stage({"h": V4})
        opening = stage.open()
        protocol: Any = stage.reactor.tcpClients[0][2].buildProtocol(None)
        opening.cancel()
        wire = Wire()
        protocol.makeConnection(wire)
        self.assertTrue(wire.aborted)
        self.assertEqual(stage.results, [])
        self.assertNotIn(21, [k for k, _ in stage.news])

    def test_cancelled_inside_done_leaves_the_line_to_its_owner(self):
        """The opening is over by then."""
        stage = Stage({"h": V4})
        stage.results = Results(stage.cancel)
        stage.open()
        wire = stage.accept()
        self.assertFalse(wire.aborted)
        self.assertEqual(len(stage.results), 1)
        stage.lines[0].connectionLost(Failure(net.ConnectionDone()))
        self.assertEqual(len(stage.lines[0].losses), 1)

    def test_cancelled_inside_done_with_an_error_is_nothing(self):
        """Done is called once."""
        stage = Stage({"h": []})
        stage.results = Results(stage.cancel)
        stage.open()
        self.assertEqual(len(stage.results), 1)

    def test_listener_that_raises_is_logged_and_changes_nothing(self):
        """The voice keeps it from the opening."""
        stage = Stage({"h": V4})
        stage.on[20] = lambda: 1 / 0
        stage.open()
        stage.accept()
        self.assertEqual(stage.results, stage.lines)
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)

    def test_opening_from_inside_a_callback_is_told_afterwards(self):
        """A voice that is speaking queues; the order stays."""
        stage = Stage({"h": V4[:1]})

        def once():
            stage.on.clear()
            stage.open("h")

        stage.on[40] = once
        from twinet.status import ReceivingResponse  # noqa: PLC0415

        stage.voice.emit(ReceivingResponse)
        self.assertEqual([k for k, _ in stage.news], [40, 10, 11, 20])


class Results(list[Any]):
    """Does something when told."""

    def __init__(self, act):
        self.act = act

    def append(self, value):
        super().append(value)
        self.act()


class TlsTests(SynchronousTestCase):
    """The last phase."""

    def setUp(self):
        self.stage = Stage({"h": V4})

    def converse(self, server):
        """Carry bytes both ways until nothing moves."""
        client, wire = self.stage.protocol, self.wire
        for _ in range(20):
            data = wire.value()
            wire.clear()
            if data:
                server.dataReceived(data)
            data = server.transport.value()
            server.transport.clear()
            if data:
                client.dataReceived(data)
            elif not wire.value():
                return

    def server(self, identity=None):
        """Make the other side."""
        identity = identity or root().issue()
        factory = TLSMemoryBIOFactory(
            Server(server_context(identity)),
            False,
            Factory.forProtocol(Protocol),
            self.stage.reactor,
        )
        server: Any = factory.buildProtocol(None)
        server.makeConnection(Wire())
        return server

    def open(self, **kwargs):
        opening = self.stage.open(tls=kwargs.pop("tls", believed()), **kwargs)
        self.wire = self.stage.accept()
        return opening

    def kinds(self):
        return [kind for kind, _ in self.stage.news]

    def test_line_is_handed_over_after_the_handshake(self):
        """Connected is told before it; bytes then go encrypted."""
        opening = self.open()
        self.assertEqual(opening.phase, "in the TLS handshake")
        self.assertTrue(opening.connected)
        self.assertEqual(self.stage.news[-1], (21, V4[0]))
        self.assertEqual(self.stage.results, [])
        self.converse(self.server())
        (line,) = self.stage.results
        self.assertTrue(line.tls)
        self.assertEqual(line.address, V4[0])
        self.assertEqual(self.wire.bufferSize, 262144)
        self.assertTrue(self.wire.no_delay)
        line.transport.write(b"secret")
        self.assertNotEqual(self.wire.value(), b"")  # at once, by no timer
        self.assertNotIn(b"secret", self.wire.value())
        self.stage.reactor.advance(1000)
        self.assertFalse(self.wire.aborted)

    def test_silent_peer_ends_by_the_limit(self):
        """12002; the connection's closing is told; no other address is tried."""
        self.open(limits=Limits(tls=4))
        self.stage.reactor.advance(3.99)
        self.assertEqual(self.stage.results, [])
        self.stage.reactor.advance(0.01)
        (error,) = self.stage.results
        self.assertIsInstance(error, errors.Timeout)
        self.assertIn("the TLS handshake with h:80", error.message)
        self.assertIn("'tls' of 4 seconds", error.message)
        self.assertTrue(self.wire.aborted)
        self.assertEqual(self.kinds(), [10, 11, 20, 21, 50, 51])
        self.assertEqual(self.stage.tried, V4[:1])
        self.assertEqual(self.stage.timers, 0)

    def test_handshake_without_limit_waits(self):
        """None means none."""
        self.open(limits=NONE)
        self.stage.reactor.advance(1e6)
        self.assertEqual((self.stage.results, self.stage.timers), ([], 0))

    def test_connect_limit_does_not_run_in_the_handshake(self):
        """TCP was in time; the handshake has its own limit, or none."""
        self.open(limits=Limits(connect=5, tls=None))
        self.stage.reactor.advance(100)
        self.assertEqual((self.stage.results, self.stage.timers), ([], 0))

    def test_bad_certificate_is_explained(self):
        """By the creator, with the closing told before the end."""
        self.open()
        self.converse(self.server(root().issue(["other.example"])))
        self.stage.protocol.connectionLost(Failure(net.ConnectionDone()))
        (error,) = self.stage.results
        self.assertIsInstance(error, errors.SecCertCnInvalid)
        self.assertEqual(self.kinds()[-2:], [50, 51])
        self.assertEqual(self.stage.tried, V4[:1])
        self.assertEqual(self.stage.lines[0].losses, [])

    def test_peer_that_leaves_in_the_handshake_is_explained(self):
        """It is no good reason to try another address."""
        self.open()
        self.stage.protocol.connectionLost(Failure(net.ConnectionLost()))
        (error,) = self.stage.results
        self.assertIsInstance(error, errors.SecurityChannelError)
        self.assertIsInstance(error.__cause__, net.ConnectionLost)
        self.stage.reactor.advance(100)
        self.assertEqual(self.stage.tried, V4[:1])

    def test_failure_that_cannot_be_explained_gets_through(self):
        """A fault in the explanation is logged beside it."""
        tls = believed()
        self.patch(tls, "explain", lambda _: 1 / 0)
        self.open(tls=tls)
        self.stage.protocol.connectionLost(Failure(net.ConnectionLost()))
        self.assertIsInstance(self.stage.results[0], errors.ConnectionAborted)
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)

    def test_cancelled_in_the_handshake_aborts_at_once(self):
        """Nothing is told any more."""
        opening = self.open()
        opening.cancel()
        self.assertTrue(self.wire.aborted)
        self.stage.protocol.connectionLost(Failure(net.ConnectionAborted()))
        self.assertEqual((self.stage.results, self.stage.timers), ([], 0))
        self.assertEqual(self.kinds()[-1], 21)

    def test_cancelled_inside_connected_begins_no_handshake(self):
        """Not a byte of it is sent."""
        self.stage.on[21] = self.stage.cancel
        self.open()
        self.assertTrue(self.wire.aborted)
        self.assertEqual(self.wire.value(), b"")
        self.assertEqual((self.stage.results, self.stage.timers), ([], 0))

    def test_cancelled_inside_the_closing_ends_without_done(self):
        """In either of its notifications; the connection is closed."""
        for kind in (50, 51):
            self.setUp()
            self.stage.on[kind] = self.stage.cancel
            self.open(limits=Limits(tls=1))
            self.stage.reactor.advance(1)
            self.assertEqual(self.kinds()[-1], kind)
            self.assertTrue(self.wire.aborted)
            self.assertEqual((self.stage.results, self.stage.timers), ([], 0))

    def test_creator_that_fails_ends_the_opening(self):
        """Its exception stays out of the reactor; nothing is sent."""

        @implementer(IOpenSSLClientConnectionCreator)
        class Broken:
            def clientConnectionForTLS(self, tlsProtocol):
                raise errors.InvalidParameter("the key does not fit")

        self.open(tls=Broken())
        self.assertIsInstance(self.stage.results[0], errors.InvalidParameter)
        self.assertTrue(self.wire.aborted)
        self.assertEqual(self.wire.value(), b"")
        self.stage.protocol.connectionLost(Failure(net.ConnectionAborted()))
        self.assertEqual(len(self.stage.results), 1)

    def test_foreign_exception_of_a_creator_is_translated(self):
        """No exception of OpenSSL's reaches the user bare."""

        @implementer(IOpenSSLClientConnectionCreator)
        class Broken:
            def clientConnectionForTLS(self, tlsProtocol):
                raise SSL.Error([("lib", "", "no such thing")])

        self.open(tls=Broken())
        self.assertIsInstance(self.stage.results[0], errors.SecurityChannelError)
        self.assertIn("no such thing", self.stage.results[0].message)


@implementer(IStreamClientEndpoint)
class Endpoint:
    """An endpoint of the user's, in the hands of the test."""

    def __init__(self):
        self.factory: Any = None
        self.cancelled = 0
        self.d: Deferred[Any] = Deferred(self.cancel)

    def cancel(self, _):
        self.cancelled += 1

    def connect(self, factory):
        self.factory = factory
        return self.d

    def accept(self, wire):
        protocol = self.factory.buildProtocol(None)
        protocol.makeConnection(wire)
        self.d.callback(protocol)
        return protocol


class EndpointTests(SynchronousTestCase):
    """With ``connect=``: Tor, Unix sockets, tests."""

    def setUp(self):
        self.endpoint = Endpoint()
        self.asked: list[tuple[str, int]] = []
        self.shown: list[Any] = []
        self.stage = Stage(connect=self.connect, policy=self.shown.append)

    def connect(self, host, port):
        self.asked.append((host, port))
        return self.endpoint

    def test_endpoint_replaces_look_up_and_policy(self):
        """The notifications carry the host."""
        self.stage.open("x.onion", 81)
        wire = Wire()
        self.endpoint.accept(wire)
        self.assertEqual(self.asked, [("x.onion", 81)])
        self.assertEqual(self.stage.news, [(20, "x.onion"), (21, "x.onion")])
        self.assertEqual(self.stage.results, self.stage.lines)
        self.assertEqual(self.stage.lines[0].address, "x.onion")
        self.assertEqual((self.shown, self.stage.resolver.asked), ([], []))
        self.assertTrue(wire.no_delay)
        self.assertEqual(self.stage.reactor.tcpClients, [])

    def test_slow_endpoint_ends_by_the_connect_limit(self):
        """Its Deferred is cancelled."""
        self.stage.open(limits=Limits(connect=2))
        self.stage.reactor.advance(2)
        self.assertIsInstance(self.stage.results[0], errors.Timeout)
        self.assertIn("connecting to h:80", self.stage.results[0].message)
        self.assertEqual(self.endpoint.cancelled, 1)
        self.assertEqual(self.stage.timers, 0)

    def test_cancelled_endpoint_is_cancelled(self):
        """A protocol that it asks for afterwards aborts."""
        opening = self.stage.open()
        opening.cancel()
        self.assertEqual(self.endpoint.cancelled, 1)
        wire = Wire()
        self.endpoint.factory.buildProtocol(None).makeConnection(wire)
        self.assertTrue(wire.aborted)
        self.assertEqual((self.stage.results, self.stage.timers), ([], 0))
        self.assertEqual(self.stage.lines, [])

    def test_cancelled_inside_each_notification_goes_no_further(self):
        """The endpoint is not asked, or its connection aborted and not cancelled."""
        for kind in (20, 21):
            self.setUp()
            self.stage.on[kind] = self.stage.cancel
            self.stage.open()
            if kind == 20:
                self.assertEqual(self.asked, [])
            else:
                wire = Wire()
                self.endpoint.accept(wire)
                self.assertTrue(wire.aborted)
                self.assertEqual(self.endpoint.cancelled, 0)
            self.assertEqual((self.stage.results, self.stage.timers), ([], 0))

    def test_failures_of_an_endpoint_are_translated(self):
        """What it means is known, whatever the exception is."""
        for raised, expected, words in (
            (net.ConnectionRefusedError(), errors.CannotConnect, "connection refused"),
            (net.DNSLookupError("no such host"), errors.NameNotResolved, "no such"),
            (ValueError("SOCKS: forbidden"), errors.CannotConnect, "SOCKS: forbidden"),
            (errors.Timeout("mine"), errors.Timeout, "mine"),
        ):
            self.setUp()
            self.stage.open()
            self.endpoint.d.errback(raised)
            (error,) = self.stage.results
            self.assertIs(type(error), expected)
            self.assertIn(words, error.message)
            if not isinstance(raised, errors.InternetError):
                self.assertIs(error.__cause__, raised)
                self.assertIn("h:80", error.message)

    def test_factory_or_endpoint_that_raises_is_translated(self):
        """As if its Deferred had failed."""

        def broken(host, port):
            raise OSError(errno.EMFILE, "Too many open files")

        stage = Stage(connect=broken)
        stage.open()
        self.assertIs(type(stage.results[0]), errors.CannotConnect)
        self.assertIn("too many open files", stage.results[0].message)

    def test_endpoint_that_has_failed_already_ends_it_at_once(self):
        """Within start."""
        self.endpoint.d = fail(net.ConnectionRefusedError())
        self.stage.open()
        self.assertIsInstance(self.stage.results[0], errors.CannotConnect)
        self.assertEqual(self.stage.timers, 0)

    def test_endpoint_that_connects_within_the_call_is_done_at_once(self):
        """A test's endpoint may."""
        wire = Wire()

        class Instant:
            def connect(self, factory):
                protocol = factory.buildProtocol(None)
                protocol.makeConnection(wire)
                return succeed(protocol)

        self.endpoint = Instant()  # type: ignore[assignment]  # as good
        self.stage.open()
        self.assertEqual(self.stage.results, self.stage.lines)
        self.assertFalse(wire.aborted)
        self.assertEqual(self.stage.timers, 0)

    def test_endpoint_whose_cancelling_fails_is_logged(self):
        """The opening ends all the same."""

        def broken(_):
            raise ZeroDivisionError

        self.endpoint.d = Deferred(broken)
        opening = self.stage.open()
        opening.cancel()
        self.assertTrue(opening.over)
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)

    def test_twisted_endpoint_cancelled_inside_connected_is_closed(self):
        """Its Deferred can neither be cancelled then, nor fire twice."""
        stage: Any = Stage(
            connect=lambda _host, port: TCP4ClientEndpoint(stage.reactor, V4[0], port)
        )
        stage.on[21] = stage.cancel
        stage.open()
        self.assertTrue(stage.accept().aborted)
        self.assertEqual(stage.results, [])

    def test_builder_that_fails_under_a_twisted_endpoint_ends_it(self):
        """Its connection is aborted, and nothing is logged."""
        stage: Any = Stage(
            connect=lambda _host, port: TCP4ClientEndpoint(stage.reactor, V4[0], port)
        )
        self.patch(stage, "build", lambda: 1 / 0)
        stage.open()
        self.assertTrue(stage.accept().aborted)
        self.assertIsInstance(stage.results[0], errors.InternalError)

    def test_tls_goes_over_an_endpoint(self):
        """Limits and closing as on TCP of our own."""
        self.stage.open(tls=believed(), limits=Limits(tls=3))
        wire = Wire()
        self.endpoint.accept(wire)
        self.assertEqual(self.stage.current.phase, "in the TLS handshake")
        self.assertNotEqual(wire.value(), b"")
        self.stage.reactor.advance(3)
        self.assertIsInstance(self.stage.results[0], errors.Timeout)
        self.assertTrue(wire.aborted)
        self.assertEqual([k for k, _ in self.stage.news], [20, 21, 50, 51])

    def test_lines_of_endpoints_belong_to_their_owner_when_handed_over(self):
        """Data and loss reach the line."""
        self.stage.open()
        protocol = self.endpoint.accept(Wire())
        protocol.dataReceived(b"x")
        protocol.connectionLost(Failure(net.ConnectionDone()))
        (line,) = self.stage.results
        self.assertIsInstance(line, Talker)
        self.assertEqual((line.received, len(line.losses)), (b"x", 1))


class RetentionTests(SynchronousTestCase):
    """What a long-lived connection keeps of the request it was opened for."""

    def forgotten(self, stage, **kwargs):
        """Open a line; tell whether the opening is gone while the line lives."""
        opening = stage.opening(**kwargs)
        seen = weakref.ref(opening)
        opening.start()
        del opening, stage.current
        return seen

    def test_plain_line_keeps_nothing(self):
        """Neither does Twisted's connector behind it, nor one that lost."""
        stage = Stage({"h": V4})
        seen = self.forgotten(stage)
        stage.reactor.advance(0.25)
        stage.accept(1)
        self.assertEqual(stage.results, stage.lines)
        gc.collect()
        self.assertIsNone(seen())

    def test_tls_layer_keeps_nothing(self):
        """Only its creator, which can explain what happens later."""
        stage = Stage({"h": V4})
        seen = self.forgotten(stage, tls=believed())
        stage.accept()
        stage.lines[0].handshakeCompleted()
        self.assertEqual(stage.results, stage.lines)
        gc.collect()
        self.assertIsNone(seen())

    def test_endpoint_of_the_users_keeps_nothing(self):
        """Though it may keep the factory it was given."""
        endpoint = Endpoint()
        stage = Stage(connect=lambda _host, _port: endpoint)
        seen = self.forgotten(stage)
        endpoint.accept(Wire())
        self.assertEqual(stage.results, stage.lines)
        gc.collect()
        self.assertIsNone(seen())


class ConnectorTests(SynchronousTestCase):
    """What is checked when a session begins."""

    def test_opening_is_made_without_traffic(self):
        """Nothing happens before start."""
        stage = Stage({"h": V4})
        opening = stage.opening()
        self.assertIsInstance(stage.connector, Connector)
        self.assertFalse(opening.over)
        self.assertEqual((stage.news, stage.tried), ([], []))
