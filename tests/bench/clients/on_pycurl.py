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


def _new_handle(job: Job) -> pycurl.Curl:
    handle = pycurl.Curl()
    if job.roots:
        handle.setopt(pycurl.CAINFO, job.roots)
    return handle


def small(job: Job) -> Reading:
    multi = pycurl.CurlMulti()
    multi.setopt(pycurl.M_MAXCONNECTS, job.concurrency)
    bodies: dict[pycurl.Curl, BytesIO] = {}
    for _ in range(job.concurrency):
        handle = _new_handle(job)
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
                watch.count(handle.getinfo(pycurl.RESPONSE_CODE), body.getvalue())
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

    body = job.warm_body()
    warm = Stopwatch(len(body), body)
    fetch(job.warm_up, job.concurrency, warm)
    warm.check()
    watch = Stopwatch(job.size, body)
    fetch(job.url, job.requests, watch)
    return watch.stop()


def large(job: Job) -> Reading:
    handle = _new_handle(job)
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
        watch.count_length(handle.getinfo(pycurl.RESPONSE_CODE), length)
    return watch.stop()
