"""A peer falls silent, at each point: the call is cancelled there, or ends by a limit.

Afterwards there is no socket more than before, whatever loop it is.
"""

from __future__ import annotations

import asyncio
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import skipUnless

from twisted.trial.unittest import SynchronousTestCase

import twinet
from tests.aio.program import run
from tests.interop.aiosilence import PHASES, NoAnswer, Peers, open_sockets
from twinet import aio

if TYPE_CHECKING:
    from collections.abc import Callable

#: How many connections are left when a call has ended, by the phase: those of logins
#: that go on, and that of the body which keeps the other from its turn.
LEFT = {"slot": 1, "ftp_command": 1, "ftp_data": 1, "ftp_listing": 1}
#: A limit of each kind.
SHORT = 0.05
LIMITS = twinet.Limits(
    lookup=SHORT,
    connect=SHORT,
    tls=SHORT,
    slot=SHORT,
    send=SHORT,
    first_byte=SHORT,
    idle=SHORT,
    ftp_reply=SHORT,
)


class Silence:
    """The cases; ``new_loop`` is one kind of loop."""

    new_loop: Callable[[], asyncio.AbstractEventLoop] | None = None

    def meet(self: Any, name: str, **options: Any) -> Any:
        """Let a program meet silence; give what the session does of it."""

        async def main() -> Any:
            before = open_sockets()
            peers = Peers()
            resolver: Any = NoAnswer()
            try:
                async with aio.Session(
                    proxy="", resolver=resolver, **options
                ) as session:
                    outcome = await self.act(PHASES[name](session, peers))
                    await peers.until(LEFT.get(name, 0))
                await peers.until(0)
            finally:
                await peers.close()
                # The loop drops the transports of the peers in its next turns.
                await asyncio.sleep(0.01)
            return outcome, open_sockets() - before

        (outcome, left), reported = run(main, self.new_loop)
        self.assertEqual(reported, [])
        self.assertEqual(left, 0)
        return outcome


class Cancelled(Silence):
    """The task is cancelled while it waits."""

    async def act(self, work: Any) -> Any:
        task = asyncio.ensure_future(work)
        await asyncio.wait({task}, timeout=0.05)
        if task.done():
            return task.exception()
        task.cancel()
        await asyncio.wait({task}, timeout=5)
        return task.cancelled()


class Timed(Silence):
    """The program waits until the library ends it."""

    async def act(self, work: Any) -> Any:
        try:
            async with asyncio.timeout(10):
                return await work
        except twinet.InternetError as error:
            return error


def _add_cases(kind: type[Any], check: Callable[[Any, str], None]) -> None:
    """Give a class a case for each phase."""
    for name in PHASES:

        def case(self: Any, name: str = name) -> None:
            check(self, name)

        case.__doc__ = f"At {name.replace('_', ' ')}."
        setattr(kind, f"test_{name}", case)


def _is_cancelled(self: Any, name: str) -> None:
    self.assertIs(self.meet(name), True)


def _is_timed(self: Any, name: str) -> None:
    error = self.meet(name, limits=LIMITS)
    self.assertIsInstance(error, twinet.errors.Timeout, error)


_add_cases(Cancelled, _is_cancelled)
_add_cases(Timed, _is_timed)

NEEDS_PROC = skipUnless(Path("/proc/self/fd").exists(), "sockets are counted in /proc")
NEEDS_UVLOOP = skipUnless(find_spec("uvloop"), "pip install uvloop")


def _uvloop() -> asyncio.AbstractEventLoop:
    # Late: it is the one thing here that need not be installed.
    import uvloop  # noqa: PLC0415

    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop


@NEEDS_PROC
class CancelledTests(Cancelled, SynchronousTestCase):
    """On Python's own loop."""


@NEEDS_PROC
class TimedTests(Timed, SynchronousTestCase):
    """On Python's own loop."""


@NEEDS_PROC
@NEEDS_UVLOOP
class CancelledOnUvloopTests(Cancelled, SynchronousTestCase):
    """On the loop of the extra ``[fast]``."""

    new_loop = staticmethod(_uvloop)


@NEEDS_PROC
@NEEDS_UVLOOP
class TimedOnUvloopTests(Timed, SynchronousTestCase):
    """On the loop of the extra ``[fast]``."""

    new_loop = staticmethod(_uvloop)
