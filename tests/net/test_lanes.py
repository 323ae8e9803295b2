"""Lanes: the order of what is told elsewhere, and the veto."""

from __future__ import annotations

import threading
from functools import partial
from typing import Any

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from twinet._net.deliveries import PoolDelivery, QueueDelivery
from twinet._net.lanes import VETO, Lane
from twinet.errors import InvalidParameter
from twinet.status import (
    ConnectingToServer,
    HandleCreated,
    NameResolved,
    Redirect,
    ResolvingName,
)


class Owner:
    """Stands for a handle."""


class Reactor(Clock):
    """A clock whose foreign threads are heard when the test says so."""

    running = True

    def __init__(self) -> None:
        super().__init__()
        self.foreign: list[Any] = []

    def callFromThread(self, f: Any, *args: Any) -> None:
        self.foreign.append((f, args))

    def hear(self) -> None:
        while self.foreign:
            f, args = self.foreign.pop(0)
            f(*args)


class VetoingQueue(QueueDelivery):
    """A queue whose listeners have a veto, as a pool's have: told by hand."""

    vetoes = True


class LaneTests(SynchronousTestCase):
    """One entry at a time, in order, whoever asks."""

    def test_tell_runs_the_entries_in_order_one_for_each_call(self) -> None:
        """Each call stands for one entry; a call too many does nothing."""
        lane = Lane()
        seen: list[int] = []
        for number in range(3):
            lane.put(partial(seen.append, number), lasting=False)
        self.assertEqual([lane.tell() for _ in range(4)], [1, 1, 1, 0])
        self.assertEqual(seen, [0, 1, 2])

    def test_tell_inside_an_entry_leaves_it_to_the_one_that_runs(self) -> None:
        """Nested calls come after the running entry, on the same stack level."""
        lane, seen = Lane(), []

        def first() -> None:
            seen.append("first begins")
            self.assertEqual(lane.tell(), 0)
            self.assertEqual(lane.tell(), 0)
            seen.append("first ends")

        lane.put(first, lasting=False)
        lane.put(lambda: seen.append("second"), lasting=False)
        lane.put(lambda: seen.append("third"), lasting=False)
        self.assertEqual(lane.tell(), 3)
        self.assertEqual(seen, ["first begins", "first ends", "second", "third"])

    def test_tell_from_many_threads_is_never_two_at_once(self) -> None:
        """A hundred entries told from eight threads keep their order."""
        lane, seen, inside = Lane(), [], []

        def entry(number: int) -> None:
            inside.append(number)
            self.assertEqual(len(inside), 1)
            seen.append(number)
            inside.pop()

        for number in range(400):
            lane.put(partial(entry, number), lasting=False)
        threads = [
            threading.Thread(target=lambda: [lane.tell() for _ in range(50)])
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        self.assertEqual(seen, list(range(400)))

    def test_drop_passing_leaves_what_lasts(self) -> None:
        """What the closing of a handle leaves is what was marked."""
        lane, seen = Lane(), []
        lane.put(lambda: seen.append("news"), lasting=False)
        lane.put(lambda: seen.append("end"), lasting=True)
        lane.drop_passing()
        self.assertEqual((lane.tell(), lane.tell()), (1, 0))
        self.assertEqual(seen, ["end"])


class VoiceCase(SynchronousTestCase):
    """A voice whose listener is called from a queue."""

    delivery: QueueDelivery

    def setUp(self) -> None:
        self.reactor = Reactor()
        self.told: list[Any] = []
        self.owner = Owner()
        self.use(QueueDelivery())

    def use(self, delivery: QueueDelivery) -> None:
        self.delivery = delivery
        delivery.attach(self.reactor)
        self.voice = delivery.voice(self.owner, 7, self.listen)

    def listen(self, news: Any) -> None:
        self.told.append(news.status.name)


class QueueTests(VoiceCase):
    """A queue that the program empties."""

    def test_nothing_is_told_before_the_queue_is_emptied(self) -> None:
        """What happens waits, and comes in order when the program asks."""
        self.voice.emit(ResolvingName, "h")
        self.voice.emit(NameResolved, "192.0.2.1")
        self.assertEqual(self.told, [])
        self.assertEqual(len(self.delivery), 2)
        self.assertEqual(self.delivery.deliver(), 2)
        self.assertEqual(self.told, ["RESOLVING_NAME", "NAME_RESOLVED"])
        self.assertEqual(self.delivery.deliver(), 0)

    def test_two_handles_come_in_the_order_of_what_happened(self) -> None:
        """The queue is one for all handles of the session."""
        other = self.delivery.voice(Owner(), 8, lambda news: self.told.append("other"))
        self.voice.emit(ResolvingName, "h")
        other.emit(ResolvingName, "i")
        self.voice.emit(NameResolved, "192.0.2.1")
        self.delivery.deliver()
        self.assertEqual(self.told, ["RESOLVING_NAME", "other", "NAME_RESOLVED"])

    def test_emptied_inside_a_callback_the_own_news_wait_for_its_return(self) -> None:
        """Never two at once for a handle; other handles are told meanwhile."""
        other = self.delivery.voice(Owner(), 8, lambda news: self.told.append("other"))

        def nested(news: Any) -> None:
            self.told.append(f"{news.status.name} begins")
            if news.status.name == "RESOLVING_NAME":
                self.delivery.deliver()
            self.told.append(f"{news.status.name} ends")

        self.voice.listener = nested
        self.voice.emit(ResolvingName, "h")
        self.voice.emit(NameResolved, "192.0.2.1")
        other.emit(ResolvingName, "i")
        # The third was told by the call inside.
        self.assertEqual(self.delivery.deliver(), 2)
        self.assertEqual(
            self.told,
            [
                "RESOLVING_NAME begins",
                "other",
                "RESOLVING_NAME ends",
                "NAME_RESOLVED begins",
                "NAME_RESOLVED ends",
            ],
        )

    def test_deliver_waits_for_the_first_and_no_longer_than_asked(self) -> None:
        """With a timeout it blocks until something happens, or the time is over."""
        self.assertEqual(self.delivery.deliver(0.01), 0)
        timer = threading.Timer(0.02, lambda: self.voice.emit(ResolvingName, "h"))
        timer.start()
        self.assertEqual(self.delivery.deliver(10), 1)
        timer.join()

    def test_the_completion_is_queued_and_the_deferred_does_not_wait(self) -> None:
        """Design 4.3: 100 is enqueued first, then the Deferred fires."""
        seen: list[str] = []
        self.voice.settle(lambda: seen.append("fired"), True, None)
        self.assertEqual((seen, len(self.delivery)), (["fired"], 1))
        self.delivery.deliver()
        self.assertEqual(self.told, ["REQUEST_COMPLETE"])

    def test_closing_drops_what_was_not_told_but_birth_and_end(self) -> None:
        """What happened before the close is not told after it."""
        self.voice.emit(HandleCreated, self.owner, self.owner)
        self.voice.emit(ResolvingName, "h")
        self.voice.emit(ConnectingToServer, "192.0.2.1")
        self.voice.hush()
        self.voice.tell_closed()
        self.voice.settle(lambda: None, None, ValueError())
        self.voice.farewell(lambda: None)
        self.delivery.deliver()
        self.assertEqual(
            self.told,
            [
                "HANDLE_CREATED",
                "CLOSING_CONNECTION",
                "CONNECTION_CLOSED",
                "REQUEST_COMPLETE",
                "HANDLE_CLOSING",
            ],
        )

    def test_closing_without_a_pending_call_drops_nothing(self) -> None:
        """What a call told that has ended was told in time."""
        self.voice.emit(ResolvingName, "h")
        self.voice.hush(cancelled=False)
        self.voice.farewell(lambda: None)
        self.delivery.deliver()
        self.assertEqual(self.told, ["RESOLVING_NAME", "HANDLE_CLOSING"])

    def test_a_callback_that_was_taken_away_hears_nothing_more(self) -> None:
        """Removing it acts on what is on its way; a new one gets the rest."""
        self.voice.emit(ResolvingName, "h")
        self.voice.listener = None
        self.delivery.deliver()
        self.assertEqual(self.told, [])
        self.voice.listener = self.listen
        self.voice.emit(NameResolved, "192.0.2.1")
        self.voice.listener = lambda news: self.told.append("new")
        self.delivery.deliver()
        self.assertEqual(self.told, ["new"])

    def test_a_callback_that_raises_is_logged_and_hurts_nobody(self) -> None:
        """The next notification comes all the same."""

        def broken(news: Any) -> None:
            self.told.append(news.status.name)
            raise ZeroDivisionError

        self.voice.listener = broken
        self.voice.emit(ResolvingName, "h")
        self.voice.emit(NameResolved, "192.0.2.1")
        self.delivery.deliver()
        self.assertEqual(self.told, ["RESOLVING_NAME", "NAME_RESOLVED"])
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 2)

    def test_wake_is_called_for_each_and_its_fault_is_logged(self) -> None:
        """A program's loop learns that there is something to do."""
        woken: list[int] = []

        def wake() -> None:
            woken.append(len(self.delivery))
            raise ZeroDivisionError

        self.use(QueueDelivery(wake))
        self.voice.emit(ResolvingName, "h")
        self.assertEqual(woken, [1])
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        self.assertEqual(self.delivery.deliver(), 1)

    def test_without_a_veto_the_redirect_is_followed_at_once(self) -> None:
        """Nobody can tell when a queue will be emptied."""
        seen: list[str] = []
        self.voice.emit(Redirect, "http://h/")
        self.voice.hold(lambda: seen.append("followed"), lambda: seen.append("late"))
        self.assertEqual(seen, ["followed"])

    def test_a_delivery_serves_one_reactor(self) -> None:
        """Two sessions may share it, on the same reactor."""
        self.delivery.attach(self.reactor)
        error = self.assertRaises(InvalidParameter, self.delivery.attach, Reactor())
        self.assertIn("make another one", str(error))


class VetoTests(VoiceCase):
    """A redirect is held until its listener has returned."""

    def setUp(self) -> None:
        super().setUp()
        self.use(VetoingQueue())
        self.steps: list[str] = []

    def hold(self) -> None:
        self.voice.emit(Redirect, "http://h/")
        self.voice.hold(
            lambda: self.steps.append("followed"), lambda: self.steps.append("late")
        )

    def test_the_redirect_is_followed_when_the_listener_has_returned(self) -> None:
        """And that on the reactor's thread."""
        self.hold()
        self.reactor.hear()
        self.assertEqual(self.steps, [])
        self.delivery.deliver()
        self.assertEqual((self.told, self.steps), (["REDIRECT"], []))
        self.reactor.hear()
        self.assertEqual(self.steps, ["followed"])
        self.assertEqual(self.reactor.getDelayedCalls(), [])

    def test_a_listener_that_does_not_return_ends_it_in_a_limit(self) -> None:
        """The other step runs, once, and the first never."""
        self.hold()
        self.reactor.advance(VETO)
        self.assertEqual(self.steps, ["late"])
        self.delivery.deliver()
        self.reactor.hear()
        self.assertEqual(self.steps, ["late"])

    def test_a_handle_that_is_closed_runs_neither_and_leaves_no_timer(self) -> None:
        """That is the veto."""
        self.voice.listener = lambda news: self.voice.hush()
        self.hold()
        self.delivery.deliver()
        self.reactor.hear()
        self.assertEqual(self.steps, [])
        self.assertEqual(self.reactor.getDelayedCalls(), [])

    def test_nobody_listens_so_nothing_is_held(self) -> None:
        """A silent handle follows at once."""
        self.voice.context = None
        self.voice.hold(lambda: self.steps.append("followed"), lambda: None)
        self.assertEqual(self.steps, ["followed"])


class PoolTests(SynchronousTestCase):
    """A pool of threads."""

    def test_a_pool_without_threads_is_refused(self) -> None:
        """Nothing would ever be told."""
        self.assertRaises(InvalidParameter, PoolDelivery, 0)

    def test_each_handle_in_order_and_slow_ones_apart(self) -> None:
        """One callback that does not return holds up its own handle only."""
        delivery = PoolDelivery(2)
        delivery.attach(Reactor())
        go_on, done = threading.Event(), threading.Event()
        told: list[tuple[str, Any]] = []

        def slow(news: Any) -> None:
            self.assertTrue(go_on.wait(10))
            told.append(("slow", news.info))
            if news.info == 2:
                done.set()

        def quick(news: Any) -> None:
            told.append(("quick", news.info))
            if news.info == 99:
                go_on.set()

        slow_owner, quick_owner = Owner(), Owner()
        first = delivery.voice(slow_owner, 1, slow)
        second = delivery.voice(quick_owner, 2, quick)
        for number in range(3):
            first.emit(ResolvingName, number)
        for number in range(100):
            second.emit(ResolvingName, number)
        self.assertTrue(done.wait(10))
        quick_told = [info for name, info in told if name == "quick"]
        self.assertEqual(quick_told, list(range(100)))
        self.assertEqual([i for n, i in told if n == "slow"], [0, 1, 2])
        self.assertEqual(told[100][0], "slow")
