"""Fetch a URL into a file; Ctrl-C cancels: ``downloader.c``, line by line.

``python ported_downloader.py URL FILE``
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.task import react

from twinet import InternetError
from twinet.wininet import (
    INTERNET_FLAG_ASYNC,
    INTERNET_FLAG_RELOAD,
    INTERNET_OPEN_TYPE_PRECONFIG,
    INTERNET_STATUS_HANDLE_CLOSING,
    INTERNET_STATUS_HANDLE_CREATED,
    InternetCloseHandle,
    InternetOpen,
    InternetOpenUrl,
    InternetReadFileEx,
    InternetSetStatusCallback,
)

if TYPE_CHECKING:
    from twinet.status import Status

PIECE = 65536


class Download:
    """What the context stands for."""

    request: Any = None  # known from HANDLE_CREATED on
    closing = False
    received = 0

    def __init__(self) -> None:
        self.gone: Deferred[None] = Deferred()  # fires when nothing more will be told


def on_status(handle: Any, d: Download, status: Status, info: Any, _: int) -> None:
    """Learn the handle, and when nothing more will be told."""
    if status == INTERNET_STATUS_HANDLE_CREATED:
        d.request = info
    elif status == INTERNET_STATUS_HANDLE_CLOSING and handle is d.request:
        d.gone.callback(None)


def close(d: Download) -> None:
    """Close the request, once."""
    if d.request is not None and not d.closing:
        d.closing = True
        InternetCloseHandle(d.request)


async def fetch(d: Download, session: Any, url: str, file: BinaryIO) -> None:
    """Open, and read to the end."""
    await maybeDeferred(
        InternetOpenUrl, session, url, flags=INTERNET_FLAG_RELOAD, context=d
    )
    while data := await maybeDeferred(InternetReadFileEx, d.request, PIECE):
        file.write(data)
        d.received += len(data)
        print(f"\r{d.received} bytes", end="", file=sys.stderr)


async def main(reactor: Any, url: str, name: str) -> None:
    """Do it."""
    download = Download()
    session = InternetOpen(
        "coffee/1.0", INTERNET_OPEN_TYPE_PRECONFIG, flags=INTERNET_FLAG_ASYNC
    )
    InternetSetStatusCallback(session, on_status)
    signal.signal(signal.SIGINT, lambda *_: reactor.callFromThread(close, download))
    error: InternetError | OSError | None = None
    with Path(name).open("wb") as file:
        try:
            await fetch(download, session, url, file)
        except (InternetError, OSError) as failure:
            error = failure
    close(download)
    if download.request is not None:
        await download.gone
    await maybeDeferred(InternetCloseHandle, session)
    if error is not None:
        Path(name).unlink()
        sys.exit(f"\nerror {getattr(error, 'code', error)}")
    print(f"\nsaved {name}", file=sys.stderr)


if __name__ == "__main__":
    react(main, sys.argv[1:])
