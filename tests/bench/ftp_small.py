"""Small files by FTP, one after the other, with one login.

Each client keeps the control connection; each file has a data connection of its own.
"""

from __future__ import annotations

import sys

from tests.bench.ftp_work import FtpSmall
from tests.bench.summary import Aim

__all__ = ["BENCH"]

BENCH = FtpSmall(
    name="ftp_small",
    story=__doc__,
    work="by FTP",
    aims=(Aim("ftplib", 1.0),),
    numbers={
        "kib": (64, "the length of each in KiB"),
        "files": (500, "how many of them"),
    },
)

if __name__ == "__main__":
    sys.exit(BENCH.main())
