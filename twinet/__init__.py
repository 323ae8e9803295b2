"""WinINet's asynchronous model for Twisted: HTTP(S), FTP(S), Gopher, and more.

A program opens a *session*, *connections* under it and *requests* under those.
Every call that may have to wait returns a Deferred at once; a *status callback* is
told each step meanwhile, and may call anything, ``close`` included.

Names are imported when they are first used, so that ``import twinet`` loads no
Twisted: a command line that only prints its help starts at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twinet._handles.ftp_connection import FtpConnection
    from twinet._handles.ftp_file import FtpFile
    from twinet._handles.ftp_find import FtpFind
    from twinet._handles.ftp_upload import FtpUpload
    from twinet._handles.gopher_connection import GopherConnection
    from twinet._handles.gopher_file import GopherFile, GopherPage
    from twinet._handles.gopher_find import GopherFind
    from twinet._handles.handle import Handle
    from twinet._handles.http_connection import HttpConnection
    from twinet._handles.http_request import HttpRequest
    from twinet._handles.resource import Resource
    from twinet._handles.session import Session
    from twinet._http.cookies import CookieJar
    from twinet._net.client_certificate import ClientCertificate
    from twinet._net.deliveries import PoolDelivery, QueueDelivery
    from twinet._net.proxy_settings import ProxySettings
    from twinet._net.trust import TrustRoots
    from twinet.agent import Agent
    from twinet.api import download, fetch, listing
    from twinet.cookie import Cookie
    from twinet.errors import InternetError
    from twinet.flags import Flag, SecurityFlag
    from twinet.ftp import FtpReply
    from twinet.gopher import GopherEntry, GopherType
    from twinet.options import Option
    from twinet.proxy import Proxy
    from twinet.query import Query, QueryFlag
    from twinet.records import Destination, DirectoryEntry, Fields, Limits, Response
    from twinet.status import SELF, Notification, Status
    from twinet.tls import CertificateInfo, TlsInfo
    from twinet.trace import Trace, TraceKind, TraceRecord
    from twinet.trace_printer import TracePrinter

__all__ = [
    "SELF",
    "Agent",
    "CertificateInfo",
    "ClientCertificate",
    "Cookie",
    "CookieJar",
    "Destination",
    "DirectoryEntry",
    "Fields",
    "Flag",
    "FtpConnection",
    "FtpFile",
    "FtpFind",
    "FtpReply",
    "FtpUpload",
    "GopherConnection",
    "GopherEntry",
    "GopherFile",
    "GopherFind",
    "GopherPage",
    "GopherType",
    "Handle",
    "HttpConnection",
    "HttpRequest",
    "InternetError",
    "Limits",
    "Notification",
    "Option",
    "PoolDelivery",
    "Proxy",
    "ProxySettings",
    "Query",
    "QueryFlag",
    "QueueDelivery",
    "Resource",
    "Response",
    "SecurityFlag",
    "Session",
    "Status",
    "TlsInfo",
    "Trace",
    "TraceKind",
    "TracePrinter",
    "TraceRecord",
    "TrustRoots",
    "download",
    "fetch",
    "listing",
]
__version__ = "0.1.0.dev0"

#: Where each public name lives.
_HOMES = {
    "twinet._handles.ftp_connection": ("FtpConnection",),
    "twinet._handles.ftp_file": ("FtpFile",),
    "twinet._handles.ftp_find": ("FtpFind",),
    "twinet._handles.ftp_upload": ("FtpUpload",),
    "twinet._handles.gopher_connection": ("GopherConnection",),
    "twinet._handles.gopher_file": ("GopherFile", "GopherPage"),
    "twinet._handles.gopher_find": ("GopherFind",),
    "twinet._handles.handle": ("Handle",),
    "twinet._handles.http_connection": ("HttpConnection",),
    "twinet._handles.http_request": ("HttpRequest",),
    "twinet._handles.resource": ("Resource",),
    "twinet._handles.session": ("Session",),
    "twinet._http.cookies": ("CookieJar",),
    "twinet._net.client_certificate": ("ClientCertificate",),
    "twinet._net.deliveries": ("PoolDelivery", "QueueDelivery"),
    "twinet._net.proxy_settings": ("ProxySettings",),
    "twinet._net.trust": ("TrustRoots",),
    "twinet.agent": ("Agent",),
    "twinet.api": ("download", "fetch", "listing"),
    "twinet.cookie": ("Cookie",),
    "twinet.errors": ("InternetError",),
    "twinet.flags": ("Flag", "SecurityFlag"),
    "twinet.ftp": ("FtpReply",),
    "twinet.gopher": ("GopherEntry", "GopherType"),
    "twinet.options": ("Option",),
    "twinet.proxy": ("Proxy",),
    "twinet.query": ("Query", "QueryFlag"),
    "twinet.records": (
        *("Destination", "DirectoryEntry", "Fields", "Limits", "Response"),
    ),
    "twinet.status": ("SELF", "Notification", "Status"),
    "twinet.tls": ("CertificateInfo", "TlsInfo"),
    "twinet.trace": ("Trace", "TraceKind", "TraceRecord"),
    "twinet.trace_printer": ("TracePrinter",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    """Import a public name at its first use (PEP 562)."""
    if name == "urls":
        # Programs use it as twinet.urls; no session needs all that is in it.
        return import_module("twinet.urls")
    home = _HOME_OF.get(name)
    if home is None:
        msg = f"module 'twinet' has no attribute {name!r}"
        raise AttributeError(msg)
    value = globals()[name] = getattr(import_module(home), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
