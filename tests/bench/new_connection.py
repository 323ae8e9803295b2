"""A new connection for each 1 KiB GET.

The server closes each connection after its answer and says so, so that every client
opens the next one in its own way.
"""

from __future__ import annotations

import sys

from tests.bench.small_answers import SmallAnswers
from tests.bench.summary import Aim

__all__ = ["BENCH"]

BENCH = SmallAnswers(
    name="new_connection",
    story=__doc__,
    work="1 KiB GET, a new connection each",
    aims=(Aim("aiohttp", 0.6),),
    kept=False,
)

if __name__ == "__main__":
    sys.exit(BENCH.main())
