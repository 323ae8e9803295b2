"""``python -m tests.bench.clients NAME KIND JOB``: one client, one job.

It prints its reading, as JSON, on the last line.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module

from tests.bench.clients import CLIENTS
from tests.bench.job import Job
from tests.bench.slow_server import allow_files


def main() -> None:
    name, kind, text = sys.argv[1:]
    job = Job.from_json(text)
    if job.core is not None:
        os.sched_setaffinity(0, {job.core})
    refusal = allow_files(job.concurrency)
    if refusal:
        sys.exit(refusal)
    module = import_module(f"tests.bench.clients.{CLIENTS[name].module_for(kind)}")
    print(getattr(module, kind)(job).to_json())


if __name__ == "__main__":
    main()
