"""Waiting for jobs to end: asked politely, and patient while a daemon restarts.

The first questions come quickly, because small files are there at once; then the
pause grows.  Once the daemon has answered, it may be away for :data:`OUTAGE` seconds:
its queue survives a restart, and so should whoever waits for it.
"""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING, Any, Self, TypeVar

from twisted.internet.task import deferLater

from twinet.inetfetch.command.listing import json_line
from twinet.inetfetch.command.report import (
    Exit,
    Refused,
    Trouble,
    complain,
    printable,
    say,
)
from twinet.inetfetch.queue.job import ENDED, State

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from twinet.inetfetch.command.client import Daemon

__all__ = ["Watch", "wait_for_all", "wait_for_some"]

T = TypeVar("T")

#: The first pause between two questions, how it grows, and the longest (seconds).
FIRST, GROWTH, LONGEST = 0.25, 1.4, 5.0
#: How long the daemon may be away (seconds).
OUTAGE = 60.0


class Line:
    """A line on a terminal that is written again and again; nothing in a pipe."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._shown = False

    def show(self, text: str) -> None:
        """Write it in place of what stood there."""
        if self._live:
            width = shutil.get_terminal_size().columns - 1
            sys.stderr.write(f"\r\x1b[K{printable(text)[:width]}")
            sys.stderr.flush()
            self._shown = True

    def clear(self) -> None:
        """Make room for something that stays."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._shown = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()


class Watch:
    """Asks the daemon again and again.

    :param connect: gives the daemon, wherever it is at that moment.
    :param timeout: how long all of it may take (seconds).
    """

    def __init__(
        self, reactor: Any, connect: Callable[[], Daemon], timeout: float | None
    ) -> None:
        self.line = Line()
        self._reactor = reactor
        self._connect = connect
        self._daemon = connect()
        self._pause = FIRST
        self._answered: float | None = None
        self._end = None if timeout is None else reactor.seconds() + timeout

    async def ask(self, question: Callable[[Daemon], Awaitable[T]]) -> T:
        """Return the answer, perhaps after the daemon has come back.

        :raises Trouble: it never answered, or is away for too long.
        """
        while True:
            try:
                answer = await question(self._daemon)
            except Trouble as trouble:
                if not self._may_come_back(trouble):
                    raise
                self.line.show(f"the daemon is away, waiting for it: {trouble}")
                await self.sleep()
                # It may have come back at another port, with another token.  While
                # nobody says where, whoever is at the default address is not it.
                found = self._connect()
                if self._daemon.guessed or not found.guessed:
                    self._daemon = found
            else:
                self._answered = self._reactor.seconds()
                return answer

    def _may_come_back(self, trouble: Trouble) -> bool:
        if isinstance(trouble, Refused):
            away = trouble.status >= 500  # noqa: PLR2004  RFC 9110, 15.6
        else:
            away = trouble.code in (Exit.CONNECT, Exit.TIME, Exit.FAILED)
        return (
            away
            and self._answered is not None
            and self._reactor.seconds() - self._answered < OUTAGE
        )

    async def sleep(self) -> None:
        """Let some time pass, more each time.

        :raises Trouble: there is no time left.
        """
        pause = self._pause
        self._pause = min(pause * GROWTH, LONGEST)
        if self._end is not None:
            left = self._end - self._reactor.seconds()
            if left <= 0:
                raise Trouble("the time is up, and jobs are left", Exit.TIME)
            pause = min(pause, left)
        await deferLater(self._reactor, pause)


async def wait_for_some(watch: Watch, names: Sequence[str], *, as_json: bool) -> int:
    """Wait for some jobs; a line for each that ends.

    :returns: 0 when all are done; 1 when one failed, was cancelled or was removed.
    """
    pending: dict[str, str] = {}
    code = Exit.WELL
    for name in names:
        try:
            job = await watch.ask(lambda daemon, name=name: daemon.job(name))  # type: ignore[misc]  # a default binds it
        except Refused as refusal:
            complain(f"{name}: {refusal}")
            code = code or refusal.code
        else:
            pending[job["id"]] = job["gid"]
    total = len(pending)
    while pending:
        for job_id, gid in list(pending.items()):
            try:
                job = await watch.ask(lambda daemon, name=job_id: daemon.job(name))  # type: ignore[misc]  # a default binds it
            except Refused as refusal:
                watch.line.clear()
                complain(f"{gid}: {refusal}")
                code = code or Exit.FAILED
                del pending[job_id]
                continue
            if job["state"] not in ENDED:
                continue
            del pending[job_id]
            watch.line.clear()
            say(json_line(job) if as_json else _end_words(job))
            if job["state"] != State.DONE:
                code = code or Exit.FAILED
        if pending:
            watch.line.show(f"{total - len(pending)} of {total} jobs have ended")
            await watch.sleep()
    return code


def _end_words(job: dict[str, Any]) -> str:
    error = job.get("error")
    if job["state"] == State.DONE:
        what = job.get("final_path") or job["url"]
    elif job["state"] == State.FAILED and isinstance(error, dict):
        what = f"{job['url']}: {error.get('text')}"
    else:
        what = job["url"]
    return printable(f"{job['state']} {job['gid']} {what}")


async def wait_for_all(watch: Watch, *, as_json: bool) -> int:
    """Wait until no job is left to do; a line with the counts at the end.

    :returns: 1 when there is a failed job in the queue, else 0.
    """
    while True:
        counts = await watch.ask(lambda daemon: daemon.stats())
        left = sum(count for state, count in counts.items() if state not in ENDED)
        if not left:
            break
        watch.line.show(f"{left} left: {_count_words(counts)}")
        await watch.sleep()
    watch.line.clear()
    say(json_line({"states": counts}) if as_json else _count_words(counts) or "no jobs")
    return Exit.FAILED if counts.get(State.FAILED) else Exit.WELL


def _count_words(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {state}" for state, count in counts.items() if count)
