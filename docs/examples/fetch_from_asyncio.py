"""Fetch several files at once from asyncio, no longer than some seconds for all.

Each file has its name when it is whole.  Whoever is late is cancelled: no connection of
its is left, and no part of its file.

``python fetch_from_asyncio.py SECONDS URL...``
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import twinet
from twinet import aio


async def main(seconds: float, urls: list[str]) -> None:
    """Fetch what can be fetched in time."""
    async with aio.Session(agent="coffee/1.0") as session:
        calls = {session.download(url, Path.cwd()): url for url in urls}
        done, late = await asyncio.wait(calls, timeout=seconds)
        for call in late:
            call.cancel()
        for call, url in calls.items():
            try:
                path = await call
            except asyncio.CancelledError:
                print(f"{url}: took too long")
            except twinet.InternetError as error:
                print(f"{url}: {error}")
            else:
                print(f"{url}: saved {path.name}")
    print(f"{len(done)} of {len(calls)} ended in time")


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]), sys.argv[2:]))
