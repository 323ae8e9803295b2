"""aioftp, each call in its usual way."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import aioftp

from tests.bench.clients.asyncio_loop import run
from tests.bench.stopwatch import Stopwatch

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.bench.job import Job
    from tests.bench.stopwatch import Reading

    Work = Callable[[aioftp.Client, str, Stopwatch], Awaitable[None]]

__all__ = ["ftp_list", "ftp_read", "ftp_small", "ftp_write"]


def _measure(job: Job, work: Work) -> Reading:
    """Log in, fetch something, and do the work."""

    async def main() -> Reading:
        url = urlsplit(job.url)
        async with aioftp.Client.context(url.hostname or "", url.port or 21) as client:
            body = job.warm_body()
            warm = Stopwatch(len(body))
            await _get(client, urlsplit(job.warm_up).path, warm)
            warm.check()
            watch = Stopwatch(job.size)
            await work(client, url.path, watch)
            return watch.stop()

    return run(job, main)


async def _get(client: aioftp.Client, path: str, watch: Stopwatch) -> None:
    length = 0
    async with client.download_stream(path) as stream:
        async for block in stream.iter_by_block():
            length += len(block)
    watch.count_length(200, length)


def ftp_read(job: Job) -> Reading:
    return _measure(job, _get)


def ftp_small(job: Job) -> Reading:
    async def work(client: aioftp.Client, path: str, watch: Stopwatch) -> None:
        for number in range(job.requests):
            await _get(client, f"{path}{number}", watch)

    return _measure(job, work)


def ftp_write(job: Job) -> Reading:
    async def work(client: aioftp.Client, path: str, watch: Stopwatch) -> None:
        await client.upload(job.file(0), f"{path}0", write_into=True)
        watch.count_length(200, job.size)

    return _measure(job, work)


def ftp_list(job: Job) -> Reading:
    async def work(client: aioftp.Client, path: str, watch: Stopwatch) -> None:
        for _ in range(job.requests):
            entries = await client.list(path)
            watch.count_length(200, len(entries))

    return _measure(job, work)
