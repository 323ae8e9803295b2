"""The future of a call: how it ends, and what its cancelling does."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred, fail, succeed
from twisted.trial.unittest import SynchronousTestCase

from tests.aio.program import run
from twinet._handles.handle import Handle
from twinet._handles.resource import Resource
from twinet.aio.future import CallFuture
from twinet.aio.running_loop import RunningLoop
from twinet.errors import CannotConnect, InternetError, OperationCancelled

if TYPE_CHECKING:
    from collections.abc import Callable


class Readable(Resource):
    """A handle of which something could be read."""

    def _ask(self, place: int) -> None:
        raise AssertionError(place)


class Call:
    """A call that is pending, on a handle that its cancelling closes."""

    def __init__(self) -> None:
        self.handle = Handle(None)
        self.cancelled = 0
        self.deferred: Deferred[Any] = Deferred(self._cancel)

    def _cancel(self, deferred: Deferred[Any]) -> None:
        self.cancelled += 1
        self.handle.close()
        deferred.errback(OperationCancelled("closed"))

    def future(self, owner: Handle | None = None) -> CallFuture[Any]:
        return CallFuture(self.deferred, RunningLoop.now(), owner)


class EndTests(SynchronousTestCase):
    """The end of a Deferred is the end of its future."""

    def test_result(self) -> None:
        """A result is given to who waits."""

        async def main() -> Any:
            call = Call()
            asyncio.get_running_loop().call_soon(call.deferred.callback, 5)
            return await call.future()

        self.assertEqual(run(main), (5, []))

    def test_result_that_is_there(self) -> None:
        """What did not have to wait is there without a turn of the loop."""

        async def main() -> Any:
            future: CallFuture[int] = CallFuture(succeed(5), RunningLoop.now())
            return future.done(), await future

        self.assertEqual(run(main), ((True, 5), []))

    def test_error(self) -> None:
        """An error of the operation is raised as it is."""
        error = CannotConnect("refused")

        async def main() -> Any:
            with self.assertRaises(CannotConnect) as caught:
                await CallFuture(fail(error), RunningLoop.now())
            return caught.exception

        self.assertEqual(run(main), (error, []))

    def test_error_that_nobody_looks_at_is_reported_once(self) -> None:
        """By the loop, as of each future; Twisted has nothing to add."""

        async def main() -> None:
            CallFuture(fail(CannotConnect("refused")), RunningLoop.now())

        _, reported = run(main)
        self.assertEqual(len(reported), 1)
        self.assertIn("Future exception was never retrieved", reported[0])
        gc.collect()
        self.assertEqual(self.flushLoggedErrors(), [])

    def test_closed_by_somebody_else(self) -> None:
        """It is an error of the library, and the task was not cancelled."""

        async def main() -> Any:
            call = Call()
            closed = OperationCancelled("closed by a listener")
            asyncio.get_running_loop().call_soon(call.deferred.errback, closed)
            task = asyncio.ensure_future(call.future())
            with self.assertRaises(InternetError) as caught:
                await task
            return caught.exception.code, task.cancelled()

        self.assertEqual(run(main), ((12017, False), []))

    def test_closed_and_nobody_waits(self) -> None:
        """Who closes a handle under way need not gather the calls on it."""

        async def main() -> None:
            call = Call()
            call.future()
            call.deferred.errback(OperationCancelled("closed"))

        self.assertEqual(run(main), (None, []))


class CancelTests(SynchronousTestCase):
    """Cancelling goes through to the operation."""

    def test_future(self) -> None:
        """It has ended when cancel() returns."""

        async def main() -> Any:
            call = Call()
            future = call.future()
            seen = (future.cancel("enough"), call.cancelled, call.handle.alive)
            with self.assertRaises(asyncio.CancelledError) as caught:
                await future
            return seen, caught.exception.args, future.cancel()

        self.assertEqual(run(main), (((True, 1, False), ("enough",), False), []))

    def test_task(self) -> None:
        """A task has its CancelledError, and the handle is closed by then."""

        async def main() -> Any:
            call = Call()
            alive: Any = None

            async def work() -> None:
                nonlocal alive
                try:
                    await call.future()
                finally:
                    alive = call.handle.alive

            task = asyncio.create_task(work())
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait({task})
            return task.cancelled(), alive, call.cancelled

        self.assertEqual(run(main), ((True, False, 1), []))

    def test_timeout(self) -> None:
        """So does a time limit of asyncio's."""

        async def main() -> Any:
            call, other = Call(), Call()
            with self.assertRaises(TimeoutError):
                async with asyncio.timeout(0):
                    await call.future()
            with self.assertRaises(TimeoutError):
                await asyncio.wait_for(other.future(), 0.001)
            return call.cancelled, other.cancelled

        self.assertEqual(run(main), ((1, 1), []))

    def test_shield(self) -> None:
        """Who is shielded goes on."""

        async def main() -> Any:
            call = Call()
            future = call.future()
            outer = asyncio.shield(future)
            outer.cancel()
            await asyncio.sleep(0)
            call.deferred.callback(3)
            return call.cancelled, await future

        self.assertEqual(run(main), ((0, 3), []))

    def test_group(self) -> None:
        """The failure of one in a group cancels the others."""

        async def main() -> Any:
            calls = [Call(), Call(), Call()]

            async def wait(call: Call) -> None:
                await call.future()

            refused = CannotConnect("refused")
            asyncio.get_running_loop().call_later(0, calls[1].deferred.errback, refused)
            with self.assertRaises(ExceptionGroup) as caught:
                async with asyncio.TaskGroup() as group:
                    for call in calls:
                        group.create_task(wait(call))
            return caught.exception.exceptions, [call.cancelled for call in calls]

        (errors, cancelled), reported = run(main)
        self.assertEqual([type(each) for each in errors], [CannotConnect])
        self.assertEqual((cancelled, reported), ([1, 0, 1], []))

    def test_cancelled_inside_a_notification(self) -> None:
        """The operation may end well after its canceller has run; that is dropped."""

        async def main() -> Any:
            handle = Handle(None)
            deferred: Deferred[Handle] = Deferred(lambda _: None)
            future: CallFuture[Handle] = CallFuture(deferred, RunningLoop.now())
            future.cancel()
            return future.cancelled(), handle.alive

        self.assertEqual(run(main), ((True, True), []))


class LostResultTests(SynchronousTestCase):
    """A task that is cancelled after the end of its call, and before its own turn."""

    def lost(self, act: Callable[[Call], Any], owner: Handle | None = None) -> Any:
        async def main() -> Any:
            call = Call()

            async def work() -> None:
                await call.future(owner)

            task = asyncio.create_task(work())
            await asyncio.sleep(0)
            call.deferred.callback(act(call))
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            return call.handle.alive, call.cancelled

        result, reported = run(main)
        self.assertEqual(reported, [])
        return result

    def test_handle_is_closed(self) -> None:
        """Or it would stay open, with its connection, and nobody would know it."""
        self.assertEqual(self.lost(lambda call: call.handle), (False, 0))

    def test_handle_of_which_a_piece_was_lost_is_closed(self) -> None:
        """What is read next would follow a hole."""
        owner = Readable(None)
        self.lost(lambda _: b"a piece", owner)
        self.assertFalse(owner.alive)

    def test_gathered(self) -> None:
        """Of those that are gathered, some may have ended."""

        async def main() -> Any:
            ready, pending = Call(), Call()
            gathered = asyncio.gather(ready.future(), pending.future())
            ready.deferred.callback(ready.handle)
            await asyncio.sleep(0)
            gathered.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await gathered
            return ready.handle.alive, pending.handle.alive

        self.assertEqual(run(main), ((False, False), []))

    def test_result_that_was_taken_stays(self) -> None:
        """However it was taken: cancelling comes too late, as it does everywhere."""

        async def main() -> Any:
            alive = []
            for way in ("awaited", "awaited late", "asked", "gathered"):
                call = Call()
                future = call.future()
                if way == "awaited":
                    loop = asyncio.get_running_loop()
                    loop.call_soon(call.deferred.callback, call.handle)
                    await future
                else:
                    call.deferred.callback(call.handle)
                if way == "awaited late":
                    await future
                elif way == "asked":
                    future.result()
                elif way == "gathered":
                    await asyncio.gather(future)
                future.cancel()
                alive.append((way, call.handle.alive))
            return alive

        alive, reported = run(main)
        self.assertTrue(all(each for _, each in alive), alive)
        self.assertEqual(reported, [])
