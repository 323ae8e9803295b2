"""Names into addresses: shared, remembered, in the system's words."""

from __future__ import annotations

import socket
import threading
from ipaddress import ip_address
from typing import Any

from twisted.internet.address import UNIXAddress
from twisted.internet.defer import CancelledError, succeed
from twisted.internet.interfaces import IResolverSimple
from twisted.internet.testing import MemoryReactorClock
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from tests.net.openings import Resolver, addresses
from tests.net.test_threads import Letterbox
from twinet import errors
from twinet._net import names as module
from twinet._net.names import Names
from twinet._net.threads import Threads


class Reactor(Letterbox, MemoryReactorClock):
    """Time by hand, and threads."""

    def __init__(self):
        Letterbox.__init__(self)
        MemoryReactorClock.__init__(self)


class NamesTests(SynchronousTestCase):
    """With a resolver that was given."""

    def setUp(self):
        self.reactor: Any = Reactor()
        self.threads = Threads(self.reactor, name=self.id())
        self.resolver = Resolver()
        self.names = Names(self.reactor, self.threads, self.resolver)

    def test_literal_is_what_an_address_spells(self):
        """In brackets too; an IPv4-mapped address is the IPv4 address it reaches."""
        for host, expected in (
            ("127.0.0.1", "127.0.0.1"),
            ("::1", "::1"),
            ("[::1]", "::1"),
            ("fe80::1%eth0", "fe80::1%eth0"),
            ("::ffff:10.0.0.1", "10.0.0.1"),
        ):
            self.assertEqual(str(Names.literal(host)), expected)
        for host in ("localhost", "127.1", "1.2.3.4.5", "[h]", "", "0x7f.0.0.1"):
            self.assertIsNone(Names.literal(host))

    def test_literal_is_new_once(self):
        """To each of these objects."""
        self.assertIsNone(self.names.spelled("::1"))
        found = self.names.remember("::1", ip_address("::1"))
        self.assertEqual(found, (ip_address("::1"),))
        self.assertIs(self.names.spelled("::1"), found)
        self.assertIsNone(self.names.spelled("127.0.0.1"))
        self.assertIsNone(Names(self.reactor, self.threads).spelled("::1"))

    def test_literals_are_not_remembered_without_bound(self):
        """Who goes through a whole network keeps the last few thousand."""
        for n in range(module.LITERALS_KEPT + 100):
            self.names.remember(str(n), ip_address(n))
        self.assertEqual(len(self.names._spelled), module.LITERALS_KEPT)
        self.assertIsNone(self.names.spelled("99"))
        self.assertEqual(self.names.spelled("100"), (ip_address(100),))

    def test_answer_is_told_in_order_without_doubles(self):
        """And then known for a minute."""
        d = self.names.look_up("h")
        self.assertNoResult(d)
        self.assertIsNone(self.names.known("h"))
        self.resolver.asked[0].answer("fd00::1", "10.0.0.1", "fd00::1", "10.0.0.2")
        expected = addresses("fd00::1", "10.0.0.1", "10.0.0.2")
        self.assertEqual(self.successResultOf(d), expected)
        self.reactor.advance(59.9)
        self.assertEqual(self.names.known("h"), expected)
        self.reactor.advance(0.1)
        self.assertIsNone(self.names.known("h"))

    def test_forgotten_answers_are_not_known(self):
        """The cache is empty."""
        self.resolver.book["h"] = ["10.0.0.1"]
        self.successResultOf(self.names.look_up("h"))
        self.names.forget()
        self.assertIsNone(self.names.known("h"))

    def test_old_answers_are_not_kept(self):
        """A daemon meets many hosts in its life."""
        for n in range(100):
            self.resolver.book[f"h{n}"] = ["10.0.0.1"]
            self.successResultOf(self.names.look_up(f"h{n}"))
            self.reactor.advance(10)
        self.assertLessEqual(len(self.names._known), 6)

    def test_concurrent_look_ups_share_one_call(self):
        """Of the same host; everybody gets the answer."""
        first, second = self.names.look_up("h"), self.names.look_up("h")
        other = self.names.look_up("i")
        self.assertEqual([r.name for r in self.resolver.asked], ["h", "i"])
        self.resolver.asked[0].answer("10.0.0.1")
        self.assertEqual(self.successResultOf(first), addresses("10.0.0.1"))
        self.assertEqual(self.successResultOf(second), addresses("10.0.0.1"))
        self.assertNoResult(other)

    def test_cancelling_one_waiter_does_not_hurt_the_others(self):
        """The call goes on for them."""
        first, second = self.names.look_up("h"), self.names.look_up("h")
        first.cancel()
        self.failureResultOf(first, errors.OperationCancelled)
        self.assertFalse(self.resolver.asked[0].cancelled)
        self.resolver.asked[0].answer("10.0.0.1")
        self.assertEqual(self.successResultOf(second), addresses("10.0.0.1"))

    def test_waiter_cancelled_by_another_that_is_told_hears_it_once(self):
        """In the middle of the telling, of an answer or of a failure."""
        for answer in (["10.0.0.1"], []):
            first: Any = self.names.look_up("h")
            second = self.names.look_up("h")
            first.addBoth(lambda _, other=second: other.cancel())
            self.resolver.asked[-1].answer(*answer)
            self.successResultOf(first)
            self.failureResultOf(second, errors.OperationCancelled)

    def test_last_waiter_cancels_the_resolver(self):
        """The next who asks starts anew; a late answer to the first is not heard."""
        d = self.names.look_up("h")
        d.cancel()
        self.failureResultOf(d, CancelledError)
        self.assertTrue(self.resolver.asked[0].cancelled)
        again = self.names.look_up("h")
        self.resolver.asked[0].answer("10.6.6.6")
        self.assertNoResult(again)
        self.resolver.asked[1].answer("10.0.0.1")
        self.assertEqual(self.successResultOf(again), addresses("10.0.0.1"))

    def test_resolver_that_cannot_cancel_is_joined_again(self):
        """Twisted's own raise NotImplementedError."""
        d = self.names.look_up("h")

        def cancel():
            raise NotImplementedError

        self.patch(self.resolver.asked[0], "cancel", cancel)
        d.cancel()
        self.failureResultOf(d, errors.OperationCancelled)
        again = self.names.look_up("h")
        self.assertEqual(len(self.resolver.asked), 1)
        self.resolver.asked[0].answer("10.0.0.1")
        self.assertEqual(self.successResultOf(again), addresses("10.0.0.1"))

    def test_resolver_that_fails_to_cancel_is_logged(self):
        """The waiter is told of the cancelling all the same."""
        d = self.names.look_up("h")
        self.patch(self.resolver.asked[0], "cancel", lambda: 1 / 0)
        d.cancel()
        self.failureResultOf(d, errors.OperationCancelled)
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)

    def test_no_address_ends_in_12007_for_each_waiter(self):
        """With errors of their own; the failure is not remembered."""
        first, second = self.names.look_up("h"), self.names.look_up("h")
        self.resolver.asked[0].answer()
        one = self.failureResultOf(first, errors.NameNotResolved).value
        two = self.failureResultOf(second, errors.NameNotResolved).value
        self.assertIsNot(one, two)
        self.assertIn("'h'", one.message)
        self.assertIsNone(self.names.known("h"))
        self.names.look_up("h")
        self.assertEqual(len(self.resolver.asked), 2)

    def test_resolver_that_raises_ends_in_12007(self):
        """The cause is kept."""
        self.patch(self.resolver, "resolveHostName", lambda *_: 1 / 0)
        error = self.failureResultOf(
            self.names.look_up("h"), errors.NameNotResolved
        ).value
        self.assertIsInstance(error.__cause__, ZeroDivisionError)

    def test_addresses_of_other_kinds_are_left_out(self):
        """A resolver may know more than the Internet."""
        d = self.names.look_up("h")
        receiver = self.resolver.asked[0].receiver
        receiver.addressResolved(UNIXAddress(b"/x"))
        self.resolver.asked[0].answer("10.0.0.1")
        self.assertEqual(self.successResultOf(d), addresses("10.0.0.1"))

    def test_international_name_is_asked_for_in_its_ascii_form(self):
        """By IDNA 2008 with UTS 46, not by Python's own codec."""
        self.names.look_up("Straße.example")
        self.assertEqual(self.resolver.asked[0].name, "xn--strae-oqa.example")

    def test_host_that_cannot_be_a_name_is_not_asked_for(self):
        """A NUL ends the name in the system's eyes: another host would be asked."""
        for host in ("", "a b", "good\0evil", "a\n", "\x7f", "ü\0", "xn--\xfc" * 99):
            error = self.failureResultOf(
                self.names.look_up(host), errors.NameNotResolved
            ).value
            self.assertIn(repr(host), error.message)
        self.assertEqual(self.resolver.asked, [])


class InstalledResolverTests(SynchronousTestCase):
    """Which resolver is asked when none was given."""

    def look_up(self, reactor):
        names = Names(reactor, Threads(reactor, name=self.id()))
        return names.look_up("h")

    def test_resolver_installed_in_the_reactor_is_asked(self):
        """The program wants it so."""
        reactor: Any = Reactor()
        reactor.installNameResolver(Resolver({"h": ["10.0.0.7"]}))
        self.assertEqual(
            self.successResultOf(self.look_up(reactor)), addresses("10.0.0.7")
        )

    def test_resolver_of_the_old_kind_is_asked_too(self):
        """Twisted wraps it in a class of its own."""
        from twisted.internet._resolver import (  # noqa: PLC0415
            SimpleResolverComplexifier,
        )

        @implementer(IResolverSimple)
        class Old:
            def getHostByName(self, name, timeout=()):
                return succeed("10.0.0.8")

        reactor: Any = Reactor()
        reactor.installNameResolver(SimpleResolverComplexifier(Old()))
        self.assertEqual(
            self.successResultOf(self.look_up(reactor)), addresses("10.0.0.8")
        )


class SystemTests(SynchronousTestCase):
    """With ``getaddrinfo`` in threads."""

    def setUp(self):
        self.reactor: Any
        self.reactor = Reactor()
        self.reactor.nameResolver = None
        self.threads = Threads(self.reactor, limit=1, name=self.id())
        self.names = Names(self.reactor, self.threads)
        self.calls: list[tuple[Any, ...]] = []
        self.asked = threading.Event()
        self.gate = threading.Event()
        self.gate.set()
        self.rows: Any = [(socket.AF_INET, 1, 6, "", ("10.0.0.1", 0))]
        self.patch(socket, "getaddrinfo", self.getaddrinfo)
        self.addCleanup(self.gate.set)

    def getaddrinfo(self, host, port, family, kind, proto, flags):
        self.calls.append((host, family, kind, flags))
        self.asked.set()
        self.assertTrue(self.gate.wait(20))
        rows = self.rows(flags) if callable(self.rows) else self.rows
        if isinstance(rows, Exception):
            raise rows
        return rows

    def look_up(self, host="h"):
        d = self.names.look_up(host)
        self.reactor.turn()
        return d

    def test_system_is_asked_for_both_families_in_its_order(self):
        """Doubles are left out, zones are kept."""
        self.rows = [
            (socket.AF_INET6, 1, 6, "", ("fd00::1", 0, 0, 0)),
            (socket.AF_INET, 1, 6, "", ("10.0.0.1", 0)),
            (socket.AF_INET, 2, 17, "", ("10.0.0.1", 0)),
            (socket.AF_INET6, 1, 6, "", ("fe80::1", 0, 0, 3)),
            (socket.AF_INET6, 1, 6, "", ("fe80::2%eth0", 0, 0, 3)),
            (socket.AF_INET6, 1, 6, "", ("::ffff:10.0.0.1", 0, 0, 0)),
            (socket.AF_UNIX, 1, 6, "", "x"),
        ]
        self.assertEqual(
            self.successResultOf(self.look_up()),
            addresses("fd00::1", "10.0.0.1", "fe80::1%3", "fe80::2%eth0"),
        )
        self.assertEqual(
            self.calls,
            [(b"h", socket.AF_UNSPEC, socket.SOCK_STREAM, socket.AI_ADDRCONFIG)],
        )

    def test_local_names_are_asked_for_without_regard_to_the_network(self):
        """A machine without network has a loopback all the same."""
        for host in ("localhost", "LOCALHOST", "a.localhost", "localhost."):
            self.successResultOf(self.look_up(host))
        self.assertEqual({call[3] for call in self.calls}, {0})

    def test_name_of_another_family_is_asked_for_again(self):
        """It is there; connecting will say why it does not work."""
        self.rows = lambda flags: (
            socket.gaierror(socket.EAI_NODATA, "No address associated")
            if flags
            else [(socket.AF_INET, 1, 6, "", ("10.0.0.1", 0))]
        )
        self.assertEqual(self.successResultOf(self.look_up()), addresses("10.0.0.1"))

    def test_failure_is_told_in_the_systems_words_and_not_remembered(self):
        """Asked once: a name that does not exist is not asked for again."""
        self.rows = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        error = self.failureResultOf(self.look_up(), errors.NameNotResolved).value
        self.assertIn("name or service not known", error.message)
        self.assertIsInstance(error.__cause__, socket.gaierror)
        self.assertEqual(len(self.calls), 1)
        self.failureResultOf(self.look_up(), errors.NameNotResolved)

    def test_running_call_that_nobody_waits_for_is_joined(self):
        """Else a dead name would fill all threads."""
        self.gate.clear()
        d = self.names.look_up("h")
        self.assertTrue(self.asked.wait(20))
        d.cancel()
        self.failureResultOf(d, errors.OperationCancelled)
        again = self.names.look_up("h")
        self.gate.set()
        self.reactor.turn()
        self.assertEqual(self.successResultOf(again), addresses("10.0.0.1"))
        self.assertEqual(len(self.calls), 1)

    def test_running_call_that_nobody_waits_for_is_remembered(self):
        """The next who asks need not wait."""
        self.gate.clear()
        d = self.names.look_up("h")
        self.assertTrue(self.asked.wait(20))
        d.cancel()
        self.failureResultOf(d, errors.OperationCancelled)
        self.gate.set()
        self.reactor.turn()
        self.assertEqual(self.names.known("h"), addresses("10.0.0.1"))

    def test_queued_call_that_nobody_waits_for_is_not_made(self):
        """And the next who asks is not deceived by it."""
        self.gate.clear()
        first = self.names.look_up("a")
        queued = self.names.look_up("h")
        queued.cancel()
        self.failureResultOf(queued, errors.OperationCancelled)
        self.gate.set()
        self.reactor.turn()
        self.reactor.turn()
        self.successResultOf(first)
        self.assertEqual([call[0] for call in self.calls], [b"a"])
        self.assertEqual(self.successResultOf(self.look_up()), addresses("10.0.0.1"))

    def test_who_asks_after_the_thread_found_nobody_waiting_gets_an_answer(self):
        """The thread's word is old when it arrives."""
        self.gate.clear()
        self.names.look_up("a")
        queued = self.names.look_up("h")
        queued.cancel()
        self.failureResultOf(queued, errors.OperationCancelled)
        self.gate.set()
        self.reactor.turn()
        letter = self.reactor.letters.get(timeout=20)  # not yet delivered
        late = self.names.look_up("h")
        self.reactor.letters.put(letter)
        self.reactor.turn()
        self.reactor.turn()
        self.assertEqual(self.successResultOf(late), addresses("10.0.0.1"))

    def test_closed_threads_end_every_look_up(self):
        """One in progress and one that comes later."""
        self.gate.clear()
        d = self.names.look_up("h")
        self.threads.close()
        self.failureResultOf(d, errors.Shutdown)
        self.failureResultOf(self.names.look_up("i"), errors.Shutdown)
