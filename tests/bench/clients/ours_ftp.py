"""Us, with FTP: a file is opened and goes to a sink, or is put, or listed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import twinet
from tests.bench.clients.ours import Ear, Null
from tests.bench.clients.twisted_loop import run
from tests.bench.stopwatch import Stopwatch

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.bench.job import Job
    from tests.bench.stopwatch import Reading
    from twinet._handles.ftp_connection import FtpConnection

    Work = Callable[[FtpConnection, str, Stopwatch], Awaitable[None]]

__all__ = ["ftp_list", "ftp_read", "ftp_small", "ftp_write"]


def _measure(job: Job, work: Work) -> Reading:
    """Log in, fetch something, and do the work."""

    async def main(reactor: Any) -> Reading:
        async with twinet.Session(reactor) as session:
            ear = Ear()
            if job.heard:
                session.set_status_callback(ear)
            url = urlsplit(job.url)
            ftp = await session.ftp(url.hostname or "", url.port)
            body = job.warm_body()
            warm = Stopwatch(len(body))
            await _get(ftp, urlsplit(job.warm_up).path, warm)
            warm.check()
            before = ear.told
            watch = Stopwatch(job.size)
            await work(ftp, url.path, watch)
            return watch.stop(told=ear.told - before)

    return run(job, main)


async def _get(ftp: FtpConnection, path: str, watch: Stopwatch) -> None:
    sink = Null()
    file = await ftp.open_file(path)
    await file.deliver(sink)
    await file.close()
    watch.count_length(200, sink.length)


def ftp_read(job: Job) -> Reading:
    return _measure(job, _get)


def ftp_small(job: Job) -> Reading:
    async def work(ftp: FtpConnection, path: str, watch: Stopwatch) -> None:
        for number in range(job.requests):
            await _get(ftp, f"{path}{number}", watch)

    return _measure(job, work)


def ftp_write(job: Job) -> Reading:
    async def work(ftp: FtpConnection, path: str, watch: Stopwatch) -> None:
        sent = await ftp.put_file(job.file(0), f"{path}0")
        watch.count_length(200, sent)

    return _measure(job, work)


def ftp_list(job: Job) -> Reading:
    async def work(ftp: FtpConnection, path: str, watch: Stopwatch) -> None:
        for _ in range(job.requests):
            found = await ftp.find(path)
            count = 0
            async for _entry in found:
                count += 1
            await found.close()
            watch.count_length(200, count)

    return _measure(job, work)
