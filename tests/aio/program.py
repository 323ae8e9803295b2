"""Asyncio programs inside a test: a loop of their own, and all that it complains of."""

from __future__ import annotations

import asyncio
import gc
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

T = TypeVar("T")


def run(
    main: Callable[[], Coroutine[Any, Any, T]],
    new_loop: Callable[[], asyncio.AbstractEventLoop] | None = None,
) -> tuple[T, list[str]]:
    """Run a program on a new loop; give its result, and what the loop reported.

    A future whose error nobody looked at is reported when it is collected.
    """
    reported: list[str] = []

    async def whole() -> T:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, told: reported.append(str(told)))
        try:
            return await main()
        finally:
            gc.collect()

    # What is here already is none of the program's, and takes long to look through.
    gc.freeze()
    try:
        # As asyncio.run() does it.
        with asyncio.Runner(loop_factory=new_loop) as runner:
            result = runner.run(whole())
        gc.collect()
    finally:
        gc.unfreeze()
    return result, reported
