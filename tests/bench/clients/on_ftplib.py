"""ftplib, each call with its own defaults."""

from __future__ import annotations

from contextlib import contextmanager
from ftplib import FTP
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.bench.stopwatch import Stopwatch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bench.job import Job
    from tests.bench.stopwatch import Reading

__all__ = ["ftp_list", "ftp_read", "ftp_small", "ftp_write"]


@contextmanager
def _login(job: Job) -> Iterator[FTP]:
    """Log in, and fetch something."""
    url = urlsplit(job.url)
    with FTP() as ftp:
        ftp.connect(url.hostname or "", url.port or 21)
        ftp.login()
        body = job.warm_body()
        warm = Stopwatch(len(body))
        _get(ftp, urlsplit(job.warm_up).path, warm)
        warm.check()
        yield ftp


def _get(ftp: FTP, path: str, watch: Stopwatch) -> None:
    length = 0

    def count(data: bytes) -> None:
        nonlocal length
        length += len(data)

    ftp.retrbinary(f"RETR {path}", count)
    watch.count_length(200, length)


def ftp_read(job: Job) -> Reading:
    with _login(job) as ftp:
        watch = Stopwatch(job.size)
        _get(ftp, urlsplit(job.url).path, watch)
        return watch.stop()


def ftp_small(job: Job) -> Reading:
    with _login(job) as ftp:
        watch = Stopwatch(job.size)
        path = urlsplit(job.url).path
        for number in range(job.requests):
            _get(ftp, f"{path}{number}", watch)
        return watch.stop()


def ftp_write(job: Job) -> Reading:
    with _login(job) as ftp, job.file(0).open("rb") as file:
        watch = Stopwatch(job.size)
        ftp.storbinary(f"STOR {urlsplit(job.url).path}0", file)
        watch.count_length(200, file.tell())
        return watch.stop()


def ftp_list(job: Job) -> Reading:
    with _login(job) as ftp:
        watch = Stopwatch(job.size)
        for _ in range(job.requests):
            lines: list[str] = []
            ftp.retrlines(f"LIST {urlsplit(job.url).path}", lines.append)
            watch.count_length(200, len(lines))
        return watch.stop()
