"""WinINet under its own names: the functions, the constants, and how they behave.

For programs that are ported, and for people who know WinINet.  Each function is a
few lines over the object API, and its handles are that API's handles.  What differs
is what Python makes easier: there are no buffers, no lengths and no last error.  A
function gives what Windows puts into a buffer, and raises
:class:`~twinet.InternetError`, whose ``code`` is the number.

A call in an asynchronous session gives its result when it has finished at once, and
then REQUEST_COMPLETE is not told.  Otherwise it is pending: the caller gets a
Deferred (on other threads than the reactor's a :class:`concurrent.futures.Future`),
and REQUEST_COMPLETE is told before that fires.  Functions may be called from any
thread.  In a synchronous session they block, anywhere but in the reactor's thread.

A context of 0, the default, silences a handle; times are milliseconds.
"""

from __future__ import annotations

from twinet.wininet import constants
from twinet.wininet.callback import AsyncResult, InternetSetStatusCallback
from twinet.wininet.constants import *  # noqa: F403  every constant
from twinet.wininet.cookies import (
    CookieState,
    InternetGetCookie,
    InternetGetCookieEx,
    InternetSetCookie,
    InternetSetCookieEx,
    keep_cookies,
)
from twinet.wininet.dates import (
    InternetTimeFromSystemTime,
    InternetTimeToSystemTime,
)
from twinet.wininet.door import InternetGetLastResponseInfo
from twinet.wininet.finding import InternetFindNextFile
from twinet.wininet.ftp import (
    FtpCommand,
    FtpCreateDirectory,
    FtpDeleteFile,
    FtpFindFirstFile,
    FtpGetCurrentDirectory,
    FtpGetFile,
    FtpGetFileSize,
    FtpOpenFile,
    FtpPutFile,
    FtpRemoveDirectory,
    FtpRenameFile,
    FtpSetCurrentDirectory,
)
from twinet.wininet.general import (
    InternetCloseHandle,
    InternetConnect,
    InternetOpen,
    InternetOpenUrl,
)
from twinet.wininet.gopher import (
    GopherCreateLocator,
    GopherFindFirstFile,
    GopherGetAttribute,
    GopherGetLocatorType,
    GopherOpenFile,
)
from twinet.wininet.http import (
    HttpAddRequestHeaders,
    HttpEndRequest,
    HttpOpenRequest,
    HttpQueryInfo,
    HttpSendRequest,
    HttpSendRequestEx,
    InternetWriteFile,
)
from twinet.wininet.options import InternetQueryOption, InternetSetOption
from twinet.wininet.proxies import ProxyInfo
from twinet.wininet.reading import (
    InternetQueryDataAvailable,
    InternetReadFile,
    InternetReadFileEx,
    InternetSetFilePointer,
)
from twinet.wininet.urls import (
    InternetCanonicalizeUrl,
    InternetCombineUrl,
    InternetCrackUrl,
    InternetCreateUrl,
)

__all__ = [
    "AsyncResult",
    "CookieState",
    "FtpCommand",
    "FtpCreateDirectory",
    "FtpDeleteFile",
    "FtpFindFirstFile",
    "FtpGetCurrentDirectory",
    "FtpGetFile",
    "FtpGetFileSize",
    "FtpOpenFile",
    "FtpPutFile",
    "FtpRemoveDirectory",
    "FtpRenameFile",
    "FtpSetCurrentDirectory",
    "GopherCreateLocator",
    "GopherFindFirstFile",
    "GopherGetAttribute",
    "GopherGetLocatorType",
    "GopherOpenFile",
    "HttpAddRequestHeaders",
    "HttpEndRequest",
    "HttpOpenRequest",
    "HttpQueryInfo",
    "HttpSendRequest",
    "HttpSendRequestEx",
    "InternetCanonicalizeUrl",
    "InternetCloseHandle",
    "InternetCombineUrl",
    "InternetConnect",
    "InternetCrackUrl",
    "InternetCreateUrl",
    "InternetFindNextFile",
    "InternetGetCookie",
    "InternetGetCookieEx",
    "InternetGetLastResponseInfo",
    "InternetOpen",
    "InternetOpenUrl",
    "InternetQueryDataAvailable",
    "InternetQueryOption",
    "InternetReadFile",
    "InternetReadFileEx",
    "InternetSetCookie",
    "InternetSetCookieEx",
    "InternetSetFilePointer",
    "InternetSetOption",
    "InternetSetStatusCallback",
    "InternetTimeFromSystemTime",
    "InternetTimeToSystemTime",
    "InternetWriteFile",
    "ProxyInfo",
    "keep_cookies",
]
__all__ += constants.__all__
