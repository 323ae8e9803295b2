"""Many bodies to files, some at a time.

As ``large_to_disk``: each client in its usual way, ours synced.
"""

from __future__ import annotations

import sys

from tests.bench.summary import Aim
from tests.bench.written_files import WrittenFiles

__all__ = ["BENCH"]

BENCH = WrittenFiles(
    name="many_files",
    story=__doc__,
    work="to disk",
    aims=(Aim("curl", 1.0),),
    numbers={
        "mib": (1, "the length of each in MiB"),
        "files": (500, "how many of them"),
        "concurrency": (16, "how many at a time"),
    },
)

if __name__ == "__main__":
    sys.exit(BENCH.main())
