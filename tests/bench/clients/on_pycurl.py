"""pycurl: libcurl's multi interface from Python."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

import pycurl

from tests.bench.clients.pycurl_crowd import Crowd
from tests.bench.stopwatch import Stopwatch

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bench.job import Job
    from tests.bench.stopwatch import Reading

__all__ = ["files", "large", "slow", "small"]

#: As the other clients read: libcurl's own 16 KiB would cost it sixteen times the
#: calls.
_BUFFER = 262144


def small(job: Job) -> Reading:
    body = job.warm_body()
    multi = _Multi(job)
    bodies = {handle: BytesIO() for handle in multi.handles}
    for handle, buffer in bodies.items():
        handle.setopt(pycurl.URL, job.url)
        handle.setopt(pycurl.WRITEDATA, buffer)

    def begin(_handle: pycurl.Curl) -> None:
        """Ask again."""

    def fetch(requests: int, watch: Stopwatch) -> Reading:
        def end(handle: pycurl.Curl) -> None:
            buffer = bodies[handle]
            watch.count(handle.getinfo(pycurl.RESPONSE_CODE), buffer.getvalue())
            buffer.seek(0)
            buffer.truncate()

        multi.perform(requests, begin, end)
        return watch.stop()

    warm = Stopwatch(len(body), body)
    fetch(job.warm_ups, warm)
    warm.check()
    return fetch(job.requests, Stopwatch(job.size, body))


def large(job: Job) -> Reading:
    multi = _Multi(job)
    length = 0

    def take(data: bytes) -> None:
        nonlocal length
        length += len(data)

    def begin(handle: pycurl.Curl) -> None:
        nonlocal length
        length = 0
        handle.setopt(pycurl.URL, job.url)
        handle.setopt(pycurl.WRITEFUNCTION, take)

    def end(handle: pycurl.Curl) -> None:
        watch.count_length(handle.getinfo(pycurl.RESPONSE_CODE), length)

    multi.warm_up(job)
    watch = Stopwatch(job.size)
    multi.perform(job.requests, begin, end)
    return watch.stop()


def files(job: Job) -> Reading:
    multi = _Multi(job)
    numbers = iter(range(job.requests))
    written: dict[pycurl.Curl, BinaryIO] = {}

    def begin(handle: pycurl.Curl) -> None:
        number = next(numbers)
        written[handle] = job.file(number).open("wb")
        handle.setopt(pycurl.URL, f"{job.url}{number}")
        handle.setopt(pycurl.WRITEDATA, written[handle])

    def end(handle: pycurl.Curl) -> None:
        file = written.pop(handle)
        watch.count_length(handle.getinfo(pycurl.RESPONSE_CODE), file.tell())
        file.close()

    multi.warm_up(job)
    watch = Stopwatch(job.size)
    multi.perform(job.requests, begin, end)
    return watch.stop()


def slow(job: Job) -> Reading:
    body = job.warm_body()
    crowd = Crowd(job)
    warm = Stopwatch(len(body), body)
    crowd.visit(job.warm_up, job.warm_ups, warm)
    warm.check()
    watch = Stopwatch(job.size, body)
    crowd.visit(job.url, job.requests, watch)
    return watch.stop()


class _Multi:
    """A multi handle, and as many easy ones as requests may run at a time."""

    def __init__(self, job: Job) -> None:
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_MAXCONNECTS, job.concurrency)
        self.handles = [pycurl.Curl() for _ in range(job.concurrency)]
        for handle in self.handles:
            if job.roots:
                handle.setopt(pycurl.CAINFO, job.roots)

    def warm_up(self, job: Job) -> None:
        """Fetch the small body some times, and forget it; the next ones are long."""
        for handle in self.handles:
            handle.setopt(pycurl.BUFFERSIZE, _BUFFER)

        def begin(handle: pycurl.Curl) -> None:
            handle.setopt(pycurl.URL, job.warm_up)
            handle.setopt(pycurl.WRITEFUNCTION, len)

        self.perform(job.warm_ups, begin, lambda _: None)

    def perform(
        self,
        requests: int,
        begin: Callable[[pycurl.Curl], None],
        end: Callable[[pycurl.Curl], None],
    ) -> None:
        """Do so many requests; ``begin`` prepares each, ``end`` looks at it."""
        multi = self._multi
        left = requests
        active = 0
        for handle in self.handles[:requests]:
            begin(handle)
            multi.add_handle(handle)
            left -= 1
            active += 1
        while active:
            multi.perform()
            _, ended, failed = multi.info_read()
            for handle in ended:
                end(handle)
                multi.remove_handle(handle)
                if left:
                    left -= 1
                    begin(handle)
                    multi.add_handle(handle)
                else:
                    active -= 1
            if failed:
                raise RuntimeError(failed[0][2])
            if not ended:
                multi.select(1.0)
