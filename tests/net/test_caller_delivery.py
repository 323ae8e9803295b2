"""The blocked caller's own thread: whose mailbox gets what."""

from __future__ import annotations

import threading
from queue import SimpleQueue
from typing import Any

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from twinet._net.caller_delivery import CallerDelivery
from twinet.errors import Shutdown, Timeout
from twinet.status import NameResolved, ResolvingName


class Owner:
    """Stands for a handle."""


class ReactorThread:
    """A thread that runs what it is given: all that a delivery asks of a reactor."""

    def __init__(self) -> None:
        self.running = True
        self._calls: SimpleQueue[Any] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def callFromThread(self, f: Any, *args: Any) -> None:
        self._calls.put((f, args))

    def _run(self) -> None:
        while (call := self._calls.get()) is not None:
            call[0](*call[1])

    def stop(self) -> None:
        self.running = False
        self._calls.put(None)
        self._thread.join(10)


class CallerCase(SynchronousTestCase):
    """A delivery on a reactor of its own."""

    def setUp(self) -> None:
        self.reactor = ReactorThread()
        self.addCleanup(self.reactor.stop)
        self.delivery = CallerDelivery()
        self.delivery.attach(self.reactor)
        self.told: list[tuple[str, int]] = []
        self.owner = Owner()
        self.voice = self.delivery.voice(self.owner, 7, self.listen)

    def listen(self, news: Any) -> None:
        self.told.append((news.status.name, threading.get_ident()))

    def call(self, function: Any) -> Any:
        return self.delivery.call(self.voice.lane, function)


class CallerTests(CallerCase):
    """Calls that block, and what is told meanwhile."""

    def test_what_is_told_during_the_call_is_told_on_its_thread(self) -> None:
        """Before it returns, and in order."""

        def function() -> str:
            self.voice.emit(ResolvingName, "h")
            self.voice.emit(NameResolved, "192.0.2.1")
            return "result"

        here = threading.get_ident()
        self.assertEqual(self.call(function), "result")
        self.assertEqual(self.told, [("RESOLVING_NAME", here), ("NAME_RESOLVED", here)])

    def test_it_blocks_until_the_deferred_fires(self) -> None:
        """And raises what it fails with."""
        waiting: Deferred[str] = Deferred()

        def function() -> Deferred[str]:
            timer = threading.Timer(
                0.05,
                self.reactor.callFromThread,
                (waiting.errback, Timeout("too late")),
            )
            timer.start()
            return waiting

        error = self.assertRaises(Timeout, self.call, function)
        self.assertIn("too late", str(error))

    def test_a_body_that_raises_raises_at_the_caller(self) -> None:
        """Nothing stays open behind it."""

        def function() -> None:
            raise ZeroDivisionError

        self.assertRaises(ZeroDivisionError, self.call, function)
        self.assertEqual(self.call(lambda: 3), 3)

    def test_what_is_told_while_nobody_calls_waits_for_the_next_call(self) -> None:
        """It is not lost, and not told on the reactor's thread."""
        done = threading.Event()

        def later() -> None:
            self.voice.emit(ResolvingName, "h")
            done.set()

        self.reactor.callFromThread(later)
        self.assertTrue(done.wait(10))
        self.assertEqual(self.told, [])
        self.call(lambda: None)
        self.assertEqual(self.told, [("RESOLVING_NAME", threading.get_ident())])

    def test_a_handle_made_in_a_call_is_heard_by_it(self) -> None:
        """Two threads that open at once each hear their own."""
        ready = threading.Barrier(2)
        heard: dict[int, list[int]] = {}

        def program() -> None:
            mine: list[int] = []
            heard[threading.get_ident()] = mine
            waiting: Deferred[None] = Deferred()

            def function() -> Deferred[None]:
                owner = Owner()
                voice = self.delivery.voice(
                    owner, 1, lambda news: mine.append(threading.get_ident())
                )
                voice.emit(ResolvingName, "h")

                def go_on() -> None:
                    voice.emit(NameResolved, owner)
                    waiting.callback(None)

                timer = threading.Timer(0.1, self.reactor.callFromThread, (go_on,))
                timer.start()
                return waiting

            ready.wait(10)
            self.call(function)

        threads = [threading.Thread(target=program) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        self.assertEqual(len(heard), 2)
        for ident, mine in heard.items():
            self.assertEqual(mine, [ident, ident])

    def test_a_call_inside_a_callback_comes_to_its_end(self) -> None:
        """Its own news wait until the outer callback has returned."""
        depth: list[str] = []

        def nested(news: Any) -> None:
            depth.append(f"{news.status.name} begins")
            if news.status.name == "RESOLVING_NAME":
                depth.append(self.call(inner))
            depth.append(f"{news.status.name} ends")

        def inner() -> str:
            self.voice.emit(NameResolved, "192.0.2.1")
            return "inner"

        self.voice.listener = nested
        self.call(lambda: self.voice.emit(ResolvingName, "h"))
        self.assertEqual(
            depth,
            [
                "RESOLVING_NAME begins",
                "inner",
                "RESOLVING_NAME ends",
                "NAME_RESOLVED begins",
                "NAME_RESOLVED ends",
            ],
        )

    def test_the_end_of_a_call_is_not_announced(self) -> None:
        """The call returns; REQUEST_COMPLETE is for asynchronous sessions."""
        fired: list[str] = []
        self.call(lambda: self.voice.settle(lambda: fired.append("x"), True, None))
        self.assertEqual((fired, self.told), (["x"], []))

    def test_a_reactor_that_stops_lets_the_thread_go(self) -> None:
        """Nothing waits for ever: the call fails with 12012."""
        waiting: Deferred[None] = Deferred()

        def function() -> Deferred[None]:
            self.reactor.running = False
            return waiting

        self.assertRaises(Shutdown, self.call, function)


class InterruptedTests(CallerCase):
    """A thread that is interrupted while it waits."""

    def interrupt(self, news: Any) -> None:
        """Do what a signal handler does in the main thread."""
        self.told.append((news.status.name, threading.get_ident()))
        if len(self.told) <= self.times:
            raise KeyboardInterrupt

    def setUp(self) -> None:
        super().setUp()
        self.times = 1
        self.lost: list[Any] = []
        self.cancelled: list[Any] = []
        self.voice.listener = self.interrupt

    def call_it(self, function: Any) -> None:
        """Make a call that is interrupted."""
        self.assertRaises(
            KeyboardInterrupt,
            self.delivery.call,
            self.voice.lane,
            function,
            self.lost.append,
        )
        self.assertEqual(self.delivery._open, [])

    def hang(self, cancel: Any = None) -> Deferred[Any]:
        """Begin what does not end by itself."""
        self.voice.emit(ResolvingName, "h")
        return Deferred(cancel or self.cancelled.append)

    def test_the_call_is_cancelled_on_the_reactors_thread(self) -> None:
        """And what it says on that is told before the interruption goes on."""
        threads: list[int] = []

        def cancel(deferred: Deferred[Any]) -> None:
            threads.append(threading.get_ident())
            self.voice.emit(NameResolved, "192.0.2.1")
            deferred.errback(Timeout())
            self.voice.emit(ResolvingName, "last")

        self.call_it(lambda: self.hang(cancel))
        self.assertNotEqual(threads, [threading.get_ident()])
        names = [name for name, _ in self.told]
        self.assertEqual(names, ["RESOLVING_NAME", "NAME_RESOLVED", "RESOLVING_NAME"])
        self.assertEqual(self.lost, [])

    def test_a_result_that_comes_too_late_is_given_up(self) -> None:
        """Nobody has it, so somebody has to close it."""

        def function() -> str:
            self.voice.emit(ResolvingName, "h")
            return "handle"

        self.call_it(function)
        self.call(lambda: None)
        self.assertEqual(self.lost, ["handle"])

    def test_a_second_interruption_goes_on_at_once(self) -> None:
        """Whatever the cancelled call still waits for."""
        self.times = 2

        def cancel(_: Deferred[Any]) -> None:
            self.voice.emit(NameResolved, "192.0.2.1")

        def function() -> Deferred[Any]:
            # It is cancelled, and takes its time.
            return self.hang(cancel).addErrback(lambda _: waiting)

        waiting: Deferred[Any] = Deferred()
        self.assertRaises(KeyboardInterrupt, self.call, function)
        self.assertEqual(len(self.told), 2)
        self.reactor.callFromThread(waiting.callback, None)

    def test_a_handle_goes_on_telling_after_an_interruption(self) -> None:
        """What came while the listener was interrupted is not lost."""
        self.call_it(self.hang)
        self.call(lambda: self.voice.emit(NameResolved, "192.0.2.1"))
        self.assertEqual(self.told[-1][0], "NAME_RESOLVED")

    def test_an_interruption_before_the_call_begins_makes_no_call(self) -> None:
        """It is not known on the reactor's thread yet."""
        begun: list[int] = []
        queue = self.reactor.callFromThread

        def interrupted(f: Any, *args: Any) -> None:
            self.reactor.callFromThread = queue  # type: ignore[method-assign]
            raise KeyboardInterrupt

        self.reactor.callFromThread = interrupted  # type: ignore[method-assign]
        self.call_it(lambda: begun.append(1))
        self.assertEqual((begun, self.call(lambda: 3)), ([], 3))
