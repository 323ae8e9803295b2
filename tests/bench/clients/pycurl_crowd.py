"""Thousands of libcurl's connections: its multi interface, driven by a selector.

``CurlMulti.select``, with which ``on_pycurl`` waits, is ``select(2)``: that knows no
descriptor above 1023.
"""

from __future__ import annotations

import selectors
from typing import TYPE_CHECKING

import pycurl

from tests.bench.job import AT_THE_DOOR

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bench.job import Job
    from tests.bench.stopwatch import Stopwatch

__all__ = ["Crowd"]

#: What libcurl calls a change it wants, and what the selector does.
_EVENTS = {
    pycurl.POLL_IN: selectors.EVENT_READ,
    pycurl.POLL_OUT: selectors.EVENT_WRITE,
    pycurl.POLL_INOUT: selectors.EVENT_READ | selectors.EVENT_WRITE,
}


class Crowd:
    """All requests of a job, open at one time."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._selector = selectors.DefaultSelector()
        self._timeout: float | None = None
        #: what has come of each answer.
        self._bodies: dict[pycurl.Curl, bytearray] = {}
        self._entered = 0
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_MAXCONNECTS, job.concurrency)
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._set_timer)

    def visit(self, url: str, requests: int, watch: Stopwatch) -> None:
        """Ask so often; return when all answers have ended."""
        self._entered = 0
        asked = 0
        ended = 0
        while ended < requests:
            while asked < requests and asked - self._entered < AT_THE_DOOR:
                self._ask(url)
                asked += 1
            self._turn()
            ended += self._settle(watch)

    def _ask(self, url: str) -> None:
        handle = pycurl.Curl()
        body = self._bodies[handle] = bytearray()
        handle.setopt(pycurl.URL, url)
        handle.setopt(pycurl.WRITEFUNCTION, self._taker(body))
        self._multi.add_handle(handle)

    def _taker(self, body: bytearray) -> Callable[[bytes], None]:
        def take(data: bytes) -> None:
            if not body:
                self._entered += 1
            body.extend(data)

        return take

    def _turn(self) -> None:
        """Wait for something to happen, and let libcurl act."""
        ready = self._selector.select(self._timeout)
        if not ready:
            self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)
        for key, events in ready:
            bits = pycurl.CSELECT_IN if events & selectors.EVENT_READ else 0
            bits |= pycurl.CSELECT_OUT if events & selectors.EVENT_WRITE else 0
            self._multi.socket_action(key.fd, bits)

    def _settle(self, watch: Stopwatch) -> int:
        """Count what has ended."""
        left, ended, failed = 1, [], []
        while left:
            left, some_ended, some_failed = self._multi.info_read()
            ended += some_ended
            failed += [handle for handle, _, _ in some_failed]
        for handle in ended:
            body = self._bodies.pop(handle)
            watch.count(handle.getinfo(pycurl.RESPONSE_CODE), bytes(body))
            self._multi.remove_handle(handle)
        for handle in failed:
            self._entered += not self._bodies.pop(handle)
            watch.lose()
            self._multi.remove_handle(handle)
        return len(ended) + len(failed)

    def _watch(self, what: int, fd: int, _multi: object, _data: object) -> None:
        if what == pycurl.POLL_REMOVE:
            self._selector.unregister(fd)
        elif fd in self._selector.get_map():
            self._selector.modify(fd, _EVENTS[what])
        else:
            self._selector.register(fd, _EVENTS[what])

    def _set_timer(self, milliseconds: int) -> None:
        self._timeout = None if milliseconds < 0 else milliseconds / 1000
