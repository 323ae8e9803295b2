"""Many limits, one timer."""

from __future__ import annotations

import random
from math import inf
from typing import TYPE_CHECKING, Any

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from twinet._net.deadlines import Deadlines

if TYPE_CHECKING:
    from collections.abc import Callable


class CountingClock(Clock):
    """Counts how often a timer was set or moved."""

    settings = 0

    def callLater(self, delay, callable, *args, **kw):  # noqa: A002
        self.settings += 1
        call: Any = super().callLater(delay, callable, *args, **kw)
        reset = call.reset

        def counted(seconds):
            self.settings += 1
            reset(seconds)

        call.reset = counted
        return call


class Item:
    """Notes when it expired; may then do something."""

    deadline: float | None = None

    def __init__(self, log, clock, name="", then: Callable[[], object] | None = None):
        self.log = log
        self.clock = clock
        self.name = name
        self.then = then

    def expired(self):
        self.log.append((self.clock.seconds(), self.name))
        if self.then is not None:
            self.then()


class DeadlinesTests(SynchronousTestCase):
    """What a set of limits does as time goes by."""

    def setUp(self):
        self.clock = CountingClock()
        self.deadlines = Deadlines(self.clock)
        self.log: list[tuple[float, str]] = []

    def item(self, name="", then=None):
        return Item(self.log, self.clock, name, then)

    def timers(self):
        return [call.getTime() for call in self.clock.getDelayedCalls()]

    def test_set_item_expires_exactly_then(self):
        """Not a moment before, not one after."""
        item = self.item("a")
        self.deadlines.set(item, 2.5)
        self.clock.advance(2.4999)
        self.assertEqual(self.log, [])
        self.clock.advance(0.0001)
        self.assertEqual(self.log, [(2.5, "a")])
        self.assertIsNone(item.deadline)

    def test_several_items_expire_in_order_of_their_times(self):
        """Whatever the order of setting; equal times keep that order."""
        for name, seconds in (("c", 3.0), ("a", 1.0), ("b", 1.0), ("d", 0.5)):
            self.deadlines.set(self.item(name), seconds)
        self.clock.pump([0.25] * 20)
        self.assertEqual(self.log, [(0.5, "d"), (1.0, "a"), (1.0, "b"), (3.0, "c")])

    def test_late_turn_expires_all_that_are_due_by_time(self):
        """A reactor that was busy for long gets the order right all the same."""
        for name, seconds in (("c", 3.75), ("b", 3.5), ("a", 1.0)):
            self.deadlines.set(self.item(name), seconds)
        self.clock.advance(10)
        self.assertEqual([name for _, name in self.log], ["a", "b", "c"])

    def test_cleared_item_does_not_expire(self):
        """Clearing is enough, and clearing twice does no harm."""
        item = self.item()
        self.deadlines.set(item, 1)
        self.deadlines.clear(item)
        self.deadlines.clear(item)
        self.assertIsNone(item.deadline)
        self.clock.advance(5)
        self.assertEqual(self.log, [])

    def test_many_items_share_one_timer(self):
        """It stands at the earliest."""
        for seconds in (9, 7, 5, 8):
            self.deadlines.set(self.item(), seconds)
        self.assertEqual(self.timers(), [5])

    def test_deadline_pushed_later_moves_no_timer(self):
        """The hot path: a limit that starts anew with each piece of data."""
        item = self.item("a")
        self.deadlines.set(item, 10)
        for _ in range(100):
            self.clock.advance(0.05)
            self.deadlines.set(item, 10)
        self.assertEqual(self.clock.settings, 1)
        self.clock.pump([0.25] * 100)
        self.assertEqual([name for _, name in self.log], ["a"])
        self.assertAlmostEqual(self.log[0][0], 15.0, places=6)
        self.assertEqual(self.clock.settings, 2)

    def test_deadline_moved_earlier_is_kept(self):
        """Also into an earlier second than it was in."""
        item = self.item("a")
        self.deadlines.set(item, 60)
        self.deadlines.set(item, 0.5)
        self.clock.advance(0.5)
        self.assertEqual(self.log, [(0.5, "a")])
        self.clock.advance(100)
        self.assertEqual(len(self.log), 1)

    def test_empty_set_leaves_no_timer_after_the_next_firing(self):
        """One firing in vain, then silence."""
        item = self.item()
        self.deadlines.set(item, 3)
        self.deadlines.clear(item)
        self.assertEqual(self.timers(), [3])
        self.clock.advance(3)
        self.assertEqual(self.timers(), [])

    def test_expired_item_may_set_itself_again(self):
        """A limit that repeats."""
        item: Any = self.item("a", lambda: self.deadlines.set(item, 1))
        self.deadlines.set(item, 1)
        self.clock.pump([1, 1, 1])
        self.assertEqual(self.log, [(1, "a"), (2, "a"), (3, "a")])

    def test_expired_item_set_to_now_does_not_starve_the_reactor(self):
        """It comes again in another turn, not in the same one for ever."""
        times = []

        def again():
            times.append(1)
            if len(times) < 3:
                self.deadlines.set(item, 0)

        item: Any = self.item("a", again)
        self.deadlines.set(item, 1)
        self.clock.advance(1)
        self.clock.advance(0)
        self.clock.advance(0)
        self.assertEqual(len(self.log), 3)

    def test_expired_item_may_clear_and_push_others_that_are_due(self):
        """These do not expire with it."""
        cleared, pushed = self.item("cleared"), self.item("pushed")

        def act():
            self.deadlines.clear(cleared)
            self.deadlines.set(pushed, 2)

        for item in (self.item("first", act), cleared, pushed):
            self.deadlines.set(item, 1)
        self.clock.advance(1)
        self.assertEqual(self.log, [(1, "first")])
        self.clock.advance(2)
        self.assertEqual(self.log, [(1, "first"), (3, "pushed")])

    def test_expired_item_may_set_another_earlier(self):
        """The timer follows."""
        other = self.item("other")
        self.deadlines.set(other, 100)
        self.deadlines.set(self.item("a", lambda: self.deadlines.set(other, 1)), 5)
        self.clock.advance(5)
        self.clock.advance(1)
        self.assertEqual(self.log, [(5, "a"), (6, "other")])

    def test_item_that_raises_is_logged_and_hurts_no_other(self):
        """Neither one due at the same time nor a later one."""

        def fail():
            raise ZeroDivisionError

        self.deadlines.set(self.item("bad", fail), 1)
        self.deadlines.set(self.item("b"), 1)
        self.deadlines.set(self.item("c"), 2)
        self.clock.advance(1)
        self.clock.advance(1)
        self.assertEqual(self.log, [(1, "bad"), (1, "b"), (2, "c")])
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)

    def test_rounding_does_not_make_the_timer_late(self):
        """2.4 + (7.3 - 2.4) is a last bit more than 7.3."""
        self.deadlines.set(self.item("a"), 7.3)
        self.deadlines.set(self.item("b"), 2.4)
        self.clock.advance(2.4)
        self.clock.rightNow = 7.3
        self.clock.advance(0)
        self.assertEqual(self.log, [(2.4, "b"), (7.3, "a")])

    def test_infinite_time_is_no_limit(self):
        """Set anew or pushed there."""
        fresh, pushed = self.item(), self.item()
        self.deadlines.set(fresh, inf)
        self.deadlines.set(pushed, 1)
        self.deadlines.set(pushed, inf)
        self.clock.advance(1e9)
        self.assertEqual(self.log, [])
        self.assertEqual(self.timers(), [])

    def test_closed_set_has_no_timer_and_takes_no_item(self):
        """Items are freed of their deadlines."""
        item, late = self.item(), self.item()
        self.deadlines.set(item, 1)
        self.deadlines.close()
        self.assertEqual(self.timers(), [])
        self.deadlines.set(late, 1)
        self.deadlines.clear(item)
        self.deadlines.close()
        self.clock.advance(10)
        self.assertEqual(self.log, [])
        self.assertIsNone(item.deadline)
        self.assertIsNone(late.deadline)

    def test_set_closed_by_an_expired_item_ends_there(self):
        """Nothing that was due with it expires."""
        self.deadlines.set(self.item("a", self.deadlines.close), 1)
        self.deadlines.set(self.item("b"), 1)
        self.clock.advance(1)
        self.assertEqual(self.log, [(1, "a")])
        self.assertEqual(self.timers(), [])

    def test_thousands_of_random_settings_end_as_a_plain_model_says(self):
        """Set, push, pull, clear: each item expires at its last deadline, once."""
        dice = random.Random(4)
        items = [self.item(str(n)) for n in range(40)]
        model: dict[Item, float] = {}
        expected: list[tuple[float, str]] = []
        for _ in range(4000):
            item = dice.choice(items)
            if dice.random() < 0.3:
                self.deadlines.clear(item)
                model.pop(item, None)
            else:
                seconds = dice.choice([0.1, 0.3, 1.7, 30.0, dice.random() * 5])
                self.deadlines.set(item, seconds)
                model[item] = self.clock.seconds() + seconds
            target = self.clock.seconds() + dice.random() * 0.2
            due = sorted((at, i.name) for i, at in model.items() if at <= target)
            for at, _name in due:
                # from deadline to deadline, exactly, as the reactor's timer would
                self.clock.advance(0)
                self.clock.rightNow = max(at, self.clock.rightNow)
                self.clock.advance(0)
            expected.extend(due)
            for item in [i for i, at in model.items() if at <= target]:
                del model[item]
            self.clock.rightNow = target
            self.clock.advance(0)
            self.assertLessEqual(len(self.timers()), 1)
        self.assertEqual(self.log, expected)
        self.assertGreater(len(expected), 500)
