"""The handles for threads and scripts: each call blocks until it has ended.

It is WinINet's mode without INTERNET_FLAG_ASYNC.  The classes have the names, calls
and arguments of those in ``twinet``; what returns a Deferred there returns here what
that fires with, or raises what it fails with::

    from twinet import blocking

    with blocking.Session() as session:
        for chunk in session.get("https://example.org/prices"):
            ...
"""

from __future__ import annotations

from twinet.blocking.api import download, fetch, listing
from twinet.blocking.ftp import FtpConnection, FtpFile, FtpFind, FtpUpload
from twinet.blocking.gopher import GopherConnection, GopherFile, GopherFind, GopherPage
from twinet.blocking.handle import Handle
from twinet.blocking.http import HttpConnection, HttpRequest
from twinet.blocking.resource import Resource
from twinet.blocking.session import Session

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
