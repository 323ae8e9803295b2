"""The program aria2, with FTP: it fetches into files, and does nothing else."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.bench.clients.program import Run, execute, less

if TYPE_CHECKING:
    from tests.bench.job import Job
    from tests.bench.stopwatch import Reading

__all__ = ["ftp_read"]


def ftp_read(job: Job) -> Reading:
    with TemporaryDirectory(dir=job.folder) as folder:
        start = _run(job.warm_up, folder)
        run = _run(job.url, folder)
        path = Path(folder, job.url.rpartition("/")[2])
        wrong = int(not path.exists() or path.stat().st_size != job.size)
    return less(run, start, done=1, wrong=wrong)


def _run(url: str, folder: str) -> Run:
    """Fetch one file over one connection, as everybody does here."""
    return execute(
        [
            *("aria2c", "--no-conf", "--quiet", "--file-allocation=none"),
            *("--split=1", "--max-connection-per-server=1"),
            *(f"--dir={folder}", url),
        ]
    )
