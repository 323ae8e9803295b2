"""Small answers over TLS: 1 KiB GETs over kept connections.

As ``http_small``, but for TLS.  The server shows a certificate that a root made for
the occasion has signed; each client verifies it by that root, as it does by default.
"""

from __future__ import annotations

import sys

from tests.bench.small_answers import EACH_CONCURRENCY, SmallAnswers
from tests.bench.summary import Aim

__all__ = ["BENCH"]

BENCH = SmallAnswers(
    name="tls_small",
    story=__doc__,
    work="1 KiB GET over TLS, connection kept",
    aims=(Aim("aiohttp", 0.5),),
    table=EACH_CONCURRENCY,
    secure=True,
)

if __name__ == "__main__":
    sys.exit(BENCH.main())
