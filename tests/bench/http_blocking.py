"""Small answers in threads: 1 KiB GETs over kept connections, by calls that block.

So many threads as there are requests at a time.  Each of the others has a connection
of its own for each thread; our threads share one session, whose reactor runs in a
thread more.  ``twinet-heard`` does the same work asynchronously, in one thread.
"""

from __future__ import annotations

import sys

from tests.bench.small_answers import SmallAnswers

__all__ = ["BENCH"]

BENCH = SmallAnswers(
    name="http_blocking",
    story=__doc__,
    work="1 KiB GET by calls that block",
    us="twinet-blocking",
    clients=(
        *("twinet-blocking", "twinet-blocking-unheard", "twinet-heard"),
        *("requests", "httpx-sync", "http.client"),
    ),
    table=[("--concurrency", count) for count in ("1", "10")],
)

if __name__ == "__main__":
    sys.exit(BENCH.main())
