"""A large body, to a file.

Each client writes it in its usual way: ours by ``save``, which also syncs the file
before it gives it its name; the others do not.  The file lies in the temporary folder
(``TMPDIR``), which should be on a disk.
"""

from __future__ import annotations

import sys

from tests.bench.summary import Aim
from tests.bench.written_files import WrittenFiles

__all__ = ["BENCH"]

BENCH = WrittenFiles(
    name="large_to_disk",
    story=__doc__,
    work="to disk",
    aims=(Aim("curl", 0.5),),
    numbers={
        "mib": (2048, "the body's length in MiB"),
        "files": (1, "how many of them"),
        "concurrency": (1, "how many at a time"),
    },
)

if __name__ == "__main__":
    sys.exit(BENCH.main())
