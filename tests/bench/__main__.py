"""``python -m tests.bench``: the whole table, and at the end each aim.

``--only NAME,NAME`` runs some benches, ``--rounds`` changes how often each client has
its turn.  It ends with 1 when a client got wrong bytes, never because an aim is missed.
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING

from tests.bench import (
    body_memory,
    ftp_list,
    ftp_read,
    ftp_small,
    ftp_write,
    gopher,
    http_aio,
    http_blocking,
    http_large,
    http_small,
    large_to_disk,
    many_files,
    new_connection,
    notification,
    slow_connections,
    tls_large,
    tls_small,
    treq_on_agent,
)
from tests.bench.bench import end_well
from tests.bench.summary import summary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.bench.summary import Mark

BENCHES = {
    bench.name: bench
    for bench in (
        http_small.BENCH,
        http_blocking.BENCH,
        http_aio.BENCH,
        tls_small.BENCH,
        new_connection.BENCH,
        http_large.BENCH,
        large_to_disk.BENCH,
        tls_large.BENCH,
        many_files.BENCH,
        slow_connections.BENCH,
        body_memory.BENCH,
        treq_on_agent.BENCH,
        ftp_read.BENCH,
        ftp_write.BENCH,
        ftp_small.BENCH,
        ftp_list.BENCH,
        gopher.BENCH,
    )
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benches; 1 when a client got wrong bytes somewhere."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--only",
        type=_names,
        default=list(BENCHES),
        help=f"which, by commas ({','.join(BENCHES)})",
    )
    parser.add_argument("--rounds", type=int, help="how often each client has its turn")
    options = parser.parse_args(arguments)
    end_well()
    rounds = [] if options.rounds is None else [f"--rounds={options.rounds}"]
    notification.main([])
    begun = time.monotonic()
    marks: list[Mark] = []
    failed = False
    for name in options.only:
        bench = BENCHES[name]
        for row in bench.table:
            result = bench.run([*row, *rounds])
            print(result.text, flush=True)
            marks += result.marks
            failed = failed or result.failed
    print(summary(marks))
    print(f"in {(time.monotonic() - begun) / 60:.1f} minutes")
    return int(failed)


def _names(text: str) -> list[str]:
    """Return the benches' names in a comma list (for argparse).

    :raises ValueError: there is no such bench.
    """
    names = text.split(",")
    for name in names:
        if name not in BENCHES:
            msg = f"{name} is none of {', '.join(BENCHES)}"
            raise ValueError(msg)
    return names


if __name__ == "__main__":
    sys.exit(main())
