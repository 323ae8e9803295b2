"""The commands that talk to the daemon: ``add``, ``ls``, ``show``, ``rm``, ``wait``."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING, Any

from twinet.inetfetch.command.access import open_session
from twinet.inetfetch.command.client import Daemon, batches
from twinet.inetfetch.command.listing import HEADING, job_line, job_page, json_line
from twinet.inetfetch.command.report import (
    Exit,
    Refused,
    Trouble,
    complain,
    printable,
    say_all,
)
from twinet.inetfetch.command.waiting import Watch, wait_for_all, wait_for_some
from twinet.inetfetch.place import find_place

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Awaitable, Callable, Iterable

__all__ = ["add", "ls", "rm", "show", "wait"]


async def add(reactor: Any, options: Namespace) -> int:
    """Add ``options.jobs``, which are checked already."""

    async def act(connect: Callable[[], Daemon]) -> int:
        daemon, count = connect(), 0
        try:
            for batch in batches(options.jobs):
                jobs = await daemon.add(batch)
                count += len(jobs)
                say_all(_added(job, as_json=options.json) for job in jobs)
        except Trouble as trouble:
            if not count:
                raise
            # Which ones is on standard output: the first so many, in their order.
            raise Trouble(
                f"{trouble}; {count} of {len(options.jobs)} jobs were added before",
                trouble.code,
            ) from trouble
        return Exit.WELL

    return await _with_daemon(reactor, act)


def _added(job: dict[str, Any], *, as_json: bool) -> str:
    return json_line(job) if as_json else printable(f"{job['gid']} {job['url']}")


async def ls(reactor: Any, options: Namespace) -> int:
    """List all jobs, or those in ``options.state``."""

    async def act(connect: Callable[[], Daemon]) -> int:
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        heading = [] if options.json else [HEADING[:width]]
        async for jobs in connect().jobs(options.state):
            # Page by page: nothing is kept, and "| head" ends it early.
            rows = (
                json_line(job) if options.json else job_line(job)[:width]
                for job in jobs
            )
            say_all([*heading, *rows])
            heading = []
        return Exit.WELL

    return await _with_daemon(reactor, act)


async def show(reactor: Any, options: Namespace) -> int:
    """Tell all about the jobs in ``options.ids``."""

    async def one(daemon: Daemon, name: str) -> Iterable[str]:
        job = await daemon.job(name)
        return [json_line(job)] if options.json else [*job_page(job), ""]

    return await _each(reactor, options.ids, one)


async def rm(reactor: Any, options: Namespace) -> int:
    """Cancel or forget the jobs in ``options.ids``."""

    async def one(daemon: Daemon, name: str) -> Iterable[str]:
        job = await daemon.remove(name)
        return [json_line(job) if options.json else _removed(job)]

    return await _each(reactor, options.ids, one)


def _removed(job: dict[str, Any]) -> str:
    return printable(f"{job['gid']} {job['state']} {job['url']}")


async def wait(reactor: Any, options: Namespace) -> int:
    """Wait until the jobs in ``options.ids``, or all there are, have ended."""

    async def act(connect: Callable[[], Daemon]) -> int:
        watch = Watch(reactor, connect, options.timeout)
        with watch.line:
            if options.ids:
                return await wait_for_some(watch, options.ids, as_json=options.json)
            return await wait_for_all(watch, as_json=options.json)

    return await _with_daemon(reactor, act)


async def _each(
    reactor: Any,
    names: list[str],
    one: Callable[[Daemon, str], Awaitable[Iterable[str]]],
) -> int:
    """Do one thing with each job; one that is refused does not stop the others."""

    async def act(connect: Callable[[], Daemon]) -> int:
        daemon, code = connect(), Exit.WELL
        for name in names:
            try:
                say_all(await one(daemon, name))
            except Refused as refusal:
                complain(f"{name}: {refusal}")
                code = code or refusal.code
        return code

    return await _with_daemon(reactor, act)


async def _with_daemon(
    reactor: Any, act: Callable[[Callable[[], Daemon]], Awaitable[int]]
) -> int:
    """Do something with what gives the daemon, wherever it is at that moment."""
    trust_roots = os.environ.get("INETFETCH_TRUST_ROOTS") or None
    # Straight: its token is for nobody on the way.
    async with open_session(reactor, trust_roots, proxy="") as session:
        return await act(lambda: Daemon(session, find_place(os.environ)))
