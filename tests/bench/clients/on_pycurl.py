"""pycurl: libcurl's multi interface from Python."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pycurl

from tests.bench.stopwatch import Stopwatch

if TYPE_CHECKING:
    from tests.bench.job import Job
    from tests.bench.stopwatch import Reading

__all__ = ["large", "small"]

#: As the other clients read: libcurl's own 16 KiB would cost it sixteen times the
#: calls.
_BUFFER = 262144


def small(job: Job) -> Reading:
    multi = pycurl.CurlMulti()
    multi.setopt(pycurl.M_MAXCONNECTS, job.concurrency)
    bodies: dict[pycurl.Curl, BytesIO] = {}
    for _ in range(job.concurrency):
        handle = pycurl.Curl()
        bodies[handle] = BytesIO()
        handle.setopt(pycurl.WRITEDATA, bodies[handle])

    def fetch(url: str, requests: int, watch: Stopwatch) -> None:
        left = requests
        active = 0
        for handle in list(bodies)[:requests]:
            handle.setopt(pycurl.URL, url)
            multi.add_handle(handle)
            left -= 1
            active += 1
        while active:
            multi.perform()
            _, ended, failed = multi.info_read()
            for handle in ended:
                body = bodies[handle]
                watch.count(handle.getinfo(pycurl.RESPONSE_CODE), body.tell())
                body.seek(0)
                body.truncate()
                multi.remove_handle(handle)
                if left:
                    left -= 1
                    multi.add_handle(handle)
                else:
                    active -= 1
            if failed:
                raise RuntimeError(failed[0][2])
            if not ended:
                multi.select(1.0)

    warm = Stopwatch(job.warm_up_size)
    fetch(job.warm_up, 1, warm)
    assert not warm.stop().wrong
    watch = Stopwatch(job.size)
    fetch(job.url, job.requests, watch)
    return watch.stop()


def large(job: Job) -> Reading:
    handle = pycurl.Curl()
    length = 0

    def take(data: bytes) -> None:
        nonlocal length
        length += len(data)

    handle.setopt(pycurl.WRITEFUNCTION, take)
    handle.setopt(pycurl.BUFFERSIZE, _BUFFER)
    handle.setopt(pycurl.URL, job.warm_up)
    handle.perform()
    handle.setopt(pycurl.URL, job.url)
    watch = Stopwatch(job.size)
    for _ in range(job.requests):
        length = 0
        handle.perform()
        watch.count(handle.getinfo(pycurl.RESPONSE_CODE), length)
    return watch.stop()
