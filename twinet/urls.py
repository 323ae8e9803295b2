"""URLs: WinINet's four functions, and what the HTTP engine makes of a URL.

=======================  =============================================
WinINet                  here
=======================  =============================================
InternetCrackUrl         :func:`crack`, into :class:`UrlComponents`
InternetCreateUrl        :func:`create`
InternetCombineUrl       :func:`combine`
InternetCanonicalizeUrl  :func:`canonicalize`
GopherCreateLocator      :func:`gopher_locator`
GopherGetLocatorType     :func:`read_gopher_locator`, its ``type``
=======================  =============================================

:func:`crack_http`, :func:`crack_ftp`, :func:`crack_gopher` and :func:`resolve_location`
follow the RFCs instead and check more.
No function here waits, looks a name up or reads a file.
"""

from __future__ import annotations

from twinet._wire.gopher_item import locator as gopher_locator
from twinet._wire.gopher_item import read_locator as read_gopher_locator
from twinet._wire.gopher_url import GopherUrl
from twinet._wire.gopher_url import read_gopher_url as crack_gopher
from twinet._wire.http_url import HttpUrl, crack_ftp, crack_http
from twinet._wire.location import resolve_location
from twinet._wire.url_canon import canonicalize, combine
from twinet._wire.url_parts import UrlComponents, crack, create

__all__ = [
    "GopherUrl",
    "HttpUrl",
    "UrlComponents",
    "canonicalize",
    "combine",
    "crack",
    "crack_ftp",
    "crack_gopher",
    "crack_http",
    "create",
    "gopher_locator",
    "read_gopher_locator",
    "resolve_location",
]
