"""Fetch files at once, with a bar each; Ctrl-C cancels.

``python downloader.py URL ...``
"""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.task import react

import twinet
from twinet.errors import UnexpectedStatus
from twinet.status import ResponseReceived

if TYPE_CHECKING:
    from pathlib import Path

WIDTH = 30
LIMITS = twinet.Limits(connect=10, idle=20, lowest_speed=1000)


class Bar:
    """Shows how much of a body has come."""

    def __init__(self, name: str, size: int) -> None:
        self.name = name
        self.size = size
        self.done = 0

    def __call__(self, step: twinet.Notification) -> None:
        """Count what comes, and draw."""
        if isinstance(step, ResponseReceived):
            self.done += step.count
            full = min(WIDTH, WIDTH * self.done // self.size) if self.size else 0
            bar = "#" * full + "-" * (WIDTH - full)
            print(f"\r{self.name} [{bar}] {self.done} bytes", end="", flush=True)


async def save(session: twinet.Session, url: str) -> Path:
    """Save what a URL names into the current folder."""
    name = url.rpartition("/")[2] or "index.html"
    request = await session.get(url)
    code = request.response.status_code
    if code != 200:
        raise UnexpectedStatus(f"the server answered {code}", status_code=code)
    size = int(request.response.headers.get("content-length") or 0)
    request.set_status_callback(Bar(name, size))
    path = await request.save(name)
    print(f"\rsaved {path}")
    return path


async def save_all(session: twinet.Session, urls: list[str]) -> int:
    """Save what can be saved; return how much could not be."""
    failures = 0

    async def try_one(url: str) -> None:
        nonlocal failures
        try:
            await save(session, url)
        except twinet.InternetError as error:
            failures += 1
            print(f"\r{url}: {error}")

    await gatherResults([Deferred.fromCoroutine(try_one(url)) for url in urls])
    return failures


async def main(reactor: Any, *urls: str) -> None:
    """Save all; end with 1 if something could not be saved."""
    async with twinet.Session(reactor, limits=LIMITS) as session:
        # What is closed ends at once: each call that waits fails with 12017.
        signal.signal(signal.SIGINT, lambda *_: reactor.callFromThread(session.close))
        if await save_all(session, list(urls)):
            sys.exit(1)


if __name__ == "__main__":
    react(main, sys.argv[1:])
