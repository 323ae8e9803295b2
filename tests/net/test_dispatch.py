"""The voice of a handle: order, nesting, faults of listeners."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from twinet._net.dispatch import Voice
from twinet.status import (
    SELF,
    ConnectingToServer,
    HandleClosing,
    NameResolved,
    RequestComplete,
    ResolvingName,
    Status,
)


class Owner:
    """Stands for a handle."""


class VoiceTests(SynchronousTestCase):
    """What is said comes in order, never two at once, and hurts nobody."""

    def setUp(self) -> None:
        self.owner = Owner()
        self.told: list[tuple[str, object]] = []
        self.react: Any = lambda news: None
        self.depth = 0
        self.deepest = 0

    def listen(self, news) -> None:
        self.depth += 1
        self.deepest = max(self.deepest, self.depth)
        self.told.append((news.status.name, news.info))
        self.react(news)
        self.depth -= 1

    def voice(self, context: object = 7) -> Voice:
        return Voice(self.owner, context, self.listen)

    def test_emit_builds_the_notification_of_its_class(self) -> None:
        """Handle, context, status and payload arrive as given."""
        heard: list[Any] = []
        Voice(self.owner, 7, heard.append).emit(ResolvingName, "h")
        (news,) = heard
        self.assertIs(news.handle, self.owner)
        self.assertEqual(news.context, 7)
        self.assertIs(news.status, Status.RESOLVING_NAME)
        self.assertEqual((news.info, news.host), ("h", "h"))

    def test_self_as_context_reads_as_the_handle(self) -> None:
        """The sentinel is resolved, so that no cycle is needed."""
        heard: list[Any] = []
        voice = Voice(self.owner, SELF, heard.append)
        voice.emit(ResolvingName, "h")
        self.assertIs(heard[0].context, self.owner)
        self.assertIs(voice.context, self.owner)

    def test_context_none_or_no_listener_is_not_heard_but_zero_is(self) -> None:
        """Only None silences a handle; 0 is a value like any other."""
        self.assertFalse(Voice(self.owner, None, self.listen).heard)
        self.assertFalse(Voice(self.owner, 7, None).heard)
        self.assertTrue(Voice(self.owner, 0, self.listen).heard)

    def test_heard_follows_context_and_listener(self) -> None:
        """It is derived, whoever changes them."""
        voice = Voice(self.owner, None, None)
        voice.listener = self.listen
        self.assertFalse(voice.heard)
        voice.context = 1
        self.assertTrue(voice.heard)
        voice.listener = None
        self.assertFalse(voice.heard)

    def test_emit_inside_a_callback_is_told_after_it_has_returned(self) -> None:
        """A nested emit is queued; the outermost drains it in the same turn."""
        voice = self.voice()

        def react(news) -> None:
            if news.status is Status.RESOLVING_NAME:
                voice.emit(NameResolved, "a")
                voice.emit(ConnectingToServer, "a")
                self.assertEqual(len(self.told), 1)

        self.react = react
        voice.emit(ResolvingName, "h")
        self.assertEqual(
            [name for name, _ in self.told],
            ["RESOLVING_NAME", "NAME_RESOLVED", "CONNECTING_TO_SERVER"],
        )
        self.assertEqual(self.deepest, 1)

    def test_ten_thousand_nested_emits_do_not_grow_the_stack(self) -> None:
        """Each callback emits again; the depth stays one."""
        voice = self.voice()

        def react(news) -> None:
            if len(self.told) < 10_000:
                voice.emit(ResolvingName, len(self.told))

        self.react = react
        voice.emit(ResolvingName, 0)
        self.assertEqual(len(self.told), 10_000)
        self.assertEqual([n for _, n in self.told], list(range(10_000)))
        self.assertEqual(self.deepest, 1)

    def test_nothing_is_kept_of_a_queue_that_is_empty(self) -> None:
        """Thousands of handles may wait at once, and an empty queue is not small."""
        voice = self.voice()

        def react(_: object) -> None:
            self.react = lambda news: None
            voice.emit(NameResolved, "1.2.3.4")

        self.react = react
        voice.emit(ResolvingName, "h")
        self.assertEqual(len(self.told), 2)
        self.assertIsNone(voice._queue)

    def test_then_runs_at_once_when_nothing_is_being_told(self) -> None:
        """A step does not wait for anything that is not there."""
        ran: list[Any] = []
        self.voice().then(lambda: ran.append(1))
        self.assertEqual(ran, [1])

    def test_then_comes_after_what_was_emitted_before(self) -> None:
        """Inside a callback a step takes its turn in the queue."""
        voice = self.voice()

        def react(news) -> None:
            if news.status is Status.RESOLVING_NAME:
                voice.emit(NameResolved, "a")
                voice.then(lambda: self.told.append(("step", None)))

        self.react = react
        voice.emit(ResolvingName, "h")
        self.assertEqual(
            [n for n, _ in self.told], ["RESOLVING_NAME", "NAME_RESOLVED", "step"]
        )

    def test_callback_that_raises_is_logged_and_the_next_news_comes(self) -> None:
        """Its traceback is in the log, nobody else is hurt."""
        voice = self.voice()

        def react(news) -> None:
            if news.status is Status.RESOLVING_NAME:
                voice.emit(NameResolved, "a")
                msg = "listener's fault"
                raise ZeroDivisionError(msg)

        self.react = react
        voice.emit(ResolvingName, "h")
        (failure,) = self.flushLoggedErrors(ZeroDivisionError)
        self.assertIn("listener's fault", failure.getTraceback())
        self.assertEqual([n for n, _ in self.told], ["RESOLVING_NAME", "NAME_RESOLVED"])

    def test_keyboard_interrupt_goes_through_and_the_voice_still_works(self) -> None:
        """It is the program's end, not a listener's fault."""
        voice = self.voice()

        def interrupted(news) -> None:
            raise KeyboardInterrupt

        self.react = interrupted
        with self.assertRaises(KeyboardInterrupt):
            voice.emit(ResolvingName, "h")
        self.react = lambda news: None
        voice.emit(NameResolved, "a")
        self.assertEqual(self.told[-1], ("NAME_RESOLVED", "a"))

    def test_hush_drops_news_and_steps_but_not_the_outcome(self) -> None:
        """What ends a call was fixed before it was announced."""
        voice = self.voice()

        def react(news) -> None:
            if news.status is Status.RESOLVING_NAME:
                voice.emit(NameResolved, "a")
                voice.then(lambda: self.told.append(("step", None)))
                voice.settle(lambda: self.told.append(("fired", None)), 1, None)
                voice.hush()

        self.react = react
        voice.emit(ResolvingName, "h")
        self.assertEqual(
            [n for n, _ in self.told], ["RESOLVING_NAME", "REQUEST_COMPLETE", "fired"]
        )

    def test_settle_announces_then_fires(self) -> None:
        """REQUEST_COMPLETE carries result and error, then the Deferred fires."""
        heard: list[Any] = []
        voice = Voice(self.owner, 7, heard.append)
        voice.settle(lambda: heard.append("fired"), 5, None)
        self.assertIsInstance(heard[0], RequestComplete)
        self.assertEqual((heard[0].result, heard[0].error), (5, None))
        self.assertEqual(heard[1], "fired")

    def test_settle_unheard_fires_all_the_same(self) -> None:
        """A silent handle's Deferreds fire."""
        fired: list[Any] = []
        Voice(self.owner, None, self.listen).settle(
            lambda: fired.append(1), None, ValueError()
        )
        self.assertEqual((fired, self.told), ([1], []))

    def test_farewell_is_the_last_thing(self) -> None:
        """HANDLE_CLOSING carries the handle."""
        heard: list[Any] = []
        voice = Voice(self.owner, 7, heard.append)
        voice.farewell(lambda: heard.append("left"))
        self.assertIsInstance(heard[0], HandleClosing)
        self.assertIs(heard[0].info, self.owner)
        self.assertEqual(heard[1], "left")

    def test_callback_taken_away_while_news_is_queued_hears_nothing_more(self) -> None:
        """Removing the callback silences what was still to come."""
        voice = self.voice()

        def react(news) -> None:
            voice.emit(NameResolved, "a")
            voice.listener = None

        self.react = react
        voice.emit(ResolvingName, "h")
        self.assertEqual([n for n, _ in self.told], ["RESOLVING_NAME"])

    def test_replaced_callback_hears_what_was_queued_for_the_old_one(self) -> None:
        """News goes to whoever is the listener when it is told."""
        voice = self.voice()
        heard: list[Any] = []

        def react(news) -> None:
            voice.emit(NameResolved, "a")
            voice.listener = heard.append

        self.react = react
        voice.emit(ResolvingName, "h")
        self.assertEqual([n.status.name for n in heard], ["NAME_RESOLVED"])

    def test_notification_prints_as_one_readable_line(self) -> None:
        """``set_status_callback(print)`` is the first thing people try."""
        heard: list[Any] = []

        class Request:
            def __str__(self) -> str:
                return "GET http://h/"

        request = Request()
        voice = Voice(request, 7, heard.append)
        voice.emit(ResolvingName, "h")
        voice.settle(lambda: None, None, ValueError("why"))
        self.assertEqual(
            [str(n) for n in heard],
            ["GET http://h/ RESOLVING_NAME h", "GET http://h/ REQUEST_COMPLETE why"],
        )
