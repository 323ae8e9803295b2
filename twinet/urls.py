"""URLs: WinINet's four functions, and what the HTTP engine makes of a URL.

=======================  =============================================
WinINet                  here
=======================  =============================================
InternetCrackUrl         :func:`crack`, into :class:`UrlComponents`
InternetCreateUrl        :func:`create`
InternetCombineUrl       :func:`combine`
InternetCanonicalizeUrl  :func:`canonicalize`
=======================  =============================================

:func:`crack_http`, :func:`crack_ftp` and :func:`resolve_location` follow the RFCs
instead and check more.
No function here waits, looks a name up or reads a file.
"""

from __future__ import annotations

from twinet._wire.http_url import HttpUrl, crack_ftp, crack_http
from twinet._wire.location import resolve_location
from twinet._wire.url_canon import canonicalize, combine
from twinet._wire.url_parts import UrlComponents, crack, create

__all__ = [
    "HttpUrl",
    "UrlComponents",
    "canonicalize",
    "combine",
    "crack",
    "crack_ftp",
    "crack_http",
    "create",
    "resolve_location",
]
