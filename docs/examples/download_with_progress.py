"""Download a file and tell how far it is.

``python download_with_progress.py URL``
"""

from __future__ import annotations

import sys
from typing import Any

from twisted.internet.task import react

import twinet
from twinet.status import ConnectedToServer, Redirect, ResolvingName, ResponseReceived


async def main(reactor: Any, url: str) -> None:
    """Save what the URL names into the current folder."""
    received = 0

    def tell(step: twinet.Notification) -> None:
        nonlocal received
        match step:
            case ResolvingName():
                print("looking up", step.host)
            case ConnectedToServer():
                print("connected to", step.address)
            case Redirect():
                print("sent on to", step.url)
            case ResponseReceived():
                received += step.count  # heads are counted too
                print(received, "bytes have come")

    name = url.rpartition("/")[2] or "index.html"
    path = await twinet.download(url, name, on_status=tell, reactor=reactor)
    print("saved", path)


if __name__ == "__main__":
    react(main, sys.argv[1:])
