"""A stranger's treq on ``twinet.Agent``, and the same treq on Twisted's own.

1 KiB GETs over kept connections.  Our agent's session has a status callback.
"""

from __future__ import annotations

import sys

from tests.bench.small_answers import SmallAnswers
from tests.bench.summary import Aim

__all__ = ["BENCH"]

BENCH = SmallAnswers(
    name="treq_on_agent",
    story=__doc__,
    work="1 KiB GET by a stranger's treq",
    aims=(Aim("treq", 0.6),),
    us="treq-on-twinet",
    clients=("treq-on-twinet", "treq", "agent", "aiohttp"),
)

if __name__ == "__main__":
    sys.exit(BENCH.main())
