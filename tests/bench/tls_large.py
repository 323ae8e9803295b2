"""A large body over TLS, to nothing.

As ``http_large``, but for TLS.
"""

from __future__ import annotations

import sys

from tests.bench.large_bodies import LargeBodies
from tests.bench.summary import Aim

__all__ = ["BENCH"]

BENCH = LargeBodies(
    name="tls_large",
    story=__doc__,
    work="over TLS to nothing",
    aims=(Aim("curl", 1.2),),
    secure=True,
)

if __name__ == "__main__":
    sys.exit(BENCH.main())
