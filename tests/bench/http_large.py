"""A large body, to nothing.

CPU is user and system time of the measured phase (of curl the whole process, less
that of a run which only warms up); ``least`` is that of the best round, ``us/it`` the
median of the per-round ratios of our CPU to its.  ``peak`` is the most memory above
that before the request (of curl the whole process).
"""

from __future__ import annotations

import sys

from tests.bench.large_bodies import LargeBodies
from tests.bench.summary import Aim

__all__ = ["BENCH"]

BENCH = LargeBodies(
    name="http_large",
    story=__doc__,
    work="to nothing",
    aims=(Aim("curl", 0.8),),
)

if __name__ == "__main__":
    sys.exit(BENCH.main())
