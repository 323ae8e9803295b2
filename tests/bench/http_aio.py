"""Small answers in asyncio's tasks: 1 KiB GETs over kept connections.

``twinet-aio`` awaits the futures of ``twinet.aio``, on Python's own loop and on
uvloop's.  ``twinet-heard`` and ``twinet-uvloop`` are ``twinet.Session`` on Twisted's
reactor and on uvloop, with no future between: the difference is what they cost.
"""

from __future__ import annotations

import sys

from tests.bench.small_answers import SmallAnswers

__all__ = ["BENCH"]

BENCH = SmallAnswers(
    name="http_aio",
    story=__doc__,
    work="1 KiB GET in tasks of asyncio",
    us="twinet-aio",
    clients=(
        *("twinet-aio", "twinet-aio-unheard", "twinet-aio-uvloop"),
        *("twinet-uvloop", "twinet-heard", "aiohttp", "aiohttp-uvloop"),
    ),
    table=[("--concurrency", count) for count in ("1", "10")],
)

if __name__ == "__main__":
    sys.exit(BENCH.main())
