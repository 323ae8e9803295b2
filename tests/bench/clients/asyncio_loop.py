"""asyncio's loop, run for one coroutine."""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from tests.bench.job import Job

__all__ = ["run", "together", "trust"]

T = TypeVar("T")


def run(job: Job, main: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run ``main()`` on a new loop; return what it returned."""
    factory = None
    if job.uvloop:
        from uvloop import new_event_loop  # noqa: PLC0415

        factory = new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(main())


async def together(count: int, worker: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run so many workers side by side; return when all have ended."""
    await asyncio.gather(*(worker() for _ in range(count)))


def trust(job: Job) -> ssl.SSLContext | bool:
    """Return what verifies the server."""
    return ssl.create_default_context(cafile=job.roots) if job.roots else True
