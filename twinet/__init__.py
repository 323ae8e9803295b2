"""WinINet's asynchronous model for Twisted: HTTP(S), and what comes with it.

A program opens a *session*, *connections* under it and *requests* under those.
Every call that may have to wait returns a Deferred at once; a *status callback* is
told each step meanwhile, and may call anything, ``close`` included.
"""

from __future__ import annotations

from twinet._handles.handle import Handle
from twinet._handles.http_connection import HttpConnection
from twinet._handles.http_request import HttpRequest
from twinet._handles.resource import Resource
from twinet._handles.session import Session
from twinet.agent import Agent
from twinet.api import download, fetch
from twinet.errors import InternetError
from twinet.flags import Flag, SecurityFlag
from twinet.options import Option
from twinet.records import Destination, Fields, Limits, Response
from twinet.status import SELF, Notification, Status

__all__ = [
    "SELF",
    "Agent",
    "Destination",
    "Fields",
    "Flag",
    "Handle",
    "HttpConnection",
    "HttpRequest",
    "InternetError",
    "Limits",
    "Notification",
    "Option",
    "Resource",
    "Response",
    "SecurityFlag",
    "Session",
    "Status",
    "download",
    "fetch",
]
__version__ = "0.1.0.dev0"
