"""Small answers: 1 KiB GETs over kept connections.

CPU is user and system time of the measured phase, after requests that warm up and
open the connections; of curl it is the whole process, less that of a run with only
those.  ``us/it`` is the median of the per-round ratios of our CPU (with a status
callback) to its.  ``least`` is the CPU of the best round: on a machine with other
work, or other tenants, it says more than the median.
"""

from __future__ import annotations

import sys

from tests.bench.small_answers import CLIENTS, EACH_CONCURRENCY, SmallAnswers
from tests.bench.summary import Aim

__all__ = ["BENCH"]

BENCH = SmallAnswers(
    name="http_small",
    story=__doc__,
    work="1 KiB GET, connection kept",
    clients=(*CLIENTS, "twinet-callbacks", "twinet-unheard"),
    aims=(Aim("aiohttp", 0.35), Aim("pycurl", 1.2)),
    table=EACH_CONCURRENCY,
)

if __name__ == "__main__":
    sys.exit(BENCH.main())
