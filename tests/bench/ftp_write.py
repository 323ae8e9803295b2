"""A large file by FTP, to the server, from memory and to memory."""

from __future__ import annotations

import sys

from tests.bench.ftp_work import FtpStored
from tests.bench.summary import Aim

__all__ = ["BENCH"]

BENCH = FtpStored(
    name="ftp_write",
    story=__doc__,
    work="by FTP, to the server",
    aims=(Aim("curl", 0.55),),
    numbers={"mib": (1024, "the file's length in MiB")},
)

if __name__ == "__main__":
    sys.exit(BENCH.main())
