"""The program aria2: files, each over one connection."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.bench.clients.program import Run, execute, less

if TYPE_CHECKING:
    from tests.bench.job import Job
    from tests.bench.stopwatch import Reading

__all__ = ["files"]


def files(job: Job) -> Reading:
    folder = Path(job.folder)
    with TemporaryDirectory(prefix="twinet-bench-") as warm:
        start = _run(job, Path(warm), [job.warm_up])
    run = _run(job, folder, [f"{job.url}{n}" for n in range(job.requests)])
    sizes = [path.stat().st_size for path in folder.iterdir()]
    right = sizes.count(job.size)
    return less(run, start, done=job.requests, wrong=job.requests - right)


def _run(job: Job, folder: Path, uris: list[str]) -> Run:
    """Fetch what a list names, without a preallocation that no other client does."""
    listed = folder.with_name(f"{folder.name}.uris")
    listed.write_text("\n".join(uris) + "\n", encoding="ascii")
    try:
        return execute(
            [
                *("aria2c", "--no-conf", "--quiet", "--file-allocation=none"),
                *("--split=1", "--max-connection-per-server=1"),
                f"--max-concurrent-downloads={job.concurrency}",
                f"--input-file={listed}",
                f"--dir={folder}",
            ]
        )
    finally:
        listed.unlink()
