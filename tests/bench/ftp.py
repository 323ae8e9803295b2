"""``python -m tests.bench.ftp``: all benches of FTP, and at the end each aim."""

from __future__ import annotations

import sys

from tests.bench.__main__ import main
from tests.bench.ftp_list import BENCH as LIST
from tests.bench.ftp_read import BENCH as READ
from tests.bench.ftp_small import BENCH as SMALL
from tests.bench.ftp_write import BENCH as WRITE

__all__ = ["BENCHES"]

BENCHES = (READ, WRITE, SMALL, LIST)

if __name__ == "__main__":
    names = ",".join(bench.name for bench in BENCHES)
    sys.exit(main([f"--only={names}", *sys.argv[1:]]))
