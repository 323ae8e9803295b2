"""The handles for asyncio: each call that may wait returns a future.

The classes have the names, calls and arguments of those in ``twinet``; what returns a
Deferred there returns here an ``asyncio.Future`` of the same::

    import asyncio

    from twinet import aio

    async def main():
        async with aio.Session() as session:
            request = await session.get("https://example.org/prices")
            async for chunk in request:
                ...

    asyncio.run(main())

It works on asyncio's own loop and on uvloop's, with ``asyncio.run`` and under Twisted's
``asyncioreactor``.
"""

from __future__ import annotations

from twinet.aio.api import download, fetch, listing
from twinet.aio.ftp import FtpConnection, FtpFile, FtpFind, FtpUpload
from twinet.aio.gopher import GopherConnection, GopherFile, GopherFind, GopherPage
from twinet.aio.handle import Handle
from twinet.aio.http import HttpConnection, HttpRequest
from twinet.aio.resource import Resource
from twinet.aio.session import Session

__all__ = [
    "FtpConnection",
    "FtpFile",
    "FtpFind",
    "FtpUpload",
    "GopherConnection",
    "GopherFile",
    "GopherFind",
    "GopherPage",
    "Handle",
    "HttpConnection",
    "HttpRequest",
    "Resource",
    "Session",
    "download",
    "fetch",
    "listing",
]
