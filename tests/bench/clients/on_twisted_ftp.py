"""Twisted's own FTPClient."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from twisted.internet.protocol import ClientCreator, Protocol
from twisted.protocols.basic import FileSender

from tests.bench.clients.twisted_loop import run
from tests.bench.stopwatch import Stopwatch

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.bench.job import Job
    from tests.bench.stopwatch import Reading

    Work = Callable[[Any, str, Stopwatch], Awaitable[None]]

__all__ = ["ftp_list", "ftp_read", "ftp_small", "ftp_write"]


class _Count(Protocol):
    def __init__(self) -> None:
        self.length = 0

    def dataReceived(self, data: bytes) -> None:
        self.length += len(data)


def _measure(job: Job, work: Work) -> Reading:
    """Log in, fetch something, and do the work."""

    async def main(reactor: Any) -> Reading:
        # Late, because importing it installs the reactor.
        from twisted.protocols.ftp import FTPClient  # noqa: PLC0415

        url = urlsplit(job.url)
        creator = ClientCreator(reactor, FTPClient, "anonymous", "reader@example.org")
        client = await creator.connectTCP(url.hostname, url.port)
        body = job.warm_body()
        warm = Stopwatch(len(body))
        await _get(client, urlsplit(job.warm_up).path, warm)
        warm.check()
        watch = Stopwatch(job.size)
        await work(client, url.path, watch)
        reading = watch.stop()
        await client.quit()
        return reading

    return run(job, main)


async def _get(client: Any, path: str, watch: Stopwatch) -> None:
    count = _Count()
    await client.retrieveFile(path, count)
    watch.count_length(200, count.length)


def ftp_read(job: Job) -> Reading:
    return _measure(job, _get)


def ftp_small(job: Job) -> Reading:
    async def work(client: Any, path: str, watch: Stopwatch) -> None:
        for number in range(job.requests):
            await _get(client, f"{path}{number}", watch)

    return _measure(job, work)


def ftp_write(job: Job) -> Reading:
    async def work(client: Any, path: str, watch: Stopwatch) -> None:
        ready, stored = client.storeFile(f"{path}0")
        consumer = await ready
        with job.file(0).open("rb") as file:
            await FileSender().beginFileTransfer(file, consumer)
            length = file.tell()
        consumer.finish()
        await stored
        watch.count_length(200, length)

    return _measure(job, work)


def ftp_list(job: Job) -> Reading:
    async def work(client: Any, path: str, watch: Stopwatch) -> None:
        from twisted.protocols.ftp import FTPFileListProtocol  # noqa: PLC0415

        for _ in range(job.requests):
            listing = FTPFileListProtocol()
            await client.list(path, listing)
            watch.count_length(200, len(listing.files))

    return _measure(job, work)
