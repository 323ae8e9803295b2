"""A large file by FTP, to nothing; aria2, which has no nothing, writes it to memory."""

from __future__ import annotations

import sys

from tests.bench.ftp_work import EVERYBODY, FtpLarge
from tests.bench.summary import Aim

__all__ = ["BENCH"]

BENCH = FtpLarge(
    name="ftp_read",
    story=__doc__,
    work="by FTP, to nothing",
    clients=(*EVERYBODY, "aria2"),
    aims=(Aim("curl", 1.0),),
    numbers={"mib": (1024, "the file's length in MiB")},
)

if __name__ == "__main__":
    sys.exit(BENCH.main())
