"""A WinINet program as it would be written for one thread: the callback drives it.

``python ported_asynchronous.py URL``
"""

from __future__ import annotations

import sys
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import react

from twinet import wininet as w


class Download:
    """Reads in the callback, as asynchronous WinINet programs do."""

    def __init__(self, url: str) -> None:
        self.count = 0
        self.done: Deferred[int] = Deferred()
        self.session = w.InternetOpen("coffee/1.0", flags=w.INTERNET_FLAG_ASYNC)
        w.InternetSetStatusCallback(self.session, self.on_status)
        pending = w.InternetOpenUrl(self.session, url, context=1)
        # The callback learns of a failure; the Deferred need not shout as well.
        pending.addErrback(lambda _: None)

    def on_status(
        self, handle: Any, context: Any, status: Any, info: Any, _length: int
    ) -> None:
        """Take the handle when it is there, then read on whenever a read has ended."""
        print(context, status.name)
        if status == w.INTERNET_STATUS_REQUEST_COMPLETE:
            result, error = info
            if error:
                self.done.errback(RuntimeError(f"error {error}"))
            elif isinstance(result, bytes):
                self.count += len(result)
                self.read_on(handle, more=bool(result))
            else:
                self.read_on(result, more=True)

    def read_on(self, request: Any, *, more: bool) -> None:
        """Read as long as reads end at once; else the callback is told."""
        while more:
            data = w.InternetReadFile(request, 4096)
            if isinstance(data, Deferred):
                return
            self.count += len(data)
            more = bool(data)
        w.InternetCloseHandle(request)
        self.done.callback(self.count)


async def main(_reactor: Any, url: str) -> None:
    """Fetch a URL and count its bytes."""
    download = Download(url)
    print(f"{await download.done} bytes")
    closing = w.InternetCloseHandle(download.session)
    if isinstance(closing, Deferred):
        await closing


if __name__ == "__main__":
    react(main, sys.argv[1:])
