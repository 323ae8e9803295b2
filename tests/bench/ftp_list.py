"""A long listing by FTP, again and again, read as far as each client reads it.

ftplib and curl take lines and understand none of them; the others make entries with
names, sizes and times of them.
"""

from __future__ import annotations

import sys

from tests.bench.ftp_work import FtpFolder

__all__ = ["BENCH"]

BENCH = FtpFolder(
    name="ftp_list",
    story=__doc__,
    work="in a listing by FTP",
    numbers={
        "names": (10_000, "how many there are"),
        "listings": (10, "how often they are listed"),
    },
)

if __name__ == "__main__":
    sys.exit(BENCH.main())
